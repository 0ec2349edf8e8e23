import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from standards.comparing import Estimate
from standards.scorecards.values import Quote, Span
from storage.forms.look import Look, Paper, dark_enough
from storage.forms.pdf import draw_pages, write_pdf, write_picture
from storage.forms.pictures import logo_for_page
from storage.forms.trend_layout import lay_out_trend
from tests.storage.forms.made_cards import PHOTO_IDS, channel_card, photo_bytes, visit_card
from tests.storage.forms.reading import fonts_of, pdf_of, tags_of, words_of

PHOTOS = {photo_id: photo_bytes(number) for number, photo_id in enumerate(PHOTO_IDS)}
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize(
    ("card", "pages"),
    [
        pytest.param(visit_card(), 1, id="a visit"),
        pytest.param(visit_card(90), 1, id="a visit with ninety standards"),
        pytest.param(channel_card(1, months=0), 2, id="a channel visited once"),
        pytest.param(channel_card(3, months=3), 2, id="three visits"),
        pytest.param(channel_card(400), 2, id="four hundred visits"),
        pytest.param(channel_card(40, 150), 2, id="a hundred and fifty standards"),
    ],
)
def test_a_visit_takes_one_page_and_anything_else_two(card, pages, paper):
    written = pdf_of(write_pdf(card, PHOTOS, Look(paper)))
    assert len(written.pages) == pages
    wide, high = (round(float(size)) for size in written.pages[0].mediabox[2:])
    assert (wide, high) == ((612, 792) if paper is Paper.LETTER else (595, 842))


def test_a_page_says_what_was_left_out_however_many_pages_there_are():
    for card in (visit_card(), channel_card()):
        told = words_of(write_pdf(replace(card, left_out=("Photos are left out.",)), {}))
        assert "Photos are left out." in told


def test_a_long_period_is_shortened_and_not_cut_off_above_a_narrow_column():
    before = Span(date(2023, 1, 2), date(2024, 12, 31), "2 January 2023 to 31 December 2024")
    told = words_of(write_pdf(replace(channel_card(), before=before), {}))
    assert "against 2 Jan 2023 to 31 Dec 2024" in told


@pytest.mark.parametrize(
    ("percents", "is_below"),
    [
        pytest.param([60, 70, 90], False, id="it rises"),
        pytest.param([60, 90, 80], True, id="it falls"),
        pytest.param([90, 80, 60], False, id="it falls to where the months are named"),
        pytest.param([80, None, 70, 75], False, id="it rises after a gap"),
    ],
)
def test_the_last_figure_of_the_trend_stands_where_the_line_does_not_run(percents, is_below):
    trend = channel_card().trend
    assert trend
    points = tuple(
        replace(point, value=Estimate(9, percent))
        for point, percent in zip(trend.points, percents, strict=False)
    )
    told = lay_out_trend(replace(trend, points=points, limits=()), lambda text, longest: text[:longest])
    assert [point["label_below"] for point in told["points"] if point["label"]] == [is_below]


def test_the_same_scorecard_gives_the_same_bytes():
    card = channel_card()
    look = Look(logo=photo_bytes(3, (300, 100)), colour="#336633")
    assert write_pdf(card, PHOTOS, look) == write_pdf(card, PHOTOS, look)
    assert write_picture(card, look) == write_picture(card, look)
    assert write_pdf(replace(card, made_on=date(2026, 10, 2)), PHOTOS, look) != write_pdf(card, PHOTOS, look)


@pytest.mark.parametrize("card", [visit_card(), channel_card()], ids=["visit", "channel"])
def test_a_screen_reader_is_told_all_it_needs(card):
    content = write_pdf(card, PHOTOS, Look(logo=photo_bytes(3, (300, 100))))
    written = pdf_of(content)
    root = written.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert card.subject.name in written.metadata["/Title"]
    about = root["/Metadata"].get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in about
    assert b"<pdfaid:part>2</pdfaid:part>" in about
    kinds = [tag["/S"] for tag in tags_of(content)]
    assert kinds.count("/H1") == 1
    assert {"/H2", "/Table", "/TH", "/TD", "/Figure"} <= set(kinds)
    pictures = [tag for tag in tags_of(content) if tag["/S"] == "/Figure"]
    assert all(tag["/Alt"].strip() for tag in pictures)
    said = [str(tag["/Alt"]) for tag in pictures]
    assert {line.alt for line in card.photos} <= set(said)
    assert any(alt.startswith("Score ") for alt in said)
    if card.trend:
        assert any("Sep 2026 82.0" in alt for alt in said)


def test_fonts_lie_in_the_file_and_text_can_be_selected():
    content = write_pdf(channel_card(), PHOTOS)
    fonts = list(fonts_of(content))
    assert fonts
    for font in fonts:
        assert "SourceSansPro" in font["/BaseFont"].replace("-", "")
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"])
    assert "The wait at the till is short" in words_of(content)


