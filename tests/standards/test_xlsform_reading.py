"""An XLSForm that somebody else made: what can be a standard becomes one, the rest is listed with its row."""

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from openpyxl import Workbook

from standards.errors import FileNotReadable
from standards.measuring import RATING_TOP, Comparator, Measure, Target
from standards.set_files import one_line
from standards.xlsform_reading import LeftOut, XlsFormReading, read_xlsform
from tests.standards.made_sets import HOSTILE


def form_of(survey: str, choices: str = "", settings: str = "") -> bytes:
    """Return an XLSForm from lines of cells with | between."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, text in (("survey", survey), ("choices", choices), ("settings", settings)):
        if text:
            sheet = workbook.create_sheet(title)
            for line in text.strip().splitlines():
                sheet.append([cell.strip() or None for cell in line.split("|")])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def read(survey: str, choices: str = "", settings: str = "") -> XlsFormReading:
    return read_xlsform(form_of(survey, choices, settings))


YES_NO_CHOICES = """
    list_name | name | label
    yn        | yes  | Yes
    yn        | no   | No
    yn        | na   | N/A
"""

MYSTERY_CALL = """
    type              | name      | label                                  | hint             | relevant       | constraint         | constraint_message | calculation | parameters
    start             | start     |                                        |                  |                |                    |                    |             |
    begin_group       | call      | The call                               |                  |                |                    |                    |             |
    select_one yn     | greeted   | The agent says good morning            | Only the first   |                |                    |                    |             |
    integer           | rings     | The phone is answered within 3 rings   |                  |                | . >= 0             |                    |             |
    integer           | hold      | How many seconds was the hold?         |                  |                | . >= 0             |                    |             |
    decimal           | heat      | Temperature of the tea (°C)            |                  |                | . > -5 and . < 110 | Not in °F          |             |
    range             | shelf     | Shelves that are full                  |                  |                |                    |                    |             | start=0 end=100 step=5
    range             | warmth    | How warm was the welcome?              |                  |                |                    |                    |             | start=1 end=5 step=1
    select_one five   | order     | How tidy was the counter?              |                  |                |                    |                    |             |
    select_one yn     | why       | An apology is given                    |                  | ${hold} > 30   |                    |                    |             |
    calculate         | total     |                                        |                  |                |                    |                    | 1 + 1       |
    geopoint          | place     | Where are you?                         |                  |                |                    |                    |             |
    select_multiple x | seen      | What did you see?                      |                  |                |                    |                    |             |
    text              | remark    | Anything else?                         |                  |                |                    |                    |             |
    end_group         |           |                                        |                  |                |                    |                    |             |
    begin_repeat      | staff     | Each person                            |                  |                |                    |                    |             |
    select_one yn     | badge     | Wears a badge                          |                  |                |                    |                    |             |
    end_repeat        |           |                                        |                  |                |                    |                    |             |
    select_one yn     | bye       | Somebody says goodbye                  |                  |                |                    |                    |             |
"""  # noqa: E501
CALL_CHOICES = f"""{YES_NO_CHOICES.rstrip()}
    five      | 3    | half of it
    five      | 1    | nothing
    five      | 2    | a little
    five      | 5    | everything
    five      | 4    | nearly everything
    x         | a    | A
