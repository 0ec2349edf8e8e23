"""The starter library: every standard can be measured and is complete, and no vague word stands in it."""

import re
from collections import Counter

import pytest

from standards.editions import Kind, Scope
from standards.errors import FileNotReadable
from standards.library_files import LIBRARY_FILES, StandardFile, library_sets, read_standard_file
from standards.measuring import Comparator, Measure, Target
from standards.values import say_target

STANDARDS = {standard.code: standard for found in library_sets() for standard in found.standards}

VAGUE = re.compile(
    r"\b(?<!how )("
    r"promptly|prompt|quickly|quick|fast|soon|timely|slowly|slow|friendly|nice|nicely|kindly|"
    r"polite|politely|courteous|courteously|warm|warmly|pleasant|pleasantly|welcoming|helpful|"
    r"helpfully|attentive|professional|professionally|clean|cleanly|tidy|neat|adequate|"
    r"adequately|appropriate|appropriately|suitable|suitably|good|well|better|best|great|"
    r"excellent|perfect|fine|easy|easily|simple|simply|convenient|comfortable|comfortably|clear|"
    r"clearly|proper|properly|correct|correctly|reasonable|reasonably|sufficient|sufficiently|"
    r"enough|satisfactory|acceptable|attractive|modern|fresh|genuine|sincere|sincerely|efficient|"
    r"efficiently|competent|knowledgeable|relevant|often|usually|generally|normally|regularly|"
    r"frequently|several|many|few|various|almost|nearly|roughly|some|somewhat|quite|very|really|"
    r"asap|as soon as possible)\b",
    re.IGNORECASE,
)

ADVICE = {
    "orders processed within a stated time": {"WEB-16", "WEB-20"},
    "phone picked up within so many rings": {"CALL-04", "COMP-01", "WALK-23"},
    "permission asked before hold": {"CALL-13", "COMP-11", "CHAT-10"},
    "transferred at most once": {"CALL-15", "COMP-12", "CHAT-11"},
    "commitments kept": {"CALL-23", "COMP-20", "MAIL-18", "CHAT-21"},
    "promised dates kept": {"WEB-20", "MAIL-07"},
    "dates announced beforehand": {"WEB-04", "WEB-17", "CALL-20", "RET-17"},
    "delays announced beforehand": {"WEB-19", "COMP-21"},
    "forms short": {"WEB-09", "MAIL-03", "CHAT-03", "WALK-17"},
    "forms pre-filled": {"WEB-11", "RET-10"},
    "help found without searching": {"SHOP-14", "CALL-01", "WEB-05", "MAIL-01", "CHAT-01"},
    "nobody sent away to a form": {"SHOP-19", "CALL-19", "COMP-14", "MAIL-12", "CHAT-16", "RET-09"},
    "a “no” comes with an alternative": {"SHOP-18", "CALL-18", "COMP-15", "MAIL-11", "CHAT-15", "RET-14"},
    "complaints answered": {"COMP-13"},
    "complaints apologised for": {"COMP-07", "COMP-08", "RET-12"},
    "complaints explained": {"COMP-09"},
    "staff talk with customers rather than each other": {"SHOP-10", "SHOP-23"},
    "customers called customer or by name": {"SHOP-20", "CALL-10", "MAIL-08", "CHAT-08"},
    "the welcome": {"SHOP-07", "SHOP-08", "CALL-08", "RET-06"},
    "the last impression, a thank-you at the door": {"SHOP-27", "SHOP-28", "CALL-22", "WALK-27", "CHAT-19"},
    "small kindnesses": {"SHOP-26", "WEB-25"},
    "returning customers recognised": {"SHOP-09", "CALL-12", "WEB-11", "MAIL-17"},
    "account numbers easy to find": {"CALL-03", "WEB-15"},
    "every place a customer sees, touches and hears": {"WALK-01", "WALK-12", "WALK-22", "WALK-24", "WALK-28"},
}


def all_words(found: StandardFile) -> list[tuple[str, str]]:
    """Return every text of a set with where it stands."""
    texts = [("name", found.name), ("about", found.about)]
    for s in found.standards:
        parts = (s.touchpoint, s.statement, s.job_aid, s.script, *s.steps)
        texts += [(s.code, part) for part in parts]
    return texts


