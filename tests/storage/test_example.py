"""The example programme: lifelike, the same each time, whole, and removable without a trace."""

import io
from datetime import date, timedelta
from hashlib import sha256

import pytest
from PIL import Image
from sqlalchemy import text
from sqlmodel import Session, col, func, select

from standards.editions import Evidence, Kind
from standards.errors import ExampleInUse
from standards.measuring import Verdict
from standards.scoring import is_complete
from storage.brands import find_brand, list_brands
from storage.channels import list_channels
from storage.checking import find_faults
from storage.editions import list_sets
from storage.example import example_is_loaded, load_example, remove_example, visit_id_of
from storage.example_photos import draw_photo
from storage.example_programme import BRANDS, channels, first_month, programme, sheet_of
from storage.example_words import MET_NOTES, MISSED_NOTES
from storage.sessions import in_session
from storage.settings import read_settings
from storage.tables import EventRow, PersonRow, PhotoRow, VisitRow
from storage.visit_lists import drafts, open_waits
from storage.visits import void_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition

TODAY = date(2026, 3, 15)
TABLES = (
    "brand",
    "channel",
    "standard_set",
    "edition",
    "standard",
    "person",
    "visit",
    "observation",
    "photo",
)


def counts(session: Session) -> dict[str, int]:
    return {table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES}


def photo_files() -> list[str]:
    return sorted(path.name for path in read_settings().photos.rglob("*") if path.is_file())


def test_the_example_is_whole_and_goes_without_a_trace(database):
    told: list[float] = []
    stored = load_example(today=TODAY, progress=told.append)
    assert 380 <= stored <= 420
    assert told == sorted(told)
    assert told[-1] == 1
    with in_session(read_only=True) as session:
        assert list(find_faults(session)) == []
        before = counts(session)
        assert before["visit"] == stored
        assert before["photo"] >= 100
        assert session.exec(select(func.count(col(PhotoRow.sha256).distinct()))).one() == before["photo"]
    assert len(photo_files()) == 2 * before["photo"]

    assert load_example(today=TODAY + timedelta(days=400)) == 0
    with in_session(read_only=True) as session:
        assert counts(session) == before

    assert remove_example() == stored
    assert remove_example() == 0
    with in_session(read_only=True) as session:
        assert set(counts(session).values()) == {0}
        done = session.exec(select(EventRow.action).where(EventRow.thing == "example")).all()
    assert done == ["loaded", "removed"]
    assert photo_files() == []


@pytest.fixture
def loaded():
    load_example(today=TODAY)


def test_everything_of_the_example_is_marked(loaded):
    with in_session(read_only=True) as session:
        brands, sets = list_brands(session), list_sets(session)
        assert all(brand.is_example for brand in brands)
        assert [brand.is_own for brand in brands] == [True, False, False, False]
        assert all(found.is_example and "(example)" in found.name for found in sets)
        assert all(row.is_example for row in session.exec(select(PersonRow)).all())
        assert {channel.kind for channel in list_channels(session)} == {
            Kind.SHOP,
            Kind.PHONE,
            Kind.WEBSITE,
            Kind.EMAIL,
            Kind.CHAT,
        }


def test_something_is_left_to_do_in_the_example(loaded):
    with in_session(read_only=True) as session:
        assert len(drafts(session, seen_by=None)) == 4
        assert {wait.standard.code for wait in open_waits(session, seen_by=None)} == {"MAIL-06", "WEB-16"}
        rows = session.exec(select(VisitRow).where(VisitRow.state == "submitted")).all()
    assert sum(not is_complete(row.coverage, 0.6) for row in rows) == 1
    assert 10 <= sum(bool(row.no_nos_missed) for row in rows) <= 60
    days = [row.visited_on for row in rows if row.visited_on]
    assert date(2024, 9, 1) <= min(days)
    assert max(days) <= date(2026, 2, 28)


def test_a_visit_of_the_users_own_keeps_the_example(database):
    load_example(today=TODAY)
    with in_session() as session:
        brand = find_brand(session, BRANDS[0].name)
        assert brand
        own = a_visit(session, list_channels(session, brand_id=brand.id)[0], an_edition(session))
    with pytest.raises(ExampleInUse, match="1"):
        remove_example()
    with in_session() as session:
        assert example_is_loaded(session)
        void_visit(session, own.id, "only tried it out")
    remove_example()
    with in_session(read_only=True) as session:
        assert not example_is_loaded(session)


