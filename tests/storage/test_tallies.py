"""What comparing reads is what the visits hold, to the last bit, after every kind of change."""

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from threading import Event, Thread
from uuid import UUID
from weakref import ref

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from standards.editions import Kind, Scope, Standard
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from standards.values import Answer, answer_of
from standards.visits import State
from storage.backup import restore_backup, write_backup
from storage.channels import change_channel, list_channels
from storage.checking import find_faults
from storage.comparing import Selection, brands_in_set, count_compared, places_of, sets_in_use
from storage.editions import editions_of_set, get_edition, list_sets, publish_edition
from storage.example import load_example, remove_example
from storage.importing import import_standards, import_visits
from storage.people import add_account
from storage.sessions import close_database, engine, in_session, open_engine
from storage.settings import read_settings
from storage.tables import ChannelRow, VisitRow
from storage.tallies import compared_columns
from storage.tally_copies import current_copy
from storage.tallying import retally, tally_due
from storage.visits import close_wait, open_wait, record_answer, start_visit, submit_visit, void_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
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
VISITS = b"visit_id,brand,channel,kind,area,visited_on,new,rude\n1,Rival,New,shop,West,2026-01-05,yes,yes\n"


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


@pytest.fixture
def programme(database):
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


def a_visit_is_added(chance):
    with in_session() as session:
        random_visit(session, chance)


def an_older_visit_is_added(chance):
    with in_session() as session:
        random_visit(session, chance, on=A_DAY - timedelta(100))


def a_visit_of_the_same_day_is_added(chance):
    with in_session() as session:
        for _ in range(8):
            random_visit(session, chance, on=A_DAY)


def the_oldest(session: Session) -> VisitRow:
    return session.scalars(select(VisitRow).order_by(col(VisitRow.visited_on), col(VisitRow.id))).all()[0]


def a_visit_is_voided(_chance):
    with in_session() as session:
        void_visit(session, the_oldest(session).id, "it was a try")


def a_visit_is_approved(_chance):
    with in_session() as session:
        the_oldest(session).state = State.APPROVED


def a_visit_is_returned(_chance):
    with in_session() as session:
        the_oldest(session).state = State.RETURNED


def a_visit_is_returned_and_sent_again(_chance):
    with in_session() as session:
        visit = the_oldest(session)
        visit.state = State.RETURNED
        standard = get_edition(session, visit.edition_id).by_code()["greet"]
        record_answer(session, visit.id, standard, answer_of(standard, 1), at=visit.left_at)
        submit_visit(session, visit.id)


def a_visit_gets_another_channel_and_day(_chance):
    with in_session() as session:
        visit = the_oldest(session)
        others = select(col(ChannelRow.id)).where(col(ChannelRow.id) != visit.channel_id)
        visit.channel_id = session.scalars(others).all()[0] or 0
        visit.visited_on = A_DAY + timedelta(30)


def a_visit_is_removed(_chance):
    with in_session() as session:
        session.delete(the_oldest(session))


def a_draft_is_removed(chance):
    with in_session() as session:
        channel, edition = list_channels(session)[0], editions_of_set(session, 1)[0]
        draft = a_visit(session, channel, edition, submitted=False)
        session.execute(text("DELETE FROM visit WHERE state = 'draft'"))
        assert session.get(VisitRow, draft.id, populate_existing=True) is None


def visits_are_imported(_chance):
    with in_session() as session:
        import_visits(session, "Shop visit", VISITS, today=A_DAY)


def a_competitor_becomes_our_own(_chance):
    with in_session() as session:
        session.execute(text("UPDATE brand SET is_own = :no"), {"no": False})
    with in_session() as session:
        # Its visits are asked "badge" from now on: less of them is covered.
        import_visits(session, "Shop visit", VISITS, own="Rival", today=A_DAY)


def an_edition_is_published(chance):
    with in_session() as session:
        publish_edition(session, "Shop visit", [*FIRST, a_standard("last")], minimum_coverage=0.5)


def an_edition_is_published_and_used(chance):
    an_edition_is_published(chance)
    for _ in range(6):
        a_visit_is_added(chance)


def the_example_is_loaded_and_removed(_chance):
    load_example(today=A_DAY)
    with in_session(read_only=True) as session:
        assert equals_a_recomputation(session) > 300
    remove_example()


def a_channel_moves(_chance):
    with in_session() as session:
        for one in list_channels(session):
            change_channel(session, one.id, name=one.name, area="West", timezone="Pacific/Auckland")