def a_file(standard: str = "", head: str = "") -> str:
    """Return the TOML of a set of one standard, with lines of ours added to it."""
    return (
        f'name = "A set"\n{head}\n[[standard]]\ncode = "A-1"\ntouchpoint = "Till"\nstatement = "It happens"\n'
        + standard
    )


def test_the_library_has_a_set_for_every_part_of_the_advice():
    assert [found.name for found in library_sets()] == [
        "Shop visit",
        "Walk-through",
        "Returns",
        "Phone enquiry",
        "Phone complaint",
        "Web order and delivery",
        "E-mail enquiry",
        "Live chat",
    ]
    assert len(LIBRARY_FILES) == len(library_sets())


@pytest.mark.parametrize("found", library_sets(), ids=lambda found: found.name)
def test_a_set_is_long_enough_to_tell_and_short_enough_to_walk(found):
    assert 12 <= len(found.standards) <= 30
    assert found.about
    assert 0 < found.minimum_coverage <= 1


@pytest.mark.parametrize("found", library_sets(), ids=lambda found: found.name)
def test_a_set_has_a_few_no_nos_and_weights_between_one_and_five(found):
    assert 1 <= sum(s.no_no for s in found.standards) <= 4
    assert {s.weight for s in found.standards} <= {1, 2, 3, 4, 5}
    assert all(s.weight >= 3 for s in found.standards if s.no_no)


def test_codes_are_unique_across_the_library():
    codes = Counter(s.code for found in library_sets() for s in found.standards)
    assert [code for code, times in codes.items() if times > 1] == []


@pytest.mark.parametrize("standard", STANDARDS.values(), ids=lambda standard: standard.code)
def test_every_field_of_a_standard_is_filled(standard):
    assert standard.touchpoint
    assert standard.statement.endswith(".")
    assert standard.job_aid.endswith(".")
    assert standard.kinds
    if standard.measure not in (Measure.YES_NO, Measure.RATING):
        assert standard.target.unit
    assert len(set(standard.steps)) == (5 if standard.measure is Measure.RATING else 0)


def test_all_measures_are_used():
    assert {s.measure for s in STANDARDS.values()} == set(Measure)


def test_a_duration_is_observed_with_a_start_and_an_end():
    for standard in STANDARDS.values():
        if standard.measure is Measure.DURATION:
            assert re.search(r"\b[Ss]tart the (stopwatch|wait)\b", standard.job_aid), standard.code
            assert re.search(r"\b(stop|run on)\b", standard.job_aid, re.IGNORECASE), standard.code


@pytest.mark.parametrize("found", library_sets(), ids=lambda found: found.name)
def test_no_vague_word_stands_anywhere(found):
    met = [(where, word) for where, text in all_words(found) for word in VAGUE.findall(text)]
    assert met == []


@pytest.mark.parametrize("found", library_sets(), ids=lambda found: found.name)
def test_nobody_is_called_by_a_room_or_a_seat_or_another_word_than_customer(found):
    others = re.compile(r"\b(client|guest|consumer|shopper|patron|buyer)s?\b", re.IGNORECASE)
    assert [where for where, text in all_words(found) if others.search(text)] == []


@pytest.mark.parametrize(("advice", "codes"), ADVICE.items(), ids=list(ADVICE))
def test_every_piece_of_advice_has_its_standard(advice, codes):
    assert codes <= set(STANDARDS), advice


def test_a_visit_starts_with_the_visit_set_of_its_kind():
    wanted = {
        Kind.SHOP: "Shop visit",
        Kind.PHONE: "Phone enquiry",
        Kind.WEBSITE: "Web order and delivery",
        Kind.EMAIL: "E-mail enquiry",
        Kind.CHAT: "Live chat",
    }
    for kind, name in wanted.items():
        just = {f.name: sum(s.kinds == {kind} for s in f.standards) for f in library_sets()}
        assert max(just, key=lambda found: just[found]) == name


def test_some_standards_are_only_for_the_own_brand():
    assert [s.code for s in STANDARDS.values() if s.scope is Scope.OURS_ONLY] == ["SHOP-29", "CALL-03"]


def test_one_of_a_thing_is_said_in_the_singular():
    transfers = STANDARDS["CALL-15"]
    assert say_target(transfers.measure, transfers.target) == "at most 1 transfer"


