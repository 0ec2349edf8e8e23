"""Workbooks and CSV files: real values, live charts, and memory that does not grow with the rows."""

import csv
import re
import subprocess
import sys
import weakref
import zipfile
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from PIL import Image

from standards.scorecards import RawObservations
from storage.forms.csv_file import COLUMNS, write_csv
from storage.forms.look import Look
from storage.forms.xlsx_file import MOST_ROWS, write_xlsx
from tests.storage.forms.made_cards import channel_card, observations, visit_card
from tests.storage.forms.made_rows import in_columns
from tests.storage.forms.reading import column_of, sheets_of
from tests.storage.test_logos import drawn_logo


class Watched:
    """Gives parts of observations and keeps count of those that somebody still holds."""

    def __init__(self, count, at_once):
        self.count, self.at_once = count, at_once
        self.most = 0
        self.alive: weakref.WeakSet[RawObservations] = weakref.WeakSet()

    def __iter__(self):
        for part in in_columns(observations(self.count), self.at_once):
            self.alive.add(part)
            self.most = max(self.most, len(self.alive))
            yield part


def test_a_csv_file_holds_two_parts_at_once_however_many_there_are(tmp_path):
    parts = Watched(3_000, 100)
    assert write_csv(parts, tmp_path / "rows.csv") == 3_000
    assert parts.most <= 2


def test_a_workbook_holds_two_parts_at_once_however_many_there_are(tmp_path):
    parts = Watched(3_000, 100)
    assert write_xlsx(channel_card(), parts, tmp_path / "card.xlsx")
    assert parts.most <= 2


@pytest.mark.parametrize("at_once", [1, 10, 97, 98, 99])
def test_past_the_limit_of_rows_the_workbook_says_so(tmp_path, at_once):
    file = tmp_path / "card.xlsx"
    assert write_xlsx(channel_card(), in_columns(observations(98), at_once), file, most_rows=100)
    assert len(sheets_of(file)["Observations"]) == 99
    assert not write_xlsx(channel_card(), in_columns(observations(99), at_once), file, most_rows=100)
    sheet = sheets_of(file)["Observations"]
    assert len(sheet) == 100
    assert sheet[-1][0] == "Excel takes no more rows: the CSV file holds every observation."
    assert sheet[-2][0] == 9
    assert MOST_ROWS == 1_048_576