def visits_are_tallied_anew(_chance):
    with in_session() as session:
        assert retally(session) == 20


CHANGES = [
    a_visit_is_added,
    an_older_visit_is_added,
    a_visit_of_the_same_day_is_added,
    a_visit_is_voided,
    a_visit_is_approved,
    a_visit_is_returned,
    a_visit_is_returned_and_sent_again,
    a_visit_gets_another_channel_and_day,
    a_visit_is_removed,
    a_draft_is_removed,
    visits_are_imported,
    a_competitor_becomes_our_own,
    an_edition_is_published,
    an_edition_is_published_and_used,
    the_example_is_loaded_and_removed,
    a_channel_moves,
    visits_are_tallied_anew,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_compared_equals_a_recomputation_after(programme, change):
    assert compared_here() > 8
    with another_process() as reading:
        with reading() as session:
            equals_a_recomputation(session)
        change(programme)
        seen = compared_here()
        with reading() as session:
            assert equals_a_recomputation(session) == seen
    close_database()
    with in_session(read_only=True) as session:
        assert equals_a_recomputation(session, closely=True) == seen
    with in_session(read_only=True) as session:
        assert not [fault for fault in find_faults(session) if "Tally" in fault]


def test_what_a_restored_backup_holds_is_compared_and_nothing_else(programme, tmp_path):
    before = compared_here()
    write_backup(tmp_path / "all.zip")
    for _ in range(4):
        a_visit_is_added(programme)
    with another_process() as reading:
        with reading() as session:
            assert equals_a_recomputation(session) > before
        restore_backup(tmp_path / "all.zip", replace=True)
        assert compared_here() == before
        with reading() as session:
            assert equals_a_recomputation(session) == before


def test_the_chicago_visits_equal_a_recomputation(database, chicago):
    with in_session() as session:
        import_standards(session, "Chicago", (chicago / "standards.csv").read_bytes())
    with in_session() as session:
        done = import_visits(session, "Chicago", (chicago / "visits.csv").read_bytes(), own="Starbucks")
    with in_session(read_only=True) as session:
        assert equals_a_recomputation(session) > 0.9 * len(done.new)
        fresh = Selection(list_sets(session)[0].id, fresh_only=True)
        # Nobody knows when these were answered.
        assert len(compared_columns(session, fresh, seen_by=None)) == 0


def test_a_viewer_compares_only_what_was_given_to_them(programme):
    with in_session() as session:
        channels = list_channels(session)
        areas = add_account(session, "Ann", "ann@company.example", Role.VIEWER, areas=["North"])
        channel = add_account(
            session, "Bob", "bob@company.example", Role.VIEWER, channel_ids=[channels[0].id]
        )
        nothing = add_account(session, "Cas", "cas@company.example", Role.VIEWER)
        shopper = add_account(session, "Dee", "dee@company.example", Role.SHOPPER)
        manager = add_account(session, "Eve", "eve@company.example", Role.MANAGER)
    with in_session(read_only=True) as session:
        seen = {
            person.name: equals_a_recomputation(session, seen_by=person)
            for person in (areas, channel, nothing, shopper, manager)
        }
        everything = equals_a_recomputation(session)
        assert seen["Cas"] == seen["Dee"] == 0 < seen["Bob"] <= everything == seen["Eve"]
        assert 0 < seen["Ann"] < everything
        assert sets_in_use(session, seen_by=nothing) == []
        assert [brand.name for brand in brands_in_set(session, 1, seen_by=areas)] == ["Ours", "Rival"]
        assert places_of(session, 1, seen_by=areas).areas == ("North",)


def test_own_changes_are_seen_before_the_commit_and_by_nobody_else(programme):
    before = compared_here()
    with another_process() as reading:
        with in_session() as session:
            random_visit(session, programme, on=A_DAY)
            # A weak visit may be incomplete; the recomputation decides.
            seen = equals_a_recomputation(session)
            with reading() as other:
                assert equals_a_recomputation(other) == before
            session.rollback()
        assert compared_here() == before
        with reading() as other:
            assert equals_a_recomputation(other) == before
    assert seen >= before


def test_a_change_that_is_committed_late_is_not_skipped(programme):
    compared_here()
    numbered, goes_on = Event(), Event()
    another = Random(99)  # noqa: S311 - nothing is kept secret by it

    def late():
        with in_session() as session:
            random_visit(session, programme, on=A_DAY)
            # The number is taken, and the transaction lasts.
            tally_due(session)
            numbered.set()
            goes_on.wait(10)

    def quick():
        with in_session() as session:
            random_visit(session, another, on=A_DAY)

    late_one, quick_one = Thread(target=late), Thread(target=quick)
    late_one.start()
    assert numbered.wait(10)
    quick_one.start()
    # Time enough for the second to commit a higher number first, if it could.
    quick_one.join(0.5)
    compared_here()
    goes_on.set()
    late_one.join()
    quick_one.join()
    with in_session(read_only=True) as session:
        assert current_copy(session).number == 3
    compared_here()


def test_two_who_find_the_same_visit_marked_do_not_wait_for_each_other(programme):
    with engine().begin() as connection:
        # Past the program: the mark is committed, and whoever writes next would tally it.
        connection.execute(text("UPDATE visit SET story = 'by hand'"))
    holds, is_done = Event(), Event()

    def slow():
        with in_session() as session:
            void_visit(session, the_oldest(session).id, "it was a try")
            session.flush()
            holds.set()
            # SQLite lets only one write at a time, so that the other cannot be done before.
            is_done.wait(1.5)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow)
        assert holds.wait(10)
        a_visit_is_added(programme)
        is_done.set()
        first.result()
    compared_here()


