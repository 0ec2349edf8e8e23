"""The observations behind a scorecard: all of them, in order, some visits at a time, as they are stored."""

from datetime import date

import pytest

from standards.editions import Kind
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.scorecards import SubjectKind, read_span
from storage import scorecard_rows
from storage.comparing import Selection
from storage.observation_rows import observed_rows
from storage.scorecard_rows import observations_behind
from storage.scorecards import Asked
from storage.sessions import in_session
from storage.visits import void_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.storage.forms.made_rows import rows_in

MET, MISSED, NOT_APPLICABLE = Verdict
MOST = Target(Comparator.AT_MOST, 180, "s")
STANDARDS = [
    a_standard("W", touchpoint="Till", measure=Measure.DURATION, target=MOST, weight=2.5),
    a_standard("A", touchpoint="Welcome"),
    a_standard("N", touchpoint="Till", no_no=True, weight=0),
]
# As many as a part holds would take long to store: the rule is the same for few.
VISITS, AT_ONCE = 7, 3


@pytest.fixture
def asked(database, monkeypatch):
    monkeypatch.setattr(scorecard_rows, "VISITS_AT_ONCE", AT_ONCE)
    with in_session() as session:
        edition = an_edition(session, STANDARDS)
        brand = a_brand(session, "Ours", is_own=True)
        shops = [a_channel(session, brand, name, area=name[0]) for name in ("North", "South")]
        line = a_channel(session, brand, "Line", kind=Kind.PHONE)
        # Not in the order of their days, nor of their ids.
        for number in range(VISITS):
            answers: dict[str, Verdict | float] = {
                "W": 20.0 * number,
                "A": MISSED if number % 2 else NOT_APPLICABLE,
                "N": MET,
            }
            day = date(2026, 5, 1 + number * 5 % VISITS)
            a_visit(session, (*shops, line)[number % 3], edition, answers, on=day)
        elsewhere = a_channel(session, a_brand(session, "Theirs"), "Theirs")
        a_visit(session, elsewhere, edition, {"A": MET}, on=date(2026, 5, 2))
        a_visit(session, shops[0], edition, {"A": MET}, on=date(2026, 8, 2))
        gone = a_visit(session, shops[0], edition, {"A": MET}, on=date(2026, 5, 3))
    with in_session() as session:
        void_visit(session, gone.id, "made by mistake")
    return Asked(SubjectKind.BRAND, edition.set_id, read_span("2026-Q2"), brand_id=brand.id)


def test_each_is_what_is_stored_and_stands_in_the_order_of_days_and_of_its_edition(asked):
    found = rows_in(observations_behind(asked, seen_by=None))
    chosen = Selection(asked.set_id, (asked.brand_id,), since=asked.span.since, until=asked.span.until)
    stored = [row for part in observed_rows(chosen, seen_by=None) for row in part]
    assert len(found) == len(stored) == 3 * VISITS
    for row, other in zip(found, stored, strict=True):
        for name in (
            "visited_on", "brand", "channel", "kind", "area", "edition", "touchpoint", "code", "statement",
            "measure", "weight", "no_no", "verdict", "value", "unit", "longer_than", "is_complete",
        ):  # fmt: skip
            assert getattr(row, name) == getattr(other, name), name
    assert [row.visit for row in found] == [1 + at // 3 for at in range(3 * VISITS)]
    assert [row.code for row in found[:3]] == [standard.code for standard in STANDARDS]
    assert found[0].target == "at most 3 min"


def test_so_many_visits_lie_in_memory_at_once_and_no_more(asked):
    parts = [len(part) for part in observations_behind(asked, seen_by=None)]
    assert parts == [3 * AT_ONCE, 3 * AT_ONCE, 3]


def test_a_scorecard_of_one_visit_gives_its_observations_alone(asked):
    chosen = Selection(asked.set_id, (asked.brand_id,))
    visit_id = next(observed_rows(chosen, seen_by=None))[0].visit_id
    of_visit = Asked(SubjectKind.VISIT, visit_id=visit_id)
    assert len(rows_in(observations_behind(of_visit, seen_by=None))) == len(STANDARDS)
