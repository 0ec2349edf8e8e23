"""Imports: standards files and visits files into storage, whole or not at all, and never twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlmodel import Session

from standards.editions import DEFAULT_MINIMUM_COVERAGE, Edition, Standard
from standards.errors import BelongsToExample
from standards.scoring import score_visit
from standards.standard_files import read_standards_file
from standards.visit_files import VisitHead
from standards.visits import Observation, State
from storage.brands import OWN_COLOUR, add_brand, find_brand, list_brands, own_brand
from storage.channels import list_channels
from storage.checking import recompute_scores
from storage.editions import editions_of_set, list_sets, next_number, publish_edition, same_standards
from storage.events import note_event
from storage.import_plans import VisitsImport, chunks, plan_visits
from storage.names import clean_name
from storage.people import find_or_add_person, list_people
from storage.tables import BrandRow, ChannelRow, EventRow, ObservationRow, VisitRow
from storage.visits import store_score

# Any number that nothing else in the same PostgreSQL database uses.
_LOCK = 7325663

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class StandardsPlan:
    """What a standards file comes to: the edition that holds it, and whether it is published by it."""

    set_name: str
    number: int
    standards: tuple[Standard, ...]
    is_new: bool
    minimum_coverage: float
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> tuple[str, ...]:
        """What it comes to, a sentence each, true before and after it is stored."""
        what = f"{len(self.standards):,} standards as edition {self.number} of “{self.set_name}”"
        return (f"{what}." if self.is_new else f"{what}, which are stored already.", *self.notes)


def plan_standards(session: Session, set_name: str, data: bytes) -> StandardsPlan:
    """
    Read a standards file, and say which edition of a set it would become; store nothing.

    Raises:
        FileNotReadable, FileHasErrors, NameMissing, BelongsToExample.
    """
    name = clean_name(set_name, "standard set")
    found = read_standards_file(data)
    earlier = _editions(session, name)
    same = bool(earlier) and not earlier[0].retired_at
    same = same and same_standards(earlier[0].standards, found.standards)
    number = earlier[0].number if same else _next_number(session, name)
    # What was decided for the set holds on: the file says nothing about it.
    coverage = earlier[0].minimum_coverage if earlier else DEFAULT_MINIMUM_COVERAGE
    return StandardsPlan(name, number, found.standards, not same, coverage, found.notes)


def import_standards(session: Session, set_name: str, data: bytes) -> StandardsPlan:
    """
    Publish a standards file as the next edition of a set; what the newest one holds already changes nothing.

    Raises:
        All that `plan_standards` raises: nothing was stored.
    """
    plan = plan_standards(session, set_name, data)
    if plan.is_new:
        publish_edition(session, plan.set_name, plan.standards, minimum_coverage=plan.minimum_coverage)
    return plan


def _editions(session: Session, set_name: str) -> list[Edition]:
    named = next((one for one in list_sets(session) if one.name == set_name), None)
    if named and named.is_example:
        raise BelongsToExample(thing="set", name=set_name)
    return editions_of_set(session, named.id) if named else []


def _next_number(session: Session, set_name: str) -> int:
    named = next((one for one in list_sets(session) if one.name == set_name), None)
    return next_number(session, named.id) if named else 1


def import_visits(
    session: Session,
    set_name: str,
    data: bytes,
    *,
    own: str | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> VisitsImport:
    """
    Store a visits file: new brands, channels, shoppers and visits, submitted and scored.

    Args:
        progress: told how many of how many visits are stored.
    Raises:
        All that `plan_visits` raises: nothing was stored.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Two imports at once would both find a brand missing and both make it; SQLite has one writer anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    plan = plan_visits(session, set_name, data, own=own, today=today)
    own_name = _mark_own(session, plan.own)
    for name in plan.new_brands:
        if name != plan.own:
            add_brand(session, name)
    channels = _store_channels(session, plan.new_channels)
    shoppers = {name: find_or_add_person(session, name) for name in plan.new_shoppers}
    shoppers |= {name: person_id for person_id, name in list_people(session).items()}
    _store_visits(session, plan, own_name, channels, shoppers, progress)
    if plan.new:
        after = {
            "set": plan.edition.set_name,
            "edition": plan.edition.number,
            "visits": len(plan.new),
            "observations": plan.observation_count,
        }
        note_event(session, "imported", "visits", plan.edition.id, after=after)
    return plan


