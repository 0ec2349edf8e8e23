"""
Committed figures of some scorecards, and each form read back: `python -m tests.storage.forms.golden`.

Run so, it works the figures out anew, says which differ from the committed ones, and writes nothing where
one does, unless it is told to: `--replace`.
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from standards.comparing import Estimate
from standards.scorecards import Scorecard, SubjectKind, read_span
from standards.scorecards.shown import (
    shown_failed,
    shown_points,
    shown_range,
    shown_score,
    shown_share,
    shown_standard,
    shown_visits,
)
from storage.brands import list_brands
from storage.example import load_example
from storage.forms.csv_file import write_csv
from storage.forms.pdf import write_pdf, write_picture
from storage.forms.xlsx_file import write_xlsx
from storage.importing import import_standards, import_visits
from storage.scorecard_rows import observations_behind
from storage.scorecards import Asked, channels_to_score, photos_of_card, read_scorecard
from storage.sessions import close_database, in_session
from storage.visit_lists import VisitFilter, list_visits
from tests.conftest import SHARED_DATA
from tests.storage.forms.reading import column_of, sheets_of

GOLDEN = Path(__file__).with_name("golden_figures.json")
MADE_ON = date(2026, 11, 20)
AS_SHOWN = "As on the scorecard"
CHICAGO = "chicago brand"
EXAMPLES = {f"example {kind}": kind for kind in SubjectKind}

# Each form's figures by this shape; what a single visit has not is empty.
Figures = dict[str, Any]


def committed() -> dict[str, Figures]:
    """Return the figures that were committed, by the scorecard they are of."""
    found: dict[str, Figures] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def of_example(kind: SubjectKind) -> Asked:
    """Store the example programme and return what to ask for a scorecard of it."""
    load_example(today=MADE_ON)
    with in_session(read_only=True) as session:
        own = next(brand for brand in list_brands(session) if brand.is_own)
        shop = channels_to_score(session, 1, seen_by=None)[0]
        visits = [
            visit
            for visit in list_visits(session, VisitFilter(), seen_by=None, limit=1000)
            if visit.channel.id == shop.id
        ]
    match kind:
        case SubjectKind.BRAND:
            return Asked(kind, 1, read_span("2026-Q3"), brand_id=own.id)
        case SubjectKind.AREA:
            return Asked(kind, 1, read_span("2026-Q2"), brand_id=own.id, area=shop.area)
        case SubjectKind.CHANNEL:
            return Asked(kind, 1, read_span("2026"), brand_id=own.id, channel_id=shop.id)
        case SubjectKind.VISIT:
            return Asked(
                kind, visit_id=max(visits, key=lambda one: (one.visited_on or MADE_ON, str(one.id))).id
            )


def of_chicago(folder: Path) -> Asked:
    """Store the Chicago visits and return what to ask for a scorecard of them."""
    with in_session() as session:
        import_standards(session, "Chicago", (folder / "standards.csv").read_bytes())
    with in_session() as session:
        import_visits(session, "Chicago", (folder / "visits.csv").read_bytes(), own="Starbucks")
    with in_session(read_only=True) as session:
        own = next(brand for brand in list_brands(session) if brand.is_own)
    return Asked(SubjectKind.BRAND, 1, read_span("2013"), brand_id=own.id)


class Handed:
    """A scorecard with all its forms, as they were handed out."""

    def __init__(self, asked: Asked, folder: Path) -> None:
        self.asked = asked
        with in_session(read_only=True) as session:
            self.card = read_scorecard(session, asked, seen_by=None, made_on=MADE_ON)
            photos = photos_of_card(session, self.card)
        self.pdf = write_pdf(self.card, photos)
        self.xlsx, csv_file = folder / "card.xlsx", folder / "card.csv"
        assert write_xlsx(self.card, observations_behind(asked, seen_by=None), self.xlsx)
        write_csv(observations_behind(asked, seen_by=None), csv_file)
        assert write_picture(self.card).startswith(b"\x89PNG")
        with csv_file.open(encoding="utf-8", newline="") as opened:
            self.rows = list(csv.DictReader(opened, strict=True))


def figures_of(card: Scorecard) -> Figures:
    """Return every figure that is shown of a scorecard, as text."""
    return {
        "score": [shown_score(card.headline.score.percent), shown_range(card.headline.score)],
        "visits": [shown_visits(card.headline.score.visits), shown_failed(card)],
        "touchpoints": {line.name: shown_score(line.score.percent) for line in card.touchpoints},
        "standards": {line.code: shown_standard(line) for line in card.standards},
        "rivals": {
            line.name: [
                shown_score(line.score.percent),
                shown_score(line.own.percent),
                shown_points(line.own, line.score, scores=True),
            ]
            for line in card.rivals
        },
        "waits": {
            line.code: shown_share(line.by_target.percent if line.by_target else None) for line in card.waits
        },
        "trend": [shown_score(point.value.percent) for point in card.trend.points] if card.trend else [],
    }


def figures_in_workbook(file: Path) -> Figures:
    """Return the same figures as their texts stand in a workbook's cells."""
    sheets = sheets_of(file)
    summary = {row[0]: row for row in sheets["Scorecard"] if row[0]}
    return {
        "score": [summary[AS_SHOWN][1], summary["Probably"][1] or ""],
        "visits": [shown_visits(int(summary["Visits"][1])), summary["Visits that failed"][2]],
        "touchpoints": _by(sheets, "Touchpoints", "Touchpoint", AS_SHOWN),
        "standards": _by(sheets, "Standards", "Code", AS_SHOWN),
        "rivals": {
            name: [shown, _score(ours), shown_points(_estimate(ours), _estimate(theirs), scores=True)]
            for name, shown, ours, theirs in zip(
                *(
                    column_of(sheets["Competitors"], column)
                    for column in ("Competitor", AS_SHOWN, "Our score", "Their score")
                ),
                strict=True,
            )
        }
        if "Competitors" in sheets
        else {},
        "waits": _by(sheets, "Waits", "Code", AS_SHOWN),
        "trend": column_of(sheets["Trend"], AS_SHOWN) if "Trend" in sheets else [],
    }


