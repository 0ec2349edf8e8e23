"""
Sets pages in a process of its own: `python -m storage.forms.worker`, asked and answered through its pipes.

Typst keeps what it has set, so that whoever asks ends this process after some pages. It knows nothing of
the program: a folder with a template and pictures and a text with data come in, bytes go out.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

import typst

from storage.forms.worker_words import FAILED, LENGTH_BYTES, OK

REMEMBERED = 11


def serve(asked: BinaryIO, answered: BinaryIO) -> None:
    """Answer one request a line until there are no more: a mark, how many parts, and each with its length."""
    fonts: typst.Fonts | None = None
    for line in asked:
        request = json.loads(line)
        fonts = fonts or typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[request["fonts"]]
        )
        try:
            mark, parts = OK, _set(request, fonts)
        except (typst.TypstError, ValueError) as error:
            mark, parts = FAILED, [str(error).encode()]
        answered.write(mark + len(parts).to_bytes(LENGTH_BYTES))
        for part in parts:
            answered.write(len(part).to_bytes(LENGTH_BYTES))
            answered.write(part)
        answered.flush()
        _forget(fonts)


def _forget(fonts: typst.Fonts) -> None:
    """Have Typst forget what it has set: it keeps that until so many other documents were set after it."""
    compiler = typst.Compiler(font_paths=fonts)
    for _ in range(REMEMBERED):
        compiler.compile(b" ", format="svg")


def _set(request: Mapping[str, Any], fonts: typst.Fonts) -> list[bytes]:
    is_pdf = request["dots_per_inch"] is None
    folder = request["folder"]
    compiler = typst.Compiler(
        f"{folder}/{request['template']}",
        root=folder,
        font_paths=fonts,
        sys_inputs={"data": request["data"]},
        # Not the user's own folders: the templates ask for no package, so that nothing is ever fetched.
        package_path=f"{folder}/none",
        package_cache_path=f"{folder}/none",
    )
    written = compiler.compile(
        format="pdf" if is_pdf else "png",
        ppi=request["dots_per_inch"],
        pdf_standards=["a-2a", "ua-1"] if is_pdf else [],
        timestamp=datetime.fromtimestamp(request["timestamp"], UTC),
    )
    if written is None:
        raise ValueError("nothing was set")
    return [written] if isinstance(written, bytes) else written


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
