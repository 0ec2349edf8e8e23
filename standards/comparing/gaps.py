"""Standard by standard: our own brand against one competitor, the surest gap first, and no-nos apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from standards.changes import HistoryBreak, history_breaks
from standards.comparing.columns import NO_VERDICT, VERDICT_MET, ComparedStandard
from standards.comparing.comparison import Comparison
from standards.comparing.figures import NOTHING_SEEN, Behind, Estimate, Lead
from standards.comparing.leads import SHARE_DECIMALS, Gap, in_percent, leads_of, share_estimate, share_gap
from standards.comparing.pooling import PooledRate, pooled_difference, pooled_met_rate
from standards.comparing.scores import ScoreSpread, spread_of
from standards.comparing.sentences import say_count, say_no_no, say_share_of
from standards.comparing.shares import upper_bound_unseen
from standards.comparing.sureness import Sureness, Thresholds, visits_to_settle_means
from standards.editions import Standard
from standards.measuring import Verdict
from standards.visits import Brand


@dataclass(frozen=True)
class StandardRow:
    """
    One standard: met-rates of both brands, and the gap between them where both were judged.

    `column` is its place in `VisitColumns.standards`; `breaks` says where met before and met after are not
    the same.
    """

    column: int
    standard: Standard
    own: Estimate
    other: Estimate
    lead: Lead | None
    behind_own: Behind | None
    behind_other: Behind | None
    breaks: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class NoNoSeen:
    """
    How often one brand missed one no-no.

    `rate` is the share of visits in which it was missed. `up_to_percent` is how high that share could still
    be where it was never seen (95 %, one-sided); None where it was seen, or never looked for.
    """

    brand: Brand
    missed: int
    rate: Estimate
    up_to_percent: float | None
    behind: Behind
    sentence: str


@dataclass(frozen=True)
class NoNoRow:
    """One no-no: how often each of the two brands missed it."""

    column: int
    standard: Standard
    seen: tuple[NoNoSeen, ...]
    lead: Lead | None


@dataclass(frozen=True)
class StandardRows:
    """
    Our own brand against one competitor, standard by standard.

    `rows` have the surest gap first and hold no no-nos; `own`, `other` and `lead` pool all standards, with
    visits as the unit. `tested` is how many gaps were tested at once and corrected for.
    """

    own_brand: Brand | None
    other_brand: Brand | None
    rows: tuple[StandardRow, ...]
    no_nos: tuple[NoNoRow, ...]
    own: Estimate
    other: Estimate
    lead: Lead | None
    tested: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Side:
    """One brand's verdicts counted: by standard, and by visit."""

    brand: Brand
    met: list[int]
    judged: list[int]
    pooled: PooledRate | None
    by_visit: ScoreSpread


def compare_standards(comparison: Comparison) -> StandardRows:
    """
    Set our own brand beside the competitor, one row a standard, the surest gap first.

    All gaps, those of no-nos too, are corrected for being asked about at once; the pooled met-rate is one
    question more, asked by itself.
    """
    own, other = (_side(comparison, brand) for brand in (comparison.own, comparison.rival))
    columns = comparison.columns.standards
    leads = leads_of([_gap(own, other, at) for at in range(len(columns))], comparison.thresholds)
    rows, no_nos = [], []
    for at, (compared, lead) in enumerate(zip(columns, leads, strict=True)):
        if compared.standard.no_no:
            seen = tuple(_seen(side, at, compared) for side in (own, other) if side)
            no_nos.append(NoNoRow(at, compared.standard, seen, lead))
        else:
            rows.append(_row(comparison, own, other, at, lead))
    rows = [row for row in rows if row.own.visits or row.other.visits]
    no_nos = [row for row in no_nos if any(seen.rate.visits for seen in row.seen)]
    tested = sum(lead is not None and lead.corrected_p_value is not None for lead in leads)
    rows.sort(key=_surest_first)
    return StandardRows(
        own_brand=own.brand if own else None,
        other_brand=other.brand if other else None,
        rows=tuple(rows),
        no_nos=tuple(no_nos),
        own=_pooled_estimate(own),
        other=_pooled_estimate(other),
        lead=leads_of([_pooled_gap(own, other)], comparison.thresholds)[0],
        tested=tested,
        sentences=_say(own, other, rows, no_nos, tested),
    )


def _side(comparison: Comparison, brand: Brand | None) -> _Side | None:
    if brand is None:
        return None
    verdicts = comparison.verdicts_of(brand)
    met, judged = verdicts == VERDICT_MET, verdicts != NO_VERDICT
    met_by_visit, judged_by_visit = met.sum(axis=1), judged.sum(axis=1)
    with np.errstate(invalid="ignore"):
        by_visit = spread_of(100 * met_by_visit / judged_by_visit)
    return _Side(
        brand,
        met.sum(axis=0).tolist(),
        judged.sum(axis=0).tolist(),
        pooled_met_rate(met_by_visit, judged_by_visit),
        by_visit,
    )


def _gap(own: _Side | None, other: _Side | None, at: int) -> Gap | None:
    if own is None or other is None:
        return None
    return share_gap(own.brand, other.brand, own.met[at], own.judged[at], other.met[at], other.judged[at])


