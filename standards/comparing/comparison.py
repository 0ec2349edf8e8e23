"""A comparison: complete visits as columns, who is set beside whom, and what every section starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from standards.comparing.columns import NO_VERDICT, VERDICT_MET, VERDICT_MISSED, VisitColumns
from standards.comparing.figures import Behind, Lead, Note
from standards.comparing.leads import leads_of, score_gap
from standards.comparing.scores import ScoreSpread, spreads_by
from standards.comparing.shopper_visits import ShopperVisits, visits_by_shopper
from standards.comparing.sureness import Thresholds
from standards.editions import Edition, Kind
from standards.measuring import Verdict
from standards.visits import Brand, Channel

Places = NDArray[np.intp]

_KINDS = tuple(Kind)
_NO_SCORES = ScoreSpread(0, None, None)
_JUDGED = {Verdict.MET: VERDICT_MET, Verdict.MISSED: VERDICT_MISSED}


@dataclass(frozen=True)
class Names:
    """
    What the numbers in the columns stand for.

    `brands` are those shown, our own first; one without a visit still gets a row that says so. `channels` are
    by id, at least those of the visits. `editions` are the published ones of the set, for breaks and edition
    changes; `notes` are one's own, for the time line.
    """

    brands: Sequence[Brand]
    channels: Mapping[int, Channel]
    editions: Sequence[Edition] = ()
    notes: Sequence[Note] = ()


@dataclass(frozen=True, eq=False)
class Comparison:
    """
    Visits with their names, our own brand, and the competitor set beside it (the best one unless chosen).

    Each section of the page is a function of it (`short_answer`, `compare_brands`, …), so that a page pays
    only for the sections it shows; what they share is worked out once, when it is first asked for.
    """

    columns: VisitColumns
    names: Names
    against_id: int | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)

    @cached_property
    def own(self) -> Brand | None:
        """Our own brand, where it is among those shown."""
        return next((brand for brand in self.names.brands if brand.is_own), None)

    @cached_property
    def rivals(self) -> tuple[Brand, ...]:
        """The competitors shown."""
        return tuple(brand for brand in self.names.brands if not brand.is_own)

    @cached_property
    def rival(self) -> Brand | None:
        """
        The competitor set beside our own brand.

        The one chosen; else the one with the highest mean score among those with enough visits, because a
        brand seen once or twice never leads; else the one with most visits. None where none was visited.
        """
        visited = [brand for brand in self.rivals if self.spread_of(brand).visits]
        if self.against_id is not None:
            return next((brand for brand in visited if brand.id == self.against_id), None)
        enough = [b for b in visited if self.spread_of(b).visits >= self.thresholds.enough_visits]
        if enough:
            return max(enough, key=lambda brand: self.spread_of(brand).mean or 0.0)
        return max(visited, key=lambda brand: self.spread_of(brand).visits, default=None)

    @cached_property
    def percents(self) -> NDArray[np.float64]:
        """Each visit's score, 0–100."""
        return self.columns.percents

    @cached_property
    def brand_at(self) -> NDArray[np.intp]:
        """Each visit's brand, by its place in `names.brands`; past the last where it is not shown."""
        brands = self.names.brands
        return _translated(self.columns.brand_ids, {b.id: at for at, b in enumerate(brands)}, len(brands))

    @cached_property
    def kind_at(self) -> NDArray[np.intp]:
        """Each visit's kind of channel, by its place in `Kind`."""
        by_id = {number: _KINDS.index(channel.kind) for number, channel in self.names.channels.items()}
        return _translated(self.columns.channel_ids, by_id, len(_KINDS))

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of channel visited, in the order in which kinds are always named."""
        seen = np.bincount(self.kind_at, minlength=len(_KINDS))
        return tuple(kind for kind, visits in zip(_KINDS, seen, strict=False) if visits)

    def spread_of(self, brand: Brand, kind: Kind | None = None) -> ScoreSpread:
        """Return number, mean and variance of a brand's visit scores, of one kind of channel or of all."""
        if kind is None or self.kinds == (kind,):
            return self._spreads.get(brand.id, _NO_SCORES)
        return self._spreads_by_kind.get((brand.id, kind), _NO_SCORES)

    @cached_property
    def _spreads(self) -> dict[int, ScoreSpread]:
        brands = self.names.brands
        found = spreads_by(self.brand_at, self.percents, len(brands) + 1)
        return {brand.id: spread for brand, spread in zip(brands, found, strict=False)}

    @cached_property
    def _spreads_by_kind(self) -> dict[tuple[int, Kind], ScoreSpread]:
        brands, width = self.names.brands, len(_KINDS) + 1
        found = spreads_by(self.brand_at * width + self.kind_at, self.percents, (len(brands) + 1) * width)
        return {
            (brand.id, kind): found[at * width + kind_place]
            for at, brand in enumerate(brands)
            for kind_place, kind in enumerate(_KINDS)
        }

    @cached_property
    def edition_range(self) -> tuple[int, int] | None:
        """The oldest and the newest edition the visits were made with; None without a visit."""
        numbers = self.columns.edition_numbers
        return (int(numbers.min()), int(numbers.max())) if len(numbers) else None

    @cached_property
    def touchpoints(self) -> dict[str, list[int]]:
        """The columns of each touchpoint's standards, in the order in which a customer meets them."""
        grouped: dict[str, list[int]] = {}
        for at, compared in enumerate(self.columns.standards):
            grouped.setdefault(compared.standard.touchpoint, []).append(at)
        return grouped

    @cached_property
    def leads(self) -> dict[int, Lead | None]:
        """
        Our own brand against each one shown, by mean score, corrected for asking about all at once.

        None for our own, for one without a visit, and where no standard is asked of both.
        """
        own = self.own
        gaps = [
            score_gap(own, brand, self.spread_of(own), self.spread_of(brand))
            if own and brand.id != own.id and self.have_a_common_standard(own, brand)
            else None
            for brand in self.names.brands
        ]
        found = leads_of(gaps, self.thresholds)
        return {brand.id: lead for brand, lead in zip(self.names.brands, found, strict=True)}

    def have_a_common_standard(self, one: Brand, other: Brand) -> bool:
        """Say whether any standard is asked of both brands in the kinds of channel visited of each."""
        if len(self.kinds) < 2 or any(not compared.standard.kinds for compared in self.columns.standards):
            return True
        visited = [{kind for kind in self.kinds if self.spread_of(b, kind).visits} for b in (one, other)]
        asked = (compared.standard.kinds for compared in self.columns.standards)
        return any(all(kinds & seen for seen in visited) for kinds in asked)

    def values_of(self, column: int | None) -> NDArray[np.float64]:
        """
        Return each visit's score (0–100), or of one standard 100 for met and 0 for missed; NaN for neither.

        Args:
            column: the standard's place in `VisitColumns.standards`; else the score.
        """
        if column is None:
            return self.percents
        verdicts = self.columns.verdicts[:, column]
        return np.where(verdicts == NO_VERDICT, np.nan, 100.0 * verdicts)

    def places_of(self, brand: Brand) -> Places:
        """Return where a brand's visits stand in the columns, oldest first."""
        found = self._places.get(brand.id)
        if found is None:
            found = self._places[brand.id] = np.flatnonzero(self.columns.brand_ids == brand.id)
        return found

    def verdicts_of(self, brand: Brand) -> NDArray[np.int8]:
        """Return the verdicts of a brand's visits, a row a visit."""
        found = self._verdicts.get(brand.id)
        if found is None:
            found = self._verdicts[brand.id] = self.columns.verdicts[self.places_of(brand)]
        return found

    def touchpoint_percents(self, brand: Brand) -> NDArray[np.float64]:
        """
        Return the share of each touchpoint's points that each visit to a brand earned, in percent.

        A row a visit, a column a touchpoint in the order of `touchpoints`; NaN where none of its standards
        was met or missed. Weights are those of the newest edition.
        """
        found = self._touchpoint_percents.get(brand.id)
        if found is None:
            # Added up column by column: a product of matrices is shared out among processors, and on a busy
            # machine each waits for the other.
            verdicts = np.ascontiguousarray(self.verdicts_of(brand).T)
            points, possible = np.zeros((2, len(self.touchpoints), verdicts.shape[1]))
            for touchpoint, places in enumerate(self.touchpoints.values()):
                for at in places:
                    weight = self.columns.standards[at].standard.weight
                    possible[touchpoint] += weight * (verdicts[at] != NO_VERDICT)
                    points[touchpoint] += weight * (verdicts[at] == VERDICT_MET)
            with np.errstate(invalid="ignore"):
                found = self._touchpoint_percents[brand.id] = (100 * points / possible).T
        return found

    @cached_property
    def scores_by_shopper(self) -> ShopperVisits:
        """The visits' scores by brand and shopper, for adjusting; no shopper leaves it."""
        return visits_by_shopper(self.columns.brand_ids, self.columns.shopper_ids, self.percents)

    @cached_property
    def _places(self) -> dict[int, Places]:
        return {}

    @cached_property
    def _verdicts(self) -> dict[int, NDArray[np.int8]]:
        return {}

    @cached_property
    def _touchpoint_percents(self) -> dict[int, NDArray[np.float64]]:
        return {}