def test_whoever_reads_while_visits_come_in_sees_whole_visits_and_never_fewer(programme):
    stop = Event()

    def read():
        seen = []
        while not stop.is_set():
            with in_session(read_only=True) as session:
                columns = compared_columns(session, Selection(1), seen_by=None)
            assert (columns.possible > 0).all()
            assert len(set(columns.visit_ids.tolist())) == len(columns)
            seen.append(len(columns))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for _ in range(10):
            a_visit_is_added(programme)
        stop.set()
        for reader in readers:
            seen = reader.result()
            assert seen == sorted(seen)
    compared_here()


def test_a_closed_database_takes_its_copy_along(programme):
    with in_session(read_only=True) as session:
        held = ref(current_copy(session))
    del session
    assert held() is not None
    close_database()
    gc.collect()
    assert held() is None


def test_what_is_changed_past_the_program_is_compared_after_its_next_change(programme):
    before = compared_here()
    with engine().begin() as connection:
        connection.execute(text("UPDATE visit SET state = 'void' WHERE visited_on > '2026-03-11'"))
    with in_session() as session:
        a_brand(session, "Newcomer")
    assert compared_here() < before


def test_the_check_finds_a_visit_that_was_changed_unnoticed_and_tallying_anew_mends_it(programme):
    with engine().begin() as connection:
        unnoticed = "UPDATE observation SET answered_at = NULL"
        connection.execute(
            text(
                f"{unnoticed} WHERE visit_id = (SELECT max(visit_id) FROM tally)"
                if connection.dialect.name == "sqlite"
                else f"{unnoticed}"
            )
        )
        connection.execute(text("DELETE FROM tally WHERE visit_id IN (SELECT visit_id FROM tally LIMIT 1)"))
    with in_session(read_only=True) as session:
        found = [fault for fault in find_faults(session) if fault.startswith("Tally differs")]
    assert found
    with in_session() as session:
        retally(session)
    compared_here()
    with in_session(read_only=True) as session:
        assert not list(find_faults(session))


def test_a_tally_of_a_visit_that_does_not_count_is_found(programme):
    with engine().begin() as connection:
        connection.execute(text("DELETE FROM visit"))
        connection.execute(text("UPDATE tally SET change = 1"))
    with in_session(read_only=True) as session:
        assert sum("does not count" in fault for fault in find_faults(session)) == 20
    with in_session() as session:
        retally(session)
    assert compared_here() == 0


def test_a_backup_leaves_out_what_is_added_up_anew(programme, tmp_path):
    write_backup(tmp_path / "all.zip")
    assert b"tables/tally" not in (tmp_path / "all.zip").read_bytes()


def test_a_set_that_is_not_there_has_no_visits(database):
    with in_session(read_only=True) as session:
        columns = compared_columns(session, Selection(77), seen_by=None)
        assert (len(columns), columns.standards, columns.verdicts.shape) == (0, (), (0, 0))
        assert places_of(session, 77, seen_by=None).kinds == ()
        assert brands_in_set(session, 77, seen_by=None) == []
