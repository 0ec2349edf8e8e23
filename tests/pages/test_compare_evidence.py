"""Evidence: what stands behind a figure, newest first, with notes and photos, and only what may be read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.parts.compared_behind import read_behind, write_behind
from standards.comparing.figures import Behind
from standards.editions import Kind
from standards.measuring import Measure, Verdict
from standards.people import Role
from storage.photos import add_photo
from storage.sessions import in_session
from storage.visits import submit_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person, tap
from tests.pages.comparing import MET, MISSED, charts_of, compare_page, said_on
from tests.pictures import noise


@given(
    some.builds(
        Behind,
        brand_id=some.none() | some.integers(1, 99),
        channel_id=some.none() | some.integers(1, 99),
        kind=some.none() | some.sampled_from(Kind),
        code=some.none() | some.text(min_size=1, max_size=9).filter(lambda code: code.isprintable()),
        measure=some.none() | some.sampled_from(Measure),
        touchpoint=some.none() | some.text(min_size=1, max_size=9).filter(lambda name: name.isprintable()),
        verdict=some.none() | some.sampled_from(Verdict),
        since=some.none() | some.dates(),
        until=some.none() | some.dates(),
        failed=some.booleans(),
    )
)
def test_what_is_written_into_the_address_is_read_again(behind):
    assert read_behind(write_behind(behind)) == behind


@pytest.mark.parametrize("address", ["brand=x", "kind=kiosk", "since=today", "verdict=fine", "measure=mood"])
def test_an_address_that_was_changed_means_nothing(address):
    assert read_behind(address) is None


@pytest.fixture
def visits():
    """Store nine visits to each of two brands, in two areas, each with a note; return them by brand."""
    stored = {}
    with in_session() as session:
        edition = an_edition(session)
        for at, brand in enumerate(("Ours", "Theirs")):
            for day in range(1, 10):
                area = "North" if day % 2 else "South"
                shop = a_channel(session, a_brand(session, brand, is_own=not at), f"{area} shop", area=area)
                stored[brand, day] = a_visit(
                    session,
                    shop,
                    edition,
                    {"A": MET, "B": MISSED if day == 9 else MET},
                    on=date(2026, 3, day),
                    notes={"B": f"Note of {brand} on day {day}"},
                    shopper="Nora Quill",
                )
    return stored


def evidence(page_said):
    """Return the days of the visits shown, in order."""
    return [line for line in page_said.splitlines() if "Mar 2026 · shop" in line]


def brand_of(visits, brand):
    return visits[brand, 1].channel.brand.id


def test_the_visits_behind_a_figure_are_shown_newest_first_a_few_at_a_time(visits):
    page = compare_page(evidence=f"brand={brand_of(visits, 'Ours')}&code=B")
    said = said_on(page)
    assert "9 visits, newest first." in said
    assert [line.split()[0] for line in evidence(said)] == ["9", "8", "7", "6", "5", "4", "3", "2"]
    assert "Note of Ours on day 9" in said
    assert "Theirs on day" not in said
    tap(page, "Show 1 more of 9")
    assert len(evidence(said_on(page))) == 9


def test_only_those_missed_are_shown_when_asked(visits):
    page = compare_page(evidence=f"brand={brand_of(visits, 'Ours')}&code=B")
    next(c for c in page.segmented_control if c.label == "Show").set_value("Missed").run()
    assert not page.exception
    assert [line.split()[0] for line in evidence(said_on(page))] == ["9"]


def test_photos_of_the_standard_are_shown_through_our_own_route(visits):
    with in_session() as session:
        edition, channel = an_edition(session), visits["Ours", 1].channel
        visit = a_visit(session, channel, edition, {"A": MET, "B": MISSED}, submitted=False)
        of_b = add_photo(session, visit.id, "B", noise((60, 40)))
        of_a = add_photo(session, visit.id, "A", noise((60, 40)))
    with in_session() as session:
        submit_visit(session, visit.id)
    said = said_on(compare_page(evidence=f"brand={brand_of(visits, 'Ours')}&code=B"))
    assert f'src="/photos/{of_b.id}/thumbnail"' in said
    assert str(of_a.id) not in said


def test_no_shopper_is_named_not_even_to_an_owner(visits):
    said = said_on(compare_page(evidence=f"brand={brand_of(visits, 'Ours')}&code=B", look="everything"))
    assert "Note of Ours" in said
    assert "Nora" not in said


def test_a_viewer_sees_only_the_visits_given_to_read(visits):
    viewer = a_person(Role.VIEWER, areas=frozenset({"North"}))
    said = said_on(compare_page(viewer, evidence=f"brand={brand_of(visits, 'Ours')}&code=B"))
    assert "5 visits, newest first." in said
    assert "South shop" not in said


def test_a_viewer_of_one_channel_compares_a_competitor_and_does_not_read_its_visits(visits):
    viewer = a_person(Role.VIEWER, channel_ids=frozenset({visits["Ours", 1].channel.id}))
    page = compare_page(viewer, evidence=f"brand={brand_of(visits, 'Theirs')}&code=B")
    said = said_on(page)
    assert "5 more visits of other channels counted, and not yours to read." in said
    assert "Note of Theirs" not in said
    assert evidence(said) == []


def test_every_dot_hands_over_the_visits_behind_it(visits):
    for name, (figure, _, _) in charts_of(compare_page(look="everything")).items():
        handed = [
            given
            for trace in figure["data"]
            for given in trace.get("customdata", [])
            if given is not None and "markers" in trace["mode"]
        ]
        assert handed, name
        assert all(read_behind(given) for given in handed), name


def test_a_figure_is_opened_without_a_finger(visits):
    page = compare_page()
    box = next(b for b in page.selectbox if b.key == "compare_visits_met_rate_by_standard")
    box.set_value(next(name for name in box.options if name.startswith("B · Ours"))).run()
    assert not page.exception
    assert "Note of Ours on day 9" in said_on(page)
    assert box.key not in page.query_params


def test_evidence_of_what_is_not_there_is_still_a_page(visits):
    said = said_on(compare_page(evidence="brand=999&channel=999"))
    assert "0 visits, newest first." in said
