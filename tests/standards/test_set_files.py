"""A set written as TOML, CSV or XLSX is the same set when it is read again."""

import csv
import io
import tomllib
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from openpyxl import load_workbook

from standards.editions import Standard
from standards.errors import TextTooLong
from standards.library_files import StandardFile, library_sets, read_standard_file
from standards.measuring import Comparator, Measure
from standards.set_files import to_csv, to_toml, to_xlsx
from standards.spreadsheets import LONGEST_CELL
from standards.standard_files import SET_COLUMNS, STANDARD_COLUMNS, read_standards_file
from tests.standards.builders import standard_of
from tests.standards.made_sets import made_sets


def from_toml(text: str) -> StandardFile:
    return read_standard_file(text)


def from_spreadsheet(data: bytes) -> StandardFile:
    found = read_standards_file(data)
    assert found.minimum_coverage is not None
    return StandardFile(found.name, found.about, found.standards, found.minimum_coverage)


def set_of(*standards: Standard, name: str = "A set") -> StandardFile:
    placed = tuple(replace(one, position=at) for at, one in enumerate(standards))
    return StandardFile(name, "", placed)


SNARES = ("=1+1", "${a}", '"""', 'ends with "', "\\", "a\nb\n\n  c", "\\n", '""""\nx""""')
hostile_set = set_of(
    *(
        standard_of(code=f"H{at}", statement=" ".join(f"x{text}".split()), job_aid=text, script=text)
        for at, text in enumerate(SNARES)
    )
)


@pytest.mark.parametrize("found", library_sets(), ids=lambda found: found.name)
def test_a_starter_set_comes_back_the_same_from_every_file(found):
    assert from_toml(to_toml(found)) == found
    assert from_spreadsheet(to_csv(found)) == found
    assert from_spreadsheet(to_xlsx(found)) == found


@given(made_sets())
@example(hostile_set)
def test_any_set_comes_back_the_same_from_toml(found):
    assert from_toml(to_toml(found)) == found


@given(made_sets())
@example(hostile_set)
def test_any_set_comes_back_the_same_from_csv(found):
    assert from_spreadsheet(to_csv(found)) == found


@settings(max_examples=50)
@given(made_sets())
@example(hostile_set)
def test_any_set_comes_back_the_same_from_xlsx(found):
    assert from_spreadsheet(to_xlsx(found)) == found


@given(made_sets())
def test_what_is_written_twice_is_the_same_text(found):
    assert to_toml(from_toml(to_toml(found))) == to_toml(found)
    assert to_csv(from_spreadsheet(to_csv(found))) == to_csv(found)


@given(made_sets())
@example(hostile_set)
def test_no_csv_cell_begins_as_a_formula(found):
    for row in csv.reader(io.StringIO(to_csv(found).decode(), newline="")):
        for name, cell in zip((*STANDARD_COLUMNS, *SET_COLUMNS), row, strict=True):
            assert name == "target" or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_no_xlsx_cell_is_a_formula():
    for sheet in load_workbook(io.BytesIO(to_xlsx(hostile_set))):
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_numbers_are_numbers_in_a_workbook():
    found = set_of(standard_of(Measure.NUMBER, Comparator.AT_LEAST, -18.5, "°C", weight=2.25))
    (_, row) = load_workbook(io.BytesIO(to_xlsx(found)))["standards"].values
    assert {-18.5, 2.25} <= set(row)


@pytest.mark.parametrize(
    ("target", "unit", "written"),
    [(10_800, "seconds", 'target = 3\nunit = "hours"'), (150, "seconds", 'target = 150\nunit = "seconds"')],
)
def test_toml_writes_a_duration_in_the_longest_unit_that_fits(target, unit, written):
    found = set_of(standard_of(Measure.DURATION, Comparator.AT_MOST, target, unit))
    assert written in to_toml(found)


def test_toml_writes_only_what_is_not_the_default():
    (table,) = tomllib.loads(to_toml(set_of(standard_of(code="A"))))["standard"]
    assert set(table) == {"code", "touchpoint", "statement", "weight"}


def test_toml_puts_every_line_of_a_text_on_a_line_of_its_own():
    found = set_of(standard_of(job_aid="Stand still.\nCount to ten."))
    assert 'job_aid = """\nStand still.\nCount to ten."""' in to_toml(found)


def test_toml_puts_the_standards_of_a_touchpoint_together():
    apart = set_of(*(standard_of(code=code, touchpoint=place) for code, place in ("AX", "BY", "CX")))
    assert [one.code for one in from_toml(to_toml(apart)).standards] == ["A", "C", "B"]


def test_a_rating_without_steps_of_its_own_stays_without():
    found = set_of(standard_of(Measure.RATING, Comparator.AT_LEAST, 4))
    assert from_toml(to_toml(found)) == found


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_a_text_too_long_for_a_cell_is_refused_and_not_cut(write):
    found = set_of(standard_of(code="A-7", job_aid="a" * (LONGEST_CELL + 1)))
    with pytest.raises(TextTooLong, match="job_aid of standard A-7 has 20,001 characters"):
        write(found)
    assert from_toml(to_toml(found)) == found
