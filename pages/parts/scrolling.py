"""A new step begins at its top. Streamlit keeps the scroll position when a page's content changes."""

import streamlit as st

# Reads the Streamlit page it stands in only through the standard DOM.
_SCRIPT = """
export default function ({ data, parentElement }) {
  const host = parentElement.getRootNode().host ?? parentElement;
  if (host.dataset.step === data.step) return;
  const first = host.dataset.step === undefined;
  host.dataset.step = data.step;
  if (!first) host.scrollIntoView({ block: "end" });
}
"""

_scroll = st.components.v2.component("start_at_the_top", js=_SCRIPT)


def start_at_the_top(step: str) -> None:
    """Scroll to the top of the page when the step has changed since it was last drawn."""
    _scroll(data={"step": step}, key="start_at_the_top", height=1)
