"""
Photos on a page: shown as links to our own route; added, captioned and removed while a visit is open.

Those of a competitor may be marked at any time as photos on which nobody can be recognised.
"""

from collections.abc import Mapping, Sequence
from html import escape
from uuid import UUID, uuid5

import streamlit as st

from pages.parts.previewing import PREVIEW
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from standards.editions import Standard
from standards.errors import Problem
from standards.people import Action
from standards.visits import Photo
from storage.photos import (
    CAPTION_LIMIT,
    PHOTO_LIMIT,
    add_photo,
    caption_photo,
    mark_blacked_out,
    photos_of,
    remove_photo,
)
from storage.pictures import BYTE_LIMIT, read_picture
from storage.sessions import in_session

_KINDS = ["jpg", "jpeg", "png", "webp", "heic"]
_SMALL_PX, _LARGE_PX = 84, 120


def show_photos(photos: Sequence[Photo], standards: Mapping[str, Standard] | None = None) -> None:
    """
    Show thumbnails side by side, each a link to its full picture; nothing where there are none.

    Args:
        standards: by code; with them each photo says what it is evidence for.
    """
    if not photos:
        return
    shown = []
    for number, photo in enumerate(photos, 1):
        standard = (standards or {}).get(photo.code or "")
        words = " · ".join(part for part in (standard.statement if standard else "", photo.caption) if part)
        under = (
            f'<figcaption style="font-size:0.875rem;line-height:1.3;opacity:0.8;margin-top:0.25rem;'
            f'overflow-wrap:anywhere">{escape(words)}</figcaption>'
        )
        shown.append(
            f'<figure style="margin:0;width:{_LARGE_PX}px">{_thumbnail(photo, number, words, _LARGE_PX)}'
            f"{under if words else ''}</figure>"
        )
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:0.75rem">{"".join(shown)}</div>')


def _thumbnail(photo: Photo, number: int, words: str, side_px: int) -> str:
    alt = escape(f"Photo {number}: {words}" if words else f"Photo {number}", quote=True)
    return (
        f'<a href="/photos/{photo.id}" target="_blank" rel="noopener" title="Open the photo" '
        f'style="display:block;width:{side_px}px;height:{side_px}px">'
        f'<img src="/photos/{photo.id}/thumbnail" alt="{alt}" width="{side_px}" height="{side_px}" '
        'loading="lazy" style="width:100%;height:100%;object-fit:cover;border-radius:0.6rem;display:block;'
        'background:rgba(128,128,128,0.2)"></a>'
    )


def offer_marks(photos: Sequence[Photo]) -> None:
    """Let somebody say on which of a competitor's photos nobody can be recognised: those may be shown."""
    with st.expander("Photos on scorecards", icon=":material/visibility:"):
        st.caption(
            "A scorecard shows a photo taken at a competitor only where nobody can be recognised on it. "
            "One that was blacked out on the phone is marked already: look at it all the same."
        )
        for number, photo in enumerate(photos, 1):
            with st.container(horizontal=True, wrap=False, gap="small", vertical_alignment="center"):
                st.html(_thumbnail(photo, number, photo.caption, _SMALL_PX), width=_SMALL_PX)
                key = f"photos_{photo.id}_blacked_out"
                st.checkbox(
                    f"Nobody can be recognised on photo {number}",
                    photo.blacked_out,
                    key=key,
                    on_change=_store_mark,
                    args=(photo, key),
                )


def photo_corner(visit_id: UUID, code: str | None, label: str) -> None:
    """
    Show the photos of one standard of an open visit (of the visit as a whole where `code` is None).

    Each has its caption and can be removed; more are stored the moment they are chosen.

    Args:
        label: what the photos are of, for the reader; Markdown in it is escaped already.
    """
    with in_session(read_only=True) as session:
        photos = photos_of(session, visit_id)
    key = f"photos_{visit_id}_{code}"
    for number, photo in enumerate((p for p in photos if p.code == code), 1):
        _stored_photo(photo, number)
    for text in st.session_state.get(f"{key}_problems", []):
        st.error(text, title="Among the photos just chosen", icon=":material/broken_image:")
    if len(photos) >= PHOTO_LIMIT:
        st.caption(f"This visit has {PHOTO_LIMIT} photos, which is the limit. Remove one to add another.")
        return
    uploader = f"{key}_{st.session_state.get(f'{key}_round', 0)}"
    st.file_uploader(
        label,
        _KINDS,
        accept_multiple_files=True,
        key=uploader,
        max_upload_size=BYTE_LIMIT // 1024 // 1024,
        disabled=visit_id == PREVIEW,
        label_visibility="collapsed",
        on_change=_store_photos,
        args=(visit_id, code, key, uploader),
    )


def _stored_photo(photo: Photo, number: int) -> None:
    with st.container(horizontal=True, wrap=False, gap="small"):
        st.html(_thumbnail(photo, number, photo.caption, _SMALL_PX), width=_SMALL_PX)
        beside = st.container(gap="xxsmall")
    key = f"photos_{photo.id}_caption"
    beside.text_input(
        f"What photo {number} shows",
        photo.caption,
        max_chars=CAPTION_LIMIT,
        key=key,
        placeholder="What it shows",
        label_visibility="collapsed",
        on_change=_store_caption,
        args=(photo, key),
    )
    with beside.popover(f"Remove photo {number}", icon=":material/delete:", type="tertiary"):
        st.write("It is deleted from the visit for good.")
        st.button(
            "Remove it",
            key=f"photos_{photo.id}_remove",
            icon=":material/delete:",
            on_click=_remove,
            args=(photo,),
        )


def _store_photos(visit_id: UUID, code: str | None, key: str, uploader: str) -> None:
    problems = []
    for number, sent in enumerate(st.session_state[uploader] or [], 1):
        try:
            picture = read_picture(sent.getvalue(), number)
            with storing(Action.RECORD, visit_id=visit_id) as session:
                # The id follows from the upload's own, so that no rerun stores the same upload twice.
                photo_id = uuid5(visit_id, sent.file_id)
                add_photo(session, visit_id, code, picture, photo_id=photo_id, number=number)
        except Problem as problem:
            problems.append(str(problem))
    st.session_state[f"{key}_problems"] = problems
    # Another key is another, empty uploader: what is stored now stands above it.
    st.session_state[f"{key}_round"] = st.session_state.get(f"{key}_round", 0) + 1


@telling
def _store_caption(photo: Photo, key: str) -> None:
    with storing(Action.RECORD, visit_id=photo.visit_id) as session:
        caption_photo(session, photo.id, st.session_state[key] or "")


@telling
def _store_mark(photo: Photo, key: str) -> None:
    with storing(Action.REVIEW) as session:
        mark_blacked_out(session, photo.id, is_blacked_out=st.session_state[key])


@telling
def _remove(photo: Photo) -> None:
    with storing(Action.RECORD, visit_id=photo.visit_id) as session:
        remove_photo(session, photo.id)
