"""Brands: one own, any number of competitors, each name once."""

import pytest

from standards.errors import NameMissing, NameTaken, OwnBrandExists
from storage.brands import OWN_COLOUR, add_brand, find_brand, list_brands, own_brand, rename_brand
from storage.sessions import close_database, in_session
from tests.storage.builders import events_about


def test_brands_outlive_the_process_with_our_own_first(database):
    with in_session() as session:
        for name in ("Beta", "Alpha"):
            add_brand(session, name)
        add_brand(session, "Zed", is_own=True)
    close_database()
    with in_session(read_only=True) as session:
        assert [brand.name for brand in list_brands(session)] == ["Zed", "Alpha", "Beta"]
        assert own_brand(session) == find_brand(session, "Zed")
        assert find_brand(session, "Nobody") is None


def test_there_is_one_own_brand(database):
    with in_session() as session:
        assert own_brand(session) is None
        add_brand(session, "Ours", is_own=True)
        with pytest.raises(OwnBrandExists, match="“Ours”"):
            add_brand(session, "Mine", is_own=True)
        assert len(list_brands(session)) == 1


def test_the_example_has_an_own_brand_beside_ours(database):
    with in_session() as session:
        ours = add_brand(session, "Ours", is_own=True)
        example = add_brand(session, "Made up", is_own=True, is_example=True)
        assert own_brand(session) == ours
        assert own_brand(session, is_example=True) == example


def test_our_own_colour_is_nobody_elses_and_neighbours_differ(database):
    with in_session() as session:
        ours = add_brand(session, "Ours", is_own=True)
        others = [add_brand(session, f"Rival {number}") for number in range(7)]
    assert ours.colour == OWN_COLOUR
    assert len({brand.colour for brand in [ours, *others]}) == 8


@pytest.mark.parametrize("name", ["", "   ", "\x00\n\t", "x" * 201, "y" * 1_000_000])
def test_a_brand_needs_a_name_that_can_be_shown(database, name):
    with in_session() as session, pytest.raises(NameMissing, match="1 to 200"):
        add_brand(session, name)


def test_a_name_is_stored_on_one_line(database):
    with in_session() as session:
        assert add_brand(session, "  Café\n\x00 Zwölf ").name == "Café Zwölf"


def test_a_name_is_taken_once(database):
    with in_session() as session:
        add_brand(session, "Alpha")
        beta = add_brand(session, "Beta")
        with pytest.raises(NameTaken, match="“Alpha”"):
            add_brand(session, " Alpha ")
        with pytest.raises(NameTaken, match="“Alpha”"):
            rename_brand(session, beta.id, "Alpha")
        assert [brand.name for brand in list_brands(session)] == ["Alpha", "Beta"]


def test_a_rename_keeps_the_brand_and_is_noted_once(database):
    with in_session() as session:
        alpha = add_brand(session, "Alpha")
    for _ in range(2):
        with in_session() as session:
            assert rename_brand(session, alpha.id, "Omega").id == alpha.id
    noted = [(event.action, event.before, event.after) for event in events_about("brand", alpha.id)]
    assert noted == [
        ("added", None, {"name": "Alpha", "is_own": False}),
        ("renamed", {"name": "Alpha"}, {"name": "Omega"}),
    ]


def test_a_transaction_that_raises_stores_nothing(database):
    def add_and_fail():
        with in_session() as session:
            add_brand(session, "Alpha")
            raise RuntimeError("the power fails here")

    with pytest.raises(RuntimeError, match="the power"):
        add_and_fail()
    with in_session(read_only=True) as session:
        assert list_brands(session) == []
    assert events_about("brand") == []
