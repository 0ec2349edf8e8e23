"""The trend on a scorecard's page: places between 0 and 1 across, figures in percent up."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

from standards.scorecards.shown import shown_score
from standards.scorecards.values import Trend, TrendPoint

NAMES_AT_MOST = 4
MARKS_AT_MOST = 2
SMALLEST_SPAN = 20
# Of the axis, from its end: what is written below a point needs it.
_ROOM_BELOW = 0.3
STEP = 10


def lay_out_trend(trend: Trend, say: Callable[[str, int], str]) -> dict[str, Any]:
    """
    Put a trend of at least two points on its axes.

    A period without a visit leaves a gap in the line. The axis ends at whole tens around all that is drawn.
    """
    points = trend.points
    first, last = _middle(points[0]), _middle(points[-1])
    across = max(last - first, 1)

    def at(day: float) -> float:
        return min(max((day - first) / across, 0), 1)

    drawn = [point.value.percent for point in points if point.value.percent is not None]
    bounds = [*drawn, *(edge for limit in trend.limits for edge in (limit.lower, limit.upper))]
    bottom, top = _axis([min(max(bound, 0), 100) for bound in bounds] or [0, 100])
    pairs = [
        (one, two)
        for one, two in pairwise(points)
        if one.value.percent is not None and two.value.percent is not None
    ]
    named = _some(len(points))
    # Above a point that lies lower than the one before, the line would run through its figure.
    falls = len(drawn) > 1 and drawn[-1] < drawn[-2]
    below = falls and drawn[-1] - bottom > _ROOM_BELOW * (top - bottom)
    return {
        "title": f"Score by {trend.period.value}",
        "says": _say(trend, say),
        "sentence": say(trend.sentence, 240),
        "bottom": bottom,
        "top": top,
        "ticks": list(range(bottom, top + 1, STEP if top - bottom <= 50 else 2 * STEP)),
        "limits": [
            {
                "from": at(limit.since.toordinal()),
                "to": at(limit.until.toordinal()),
                "mean": limit.mean,
                "lower": max(limit.lower, bottom),
                "upper": min(limit.upper, top),
            }
            for limit in trend.limits
        ],
        "marks": [
            {"at": at(mark.on.toordinal()), "text": say(mark.text, 18)}
            for mark in trend.marks[-MARKS_AT_MOST:]
            if first <= mark.on.toordinal() <= last
        ],
        "lines": [
            {
                "from": at(_middle(one)),
                "to": at(_middle(two)),
                "first": one.value.percent,
                "second": two.value.percent,
            }
            for one, two in pairs
        ],
        "points": [
            {
                "at": at(_middle(point)),
                "percent": point.value.percent,
                "signal": bool(point.signal),
                "label": shown_score(point.value.percent) if point is points[-1] else "",
                "label_below": below,
            }
            for point in points
            if point.value.percent is not None
        ],
        "names": [
            {"at": at(_middle(points[number])), "text": say(points[number].name, 16)} for number in named
        ],
    }


def _say(trend: Trend, say: Callable[[str, int], str]) -> str:
    told = [f"{say(point.name, 20)} {shown_score(point.value.percent)}" for point in trend.points[-24:]]
    return f"Score by {trend.period.value}: {', '.join(told)}. {say(trend.sentence, 200)}"


def _axis(values: list[float]) -> tuple[int, int]:
    bottom, top = int(min(values) // STEP * STEP), int(-(-max(values) // STEP) * STEP)
    while top - bottom < SMALLEST_SPAN:
        if bottom > 0:
            bottom -= STEP
        if top < 100:
            top += STEP
    return bottom, top


def _some(count: int) -> list[int]:
    """Choose evenly which points are named below the axis; names side by side need room."""
    step = -(-count // NAMES_AT_MOST)
    return list(range(count - 1, -1, -step))[::-1]


def _middle(point: TrendPoint) -> float:
    return (_day(point.starts_on) + _day(point.ends_on)) / 2


def _day(day: date) -> int:
    return day.toordinal()
