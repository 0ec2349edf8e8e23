"""Brands: each one's score with its interval, by kind of channel, and how our own stands against it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standards.comparing.columns import UNKNOWN_SHOPPER
from standards.comparing.comparison import Comparison
from standards.comparing.figures import Behind, Estimate, Lead
from standards.comparing.leads import leads_of, score_estimate, score_gap
from standards.comparing.sentences import (
    say_count,
    say_list,
    say_score_of,
    say_thin,
    say_too_few_brands,
    say_visits,
)
from standards.editions import Kind
from standards.visits import Brand

# Whose decision: where a quarter of the visits would have to move to another kind, all of them together
# compare kinds rather than brands (this project).
_MIXED = 0.25


@dataclass(frozen=True)
class KindScore:
    """One brand's score in one kind of channel; `lead` is our own against it there."""

    kind: Kind
    score: Estimate
    lead: Lead | None
    behind: Behind


@dataclass(frozen=True)
class BrandRow:
    """
    One brand: the mean of its visits' scores, and how many of its visits failed by a no-no.

    `lead` is our own brand against this one; None for our own, and where one of the two has no visit.
    `by_kind` holds the kinds in which anybody was visited, in one order for all brands.
    """

    brand: Brand
    score: Estimate
    failed: int
    lead: Lead | None
    by_kind: tuple[KindScore, ...]
    behind: Behind
    behind_failed: Behind
    sentence: str


@dataclass(frozen=True)
class BrandRows:
    """The brands in the order given, our own first; `sentences` say what all of them together say."""

    rows: tuple[BrandRow, ...]
    kinds: tuple[Kind, ...]
    sentences: tuple[str, ...]


def compare_brands(comparison: Comparison) -> BrandRows:
    """
    Return each brand's score with its interval, in all and by kind of channel.

    Our own brand is set beside every competitor at once, and beside each in every kind at once; both
    families of gaps are corrected for how many they are.
    """
    brands, kinds = tuple(comparison.names.brands), comparison.kinds
    kind_leads = _kind_leads(comparison)
    failed = np.bincount(comparison.brand_at[comparison.columns.failed], minlength=len(brands) + 1)
    rows = tuple(
        _row(
            comparison,
            brand,
            int(failed[at]),
            comparison.leads[brand.id],
            {kind: kind_leads[brand, kind] for kind in kinds},
        )
        for at, brand in enumerate(brands)
    )
    return BrandRows(rows, kinds, _say(comparison, rows))


def _kind_leads(comparison: Comparison) -> dict[tuple[Brand, Kind], Lead | None]:
    own = comparison.own
    cells = [(brand, kind) for brand in comparison.names.brands for kind in comparison.kinds]
    if len(comparison.kinds) == 1:
        return {(brand, kind): comparison.leads[brand.id] for brand, kind in cells}
    gaps = [
        score_gap(own, brand, comparison.spread_of(own, kind), comparison.spread_of(brand, kind))
        if own and brand.id != own.id
        else None
        for brand, kind in cells
    ]
    return dict(zip(cells, leads_of(gaps, comparison.thresholds), strict=True))


def _row(
    comparison: Comparison, brand: Brand, failed: int, lead: Lead | None, by_kind: Mapping[Kind, Lead | None]
) -> BrandRow:
    score = score_estimate(comparison.spread_of(brand))
    return BrandRow(
        brand=brand,
        score=score,
        failed=failed,
        lead=lead,
        by_kind=tuple(
            KindScore(
                kind, score_estimate(comparison.spread_of(brand, kind)), found, Behind(brand.id, kind=kind)
            )
            for kind, found in by_kind.items()
        ),
        behind=Behind(brand.id),
        behind_failed=Behind(brand.id, failed=True),
        sentence=_say_row(brand, score, failed),
    )


def _say_row(brand: Brand, score: Estimate, failed: int) -> str:
    said = f"{say_score_of(brand.name, score)}."
    if failed:
        said += f" {say_visits(failed)} failed by a no-no."
    return said


def _say(comparison: Comparison, rows: tuple[BrandRow, ...]) -> tuple[str, ...]:
    enough = comparison.thresholds.enough_visits
    visited = [row for row in rows if row.score.visits]
    too_few = say_too_few_brands([row.brand for row in visited])
    own_is_visited = any(row.brand.is_own for row in visited)
    thin = [(row.brand, row.score.visits) for row in visited if row.score.visits < enough]
    tested = sum(row.lead is not None for row in rows)
    # Where our own brand is missing, or all competitors are, that is said already.
    missing = [
        row.brand.name
        for row in rows
        if not row.score.visits and not (row.brand.is_own or (too_few and own_is_visited) or not visited)
    ]
    said = [
        too_few,
        f"No complete visit to {say_list(missing)} here." if missing else "",
        say_thin(thin, enough),
        _say_mixtures(comparison),
        say_one_shopper(comparison.columns.shopper_ids),
        f"{say_count(tested, 'competitor')} are set beside our own at once; the words allow for that."
        if tested > 1
        else "",
    ]
    return tuple(sentence for sentence in said if sentence)


def _say_mixtures(comparison: Comparison) -> str:
    """Say so where two brands were visited in very different kinds of channel."""
    own, rival, kinds = comparison.own, comparison.rival, comparison.kinds
    if own is None or rival is None or len(kinds) < 2:
        return ""
    shares = [
        np.array([comparison.spread_of(brand, kind).visits for kind in kinds], dtype=np.float64)
        for brand in (own, rival)
    ]
    if not all(visits.sum() for visits in shares):
        return ""
    apart = np.abs(shares[0] / shares[0].sum() - shares[1] / shares[1].sum()).sum() / 2
    if apart <= _MIXED:
        return ""
    return f"{own.name} and {rival.name} were visited in other kinds of channel: compare them kind by kind."


def say_one_shopper(shopper_ids: NDArray[np.int32]) -> str:
    """Say so where one shopper made every visit; empty where nobody or several are known."""
    if len(shopper_ids) < 2 or shopper_ids[0] == UNKNOWN_SHOPPER or (shopper_ids != shopper_ids[0]).any():
        return ""
    return (
        f"One shopper made all {say_visits(len(shopper_ids))}: another pair of eyes might see it otherwise."
    )
