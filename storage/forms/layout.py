"""What stands on a scorecard's pages, as data for their template: words cut to length, figures in words."""

from calendar import month_name
from collections.abc import Callable, Sequence
from typing import Any

from standards.comparing import Estimate, Lead
from standards.measuring import Measure
from standards.scorecards.shown import (
    NOT_KNOWN,
    shown_date,
    shown_failed,
    shown_points,
    shown_range,
    shown_score,
    shown_share,
    shown_standard,
    shown_sureness,
    shown_verdict,
    shown_visits,
)
from standards.scorecards.values import (
    Change,
    FailedVisit,
    Highlight,
    PhotoLine,
    Quote,
    RivalLine,
    Scorecard,
    StandardLine,
    SubjectKind,
    TouchpointLine,
    WaitLine,
)
from storage.forms.trend_layout import lay_out_trend

PHOTOS_AT_MOST = 4
FAILED_AT_MOST = 6
TOUCHPOINTS_AT_MOST = 14
NAME, ABOUT, PERIOD, STATEMENT, SENTENCE, WORDS, CAPTION = 90, 110, 60, 110, 240, 170, 70
LONG_NAME = 34
# In characters, of what stands above a narrow column.
NARROW = 20

Say = Callable[[str, int], str]


def lay_out(card: Scorecard, photos: Sequence[tuple[str, PhotoLine]], say: Say) -> dict[str, Any]:
    """
    Put a scorecard into the words and figures of its pages.

    Args:
        photos: those to show, with the name of each one's file.
        say: cuts a text to so many characters, and leaves only what can be printed.
    """
    is_visit = card.subject.kind is SubjectKind.VISIT
    # A heading is never empty: PDF/UA refuses the whole page then.
    name = say(card.subject.name, NAME) or NOT_KNOWN
    period = say(card.span.name, PERIOD)
    worst = {found.code for found in card.worst}
    return {
        "title": f"Scorecard: {name}, {period}",
        "overline": f"Scorecard · {card.subject.kind.value}",
        "name": name,
        "name_is_long": len(name) > LONG_NAME,
        "about": say(card.subject.about, ABOUT),
        "period": period,
        "footer": f"{name} · {period} · figures of {shown_date(card.made_on)}",
        "pages": 1 if is_visit else 2,
        "score": _score(card),
        "sentence": say(card.headline.sentence, SENTENCE),
        "facts": _facts(card, say),
        "touchpoints_title": "Touchpoint by touchpoint",
        "touchpoints_change": bool(card.before and any(line.change for line in card.touchpoints)),
        "change_head": say(f"against {_briefly(card.before.name)}", 40) if card.before else "",
        "has_before": card.before is not None,
        "touchpoints": [_touchpoint(line, say) for line in card.touchpoints[:TOUCHPOINTS_AT_MOST]],
        "touchpoints_more": max(0, len(card.touchpoints) - TOUCHPOINTS_AT_MOST),
        "trend": lay_out_trend(card.trend, say) if card.trend and len(card.trend.points) > 1 else None,
        "lines_title": "Standard by standard",
        "lines": _visit_lines(card, say) if is_visit else [],
        "best_title": "What went best",
        "best": [_highlight(found, say, is_visit) for found in card.best[:3]],
        "worst_title": "What went worst",
        "worst": [_highlight(found, say, is_visit) for found in card.worst[:3]],
        "nothing": "Nothing to name here.",
        "photos": [_photo(file, line, say) for file, line in photos[:PHOTOS_AT_MOST]],
        "next_title": "What to do next",
        "next": [{"words": say(step.words, 200), "aid": say(step.aid, 160)} for step in card.next_steps[:4]],
        "words_title": "In the shoppers’ own words",
        "words": [_quote(quote, say) for quote in card.impressions[:3]],
        "measured": [say(line, 260) for line in card.measured],
        "left_out": [say(line, SENTENCE) for line in card.left_out[:4]],
        **_all_failed(card, say),
        "standards_title": "Standard by standard",
        "standards_note": _standards_note(card),
        "standards_guess": min(max(0, (len(card.standards) - 12) // 3), 11),
        "standards": [] if is_visit else _standards(card, worst, say),
        "rivals_title": f"Against competitors, on the {card.common_standards} standards common to all",
        "rivals": [_rival(line, say) for line in card.rivals],
        "waits_title": "Waits",
        "waits": [_wait(line, say) for line in card.waits[:6]],
    }


def _score(card: Scorecard) -> dict[str, Any]:
    score = card.headline.score
    text, probably = shown_score(score.percent), shown_range(score)
    is_visit = card.subject.kind is SubjectKind.VISIT
    under = f"probably {probably}, from {shown_visits(score.visits)}" if probably else ""
    plain = "score of this one visit" if is_visit else f"score of {shown_visits(score.visits)}"
    return {
        **_place(score),
        "text": text,
        "under": under or plain,
        "says": f"Score {text} on a scale from 0 to 100" + (f", probably {probably}" if probably else ""),
        "failed": is_visit and card.headline.failed > 0,
        "badge": "failed",
    }


def _facts(card: Scorecard, say: Say) -> list[dict[str, str]]:
    facts = []
    if card.change and card.before:
        found = card.change
        facts.append((f"Against {card.before.name}", _difference(card.headline.score, found, scores=True)))
    facts.append(("Coverage", shown_share(card.headline.coverage_percent)))
    if card.subject.kind is SubjectKind.VISIT:
        facts.append(("No-nos missed", str(sum(len(visit.no_nos) for visit in card.failed_visits))))
        judged = [line for line in card.standards if line.rate.visits]
        met = sum(line.rate.percent == 100 for line in judged)
        facts.append(("Standards met", f"{met} of {len(judged)}"))
        if not card.headline.is_complete:
            facts.append(("Incomplete", "covers too little to be compared"))
    else:
        facts.append(("No-nos", shown_failed(card)))
        if card.headline.incomplete:
            facts.append(("Left out", f"{shown_visits(card.headline.incomplete)}, incomplete"))
    for rival in card.rivals[: 4 - len(facts)]:
        facts.append(
            (f"Against {rival.name}", _difference(rival.own, rival.lead, scores=True, other=rival.score))
        )
    return [{"label": say(label, 44), "text": say(text, 60)} for label, text in facts]


def _difference(
    own: Estimate, found: Change | Lead | None, *, scores: bool, other: Estimate | None = None
) -> str:
    if found is None:
        return "nothing to compare"
    then = found.before if isinstance(found, Change) else other
    assert then is not None
    return f"{shown_points(own, then, scores=scores)}, {shown_sureness(found)}"


def _touchpoint(line: TouchpointLine, say: Say) -> dict[str, Any]:
    changed = line.change and shown_points(line.score, line.change.before, scores=True)
    return {
        **_place(line.score),
        "name": say(line.name, 40),
        "note": "weakest" if line.is_weakest else "",
        "text": shown_score(line.score.percent),
        "range": shown_range(line.score),
        "change": changed or "",
        "sure": shown_sureness(line.change),
    }


def _visit_lines(card: Scorecard, say: Say) -> list[dict[str, Any]]:
    ranks = _ranks(
        card.standards, lambda line: (line.rate.percent != 0 or not line.rate.visits, not line.no_no)
    )
    return [
        {
            "rank": rank,
            "verdict": line.verdict.value if line.verdict else None,
            "statement": say(line.statement, STATEMENT),
            "target": _target(line, say),
            "found": say(shown_standard(line), 44),
        }
        for line, rank in zip(card.standards, ranks, strict=True)
    ]


def _standards(card: Scorecard, worst: set[str], say: Say) -> list[dict[str, Any]]:
    ranks = _ranks(card.standards, lambda line: (not line.no_no, _percent(line.rate)))
    # Side by side with three others there is less room for the words.
    brief = 58 if len(card.rivals) + bool(card.before) < 3 else 40
    groups = list(dict.fromkeys(line.touchpoint for line in card.standards))
    lines = [
        {
            **_place(line.rate),
            "rank": rank,
            "touchpoint": say(line.touchpoint, 60),
            "statement": say(line.statement, STATEMENT),
            "brief": say(line.statement, brief),
            "target": _target(line, say),
            "no_no": line.no_no,
            "is_low": line.code in worst,
            "text": shown_standard(line),
            "visits": f"{line.rate.visits:,}",
            "range": _range_of(line),
            "change": _points(
                line.rate, line.change.before if line.change else None, line.change, scores=False
            ),
            "rivals": [_points(line.rate, rival.rate, rival.lead, scores=False) for rival in line.rivals]
            or [_points(line.rate, None, None, scores=False) for _ in card.rivals],
        }
        for line, rank in zip(card.standards, ranks, strict=True)
    ]
    # Those of one touchpoint together, in the order in which a customer meets the first of them.
    order = sorted(range(len(lines)), key=lambda at: groups.index(card.standards[at].touchpoint))
    return [lines[at] for at in order]


def _target(line: StandardLine, say: Say) -> str:
    # That a yes is wanted goes without saying.
    return "" if line.measure is Measure.YES_NO else say(line.target, 40)


def _range_of(line: StandardLine) -> str:
    if line.up_to_percent is not None:
        return f"missed in up to {shown_share(line.up_to_percent)}"
    return shown_range(line.rate)


def _points(
    own: Estimate, other: Estimate | None, found: Change | Lead | None, *, scores: bool
) -> dict[str, Any]:
    if found is None or other is None:
        return {"points": "", "sure": "", "is_up": False}
    return {
        "points": shown_points(own, other, scores=scores),
        "sure": shown_sureness(found),
        "is_up": found.points > 0,
    }


def _rival(line: RivalLine, say: Say) -> dict[str, Any]:
    return {
        **_place(line.score),
        "name": say(line.name, 40),
        "head": say(f"against {line.name}", 30),
        "where": say(line.where, 60),
        "text": shown_score(line.score.percent),
        "range": shown_range(line.score),
        "own": shown_score(line.own.percent),
        "sentence": say(line.lead.sentence, SENTENCE) if line.lead else "Too few visits to compare.",
    }


def _wait(line: WaitLine, say: Say) -> dict[str, Any]:
    by_target = line.by_target or Estimate(0)
    return {
        **_place(by_target),
        "statement": say(line.statement, 80),
        "target": say(line.target, 40),
        "text": shown_share(by_target.percent),
        "range": shown_range(by_target),
        "sentence": say(line.sentence, SENTENCE),
    }


def _highlight(found: Highlight, say: Say, is_visit: bool) -> dict[str, Any]:
    counted = "" if is_visit else f" · {shown_visits(found.rate.visits)}"
    return {
        "statement": say(found.statement, STATEMENT),
        "short": say(found.statement, 90),
        "figure": shown_verdict(found.verdict) if is_visit else shown_share(found.rate.percent),
        "detail": f"{say(found.touchpoint, 40)}{counted}",
        "quotes": [_quote(quote, say) for quote in found.quotes[:2]],
    }


def _quote(quote: Quote, say: Say) -> dict[str, str]:
    return {
        # The page puts its own marks around them.
        "words": say(quote.words.strip().strip('"“”„'), WORDS),
        "source": f"{say(quote.channel, 40)}, {shown_date(quote.visited_on)}",
    }


def _photo(file: str, line: PhotoLine, say: Say) -> dict[str, Any]:
    verdict = line.verdict.value if line.verdict else None
    said = say(line.caption, CAPTION) or shown_date(line.visited_on)
    return {
        "file": file,
        # It is never empty: PDF/UA refuses the whole page then.
        "alt": say(line.alt, 200) or "Photo of the visit",
        "caption": f"{shown_verdict(line.verdict).capitalize()}. {said}" if verdict else said,
        "verdict": verdict,
    }


def _all_failed(card: Scorecard, say: Say) -> dict[str, Any]:
    if card.subject.kind is SubjectKind.VISIT:
        missed = [statement for visit in card.failed_visits for statement in visit.no_nos]
        return {
            "failed_title": "No-no missed" if len(missed) == 1 else "No-nos missed",
            "failed": [
                {"when": "", "what": say(statement, STATEMENT)} for statement in missed[:FAILED_AT_MOST]
            ],
            "failed_not_listed": max(0, len(missed) - FAILED_AT_MOST),
        }
    return {
        "failed_title": "Visits that missed a no-no",
        "failed": [_failed(visit, say) for visit in card.failed_visits[:FAILED_AT_MOST]],
        "failed_not_listed": card.failed_not_listed + max(0, len(card.failed_visits) - FAILED_AT_MOST),
    }


def _failed(visit: FailedVisit, say: Say) -> dict[str, str]:
    day = shown_date(visit.visited_on)
    missed = "; ".join(say(statement, 80) for statement in visit.no_nos[:3])
    more = f" and {len(visit.no_nos) - 3} more" if len(visit.no_nos) > 3 else ""
    return {
        "when": f"{day}, {visit.part_of_day.value}" if visit.part_of_day else day,
        "what": f"{say(visit.channel, 50)}, score {shown_score(visit.score_percent)}: {missed}{more}",
    }


def _standards_note(card: Scorecard) -> str:
    said = "Met: the share of visits that judged it; the bar shows where it probably lies (95 %)."
    if card.before or card.rivals:
        said += " A difference is real, leaning, or too early to say; nothing is said of a dash."
    return said


def _place(found: Estimate) -> dict[str, float | None]:
    """Give where a figure lies, within the scale: a wide interval may reach beyond it."""
    return {
        "percent": _within(found.percent),
        "low": _within(found.low) if found.high is not None else None,
        "high": _within(found.high) if found.low is not None else None,
    }


def _within(percent: float | None) -> float | None:
    return None if percent is None else min(max(percent, 0), 100)


def _percent(found: Estimate) -> float:
    return 101 if found.percent is None else found.percent


def _ranks(lines: Sequence[StandardLine], key: Callable[[StandardLine], Any]) -> list[int]:
    """Rank lines by how much they tell, the first being the last to go when a page is full."""
    order = sorted(range(len(lines)), key=lambda at: key(lines[at]))
    ranks = [0] * len(lines)
    for rank, at in enumerate(order):
        ranks[at] = rank
    return ranks


def _briefly(period: str) -> str:
    """Shorten the months of a period that a narrow column would cut off: `2 Jan 2023 to 31 Dec 2024`."""
    if len(period) <= NARROW:
        return period
    return " ".join(word[:3] if word in month_name else word for word in period.split())