def _mark_own(session: Session, own: str | None) -> str | None:
    """Make a brand our own, new or so far a competitor; return the name of our own brand."""
    if not own:
        stored = own_brand(session)
        return stored.name if stored else None
    if not (brand := find_brand(session, own)):
        return add_brand(session, own, is_own=True).name
    row = session.get_one(BrandRow, brand.id)
    row.is_own, row.colour = True, OWN_COLOUR
    session.flush()
    note_event(session, "made our own", "brand", row.id, before={"is_own": False}, after={"is_own": True})
    # Standards that are only for our own brand are now asked of its earlier visits too.
    for visit_id, score in recompute_scores(session, brand_id=brand.id):
        store_score(session.get_one(VisitRow, visit_id), score)
    session.flush()
    return row.name


def _store_channels(session: Session, heads: Sequence[VisitHead]) -> dict[tuple[str, str], int]:
    """Store channels in bulk, with their events; return the ids of all channels by brand and name."""
    brands = {brand.name: brand.id for brand in list_brands(session)}
    rows = [
        {
            "brand_id": brands[h.brand],
            "kind": h.kind.value,
            "name": h.channel,
            "area": h.area,
            "timezone": "UTC",
        }
        for h in heads
    ]
    if rows:
        session.execute(insert(ChannelRow), rows)
    ids = {(c.brand.name, c.name): c.id for c in list_channels(session, include_closed=True)}
    now = datetime.now(UTC)
    events = [
        {
            "at": now,
            "person_id": session.info.get("by"),
            "action": "added",
            "thing": "channel",
            "thing_id": str(ids[head.brand, head.channel]),
            "after": {"name": head.channel, "kind": head.kind.value, "area": head.area},
        }
        for head in heads
    ]
    if events:
        session.execute(insert(EventRow), events)
    return ids


def _store_visits(
    session: Session,
    plan: VisitsImport,
    own: str | None,
    channels: dict[tuple[str, str], int],
    shoppers: dict[str, int],
    progress: Progress | None,
) -> None:
    now = datetime.now(UTC)
    standard_ids = {standard.code: standard.id for standard in plan.edition.standards}
    sheets = {
        (kind, is_own): {s.code: s for s in plan.edition.sheet(kind, is_own=is_own)}
        for kind, is_own in {(visit.head.kind, visit.head.brand == own) for _, visit in plan.new}
    }
    done = 0
    for chunk in chunks(plan.new):
        visits, observations = [], []
        for visit_id, visit in chunk:
            head = visit.head
            row = VisitRow(
                id=visit_id,
                channel_id=channels[head.brand, head.channel],
                edition_id=plan.edition.id,
                shopper_id=shoppers[head.shopper] if head.shopper else None,
                external_id=head.external_id,
                state=State.SUBMITTED.value,
                submitted_at=now,
                received_at=now,
                visited_on=head.visited_on,
            )
            store_score(row, score_visit(visit.observations, sheets[head.kind, head.brand == own]))
            visits.append(row.model_dump())
            observations += [_row_of(visit_id, standard_ids[o.code], o) for o in visit.observations]
        session.execute(insert(VisitRow), visits)
        session.execute(insert(ObservationRow), observations)
        done += len(chunk)
        if progress:
            progress(done, len(plan.new))


def _row_of(visit_id: UUID, standard_id: int | None, observation: Observation) -> dict[str, Any]:
    return {
        "visit_id": visit_id,
        "standard_id": standard_id,
        "value": observation.value,
        "verdict": observation.verdict.value if observation.verdict else None,
        "note": observation.note,
        "longer_than": observation.longer_than,
        "counted_of": observation.counted_of,
    }
