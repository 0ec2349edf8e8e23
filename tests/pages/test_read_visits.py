"""The Visits page: a visit is found, opened, explained; people's words are shown as written."""

from datetime import date
from uuid import uuid4

import pytest

from pages.parts.scores import say_coverage, say_percent, say_score
from standards.editions import Kind
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from standards.visits import Brand, Channel, State, Visit
from storage.photos import add_photo, is_blacked_out
from storage.sessions import in_session
from storage.visits import get_visit, submit_visit, void_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pages.app import a_person, open_page
from tests.pictures import sent
from tests.storage.builders import events_about

SHOP = Channel(1, Brand(1, "Ours", True, "#0072B2"), Kind.SHOP, "High Street", "", "UTC")


def visits_page(**address):
    return open_page("read_visits.py", **address)


def said_on(page):
    shown = [*page.title, *page.markdown, *page.caption, *page.info, *page.error, *page.get("html")]
    return "\n".join(str(getattr(e, "value", None) or e.proto.body) for e in shown)


def links_of(page):
    return [link.proto.label for link in page.get("page_link")]


def store_visits(*stories, name="High Street"):
    with in_session() as session:
        shop = a_channel(session, a_brand(session, "Ours", is_own=True), name)
        edition = an_edition(session)
        days = [date(2026, 1, day + 1) for day in range(len(stories))]
        return [
            a_visit(session, shop, edition, on=day, story=story)
            for day, story in zip(days, stories, strict=True)
        ]


def a_stored(points=None, possible=None, coverage=1.0, no_nos=0, state=State.SUBMITTED):
    return Visit(
        uuid4(),
        SHOP,
        1,
        state,
        points=points,
        points_possible=possible,
        coverage=coverage,
        no_nos_missed=no_nos,
    )


@pytest.mark.parametrize(
    ("visit", "said"),
    [
        (a_stored(13, 15), "86.7 %"),
        (a_stored(13, 15, no_nos=1), "86.7 %, failed (1 no-no)"),
        (a_stored(13, 15, no_nos=2), "86.7 %, failed (2 no-nos)"),
        (a_stored(0, 0), "no score: nothing applied"),
        (a_stored(4, 4, coverage=0.45), "incomplete: 45 % covered"),
        (a_stored(4, 4, coverage=0.5999), "incomplete: 59 % covered"),
        (a_stored(4, 4, coverage=0.6), "100.0 %"),
        (a_stored(0, 4), "0.0 %"),
        (a_stored(3, 4, state=State.DRAFT), "not submitted yet"),
    ],
)
def test_a_score_is_said_in_words(visit, said):
    assert say_score(visit) == said


def test_the_editions_own_minimum_decides_what_is_incomplete():
    assert say_score(a_stored(4, 4, coverage=0.7), 0.8) == "incomplete: 70 % covered"


def test_only_a_whole_score_is_called_100():
    assert (say_percent(99.99), say_percent(100)) == ("99.9 %", "100.0 %")
    assert (say_coverage(None), say_coverage(0.29)) == ("0 %", "29 %")


def test_an_empty_page_says_what_to_do_next():
    page = visits_page()
    assert not page.exception
    assert "No visit is here" in said_on(page)


def test_visits_are_listed_newest_first_and_25_to_a_page():
    store_visits(*["" for _ in range(27)])
    page = visits_page()
    assert not page.exception
    assert "27 visits, newest first" in said_on(page)
    cards = [caption.value for caption in page.caption if "shop" in caption.value]
    assert len(cards) == 25
    assert cards[0].startswith("27 Jan 2026")


def test_the_second_page_stands_in_the_address():
    store_visits(*["" for _ in range(27)])
    page = visits_page(page="2")
    assert not page.exception
    assert len([caption for caption in page.caption if "shop" in caption.value]) == 2


def test_a_search_finds_a_story_and_says_when_nothing_is_found():
    store_visits("lent me an umbrella", "nothing to tell")
    page = visits_page(search="Umbrella")
    assert "1 visit, newest first" in said_on(page)
    page.text_input(key="search").set_value("zebra").run()
    assert not page.exception
    assert "No visit matches" in said_on(page)


def test_names_are_shown_as_written_and_never_read_as_markdown():
    visit = store_visits("![x](http://example.org/x.png) <script>", name="*Star* [here](http://example.org)")[
        0
    ]
    listed = "\n".join(links_of(visits_page()))
    assert r"\*Star\* \[here\]" in listed
    opened = said_on(visits_page(visit=str(visit.id)))
    assert "](http" not in opened.replace("![x](http", "").replace("\\](http", "")
    assert "<script>" not in opened
    assert "&lt;script&gt;" in opened


