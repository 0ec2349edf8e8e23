"""The lines of a scorecard: touchpoints, standards, competitors, waits and the trend."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from standards.comparing import (
    NO_VERDICT,
    VERDICT_MET,
    Comparison,
    Estimate,
    Names,
    Period,
    compare_over_time,
    compare_waits,
    compare_walks,
    upper_bound_unseen,
)
from standards.comparing.leads import leads_of, score_estimate, share_estimate, share_gap
from standards.comparing.sentences import say_count, say_kind, say_list, say_wait
from standards.comparing.timeline import MarkKind
from standards.comparing.walk import spreads_of
from standards.measuring import Measure
from standards.scorecards.changes import changes_of, score_change_gap, share_change_gap
from standards.scorecards.material import Material
from standards.scorecards.periods import say_span
from standards.scorecards.values import (
    Change,
    RivalLine,
    RivalRate,
    Span,
    StandardLine,
    TouchpointLine,
    Trend,
    TrendLimits,
    TrendMark,
    TrendPoint,
    WaitLine,
)
from standards.values import say_target
from standards.visits import Brand

# Whose decision: two years show a season twice, and still fit a page (this project).
_TREND_MONTHS = 24
_FEWEST_POINTS = 2


@dataclass(frozen=True, eq=False)
class Compared:
    """
    The material as comparisons: this period, the last, the time up to now, and beside competitors.

    `brand` stands for the subject: it bears its name, and is the own one whoever it belongs to.
    """

    material: Material
    brand: Brand
    now: Comparison
    before: Comparison | None
    until_now: Comparison
    beside: Comparison


def compared_of(material: Material) -> Compared:
    """Return the comparisons that a scorecard's figures are taken from."""
    subject = material.subject
    brand = Brand(material.brand_id, subject.name, is_own=True, colour=subject.colour)
    names = Names((brand,), material.channels, material.editions, material.notes)
    since = min(material.span.since, _months_before(material.span.until, _TREND_MONTHS - 1))
    rivals = tuple(replace(rival, is_own=False) for rival in material.rivals)
    return Compared(
        material=material,
        brand=brand,
        now=_within(material, names, material.span),
        before=_within(material, names, material.before) if material.before else None,
        until_now=_within(material, names, replace(material.span, since=since)),
        beside=Comparison(
            material.common,
            replace(names, brands=(brand, *rivals)),
            against_id=rivals[0].id if rivals else None,
        ),
    )


def _within(material: Material, names: Names, span: Span) -> Comparison:
    days = material.columns.visited_on
    first = np.searchsorted(days, np.datetime64(span.since, "D"))
    end = np.searchsorted(days, np.datetime64(span.until, "D"), side="right")
    return Comparison(material.columns.where(np.arange(first, end)), names)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(max(year, 1), month + 1, 1)


def score_now(compared: Compared) -> Estimate:
    """Return the subject's score of the period."""
    return score_estimate(compared.now.spread_of(compared.brand))


def score_change(compared: Compared) -> Change | None:
    """Return how the score stands against the last period; None without a visit in it."""
    if compared.before is None or compared.material.before is None:
        return None
    spreads = (compared.now.spread_of(compared.brand), compared.before.spread_of(compared.brand))
    if not all(spread.visits for spread in spreads):
        return None
    return changes_of([score_change_gap(compared.brand, *spreads)], say_span(compared.material.before))[0]


def touchpoint_lines(compared: Compared) -> tuple[TouchpointLine, ...]:
    """Return the touchpoints that were visited, in the order a customer meets them."""
    brand, before = compared.brand, compared.before
    steps = {step.touchpoint: step for step in compare_walks(compared.now).steps}
    now = spreads_of(compared.now, brand)
    changes: Sequence[Change | None] = [None] * len(now)
    if before and compared.material.before and before.spread_of(brand).visits:
        pairs = zip(now, spreads_of(before, brand), strict=True)
        changes = changes_of(
            [score_change_gap(brand, *pair) if all(s.visits for s in pair) else None for pair in pairs],
            say_span(compared.material.before),
        )
    return tuple(
        TouchpointLine(name, steps[name].standards, steps[name].own, change, steps[name].is_weakest)
        for name, change in zip(compared.now.touchpoints, changes, strict=True)
        if name in steps
    )


def _counted(comparison: Comparison | None, brand: Brand) -> tuple[list[int], list[int]] | None:
    """Count met and judged of each standard at one brand."""
    if comparison is None or not comparison.spread_of(brand).visits:
        return None
    verdicts = comparison.verdicts_of(brand)
    return (verdicts == VERDICT_MET).sum(axis=0).tolist(), (verdicts != NO_VERDICT).sum(axis=0).tolist()


def rival_lines(compared: Compared) -> tuple[RivalLine, ...]:
    """Return the chosen competitors' scores beside the subject's, on the standards common to all."""
    beside, own = compared.beside, compared.brand
    own_score = score_estimate(beside.spread_of(own))
    return tuple(
        RivalLine(
            name=rival.name,
            colour=rival.colour,
            where=_where(compared, rival),
            own=own_score,
            score=score_estimate(beside.spread_of(rival)),
            lead=beside.leads[rival.id],
        )
        for rival in beside.rivals
    )


