"""Which dot of a chart was tapped, on charts that let the finger scroll past."""

from collections.abc import Callable

import streamlit as st

from pages.parts.charts import TAPPED_KEY

# With `on_select` Streamlit replaces a chart's `dragmode: false`. Plotly then keeps every touch to itself
# and the page under the finger does not scroll; so this listens to Plotly's own event. Plotly in turn takes
# the end of every swipe for a tap: when the browser begins to scroll, it cancels the pointer. The page is
# reached only through the standard DOM, and charts that are drawn later are found when they appear.
_SCRIPT = """
function follow(chart) {
  chart.addEventListener("pointerdown", () => { chart.isScrolled = false; }, { capture: true });
  chart.addEventListener("pointercancel", () => { chart.isScrolled = true; }, { capture: true });
  chart.on("plotly_click", (event) => { if (!chart.isScrolled) chart.tellTap(event); });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const page = (parentElement.getRootNode().host ?? parentElement).ownerDocument;
  const tell = (event) => {
    const dot = event.points.find((point) => typeof point.customdata === "string");
    if (dot) setTriggerValue("tapped", dot.customdata);
  };
  const listen = () => {
    for (const chart of page.querySelectorAll(`[class*="st-key-${data.charts}"] .js-plotly-plot`)) {
      if (!chart.on) continue;
      if (!chart.tellTap) follow(chart);
      chart.tellTap = tell;
    }
  };
  listen();
  const watcher = new MutationObserver(listen);
  watcher.observe(page.body, { childList: true, subtree: true });
  return () => watcher.disconnect();
}
"""

_taps = st.components.v2.component("chart_taps", js=_SCRIPT)


def chart_taps(on_tap: Callable[[str], None]) -> None:
    """
    Listen to the charts of a page; put it anywhere on the page, once.

    Args:
        on_tap: a callback; it gets what the dot hands over (`pages.parts.charts.tapped`).
    """

    def told() -> None:
        found = st.session_state["chart_taps"].tapped
        if found:
            on_tap(str(found))

    _taps(data={"charts": TAPPED_KEY}, key="chart_taps", on_tapped_change=told, height=1)
