"""Links to scorecards: for a time, until they are ended, for what was shared and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import select

from standards.errors import ScorecardLinkDead, ScorecardNotFound
from standards.measuring import Verdict
from standards.people import Role
from standards.scorecards import SubjectKind, read_span
from storage.backup import restore_backup, write_backup
from storage.door_sessions import hash_token
from storage.forms.look import Look, Paper
from storage.people import change_account, remove_account
from storage.scorecard_links import (
    DEFAULT_DAYS,
    is_due,
    list_links,
    note_opened,
    open_link,
    revoke_link,
    share_scorecard,
)
from storage.scorecards import Asked, read_scorecard
from storage.sessions import in_session
from storage.tables import ScorecardLinkRow
from storage.visit_lists import VisitFilter, list_visits
from storage.visits import void_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person
from tests.storage.builders import events_about
from tests.storage.test_logos import drawn_logo

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
DAYS = timedelta(days=1)


@pytest.fixture
def card(database):
    with in_session() as session:
        edition = an_edition(session)
        shop = a_channel(session, a_brand(session, is_own=True), area="North")
        for day in range(1, 5):
            missed = {"A": Verdict.MISSED, "B": Verdict.MET}
            a_visit(session, shop, edition, missed, on=date(2026, 8, day), notes={"A": "Nobody came"})
            a_visit(session, a_channel(session, a_brand(session, "Theirs")), edition, on=date(2026, 8, day))
        a_visit(session, shop, edition, on=date(2026, 5, 1))
    asked = Asked(SubjectKind.CHANNEL, edition.set_id, read_span("2026-Q3"), channel_id=shop.id)
    with in_session(read_only=True) as session:
        return read_scorecard(session, asked, seen_by=None, made_on=date(2026, 10, 1))


@pytest.fixture
def mona(database):
    a_person(Role.OWNER, "Olive")
    return a_person(Role.MANAGER, "Mona")


def shared(card, by, **others) -> str:
    with in_session(by=by.id) as session:
        return share_scorecard(session, card, by=by, at=NOON, **others)


def opens(token, at=NOON) -> bool:
    with in_session(read_only=True) as session:
        try:
            open_link(session, token, at=at)
        except ScorecardLinkDead:
            return False
        return True


def test_what_is_opened_is_what_was_shared_to_the_last_figure(card, mona):
    look = Look(Paper.LETTER, drawn_logo(), "#336633")
    token = shared(card, mona, look=look)
    with in_session(read_only=True) as session:
        found = open_link(session, token, at=NOON)
    assert found.card == card
    assert repr(found.card) == repr(card)
    assert (found.look, found.expires_at) == (look, NOON + DEFAULT_DAYS * DAYS)


def test_what_happens_later_changes_nothing_that_was_shared(card, mona):
    token = shared(card, mona)
    with in_session() as session:
        wanted = VisitFilter(since=card.span.since, until=card.span.until)
        for visit in list_visits(session, wanted, seen_by=None):
            void_visit(session, visit.id, "A trial")
    with in_session(read_only=True) as session:
        assert open_link(session, token, at=NOON).card == card


@pytest.mark.parametrize(("days", "lasts"), [(30, 30), (1, 1), (0, 1), (9_999, 365)])
def test_a_link_ends_by_itself(card, mona, days, lasts):
    token = shared(card, mona, days=days)
    end = NOON + lasts * DAYS
    assert opens(token, end - SECOND)
    assert not opens(token, end)


def test_a_link_is_ended_and_forgets_what_it_showed(card, mona):
    token, other = (shared(card, mona, look=Look(logo=drawn_logo())) for _ in range(2))
    with in_session(read_only=True) as session:
        [first, second] = list_links(session, at=NOON)
        hashes = {first.token_hash, second.token_hash}
    with in_session(by=mona.id) as session:
        row = session.exec(select(ScorecardLinkRow)).first()
        assert row
        ended = row.token_hash
        revoke_link(session, ended, by=mona)
    with in_session(by=mona.id) as session:
        revoke_link(session, ended, by=mona)
    with in_session(read_only=True) as session:
        assert {link.token_hash for link in list_links(session, at=NOON)} == hashes - {ended}
        row = session.get_one(ScorecardLinkRow, ended)
        assert (row.card, row.logo) == (None, None)
    assert sorted([opens(token), opens(other)]) == [False, True]
    assert [(e.action, e.person_id) for e in events_about("scorecard")] == [
        ("shared", mona.id),
        ("shared", mona.id),
        ("revoked", mona.id),
    ]


def test_what_has_ended_is_forgotten_when_the_next_is_shared(card, mona):
    look = Look(logo=drawn_logo())
    shared(card, mona, days=1, look=look)
    with in_session() as session:
        share_scorecard(session, card, by=mona, at=NOON + 2 * DAYS, look=look)
    with in_session(read_only=True) as session:
        kept = [(row.card, row.logo) for row in session.exec(select(ScorecardLinkRow)).all()]
    assert sorted((card is None, logo is None) for card, logo in kept) == [(False, False), (True, True)]


@pytest.mark.parametrize("token", ["", "guess", "\x00", "é" * 50, "a" * 10_000])
def test_a_forged_token_opens_nothing(card, mona, token):
    shared(card, mona)
    assert not opens(token)


def test_only_the_hash_of_a_token_is_stored_and_no_event_holds_it(card, mona):
    token = shared(card, mona)
    with in_session(read_only=True) as session:
        stored = [row.model_dump() for row in session.exec(select(ScorecardLinkRow)).all()]
    said = repr(stored) + repr([event.model_dump() for event in events_about("scorecard")])
    assert token not in said


@pytest.mark.parametrize("role", [Role.SHOPPER, Role.VIEWER])
def test_only_who_manages_shares_and_ends_links(card, mona, role):
    token, other = shared(card, mona), a_person(role)
    with in_session() as session:
        row = session.exec(select(ScorecardLinkRow)).one()
        with pytest.raises(ScorecardNotFound):
            share_scorecard(session, card, by=other)
        with pytest.raises(ScorecardNotFound):
            revoke_link(session, row.token_hash, by=other)
    assert opens(token)


def test_a_link_ends_with_the_right_of_who_shared_it(card, mona):
    token = shared(card, mona)
    with in_session() as session:
        change_account(session, mona.id, name="Mona", role=Role.SHOPPER)
    assert not opens(token)
    with in_session() as session:
        change_account(session, mona.id, name="Mona", role=Role.MANAGER)
    assert opens(token)
    with in_session() as session:
        remove_account(session, mona.id)
    assert not opens(token)


def test_an_opening_is_written_down_once_an_hour(card, mona):
    token = shared(card, mona)
    for at in (NOON, NOON + SECOND, NOON + HOUR - SECOND, NOON + HOUR):
        with in_session() as session:
            if is_due(session, token, at=at):
                note_opened(session, token, at=at)
    opened = [event for event in events_about("scorecard") if event.action == "opened"]
    assert len(opened) == 2
    assert all(event.person_id is None for event in opened)


def test_a_scorecard_of_another_version_is_a_dead_link_and_no_failure(card, mona):
    token = shared(card, mona)
    with in_session() as session:
        row = session.exec(select(ScorecardLinkRow)).one()
        row.card = {"subject": "of another shape"}
    assert not opens(token)


def test_the_longest_names_are_shared(card, mona):
    long = replace(card, subject=replace(card.subject, name="N" * 200))
    assert opens(shared(long, mona))


def test_a_backup_brings_links_back_as_they_were(card, mona, tmp_path):
    open_token, ended_token = shared(card, mona), shared(card, mona)
    with in_session() as session:
        revoke_link(session, hash_token(ended_token), by=mona, at=NOON)
    write_backup(tmp_path / "all.zip")
    with in_session() as session:
        session.execute(delete(ScorecardLinkRow))
    assert not opens(open_token)
    restore_backup(tmp_path / "all.zip", replace=True)
    assert opens(open_token)
    assert not opens(ended_token)
    with in_session(read_only=True) as session:
        assert open_link(session, open_token, at=NOON).card == card
        assert [link.shared_by for link in list_links(session, at=NOON)] == [mona.name]
