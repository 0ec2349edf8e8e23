"""The words of a comparison: short, plain, and no surer than the visits allow."""

from collections.abc import Sequence

from standards.comparing.figures import Estimate
from standards.comparing.sureness import Sureness
from standards.editions import Kind, Standard
from standards.measuring import DAY_UNITS
from standards.values import DAY, say_value
from standards.visits import Brand

_KIND_WORDS = {
    Kind.SHOP: ("shop", "shops"),
    Kind.PHONE: ("phone line", "phone lines"),
    Kind.WEBSITE: ("website", "websites"),
    Kind.EMAIL: ("e-mail address", "e-mail addresses"),
    Kind.CHAT: ("chat", "chats"),
    Kind.DELIVERY: ("delivery service", "delivery services"),
    Kind.DEPARTMENT: ("department", "departments"),
}
_LONGEST_LIST = 4


def say_count(number: int, thing: str, plural: str = "") -> str:
    """Say `1 visit`, `2 visits`."""
    return f"{number:,} {thing if number == 1 else plural or thing + 's'}"


def say_visits(number: int) -> str:
    """Say `1 visit`, `2 visits`."""
    return say_count(number, "visit")


def say_more_visits(number: int) -> str:
    """Say `1 more visit`, `2 more visits`."""
    return say_count(number, "more visit")


def say_kind(kind: Kind, number: int = 1) -> str:
    """Say what a kind of channel is called: `shop`, `phone lines`."""
    one, many = _KIND_WORDS[kind]
    return one if number == 1 else many


def say_score(percent: float) -> str:
    """Say a score with one decimal; only what is whole is called 100 %."""
    return f"{_shown_score(percent):.1f} %"


def say_share(percent: float) -> str:
    """Say a share in whole percent; only what is whole is called 0 or 100."""
    if 0 < percent < 0.5:
        return "under 1 %"
    if 99.5 <= percent < 100:
        return "over 99 %"
    return f"{percent:.0f} %"


def say_range(estimate: Estimate) -> str:
    """Say between what a figure probably lies: `probably between 71 and 83`; empty where not known."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = f"{estimate.low:.0f}", f"{estimate.high:.0f}"
    return f"probably about {low}" if low == high else f"probably between {low} and {high}"


def say_score_of(name: str, score: Estimate) -> str:
    """Say a brand's score: `Ours scores 77.3 % (probably between 71 and 83, 40 visits)`."""
    if score.percent is None:
        return f"{name} has no complete visit here"
    behind = ", ".join(said for said in (say_range(score), say_visits(score.visits)) if said)
    return f"{name} scores {say_score(score.percent)} ({behind})"


def say_share_of(name: str, share: Estimate) -> str:
    """Say a brand's met-rate: `Ours 85 % (probably between 70 and 93, 40 visits)`."""
    if share.percent is None:
        return f"{name}: not seen yet"
    behind = ", ".join(said for said in (say_range(share), say_visits(share.visits)) if said)
    return f"{name} {say_share(share.percent)} ({behind})"


def points_shown(own: Estimate, other: Estimate, *, decimals: int) -> float:
    """Return the difference of two figures as they are shown: a reader who subtracts must find the same."""
    if own.percent is None or other.percent is None:
        raise ValueError("a difference needs both figures")
    if decimals:
        return round(_shown_score(own.percent) - _shown_score(other.percent), decimals)
    return float(round(own.percent) - round(other.percent))


def say_points(points: float) -> str:
    """Say a number of points without its sign: `1 point`, `6.1 points`."""
    size = abs(points)
    if 0 < size < 0.05:
        return "less than 0.1 points"
    said = f"{size:.0f}" if size == int(size) else f"{size:.1f}"
    return f"{said} point{'' if said == '1' else 's'}"


def say_lead(
    own: str,
    other: str,
    points: float,
    sureness: Sureness,
    *,
    bounds: tuple[float, float] | None,
    more_visits: int | None,
    in_reach: int,
    even_points: float | None = None,
    thin: Sequence[tuple[str, int, int]] = (),
) -> str:
    """
    Say who is ahead, by how much, how surely, and what would settle it.

    Args:
        own: our own brand's name.
        other: the competitor's.
        points: own minus other, of the figures as shown.
        sureness: of the difference.
        bounds: between what the difference, own minus other, probably lies.
        more_visits: further visits to each that would probably settle it; None where `in_reach` would not.
        in_reach: how many further visits anybody would make for one answer.
        even_points: where they are even, how wide the gap is at most.
        thin: name, visits and further visits needed of each side that has too few to say anything by.
    """
    if thin:
        return _say_too_few(thin)
    leader = own if points > 0 else other
    if sureness is Sureness.REAL:
        small = ", but small" if even_points is not None else ""
        return f"Real{small}: {leader} is {say_points(points)} ahead{_say_bounds(bounds)}."
    if even_points is not None:
        return f"Even: whoever is ahead, it is by less than {say_points(even_points)}."
    if points == 0:
        return f"Too early to say who is ahead: {own} and {other} are level so far."
    if sureness is Sureness.LEANING:
        said = f"Leaning: {leader} is probably ahead, by {say_points(points)} so far."
    else:
        said = f"Too early to say: {leader} is {say_points(points)} ahead so far, which may well be chance."
    return f"{said} {_say_settling(more_visits, in_reach)}"


