"""Filters shared by Compare and Visits. Each stands in the address, so that a link opens the same view."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from standards.editions import Kind
from standards.visits import Brand, Channel
from storage.comparing import SetInUse
from storage.editions import StandardSet

# Wide enough for what a firm imports from its past; a date picker needs some bound.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class Place:
    """Channel kinds and areas chosen; empty means all."""

    kinds: tuple[Kind, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """Days chosen, both counted in; None leaves a side open."""

    since: date | None
    until: date | None


def choose_set(used: Sequence[SetInUse]) -> StandardSet:
    """Ask which standard set to look at, the first unless another is chosen."""
    by_name = {use.set.name: use for use in used}
    # Bare names: the address holds what is shown, and a count in it would break yesterday's link.
    chosen = st.selectbox("Standard set", list(by_name), key="set", bind="query-params")
    return by_name[chosen].set if chosen in by_name else used[0].set


def choose_brands(brands: Sequence[Brand], label: str, *, key: str) -> tuple[Brand, ...]:
    """Ask for brands; none chosen means all."""
    by_name = {brand.name: brand for brand in brands}
    chosen = st.multiselect(
        label, list(by_name), placeholder="All", key=key, bind="query-params", on_change=first_page
    )
    return tuple(by_name[name] for name in chosen if name in by_name)


def choose_place(kinds: Sequence[Kind], areas: Sequence[str]) -> Place:
    """Ask for channel kinds and areas; what leaves no choice is not asked."""
    left, right = st.columns(2)
    chosen_kinds: list[str] = []
    chosen_areas: list[str] = []
    if len(kinds) > 1:
        chosen_kinds = left.multiselect(
            "Channel kind",
            [str(kind) for kind in kinds],
            placeholder="All",
            key="kind",
            bind="query-params",
            on_change=first_page,
        )
    if areas:
        chosen_areas = right.multiselect(
            "Area", list(areas), placeholder="All", key="area", bind="query-params", on_change=first_page
        )
    return Place(tuple(Kind(kind) for kind in chosen_kinds), tuple(chosen_areas))


def choose_period() -> Period:
    """Ask for the first and the last day of visits."""
    left, right = st.columns(2)
    since, until = (
        column.date_input(
            label,
            value=None,
            min_value=FIRST_DAY,
            max_value=LAST_DAY,
            key=key,
            format="YYYY-MM-DD",
            bind="query-params",
            on_change=first_page,
        )
        for column, label, key in ((left, "From", "since"), (right, "Until", "until"))
    )
    return Period(since, until)


def say_filters(brands: Sequence[Brand], place: Place, period: Period) -> str:
    """Say in a line what is filtered; empty where nothing is."""
    parts = [", ".join(brand.name for brand in brands), ", ".join(place.kinds), ", ".join(place.areas)]
    if period.since:
        parts.append(f"from {say_day(period.since)}")
    if period.until:
        parts.append(f"until {say_day(period.until)}")
    return " · ".join(part for part in parts if part)


def say_day(day: date) -> str:
    """Say a date as people write it: `7 Jun 2013`."""
    return f"{day.day} {day:%b %Y}"


def first_page() -> None:
    """Go back to the first page of a list whose filter changed."""
    if "page" in st.session_state:
        st.session_state["page"] = 1


def choose_editions(numbers: Sequence[int]) -> tuple[int, ...]:
    """Ask for editions by their numbers, where there are several; none chosen means all."""
    if len(numbers) < 2:
        return ()
    chosen = st.multiselect(
        "Edition",
        [str(number) for number in numbers],
        placeholder="All",
        key="edition",
        bind="query-params",
        on_change=first_page,
    )
    return tuple(int(number) for number in chosen)


def choose_channels(channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Ask for channels by name, where there are several; none chosen means all."""
    by_name = {f"{channel.brand.name} · {channel.name}": channel for channel in channels}
    if len(by_name) < 2:
        return ()
    chosen = st.multiselect(
        "Channel", list(by_name), placeholder="All", key="channel", bind="query-params", on_change=first_page
    )
    return tuple(by_name[name] for name in chosen if name in by_name)


def choose_fresh() -> bool:
    """Ask whether only answers given in the channel or shortly after count."""
    return st.toggle(
        "Fresh answers only",
        key="fresh",
        bind="query-params",
        on_change=first_page,
        help="Answers given during the visit or within an hour after it, and what a stopwatch measured.",
    )
