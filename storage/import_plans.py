"""Import plans: what storing a visits file would do, told before anything is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Select, select
from sqlmodel import Session, col

from standards.editions import Edition
from standards.errors import BelongsToExample, BrandNotInFile, OwnBrandExists
from standards.values import shorten
from standards.visit_files import FileVisit, Known, KnownChannel, VisitHead, read_visits_file
from storage.brands import list_brands, own_brand
from storage.channels import list_channels
from storage.editions import latest_edition
from storage.names import clean_name
from storage.people import list_people
from storage.tables import BrandRow, ChannelRow, EditionRow, ObservationRow, PersonRow, StandardRow, VisitRow

# The id of an imported visit follows from its set and its external id, so that no file is stored twice.
_VISITS = uuid5(NAMESPACE_URL, "second-visit:imported-visit")
_CHUNK = 500

Chunked = TypeVar("Chunked")
Content = tuple[str, str, str, date | None, frozenset[tuple[Any, ...]]]


@dataclass(frozen=True)
class VisitsImport:
    """
    What a visits file comes to: `new` is stored, `unchanged` is stored already.

    `differing` are external ids of visits that are stored with other content; they are left as they are.
    """

    edition: Edition
    new: tuple[tuple[UUID, FileVisit], ...]
    unchanged: int = 0
    differing: tuple[str, ...] = ()
    new_brands: tuple[str, ...] = ()
    new_channels: tuple[VisitHead, ...] = ()
    new_shoppers: tuple[str, ...] = ()
    own: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def observation_count(self) -> int:
        """How many observations the new visits hold."""
        return sum(len(visit.observations) for _, visit in self.new)

    @property
    def summary(self) -> tuple[str, ...]:
        """What it comes to, a sentence each, true before and after it is stored."""
        named = f"edition {self.edition.number} of “{self.edition.set_name}”"
        said = ["No new visits."]
        if self.new:
            visits = count_of(len(self.new), "new visit")
            said = [f"{visits} with {count_of(self.observation_count, 'observation')}, under {named}."]
        if self.new_brands or self.new_channels:
            brands = count_of(len(self.new_brands), "new brand")
            said.append(f"{brands}, {count_of(len(self.new_channels), 'new channel')}.")
        if self.own:
            said.append(f"“{self.own}” is our own brand.")
        if self.unchanged:
            said.append(f"Stored already, and left as they are: {count_of(self.unchanged, 'visit')}.")
        if self.differing:
            listed = ", ".join(shorten(one) for one in self.differing[:10])
            more = " …" if len(self.differing) > 10 else ""
            said.append(
                f"Other content than what is stored: {count_of(len(self.differing), 'visit')}; "
                f"nothing was changed: {listed}{more}."
            )
        return (*said, *self.notes)


def plan_visits(
    session: Session, set_name: str, data: bytes, *, own: str | None = None, today: date | None = None
) -> VisitsImport:
    """
    Read a visits file against the newest edition of a set, and say what storing it would do; store nothing.

    Args:
        own: the brand of the file that is our own; where one is stored, it may be left out.
        today: no visit is later. Left out, it is the date where the day begins first, as a visit is
            dated by its channel's own calendar.
    Raises:
        SetNotFound, FileNotReadable, FileHasErrors, OwnBrandExists, BrandNotInFile, BelongsToExample.
    """
    edition = latest_edition(session, clean_name(set_name, "standard set"))
    if edition.is_example:
        raise BelongsToExample(thing="set", name=edition.set_name)
    own = clean_name(own, "brand") if own and own.strip() else None
    stored_own = own_brand(session)
    if own and stored_own and stored_own.name != own:
        raise OwnBrandExists(name=stored_own.name, other=own)
    channels = {
        (channel.brand.name, channel.name): KnownChannel(channel.kind, channel.area)
        for channel in list_channels(session, include_closed=True)
    }
    known = Known(own or (stored_own.name if stored_own else None), channels)
    latest_day = today or (datetime.now(UTC) + timedelta(hours=14)).date()
    found = read_visits_file(data, edition, known, latest_day)

    heads = [visit.head for visit in found.visits]
    brands = dict.fromkeys(head.brand for head in heads)
    stored_brands = {brand.name: brand for brand in list_brands(session)}
    for name in (*brands, *([own] if own else [])):
        if name in stored_brands and stored_brands[name].is_example:
            raise BelongsToExample(thing="brand", name=name)
    if own and own not in brands and own not in stored_brands:
        raise BrandNotInFile(name=own, known=", ".join([shorten(name) for name in brands][:20]))

    ids = _ids_of(session, edition, [head.external_id for head in heads])
    stored = _stored_visits(session, list(ids.values()))
    new, differing = [], []
    for visit in found.visits:
        visit_id = ids[visit.head.external_id]
        if visit_id not in stored:
            new.append((visit_id, visit))
        elif stored[visit_id] != _content_of(visit):
            differing.append(visit.head.external_id)
    new_heads = [visit.head for _, visit in new]
    new_channels = {(h.brand, h.channel): h for h in new_heads if (h.brand, h.channel) not in channels}
    people = set(list_people(session).values())
    return VisitsImport(
        edition=edition,
        new=tuple(new),
        unchanged=len(found.visits) - len(new) - len(differing),
        differing=tuple(differing),
        new_brands=tuple(dict.fromkeys(h.brand for h in new_heads if h.brand not in stored_brands)),
        new_channels=tuple(new_channels.values()),
        new_shoppers=tuple(dict.fromkeys(h.shopper for h in new_heads if h.shopper not in {*people, ""})),
        own=own if not stored_own else None,
        notes=(*found.notes, *_areas_kept(heads, channels)),
    )


def _areas_kept(heads: Sequence[VisitHead], channels: dict[tuple[str, str], KnownChannel]) -> tuple[str, ...]:
    other = {
        head.channel
        for head in heads
        if head.area and (known := channels.get((head.brand, head.channel))) and known.area != head.area
    }
    return (f"The area stays as it is stored: {count_of(len(other), 'channel')}.",) if other else ()


def count_of(number: int, thing: str) -> str:
    """Say how many things there are: `1 visit`, `1,001 visits`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def chunks(whole: Sequence[Chunked]) -> Iterator[Sequence[Chunked]]:
    """Cut a list into parts that one statement can carry."""
    for at in range(0, len(whole), _CHUNK):
        yield whole[at : at + _CHUNK]


