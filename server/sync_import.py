"""Reading the file a phone exports: a ZIP of visit.json, photos/ID.jpg and hashes.json."""

import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO
from uuid import UUID

from server.sync_shapes import ANYTHING
from standards.errors import ExportUnusable
from storage.photos import PHOTO_LIMIT
from storage.pictures import BYTE_LIMIT, Picture, read_picture

VISIT, HASHES = "visit.json", "hashes.json"
# What the phone could not read either is in the file for its owner, and in no visit.
_NOT_READABLE = "not-readable/"
_LARGEST_VISIT = 20_000_000
# The list of a ZIP's parts is read whole before any part is: far more room than an export's takes.
_LARGEST_LIST = 100_000
_END_OF_LIST, _END_BYTES = b"PK\5\6", 22
_PHOTO = re.compile(
    r"photos/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.(?:jpg|jpeg|png|webp|heic|heif|bin)"
)


def read_export(source: IO[bytes]) -> tuple[bytes, dict[UUID, tuple[Picture, str]]]:
    """
    Return the visit's document and its photos, each with the SHA-256 of its bytes in the file.

    Raises:
        ExportUnusable, PhotoUnreadable, PhotoTooManyPixels: nothing was changed.
    """
    with _opened(source) as packed:
        hashes = _hashes(packed)
        document = _part(packed, VISIT, _LARGEST_VISIT, hashes)
        pictures = {}
        photos = sorted(name for name in hashes if name != VISIT and not name.startswith(_NOT_READABLE))
        for number, name in enumerate(photos, 1):
            found = _PHOTO.fullmatch(name)
            if not found:
                raise ExportUnusable(why=f"it names a part that no export has, {name[:60]}")
            content = _part(packed, name, BYTE_LIMIT, hashes)
            pictures[UUID(found[1])] = read_picture(content, number), hashes[name]
    return document, pictures


@contextmanager
def _opened(source: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    _refuse_long_list(source)
    try:
        with zipfile.ZipFile(source) as packed:
            yield packed
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as found:
        raise ExportUnusable(why="it is not a whole ZIP file") from found


def _refuse_long_list(source: IO[bytes]) -> None:
    """Refuse a file whose list of parts could fill the memory, as the end of a ZIP says beforehand."""
    size = source.seek(0, os.SEEK_END)
    source.seek(max(0, size - 0xFFFF - _END_BYTES))
    tail = source.read()
    at = tail.rfind(_END_OF_LIST)
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at < 0:
        raise ExportUnusable(why="it is not a whole ZIP file")
    # With the second mark the true length stands elsewhere: no export is that large.
    if length > _LARGEST_LIST or b"PK\6\7" in tail[max(0, at - 20) : at]:
        raise ExportUnusable(why="it holds more parts than an export has")


def _hashes(packed: zipfile.ZipFile) -> dict[str, str]:
    names = packed.namelist()
    if HASHES not in names or VISIT not in names or len(names) > PHOTO_LIMIT + 2:
        raise ExportUnusable(why="it was not exported by the recorder")
    try:
        told = ANYTHING.validate_json(_read(packed, HASHES, _LARGEST_VISIT))
    except ValueError as broken:
        raise ExportUnusable(why="its list of hashes cannot be read") from broken
    if not isinstance(told, dict) or sorted([HASHES, *told]) != sorted(names):
        raise ExportUnusable(why="its parts are not those its list of hashes names")
    return {name: str(digest) for name, digest in told.items()}


def _part(packed: zipfile.ZipFile, name: str, most: int, hashes: dict[str, str]) -> bytes:
    content = _read(packed, name, most)
    if sha256(content).hexdigest() != hashes[name]:
        raise ExportUnusable(why=f"{name} is not what was exported")
    return content


def _read(packed: zipfile.ZipFile, name: str, most: int) -> bytes:
    # A bomb says nothing true about its size: no more is unpacked than may be.
    with packed.open(name) as part:
        content = part.read(most + 1)
    if len(content) > most:
        raise ExportUnusable(why=f"{name} is larger than {most / 1e6:.0f} MB")
    return content
