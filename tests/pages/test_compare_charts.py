"""The charts of Compare: what is drawn, in words and shapes too, and the same figures underneath."""

import csv
from datetime import date
from html import unescape
from io import StringIO
from itertools import pairwise
from math import cos, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.parts.charts import spread_apart
from pages.parts.charts_channels import channel_map, funnel
from pages.parts.charts_rows import Dot, Row, dot_rows
from pages.parts.charts_time import lettered, time_panels
from pages.parts.charts_waits import wait_steps
from pages.parts.compared_behind import read_behind
from pages.parts.tables import as_csv
from standards.comparing.channels import ChannelPoint, Funnel
from standards.comparing.figures import NOTHING_SEEN, Behind, Estimate
from standards.comparing.funnels import FunnelPlace
from standards.comparing.timeline import Limits, Mark, MarkKind, OverTime, TimeLine, TimePoint
from standards.comparing.trends import Period
from standards.comparing.waiting import BrandWaits, WaitRow
from standards.comparing.waits import kaplan_meier
from standards.coordinates import Coordinates
from standards.editions import Kind
from standards.measuring import Measure
from standards.visits import Brand, Channel
from storage.brands import OWN_COLOUR
from tests.builders import a_standard
from tests.pages.comparing import charts_of, compare_page, store_programme

OURS = Brand(1, "Ours", True, "#123456")
THEIRS = Brand(2, "Theirs", False, "#E69F00")


def words_on(figure):
    return [unescape(note.text) for note in figure.layout.annotations]


def a_row(title="Statement", *estimates):
    brands = (OURS, THEIRS)
    given = estimates or (Estimate(10, 80.0, 50.0, 94.0), Estimate(8, 40.0, 20.0, 60.0))
    return Row(
        title,
        tuple(
            Dot(brands[at], at, one, Behind(brands[at].id), brands[at].name) for at, one in enumerate(given)
        ),
        ("real: ours 40 points ahead",),
    )


def test_ours_stands_above_theirs_each_with_its_interval_its_value_and_its_name():
    figure = dot_rows([a_row()])
    theirs, ours = figure.data
    assert (ours.x, theirs.x) == ((80.0,), (40.0,))
    assert ours.y > theirs.y
    assert (ours.error_x.arrayminus, ours.error_x.array) == ((30.0,), (14.0,))
    assert {"80 % Ours", "40 % Theirs", "real: ours 40 points ahead"} < set(words_on(figure))
    assert ours.text == ("Ours: 80 %, probably between 50 and 94, 10 visits",)


def test_our_own_colour_is_the_same_whatever_is_stored_and_shapes_tell_brands_apart():
    theirs, ours = dot_rows([a_row()]).data
    assert (ours.marker.color, ours.error_x.color) == (OWN_COLOUR, OWN_COLOUR)
    assert theirs.marker.color == "#E69F00"
    assert ours.marker.symbol != theirs.marker.symbol


def test_what_was_not_seen_has_no_dot_and_says_so():
    figure = dot_rows([a_row("Statement", Estimate(3, 100.0, 43.0, 100.0), NOTHING_SEEN)])
    assert [len(trace.x) for trace in figure.data] == [0, 1]
    assert "none Theirs" in words_on(figure)


def test_a_chart_grows_with_its_rows():
    heights = [dot_rows([a_row()] * count).layout.height for count in (1, 2, 40)]
    assert heights[1] - heights[0] == pytest.approx((heights[2] - heights[0]) / 39, abs=1)


def test_people_s_words_are_wrapped_for_a_phone_and_never_read_as_html():
    figure = dot_rows([a_row("<b>Floor</b> " + "and all of its corners " * 3)])
    raw = [note.text for note in figure.layout.annotations]
    assert any("&lt;b&gt;Floor" in text for text in raw)
    assert max(len(text) for text in words_on(figure)) <= 60


def test_the_weakest_link_is_lit():
    rows = [a_row("Entrance"), Row("Till", a_row().dots, is_lit=True)]
    assert len(dot_rows(rows).layout.shapes) == 1


MONTHS = [(date(2026, month, 1), date(2026, month, 28)) for month in range(1, 5)]


def a_line(brand, *percents, signal_at=None, limits=()):
    points = tuple(
        TimePoint(
            since,
            until,
            NOTHING_SEEN if percent is None else Estimate(4, percent, percent - 5, min(percent + 5, 100)),
            "beyond the limits" if at == signal_at else "",
        )
        for at, ((since, until), percent) in enumerate(zip(MONTHS, percents, strict=False))
    )
    return TimeLine(brand, points, limits, changed_lately=False, sentence=f"{brand.name} changes.")


