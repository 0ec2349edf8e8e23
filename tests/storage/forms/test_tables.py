"""Workbooks and CSV files: real values, live charts, and memory that does not grow with the rows."""

import csv
import weakref
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from standards.scorecards.values import RawObservation
from storage.forms.csv_file import COLUMNS, ROWS_AT_ONCE, write_csv
from storage.forms.xlsx_file import MOST_ROWS, write_xlsx
from tests.storage.forms.made_cards import channel_card, observations, visit_card
from tests.storage.forms.reading import column_of, sheets_of


class Watched:
    """Gives observations and keeps count of those that somebody still holds."""

    def __init__(self, count):
        self.count = count
        self.most = 0
        self.alive: weakref.WeakSet[Held] = weakref.WeakSet()

    def __iter__(self):
        for row in observations(self.count):
            one = replace(row, note=f"note {len(self.alive)}")
            self.alive.add(Held(one))
            self.most = max(self.most, len(self.alive))
            yield one


class Held:
    """Lives as long as the observation it is tied to: these compare by value, and a set needs each."""

    def __init__(self, row: RawObservation) -> None:
        # A frozen value still lets its own dictionary hold one thing more.
        row.__dict__["_held"] = self


def test_a_csv_file_holds_some_thousand_rows_at_once_however_many_there_are(tmp_path):
    rows = Watched(3 * ROWS_AT_ONCE)
    assert write_csv(rows, tmp_path / "rows.csv") == 3 * ROWS_AT_ONCE
    assert rows.most <= 2 * ROWS_AT_ONCE


def test_a_workbook_holds_one_row_at_once(tmp_path):
    rows = Watched(3_000)
    assert write_xlsx(channel_card(), rows, tmp_path / "card.xlsx")
    assert rows.most <= 3


def test_past_the_limit_of_rows_the_workbook_says_so(tmp_path):
    file = tmp_path / "card.xlsx"
    assert write_xlsx(channel_card(), observations(98), file, most_rows=100)
    assert len(sheets_of(file)["Observations"]) == 99
    assert not write_xlsx(channel_card(), observations(99), file, most_rows=100)
    sheet = sheets_of(file)["Observations"]
    assert len(sheet) == 100
    assert sheet[-1][0] == "Excel takes no more rows: the CSV file holds every observation."
    assert sheet[-2][0] == 9
    assert MOST_ROWS == 1_048_576


def test_the_columns_of_the_csv_file_are_those_that_are_documented(tmp_path):
    write_csv(observations(2), tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, strict=True))
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0] == {
        "visit": "1",
        "visited_on": "2026-07-01",
        "part_of_day": "morning",
        "brand": "Northwind",
        "channel": "Harbour Street",
        "kind": "shop",
        "area": "North",
        "edition": "2",
        "touchpoint": "First impression",
        "code": "T1",
        "statement": "The way in is clear, dry and lit",
        "measure": "yes/no",
        "target": "yes",
        "weight": "1",
        "no_no": "no",
        "verdict": "missed",
        "value": "1",
        "unit": "",
        "longer_than": "no",
        "is_complete": "yes",
        "note": "Waited by the door",
    }


def test_what_is_not_known_is_empty(tmp_path):
    row = replace(next(observations(1)), verdict=None, value=None, part_of_day=None, note="")
    write_csv([row], tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as opened:
        (read,) = csv.DictReader(opened)
    assert [read[name] for name in ("verdict", "value", "part_of_day", "note")] == ["", "", "", ""]


def test_many_different_values_in_one_column_are_written_as_they_are(tmp_path):
    rows = [
        replace(row, value=number / 7, note=f"n{number}") for number, row in enumerate(observations(1000))
    ]
    write_csv(rows, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as opened:
        read = list(csv.DictReader(opened))
    assert [float(row["value"]) for row in read] == [row.value for row in rows]
    assert [row["note"] for row in read] == [row.note for row in rows]


def test_a_file_without_observations_still_has_its_head(tmp_path):
    assert write_csv([], tmp_path / "rows.csv") == 0
    assert (tmp_path / "rows.csv").read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"
    assert write_xlsx(visit_card(), [], tmp_path / "card.xlsx")


@pytest.fixture
def book(tmp_path):
    file = tmp_path / "card.xlsx"
    assert write_xlsx(channel_card(), observations(500), file)
    return file


def test_dates_numbers_and_percentages_are_real_ones(book):
    sheets = sheets_of(book)
    assert column_of(sheets["Observations"], "Date")[0] == datetime(2026, 7, 1)  # noqa: DTZ001
    assert column_of(sheets["Observations"], "Value")[6] == 161.5
    assert column_of(sheets["Failed visits"], "Date")[0].date() == date(2026, 8, 11)
    read = load_workbook(book)
    assert read["Standards"]["H2"].number_format == "0.0%"
    assert read["Standards"]["H2"].data_type == "n"
    assert "yyyy" in read["Observations"]["B2"].number_format


def test_every_table_can_be_filtered_and_keeps_its_head_in_sight(book):
    for sheet in load_workbook(book).worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"


def test_charts_are_the_programs_own_and_say_what_they_show(book):
    with zipfile.ZipFile(book) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
        drawn = "".join(parts.read(name).decode() for name in charts)
    assert len(charts) == 3
    assert "Touchpoints!$B$2:$B$6" in drawn
    assert "Trend!$D$2:$D$13" in drawn
    assert "Bars: the score of each touchpoint" in drawing


def test_the_same_scorecard_gives_the_same_workbook(book, tmp_path):
    again = tmp_path / "again.xlsx"
    write_xlsx(channel_card(), observations(500), again)
    assert again.read_bytes() == book.read_bytes()