def _ids_of(session: Session, edition: Edition, external_ids: list[str]) -> dict[str, UUID]:
    """
    Return the id of each visit of a file.

    An export names a visit that has no external id by its own id; read again, it is that visit.
    """
    as_ids = {external: found for external in external_ids if (found := _as_uuid(external))}
    own_ids: set[UUID] = set()
    for chunk in chunks(list(as_ids.values())):
        wanted = (
            select(col(VisitRow.id))
            .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
            .where(col(VisitRow.id).in_(chunk), col(VisitRow.external_id).is_(None))
            .where(col(EditionRow.set_id) == edition.set_id)
        )
        own_ids |= set(session.execute(wanted).scalars().all())
    namespace = uuid5(_VISITS, edition.set_name)
    return {
        external: as_ids[external] if as_ids.get(external) in own_ids else uuid5(namespace, external)
        for external in external_ids
    }


def _as_uuid(written: str) -> UUID | None:
    try:
        found = UUID(written)
    except ValueError:
        return None
    return found if str(found) == written else None


def _content_of(visit: FileVisit) -> Content:
    head = visit.head
    observations = frozenset(
        (o.code, o.value, o.verdict.value if o.verdict else None, o.note, o.longer_than, o.counted_of)
        for o in visit.observations
    )
    return head.brand, head.channel, head.shopper, head.visited_on, observations


def _stored_visits(session: Session, visit_ids: list[UUID]) -> dict[UUID, Content]:
    """Return what is stored under these ids, as a file would say it."""
    found: dict[UUID, Content] = {}
    for chunk in chunks(visit_ids):
        heads: Select[*tuple[Any, ...]] = (
            select(
                col(VisitRow.id),
                col(BrandRow.name),
                col(ChannelRow.name),
                col(PersonRow.name),
                col(VisitRow.visited_on),
            )
            .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
            .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
            .join(PersonRow, col(VisitRow.shopper_id) == col(PersonRow.id), isouter=True)
            .where(col(VisitRow.id).in_(chunk))
        )
        rows = session.execute(heads).all()
        if not rows:
            continue
        answers: dict[UUID, set[tuple[Any, ...]]] = {visit_id: set() for visit_id, *_ in rows}
        wanted: Select[*tuple[Any, ...]] = (
            select(
                col(ObservationRow.visit_id),
                col(StandardRow.code),
                col(ObservationRow.value),
                col(ObservationRow.verdict),
                col(ObservationRow.note),
                col(ObservationRow.longer_than),
                col(ObservationRow.counted_of),
            )
            .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
            .where(col(ObservationRow.visit_id).in_(chunk))
        )
        for visit_id, *answer in session.execute(wanted):
            # A row without answer or note says no more than no row.
            if answer[1] is not None or answer[2] or answer[3]:
                answers[visit_id].add(tuple(answer))
        for visit_id, brand, channel, shopper, visited_on in rows:
            found[visit_id] = (brand, channel, shopper or "", visited_on, frozenset(answers[visit_id]))
    return found