def figures_in_numbers(file: Path) -> Figures:
    """Return the same figures as the workbook's numbers give them, where a number stands behind a text."""
    sheets = sheets_of(file)
    summary = {row[0]: row for row in sheets["Scorecard"] if row[0]}
    found = figures_in_workbook(file)
    found["score"][0] = _score(summary["Score"][1])
    found["touchpoints"] = {
        name: _score(held) for name, held in _by(sheets, "Touchpoints", "Touchpoint", "Score").items()
    }
    met = _by(sheets, "Standards", "Code", "Met")
    if found["visits"][0] != shown_visits(1):
        found["standards"] = {code: _share(held) for code, held in met.items()}
    for name, theirs in _by(sheets, "Competitors", "Competitor", "Their score").items():
        found["rivals"][name][0] = _score(theirs)
    found["waits"] = {
        code: _share(held) for code, held in _by(sheets, "Waits", "Code", "By the target").items()
    }
    if "Trend" in sheets:
        found["trend"] = [_score(held) for held in column_of(sheets["Trend"], "Score")]
    return found


def _by(sheets: dict[str, list[tuple[Any, ...]]], sheet: str, name: str, column: str) -> dict[str, Any]:
    if sheet not in sheets:
        return {}
    return dict(zip(column_of(sheets[sheet], name), column_of(sheets[sheet], column), strict=True))


def _score(share: float | None) -> str:
    return shown_score(None if share is None else 100 * share)


def _share(share: float | None) -> str:
    return shown_share(None if share is None else 100 * share)


def _estimate(share: float | None) -> Estimate:
    return Estimate(0, None if share is None else 100 * share)


