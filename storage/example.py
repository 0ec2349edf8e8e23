"""The example programme: loaded to look around in, and removed without a trace."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, exists, func, insert, text
from sqlmodel import Session, col, select

from standards.editions import Edition, Kind
from standards.errors import ExampleInUse
from standards.measuring import DAY_UNITS, Measure
from standards.scoring import score_visit
from standards.values import Answer
from standards.visits import Observation, State
from storage.brands import add_brand, list_brands
from storage.channels import add_channel
from storage.editions import list_sets, publish_edition
from storage.events import note_event
from storage.example_photos import draw_photo
from storage.example_programme import (
    BRANDS,
    TIMEZONE,
    ExampleChannel,
    ExampleVisit,
    channels,
    example_sets,
    programme,
)
from storage.people import find_or_add_person
from storage.photo_files import sweep_orphans
from storage.photos import add_photo
from storage.pictures import Picture, read_picture
from storage.sessions import in_session
from storage.tables import (
    BrandRow,
    ChannelRow,
    EditionRow,
    EventRow,
    ObservationRow,
    PersonRow,
    PhotoRow,
    StandardSetRow,
    TrialVerdictRow,
    VisitRow,
)
from storage.visits import store_score

_IDS = UUID("5ec0de5a-2f1b-4d53-9d0c-6f0c1f3c7a11")
# More than any version of the example will hold, so that each version knows the visits of the others.
_MOST_VISITS = 2000
# Any number will do, as long as nothing else in the same PostgreSQL database uses it.
_LOCK = 7325663

Progress = Callable[[float], None]


def example_is_loaded(session: Session) -> bool:
    """Say whether the example is stored."""
    return session.exec(select(BrandRow.id).where(col(BrandRow.is_example))).first() is not None


def visit_id_of(number: int) -> UUID:
    """Return the id of an example visit: always the same, so that it is told from a user's own."""
    return uuid5(_IDS, f"visit/{number}")


def load_example(
    *, progress: Progress | None = None, today: date | None = None, by: int | None = None
) -> int:
    """
    Store the example programme; loading it again changes nothing.

    Args:
        progress: told the share done, 0–1, now and then.
        today: the eighteen months end with the last full month before it.
        by: the person acting, for the events.
    Returns:
        How many visits were stored; 0 where the example was there already.
    """
    with in_session(read_only=True) as session:
        if example_is_loaded(session):
            return 0
    tell = progress or (lambda _share: None)
    visits = list(programme(today or datetime.now(UTC).date()))
    # Drawn before the transaction begins, so that nobody who records a visit has to wait for it.
    pictures = _draw(visits, tell)
    with in_session(by=by) as session:
        _one_at_a_time(session)
        if example_is_loaded(session):
            return 0
        _store(session, visits, pictures, tell)
        note_event(
            session, "loaded", "example", "example", after={"visits": len(visits), "photos": len(pictures)}
        )
    tell(1)
    return len(visits)


def remove_example(*, by: int | None = None) -> int:
    """
    Remove the example with everything that hangs on it; return how many visits it held.

    A shopper of the example who was chosen for a visit of the user's own stays.

    Raises:
        ExampleInUse: a visit of the user's own is about one of its channels or standards, and is not
            void; nothing was changed.
    """
    with in_session(by=by) as session:
        _one_at_a_time(session)
        if not example_is_loaded(session):
            return 0
        visits = _visits_to_remove(session)
        photos = session.exec(
            select(func.count()).select_from(PhotoRow).where(col(PhotoRow.visit_id).in_(visits))
        ).one()
        _remove(session, visits)
        note_event(session, "removed", "example", "example", before={"visits": len(visits), "photos": photos})
    with in_session() as session:
        # The transaction that deleted the rows has committed: their files are orphans now.
        sweep_orphans(session, older_than=timedelta(0), even_all=True)
    return len(visits)


def _one_at_a_time(session: Session) -> None:
    # On SQLite a writing transaction keeps out everybody else as it is.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


@dataclass(frozen=True)
class _Stored:
    """What the visits point at, as stored: by kind, by channel, by name."""

    editions: dict[Kind, Edition]
    channels: dict[tuple[str, str], int]
    people: dict[str, int]

    def channel_id(self, channel: ExampleChannel) -> int:
        return self.channels[channel.brand.name, channel.name]


