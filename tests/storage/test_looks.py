"""The look of scorecards: chosen once for all forms, kept whole, and never lost to a bad picture."""

import io
import zipfile
from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from standards.errors import ColourUnclear, LogoUnreadable
from standards.people import Role
from storage.backup import restore_backup, write_backup
from storage.checking import find_faults
from storage.forms.look import Look, Paper
from storage.forms.pdf import write_pdf, write_picture
from storage.look_table import ScorecardLookRow
from storage.looks import choose_colour, choose_logo, chosen_look, remove_logo, use_usual_colour
from storage.scorecard_files import Form
from storage.scorecard_orders import order_scorecards
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person
from tests.storage.builders import events_about
from tests.storage.forms.made_cards import channel_card, visit_card
from tests.storage.forms.reading import pdf_of, tags_of
from tests.storage.test_logos import drawn_logo

GREEN = "#336633"


def look_now(paper=Paper.A4) -> Look:
    with in_session(read_only=True) as session:
        return chosen_look(session, paper)


def test_without_a_choice_scorecards_look_as_usual(database):
    assert look_now(Paper.LETTER) == Look(Paper.LETTER)


def test_a_logo_and_a_colour_are_kept_each_by_itself(database):
    with in_session() as session:
        choose_logo(session, drawn_logo())
    with in_session() as session:
        assert choose_colour(session, GREEN.upper()) == GREEN
    chosen = look_now()
    assert chosen.colour == GREEN
    assert chosen.logo is not None
    with Image.open(io.BytesIO(chosen.logo)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("PNG", "RGBA", (300, 100))
    with in_session() as session:
        remove_logo(session)
    assert look_now() == Look(colour=GREEN)
    with in_session() as session:
        use_usual_colour(session)
    assert look_now() == Look()


def test_a_colour_too_pale_for_white_letters_is_darkened_before_it_is_kept(database):
    with in_session() as session:
        became = choose_colour(session, "#ffff00")
    assert became == look_now().colour != "#ffff00"


@pytest.mark.parametrize("written", ["", "green", "#12345", "#1234567", "#33663g", "#336633;import"])
def test_what_is_no_colour_costs_nothing_that_was_kept(database, written):
    with in_session() as session:
        choose_colour(session, GREEN)
    with pytest.raises(ColourUnclear), in_session() as session:
        choose_colour(session, written)
    assert look_now().colour == GREEN


def test_a_bad_picture_costs_nothing_that_was_kept(database):
    with in_session() as session:
        choose_logo(session, drawn_logo())
    before = look_now()
    for bad in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", drawn_logo()[:200]):
        with pytest.raises(LogoUnreadable), in_session() as session:
            choose_logo(session, bad)
    assert look_now() == before
    assert len(events_about("look")) == 1


def test_the_log_says_who_changed_what(database):
    mona = a_person(Role.MANAGER, "Mona")
    with in_session(by=mona.id) as session:
        choose_logo(session, drawn_logo())
        choose_logo(session, drawn_logo())
        choose_colour(session, GREEN)
        remove_logo(session)
    events = events_about("look")
    assert [event.person_id for event in events] == [mona.id] * 3
    first, second, third = ((event.before or {}, event.after or {}) for event in events)
    assert first[0] == {"logo": None}
    assert first[1]["logo"].startswith("picture ")
    assert second == ({"colour": None}, {"colour": GREEN})
    assert third == (first[1], first[0])


def test_a_backup_brings_the_look_back(database, tmp_path):
    with in_session() as session:
        choose_logo(session, drawn_logo())
        choose_colour(session, GREEN)
    before = look_now()
    assert before.logo
    write_backup(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert b64encode(before.logo) in packed.read("tables/scorecard_look.jsonl")
    with in_session() as session:
        remove_logo(session)
        use_usual_colour(session)
    restore_backup(tmp_path / "all.zip", replace=True)
    assert look_now() == before


def test_a_check_finds_a_look_that_is_not_whole(database):
    with in_session() as session:
        choose_logo(session, drawn_logo())
        assert list(find_faults(session)) == []
        session.execute(update(ScorecardLookRow).values(logo=drawn_logo()[:150], colour="#none!!"))
        said = "\n".join(find_faults(session))
    assert "the colour of scorecards is “#none!!”" in said
    assert "The logo of scorecards cannot be read: it is cut off or damaged." in said


SHAPES = [
    pytest.param(drawn_logo((300, 100), "#ffffffff"), id="white"),
    pytest.param(drawn_logo((300, 100), "#101010ff"), id="dark"),
    pytest.param(drawn_logo((6000, 300)), id="very wide"),
    pytest.param(drawn_logo((60, 1200)), id="very tall"),
]


@pytest.mark.parametrize("content", SHAPES)
def test_the_pdf_shows_the_logo_and_says_that_it_is_one(database, content):
    with in_session() as session:
        choose_logo(session, content)
    chosen = look_now()
    for card, pages in ((visit_card(), 1), (channel_card(), 2)):
        written = write_pdf(card, {}, chosen)
        assert len(pdf_of(written).pages) == pages
        assert any(tag["/S"] == "/Figure" and tag["/Alt"] == "Logo" for tag in tags_of(written))
        assert len(pdf_of(written).pages[0].images) > len(pdf_of(write_pdf(card, {})).pages[0].images)
        assert written == write_pdf(card, {}, chosen)


def test_pages_and_picture_are_in_the_colour_chosen(database):
    with in_session() as session:
        choose_colour(session, GREEN)
    with Image.open(io.BytesIO(write_picture(channel_card(), look_now()))) as picture:
        used = picture.convert("RGB").getcolors(picture.width * picture.height) or []
    most = sorted(used, reverse=True)[:3]
    assert (0x33, 0x66, 0x33) in [colour for _, colour in most]


def test_the_command_writes_scorecards_in_the_look_chosen(database, tmp_path):
    with in_session() as session:
        edition = an_edition(session)
        shop = a_channel(session, a_brand(session, is_own=True))
        a_visit(session, shop, edition, on=date(2026, 8, 1))

    def written(name: str) -> list[bytes]:
        folder: Path = tmp_path / name
        done = list(order_scorecards("2026-Q3", folder, (Form.PICTURE,), Look()))
        assert not any(one.problem for one in done)
        return [file.read_bytes() for file in sorted(folder.iterdir())]

    usual = written("usual")
    with in_session() as session:
        choose_logo(session, drawn_logo())
    assert len(usual) == 2
    assert not set(usual) & set(written("chosen"))
