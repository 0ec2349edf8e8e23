"""A visits file becomes visits, wide or long the same, or says for each cell what is allowed."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.editions import Edition, Kind, Scope, Standard
from standards.errors import FileHasErrors, FileNotReadable
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.visit_files import Known, KnownChannel, read_visits_file

TODAY = date(2026, 3, 31)
STANDARDS = (
    Standard("greet", "Welcome", "Somebody greets first"),
    Standard("wait", "Till", "In time", Measure.DURATION, Target(Comparator.AT_MOST, 180, "seconds")),
    Standard("stock", "Aisle", "In stock", Measure.SHARE, Target(Comparator.AT_LEAST, 95, "%")),
    Standard("ring", "Call", "Few rings", kinds=frozenset({Kind.PHONE})),
    Standard("badge", "Welcome", "A badge is worn", scope=Scope.OURS_ONLY),
)
EDITION = Edition(1, 1, "Ours", 1, STANDARDS)
WIDE = "visit_id,brand,channel,kind,area,shopper,visited_on"


def read(*lines: str, known: Known = Known("Own"), edition: Edition = EDITION):  # noqa: B008 - it is frozen
    return read_visits_file("\n".join(lines).encode(), edition, known, TODAY).visits


def errors_of(*lines: str, **facts):
    with pytest.raises(FileHasErrors) as found:
        read(*lines, **facts)
    return [(error.row, error.column, error.holds) for error in found.value.errors]


def test_a_wide_row_is_a_visit_with_its_answers():
    (visit,) = read(
        f"{WIDE},greet,wait,stock,badge", "7,Own,High  Street,,North,Kim,2026-03-01,met,2 min,,n/a"
    )
    assert visit.head.external_id == "7"
    assert (visit.head.channel, visit.head.kind, visit.head.area) == ("High  Street", Kind.SHOP, "North")
    assert visit.head.visited_on == date(2026, 3, 1)
    assert [(o.code, o.value, o.verdict) for o in visit.observations] == [
        ("greet", None, Verdict.MET),
        ("wait", 120, Verdict.MET),
        ("badge", None, Verdict.NOT_APPLICABLE),
    ]


def test_long_rows_of_one_visit_are_gathered_in_the_editions_order():
    (visit,) = read(
        "visit_id,brand,channel,visited_on,code,value,verdict,note",
        "7,Own,A,2026-03-01,wait,> 5 min,missed,They left",
        "7,Own,A,2026-03-01,greet,,met,",
        "7,Own,A,2026-03-01,badge,,,Nobody there",
    )
    assert [o.code for o in visit.observations] == ["greet", "wait", "badge"]
    waited, noted = visit.observations[1:]
    assert (waited.value, waited.longer_than, waited.verdict) == (300, True, Verdict.MISSED)
    assert waited.note == "They left"
    assert (noted.verdict, noted.note) == (None, "Nobody there")


cells = {
    "greet": some.sampled_from(["", "met", "missed", "n/a", "yes", "0"]),
    "wait": some.sampled_from(["", "95", "00:02:30", "2 min 30 s", "> 5 min", "> 1 min", "n/a"]),
    "stock": some.sampled_from(["", "95", "94.9 %", "19 of 20", "met"]),
    "badge": some.sampled_from(["", "met", "no"]),
}


@given(some.lists(some.tuples(*cells.values()).filter(any), min_size=1))
def test_wide_and_long_say_the_same(rows):
    head = ["Own", "A", "", "", "", "2026-03-01"]
    wide, long = io.StringIO(), io.StringIO()
    csv.writer(wide).writerow([*WIDE.split(","), *cells])
    csv.writer(long).writerow([*WIDE.split(","), "code", "value"])
    for number, row in enumerate(rows):
        csv.writer(wide).writerow([number, *head, *row])
        for code, cell in reversed(list(zip(cells, row, strict=True))):
            csv.writer(long).writerow([number, *head, code, cell])
    said = [[(v.head, v.observations) for v in read(file.getvalue())] for file in (wide, long)]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param(",Own,A,,,,2026-03-01,met", "visit_id", id="no id"),
        pytest.param("7,,A,,,,2026-03-01,met", "brand", id="no brand"),
        pytest.param("7,Own,,,,,2026-03-01,met", "channel", id="no channel"),
        pytest.param(f"7,Own,{'x' * 201},,,,2026-03-01,met", "channel", id="name too long"),
        pytest.param("7,Own,A,market,,,2026-03-01,met", "kind", id="unknown kind"),
        pytest.param("7,Own,A,,,,,met", "visited_on", id="no date"),
        pytest.param("7,Own,A,,,,2026-02-30,met", "visited_on", id="impossible date"),
        pytest.param("7,Own,A,,,,01.03.2026,met", "visited_on", id="a date of another form"),
        pytest.param("7,Own,A,,,,20260301,met", "visited_on", id="a date without hyphens"),
        pytest.param("7,Own,A,,,,2026-04-01,met", "visited_on", id="tomorrow"),
        pytest.param("7,Own,A,,,,0202-03-01,met", "visited_on", id="long ago"),
        pytest.param("7,Own,A,,,,2026-03-01,perhaps", "greet", id="not a verdict"),
        pytest.param("7,Own,A,,,,2026-03-01,", "", id="no answer at all"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(cells, column):
    assert [error[:2] for error in errors_of(f"{WIDE},greet", cells)] == [(2, column)]


def test_a_date_may_carry_a_time():
    (visit,) = read(f"{WIDE},greet", "7,Own,A,,,,2026-03-01 09:30:00,met")
    assert visit.head.visited_on == date(2026, 3, 1)


def test_unknown_codes_are_named_in_both_forms():
    assert errors_of(f"{WIDE},greet,smell", "7,Own,A,,,,2026-03-01,met,met") == [(1, "smell", "smell")]
    assert errors_of(f"{WIDE},code,value", "7,Own,A,,,,2026-03-01,smell,met")[0] == (2, "code", "smell")


def test_a_visit_twice_is_named():
    found = errors_of(f"{WIDE},greet", "7,Own,A,,,,2026-03-01,met", "7,Own,A,,,,2026-03-02,met")
    assert found == [(3, "visit_id", "7")]


def test_an_answer_twice_is_named():
    row = "7,Own,A,,,,2026-03-01,greet,met"
    assert errors_of(f"{WIDE},code,value", row, row) == [(3, "code", "greet")]


@pytest.mark.parametrize(
    ("second", "column"),
    [
        ("7,Rival,A,,,,2026-03-01,wait,95", "brand"),
        ("7,Own,B,,,,2026-03-01,wait,95", "channel"),
        ("7,Own,A,,,Kim,2026-03-01,wait,95", "shopper"),
        ("7,Own,A,,,,2026-03-02,wait,95", "visited_on"),
    ],
)
def test_the_rows_of_one_visit_agree(second, column):
    found = errors_of(f"{WIDE},code,value", "7,Own,A,,,,2026-03-01,greet,met", second)
    assert [error[:2] for error in found] == [(3, column)]


@pytest.mark.parametrize(("kind", "area", "column"), [("phone", "", "kind"), ("", "South", "area")])
def test_a_name_stands_for_one_channel_of_its_brand(kind, area, column):
    rows = ["7,Own,A,,,,2026-03-01,met", f"8,Own,A,{kind},{area},,2026-03-01,met"]
    assert [error[:2] for error in errors_of(f"{WIDE},greet", *rows)] == [(3, column)]
    other = ["7,Own,A,,,,2026-03-01,met", f"8,Rival,A,{kind},{area},,2026-03-01,met"]
    assert len(read(f"{WIDE},greet", *other)) == 2


def test_a_stored_channel_keeps_its_kind():
    known = Known("Own", {("Own", "Line"): KnownChannel(Kind.PHONE, "")})
    (visit,) = read(f"{WIDE},ring", "7,Own,Line,,,,2026-03-01,met", known=known)
    assert visit.head.kind is Kind.PHONE
    assert errors_of(f"{WIDE},greet", "7,Own,Line,shop,,,2026-03-01,met", known=known) == [
        (2, "kind", "shop")
    ]


def test_what_a_channel_is_not_asked_may_only_be_blank_or_not_applicable():
    lines = [f"{WIDE},greet,ring,badge", "7,Rival,A,,,,2026-03-01,met,n/a,"]
    (visit,) = read(*lines)
    assert [o.code for o in visit.observations] == ["greet"]
    assert errors_of(lines[0], "7,Rival,A,,,,2026-03-01,met,met,yes") == [
        (2, "ring", "met"),
        (2, "badge", "yes"),
    ]


def test_a_verdict_against_its_value_is_named():
    found = errors_of(
        f"{WIDE},code,value,verdict",
        "7,Own,A,,,,2026-03-01,wait,10 min,met",
        "7,Own,A,,,,2026-03-01,stock,99,met",
    )
    assert found == [(2, "verdict", "met")]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("brand,channel,visited_on,greet", "missing: visit_id"),
        (WIDE, "no column for any standard"),
        (f"{WIDE},greet,note", "note but no column code"),
        (f"{WIDE},code,value,smell", "not known beside code: smell"),
        (f"{WIDE},code", "neither a column value nor a column verdict"),
    ],
)
def test_columns_that_cannot_be_used_are_named(header, said):
    with pytest.raises(FileNotReadable, match=said):
        read(header, ",".join("x" for _ in header.split(",")))


def test_the_error_says_what_is_allowed():
    with pytest.raises(FileHasErrors) as found:
        read(f"{WIDE},stock", "7,Own,A,,,,2026-03-01,120 %")
    (error,) = found.value.errors
    assert error.holds == "120 %"
    assert error.allowed == "met, missed, n/a, or a percentage from 0 to 100, or k of n"
