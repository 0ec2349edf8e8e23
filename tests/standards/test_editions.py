"""What a visit is asked: the edition's standards for the channel's kind and brand, in visiting order."""

import pytest

from standards.editions import Edition, Kind, Scope, touchpoints_of
from tests.standards.builders import standard_of

EVERYWHERE = standard_of(code="all", touchpoint="Welcome")
SHOP = standard_of(code="shop", touchpoint="Till", kinds=frozenset({Kind.SHOP}))
PHONE = standard_of(code="phone", touchpoint="Call", kinds=frozenset({Kind.PHONE, Kind.CHAT}))
OURS = standard_of(code="ours", touchpoint="Welcome", scope=Scope.OURS_ONLY)
EDITION = Edition(1, 1, "Visit", 1, (EVERYWHERE, SHOP, PHONE, OURS))


@pytest.mark.parametrize(
    ("kind", "is_own", "codes"),
    [
        pytest.param(Kind.SHOP, True, ["all", "shop", "ours"], id="our shop"),
        pytest.param(Kind.SHOP, False, ["all", "shop"], id="a competitor's shop"),
        pytest.param(Kind.CHAT, False, ["all", "phone"], id="one of two kinds"),
        pytest.param(Kind.WEBSITE, True, ["all", "ours"], id="no kinds means all kinds"),
    ],
)
def test_a_visit_is_asked_what_applies_to_its_channel(kind, is_own, codes):
    assert [standard.code for standard in EDITION.sheet(kind, is_own=is_own)] == codes


def test_touchpoints_stand_in_the_order_a_customer_meets_them():
    grouped = touchpoints_of(EDITION.standards)
    assert {name: [s.code for s in found] for name, found in grouped.items()} == {
        "Welcome": ["all", "ours"],
        "Till": ["shop"],
        "Call": ["phone"],
    }
    assert list(grouped) == ["Welcome", "Till", "Call"]


def test_codes_lead_to_standards_in_visiting_order():
    assert list(EDITION.by_code()) == ["all", "shop", "phone", "ours"]
    assert EDITION.by_code()["shop"] is SHOP


def test_a_standard_is_the_same_wherever_it_is_stored():
    assert standard_of(id=1) == standard_of(id=2)
