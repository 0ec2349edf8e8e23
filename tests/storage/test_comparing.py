"""What is compared: complete visits only, common standards only, whatever the editions."""

from dataclasses import replace
from datetime import date

import pytest

from standards.changes import history_breaks
from standards.comparing import VERDICT_MET, VERDICT_MISSED
from standards.editions import Kind, Scope
from standards.measuring import Comparator, Measure, Target, Verdict
from storage.comparing import (
    Compared,
    Selection,
    brands_in_set,
    count_compared,
    sets_in_use,
)
from storage.editions import editions_of_set, retire_edition
from storage.sessions import in_session
from storage.tallies import compared_columns
from storage.visits import void_visit
from tests.builders import A_DAY, a_brand, a_channel, a_standard, a_visit, an_edition

MET, MISSED, NOT_APPLICABLE = Verdict.MET, Verdict.MISSED, Verdict.NOT_APPLICABLE


@pytest.fixture
def session(database):
    with in_session() as opened:
        yield opened


@pytest.fixture
def shops(session):
    """Return a channel of our own and one of a competitor."""
    ours = a_channel(session, a_brand(session, "Ours", is_own=True), area="North")
    theirs = a_channel(session, a_brand(session, "Theirs"), "Web", kind=Kind.WEBSITE, area="South")
    return ours, theirs


def everything(edition):
    return Selection(edition.set_id)


def scores_of(session, selection):
    """Return brand, day, points, points possible and whether it failed, visit by visit."""
    columns = compared_columns(session, selection, seen_by=None)
    fields = (columns.brand_ids, columns.visited_on, columns.points, columns.possible, columns.failed)
    return list(zip(*(field.tolist() for field in fields), strict=True))


def counts_of(session, selection):
    """Return how often each brand met and missed each standard."""
    columns = compared_columns(session, selection, seen_by=None)
    found = {}
    for at, one in enumerate(columns.standards):
        for brand_id in set(columns.brand_ids.tolist()):
            said = columns.verdicts[columns.brand_ids == brand_id, at]
            met, missed = int((said == VERDICT_MET).sum()), int((said == VERDICT_MISSED).sum())
            if met or missed:
                found[brand_id, one.code, one.measure] = met, missed
    return found


def test_a_standard_of_ours_only_is_in_our_stored_score_and_in_no_comparison(session, shops):
    ours, theirs = shops
    edition = an_edition(
        session,
        [a_standard("A", weight=2), a_standard("B"), a_standard("X", weight=7, scope=Scope.OURS_ONLY)],
    )
    stored = a_visit(session, ours, edition, {"A": MET, "B": MISSED, "X": MET})
    a_visit(session, theirs, edition, {"A": MET, "B": MET})
    assert (stored.points, stored.points_possible) == (9, 10)
    assert sorted(scores_of(session, everything(edition))) == [
        (ours.brand.id, A_DAY, 2, 3, False),
        (theirs.brand.id, A_DAY, 3, 3, False),
    ]
    assert {code for _, code, _ in counts_of(session, everything(edition))} == {"A", "B"}


def test_only_complete_submitted_visits_are_compared(session, shops):
    ours, _ = shops
    edition = an_edition(session, [a_standard(code) for code in "ABCDE"], minimum_coverage=0.6)
    a_visit(session, ours, edition, {"A": MET, "B": MET, "C": NOT_APPLICABLE})
    a_visit(session, ours, edition, {"A": MISSED, "B": MISSED})
    a_visit(session, ours, edition, submitted=False)
    void_visit(session, a_visit(session, ours, edition).id, "twice")
    session.flush()
    assert scores_of(session, everything(edition)) == [(ours.brand.id, A_DAY, 2, 2, False)]
    assert counts_of(session, everything(edition)) == {
        (ours.brand.id, "A", Measure.YES_NO): (1, 0),
        (ours.brand.id, "B", Measure.YES_NO): (1, 0),
    }
    assert count_compared(session, everything(edition), seen_by=None) == Compared(complete=1, incomplete=1)


def test_a_visit_where_nothing_applied_has_no_score(session, shops):
    edition = an_edition(session)
    a_visit(session, shops[0], edition, {"A": NOT_APPLICABLE, "B": NOT_APPLICABLE})
    assert scores_of(session, everything(edition)) == []


def test_a_missed_no_no_fails_the_visit_and_takes_no_points(session, shops):
    edition = an_edition(session, [a_standard("A", no_no=True, weight=0), a_standard("B")])
    a_visit(session, shops[0], edition, {"A": MISSED, "B": MET})
    assert scores_of(session, everything(edition)) == [(shops[0].brand.id, A_DAY, 1, 1, True)]