def _draw(visits: list[ExampleVisit], tell: Progress) -> dict[tuple[int, int], Picture]:
    wanted = [(visit, at) for visit in visits for at in range(len(visit.photos))]
    pictures = {}
    for done, (visit, at) in enumerate(wanted):
        photo = visit.photos[at]
        drawn = draw_photo(photo.scene, f"{visit.number}/{at}", flawed=photo.flawed)
        pictures[visit.number, at] = read_picture(drawn)
        tell(0.6 * done / len(wanted))
    return pictures


def _store(
    session: Session, visits: list[ExampleVisit], pictures: dict[tuple[int, int], Picture], tell: Progress
) -> None:
    stored = _store_setting(session, visits)
    observations: list[dict[str, Any]] = []
    rows: dict[int, VisitRow] = {}
    for visit in visits:
        rows[visit.number] = _visit_row(visit, stored)
        observations += _observation_rows(visit, stored.editions[visit.channel.kind])
    session.add_all(rows.values())
    session.flush()
    session.execute(insert(ObservationRow), observations)
    tell(0.7)
    for visit in visits:
        for at, photo in enumerate(visit.photos):
            photo_id = uuid5(_IDS, f"photo/{visit.number}/{at}")
            add_photo(
                session,
                rows[visit.number].id,
                photo.code,
                pictures[visit.number, at],
                photo_id=photo_id,
                caption=photo.caption,
            )
            session.get_one(PhotoRow, photo_id).added_at = visit.left_at
        if not visit.is_draft:
            # Photos are only taken up by an open visit, so it is closed after them.
            _submit(rows[visit.number], visit, stored.editions[visit.channel.kind])
        tell(0.7 + 0.3 * (visit.number + 1) / len(visits))
    session.flush()


def _store_setting(session: Session, visits: list[ExampleVisit]) -> _Stored:
    """Store brands, channels, standard sets and shoppers of the example."""
    taken_brands = {brand.name for brand in list_brands(session)}
    brands = {
        brand.name: add_brand(
            session, _free(brand.name, taken_brands), is_own=brand.is_own, is_example=True
        ).id
        for brand in BRANDS
    }
    channel_ids = {
        (channel.brand.name, channel.name): add_channel(
            session,
            brands[channel.brand.name],
            channel.kind,
            channel.name,
            area=channel.area,
            timezone=TIMEZONE,
        ).id
        for channel in channels()
    }
    taken_sets = {known.name for known in list_sets(session)}
    began_on = min(visit.started_at for visit in visits).date().replace(day=1)
    editions = {
        kind: publish_edition(
            session,
            _free(f"{ready.name} (example)", taken_sets),
            ready.standards,
            about=ready.about,
            minimum_coverage=ready.minimum_coverage,
            is_example=True,
            published_at=datetime.combine(began_on, time(), UTC),
        )
        for kind, ready in example_sets().items()
    }
    names = sorted({visit.shopper for visit in visits})
    people = {name: find_or_add_person(session, name, is_example=True) for name in names}
    return _Stored(editions, channel_ids, people)


def _free(name: str, taken: set[str]) -> str:
    """Return a name that nothing of the user's own has."""
    tried, number = name, 1
    while tried in taken:
        number += 1
        tried = f"{name} {number}"
    return tried


def _visit_row(visit: ExampleVisit, stored: _Stored) -> VisitRow:
    return VisitRow(
        id=visit_id_of(visit.number),
        channel_id=stored.channel_id(visit.channel),
        edition_id=stored.editions[visit.channel.kind].id,
        shopper_id=stored.people[visit.shopper],
        started_at=visit.started_at,
        first_impression=visit.first_impression,
        last_impression=visit.last_impression,
        would_return=visit.would_return,
        story=visit.story,
    )


