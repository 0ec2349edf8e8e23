"""What tests of the Compare page share: small programmes, and how its charts and words are read."""

import json
import re
from datetime import date
from html import unescape

from standards.measuring import Verdict
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import open_page

MET, MISSED = Verdict.MET, Verdict.MISSED
EVERYTHING = "everything"


def compare_page(person=None, **address):
    return open_page("compare_brands.py", *([person] if person else []), **address)


def said_on(page):
    """Return every word of a page in the order in which it is shown, however it is marked up."""
    shown = [*page.subheader, *page.markdown, *page.caption, *page.info, *page.error, *page.get("html")]
    said = "\n".join(str(getattr(e, "value", None) or e.proto.body) for e in shown)
    return re.sub(r"<p [^>]*>|</p>", "", unescape(said).replace("\\", ""))


def charts_of(page):
    """Return what the browser gets of each chart: its figure, its settings and its words."""
    return {
        chart.proto.id.rsplit("compare_chart_", 1)[-1]: (
            json.loads(chart.proto.spec),
            json.loads(chart.proto.config),
            chart.proto.alt,
        )
        for chart in page.get("plotly_chart")
    }


def axes_of(figure):
    return {name: axis for name, axis in figure["layout"].items() if name.startswith(("xaxis", "yaxis"))}


def store_programme(*, ours=4, theirs=3, is_example=False, name="Shop visit", answers=(None, None)):
    """
    Store visits, one a month from January 2026 to each brand.

    Args:
        answers: ours and theirs; unless told, ours meet everything and theirs miss B.
    """
    with in_session() as session:
        own = a_brand(session, f"Ours {name}", is_own=True, is_example=is_example)
        rival = a_brand(session, f"Theirs {name}", is_example=is_example)
        edition = an_edition(session, name=name, is_example=is_example)
        given = answers[0], answers[1] or {"A": MET, "B": MISSED}
        return [
            a_visit(
                session,
                a_channel(session, brand, area=area),
                edition,
                given[at],
                on=date(2026 + month // 12, month % 12 + 1, 5 + at),
            )
            for at, (brand, area, count) in enumerate(((own, "North", ours), (rival, "South", theirs)))
            for month in range(count)
        ]
