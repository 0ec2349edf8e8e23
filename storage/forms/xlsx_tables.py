"""What a scorecard's workbook holds: the lines of its summary, and its tables, each a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from standards.comparing import Estimate, Lead
from standards.scorecards.shown import (
    shown_difference,
    shown_failed,
    shown_range,
    shown_score,
    shown_share,
    shown_standard,
    shown_sureness,
    shown_verdict,
    shown_visits,
)
from standards.scorecards.values import Change, Highlight, Scorecard, StandardLine
from storage.forms.xlsx_cells import Column, Formula, Held

Line = Sequence[tuple[Held, str]]


@dataclass(frozen=True)
class Table:
    """One sheet: its name, its columns and its rows."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Held, ...], ...]


def summary_of(card: Scorecard) -> list[Line]:
    """Return the first sheet's lines: what is read first, what to do, and how it was measured."""
    head = card.headline
    lines: list[Line] = [
        [(card.subject.name, "title")],
        [(card.subject.about, "text")],
        [(card.span.name, "text")],
        [],
        [("Score", "label"), (_share(head.score.percent), "big"), (head.sentence, "words")],
        [("As on the scorecard", "label"), (shown_score(head.score.percent), "text")],
        [("Probably", "label"), (shown_range(head.score), "text")],
        [("Visits", "label"), (head.score.visits, "whole")],
        [("Incomplete visits left out", "label"), (head.incomplete, "whole")],
        [("Coverage", "label"), (_share(head.coverage_percent), "percent")],
        [("Visits that failed", "label"), (head.failed, "whole"), (shown_failed(card), "text")],
    ]
    if head.score.visits:
        # The lines are counted from 1, as Excel counts them.
        share = Formula("=B11/B8", head.failed / head.score.visits)
        lines.append([("Share of visits that failed", "label"), (share, "percent")])
    if card.change and card.before:
        said = shown_difference(head.score, card.change.before, card.change, scores=True)
        lines.append(
            [(f"Against {card.before.name}", "label"), (said, "text"), (card.change.sentence, "words")]
        )
    for title, found in (("What went best", card.best), ("What went worst", card.worst)):
        lines += [[], [(title, "section")], *(_highlight_line(one) for one in found)]
    if card.next_steps:
        lines += [[], [("What to do next", "section")]]
        lines += [
            [(f"{number}.", "label"), ("", "text"), (f"{step.words} {step.aid}".strip(), "words")]
            for number, step in enumerate(card.next_steps, 1)
        ]
    lines += [[], [("How it was measured", "section")]]
    lines += [[("", "text"), ("", "text"), (said, "words")] for said in (*card.measured, *card.left_out)]
    return lines


def _highlight_line(found: Highlight) -> Line:
    said = shown_verdict(found.verdict) if found.verdict else shown_share(found.rate.percent)
    quoted = " ".join(f"“{quote.words}”" for quote in found.quotes)
    return [
        (found.touchpoint, "label"),
        (said, "text"),
        (f"{found.statement.rstrip('.')}. {quoted}".strip(), "words"),
    ]


def tables_of(card: Scorecard) -> list[Table]:
    """Return every table of a scorecard; one that holds nothing has no rows."""
    return [
        _touchpoints(card),
        _standards(card),
        _rivals(card),
        _by_rival(card),
        _trend(card),
        _waits(card),
        _failed(card),
        _quotes(card),
    ]


_ESTIMATE = (
    Column("As on the scorecard", "text", 14),
    Column("Probably from", "percent", 11),
    Column("Probably to", "percent", 11),
    Column("Visits", "whole", 8),
)
_CHANGE = (
    Column("Last period", "percent", 11),
    Column("Change, points", "points", 11),
    Column("How sure", "text", 16),
    Column("In words", "words", 70),
)


def _touchpoints(card: Scorecard) -> Table:
    columns = (Column("Touchpoint", "text", 24), Column("Score", "percent", 10), *_ESTIMATE, *_CHANGE)
    rows = [
        (
            line.name,
            _share(line.score.percent),
            *_estimate(line.score, shown_score(line.score.percent)),
            *_change(line.change, line.score, "B", "G", number),
        )
        for number, line in enumerate(card.touchpoints, 2)
    ]
    return Table("Touchpoints", columns, tuple(rows))


def _standards(card: Scorecard) -> Table:
    columns = (
        Column("Code", "text", 10),
        Column("Touchpoint", "text", 18),
        Column("Standard", "words", 60),
        Column("Target", "text", 18),
        Column("Weight", "number", 8),
        Column("No-no", "text", 7),
        Column("Asked of all brands", "text", 10),
        Column("Met", "percent", 9),
        *_ESTIMATE,
        *_CHANGE,
        Column("Missed at most (never seen)", "percent", 14),
        Column("Note", "words", 50),
    )
    rows = [_standard(line, number) for number, line in enumerate(card.standards, 2)]
    return Table("Standards", columns, tuple(rows))


def _standard(line: StandardLine, number: int) -> tuple[Held, ...]:
    return (
        line.code,
        line.touchpoint,
        line.statement,
        line.target,
        line.weight,
        "yes" if line.no_no else "no",
        "yes" if line.is_common else "no",
        _share(line.rate.percent),
        *_estimate(line.rate, shown_standard(line)),
        *_change(line.change, line.rate, "H", "M", number),
        _share(line.up_to_percent),
        line.note,
    )


def _rivals(card: Scorecard) -> Table:
    columns = (
        Column("Competitor", "text", 22),
        Column("Counted", "text", 28),
        Column("Our score", "percent", 10),
        Column("Their score", "percent", 11),
        *_ESTIMATE,
        Column("Ahead by, points", "points", 11),
        Column("How sure", "text", 16),
        Column("In words", "words", 70),
    )
    rows = [
        (
            line.name,
            line.where,
            _share(line.own.percent),
            _share(line.score.percent),
            *_estimate(line.score, shown_score(line.score.percent)),
            *_ahead(line.lead, line.own, line.score, f"C{number}", f"D{number}"),
        )
        for number, line in enumerate(card.rivals, 2)
    ]
    return Table("Competitors", columns, tuple(rows))