def _observation_rows(visit: ExampleVisit, edition: Edition) -> list[dict[str, Any]]:
    """Return one visit's rows: answers spread evenly over its time, a stopwatch ending with its answer."""
    span = (visit.left_at - visit.started_at) / (len(visit.answers) + 1)
    standards = edition.by_code()
    rows = []
    for place, (code, answer) in enumerate(visit.answers.items()):
        standard, answered_at = standards[code], visit.started_at + span * (place + 1)
        is_timed = standard.measure is Measure.DURATION and standard.target.unit not in DAY_UNITS
        waited = timedelta(seconds=answer.value) if is_timed and answer.value is not None else None
        rows.append(
            _observation_row(
                visit,
                standard.id,
                answer,
                note=visit.notes.get(code, ""),
                opened_at=answered_at - waited if waited else None,
                closed_at=answered_at if waited else None,
                answered_at=answered_at,
            )
        )
    for code in visit.waits:
        rows.append(_observation_row(visit, standards[code].id, Answer(None), opened_at=visit.left_at))
    return rows


def _observation_row(
    visit: ExampleVisit, standard_id: int | None, answer: Answer, **more: Any
) -> dict[str, Any]:
    return {
        "visit_id": visit_id_of(visit.number),
        "standard_id": standard_id,
        "value": answer.value,
        "verdict": answer.verdict.value if answer.verdict else None,
        "longer_than": answer.longer_than,
        "counted_of": answer.counted_of,
        "note": "",
        "opened_at": None,
        "closed_at": None,
        "answered_at": None,
        **more,
    }


def _submit(row: VisitRow, visit: ExampleVisit, edition: Edition) -> None:
    sheet = edition.sheet(visit.channel.kind, is_own=visit.channel.brand.is_own)
    given = (Observation(code, answer.value, answer.verdict) for code, answer in visit.answers.items())
    store_score(row, score_visit(given, {standard.code: standard for standard in sheet}))
    row.state = State.SUBMITTED
    row.left_at = visit.left_at
    row.submitted_at = row.received_at = visit.left_at + timedelta(minutes=4)
    row.visited_on = visit.local_day


def _visits_to_remove(session: Session) -> list[UUID]:
    """
    Return the example's visits; channels are locked, so that no visit is started on them meanwhile.

    Raises:
        ExampleInUse: visits of the user's own, not void, are among those on its channels or standards.
    """
    brand_ids = select(BrandRow.id).where(col(BrandRow.is_example))
    channel_ids = session.exec(
        select(ChannelRow.id).where(col(ChannelRow.brand_id).in_(brand_ids)).with_for_update()
    ).all()
    set_ids = select(StandardSetRow.id).where(col(StandardSetRow.is_example))
    edition_ids = session.exec(
        select(EditionRow.id).where(col(EditionRow.set_id).in_(set_ids)).with_for_update()
    ).all()
    on_it = col(VisitRow.channel_id).in_(channel_ids) | col(VisitRow.edition_id).in_(edition_ids)
    hanging = dict(session.exec(select(VisitRow.id, VisitRow.state).where(on_it)).all())
    made = {visit_id_of(number) for number in range(_MOST_VISITS)}
    own = [visit_id for visit_id in set(hanging) - made if hanging[visit_id] != State.VOID]
    if own:
        raise ExampleInUse(count=len(own))
    return list(hanging)


def _remove(session: Session, visits: list[UUID]) -> None:
    session.execute(delete(VisitRow).where(col(VisitRow.id).in_(visits)))
    session.execute(delete(StandardSetRow).where(col(StandardSetRow.is_example)))
    brand_ids = select(BrandRow.id).where(col(BrandRow.is_example))
    session.execute(delete(ChannelRow).where(col(ChannelRow.brand_id).in_(brand_ids)))
    session.execute(delete(BrandRow).where(col(BrandRow.is_example)))
    in_use = (
        exists().where(col(VisitRow.shopper_id) == col(PersonRow.id))
        | exists().where(col(EventRow.person_id) == col(PersonRow.id))
        | exists().where(col(TrialVerdictRow.person_id) == col(PersonRow.id))
    )
    session.execute(delete(PersonRow).where(col(PersonRow.is_example), ~in_use))
    # Who is left has a visit of the user's own, and so is no longer only an example.
    for person in session.exec(select(PersonRow).where(col(PersonRow.is_example))).all():
        person.is_example = False