def figures_on_page(test: Any) -> Figures:
    """Return the same figures as the page shows them: in its first words and in its tables."""
    from tests.pages.app import said_on  # noqa: PLC0415

    said = re.search(
        r">([\d.]+ %|–)(?: \(([^)]+)\))? · ([\d,]+ visits?) · ([^·<]+) · [^·<]+ covered<", said_on(test)
    )
    assert said, said_on(test)
    tables = [table.value for table in test.dataframe]
    return {
        "score": [said[1], said[2] or ""],
        "visits": [said[3], said[4]],
        "touchpoints": _column(tables, "Touchpoint", "Of its points"),
        "standards": _column(tables, "Code", "Met"),
        "rivals": {
            row["Competitor"]: [row["Their score"], row["Our score"], row["Ahead by"].split(",")[0]]
            for table in tables
            if "Competitor" in table
            for row in table.to_dict("records")
        },
        "waits": _column(tables, "Code", "By the target"),
        "trend": list(_column(tables, "Period", "Mean score").values()),
    }


def _column(tables: list[Any], key: str, column: str) -> dict[str, str]:
    found = next((table for table in tables if column in table), None)
    return {} if found is None else dict(zip(found[key], found[column], strict=True))


def has_libreoffice() -> bool:
    """Say whether LibreOffice is here to work a workbook out anew."""
    return shutil.which("soffice") is not None


def recalculated(file: Path) -> Path:
    """Let LibreOffice work out every formula of a workbook anew, from a copy without what they came to."""
    bare = file.with_name("bare.xlsx")
    load_workbook(file).save(bare)
    profile = (file.parent / "profile").as_uri()
    out = file.parent / "recalculated"
    arguments = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*arguments, "--outdir", str(out), str(bare)], check=True, capture_output=True, timeout=180
    )
    return out / bare.name


def _work_out(chicago: Path) -> dict[str, Figures]:
    """Work every scorecard's figures out, each on a database of its own; Chicago's where it lies here."""
    found: dict[str, Figures] = {}
    names = [*EXAMPLES, *([CHICAGO] if chicago.is_dir() else [])]
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["SECOND_VISIT_DATA"] = folder
            os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
            asked = of_example(EXAMPLES[name]) if name in EXAMPLES else of_chicago(chicago)
            with in_session(read_only=True) as session:
                card = read_scorecard(session, asked, seen_by=None, made_on=MADE_ON)
            found[name] = json.loads(json.dumps(figures_of(card)))
            close_database()
    return found


def differing(old: dict[str, Figures], new: dict[str, Figures]) -> list[str]:
    """Say in a line each which figures are not what they were."""
    said: list[str] = []
    for name in sorted({*old, *new}):
        before, now = old.get(name, {}), new.get(name, {})
        said += [
            f"{name}, {part}: {before.get(part)} was committed, {now.get(part)} is worked out"
            for part in sorted({*before, *now})
            if before.get(part) != now.get(part)
        ]
    return said


def write_figures(file: Path, found: dict[str, Figures], *, replace: bool) -> list[str]:
    """
    Write figures into a file, and return which of them differ from those in it.

    Where one does, nothing is written unless `replace`. Those of a scorecard that was not worked out stay.
    """
    old: dict[str, Figures] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    differ = differing({name: held for name, held in old.items() if name in found}, found)
    if replace or not differ:
        content = json.dumps(old | found, ensure_ascii=False, indent=1)
        file.write_text(f"{content}\n", encoding="utf-8")
    return differ


def main() -> None:
    """Work the figures out anew and write them where nothing differs, or where told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replace", action="store_true", help="write the figures although some differ")
    chosen = parser.parse_args()
    found = _work_out(SHARED_DATA / "chicago")
    differ = write_figures(GOLDEN, found, replace=chosen.replace)
    said = list(differ)
    if CHICAGO not in found:
        said.append(f"{CHICAGO}: not beside this checkout, so its figures stay as they were")
    refused = bool(differ) and not chosen.replace
    said.append(
        "Nothing was written. Where this is meant: --replace"
        if refused
        else f"{GOLDEN.name}: {'replaced' if differ else 'unchanged'}, {len(found)} scorecards"
    )
    sys.stdout.write("\n".join(said) + "\n")
    sys.exit(int(refused))


if __name__ == "__main__":
    main()
