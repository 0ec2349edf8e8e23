"""Visits: every change is stored when it is made; submitted once; then read-only."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from standards.editions import Kind
from standards.errors import (
    ChannelClosed,
    NothingRecorded,
    UnknownStandard,
    VisitClosed,
    VisitNotFound,
    WaitStillOpen,
)
from standards.measuring import Verdict
from standards.scoring import score_visit
from standards.visits import State
from storage.channels import close_channel
from storage.sessions import close_database, in_session
from storage.tables import VisitRow
from storage.visits import (
    close_wait,
    get_visit,
    open_wait,
    record_answer,
    record_impressions,
    record_note,
    sheet_of,
    start_visit,
    submit_visit,
    void_visit,
)
from tests.storage.builders import answer, channel_of, draft_of, edition_of, events_about, verdicts_noted

NOON = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)


def stored(visit_id):
    """Return the visit as another process would find it."""
    close_database()
    with in_session(read_only=True) as session:
        return get_visit(session, visit_id)


def submit(visit_id, **others):
    with in_session() as session:
        return submit_visit(session, visit_id, **others)


def wait(visit_id, standard, change, **others):
    with in_session() as session:
        change(session, visit_id, standard, **others)


def actions(visit_id, code):
    return [event.action for event in events_about("observation", f"{visit_id}/{code}")]


def test_a_visit_started_twice_is_stored_once(database):
    visit_id = uuid4()
    with in_session() as session:
        channel, edition = channel_of(session), edition_of(session)
    begun = []
    for _ in range(2):
        with in_session() as session:
            begun.append(start_visit(session, visit_id, channel.id, edition.id, shopper=" Ada  L. "))
    assert begun == [True, False]
    visit = stored(visit_id)
    assert (visit.channel, visit.edition_id, visit.state) == (channel, edition.id, State.DRAFT)
    assert visit.shopper == "Ada L."
    assert visit.started_at.tzinfo is not None
    assert [event.action for event in events_about("visit", visit_id)] == ["started"]


def test_no_visit_is_started_to_a_closed_channel(database):
    visit_id = uuid4()
    with in_session() as session:
        channel, edition = channel_of(session), edition_of(session)
        close_channel(session, channel.id, date(2026, 3, 1))
    with pytest.raises(ChannelClosed, match=channel.name), in_session() as session:
        start_visit(session, visit_id, channel.id, edition.id)
    with pytest.raises(VisitNotFound):
        stored(visit_id)


def test_a_visit_that_is_not_there_is_said_so(database):
    with in_session() as session:
        edition = edition_of(session)
        greet = edition.standards[0]
        for do in (
            lambda: get_visit(session, uuid4()),
            lambda: submit_visit(session, uuid4()),
            lambda: record_note(session, uuid4(), greet, "x"),
            lambda: record_impressions(session, uuid4(), story="x"),
            lambda: close_wait(session, uuid4(), greet),
            lambda: void_visit(session, uuid4(), "x"),
        ):
            with pytest.raises(VisitNotFound):
                do()


def test_every_change_is_stored_when_it_is_made(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes", at=NOON)
    assert stored(visit_id).observation("greet").verdict is Verdict.MET
    with in_session() as session:
        record_note(session, visit_id, asked["greet"], "  With a smile\x00 ")
    kept = stored(visit_id).observation("greet")
    assert (kept.verdict, kept.value, kept.note, kept.answered_at) == (Verdict.MET, 1, "With a smile", NOON)
    answer(visit_id, asked["wait"], "> 5 min")
    kept = stored(visit_id).observation("wait")
    assert (kept.verdict, kept.value, kept.longer_than) == (Verdict.MISSED, 300, True)
    with in_session() as session:
        record_impressions(session, visit_id, first_impression="Bright", would_return=10)
        record_impressions(session, visit_id, story="It began with a bell.")
    visit = stored(visit_id)
    assert (visit.first_impression, visit.would_return, visit.story) == (
        "Bright",
        10,
        "It began with a bell.",
    )


def test_every_change_is_noted_with_before_and_after(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes", at=NOON)
    answer(visit_id, asked["greet"], "no", at=NOON + timedelta(minutes=1))
    with in_session() as session:
        record_answer(session, visit_id, asked["greet"], None)
        record_note(session, visit_id, asked["greet"], "Nobody there")
        record_note(session, visit_id, asked["greet"], "Nobody there")
        record_impressions(session, visit_id, would_return=3)
        record_impressions(session, visit_id, would_return=3)
    noted = events_about("observation", f"{visit_id}/greet")
    assert [event.action for event in noted] == ["answered", "answered", "cleared", "noted"]
    assert [verdicts_noted(event) for event in noted[:3]] == [
        (None, "met"),
        ("met", "missed"),
        ("missed", None),
    ]
    assert [event.action for event in events_about("visit", visit_id)] == ["started", "described"]


def test_an_answer_taken_back_keeps_its_note(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes")
    with in_session() as session:
        record_note(session, visit_id, asked["greet"], "Unsure")
        record_answer(session, visit_id, asked["greet"], None)
    kept = stored(visit_id).observation("greet")
    assert (kept.verdict, kept.value, kept.answered_at, kept.note) == (None, None, None, "Unsure")


def test_clearing_what_was_never_answered_stores_nothing(database):
    visit_id, asked = draft_of()
    with in_session() as session:
        record_answer(session, visit_id, asked["greet"], None)
        record_note(session, visit_id, asked["rude"], " ")
    assert stored(visit_id).observations == ()
    assert events_about("observation") == []


def test_observations_stand_in_the_editions_order(database):
    visit_id, asked = draft_of()
    for code in ("rude", "greet", "wait"):
        answer(visit_id, asked[code], "met")
    assert [o.code for o in stored(visit_id).observations] == ["greet", "wait", "rude"]


def test_a_standard_of_another_edition_is_refused(database):
    visit_id, asked = draft_of()
    with in_session() as session:
        other = edition_of(session, *[replace(s, weight=7) for s in asked.values()]).by_code()["greet"]
    for refused in (other, replace(asked["greet"], id=None)):
        with pytest.raises(UnknownStandard, match="greet"):
            answer(visit_id, refused, "yes")
    assert stored(visit_id).observations == ()


@pytest.mark.parametrize("code", ["ring", "badge"])
def test_a_standard_that_the_channel_is_not_asked_is_refused(database, code):
    visit_id, asked = draft_of()
    with pytest.raises(UnknownStandard, match=code):
        answer(visit_id, asked[code], "yes")


def test_our_own_channel_is_asked_what_is_only_ours(database):
    visit_id, asked = draft_of(brand="Ours", is_own=True)
    answer(visit_id, asked["badge"], "yes")
    with in_session(read_only=True) as session:
        assert list(sheet_of(session, get_visit(session, visit_id))) == [
            "greet",
            "wait",
            "rude",
            "reply",
            "badge",
        ]


def test_a_stopwatch_survives_everything_but_its_stop(database):
    visit_id, asked = draft_of()
    wait(visit_id, asked["wait"], open_wait, at=NOON)
    running = stored(visit_id)
    assert [o.code for o in running.open_waits] == ["wait"]
    assert running.observation("wait").opened_at == NOON
    wait(visit_id, asked["wait"], close_wait, at=NOON + timedelta(seconds=150.7))
    stopped = stored(visit_id).observation("wait")
    assert (stopped.value, stopped.verdict, stopped.is_open_wait) == (150, Verdict.MET, False)
    assert stopped.answered_at == stopped.closed_at
    assert actions(visit_id, "wait") == ["started waiting", "stopped waiting"]


def test_a_second_tap_costs_no_time_already_waited(database):
    visit_id, asked = draft_of()
    for later in (0, 10):
        wait(visit_id, asked["wait"], open_wait, at=NOON + timedelta(seconds=later))
    for later in (100, 200):
        wait(visit_id, asked["wait"], close_wait, at=NOON + timedelta(seconds=later))
    assert stored(visit_id).observation("wait").value == 100
    assert actions(visit_id, "wait") == ["started waiting", "stopped waiting"]


def test_a_stopwatch_started_again_forgets_the_first_time(database):
    visit_id, asked = draft_of()
    wait(visit_id, asked["wait"], open_wait, at=NOON)
    wait(visit_id, asked["wait"], close_wait, at=NOON + timedelta(minutes=9))
    wait(visit_id, asked["wait"], open_wait, at=NOON + timedelta(minutes=10))
    again = stored(visit_id).observation("wait")
    assert (again.value, again.verdict, again.is_open_wait) == (None, None, True)


@pytest.mark.parametrize(
    ("days", "verdict"),
    [pytest.param(1, None, id="before the limit"), pytest.param(3, Verdict.MISSED, id="after the limit")],
)
def test_a_wait_given_up_is_missed_only_after_its_limit(database, days, verdict):
    visit_id, asked = draft_of()
    wait(visit_id, asked["reply"], open_wait, at=NOON)
    wait(visit_id, asked["reply"], close_wait, at=NOON + timedelta(days=days), replied=False)
    kept = stored(visit_id).observation("reply")
    assert (kept.value, kept.verdict, kept.longer_than, kept.is_open_wait) == (days, verdict, True, False)
    assert actions(visit_id, "reply") == ["started waiting", "gave up waiting"]


def test_a_wait_never_ends_before_it_began(database):
    visit_id, asked = draft_of()
    wait(visit_id, asked["wait"], close_wait, at=NOON)
    assert stored(visit_id).observations == ()
    wait(visit_id, asked["wait"], open_wait, at=NOON)
    wait(visit_id, asked["wait"], close_wait, at=NOON - timedelta(hours=1))
    kept = stored(visit_id).observation("wait")
    assert (kept.value, kept.closed_at) == (0, NOON)


def test_an_answer_ends_the_stopwatch_beside_it(database):
    visit_id, asked = draft_of()
    wait(visit_id, asked["wait"], open_wait, at=NOON)
    answer(visit_id, asked["wait"], "n/a", at=NOON + timedelta(minutes=1))
    kept = stored(visit_id).observation("wait")
    assert (kept.verdict, kept.value, kept.is_open_wait) == (Verdict.NOT_APPLICABLE, None, False)
    assert submit(visit_id).possible == 0


def test_an_open_wait_keeps_a_visit_from_being_submitted(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes")
    wait(visit_id, asked["reply"], open_wait, at=NOON)
    with pytest.raises(WaitStillOpen, match=r"wait is still open \(1\)"):
        submit(visit_id)
    assert stored(visit_id).state is State.DRAFT
    wait(visit_id, asked["reply"], close_wait, at=NOON + timedelta(days=1))
    submit(visit_id)
    assert stored(visit_id).state is State.SUBMITTED


def test_nothing_recorded_cannot_be_submitted(database):
    visit_id, asked = draft_of()
    with in_session() as session:
        record_note(session, visit_id, asked["greet"], "only a note")
    with pytest.raises(NothingRecorded):
        submit(visit_id)
    assert stored(visit_id).observation("greet").note == "only a note"


def test_a_submitted_visit_holds_the_score_that_is_computed_again(database):
    visit_id, asked = draft_of()
    for code, cell in {"greet": "yes", "wait": "4 min", "rude": "no", "reply": "n/a"}.items():
        answer(visit_id, asked[code], cell)
    score = submit(visit_id)
    visit = stored(visit_id)
    with in_session(read_only=True) as session:
        assert score_visit(visit.observations, sheet_of(session, visit)) == score
    assert (visit.points, visit.points_possible, visit.score_percent) == (5, 10, 50)
    assert (visit.coverage, visit.no_nos_missed, score.no_nos_missed) == (1, 1, ("rude",))
    assert None not in (visit.left_at, visit.submitted_at, visit.visited_on)


def test_submitting_twice_gives_the_same_score_and_one_event(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes")
    first = submit(visit_id, at=NOON)
    assert submit(visit_id, at=NOON + timedelta(days=1)) == first
    assert stored(visit_id).submitted_at == NOON
    assert [event.action for event in events_about("visit", visit_id)] == ["started", "submitted"]


def test_a_submitted_visit_is_read_only(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes")
    submit(visit_id)
    before, noted = stored(visit_id), len(events_about("observation"))
    with in_session() as session:
        for do in (
            lambda: record_answer(session, visit_id, asked["greet"], None),
            lambda: record_note(session, visit_id, asked["greet"], "later"),
            lambda: open_wait(session, visit_id, asked["wait"]),
            lambda: close_wait(session, visit_id, asked["wait"]),
            lambda: record_impressions(session, visit_id, story="later"),
        ):
            with pytest.raises(VisitClosed, match="submitted"):
                do()
    assert stored(visit_id) == before
    assert len(events_about("observation")) == noted


def test_a_void_visit_is_kept_but_cannot_be_changed_or_submitted(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes")
    with in_session() as session:
        void_visit(session, visit_id, "The shop was closed")
    visit = stored(visit_id)
    assert (visit.state, visit.observation("greet").verdict) == (State.VOID, Verdict.MET)
    with pytest.raises(VisitClosed, match="void"):
        submit(visit_id)
    assert events_about("visit", visit_id)[-1].after == {"reason": "The shop was closed"}


def test_a_returned_visit_can_be_mended_and_keeps_its_day(database):
    visit_id, asked = draft_of(started_at=NOON)
    answer(visit_id, asked["greet"], "yes")
    submit(visit_id, at=NOON)
    with in_session() as session:
        session.get_one(VisitRow, visit_id).state = State.RETURNED
    answer(visit_id, asked["greet"], "no")
    assert submit(visit_id, at=NOON + timedelta(days=9)).percent == 0
    visit = stored(visit_id)
    assert (visit.state, visit.visited_on, visit.submitted_at) == (State.SUBMITTED, date(2026, 3, 6), NOON)


@pytest.mark.parametrize(
    ("timezone", "started_at", "visited_on"),
    [
        ("Europe/Vienna", datetime(2026, 3, 6, 22, 59, tzinfo=UTC), date(2026, 3, 6)),
        ("Europe/Vienna", datetime(2026, 3, 6, 23, 0, tzinfo=UTC), date(2026, 3, 7)),
        ("America/Chicago", datetime(2026, 3, 7, 5, 59, tzinfo=UTC), date(2026, 3, 6)),
        ("America/Chicago", datetime(2026, 3, 7, 6, 0, tzinfo=UTC), date(2026, 3, 7)),
        ("Pacific/Auckland", datetime(2026, 3, 6, 11, 0, tzinfo=UTC), date(2026, 3, 7)),
        ("UTC", datetime(2026, 3, 6, 23, 59, tzinfo=UTC), date(2026, 3, 6)),
    ],
)
def test_a_visit_is_dated_by_the_channels_own_midnight(database, timezone, started_at, visited_on):
    visit_id, asked = draft_of(timezone=timezone, started_at=started_at)
    answer(visit_id, asked["greet"], "yes")
    submit(visit_id, at=started_at + timedelta(days=2))
    assert stored(visit_id).visited_on == visited_on


def test_an_instant_without_its_zone_is_refused(database):
    visit_id, asked = draft_of()
    with pytest.raises(Exception, match="time zone"):
        wait(visit_id, asked["wait"], open_wait, at=NOON.replace(tzinfo=None))
    assert stored(visit_id).open_waits == ()


def test_an_impression_that_does_not_exist_is_a_programming_mistake(database):
    visit_id, _ = draft_of()
    with in_session() as session, pytest.raises(TypeError, match="mood"):
        record_impressions(session, visit_id, mood="fine")


def test_changes_within_one_transaction_all_count(database):
    visit_id, asked = draft_of()
    with in_session() as session:
        record_impressions(session, visit_id, story="first")
        record_impressions(session, visit_id, last_impression="last")
        record_note(session, visit_id, asked["greet"], "note")
    visit = stored(visit_id)
    assert (visit.story, visit.last_impression) == ("first", "last")
    assert visit.observation("greet").note == "note"


def together(*work):
    """Run these at the same time in threads; return what each returned or raised."""
    barrier = Barrier(len(work))

    def run(do):
        barrier.wait()
        try:
            return do()
        except Exception as problem:
            return problem

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def test_two_who_write_at_once_lose_nothing(database):
    visit_id, asked = draft_of()

    def notes(code):
        def write():
            for number in range(15):
                with in_session() as session:
                    record_note(session, visit_id, asked[code], f"{code} {number}")

        return write

    assert together(*[notes(code) for code in ("greet", "wait", "rude", "reply")]) == [None] * 4
    visit = stored(visit_id)
    assert {o.code: o.note for o in visit.observations} == {
        code: f"{code} 14" for code in ("greet", "wait", "rude", "reply")
    }
    assert len(events_about("observation")) == 60


def test_two_who_answer_the_same_standard_leave_both_in_the_events(database):
    visit_id, asked = draft_of()
    together(*[lambda cell=cell: answer(visit_id, asked["greet"], cell) for cell in ("yes", "no")])
    first, second = events_about("observation", f"{visit_id}/greet")
    (nothing, earlier), (before, later) = verdicts_noted(first), verdicts_noted(second)
    assert (nothing, before) == (None, earlier)
    assert stored(visit_id).observation("greet").verdict == later


def test_a_visit_submitted_twice_at_once_is_submitted_once(database):
    visit_id, asked = draft_of()
    answer(visit_id, asked["greet"], "yes")
    first, *others = together(*[lambda: submit(visit_id)] * 4)
    assert first.percent == 100
    assert others == [first] * 3
    assert [event.action for event in events_about("visit", visit_id)] == ["started", "submitted"]


def test_an_answer_beside_a_submission_is_scored_or_refused(database):
    for _ in range(5):
        visit_id, asked = draft_of()
        answer(visit_id, asked["greet"], "yes")
        score, refused = together(
            lambda visit_id=visit_id: submit(visit_id),
            lambda visit_id=visit_id, asked=asked: answer(visit_id, asked["rude"], "no"),
        )
        assert refused is None or isinstance(refused, VisitClosed)
        visit = stored(visit_id)
        assert visit.points_possible == score.possible == (5 if refused else 7)


def test_a_stopwatch_stopped_twice_at_once_keeps_one_time(database):
    visit_id, asked = draft_of()
    wait(visit_id, asked["wait"], open_wait, at=NOON)
    together(
        *[
            lambda later=later: wait(visit_id, asked["wait"], close_wait, at=NOON + timedelta(seconds=later))
            for later in (10, 20, 30)
        ]
    )
    assert actions(visit_id, "wait") == ["started waiting", "stopped waiting"]
    kept = stored(visit_id).observation("wait")
    assert kept.closed_at == NOON + timedelta(seconds=kept.value)


def test_what_a_session_read_before_does_not_hide_anothers_change(database):
    visit_id, asked = draft_of()
    with in_session() as session:
        get_visit(session, visit_id)
        session.commit()
        submit_elsewhere = together(lambda: answer(visit_id, asked["greet"], "yes"), lambda: None)
        assert submit_elsewhere == [None, None]
        assert submit_visit(session, visit_id).points == 5


def test_a_phone_line_is_asked_its_own_standards(database):
    visit_id, asked = draft_of(kind=Kind.PHONE)
    answer(visit_id, asked["ring"], "yes")
    with pytest.raises(UnknownStandard, match="reply"):
        answer(visit_id, asked["reply"], "1")
