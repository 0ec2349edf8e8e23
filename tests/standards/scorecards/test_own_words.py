"""Shoppers' own words leave without names, contacts and the hour."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.scorecards import cleaner_of
from standards.scorecards.own_words import LEFT_OUT, QUOTE_LIMIT

PEOPLE = ("Anna Meyer", "Jo Li", "Example Shopper", "Will Market")
CLEANER = cleaner_of(PEOPLE, ("Market Square", "Ours"))


@pytest.mark.parametrize(
    ("written", "left"),
    [
        pytest.param("Anna was kind.", "[…] was kind.", id="a first name"),
        pytest.param("anna meyer waved", "[…] waved", id="a full name in small letters"),
        pytest.param("MEYER's smile: Meyer's", "MEYER's smile: […]", id="a part as it is written"),
        pytest.param("Jo Li and joy", "[…] and joy", id="a name is no part of a word"),
        pytest.param("The badge said Sabine Koch.", "The badge said […].", id="a badge read out"),
        pytest.param("Mr. Brown helped", "Mr. […] helped", id="a title"),
        pytest.param("She is called Ömer", "She is called […]", id="called"),
        pytest.param("Write to a.b@shop.example now", "Write to […] now", id="an address"),
        pytest.param("Ring +49 (171) 123 45 67 8", "Ring […]", id="a number to call"),
        pytest.param("At 14:35 nobody came", "[…] nobody came", id="a clock time"),
        pytest.param("Came at 3 pm, left at 3.15 p.m.", "Came […], left […]", id="half of a day"),
        pytest.param("Around 9 o'clock it was full", "[…] it was full", id="o'clock"),
    ],
)
def test_what_could_name_somebody_is_taken_out(written, left):
    assert CLEANER.clean(written) == left


@pytest.mark.parametrize(
    "written",
    [
        "It took 2:30 min until somebody came.",
        "Market Square is a fine shop, the market was open.",
        "The example on the shelf costs 3.15 a piece.",
        "Open for 12 years, and 25 % off.",
        "Three of four were told twice.",
    ],
)
def test_what_names_nobody_stays(written):
    assert CLEANER.clean(written) == written


def test_long_words_are_cut_at_a_word():
    said = CLEANER.clean("the queue was long " * 50)
    assert len(said) <= QUOTE_LIMIT
    assert said.endswith("…")
    assert said.removesuffix("…").split()[-1] in {"the", "queue", "was", "long"}


@given(some.text(max_size=400))
def test_no_text_breaks_it_or_grows_beyond_the_limit(written):
    assert len(CLEANER.clean(written)) <= QUOTE_LIMIT


@pytest.mark.parametrize(
    "hostile",
    ["a" * 100_000, "1 " * 50_000, "a@" * 50_000, "a.a." * 25_000 + "@", "+1-(" * 25_000, "Mr " * 33_000],
)
def test_a_hundred_thousand_letters_are_cut_and_cleaned(hostile):
    assert len(CLEANER.clean(hostile)) <= QUOTE_LIMIT


def test_without_people_nothing_is_taken_for_a_name():
    assert cleaner_of(()).clean("Anna was kind") == "Anna was kind"
    assert LEFT_OUT not in cleaner_of(("The North",)).clean("North of the river")
