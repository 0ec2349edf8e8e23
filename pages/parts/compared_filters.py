"""The filters of Compare. Each stands in the address, so that a link opens the same view."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.parts.filters import (
    Period,
    Place,
    choose_brands,
    choose_channels,
    choose_editions,
    choose_fresh,
    choose_period,
    choose_place,
    choose_set,
    say_filters,
)
from pages.parts.words import count_of, plain
from standards.people import Person
from standards.visits import Brand, Channel
from storage.comparing import (
    Compared,
    Selection,
    SetInUse,
    brands_in_set,
    channels_in_set,
    editions_in_set,
    places_of,
)
from storage.editions import StandardSet
from storage.sessions import in_session

# A list of more channels is no help on a phone; other filters make it shorter.
_MOST_CHANNELS = 1000


@dataclass(frozen=True)
class View:
    """What is looked at: a set, the brands shown (our own first), and which of their visits."""

    set: StandardSet
    brands: tuple[Brand, ...]
    channels: Mapping[int, Channel]
    selection: Selection
    is_adjusted: bool
    said: str


def choose_view(used: Sequence[SetInUse], person: Person) -> View:
    """Ask what to look at; every choice is in the address."""
    with st.expander("Filters", icon=":material/filter_list:"):
        chosen_set = choose_set(used)
        with in_session(read_only=True) as session:
            brands = brands_in_set(session, chosen_set.id, seen_by=person)
            places = places_of(session, chosen_set.id, seen_by=person)
            channels = channels_in_set(session, chosen_set.id, seen_by=person)
            numbers = editions_in_set(session, chosen_set.id)
        editions = choose_editions(numbers)
        competitors = [brand for brand in brands if not brand.is_own]
        chosen = choose_brands(competitors, "Competitors", key="competitor")
        shown = [brand for brand in brands if brand.is_own or not chosen or brand in chosen]
        place = choose_place(places.kinds, places.areas)
        offered = _offered(channels.values(), shown, place)
        among = choose_channels(offered) if len(offered) <= _MOST_CHANNELS else ()
        period = choose_period()
        fresh = choose_fresh()
        adjusted = st.toggle(
            "Adjust gaps for who visited",
            value=True,
            key="adjusted",
            bind="query-params",
            help="Some shoppers are stricter. Adjusted is the gap had the same shoppers visited both brands.",
        )
    selection = Selection(
        chosen_set.id,
        brand_ids=tuple(brand.id for brand in shown),
        kinds=place.kinds,
        areas=place.areas,
        since=period.since,
        until=period.until,
        channel_ids=tuple(channel.id for channel in among),
        editions=editions,
        fresh_only=fresh,
    )
    said = _say_view(chosen, place, period, editions, among, fresh=fresh)
    return View(chosen_set, tuple(shown), channels, selection, adjusted, said)


def show_view(view: View) -> None:
    """Say in a line what is looked at, also while the filters are folded away."""
    example = ":violet-badge[:material/science: Example] " if view.set.is_example else ""
    filtered = f" · {plain(view.said)}" if view.said else ""
    st.markdown(f"{example}{plain(view.set.name)}{filtered}")


def say_nothing(view: View, compared: Compared) -> str:
    """Say why nothing can be compared, and what to do about it."""
    if not compared.complete:
        left_out = count_of(compared.incomplete, "incomplete visit")
        said = "No complete visit matches. Take a filter away, or widen the dates."
        return f"{said} {left_out} matched, and cannot be compared." if compared.incomplete else said
    found = count_of(compared.complete, "complete visit")
    if view.selection.fresh_only:
        return f"Of {found}, none has a fresh answer. Take the filter “Fresh answers only” away."
    return (
        f"{found} matched, but none met or missed a standard that is common to all brands. "
        "In the Workshop, standards can be made common."
    )


def _offered(channels: Iterable[Channel], shown: Sequence[Brand], place: Place) -> list[Channel]:
    """Return the channels that the filters before leave."""
    ids = {brand.id for brand in shown}
    return [
        channel
        for channel in channels
        if channel.brand.id in ids
        and (not place.kinds or channel.kind in place.kinds)
        and (not place.areas or channel.area in place.areas)
    ]


def _say_view(
    brands: Sequence[Brand],
    place: Place,
    period: Period,
    editions: Sequence[int],
    channels: Sequence[Channel],
    *,
    fresh: bool,
) -> str:
    parts = [
        f"edition {', '.join(str(number) for number in editions)}" if editions else "",
        say_filters(brands, place, period),
        ", ".join(channel.name for channel in channels),
        "fresh answers only" if fresh else "",
    ]
    return " · ".join(part for part in parts if part)
