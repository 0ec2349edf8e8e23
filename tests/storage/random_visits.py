"""Visits that answer in every way there is, always the same, and a reader like another process."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session

from standards.editions import Kind, Scope, Standard
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.values import Answer, answer_of
from storage.channels import list_channels
from storage.comparing import Selection, count_compared
from storage.editions import editions_of_set, list_sets
from storage.sessions import in_session, open_engine
from storage.settings import read_settings
from storage.tables import VisitRow
from storage.tallies import compared_columns
from storage.visits import close_wait, open_wait, record_answer, start_visit, submit_visit
from tests.builders import a_brand, a_channel, a_standard, an_edition
from tests.storage.recomputing import assert_same, recomputed_columns, recomputed_count

A_DAY = date(2026, 3, 10)
WAIT = Target(Comparator.AT_MOST, 180, "seconds")
FIRST = (
    a_standard("greet", weight=5),
    a_standard("wait", measure=Measure.DURATION, target=WAIT, weight=3),
    a_standard("badge", scope=Scope.OURS_ONLY, weight=4),
    a_standard("rude", no_no=True, weight=0.1),
    a_standard("rings", measure=Measure.COUNT, target=Target(Comparator.AT_MOST, 3), kinds={Kind.PHONE}),
    a_standard("reply", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 2, "working days")),
    a_standard("parcel", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 2.5, "days"), weight=2),
)
SECOND = (
    a_standard("new"),
    replace(FIRST[1], weight=1),
    a_standard("greet", measure=Measure.RATING, target=Target(Comparator.AT_LEAST, 4)),
    replace(FIRST[3], no_no=False),
    replace(FIRST[2], scope=Scope.COMMON),
    FIRST[6],
    replace(FIRST[5], scope=Scope.OURS_ONLY),
)
PLACES = (
    ("Ours", Kind.SHOP, "North"),
    ("Ours", Kind.PHONE, "South"),
    ("Rival", Kind.SHOP, "North"),
    ("Rival", Kind.PHONE, ""),
    ("Third", Kind.EMAIL, "South"),
)


def answered(session: Session, visit_id: UUID, standard: Standard, chance: Random, left_at) -> None:
    """Give one answer in one of the ways there are; in one of ten, none."""
    way = chance.random()
    at = left_at + timedelta(minutes=chance.choice([-20, 30, 61, 6000]))
    if way < 0.1:
        return
    if way < 0.2:
        record_answer(session, visit_id, standard, Answer(Verdict.NOT_APPLICABLE), at=at)
    elif standard.measure is Measure.DURATION and way < 0.5:
        began = left_at - timedelta(minutes=5)
        ended = began + timedelta(seconds=chance.randrange(10, 600_000))
        open_wait(session, visit_id, standard, at=began)
        close_wait(session, visit_id, standard, replied=chance.random() < 0.6, at=ended)
    elif standard.measure is Measure.DURATION:
        value = chance.choice([0, 60.5, 300, 2, 1e6])
        record_answer(session, visit_id, standard, answer_of(standard, value, longer_than=way > 0.8), at=at)
    else:
        value = chance.choice([0, 1] if standard.measure is Measure.YES_NO else [1, 3, 5])
        record_answer(session, visit_id, standard, answer_of(standard, value), at=at)


def random_visit(session: Session, chance: Random, *, on: date | None = None) -> UUID:
    """Submit a visit with any edition of the set to any channel, on any day of March."""
    (used,) = [known for known in list_sets(session) if known.name == "Shop visit"]
    edition = chance.choice(editions_of_set(session, used.id))
    channel = chance.choice([one for one in list_channels(session) if not one.brand.is_example])
    left_at = datetime.combine(on or A_DAY + timedelta(chance.randrange(20)), time(12), UTC)
    visit_id = UUID(int=chance.getrandbits(128))
    shopper = chance.choice([None, "Kim", "Sam"])
    start_visit(session, visit_id, channel.id, edition.id, started_at=left_at, shopper=shopper)
    for standard in edition.sheet(channel.kind, is_own=channel.brand.is_own):
        answered(session, visit_id, standard, chance, left_at)
    record_answer(session, visit_id, edition.by_code()["rude"], Answer(Verdict.MET), at=left_at)
    if chance.random() < 0.9:
        session.get_one(VisitRow, visit_id).left_at = left_at
    submit_visit(session, visit_id, at=left_at + timedelta(days=20))
    return visit_id


def store_programme() -> Random:
    """Store two editions of a set, channels in several places, and visits that answer in every way."""
    chance = Random(7)  # noqa: S311 - nothing is kept secret by it
    with in_session() as session:
        an_edition(session, FIRST, minimum_coverage=0.5)
        for n, (brand, kind, area) in enumerate(PLACES):
            owner = a_brand(session, brand, is_own=brand == "Ours")
            a_channel(session, owner, f"Place {n}", kind=kind, area=area)
        for _ in range(10):
            random_visit(session, chance)
        an_edition(session, SECOND, minimum_coverage=0.5)
        for _ in range(10):
            random_visit(session, chance)
    return chance


def selections(session: Session, set_id: int) -> list[Selection]:
    """Return every side of a selection by itself, and several together."""
    channels = list_channels(session)
    ours = channels[0]
    return [
        Selection(set_id),
        Selection(set_id, fresh_only=True),
        Selection(set_id, brand_ids=(ours.brand.id,)),
        Selection(set_id, kinds=(Kind.PHONE, Kind.EMAIL), fresh_only=True),
        Selection(set_id, areas=("North", "Nowhere")),
        Selection(set_id, channel_ids=(channels[-1].id, channels[1].id)),
        Selection(set_id, since=A_DAY + timedelta(5), until=A_DAY + timedelta(9)),
        Selection(set_id, since=A_DAY + timedelta(9), until=A_DAY),
        Selection(set_id, editions=(2,), fresh_only=True),
        Selection(set_id, editions=(1, 2), areas=("South",), until=A_DAY + timedelta(12)),
    ]


def equals_a_recomputation(session: Session, *, seen_by=None, closely: bool = False) -> int:
    """Hold all sets against a full recomputation; return how many visits are compared."""
    compared = 0
    for found in list_sets(session):
        for selection in selections(session, found.id)[: None if closely else 2]:
            columns = compared_columns(session, selection, seen_by=seen_by)
            assert_same(columns, recomputed_columns(session, selection, seen_by=seen_by))
            counted = count_compared(session, selection, seen_by=seen_by)
            assert counted == recomputed_count(session, selection, seen_by=seen_by)
        compared += len(compared_columns(session, Selection(found.id), seen_by=seen_by))
    return compared


def compared_here() -> int:
    """Compare in this process, whose copy was read before."""
    with in_session(read_only=True) as session:
        return equals_a_recomputation(session)


@contextmanager
def another_process():
    """Open a reader with an engine, and so a copy, of its own."""
    other = open_engine(read_settings().database_url)

    @contextmanager
    def reading():
        with Session(other) as session:
            session.connection(execution_options={"read_only": True})
            yield session

    yield reading
    other.dispose()