def test_the_columns_of_the_csv_file_are_those_that_are_documented(tmp_path):
    write_csv(in_columns(observations(2)), tmp_path / "rows.csv")
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
    write_csv(in_columns([row]), tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as opened:
        (read,) = csv.DictReader(opened)
    assert [read[name] for name in ("verdict", "value", "part_of_day", "note")] == ["", "", "", ""]


def test_many_different_values_in_one_column_are_written_as_they_are(tmp_path):
    rows = [
        replace(row, value=number / 7, note=f"n{number}") for number, row in enumerate(observations(1000))
    ]
    write_csv(in_columns(rows), tmp_path / "rows.csv")
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
    assert write_xlsx(channel_card(), in_columns(observations(500)), file)
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
    tables = [sheet for sheet in load_workbook(book) if sheet.title not in ("Scorecard", "Met-rates")]
    assert len(tables) > 5
    for sheet in tables:
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


@pytest.mark.parametrize(
    ("percents", "axis"),
    [
        pytest.param((83.0, 91.0, None), (80, 100), id="tens around the values"),
        pytest.param((30.0, 34.0), (30, 40), id="low values"),
        pytest.param((100.0, 100.0), (90, 100), id="never from 100 %"),
        pytest.param((0.0, 0.0), (0, 10), id="never below nothing"),
        pytest.param((None, None), (0, 100), id="nobody visited"),
    ],
)
def test_the_axis_of_the_trend_holds_every_value_and_says_where_it_begins(tmp_path, percents, axis):
    card = channel_card()
    assert card.trend
    points = tuple(
        replace(point, value=replace(point.value, percent=percent))
        for point, percent in zip(card.trend.points, percents, strict=False)
    )
    file = tmp_path / "trend.xlsx"
    write_xlsx(replace(card, trend=replace(card.trend, points=points, limits=())), [], file)
    with zipfile.ZipFile(file) as parts:
        [drawn] = [
            text
            for name in parts.namelist()
            if name.startswith("xl/charts/chart") and "<c:lineChart>" in (text := parts.read(name).decode())
        ]
    found = re.search(r'<c:max val="([\d.]+)"/><c:min val="([\d.]+)"/>', drawn)
    assert found
    high, low = (round(100 * float(written)) for written in found.groups())
    assert (low, high) == axis
    assert f"Score, from {low} to {high} %" in drawn


def test_the_same_scorecard_gives_the_same_workbook(book, tmp_path):
    again = tmp_path / "again.xlsx"
    write_xlsx(channel_card(), in_columns(observations(500)), again)
    assert again.read_bytes() == book.read_bytes()


def pictures_of(file):
    """Return the pictures of a workbook, and what is said of them to who does not see them."""
    with zipfile.ZipFile(file) as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/media/")]
        drawn = "".join(parts.read(name).decode() for name in parts.namelist() if "drawings/drawing" in name)
        return [parts.read(name) for name in names], re.findall(
            r'name="Picture [^"]*" descr="([^"]*)"', drawn
        )


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        pytest.param("#ffffffff", (0x33, 0x66, 0x33), id="a white one on the colour"),
        pytest.param("#102030ff", None, id="any other on the sheet"),
    ],
)
def test_the_logo_stands_on_the_first_sheet_and_says_what_it_is(tmp_path, ink, ground):
    look = Look(logo=drawn_logo(ink=ink, margin=10), colour="#336633")
    for name in ("card.xlsx", "again.xlsx"):
        assert write_xlsx(channel_card(), in_columns(observations(10)), tmp_path / name, look)
    (png,), said = pictures_of(tmp_path / "card.xlsx")
    assert said == ["Logo"]
    image = Image.open(BytesIO(png))
    # Where it has no ground of its own, nothing is seen around the ink.
    assert (image.getpixel((0, 0)) if ground else image.getchannel("A").getpixel((0, 0))) == (ground or 0)
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "card.xlsx").read_bytes()
    assert load_workbook(tmp_path / "card.xlsx")["Scorecard"]["A1"].value == channel_card().subject.name


@pytest.mark.parametrize("logo", [None, b"", b"no picture"])
def test_without_a_logo_that_can_be_read_there_is_none(tmp_path, logo):
    assert write_xlsx(channel_card(), [], tmp_path / "card.xlsx", Look(logo=logo))
    assert pictures_of(tmp_path / "card.xlsx") == ([], [])


def test_a_csv_file_is_written_without_pandas(tmp_path):
    # It would take as much memory as a third of all else that an export needs.
    script = (
        "import sys; from pathlib import Path; from storage.forms.csv_file import write_csv; "
        "from tests.storage.forms.made_cards import observations; "
        "from tests.storage.forms.made_rows import in_columns; "
        "before = 'pandas' in sys.modules; write_csv(in_columns(observations(9)), Path(sys.argv[1])); "
        "print(before, 'pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "rows.csv")]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["False", "False"]


def test_what_is_no_table_is_printed_on_one_page_so_that_no_chart_is_cut(book):
    read = load_workbook(book)
    for name in ("Scorecard", "Met-rates"):
        assert read[name].sheet_properties.pageSetUpPr.fitToPage
        # One page is what a file means that names no number.
        assert read[name].page_setup.fitToHeight is None
    assert read["Touchpoints"].page_setup.fitToHeight == 0


def test_a_wide_table_is_printed_over_two_pages_that_both_name_the_standard(book):
    read = load_workbook(book)
    assert (read["Standards"].page_setup.fitToWidth, read["Standards"].print_title_cols) == (2, "$A:$C")
    assert read["Touchpoints"].print_title_cols is None


def test_a_workbook_of_one_visit_draws_no_rates(tmp_path):
    file = tmp_path / "visit.xlsx"
    assert write_xlsx(visit_card(), [], file)
    with zipfile.ZipFile(file) as parts:
        assert len([name for name in parts.namelist() if name.startswith("xl/charts/chart")]) == 1