def over_time(*lines, marks=(), period=Period.MONTH):
    return OverTime(period, None, None, lines, marks, "Something changes.")


def test_each_brand_has_a_panel_of_the_same_scale_and_ours_is_the_highest():
    layout = time_panels(over_time(a_line(OURS, 80, 82), a_line(THEIRS, 60, 65))).layout
    assert layout.yaxis.range == layout.yaxis2.range
    assert layout.yaxis.domain[0] > layout.yaxis2.domain[1]
    assert layout.yaxis.domain[1] - layout.yaxis.domain[0] > layout.yaxis2.domain[1] - layout.yaxis2.domain[0]


def test_a_period_without_a_visit_is_a_gap():
    line = time_panels(over_time(a_line(OURS, 80, None, 82))).data[0]
    assert line.y == (80, None, 82)
    assert line.connectgaps is False


def test_a_signal_is_a_ring_and_says_why_under_the_finger():
    line, rings = time_panels(over_time(a_line(OURS, 80, 99, 82, signal_at=1))).data
    assert rings.y == (99,)
    assert rings.marker.symbol == "circle-open"
    assert line.text[1].endswith("beyond the limits")


def test_limits_and_their_mean_are_lines_across_their_own_time():
    limits = (Limits(MONTHS[0][0], MONTHS[1][1], 75.0, 60.0, 90.0),)
    shapes = time_panels(over_time(a_line(OURS, 70, 80), a_line(THEIRS, 70, 80, limits=limits))).layout.shapes
    assert [(s.y0, s.yref, s.x0, s.x1) for s in shapes] == [
        (value, "y2", "2026-01-01", "2026-02-28") for value in (60.0, 75.0, 90.0)
    ]


def test_marks_are_lettered_in_order_past_the_alphabet():
    marks = [Mark(MarkKind.NOTE, date(2026, 1, 1), str(at)) for at in range(28)]
    letters = [letter for letter, _ in lettered(marks)]
    assert letters[:2] + letters[25:] == ["A", "B", "Z", "AA", "AB"]
    assert len(set(letters)) == 28


def test_a_point_hands_over_the_visits_of_its_period():
    line = time_panels(over_time(a_line(OURS, 80, 82))).data[0]
    assert read_behind(line.customdata[1]) == Behind(1, since=date(2026, 2, 1), until=date(2026, 2, 28))


@pytest.mark.parametrize("count", [1, 2, 7, 40, 160])
def test_a_phone_gets_at_most_six_ticks(count):
    days = [date.fromordinal(date(2025, 1, 6).toordinal() + 7 * at) for at in range(count)]
    points = tuple(TimePoint(day, day, Estimate(1, 80.0), "") for day in days)
    line = TimeLine(OURS, points, (), changed_lately=False, sentence="")
    over = over_time(line, period=Period.WEEK)
    assert 1 <= len(time_panels(over).layout.xaxis.tickvals) <= 6


def waits_of(brand, seconds, is_open):
    curve = kaplan_meier(np.array(seconds, dtype=float), np.array(is_open))
    assert curve is not None
    return BrandWaits(brand, curve, Estimate(curve.waits, 50.0, 20.0, 80.0), None, None, Behind(brand.id), "")


def wait_row(*brands, target_seconds=180.0):
    standard = a_standard("W", measure=Measure.DURATION)
    return WaitRow(0, standard, target_seconds, "at most 3 min", brands, None, "")


def steps_of(row):
    return wait_steps(row, [OURS, THEIRS])


def test_steps_rise_at_each_answer_and_end_at_the_last_moment_known():
    figure = steps_of(wait_row(waits_of(OURS, [60, 120, 400], [False, False, True])))
    steps = next(trace for trace in figure.data if trace.line.shape == "hv")
    assert steps.x == (0, 60, 120, 400)
    assert [round(share, 1) for share in steps.y] == [0, 33.3, 66.7, 66.7]
    assert {"67 % Ours", "target at most 3 min"} <= set(words_on(figure))
    assert figure.layout.shapes[0].x0 == 180


def test_what_comes_long_after_the_target_is_not_drawn():
    figure = steps_of(wait_row(waits_of(OURS, [60, 5000], [False, False])))
    assert figure.layout.xaxis.range[1] == 4 * 180
    assert max(figure.data[1].x) == 4 * 180


