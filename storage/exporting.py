"""Exports: submitted visits as CSV, streamed, safe to open in a spreadsheet program and to import again."""

import csv
import os
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlmodel import Session, col

from standards.measuring import Measure
from standards.spreadsheets import guard
from standards.visits import COUNTED_STATES
from storage.tables import (
    BrandRow,
    ChannelRow,
    EditionRow,
    ObservationRow,
    PersonRow,
    StandardRow,
    StandardSetRow,
    VisitRow,
)

OBSERVATION_COLUMNS = (
    "visit_id", "brand", "channel", "kind", "area", "shopper", "visited_on",
    "set", "edition", "code", "value", "verdict", "note",
)  # fmt: skip
SCORE_COLUMNS = (
    "external_id", "brand", "channel", "area", "visited_on",
    "score_percent", "coverage", "no_nos_missed", "failed",
    "visit_id", "set", "edition", "kind",
)  # fmt: skip
_AT_ONCE = 1_000

Cell = str | int | float | None


def observation_lines(session: Session) -> Iterator[str]:
    """
    Give every observation of submitted visits as the lines of a long visits file, header first.

    A visit without an external id is named by its own id. A value stands as the importer reads it:
    seconds, `> 300` for a wait that was given up, `19 of 20` for a share that was counted.
    """
    wanted = (
        _from_visits(
            col(PersonRow.name).label("shopper"),
            col(StandardRow.code),
            col(StandardRow.measure),
            col(ObservationRow.value),
            col(ObservationRow.verdict),
            col(ObservationRow.note),
            col(ObservationRow.longer_than),
            col(ObservationRow.counted_of),
        )
        .outerjoin(PersonRow, col(VisitRow.shopper_id) == col(PersonRow.id))
        .join(ObservationRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .order_by(col(VisitRow.visited_on), col(VisitRow.id), col(StandardRow.position))
    )
    return _lines(OBSERVATION_COLUMNS, (_observation_cells(row) for row in _stream(session, wanted)))


def score_lines(session: Session) -> Iterator[str]:
    """
    Give the score of every submitted visit as the lines of a CSV file, header first.

    Numbers are written in full, so that whoever recomputes them finds the same. Where nothing applied,
    the score is blank.
    """
    wanted = _from_visits(
        col(VisitRow.points),
        col(VisitRow.points_possible),
        col(VisitRow.coverage),
        col(VisitRow.no_nos_missed),
    ).order_by(col(VisitRow.visited_on), col(VisitRow.id))
    return _lines(SCORE_COLUMNS, (_score_cells(row) for row in _stream(session, wanted)))


def count_exported(session: Session) -> tuple[int, int]:
    """Return how many visits and how many observations an export holds."""
    states = [state.value for state in COUNTED_STATES]
    visits = select(func.count()).select_from(VisitRow).where(col(VisitRow.state).in_(states))
    observations = (
        select(func.count())
        .select_from(ObservationRow)
        .join(VisitRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .where(col(VisitRow.state).in_(states))
    )
    return session.execute(visits).scalar_one(), session.execute(observations).scalar_one()


def write_lines(lines: Iterable[str], target: Path) -> None:
    """
    Write lines as UTF-8, whole or not at all; `-` is the standard output.

    A file that is there already is replaced when the last line is written, not before.
    """
    if str(target) == "-":
        for line in lines:
            sys.stdout.buffer.write(line.encode())
        sys.stdout.buffer.flush()
        return
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as opened:
            opened.writelines(lines)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _from_visits(*columns: Any) -> Select[Any]:
    return (
        select(
            col(VisitRow.id),
            col(VisitRow.external_id),
            col(BrandRow.name).label("brand"),
            col(ChannelRow.name).label("channel"),
            col(ChannelRow.kind),
            col(ChannelRow.area),
            col(VisitRow.visited_on),
            col(StandardSetRow.name).label("set_name"),
            col(EditionRow.number).label("edition"),
            *columns,
        )
        .select_from(VisitRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .join(StandardSetRow, col(EditionRow.set_id) == col(StandardSetRow.id))
        .where(col(VisitRow.state).in_([state.value for state in COUNTED_STATES]))
    )


def _stream(session: Session, wanted: Select[Any]) -> Iterator[Row[Any]]:
    yield from session.execute(wanted, execution_options={"yield_per": _AT_ONCE})


def _lines(header: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _observation_cells(row: Row[Any]) -> tuple[Cell, ...]:
    return (
        guard(row.external_id or str(row.id)),
        guard(row.brand),
        guard(row.channel),
        row.kind,
        guard(row.area),
        guard(row.shopper or ""),
        row.visited_on.isoformat(),
        guard(row.set_name),
        row.edition,
        guard(row.code),
        _value_cell(row),
        row.verdict or "",
        guard(row.note),
    )


def _value_cell(row: Row[Any]) -> str:
    """Return a value as a person would type it, and as `standards.values.read_answer` reads it."""
    if row.value is None:
        return ""
    if row.measure == Measure.YES_NO:
        return "yes" if row.value else "no"
    if row.counted_of:
        return f"{round(row.value * row.counted_of / 100)} of {row.counted_of}"
    return f"> {_number(row.value)}" if row.longer_than else _number(row.value)


def _number(value: float) -> str:
    """Write a number in full and never as 1e-05, which the importer does not read."""
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")


def _score_cells(row: Row[Any]) -> tuple[Cell, ...]:
    percent = 100 * row.points / row.points_possible if row.points_possible else ""
    return (
        guard(row.external_id or str(row.id)),
        guard(row.brand),
        guard(row.channel),
        guard(row.area),
        row.visited_on.isoformat(),
        percent,
        "" if row.coverage is None else row.coverage,
        row.no_nos_missed,
        "yes" if row.no_nos_missed else "no",
        str(row.id),
        guard(row.set_name),
        row.edition,
        row.kind,
    )
