"""The sentence reader: what it understands, what it finds vague, and that nothing can break or stall it."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from benchmarks.wording import hostile_strings, tally_of
from standards import wording
from standards.wording import MAX_CHARACTERS, VagueClass, read_statement
from standards.wording_tokens import Token, tokens_of
from standards.wording_words import Patterns, words_of

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "tests" / "cases").glob("sentences_*.csv"))
GIVEN_SENTENCES = ROOT.parent / "shared" / "data" / "sentences.csv"


def measure_of(sentence):
    measure = read_statement(sentence).measure
    return measure and (measure.kind, measure.comparator, measure.target, measure.unit)


def words_found(sentence):
    return [finding.word for finding in read_statement(sentence).findings]


def assert_rates(path):
    tally = tally_of(path)
    rates = tally.rates()
    accuracy, recall, false_alarms = (
        rates[name] for name in ("measure_accuracy", "vague_recall", "false_alarm_rate")
    )
    assert accuracy is not None, "no measurable sentence in the file"
    assert accuracy >= 0.95, tally.misread
    assert recall is not None, "no vague word in the file"
    assert recall >= 0.95, tally.misread
    assert false_alarms is not None, "no clean sentence in the file"
    assert false_alarms <= 0.03, tally.misread


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_labelled_sentences_are_read_as_labelled(path):
    assert_rates(path)


def test_there_are_at_least_200_own_labelled_sentences():
    assert sum(tally_of(path).sentences for path in CASES) >= 200


def test_the_given_sentences_are_read_as_labelled():
    if not GIVEN_SENTENCES.exists():
        pytest.skip(f"{GIVEN_SENTENCES} is not there")
    assert_rates(GIVEN_SENTENCES)


@pytest.mark.parametrize(
    ("sentence", "kind", "comparator", "target", "unit"),
    [
        pytest.param("Orders are processed within 3 hours", "duration", "<=", "10800", "seconds", id="hours"),
        pytest.param(
            "No hold is longer than 30 seconds", "duration", "<=", "30", "seconds", id="turned by no"
        ),
        pytest.param(
            "A parcel arrives in 3-5 working days", "duration", "<=", "5", "working days", id="range"
        ),
        pytest.param("A reply comes within a fortnight", "duration", "<=", "14", "days", id="calendar days"),
        pytest.param("Mail is answered the same day", "duration", "<=", "0", "days", id="same day"),
        pytest.param("Mail is answered by the next day", "duration", "<=", "1", "days", id="next day"),
        pytest.param(
            "Nobody waits over half an hour", "duration", "<=", "1800", "seconds", id="part of an hour"
        ),
        pytest.param("It takes under 1½ minutes", "duration", "<", "90", "seconds", id="fraction sign"),
        pytest.param(
            "It takes at most an hour and a half", "duration", "<=", "5400", "seconds", id="and a half"
        ),
        pytest.param("Done in 2 minutes and 30 seconds", "duration", "<=", "150", "seconds", id="two units"),
        pytest.param(
            "The visit lasts at least ten minutes", "duration", ">=", "600", "seconds", id="at least"
        ),
        pytest.param("Calls are answered by the third ring", "count", "<=", "3", "rings", id="ordinal"),
        pytest.param("Calls are answered before the 4th ring", "count", "<", "4", "rings", id="before"),
        pytest.param("The phone rings no more than twice", "count", "<=", "2", "rings", id="ringing"),
        pytest.param("At least two members of staff are here", "count", ">=", "2", "staff", id="people"),
        pytest.param("Fewer than twenty-one people queue", "count", "<", "21", "people", id="number words"),
        pytest.param(
            "At least one open till is staffed", "count", ">=", "1", "tills", id="adjective left out"
        ),
        pytest.param("Soup is at least 63 °C", "number", ">=", "63", "°C", id="celsius"),
        pytest.param(
            "The room is 68 degrees Fahrenheit or more", "number", ">=", "68", "°F", id="fahrenheit"
        ),
        pytest.param("The freezer is at −18 °C or colder", "number", "<=", "-18", "°C", id="minus"),
        pytest.param("A bag costs no more than €0.50", "number", "<=", "0.5", "€", id="money"),
        pytest.param("The hall is 1,200 metres at most", "number", "<=", "1200", "m", id="thousands"),
        pytest.param("90% of calls end within 20 seconds", "share", ">=", "90", "percent", id="share first"),
        pytest.param("Nine out of ten callers reach us", "share", ">=", "90", "percent", id="k of n"),
        pytest.param("Two thirds of rooms are ready", "share", ">=", "66.67", "percent", id="fraction"),
        pytest.param("The welcome is rated 4 or more out of 5", "rating", ">=", "4", "of 5", id="out of"),
        pytest.param("The stay gets at least four stars", "rating", ">=", "4", "of 5", id="stars"),
        pytest.param("Rated 8 or above on a scale of 1 to 10", "rating", ">=", "8", "of 10", id="scale"),
    ],
)
def test_each_measure_is_read_with_comparator_target_and_unit(sentence, kind, comparator, target, unit):
    assert measure_of(sentence) == (kind, comparator, Decimal(target), unit)


@pytest.mark.parametrize(
    "sentence",
    [
        "Staff never eat at the counter",
        "No product is past its use-by date",
        "Every member of staff wears a name badge",
        "The line is staffed 24 hours a day, 7 days a week",
        "The shop opens at 8 am",
        "Anyone who looks under 25 is asked for identification",
        "If the wait is over 2 minutes, a call back is offered",
        "Guests who wait longer than 10 minutes are offered water",
    ],
)
def test_what_can_be_seen_to_happen_or_not_is_yes_or_no(sentence):
    assert measure_of(sentence) == ("yes/no", None, None, None)
    assert words_found(sentence) == []


def test_a_condition_after_the_target_leaves_the_target():
    sentence = "Call back within 2 working days if the wait was longer than 5 minutes"
    assert measure_of(sentence) == ("duration", "<=", Decimal(2), "working days")


def test_a_range_keeps_its_other_end():
    measure = read_statement("The vaccine fridge stays between 2 and 8 °C").measure
    assert measure
    assert measure.comparator == ">="
    assert (measure.target, measure.upper_target) == (Decimal(2), Decimal(8))


@pytest.mark.parametrize(
    ("sentence", "word", "kind"),
    [
        pytest.param("Orders are processed promptly", "promptly", VagueClass.QUALITY, id="speed"),
        pytest.param("Staff are friendly", "friendly", VagueClass.QUALITY, id="behaviour"),
        pytest.param("A few baskets stand outside", "A few", VagueClass.QUALITY, id="amount"),
        pytest.param("Toilets are cleaned regularly", "regularly", VagueClass.QUALITY, id="frequency"),
        pytest.param(
            "The driver steers niftily", "niftily", VagueClass.QUALITY, id="an adverb no group names"
        ),
        pytest.param("Offer help where appropriate", "where appropriate", VagueClass.ESCAPE, id="escape"),
        pytest.param("We strive to answer", "strive to", VagueClass.ESCAPE, id="trying"),
        pytest.param("Bags, boxes etc. are free", "etc", VagueClass.OPEN_LIST, id="open list"),
        pytest.param("Offer faster delivery", "faster", VagueClass.NO_REFERENCE, id="comparative"),
        pytest.param("Give the best advice", "best", VagueClass.NO_REFERENCE, id="superlative"),
        pytest.param(
            "It is ensured that visitors know", "It is ensured", VagueClass.NO_ACTOR, id="nobody acts"
        ),
    ],
)
def test_each_class_of_vagueness_is_found_with_its_place(sentence, word, kind):
    [finding] = read_statement(sentence).findings
    assert (finding.word, finding.kind) == (word, kind)
    assert sentence[finding.start : finding.end] == word
    assert finding.why
    assert finding.question
    assert "___" in finding.rewritten
    assert word not in finding.rewritten
    assert read_statement(sentence).measure is None


def test_two_targets_in_one_sentence_are_several_standards():
    sentence = "Calls are answered within 20 seconds and letters within 4 days"
    [finding] = read_statement(sentence).findings
    assert finding.kind is VagueClass.SEVERAL
    assert measure_of(sentence) == ("duration", "<=", Decimal(20), "seconds")


@pytest.mark.parametrize(
    "sentence",
    [
        "Drinks are served between 4 and 6 °C",
        "90% of calls and chats are answered within 20 seconds",
        "Calls are answered by the third ring and the agent gives a name",
    ],
)
def test_one_target_is_one_standard(sentence):
    assert words_found(sentence) == []


def test_all_blanks_stand_in_the_rewritten_sentence():
    assert read_statement("Serve quickly and politely").rewritten == (
        "Serve within ___ minutes of ___ and ___ (what is seen or heard)"
    )


def test_a_vague_word_beside_a_quantity_keeps_the_measure():
    reading = read_statement("Customers are seen promptly and no later than 10 minutes after arrival")
    assert reading.measure
    assert reading.measure.target == 600
    assert words_found(reading.text) == ["promptly"]
    assert not reading.is_measurable


@pytest.mark.parametrize(
    "sentence",
    [
        "The cashier says good morning",
        'The host says "A warm and genuine welcome"',
        "The fast food counter has a price list",
        "Best before dates face the customer",
        "Staff clean the tables after each guest",
        "Warm drinks come with a spoon",
        "The bike has quick-release wheels",
        "An easy chair stands in the lobby",
        "The nurse calls the patient by name",
        "A second till opens as soon as four people queue",
        "Waiters fold napkins as well",
    ],
)
def test_false_friends_are_not_vague(sentence):
    assert words_found(sentence) == []


def test_what_a_shopper_rates_is_measured_by_its_scale():
    assert words_found("The shopper rates the cleanliness at least 4 out of 5") == []


@pytest.mark.parametrize("text", ["", " ", "?!", "\n\t", "\u202e", "2026"])
def test_a_text_without_words_has_no_measure_and_no_finding(text):
    reading = read_statement(text)
    assert (reading.measure, reading.findings) == (None, ())


def test_typographic_signs_are_read_like_plain_ones():
    assert measure_of("No fridge is warmer than\u00a07\u202f°C") == ("number", "<=", Decimal(7), "°C")
    assert words_found("The agent says \u201cgood and quick\u201d") == []


def test_no_pattern_of_one_word_silences_that_word_everywhere():
    patterns = words_of("en").data["false_friends"]["patterns"]
    assert [pattern for pattern in patterns if len(pattern.split()) == 1] == []


def test_patterns_fit_context_ends_and_numbers():
    tokens = [Token("about", 0, 5), Token("5", 6, 7, number="5"), Token("lately", 8, 14)]
    [match] = Patterns([["about [#]"]]).matches(tokens)
    assert (match.first, match.last, match.found_first, match.found_last) == (0, 1, 0, 0)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.text(max_size=MAX_CHARACTERS + 100))
def test_any_text_is_read_and_every_place_is_in_it(text):
    reading = read_statement(text)
    for finding in reading.findings:
        assert text[finding.start : finding.end] == finding.word != ""


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    some.lists(
        some.sampled_from(
            sorted(
                {
                    word.strip("[]^$")
                    for group in words_of("en").data["vague"]
                    for pattern in group["patterns"]
                    for word in pattern.replace("|", " ").split()
                }
                | {
                    "within",
                    "at",
                    "least",
                    "3",
                    "half",
                    "an",
                    "hour",
                    "of",
                    "out",
                    "5",
                    "%",
                    "no",
                    "not",
                    "-",
                    "/",
                }
            )
        )
    )
)
def test_the_readers_own_words_in_any_order_are_read(words):
    text = " ".join(words)
    for finding in read_statement(text).findings:
        assert text[finding.start : finding.end].lower() == finding.word.lower()


@pytest.mark.long
def test_ten_thousand_hostile_strings_never_raise():
    for text in hostile_strings(10_000):
        reading = read_statement(text)
        assert len(reading.text) <= MAX_CHARACTERS


def test_a_long_text_is_cut_before_anything_reads_it(monkeypatch):
    read = []

    def counting_tokens_of(text, words):
        read.append(len(text))
        return tokens_of(text, words)

    monkeypatch.setattr(wording, "tokens_of", counting_tokens_of)
    reading = read_statement("quickly " * 125_000)
    assert read == [MAX_CHARACTERS]
    assert reading.is_cut


@given(some.integers(1, 999), some.sampled_from([("seconds", 1), ("minutes", 60), ("hours", 3_600)]))
def test_a_duration_is_kept_in_seconds(amount, unit):
    name, factor = unit
    assert measure_of(f"Orders are sent within {amount} {name}") == (
        "duration",
        "<=",
        Decimal(amount * factor),
        "seconds",
    )
