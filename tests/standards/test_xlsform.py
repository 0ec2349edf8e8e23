"""XLSForm: an export passes the reference converter and comes back; any form is read as far as it goes."""

import io
import re
import shutil
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from standards.editions import Evidence, Kind, Scope, Standard
from standards.errors import TextTooLong
from standards.library_files import StandardFile, library_sets
from standards.measuring import Comparator, Measure, Target, Verdict, verdict_of
from standards.set_files import one_line
from standards.values import say_target, steps_of
from standards.xlsform import escape, guidance, to_xlsform, unescape
from standards.xlsform_reading import read_xlsform
from tests.standards.builders import standard_of
from tests.standards.made_sets import HOSTILE, made_sets

NAMES = {
    "x": "http://www.w3.org/2002/xforms",
    "h": "http://www.w3.org/1999/xhtml",
    "jr": "http://openrosa.org/javarosa",
}
LIBRARY = pytest.mark.parametrize("found", library_sets(), ids=lambda found: found.name)
# The validator of ODK itself comes with pyxform and needs Java.
HAS_JAVA = shutil.which("java") is not None


class XForm:
    """A form as ODK and Kobo tools read it: what the reference converter made of an XLSForm."""

    def __init__(self, data: bytes, *, validate: bool = False) -> None:
        warnings: list[str] = []
        made = convert(io.BytesIO(data), warnings=warnings, validate=validate, file_type=".xlsx")
        self.warnings = [*warnings, *(made.warnings or [])]
        self.tree = ElementTree.fromstring(made.xform)  # noqa: S314 - made a moment ago
        self.binds = {
            bind.attrib["nodeset"].split("/")[-1]: bind.attrib
            for bind in self.tree.iterfind(".//x:bind", NAMES)
        }
        self.texts = {
            text.attrib["id"]: [value.text or "" for value in text.iterfind("x:value", NAMES)]
            for text in self.tree.iterfind(".//x:itext/x:translation/x:text", NAMES)
        }
        self.controls = {
            control.attrib["ref"].split("/")[-1]: control
            for control in self.tree.iterfind(".//h:body//*[@ref]", NAMES)
            if control.tag.rpartition("}")[2] not in ("label", "hint", "value")
        }

    def said(self, name: str, part: str) -> list[str]:
        """Return the texts of a control's label or hint."""
        found = self.controls[name].find(f"x:{part}", NAMES)
        if found is None:
            return []
        if ref := found.attrib.get("ref"):
            return self.texts[re.sub(r"jr:itext\('(.*)'\)", r"\1", ref)]
        assert not list(found), "an expression stands in a text"
        return [found.text or ""]

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return the names and labels that a control offers."""
        itemset = self.controls[name].find("x:itemset", NAMES)
        assert itemset is not None
        listed = re.sub(r"instance\('(.*)'\)/root/item", r"\1", itemset.attrib["nodeset"])
        items = self.tree.iterfind(f".//x:instance[@id='{listed}']/x:root/x:item", NAMES)
        return [(item.findtext("x:name", "", NAMES), item.findtext("x:label", "", NAMES)) for item in items]

    def rule(self, name: str, rule: str) -> str:
        """Return an expression of a control, with names for paths."""
        named = re.sub(r"/data/(?:\w+/)*(\w+)", r"\1", self.binds[name].get(rule, ""))
        return " ".join(named.split()).replace("( ", "(")

    def group_of(self, name: str) -> str:
        """Return the label of the group a control stands in."""
        path = self.controls[name].attrib["ref"].split("/")
        return self.said(path[-2], "label")[0]


def set_of(*standards: Standard) -> StandardFile:
    return StandardFile("A set", "", tuple(replace(one, position=at) for at, one in enumerate(standards)))


def xform_of(*standards: Standard) -> XForm:
    return XForm(to_xlsform(set_of(*standards)))


def names_of(form: XForm) -> list[str]:
    """Return the names of the standards' own controls, in the form's order."""
    return [name for name in form.controls if name.startswith("s_") and "__" not in name]


def straight(text: str) -> str:
    """Return a text with the quotation marks that the reference converter makes of others."""
    return text.translate(str.maketrans("“”‘’", "\"\"''"))


@LIBRARY
def test_a_starter_set_passes_the_reference_converter_without_a_warning(found):
    assert XForm(to_xlsform(found), validate=HAS_JAVA).warnings == []


@LIBRARY
def test_a_starter_set_comes_back_the_same(found):
    reading = read_xlsform(to_xlsform(found))
    assert reading.as_set == found
    assert reading.left_out == ()
    assert reading.without_target == ()


@LIBRARY
def test_the_tools_show_the_same_wording_choices_and_rules(found):
    form = XForm(to_xlsform(found))
    assert form.tree.findtext(".//h:title", "", NAMES) == found.name
    assert len(names_of(form)) == len(found.standards)
    for name, standard in zip(names_of(form), found.standards, strict=True):
        assert form.said(name, "label") == [straight(standard.statement)]
        assert form.group_of(name) == standard.touchpoint
        hint, aid = form.said(name, "hint")
        assert say_target(standard.measure, standard.target) in hint
        assert one_line(aid) == straight(one_line(guidance(standard.job_aid, standard.script)))
        assert form.binds[name]["required"] == "true()"
        if standard.measure is Measure.YES_NO:
            assert form.choices(name) == [("yes", "Yes"), ("no", "No"), ("na", "Not applicable")]
        elif standard.measure is Measure.RATING:
            steps = enumerate(steps_of(standard), 1)
            assert form.choices(name) == [(str(at), straight(step)) for at, step in steps]
        if standard.measure is not Measure.YES_NO:
            assert f"{name}__na != 'OK'" in form.rule(name, "relevant")
        assert (f"{name}__photo" in form.controls) == (standard.evidence is not Evidence.NEVER)
        assert (f"{name}__note" in form.controls) == (standard.evidence is not Evidence.NEVER)


@settings(max_examples=40)
@given(made_sets())
def test_any_set_comes_back_the_same(found):
    reading = read_xlsform(to_xlsform(found))
    assert reading.as_set == found
    assert reading.left_out == ()


@settings(max_examples=25)
@given(made_sets())
def test_any_set_passes_the_reference_converter_and_no_text_becomes_an_expression(found):
    form = XForm(to_xlsform(found))
    assert form.warnings == []
    assert form.tree.find(".//x:output", NAMES) is None
    for name, standard in zip(names_of(form), found.standards, strict=True):
        (label,) = form.said(name, "label")
        assert one_line(unescape(label)) == straight(standard.statement)
        if standard.measure is Measure.RATING:
            labels = [unescape(label) for _, label in form.choices(name)]
            assert labels == [straight(step) for step in steps_of(standard)]


@given(some.text() | some.sampled_from(HOSTILE))
@example("$\u2060{a} ${a}")
def test_an_escaped_text_comes_back_and_holds_no_expression(text):
    assert unescape(escape(text)) == text
    assert "${" not in escape(text)
    assert "instance(" not in escape(text)
    assert escape(text).replace("\u2060", "") == text.replace("\u2060", "")


def test_no_cell_of_a_form_is_a_formula():
    data = to_xlsform(set_of(standard_of(statement="=1+1", job_aid="=2", code="=3", touchpoint="=4")))
    for sheet in load_workbook(io.BytesIO(data)):
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize(
    ("standard", "kind", "constraint"),
    [
        pytest.param(
            standard_of(Measure.DURATION, Comparator.AT_MOST, 30, "seconds"), "int", ". >= 0", id="seconds"
        ),
        pytest.param(
            standard_of(Measure.DURATION, Comparator.AT_MOST, 2.5, "days"), "decimal", ". >= 0", id="days"
        ),
        pytest.param(standard_of(Measure.COUNT, Comparator.AT_MOST, 3, "rings"), "int", ". >= 0", id="count"),
        pytest.param(standard_of(Measure.NUMBER, Comparator.AT_LEAST, 65, "°C"), "decimal", "", id="number"),
        pytest.param(
            standard_of(Measure.SHARE, Comparator.AT_LEAST, 95, "%"),
            "decimal", ". >= 0 and . <= 100", id="share",
        ),
        pytest.param(standard_of(Measure.RATING, Comparator.AT_LEAST, 4), "string", "", id="rating"),
        pytest.param(standard_of(), "string", "", id="yes/no"),
    ],
)  # fmt: skip
def test_a_measure_is_asked_for_by_its_type_within_its_bounds(standard, kind, constraint):
    form = xform_of(standard)
    assert form.binds["s_a1"]["type"] == kind
    assert form.rule("s_a1", "constraint") == constraint


def test_a_unit_is_named_where_the_value_is_typed():
    form = xform_of(standard_of(Measure.NUMBER, Comparator.AT_LEAST, 65, "°C"))
    assert form.said("s_a1", "hint") == ["Target: at least 65 °C. Answer in °C."]


def test_a_value_is_not_asked_for_where_the_standard_does_not_apply():
    form = xform_of(standard_of(Measure.COUNT, Comparator.AT_MOST, 3))
    assert form.rule("s_a1", "relevant") == "s_a1__na != 'OK'"
    assert "required" not in form.binds["s_a1__na"]


def holds(expression: str, **values: str) -> bool:
    """Work out an expression of a form for these answers, as XPath does: against a number, a number."""
    python = re.sub(r"(?<![<>!])=", "==", expression)

    class Value(str):
        __slots__ = ()

        def _with(self, other: object, compare: str) -> bool:
            if isinstance(other, str):
                return bool(getattr(str, compare)(self, other))
            return bool(getattr(float(self or "nan"), compare)(float(other)))  # type: ignore[arg-type]

        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return self._with(other, "__eq__")

        def __ne__(self, other: object) -> bool:
            return self._with(other, "__ne__")

        def __lt__(self, other: object) -> bool:
            return self._with(other, "__lt__")

        def __le__(self, other: object) -> bool:
            return self._with(other, "__le__")

        def __gt__(self, other: object) -> bool:
            return self._with(other, "__gt__")

        def __ge__(self, other: object) -> bool:
            return self._with(other, "__ge__")

    return bool(eval(python, {}, {name: Value(value) for name, value in values.items()}))  # noqa: S307


@pytest.mark.parametrize("comparator", Comparator)
@pytest.mark.parametrize("value", [2, 3, 4])
@pytest.mark.parametrize("measure", [Measure.COUNT, Measure.RATING, Measure.NUMBER])
def test_a_photo_is_asked_for_exactly_when_the_target_is_missed(measure, comparator, value):
    form = xform_of(standard_of(measure, comparator, 3, evidence=Evidence.IF_MISSED))
    asked = holds(form.rule("s_a1__photo", "relevant"), s_a1=str(value))
    assert asked == (verdict_of(Target(comparator, 3), value) is Verdict.MISSED)


@pytest.mark.parametrize("comparator", Comparator)
def test_no_evidence_is_asked_for_before_the_answer(comparator):
    form = xform_of(standard_of(Measure.NUMBER, comparator, 3, evidence=Evidence.IF_MISSED))
    assert not holds(form.rule("s_a1__photo", "relevant"), s_a1="")


@pytest.mark.parametrize(("target", "missing"), [(1, "no"), (0, "yes")])
def test_a_yes_no_is_missed_by_the_other_answer(target, missing):
    form = xform_of(standard_of(target=target, evidence=Evidence.IF_MISSED))
    assert form.rule("s_a1__note", "relevant") == f"s_a1 = '{missing}'"


def test_evidence_that_is_always_wanted_is_not_wanted_where_the_standard_does_not_apply():
    form = xform_of(standard_of(evidence=Evidence.ALWAYS))
    asked = form.rule("s_a1__photo", "relevant")
    assert [answer for answer in ("yes", "no", "na", "") if holds(asked, s_a1=answer)] == ["yes", "no"]


def test_a_note_is_required_where_there_is_no_photo():
    form = xform_of(standard_of(evidence=Evidence.ALWAYS))
    assert form.rule("s_a1__note", "required") == "s_a1__photo = ''"


def test_the_kind_is_asked_first_where_standards_differ_by_it():
    form = xform_of(
        standard_of(code="A", kinds=frozenset({Kind.SHOP, Kind.EMAIL})),
        standard_of(code="B", kinds=frozenset({Kind.PHONE})),
    )
    assert form.choices("kind") == [("shop", "shop"), ("phone", "phone"), ("e_mail", "e-mail")]
    assert form.rule("s_a", "relevant") == "(kind = 'shop' or kind = 'e_mail')"
    assert form.rule("s_b", "relevant") == "kind = 'phone'"


def test_the_kind_is_not_asked_where_it_decides_nothing():
    assert "kind" not in xform_of(standard_of(kinds=frozenset({Kind.SHOP}))).controls


def test_a_standard_of_ours_only_is_asked_only_at_our_own_brand():
    form = xform_of(standard_of(code="A"), standard_of(code="B", scope=Scope.OURS_ONLY))
    assert form.rule("s_a", "relevant") == ""
    assert form.rule("s_b", "relevant") == "own_brand = 'yes'"


def test_a_rule_about_whom_holds_for_the_evidence_too():
    form = xform_of(
        standard_of(code="A"),
        standard_of(Measure.COUNT, code="B", scope=Scope.OURS_ONLY, evidence=Evidence.ALWAYS),
    )
    for name in ("s_b", "s_b__na", "s_b__photo", "s_b__note"):
        assert form.rule(name, "relevant").startswith("own_brand = 'yes'")


def test_codes_that_look_alike_get_names_of_their_own():
    codes = ("A-1", "a 1", "a_1_2", "Ä 1", "1", "…", "visit", "s_a_1", "A-1 note", "x" * 60)
    found = set_of(*(standard_of(code=code, evidence=Evidence.ALWAYS) for code in codes))
    form = XForm(to_xlsform(found))
    assert len(set(names_of(form))) == len(codes)
    assert [one.code for one in read_xlsform(to_xlsform(found)).standards] == list(codes)


def test_the_same_set_has_the_same_version_and_another_one_another():
    versions = [
        load_workbook(io.BytesIO(to_xlsform(set_of(standard_of(weight=weight)))))["settings"]["C2"].value
        for weight in (1, 1, 2)
    ]
    assert versions[0] == versions[1] != versions[2]


def test_first_and_last_impression_return_and_story_are_asked():
    form = xform_of(standard_of())
    assert {"brand", "channel", "first_impression", "last_impression", "would_return", "story"} <= set(
        form.controls
    )
    assert form.controls["would_return"].attrib["end"] == "10"


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut():
    with pytest.raises(TextTooLong, match="script of standard A1"):
        to_xlsform(set_of(standard_of(script="a" * 20_001)))


def changed(data: bytes, **cells: str) -> bytes:
    """Change cells of the survey sheet of a form, as somebody would in a spreadsheet program."""
    workbook = load_workbook(io.BytesIO(data))
    survey = workbook["survey"]
    columns = {cell.value: cell.column for cell in survey[1]}
    (row,) = [row[0].row for row in survey.iter_rows() if row[columns["name"] - 1].value == "s_a1"]
    for column, value in cells.items():
        survey.cell(row, columns[column]).value = value
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_what_was_mended_in_another_tool_is_taken():
    data = to_xlsform(set_of(standard_of(job_aid="Look", script="Say")))
    (standard,) = read_xlsform(changed(data, label="Somebody speaks first", guidance_hint="Listen")).standards
    assert (standard.statement, standard.job_aid, standard.script) == ("Somebody speaks first", "Listen", "")


def test_steps_mended_in_the_choices_are_taken():
    data = to_xlsform(set_of(standard_of(Measure.RATING, Comparator.AT_LEAST, 4, steps=tuple("abcde"))))
    workbook = load_workbook(io.BytesIO(data))
    workbook["choices"].cell(workbook["choices"].max_row, 3).value = "everything"
    file = io.BytesIO()
    workbook.save(file)
    assert read_xlsform(file.getvalue()).standards[0].steps == ("a", "b", "c", "d", "everything")


def test_a_cell_of_ours_that_was_spoilt_is_named_with_its_row():
    data = to_xlsform(set_of(standard_of()))
    (left,) = read_xlsform(changed(data, second_visit_weight="much")).left_out
    assert left.row > 1
    assert left.why == "its second_visit_weight is “much”; allowed: a number of points from 0"