@pytest.mark.parametrize(
    ("target", "unit", "expected"),
    [
        pytest.param("3", "minutes", Target(Comparator.AT_MOST, 180, "seconds"), id="minutes are seconds"),
        pytest.param("1.5", "hours", Target(Comparator.AT_MOST, 5400, "seconds"), id="hours are seconds"),
        pytest.param("2", "days", Target(Comparator.AT_MOST, 2, "days"), id="days stay"),
        pytest.param(
            "2", "working days", Target(Comparator.AT_MOST, 2, "working days"), id="working days stay"
        ),
    ],
)
def test_a_duration_keeps_its_meaning(target, unit, expected):
    read = read_standard_file(
        a_file(f'measure = "duration"\ncomparator = "<="\ntarget = {target}\nunit = "{unit}"')
    )
    assert read.standards[0].target == expected


def test_kinds_of_the_set_hold_for_standards_without_their_own():
    text = a_file(head='kinds = ["shop", "chat"]') + '[[standard]]\ncode = "A-2"\ntouchpoint = "Till"\n'
    read = read_standard_file(text + 'statement = "Another"\nkinds = ["phone"]')
    assert [s.kinds for s in read.standards] == [{Kind.SHOP, Kind.CHAT}, {Kind.PHONE}]
    assert read.kinds == (Kind.SHOP, Kind.PHONE, Kind.CHAT)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("name = ", "is not TOML", id="broken"),
        pytest.param("", "the set has no name", id="empty"),
        pytest.param('name = "A set"', "no [[standard]]", id="no standards"),
        pytest.param(a_file("weigth = 2"), "a field “weigth”", id="misspelt field"),
        pytest.param(a_file("weight = -1"), "weight of standard A-1 is below 0", id="negative weight"),
        pytest.param(a_file("weight = nan"), "weight of standard A-1 must be a number", id="no number"),
        pytest.param(
            a_file("weight = true"), "weight of standard A-1 must be a number", id="truth as number"
        ),
        pytest.param(
            a_file('no_no = "yes"'), "no_no of standard A-1 must be true or false", id="no-no as text"
        ),
        pytest.param(a_file('measure = "speed"'), "measure of standard A-1 is “speed”", id="unknown measure"),
        pytest.param(a_file('measure = ["count"]'), "measure of standard A-1 is “['count']”", id="a list"),
        pytest.param(a_file('kinds = ["kiosk"]'), "kinds of standard A-1 is “kiosk”", id="unknown kind"),
        pytest.param(a_file("target = 0"), "phrase it so that yes is met", id="a no as target"),
        pytest.param(a_file('measure = "count"\ntarget = 3'), "has no comparator", id="half a target"),
        pytest.param(
            a_file('measure = "share"\ncomparator = ">="\ntarget = 120'),
            "cannot occur in a share",
            id="120 %",
        ),
        pytest.param(
            a_file('measure = "duration"\ncomparator = "<="\ntarget = 3\nunit = "moons"'),
            "“moons”",
            id="unit",
        ),
        pytest.param(
            a_file('measure = "rating"\ncomparator = ">="\ntarget = 4\nsteps = ["a", "b", "b", "c", "d"]'),
            "needs 5 different steps",
            id="two steps alike",
        ),
        pytest.param(a_file('steps = ["a"]'), "only a rating has them", id="steps without a rating"),
        pytest.param(a_file() + a_file().split("\n", 1)[1], "code A-1 stands in it twice", id="a code twice"),
        pytest.param(
            a_file()
            + '[[standard]]\ncode = "B"\ntouchpoint = "Door"\nstatement = "B"\n'
            + '[[standard]]\ncode = "C"\ntouchpoint = "Till"\nstatement = "C"\n',
            "touchpoint “Till” stands in two places",
            id="a touchpoint in two runs",
        ),
        pytest.param(a_file(head="minimum_coverage = 2"), "between 0 and 1", id="coverage above 1"),
    ],
)
def test_a_file_that_is_wrong_says_where(text, why):
    with pytest.raises(FileNotReadable) as told:
        read_standard_file(text, "mine.toml")
    assert why in str(told.value)
    assert "mine.toml" in str(told.value)
