"""What a visit to one channel is asked by one edition, kept in memory: a published edition never changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from standards.editions import Kind, Standard
from standards.errors import PlaceUnknown
from standards.visits import Brand, Channel
from storage.editions import get_edition
from storage.questions import Question
from storage.sessions import in_session
from storage.tables import BrandRow, ChannelRow, EditionRow
from storage.tallying import Layout

_EDITIONS_KEPT = 500
_PLACES_KEPT = 2_000
_KNOWN = "places"


@dataclass(frozen=True)
class Sheet:
    """
    What is asked, by code and in visiting order; `ids`, `codes` and `layout` are those of the whole edition.
    """

    standards: Mapping[str, Standard]
    ids: Mapping[str, int]
    codes: Mapping[int, str]
    layout: Layout

    @property
    def is_whole(self) -> bool:
        """Whether it asks the whole edition: then a visit holds no observation that it does not show."""
        return len(self.standards) == len(self.ids)


@dataclass(frozen=True)
class Place:
    """A channel, and what a visit with one edition is asked there."""

    channel: Channel
    edition_id: int
    sheet: Sheet


# Built once: compiling it anew would cost more than asking.
PLACE_HEAD = (
    select(
        col(ChannelRow.name),
        col(ChannelRow.kind),
        col(ChannelRow.area),
        col(ChannelRow.timezone),
        col(ChannelRow.closed_on),
        col(BrandRow.id),
        col(BrandRow.name),
        col(BrandRow.is_own),
        col(BrandRow.colour),
        col(BrandRow.is_example),
        col(EditionRow.set_id),
        col(EditionRow.number),
        col(EditionRow.published_at),
    )
    .join(BrandRow, col(BrandRow.id) == col(ChannelRow.brand_id))
    .join(EditionRow, col(EditionRow.published_at).is_not(None))
    .where(col(ChannelRow.id) == bindparam("channel_id"), col(EditionRow.id) == bindparam("edition_id"))
)
_PLACE = Question(PLACE_HEAD)


def find_place(session: Session, channel_id: int, edition_id: int) -> Place:
    """
    Return a channel, and what a visit with this edition is asked there.

    A retired edition is as good as any: a phone may have started with it while it was in use.

    Raises:
        PlaceUnknown: there is no such channel, or no such edition that was published.
    """
    if known := known_place(session, channel_id, edition_id):
        return known
    asked_for = {"channel_id": channel_id, "edition_id": edition_id}
    found = _PLACE.first(session, asked_for)
    if not found:
        raise PlaceUnknown()
    return place_of(session, channel_id, edition_id, found)


def known_place(session: Session, channel_id: int, edition_id: int) -> Place | None:
    """Return a place that this transaction has found before."""
    known: dict[tuple[int, int], Place] = session.info.setdefault(_KNOWN, {})
    return known.get((channel_id, edition_id))


def place_of(session: Session, channel_id: int, edition_id: int, head: Iterable[Any]) -> Place:
    """Return a place by what `PLACE_HEAD` asks about it in this transaction."""
    place = _place(str(session.get_bind().engine.url), channel_id, edition_id, *head)
    session.info.setdefault(_KNOWN, {})[channel_id, edition_id] = place
    return place


@lru_cache(maxsize=_PLACES_KEPT)
def _place(url: str, channel_id: int, edition_id: int, *head: Any) -> Place:
    """Return a place by all that is asked about it: what has changed is another one."""
    name, kind, area, zone, closed_on, *brand, set_id, number, published_at = head
    channel = Channel(channel_id, Brand(*brand), Kind(kind), name, area, zone, closed_on)
    # Ids may be given again after an example was removed: number and instant tell such editions apart.
    edition = url, edition_id, set_id, number, published_at
    return Place(channel, edition_id, _sheet(*edition, channel.kind, channel.brand.is_own))


@lru_cache(maxsize=_EDITIONS_KEPT)
def _sheet(
    _url: str, edition_id: int, _set_id: int, _number: int, _published_at: datetime, kind: Kind, is_own: bool
) -> Sheet:
    with in_session(read_only=True) as session:
        edition = get_edition(session, edition_id)
    ids = {standard.code: standard.id for standard in edition.standards if standard.id is not None}
    return Sheet(
        standards={standard.code: standard for standard in edition.sheet(kind, is_own=is_own)},
        ids=ids,
        codes={number: code for code, number in ids.items()},
        layout=Layout.of(edition),
    )
