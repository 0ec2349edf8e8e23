"""The way from the pages to the recorder."""

import streamlit as st


def recorder_link() -> None:
    """Lead to the recorder in the same tab. It is no page of Streamlit's, which page links are for."""
    st.html(
        '<a href="/recorder/" target="_self" style="display:inline-block;padding:0.9rem 0;font-weight:600;'
        'color:inherit">Record on a phone, also without signal</a>'
    )
