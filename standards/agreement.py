"""Agreement: whether colleagues who judge the same case by a standard come to the same verdict."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan, cos, fsum, pi, sin, sqrt
from statistics import NormalDist

from standards.comparing import CONFIDENCE, Interval
from standards.measuring import Verdict

# Source: Gwet, Handbook of Inter-Rater Reliability, 4th edition 2014, on benchmarking; below it
# Landis and Koch (1977) speak of "moderate" at best. Issue 4 sets it as the line for rewording.
ENOUGH_AGREEMENT = 0.6


@dataclass(frozen=True)
class Agreement:
    """Gwet's AC1 (−1…1) with its 95 % interval, from `observed` and `by_chance` agreement (0–1)."""

    ac1: float
    interval: Interval
    observed: float
    by_chance: float


@dataclass(frozen=True)
class GivenVerdict:
    """What one colleague found for one standard in one case."""

    case_id: int
    person_id: int
    code: str
    verdict: Verdict


@dataclass(frozen=True)
class StandardAgreement:
    """
    How far colleagues agree on one standard; `agreement` is None before two have judged the same case.

    `agreed` of `verdicts` are those of the most frequent verdict in each case that two or more judged.
    """

    code: str
    cases: int
    verdicts: int
    agreed: int
    agreement: Agreement | None

    @property
    def needs_rewording(self) -> bool:
        """Whether colleagues agree too little for the standard to count."""
        return self.agreement is not None and self.agreement.ac1 < ENOUGH_AGREEMENT

    @property
    def sentence(self) -> str:
        """Say it plainly: `4 of 5 agreed`."""
        if self.agreement is None:
            return "Not judged by two colleagues yet."
        cases = "" if self.cases == 1 else f" over {self.cases} cases"
        advice = " Reword it: two colleagues would judge it differently." if self.needs_rewording else ""
        return f"{self.agreed} of {self.verdicts} agreed{cases}.{advice}"


def gwet_ac1(counts: Sequence[Sequence[int]]) -> Agreement | None:
    """
    Return the agreement of several raters beyond what chance would give them.

    A case judged by one rater alone says nothing about agreement, but helps to say how often each
    verdict is given. With a single case, or where every verdict agrees, the spread between cases cannot
    be estimated: there the interval is Wilson's for the observed agreement, each further colleague on a
    case counted as one comparison with the first, so that two who agree once are not called certain.

    Args:
        counts: for each case, how many raters gave each verdict; the same verdicts in every row.
    Returns:
        None where no case was judged by two.
    Source:
        K. L. Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement",
        British Journal of Mathematical and Statistical Psychology 61 (2008), 29–48: the coefficient; his
        Handbook of Inter-Rater Reliability, 4th edition 2014, ch. 5: its variance with verdicts missing,
        and Student's t with one degree of freedom less than cases. The interval of few cases: this project.
    """
    judged = [row for row in counts if sum(row) >= 1]
    paired = [row for row in judged if sum(row) >= 2]
    if not paired:
        return None
    n, categories = len(judged), len(judged[0])
    shares = [fsum(row[k] / sum(row) for row in judged) / n for k in range(categories)]
    observed = fsum(_agreeing(row) for row in paired) / len(paired)
    by_chance = fsum(share * (1 - share) for share in shares) / (categories - 1)
    beyond = 1 - by_chance
    ac1 = (observed - by_chance) / beyond
    # A case judged by one rater alone has no agreement of its own, only its part in chance.
    parts = [
        ((_agreeing(row) - by_chance) * n / len(paired) / beyond if sum(row) >= 2 else 0.0)
        - 2 * (1 - ac1) * (_chance_of(row, shares) - by_chance) / beyond
        for row in judged
    ]
    variance = fsum((part - ac1) ** 2 for part in parts) / (n * (n - 1)) if n > 1 else 0.0
    if len(paired) == 1 or variance == 0.0 or observed == 1.0:
        comparisons = sum(sum(row) - 1 for row in paired)
        of_pairs = _score_interval(observed, comparisons)
        low, high = (of_pairs.low - by_chance) / beyond, (of_pairs.high - by_chance) / beyond
    else:
        reach = _student(CONFIDENCE, n - 1) * sqrt(variance)
        low, high = ac1 - reach, ac1 + reach
    return Agreement(ac1, Interval(max(low, -1.0), min(high, 1.0)), observed, by_chance)


def agreement_by_standard(
    codes: Iterable[str], given: Iterable[GivenVerdict]
) -> tuple[StandardAgreement, ...]:
    """Return the agreement on each standard over all its cases, in the order of the codes."""
    cases: dict[str, dict[int, Counter[Verdict]]] = {}
    for one in given:
        cases.setdefault(one.code, {}).setdefault(one.case_id, Counter())[one.verdict] += 1
    return tuple(_agreement_on(code, list(cases.get(code, {}).values())) for code in codes)


def _agreement_on(code: str, cases: list[Counter[Verdict]]) -> StandardAgreement:
    paired = [case for case in cases if case.total() >= 2]
    return StandardAgreement(
        code=code,
        cases=len(paired),
        verdicts=sum(case.total() for case in paired),
        agreed=sum(max(case.values()) for case in paired),
        agreement=gwet_ac1([[case[verdict] for verdict in Verdict] for case in cases]),
    )


def _agreeing(row: Sequence[int]) -> float:
    """Return the share of pairs of raters who gave one case the same verdict."""
    raters = sum(row)
    return sum(count * (count - 1) for count in row) / (raters * (raters - 1))


def _chance_of(row: Sequence[int], shares: Sequence[float]) -> float:
    raters = sum(row)
    return fsum(c / raters * (1 - share) for c, share in zip(row, shares, strict=True)) / (len(row) - 1)


def _score_interval(share: float, total: int) -> Interval:
    """Return Wilson's interval for a share that is no count over its total (see `comparing.wilson`)."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    middle, shrunk = share + z * z / (2 * total), 1 + z * z / total
    return Interval(max(0.0, (middle - spread) / shrunk), min(1.0, (middle + spread) / shrunk))


def _student(confidence: float, degrees: int) -> float:
    """Return the two-sided quantile of Student's t, by halving: the share within ±t grows with t."""
    low, high = 0.0, 1.0
    while _within(high, degrees) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, degrees) < confidence else (low, middle)
    return high


def _within(t: float, degrees: int) -> float:
    """
    Return the probability that Student's t lies within ±t, for whole degrees of freedom.

    Source:
        M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.7.3 and 26.7.4.
    """
    angle = atan(t / sqrt(degrees))
    squared = cos(angle) ** 2
    odd = degrees % 2
    term, total = (cos(angle), cos(angle)) if odd else (1.0, 1.0)
    for step in range(3 if odd else 2, degrees, 2):
        term *= squared * (step - 1) / step
        total += term
    if degrees == 1:
        total = 0.0
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
