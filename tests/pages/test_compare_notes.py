"""Notes on the time line: written and removed by managers, read by all who compare."""

from datetime import date

import pytest

from standards.people import Role
from storage.comparing import sets_in_use
from storage.people import change_account
from storage.sessions import in_session
from storage.time_notes import add_time_note, list_time_notes
from tests.pages.app import a_person, tap
from tests.pages.comparing import charts_of, compare_page, said_on, store_programme

TIME = {"look": "over time"}


@pytest.fixture
def programme():
    """Store a year of visits; return the set's id and our own brand."""
    visits = store_programme(ours=12, theirs=12)
    with in_session(read_only=True) as session:
        [used] = sets_in_use(session, seen_by=None)
    return used.set.id, visits[0].channel.brand


def notes_of(programme):
    set_id, own = programme
    with in_session(read_only=True) as session:
        return list_time_notes(session, set_id, [own.id])


def test_a_manager_puts_a_note_on_the_time_line_and_takes_it_off(programme):
    page = compare_page(a_person(Role.MANAGER), **TIME)
    page.text_input(key="compare_note_text").set_value("New till")
    page.date_input(key="compare_note_on").set_value(date(2026, 5, 3))
    tap(page, "Put it on the time line")
    assert "A · 3 May 2026: New till (Ours Shop visit)" in said_on(page)
    [note] = notes_of(programme)
    assert (note.noted_on, note.text, note.brand_id) == (date(2026, 5, 3), "New till", programme[1].id)
    tap(page, "Remove “New till”, 3 May 2026 · Ours Shop visit")
    assert "New till" not in said_on(page)
    assert notes_of(programme) == []


def test_a_note_is_a_line_across_the_panel_of_its_brand_and_a_letter_above(programme):
    set_id, own = programme
    with in_session() as session:
        add_time_note(session, "New till", date(2026, 5, 3), set_id=set_id, brand_id=own.id)
        add_time_note(session, "New shoppers", date(2026, 6, 3), set_id=set_id)
    figure, _, _ = charts_of(compare_page(**TIME))["time"]
    lines = [(s["x0"], s["yref"]) for s in figure["layout"]["shapes"] if s["line"].get("dash") == "dot"]
    assert lines == [
        ("2026-05-03", "y domain"),
        ("2026-06-03", "y domain"),
        ("2026-06-03", "y2 domain"),
    ]
    assert [n["text"] for n in figure["layout"]["annotations"] if len(n["text"]) == 8] == [
        "<b>A</b>",
        "<b>B</b>",
    ]


def test_an_empty_note_is_refused_with_what_to_do(programme):
    page = compare_page(**TIME)
    tap(page, "Put it on the time line")
    assert "NOTE-1" in page.error[0].value
    assert notes_of(programme) == []


def test_a_viewer_reads_notes_and_is_offered_no_pen(programme):
    set_id, own = programme
    with in_session() as session:
        add_time_note(session, "New till", date(2026, 5, 3), set_id=set_id, brand_id=own.id)
    page = compare_page(a_person(Role.VIEWER, areas=frozenset({"North"})), **TIME)
    assert "New till" in said_on(page)
    assert not [button for button in page.button if "time line" in button.label or "Remove" in button.label]


def test_a_note_about_a_brand_that_is_not_the_viewers_to_compare_is_not_read(programme):
    set_id, own = programme
    with in_session() as session:
        add_time_note(session, "New till", date(2026, 5, 3), set_id=set_id, brand_id=own.id)
    page = compare_page(a_person(Role.VIEWER, areas=frozenset({"South"})), **TIME)
    assert "New till" not in said_on(page)


def test_who_was_a_manager_when_the_page_was_drawn_and_is_none_now_stores_nothing(programme):
    manager = a_person(Role.MANAGER)
    page = compare_page(manager, **TIME)
    with in_session() as session:
        change_account(session, manager.id, name=manager.name, role=Role.VIEWER, areas=["North"])
    page.text_input(key="compare_note_text").set_value("New till")
    tap(page, "Put it on the time line")
    assert notes_of(programme) == []
