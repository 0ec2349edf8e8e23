"""Channels: inside or outside of what chance explains, never a league table."""

import pytest

from standards.comparing import FunnelPlace, compare_channels
from standards.editions import Kind
from tests.standards.comparing.builders import OURS, THEIRS, comparison_of, known, repeated


def _channel(at: int, *verdicts: str, brand=OURS, **facts):
    return repeated(brand, *verdicts, channel=at, **facts)


def test_a_channel_far_from_the_rest_is_named_and_the_others_are_not_ranked():
    alike = [visit for at in range(5) for visit in _channel(at, *["mmmmm", "mmmmx"] * 10)]
    (funnel,) = compare_channels(comparison_of([*alike, *_channel(9, *["xxxxm", "xxxxx"] * 6)]))
    places = {point.channel.name: point.place for point in funnel.points}
    assert places["Ours shop 9"] is FunnelPlace.FAR_BELOW
    assert funnel.sentence == (
        "6 shops of Ours, lower than chance explains: Ours shop 9; higher than chance explains: Ours shop 0, "
        "Ours shop 1, Ours shop 2 and 2 more."
    )
    assert funnel.points[-1].sentence == "Ours shop 9: 10.0 % of 12 visits, far lower than chance explains."


def test_channels_that_are_alike_are_said_to_be():
    seen = [visit for at in range(4) for visit in _channel(at, *["mmmmm", "mmmxx"] * (at + 1))]
    (funnel,) = compare_channels(comparison_of(seen))
    assert {point.place for point in funnel.points} == {FunnelPlace.WITHIN}
    assert funnel.sentence == (
        "All 4 shops of Ours lie within what chance explains: none is better or worse than the rest."
    )
    assert funnel.limits is not None
    assert (funnel.limits.sizes[0], funnel.limits.sizes[-1]) == (1, 8)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (_channel(0, "mx", "mm"), "1 shop of Ours: from 3 on it shows whether one stands out."),
        (
            [visit for at in range(3) for visit in _channel(at, "mx")],
            "3 shops of Ours, each visited once: a second visit to one shows how far visits vary.",
        ),
    ],
)
def test_few_channels_or_visits_are_said(seen, expected):
    (funnel,) = compare_channels(comparison_of(seen))
    assert funnel.sentence == expected


def test_each_kind_of_channel_has_its_own_centre():
    seen = _channel(0, "mm", "mm") + _channel(1, "xx", "xx", kind=Kind.WEBSITE)
    funnels = compare_channels(comparison_of(seen))
    assert [(funnel.kind, funnel.centre) for funnel in funnels] == [(Kind.SHOP, 100), (Kind.WEBSITE, 0)]


def test_a_standard_has_binomial_limits_and_counts_only_visits_that_judged_it():
    seen = [visit for at in range(3) for visit in _channel(at, *["mx", "xm", "-m"] * 4)]
    (funnel,) = compare_channels(comparison_of(seen), column=0)
    assert (known(funnel.standard).code, funnel.centre) == ("A0", 50)
    assert [point.value.visits for point in funnel.points] == [8, 8, 8]
    assert funnel.limits is not None
    assert (funnel.limits.outer_low <= funnel.limits.inner_low).all()
    assert (funnel.limits.inner_high <= 100).all()


def test_another_brand_has_a_funnel_of_its_own_and_nobody_has_none():
    seen = _channel(0, "mm", "mx") + _channel(0, "xx", "xx", brand=THEIRS)
    comparison = comparison_of(seen)
    (funnel,) = compare_channels(comparison, THEIRS)
    assert (funnel.brand, funnel.centre) == (THEIRS, 0)
    assert compare_channels(comparison_of(seen, brands=(THEIRS,))) == ()
