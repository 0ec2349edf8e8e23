"""One scorecard, four forms: the figures of each are those of the value, and those anybody recomputes."""

import csv
import json
import re
import shutil
import subprocess
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from standards.measuring import Verdict
from standards.scorecards import SubjectKind, read_span
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
from storage.sessions import in_session
from storage.visit_lists import VisitFilter, list_visits
from tests.storage.forms.reading import column_of, pdf_of, sheets_of, words_of

GOLDEN = Path(__file__).with_name("golden_figures.json")
MADE_ON = date(2026, 11, 20)
AS_SHOWN = "As on the scorecard"


def of_example(kind):
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
            return Asked(kind, 1, read_span("2026"), channel_id=shop.id)
    return Asked(kind, visit_id=max(visits, key=lambda visit: (visit.visited_on, str(visit.id))).id)


def of_chicago(folder):
    with in_session() as session:
        import_standards(session, "Chicago", (folder / "standards.csv").read_bytes())
    with in_session() as session:
        import_visits(session, "Chicago", (folder / "visits.csv").read_bytes(), own="Starbucks")
    with in_session(read_only=True) as session:
        own = next(brand for brand in list_brands(session) if brand.is_own)
    return Asked(SubjectKind.BRAND, 1, read_span("2013"), brand_id=own.id)


class Handed:
    """A scorecard with all its forms, as they were handed out."""

    def __init__(self, asked, folder):
        with in_session(read_only=True) as session:
            self.card = read_scorecard(session, asked, seen_by=None, made_on=MADE_ON)
            photos = photos_of_card(session, self.card)
        self.pdf = write_pdf(self.card, photos)
        self.xlsx, self.csv = folder / "card.xlsx", folder / "card.csv"
        assert write_xlsx(self.card, observations_behind(asked, seen_by=None), self.xlsx)
        write_csv(observations_behind(asked, seen_by=None), self.csv)
        assert write_picture(self.card).startswith(b"\x89PNG")
        with self.csv.open(encoding="utf-8", newline="") as opened:
            self.rows = list(csv.DictReader(opened, strict=True))


def figures_of(card):
    """Return every figure that is shown of a card, as text."""
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


def check_all(handed, name):
    check_pdf(handed)
    check_workbook(handed)
    check_rows(handed)
    check_recomputed(handed)
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert json.loads(json.dumps(figures_of(handed.card))) == golden[name]


def check_pdf(handed):
    """Look for every figure on the page, near what it is of."""
    words = words_of(handed.pdf).replace("\u00a0", " ")
    card, figures = handed.card, figures_of(handed.card)
    assert all(said in words for said in figures["score"])
    if card.subject.kind is not SubjectKind.VISIT:
        assert all(said in words for said in figures["visits"])
    for line in card.touchpoints[:12]:
        score = re.escape(figures["touchpoints"][line.name])
        assert re.search(rf"{re.escape(line.name)} (weakest )?{score}", words)
    told = re.sub(r"and \d+ more standards, all in the workbook.*", "", words)
    assert told == words, "every standard has room on the page"
    for line in card.standards:
        begun = " ".join(line.statement.split()[:5])
        assert begun in words
        assert shown_standard(line) in words
    for line in card.rivals:
        assert all(figure in words for figure in figures["rivals"][line.name][:2])
    for line in card.waits[:6]:
        assert figures["waits"][line.code] in words


