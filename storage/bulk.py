"""Rows by the handful, past the mapper: one statement a table, in the form its database takes quickest."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

_WAITING = "rows_waiting"
_ROWS_AT_ONCE = 64
_Waiting = dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]]


def insert_rows(connection: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """
    Insert rows that name the same columns in the same order.

    Having SQLAlchemy look at each value costs more than the database needs to store it. SQLite gets them by
    the dozen, as with each statement other threads get their turn; PostgreSQL takes one JSON text apart.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        at, size = 0, _ROWS_AT_ONCE
        while at < len(rows):
            # Few sizes, so that each statement is read once and kept.
            while size > len(rows) - at:
                size //= 2
            values = (value for row in rows[at : at + size] for value in row.values())
            bound = tuple([keep(value) if (keep := _KEPT.get(type(value))) else value for value in values])
            connection.exec_driver_sql(_sqlite_insert(table, columns, size), bound)
            at += size
    else:
        packed = to_json(rows).decode()
        connection.exec_driver_sql(_postgresql_insert(table, columns), (packed,))


def gather_rows(session: Session) -> None:
    """From now on, let rows wait in this session for each other until `insert_waiting`."""
    session.info[_WAITING] = {}


def insert_soon(session: Session, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """
    Insert rows at once, or where rows are gathered, with the others of this transaction.

    Several visits that are stored in one transaction so cost one statement a table.
    """
    waiting: _Waiting | None = session.info.get(_WAITING)
    if waiting is None or not rows:
        insert_rows(session.connection(), table, rows)
    else:
        waiting.setdefault((table, tuple(rows[0])), []).extend(rows)


def insert_waiting(session: Session) -> None:
    """Insert the rows that wait: before they are read, and before the transaction ends."""
    waiting: _Waiting = session.info.get(_WAITING) or {}
    if not waiting:
        return
    ordered = sorted(waiting, key=lambda key: _places()[key[0]])
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        packed = tuple(to_json(waiting[key]).decode() for key in ordered)
        connection.exec_driver_sql(_postgresql_inserts(tuple(ordered)), packed)
    else:
        for table, columns in ordered:
            insert_rows(connection, table, waiting[table, columns])
    waiting.clear()


@cache
def _places() -> dict[str, int]:
    return {table.name: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}


@cache
def _sqlite_insert(table: str, columns: tuple[str, ...], size: int) -> str:
    _require_known(table, columns)
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({_listed(columns)}) VALUES {', '.join([row] * size)}"  # noqa: S608 - known


@cache
def _postgresql_insert(table: str, columns: tuple[str, ...]) -> str:
    _require_known(table, columns)
    listed, source = _listed(columns), f"json_populate_recordset(NULL::{table}, %s::json)"
    return f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {source}"  # noqa: S608 - known


@cache
def _postgresql_inserts(parts: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Return one statement for several tables: what refers to what is seen to when all of it is there."""
    *others, last = [_postgresql_insert(table, columns) for table, columns in parts]
    named = ", ".join(f"part_{place} AS ({insert})" for place, insert in enumerate(others))
    return f"WITH {named} {last}" if others else last


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _require_known(table: str, columns: tuple[str, ...]) -> None:
    unknown = set(columns) - set(SQLModel.metadata.tables[table].columns.keys())
    if unknown:
        raise KeyError(f"{table} has no {sorted(unknown)}")


def _instant(at: datetime) -> str:
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    # Without its zone, which SQLite's column does not name.
    return utc.isoformat(" ", "microseconds")[:26]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# What SQLAlchemy writes where SQLite has no type for it.
_KEPT: dict[type, Callable[[Any], str]] = {
    datetime: _instant,
    date: date.isoformat,
    UUID: lambda value: value.hex,
    dict: _json,
    list: _json,
}