def _say_too_few(thin: Sequence[tuple[str, int, int]]) -> str:
    named = " and ".join(f"{name} has {say_visits(visits)}" for name, visits, _ in thin)
    needed = " and ".join(f"{say_more_visits(more)} to {name}" for name, _, more in thin)
    return f"Too early to say: {named}. With {needed} there is something to compare."


def _say_bounds(bounds: tuple[float, float] | None) -> str:
    if bounds is None:
        return ""
    low, high = sorted(abs(bound) for bound in bounds)
    if bounds[0] < 0 < bounds[1]:
        return ""
    decimals = 1 if low < 1 else 0
    return f", probably by {low:.{decimals}f} to {high:.{decimals}f}"


def _say_settling(more_visits: int | None, in_reach: int) -> str:
    if more_visits is None:
        return f"Even {say_more_visits(in_reach)} to each would probably not settle it."
    return f"About {say_more_visits(more_visits)} to each would probably settle it."


def say_thin(brands: Sequence[tuple[Brand, int]], enough: int) -> str:
    """Name the brands with too few visits to say anything by; empty where there is none."""
    if not brands:
        return ""
    named = say_list([f"{brand.name} ({say_visits(visits)})" for brand, visits in brands])
    return f"Too early to say for {named}: fewer than {enough} complete visits."


def say_too_few_brands(visited: Sequence[Brand]) -> str:
    """Say what is missing before brands can be compared; empty where nothing is."""
    if not visited:
        return "No complete visit is here."
    if not any(brand.is_own for brand in visited):
        return "No complete visit to your own brand is here, so there is nothing to hold competitors against."
    if len(visited) == 1:
        return "No complete visit to a competitor is here: visit one the same way, and this page compares."
    return ""


def say_list(names: Sequence[str]) -> str:
    """Say `A, B and C`; of more than four the rest is counted."""
    named = list(names)
    if len(named) > _LONGEST_LIST:
        named = [*named[: _LONGEST_LIST - 1], f"{len(named) - _LONGEST_LIST + 1} more"]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def say_standard(standard: Standard) -> str:
    """Name a standard: its code and what it asks for."""
    return f"{standard.code} “{standard.statement.rstrip('.')}”"


def say_no_no(name: str, missed: int, rate: Estimate, up_to_percent: float | None) -> str:
    """Say how often a no-no was seen, or how often it could still be where it was not."""
    if rate.percent is None:
        return f"{name}: not looked for yet."
    if up_to_percent is not None:
        return f"{name}: not seen in {say_visits(rate.visits)}; could still be up to {up_to_percent:.0f} %."
    share = f"{say_share(rate.percent)}, {say_range(rate)}"
    return f"{name}: seen in {missed} of {say_visits(rate.visits)} ({share})."


def say_wait(standard: Standard, seconds: float) -> str:
    """Say how long, in the unit of the standard's target: `5 working days`, `2 min 30 s`."""
    if standard.target.unit in DAY_UNITS:
        return say_value(standard, round(seconds / DAY, 1))
    return say_value(standard, seconds)


def say_waits(
    name: str,
    standard: Standard,
    waits: int,
    by_target: Estimate | None,
    never: Estimate | None,
    within_seconds: float,
) -> str:
    """
    Say what share of a brand's waits ended by the target, and what share never did.

    Args:
        name: the brand's.
        standard: whose target.
        waits: how many were timed.
        by_target: the share that ended by it; None where nobody waited that long.
        never: the share that did not end within `within_seconds`; None where all did.
        within_seconds: how long was watched.
    """
    counted = say_count(waits, "wait")
    if by_target is None or by_target.percent is None:
        said = f"{name}: none of {counted} was watched as long as the target"
    else:
        said = f"{name}: {say_share(by_target.percent)} by the target ({say_range(by_target)}, {counted})"
    if never is None or never.percent is None:
        return f"{said}."
    long = standard.target.unit in DAY_UNITS
    words = "never answered within" if long else "still waiting after"
    return f"{said}; {words} {say_wait(standard, within_seconds)}: {say_share(never.percent)}."


def _shown_score(percent: float) -> float:
    return round(min(percent, 99.9) if percent < 100 else percent, 1)
