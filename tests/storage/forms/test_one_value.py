"""One scorecard, every form: the figures of each are the committed ones, and those anybody recomputes."""

import json
import re
from collections import defaultdict

import pytest

from standards.measuring import Verdict
from standards.scorecards import SubjectKind
from tests.pages.app import open_page
from tests.storage.forms.golden import (
    CHICAGO,
    EXAMPLES,
    GOLDEN,
    Handed,
    committed,
    figures_in_numbers,
    figures_in_workbook,
    figures_of,
    figures_on_page,
    has_libreoffice,
    of_chicago,
    of_example,
    recalculated,
    write_figures,
)
from tests.storage.forms.reading import pdf_of, sheets_of, words_of


@pytest.mark.parametrize("name", EXAMPLES)
def test_all_forms_of_an_examples_scorecard_say_the_same(name, tmp_path):
    handed = Handed(of_example(EXAMPLES[name]), tmp_path)
    assert len(pdf_of(handed.pdf).pages) == (1 if EXAMPLES[name] is SubjectKind.VISIT else 2)
    check_all(handed, committed()[name])


def test_all_forms_of_the_chicago_visits_say_the_same(chicago, tmp_path):
    check_all(Handed(of_chicago(chicago), tmp_path), committed()[CHICAGO])


def check_all(handed, figures):
    """Hold every form against the committed figures."""
    assert json.loads(json.dumps(figures_of(handed.card))) == figures
    check_pdf(handed, figures)
    assert figures_in_workbook(handed.xlsx) == figures
    assert figures_in_numbers(handed.xlsx) == figures
    check_rows(handed)
    check_recomputed(handed)
    assert figures_on_page(page_of(handed)) == figures
    if not has_libreoffice():
        pytest.skip("LibreOffice is missing (libreoffice-calc-nogui); every other form was compared")
    theirs = recalculated(handed.xlsx)
    assert figures_in_workbook(theirs) == figures
    assert figures_in_numbers(theirs) == figures
    check_formulas(handed.xlsx, theirs)


def page_of(handed):
    """Open the page by the address that shows this scorecard."""
    asked, subject = handed.asked, handed.card.subject
    address = {"of": asked.kind.value.capitalize(), "period": handed.card.span.name}
    match asked.kind:
        case SubjectKind.BRAND:
            address |= {"brand": subject.brand}
        case SubjectKind.AREA:
            address |= {"area": f"{subject.name} · {subject.brand}"}
        case SubjectKind.CHANNEL:
            address |= {"channel": f"{subject.brand} · {subject.name}"}
        case SubjectKind.VISIT:
            address = {"of": "Visit", "visit": str(asked.visit_id)}
    return open_page("hand_out_scorecards.py", **address)


def check_pdf(handed, figures):
    """Look for every figure on the page, near what it is of."""
    words = words_of(handed.pdf).replace("\u00a0", " ")
    card = handed.card
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
        assert figures["standards"][line.code] in words
    for line in card.rivals:
        assert all(figure in words for figure in figures["rivals"][line.name][:2])
    for line in card.waits[:6]:
        assert figures["waits"][line.code] in words


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
    sheet = sheets_of(handed.xlsx)["Observations"]
    assert [row[sheet[0].index("Code")] for row in sheet[1:]] == [row["code"] for row in handed.rows]


def check_recomputed(handed):
    """Work out each formula of the workbook from the cells it names: it comes to what is stored with it."""
    values, found = sheets_of(handed.xlsx), 0
    for name, at, column, held in formulas_in(handed.xlsx):
        cells = {cell: value_at(values[name], cell) for cell in re.findall(r"[A-Z]+\d+", held)}
        one, other = cells.values()
        worked_out = one / other if "/" in held else (one - other) * 100
        assert values[name][at][column] == pytest.approx(worked_out)
        found += 1
    assert found


def check_formulas(file, theirs):
    """Hold what LibreOffice comes to against what the workbook says."""
    ours, worked_out = sheets_of(file), sheets_of(theirs)
    cells = [(name, at, column) for name, at, column, _ in formulas_in(file)]
    assert cells
    for name, at, column in cells:
        assert worked_out[name][at][column] == pytest.approx(ours[name][at][column])


def formulas_in(file):
    values = sheets_of(file)
    for name, rows in sheets_of(file, formulas=True).items():
        for at, row in enumerate(rows):
            for column, held in enumerate(row):
                if isinstance(held, str) and held.startswith("=") and values[name][at][column] != held:
                    yield name, at, column, held


def value_at(rows, cell):
    # No formula of ours names a column behind Z.
    return rows[int(cell[1:]) - 1][ord(cell[0]) - ord("A")]


def test_figures_that_differ_are_written_only_where_told(tmp_path):
    file = tmp_path / "figures.json"
    assert write_figures(file, {"one": {"score": ["1 %"]}, "two": {"score": ["2 %"]}}, replace=True)
    before = file.read_bytes()
    [differs] = write_figures(file, {"one": {"score": ["9 %"]}}, replace=False)
    assert "one, score: ['1 %'] was committed, ['9 %'] is worked out" in differs
    assert file.read_bytes() == before
    write_figures(file, {"one": {"score": ["9 %"]}}, replace=True)
    assert json.loads(file.read_text()) == {"one": {"score": ["9 %"]}, "two": {"score": ["2 %"]}}
    assert write_figures(file, {"two": {"score": ["2 %"]}}, replace=False) == []


def test_the_committed_figures_are_written_as_the_command_writes_them(tmp_path):
    copy = tmp_path / "figures.json"
    write_figures(copy, committed(), replace=True)
    assert copy.read_bytes() == GOLDEN.read_bytes()
