"""The best-practice picture beside a job aid: chosen, replaced, taken away."""

from dataclasses import replace

import streamlit as st
from sqlmodel import Session

from pages.parts.pictures import PICTURE_KINDS, show_picture
from pages.parts.words import plain
from pages.parts.workshop_saving import key_of, save, seen
from standards.drafting import Draft, DraftStandard
from storage.drafts import change_standard
from storage.photos import keep_picture
from storage.pictures import BYTE_LIMIT


def choose_picture(draft: Draft, found: DraftStandard) -> None:
    """Show the best-practice picture with what replaces or removes it, or ask for one."""
    if found.picture:
        show_picture(found.picture, f"Best practice: {found.standard.statement}")
        st.button(
            "Take the picture away",
            key=key_of(draft, found.code, "no_picture"),
            icon=":material/delete:",
            type="tertiary",
            on_click=_store_picture,
            args=(draft, found.code, None),
        )
        return
    key = key_of(draft, found.code, "picture")
    st.file_uploader(
        f"Best-practice picture for {plain(found.code)}: how it looks when it is met",
        PICTURE_KINDS,
        key=key,
        max_upload_size=BYTE_LIMIT // 1024 // 1024,
        on_change=_store_picture,
        args=(draft, found.code, key),
    )


def _store_picture(draft: Draft, code: str, key: str | None) -> None:
    sent = st.session_state[key] if key else None
    if (key and not sent) or code not in seen(draft).by_code():
        return

    def store(session: Session, known: Draft) -> Draft:
        picture = keep_picture(session, sent.getvalue()) if sent else None
        return change_standard(session, known, code, replace(known.by_code()[code], picture=picture))

    save(draft, store)