def test_a_visit_shows_how_its_score_came_about():
    with in_session() as session:
        shop = a_channel(session, a_brand(session, "Ours", is_own=True))
        quick = a_standard(
            "W", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180), statement="Served in 3 min"
        )
        edition = an_edition(session, [a_standard("A", no_no=True, weight=2), quick, a_standard("C")])
        given: dict[str, Verdict | float] = {"A": Verdict.MISSED, "W": 150.0, "C": Verdict.NOT_APPLICABLE}
        visit = a_visit(session, shop, edition, given, notes={"W": "two tills open"}, would_return=8)
    page = visits_page(visit=str(visit.id))
    assert not page.exception
    said = said_on(page).replace("\\", "")
    assert "1 of 3 points** earned: **33.3 %**" in said
    assert "Failed: 1 no-no missed. Statement A" in said
    assert "2 min 30 s, target at most 3 min" in said
    assert "two tills open" in said
    assert "8 of 10" in said
    assert "100 % of the weight was answered" in said


def test_a_draft_can_be_gone_on_with_and_a_submitted_visit_not():
    submitted = store_visits("")[0]
    with in_session() as session:
        draft = a_visit(session, submitted.channel, an_edition(session), submitted=False)
    assert "Go on with this visit" in [button.label for button in visits_page(visit=str(draft.id)).button]
    assert "Go on with this visit" not in [
        button.label for button in visits_page(visit=str(submitted.id)).button
    ]


@pytest.mark.parametrize("address", ["not-a-visit", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"])
def test_an_address_without_a_visit_says_so(address):
    store_visits("")
    page = visits_page(visit=address)
    assert not page.exception
    assert page.error


@pytest.mark.parametrize(
    ("reason", "sure", "state"),
    [
        pytest.param("wrong shop", True, State.VOID, id="reason and tick"),
        pytest.param("wrong shop", False, State.SUBMITTED, id="not ticked"),
        pytest.param("  ", True, State.SUBMITTED, id="no reason"),
    ],
)
def test_a_visit_is_voided_only_with_a_reason_and_a_tick(reason, sure, state):
    visit = store_visits("")[0]
    page = visits_page(visit=str(visit.id))
    page.text_input(key="visits_void_reason").set_value(reason)
    page.checkbox(key="visits_void_sure").set_value(sure)
    next(button for button in page.button if button.label == "Void this visit").click().run()
    assert not page.exception
    with in_session(read_only=True) as session:
        assert get_visit(session, visit.id).state is state


def a_photographed_visit(is_own):
    with in_session() as session:
        shop = a_channel(session, a_brand(session, "Theirs", is_own=is_own))
        visit = a_visit(session, shop, an_edition(session), submitted=False)
        photo = add_photo(session, visit.id, "A", sent("JPEG"))
        submit_visit(session, visit.id)
    return visit.id, photo.id


def marks_on(page):
    return [box.label for box in page.checkbox if box.label.startswith("Nobody can be recognised")]


def test_who_reviews_says_on_which_photos_of_a_competitor_nobody_can_be_recognised():
    visit_id, photo_id = a_photographed_visit(is_own=False)
    page = visits_page(visit=str(visit_id))
    assert marks_on(page) == ["Nobody can be recognised on photo 1"]
    page.checkbox(key=f"photos_{photo_id}_blacked_out").check().run()
    assert not page.exception
    with in_session(read_only=True) as session:
        assert is_blacked_out(session, photo_id)
    assert [event.action for event in events_about("photo", str(photo_id))] == ["added", "blacked out"]
    page = visits_page(visit=str(visit_id))
    page.checkbox(key=f"photos_{photo_id}_blacked_out").uncheck().run()
    with in_session(read_only=True) as session:
        assert not is_blacked_out(session, photo_id)


def test_nobody_is_asked_about_our_own_photos_nor_who_only_reads():
    assert marks_on(visits_page(visit=str(a_photographed_visit(is_own=True)[0]))) == []
    visit_id, _ = a_photographed_visit(is_own=False)
    with in_session(read_only=True) as session:
        channel = get_visit(session, visit_id).channel
    viewer = a_person(Role.VIEWER, channel_ids=[channel.id])
    page = open_page("read_visits.py", viewer, visit=str(visit_id))
    assert "Photos" in [title.value for title in page.subheader]
    assert marks_on(page) == []


def test_void_visits_are_listed_only_when_asked_for():
    visit, _ = store_visits("", "")
    with in_session() as session:
        void_visit(session, visit.id, "twice")
    assert "1 visit, newest first" in said_on(visits_page())
    assert "1 visit, newest first" in said_on(visits_page(state="void"))
    assert "2 visits, newest first" in said_on(visits_page(state=["void", "submitted"]))
