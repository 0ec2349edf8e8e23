"""Questions that almost every request asks: past SQLAlchemy, of the database's driver itself."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Float, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlmodel import Session

from storage.driver import asked_driver

_SQLITE: Any = sqlite.dialect()
_PSYCOPG: Any = psycopg.dialect()  # type: ignore[no-untyped-call]

Asked = Select[*tuple[Any, ...]]


class Question:
    """
    A SELECT that is built once and asked again and again; a row's columns are its attributes.

    To learn anew what forty columns are takes SQLAlchemy longer than it takes a database to find them.
    """

    def __init__(self, wanted: Asked, *, in_postgresql: Asked | None = None) -> None:
        """
        Args:
            wanted: with a bound parameter for each value.
            in_postgresql: what is asked there, where it is another question.
        """
        there = wanted if in_postgresql is None else in_postgresql
        self.in_sqlite, self.in_postgresql = Form(wanted, _SQLITE), Form(there, _PSYCOPG)
        self._forms = {"sqlite": self.in_sqlite, "postgresql": self.in_postgresql}

    def first(self, session: Session, values: Mapping[str, Any]) -> Any:
        """Return the first row, or None."""
        connection = session.connection()
        form = self._forms[connection.dialect.name]
        found = asked_driver(connection, form.statement, form.bound(values)).fetchone()
        return form.row(found) if found else None

    def all(self, session: Session, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return every row."""
        connection = session.connection()
        form = self._forms[connection.dialect.name]
        found = asked_driver(connection, form.statement, form.bound(values)).fetchall()
        return [form.row(row) for row in found]


class Form:
    """A question in the words of one driver."""

    def __init__(self, wanted: Asked, dialect: Dialect) -> None:
        compiled = wanted.compile(dialect=dialect)
        self.statement = str(compiled)
        self._names: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._readers = [
            (at, read)
            for at, column in enumerate(wanted.selected_columns)
            if (read := _reader(column.type, dialect))
        ]
        # Its names are as they stand in the SELECT; of two that are the same, the second has none.
        row: Any = namedtuple("Row", list(wanted.selected_columns.keys()), rename=True)  # type: ignore[misc]
        self._make: Callable[[Iterable[Any]], Any] = row._make

    def bound(self, values: Mapping[str, Any]) -> Mapping[str, Any] | Sequence[Any]:
        """Return values as the driver takes them."""
        given = {**self._fixed, **values}
        if self._names is None:
            return given
        # SQLite has no type for them.
        return [value.hex if isinstance(value := given[name], UUID) else value for name in self._names]

    def row(self, found: Sequence[Any]) -> Any:
        """Return a row as SQLAlchemy would give it."""
        values = list(found)
        for at, read in self._readers:
            values[at] = read(values[at])
        return self._make(values)


def _reader(kind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    # Each driver gives numbers as they are; SQLAlchemy asks which kind of number a result holds.
    if isinstance(kind, Float):
        return None
    read: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return read
