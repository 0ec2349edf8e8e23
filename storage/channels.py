"""Channels and their areas: added, renamed, closed; never deleted, because visits point at them."""

from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select as columns_of
from sqlalchemy import text
from sqlmodel import Session, col, select

from standards.coordinates import Coordinates, say_coordinates
from standards.editions import Kind
from standards.errors import NameTaken
from standards.visits import Brand, Channel
from storage.brands import list_brands, to_brand
from storage.events import note_event
from storage.names import clean_name
from storage.tables import BrandRow, ChannelRow, PersonAreaRow


def to_channel(row: ChannelRow, brand: BrandRow) -> Channel:
    """Return a row as the rules see it."""
    return _channel(row, to_brand(brand))


def _channel(row: Any, brand: Brand) -> Channel:
    coordinates = None
    if row.latitude is not None and row.longitude is not None:
        coordinates = Coordinates(row.latitude, row.longitude)
    return Channel(
        row.id,
        brand,
        Kind(row.kind),
        row.name,
        row.area,
        row.timezone,
        row.closed_on,
        coordinates,
    )


def list_channels(
    session: Session, *, brand_id: int | None = None, include_closed: bool = False
) -> list[Channel]:
    """Return channels by brand (our own first), area and name."""
    brands = {brand.id: brand for brand in list_brands(session)}
    # Columns and not rows with their brands: there may be thousands.
    wanted = (
        columns_of(
            col(ChannelRow.id),
            col(ChannelRow.brand_id),
            col(ChannelRow.kind),
            col(ChannelRow.name),
            col(ChannelRow.area),
            col(ChannelRow.timezone),
            col(ChannelRow.closed_on),
            col(ChannelRow.latitude),
            col(ChannelRow.longitude),
        )
        .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
        .order_by(col(BrandRow.is_own).desc(), BrandRow.name, ChannelRow.area, ChannelRow.name)
    )
    if brand_id is not None:
        wanted = wanted.where(col(ChannelRow.brand_id) == brand_id)
    if not include_closed:
        wanted = wanted.where(col(ChannelRow.closed_on).is_(None))
    return [_channel(row, brands[row.brand_id]) for row in session.execute(wanted).all()]


def get_channel(session: Session, channel_id: int) -> Channel | None:
    """Return one channel, or None."""
    row = session.get(ChannelRow, channel_id)
    return to_channel(row, session.get_one(BrandRow, row.brand_id)) if row else None


def _refuse_taken(session: Session, brand_id: int, name: str) -> None:
    taken = select(ChannelRow).where(ChannelRow.brand_id == brand_id, ChannelRow.name == name)
    if session.exec(taken).first():
        raise NameTaken(thing="channel", name=name)


@cache
def _known_zones() -> frozenset[str]:
    # Each look walks the disk: an import of a thousand channels would spend its time on it.
    return frozenset(available_timezones())


def add_channel(
    session: Session, brand_id: int, kind: Kind, name: str, *, area: str = "", timezone: str = "UTC"
) -> Channel:
    """
    Store a channel; `timezone` is an IANA name and gives its visits their local date.

    Raises:
        NameMissing, NameTaken: nothing was stored.
    """
    cleaned = clean_name(name, "channel")
    _refuse_taken(session, brand_id, cleaned)
    row = ChannelRow(
        brand_id=brand_id,
        kind=kind,
        name=cleaned,
        area=clean_name(area, "area") if area.strip() else "",
        timezone=timezone if timezone in _known_zones() else "UTC",
    )
    session.add(row)
    session.flush()
    note_event(session, "added", "channel", row.id, after={"name": cleaned, "kind": kind, "area": row.area})
    return to_channel(row, session.get_one(BrandRow, brand_id))


def change_channel(session: Session, channel_id: int, *, name: str, area: str, timezone: str) -> Channel:
    """
    Rename a channel, or move it to another area or time zone; its visits stay with it.

    Raises:
        NameMissing, NameTaken: nothing was changed.
    """
    row = session.get_one(ChannelRow, channel_id)
    cleaned = clean_name(name, "channel")
    if cleaned != row.name:
        _refuse_taken(session, row.brand_id, cleaned)
    before = {"name": row.name, "area": row.area, "timezone": row.timezone}
    if timezone != row.timezone:
        _wait_for_visits(session)
    row.name = cleaned
    row.area = clean_name(area, "area") if area.strip() else ""
    row.timezone = timezone if timezone in _known_zones() else row.timezone
    after = {"name": row.name, "area": row.area, "timezone": row.timezone}
    if before != after:
        note_event(session, "changed", "channel", channel_id, before=before, after=after)
    session.flush()
    return to_channel(row, session.get_one(BrandRow, row.brand_id))


def _wait_for_visits(session: Session) -> None:
    """
    Let those visits be stored first that are just being tallied by the time zone as it was.

    Until they are, the triggers cannot see that they are to be tallied anew. SQLite lets nobody else write.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE visit IN SHARE MODE"))


def place_channel(session: Session, channel_id: int, coordinates: Coordinates | None) -> None:
    """Say where on the map a channel is; None takes it off the map."""
    row = session.get_one(ChannelRow, channel_id)
    channel = to_channel(row, session.get_one(BrandRow, row.brand_id))
    if channel.coordinates == coordinates:
        return
    note_event(
        session,
        "placed",
        "channel",
        channel_id,
        before={"coordinates": say_coordinates(channel.coordinates)},
        after={"coordinates": say_coordinates(coordinates)},
    )
    row.latitude = coordinates.latitude if coordinates else None
    row.longitude = coordinates.longitude if coordinates else None
    session.flush()


def close_channel(session: Session, channel_id: int, closed_on: date | None) -> None:
    """Close a channel from a date on, so that no visit to it is started; None opens it again."""
    row = session.get_one(ChannelRow, channel_id)
    if row.closed_on == closed_on:
        return
    action = "closed" if closed_on else "reopened"
    before = {"closed_on": row.closed_on.isoformat() if row.closed_on else None}
    after = {"closed_on": closed_on.isoformat() if closed_on else None}
    note_event(session, action, "channel", channel_id, before=before, after=after)
    row.closed_on = closed_on


def list_areas(session: Session) -> list[str]:
    """Return the areas in use, by name."""
    wanted = select(ChannelRow.area).where(ChannelRow.area != "").distinct().order_by(ChannelRow.area)
    return list(session.exec(wanted).all())


def rename_area(session: Session, area: str, name: str) -> int:
    """Rename an area on all its channels (onto an existing one, the two become one); return how many."""
    cleaned = clean_name(name, "area")
    rows = session.exec(select(ChannelRow).where(ChannelRow.area == area)).all()
    for row in rows:
        row.area = cleaned
    # Who was given the area reads it under its new name, once.
    for given in session.exec(select(PersonAreaRow).where(PersonAreaRow.area == area)).all():
        session.delete(given)
        session.merge(PersonAreaRow(person_id=given.person_id, area=cleaned))
    if rows and cleaned != area:
        note_event(session, "renamed", "area", area, before={"name": area}, after={"name": cleaned})
    return len(rows)
