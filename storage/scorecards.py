"""
What a scorecard is made of, read for a person's rights; never who recorded it, nor a competitor's people.

Each function takes who reads (`seen_by`); None is the operator at the command line.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from standards.comparing import Comparison, Names, VisitColumns
from standards.comparing.sentences import say_count, say_kind
from standards.errors import ScorecardEmpty, ScorecardNotFound, VisitNotFound
from standards.people import Action, Person, Role, may, sees_channel
from standards.scorecards import (
    Material,
    Pictured,
    Scorecard,
    Span,
    Subject,
    SubjectKind,
    VisitMaterial,
    make_scorecard,
    make_visit_scorecard,
    span_before,
)
from standards.scorecards.shown import shown_date
from standards.visits import COUNTED_STATES, Brand, Channel
from storage.brands import list_brands
from storage.channels import list_channels
from storage.comparing import Selection, brands_in_set, channels_in_set, count_compared
from storage.editions import editions_of_set, get_edition
from storage.photos import find_photo_file, is_blacked_out
from storage.scorecard_columns import asked_columns
from storage.scorecard_told import cleaner_for, failed_among, parts_of_day, pictured_in, told_in
from storage.tables import ChannelRow, EditionRow, VisitRow
from storage.tallies import compared_columns
from storage.time_notes import list_time_notes
from storage.visibility import compared_visits, seen_visits, visit_seen_by
from storage.visits import get_visit

# Whose decision: a table of more competitors than three is not read (this project).
MOST_RIVALS = 3
# What is quoted and shown comes from so many of the newest visits.
_NEWEST = 200
_YEARS_BACK = 2

_MOST_COMPETITORS_PHOTOS = "Photos taken at competitors are left out unless nobody can be recognised on them."
_NO_WORDS = "Shoppers' own words are left out."
_NO_PHOTOS = "Photos are left out."


@dataclass(frozen=True)
class Asked:
    """
    Which scorecard is asked for.

    Of a brand, an area of it, one of its channels, or one visit (then `span` is not looked at).
    `rival_ids` are the competitors to set beside it: None for the best one, empty for none. Shoppers' own
    words and photos may be left out.
    """

    kind: SubjectKind
    set_id: int = 0
    span: Span | None = None
    brand_id: int = 0
    area: str = ""
    channel_id: int = 0
    visit_id: UUID | None = None
    rival_ids: tuple[int, ...] | None = None
    has_words: bool = True
    has_photos: bool = True


@dataclass(frozen=True)
class Named:
    """Whom a scorecard is about and when, without its figures."""

    subject: Subject
    span: Span


def name_scorecard(session: Session, asked: Asked, *, seen_by: Person | None) -> Named:
    """
    Return what a scorecard is called, for whoever wants the observations behind it and no figure.

    Raises:
        ScorecardNotFound, ScorecardEmpty: as `read_scorecard` does.
    """
    if seen_by is not None and not may(seen_by, Action.COMPARE):
        raise ScorecardNotFound()
    if asked.kind is SubjectKind.VISIT:
        if asked.visit_id is None:
            raise ScorecardNotFound()
        channel = channel_of_visit(session, asked.visit_id, seen_by=seen_by)
        day = get_visit(session, asked.visit_id).visited_on
        assert day is not None
        subject = subject_of(SubjectKind.VISIT, channel.name, _say_place(channel), channel.brand)
        return Named(subject, Span(day, day, shown_date(day)))
    selection, subject = selection_of(session, asked, seen_by=seen_by)
    assert asked.span is not None
    if _mean_coverage(session, selection, seen_by) is None:
        raise ScorecardEmpty(name=subject.name)
    return Named(subject, asked.span)


def read_scorecard(session: Session, asked: Asked, *, seen_by: Person | None, made_on: date) -> Scorecard:
    """
    Return a scorecard as a person may hand it out.

    Args:
        asked: which one.
        seen_by: who asks.
        made_on: the day it is made.
    Raises:
        ScorecardNotFound: it is about nothing that is there, or not theirs to read; nobody can tell which.
        ScorecardEmpty: no complete visit was made in the period.
    """
    if seen_by is not None and not may(seen_by, Action.COMPARE):
        raise ScorecardNotFound()
    if asked.kind is SubjectKind.VISIT:
        return make_visit_scorecard(_visit_material(session, asked, seen_by, made_on))
    return make_scorecard(_material(session, asked, seen_by, made_on))


def channels_to_score(
    session: Session, set_id: int, *, seen_by: Person | None, span: Span | None = None
) -> list[Channel]:
    """Return the visited channels a person may have scorecards of, those of our own brand first."""
    channels = channels_in_set(session, set_id, seen_by=seen_by)
    if span is not None:
        selection = Selection(set_id, since=span.since, until=span.until)
        visited = set(compared_columns(session, selection, seen_by=seen_by).channel_ids.tolist())
        channels = {number: one for number, one in channels.items() if number in visited}
    seen = [one for one in channels.values() if seen_by is None or sees_channel(seen_by, one)]
    return sorted(seen, key=lambda one: (not one.brand.is_own, one.brand.name, one.name))


def is_whole(seen_by: Person | None) -> bool:
    """Say whether a person sees whole brands, and not only areas or channels given to them."""
    return seen_by is None or seen_by.role in (Role.MANAGER, Role.OWNER)


def areas_to_score(channels: list[Channel], *, seen_by: Person | None) -> list[str]:
    """Return the areas of these channels that a person sees whole."""
    areas = sorted({channel.area for channel in channels if channel.area})
    return areas if seen_by is None or is_whole(seen_by) else [a for a in areas if a in seen_by.areas]


def channel_of_visit(session: Session, visit_id: UUID, *, seen_by: Person | None) -> Channel:
    """
    Return where a counted visit was.

    Raises:
        ScorecardNotFound: there is none that counts, or it is not theirs to read.
    """
    try:
        visit = visit_seen_by(session, visit_id, seen_by) if seen_by else get_visit(session, visit_id)
    except VisitNotFound as missing:
        raise ScorecardNotFound() from missing
    if visit.state not in COUNTED_STATES or (seen_by and not may(seen_by, Action.COMPARE)):
        raise ScorecardNotFound()
    return visit.channel


def photos_of_card(session: Session, card: Scorecard) -> dict[UUID, bytes]:
    """
    Return the pictures of a scorecard's photos; one whose file is gone is left out.

    So is one of a competitor on which, as is said by now, somebody can be recognised.
    """
    found: dict[UUID, bytes] = {}
    for line in card.photos:
        if not card.subject.is_own and not is_blacked_out(session, line.photo_id):
            continue
        stored = find_photo_file(session, line.photo_id, thumbnail=False)
        if stored and stored[1] == line.sha256:
            with suppress(FileNotFoundError):
                found[line.photo_id] = stored[0].read_bytes()
    return found


def selection_of(
    session: Session, asked: Asked, *, seen_by: Person | None, channels: Mapping[int, Channel] | None = None
) -> tuple[Selection, Subject]:
    """
    Return which visits a scorecard of a brand, an area or a channel is about, and what it is called.

    Args:
        channels: those visited with the set that they may compare, by id, where they are known already.
    Raises:
        ScorecardNotFound: it is about nothing that is there, or not theirs to read.
    """
    span = asked.span
    if span is None:
        raise ScorecardNotFound()
    if channels is None:
        channels = _visited_channels(session, asked.set_id, seen_by)
    if asked.kind is SubjectKind.CHANNEL:
        channel = channels.get(asked.channel_id)
        if not channel or (seen_by and not sees_channel(seen_by, channel)):
            raise ScorecardNotFound()
        chosen = Selection(asked.set_id, (channel.brand.id,), channel_ids=(channel.id,))
        subject = subject_of(asked.kind, channel.name, _say_place(channel), channel.brand)
        return replace(chosen, since=span.since, until=span.until), subject
    brand = next((one for one in list_brands(session) if one.id == asked.brand_id), None)
    mine = [one for one in channels.values() if one.brand.id == asked.brand_id]
    if asked.kind is SubjectKind.AREA:
        mine = [one for one in mine if one.area == asked.area != ""]
        if seen_by and not is_whole(seen_by) and asked.area not in seen_by.areas:
            raise ScorecardNotFound()
    elif not is_whole(seen_by):
        raise ScorecardNotFound()
    if not brand or not mine:
        raise ScorecardNotFound()
    areas = (asked.area,) if asked.kind is SubjectKind.AREA else ()
    chosen = Selection(asked.set_id, (brand.id,), areas=areas, since=span.since, until=span.until)
    counted = say_count(len(mine), "channel")
    if areas:
        return chosen, subject_of(asked.kind, asked.area, f"{counted} of {brand.name}", brand)
    return chosen, subject_of(asked.kind, brand.name, counted, brand)


def _visited_channels(session: Session, set_id: int, seen_by: Person | None) -> dict[int, Channel]:
    """
    Ask the database for what `channels_in_set` takes from this process's copy of the tallies.

    A process that only writes out observations needs no copy: of millions it takes seconds and much room.
    """
    visited = exists().where(
        col(VisitRow.channel_id) == col(ChannelRow.id),
        col(VisitRow.state).in_([state.value for state in COUNTED_STATES]),
        col(VisitRow.edition_id).in_(select(col(EditionRow.id)).where(col(EditionRow.set_id) == set_id)),
    )
    ids = set(session.execute(select(col(ChannelRow.id)).where(visited, *compared_visits(seen_by))).scalars())
    return {one.id: one for one in list_channels(session, include_closed=True) if one.id in ids}


def subject_of(kind: SubjectKind, name: str, about: str, brand: Brand) -> Subject:
    """Return what a scorecard is about, by its brand."""
    return Subject(kind, name, about, brand.name, brand.colour, brand.is_own)


def _say_place(channel: Channel) -> str:
    area = f", {channel.area}" if channel.area else ""
    return f"{say_kind(channel.kind).capitalize()} of {channel.brand.name}{area}"


def _material(session: Session, asked: Asked, seen_by: Person | None, made_on: date) -> Material:
    channels = channels_in_set(session, asked.set_id, seen_by=seen_by)
    selection, subject = selection_of(session, asked, seen_by=seen_by, channels=channels)
    assert asked.span is not None
    span, before = asked.span, span_before(asked.span)
    editions = editions_of_set(session, asked.set_id)
    since = min(before.since if before else span.since, _years_before(span.until))
    columns = asked_columns(session, replace(selection, since=since), editions, seen_by=seen_by)
    days = columns.visited_on
    now = columns.where((days >= np.datetime64(span.since, "D")) & (days <= np.datetime64(span.until, "D")))
    rivals, common = _beside(session, asked, selection, now, channels, seen_by)
    newest = [now.visit_id(at) for at in range(len(now))[::-1][:_NEWEST]]
    counted = count_compared(session, selection, seen_by=seen_by)
    return Material(
        subject=subject,
        brand_id=selection.brand_ids[0],
        span=span,
        before=before,
        set_name=editions[0].set_name if editions else "",
        columns=columns,
        common=common,
        rivals=rivals,
        channels=channels,
        editions=editions,
        notes=list_time_notes(session, asked.set_id, selection.brand_ids),
        coverage_percent=_mean_coverage(session, selection, seen_by),
        incomplete=counted.complete + counted.incomplete - len(now),
        told=told_in(session, newest, seen_by=seen_by) if asked.has_words else (),
        pictured=_pictured(session, asked, newest, subject, seen_by),
        parts_of_day=parts_of_day(session, failed_among(now)),
        cleaner=cleaner_for(session),
        left_out=_left_out(asked, subject),
        made_on=made_on,
    )


def _years_before(day: date) -> date:
    return date(max(day.year - _YEARS_BACK, 1), day.month, 1)


def _pictured(
    session: Session, asked: Asked, visit_ids: list[UUID], subject: Subject, seen_by: Person | None
) -> tuple[Pictured, ...]:
    if not asked.has_photos:
        return ()
    return pictured_in(session, visit_ids, seen_by=seen_by, only_blacked_out=not subject.is_own)


def _left_out(asked: Asked, subject: Subject) -> tuple[str, ...]:
    said = [] if asked.has_words else [_NO_WORDS]
    if not asked.has_photos:
        said.append(_NO_PHOTOS)
    elif not subject.is_own:
        said.append(_MOST_COMPETITORS_PHOTOS)
    return tuple(said)


def _beside(
    session: Session,
    asked: Asked,
    selection: Selection,
    now: VisitColumns,
    channels: dict[int, Channel],
    seen_by: Person | None,
) -> tuple[tuple[Brand, ...], VisitColumns]:
    """Return the competitors to set beside the subject, and both sides' visits over common standards."""
    own_id = selection.brand_ids[0]
    brands = [one for one in brands_in_set(session, asked.set_id, seen_by=seen_by) if one.id != own_id]
    if asked.rival_ids is not None:
        brands = [one for one in brands if one.id in asked.rival_ids][:MOST_RIVALS]
    ids = set(now.channel_ids.tolist())
    # Like with like: the same kinds of channel, and of an area the same area.
    kinds = tuple({channels[found].kind for found in ids if found in channels})
    wanted = replace(selection, brand_ids=(own_id, *(one.id for one in brands)), kinds=kinds, channel_ids=())
    common = compared_columns(session, wanted, seen_by=seen_by)
    common = common.where((common.brand_ids != own_id) | np.isin(common.channel_ids, list(ids)))
    visited = set(common.brand_ids.tolist())
    rivals = [replace(one, is_own=False) for one in brands if one.id in visited]
    if asked.rival_ids is None and rivals:
        own = Brand(own_id, "", is_own=True, colour="")
        best = Comparison(common, Names((own, *rivals), channels)).rival
        rivals = [best] if best else []
        common = common.where(np.isin(common.brand_ids, [own_id, *(one.id for one in rivals)]))
    return tuple(rivals), common