def visits_behind(comparison: Comparison, behind: Behind) -> Places:
    """Return where the visits behind a figure stand in the columns, the newest first."""
    columns = comparison.columns
    chosen = np.ones(len(columns), dtype=np.bool_)
    if behind.brand_id is not None:
        chosen &= columns.brand_ids == behind.brand_id
    if behind.channel_id is not None:
        chosen &= columns.channel_ids == behind.channel_id
    if behind.kind is not None:
        chosen &= comparison.kind_at == _KINDS.index(behind.kind)
    if behind.since is not None:
        chosen &= columns.visited_on >= np.datetime64(behind.since, "D")
    if behind.until is not None:
        chosen &= columns.visited_on <= np.datetime64(behind.until, "D")
    if behind.failed:
        chosen &= columns.failed
    places: Places = np.flatnonzero(chosen)[::-1]
    asked = [
        at
        for at, compared in enumerate(columns.standards)
        if behind.code in (None, compared.code)
        and behind.measure in (None, compared.measure)
        and behind.touchpoint in (None, compared.standard.touchpoint)
    ]
    if behind.code is None and behind.touchpoint is None and behind.verdict is None:
        return places
    verdicts = columns.verdicts[places][:, asked]
    wanted = verdicts != NO_VERDICT if behind.verdict is None else verdicts == _JUDGED[behind.verdict]
    found: Places = places[wanted.any(axis=1)]
    return found


def _translated(ids: NDArray[np.int32], table: Mapping[int, int], otherwise: int) -> NDArray[np.intp]:
    """Translate ids by a table; one that is not in it becomes `otherwise`."""
    top = int(ids.max(initial=0))
    translated = np.full(top + 1, otherwise, dtype=np.intp)
    for known, to in table.items():
        if known <= top:
            translated[known] = to
    return translated[ids]
