"""What phones have at the end of a run, laid beside what was recorded and what the server holds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from benchmarks.recorded_visits import Recorded, mark_in
from storage.checking import find_faults
from storage.photo_files import photo_path
from storage.pictures import read_picture
from storage.tables import ObservationRow, PhotoRow, StandardRow, VisitRow


@dataclass(frozen=True)
class HeldPhoto:
    """A photo as a phone has it at the end; `content` is what was sent."""

    id: str
    code: str | None
    taken_at: str
    sha256: str
    is_received: bool
    content: bytes


@dataclass(frozen=True)
class HeldVisit:
    """A visit as a phone has it at the end."""

    id: str
    mark: str
    is_answered: bool
    photos: tuple[HeldPhoto, ...]


@dataclass
class Compared:
    """
    What the server holds beside what was recorded and what the phones have.

    A photo has four hashes to be compared: what the phone says of its bytes, with those bytes; what the
    server says it received, with what the phone sent; what the server says it keeps, with the file on its
    disk; and that file, with what the phone's bytes give when they are encoded anew here.
    """

    visits: int = 0
    photos: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    hashes_compared: int = 0
    hashes_equal: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether each visit is there once, as it was recorded, and on its phone as sent."""
        wrong = self.lost or self.doubled or self.damaged or self.unsent or self.faults
        return not wrong and self.hashes_compared == self.hashes_equal


def compare(session: Session, recorded: Sequence[Recorded], held: Sequence[HeldVisit]) -> Compared:
    """Lay side by side each visit, observation, photo and hash; read from the tables themselves."""
    rows = session.exec(select(VisitRow)).all()
    by_mark = {row.story: row for row in rows}
    marks, on_phones = Counter(row.story for row in rows), Counter(visit.mark for visit in held)
    told_of = {told.mark: told for told in recorded}
    found = Compared(visits=len(rows), photos=len(session.exec(select(PhotoRow.id)).all()))
    found.lost = [mark for mark in told_of if mark not in marks or mark not in on_phones]
    found.doubled = [mark for mark in {**marks, **on_phones} if max(marks[mark], on_phones[mark]) > 1]
    found.damaged = [f"{mark}: nobody recorded it" for mark in {**marks, **on_phones} if mark not in told_of]
    found.unsent = [visit.mark for visit in held if not _is_sent(visit)]
    for visit in held:
        row, told = by_mark.get(visit.mark), told_of.get(visit.mark)
        if row and told:
            wrong = [
                *_wrong_words(session, row, told, visit),
                *_wrong_photos(session, row, told, visit, found),
            ]
            found.damaged += [f"{visit.mark}: {what}" for what in wrong]
    if found.photos > (wanted := sum(len(told.photos) for told in recorded)):
        found.doubled.append(f"{found.photos} photos where {wanted} were taken")
    found.faults = list(find_faults(session))
    return found


def _is_sent(visit: HeldVisit) -> bool:
    return visit.is_answered and all(photo.is_received for photo in visit.photos)


def _wrong_words(session: Session, row: VisitRow, told: Recorded, held: HeldVisit) -> Iterator[str]:
    """Say what of a visit but its photos is not as it was recorded."""
    codes = _codes(session, row.edition_id)
    said = {
        codes[one.standard_id]: (one.verdict, one.value, one.note)
        for one in session.exec(select(ObservationRow).where(col(ObservationRow.visit_id) == row.id))
        if one.verdict or one.note
    }
    compared: dict[str, tuple[Any, Any]] = {
        "id": (row.id, UUID(held.id)),
        "state": (row.state, "submitted"),
        "channel": (row.channel_id, told.channel_id),
        "edition": (row.edition_id, told.edition_id),
        "first impression": (row.first_impression, told.first_impression.strip()),
        "last impression": (row.last_impression, told.last_impression.strip()),
        "would return": (row.would_return, told.would_return),
        "observations": (said, {code: _wanted(told, code) for code in told.codes}),
        "photos awaited": (row.photos_awaited, []),
    }
    for what, (is_, was) in compared.items():
        if is_ != was:
            yield f"{what} is {is_!r}, was {was!r}"


def _wanted(told: Recorded, code: str) -> tuple[str | None, float | None, str]:
    note = told.notes.get(code, "").strip()
    if code not in told.answers:
        return None, None, note
    value = told.answers[code]
    return {1.0: "met", 0.0: "missed", None: "not applicable"}[value], value, note


def _wrong_photos(
    session: Session, row: VisitRow, told: Recorded, held: HeldVisit, found: Compared
) -> Iterator[str]:
    """Say what of a visit's photos is not as they were taken and sent; count the hashes."""
    codes = _codes(session, row.edition_id)
    stored = {
        str(photo.id): photo
        for photo in session.exec(select(PhotoRow).where(col(PhotoRow.visit_id) == row.id))
    }
    taken = Counter((photo.mark, photo.code) for photo in told.photos)
    if stored.keys() != {photo.id for photo in held.photos} or len(stored) != len(told.photos):
        yield f"{len(stored)} photos, {len(held.photos)} on the phone, {len(told.photos)} were taken"
    for photo in held.photos:
        if not (kept := stored.get(photo.id)):
            continue
        file = photo_path(kept.sha256).read_bytes()
        pairs = [
            (photo.sha256, sha256(photo.content).hexdigest()),
            (kept.received_sha256, photo.sha256),
            (kept.sha256, sha256(file).hexdigest()),
            (kept.sha256, read_picture(photo.content).sha256 if photo.content else "no bytes"),
        ]
        equal = sum(is_ == was for is_, was in pairs)
        found.hashes_compared += len(pairs)
        found.hashes_equal += equal
        seen = mark_in(file), None if kept.standard_id is None else codes[kept.standard_id]
        taken[seen] -= 1
        if taken[seen] < 0:
            yield f"photo {photo.id} shows {seen}, which was not taken, or is there twice"
        if equal < len(pairs):
            yield f"photo {photo.id} has other hashes: {pairs}"
        if kept.taken_at != datetime.fromisoformat(photo.taken_at):
            yield f"photo {photo.id} was taken {photo.taken_at}, stored is {kept.taken_at}"


def _codes(session: Session, edition_id: int) -> dict[int, str]:
    rows = session.exec(select(StandardRow).where(col(StandardRow.edition_id) == edition_id))
    return {row.id: row.code for row in rows if row.id is not None}
