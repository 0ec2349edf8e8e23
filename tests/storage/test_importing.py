"""Imports store a file whole or not at all, and never twice; checked on SQLite and PostgreSQL."""

import csv
import io
from collections import Counter
from datetime import date

import pytest
from openpyxl import Workbook
from sqlmodel import Session, SQLModel, select

from standards.editions import Kind, Scope, Standard
from standards.errors import (
    BelongsToExample,
    BrandNotInFile,
    FileHasErrors,
    FileNotReadable,
    OwnBrandExists,
    SetNotFound,
)
from standards.visits import State
from storage.brands import add_brand, list_brands
from storage.channels import list_channels
from storage.checking import find_faults
from storage.editions import latest_edition, publish_edition
from storage.import_plans import plan_visits
from storage.importing import import_standards, import_visits
from storage.sessions import in_session
from storage.tables import EventRow, ObservationRow, VisitRow
from storage.visits import get_visit, void_visit

STANDARDS = (
    b"code,touchpoint,statement,weight,no_no\nA,Till,A bill is offered,5,yes\nB,Door,A farewell,1,no\n"
)
VISITS = (
    b"visit_id,brand,channel,area,shopper,visited_on,A,B\n"
    b"1,Own,High Street,North,Kim,2026-03-01,met,missed\n"
    b"2,Rival,Main Street,,,2026-03-02,missed,\n"
)


def standards(data: bytes = STANDARDS, name: str = "Shop"):
    with in_session() as session:
        return import_standards(session, name, data)


def visits(data: bytes = VISITS, name: str = "Shop", **facts):
    with in_session() as session:
        return import_visits(session, name, data, **facts)


def stored():
    """Return every row of every table, as text; the tallies' clock is each database's own."""
    with in_session(read_only=True) as session:
        return {
            table.name: sorted(str(row) for row in session.execute(table.select()))
            for table in SQLModel.metadata.sorted_tables
            if table.name != "tally_clock"
        }


def test_a_standards_file_becomes_an_edition_and_again_changes_nothing(database):
    assert standards().is_new
    before = stored()
    again = standards()
    assert (again.number, again.is_new) == (1, False)
    assert stored() == before
    changed = standards(STANDARDS.replace(b",5,", b",4,"))
    assert (changed.number, changed.is_new) == (2, True)
    with in_session(read_only=True) as session:
        assert latest_edition(session, "Shop").by_code()["A"].weight == 4


def test_visits_are_stored_submitted_and_scored(database):
    standards()
    done = visits(own="Own")
    assert (len(done.new), done.observation_count) == (2, 3)
    with in_session(read_only=True) as session:
        first = get_visit(session, session.exec(select(VisitRow.id).where(VisitRow.external_id == "1")).one())
        second = get_visit(
            session, session.exec(select(VisitRow.id).where(VisitRow.external_id == "2")).one()
        )
        assert list(find_faults(session)) == []
    assert (first.state, first.visited_on, first.shopper) == (State.SUBMITTED, date(2026, 3, 1), "Kim")
    assert (first.channel.brand.is_own, first.channel.area) == (True, "North")
    assert first.score_percent == pytest.approx(100 * 5 / 6)
    assert (second.channel.brand.is_own, second.no_nos_missed) == (False, 1)
    assert second.coverage == pytest.approx(5 / 6)
    assert [o.code for o in second.observations] == ["A"]


def test_a_second_import_changes_nothing(database):
    standards()
    visits(own="Own")
    before = stored()
    again = visits(own="Own")
    assert (len(again.new), again.unchanged, again.differing) == (0, 2, ())
    assert stored() == before


def test_names_with_two_spaces_are_found_again(database):
    standards()
    spaced = VISITS.replace(b"Own", b"Our  own").replace(b"Kim", b"Kim  L").replace(b"High S", b"High  S")
    assert visits(spaced, own="Our  own").own == "Our own"
    again = visits(spaced)
    assert (len(again.new), again.unchanged, again.differing) == (0, 2, ())
    with in_session(read_only=True) as session:
        assert [c.name for c in list_channels(session)] == ["High  Street", "Main Street"]


def test_a_visit_that_differs_is_left_as_it_is_and_named(database):
    standards()
    visits()
    before = stored()
    again = visits(VISITS.replace(b"met,missed", b"met,met"))
    assert (again.differing, again.unchanged) == (("1",), 1)
    assert "Other content than what is stored: 1 visit; nothing was changed: 1." in again.summary
    assert stored() == before


def test_a_voided_visit_is_not_brought_back(database):
    standards()
    done = visits()
    with in_session() as session:
        void_visit(session, done.new[0][0], "twice")
    assert visits().unchanged == 2
    with in_session(read_only=True) as session:
        assert get_visit(session, done.new[0][0]).state is State.VOID


def test_a_dry_run_says_the_same_and_stores_nothing(database):
    standards()
    before = stored()
    with in_session(read_only=True) as session:
        plan = plan_visits(session, "Shop", VISITS, own="Own")
    assert stored() == before
    done = visits(own="Own")
    assert plan == done
    assert done.new_brands == ("Own", "Rival")


def test_wide_long_and_excel_store_the_same(database):
    standards()
    visits()
    long = io.StringIO()
    workbook = Workbook()
    for at, row in enumerate(csv.reader(io.StringIO(VISITS.decode()))):
        workbook.active.append(
            [date.fromisoformat(cell) if at and n == 5 else cell for n, cell in enumerate(row)]
        )
        for code, answer in [("code", "value")] if not at else [("B", row[7]), ("A", row[6])]:
            csv.writer(long).writerow([*row[:6], code, answer])
    book = io.BytesIO()
    workbook.save(book)
    for data in (long.getvalue().encode(), book.getvalue()):
        assert visits(data).unchanged == 2


