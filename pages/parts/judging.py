"""One case of a trial on a colleague's phone: what happened, who judges, and a verdict a standard."""

import streamlit as st

from pages.parts.pictures import show_picture
from pages.parts.problems import telling
from pages.parts.scores import VERDICT_ICONS
from pages.parts.signed_in import storing
from pages.parts.words import plain, show_text
from standards.editions import Standard
from standards.measuring import Measure, Verdict
from standards.people import Action
from standards.values import say_target, steps_of
from storage.trials import Trial, give_verdict


def show_case(trial: Trial) -> None:
    """Show what happened."""
    with st.container(border=True):
        st.caption("What happened")
        if trial.case_text:
            show_text(trial.case_text)
        if trial.picture:
            show_picture(trial.picture, "The case to judge", width_px=480)


def judge_standard(trial: Trial, standard: Standard, given: Verdict | None) -> None:
    """Show one standard with the three verdicts; a tap is stored at once, a second takes it back."""
    with st.container(border=True, gap="small"):
        show_text(standard.statement, strong=True)
        if standard.measure is not Measure.YES_NO:
            st.caption(f"Target: {plain(say_target(standard.measure, standard.target))}")
        if standard.job_aid:
            show_text(standard.job_aid, small=True)
        if standard.measure is Measure.RATING:
            lines = (f"{place}  {step}" for place, step in enumerate(steps_of(standard), start=1))
            show_text("\n".join(lines), small=True)
        with st.container(horizontal=True, gap="small"):
            for verdict in Verdict:
                chosen = verdict is given
                st.button(
                    verdict.capitalize(),
                    key=f"judge_{trial.id}_{standard.id}_{verdict}",
                    icon=VERDICT_ICONS[verdict] if chosen else None,
                    help=f"Tap again to take “{verdict}” back" if chosen else None,
                    type="primary" if chosen else "secondary",
                    width="content" if verdict is Verdict.NOT_APPLICABLE else "stretch",
                    on_click=_give,
                    args=(trial.id, standard.code, None if chosen else verdict),
                )


@telling
def _give(trial_id: int, code: str, verdict: Verdict | None) -> None:
    with storing(Action.RECORD) as session:
        give_verdict(session, trial_id, code, session.info["by"], verdict)
