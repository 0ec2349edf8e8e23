"""Visits files: one row a visit (wide) or one row an observation (long), into visits with answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from standards.editions import Edition, Kind, Standard
from standards.errors import FileNotReadable, ValueNotAllowed
from standards.measuring import Verdict
from standards.spreadsheets import CONTROL, Errors, Row, Sheet, read_sheet
from standards.values import Answer, allowed_for, read_answer, shorten
from standards.visits import Observation

NEEDED = ("visit_id", "brand", "channel", "visited_on")
HEAD_COLUMNS = ("visit_id", "brand", "channel", "kind", "area", "shopper", "visited_on")
LONG_COLUMNS = ("code", "value", "verdict", "note")
# Our own export names them; which set and edition the visits come under is chosen at the import.
PASSED_OVER = ("set", "edition")

NAME_LIMIT = 200
# Whose decision: an earlier date is a slip of the keys, such as 0202 or 1925.
EARLIEST = date(1970, 1, 1)

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.{0,30})?")


@dataclass(frozen=True)
class KnownChannel:
    """A channel as it is stored already."""

    kind: Kind
    area: str


@dataclass(frozen=True)
class Known:
    """What is stored already and bears on a file: our own brand's name, and channels by brand and name."""

    own_brand: str | None = None
    channels: Mapping[tuple[str, str], KnownChannel] = field(default_factory=dict)


@dataclass(frozen=True)
class VisitHead:
    """Who visited what and when, as one row says it."""

    external_id: str
    brand: str
    channel: str
    kind: Kind
    area: str
    shopper: str
    visited_on: date


@dataclass(frozen=True)
class FileVisit:
    """One visit of a file; `row` is where it begins, `observations` stand in the edition's order."""

    row: int
    head: VisitHead
    observations: tuple[Observation, ...]


@dataclass(frozen=True)
class VisitsFile:
    """What a visits file holds, in its order; `notes` say what was left out."""

    visits: tuple[FileVisit, ...]
    notes: tuple[str, ...] = ()

    @property
    def observation_count(self) -> int:
        """How many observations all the visits hold."""
        return sum(len(visit.observations) for visit in self.visits)


def read_visits_file(data: bytes, edition: Edition, known: Known, today: date) -> VisitsFile:
    """
    Read a visits file against one edition. A column `code` makes it long; else it is wide.

    A blank cell is unanswered; `n/a` at a standard that the channel is not asked counts as blank.

    Args:
        today: no visit is later than this.
    Raises:
        FileNotReadable: the file or its columns cannot be used at all.
        FileHasErrors: up to 100 cells that cannot be stored.
    """
    sheet = read_sheet(data, (*HEAD_COLUMNS, *LONG_COLUMNS, *PASSED_OVER))
    missing = [name for name in NEEDED if name not in sheet.header]
    if missing:
        raise FileNotReadable(
            why=f"these columns are missing: {', '.join(missing)}",
            advice=f"A visits file has {', '.join(HEAD_COLUMNS)} (kind, area and shopper may be left out), "
            "and then a column for each code, or the columns code and value.",
        )
    reader = _Reader(sheet, edition, known, today)
    visits = reader.read_long() if "code" in sheet.header else reader.read_wide()
    reader.errors.refuse()
    return VisitsFile(tuple(visits), sheet.notes)


@dataclass
class _Gathered:
    """A visit while its rows come in."""

    row: int
    head: VisitHead
    observations: dict[str, Observation]


