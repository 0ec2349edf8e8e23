"""Trials of a draft: put a case before colleagues, see how far they agree, reword what they judge apart."""

import streamlit as st

from pages.parts.pictures import PICTURE_KINDS, show_picture
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import count_of, plain, show_text
from pages.parts.workshop_saving import done, key_of, times
from standards.agreement import StandardAgreement
from standards.drafting import Draft, DraftStandard
from standards.people import Action
from storage.drafts import get_draft
from storage.pictures import BYTE_LIMIT
from storage.sessions import in_session
from storage.trials import CASE_LIMIT, Trial, agreement_of, close_trial, list_trials, open_trial


def try_draft(draft: Draft) -> None:
    """Show the agreement so far, the cases, and what makes another."""
    if not draft.standards:
        st.info("Nothing stands in this draft yet. Write its first sentence.", icon=":material/edit:")
        return
    with in_session(read_only=True) as session:
        trials = list_trials(session, draft.id)
        agreements = agreement_of(session, draft.id) if trials else ()
        draft = get_draft(session, draft.id)
    st.caption(
        "Two or more colleagues judge the same case, each on their own phone. Where they do not agree, "
        "the sentence is not clear enough yet."
    )
    _new_case(draft, is_first=not trials)
    for trial in trials:
        _case(trial)
    if trials:
        _agreements(draft, agreements)


def _new_case(draft: Draft, *, is_first: bool) -> None:
    number = times("cases")
    with st.expander("Make a case", expanded=is_first, icon=":material/add:", key=key_of(draft, "case_open")):
        text, photo = key_of(draft, "case_text", number), key_of(draft, "case_photo", number)
        st.text_area(
            "What happened, as a shopper would have seen it",
            key=text,
            max_chars=CASE_LIMIT,
            height=140,
            placeholder="I came in at 10:02. A member of staff looked up after a minute and said …",
        )
        st.file_uploader(
            "Or a photo",
            PICTURE_KINDS,
            key=photo,
            max_upload_size=BYTE_LIMIT // 1024 // 1024,
        )
        st.button(
            "Put it before colleagues",
            key=key_of(draft, "case_make"),
            type="primary",
            icon=":material/groups:",
            width="stretch",
            on_click=_open_trial,
            args=(draft, text, photo, number),
        )


def _case(trial: Trial) -> None:
    with st.container(border=True, gap="small"):
        state = ":green-badge[open]" if trial.is_open else ":gray-badge[:material/lock: closed]"
        st.markdown(f"**Case {trial.id}** {state} :gray-badge[{count_of(trial.judges, 'colleague')}]")
        if trial.case_text:
            show_text(trial.case_text)
        if trial.picture:
            show_picture(trial.picture, f"Case {trial.id}")
        if not trial.is_open:
            return
        address = f"{_origin()}/judge_standards?trial={trial.id}"
        st.caption("Send this address to colleagues; it opens on their phones:")
        st.code(address, language=None, wrap_lines=True)
        with st.container(horizontal=True, gap="small"):
            st.page_link(
                "judge_standards.py",
                label="Judge it yourself",
                icon=":material/gavel:",
                query_params={"trial": str(trial.id)},
            )
            st.button(
                "Close this case",
                key=f"workshop_close_{trial.id}",
                icon=":material/lock:",
                type="tertiary",
                on_click=_close,
                args=(trial.id,),
            )


def _agreements(draft: Draft, agreements: tuple[StandardAgreement, ...]) -> None:
    st.subheader("Agreement", anchor=False)
    by_code = draft.by_code()
    judged = [found for found in agreements if found.agreement]
    if not judged:
        st.caption("No standard has been judged by two colleagues yet.")
        return
    for found in sorted(judged, key=lambda one: one.agreement.ac1 if one.agreement else 0):
        _agreement(by_code[found.code], found)
    waiting = [found.code for found in agreements if not found.agreement]
    if waiting:
        st.caption(f"Not judged by two yet: {plain(', '.join(waiting))}")


def _agreement(tried: DraftStandard, found: StandardAgreement) -> None:
    if not found.agreement:
        return
    with st.container(border=True, gap="xsmall"):
        sign = (
            ":orange-badge[:material/edit: reword this]"
            if found.needs_rewording
            else ":green-badge[:material/check: clear enough]"
        )
        st.markdown(f":gray-badge[{plain(found.code)}] {sign}")
        show_text(tried.standard.statement, strong=True)
        low, high = found.agreement.interval.low, found.agreement.interval.high
        st.markdown(f"**{plain(found.sentence)}**")
        st.caption(
            f"Agreement beyond chance (Gwet’s AC1) {found.agreement.ac1:.2f}, "
            f"probably between {low:.2f} and {high:.2f}; from 0.60 on it counts as enough."
        )


def _origin() -> str:
    url = st.context.url or ""
    return url.rsplit("/", 1)[0]


@telling
def _open_trial(draft: Draft, text: str, photo: str, round_: int) -> None:
    # A second tap before the page is drawn anew must not make the same case twice.
    if round_ != times("cases"):
        return
    sent = st.session_state.get(photo)
    with storing(Action.MANAGE) as session:
        open_trial(session, draft.id, st.session_state.get(text) or "", sent.getvalue() if sent else None)
    done("cases")


@telling
def _close(trial_id: int) -> None:
    with storing(Action.MANAGE) as session:
        close_trial(session, trial_id)
