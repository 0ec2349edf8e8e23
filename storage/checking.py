"""Checking: whether references, values, photos and scores are whole; scores equal recomputed ones."""

from collections.abc import Iterable, Iterator
from hashlib import file_digest
from itertools import groupby
from math import isclose
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Row, Select, exists, func, select, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, SQLModel, col

from standards.editions import Edition, Evidence, Kind, Scope
from standards.errors import UnknownStandard
from standards.measuring import Comparator, Measure, Target, Verdict, is_allowed, verdict_of
from standards.scoring import Score, score_visit
from standards.visits import COUNTED_STATES, Observation, State
from storage.editions import readable_editions
from storage.looks import look_faults
from storage.photo_files import photo_path
from storage.tables import (
    BrandRow,
    ChannelRow,
    EditionRow,
    ObservationRow,
    PhotoRow,
    PictureRow,
    StandardRow,
    TrialRow,
    TrialVerdictRow,
    VisitRow,
)
from storage.tallying import wrong_tallies

TOLERANCE = 1e-9
_AT_ONCE = 2_000
# Of one broken reference: enough to see what happened.
_MOST_ALIKE = 20


def find_faults(session: Session) -> Iterator[str]:
    """
    Say in a line each what is not whole; nothing is mended.

    A database whose pages are damaged ends the search after saying so.
    """
    connection = session.connection()
    try:
        yield from _damaged_pages(connection)
        yield from broken_references(connection)
        yield from _unknown_words(session)
        yield from _wrong_visits_or_tallies(session)
        yield from _wrong_drafts(session)
        yield from _wrong_photos(session)
        yield from look_faults(session)
    except DatabaseError as found:
        yield f"The database cannot be read any further: {found.orig}."


def count_stored(session: Session) -> dict[str, int]:
    """Return how many visits, observations and photos are stored."""
    tables = {"visits": VisitRow, "observations": ObservationRow, "photos": PhotoRow}
    return {
        name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.items()
    }