def _mean_coverage(session: Session, selection: Selection, seen_by: Person | None) -> float | None:
    """Return the mean coverage (0–100) of a selection's complete visits."""
    wanted = (
        select(func.avg(col(VisitRow.coverage)))
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .where(
            col(VisitRow.state).in_([state.value for state in COUNTED_STATES]),
            col(EditionRow.set_id) == selection.set_id,
            col(VisitRow.visited_on).between(selection.since, selection.until),
            col(VisitRow.coverage) >= col(EditionRow.minimum_coverage) - 1e-12,
            col(VisitRow.points_possible) > 0,
            *seen_visits(seen_by),
        )
    )
    if selection.channel_ids:
        wanted = wanted.where(col(ChannelRow.id).in_(selection.channel_ids))
    if selection.areas:
        wanted = wanted.where(col(ChannelRow.area).in_(selection.areas))
    found = session.execute(wanted.where(col(ChannelRow.brand_id).in_(selection.brand_ids))).scalar_one()
    return None if found is None else 100 * float(found)


def _visit_material(session: Session, asked: Asked, seen_by: Person | None, made_on: date) -> VisitMaterial:
    if asked.visit_id is None:
        raise ScorecardNotFound()
    channel = channel_of_visit(session, asked.visit_id, seen_by=seen_by)
    visit = replace(get_visit(session, asked.visit_id), shopper=None)
    subject = subject_of(SubjectKind.VISIT, channel.name, _say_place(channel), channel.brand)
    if not asked.has_words:
        visit = replace(
            visit,
            first_impression="",
            last_impression="",
            story="",
            observations=tuple(replace(one, note="") for one in visit.observations),
        )
    return VisitMaterial(
        subject=subject,
        visit=visit,
        edition=get_edition(session, visit.edition_id),
        part_of_day=parts_of_day(session, [visit.id]).get(visit.id),
        pictured=_pictured(session, asked, [visit.id], subject, seen_by),
        cleaner=cleaner_for(session),
        left_out=_left_out(asked, subject),
        made_on=made_on,
    )