def test_a_code_goes_on_through_editions_and_each_visit_keeps_its_own_weights(session, shops):
    ours, _ = shops
    first = an_edition(session, [a_standard("A"), a_standard("B")])
    second = an_edition(session, [a_standard("B", weight=3), a_standard("A")])
    a_visit(session, ours, first, {"A": MET, "B": MISSED})
    a_visit(session, ours, second, {"A": MET, "B": MISSED}, on=date(2026, 4, 1))
    percents = compared_columns(session, everything(first), seen_by=None).percents
    assert percents.tolist() == [50, 25]
    assert counts_of(session, everything(first)) == {
        (ours.brand.id, "A", Measure.YES_NO): (2, 0),
        (ours.brand.id, "B", Measure.YES_NO): (0, 2),
    }


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        pytest.param({}, {"Ours", "Theirs"}, id="open on every side"),
        pytest.param({"kinds": (Kind.SHOP,)}, {"Ours"}, id="kind"),
        pytest.param({"areas": ("South",)}, {"Theirs"}, id="area"),
        pytest.param({"since": date(2026, 3, 11)}, {"Theirs"}, id="since counts its day in"),
        pytest.param({"until": date(2026, 3, 10)}, {"Ours"}, id="until counts its day in"),
        pytest.param({"areas": ("West",)}, set(), id="nothing found"),
    ],
)
def test_a_selection_leaves_out_what_was_not_chosen(session, shops, chosen, expected):
    ours, theirs = shops
    edition = an_edition(session)
    a_visit(session, ours, edition, on=date(2026, 3, 10))
    a_visit(session, theirs, edition, on=date(2026, 3, 11))
    names = {ours.brand.id: "Ours", theirs.brand.id: "Theirs"}
    selection = Selection(edition.set_id, **chosen)
    assert {names[brand_id] for brand_id, *_ in scores_of(session, selection)} == expected
    assert {names[brand_id] for brand_id, *_ in counts_of(session, selection)} == expected
    assert count_compared(session, selection, seen_by=None).complete == len(expected)


def test_brands_can_be_chosen(session, shops):
    ours, theirs = shops
    edition = an_edition(session)
    a_visit(session, ours, edition)
    a_visit(session, theirs, edition)
    selection = Selection(edition.set_id, brand_ids=(theirs.brand.id,))
    assert [brand_id for brand_id, *_ in scores_of(session, selection)] == [theirs.brand.id]


def test_the_set_decides_which_brands_appear_our_own_first(session, shops):
    ours, theirs = shops
    early = a_channel(session, a_brand(session, "Almost"))
    edition, other = an_edition(session), an_edition(session, [a_standard("Z")], name="Other")
    for channel in (theirs, early, ours):
        a_visit(session, channel, edition)
    a_visit(session, theirs, other)
    assert [brand.name for brand in brands_in_set(session, edition.set_id, seen_by=None)] == [
        "Ours",
        "Almost",
        "Theirs",
    ]
    assert [brand.name for brand in brands_in_set(session, other.set_id, seen_by=None)] == ["Theirs"]


def test_an_own_set_comes_before_a_busier_example_and_an_unused_set_not_at_all(session, shops):
    ours, _ = shops
    example = an_edition(session, [a_standard("E")], name="Example", is_example=True)
    quiet, busy = an_edition(session, name="Quiet"), an_edition(session, [a_standard("B")], name="Busy")
    an_edition(session, [a_standard("U")], name="Unused")
    for edition, visits in ((example, 3), (quiet, 1), (busy, 2)):
        for _ in range(visits):
            a_visit(session, ours, edition)
    assert [(use.set.name, use.visits) for use in sets_in_use(session, seen_by=None)] == [
        ("Busy", 2),
        ("Quiet", 1),
        ("Example", 3),
    ]


def test_points_add_up_to_the_stored_score_where_all_standards_are_common(session, shops):
    ours, _ = shops
    edition = an_edition(session, [a_standard("A", weight=0.1), a_standard("B", weight=0.2), a_standard("C")])
    visit = a_visit(session, ours, edition, {"A": MET, "B": MET, "C": MISSED})
    (percent,) = compared_columns(session, everything(edition), seen_by=None).percents
    assert percent == pytest.approx(visit.score_percent, abs=1e-9)


def test_a_code_whose_measure_changed_is_counted_as_two_standards(session, shops):
    ours, _ = shops
    wait = a_standard("A", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds"))
    first, second = an_edition(session, [a_standard("A")]), an_edition(session, [wait])
    a_visit(session, ours, first, {"A": MISSED})
    a_visit(session, ours, second, {"A": 60.0})
    assert counts_of(session, everything(first)) == {
        (ours.brand.id, "A", Measure.DURATION): (1, 0),
        (ours.brand.id, "A", Measure.YES_NO): (0, 1),
    }


def test_a_moved_target_goes_on_as_one_standard_with_a_break(session, shops):
    ours, _ = shops
    wait = a_standard("A", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds"))
    faster = replace(wait, target=Target(Comparator.AT_MOST, 60, "seconds"))
    first, second = an_edition(session, [wait]), an_edition(session, [faster])
    for edition in (first, second):
        a_visit(session, ours, edition, {"A": 120.0})
    assert counts_of(session, everything(first)) == {(ours.brand.id, "A", Measure.DURATION): (1, 1)}
    (found,) = history_breaks(editions_of_set(session, first.set_id), "A")
    assert (found.edition_number, found.change.before, found.change.after) == (
        2,
        "at most 3 min",
        "at most 1 min",
    )


def test_a_retired_edition_keeps_its_visits_in_what_is_compared(session, shops):
    ours, _ = shops
    edition = an_edition(session)
    a_visit(session, ours, edition)
    retire_edition(session, edition.id)
    assert len(scores_of(session, everything(edition))) == 1
    assert count_compared(session, everything(edition), seen_by=None).complete == 1
