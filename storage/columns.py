"""Kinds of columns that the tables share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Dialect, ForeignKey, TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC with its zone, also where the database (SQLite) forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a local time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(column: str, values: type) -> CheckConstraint:
    """Let a column hold nothing but the values of an enumeration."""
    listed = ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


def instant(*, nullable: bool = True) -> Any:
    """Return a column of instants."""
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=nullable))


def refers_to(
    target: str, *, primary_key: bool = False, nullable: bool = False, cascade: bool = False
) -> Any:
    """Return a foreign key column, indexed unless it leads a primary key."""
    rule = "CASCADE" if cascade else None
    return Field(
        default=None if nullable else ...,
        sa_column=Column(
            ForeignKey(target, ondelete=rule),
            primary_key=primary_key,
            nullable=nullable,
            index=not primary_key,
        ),
    )
