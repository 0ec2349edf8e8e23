"""Log: who signed in, changed, exported or removed what, and when; to filter, page through and take away."""

from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts.filters import choose_period, first_page
from pages.parts.log_words import say_event, say_kind
from pages.parts.signed_in import door_hash, note_export, signed_in
from pages.parts.tables import as_csv
from pages.parts.words import count_of, show_text
from standards.people import Action
from storage.events import (
    LOG_PAGE_SIZE,
    EventFilter,
    all_events,
    count_events,
    event_kinds,
    event_people,
    list_events,
)
from storage.sessions import in_session

signed_in(Action.READ_LOG)
# A download is made after this run of the page; whoever asked for it is asked for again.
door = door_hash()
st.title("Log", anchor=False)
with in_session(read_only=True) as session:
    kinds = {say_kind(kind): kind for kind in event_kinds(session)}
    people = {name: person_id for person_id, name in event_people(session).items()}

with st.expander("Filters", icon=":material/filter_list:"):
    chosen = st.multiselect(
        "What happened",
        sorted(kinds),
        placeholder="All",
        key="log_what",
        bind="query-params",
        on_change=first_page,
    )
    name = st.selectbox(
        "Who did it",
        list(people),
        index=None,
        placeholder="Everybody",
        key="log_who",
        bind="query-params",
        on_change=first_page,
    )
    period = choose_period()
wanted = EventFilter(
    kinds=tuple(kinds[what] for what in chosen if what in kinds),
    person_id=people.get(name or ""),
    since=period.since,
    until=period.until,
)
with in_session(read_only=True) as session:
    found = count_events(session, wanted)
if not found:
    st.info("Nothing matches. Take a filter away.", icon=":material/search_off:")
    st.stop()

zone = ZoneInfo(st.context.timezone or "UTC")
st.caption(f"{count_of(found, 'event')}, newest first, in the time of {zone.key}")
shown = st.container(gap="small")
pages = -(-found // LOG_PAGE_SIZE)
number = 1
if pages > 1:
    number = st.pagination(pages, key="page", bind="query-params", max_visible_pages=5, width="stretch")
with in_session(read_only=True) as session:
    events = list_events(session, wanted, offset=(number - 1) * LOG_PAGE_SIZE)
with shown:
    day = None
    for event in events:
        at = event.at.astimezone(zone)
        if at.date() != day:
            day = at.date()
            st.subheader(f"{day.day} {day:%b %Y}", anchor=False)
        show_text(f"{at:%H:%M}  {say_event(event)}")


def make() -> bytes:
    """Write the events of the filter; made on the tap, not each time the page is shown."""
    note_export("log", Action.READ_LOG, door=door)
    with in_session(read_only=True) as session:
        return as_csv(
            [
                {
                    "at": event.at.isoformat(timespec="seconds"),
                    "who": event.person or "",
                    "action": event.action,
                    "thing": event.thing,
                    "thing_id": event.thing_id,
                    "sentence": say_event(event),
                }
                for event in all_events(session, wanted)
            ]
        )


st.download_button(
    f"Download {count_of(found, 'event')}",
    make,
    file_name="log.csv",
    mime="text/csv",
    key="log_download",
    icon=":material/download:",
    on_click="ignore",
    width="stretch",
)
