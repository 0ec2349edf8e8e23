"""Every page × everybody: what it shows of one shopper's visits, by whatever address it is opened."""

from dataclasses import dataclass
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.steps import LAST
from standards.measuring import Verdict
from standards.people import Person, Role
from storage.door_sessions import end_session
from storage.photos import add_photo, caption_photo
from storage.sessions import in_session
from storage.visits import start_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person, open_in, open_page, page_of, said_on
from tests.pictures import sent, upright

WHO = (
    "nobody",
    "shopper",
    "other shopper",
    "viewer",
    "viewer of another area",
    "manager",
    "owner",
    "revoked",
)
# A cell is one of these two, or what is shown of the visits; an empty set is a page that shows nothing.
SIGN_IN = "the way to sign in and nothing else"
REFUSED = "what an unknown address shows"

NOTHING: frozenset[str] = frozenset()
AREA = frozenset({"area"})
NAME = frozenset({"shopper"})
LISTED = frozenset({"channel", "visit", "draft"})
SUBMITTED = frozenset({"channel", "area", "visit", "note", "story", "caption", "photo"})
WHOLE = SUBMITTED | {"draft", "draft's note", "draft's story", "draft's caption", "draft's photo"}
RECORDED = frozenset({"channel", "draft's story", "draft's caption", "draft's photo"})

Cell = str | frozenset[str]
# Where an unknown address leads: Home; who may only read goes on from there to Compare.
FIRST = {who: {"home.py", "compare_brands.py"} if who.startswith("viewer") else {"home.py"} for who in WHO}


def row(
    shopper: Cell, other_shopper: Cell, viewer: Cell, other_viewer: Cell, manager: Cell, owner: Cell
) -> dict[str, Cell]:
    return dict(
        zip(
            WHO,
            (SIGN_IN, shopper, other_shopper, viewer, other_viewer, manager, owner, SIGN_IN),
            strict=True,
        )
    )


FOR_MANAGERS = (REFUSED, REFUSED, REFUSED, REFUSED)
MATRIX = {
    "compare_brands.py": row(REFUSED, REFUSED, AREA, NOTHING, AREA | {"channel"}, AREA | {"channel"}),
    "export_files.py": row(*FOR_MANAGERS, NOTHING, NOTHING),
    "hand_out_scorecards.py": row(
        REFUSED, REFUSED, frozenset({"channel"}), NOTHING, frozenset({"channel"}), frozenset({"channel"})
    ),
    "home.py": row(LISTED, NOTHING, AREA, NOTHING, LISTED, LISTED),
    "import_files.py": row(*FOR_MANAGERS, NOTHING, NOTHING),
    "judge_standards.py": row(NOTHING, NOTHING, REFUSED, REFUSED, NOTHING, NOTHING),
    "manage_channels.py": row(*FOR_MANAGERS, AREA, AREA),
    "manage_people.py": row(*FOR_MANAGERS, REFUSED, NAME),
    "read_log.py": row(*FOR_MANAGERS, REFUSED, NAME | AREA | {"channel"}),
    "read_standards.py": row(NOTHING, NOTHING, REFUSED, REFUSED, NOTHING, NOTHING),
    # Who plans a visit chooses who makes it.
    "read_visits.py": row(WHOLE, NOTHING, SUBMITTED, NOTHING, WHOLE | NAME, WHOLE | NAME),
    "record_visit.py": row(RECORDED, NOTHING, REFUSED, REFUSED, RECORDED, RECORDED),
    "shape_standards.py": row(*FOR_MANAGERS, NOTHING, NOTHING),
    "your_account.py": row(NAME, NOTHING, AREA, NOTHING, NOTHING, NOTHING),
}


@dataclass(frozen=True)
class Programme:
    """A shopper's submitted visit and draft in one area, somebody else's in another, and who looks on."""

    people: dict[str, Person]
    tells: dict[str, str]

    def addresses(self) -> list[dict[str, str]]:
        """Return what may stand in an address: nothing, a visit by its id, what filters understand."""
        return [
            {},
            {"visit": self.tells["visit"]},
            {"visit": self.tells["draft"], "step": LAST},
            {"search": "lantern", "state": "draft", "log_who": self.tells["shopper"]},
        ]