def test_what_is_the_users_own_stays():
    with in_session() as session:
        channel = a_channel(session, a_brand(session, BRANDS[1].name))
        an_edition(session, name="Shop visit (example)")
    load_example(today=TODAY)
    with in_session() as session:
        own = a_visit(
            session, channel, an_edition(session, name="Shop visit (example)"), shopper="Example shopper A"
        )
    remove_example()
    with in_session(read_only=True) as session:
        assert [brand.name for brand in list_brands(session)] == [BRANDS[1].name]
        assert [found.name for found in list_sets(session)] == ["Shop visit (example)"]
        assert [row.id for row in session.exec(select(VisitRow)).all()] == [own.id]
        people = session.exec(select(PersonRow)).all()
        assert [(row.name, row.is_example) for row in people] == [("Example shopper A", False)]


def test_the_programme_is_the_same_each_time_and_only_its_dates_follow_the_day():
    some, again, later = (list(programme(day)) for day in (TODAY, TODAY, TODAY + timedelta(days=31)))
    assert some == again
    assert [visit.answers for visit in some] == [visit.answers for visit in later]
    assert len({visit_id_of(visit.number) for visit in some}) == len(some)


@pytest.mark.parametrize(
    ("today", "begins"),
    [
        (date(2026, 3, 15), date(2024, 9, 1)),
        (date(2026, 1, 1), date(2024, 7, 1)),
        (date(2026, 12, 31), date(2025, 6, 1)),
    ],
)
def test_eighteen_months_end_with_the_last_full_one(today, begins):
    assert first_month(today) == begins


def test_the_own_brand_has_improved_its_greeting():
    begins = first_month(TODAY)
    met: dict[bool, list[bool]] = {False: [], True: []}
    for visit in programme(TODAY):
        answer = visit.answers.get("SHOP-07")
        if visit.channel.brand.is_own and answer and not visit.is_draft:
            months = (visit.local_day.year - begins.year) * 12 + visit.local_day.month - begins.month
            met[months >= 9].append(answer.verdict is Verdict.MET)
    before, after = (sum(met[late]) / len(met[late]) for late in (False, True))
    assert 0.45 <= before <= 0.65
    assert 0.78 <= after <= 0.95


def test_brands_differ_in_what_they_are_good_at():
    shares: dict[tuple[str, Kind], list[bool]] = {}
    for visit in programme(TODAY):
        verdicts = [
            a.verdict is Verdict.MET
            for a in visit.answers.values()
            if a.verdict is not Verdict.NOT_APPLICABLE
        ]
        shares.setdefault((visit.channel.brand.name, visit.channel.kind), []).extend(verdicts)
    rate = {key: sum(met) / len(met) for key, met in shares.items()}
    assert rate["Quillstone", Kind.SHOP] > rate["Marrowby", Kind.SHOP] > rate["Oxenfold", Kind.SHOP]
    assert rate["Pemberlow", Kind.CHAT] > rate["Marrowby", Kind.CHAT] + 0.1
    assert rate["Quillstone", Kind.WEBSITE] < rate["Marrowby", Kind.WEBSITE] - 0.1


def test_a_standard_that_wants_evidence_has_words_for_it():
    for standard in {s.code: s for channel in channels() for s in sheet_of(channel)}.values():
        if standard.evidence is not Evidence.NEVER:
            assert standard.code in MISSED_NOTES, standard.code
        if standard.evidence is Evidence.ALWAYS:
            assert standard.code in MET_NOTES, standard.code


@pytest.mark.parametrize("scene", ["shelf", "door", "till", "parcel", "screen"])
def test_a_drawn_photo_is_small_and_the_same_each_time(scene):
    drawn = {
        (seed, flawed): draw_photo(scene, seed, flawed=flawed) for seed in "abc" for flawed in (False, True)
    }
    assert drawn["a", True] == draw_photo(scene, "a", flawed=True)
    assert len({sha256(jpeg).hexdigest() for jpeg in drawn.values()}) == len(drawn)
    assert all(len(jpeg) < 80_000 for jpeg in drawn.values())
    assert Image.open(io.BytesIO(drawn["a", False])).size == (640, 480)
