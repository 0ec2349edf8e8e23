"""The log: readable, filtered, paged, taken away; and never a secret in it."""

import json
import re
from datetime import date

from sqlmodel import select

from pages.parts.log_words import SENTENCES, say_event, say_kind
from standards.people import Purpose, Role
from storage.door_sessions import end_session, hash_token, open_session
from storage.events import EventFilter, all_events, count_events, list_events, note_event
from storage.invitations import add_invitation, use_invitation
from storage.people import add_account, change_account, remove_account
from storage.sessions import in_session
from storage.sign_in import begin_session, set_password
from storage.tables import EventRow
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person, open_in, open_page, page_of, said_on

PASSWORD = "quiet river lamp sixteen"  # noqa: S105 - made up for the test


def everything_done():
    """Do what an owner and a shopper do in a year, through storage; return every secret used on the way."""
    owner = a_person(Role.OWNER)
    with in_session(by=owner.id) as session:
        shopper = a_person_of(session)
        token = add_invitation(session, Purpose.INVITATION, shopper.id)
    with in_session() as session:
        use_invitation(session, token)
        set_password(session, shopper.id, PASSWORD)
        door = begin_session(session, shopper.id, device="Firefox on Android")
    with in_session(by=owner.id) as session:
        lost = add_invitation(session, Purpose.PASSWORD, shopper.id)
        change_account(session, shopper.id, name="Nora", role=Role.VIEWER, areas=["North"])
        end_session(session, hash_token(door))
        other = open_session(session, owner.id)
        note_event(session, "exported", "file", "scores")
        shop = a_channel(session, a_brand(session, "Ours", is_own=True), "High Street", area="North")
        a_visit(session, shop, an_edition(session), notes={"A": "Nobody looked up"})
    with in_session(by=owner.id) as session:
        remove_account(session, shopper.id)
    return [token, lost, door, other, PASSWORD, *(hash_token(t) for t in (token, lost, door, other))]


def a_person_of(session):
    return add_account(session, "Nora", "nora@example.com", Role.SHOPPER)


def rows():
    with in_session(read_only=True) as session:
        return session.exec(select(EventRow)).all()


def test_no_event_holds_a_password_a_token_a_hash_or_a_cookie():
    secrets = everything_done()
    written = "\n".join(
        json.dumps([row.action, row.thing, row.thing_id, row.before, row.after]) for row in rows()
    )
    assert rows()
    assert [secret for secret in secrets if secret in written] == []
    assert "argon2" not in written
    # Nothing that looks like a token or a SHA-256, except a photo's own.
    assert re.findall(r"\b[0-9a-f]{64}\b|\b[A-Za-z0-9_-]{43}\b", written) == []


def test_what_happened_is_said_in_sentences():
    everything_done()
    with in_session(read_only=True) as session:
        said = [say_event(event) for event in list_events(session, EventFilter(), limit=100)]
    assert "The owner added Nora as shopper" in said
    assert "The owner made a link for Nora: to come in" in said
    assert "Nora signed in on Firefox on Android" in said
    assert "The owner changed Nora: role shopper, now viewer; areas none, now North" in said
    assert "The owner took away the file “scores”" in said
    assert "The owner submitted a visit to Ours · High Street" in said
    assert "The owner wrote a note beside A at Ours · High Street" in said
    assert "The owner removed Nora; their visits stay" in said
    assert not [sentence for sentence in said if "{" in sentence]


def test_every_kind_of_event_is_worded_and_told_apart():
    everything_done()
    done = {(row.action, row.thing) for row in rows()}
    assert done <= set(SENTENCES)
    assert len({say_kind(kind) for kind in SENTENCES}) == len(SENTENCES)


def test_the_page_filters_by_what_by_whom_and_by_day():
    everything_done()
    test = open_page("read_log.py", a_person(Role.OWNER), log_what="file taken away")
    assert "1 event," in said_on(test)
    assert "took away the file" in said_on(test)
    test = open_page("read_log.py", a_person(Role.OWNER), log_who="Nora")
    assert "Nora signed in" in said_on(test)
    assert "took away" not in said_on(test)
    assert "Nothing matches" in said_on(open_page("read_log.py", a_person(Role.OWNER), until="2000-01-01"))


def test_a_filter_by_day_counts_both_days_in():
    everything_done()
    day = rows()[0].at.date()
    with in_session(read_only=True) as session:
        assert count_events(session, EventFilter(since=day, until=rows()[-1].at.date())) == len(rows())
        assert count_events(session, EventFilter(until=date(2000, 1, 1))) == 0


def test_the_log_is_paged_newest_first():
    owner = a_person(Role.OWNER)
    with in_session(by=owner.id) as session:
        for number in range(120):
            note_event(session, "exported", "file", f"file-{number}")
    first = said_on(open_in(page_of(owner), "read_log.py", log_what="file taken away"))
    third = said_on(open_in(page_of(owner), "read_log.py", log_what="file taken away", page="3"))
    assert first.index("file-119") < first.index("file-118")
    assert "file-69”" not in first
    assert "file-19”" in third
    assert "file-0”" in third


def test_every_event_is_given_once_however_many_there_are():
    with in_session() as session:
        for number in range(1_101):
            note_event(session, "exported", "file", number)
    with in_session(read_only=True) as session:
        assert [event.thing_id for event in all_events(session, EventFilter())] == [
            str(number) for number in reversed(range(1_101))
        ]


def test_the_words_of_people_are_shown_as_written():
    owner = a_person(Role.OWNER)
    with in_session(by=owner.id) as session:
        a_brand(session, "<img src=x> **b** ![x](http://example.invalid)")
    shown = [html.proto.body for html in open_page("read_log.py", owner).get("html")]
    assert not any("<img" in body for body in shown)
    assert any("&lt;img src=x&gt;" in body for body in shown)