def _pooled_gap(own: _Side | None, other: _Side | None) -> Gap | None:
    if own is None or other is None:
        return None
    difference = pooled_difference(own.pooled, other.pooled)
    if difference is None:
        return None

    def settle(thresholds: Thresholds) -> int | None:
        return visits_to_settle_means(own.by_visit, other.by_visit, thresholds=thresholds)

    figures = _pooled_estimate(own), _pooled_estimate(other)
    return Gap(own.brand, other.brand, *figures, in_percent(difference), settle, SHARE_DECIMALS)


def _pooled_estimate(side: _Side | None) -> Estimate:
    if side is None or side.pooled is None:
        return NOTHING_SEEN
    found = side.pooled
    return Estimate(found.visits, 100 * found.rate, 100 * found.interval.low, 100 * found.interval.high)


def _row(
    comparison: Comparison, own: _Side | None, other: _Side | None, at: int, lead: Lead | None
) -> StandardRow:
    compared = comparison.columns.standards[at]
    figures = [
        share_estimate(side.met[at], side.judged[at]) if side else NOTHING_SEEN for side in (own, other)
    ]
    behind = [
        Behind(side.brand.id, code=compared.code, measure=compared.measure) if side else None
        for side in (own, other)
    ]
    return StandardRow(
        column=at,
        standard=compared.standard,
        own=figures[0],
        other=figures[1],
        lead=lead,
        behind_own=behind[0],
        behind_other=behind[1],
        breaks=tuple(say_break(found) for found in breaks_of(comparison, compared)),
        sentence=_say_row(own, other, figures, lead),
    )


def _seen(side: _Side, at: int, compared: ComparedStandard) -> NoNoSeen:
    visits, missed = side.judged[at], side.judged[at] - side.met[at]
    rate = share_estimate(missed, visits)
    up_to = 100 * upper_bound_unseen(visits) if visits and not missed else None
    return NoNoSeen(
        brand=side.brand,
        missed=missed,
        rate=rate,
        up_to_percent=up_to,
        behind=Behind(
            side.brand.id,
            code=compared.code,
            measure=compared.measure,
            verdict=Verdict.MISSED if missed else None,
        ),
        sentence=say_no_no(side.brand.name, missed, rate, up_to),
    )


def breaks_of(comparison: Comparison, compared: ComparedStandard) -> tuple[HistoryBreak, ...]:
    """Return where a standard's history is broken within the editions of the visits compared."""
    numbers = comparison.edition_range
    if numbers is None:
        return ()
    return tuple(
        found
        for found in history_breaks(comparison.names.editions, compared.code)
        if numbers[0] < found.edition_number <= numbers[1] and found.measure is compared.measure
    )


def say_break(found: HistoryBreak) -> str:
    """Say from which edition on a standard is another one, and how."""
    change = found.change
    return f"from edition {found.edition_number} ({change.kind}: {change.before} → {change.after})"


def _surest_first(row: StandardRow) -> tuple[float, float, float]:
    """Order by how sure the gap is, then by how wide; where there is none, by what we miss most."""
    lead = row.lead
    if lead is None:
        return inf, inf, row.own.percent if row.own.percent is not None else inf
    chance = inf if lead.corrected_p_value is None else lead.corrected_p_value
    return chance, inf if lead.p_value is None else lead.p_value, -abs(lead.points)


def _say_row(own: _Side | None, other: _Side | None, figures: Sequence[Estimate], lead: Lead | None) -> str:
    said = [
        say_share_of(side.brand.name, figure)
        for side, figure in zip((own, other), figures, strict=True)
        if side
    ]
    return f"{'; '.join(said)}. {lead.sentence if lead else ''}".strip()


def _say(
    own: _Side | None,
    other: _Side | None,
    rows: Sequence[StandardRow],
    no_nos: Sequence[NoNoRow],
    tested: int,
) -> tuple[str, ...]:
    if not rows and not no_nos:
        return ("No standard common to all brands was met or missed in these visits.",)
    said = [_say_extremes(own), _say_extremes(other)]
    if own and other:
        said += _say_together(own, other, rows, no_nos, tested)
    return tuple(sentence for sentence in said if sentence)


def _say_extremes(side: _Side | None) -> str:
    if side is None or side.pooled is None:
        return ""
    if side.pooled.rate == 1:
        return f"{side.brand.name} met everything that was judged."
    return f"{side.brand.name} missed everything that was judged." if side.pooled.rate == 0 else ""


def _say_together(
    own: _Side, other: _Side, rows: Sequence[StandardRow], no_nos: Sequence[NoNoRow], tested: int
) -> list[str]:
    names = f"{own.brand.name} and {other.brand.name}"
    leads = [lead for lead in (*(row.lead for row in rows), *(row.lead for row in no_nos)) if lead]
    if not leads:
        return [f"No standard was judged at both {names}."]
    real = [lead for lead in leads if lead.sureness is Sureness.REAL and lead.leader_id]
    ahead = sum(lead.leader_id == own.brand.id for lead in real)
    said = [f"{names} were both judged on {say_count(len(leads), 'standard')}."]
    if real and 0 < ahead < len(real):
        sides = f"{own.brand.name} is ahead on {ahead} and behind on {len(real) - ahead}"
        said.append(f"The gap is real on {len(real)} of them: {sides}.")
    elif real:
        leader = own.brand.name if ahead else other.brand.name
        said.append(f"The gap is real on {len(real)} of them: {leader} is ahead there.")
    else:
        said.append("On none of them is the gap real so far.")
    if tested > 1:
        said.append(f"{tested} gaps were tested at once; the words allow for that.")
    return said
