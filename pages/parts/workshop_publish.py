"""Publishing a draft: what stands in its way, what changed, and what that means for comparisons over time."""

from collections.abc import Sequence

import streamlit as st

from pages.parts.filters import say_day
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import count_of, plain
from pages.parts.workshop_saving import key_of, leave_draft, save, seen, show_changes, told_of
from standards.changes import Change, changes_between
from standards.drafting import Draft
from standards.editions import Edition
from standards.errors import DraftMoved, EditionJustPublished
from standards.people import Action
from standards.publishing import PublishingProblem, problems_of
from storage.drafts import discard_draft, publish_draft, put_on_top
from storage.editions import bring_back_edition, editions_of_set, retire_edition
from storage.sessions import in_session


def publish_view(draft: Draft) -> None:
    """Show what keeps the draft back, or what publishing it changes; then the set's editions."""
    with in_session(read_only=True) as session:
        published = editions_of_set(session, draft.set_id)
    problems = problems_of(draft.standards)
    _what_changed(published, changes_between(published[0].standards if published else (), draft.plain))
    if problems:
        _in_the_way(problems)
    if published and published[0].number >= draft.number:
        _too_late(draft, published[0])
    st.button(
        f"Publish edition {draft.number}",
        key=key_of(draft, "publish"),
        type="primary",
        icon=":material/publish:",
        width="stretch",
        help="Visits started from now on use it. It never changes afterwards.",
        on_click=_publish,
        args=(draft,),
    )
    with st.popover("Throw this draft away", icon=":material/delete:", type="tertiary"):
        st.write("What is published stays. What was only in this draft is gone.")
        st.button(
            "Throw it away",
            key=key_of(draft, "discard"),
            icon=":material/delete:",
            on_click=_discard,
            args=(draft,),
        )
    show_editions(published)


def _too_late(draft: Draft, newest: Edition) -> None:
    st.warning(
        f"Edition {newest.number} was published after this draft was begun. "
        "What differs from it stands above.",
        icon=":material/group:",
    )
    st.button(
        f"Put this draft on top of edition {newest.number}",
        key=key_of(draft, "on_top"),
        icon=":material/move_up:",
        width="stretch",
        on_click=_put_on_top,
        args=(draft,),
    )


def _what_changed(published: Sequence[Edition], changes: Sequence[Change]) -> None:
    if not published:
        st.caption("This will be the first edition: there is nothing yet to compare it with.")
        return
    newest = published[0]
    st.subheader(f"Changed since edition {newest.number}", anchor=False)
    if not changes:
        st.caption(f"Nothing: it asks just what edition {newest.number} asks.")
        return
    kinds = {found.kind for found in changes}
    counted = [count_of(sum(f.kind is kind for f in changes), str(kind), str(kind)) for kind in kinds]
    breaks = sorted({found.code for found in changes if found.is_break})
    st.caption(" · ".join(sorted(counted)))
    if breaks:
        st.warning(
            f"The history of {plain(', '.join(breaks))} has a break here: no line is drawn through it.",
            icon=":material/timeline:",
        )
    with st.container(border=True, gap="small"):
        show_changes(changes)


def _in_the_way(problems: Sequence[PublishingProblem]) -> None:
    st.subheader("What still stands in the way", anchor=False)
    for found in problems:
        st.error(plain(found.text), icon=":material/block:")


def show_editions(editions: Sequence[Edition]) -> None:
    """List the published and retired editions of a set."""
    if not editions:
        return
    st.subheader("Editions", anchor=False)
    for edition in editions:
        with st.container(border=True, gap="xsmall"):
            state = (
                ":gray-badge[:material/archive: retired]"
                if edition.retired_at
                else (":green-badge[:material/check: published]")
            )
            on = say_day(edition.published_at.date()) if edition.published_at else ""
            st.markdown(f"**Edition {edition.number}** {state}")
            st.caption(f"{count_of(len(edition.standards), 'standard')} · published on {on}")
            if edition.retired_at:
                st.button(
                    f"Bring edition {edition.number} back",
                    key=f"workshop_back_{edition.id}",
                    icon=":material/unarchive:",
                    type="tertiary",
                    on_click=_bring_back,
                    args=(edition.id,),
                )
            else:
                _retire_corner(edition)


def _retire_corner(edition: Edition) -> None:
    with st.popover(f"Retire edition {edition.number}", icon=":material/archive:", type="tertiary"):
        st.write("No new visit starts with it. Visits made with it, and their scores, stay as they are.")
        st.button(
            "Retire it",
            key=f"workshop_retire_{edition.id}",
            icon=":material/archive:",
            on_click=_retire,
            args=(edition.id,),
        )


@telling
def _retire(edition_id: int) -> None:
    with storing(Action.MANAGE) as session:
        retire_edition(session, edition_id)
    st.toast("Retired: no new visit starts with it.", icon=":material/archive:")


@telling
def _bring_back(edition_id: int) -> None:
    with storing(Action.MANAGE) as session:
        bring_back_edition(session, edition_id)


@telling
def _publish(draft: Draft) -> None:
    try:
        with storing(Action.MANAGE) as session:
            edition = publish_draft(session, seen(draft))
    except (DraftMoved, EditionJustPublished) as moved:
        told_of(moved)
        return
    leave_draft()
    st.query_params["set"] = str(edition.set_id)
    st.toast(f"Edition {edition.number} is published: new visits use it.", icon=":material/check:")


def _put_on_top(draft: Draft) -> None:
    save(draft, put_on_top)


@telling
def _discard(draft: Draft) -> None:
    with storing(Action.MANAGE) as session:
        discard_draft(session, seen(draft))
    leave_draft()
    st.toast("The draft is thrown away.", icon=":material/delete:")
