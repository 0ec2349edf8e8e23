"""Nothing is lost, doubled or damaged, whatever breaks: `python -m benchmarks.never_lost`, made short."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from benchmarks.breaking_program import prepare_ground
from benchmarks.chaos_proxy import Fault
from benchmarks.held_visits import compare
from benchmarks.made_phone import Kept, MadePhone
from benchmarks.never_lost import MADE, RECORDER, never_lost, server_kills_of, spread_deaths
from benchmarks.recorded_visits import TakenPhoto, mark_in, record_ahead
from benchmarks.recorder_phone import CHROMIUM
from storage.photo_files import photo_path
from storage.pictures import read_picture
from storage.sessions import in_session
from storage.tables import ObservationRow, PhotoRow, VisitRow
from tests.server.phone import served

PROJECT = Path(__file__).parents[2]


def test_visits_over_a_bad_connection_arrive_whole_and_once_though_phones_and_servers_die(database, tmp_path):
    told, compared = never_lost(visits=8, seed=7, tab_kills=4, server_kills=1, folder=tmp_path, phones=MADE)
    assert compared.is_whole, told
    assert told["visits"] == 8
    assert told["tabs_killed"] == 4
    # One more for each that the server's answer was faster than.
    assert told["servers_killed"] >= 1
    assert told["hashes_compared"] == told["hashes_equal"] == 4 * told["photos"] > 0
    assert told["requests"][Fault.CUT] + told["requests"][Fault.LOSE] > 0


@pytest.mark.long
def test_the_recorder_in_a_browser_loses_nothing_though_tabs_and_the_server_are_killed(database, tmp_path):
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian's package chromium-headless-shell)")
    told, compared = never_lost(6, 5, tab_kills=3, server_kills=1, folder=tmp_path, phones=RECORDER, people=2)
    assert compared.is_whole, told
    assert (told["visits"], told["visits_tapped"]) == (6, 1)
    assert told["tabs_killed"] == 3
    assert told["server_clock_moves"] == told["servers_killed"] + 1 >= 2
    assert told["hashes_equal"] == 4 * told["photos"] > 0
    assert told["left_on_phones"] == 0
    # Nobody was signed out by a clock that was moved.
    assert 401 not in told["answers"]


def test_a_run_that_takes_too_long_says_so_and_ends(data_folder, tmp_path):
    with pytest.raises(AssertionError, match="the run took more than"):
        never_lost(2, seed=1, tab_kills=0, server_kills=0, folder=tmp_path, phones=MADE, seconds=0)


def test_the_same_seed_plans_the_same_visits_and_deaths():
    visits, again = (record_ahead(40, 3, 1, 2) for _ in range(2))
    assert visits == again != record_ahead(40, 4, 1, 2)
    assert [photo.content() for photo in visits[2].photos] == [photo.content() for photo in again[2].photos]
    assert sum(visit.is_tapped for visit in visits) == 2
    assert spread_deaths(40, 3, 12) == spread_deaths(40, 3, 12) != spread_deaths(40, 4, 12)
    assert sum(map(len, spread_deaths(40, 3, 12).values())) == 12
    assert sum(map(len, server_kills_of(40, 3, 4).values())) == 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_known_again_however_it_was_turned(orientation):
    taken_at = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
    photo = TakenPhoto("the till", None, taken_at, orientation)
    picture = read_picture(photo.content())
    assert mark_in(picture.jpeg) == photo.mark != replace(photo, name="the door").mark
    assert picture.taken_at == taken_at


def test_a_moved_clock_is_ahead_for_all_of_the_process():
    code = """
import json, time
from datetime import UTC, date, datetime, timedelta
from email.utils import formatdate
from benchmarks.moved_server import move_clock
now = datetime.now
move_clock(timedelta(days=2))
told = [now(UTC).timestamp(), datetime.now().timestamp(), time.time(), time.time_ns() / 1e9]
print(json.dumps([told, date.today().isoformat(), formatdate()]))
"""
    before = datetime.now(UTC)
    told = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True).stdout
    [held, *moved], day, said = json.loads(told)
    assert held - before.timestamp() < 3600
    assert all(timedelta(days=2).total_seconds() <= one - before.timestamp() < 176_400 for one in moved)
    assert day != before.date().isoformat()
    assert f"{before + timedelta(days=2):%d %b}" in said or f"{before + timedelta(days=3):%d %b}" in said


@pytest.fixture
def sent(data_folder):
    """Return what was recorded, and what a phone has of it after sending over a connection that is well."""
    ground = prepare_ground(1)
    recorded = record_ahead(3, 11, ground.channel_id, ground.edition_id)
    kept = Kept()
    with served() as address:
        port = int(address.split(":")[-1])
        for told in recorded:
            chance = Random(1)  # noqa: S311 - repeatable, and no secret
            MadePhone(port, ground.people[0][1], kept, chance, lambda: None).record(told)
    return recorded, kept.held()


def compared_now(recorded, held):
    with in_session(read_only=True) as session:
        return compare(session, recorded, held)


def test_what_arrived_well_is_whole(sent):
    found = compared_now(*sent)
    assert found.is_whole
    assert found.hashes_equal == 4 * found.photos > 0


def test_a_visit_that_is_not_there_is_lost(sent):
    recorded, held = sent
    missing = replace(recorded[0], mark="never sent")
    assert compared_now([*recorded, missing], held).lost == ["never sent"]


def test_a_visit_that_nobody_recorded_is_seen(sent):
    recorded, held = sent
    assert f"{recorded[0].mark}: nobody recorded it" in compared_now(recorded[1:], held).damaged


def test_a_visit_that_its_phone_holds_twice_or_not_as_sent_is_seen(sent):
    recorded, held = sent
    assert compared_now(recorded, [*held, held[0]]).doubled == [recorded[0].mark]
    waiting = replace(held[0], is_answered=False)
    assert compared_now(recorded, [waiting, *held[1:]]).unsent == [recorded[0].mark]


def test_a_photo_that_was_damaged_on_its_phone_is_seen(sent):
    recorded, held = sent
    at, visit = next((at, visit) for at, visit in enumerate(held) if visit.photos)
    broken = replace(visit.photos[0], content=visit.photos[0].content + b"0")
    held[at] = replace(visit, photos=(broken, *visit.photos[1:]))
    assert not compared_now(recorded, held).is_whole


def changed_story(session):
    rows = session.exec(select(VisitRow)).all()
    rows[0].story = rows[1].story


def changed_note(session):
    session.exec(select(ObservationRow)).first().note = "Somebody else's"


def changed_hash(session):
    session.exec(select(PhotoRow)).first().received_sha256 = "0" * 64


def changed_impression(session):
    session.exec(select(VisitRow)).first().first_impression = ""


def changed_file(session):
    row, other = session.exec(select(PhotoRow)).all()[:2]
    photo_path(row.sha256).write_bytes(photo_path(other.sha256).read_bytes())


def removed_photo(session):
    session.delete(session.exec(select(PhotoRow)).first())


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (changed_story, {"lost", "doubled"}),
        (changed_note, {"damaged"}),
        (changed_hash, {"damaged"}),
        (changed_impression, {"damaged"}),
        (changed_file, {"damaged"}),
        (removed_photo, {"damaged"}),
    ],
)
def test_what_is_changed_on_the_server_is_seen(change, seen, sent):
    with in_session() as session:
        change(session)
    found = compared_now(*sent)
    assert {name for name in ("lost", "doubled") if getattr(found, name)} <= seen
    assert any(getattr(found, name) for name in seen)
    assert not found.is_whole
