"""All channels at once: every channel's files in one ZIP, told how far it is, and stopped where asked."""

import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from typer.testing import CliRunner

from standards.errors import PeriodUnclear, ScorecardNotFound, ScorecardOptionUnknown
from standards.people import Role
from standards.scorecards import SubjectKind, read_span
from storage.__main__ import app
from storage.forms.look import Paper
from storage.scorecard_batch import ScorecardJob, all_channels, write_scorecards
from storage.scorecard_files import Form, Order, write_scorecard
from storage.scorecard_orders import order_scorecards, read_forms, read_paper
from storage.scorecards import Asked
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person

Q3 = read_span("2026-Q3")
ORDER = Order(None, date(2026, 10, 1))
SHOPS = ("High Street", "high street", "../../etc", "CON", "Straße 1 – Süd / Ost")


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder, beside the database."""
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def edition(database):
    """Store a visit to each of five shops, some with names that no disk takes, and to one long ago."""
    with in_session() as session:
        published = an_edition(session)
        ours = a_brand(session, "Ours", is_own=True)
        for name in SHOPS:
            a_visit(session, a_channel(session, ours, name, area="North"), published, on=date(2026, 8, 1))
        a_visit(session, a_channel(session, ours, "Closed"), published, on=date(2025, 8, 1))
        a_visit(session, a_channel(session, a_brand(session, "Theirs")), published, on=date(2026, 8, 1))
        return published


def every(edition, **others) -> list[Asked]:
    with in_session(read_only=True) as session:
        return all_channels(session, edition.set_id, Q3, seen_by=others.pop("seen_by", None), **others)


def finished(job: ScorecardJob) -> ScorecardJob:
    job.wait(120)
    assert job.progress.is_over
    return job


def test_each_visited_channel_has_its_files_under_names_any_disk_takes(edition, folder):
    made = list(write_scorecards(every(edition), (Form.CSV, Form.PICTURE), folder, ORDER))
    names = sorted(path.name for done in made for path in done.files)
    assert names == sorted(path.name for path in folder.iterdir())
    assert len({name.casefold() for name in names}) == 2 * (len(SHOPS) + 1)
    assert "Scorecard Ours Straße 1 Süd Ost 2026-Q3.csv" in names
    assert "Scorecard Ours etc 2026-Q3.png" in names
    assert not [done.problem for done in made if done.problem]


def test_a_viewer_gets_the_channels_given_to_them(edition):
    vera = a_person(Role.VIEWER, "Vera", areas=["North"])
    assert len(every(edition, seen_by=vera)) == len(SHOPS)
    assert every(edition, seen_by=a_person(Role.VIEWER, "Viola")) == []
    assert every(edition, seen_by=a_person(Role.SHOPPER, "Sam")) == []


def test_one_that_cannot_be_made_ends_none_of_the_others(edition, folder):
    unknown = Asked(SubjectKind.CHANNEL, edition.set_id, Q3, channel_id=9_999)
    empty = every(edition)[0]
    empty = Asked(SubjectKind.CHANNEL, empty.set_id, read_span("2020"), channel_id=empty.channel_id)
    made = list(write_scorecards([unknown, empty, *every(edition)], (Form.CSV,), folder, ORDER))
    assert [done.problem for done in made if done.problem] == [str(ScorecardNotFound())]
    assert sum(len(done.files) for done in made) == len(SHOPS) + 1


def test_a_job_packs_them_all_and_tells_how_far_it_is(edition):
    asked = every(edition, brand_ids=[every(edition)[0].brand_id])
    job = finished(ScorecardJob(asked, (Form.PDF, Form.XLSX), ORDER))
    assert (job.progress.done, job.progress.total) == (len(SHOPS), len(SHOPS))
    with zipfile.ZipFile(BytesIO(job.read_zip())) as packed:
        assert packed.testzip() is None
        assert len({name.casefold() for name in packed.namelist()}) == 2 * len(SHOPS)
        assert not [name for name in packed.namelist() if "/" in name or ".." in name]
        for name in packed.namelist():
            assert packed.read(name)[:4] in (b"%PDF", b"PK\x03\x04")
    assert job.progress.byte_count == len(job.read_zip())


def test_a_cancelled_job_begins_nothing_more_and_gives_nothing(edition):
    job = ScorecardJob(every(edition) * 50, (Form.CSV,), ORDER)
    job.cancel()
    finished(job)
    assert job.progress.is_cancelled
    assert job.progress.done < job.progress.total
    assert job.read_zip() == b""


def test_a_job_that_nobody_holds_any_more_stops(edition):
    job = ScorecardJob(every(edition) * 200, (Form.CSV,), ORDER)
    thread, state = job._thread, job._state
    del job
    until = monotonic() + 60
    while thread.is_alive() and monotonic() < until:
        sleep(0.05)
    assert state.is_over
    assert state.done < state.total


def test_cancelling_lets_what_is_begun_end(edition, folder):
    stop = Event()
    made: list[Path] = []
    for done in write_scorecards(every(edition) * 20, (Form.CSV,), folder, ORDER, is_cancelled=stop.is_set):
        stop.set()
        made += done.files
    assert len(made) < 20
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in made)


def test_the_same_scorecard_twice_is_the_same_bytes(edition, folder):
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    forms = (Form.PDF, Form.PICTURE, Form.CSV)
    one, other = (write_scorecard(every(edition)[0], forms, folder / name, ORDER) for name in "ab")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_the_operator_gets_the_brand_and_each_of_its_channels(edition, folder):
    made = list(order_scorecards("2026-Q3", folder / "new", (Form.CSV,), read_paper("letter")))
    written = {path.name: path.read_bytes() for path in (folder / "new").iterdir()}
    assert len(written) == len(SHOPS) + 1
    assert not any(done.problem for done in made)
    # Ordered again, they stand there once, and are the same.
    list(order_scorecards("2026-Q3", folder / "new", (Form.CSV,), read_paper("letter")))
    assert {path.name: path.read_bytes() for path in (folder / "new").iterdir()} == written


def test_the_command_says_how_many_files_it_wrote(edition, folder):
    done = CliRunner().invoke(
        app,
        ["scorecards", "--period", "2026-Q3", "--out", str(folder), "--brand", "Theirs", "--forms", "csv"],
    )
    assert done.exit_code == 0, done.output
    assert done.output == "Written: 2 files.\n"


@pytest.mark.parametrize(
    ("period", "others", "problem"),
    [
        ("soon", {}, PeriodUnclear),
        ("2026-Q3", {"brand": "Nobody's"}, ScorecardNotFound),
        ("2026-Q3", {"set_name": "None"}, ScorecardNotFound),
    ],
)
def test_an_order_that_is_unclear_writes_nothing(edition, tmp_path, period, others, problem):
    with pytest.raises(problem):
        list(order_scorecards(period, tmp_path / "out", (Form.CSV,), read_paper("a4"), **others))
    assert not (tmp_path / "out").exists()


def test_forms_and_paper_are_read_as_they_are_written():
    assert read_forms(" PDF, xlsx,pdf ") == (Form.PDF, Form.XLSX)
    assert read_paper("Letter").paper is Paper.LETTER
    for unknown in ("", "doc", "pdf,doc"):
        with pytest.raises(ScorecardOptionUnknown):
            read_forms(unknown)
    with pytest.raises(ScorecardOptionUnknown):
        read_paper("a5")
