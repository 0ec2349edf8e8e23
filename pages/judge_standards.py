"""Judge a case: a colleague reads what happened and says, standard by standard, whether it was met."""

import streamlit as st

from pages.parts.judging import judge_standard, show_case
from pages.parts.signed_in import signed_in
from pages.parts.words import plain
from standards.editions import touchpoints_of
from standards.errors import TrialClosed
from standards.people import Action
from storage.sessions import in_session
from storage.trials import get_trial, standards_tried, verdicts_of

person = signed_in(Action.RECORD)
st.title("Judge a case", anchor=False)
address = st.query_params.get("trial", "")
if not address:
    st.info("Open the address that a colleague has sent you from the workshop.", icon=":material/gavel:")
    st.stop()
# A name typed below would push the case out of the address; it must survive a reload.
st.query_params["trial"] = address
if not (address.isascii() and address.isdigit() and len(address) < 10):
    raise TrialClosed
with in_session(read_only=True) as session:
    trial = get_trial(session, int(address))
    standards = standards_tried(session, trial)
st.caption(plain(trial.set_name))
show_case(trial)
if not trial.is_open:
    st.info("This case is closed. Thank you: every verdict given before is kept.", icon=":material/lock:")
    st.stop()
st.caption("Only the agreement is shown to others, never who said what.")
with in_session(read_only=True) as session:
    given = verdicts_of(session, trial.id, person.id)
for touchpoint, at_it in touchpoints_of(standards).items():
    st.subheader(plain(touchpoint), anchor=False)
    for standard in at_it:
        judge_standard(trial, standard, given.get(standard.code))
done = sum(standard.code in given for standard in standards)
st.progress(done / len(standards) if standards else 1.0, text=f"{done} of {len(standards)} judged")
if standards and done == len(standards):
    st.success("All judged and stored. You can close this page.", icon=":material/check:")
