"""Compression: files that never change leave packed by Brotli or gzip, packed once for all starts."""

import gzip
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

# Measured on Streamlit's 23 MB of scripts: quality 11 saves another tenth and takes twenty times as long.
_BROTLI_QUALITY = 9
_GZIP_LEVEL = 9
_PACKED = frozenset({".js", ".css", ".html", ".json", ".svg", ".webmanifest", ".txt"})
_SMALLEST = 512
# A name that holds a hash of its content, as in index.DormvYxC.js.
_HASHED = re.compile(r"\.[A-Za-z0-9_-]{8}\.[a-z0-9]+$")
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Encoding:
    """One way to pack: its name in HTTP, and the ending of its files in the cache."""

    name: str
    ending: str

    def pack(self, content: bytes) -> bytes:
        """Return the content packed; the same bytes every time."""
        if self.name == "br":
            return bytes(brotli.compress(content, quality=_BROTLI_QUALITY))
        return gzip.compress(content, _GZIP_LEVEL, mtime=0)


_ENCODINGS = (Encoding("br", ".br"), Encoding("gzip", ".gz"))


class PackedContent:
    """
    One content with its packed forms, each made when first asked for.

    Args:
        content: what is sent.
        path: of what it is, for its type and for whether it may be kept for ever.
        cache: the folder where packed forms outlive the process; they are named by their content's hash,
            so that a new version never meets an old one.
    """

    def __init__(self, content: bytes, path: str, cache: Path) -> None:
        self.content = content
        ending = Path(path).suffix.lower()
        self.media_type = _TYPES.get(ending) or guess_type(path)[0] or "application/octet-stream"
        self.is_for_ever = bool(_HASHED.search(path))
        self._may_pack = ending in _PACKED and len(content) >= _SMALLEST
        self._cache = cache
        self._made: dict[str, bytes] = {}
        self._lock = Lock()

    @cached_property
    def sha256(self) -> str:
        """The content's hash, in hexadecimal."""
        return sha256(self.content).hexdigest()

    def encoding_for(self, accepted: str) -> Encoding | None:
        """Return the first of our encodings that a browser takes; None for the content as it is."""
        if not self._may_pack:
            return None
        taken = {part.split(";")[0].strip(): part for part in accepted.lower().split(",")}
        return next((e for e in _ENCODINGS if e.name in taken and not _is_refused(taken[e.name])), None)

    def packed(self, encoding: Encoding) -> bytes:
        """Return the content in this encoding, from memory, the cache or made now."""
        with self._lock:
            if encoding.name not in self._made:
                self._made[encoding.name] = self._kept(encoding) or self._keep(encoding)
            return self._made[encoding.name]

    def _kept(self, encoding: Encoding) -> bytes | None:
        try:
            return self._file(encoding).read_bytes()
        except OSError:
            return None

    def _keep(self, encoding: Encoding) -> bytes:
        made = encoding.pack(self.content)
        # A full or read-only disk costs time at the next start, and nothing else.
        with suppress(OSError):
            self._cache.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._cache, suffix=".part", delete=False) as part:
                part.write(made)
                part.flush()
                os.fsync(part.fileno())
            Path(part.name).replace(self._file(encoding))
        return made

    def _file(self, encoding: Encoding) -> Path:
        return self._cache / f"{self.sha256}-{_BROTLI_QUALITY}{encoding.ending}"

    def answer(self, headers: Headers, *, kept: str = "") -> Response:
        """
        Return the content as this request may have it; 304 where the browser has it already.

        Args:
            kept: the Cache-Control to send; by default for ever where the name holds a hash.
        """
        encoding = self.encoding_for(headers.get("accept-encoding", ""))
        # Each form is its own entity: a strong tag must not be shared by two.
        tag = f'"{self.sha256[:32]}{encoding.ending if encoding else ""}"'
        sent = {
            "ETag": tag,
            "Cache-Control": kept or (_FOREVER if self.is_for_ever else _ASK_AGAIN),
            "Vary": "Accept-Encoding",
        }
        if tag in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=sent)
        if encoding:
            sent["Content-Encoding"] = encoding.name
        content = self.packed(encoding) if encoding else self.content
        return Response(content, headers=sent, media_type=self.media_type)


class PackedFolder:
    """
    Answers for the files of one folder, as an ASGI application to be mounted.

    Only the files that were there at the start are answered, by their exact names: no path of a request
    ever reaches the disk.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder, self._cache = folder, cache
        self._contents: dict[str, PackedContent] = {}
        self._lock = Lock()

    @cached_property
    def _names(self) -> Mapping[str, Path]:
        return dict(self._listed())

    def _listed(self) -> Iterator[tuple[str, Path]]:
        for file in self._folder.rglob("*"):
            if file.is_file():
                yield file.relative_to(self._folder).as_posix(), file

    def find(self, name: str) -> PackedContent | None:
        """Return one file's content by its name in the folder; None where there is none."""
        file = self._names.get(name)
        if not file:
            return None
        with self._lock:
            if name not in self._contents:
                self._contents[name] = PackedContent(file.read_bytes(), name, self._cache)
            return self._contents[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD."""
        if scope["type"] != "http":
            return
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        found = self.find(name) if scope["method"] in ("GET", "HEAD") else None
        if not found:
            answer: Response = PlainTextResponse("There is nothing at this address.", status_code=404)
        else:
            answer = await run_in_threadpool(found.answer, Headers(raw=list(scope["headers"])))
        await answer(scope, receive, send)


def _is_refused(part: str) -> bool:
    """Whether a browser names an encoding only to refuse it, as in `br;q=0`."""
    return bool(re.search(r"q\s*=\s*0(\.0*)?\s*$", part))
