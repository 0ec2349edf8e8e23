"""Backup: one ZIP with every table and photo, from SQLite or PostgreSQL, restored whole or not at all."""

import json
import os
import re
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlmodel import AutoString, Session, SQLModel, col

from standards.errors import BackupUnusable, HoldsVisits
from storage.checking import broken_references, hash_of
from storage.columns import UtcDateTime
from storage.migrating import config, revision_of
from storage.photo_files import photo_path
from storage.sessions import engine
from storage.tables import PhotoRow, PictureRow, VisitRow
from storage.tally_tables import TallyClockRow, TallyRow
from storage.tallying import tally_due

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST_BYTES = 64 * 1024 * 1024
_AT_ONCE = 1_000
_PIECE = 1 << 20

# Added up from the visits, and so added up again from those that are restored.
_DERIVED = {str(TallyRow.__tablename__), str(TallyClockRow.__tablename__)}

_PHOTO = re.compile(r"photos/([0-9a-f]{64})(\.thumb)?\.jpg")
_TABLE = re.compile(r"tables/([a-z_]{1,60})\.jsonl")

# How a column's values stand in JSON. The manifest names the kind, so that a later program still knows it.
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "uuid": sa.Uuid(),
    "instant": UtcDateTime(),
    "date": sa.Date(),
    "json": sa.JSON(none_as_null=True),
    "boolean": sa.Boolean(),
    "bytes": sa.LargeBinary(),
    "integer": sa.Integer(),
    "number": sa.Float(),
    "text": sa.String(),
}


@dataclass(frozen=True)
class BackupReport:
    """What a backup holds, or what was restored. `photos_missing` had a row and no file."""

    visits: int
    photos: int
    photos_missing: int = 0
    done: str = "Backed up"

    @property
    def summary(self) -> str:
        """Say it in a line."""
        said = f"{self.done}: {self.visits:,} visits, {self.photos:,} photo files."
        if self.photos_missing:
            said += f" {self.photos_missing:,} photo files were missing already: see the command check."
        return said


