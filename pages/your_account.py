"""You: your name and role, your password, the devices you are signed in on, sign out."""

import streamlit as st

from pages.parts.devices import device_list
from pages.parts.passwords import password_form
from pages.parts.people_words import ROLE_WORDS, say_scope
from pages.parts.signed_in import device_in
from pages.parts.words import plain
from storage.channels import list_channels
from storage.sessions import in_session
from storage.sign_in import has_password

here = device_in()
person = here.person
with in_session(read_only=True) as session:
    channels = {channel.id: channel.name for channel in list_channels(session, include_closed=True)}
    by_password = has_password(session, person.id)

st.title("You", anchor=False)
st.markdown(f"**{plain(person.name)}**  \n{plain(person.email or '')}")
st.caption(f"{str(person.role).capitalize()}: {ROLE_WORDS[person.role]}.")
if scope := say_scope(person, channels):
    st.caption(f"Given to you: {scope}.")
st.html(
    '<form method="post" action="/sign-out" style="margin:0"><button type="submit" style="font:inherit;'
    "min-height:3rem;padding:0 1.25rem;border-radius:0.6rem;border:1px solid currentColor;background:none;"
    'color:inherit;cursor:pointer">Sign out on this device</button></form>'
)

st.subheader("Devices", anchor=False)
device_list(person.id, this_one=here.session.token_hash)

st.subheader("Password", anchor=False)
if by_password:
    password_form()
else:
    st.caption("You sign in without a password here. An owner can make you a link to choose one.")
