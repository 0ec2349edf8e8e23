"""What a sentence asks for and what it only names: prohibitions, conditions, headings, names."""

from decimal import Decimal

import pytest

from benchmarks.wording import measured_as_labelled
from standards.wording import read_statement
from standards.wording_outline import outline_of
from standards.wording_tokens import END, START, Token, tokens_of
from standards.wording_words import words_of


def measure_of(sentence):
    measure = read_statement(sentence).measure
    return measure and (measure.kind, measure.comparator, measure.target, measure.unit)


def words_found(sentence):
    return [finding.word for finding in read_statement(sentence).findings]


@pytest.mark.parametrize(
    "sentence",
    [
        "At no time does a caller wait more than 5 minutes",
        "It is forbidden to leave a caller on hold for over 5 minutes",
        "It is not acceptable to let a caller wait longer than 5 minutes",
        "Agents must not leave a caller on the line for more than 5 minutes",
        "Agents may not let a caller who has a contract wait for longer than 5 minutes",
        "Nobody who has an appointment waits more than 5 minutes",
        "No caller, whatever the hour, waits longer than 5 minutes",
        "Neither callers nor visitors wait over 5 minutes",
        "Tables are found without guests waiting longer than 5 minutes",
        "Avoid waits of more than 5 minutes",
        "A wait of more than 5 minutes is unacceptable",
        "Waits over 5 minutes never occur",
        "Keeping a caller waiting over 5 minutes is prohibited",
        "Calls are shared out so that no caller waits longer than 5 minutes",
        "A wait of 5 minutes is never exceeded",
    ],
)
def test_a_prohibition_turns_the_comparator_however_far_away_it_stands(sentence):
    assert measure_of(sentence) == ("duration", "<=", Decimal(300), "seconds")
    assert words_found(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "comparator", "target", "unit"),
    [
        pytest.param("At no time does the hall fall below 19 °C", ">=", "19", "°C", id="never below"),
        pytest.param("There are never fewer than two nurses here", ">=", "2", "nurses", id="never fewer"),
        pytest.param("Queues of 6 people or more are not allowed", "<", "6", "people", id="or more"),
        pytest.param("No shift starts without at least two guards", ">=", "2", "guards", id="two negations"),
        pytest.param("Guests who have no card wait under 3 minutes", "<", "180", "seconds", id="no card"),
        pytest.param("No bag over 5 kg is accepted", "<=", "5", "kg", id="no thing over"),
    ],
)
def test_a_negation_turns_what_it_belongs_to(sentence, comparator, target, unit):
    read = measure_of(sentence)
    assert read
    assert read[1:] == (comparator, Decimal(target), unit)


@pytest.mark.parametrize(
    "sentence",
    [
        "Refunds above £100 are countersigned by the manager",
        "Any discount of more than 15 % on the list price is countersigned",
        "The invoice for a repair costing over $500 is signed by the foreman",
        "For buying over 100 euro the client receives a gift",
        "The manager signs every refund above £100",
        "Refunds over £100 countersigned by the manager",
        "Groups of 8 or more get a table of their own",
        "Bookings for more than six guests are confirmed by phone",
        "No fee is charged for orders over £50",
        "No refund above £100 is paid without a signature",
        "Members who book at least 3 classes get a towel",
        "A second till opens when 5 or more people queue",
        "With more than 3 people in line, a second till opens",
        "At temperatures above 30 °C, ice water stands at the door",
        "Staff greet every guest who comes within three metres",
        "The 24-hour helpline is named on the door",
        "The desk is open 24 hours",
        "A 5-star hotel has a porter at the door",
        "Under-18s are asked for identification",
        "The 20 % discount sign hangs in the window",
        "Two colleagues never talk while a customer waits",
        "The taxi has a meter",
    ],
)
def test_what_a_standard_is_about_is_not_its_target(sentence):
    assert measure_of(sentence) == ("yes/no", None, None, None)


@pytest.mark.parametrize(
    ("sentence", "kind", "comparator", "target", "unit"),
    [
        pytest.param("Orders over 10 kg are brought by two people", "count", "=", "2", "people", id="two"),
        pytest.param(
            "Over 90 % of calls end within 5 minutes", "share", ">", "90", "percent", id="subject itself"
        ),
        pytest.param(
            "On Mondays over 90 % of tills are open", "share", ">", "90", "percent", id="after a day"
        ),
        pytest.param(
            "A distance of at least 2 m is kept", "number", ">=", "2", "m", id="a size that is kept"
        ),
        pytest.param("A temperature of over 63 °C is kept", "number", ">", "63", "°C", id="a measure"),
        pytest.param("A choice of at least 3 soups is offered", "count", ">=", "3", "soups", id="a choice"),
        pytest.param(
            "Fish is served only after a core temperature of at least 70 °C has been reached",
            *("number", ">=", "70", "°C"),
            id="only after",
        ),
        pytest.param(
            "Guests who have booked wait at most 5 minutes", "duration", "<=", "300", "seconds", id="who"
        ),
        pytest.param(
            "Tenants get 48 hours' notice of a visit", "duration", ">=", "172800", "seconds", id="notice"
        ),
        pytest.param(
            "The engineer gives a two-hour window", "duration", "<=", "7200", "seconds", id="a window"
        ),
        pytest.param(
            "Of every 50 parcels, at least 49 arrive", "share", ">=", "98", "percent", id="of every"
        ),
    ],
)
def test_a_target_is_found_beside_other_numbers(sentence, kind, comparator, target, unit):
    assert measure_of(sentence) == (kind, comparator, Decimal(target), unit)