@pytest.fixture
def programme() -> Programme:
    people = {
        "shopper": a_person(Role.SHOPPER, "Wilhelmina"),
        "other shopper": a_person(Role.SHOPPER, "Ben"),
        "viewer": a_person(Role.VIEWER, "Vera", areas=["Quarrydale"]),
        "viewer of another area": a_person(Role.VIEWER, "Viktor", areas=["Elsewhere"]),
        "manager": a_person(Role.MANAGER, "Mona"),
        "owner": a_person(Role.OWNER, "Olive"),
    }
    tells = {"channel": "Tinkers Lane", "area": "Quarrydale", "shopper": "Wilhelmina"}
    for visit, word in (("visit", "kettle"), ("draft", "lantern")):
        visit_id, photo_id = visited_by(people["shopper"], word, submitted=visit == "visit")
        of = "draft's " if visit == "draft" else ""
        tells |= {visit: str(visit_id), f"{of}photo": str(photo_id)}
        tells |= {f"{of}{what}": f"{word} {what}" for what in ("note", "story", "caption")}
    with in_session() as session:
        a_visit(
            session,
            a_channel(session, a_brand(session, "Theirs"), "Rival", area="Elsewhere"),
            an_edition(session),
        )
    return Programme(people, tells)


def visited_by(person, word, *, submitted):
    """Store a visit with a note, a story and a captioned photo; return its id and the photo's."""
    visit_id = uuid4()
    with in_session(by=person.id) as session:
        channel = a_channel(session, a_brand(session, "Ours", is_own=True), "Tinkers Lane", area="Quarrydale")
        edition = an_edition(session)
        start_visit(session, visit_id, channel.id, edition.id, shopper_id=person.id)
        photo = add_photo(session, visit_id, None, sent("JPEG", upright((60, 40))))
        caption_photo(session, photo.id, f"{word} caption")
        a_visit(
            session,
            channel,
            edition,
            {"A": Verdict.MISSED, "B": Verdict.MET},
            notes={"A": f"{word} note"},
            visit_id=visit_id,
            submitted=submitted,
            story=f"{word} story",
        )
    return visit_id, photo.id


def opened(programme, who, page, address):
    """Open a page in a new tab by its address; None is an address that nothing stands at."""
    test = page_of(programme.people.get(who, programme.people["owner"]))
    if who == "nobody":
        test.user = {}
    if who == "revoked":
        with in_session() as session:
            end_session(session, test.user["session"])
    if page:
        return open_in(test, page, **address)
    test._page_hash = "f" * 32
    for name, value in address.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def sent_to(test: AppTest) -> str:
    """Return all that a browser is sent for a page, seen or not: texts, links, values, options, tables."""
    found = []

    def walk(node):
        found.append(str(getattr(node, "proto", "")))
        for child in getattr(node, "children", {}).values():
            walk(child)

    walk(test._tree)
    found += [table.value.to_csv() for table in test.dataframe]
    return unescape("\n".join(found))


def shown(programme, test, address) -> frozenset[str]:
    """Return what of the visits reaches the browser, but for what it has asked for itself."""
    sent_there = sent_to(test)
    return frozenset(
        name for name, text in programme.tells.items() if text in sent_there and text not in address.values()
    )


def test_every_page_of_the_program_has_its_row():
    offered = open_page("home.py", a_person(Role.OWNER))._registered_pages.values()
    assert {Path(page["script_path"]).name for page in offered} == set(MATRIX)
    stored = Path(__file__).parents[2] / "pages"
    assert {file.name for file in stored.glob("*.py")} - {"__init__.py", "frame.py"} == set(MATRIX)
    assert all(set(cells) == set(WHO) for cells in MATRIX.values())


@pytest.mark.parametrize("who", WHO)
def test_every_cell(programme, who):
    unknown = []
    for address in programme.addresses()[:2]:
        test = opened(programme, who, None, address)
        unknown.append((said_on(test), shown(programme, test, address)))
    found = {page: cell(programme, who, page, unknown) for page in MATRIX}
    assert found == {page: cells[who] for page, cells in MATRIX.items()}


def cell(programme, who, page, unknown) -> Cell:
    opens = []
    for address in programme.addresses():
        test = opened(programme, who, page, address)
        opens.append((said_on(test), shown(programme, test, address)))
        # What is refused is so before the rest of its address is read: two of them tell.
        if len(opens) == len(unknown):
            if not test.title and all('href="/sign-in?next=' in said and not seen for said, seen in opens):
                return SIGN_IN
            if opens == unknown and page not in FIRST[who]:
                return REFUSED
    return frozenset().union(*(seen for _, seen in opens))


def test_what_is_there_to_be_shown_can_be_found(programme):
    """The table proves something only where each thing looked for is shown to somebody."""
    shown_to_somebody = frozenset().union(
        *(cell for cells in MATRIX.values() for cell in cells.values() if isinstance(cell, frozenset))
    )
    assert shown_to_somebody == set(programme.tells)
