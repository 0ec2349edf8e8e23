"""People: who may come in and as what; links to come in, devices, and taking a way in away."""

import streamlit as st

from pages.parts.new_links import show_new_link
from pages.parts.people_forms import Given, invite_form, person_card
from pages.parts.signed_in import signed_in
from pages.parts.words import count_of
from standards.people import Action
from storage.channels import list_areas, list_channels
from storage.people import list_accounts
from storage.sessions import in_session

me = signed_in(Action.PEOPLE)
st.title("People", anchor=False)
with in_session(read_only=True) as session:
    accounts = list_accounts(session)
    areas = list_areas(session)
    channels = list_channels(session, include_closed=True)
given = Given(areas, {channel.id: f"{channel.brand.name} · {channel.name}" for channel in channels})

show_new_link()
invite_form(given, is_first=len(accounts) == 1)
st.caption(f"{count_of(len(accounts), 'person', 'people')} may come in.")
for account in accounts:
    person_card(account, given, is_me=account.person.id == me.id)
