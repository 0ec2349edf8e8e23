"""Over time on Compare: scores or one standard by week, month or quarter, with limits, signals and notes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts.charts import show_chart
from pages.parts.charts_time import lettered, time_panels
from pages.parts.compared import columns_of, explain, under_chart
from pages.parts.filters import say_day
from pages.parts.words import count_of, show_text
from standards.comparing.columns import ComparedStandard
from standards.comparing.figures import Behind
from standards.comparing.timeline import OverTime, TimeLine
from standards.comparing.trends import Period
from standards.visits import Brand

SCORE = "score"
_MOST_FIGURES, _MOST_PANELS = 200, 8


def choose_drawn(standards: Sequence[ComparedStandard]) -> tuple[Period, int | None]:
    """Ask for the period and what is drawn: the score, or one standard by its column (None: the score)."""
    period = st.segmented_control(
        "By",
        [str(period) for period in Period],
        default=str(Period.MONTH),
        required=True,
        key="compare_period",
        bind="query-params",
    )
    return Period(period or Period.MONTH), choose_figure(standards, "What is drawn", key="compare_drawn")


def choose_figure(standards: Sequence[ComparedStandard], label: str, *, key: str) -> int | None:
    """Ask for the score or one standard; None is the score."""
    columns: dict[str, int] = {}
    for at, one in enumerate(standards):
        # A code that was measured otherwise once is two columns.
        name = one.code if one.code not in columns else f"{one.code} ({one.measure})"
        columns[name] = at
    chosen = st.selectbox(label, [SCORE, *columns], key=key, bind="query-params")
    return columns.get(chosen or SCORE)


def show_over_time(found: OverTime, rival: Brand | None) -> None:
    """
    Show each brand's line in a panel of its own, and what the letters on it mean.

    Args:
        rival: the competitor set beside our own; it is drawn however many brands there are.
    """
    if found.standard:
        show_text(f"{found.standard.code} · {found.standard.statement}", strong=True)
    show_text(found.sentence)
    if not any(point.value.visits for line in found.lines for point in line.points):
        return
    drawn = replace(found, lines=_drawn(found.lines, rival))
    show_chart(time_panels(drawn), "time", say_over_time(drawn))
    named = {line.brand.id: f" ({line.brand.name})" for line in found.lines}
    for letter, mark in lettered(found.marks):
        where = named.get(mark.brand_id or 0, "")
        show_text(f"{letter} · {say_day(mark.on)}: {mark.text}{where}", small=True)
    for line in drawn.lines:
        if line.sentence and line.sentence != found.sentence:
            show_text(line.sentence, small=True)
    if len(drawn.lines) < len(found.lines):
        more = count_of(len(found.lines) - len(drawn.lines), "more brand")
        explain(f"{more} in the table; the filter “Competitors” brings any of them up here.")
    limited = any(line.limits for line in drawn.lines)
    explain(
        f"A dot is the mean of the visits in that {found.period}; without a visit there is a gap. "
        + (
            "Between the dashed lines lies the usual up and down (XmR); a ring is a signal: more than that. "
            if limited
            else ""
        )
        + ("The faint line is ours." if len(found.lines) > 1 and found.lines[0].brand.is_own else "")
    )
    under_chart(
        f"{'score' if found.standard is None else 'met_rate'}_by_{found.period}",
        _table(found),
        f"{'Mean visit score' if found.standard is None else 'Met-rate'} by {found.period} and brand",
        _behind(found),
    )


def _drawn(lines: Sequence[TimeLine], rival: Brand | None) -> tuple[TimeLine, ...]:
    """Return the lines there is room for: our own, the competitor beside it, and those visited most."""

    def rank(line: TimeLine) -> tuple[bool, int]:
        is_asked = line.brand.is_own or line.brand == rival
        return not is_asked, -sum(point.value.visits for point in line.points)

    kept = sorted(lines, key=rank)[:_MOST_PANELS]
    return tuple(line for line in lines if line in kept)


def say_over_time(found: OverTime) -> str:
    """Say what the lines show."""
    drawn = "Mean visit score" if found.standard is None else f"Met-rate of {found.standard.code}"
    return f"{drawn} by {found.period}. {' '.join(line.sentence for line in found.lines)}"


def _table(found: OverTime) -> list[dict[str, Any]]:
    name = "Score" if found.standard is None else found.standard.code
    return [
        {
            "Since": point.starts_on.isoformat(),
            "Until": point.ends_on.isoformat(),
            "Brand": line.brand.name,
            **columns_of(name, point.value),
            "Usual from %": limits.lower if limits else None,
            "Usual to %": limits.upper if limits else None,
            "Signal": point.signal,
        }
        for line in found.lines
        for point in line.points
        if point.value.visits
        for limits in [next((one for one in line.limits if one.since <= point.starts_on <= one.until), None)]
    ]


def _behind(found: OverTime) -> dict[str, Behind | None]:
    """Name the points, newest first; so many that a list can still be read."""
    points = sorted(
        ((point.starts_on, at, line, point) for at, line in enumerate(found.lines) for point in line.points),
        key=lambda one: (-one[0].toordinal(), one[1]),
    )
    return {
        f"{say_day(point.starts_on)} – {say_day(point.ends_on)} · {line.brand.name}: "
        f"{point.value.visits} visits{' · signal' if point.signal else ''}": found.behind(line, point)
        for _, _, line, point in points[:_MOST_FIGURES]
        if point.value.visits
    }
