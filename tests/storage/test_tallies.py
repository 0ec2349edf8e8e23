"""What comparing reads is what the visits hold, to the last bit, after every kind of change."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from standards.documents import Sending, VisitDocument
from standards.measuring import Comparator, Measure, Target
from standards.people import Role
from standards.values import answer_of
from standards.visits import COUNTED_STATES, Observation, State
from storage.backup import restore_backup, write_backup
from storage.channels import change_channel, list_channels
from storage.checking import find_faults
from storage.comparing import Selection, brands_in_set, places_of, sets_in_use
from storage.editions import editions_of_set, get_edition, list_sets, publish_edition
from storage.example import load_example, remove_example
from storage.importing import import_standards, import_visits
from storage.people import add_account
from storage.sessions import close_database, engine, in_session
from storage.syncing import put_visit
from storage.tables import ChannelRow, VisitRow
from storage.tallies import compared_columns
from storage.tallying import retally, tally_due
from storage.visits import record_answer, submit_visit, void_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.storage.random_visits import (
    A_DAY,
    FIRST,
    another_process,
    compared_here,
    equals_a_recomputation,
    random_visit,
    store_programme,
)

VISITS = b"visit_id,brand,channel,kind,area,visited_on,new,rude\n1,Rival,New,shop,West,2026-01-05,yes,yes\n"

on_sqlite, on_postgresql = (
    pytest.mark.parametrize("database", [name], indirect=True) for name in ("sqlite", "postgresql")
)


@pytest.fixture
def programme(database):
    return store_programme()


@pytest.fixture
def new_york():
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


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
    counted = select(VisitRow).where(col(VisitRow.state).in_(COUNTED_STATES))
    return session.scalars(counted.order_by(col(VisitRow.visited_on), col(VisitRow.id))).all()[0]


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
        assert retally(session) >= 20


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


def equals_a_recomputation_after(change, programme):
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


@on_sqlite
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_compared_equals_a_recomputation_after(programme, change):
    equals_a_recomputation_after(change, programme)


@on_postgresql
def test_what_is_compared_equals_a_recomputation_after_one_change_upon_the_other(programme):
    for change in CHANGES:
        # It is loaded like any other visits, and on SQLite: here it would take as long as all the rest.
        if change is not the_example_is_loaded_and_removed:
            equals_a_recomputation_after(change, programme)


@on_sqlite
def test_a_wait_is_as_fresh_where_the_computer_keeps_another_time(programme, new_york):
    a_channel_moves(programme)
    visits_are_tallied_anew(programme)
    assert compared_here() > 8


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


@on_sqlite
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


@pytest.mark.parametrize("is_new", [True, False])
def test_a_zone_that_changes_while_a_visit_is_being_stored_leaves_no_tally_as_it_was(database, is_new):
    reply = a_standard("R", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 3, "working days"))
    # A Friday in Tokyo already: there it is one working day, here it is two.
    begun, ended = datetime(2026, 3, 5, 15, 30, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)
    said = (Observation("R", value=2, opened_at=begun, closed_at=ended, answered_at=ended),)
    with in_session() as session:
        channel, edition = a_channel(session, a_brand(session)), an_edition(session, [reply])
        by = add_account(session, "Ann", "ann@company.example", Role.SHOPPER)
    draft = VisitDocument(uuid4(), channel.id, edition.id, started_at=begun, left_at=begun, observations=said)
    sending = Sending(schema=1, app_version="1.2.3", sent_at=ended, time_zone="UTC")

    def put(session: Session, state: State, base: int) -> None:
        document = replace(draft, state=state, base_revision=base)
        put_visit(session, document, sending, by=by, received_at=ended)

    def move() -> None:
        with in_session() as session:
            change_channel(session, channel.id, name=channel.name, area="", timezone="Asia/Tokyo")

    if not is_new:
        with in_session() as session:
            put(session, State.DRAFT, 0)
    with ThreadPoolExecutor(1) as elsewhere:
        with in_session() as session:
            put(session, State.SUBMITTED, 0 if is_new else 1)
            tally_due(session)
            moved = elsewhere.submit(move)
            with suppress(TimeoutError):
                moved.result(0.5)
        moved.result(30)
    with in_session(read_only=True) as session:
        assert list(find_faults(session)) == []
