"""Figures of a scorecard as they are shown: the one text of each, the same in every form."""

from datetime import date

from standards.comparing import Estimate, Lead, Sureness
from standards.comparing.leads import SCORE_DECIMALS, SHARE_DECIMALS
from standards.comparing.sentences import points_shown, say_points, say_score, say_share, say_visits
from standards.measuring import Verdict
from standards.scorecards.values import Change, Scorecard, StandardLine

NOT_KNOWN = "–"

_SURE_WORDS = {
    Sureness.REAL: "real",
    Sureness.LEANING: "leaning",
    Sureness.TOO_EARLY: "too early to say",
}
_VERDICT_WORDS = {
    Verdict.MET: "met",
    Verdict.MISSED: "missed",
    Verdict.NOT_APPLICABLE: "not applicable",
}


def shown_score(percent: float | None) -> str:
    """Show a score: `77.3 %`; a dash where there is none."""
    return NOT_KNOWN if percent is None else say_score(percent)


def shown_share(percent: float | None) -> str:
    """Show a met-rate, a coverage or another share: `85 %`; a dash where there is none."""
    return NOT_KNOWN if percent is None else say_share(percent)


def shown_range(estimate: Estimate) -> str:
    """Show a 95 % interval: `71–83 %`; empty where it is not known."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = f"{max(estimate.low, 0):.0f}", f"{min(estimate.high, 100):.0f}"
    return f"about {low} %" if low == high else f"{low}–{high} %"


def shown_visits(visits: int) -> str:
    """Show a number of visits: `1 visit`, `1,250 visits`."""
    return say_visits(visits)


def shown_points(own: Estimate, other: Estimate, *, scores: bool) -> str:
    """
    Show how far one figure is above another: `+6.1 points`, `−3 points`, `0 points`; a dash without both.

    It is the difference of the figures as they are shown, so that a reader who subtracts finds the same.

    Args:
        own: the figure that is read first.
        other: the figure of the last period, or of a competitor.
        scores: whether they are scores (one decimal) or shares (none).
    """
    if own.percent is None or other.percent is None:
        return NOT_KNOWN
    points = points_shown(own, other, decimals=SCORE_DECIMALS if scores else SHARE_DECIMALS)
    sign = "+" if points > 0 else "−" if points < 0 else ""
    return f"{sign}{say_points(points)}"


def shown_sureness(found: Change | Lead | None) -> str:
    """Show how sure a difference is: `real`, `leaning`, `too early to say`, or `even`."""
    if found is None:
        return NOT_KNOWN
    if found.is_even:
        return "even"
    return _SURE_WORDS[found.sureness]


def shown_difference(own: Estimate, other: Estimate, found: Change | Lead | None, *, scores: bool) -> str:
    """Show a difference and how sure it is: `+6.1 points, real`; a dash where nothing was compared."""
    if found is None:
        return NOT_KNOWN
    return f"{shown_points(own, other, scores=scores)}, {shown_sureness(found)}"


def shown_date(day: date) -> str:
    """Show a day: `5 July 2026`."""
    return f"{day.day} {day:%B %Y}"


def shown_verdict(verdict: Verdict | None) -> str:
    """Show a verdict in words; a dash where the standard was not answered."""
    return NOT_KNOWN if verdict is None else _VERDICT_WORDS[verdict]


def shown_standard(line: StandardLine) -> str:
    """Show what a standard came to: its met-rate, or in a single visit its verdict and value."""
    if line.verdict is None:
        return shown_share(line.rate.percent)
    return f"{shown_verdict(line.verdict)} ({line.value})" if line.value else shown_verdict(line.verdict)


def shown_failed(card: Scorecard) -> str:
    """Show how many visits failed: `2 of 40 visits failed`, `no visit failed`."""
    failed, visits = card.headline.failed, card.headline.score.visits
    if not failed:
        return "no visit failed" if visits != 1 else "did not fail"
    return "failed" if visits == 1 else f"{failed:,} of {say_visits(visits)} failed"
