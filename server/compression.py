"""Compression: files that never change leave packed by Brotli or gzip, packed once for all starts."""

import gzip
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from queue import SimpleQueue
from tempfile import NamedTemporaryFile
from threading import Lock, Thread

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

# Measured on the largest of Streamlit's scripts, 4.7 MB: quality 11 makes 1.06 MB of it in 30 s, and
# quality 5 1.24 MB in 0.35 s.
_BEST, _QUICK = 11, 5
_GZIP_LEVEL = 6
# Up to here the best takes no longer than anybody notices.
_SMALL = 32_000
_PACKED = frozenset({".js", ".css", ".html", ".json", ".svg", ".webmanifest", ".txt"})
_SMALLEST = 512
# A name that holds a hash of its content, as in index.DormvYxC.js.
_HASHED = re.compile(r"\.[A-Za-z0-9_-]{8}\.[a-z0-9]+$")
# A phone asks for fifty small files: what each carries beside its content counts.
_TAG_LETTERS = 16
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Encoding:
    """One way to pack: its name in HTTP, and the ending of its files in the cache."""

    name: str
    ending: str
    quality: int

    def pack(self, content: bytes) -> bytes:
        """Return the content packed; the same bytes every time."""
        if self.name == "br":
            return bytes(brotli.compress(content, quality=self.quality))
        return gzip.compress(content, self.quality, mtime=0)


_BROTLI = Encoding("br", ".br", _BEST)
_BROTLI_AT_FIRST = Encoding("br", ".br5", _QUICK)
_GZIP = Encoding("gzip", ".gz", _GZIP_LEVEL)
_ENCODINGS = (_BROTLI, _GZIP)


def _encoding_for(accepted: str) -> Encoding | None:
    """Return the first of our encodings that a browser takes; None for none."""
    parts = {part.split(";")[0].strip(): part for part in accepted.lower().split(",")}
    return next((e for e in _ENCODINGS if e.name in parts and not _is_refused(parts[e.name])), None)


def pack_for_one(content: bytes, accepted: str) -> tuple[bytes, str]:
    """Return content that is one person's alone, packed quickly and kept nowhere, and in which encoding."""
    wanted = _encoding_for(accepted)
    if not wanted:
        return content, ""
    return (_BROTLI_AT_FIRST if wanted is _BROTLI else wanted).pack(content), wanted.name


class PackedContent:
    """
    One content with its packed forms, each made when first asked for.

    What takes long to pack well is packed quickly at first, and well beside that, once for all starts.

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
        self._made: dict[Encoding, bytes] = {}
        self._lock = Lock()
        self._is_due = False

    @cached_property
    def sha256(self) -> str:
        """The content's hash, in hexadecimal."""
        return sha256(self.content).hexdigest()

    def packed(self, accepted: str) -> tuple[bytes, Encoding | None]:
        """Return the content as a browser takes it that accepts these encodings, and in which it is."""
        wanted = _encoding_for(accepted) if self._may_pack else None
        if not wanted:
            return self.content, None
        with self._lock:
            found = self._made.get(wanted) or self._kept(wanted)
            if not found and wanted is _BROTLI and len(self.content) > _SMALL:
                if not self._is_due:
                    self._is_due = True
                    _packing().put(self)
                wanted = _BROTLI_AT_FIRST
                found = self._made.get(wanted)
            self._made[wanted] = found or self._keep(wanted)
            return self._made[wanted], wanted

    def pack_well(self) -> None:
        """Make and keep the form that takes long, and forget the one that stood in for it."""
        made = self._keep(_BROTLI)
        with self._lock:
            self._made[_BROTLI] = made
            self._made.pop(_BROTLI_AT_FIRST, None)

    def _kept(self, encoding: Encoding) -> bytes | None:
        try:
            return self._file(encoding).read_bytes()
        except OSError:
            return None

    def _keep(self, encoding: Encoding) -> bytes:
        made = encoding.pack(self.content)
        if encoding is _BROTLI_AT_FIRST:
            return made
        # A full or read-only disk costs time at the next start, and nothing else.
        with suppress(OSError):
            self._cache.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._cache, suffix=".part", delete=False) as part:
                try:
                    part.write(made)
                    part.flush()
                    os.fsync(part.fileno())
                    Path(part.name).replace(self._file(encoding))
                finally:
                    Path(part.name).unlink(missing_ok=True)
        return made

    def _file(self, encoding: Encoding) -> Path:
        return self._cache / f"{self.sha256}-{encoding.quality}{encoding.ending}"

    def answer(self, headers: Headers, *, kept: str = "") -> Response:
        """
        Return the content as this request may have it; 304 where the browser has it already.

        Args:
            kept: the Cache-Control to send; by default for ever where the name holds a hash.
        """
        content, encoding = self.packed(headers.get("accept-encoding", ""))
        # Each form is its own entity: a strong tag must not be shared by two.
        tag = f'"{self.sha256[:_TAG_LETTERS]}{encoding.ending if encoding else ""}"'
        sent = {
            "ETag": tag,
            "Cache-Control": kept or (_FOREVER if self.is_for_ever else _ASK_AGAIN),
            "Vary": "Accept-Encoding",
        }
        # A browser that has another form of the same content has the content.
        if self.sha256[:_TAG_LETTERS] in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=sent)
        if encoding:
            sent["Content-Encoding"] = encoding.name
        return Response(content, headers=sent, media_type=self.media_type)


@cache
def _packing() -> "SimpleQueue[PackedContent]":
    """Return what waits to be packed well, and start the one thread that does it."""
    waiting: SimpleQueue[PackedContent] = SimpleQueue()

    def pack_all() -> None:
        while True:
            waiting.get().pack_well()

    # It may end with the program at any moment: a file is whole in the cache, or not there.
    Thread(target=pack_all, name="packing", daemon=True).start()
    return waiting


class PackedFolder:
    """
    Answers for the files of one folder, as an ASGI application to be mounted.

    Only the files that were there at the start are answered, by their exact names: no path of a request
    ever reaches the disk.

    Args:
        headers: what each answer carries beside its own.
        change: what is sent of a file, by its name and content.
    """

    def __init__(
        self,
        folder: Path,
        cache: Path,
        headers: Mapping[str, str] | None = None,
        change: Callable[[str, bytes], bytes] = lambda _name, content: content,
    ) -> None:
        self._folder, self._cache = folder, cache
        self._headers, self._change = headers or {}, change
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
                content = self._change(name, file.read_bytes())
                self._contents[name] = PackedContent(content, name, self._cache)
            return self._contents[name]

    def answer(self, name: str, headers: Headers, *, kept: str = "") -> Response:
        """Return one file as a request may have it; 404 where there is none."""
        found = self.find(name)
        if not found:
            return PlainTextResponse("There is nothing at this address.", status_code=404)
        answer = found.answer(headers, kept=kept)
        answer.headers.update(self._headers)
        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD."""
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        answer = await run_in_threadpool(self.answer, name, Headers(raw=list(scope["headers"])))
        await answer(scope, receive, send)


def _is_refused(part: str) -> bool:
    """Whether a browser names an encoding only to refuse it, as in `br;q=0`."""
    return bool(re.search(r"q\s*=\s*0(\.0*)?\s*$", part))
