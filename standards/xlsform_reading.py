"""Reading an XLSForm: ours comes back as the same set; of any other, what can be a standard becomes one."""

import re
from dataclasses import dataclass, replace

from standards.editions import DEFAULT_MINIMUM_COVERAGE, Standard
from standards.library_files import StandardFile
from standards.measuring import RATING_TOP, Measure
from standards.set_files import lines_of, one_line
from standards.spreadsheets import LONGEST_CELL, Errors, column_name
from standards.standard_files import CODE_LIMIT, NAME_LIMIT, RESERVED_CODES, read_standard
from standards.values import read_number, shorten, steps_of
from standards.xlsform import EVIDENCE_ROW, FRAME_ROW, OWN, OWN_COLUMNS, ROW, STANDARD_ROW, guidance, unescape
from standards.xlsform_foreign import CannotBeStandard, Mapped, standard_asked
from standards.xlsform_tables import Form, FormRow, first_line, read_form

_NESTING = re.compile(r"(begin|end)[ _](group|repeat)")
_OTHERWISE = "Visit"
_MEDIA = ("image", "audio", "video", "big-image")


@dataclass(frozen=True)
class LeftOut:
    """What of a form is left out of a standard set: the row in the sheet `survey`, what stands there, why."""

    row: int
    what: str
    why: str


@dataclass(frozen=True)
class XlsFormReading:
    """
    What was understood of a form; `standards` in the form's order.

    `without_target` are the codes of standards whose target the form does not hold: another stands in
    until a person has set one.
    """

    standards: tuple[Standard, ...]
    left_out: tuple[LeftOut, ...] = ()
    without_target: tuple[str, ...] = ()
    name: str = ""
    about: str = ""
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE

    @property
    def as_set(self) -> StandardFile:
        """The standards as a set, under the form's title."""
        return StandardFile(self.name, self.about, self.standards, self.minimum_coverage)


def read_xlsform(data: bytes) -> XlsFormReading:
    """
    Read the standards of an XLSForm, its own or anybody's.

    Raises:
        FileNotReadable: it is no whole .xlsx file, unpacks to too much, or has no survey.
    """
    form = read_form(data)
    walk = _Walk(form)
    for row in form.survey:
        walk.read(row)
    for language in form.languages[1:]:
        walk.leave(
            1, f"label::{language}", f"one language is kept: {form.languages[0] or 'the one without a name'}"
        )
    coverage = read_number(form.settings.text(f"{OWN}minimum_coverage"))
    return XlsFormReading(
        standards=tuple(walk.standards),
        left_out=tuple(sorted(walk.left_out, key=lambda one: one.row)),
        without_target=tuple(walk.without_target),
        name=walk.title,
        about=lines_of(unescape(form.settings.text(f"{OWN}about"))),
        minimum_coverage=(
            coverage if coverage is not None and 0 <= coverage <= 1 else DEFAULT_MINIMUM_COVERAGE
        ),
    )


