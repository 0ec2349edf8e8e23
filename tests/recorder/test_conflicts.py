"""A visit that was changed here and at a desk: both are kept, and the person says which goes on."""

from uuid import UUID

from storage.sessions import in_session
from storage.tables import VisitRow
from storage.visits import get_visit, submit_visit
from tests.builders import a_visit
from tests.recorder.conftest import until
from tests.recorder.syncing import (
    bytes_of,
    change_at_a_desk,
    conflicting,
    kept,
    now,
    photos_of,
    record,
    start,
)
from tests.server.phone import rows_of


def test_line_19_changed_here_and_elsewhere_needs_the_person_and_overwrites_nothing(tab, place):
    visit = conflicting(tab, place)
    assert (visit["state"], visit["problemCode"], visit["story"]) == ("needs-you", "SYNC-1", "typed here")
    assert visit["sync"]["theirs"]["story"] == "written at a desk"
    assert "Nothing was overwritten" in visit["problem"]
    now(tab)
    with in_session(read_only=True) as session:
        assert get_visit(session, UUID(visit["id"])).story == "written at a desk"


def test_line_19_take_the_servers(tab, place):
    visit = conflicting(tab, place)
    taken = tab.evaluate("id => takeServers(store, id)", visit["id"])
    assert (taken["id"], taken["state"], taken["story"]) == (visit["id"], "draft", "written at a desk")
    tab.evaluate(
        "visit => store.saveVisit({ ...visit, story: 'and on from there', state: 'waiting' })", taken
    )
    now(tab)
    assert kept(tab, visit)["state"] == "sent"


def test_line_19_keep_mine_as_a_copy(tab, place):
    visit = conflicting(tab, place, photos=2)
    copy = tab.evaluate("id => keepAsCopy(store, id)", visit["id"])
    assert copy["id"] != visit["id"]
    assert (copy["state"], copy["story"], copy["baseRevision"]) == ("draft", "typed here", 0)
    assert kept(tab, visit)["story"] == "written at a desk"
    assert sorted(bytes_of(tab, copy)) == sorted(bytes_of(tab, visit))
    assert not {one["id"] for one in photos_of(tab, copy)} & {one["id"] for one in photos_of(tab, visit)}
    tab.evaluate("visit => store.saveVisit({ ...visit, state: 'waiting' })", copy)
    now(tab)
    assert kept(tab, copy)["state"] == "sent"
    assert rows_of(copy["id"])["photos"] == 2
    with in_session(read_only=True) as session:
        stories = [get_visit(session, UUID(one["id"])).story for one in (visit, copy)]
    assert stories == ["written at a desk", "typed here"]


def test_line_19_a_visit_that_was_submitted_at_a_desk_is_not_overwritten(tab, place):
    visit = record(tab, place, state="draft")
    start(tab)
    now(tab)
    with in_session() as session:
        submit_visit(session, UUID(visit["id"]))
    tab.evaluate(
        "visit => store.visit(visit.id).then((one) => store.saveVisit({...one, story: 'late'}))", visit
    )
    now(tab)
    found = kept(tab, visit)
    assert (found["state"], found["sync"]["theirs"]["state"]) == ("needs-you", "submitted")
    taken = tab.evaluate("id => takeServers(store, id)", visit["id"])
    assert (taken["state"], taken["story"]) == ("sent", "")


def test_a_visit_begun_at_a_desk_goes_on_here(tab, place):
    with in_session() as session:
        begun = a_visit(session, place.channel, place.edition, submitted=False, shopper="Ann")
        session.get_one(VisitRow, begun.id).shopper_id = place.person.id
    start(tab)
    [visit] = tab.evaluate("store.visits()")
    assert (visit["id"], visit["state"]) == (str(begun.id), "draft")
    tab.evaluate("visit => store.saveVisit({ ...visit, story: 'and on', state: 'waiting' })", visit)
    now(tab)
    assert kept(tab, visit)["state"] == "sent"


def test_what_was_changed_at_a_desk_comes_here_unless_somebody_edits_it(tab, new_tab, place):
    visit = record(tab, place, state="draft")
    start(tab)
    now(tab)
    change_at_a_desk(visit["id"])
    editing = new_tab()
    editing.evaluate(
        "id => { window.mine = null; window.held = holdVisit(id, (one) => { mine = one; }); }", visit["id"]
    )
    until(editing, "mine === true")
    now(tab)
    assert kept(tab, visit)["story"] == ""
    editing.evaluate("held.release()")
    now(tab)
    found = kept(tab, visit)
    assert (found["state"], found["story"]) == ("draft", "written at a desk")
    stale = "visit => store.saveVisit({ ...visit, story: 'old screen' }).catch((error) => error.kind)"
    assert tab.evaluate(stale, visit) == "moved"


def test_photos_that_only_this_phone_has_stay_when_a_change_at_a_desk_comes(tab, place):
    visit = record(tab, place, photos=1, state="draft")
    tab.evaluate(
        "async (id) => store.changePhoto((await store.photosOf(id))[0].id, { state: 'undecodable' })",
        visit["id"],
    )
    start(tab)
    now(tab)
    change_at_a_desk(visit["id"])
    now(tab)
    assert kept(tab, visit)["story"] == "written at a desk"
    [left] = bytes_of(tab, visit)
    assert left


def test_line_15_what_was_blacked_out_here_does_not_come_back_with_a_document_from_elsewhere(tab, place):
    visit = record(tab, place, photos=1, state="draft")
    [before] = photos_of(tab, visit)
    [after] = tab.evaluate(
        """async ([id, photoId]) => {
            const facts = { sentAt: new Date(), appVersion: "1", timeZone: "UTC", clockOffsetMs: null };
            const document = toDocument(await store.visit(id), await store.photosOf(id), facts);
            await store.changePhoto(photoId, { bytes: new Uint8Array([1, 2, 3]).buffer });
            await store.takeDocument({ ...document, revision: 5 }, () => true);
            return store.photosOf(id);
        }""",
        [visit["id"], before["id"]],
    )
    assert (after["id"], after["byteCount"], after["received"]) == (before["id"], 3, False)
    assert bytes_of(tab, visit) == [3]
