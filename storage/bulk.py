"""Rows by the handful, past the mapper: in few statements, in the form its database takes quickest."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

from storage.driver import asked_driver

_WAITING = "rows_waiting"
_ROWS_AT_ONCE = 64


class _Part(NamedTuple):
    """Rows of one table that one statement takes: inserted, or changed by their id."""

    table: str
    columns: tuple[str, ...]
    are_there: bool = False


_Waiting = dict[_Part, list[dict[str, Any]]]


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
            asked_driver(connection, _sqlite_insert(table, columns, size), _kept(values))
            at += size
    else:
        packed = to_json(rows).decode()
        asked_driver(connection, _postgresql_insert(table, columns), (packed,))


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
        waiting.setdefault(_Part(table, tuple(rows[0])), []).extend(rows)


def change_soon(session: Session, table: str, row_id: UUID, values: dict[str, Any]) -> None:
    """
    Change a row that is there, by its `id`; where rows are gathered on PostgreSQL, with them.

    A row is changed once before `insert_waiting`, and not one that waits to be inserted.
    """
    waiting: _Waiting | None = session.info.get(_WAITING)
    row = {**values, "id": row_id}
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        asked_driver(connection, _sqlite_change(table, tuple(values)), _kept(row.values()))
    elif waiting is None:
        changed = _postgresql_change(table, tuple(row), at_most=1)
        asked_driver(connection, changed, (to_json([row]).decode(),))
    else:
        waiting.setdefault(_Part(table, tuple(row), are_there=True), []).append(row)


def insert_waiting(session: Session) -> None:
    """Store the rows that wait: before they are read, and before the transaction ends."""
    waiting: _Waiting = session.info.get(_WAITING) or {}
    if not waiting:
        return
    ordered = sorted(waiting, key=lambda part: (_places()[part.table], part.are_there))
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        packed = tuple(to_json(waiting[part]).decode() for part in ordered)
        parts = tuple((part, _at_most(len(waiting[part]))) for part in ordered)
        asked_driver(connection, _postgresql_parts(parts), packed)
    else:
        for part in ordered:
            insert_rows(connection, part.table, waiting[part])
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
def _sqlite_change(table: str, columns: tuple[str, ...]) -> str:
    _require_known(table, columns)
    settings = ", ".join(f'"{column}" = ?' for column in columns)
    return f"UPDATE {table} SET {settings} WHERE id = ?"  # noqa: S608 - known


@cache
def _postgresql_insert(table: str, columns: tuple[str, ...]) -> str:
    _require_known(table, columns)
    listed, source = _listed(columns), f"json_populate_recordset(NULL::{table}, %s::json)"
    return f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {source}"  # noqa: S608 - known


def _at_most(rows: int) -> int:
    """Return one of few numbers that are no smaller: a statement that is always the same is read once."""
    return 1 if rows == 1 else _ROWS_AT_ONCE * -(-rows // _ROWS_AT_ONCE)


@cache
def _postgresql_change(table: str, columns: tuple[str, ...], at_most: int) -> str:
    _require_known(table, columns)
    settings = ", ".join(f'"{column}" = told."{column}"' for column in columns if column != "id")
    # It takes any JSON to hold a hundred rows, for which it would rather read the whole table.
    told = f"(SELECT * FROM json_populate_recordset(NULL::{table}, %s::json) LIMIT {at_most})"  # noqa: S608
    return f"UPDATE {table} SET {settings} FROM {told} AS told WHERE {table}.id = told.id"  # noqa: S608


@cache
def _postgresql_parts(parts: tuple[tuple[_Part, int], ...]) -> str:
    """Return one statement for several tables: what refers to what is seen to when all of it is there."""
    *others, last = [
        _postgresql_change(part.table, part.columns, at_most)
        if part.are_there
        else _postgresql_insert(part.table, part.columns)
        for part, at_most in parts
    ]
    named = ", ".join(f"part_{place} AS ({statement})" for place, statement in enumerate(others))
    return f"WITH {named} {last}" if others else last


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _require_known(table: str, columns: tuple[str, ...]) -> None:
    unknown = set(columns) - set(SQLModel.metadata.tables[table].columns.keys())
    if unknown:
        raise KeyError(f"{table} has no {sorted(unknown)}")


def _kept(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return values as SQLite keeps them."""
    return tuple([keep(value) if (keep := _KEPT.get(type(value))) else value for value in values])


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