def _where(compared: Compared, rival: Brand) -> str:
    """Say which of a competitor's visits are counted: `4 shops in North and West`."""
    ids = np.unique(compared.beside.columns.channel_ids[compared.beside.places_of(rival)]).tolist()
    channels = [compared.material.channels[found] for found in ids]
    kinds = list({channel.kind for channel in channels})
    thing = [say_kind(kinds[0], number) for number in (1, 2)] if len(kinds) == 1 else ["channel", "channels"]
    areas = sorted({channel.area for channel in channels if channel.area})
    return f"{say_count(len(channels), *thing)}{f' in {say_list(areas)}' if areas else ''}"


def _rival_rates(compared: Compared) -> dict[tuple[str, Measure], tuple[RivalRate, ...]]:
    """Return by standard how each competitor meets it; each competitor's gaps are one family."""
    beside, own = compared.beside, compared.brand
    ours = _counted(beside, own)
    found: dict[tuple[str, Measure], tuple[RivalRate, ...]] = {}
    for rival in beside.rivals:
        theirs = _counted(beside, rival)
        for at, one in enumerate(beside.columns.standards):
            known = found.get((one.code, one.measure), ())
            rate = share_estimate(theirs[0][at], theirs[1][at]) if theirs else Estimate(0)
            found[one.code, one.measure] = (*known, RivalRate(rival.name, rate, None))
        if not ours or not theirs:
            continue
        gaps = [share_gap(own, rival, *numbers) for numbers in zip(*ours, *theirs, strict=True)]
        for one, lead in zip(beside.columns.standards, leads_of(gaps, beside.thresholds), strict=True):
            *rest, last = found[one.code, one.measure]
            found[one.code, one.measure] = (*rest, replace(last, lead=lead))
    return found


def standard_lines(compared: Compared) -> tuple[StandardLine, ...]:
    """Return every standard that was judged in the period, in visiting order."""
    brand, material = compared.brand, compared.material
    met, judged = _counted(compared.now, brand) or ([], [])
    before = _counted(compared.before, brand)
    changes: Sequence[Change | None] = [None] * len(met)
    if before and material.before:
        changes = changes_of(
            [share_change_gap(brand, *numbers) for numbers in zip(met, judged, *before, strict=True)],
            say_span(material.before),
        )
    rivals = _rival_rates(compared)
    common = {(one.code, one.measure) for one in compared.beside.columns.standards}
    lines = []
    for one, met_here, judged_here, change in zip(
        compared.now.columns.standards, met, judged, changes, strict=True
    ):
        if not judged_here:
            continue
        standard, key = one.standard, (one.code, one.measure)
        unseen = standard.no_no and met_here == judged_here
        lines.append(
            StandardLine(
                code=one.code,
                touchpoint=standard.touchpoint,
                statement=standard.statement,
                measure=one.measure,
                target=say_target(one.measure, standard.target),
                weight=standard.weight,
                no_no=standard.no_no,
                is_common=key in common,
                rate=share_estimate(met_here, judged_here),
                up_to_percent=100 * upper_bound_unseen(judged_here) if unseen else None,
                change=change,
                rivals=rivals.get(key, ()),
            )
        )
    return tuple(lines)


def wait_lines(compared: Compared) -> tuple[WaitLine, ...]:
    """Return the waits that were timed in the period, with those given up counted honestly."""
    lines = []
    for row in compare_waits(compared.now):
        waits = row.brands[0]
        within = waits.never_within_seconds
        lines.append(
            WaitLine(
                code=row.standard.code,
                statement=row.standard.statement,
                target=row.target_words,
                waits=waits.curve.waits,
                by_target=waits.by_target,
                never=waits.never,
                never_within=say_wait(row.standard, within) if within else "",
                sentence=waits.sentence,
            )
        )
    return tuple(lines)


def trend_of(compared: Compared) -> Trend | None:
    """Return the score month by month up to the period's end; None where fewer than two were visited."""
    over_time = compare_over_time(compared.until_now, Period.MONTH, brands=(compared.brand,))
    line = next(iter(over_time.lines), None)
    if line is None or sum(point.value.visits > 0 for point in line.points) < _FEWEST_POINTS:
        return None
    clean = compared.material.cleaner.clean
    return Trend(
        period=Period.MONTH,
        points=tuple(
            TrendPoint(point.starts_on, point.ends_on, f"{point.starts_on:%b %Y}", point.value, point.signal)
            for point in line.points
        ),
        limits=tuple(
            TrendLimits(found.since, found.until, found.mean, found.lower, found.upper)
            for found in line.limits
        ),
        marks=tuple(
            TrendMark(mark.on, clean(mark.text) if mark.kind is MarkKind.NOTE else mark.text)
            for mark in over_time.marks
        ),
        sentence=line.sentence,
    )
