"""Charts of a scorecard's workbook: Excel's own, drawn from the sheets, so that they follow what is typed."""

import math
from collections.abc import Mapping
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from standards.scorecards.values import Scorecard, Trend
from storage.forms.xlsx_cells import Formats

_WIDTH, _GAP = 900, 17
_PIXELS_A_ROW = 20


def add_charts(
    book: Workbook,
    summary: Worksheet,
    card: Scorecard,
    sheets: Mapping[str, int],
    formats: Formats,
    row: int,
) -> None:
    """
    Put the touchpoints and the trend under the summary.

    Args:
        sheets: how many rows each sheet's table has.
        row: the first free row of the summary.
    """
    if count := sheets.get("Touchpoints"):
        chart = _bars(book, "Score by touchpoint", "Touchpoints", count, 0, 1, formats.colour)
        row = _insert(summary, row, chart, 130 + 34 * count, "Bars: the score of each touchpoint")
    if (count := sheets.get("Trend")) and card.trend:
        chart = _line(book, card.trend, count, formats.colour)
        low, high = _reach(card.trend)
        says = f"Line: the score over time, with its usual limits; its axis goes from {low} to {high} %"
        _insert(summary, row, chart, 330, says)


def add_standards_chart(book: Workbook, count: int, formats: Formats) -> Worksheet:
    """Put the met-rates of so many standards on a sheet of their own: there may be more than a page holds."""
    sheet = book.add_worksheet("Met-rates")
    sheet.hide_gridlines(2)
    chart = _bars(book, "How often each standard was met", "Standards", count, 2, 7, formats.colour)
    _insert(sheet, 0, chart, 130 + 24 * count, "Bars: the met-rate of each standard")
    return sheet


def _insert(summary: Worksheet, row: int, chart: Any, height: int, says: str) -> int:
    chart.set_size({"width": _WIDTH, "height": height})
    summary.insert_chart(row, 0, chart, {"description": says, "object_position": 1})
    return row + height // _PIXELS_A_ROW + 2


def _bars(book: Workbook, title: str, sheet: str, count: int, names: int, values: int, colour: str) -> Any:
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": title,
            "categories": [sheet, 1, names, count, names],
            "values": [sheet, 1, values, count, values],
            "fill": {"color": colour},
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0%"},
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 13}})
    chart.set_legend({"none": True})
    # The first line on top, as in the table.
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": False}})
    return chart


def _reach(trend: Trend) -> tuple[int, int]:
    """Return from and to which percent the axis of a trend goes: whole tens around all that is drawn."""
    drawn = [point.value.percent for point in trend.points if point.value.percent is not None]
    drawn += [limit for within in trend.limits for limit in (within.lower, within.mean, within.upper)]
    if not drawn:
        return 0, 100
    low = min(max(math.floor(min(drawn) / 10) * 10, 0), 90)
    return low, max(min(math.ceil(max(drawn) / 10) * 10, 100), low + 10)


def _line(book: Workbook, trend: Trend, count: int, colour: str) -> Any:
    chart = book.add_chart({"type": "line"})
    looks: tuple[tuple[str, int, dict[str, Any]], ...] = (
        ("Score", 3, {"color": colour, "width": 2.25}),
        ("Usual mean", 6, {"color": "#51606e", "width": 1, "dash_type": "dash"}),
        ("Usually from", 7, {"color": "#51606e", "width": 0.75, "dash_type": "round_dot"}),
        ("Usually to", 8, {"color": "#51606e", "width": 0.75, "dash_type": "round_dot"}),
    )
    for name, column, look in looks:
        series: dict[str, Any] = {
            "name": name,
            "categories": ["Trend", 1, 0, count, 0],
            "values": ["Trend", 1, column, count, column],
            "line": look,
        }
        if name == "Score":
            series["marker"] = {"type": "circle", "size": 6, "fill": {"color": colour}}
        chart.add_series(series)
    low, high = _reach(trend)
    chart.set_title({"name": f"Score by {trend.period.value}", "name_font": {"size": 13}})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis(
        {
            # A line may begin above nothing, unlike a bar, where it says so.
            "name": f"Score, from {low} to {high} %",
            "name_font": {"size": 9, "bold": False},
            "min": low / 100,
            "max": high / 100,
            "num_format": "0%",
            "major_gridlines": {"visible": True, "line": {"color": "#d5dde3"}},
        }
    )
    chart.show_blanks_as("gap")
    return chart
