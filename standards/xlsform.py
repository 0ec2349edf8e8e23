"""
XLSForm: a standard set as a form that ODK and Kobo tools open, with the same wording, choices and rules.

Beside what those tools read, each standard's row has columns of our own, so that the same set comes back.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from standards.editions import Evidence, Kind, Scope, Standard
from standards.library_files import StandardFile
from standards.measuring import DAY_UNITS, Comparator, Measure
from standards.set_files import cells_of, lines_of, number_text, one_line, to_toml
from standards.standard_files import STANDARD_COLUMNS
from standards.values import say_target, shorten, steps_of

# What a form's own column is called; the tools pass over columns they do not know.
OWN = "second_visit_"
# In the column `second_visit_row`: what a row is to us. A row without it was added by somebody else.
ROW = f"{OWN}row"
STANDARD_ROW, EVIDENCE_ROW, FRAME_ROW = "standard", "evidence", "visit"
# The wording stands in the label and the touchpoint in the group's, where a person would mend it.
OWN_COLUMNS = tuple(name for name in STANDARD_COLUMNS if name not in ("touchpoint", "statement"))
SURVEY_COLUMNS = (
    "type", "name", "label", "hint", "guidance_hint", "required", "relevant", "constraint",
    "constraint_message", "parameters", "appearance", ROW, *(OWN + name for name in OWN_COLUMNS),
)  # fmt: skip
CHOICE_COLUMNS = ("list_name", "name", "label")
SETTING_COLUMNS = ("form_title", "form_id", "version", f"{OWN}about", f"{OWN}minimum_coverage")

_WIDTHS = {"type": 22, "name": 24, "label": 60, "hint": 40, "guidance_hint": 60, "relevant": 30}
_YES_NO_NA = "yes_no_na"
# A spreadsheet cell holds 32,767 characters; a job aid and a script together may have more.
_LONGEST_GUIDANCE = 32_000
_LONGEST_NAME = 40
# Big enough to read a price label, small enough for a slow line.
_LARGEST_PHOTO_SIDE = 2_048

# "${name}" would be filled with an answer and "instance(" worked out, in any text of a form. A sign that
# is not seen parts them; each more of it tells apart what had one already.
_JOINER = "\N{WORD JOINER}"
_EXPRESSION = re.compile(f"(\\$|instance)({_JOINER}*)([{{(])")
_ESCAPED = re.compile(f"(\\$|instance){_JOINER}({_JOINER}*)([{{(])")

_MISSES = {
    Comparator.AT_MOST: ">",
    Comparator.AT_LEAST: "<",
    Comparator.BELOW: ">=",
    Comparator.ABOVE: "<=",
    Comparator.EXACTLY: "!=",
}

Cells = dict[str, str | float]


def escape(text: str) -> str:
    """Return a text that no tool takes for an expression, and that looks the same."""
    return _EXPRESSION.sub(rf"\1\2{_JOINER}\3", text)


def unescape(text: str) -> str:
    """Take back what `escape` did."""
    return _ESCAPED.sub(r"\1\2\3", text)


@dataclass
class _Form:
    """The rows of one form, as they are collected."""

    survey: list[Cells] = field(default_factory=list)
    choices: list[Cells] = field(default_factory=list)

    def add(self, kind: str, name: str, label: str = "", row: str = FRAME_ROW, **cells: str) -> None:
        """Add one row of the survey sheet."""
        self.survey.append({"type": kind, "name": name, "label": label, ROW: row, **cells})

    def offer(self, list_name: str, choices: Iterable[tuple[str, str]]) -> None:
        """Add a list of choices, each a name and a label."""
        self.choices += [
            {"list_name": list_name, "name": name, "label": escape(one_line(label))}
            for name, label in choices
        ]


def to_xlsform(found: StandardFile) -> bytes:
    """
    Write a set as an XLSForm: the bytes of an .xlsx file.

    One group a touchpoint. A kind of channel, and whether it is an own one, are asked first where that
    decides which standards apply. Evidence is asked for as the standard's rule says.

    Raises:
        TextTooLong: a text would not fit into a cell that can be read again.
    Source:
        The XLSForm specification, xlsform.org; what it leaves open, the reference converter decides.
    """
    # openpyxl is slow to import, and only who asks for a form waits for it.
    from standards.workbooks import workbook_of  # noqa: PLC0415

    form = _Form()
    form.offer(_YES_NO_NA, (("yes", "Yes"), ("no", "No"), ("na", "Not applicable")))
    form.add("start", "started_at")
    form.add("end", "ended_at")
    _add_visit(form, found.standards)
    names = _names(found.standards)
    asks = _relevance(found.standards)
    touchpoint, group = "", 0
    for standard in found.standards:
        if standard.touchpoint != touchpoint or not group:
            if group:
                form.add("end_group", f"touchpoint_{group}")
            touchpoint, group = standard.touchpoint, group + 1
            form.add("begin_group", f"touchpoint_{group}", _text(touchpoint), appearance="field-list")
        _add_standard(form, standard, names[standard.code], asks[standard.code])
    if group:
        form.add("end_group", f"touchpoint_{group}")
    _add_impressions(form)
    return workbook_of(
        {
            "survey": _sheet(SURVEY_COLUMNS, form.survey),
            "choices": _sheet(CHOICE_COLUMNS, form.choices),
            "settings": _sheet(SETTING_COLUMNS, [_settings(found)]),
        },
        _WIDTHS,
    )


def _sheet(columns: tuple[str, ...], rows: Iterable[Cells]) -> list[list[str | float]]:
    return [list(columns), *([row.get(column, "") for column in columns] for row in rows)]


def _text(text: str) -> str:
    return escape(one_line(text))


def _settings(found: StandardFile) -> Cells:
    # The same set has the same version, and a server asks for a new one when a form has changed.
    version = hashlib.sha256(to_toml(found).encode()).hexdigest()[:12]
    return {
        "form_title": _text(found.name),
        "form_id": f"second_visit_{xml_name(found.name) or 'set'}",
        "version": version,
        f"{OWN}about": escape(lines_of(found.about)),
        f"{OWN}minimum_coverage": number_text(found.minimum_coverage),
    }


def _add_visit(form: _Form, standards: Iterable[Standard]) -> None:
    form.add("begin_group", "visit", "Visit", appearance="field-list")
    form.add("text", "brand", "Brand", required="yes")
    form.add("text", "channel", "Channel", hint="The shop, line or address that is visited.", required="yes")
    if len(named := {one.kinds for one in standards}) > 1:
        kinds = set(Kind) if frozenset() in named else {kind for kinds in named for kind in kinds}
        form.offer("channel_kinds", ((_kind_name(kind), kind.value) for kind in Kind if kind in kinds))
        form.add("select_one channel_kinds", "kind", "Kind of channel", required="yes")
    if len({one.scope for one in standards}) > 1:
        form.offer("yes_no", (("yes", "Yes"), ("no", "No")))
        form.add("select_one yes_no", "own_brand", "Is it a channel of our own brand?", required="yes")
    form.add("text", "first_impression", "First impression", appearance="multiline")
    form.add("end_group", "visit")


def _add_impressions(form: _Form) -> None:
    form.add("begin_group", "impressions", "Last impression", appearance="field-list")
    form.add("text", "last_impression", "Last impression", appearance="multiline")
    form.add(
        "range",
        "would_return",
        "Would you come back?",
        hint="0: certainly not. 10: certainly.",
        parameters="start=0 end=10 step=1",
    )
    form.add("text", "story", "What happened, in your own words", appearance="multiline")
    form.add("end_group", "impressions")


def _add_standard(form: _Form, standard: Standard, name: str, asked: str) -> None:
    applies = asked
    if standard.measure is not Measure.YES_NO:
        form.add(
            "acknowledge",
            f"{name}__na",
            f"Not applicable: {_text(shorten(one_line(standard.statement), 80))}",
            EVIDENCE_ROW,
            hint="Tick it only where the standard does not apply; it then needs no value.",
            relevant=asked,
        )
        applies = _all(asked, f"${{{name}__na}} != 'OK'")
    kind, hint, constraint, message = _control(standard, name)
    if standard.measure is Measure.RATING:
        form.offer(f"{name}__steps", ((str(at), step) for at, step in enumerate(steps_of(standard), 1)))
    own = {OWN + column: cell for column, cell in cells_of(standard).items() if column in OWN_COLUMNS}
    form.survey.append(
        {
            "type": kind,
            "name": name,
            "label": _text(standard.statement),
            "hint": hint,
            "guidance_hint": guidance(standard.job_aid, standard.script),
            "required": "yes",
            "relevant": applies,
            "constraint": constraint,
            "constraint_message": message,
            ROW: STANDARD_ROW,
            **{column: escape(cell) if isinstance(cell, str) else cell for column, cell in own.items()},
        }
    )
    _add_evidence(form, standard, name, asked)


def guidance(job_aid: str, script: str) -> str:
    """Return how a standard is observed and what is said, as one text of a form."""
    parts = [lines_of(job_aid), f"Script: {lines_of(script)}" if script else ""]
    whole = "\n\n".join(part for part in parts if part)
    return escape(whole if len(whole) <= _LONGEST_GUIDANCE else f"{whole[:_LONGEST_GUIDANCE]}…")


def _control(standard: Standard, name: str) -> tuple[str, str, str, str]:
    """Return the type, the hint, the constraint and its message."""
    target, measure = standard.target, standard.measure
    said = f"Target: {_text(say_target(measure, target))}."
    unit = _text(target.unit)
    match measure:
        case Measure.YES_NO:
            return f"select_one {_YES_NO_NA}", said, "", ""
        case Measure.RATING:
            return f"select_one {name}__steps", said, "", ""
        case Measure.SHARE:
            return (
                "decimal",
                f"{said} Answer in percent, 0 to 100.",
                ". >= 0 and . <= 100",
                "A share lies between 0 and 100 percent.",
            )
        case Measure.COUNT:
            counted = f"a whole number of {unit}" if unit else "a whole number"
            return "integer", f"{said} Answer with {counted}.", ". >= 0", "A count is 0 or more."
        case Measure.DURATION:
            span = target.unit if target.unit in DAY_UNITS else "seconds"
            whole = float(target.value).is_integer()
            kind = "integer" if whole else "decimal"
            return kind, f"{said} Answer in {span}.", ". >= 0", "A duration is 0 or more."
        case Measure.NUMBER:
            return "decimal", f"{said} Answer in {unit}." if unit else said, "", ""


def _add_evidence(form: _Form, standard: Standard, name: str, asked: str) -> None:
    if standard.evidence is Evidence.NEVER:
        return
    wanted = _all(asked, _missed(standard, name) if standard.evidence is Evidence.IF_MISSED else "")
    if standard.evidence is Evidence.ALWAYS:
        wanted = _all(asked, _answered(standard, name))
    about = _text(shorten(one_line(standard.statement), 80))
    form.add(
        "image",
        f"{name}__photo",
        f"Photo: {about}",
        EVIDENCE_ROW,
        relevant=wanted,
        parameters=f"max-pixels={_LARGEST_PHOTO_SIDE}",
    )
    form.add(
        "text",
        f"{name}__note",
        f"Note: {about}",
        EVIDENCE_ROW,
        hint="Needed where there is no photo.",
        required=f"${{{name}__photo}} = ''",
        relevant=wanted,
        appearance="multiline",
    )


def _answered(standard: Standard, name: str) -> str:
    if standard.measure is Measure.YES_NO:
        return f"(${{{name}}} = 'yes' or ${{{name}}} = 'no')"
    return f"${{{name}}} != ''"


def _missed(standard: Standard, name: str) -> str:
    """Return the expression that is true where an answer misses the target."""
    if standard.measure is Measure.YES_NO:
        return f"${{{name}}} = '{'no' if standard.target.value else 'yes'}'"
    misses = f"${{{name}}} {_MISSES[standard.target.comparator]} {number_text(standard.target.value)}"
    # What is not answered yet would otherwise not be equal to a target.
    return f"${{{name}}} != '' and {misses}"


def _relevance(standards: Iterable[Standard]) -> dict[str, str]:
    """Return by code the expression that says whom a standard is asked of; empty for all."""
    listed = list(standards)
    by_kind = len({one.kinds for one in listed}) > 1
    by_scope = len({one.scope for one in listed}) > 1
    return {
        one.code: _all(
            _kinds_expression(one.kinds) if by_kind else "",
            "${own_brand} = 'yes'" if by_scope and one.scope is Scope.OURS_ONLY else "",
        )
        for one in listed
    }


def _kinds_expression(kinds: frozenset[Kind]) -> str:
    named = [f"${{kind}} = '{_kind_name(kind)}'" for kind in Kind if kind in kinds]
    return f"({' or '.join(named)})" if len(named) > 1 else "".join(named)


def _kind_name(kind: Kind) -> str:
    return kind.value.replace("-", "_")


def _all(*conditions: str) -> str:
    return " and ".join(condition for condition in conditions if condition)


def xml_name(text: str) -> str:
    """Return what of a text may stand in an XML name: small letters, digits, single underlines."""
    plain = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_NAME].strip("_")


def _names(standards: Iterable[Standard]) -> Mapping[str, str]:
    """
    Return by code a name that no other row of the form has.

    It begins with `s_`, and no row that is not a standard's does; two underlines part what belongs to it.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for standard in standards:
        base = f"s_{xml_name(standard.code) or 'standard'}"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        names[standard.code] = name
    return names
