"""What is new on a page begins at its top: Streamlit keeps the scroll position when content changes."""

import streamlit as st

# `last` outlives a rerun and a redrawn component; the page is reached only through the standard DOM.
_SCRIPT = """
let last;

export default function ({ data, parentElement }) {
  if (data.shown === last) return;
  const first = last === undefined;
  last = data.shown;
  const host = parentElement.getRootNode().host ?? parentElement;
  if (!first) host.scrollIntoView({ block: "end" });
}
"""

_scroll = st.components.v2.component("start_at_the_top", js=_SCRIPT)


def start_at_the_top(shown: str) -> None:
    """Scroll to the top when something else is shown than before, such as another step of a visit."""
    _scroll(data={"shown": shown}, key="start_at_the_top", height=1)
