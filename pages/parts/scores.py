"""How a visit's score is said: in words first, colour and icon only beside them."""

from math import floor
from typing import Literal

from standards.editions import DEFAULT_MINIMUM_COVERAGE
from standards.measuring import Verdict
from standards.scoring import is_complete
from standards.visits import State, Visit

VERDICT_ICONS = {
    Verdict.MET: ":material/check_circle:",
    Verdict.MISSED: ":material/cancel:",
    Verdict.NOT_APPLICABLE: ":material/do_not_disturb_on:",
}
VERDICT_COLOURS: dict[Verdict, Literal["green", "red", "gray"]] = {
    Verdict.MET: "green",
    Verdict.MISSED: "red",
    Verdict.NOT_APPLICABLE: "gray",
}
STATE_ICONS = {
    State.DRAFT: ":material/edit_note:",
    State.SUBMITTED: ":material/check:",
    State.RETURNED: ":material/undo:",
    State.APPROVED: ":material/verified:",
    State.VOID: ":material/block:",
}
STATE_COLOURS = {
    State.DRAFT: "orange",
    State.SUBMITTED: "blue",
    State.RETURNED: "orange",
    State.APPROVED: "green",
    State.VOID: "gray",
}


def say_percent(percent: float) -> str:
    """Say 0–100 with one decimal; only what is whole is called 100.0 %."""
    return f"{min(percent, 99.9) if percent < 100 else percent:.1f} %"


def say_coverage(coverage: float | None) -> str:
    """Say a coverage (0–1) in whole percent, rounded down: what falls short never looks enough."""
    return f"{floor(100 * (coverage or 0) + 1e-9)} %"


def say_score(visit: Visit, minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE) -> str:
    """
    Say what a visit came to: `86.7 %, failed (1 no-no)`.

    Args:
        minimum_coverage: of the visit's edition, 0–1; below it the visit is incomplete and says so.
    """
    if visit.is_open:
        return "not submitted yet"
    said = "no score: nothing applied"
    if not is_complete(visit.coverage, minimum_coverage) and visit.coverage is not None:
        said = f"incomplete: {say_coverage(visit.coverage)} covered"
    elif visit.score_percent is not None:
        said = say_percent(visit.score_percent)
    return f"{said}, failed ({say_no_nos(visit.no_nos_missed)})" if visit.no_nos_missed else said


def say_no_nos(count: int) -> str:
    """Say `1 no-no`, `2 no-nos`."""
    return f"{count} no-no{'s' if count != 1 else ''}"


def score_badge(visit: Visit, minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE) -> str:
    """Return a visit's score as a badge in Markdown: a fail by icon and word, not by colour alone."""
    said = say_score(visit, minimum_coverage)
    if visit.no_nos_missed and not visit.is_open:
        return f":red-badge[:material/dangerous: {said}]"
    if visit.is_open or visit.score_percent is None or said.startswith("incomplete"):
        return f":gray-badge[{said}]"
    return f":blue-badge[:material/speed: {said}]"


def state_badge(state: State) -> str:
    """Return where a visit stands as a badge in Markdown."""
    return f":{STATE_COLOURS[state]}-badge[{STATE_ICONS[state]} {state}]"
