"""Drafts: nobody overwrites what they have not seen, and what is published is checked again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import pytest

from standards.changes import ChangeKind
from standards.drafting import Draft, DraftStandard, from_charter, from_sentence, overrule, reworded
from standards.editions import Kind
from standards.errors import (
    DraftEmpty,
    DraftMoved,
    DraftNotFound,
    DuplicateCode,
    EditionJustPublished,
    EditionNotInUse,
    EditionUnmeasured,
    NameTaken,
    NothingNew,
    NothingWeighs,
    Problem,
    SetNotFound,
    TargetOutsideMeasure,
)
from standards.measuring import Comparator, Measure, Target, Verdict
from storage.checking import find_faults
from storage.drafts import (
    add_standards,
    base_of,
    change_standard,
    changes_of,
    discard_draft,
    get_draft,
    list_drafts,
    open_draft,
    order_standards,
    publish_draft,
    put_on_top,
    remove_standard,
    set_minimum_coverage,
    start_draft,
)
from storage.editions import (
    bring_back_edition,
    editions_for,
    editions_of_set,
    get_edition,
    latest_edition,
    list_sets,
    publish_edition,
    retire_edition,
)
from storage.photos import keep_picture
from storage.sessions import close_database, engine, in_session
from storage.visits import get_visit, record_answer, start_visit, submit_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit
from tests.storage.builders import events_about
from tests.storage.test_checking import jpeg

CHARTER = "Orders are processed within 3 hours\nThe bin is empty\nA greeting is heard within 30 seconds"


def drafted(text: str = "The bin is empty", code: str = "A1", **facts) -> DraftStandard:
    made = from_sentence(text, code, "Till")
    return replace(made, standard=replace(made.standard, **facts))


def a_draft(name: str = "Shop visit", text: str = CHARTER) -> Draft:
    """Store a draft of three standards, T1 to T3, in a transaction of its own."""
    with in_session() as session:
        draft = open_draft(session, name)
        return add_standards(session, draft, from_charter(text, "Till", draft.by_code()))


def changed(draft: Draft, code: str, statement: str) -> Draft:
    with in_session() as session:
        return change_standard(session, draft, code, reworded(draft.by_code()[code], statement))


def published(draft: Draft):
    with in_session() as session:
        return publish_draft(session, draft)


def test_a_draft_outlives_the_process_with_all_it_holds(database):
    draft = a_draft()
    with in_session() as session:
        picture = keep_picture(session, jpeg())
        vague = overrule(drafted("Staff are friendly", "F"), "friendly", "As on the photo")
        draft = add_standards(session, draft, [replace(vague, picture=picture)])
        draft = set_minimum_coverage(session, draft, 0.8)
    close_database()
    with in_session(read_only=True) as session:
        read = get_draft(session, draft.id)
        assert read == draft
        assert list_drafts(session) == [draft]
        assert list(find_faults(session)) == []
    assert read.by_code()["F"].overruled == vague.overruled
    assert read.by_code()["F"].picture == picture
    assert (read.number, read.minimum_coverage) == (1, 0.8)


def test_a_set_has_one_draft_and_opening_it_again_finds_it(database):
    draft = a_draft()
    with in_session() as session:
        assert open_draft(session, " Shop  visit ") == draft


def test_no_visit_starts_with_a_draft_and_no_list_of_editions_shows_it(database):
    draft = a_draft()
    with in_session() as session:
        channel = a_channel(session, a_brand(session))
        assert editions_for(session, Kind.SHOP, is_own=False) == []
        assert editions_of_set(session, draft.set_id) == []
        with pytest.raises(SetNotFound):
            latest_edition(session, "Shop visit")
        with pytest.raises(EditionNotInUse, match="still a draft"):
            start_visit(session, uuid4(), channel.id, draft.id)


def test_a_published_draft_is_the_next_edition_and_the_draft_is_gone(database):
    first = published(a_draft())
    assert (first.number, [s.code for s in first.standards]) == (1, ["T1", "T2", "T3"])
    assert first.published_at is not None
    with in_session() as session:
        assert list_drafts(session) == []
        assert latest_edition(session, "Shop visit") == first
        draft = open_draft(session, "Shop visit")
        assert (draft.number, draft.plain) == (2, first.standards)
        assert base_of(session, draft) == first
        assert changes_of(session, draft) == ()


def test_a_visit_is_scored_by_its_own_edition_for_ever(database):
    first = published(a_draft())
    with in_session() as session:
        shop = a_channel(session, a_brand(session))
        early = a_visit(session, shop, first, {"T1": 7000.0, "T2": Verdict.MET, "T3": 20.0})
        running = uuid4()
        start_visit(session, running, shop.id, first.id)
        draft = open_draft(session, "Shop visit")
    draft = changed(draft, "T1", "Orders are processed within 1 hour")
    with in_session() as session:
        assert [change.kind for change in changes_of(session, draft)] == [
            ChangeKind.TARGET,
            ChangeKind.REWORDED,
        ]
    second = published(draft)
    with in_session() as session:
        late = a_visit(session, shop, second, {"T1": 7000.0, "T2": Verdict.MET, "T3": 20.0})
        record_answer(session, running, first.by_code()["T2"], None)
        assert get_edition(session, first.id) == first
        assert get_visit(session, early.id).score_percent == 100
        assert late.score_percent == pytest.approx(200 / 3)
    with in_session(read_only=True) as session:
        assert list(find_faults(session)) == []


def test_a_published_edition_never_changes(database):
    draft = a_draft()
    edition = published(draft)
    with in_session() as session:
        for change in (
            lambda: change_standard(session, draft, "T1", drafted(code="T1")),
            lambda: remove_standard(session, draft, "T1"),
            lambda: order_standards(session, draft, ["T3"]),
            lambda: discard_draft(session, draft),
            lambda: set_minimum_coverage(session, draft, 0.1),
            lambda: put_on_top(session, draft),
        ):
            with pytest.raises(DraftNotFound):
                change()
        assert get_edition(session, edition.id) == edition


@pytest.mark.parametrize(
    ("standards", "expected", "says"),
    [
        pytest.param([], DraftEmpty, "Write at least one sentence", id="empty"),
        pytest.param(
            [drafted(), drafted("Staff are friendly", "B")], EditionUnmeasured, "Answer in the sentence",
            id="an unmeasured standard",
        ),
        pytest.param(
            [drafted(weight=0), drafted(code="B", weight=0)], NothingWeighs, "a weight above 0",
            id="no weight",
        ),
        pytest.param(
            [drafted(measure=Measure.SHARE, target=Target(Comparator.AT_LEAST, 110, "%"))],
            TargetOutsideMeasure, "a share from 0 to 100 %", id="a target outside its measure",
        ),
    ],
)  # fmt: skip
def test_publishing_is_refused_with_what_to_do_and_the_draft_stays(database, standards, expected, says):
    with in_session() as session:
        draft = add_standards(session, open_draft(session, "Shop visit"), standards)
    with pytest.raises(expected, match=says):
        published(draft)
    with in_session(read_only=True) as session:
        assert get_draft(session, draft.id) == draft
        assert editions_of_set(session, draft.set_id) == []


def test_a_code_is_used_once(database):
    draft = a_draft()
    with pytest.raises(DuplicateCode, match="Give one of them another code"), in_session() as session:
        change_standard(session, draft, "T2", drafted(code="T1"))
    with pytest.raises(DuplicateCode), in_session() as session:
        add_standards(session, draft, [drafted(code="T3")])
    with in_session(read_only=True) as session:
        assert get_draft(session, draft.id) == draft


def test_two_codes_can_be_swapped_one_after_the_other(database):
    draft = a_draft()
    ids = {one.code: one.standard.id for one in draft.standards}
    with in_session() as session:
        for code, new in (("T1", "X"), ("T2", "T1"), ("X", "T2")):
            standard = draft.by_code()[code]
            other = replace(standard, standard=replace(standard.standard, code=new))
            draft = change_standard(session, draft, code, other)
    assert {one.code: one.standard.id for one in draft.standards} == {
        "T1": ids["T2"],
        "T2": ids["T1"],
        "T3": ids["T3"],
    }


def test_standards_are_ordered_removed_and_put_with_their_touchpoint(database):
    draft = a_draft()
    with in_session() as session:
        draft = order_standards(session, draft, ["T3", "T1"])
        assert [one.code for one in draft.standards] == ["T3", "T1", "T2"]
        exit_door = drafted("The door is open", "E1", touchpoint="Exit")
        draft = add_standards(session, draft, [exit_door, drafted(code="T4")])
        assert [one.code for one in draft.standards] == ["T3", "T1", "T2", "T4", "E1"]
        draft = remove_standard(session, draft, "T1")
        assert [one.code for one in draft.standards] == ["T3", "T2", "T4", "E1"]
        assert [one.standard.position for one in draft.standards] == [0, 1, 2, 3]


def test_what_changes_nothing_is_no_change(database):
    draft = a_draft()
    with in_session() as session:
        assert change_standard(session, draft, "T1", draft.by_code()["T1"]) == draft
        assert set_minimum_coverage(session, draft, draft.minimum_coverage) == draft


def test_the_second_of_two_managers_is_told_and_shown_the_difference(database):
    seen = a_draft()
    mine = changed(seen, "T1", "Orders are processed within 2 hours")
    with pytest.raises(DraftMoved, match="T1 target moved") as told:
        changed(seen, "T1", "Orders are processed within 1 hour")
    target = next(change for change in told.value.changes if change.kind is ChangeKind.TARGET)
    assert (target.code, target.before, target.after) == ("T1", "at most 3 h", "at most 2 h")
    with in_session(read_only=True) as session:
        assert get_draft(session, seen.id) == mine
    assert changed(mine, "T1", "Orders are processed within 1 hour").revision == mine.revision + 1


def test_publishing_what_somebody_changed_meanwhile_is_refused(database):
    seen = a_draft()
    changed(seen, "T2", "The bin is closed")
    with pytest.raises(DraftMoved, match="T2 reworded"):
        published(seen)


def test_an_edition_somebody_else_just_published_is_not_published_again(database):
    seen = a_draft()
    published(seen)
    with pytest.raises(EditionJustPublished, match="Edition 1 of “Shop visit”"):
        published(seen)


def test_a_draft_goes_on_top_of_an_edition_imported_meanwhile(database):
    published(a_draft())
    with in_session() as session:
        draft = open_draft(session, "Shop visit")
        draft = change_standard(session, draft, "T2", reworded(draft.by_code()["T2"], "The bin is closed"))
        imported = publish_edition(session, "Shop visit", [a_standard("A", statement="The door is open")])
    assert (draft.number, imported.number) == (2, 3)
    with pytest.raises(EditionJustPublished) as told:
        published(draft)
    assert {(change.kind, change.code) for change in told.value.changes} >= {(ChangeKind.ADDED, "A")}
    with in_session() as session:
        draft = put_on_top(session, draft)
        assert (ChangeKind.REMOVED, "A") in {(c.kind, c.code) for c in changes_of(session, draft)}
    assert published(draft).number == 4


def test_an_edition_that_asks_nothing_new_is_not_published(database):
    published(a_draft())
    with in_session() as session:
        draft = open_draft(session, "Shop visit")
    with pytest.raises(NothingNew, match="edition 1"):
        published(draft)
    with in_session() as session:
        draft = set_minimum_coverage(session, draft, 0.9)
    assert published(draft).minimum_coverage == 0.9


def test_a_draft_thrown_away_takes_its_set_along_only_where_nothing_else_is_left(database):
    draft = a_draft()
    with in_session() as session:
        discard_draft(session, draft)
        assert list_sets(session) == []
    first = published(a_draft())
    with in_session() as session:
        discard_draft(session, open_draft(session, "Shop visit"))
        assert latest_edition(session, "Shop visit") == first


def test_a_set_is_started_under_a_name_of_its_own(database):
    a_draft()
    with in_session() as session:
        ready = [drafted("The door is open", "D")]
        draft = start_draft(session, "Copy", ready, about="Ours", minimum_coverage=0.7)
        assert (draft.plain[0].code, draft.about, draft.minimum_coverage) == ("D", "Ours", 0.7)
        with pytest.raises(NameTaken, match="Copy"):
            start_draft(session, "Copy", ready)


def test_a_retired_edition_is_read_and_scored_and_starts_no_visit(database):
    first = published(a_draft())
    with in_session() as session:
        shop = a_channel(session, a_brand(session))
        visit = a_visit(session, shop, first, {"T2": Verdict.MET}, submitted=False)
        retired = retire_edition(session, first.id)
        assert retire_edition(session, first.id) == retired
        assert retired.retired_at is not None
        assert editions_for(session, Kind.SHOP, is_own=False) == []
        with pytest.raises(EditionNotInUse, match="retired"):
            start_visit(session, uuid4(), shop.id, first.id)
        with pytest.raises(SetNotFound):
            latest_edition(session, "Shop visit")
        assert editions_of_set(session, first.set_id) == [retired]
        assert submit_visit(session, visit.id).percent == 100
        assert bring_back_edition(session, first.id) == first
        assert latest_edition(session, "Shop visit") == first
    with in_session(read_only=True) as session:
        assert list(find_faults(session)) == []
    assert [event.action for event in events_about("edition")] == ["published", "retired", "brought back"]


def test_a_draft_does_not_retire(database):
    draft = a_draft()
    with in_session() as session, pytest.raises(DraftNotFound):
        retire_edition(session, draft.id)


def test_after_the_newest_retired_visits_start_with_the_one_before(database):
    first = published(a_draft())
    with in_session() as session:
        draft = open_draft(session, "Shop visit")
    second = published(changed(draft, "T2", "The bin is closed"))
    with in_session() as session:
        retire_edition(session, second.id)
        assert latest_edition(session, "Shop visit") == first
        again = publish_edition(session, "Shop visit", second.standards)
        assert again.number == 3


def test_every_change_of_a_draft_leaves_an_event(database):
    draft = changed(a_draft(), "T2", "The bin is closed")
    edition = published(draft)
    drafts = events_about("draft", draft.id)
    assert [event.action for event in drafts] == ["opened", "changed", "changed"]
    assert drafts[-1].after == {"T2": {"reworded": ["The bin is empty", "The bin is closed"]}}
    (event,) = events_about("edition", edition.id)
    noted = event.after or {}
    assert noted["number"] == 1
    assert noted["changes"]["T1"] == {"added": ["", "Orders are processed within 3 hours"]}


def at_once(*acts) -> list[object]:
    """Do things at the same instant, each in a transaction of its own; return results and problems."""
    engine()
    ready = Barrier(len(acts))

    def run(act):
        ready.wait()
        try:
            with in_session() as session:
                return act(session)
        except Problem as problem:
            return problem

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_managers_who_save_at_the_same_instant_one_wins_and_the_others_are_told(database):
    seen = a_draft()

    def save(hours):
        mended = reworded(seen.by_code()["T1"], f"Orders are processed within {hours} hours")
        return lambda session: change_standard(session, seen, "T1", mended)

    results = at_once(*[save(hours) for hours in (4, 5, 6, 7)])
    won = [result for result in results if isinstance(result, Draft)]
    told = [result for result in results if isinstance(result, DraftMoved)]
    assert (len(won), len(told)) == (1, 3)
    with in_session(read_only=True) as session:
        stored = get_draft(session, seen.id)
    assert stored == won[0]
    assert all(
        told_one.changes[0].after == f"at most {stored.plain[0].target.value / 3600:g} h" for told_one in told
    )


def test_of_managers_who_publish_at_the_same_instant_one_wins_and_the_other_is_told(database):
    seen = a_draft()
    results = at_once(*[lambda session: publish_draft(session, seen)] * 3)
    told = [result for result in results if isinstance(result, EditionJustPublished)]
    assert len(told) == 2
    with in_session(read_only=True) as session:
        assert [edition.number for edition in editions_of_set(session, seen.set_id)] == [1]
    assert len(events_about("edition")) == 1


def test_managers_who_open_a_draft_at_the_same_instant_work_on_the_same(database):
    drafts = at_once(*[lambda session: open_draft(session, "New set")] * 4)
    assert len({draft.id for draft in drafts if isinstance(draft, Draft)}) == 1
    assert len(drafts) == 4


def test_an_import_and_a_draft_published_at_the_same_instant_both_stay_readable(database):
    published(a_draft())
    with in_session() as session:
        draft = open_draft(session, "Shop visit")
    draft = changed(draft, "T2", "The bin is closed")
    imported = [a_standard("A", statement="The door is open")]
    results = at_once(
        lambda session: publish_draft(session, draft),
        lambda session: publish_edition(session, "Shop visit", imported),
    )
    late = [result for result in results if isinstance(result, EditionJustPublished)]
    with in_session(read_only=True) as session:
        numbers = [edition.number for edition in editions_of_set(session, draft.set_id)]
        assert list(find_faults(session)) == []
    assert numbers == ([3, 1] if late else [3, 2, 1])
