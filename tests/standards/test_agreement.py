"""Agreement of colleagues: Gwet's AC1 as published, and never surer than the verdicts allow."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.agreement import (
    ENOUGH_AGREEMENT,
    Agreement,
    GivenVerdict,
    agreement_by_standard,
    gwet_ac1,
)
from standards.measuring import Verdict
from tests.standards.builders import MET, MISSED, NOT_APPLICABLE

NONE = None
# Gwet, Handbook of Inter-Rater Reliability, 4th edition 2014: 12 subjects, 4 raters, 5 categories,
# published there and with his R package irrCAC: AC1 0.77544, standard error 0.14295, interval 0.461 to 1.
FOUR_RATERS = [
    (1, 1, NONE, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4),
    (4, 4, 4, 4), (1, 1, 2, 1), (2, 2, 2, 2), (NONE, 5, 5, 5), (NONE, NONE, 1, 1), (NONE, NONE, 3, NONE),
]  # fmt: skip
FOUR_RATERS_COUNTED = [[row.count(category) for category in range(1, 6)] for row in FOUR_RATERS]
# The two-sided 95 % quantiles of Student's t, as any table prints them.
STUDENT = {1: 12.7062, 2: 4.30265, 6: 2.44691, 7: 2.36462, 11: 2.20099, 29: 2.04523}
# The paradox of kappa with which Gwet introduces AC1 (2002, 2008): 118 both yes, 2 and 5 apart, none both
# no; kappa is −0.02 and AC1 0.9408.
PARADOX = [[2, 0]] * 118 + [[1, 1]] * 7
# irrCAC's table of two abstractors, three categories: AC1 0.8493 (its error is computed otherwise there).
ABSTRACTORS = [[2, 0, 0]] * 13 + [[0, 2, 0]] * 20 + [[0, 1, 1]] * 11 + [[0, 0, 2]] * 56


def agreed(counts) -> Agreement:
    """Return the agreement on cases that two or more have judged."""
    found = gwet_ac1(counts)
    assert found is not None
    return found


def recomputed(counts):
    """Return AC1 from the counts pair by pair, in exact fractions."""
    paired = [row for row in counts if sum(row) > 1]
    alike = Fraction(0)
    for row in paired:
        given = [category for category, count in enumerate(row) for _ in range(count)]
        pairs = [(a, b) for at, a in enumerate(given) for b in given[at + 1 :]]
        alike += Fraction(sum(a == b for a, b in pairs), len(pairs))
    observed = alike / len(paired)
    shares = [sum(Fraction(row[k], sum(row)) for row in counts) / len(counts) for k in range(len(counts[0]))]
    chance = sum(share * (1 - share) for share in shares) / (len(shares) - 1)
    return float((observed - chance) / (1 - chance))


@pytest.mark.parametrize(
    ("counts", "ac1", "error"),
    [
        pytest.param(FOUR_RATERS_COUNTED, 0.77544, 0.14295, id="four raters, verdicts missing"),
        pytest.param(ABSTRACTORS, 0.8493, None, id="two raters, three categories"),
        pytest.param(PARADOX, 0.9408, None, id="where kappa says less than nothing"),
    ],
)
def test_ac1_and_its_error_are_as_published(counts, ac1, error):
    found = agreed(counts)
    assert found.ac1 == pytest.approx(ac1, abs=5e-5)
    assert found.ac1 == pytest.approx(recomputed(counts), abs=1e-12)
    if error:
        reach = STUDENT[len(counts) - 1]
        assert (found.ac1 - found.interval.low) / reach == pytest.approx(error, abs=5e-5)


def test_the_published_parts_are_right_too():
    found = agreed(FOUR_RATERS_COUNTED)
    assert found.observed == pytest.approx(0.81818, abs=5e-6)
    assert found.by_chance == pytest.approx(0.19032, abs=5e-6)
    assert found.interval.low == pytest.approx(0.461, abs=5e-4)
    assert found.interval.high == 1


@pytest.mark.parametrize("cases", [2, 3, 7, 8, 30])
def test_the_interval_uses_students_t(cases):
    counts = [[2, 0]] * (cases - 1) + [[1, 1]]
    found = agreed(counts)
    shares = [(2 * cases - 1) / (2 * cases), 1 / (2 * cases)]
    chance = 2 * shares[0] * shares[1]
    parts = [
        ((1 if row[0] == 2 else 0) - chance) / (1 - chance)
        - 2 * (1 - found.ac1)
        * (row[0] / 2 * shares[1] + row[1] / 2 * shares[0] - chance) / (1 - chance)
        for row in counts
    ]  # fmt: skip
    error = sqrt(sum((part - found.ac1) ** 2 for part in parts) / (cases * (cases - 1)))
    low = found.ac1 - STUDENT[cases - 1] * error
    assert found.interval.low == pytest.approx(max(low, -1), abs=1e-5)


@pytest.mark.parametrize("counts", [[], [[1, 0, 0]], [[1, 0], [0, 1]], [[0, 0]]])
def test_one_colleague_alone_agrees_with_nobody(counts):
    assert gwet_ac1(counts) is None


def test_two_who_agree_once_are_not_called_certain():
    once, often = agreed([[2, 0, 0]]), agreed([[2, 0, 0]] * 20)
    assert once.ac1 == often.ac1 == 1
    assert once.interval.low < 0.3
    assert often.interval.low > 0.8
    assert agreed([[5, 0, 0]]).interval.low > once.interval.low


tables = some.lists(some.tuples(*[some.integers(0, 6)] * 3), max_size=12)


@given(tables)
def test_ac1_lies_in_its_interval_and_between_minus_one_and_one(counts):
    found = gwet_ac1(counts)
    if found:
        assert -1 <= found.interval.low <= found.ac1 + 1e-9
        assert found.ac1 - 1e-9 <= found.interval.high <= 1
        assert found.ac1 == pytest.approx(recomputed([row for row in counts if sum(row)]), abs=1e-9)


@given(tables, some.permutations(range(3)))
def test_it_does_not_matter_which_verdict_is_which(counts, order):
    found, other = gwet_ac1(counts), gwet_ac1([[row[k] for k in order] for row in counts])
    assert (found is None) == (other is None)
    if found and other:
        assert found.ac1 == pytest.approx(other.ac1)


def given_to(code, *verdicts, case=1) -> list[GivenVerdict]:
    return [GivenVerdict(case, person, code, verdict) for person, verdict in enumerate(verdicts)]


def test_agreement_is_said_plainly_and_rewording_is_advised_below_the_line():
    given_verdicts = [
        *given_to("A", MET, MET, MET, MET, MISSED),
        *given_to("B", MET, MET, MET),
        *given_to("C", MET),
    ]
    split, alike, alone, unseen = agreement_by_standard("ABCD", given_verdicts)
    assert split.sentence == "4 of 5 agreed. Reword it: two colleagues would judge it differently."
    assert split.agreement is not None
    assert split.agreement.ac1 < ENOUGH_AGREEMENT
    assert split.needs_rewording
    assert (alike.sentence, alike.needs_rewording) == ("3 of 3 agreed.", False)
    assert alone.agreement is None
    assert not alone.needs_rewording
    assert unseen.sentence == "Not judged by two colleagues yet."


def test_cases_are_counted_together():
    cases = [
        *given_to("A", MET, MET),
        *given_to("A", MISSED, NOT_APPLICABLE, case=2),
        *given_to("A", MET, case=3),
    ]
    (found,) = agreement_by_standard("A", cases)
    assert (found.cases, found.verdicts, found.agreed) == (2, 4, 3)
    assert found.sentence.startswith("3 of 4 agreed over 2 cases.")
    assert found.agreement == gwet_ac1([[2, 0, 0], [0, 1, 1], [1, 0, 0]])


def test_all_three_verdicts_are_counted_with():
    assert list(Verdict) == [MET, MISSED, NOT_APPLICABLE]
