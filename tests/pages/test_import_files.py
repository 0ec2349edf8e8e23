"""Import: a file is looked through first; the button stores it, and a bad one stores nothing."""

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from storage.brands import add_brand, own_brand
from storage.importing import import_standards
from storage.sessions import in_session
from storage.tables import StandardSetRow, VisitRow
from tests.pages.app import open_page
from tests.storage.test_importing import STANDARDS, VISITS, stored


@pytest.fixture
def shop_set():
    with in_session() as session:
        import_standards(session, "Shop", STANDARDS)


def import_page() -> AppTest:
    return open_page("import_files.py")


def with_file(test: AppTest, data: bytes, name: str = "visits.csv") -> AppTest:
    test.file_uploader[0].set_value((name, data, "text/csv")).run()
    assert not test.exception
    return test


def texts(test: AppTest) -> str:
    return "\n".join(element.value for element in (*test.text, *test.success, *test.caption, *test.info))


def the_button(test: AppTest):
    return test.button(key="import_now")


def visit_count() -> int:
    with in_session(read_only=True) as session:
        return len(session.exec(select(VisitRow.id)).all())


def test_without_standards_visits_cannot_be_imported_yet():
    assert "Import those first" in texts(import_page())


def test_a_visits_file_is_previewed_and_then_stored(shop_set):
    test = import_page()
    test.text_input(key="import_own").set_value("Own")
    with_file(test, VISITS)
    assert "2 new visits with 3 observations" in texts(test)
    assert list(test.dataframe[-1].value["Channel"]) == ["High Street", "Main Street"]
    assert visit_count() == 0
    the_button(test).click().run()
    assert not test.exception
    assert "The file is stored." in texts(test)
    assert visit_count() == 2
    with in_session(read_only=True) as session:
        own = own_brand(session)
    assert own
    assert own.name == "Own"


def test_a_file_that_is_stored_already_offers_nothing_to_import(shop_set):
    test = with_file(import_page(), VISITS)
    the_button(test).click().run()
    test.run()
    assert "left as they are: 2 visits" in texts(test)
    assert the_button(test).disabled


def test_a_bad_file_shows_its_cells_and_stores_nothing(shop_set):
    test = import_page()
    before = stored()
    with_file(test, VISITS.replace(b"missed", b"perhaps"))
    assert "FILE-2" in test.error[0].value
    table = test.dataframe[-1].value
    assert list(table["Row"]) == [2, 3]
    assert list(table["Holds"]) == ["perhaps", "perhaps"]
    assert not [button for button in test.button if button.key == "import_now"]
    assert stored() == before


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"visit_id\n\xff\n"])
def test_a_file_that_cannot_be_read_is_told(shop_set, data):
    test = with_file(import_page(), data)
    assert "FILE-1" in test.error[0].value


def test_a_file_that_turned_bad_meanwhile_stores_nothing(shop_set):
    test = with_file(import_page(), VISITS)
    changed = STANDARDS.replace(b"\nB,", b"\nC,")
    with in_session() as session:
        import_standards(session, "Shop", changed)
    before = stored()
    the_button(test).click().run()
    assert not test.exception
    assert "FILE-2" in test.error[0].value
    assert stored() == before


def test_standards_become_a_new_set():
    test = import_page()
    test.segmented_control(key="import_kind").set_value("Standards").run()
    assert not test.file_uploader
    test.text_input(key="import_new_set").set_value("Shop *visit*").run()
    with_file(test, STANDARDS, "standards.csv")
    assert "2 standards as edition 1 of “Shop *visit*”." in texts(test)
    the_button(test).click().run()
    assert not test.exception
    with in_session(read_only=True) as session:
        assert session.exec(select(StandardSetRow.name)).all() == ["Shop *visit*"]


def test_the_own_brand_is_asked_only_while_there_is_none(shop_set):
    with in_session() as session:
        add_brand(session, "Own", is_own=True)
    assert not [box for box in import_page().text_input if box.key == "import_own"]


def test_other_standards_become_the_next_edition_of_a_set(shop_set):
    test = import_page()
    test.segmented_control(key="import_kind").set_value("Standards").run()
    test.selectbox(key="import_set_of_standards").set_value("Shop").run()
    with_file(test, STANDARDS, "standards.csv")
    assert "which are stored already" in texts(test)
    assert the_button(test).disabled
    with_file(test, STANDARDS.replace(b",5,", b",4,"), "standards.csv")
    assert "2 standards as edition 2 of “Shop”." in texts(test)
