"""Asking a database's driver itself: what SQLAlchemy does around a statement can take longer than it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def asked_driver(connection: Connection, statement: str, values: Mapping[str, Any] | Sequence[Any]) -> Any:
    """
    Send a statement in its driver's words, in the connection's transaction; return its cursor.

    Raises:
        DBAPIError: as SQLAlchemy would tell it.
    """
    try:
        return connection.connection.driver_connection.execute(statement, values)  # type: ignore[union-attr]
    except connection.dialect.loaded_dbapi.Error as problem:
        has_gone = connection.dialect.is_disconnect(problem, connection.connection.dbapi_connection, None)
        if has_gone:
            connection.invalidate(problem)
        raise DBAPIError.instance(
            statement,
            None,
            problem,
            connection.dialect.loaded_dbapi.Error,
            connection_invalidated=has_gone,
            dialect=connection.dialect,
        ) from problem