class _Walk:
    """One way through the survey sheet: the groups a row stands in, and what was found so far."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.title = one_line(unescape(form.settings.text("form_title")))[:NAME_LIMIT].strip()
        self.standards: list[Standard] = []
        self.left_out: list[LeftOut] = []
        self.without_target: list[str] = []
        self.codes: set[str] = set()
        # What encloses a row: whether it is a repeat, and what it is called.
        self.groups: list[tuple[bool, str]] = []

    def leave(self, row: int, what: str, why: str) -> None:
        """Note what cannot be a standard."""
        self.left_out.append(LeftOut(row, what, why))

    def read(self, row: FormRow) -> None:
        """Take one row."""
        kind = " ".join(row.text("type").split())
        is_ours = row.text(ROW) in (FRAME_ROW, EVIDENCE_ROW)
        if nesting := _NESTING.fullmatch(kind.lower()):
            self._nest(row, begins=nesting[1] == "begin", repeats=nesting[2] == "repeat")
        elif is_ours or not (kind or row.text("name") or row.text("label")):
            return
        elif row.text("disabled").lower() in ("yes", "true", "true()"):
            self.leave(row.number, _say(row), "it is switched off in the form (disabled)")
        elif repeat := next((name for repeats, name in self.groups if repeats), None):
            self.leave(
                row.number,
                _say(row),
                f"it stands in the repeat “{repeat}”, and a visit observes a standard once",
            )
        elif row.text(ROW) == STANDARD_ROW and row.text(f"{OWN}code"):
            self._take_own(row)
        else:
            self._take_foreign(row, kind)

    def _nest(self, row: FormRow, *, begins: bool, repeats: bool) -> None:
        if not begins:
            if self.groups:
                self.groups.pop()
            return
        name = one_line(unescape(row.text("label")))[:NAME_LIMIT].strip() or one_line(row.text("name"))
        self.groups.append((repeats, name))
        if repeats:
            self.leave(row.number, f"repeat “{shorten(name)}”", "a visit observes each standard once")
        elif row.text("relevant"):
            self.leave(
                row.number,
                f"relevant of group “{shorten(name)}”",
                f"its standards are always asked; it said {shorten(row.text('relevant'))}",
            )

    def _touchpoint(self) -> str:
        named = next((name for _, name in reversed(self.groups) if name), "")
        return named[:NAME_LIMIT].strip() or self.title or _OTHERWISE

    def _take_own(self, row: FormRow) -> None:
        cells = {column: unescape(row.text(OWN + column)).strip() for column in OWN_COLUMNS}
        cells |= {"touchpoint": self._touchpoint(), "statement": unescape(row.text("label"))}
        written = row.text("guidance_hint")
        if "guidance_hint" in row.cells and written != guidance(cells["job_aid"], cells["script"]).strip():
            # Somebody has mended it in another tool, where it is one text.
            cells |= {"job_aid": lines_of(unescape(written)), "script": ""}
        errors = Errors()
        standard = read_standard(cells, len(self.standards), row.number, errors)
        if standard is None:
            first = errors.found[0]
            why = f"its {OWN}{first.column} is “{first.holds}”; allowed: {first.allowed}"
            self.leave(row.number, _say(row), why)
            return
        if standard.measure is Measure.RATING:
            standard = self._with_steps(standard, row)
        self._add(row, standard)

    def _with_steps(self, standard: Standard, row: FormRow) -> Standard:
        """Take the steps that stand in the form's choices, where somebody has mended them."""
        listed = self.form.choices.get(row.text("type").split(" ")[-1], ())
        steps = tuple(one_line(unescape(choice.text("label"))) for choice in listed)
        mended = len(set(steps) - {""}) == len(steps) == RATING_TOP and steps != steps_of(standard)
        return replace(standard, steps=steps) if mended else standard

    def _take_foreign(self, row: FormRow, kind: str) -> None:
        if len(row.text("label")) > LONGEST_CELL:
            self.leave(row.number, _say(row), f"its label has more than {LONGEST_CELL:,} characters")
            return
        try:
            mapped = standard_asked(row, kind, self.form.choices)
        except CannotBeStandard as found:
            self.leave(row.number, _say(row), str(found))
            return
        code = self._free_code(row)
        self._add(row, self._placed(mapped, code))
        if not mapped.has_target:
            self.without_target.append(code)
        if row.text("relevant"):
            self.leave(
                row.number,
                f"relevant of {code}",
                f"the standard is kept and always asked; it said {shorten(row.text('relevant'))}",
            )
        for column in _MEDIA:
            if row.text(column):
                self.leave(
                    row.number, f"{column} of {code}", "the standard is kept without the file beside it"
                )

    def _placed(self, mapped: Mapped, code: str) -> Standard:
        return Standard(
            code=code,
            touchpoint=self._touchpoint(),
            statement=mapped.statement,
            measure=mapped.measure,
            target=mapped.target,
            job_aid=mapped.job_aid,
            steps=mapped.steps,
            position=len(self.standards),
        )

    def _add(self, row: FormRow, standard: Standard) -> None:
        if standard.code in self.codes:
            self.leave(row.number, _say(row), f"code {standard.code} stands in a row before it")
            return
        self.codes.add(standard.code)
        self.standards.append(standard)

    def _free_code(self, row: FormRow) -> str:
        """Return the row's name as a code that no standard of the form and no column has yet."""
        written = one_line(row.text("name"))[: CODE_LIMIT - 6].strip() or f"row {row.number}"
        taken = self.codes | RESERVED_CODES
        code, number = written, 1
        while code in taken or column_name(code, RESERVED_CODES) in RESERVED_CODES:
            number += 1
            code = f"{written} {number}"
        return code


def _say(row: FormRow) -> str:
    """Say what a row is: its type, and its label or name."""
    kind = shorten(row.text("type")) or "a row without a type"
    called = first_line((one_line(row.text("label")), row.text("name")))
    return f"{kind}: {called}" if called else kind
