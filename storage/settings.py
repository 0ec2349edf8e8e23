"""Settings: read from the environment, each named in the README."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """
    Where things are kept.

    `data` is the one folder that holds the database (unless a database URL names another) and the photos.
    """

    data: Path
    database_url: str

    @property
    def photos(self) -> Path:
        """The photo store's folder."""
        return self.data / "photos"


def read_settings() -> Settings:
    """
    Read `SECOND_VISIT_DATA` (default `data/`) and `SECOND_VISIT_DATABASE_URL` (default SQLite in there).

    A PostgreSQL URL may be written `postgresql://…`; the installed driver is filled in.
    """
    data = Path(os.environ.get("SECOND_VISIT_DATA") or "data").resolve()
    url = os.environ.get("SECOND_VISIT_DATABASE_URL") or f"sqlite:///{data / 'second_visit.db'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    return Settings(data=data, database_url=url)
