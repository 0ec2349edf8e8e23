"""Settings: read from the environment, each named in the README."""

import os
from dataclasses import dataclass
from functools import lru_cache
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
    folder = os.environ.get("SECOND_VISIT_DATA") or "data"
    if not os.path.isabs(folder):  # noqa: PTH117 - asked several times in each request
        folder = f"{os.getcwd()}/{folder}"  # noqa: PTH109
    return _understood(folder, os.environ.get("SECOND_VISIT_DATABASE_URL"))


@lru_cache(maxsize=8)
def _understood(folder: str, database_url: str | None) -> Settings:
    data = Path(folder).resolve()
    url = database_url or f"sqlite:///{data / 'second_visit.db'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    return Settings(data=data, database_url=url)


@dataclass(frozen=True)
class DoorSettings:
    """
    By which names browsers reach this server, and whose word about the visitor's address is believed.

    `allowed_hosts` empty: localhost, this machine's own name, and every address written in numbers.
    """

    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]


def read_door_settings() -> DoorSettings:
    """Read `SECOND_VISIT_ALLOWED_HOSTS` and `SECOND_VISIT_TRUSTED_PROXIES`, both lists with commas."""
    return DoorSettings(
        allowed_hosts=tuple(
            host.lower().rstrip(".") for host in _listed(os.environ.get("SECOND_VISIT_ALLOWED_HOSTS"))
        ),
        trusted_proxies=tuple(_listed(os.environ.get("SECOND_VISIT_TRUSTED_PROXIES"))),
    )


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def keeps_service_worker() -> bool:
    """
    Read `SECOND_VISIT_SERVICE_WORKER`: `off` sends every phone a worker that removes itself.

    It is the way back when a version of the worker misbehaves on phones that nobody can reach.
    """
    return os.environ.get("SECOND_VISIT_SERVICE_WORKER", "on").strip().lower() != "off"