def _by_rival(card: Scorecard) -> Table:
    columns = (
        Column("Code", "text", 10),
        Column("Standard", "words", 60),
        Column("Competitor", "text", 22),
        Column("Ours met", "percent", 10),
        Column("Theirs met", "percent", 10),
        *_ESTIMATE,
        Column("Ahead by, points", "points", 11),
        Column("How sure", "text", 16),
        Column("In words", "words", 70),
    )
    pairs = [(line, rival) for line in card.standards for rival in line.rivals]
    rows = [
        (
            line.code,
            line.statement,
            rival.name,
            _share(line.rate.percent),
            _share(rival.rate.percent),
            *_estimate(rival.rate, shown_share(rival.rate.percent)),
            *_ahead(rival.lead, line.rate, rival.rate, f"D{number}", f"E{number}"),
        )
        for number, (line, rival) in enumerate(pairs, 2)
    ]
    return Table("By competitor", columns, tuple(rows))


def _trend(card: Scorecard) -> Table:
    columns = (
        Column("Period", "text", 16),
        Column("From", "date", 13),
        Column("To", "date", 13),
        Column("Score", "percent", 9),
        Column("As on the scorecard", "text", 14),
        Column("Visits", "whole", 8),
        Column("Usual mean", "percent", 11),
        Column("Usually from", "percent", 11),
        Column("Usually to", "percent", 11),
        Column("Signal", "words", 40),
    )
    if not card.trend:
        return Table("Trend", columns, ())
    rows: list[tuple[Held, ...]] = []
    for point in card.trend.points:
        within = next((it for it in card.trend.limits if it.since <= point.ends_on <= it.until), None)
        limits = (within.mean, within.lower, within.upper) if within else (None, None, None)
        rows.append(
            (
                point.name,
                point.starts_on,
                point.ends_on,
                _share(point.value.percent),
                shown_score(point.value.percent),
                point.value.visits,
                *(_share(limit) for limit in limits),
                point.signal,
            )
        )
    return Table("Trend", columns, tuple(rows))


def _waits(card: Scorecard) -> Table:
    columns = (
        Column("Code", "text", 10),
        Column("Wait", "words", 50),
        Column("Target", "text", 16),
        Column("Waits", "whole", 8),
        Column("By the target", "percent", 11),
        Column("As on the scorecard", "text", 14),
        Column("Probably from", "percent", 11),
        Column("Probably to", "percent", 11),
        Column("Not answered", "percent", 11),
        Column("within", "text", 12),
        Column("In words", "words", 70),
    )
    rows = [
        (
            line.code,
            line.statement,
            line.target,
            line.waits,
            _share(line.by_target.percent) if line.by_target else None,
            shown_share(line.by_target.percent if line.by_target else None),
            _share(line.by_target.low) if line.by_target else None,
            _share(line.by_target.high) if line.by_target else None,
            _share(line.never.percent) if line.never else None,
            line.never_within,
            line.sentence,
        )
        for line in card.waits
    ]
    return Table("Waits", columns, tuple(rows))


def _failed(card: Scorecard) -> Table:
    columns = (
        Column("Date", "date", 13),
        Column("Part of day", "text", 12),
        Column("Channel", "text", 28),
        Column("Score", "percent", 9),
        Column("As on the scorecard", "text", 14),
        Column("No-nos missed", "words", 90),
    )
    rows: list[tuple[Held, ...]] = [
        (
            visit.visited_on,
            visit.part_of_day.value if visit.part_of_day else None,
            visit.channel,
            _share(visit.score_percent),
            shown_score(visit.score_percent),
            "; ".join(visit.no_nos),
        )
        for visit in card.failed_visits
    ]
    if card.failed_not_listed:
        more = f"and {shown_visits(card.failed_not_listed)} more"
        rows.append((None, None, None, None, None, more))
    return Table("Failed visits", columns, tuple(rows))


def _quotes(card: Scorecard) -> Table:
    columns = (
        Column("About", "words", 50),
        Column("In the shopper’s own words", "words", 90),
        Column("Date", "date", 13),
        Column("Channel", "text", 28),
    )
    said = [(found.statement, quote) for found in (*card.best, *card.worst) for quote in found.quotes]
    said += [("the visit as a whole", quote) for quote in card.impressions]
    rows = [(about, quote.words, quote.visited_on, quote.channel) for about, quote in said]
    return Table("In their words", columns, tuple(rows))


def _share(percent: float | None) -> float | None:
    """Turn percent into what Excel shows as percent."""
    return None if percent is None else percent / 100


def _estimate(found: Estimate, shown: str) -> tuple[Held, ...]:
    return shown, _share(found.low), _share(found.high), found.visits


def _change(found: Change | None, now: Estimate, column: str, then: str, number: int) -> tuple[Held, ...]:
    if found is None:
        return None, None, None, None
    before = found.before
    return (_share(before.percent), *_ahead(found, now, before, f"{column}{number}", f"{then}{number}"))


def _ahead(
    found: Change | Lead | None, own: Estimate, other: Estimate, own_cell: str, other_cell: str
) -> tuple[Held, ...]:
    """Work the difference out anew in the sheet, so that it stays right when a figure is typed over."""
    if found is None or own.percent is None or other.percent is None:
        return None, None, None
    points = Formula(f"=({own_cell}-{other_cell})*100", own.percent - other.percent)
    return points, shown_sureness(found), found.sentence
