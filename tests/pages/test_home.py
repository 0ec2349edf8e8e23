"""Home: an empty database welcomes, a used one shows what waits for the shopper."""

from uuid import uuid4

from streamlit.testing.v1 import AppTest

from standards.editions import Kind, Standard
from standards.values import answer_of
from storage.brands import add_brand, own_brand
from storage.channels import add_channel
from storage.editions import publish_edition
from storage.sessions import in_session
from storage.visits import record_answer, start_visit, submit_visit
from tests.pages.app import open_page


def home() -> AppTest:
    return open_page()


def test_an_empty_database_asks_for_the_own_brand():
    test = home()
    test.text_input[0].set_value("  Corner   Shop ")
    next(b for b in test.button if b.label == "Begin with this brand").click().run()
    assert not test.exception
    with in_session(read_only=True) as session:
        brand = own_brand(session)
    assert brand
    assert brand.name == "Corner Shop"
    assert [b.label for b in test.button if b.label == "Start a visit"]


def test_a_missing_name_is_told_and_nothing_is_stored():
    test = home()
    next(b for b in test.button if b.label == "Begin with this brand").click().run()
    assert "NAME-2" in test.error[0].value


def test_home_leads_to_the_recorder():
    with in_session() as session:
        add_brand(session, "Corner Shop", is_own=True)
    written = "".join(html.proto.body for html in home().get("html"))
    assert written.count('href="/recorder/" target="_self"') == 1


def test_drafts_and_latest_scores_are_links():
    with in_session() as session:
        brand = add_brand(session, "Own", is_own=True)
        channel = add_channel(session, brand.id, Kind.SHOP, "Market 1")
        edition = publish_edition(session, "Shop", [Standard("S1", "Till", "A receipt is offered")])
        done, open_one = uuid4(), uuid4()
        for visit_id in (done, open_one):
            start_visit(session, visit_id, channel.id, edition.id)
        record_answer(session, done, edition.standards[0], answer_of(edition.standards[0], 1))
        submit_visit(session, done)
    labels = [link.value for link in home().page_link]
    assert any("Market 1" in label and "started" in label for label in labels)
    assert any("100" in label for label in labels)
