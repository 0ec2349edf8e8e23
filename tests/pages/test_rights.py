"""Who opens which page and sees which visit: by role, looked up at every run."""

import ast
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from standards.people import Role
from standards.visits import State
from storage.door_sessions import end_session, end_sessions_of, hash_token, open_session
from storage.people import change_account, list_people, remove_account
from storage.sessions import in_session
from storage.visits import get_visit, start_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pages.app import a_person, open_in, open_page, page_of, said_on, tap
from tests.storage.builders import events_about

PAGES = sorted(
    file.name
    for file in (Path(__file__).parents[2] / "pages").glob("*.py")
    if file.name not in ("__init__.py", "frame.py")
)
TITLES = {
    "compare_brands.py": "Compare",
    "export_files.py": "Export",
    "hand_out_scorecards.py": "Scorecards",
    "home.py": "Second Visit",
    "judge_standards.py": "Judge a case",
    "import_files.py": "Import",
    "manage_channels.py": "Channels",
    "manage_people.py": "People",
    "read_log.py": "Log",
    "read_standards.py": "Standards",
    "read_visits.py": "Visits",
    "record_visit.py": "Record a visit",
    "shape_standards.py": "Workshop",
    "your_account.py": "You",
}
OFFERED = {
    Role.SHOPPER: {
        "home.py",
        "judge_standards.py",
        "read_standards.py",
        "read_visits.py",
        "record_visit.py",
        "your_account.py",
    },
    Role.VIEWER: {"compare_brands.py", "hand_out_scorecards.py", "read_visits.py", "your_account.py"},
    Role.MANAGER: set(PAGES) - {"manage_people.py", "read_log.py"},
    Role.OWNER: set(PAGES),
}
FIRST = {role: "Compare" if role is Role.VIEWER else "Second Visit" for role in Role}


def title_of(test):
    return test.title[0].value if test.title else ""


def programme():
    """Store own and rival visits in two areas; return the visits by channel."""
    with in_session() as session:
        ours, theirs = a_brand(session, "Ours", is_own=True), a_brand(session, "Theirs")
        edition = an_edition(session)
        return {
            name: a_visit(session, a_channel(session, brand, name, area=area), edition, story=f"At {name}")
            for brand, name, area in (
                (ours, "Own north", "North"),
                (ours, "Own south", "South"),
                (theirs, "Rival north", "North"),
                (theirs, "Rival south", "South"),
            )
        }


def of(person, channel="Own north", *, submitted=True):
    """Store a visit of a person."""
    visit_id = uuid4()
    with in_session() as session:
        shop = a_channel(session, a_brand(session, "Ours", is_own=True), channel, area="North")
        edition = an_edition(session)
        start_visit(session, visit_id, shop.id, edition.id, shopper_id=person.id)
        return a_visit(session, shop, edition, visit_id=visit_id, submitted=submitted)


def test_every_page_is_in_this_table():
    assert set(TITLES) == set(PAGES)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_its_roles_and_answers_the_others_like_an_unknown_one(page, role):
    person = a_person(role, areas=["North"] if role is Role.VIEWER else ())
    test = open_page(page, person)
    if page in OFFERED[role]:
        assert title_of(test) == TITLES[page]
        return
    unknown = page_of(person)
    unknown._page_hash = "f" * 32
    unknown.run()
    assert title_of(test) == title_of(unknown) == FIRST[role]
    assert said_on(test) == said_on(unknown)


@pytest.mark.parametrize("role", list(Role))
def test_no_page_links_to_one_that_its_reader_cannot_open(role):
    person = a_person(role, areas=["North"] if role is Role.VIEWER else ())
    for page in OFFERED[role]:
        open_page(page, person)  # a link to a page that is not offered would raise
    programme()
    for page in OFFERED[role]:
        open_page(page, person)


def test_without_a_session_nothing_is_shown_but_the_way_in():
    programme()
    test = page_of()
    test.user = {}
    open_in(test, "read_visits.py", visit="1", brand="A & B")
    assert "/sign-in?next=%2F%3Fvisit%3D1%26brand%3DA%2B%2526%2BB" in said_on(test)
    assert not test.title
    assert "Own north" not in said_on(test)


def test_a_made_up_session_opens_nothing():
    test = page_of()
    test.user = {"session": "0" * 64, "person": "1"}
    open_in(test)
    assert not test.title