"""


@pytest.fixture(scope="module")
def call() -> XlsFormReading:
    return read(MYSTERY_CALL, CALL_CHOICES, "form_title\nMystery call")


def test_what_can_be_a_standard_becomes_one(call):
    assert [(one.code, one.measure) for one in call.standards] == [
        ("greeted", Measure.YES_NO),
        ("rings", Measure.COUNT),
        ("hold", Measure.DURATION),
        ("heat", Measure.NUMBER),
        ("shelf", Measure.SHARE),
        ("warmth", Measure.RATING),
        ("order", Measure.RATING),
        ("why", Measure.YES_NO),
        ("bye", Measure.YES_NO),
    ]
    assert call.name == "Mystery call"


def test_what_cannot_is_listed_with_its_row_and_why(call):
    left = {one.row: one for one in call.left_out}
    assert list(left) == [2, 11, 12, 13, 14, 15, 17, 18]
    assert left[2] == LeftOut(2, "start: start", "the device records it; a visit keeps its own times")
    assert "still" not in left[11].why
    assert left[11].what == "relevant of why"
    assert "${hold} > 30" in left[11].why
    assert "works it out" in left[12].why
    assert "place on the map" in left[13].why
    assert "no one verdict" in left[14].why
    assert "text has no verdict" in left[15].why
    assert left[17].what == "repeat “Each person”"
    assert "it stands in the repeat “Each person”" in left[18].why


def test_every_row_of_a_form_is_a_standard_or_listed(call):
    rows = len(MYSTERY_CALL.strip().splitlines()) - 1
    nesting = 3  # the group, and the two ends
    relevant_of_a_standard = 1
    assert len(call.standards) + len(call.left_out) - relevant_of_a_standard == rows - nesting


def test_a_target_in_the_wording_is_taken_and_another_is_named_as_missing(call):
    by_code = {one.code: one for one in call.standards}
    assert by_code["rings"].target == Target(Comparator.AT_MOST, 3, "rings")
    assert call.without_target == ("hold", "heat", "shelf", "warmth", "order")
    for code in call.without_target:
        assert "holds no target: set one" in by_code[code].job_aid


def test_groups_are_touchpoints_and_the_title_is_one_outside_of_them(call):
    touchpoints = {one.code: one.touchpoint for one in call.standards}
    assert touchpoints["rings"] == "The call"
    assert touchpoints["bye"] == "Mystery call"


def test_hints_and_constraints_stay_as_job_aid(call):
    by_code = {one.code: one for one in call.standards}
    assert by_code["greeted"].job_aid == "Only the first"
    assert "Not in °F (the form allows . > -5 and . < 110)" in by_code["heat"].job_aid
    assert "the form allows" not in by_code["rings"].job_aid


def test_five_steps_are_read_lowest_first(call):
    (order,) = [one for one in call.standards if one.code == "order"]
    assert order.steps == ("nothing", "a little", "half of it", "nearly everything", "everything")
    assert len(order.steps) == RATING_TOP


def test_one_language_is_read_and_the_others_are_listed():
    reading = read(
        """
        type          | name | label::French (fr) | label::English (en) | hint::English (en)
        select_one yn | a    | On dit bonjour     | Somebody says hello | Listen
        select_one yn | b    | On dit au revoir   |                     |
        """,
        "list_name | name | label::French (fr) | label::English (en)\nyn | 1 | Oui | Yes\nyn | 0 | Non | No",
        "form_title | default_language\nVisite | English (en)",
    )
    assert [one.statement for one in reading.standards] == ["Somebody says hello", "On dit au revoir"]
    assert reading.standards[0].job_aid == "Listen"
    assert reading.left_out == (LeftOut(1, "label::french (fr)", "one language is kept: english (en)"),)


CASCADE = """
    type              | name  | label             | choice_filter
    select_one region | r     | Region            |
    select_one yn     | a     | It is open        | region = ${r}
    select_one ten    | b     | Mark out of ten   |
    select_one shop   | c     | Which shop?       |
    select_one gone   | d     | Something         |
    select_one yn or_other | e | Is it so?        |
    select_one_from_file shops.csv | f | Shop     |
    date              | g     | When?             |
    image             | h     | A picture         |
    acknowledge       | i     | I have read it    |
    wormhole          | j     | ?                 |
    select_one yn     | k     |                   |
    range             | l     | Nought to ten     |
"""
CASCADE_CHOICES = f"""{YES_NO_CHOICES.rstrip()}
    region    | n    | North
    region    | s    | South
    shop      | x    | X
    ten       | 1    | one
    ten       | 10   | ten
