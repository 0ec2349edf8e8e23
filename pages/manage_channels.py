"""Channels: brands, channels and areas; add, rename, close. Nothing is deleted: visits point at them."""

import streamlit as st

from pages.parts.channel_forms import add_brand_form, add_channel_form, area_form, brand_card
from pages.parts.signed_in import acting, signed_in
from pages.parts.welcome import example_button
from standards.people import Action
from storage.brands import list_brands
from storage.channels import list_areas, list_channels
from storage.example import example_is_loaded, remove_example
from storage.sessions import in_session

signed_in(Action.MANAGE)
st.title("Channels", anchor=False)
with in_session(read_only=True) as session:
    brands = list_brands(session)
    channels = list_channels(session, include_closed=True)
    areas = list_areas(session)
    has_example = example_is_loaded(session)

if not brands:
    st.caption("Begin with your own brand, then add its channels and your competitors.")
for brand in brands:
    brand_card(brand, [channel for channel in channels if channel.brand.id == brand.id], areas)

add_brand_form(has_own=any(brand.is_own and not brand.is_example for brand in brands))
if brands:
    add_channel_form(brands, areas)
if areas:
    area_form(areas)

if not has_example:
    example_button()
else:
    with st.container(border=True):
        st.subheader("The example programme", anchor=False)
        st.caption("Its brands, standards, visits and photos go; your own stay.")
        if st.button(
            "Remove the example", key="channels_remove_example", icon=":material/delete:", width="stretch"
        ):
            with st.spinner("Removing the example."):
                remove_example(by=acting(Action.MANAGE))
            st.rerun()