def test_a_session_that_was_ended_stops_at_the_next_run_and_stores_nothing():
    shopper = a_person(Role.SHOPPER)
    visit = of(shopper, submitted=False)
    with in_session() as session:
        token = open_session(session, shopper.id)
    test = page_of(shopper)
    test.user = {"session": hash_token(token), "person": str(shopper.id)}
    open_in(test, "record_visit.py", visit=str(visit.id), step="Till")
    with in_session() as session:
        end_session(session, hash_token(token))
    tap(test, "No")
    assert "DOOR-1" in test.error[0].value
    assert not test.header
    with in_session(read_only=True) as session:
        assert get_visit(session, visit.id).observations == visit.observations


def test_a_person_who_was_removed_is_out_at_the_next_run():
    manager = a_person(Role.MANAGER)
    test = open_page("read_visits.py", manager)
    with in_session() as session:
        remove_account(session, manager.id)
    test.run()
    assert not test.title


def test_another_role_holds_from_the_next_run_also_for_a_button_on_the_page():
    a_person(Role.OWNER)
    manager = a_person(Role.MANAGER)
    test = open_page("manage_channels.py", manager)
    with in_session() as session:
        change_account(session, manager.id, name=manager.name, role=Role.SHOPPER)
    next(t for t in test.text_input if t.label == "Name").set_value("Corner Shop")
    next(b for b in test.button if b.label == "Add the brand").click().run()
    assert not test.exception
    assert title_of(test) == "Second Visit"
    assert not events_about("brand")


def test_a_shopper_sees_and_opens_only_own_visits():
    mine, others = a_person(Role.SHOPPER, "Mine"), a_person(Role.SHOPPER, "Other")
    visit, other = of(mine, "Mine here"), of(others, "Theirs there")
    listed = open_page("read_visits.py", mine)
    labels = [link.proto.label for link in listed.get("page_link")]
    assert any("Mine here" in label for label in labels)
    assert not any("Theirs there" in label for label in labels)
    assert "1 visit," in said_on(listed)
    assert "Theirs there" not in said_on(open_page("home.py", mine))
    assert "Mine here" in said_on(open_page("read_visits.py", mine, visit=str(visit.id)))
    assert refused(mine, other.id) == refused(mine, uuid4())


def refused(person, visit_id: UUID, page="read_visits.py"):
    """Return what is said about a visit that must not be shown."""
    test = open_page(page, person, visit=str(visit_id))
    assert "VISIT-3" in test.error[0].value
    return said_on(test)


def test_a_shopper_goes_on_only_with_own_drafts_and_waits():
    mine, others = a_person(Role.SHOPPER, "Mine"), a_person(Role.SHOPPER, "Other")
    draft, other = of(mine, "Mine here", submitted=False), of(others, "Theirs there", submitted=False)
    labels = [link.proto.label for link in open_page("home.py", mine).get("page_link")]
    assert any("Mine here" in label for label in labels)
    assert not any("Theirs there" in label for label in labels)
    assert open_page("record_visit.py", mine, visit=str(draft.id)).header
    assert refused(mine, other.id, "record_visit.py") == refused(mine, uuid4(), "record_visit.py")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_who_looks_after_visits_sees_all_of_them(role):
    other = of(a_person(Role.SHOPPER, "Other"), "Theirs there")
    assert "Theirs there" in said_on(open_page("read_visits.py", a_person(role), visit=str(other.id)))


def test_a_viewer_reads_counted_visits_of_the_areas_given_and_never_who_recorded_them():
    visits = programme()
    viewer = a_person(Role.VIEWER, areas=["North"])
    draft = of(a_person(Role.SHOPPER, "Wilhelmina"), submitted=False)
    done = of(a_person(Role.SHOPPER, "Wilhelmina"))
    listed = open_page("read_visits.py", viewer)
    labels = " ".join(link.proto.label for link in listed.get("page_link"))
    assert "Own north" in labels
    assert "Rival north" in labels
    assert "south" not in labels
    assert "South" not in [option for box in listed.multiselect for option in box.options]
    one = open_page("read_visits.py", viewer, visit=str(done.id))
    assert "Own north" in said_on(one)
    assert "Wilhelmina" not in said_on(one)
    assert not [b for b in one.button if b.label == "Void this visit"]
    for hidden in (visits["Own south"].id, visits["Rival south"].id, draft.id):
        assert refused(viewer, hidden) == refused(viewer, uuid4())