"""


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (2, "neither yes and no nor the steps 1 to 5"),
        (3, "depend on another answer (choice_filter)"),
        (4, "a rating has the steps 1 to 5; this has 1, 10"),
        (5, "neither yes and no"),
        (6, "“gone” is not in the sheet choices"),
        (7, "or_other"),
        (8, "its choices stand in another file"),
        (9, "a moment and not a measure"),
        (10, "it is evidence"),
        (11, "a tick says yes and never no"),
        (12, "its type is not known here"),
        (13, "it has no label"),
        (14, "goes from 1 to 10"),
    ],
)
def test_a_row_is_left_out_for_a_reason_that_says_what_it_is(row, why):
    reading = read(CASCADE, CASCADE_CHOICES)
    assert reading.standards == ()
    (left,) = [one for one in reading.left_out if one.row == row]
    assert why in left.why


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (("yes", "no"), ("Yes", "No")),
        (("1", "0"), ("Yes", "No")),
        (("y", "n"), ("Ja", "Nein")),
        (("true", "false"), ("", "")),
        (("a", "b"), ("yes", "no")),
    ],
)
def test_yes_and_no_are_known_by_their_words(names, labels):
    rows = "\n".join(f"l | {name} | {label}" for name, label in zip(names, labels, strict=True))
    (standard,) = read(
        "type | name | label\nselect_one l | a | It is so", f"list_name | name | label\n{rows}"
    ).standards
    assert standard.measure is Measure.YES_NO


def test_one_and_nought_with_other_words_are_not_yes_and_no():
    choices = "list_name | name | label\nl | 1 | Clean\nl | 0 | Dirty"
    assert read("type | name | label\nselect_one l | a | The floor", choices).standards == ()


def test_names_that_stand_in_it_twice_become_codes_of_their_own():
    reading = read("type | name | label\n" + "integer | note | Things\n" * 3)
    codes = [one.code for one in reading.standards]
    assert len(set(codes)) == 3
    assert "note" not in codes


def test_percent_and_units_are_read_from_the_words():
    reading = read(
        "type | name | label\ninteger | a | Shelves filled, in %\ndecimal | b | Width of the door (cm)\n"
        "integer | c | Days until the reply\ninteger | d | How many people are waiting?"
    )
    assert [(one.measure, one.target.unit) for one in reading.standards] == [
        (Measure.SHARE, "%"),
        (Measure.NUMBER, "cm"),
        (Measure.DURATION, "days"),
        (Measure.COUNT, ""),
    ]


def test_headers_of_older_forms_are_known():
    reading = read(
        "Type | Name | Caption | bind:relevant\nselect one yn | a | It is so | ${b} = 1", YES_NO_CHOICES
    )
    assert [one.statement for one in reading.standards] == ["It is so"]
    assert reading.left_out[0].what == "relevant of a"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"type,name,label\n", "not an XLSX workbook", id="CSV"),
        pytest.param(b"", "not an XLSX workbook", id="empty"),
        pytest.param(b"PK\x03\x04" + b"x" * 100, "not a whole XLSX file", id="damaged"),
        pytest.param(form_of("", choices=YES_NO_CHOICES), "no sheet named “survey”", id="no survey"),
        pytest.param(form_of("name | label\na | b"), "no column “type”", id="no type"),
        pytest.param(form_of("type | name | label"), "or no rows", id="only a header"),
    ],
)
def test_what_is_no_form_is_refused_with_what_to_do(data, why):
    with pytest.raises(FileNotReadable, match=re.escape(why)):
        read_xlsform(data)


def test_a_bomb_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * (201 * 1024**2))
    with pytest.raises(FileNotReadable, match="it unpacks to"):
        read_xlsform(file.getvalue())


def test_a_form_without_end_is_refused():
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("survey")
    sheet.append(["type", "name", "label"])
    for number in range(5_001):
        sheet.append(["text", f"n{number}", "x"])
    file = io.BytesIO()
    workbook.save(file)
    with pytest.raises(FileNotReadable, match="more than 5,000 rows"):
        read_xlsform(file.getvalue())


@settings(max_examples=60)
@given(some.binary(max_size=300))
def test_no_bytes_at_all_crash_the_reader(data):
    for whole in (data, b"PK\x03\x04" + data):
        with pytest.raises(FileNotReadable):
            read_xlsform(whole)


cells = some.sampled_from(
    ["", "type", "label", "label::x", "begin_group", "end_group", "begin repeat", "select_one yn", "integer",
     "range", "start=a end=5", "${a}", "=1", ". >= 1 and . <= 5", "second_visit_code", "second_visit_row",
     "standard", "yes", "no", *HOSTILE],
)  # fmt: skip


@settings(max_examples=100)
@given(some.lists(some.lists(cells.map(one_line), min_size=4, max_size=4), min_size=1, max_size=8))
def test_any_table_is_read_or_refused(rows):
    survey = "\n".join(" | ".join(cell.replace("|", "/") for cell in row) for row in rows)
    try:
        reading = read(f"type | name | label | hint\n{survey}", YES_NO_CHOICES)
    except FileNotReadable:
        return
    assert len({one.code for one in reading.standards}) == len(reading.standards)
    assert all(one.statement and one.touchpoint for one in reading.standards)
