"""Stopwatches and long waits: their instants are stored, so nothing on the phone has to keep running."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts.catching import tap_button
from pages.parts.previewing import kept_in_tab
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.visit_cards import EXAMPLE_BADGE
from pages.parts.words import plain
from standards.editions import Standard
from standards.people import Action
from standards.values import say_seconds
from standards.visits import Observation, Visit
from standards.waiting import is_overdue
from storage.visits import close_wait, open_wait


def stopwatch(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    """Show a stopwatch for something that takes seconds or minutes."""
    key = f"stopwatch_{visit_id}_{standard.id}"
    if observation.is_open_wait and observation.opened_at:
        _running(observation.opened_at)
        tap_button(
            "Stop",
            _close,
            (visit_id, standard),
            key=f"{key}_stop",
            icon=":material/stop_circle:",
            type="primary",
            width="stretch",
        )
        return
    tap_button(
        "Start the stopwatch" if observation.value is None else "Measure again",
        _open,
        (visit_id, standard),
        key=f"{key}_start",
        icon=":material/timer:",
        type="primary" if observation.value is None else "secondary",
        width="stretch",
    )


@st.fragment(run_every=1)
def _running(opened_at: datetime) -> None:
    seconds = (datetime.now(UTC) - opened_at).total_seconds()
    minutes, rest = divmod(int(seconds), 60)
    st.header(f"{minutes}:{rest:02d}", anchor=False, text_alignment="center")


def long_wait(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    """Show a wait of hours or days: it starts here, and may be closed here or from Home."""
    key = f"wait_{visit_id}_{standard.id}"
    if not observation.is_open_wait:
        tap_button(
            "Start waiting now" if observation.value is None else "Wait again from now",
            _open,
            (visit_id, standard),
            key=f"{key}_start",
            icon=":material/hourglass_top:",
            type="primary" if observation.value is None else "secondary",
            width="stretch",
        )
        if observation.opened_at:
            tap_button(
                f"It was too soon: keep waiting since {_say_moment(observation.opened_at)}",
                _open,
                (visit_id, standard, observation.opened_at),
                key=f"{key}_resume",
                icon=":material/undo:",
                width="stretch",
            )
        return
    st.caption(
        f":material/hourglass_top: Waiting for {say_since(observation)}. "
        "You can leave: it stays on Home until the reply comes."
    )
    _close_buttons(visit_id, standard, key)


def _say_moment(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(st.context.timezone or 'UTC')):%-d %b, %H:%M}"


def say_since(observation: Observation) -> str:
    """Say how long a wait has been open."""
    opened_at = observation.opened_at or datetime.now(UTC)
    return say_seconds(int((datetime.now(UTC) - opened_at).total_seconds()))


def wait_card(visit: Visit, standard: Standard, observation: Observation) -> None:
    """Show one open wait on Home, with what closes it."""
    key = f"home_wait_{visit.id}_{standard.id}"
    if not observation.opened_at:
        return
    zone = ZoneInfo(visit.channel.timezone)
    with st.container(border=True):
        st.text(standard.statement)
        overdue = is_overdue(standard, observation.opened_at, datetime.now(UTC), zone)
        st.caption(
            f"{plain(visit.channel.brand.name)} · {plain(visit.channel.name)} · "
            f"waiting for {say_since(observation)}"
        )
        if visit.channel.brand.is_example:
            st.markdown(EXAMPLE_BADGE)
        if overdue:
            st.badge("Past its target", icon=":material/schedule:", color="orange")
        _close_buttons(visit.id, standard, key)


def _close_buttons(visit_id: UUID, standard: Standard, key: str) -> None:
    tap_button(
        "The reply came just now",
        _close,
        (visit_id, standard),
        key=f"{key}_now",
        icon=":material/mark_email_read:",
        width="stretch",
    )
    with st.popover("It came earlier, or never", width="stretch"):
        zone = ZoneInfo(st.context.timezone or "UTC")
        came_at = st.datetime_input(
            "When did the reply come?",
            datetime.now(zone).replace(tzinfo=None, second=0, microsecond=0),
            key=f"{key}_at",
            step=timedelta(minutes=1),
        )
        st.button(
            "It came then",
            key=f"{key}_then",
            width="stretch",
            on_click=_close,
            args=(visit_id, standard, came_at.replace(tzinfo=zone).astimezone(UTC)),
        )
        st.button(
            "No reply: stop waiting",
            key=f"{key}_never",
            width="stretch",
            help="Stored as “longer than” the time so far: missed if the target has passed, else unanswered.",
            on_click=_close,
            args=(visit_id, standard, None),
            kwargs={"replied": False},
        )


@telling
def _open(visit_id: UUID, standard: Standard, at: datetime | None = None) -> None:
    if kept_in_tab(visit_id, standard.code, opened_at=datetime.now(UTC)):
        return
    with storing(Action.RECORD, visit_id=visit_id) as session:
        open_wait(session, visit_id, standard, at=at)


@telling
def _close(visit_id: UUID, standard: Standard, at: datetime | None = None, *, replied: bool = True) -> None:
    if kept_in_tab(visit_id, standard.code, opened_at=None):
        return
    with storing(Action.RECORD, visit_id=visit_id) as session:
        close_wait(session, visit_id, standard, at=at, replied=replied)
