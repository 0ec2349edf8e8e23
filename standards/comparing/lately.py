"""Lately: what changed at our own brand in the last months, the score first, then single standards."""

from datetime import date

import numpy as np

from standards.comparing.columns import NO_VERDICT, VERDICT_MET
from standards.comparing.comparison import Comparison
from standards.comparing.figures import Estimate
from standards.comparing.leads import Gap, leads_of, share_gap
from standards.comparing.sentences import say_share, say_standard
from standards.comparing.sureness import Sureness
from standards.comparing.timeline import compare_over_time
from standards.comparing.trend_sentences import LATELY, say_period
from standards.comparing.trends import BASELINE, Period, periods_between

# A year, so that a season is not taken for a change.
_MONTHS_BEFORE = 12


def say_lately(comparison: Comparison) -> str:
    """
    Say what changed lately at our own brand; empty where it was seen too little to say anything.

    A signal of the score month by month comes first; else the standard whose met-rate of the last three
    months surely differs from that of the year before, all standards tested at once.
    """
    own = comparison.own
    if own is None or comparison.spread_of(own).visits < comparison.thresholds.enough_visits:
        return ""
    over_time = compare_over_time(comparison, Period.MONTH, brands=(own,))
    line = over_time.lines[0]
    if line.changed_lately:
        return line.sentence
    changed = _say_changed_standard(comparison)
    if changed:
        return changed
    seen = sum(point.value.visits > 0 for point in line.points)
    if seen < BASELINE:
        return line.sentence
    return "Nothing has changed lately beyond the usual up and down from month to month."


def _say_changed_standard(comparison: Comparison) -> str:
    own = comparison.own
    if own is None:
        return ""
    verdicts = comparison.verdicts_of(own)
    visited_on = comparison.columns.visited_on[comparison.places_of(own)]
    months = periods_between(visited_on[0].item(), visited_on[-1].item(), Period.MONTH)
    if len(months) <= LATELY:
        return ""
    since, year_before = months[-LATELY], months[max(len(months) - LATELY - _MONTHS_BEFORE, 0)]
    after = visited_on >= np.datetime64(since, "D")
    before = ~after & (visited_on >= np.datetime64(year_before, "D"))
    met, judged = verdicts == VERDICT_MET, verdicts != NO_VERDICT
    counts = [found[chosen].sum(axis=0).tolist() for chosen in (after, before) for found in (met, judged)]
    gaps = [share_gap(own, own, *numbers) for numbers in zip(*counts, strict=True)]
    found = zip(comparison.columns.standards, gaps, leads_of(gaps, comparison.thresholds), strict=True)
    real = [
        (abs(lead.points), say_standard(compared.standard), gap)
        for compared, gap, lead in found
        if gap and lead and lead.sureness is Sureness.REAL
    ]
    if not real:
        return ""
    _, named, gap = max(real, key=lambda one: one[0])
    return _say_change(named, gap, since)


def _say_change(named: str, gap: Gap, since: date) -> str:
    now, before = gap.own_figure, gap.other_figure
    return (
        f"Since {say_period(since, Period.MONTH)} {named} is met in {_share(now)} of visits, before in "
        f"{_share(before)}: a real {'rise' if gap.difference.estimate > 0 else 'fall'}."
    )


def _share(estimate: Estimate) -> str:
    return say_share(estimate.percent or 0.0)