def test_what_is_made_leaves_events(database):
    standards()
    visits(own="Own")
    with in_session(read_only=True) as session:
        made = Counter((e.action, e.thing) for e in session.exec(select(EventRow)).all())
    assert made == {
        ("published", "edition"): 1,
        ("added", "brand"): 2,
        ("added", "channel"): 2,
        ("imported", "visits"): 1,
    }


def the_one(session: Session, table, **facts):
    """Return the one row of a table that has these facts."""
    return session.exec(select(table).filter_by(**facts)).one()


BAD = {
    "empty": b"",
    "binary": bytes(range(256)),
    "wrong encoding": VISITS.replace(b"Kim", "Zoë".encode("latin-1")),
    "duplicate columns": VISITS.replace(b",A,B", b",A,A"),
    "unknown codes": VISITS.replace(b",A,B", b",A,Z"),
    "impossible dates": VISITS.replace(b"2026-03-02", b"2026-02-30"),
    "a date to come": VISITS.replace(b"2026-03-02", b"2999-01-01"),
    "a huge cell": VISITS.replace(b"Kim", b"K" * 10**6),
    "formulas": VISITS.replace(b"Kim", b"=1+1"),
    "not a verdict": VISITS.replace(b"missed", b"perhaps"),
    "cut short": VISITS[:-3] + b'"',
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_nothing_of_a_bad_file_is_stored(data):
    standards()
    before = stored()
    with pytest.raises((FileNotReadable, FileHasErrors)):
        visits(data, own="Own")
    assert stored() == before


@pytest.mark.parametrize("data", [b"", bytes(range(256)), b"code\nA\n", STANDARDS.replace(b",5,", b",x,")])
def test_nothing_of_a_bad_standards_file_is_stored(data):
    before = stored()
    with pytest.raises((FileNotReadable, FileHasErrors)):
        standards(data)
    assert stored() == before


def test_a_failure_in_the_middle_stores_nothing(database):
    standards()
    before = stored()

    def fail(_stored, _of):
        raise RuntimeError("the server is stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        visits(own="Own", progress=fail)
    assert stored() == before


def test_visits_need_a_published_set():
    with pytest.raises(SetNotFound, match="none yet"):
        visits()


def test_a_misspelt_own_brand_is_not_made(database):
    standards()
    with pytest.raises(BrandNotInFile, match="Own, Rival"):
        visits(own="Ownn")
    with in_session(read_only=True) as session:
        assert list_brands(session) == []


def test_there_is_one_own_brand(database):
    standards()
    visits(own="Own")
    with pytest.raises(OwnBrandExists):
        visits(own="Rival")
    with in_session(read_only=True) as session:
        assert [brand.name for brand in list_brands(session) if brand.is_own] == ["Own"]


def test_a_competitor_made_our_own_is_scored_by_what_it_is_asked_now(database):
    with in_session() as session:
        common, ours = (
            Standard("A", "Till", "A bill"),
            Standard("B", "Till", "A badge", scope=Scope.OURS_ONLY),
        )
        publish_edition(session, "Shop", [common, ours])
    header = b"visit_id,brand,channel,visited_on,A\n"
    first = visits(header + b"1,Own,High Street,2026-03-01,met\n")
    visits(header + b"2,Own,High Street,2026-03-02,met\n", own="Own")
    with in_session(read_only=True) as session:
        assert get_visit(session, first.new[0][0]).coverage == pytest.approx(0.5)
        assert list(find_faults(session)) == []


def test_a_stored_channel_is_found_again_and_keeps_its_area(database):
    standards()
    visits()
    more = visits(b"visit_id,brand,channel,area,visited_on,A\n3,Own,High Street,South,2026-03-03,met\n")
    assert more.new_channels == ()
    assert "The area stays as it is stored: 1 channel." in more.notes
    with in_session(read_only=True) as session:
        assert {(c.name, c.area, c.kind) for c in list_channels(session)} == {
            ("High Street", "North", Kind.SHOP),
            ("Main Street", "", Kind.SHOP),
        }


def test_the_same_external_id_under_two_sets_is_two_visits(database):
    standards()
    standards(name="Other")
    visits()
    assert len(visits(name="Other").new) == 2


def test_nothing_is_imported_into_the_example(database):
    with in_session() as session:
        publish_edition(session, "Example", [Standard("A", "Till", "A bill")], is_example=True)
        add_brand(session, "Rival", is_example=True)
    standards()
    attempts: list[tuple[object, ...]] = [
        (visits, VISITS, "Example"), (standards, STANDARDS, "Example"), (visits, VISITS, "Shop"),
    ]  # fmt: skip
    for act, *given in attempts:
        with pytest.raises(BelongsToExample):
            act(*given)  # type: ignore[operator]


def test_progress_is_told_up_to_the_end(database):
    standards()
    told: list[tuple[int, int]] = []
    visits(progress=lambda stored, of: told.append((stored, of)))
    assert told == [(2, 2)]


def test_the_chicago_visits_are_stored_once(database, chicago):
    standards((chicago / "standards.csv").read_bytes(), "Chicago")
    data = (chicago / "visits.csv").read_bytes()
    done = visits(data, "Chicago", own="Starbucks")
    with in_session(read_only=True) as session:
        assert len(session.exec(select(VisitRow.id)).all()) == 1_001
        assert len(session.exec(select(ObservationRow.standard_id)).all()) == 44_044
    assert (len(done.new_channels), len(done.new_brands)) == (571, 6)
    again = visits(data, "Chicago", own="Starbucks")
    assert (len(again.new), again.unchanged) == (0, 1_001)