def check_workbook(handed):
    """Compare every cell with the value: the text as it is shown, and the number unrounded."""
    sheets, card, figures = sheets_of(handed.xlsx), handed.card, figures_of(handed.card)
    summary = {row[0]: row[1] for row in sheets["Scorecard"] if row[0]}
    assert summary["Score"] == pytest.approx(card.headline.score.percent / 100)
    assert summary[AS_SHOWN] == figures["score"][0]
    assert summary["Visits"] == card.headline.score.visits
    assert summary["Visits that failed"] == card.headline.failed
    assert column_of(sheets["Touchpoints"], AS_SHOWN) == list(figures["touchpoints"].values())
    assert column_of(sheets["Standards"], AS_SHOWN) == list(figures["standards"].values())
    for sheet, column, lines in (
        ("Touchpoints", "Score", [line.score for line in card.touchpoints]),
        ("Standards", "Met", [line.rate for line in card.standards]),
    ):
        percents = [None if found.percent is None else found.percent / 100 for found in lines]
        assert column_of(sheets[sheet], column) == pytest.approx(percents)
    if card.rivals:
        assert column_of(sheets["Competitors"], AS_SHOWN) == [said[0] for said in figures["rivals"].values()]
    if card.waits:
        assert column_of(sheets["Waits"], AS_SHOWN) == list(figures["waits"].values())
    if card.trend:
        assert column_of(sheets["Trend"], AS_SHOWN) == figures["trend"]
    assert len(sheets["Observations"]) == len(handed.rows) + 1
    assert column_of(sheets["Observations"], "Code") == [row["code"] for row in handed.rows]


def check_rows(handed):
    """Count the raw observations again: of complete visits they give each standard's met-rate."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    one_visit = handed.card.subject.kind is SubjectKind.VISIT
    for row in handed.rows:
        if row["verdict"] in (Verdict.MET, Verdict.MISSED) and (one_visit or row["is_complete"] == "yes"):
            counts[row["code"]][0] += row["verdict"] == Verdict.MET
            counts[row["code"]][1] += 1
    for line in handed.card.standards:
        met, judged = counts[line.code]
        assert judged == line.rate.visits
        if judged:
            assert 100 * met / judged == pytest.approx(line.rate.percent)


def check_recomputed(handed):
    """Work out each formula of the workbook from the cells it names: it comes to what is stored with it."""
    formulas, values = sheets_of(handed.xlsx, formulas=True), sheets_of(handed.xlsx)
    found = 0
    for name, rows in formulas.items():
        for at, row in enumerate(rows):
            for column, held in enumerate(row):
                if isinstance(held, str) and held.startswith("=") and values[name][at][column] != held:
                    cells = {cell: value_at(values[name], cell) for cell in re.findall(r"[A-Z]+\d+", held)}
                    one, other = cells.values()
                    worked_out = one / other if "/" in held else (one - other) * 100
                    assert values[name][at][column] == pytest.approx(worked_out)
                    found += 1
    assert found


def value_at(rows, cell):
    # No formula of ours names a column behind Z.
    return rows[int(cell[1:]) - 1][ord(cell[0]) - ord("A")]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is missing (libreoffice-calc-nogui)")
def test_libreoffice_comes_to_what_the_workbook_says(tmp_path):
    for kind in SubjectKind:
        file = Handed(of_example(kind), tmp_path).xlsx
        assert recalculate(file)


def recalculate(file):
    """Let LibreOffice work out every formula anew, from a copy without what they came to; return how many."""
    bare = file.with_name("bare.xlsx")
    load_workbook(file).save(bare)
    profile = (file.parent / "profile").as_uri()
    out = file.parent / "recalculated"
    arguments = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*arguments, "--outdir", str(out), str(bare)], check=True, capture_output=True, timeout=120
    )
    ours, theirs, found = sheets_of(file), sheets_of(out / bare.name), 0
    for name, rows in sheets_of(file, formulas=True).items():
        for at, row in enumerate(rows):
            for column, held in enumerate(row):
                if isinstance(held, str) and held.startswith("=") and ours[name][at][column] != held:
                    assert theirs[name][at][column] == pytest.approx(ours[name][at][column])
                    found += 1
    return found


def test_all_forms_of_an_examples_scorecard_say_the_same(tmp_path):
    for kind in SubjectKind:
        handed = Handed(of_example(kind), tmp_path)
        assert len(pdf_of(handed.pdf).pages) == (1 if kind is SubjectKind.VISIT else 2)
        check_all(handed, f"example {kind}")


def test_all_forms_of_the_chicago_visits_say_the_same(chicago, tmp_path):
    check_all(Handed(of_chicago(chicago), tmp_path), "chicago brand")