def test_every_page_says_its_number():
    pages = pdf_of(write_pdf(channel_card(), {})).pages
    assert [f"Page {number} of 2" in page.extract_text() for number, page in enumerate(pages, 1)] == [
        True,
        True,
    ]


def test_charts_are_shapes_and_not_pictures():
    for page in pdf_of(write_pdf(channel_card(), {})).pages:
        assert "/XObject" not in page["/Resources"]


def test_a_photo_that_is_missing_or_broken_is_left_out():
    half = PHOTOS[PHOTO_IDS[1]][:20_000]
    content = write_pdf(
        channel_card(), {PHOTO_IDS[0]: PHOTOS[PHOTO_IDS[0]], PHOTO_IDS[1]: half, PHOTO_IDS[2]: b""}
    )
    told = [str(tag["/Alt"]) for tag in tags_of(content) if tag["/S"] == "/Figure"]
    assert [alt for alt in told if alt.startswith("Photo")] == [channel_card().photos[0].alt]


def test_nothing_of_a_photos_file_but_its_picture_gets_into_the_scorecard(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "secret place: 52.1, 4.9"
    file = tmp_path / "photo.jpg"
    Image.new("RGB", (400, 300), "teal").save(file, "JPEG", exif=exif, comment=b"secret comment")
    written = pdf_of(write_pdf(visit_card(photos=1), {PHOTO_IDS[0]: file.read_bytes()}))
    pictures = [image.data for page in written.pages for image in page.images]
    assert len(pictures) == 1
    assert b"secret" not in b"".join(pictures)


def test_a_logo_that_cannot_be_read_is_left_out():
    assert write_pdf(visit_card(), {}, Look(logo=b"<svg/>")) == write_pdf(visit_card(), {})


def logo(ground, drawn) -> bytes:
    image = Image.new("RGBA", (300, 100), ground)
    image.paste(drawn, (20, 20, 280, 80))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("ground", "drawn", "is_light"),
    [
        pytest.param("#00000000", "#ffffffff", True, id="white on nothing"),
        pytest.param("#ffffff00", "#101010ff", False, id="dark on nothing"),
        pytest.param("#101010ff", "#ffffffff", False, id="white on a ground of its own"),
        pytest.param("#00000000", "#00000000", False, id="nothing at all"),
    ],
)
def test_a_white_logo_is_not_put_on_white(ground, drawn, is_light):
    found = logo_for_page(logo(ground, drawn))
    assert found
    assert found.is_light is is_light


def test_words_that_stand_in_quotation_marks_already_get_no_second_ones():
    quoted = Quote("“Nobody came.”", date(2026, 8, 2), "Harbour Street")
    words = words_of(write_pdf(replace(channel_card(), impressions=(quoted,)), {}))
    assert "“Nobody came.”" in words
    assert "““" not in words


def test_a_pale_colour_is_darkened_until_white_can_be_read_on_it():
    assert dark_enough("#ffffff") < "#777777"
    assert dark_enough("#00629b") == "#00629b"
    assert dark_enough("red; import", None, "#00629B") == "#00629b"


def test_figures_that_are_not_known_break_no_page():
    card = channel_card()
    empty = Estimate(0)
    bare = replace(
        card,
        headline=replace(card.headline, score=empty, coverage_percent=None),
        change=None,
        before=None,
        touchpoints=(),
        standards=tuple(replace(line, rate=empty, change=None, rivals=()) for line in card.standards),
        rivals=(),
        trend=None,
        waits=(),
        best=(),
        worst=(),
        impressions=(),
        photos=(),
        next_steps=(),
        failed_visits=(),
    )
    assert len(pdf_of(write_pdf(bare, {})).pages) == 2
    assert write_picture(bare).startswith(b"\x89PNG")


def test_the_preview_shows_each_page_and_the_picture_is_as_large_as_asked(tmp_path):
    assert len(draw_pages(channel_card(), PHOTOS)) == 2
    file = tmp_path / "picture.png"
    file.write_bytes(write_picture(visit_card(), Look(logo=photo_bytes(3, (300, 100)))))
    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("PNG", (1080, 1350))


def test_no_form_asks_the_network(tmp_path):
    # In a process of its own: what is blocked must not come back for other tests.
    program = """
import socket, sys
from pathlib import Path
def refuse(*_, **__): raise AssertionError("the network was asked")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
from storage.forms.csv_file import write_csv
from storage.forms.pdf import write_pdf, write_picture
from storage.forms.xlsx_file import write_xlsx
from tests.storage.forms.made_cards import channel_card, observations
from tests.storage.forms.made_rows import in_columns
folder = Path(sys.argv[1])
assert write_pdf(channel_card(), {}) and write_picture(channel_card())
assert write_xlsx(channel_card(), in_columns(observations(10)), folder / "a.xlsx")
assert write_csv(in_columns(observations(10)), folder / "a.csv") == 10
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
