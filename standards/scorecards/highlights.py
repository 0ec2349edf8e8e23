"""Highlights: what went best and worst, in shoppers' own words; the photos to show; what to do next."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from standards.comparing import THRESHOLDS, Comparison
from standards.comparing.next_step import say_next_step
from standards.comparing.sentences import say_visits
from standards.editions import Standard
from standards.measuring import Verdict
from standards.scorecards.material import Pictured, Told
from standards.scorecards.own_words import Cleaner
from standards.scorecards.shown import shown_date, shown_range, shown_share, shown_verdict
from standards.scorecards.values import (
    Highlight,
    NextStep,
    PhotoLine,
    Quote,
    StandardLine,
    TouchpointLine,
)

# Whose decision: what a reader takes in within a minute (this project).
HIGHLIGHTS = 3
_QUOTES_EACH = 2
_IMPRESSIONS = 2
_PHOTOS = 4
_STEPS = 4
_AID_LIMIT = 300
# What is met less often is not called good (percent).
_MOSTLY = 50
# Who would return that gladly (0–10) praises.
_WOULD_RETURN = 8


def best_and_worst(
    lines: Sequence[StandardLine], told: Sequence[Told], cleaner: Cleaner
) -> tuple[tuple[Highlight, ...], tuple[Highlight, ...]]:
    """
    Return what went best and what went worst, the surest first.

    Best is what is met in most visits at least (the lower end of its interval), worst what is met in fewest
    at most. A no-no that did not happen is no praise; one that did comes first among the worst. Best has its
    places first, so that it is never the shorter one while there is anything to praise.
    """
    quoted = {(one.code, one.verdict) for one in told if one.code and one.verdict}
    met = [line for line in lines if (line.rate.percent or 0) > 0 and not line.no_no]
    met.sort(key=lambda line: (-_least(line), (line.code, Verdict.MET) not in quoted, -line.weight))
    half = [line for line in met if (line.rate.percent or 0) >= _MOSTLY]
    # Of what is about as good, what somebody praised in words comes first.
    best = sorted(
        half[: 2 * HIGHLIGHTS], key=lambda line: ((line.code, Verdict.MET) not in quoted, -_least(line))
    )[:HIGHLIGHTS]
    praised = {line.code for line in best}
    missed = [line for line in lines if (line.rate.percent or 0) < 100 and line.code not in praised]
    missed.sort(
        key=lambda line: (
            not line.no_no,
            _most(line),
            (line.code, Verdict.MISSED) not in quoted,
            -line.weight,
        )
    )
    worst = missed[:HIGHLIGHTS]
    return (
        tuple(_highlight(line, Verdict.MET, told, cleaner) for line in best),
        tuple(_highlight(line, Verdict.MISSED, told, cleaner) for line in worst),
    )


def _least(line: StandardLine) -> float:
    return line.rate.low if line.rate.low is not None else line.rate.percent or 0.0


def _most(line: StandardLine) -> float:
    return line.rate.high if line.rate.high is not None else line.rate.percent or 0.0


def _highlight(line: StandardLine, verdict: Verdict, told: Sequence[Told], cleaner: Cleaner) -> Highlight:
    about = (one for one in told if one.code == line.code and one.verdict is verdict)
    return Highlight(
        code=line.code,
        touchpoint=line.touchpoint,
        statement=line.statement,
        rate=line.rate,
        verdict=line.verdict,
        quotes=_quotes(about, cleaner, _QUOTES_EACH),
    )


def _quotes(told: Iterable[Told], cleaner: Cleaner, most: int) -> tuple[Quote, ...]:
    quotes: list[Quote] = []
    for one in told:
        if len(quotes) == most:
            break
        words = cleaner.clean(one.words)
        if words and words not in {quote.words for quote in quotes}:
            quotes.append(Quote(words, one.visited_on, one.channel))
    return tuple(quotes)


def impressions_of(told: Sequence[Told], cleaner: Cleaner) -> tuple[Quote, ...]:
    """Return what shoppers wrote of whole visits after which they would gladly return, the newest first."""
    glad = (one for one in told if one.code is None and (one.would_return or 0) >= _WOULD_RETURN)
    return _quotes(glad, cleaner, _IMPRESSIONS)


def photo_lines(
    pictured: Sequence[Pictured],
    standards: dict[str, Standard],
    best: Collection[str],
    worst: Collection[str],
    cleaner: Cleaner,
) -> tuple[PhotoLine, ...]:
    """Return the photos to show: of what went best and of what went worst by turns, then any other."""

    def rank(one: Pictured) -> int:
        code = one.photo.code
        if code in best and one.verdict is Verdict.MET:
            return 0
        return 1 if code in worst and one.verdict is Verdict.MISSED else 2

    ranked: list[list[Pictured]] = [[one for one in pictured if rank(one) == wanted] for wanted in range(3)]
    chosen: list[Pictured] = []
    while any(ranked[:2]):
        chosen += [some.pop(0) for some in ranked[:2] if some]
    chosen += ranked[2]
    # One of each standard before a second of any.
    seen = Counter[str | None]()
    turns = []
    for at, one in enumerate(chosen):
        turns.append((seen[one.photo.code], at))
        seen[one.photo.code] += 1
    shown = [chosen[at] for _, at in sorted(turns)[:_PHOTOS]]
    return tuple(_photo(one, standards, cleaner) for one in shown)


def _photo(one: Pictured, standards: dict[str, Standard], cleaner: Cleaner) -> PhotoLine:
    standard = standards.get(one.photo.code or "")
    caption = cleaner.clean(one.photo.caption)
    shows = f"{standard.statement.rstrip('.')}, {shown_verdict(one.verdict)}" if standard else "the visit"
    said = f" {caption}" if caption else ""
    return PhotoLine(
        photo_id=one.photo.id,
        sha256=one.photo.sha256,
        width=one.photo.width,
        height=one.photo.height,
        caption=caption,
        alt=f"Photo of {shown_date(one.visited_on)}: {shows}.{said}",
        verdict=one.verdict,
        visited_on=one.visited_on,
    )


def next_steps(
    lines: Sequence[StandardLine],
    touchpoints: Sequence[TouchpointLine],
    aids: dict[str, str],
    *,
    visits: int,
    is_own: bool,
    beside: Comparison | None = None,
) -> tuple[NextStep, ...]:
    """
    Say what to do next: missed no-nos first, then what was met least, then what would settle a comparison.

    Args:
        lines: of all standards judged.
        touchpoints: with the weakest marked.
        aids: job aids by code.
        visits: how many complete ones there are.
        is_own: a competitor is not told what to do; there is only what to look at again.
        beside: the subject beside competitors, where any were chosen.
    """
    steps: list[NextStep] = []
    worst = sorted(
        (line for line in lines if (line.rate.percent or 0) < 100),
        key=lambda line: (not line.no_no, _most(line), -line.weight),
    )
    if is_own:
        for line in worst[: HIGHLIGHTS - 1]:
            steps.append(NextStep(_say_work(line), _aid(aids.get(line.code, ""))))
        weakest = next((one for one in touchpoints if one.is_weakest), None)
        if weakest and weakest.name not in {line.touchpoint for line in worst[: HIGHLIGHTS - 1]}:
            steps.append(NextStep(f"Look at “{weakest.name}”: the least of its points is earned there."))
    if beside and beside.rival and is_own:
        said = say_next_step(beside).removeprefix("Next: ")
        if said:
            all_common = all(line.is_common for line in lines)
            counted = "" if all_common else " Counted are the standards common to all brands."
            steps.append(NextStep(f"{said[0].upper()}{said[1:]}{counted}"))
    more = THRESHOLDS.enough_visits - visits
    if 1 < visits < THRESHOLDS.enough_visits:
        steps.append(
            NextStep(
                f"Make {say_visits(more)} more: from {THRESHOLDS.enough_visits} on figures say something."
            )
        )
    if not steps and lines and not worst:
        steps.append(NextStep("Keep it up: everything that was judged was met."))
    return tuple(steps[:_STEPS])


def _say_work(line: StandardLine) -> str:
    statement = line.statement.rstrip(".")
    if line.verdict is not None:
        return f"{'Settle this first' if line.no_no else 'Work on'}: “{statement}”."
    if line.no_no:
        missed = 100 - (line.rate.percent or 0)
        return (
            f"Settle this first: “{statement}” was missed in {shown_share(missed)} of "
            f"{say_visits(line.rate.visits)}."
        )
    reach = shown_range(line.rate)
    share = f"{shown_share(line.rate.percent)} of {say_visits(line.rate.visits)}"
    return f"Work on “{statement}”: met in {share}{f' ({reach})' if reach else ''}."


def _aid(aid: str) -> str:
    text = " ".join(aid.split())
    return text if len(text) <= _AID_LIMIT else f"{text[: _AID_LIMIT - 1].rsplit(' ', 1)[0]}…"
