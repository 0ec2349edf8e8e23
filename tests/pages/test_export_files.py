"""Export: two files, made only when they are asked for."""

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

from standards.errors import SignedOut
from standards.people import Role
from storage.door_sessions import end_session
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person, open_page
from tests.storage.builders import events_about


def export_page() -> AppTest:
    return open_page("export_files.py")


def test_without_visits_the_page_says_what_to_do():
    test = export_page()
    assert "No visit is submitted yet" in test.info[0].value
    assert not test.download_button


def test_both_files_say_how_much_they_hold():
    with in_session() as session:
        a_visit(session, a_channel(session, a_brand(session)), an_edition(session))
    test = export_page()
    assert [button.label for button in test.download_button] == [
        "Download 1 scores",
        "Download 2 observations",
    ]


@pytest.mark.parametrize(("page", "role"), [("export_files.py", Role.MANAGER), ("read_log.py", Role.OWNER)])
def test_a_download_is_an_event_of_who_takes_it_and_needs_their_session(page, role, downloads):
    with in_session() as session:
        a_visit(session, a_channel(session, a_brand(session)), an_edition(session))
    person = a_person(role)
    test = open_page(page, person)
    made = downloads[0]()
    assert made.splitlines()
    assert [(e.action, e.person_id) for e in events_about("file")] == [("exported", person.id)]
    with in_session() as session:
        end_session(session, test.user["session"])
    with pytest.raises(SignedOut):
        downloads[0]()
    assert len(events_about("file")) == 1


@pytest.fixture
def downloads(monkeypatch):
    """Collect what the server would call when a download is tapped: a test has no browser to tap it."""
    made = []
    taken_in = MediaFileManager.add_deferred

    def collect(manager, make, *args, **kwargs):
        made.append(make)
        return taken_in(manager, make, *args, **kwargs)

    monkeypatch.setattr(MediaFileManager, "add_deferred", collect)
    return made


def test_a_table_that_is_taken_away_is_an_event_too():
    manager = a_person(Role.MANAGER)
    with in_session() as session:
        visit = a_visit(session, a_channel(session, a_brand(session)), an_edition(session))
    test = open_page("read_visits.py", manager, visit=str(visit.id))
    next(b for b in test.download_button if b.key == "visit_observations_csv").click().run()
    assert not test.exception
    assert [(e.action, e.thing_id, e.person_id) for e in events_about("file")] == [
        ("exported", "visit_observations", manager.id)
    ]
