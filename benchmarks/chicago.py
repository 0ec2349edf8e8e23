"""
Starbucks beside each competitor, raw and adjusted: `python -m benchmarks.chicago [FOLDER] [--into FILE]`.

FOLDER holds the real visits (visits.csv and standards.csv), which lie beside the project and not in it. What
comes out stands in docs/chicago_differences.md.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from standards.comparing.columns import UNKNOWN_SHOPPER
from standards.comparing.severity import AdjustedDifference, score_difference_of, share_difference_of
from standards.comparing.severity_words import say_adjusted
from standards.comparing.shares import Difference
from standards.comparing.shopper_visits import ShopperVisits, visits_by_shopper
from standards.editions import Edition
from standards.scoring import score_visit
from standards.standard_files import read_standards_file
from standards.visit_files import Known, read_visits_file

PROJECT = Path(__file__).parents[1]
DATA = PROJECT.parent / "shared/data/chicago"
TABLE = PROJECT / "docs/chicago_differences.md"
OWN = "Starbucks"

_HEAD = f"""# {OWN} beside each competitor, raw and adjusted for who visited

1,001 unannounced visits to six chains in Chicago, 2011 to 2013. The shoppers are six groups of sanitarians,
who differ a great deal in how often they record a critical violation. Differences are {OWN} minus the
competitor in points of percent with 95 % intervals: of the mean score (above 0, {OWN} scores higher), and of
the share of visits failed by a no-no (below 0, {OWN} fails less often). Raw: Welch and Newcombe. Adjusted: as
if the same groups had visited both; wider where groups disagree about the gap by more than chance. Worth: how
many visits to each chain by one and the same group would tell as much.

Made by `python -m benchmarks.chicago`.

| competitor | visits | | raw | adjusted | worth | |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, eq=False)
class ChicagoVisits:
    """The visits by brand and group of shoppers, by score and by failing; a brand's id is its place."""

    brands: tuple[str, ...]
    scores: ShopperVisits
    failed: ShopperVisits

    def id_of(self, brand: str) -> int:
        """Return a brand's id."""
        return self.brands.index(brand)


def chicago_visits(folder: Path) -> ChicagoVisits:
    """Read and score the visits by the same rules as an import does."""
    now = datetime.now(UTC)
    standards = read_standards_file((folder / "standards.csv").read_bytes()).standards
    edition = Edition(id=1, set_id=1, set_name="Chicago", number=1, standards=standards, published_at=now)
    visits = read_visits_file((folder / "visits.csv").read_bytes(), edition, Known(OWN), now.date()).visits
    scores = [score_visit(visit.observations, edition.by_code()) for visit in visits]
    brands = sorted({visit.head.brand for visit in visits})
    shoppers = sorted({visit.head.shopper for visit in visits if visit.head.shopper})
    brand_ids = np.array([brands.index(visit.head.brand) for visit in visits])
    shopper_ids = np.array(
        [shoppers.index(v.head.shopper) + 1 if v.head.shopper else UNKNOWN_SHOPPER for v in visits]
    )
    percents = np.array([np.nan if score.percent is None else score.percent for score in scores])
    return ChicagoVisits(
        tuple(brands),
        visits_by_shopper(brand_ids, shopper_ids, percents),
        visits_by_shopper(brand_ids, shopper_ids, np.array([score.failed for score in scores])),
    )


def chicago_table(visits: ChicagoVisits) -> str:
    """Return the table as Markdown."""
    return _HEAD + "".join(_rows(visits))


def _rows(visits: ChicagoVisits) -> Iterator[str]:
    own = visits.id_of(OWN)
    for brand in visits.brands:
        if brand == OWN:
            continue
        other = visits.id_of(brand)
        counts = [visits.failed.count_of(place)[1] for place in (own, other)]
        score = score_difference_of(visits.scores, own, other)
        share = share_difference_of(visits.failed, own, other)
        yield _row([brand, f"{counts[0]}, {counts[1]}", "score"], score, brand)
        yield _row(["", "", "failed"], share, brand)


def _row(first: list[str], found: AdjustedDifference, brand: str) -> str:
    raw, adjusted = _figure(found.raw, found.full_scale), _figure(found.adjusted, found.full_scale)
    worth = f"{found.overlap.effective_visits:.0f}"
    cells = [*first, raw, adjusted, worth, say_adjusted(found, OWN, brand)]
    return f"| {' | '.join(cells)} |\n"


def _figure(difference: Difference | None, full_scale: float) -> str:
    if difference is None or difference.interval is None:
        return "–"
    interval = difference.interval
    points = [100 * value / full_scale for value in (difference.estimate, interval.low, interval.high)]
    # A minus sign as wide as a plus, and no minus before a zero.
    said = [f"{round(value, 1) + 0.0:+.1f}".replace("-", "−") for value in points]
    return f"{said[0]} ({said[1]} to {said[2]})"


def main() -> None:
    """Write the table and print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder", nargs="?", type=Path, default=DATA)
    arguments.add_argument("--into", type=Path, default=TABLE, help="the file to write")
    given = arguments.parse_args()
    if not (given.folder / "visits.csv").is_file():
        print(json.dumps({"skipped": f"no visits.csv and standards.csv in {given.folder}"}))
        return
    visits = chicago_visits(given.folder)
    given.into.write_text(chicago_table(visits), encoding="utf-8")
    counted = int(visits.failed.cells.visits.sum())
    print(json.dumps({"table": given.into.name, "visits": counted, "competitors": len(visits.brands) - 1}))


if __name__ == "__main__":
    main()