def _damaged_pages(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for (said,) in connection.execute(text("PRAGMA integrity_check")):
            if said != "ok":
                yield f"The database file is damaged: {said}."


def broken_references(connection: Connection) -> Iterator[str]:
    """Say which rows point to a row that is not there; a database with its rules switched off lets them."""
    for table in SQLModel.metadata.sorted_tables:
        key = list(table.primary_key.columns)
        for foreign_key in sorted(table.foreign_keys, key=lambda one: one.parent.name):
            own: Column[Any] = foreign_key.parent
            there = exists().where(foreign_key.column == own)
            wanted: Select[Any] = select(*key, own.label("points_to")).where(own.is_not(None), ~there)
            for found in connection.execute(wanted.limit(_MOST_ALIKE)):
                named = "/".join(str(part) for part in found[:-1])
                kept = foreign_key.column.table.name
                yield f"Broken reference: {table.name} {named} names {kept} {found[-1]}, which is not there."


def _unknown_words(session: Session) -> Iterator[str]:
    """Say which columns hold a word outside their lists."""
    for column, words in (
        (col(ChannelRow.kind), Kind),
        (col(StandardRow.measure), Measure),
        (col(StandardRow.comparator), Comparator),
        (col(StandardRow.scope), Scope),
        (col(StandardRow.evidence), Evidence),
        (col(VisitRow.state), State),
        (col(ObservationRow.verdict), Verdict),
        (col(TrialVerdictRow.verdict), Verdict),
    ):
        wanted = select(column).where(column.not_in([str(word) for word in words])).distinct()
        for held in session.execute(wanted).scalars():
            yield f"Value not allowed: {column} holds “{held}”."
    negative = select(col(StandardRow.code)).where(col(StandardRow.weight) < 0)
    for code in session.execute(negative).scalars():
        yield f"Value not allowed: standard {code} has a negative weight."


def recompute_scores(session: Session, *, brand_id: int | None = None) -> Iterator[tuple[UUID, Score]]:
    """
    Score the submitted visits (of one brand) anew from their observations.

    Raises:
        UnknownStandard: a visit answers what it was not asked.
    """
    editions = _sound_editions(session)
    for head, answers in list(_visits(session, brand_id=brand_id)):
        if head.edition_id in editions:
            yield head.id, _score(head, answers, editions[head.edition_id])


def _score(head: Row[Any], answers: list[Row[Any]], edition: Edition) -> Score:
    sheet = edition.sheet(Kind(head.kind), is_own=head.is_own)
    observations = [
        Observation(answer.code, verdict=Verdict(answer.verdict) if answer.verdict else None)
        for answer in answers
    ]
    return score_visit(observations, {standard.code: standard for standard in sheet})


def _sound_editions(session: Session) -> dict[int, Edition]:
    """Return the editions that can be read; those that cannot are told of by `_unknown_words`."""
    return readable_editions(session, session.execute(select(col(EditionRow.id))).scalars().all())


def _visits(session: Session, *, brand_id: int | None = None) -> Iterator[tuple[Row[Any], list[Row[Any]]]]:
    """Give each submitted visit with its answers; a broken reference leaves out what cannot be joined."""
    wanted: Select[*tuple[Any, ...]] = (
        select(
            col(VisitRow.id),
            col(VisitRow.edition_id),
            col(VisitRow.points),
            col(VisitRow.points_possible),
            col(VisitRow.coverage),
            col(VisitRow.no_nos_missed),
            col(ChannelRow.kind),
            col(BrandRow.is_own),
            col(StandardRow.code),
            col(StandardRow.edition_id).label("asked_by"),
            col(StandardRow.measure),
            col(StandardRow.comparator),
            col(StandardRow.target),
            col(StandardRow.unit),
            col(ObservationRow.value),
            col(ObservationRow.verdict),
            col(ObservationRow.longer_than),
        )
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
        .outerjoin(ObservationRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .outerjoin(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .where(col(VisitRow.state).in_([state.value for state in COUNTED_STATES]))
        .order_by(col(VisitRow.id))
    )
    if brand_id is not None:
        wanted = wanted.where(col(BrandRow.id) == brand_id)
    rows = session.execute(wanted, execution_options={"yield_per": _AT_ONCE})
    for _, group in groupby(rows, key=lambda row: row.id):
        together = list(group)
        yield together[0], [row for row in together if row.code is not None]


def _wrong_visits_or_tallies(session: Session) -> Iterator[str]:
    """Say what is wrong in visits; a tally is looked at only where all visits are as they must be."""
    first = next(wrong := _wrong_visits(session), None)
    if first:
        yield first
        yield from wrong
    else:
        yield from wrong_tallies(session, _sound_editions(session))


def _wrong_visits(session: Session) -> Iterator[str]:
    editions = _sound_editions(session)
    for head, answers in _visits(session):
        wrong = [said for answer in answers if (said := _wrong_answer(answer))]
        yield from wrong
        if not wrong and head.edition_id in editions and head.kind in list(Kind):
            try:
                score = _score(head, answers, editions[head.edition_id])
            except UnknownStandard as found:
                asked = found.facts["standard"]
                yield f"Visit {head.id} answers standard {asked}, which it was not asked."
            else:
                yield from _other_score(head, score)


def _wrong_answer(answer: Row[Any]) -> str | None:
    named = f"observation {answer.id}/{answer.code}"
    if answer.asked_by != answer.edition_id:
        return f"Value not allowed: {named} is about a standard of another edition."
    words = (answer.measure in list(Measure), answer.comparator in list(Comparator))
    if not all(words) or (answer.verdict and answer.verdict not in list(Verdict)):
        return f"Value not allowed: {named} cannot be judged."
    if answer.value is None:
        return None
    if not is_allowed(Measure(answer.measure), answer.value):
        return f"Value not allowed: {named} holds {answer.value:g}, which is no {answer.measure}."
    target = Target(Comparator(answer.comparator), answer.target, answer.unit)
    # A wait in working days that was given up is judged by the days that are over in full.
    judged = {verdict_of(target, value, longer_than=answer.longer_than) for value in _judged(answer)}
    if (answer.verdict or None) not in judged:
        follows = " or ".join(sorted(str(verdict or "no verdict") for verdict in judged))
        return f"Value not allowed: {named} is {answer.verdict}, but {answer.value:g} gives {follows}."
    return None


def _judged(answer: Row[Any]) -> tuple[float, ...]:
    if answer.longer_than and answer.unit == "working days":
        return answer.value, answer.value - 1
    return (answer.value,)


def _other_score(head: Row[Any], score: Score) -> Iterator[str]:
    computed = {
        "points": score.points,
        "points_possible": score.possible,
        "coverage": score.coverage,
        "no_nos_missed": float(len(score.no_nos_missed)),
    }
    for name, value in computed.items():
        stored = getattr(head, name)
        same = (
            stored is value if None in (stored, value) else isclose(stored, value or 0.0, abs_tol=TOLERANCE)
        )
        if not same:
            yield f"Score differs: visit {head.id} has {name} {stored}, recomputed {value}."


def _wrong_photos(session: Session) -> Iterator[str]:
    of_visits = select(col(PhotoRow.id), col(PhotoRow.sha256), col(PhotoRow.thumbnail_sha256))
    of_none = select(col(PictureRow.sha256), col(PictureRow.sha256), col(PictureRow.thumbnail_sha256))
    for named, wanted in (("photo", of_visits), ("picture", of_none)):
        rows: Iterable[Any] = session.execute(wanted, execution_options={"yield_per": _AT_ONCE})
        for photo_id, sha256, thumbnail_sha256 in rows:
            for what, path, expected in (
                ("file", photo_path(sha256), sha256),
                ("thumbnail", photo_path(sha256, thumbnail=True), thumbnail_sha256),
            ):
                held = hash_of(path)
                if held is None:
                    yield f"Photo missing: the {what} of {named} {photo_id} is not there ({path.name})."
                elif held != expected:
                    whose = f"{named} {photo_id} is not what was stored ({path.name})"
                    yield f"Photo changed: the {what} of {whose}."


def _wrong_drafts(session: Session) -> Iterator[str]:
    """Say which drafts have visits, which trials judge another edition, and what was overruled unsaid."""
    visits = (
        select(col(VisitRow.id), col(EditionRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .where(col(EditionRow.published_at).is_(None))
    )
    for visit_id, edition_id in session.execute(visits.limit(_MOST_ALIKE)):
        yield f"Value not allowed: visit {visit_id} is made with edition {edition_id}, which is a draft."
    elsewhere = (
        select(col(TrialVerdictRow.trial_id), col(StandardRow.code))
        .join(TrialRow, col(TrialVerdictRow.trial_id) == col(TrialRow.id))
        .join(StandardRow, col(TrialVerdictRow.standard_id) == col(StandardRow.id))
        .where(col(TrialRow.edition_id) != col(StandardRow.edition_id))
    )
    for trial_id, code in session.execute(elsewhere.limit(_MOST_ALIKE)):
        yield f"Value not allowed: trial {trial_id} judges standard {code}, which its draft does not ask."
    for code, overrulings in session.execute(select(col(StandardRow.code), col(StandardRow.overrulings))):
        if any(not said.get("word") or not said.get("reason") for said in overrulings):
            yield f"Value not allowed: standard {code} has an overruled word without a reason."


def hash_of(path: Path) -> str | None:
    """Return a file's SHA-256; None where it cannot be read."""
    try:
        with path.open("rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None