def test_a_viewer_compares_only_what_was_given():
    with in_session() as session:
        ours, theirs = a_brand(session, "Ours", is_own=True), a_brand(session, "Theirs")
        others = a_brand(session, "Others")
        edition = an_edition(session, [a_standard("A"), a_standard("B")])
        for brand, area in ((ours, "North"), (ours, "South"), (theirs, "North"), (others, "South")):
            for _ in range(3):
                a_visit(session, a_channel(session, brand, f"{brand.name} {area}", area=area), edition)
    test = open_page("compare_brands.py", a_person(Role.VIEWER, areas=["North"]))
    said = said_on(test)
    assert "6 complete visits" in said
    assert "Theirs" in said
    assert "Others" not in said
    offered = {option for box in test.multiselect for option in box.options}
    assert offered == {"Theirs", "North", "Ours · Ours North", "Theirs · Theirs North"}
    assert list(test.dataframe[0].value["Score visits"]) == [3, 3]


def test_a_viewer_of_one_channel_compares_it_with_competitors_of_its_area():
    visits = programme()
    viewer = a_person(Role.VIEWER, channel_ids=[visits["Own north"].channel.id])
    test = open_page("compare_brands.py", viewer)
    assert "2 complete visits" in said_on(test)
    labels = " ".join(link.proto.label for link in open_page("read_visits.py", viewer).get("page_link"))
    assert "Own north" in labels
    assert "Rival" not in labels


def test_a_viewer_who_was_given_nothing_reads_nothing():
    programme()
    viewer = a_person(Role.VIEWER)
    assert "No visit is here" in said_on(open_page("read_visits.py", viewer))
    assert "Nothing to compare yet" in said_on(open_page("compare_brands.py", viewer))


def test_a_shopper_records_as_themself_and_is_not_asked_who():
    shopper = a_person(Role.SHOPPER)
    visit = begun_by(shopper)
    assert visit.shopper == shopper.name
    assert visit.state is State.DRAFT


def test_a_manager_may_record_for_somebody_else():
    assert begun_by(a_person(Role.MANAGER), shopper="Wilhelmina").shopper == "Wilhelmina"
    assert "Wilhelmina" in people()


def test_a_manager_who_names_nobody_is_the_shopper():
    manager = a_person(Role.MANAGER)
    assert begun_by(manager).shopper == manager.name


def begun_by(person, shopper=None):
    with in_session() as session:
        ours = a_brand(session, "Ours", is_own=True)
        a_channel(session, ours, "High Street")
        an_edition(session)
        if shopper:
            # Chosen among those who are known: a name typed anew needs a browser.
            start_visit(
                session, uuid4(), a_channel(session, ours).id, an_edition(session).id, shopper=shopper
            )
    test = open_page("record_visit.py", person)
    next(box for box in test.selectbox if box.label == "Brand").set_value("Ours").run()
    next(box for box in test.selectbox if box.label == "Channel").set_value("High Street").run()
    asked = [box for box in test.selectbox if box.label == "Who is visiting?"]
    assert bool(asked) is (person.role is not Role.SHOPPER)
    if shopper:
        asked[0].set_value(shopper).run()
    tap(test, "Start the visit")
    with in_session(read_only=True) as session:
        visit = get_visit(session, UUID(test.query_params["visit"]))
    started = [event for event in events_about("visit", visit.id) if event.action == "started"]
    assert [event.person_id for event in started] == [person.id]
    return visit


def people():
    with in_session(read_only=True) as session:
        return set(list_people(session).values())


def test_ending_every_session_leaves_the_next_sign_in_alone():
    person = a_person(Role.MANAGER)
    with in_session() as session:
        end_sessions_of(session, person.id)
    assert open_page("home.py", person).title


PARTS = sorted((Path(__file__).parents[2] / "pages").rglob("*.py"))


@pytest.mark.parametrize("file", PARTS, ids=lambda file: file.name)
def test_a_page_stores_nothing_without_asking_who_it_is(file):
    if file.name == "signed_in.py":
        return
    opened = [
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "in_session"
    ]
    assert [ast.unparse(node) for node in opened if ast.unparse(node) != "in_session(read_only=True)"] == []
