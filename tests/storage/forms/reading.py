"""Reads the forms back, as whoever gets them would."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
from openpyxl import load_workbook
from pypdf.generic import DictionaryObject


def pdf_of(content: bytes) -> Any:
    """Open a PDF; its objects are whatever the file says they are."""
    return pypdf.PdfReader(io.BytesIO(content), strict=True)


def words_of(content: bytes) -> str:
    """Return a PDF's text as one line; a number stays tied to its percent sign as on the page."""
    pages = [page.extract_text() for page in pdf_of(content).pages]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


def tags_of(content: bytes) -> list[Any]:
    """Return every element of a PDF's structure, in reading order."""
    found: list[Any] = []

    def walk(element: Any) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for one in element:
                walk(one)
        elif isinstance(element, DictionaryObject):
            if "/S" in element:
                found.append(element)
            if "/K" in element:
                walk(element["/K"])

    walk(pdf_of(content).trailer["/Root"]["/StructTreeRoot"])
    return found


def fonts_of(content: bytes) -> Iterator[Any]:
    for page in pdf_of(content).pages:
        for font in page["/Resources"]["/Font"].values():
            yield from (one.get_object() for one in font["/DescendantFonts"])


def sheets_of(file: Path, *, formulas: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each sheet of a workbook: values, or the formulas behind them."""
    book = load_workbook(file, data_only=not formulas)
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def column_of(rows: list[tuple[Any, ...]], name: str) -> list[Any]:
    """Return a table's column below its head."""
    at = rows[0].index(name)
    return [row[at] for row in rows[1:]]
