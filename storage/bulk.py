"""Rows by the handful, past the mapper: one statement a table, whose rows travel as one JSON text."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

_WAITING = "rows_waiting"
_Waiting = dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]]


def insert_rows(connection: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """
    Insert rows that name the same columns in the same order.

    Binding each value by itself costs Python more than the database needs to store it. Both databases take
    a list apart faster than that.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        lists = [list(row.values()) for row in rows]
        packed = json.dumps(lists, ensure_ascii=False, default=_for_sqlite)
        connection.exec_driver_sql(_sqlite_insert(table, columns), (packed,))
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
def _sqlite_insert(table: str, columns: tuple[str, ...]) -> str:
    _require_known(table, columns)
    taken = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(columns)))
    return f"INSERT INTO {table} ({_listed(columns)}) SELECT {taken} FROM json_each(?)"  # noqa: S608 - known


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


def _for_sqlite(value: Any) -> str:
    """Write a value as SQLAlchemy keeps it where the database has no type for it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no way to store {value!r}")
