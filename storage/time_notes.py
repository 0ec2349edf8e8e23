"""Notes on the time line: what changed on a day (“new till”), so that a later rise or fall can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from standards.errors import TimeNoteEmpty
from storage.events import note_event
from storage.names import clean_text
from storage.tables import NAME_LIMIT, TimeNoteRow

TEXT_LIMIT = NAME_LIMIT


@dataclass(frozen=True)
class TimeNote:
    """What changed on a day at one brand; without `brand_id`, for all that the set compares."""

    id: int
    noted_on: date
    text: str
    brand_id: int | None


def add_time_note(
    session: Session, text: str, noted_on: date, *, set_id: int, brand_id: int | None = None
) -> TimeNote:
    """
    Store a note once: the same words about the same day and thing, as after a second tap, stay one note.

    Args:
        set_id: the set whose time line it stands on, where it is about no single brand.
        brand_id: the brand it is about; it then stands on every set's time line that shows the brand.
    Raises:
        TimeNoteEmpty: it says nothing, or too much; nothing was stored.
    """
    said = " ".join(clean_text(text).split())
    if not said or len(said) > TEXT_LIMIT:
        raise TimeNoteEmpty(limit=TEXT_LIMIT)
    about = {"set_id": None if brand_id else set_id, "brand_id": brand_id}
    known = session.exec(
        select(TimeNoteRow)
        .where(TimeNoteRow.noted_on == noted_on, TimeNoteRow.text == said)
        .filter_by(**about)
    ).first()
    if known:
        return _to_note(known)
    row = TimeNoteRow(
        **about,
        noted_on=noted_on,
        text=said,
        added_by=session.info.get("by"),
        added_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    after = {"name": said, "on": noted_on.isoformat(), **about}
    note_event(session, "added", "time note", row.id, after=after)
    return _to_note(row)


def remove_time_note(session: Session, note_id: int) -> None:
    """Take a note off the time line; one that is gone already changes nothing."""
    row = session.get(TimeNoteRow, note_id, with_for_update=True)
    if not row:
        return
    before = {
        "name": row.text,
        "on": row.noted_on.isoformat(),
        "set_id": row.set_id,
        "brand_id": row.brand_id,
    }
    note_event(session, "removed", "time note", note_id, before=before)
    session.delete(row)


def list_time_notes(session: Session, set_id: int, brand_ids: Sequence[int]) -> list[TimeNote]:
    """Return the notes of a set and of the brands a reader sees, by day."""
    wanted = (
        select(TimeNoteRow)
        .where(or_(col(TimeNoteRow.set_id) == set_id, col(TimeNoteRow.brand_id).in_(brand_ids)))
        .order_by(col(TimeNoteRow.noted_on), col(TimeNoteRow.id))
    )
    return [_to_note(row) for row in session.exec(wanted).all()]


def _to_note(row: TimeNoteRow) -> TimeNote:
    assert row.id is not None
    return TimeNote(row.id, row.noted_on, row.text, row.brand_id)