class _Reader:
    """Reads one file; what was read of the same cell before is not read again."""

    def __init__(self, sheet: Sheet, edition: Edition, known: Known, today: date) -> None:
        self.sheet, self.edition, self.known, self.today = sheet, edition, known, today
        self.errors = Errors()
        self.standards = edition.by_code()
        self.order = {code: at for at, code in enumerate(self.standards)}
        self.at = {name: at for at, name in enumerate(sheet.header)}
        self.channels: dict[tuple[str, str], tuple[VisitHead, int]] = {}
        self.cells: dict[tuple[str, Kind, bool, str], Observation | str | None] = {}
        self.dates: dict[str, date | None] = {}
        self.codes_known = _listed(edition)

    def read_wide(self) -> list[FileVisit]:
        stray = [name for name in self.sheet.header if name in ("value", "verdict", "note")]
        if stray:
            raise FileNotReadable(
                why=f"it has {', '.join(stray)} but no column code",
                advice="In a long file each row names its code.",
            )
        beside = (*HEAD_COLUMNS, *PASSED_OVER)
        codes = [name for name in self.sheet.header if name not in beside]
        if not codes:
            raise FileNotReadable(
                why="it has no column for any standard", advice=f"Add columns for {self.codes_known}."
            )
        for code in codes:
            if code not in self.standards:
                self.errors.add(1, code, code, f"a code of “{self.edition.set_name}”: {self.codes_known}")
        columns = [(code, self.at[code]) for code in codes if code in self.standards]
        columns.sort(key=lambda column: self.order[column[0]])
        visits = []
        begins: dict[str, int] = {}
        for row in self.sheet.rows:
            head = self._head(row)
            if not head:
                continue
            first = begins.setdefault(head.external_id, row.number)
            if first != row.number:
                allowed = f"each visit once; row {first} has it already"
                self.errors.add(row.number, "visit_id", head.external_id, allowed)
                continue
            found = [self._cell(row, head, code, row.cells[at], code) for code, at in columns]
            visits.append(FileVisit(row.number, head, tuple(filter(None, found))))
            self._refuse_bare(row, visits[-1].observations)
        return visits

    def read_long(self) -> list[FileVisit]:
        known = {*HEAD_COLUMNS, *LONG_COLUMNS, *PASSED_OVER}
        unknown = [shorten(name) for name in self.sheet.header if name not in known]
        if unknown:
            raise FileNotReadable(
                why=f"these columns are not known beside code: {', '.join(unknown[:10])}",
                advice=f"A long file has {', '.join((*HEAD_COLUMNS, *LONG_COLUMNS))}.",
            )
        if "value" not in self.at and "verdict" not in self.at:
            raise FileNotReadable(
                why="it has neither a column value nor a column verdict", advice="Add one of them."
            )
        gathered: dict[str, _Gathered] = {}
        for row in self.sheet.rows:
            head = self._head(row)
            if head:
                visit = gathered.setdefault(head.external_id, _Gathered(row.number, head, {}))
                self._refuse_other_head(row, head, visit)
                self._gather(row, visit)
        for visit in gathered.values():
            self._refuse_bare(Row(visit.row, ()), tuple(visit.observations.values()))
        return [
            FileVisit(v.row, v.head, tuple(sorted(v.observations.values(), key=lambda o: self.order[o.code])))
            for v in gathered.values()
        ]

    def _gather(self, row: Row, visit: _Gathered) -> None:
        code = " ".join(self._text(row, "code").split())
        if code not in self.standards:
            self.errors.add(
                row.number, "code", code, f"a code of “{self.edition.set_name}”: {self.codes_known}"
            )
            return
        if code in visit.observations:
            self.errors.add(row.number, "code", code, "each code once in a visit")
            return
        written, verdict = self._text(row, "value"), self._text(row, "verdict")
        found = self._cell(row, visit.head, code, written or verdict, "value" if written else "verdict")
        if found and written and verdict:
            said = self._cell(row, visit.head, code, verdict, "verdict")
            if said and said.verdict is not found.verdict:
                follows = f"{found.verdict or 'nothing'}, which follows from the value, or nothing"
                self.errors.add(row.number, "verdict", verdict, follows)
        note = self._text(row, "note")
        if found or note:
            held = found or Observation(code)
            visit.observations[code] = Observation(
                code, held.value, held.verdict, note, longer_than=held.longer_than, counted_of=held.counted_of
            )

    def _text(self, row: Row, column: str) -> str:
        at = self.at.get(column)
        return "" if at is None else row.cells[at].strip()

    def _name(self, row: Row, column: str, *, needed: bool) -> str | None:
        """Return a name on one line; None where it cannot be stored."""
        name = self._text(row, column)
        if column in ("brand", "shopper"):
            # These are made and found as if typed in the app, where two spaces are one.
            name = " ".join(name.split())
        else:
            # Two spaces in the middle stay two: exports must match the firm's own lists to the letter.
            name = re.sub(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", name).strip()
        if (needed and not name) or len(name) > NAME_LIMIT or CONTROL.search(name):
            least = 1 if needed else 0
            self.errors.add(row.number, column, name, f"{least} to {NAME_LIMIT} characters")
            return None
        return name

    def _head(self, row: Row) -> VisitHead | None:
        external_id = self._name(row, "visit_id", needed=True)
        brand = self._name(row, "brand", needed=True)
        channel = self._name(row, "channel", needed=True)
        area = self._name(row, "area", needed=False)
        shopper = self._name(row, "shopper", needed=False)
        visited_on = self._date(row)
        if external_id is None or brand is None or channel is None:
            return None
        kind = self._kind(row, brand, channel)
        if kind is None or area is None or shopper is None or visited_on is None:
            return None
        head = VisitHead(external_id, brand, channel, kind, area, shopper, visited_on)
        self._refuse_other_channel(row, head)
        return head

    def _date(self, row: Row) -> date | None:
        written = self._text(row, "visited_on")
        if written not in self.dates:
            self.dates[written] = self._read_date(written)
        found = self.dates[written]
        if found is None:
            allowed = f"a date such as 2026-03-01, not after {self.today.isoformat()}"
            self.errors.add(row.number, "visited_on", written, allowed)
        return found

    def _read_date(self, written: str) -> date | None:
        shape = _DATE.fullmatch(written)
        try:
            found = date.fromisoformat(shape[1]) if shape else None
        except ValueError:
            return None
        return found if found and EARLIEST <= found <= self.today else None

    def _kind(self, row: Row, brand: str, channel: str) -> Kind | None:
        """Return the kind a row names, else the one stored, else shop."""
        stored = self.known.channels.get((brand, channel))
        written = self._text(row, "kind").lower()
        if not written:
            return stored.kind if stored else Kind.SHOP
        if written not in list(Kind):
            self.errors.add(row.number, "kind", written, ", ".join(Kind))
            return None
        if stored and stored.kind != written:
            allowed = f"{stored.kind}, as this channel is stored; another channel needs another name"
            self.errors.add(row.number, "kind", written, allowed)
            return None
        return Kind(written)

    def _refuse_other_channel(self, row: Row, head: VisitHead) -> None:
        """A name stands for one channel of its brand; in two areas, or of two kinds, it would be two."""
        first, begins = self.channels.setdefault((head.brand, head.channel), (head, row.number))
        for column, said, before in (("kind", head.kind, first.kind), ("area", head.area, first.area)):
            if said != before:
                allowed = f"{before or 'nothing'}, as in row {begins}; another channel needs another name"
                self.errors.add(row.number, column, said, allowed)

    def _refuse_other_head(self, row: Row, head: VisitHead, visit: _Gathered) -> None:
        for column in ("brand", "channel", "shopper", "visited_on"):
            said, before = str(getattr(head, column)), str(getattr(visit.head, column))
            if said != before:
                allowed = f"{before or 'nothing'}, as in row {visit.row}; it is the same visit"
                self.errors.add(row.number, column, said, allowed)

    def _refuse_bare(self, row: Row, observations: tuple[Observation, ...]) -> None:
        # A visit whose only cells are wrong has its errors already.
        if not observations and not any(error.row == row.number for error in self.errors.found):
            self.errors.add(row.number, "", "no answer", "at least one answer a visit")

    def _cell(self, row: Row, head: VisitHead, code: str, text: str, column: str) -> Observation | None:
        """Read one answer; None where it is blank or wrong, which is noted."""
        is_own = head.brand == self.known.own_brand
        key = (code, head.kind, is_own, text)
        if key not in self.cells:
            self.cells[key] = _read_cell(self.standards[code], head.kind, is_own, text)
        found = self.cells[key]
        if isinstance(found, str):
            self.errors.add(row.number, column, text, found)
            return None
        return found


def _listed(edition: Edition) -> str:
    codes = [standard.code for standard in edition.standards]
    return ", ".join(codes[:12]) + (f" … ({len(codes)} in all)" if len(codes) > 12 else "")


def _read_cell(standard: Standard, kind: Kind, is_own: bool, text: str) -> Observation | str | None:
    """Return what a cell holds, None where it is blank, or in words what is allowed instead."""
    try:
        answer = read_answer(standard, text)
    except ValueNotAllowed:
        return allowed_for(standard)
    if answer is None:
        return None
    if not standard.applies_to(kind, is_own=is_own):
        return None if _is_bare_not_applicable(answer) else _not_asked(standard, kind)
    return Observation(
        standard.code,
        answer.value,
        answer.verdict,
        longer_than=answer.longer_than,
        counted_of=answer.counted_of,
    )


def _is_bare_not_applicable(answer: Answer) -> bool:
    return answer.verdict is Verdict.NOT_APPLICABLE and answer.value is None


def _not_asked(standard: Standard, kind: Kind) -> str:
    if standard.kinds and kind not in standard.kinds:
        kinds = ", ".join(sorted(standard.kinds))
        return f"blank or n/a: this standard is for {kinds}, and the channel is of kind {kind}"
    return "blank or n/a: this standard is only for our own brand"