@pytest.mark.parametrize("target", [0.4, 30, 180, 7200, 5 * 86400, 400 * 86400])
def test_moments_on_the_axis_are_few_and_said_in_words(target):
    axis = steps_of(wait_row(waits_of(OURS, [target], [False]), target_seconds=target)).layout.xaxis
    assert 2 <= len(axis.tickvals) <= 6
    assert len(set(axis.ticktext)) == len(axis.ticktext)


def test_names_at_the_ends_of_steps_do_not_cover_each_other():
    row = wait_row(waits_of(OURS, [60], [False]), waits_of(THEIRS, [70], [False]))
    names = [note.y for note in steps_of(row).layout.annotations if "100 %" in note.text]
    assert abs(names[0] - names[1]) >= 9


@given(some.lists(some.floats(0, 100), min_size=1, max_size=8))
def test_labels_are_spread_apart_in_their_order(heights):
    placed = spread_apart(heights, 10, 0, 100)
    in_order = [placed[at] for at in sorted(range(len(heights)), key=lambda at: heights[at])]
    assert all(after - before >= 10 - 1e-9 for before, after in pairwise(in_order))


def a_funnel(*points, brand=OURS):
    made = tuple(
        ChannelPoint(
            Channel(at, brand, Kind.SHOP, name, "", "UTC", None, coordinates),
            Estimate(visits, percent),
            place,
            Behind(brand.id, at),
            "",
        )
        for at, (name, visits, percent, place, coordinates) in enumerate(points)
    )
    return Funnel(brand, Kind.SHOP, None, None, 80.0, made, None, "")


def test_a_channel_outside_the_limits_has_a_shape_of_its_own_and_its_name():
    figure = funnel(
        a_funnel(
            ("High Street", 9, 80.0, FunnelPlace.WITHIN, None),
            ("Mill Lane", 9, 40.0, FunnelPlace.FAR_BELOW, None),
        )
    )
    dots = figure.data[-1]
    assert len(set(dots.marker.symbol)) == 2
    assert words_on(figure) == ["Mill Lane"]
    assert "far below what chance explains" in dots.text[-1]


def test_names_in_the_funnel_do_not_cover_each_other():
    points = [(f"Shop {at}", 5, 40.0 + at, FunnelPlace.BELOW, None) for at in range(30)]
    heights = sorted(note.y for note in funnel(a_funnel(*points)).layout.annotations)
    assert len(heights) > 1
    assert min(np.diff(heights)) > 1


def test_a_map_is_drawn_north_up_and_undistorted():
    places = [Coordinates(48.0, 16.0), Coordinates(48.2, 16.4)]
    points = [(f"Shop {at}", 5, 80.0, FunnelPlace.WITHIN, place) for at, place in enumerate(places)]
    figure = channel_map([a_funnel(*points)])
    assert figure
    assert figure.data[0].x == (16.0, 16.4)
    assert figure.data[0].y == (48.0, 48.2)
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.yaxis.scaleratio == pytest.approx(1 / cos(radians(48.1)))
    south, north = figure.layout.yaxis.range
    west, east = figure.layout.xaxis.range
    assert (south < 48.0, north > 48.2, west < 16.0, east > 16.4) == (True, True, True, True)


@pytest.mark.parametrize("placed", [0, 1])
def test_one_channel_on_the_map_is_no_map(placed):
    places = [Coordinates(48.0, 16.0)] * placed + [None] * (3 - placed)
    points = [(f"Shop {at}", 5, 80.0, FunnelPlace.WITHIN, place) for at, place in enumerate(places)]
    assert channel_map([a_funnel(*points)]) is None


def test_channels_at_one_place_are_still_a_map():
    points = [(f"Shop {at}", 5, 80.0, FunnelPlace.WITHIN, Coordinates(90.0, 0.0)) for at in range(2)]
    assert channel_map([a_funnel(*points)])


def test_the_table_holds_the_figures_that_are_drawn():
    store_programme(ours=9, theirs=7)
    page = compare_page()
    figure, _, _ = charts_of(page)["standards"]
    drawn = {round(value, 2) for trace in figure["data"] for value in trace["x"]}
    table = next(t.value for t in page.dataframe if "Statement" in t.value.columns)
    held = {value for column in table.columns if column.endswith("visit %") for value in table[column]}
    assert drawn == held


def test_a_csv_holds_the_same_rows_and_no_formula():
    written = as_csv([{"Brand": "=1+1", "Score": -2.5}, {"Brand": "Bäcker, Söhne", "Score": None}])
    rows = list(csv.DictReader(StringIO(written.decode("utf-8-sig"))))
    assert rows == [{"Brand": "'=1+1", "Score": "-2.5"}, {"Brand": "Bäcker, Söhne", "Score": ""}]