@pytest.mark.parametrize(
    ("sentence", "comparator", "target", "unit"),
    [
        ("Tills open on Saturdays: minimum 3", ">=", "3", "tills"),
        ("Rings before answer: max 3", "<=", "3", "rings"),
        ("Queue length – 4 max.", "<=", "4", "people"),
        ("Number of people in line: never more than 4", "<=", "4", "people"),
        ("No more than 3 are in line", "<=", "3", "people"),
        ("The line never exceeds 6", "<=", "6", "people"),
    ],
)
def test_a_heading_says_what_its_number_counts(sentence, comparator, target, unit):
    assert measure_of(sentence) == ("count", comparator, Decimal(target), unit)


def test_a_number_said_twice_is_one_number():
    sentence = "Letters are answered within fifteen (15) working days"
    assert measure_of(sentence) == ("duration", "<=", Decimal(15), "working days")


def test_two_different_numbers_in_a_row_stay_two():
    assert measure_of("Letters are answered within fifteen (16) working days") != (
        *("duration", "<=", Decimal(15), "working days"),
    )


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        pytest.param("Quick Pay terminal switched on", [], id="a name opens the sentence"),
        pytest.param("The Fresh counter is open", [], id="a name after the"),
        pytest.param("Polite English is spoken", ["Polite"], id="a language is no name"),
        pytest.param("Friendly Staff And Clean Rooms", ["Friendly", "Clean"], id="a heading in capitals"),
        pytest.param("FRIENDLY STAFF", ["FRIENDLY"], id="all capitals"),
    ],
)
def test_capital_letters_make_a_name_of_two_words(sentence, found):
    assert words_found(sentence) == found


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        pytest.param("The politest agent wins a prize", ["politest"], id="superlative"),
        pytest.param("Neatness is kept up", ["Neatness"], id="noun in -ness"),
        pytest.param("The host is tactful", ["tactful"], id="a word in -ful that no group names"),
        pytest.param("Give practical help", ["practical"], id="vague of service"),
        pytest.param("The practical part of the exam is timed", [], id="concrete of a thing"),
        pytest.param("A soft drink is handed over", [], id="soft drink"),
        pytest.param("The business card is handed over", [], id="business is no form of busy"),
    ],
)
def test_forms_and_neighbours_decide_what_is_vague(sentence, found):
    assert words_found(sentence) == found


def test_calendar_days_may_be_labelled_as_such():
    reading = read_statement("Goods are taken back within 14 calendar days")
    label = {"kind": "duration", "comparator": "<=", "target": "14", "unit": "calendar days"}
    assert measured_as_labelled(reading, label)
    assert not measured_as_labelled(reading, {**label, "unit": "working days"})


@pytest.mark.parametrize(
    ("sentence", "verbs"),
    [
        ("Refunds above £100 are signed", ["are"]),
        ("The host takes the coats", ["takes"]),
        ("Only a manager may sign refunds", ["may"]),
        ("The price of orders is shown", ["is"]),
    ],
)
def test_finite_verbs_are_told_from_nouns(sentence, verbs):
    words = words_of("en")
    inner = tokens_of(sentence, frozenset(words.data["numbers"]))
    tokens = (Token(START, 0, 0), *inner, Token(END, len(sentence), len(sentence)))
    assert [tokens[place].text for place in sorted(outline_of(tokens, words).verbs)] == verbs


def test_a_place_for_words_and_the_words_come_together():
    for group in words_of("en").data["vague"]:
        assert ("words" in group) == any("@" in pattern for pattern in group["patterns"])


def test_every_pattern_is_well_formed_and_stands_once():
    data = words_of("en").data
    vague = [pattern for group in data["vague"] for pattern in group["patterns"]]
    others = [*data["false_friends"]["patterns"], *data["negation"]["bans"], *data["negation"]["bans_after"]]
    assert len(set(vague)) == len(vague)
    for part in " ".join([*vague, *others]).split():
        assert part.startswith("[") == part.endswith("]"), part
        assert all(part.strip("[]").split("|")), part
