"""A standards file becomes standards, or says for each cell what is allowed."""

import pytest

from standards.editions import Evidence, Kind, Scope
from standards.errors import FileHasErrors, FileNotReadable
from standards.measuring import YES, Comparator, Measure, Target
from standards.standard_files import RESERVED_CODES, read_standards_file
from standards.visit_files import HEAD_COLUMNS, LONG_COLUMNS, PASSED_OVER

HEADER = "code,touchpoint,statement,weight,no_no"
MEASURED = f"{HEADER},measure,comparator,target,unit"


def read(*lines: str):
    return read_standards_file("\n".join(lines).encode()).standards


def measured(*cells):
    (standard,) = read(MEASURED, f"A,Till,It is so,1,no,{','.join(cells)}")
    return standard.target


def errors_of(*lines: str):
    with pytest.raises(FileHasErrors) as found:
        read(*lines)
    return [(error.row, error.column) for error in found.value.errors]


def test_a_measure_left_out_is_yes_no():
    first, second = read(HEADER, "A,Till,A bill is offered,5,yes", "B,Door,Somebody says goodbye,0.5,")
    assert (first.measure, first.target, first.weight, first.no_no) == (Measure.YES_NO, YES, 5, True)
    assert (second.weight, second.no_no, second.position) == (0.5, False, 1)


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (("duration", "<=", "3", "hours"), Target(Comparator.AT_MOST, 10_800, "seconds")),
        (("duration", "at most", "2.5", "min"), Target(Comparator.AT_MOST, 150, "seconds")),
        (("duration", "<", "00:02:30", ""), Target(Comparator.BELOW, 150, "seconds")),
        (("duration", "≤", "3 h", ""), Target(Comparator.AT_MOST, 10_800, "seconds")),
        (("duration", "<=", "2", "working days"), Target(Comparator.AT_MOST, 2, "working days")),
        (("duration", "<=", "1", "day"), Target(Comparator.AT_MOST, 1, "days")),
        (("count", "<=", "3", "rings"), Target(Comparator.AT_MOST, 3, "rings")),
        (("number", ">=", "65.5", "°C"), Target(Comparator.AT_LEAST, 65.5, "°C")),
        (("share", ">=", "95 %", ""), Target(Comparator.AT_LEAST, 95, "%")),
        (("rating", ">=", "4/5", ""), Target(Comparator.AT_LEAST, 4, "")),
        (("yes/no", "", "no", ""), Target(Comparator.EXACTLY, 0)),
        (("yes/no", "=", "yes", ""), YES),
    ],
)
def test_targets_are_kept_in_the_rules_units(cells, target):
    assert measured(*cells) == target


def test_every_optional_column_is_read():
    (standard,) = read(
        f"{MEASURED},scope,kinds,evidence,job_aid,script,steps",
        'A,Till,Clean,1,no,rating,>=,4,,ours only,"shop, E-MAIL",always,Look,Say,none|some|half|most|all',
    )
    assert standard.scope is Scope.OURS_ONLY
    assert standard.kinds == {Kind.SHOP, Kind.EMAIL}
    assert standard.evidence is Evidence.ALWAYS
    assert (standard.job_aid, standard.script) == ("Look", "Say")
    assert standard.steps == ("none", "some", "half", "most", "all")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param("A,Till,X,-1,no,,,,", "weight", id="negative weight"),
        pytest.param("A,Till,X,,no,,,,", "weight", id="no weight"),
        pytest.param("A,Till,X,nan,no,,,,", "weight", id="weight that is no number"),
        pytest.param("A,Till,X,1,maybe,,,,", "no_no", id="no-no neither yes nor no"),
        pytest.param(",Till,X,1,no,,,,", "code", id="no code"),
        pytest.param(f"{'A' * 61},Till,X,1,no,,,,", "code", id="code too long"),
        pytest.param("Visited On,Till,X,1,no,,,,", "code", id="code called like a column"),
        pytest.param("A,,X,1,no,,,,", "touchpoint", id="no touchpoint"),
        pytest.param("A,Till,,1,no,,,,", "statement", id="no statement"),
        pytest.param("A,Till,X,1,no,smell,,,", "measure", id="unknown measure"),
        pytest.param("A,Till,X,1,no,count,,3,", "comparator", id="no comparator"),
        pytest.param("A,Till,X,1,no,count,about,3,", "comparator", id="unknown comparator"),
        pytest.param("A,Till,X,1,no,count,<=,,", "target", id="no target"),
        pytest.param("A,Till,X,1,no,count,<=,2.5,", "target", id="half a count"),
        pytest.param("A,Till,X,1,no,share,>=,101,", "target", id="share over 100"),
        pytest.param("A,Till,X,1,no,rating,>=,6,", "target", id="sixth step"),
        pytest.param("A,Till,X,1,no,duration,<=,soon,", "target", id="duration in words"),
        pytest.param("A,Till,X,1,no,duration,<=,3,rings", "unit", id="duration in rings"),
        pytest.param("A,Till,X,1,no,share,>=,3,h", "unit", id="share in hours"),
        pytest.param("A,Till,X,1,no,yes/no,>=,yes,", "comparator", id="more than yes"),
        pytest.param("A,Till,X,1,no,yes/no,,perhaps,", "target", id="perhaps"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(cells, column):
    assert errors_of(MEASURED, cells) == [(2, column)]


def test_steps_belong_to_a_rating_and_are_five():
    assert errors_of(f"{HEADER},steps", "A,Till,X,1,no,a|b|c|d|e") == [(2, "steps")]
    assert errors_of(f"{MEASURED},steps", "A,Till,X,1,no,rating,>=,4,,a|b|c") == [(2, "steps")]


def test_a_code_twice_is_named_with_the_row_that_has_it():
    with pytest.raises(FileHasErrors) as found:
        read(HEADER, "A,Till,X,1,no", "A,Till,Y,1,no")
    (error,) = found.value.errors
    assert (error.row, error.column, error.holds) == (3, "code", "A")
    assert "row 2" in error.allowed


def test_all_errors_of_a_row_come_together():
    assert errors_of(HEADER, ",,X,-1,perhaps") == [
        (2, "code"), (2, "touchpoint"), (2, "weight"), (2, "no_no"),
    ]  # fmt: skip


def test_missing_and_unknown_columns_are_named():
    with pytest.raises(FileNotReadable, match="missing: weight, no_no"):
        read("code,touchpoint,statement", "A,Till,X")
    with pytest.raises(FileNotReadable, match="not known: colour, smell"):
        read(f"{HEADER},colour,smell", "A,Till,X,1,no,red,none")


def test_no_code_is_called_like_a_column_of_visits_files():
    assert {*HEAD_COLUMNS, *LONG_COLUMNS, *PASSED_OVER} == RESERVED_CODES


def test_the_chicago_standards_are_read(chicago):
    standards = read_standards_file((chicago / "standards.csv").read_bytes()).standards
    assert len(standards) == 44
    assert {standard.weight for standard in standards} == {1, 3, 5}
