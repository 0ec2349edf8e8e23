"""Nothing is lost, doubled or damaged, whatever breaks: `python -m benchmarks.never_lost`, made short."""

from random import Random

import pytest
from sqlmodel import select

from benchmarks.chaos_proxy import Fault
from benchmarks.made_phone import Kept, MadePhone
from benchmarks.never_lost import (
    MADE,
    RECORDER,
    compare,
    never_lost,
    prepare_ground,
    record_ahead,
    spread,
)
from benchmarks.recorder_phone import CHROMIUM
from storage.sessions import in_session
from storage.tables import ObservationRow, PhotoRow, VisitRow
from tests.server.phone import served


def test_visits_over_a_bad_connection_arrive_whole_and_once_though_phones_and_servers_die(database, tmp_path):
    told, compared = never_lost(visits=8, seed=7, tab_kills=4, server_kills=1, folder=tmp_path, phones=MADE)
    assert compared.is_whole, told
    assert told["visits"] == 8
    assert told["tabs_killed"] == 4
    assert told["servers_killed"] == 1
    assert told["requests"][Fault.CUT] + told["requests"][Fault.LOSE] > 0


@pytest.mark.long
def test_the_recorder_in_a_browser_loses_nothing_though_its_tabs_and_the_server_are_killed(tmp_path):
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian's package chromium)")
    told, compared = never_lost(6, seed=5, tab_kills=3, server_kills=2, folder=tmp_path, phones=RECORDER)
    assert compared.is_whole, told
    assert (told["visits"], told["tabs_killed"], told["servers_killed"]) == (6, 3, 2)


@pytest.fixture
def sent(data_folder):
    """Return what two phones' worth of visits held, sent over a connection that is well."""
    ground = prepare_ground(1)
    recorded = record_ahead(3, 11, ground)
    with served() as address:
        for told in recorded:
            chance = Random(1)  # noqa: S311 - repeatable, and no secret
            MadePhone(int(address.split(":")[-1]), ground.people[0][1], Kept(), chance, lambda: None).record(
                told
            )
    return recorded


def compared_now(recorded):
    with in_session(read_only=True) as session:
        return compare(session, recorded)


def test_what_arrived_well_is_whole(sent):
    assert compared_now(sent).is_whole


def test_a_visit_that_is_not_there_is_lost(sent):
    ground_of = sent[0].channel_id, sent[0].edition_id
    missing = sent[0].__class__("never sent", *ground_of, "", 1, {}, {}, ())
    assert compared_now([*sent, missing]).lost == ["never sent"]


def changed_story(session):
    rows = session.exec(select(VisitRow)).all()
    rows[0].story = rows[1].story


def changed_note(session):
    session.exec(select(ObservationRow)).first().note = "Somebody else's"


def changed_hash(session):
    session.exec(select(PhotoRow)).first().received_sha256 = "0" * 64


def changed_impression(session):
    session.exec(select(VisitRow)).first().first_impression = ""


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (changed_story, {"lost", "doubled"}),
        (changed_note, {"damaged"}),
        (changed_hash, {"damaged"}),
        (changed_impression, {"damaged"}),
    ],
)
def test_what_is_changed_on_the_server_is_seen(change, seen, sent):
    with in_session() as session:
        change(session)
    found = compared_now(sent)
    assert {name for name in ("lost", "doubled") if getattr(found, name)} <= seen
    assert any(getattr(found, name) for name in seen)
    assert not found.is_whole


def test_deaths_are_spread_the_same_for_the_same_seed():
    one, again = (spread(30, 100, Random(3), 8) for _ in range(2))  # noqa: S311 - as above
    assert one == again
    assert sum(map(len, one.values())) == 30
