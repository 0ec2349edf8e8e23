"""Measures what a rerun of the Compare page costs the server after a filter was changed, on the example."""

import argparse
import json
import logging
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from streamlit.testing.v1 import AppTest

from standards.people import Role
from storage.door_sessions import hash_token, open_session
from storage.example import load_example
from storage.people import add_account
from storage.sessions import close_database, in_session

FRAME = Path(__file__).parents[1] / "pages" / "frame.py"
SECTIONS = ("standards", "over time", "the walk", "waits", "channels", "everything")


def main() -> None:
    """Print one line of JSON: by section, how many milliseconds a rerun took, and the slowest one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reruns", type=int, default=20, help="of each section")
    reruns = parser.parse_args().reruns
    # Outside a browser Streamlit warns at every run that there is none.
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SECOND_VISIT_DATA"] = folder
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        visits = load_example()
        page = _open_page()
        found = {section: _measure(page, section, reruns) for section in SECTIONS}
        close_database()
    medians = {section: round(median(times), 1) for section, times in found.items()}
    slowest = {section: round(max(times), 1) for section, times in found.items()}
    print(json.dumps({"visits": visits, "reruns": reruns, "median_ms": medians, "slowest_ms": slowest}))


def _open_page() -> AppTest:
    """Return a tab of an owner that has opened Compare."""
    with in_session() as session:
        owner = add_account(session, "Olive", "olive@example.com", Role.OWNER)
        token = open_session(session, owner.id, device="A phone")
    page = AppTest.from_file(str(FRAME), default_timeout=60)
    page.user = {"session": hash_token(token), "person": str(owner.id)}
    page.run()
    page.switch_page("compare_brands.py").run()
    assert not page.exception
    return page


def _look(page: AppTest) -> Any:
    return next(pills for pills in page.pills if pills.key == "look")


def _measure(page: AppTest, section: str, reruns: int) -> list[float]:
    """Change the area again and again, each time to another choice; return the milliseconds of each run."""
    _look(page).set_value(section).run()
    assert _look(page).value == section
    areas = page.multiselect(key="area").options
    times = []
    for number in range(reruns):
        chosen = areas[: 1 + number % len(areas)]
        begun = time.perf_counter()
        page.multiselect(key="area").set_value(chosen).run()
        times.append(1000 * (time.perf_counter() - begun))
        assert not page.exception
    return times


if __name__ == "__main__":
    main()