def write_backup(target: Path) -> BackupReport:
    """
    Write everything stored into one ZIP: a snapshot of the tables, then the photos it names.

    Others may go on writing. The file is there in full or not at all, and readable by its owner only.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with (
            os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened,
            zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as packed,
        ):
            report = _pack(packed)
            packed.close()
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return report


def _pack(packed: zipfile.ZipFile) -> BackupReport:
    manifest: dict[str, Any] = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "tables": {}}
    with _snapshot() as connection:
        manifest["revision"] = revision_of(connection)
        for table in SQLModel.metadata.sorted_tables:
            if table.name not in _DERIVED:
                manifest["tables"][table.name] = _pack_table(packed, connection, table)
        named = connection.execute(
            sa.union(
                sa.select(col(PhotoRow.sha256), col(PhotoRow.thumbnail_sha256)),
                sa.select(col(PictureRow.sha256), col(PictureRow.thumbnail_sha256)),
            )
        ).all()
    photos, missing = {}, 0
    for full, thumbnail in named:
        for path, expected in ((photo_path(full), full), (photo_path(full, thumbnail=True), thumbnail)):
            # What is missing or changed is no reason to have no backup of all the rest.
            if hash_of(path) == expected:
                packed.write(path, f"photos/{path.name}", zipfile.ZIP_STORED)
                photos[f"photos/{path.name}"] = expected
            else:
                missing += 1
    manifest["photos"] = photos
    packed.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return BackupReport(manifest["tables"][VisitRow.__tablename__]["rows"], len(photos), missing)


@contextmanager
def _snapshot() -> Iterator[sa.Connection]:
    """Open a transaction that reads one moment of the database, whatever others write meanwhile."""
    opened = engine()
    options: dict[str, Any] = {"read_only": True}
    if opened.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with opened.connect().execution_options(**options) as connection:
        yield connection


def _pack_table(packed: zipfile.ZipFile, connection: sa.Connection, table: sa.Table) -> dict[str, Any]:
    kinds = {column.name: _kind_of(column) for column in table.columns}
    digest, count = sha256(), 0
    with packed.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
        rows = connection.execute(
            sa.select(table).order_by(*table.primary_key), execution_options={"yield_per": _AT_ONCE}
        )
        for row in rows:
            line = json.dumps([_packed(value, kind) for value, kind in zip(row, kinds.values(), strict=True)])
            encoded = line.encode() + b"\n"
            digest.update(encoded)
            member.write(encoded)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest(), "columns": kinds}


def _kind_of(column: sa.Column[Any]) -> str:
    kinds: tuple[tuple[str, type | tuple[type, ...]], ...] = (
        ("uuid", sa.Uuid),
        ("instant", UtcDateTime),
        ("date", sa.Date),
        ("json", sa.JSON),
        ("boolean", sa.Boolean),
        ("bytes", sa.LargeBinary),
        ("integer", sa.Integer),
        ("number", sa.Float),
        ("text", (sa.String, AutoString)),
    )
    for kind, kept_as in kinds:
        if isinstance(column.type, kept_as):
            return kind
    raise TypeError(f"no way to back up {column}: {column.type!r}")


def _packed(value: Any, kind: str) -> Any:
    if value is None or kind in ("json", "boolean", "integer", "number", "text"):
        return value
    if kind == "bytes":
        return b64encode(value).decode()
    return str(value) if kind == "uuid" else value.isoformat()


def _unpacked(value: Any, kind: str) -> Any:
    if value is None:
        return None
    match kind:
        case "uuid":
            return UUID(value)
        case "instant":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "bytes":
            return b64decode(value, validate=True)
        case _:
            return value


def restore_backup(source: Path, *, replace: bool = False) -> BackupReport:
    """
    Put back what a backup holds, on SQLite or PostgreSQL, whichever it came from.

    Everything is verified before anything is touched. The tables are replaced in one transaction, so that
    the old ones are there until the new ones are whole; photos are added before it and dropped after it.

    Args:
        replace: also where visits are stored now.
    Raises:
        BackupUnusable, HoldsVisits: nothing was changed.
    """
    try:
        with zipfile.ZipFile(source) as packed:
            manifest = _verified(packed)
            return _restore(packed, manifest, replace=replace)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as found:
        raise _unusable("it is not a whole ZIP file") from found


def _unusable(why: str) -> BackupUnusable:
    return BackupUnusable(why=why, advice="Use another backup.")


def _verified(packed: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest of a backup whose every part is there, is named as it must be, and has its hash."""
    names = packed.namelist()
    if any(part.flag_bits & 1 for part in packed.infolist()):
        raise _unusable("it is protected by a password")
    if MANIFEST not in names or packed.getinfo(MANIFEST).file_size > LARGEST_MANIFEST_BYTES:
        raise _unusable("it has no manifest, so it was not made by the command backup")
    try:
        manifest = json.loads(packed.read(MANIFEST))
        hashes = {f"tables/{name}.jsonl": table["sha256"] for name, table in manifest["tables"].items()}
        hashes |= manifest["photos"]
        kinds = {kind for table in manifest["tables"].values() for kind in table["columns"].values()}
        revision, made_as = manifest["revision"], manifest["format"]
    except (ValueError, KeyError, TypeError, AttributeError) as found:
        raise _unusable("its manifest cannot be read") from found
    if made_as != FORMAT or kinds - set(_TYPES):
        raise _unusable("it was made by a newer version of Second Visit")
    if sorted(names) != sorted([MANIFEST, *hashes]):
        raise _unusable("its parts are not those its manifest names")
    strange = [name for name in hashes if not _PHOTO.fullmatch(name) and not _TABLE.fullmatch(name)]
    if strange:
        raise _unusable(f"it names a part that no backup has: {strange[0][:60]}")
    known = {step.revision for step in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision not in known:
        raise _unusable(f"it was made by a newer version of Second Visit ({revision})")
    for name, expected in hashes.items():
        if _hash_of_part(packed, name) != expected:
            raise _unusable(f"{name} is not what was backed up")
    return dict(manifest)


def _hash_of_part(packed: zipfile.ZipFile, name: str) -> str:
    digest = sha256()
    with packed.open(name) as member:
        while piece := member.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _restore(packed: zipfile.ZipFile, manifest: dict[str, Any], *, replace: bool) -> BackupReport:
    opened = engine()
    added: list[Path] = []
    photos = set(manifest["photos"])
    try:
        with opened.begin() as connection:
            if connection.dialect.name == "postgresql":
                _keep_others_out(connection)
            if not replace:
                _refuse_visits(connection)
            every_photo = sa.union(sa.select(col(PhotoRow.sha256)), sa.select(col(PictureRow.sha256)))
            old = set(connection.execute(every_photo).scalars())
            for name in sorted(photos):
                _add_photo(packed, name, added)
            _replace_tables(packed, manifest, connection)
    except BaseException:
        for path in added:
            path.unlink(missing_ok=True)
            if _aside(path).exists():
                _aside(path).replace(path)
        raise
    for path in added:
        _aside(path).unlink(missing_ok=True)
    kept = {found[1] for name in photos if (found := _PHOTO.fullmatch(name))}
    for gone in old - kept:
        photo_path(gone).unlink(missing_ok=True)
        photo_path(gone, thumbnail=True).unlink(missing_ok=True)
    return BackupReport(manifest["tables"]["visit"]["rows"], len(photos), done="Restored")


def _keep_others_out(connection: sa.Connection) -> None:
    # On SQLite the writing transaction does it.
    connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
    names = ", ".join(f'"{table.name}"' for table in SQLModel.metadata.sorted_tables)
    connection.execute(sa.text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def _refuse_visits(connection: sa.Connection) -> None:
    held = connection.execute(sa.select(sa.func.count()).select_from(VisitRow)).scalar_one()
    if held:
        raise HoldsVisits(count=held)


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.aside")


def _add_photo(packed: zipfile.ZipFile, name: str, added: list[Path]) -> None:
    """Write one photo's file unless it is there as it must be; another of its name is kept aside."""
    found = _PHOTO.fullmatch(name)
    assert found is not None
    path = photo_path(found[1], thumbnail=bool(found[2]))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with packed.open(name) as member, unfinished.open("wb") as opened:
            _copy(member, opened)
        there = hash_of(path)
        if there == hash_of(unfinished):
            return
        if there:
            path.replace(_aside(path))
        added.append(path)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while piece := source.read(_PIECE):
        target.write(piece)
    target.flush()
    os.fsync(target.fileno())


def _replace_tables(packed: zipfile.ZipFile, manifest: dict[str, Any], connection: sa.Connection) -> None:
    """Build the tables as they were when the backup was made, fill them, and bring them up to date."""
    SQLModel.metadata.drop_all(connection)
    connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    upgrading = config()
    upgrading.attributes["connection"] = connection
    command.upgrade(upgrading, manifest["revision"])
    try:
        for name in _in_order(connection, manifest["tables"]):
            _fill(packed, name, manifest["tables"][name]["columns"], connection)
    except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.StatementError, ValueError, TypeError) as found:
        raise _unusable("its rows do not fit together") from found
    command.upgrade(upgrading, "head")
    if connection.dialect.name == "postgresql":
        _count_on(connection)
    broken = next(broken_references(connection), None)
    if broken:
        raise _unusable(broken.removesuffix("."))
    with Session(connection) as session:
        tally_due(session)


def _in_order(connection: sa.Connection, tables: dict[str, Any]) -> Sequence[str]:
    """Return the tables so that what is pointed to comes first; refuse those of another shape."""
    inspector = sa.inspect(connection)
    shapes = {name: set(table["columns"]) for name, table in tables.items()}
    there = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name not in {"alembic_version", *_DERIVED}
    }
    if shapes != there:
        raise _unusable("its tables are not those of its version")
    return [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name in tables]


def _fill(packed: zipfile.ZipFile, name: str, kinds: dict[str, str], connection: sa.Connection) -> None:
    table = sa.table(name, *(sa.column(column, _TYPES[kind]) for column, kind in kinds.items()))
    rows: list[dict[str, Any]] = []
    with packed.open(f"tables/{name}.jsonl") as member:
        for line in member:
            values = zip(json.loads(line), kinds.items(), strict=True)
            rows.append({column: _unpacked(value, kind) for value, (column, kind) in values})
            if len(rows) == _AT_ONCE:
                connection.execute(sa.insert(table), rows)
                rows = []
    if rows:
        connection.execute(sa.insert(table), rows)


def _count_on(connection: sa.Connection) -> None:
    """Let PostgreSQL's counters go on after the highest id; SQLite looks for itself."""
    for table in SQLModel.metadata.sorted_tables:
        key = list(table.primary_key.columns)
        if len(key) == 1 and isinstance(key[0].type, sa.Integer):
            highest = sa.select(sa.func.max(key[0])).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, key[0].name)
            connection.execute(
                sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1), highest.is_not(None)))
            )
