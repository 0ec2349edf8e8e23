"""A scorecard as a file: PDF, XLSX, CSV or a picture, all from the same value."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from standards.people import Person
from standards.scorecards import Scorecard, write_span
from standards.scorecards.values import SubjectKind
from storage.forms.look import Look
from storage.forms.pdf import write_pdf, write_picture
from storage.forms.xlsx_file import write_xlsx
from storage.scorecard_rows import observations_behind
from storage.scorecards import Asked, Named, name_scorecard, photos_of_card, read_scorecard
from storage.sessions import in_session

_LONGEST_NAME = 100
_NOT_IN_NAMES = re.compile(r"[^\w .-]+|\.{2,}")


class Form(StrEnum):
    """What a scorecard can be handed out as."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    PICTURE = "png"


MIME = {
    Form.PDF: "application/pdf",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv",
    Form.PICTURE: "image/png",
}


@dataclass(frozen=True)
class Order:
    """For whom files are made, how they look, and on which day; None is the operator."""

    seen_by: Person | None
    made_on: date
    look: Look = field(default_factory=Look)


def write_scorecard(asked: Asked, forms: tuple[Form, ...], folder: Path, order: Order) -> list[Path]:
    """
    Write a scorecard into a folder in some forms; return the files.

    Where there are more observations than a sheet holds, the CSV is written beside it.

    Raises:
        ScorecardNotFound, ScorecardEmpty: nothing was written.
    """
    if set(forms) == {Form.CSV}:
        return [_write_rows(asked, folder, order)]
    with in_session(read_only=True) as session:
        card = read_scorecard(session, asked, seen_by=order.seen_by, made_on=order.made_on)
        photos = photos_of_card(session, card) if Form.PDF in forms else {}
    stem = _free_stem(folder, file_stem(card))
    wanted, written = list(forms), []
    for form in wanted:
        path = folder / f"{stem}.{form}"
        match form:
            case Form.PDF:
                path.write_bytes(write_pdf(card, photos, order.look))
            case Form.PICTURE:
                path.write_bytes(write_picture(card, order.look))
            case Form.CSV:
                _write_csv(asked, path, order)
            case Form.XLSX:
                parts = observations_behind(asked, seen_by=order.seen_by)
                if not write_xlsx(card, parts, path, order.look) and Form.CSV not in wanted:
                    wanted.append(Form.CSV)
        written.append(path)
    return written


def _write_rows(asked: Asked, folder: Path, order: Order) -> Path:
    """Write the observations alone: millions of them are read in less time and room than their figures."""
    with in_session(read_only=True) as session:
        named = name_scorecard(session, asked, seen_by=order.seen_by)
    path = folder / f"{_free_stem(folder, file_stem(named))}.{Form.CSV}"
    _write_csv(asked, path, order)
    return path


def _write_csv(asked: Asked, path: Path, order: Order) -> None:
    # Arrow takes a quarter of the memory that a workbook is written in, which needs nothing of it.
    from storage.forms.csv_file import write_csv  # noqa: PLC0415

    write_csv(observations_behind(asked, seen_by=order.seen_by), path)


def file_stem(card: Scorecard | Named) -> str:
    """Return what a scorecard's file is called: brand, subject and period, in letters any disk takes."""
    subject, when = card.subject, write_span(card.span)
    named = [subject.name] if subject.kind is SubjectKind.BRAND else [subject.brand, subject.name]
    text = unicodedata.normalize("NFC", " ".join(named))
    clean = " ".join(_NOT_IN_NAMES.sub(" ", text).split()).strip(". ")[:_LONGEST_NAME].strip(". ")
    return f"Scorecard {clean} {when}" if clean else f"Scorecard {when}"


def _free_stem(folder: Path, stem: str) -> str:
    """Return a name that no file in the folder has yet, whatever the letters' case."""
    taken = {path.stem.casefold() for path in folder.iterdir()}
    number, free = 1, stem
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number})"
    return free
