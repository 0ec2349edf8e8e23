"""Export: two files, made only when they are asked for."""

from streamlit.testing.v1 import AppTest

from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition

FRAME = "../../pages/frame.py"


def export_page() -> AppTest:
    test = AppTest.from_file(FRAME, default_timeout=20)
    test.run()
    test.switch_page("export_files.py").run()
    assert not test.exception
    return test


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
