"""The check finds what was broken, says it in a line, and finds nothing in what is whole."""

import io

import pytest
from sqlalchemy import text

from standards.drafting import from_charter
from standards.editions import Scope
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.values import Answer
from storage.checking import count_stored, find_faults
from storage.drafts import add_standards, open_draft
from storage.people import find_or_add_person
from storage.photo_files import photo_path
from storage.photos import add_photo
from storage.sessions import close_database, engine, in_session
from storage.tables import ChannelRow, EditionRow, ObservationRow, PhotoRow, StandardRow, VisitRow
from storage.trials import give_verdict, open_trial
from storage.visits import open_wait, record_answer, start_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pictures import upright
from tests.storage.test_importing import the_one


def jpeg() -> bytes:
    file = io.BytesIO()
    upright().save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def programme(database):
    """Store two visits, a draft with a running wait, and a photo."""
    wait = a_standard("W", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds"))
    ours = a_standard("O", scope=Scope.OURS_ONLY)
    with in_session() as session:
        edition = an_edition(session, [a_standard("A", weight=3), wait, ours, a_standard("N", no_no=True)])
        own = a_channel(session, a_brand(session, "Own", is_own=True))
        rival = a_channel(session, a_brand(session, "Rival"))
        a_visit(session, own, edition, {"A": Verdict.MET, "W": 200, "N": Verdict.MISSED})
        a_visit(session, rival, edition, {"A": Verdict.NOT_APPLICABLE})
        draft = a_visit(session, rival, edition, {"W": 20}, submitted=False)
        add_photo(session, draft.id, "A", jpeg())
        open_wait(session, draft.id, edition.by_code()["W"])
    return str(draft.id)


def faults() -> list[str]:
    with in_session(read_only=True) as session:
        found = list(find_faults(session))
        # A damaged file cannot even end a transaction in peace.
        session.rollback()
        return found


def without_rules(*statements: str) -> None:
    """Change the database with its foreign keys and checks switched off."""
    with engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            raw = connection.connection.cursor()
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA ignore_check_constraints = ON")
            for statement in statements:
                raw.execute(statement)
            raw.close()
            connection.connection.commit()
        else:
            connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement))
            connection.commit()
    close_database()


def test_what_is_whole_has_no_faults(programme):
    assert faults() == []
    with in_session(read_only=True) as session:
        assert count_stored(session) == {"visits": 3, "observations": 5, "photos": 1}


def test_an_empty_database_has_no_faults(database):
    assert faults() == []


@pytest.mark.parametrize("thumbnail", [False, True])
def test_a_deleted_photo_is_found(programme, thumbnail):
    with in_session(read_only=True) as session:
        sha256 = the_one(session, PhotoRow).sha256
    photo_path(sha256, thumbnail=thumbnail).unlink()
    (fault,) = faults()
    assert fault.startswith("Photo missing")
    assert ("thumbnail" in fault) is thumbnail


@pytest.mark.parametrize("thumbnail", [False, True])
def test_a_changed_photo_is_found(programme, thumbnail):
    with in_session(read_only=True) as session:
        sha256 = the_one(session, PhotoRow).sha256
    with photo_path(sha256, thumbnail=thumbnail).open("ab") as file:
        file.write(b"x")
    (fault,) = faults()
    assert fault.startswith("Photo changed")


@pytest.mark.parametrize(
    ("column", "value"),
    [("points", 2.9999), ("points_possible", 6), ("coverage", 0.5), ("no_nos_missed", 0), ("points", None)],
)
def test_a_changed_score_is_found(programme, column, value):
    with in_session() as session:
        row = the_one(session, VisitRow, points=3)
        setattr(row, column, value)
    (fault,) = faults()
    assert fault.startswith("Score differs")
    assert f"has {column} {value}" in fault


def test_a_changed_verdict_is_found_by_its_value_and_by_the_score(programme):
    with in_session() as session:
        the_one(session, ObservationRow, value=200).verdict = "met"
    (fault,) = faults()
    assert "is met, but 200 gives missed" in fault
    with in_session() as session:
        the_one(session, ObservationRow, value=200).value = None
    assert {fault.split(":")[0] for fault in faults()} == {"Score differs"}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE visit SET channel_id = 999 WHERE points = 3", "names channel 999"),
        ("UPDATE visit SET edition_id = 999 WHERE points = 3", "names edition 999"),
        ("UPDATE observation SET standard_id = 999 WHERE value = 200", "names standard 999"),
        ("DELETE FROM brand WHERE is_own", "names brand 1, which is not there"),
        ("UPDATE photo SET standard_id = 999", "names standard 999"),
    ],
)
def test_a_broken_reference_is_found(programme, statement, said):
    without_rules(statement)
    assert any(fault.startswith("Broken reference") and said in fault for fault in faults())


@pytest.mark.parametrize("value", ["-1", "1e400"])
def test_a_value_that_cannot_be_is_found(programme, value):
    if value == "1e400" and engine().dialect.name == "postgresql":
        value = "'infinity'"
    without_rules(f"UPDATE observation SET value = {value} WHERE value = 200")
    (fault,) = faults()
    assert fault.startswith("Value not allowed")
    assert "duration" in fault


@pytest.mark.parametrize(
    ("table", "column"),
    [("visit", "state"), ("channel", "kind"), ("standard", "measure"), ("observation", "verdict")],
)
def test_a_word_outside_its_list_is_found(table, column):
    with in_session() as session:
        a_visit(session, a_channel(session, a_brand(session)), an_edition(session))
    without_rules(f"UPDATE {table} SET {column} = 'odd'")
    assert f"Value not allowed: {column_named(table, column)} holds “odd”." in faults()


def column_named(table: str, column: str) -> str:
    rows = {"visit": VisitRow, "channel": ChannelRow, "standard": StandardRow, "observation": ObservationRow}
    return str(getattr(rows[table], column))


def test_an_answer_that_was_not_asked_is_found(programme):
    with in_session() as session:
        rival = the_one(session, VisitRow, points=0)
        ours = the_one(session, StandardRow, code="O")
        session.add(ObservationRow(visit_id=rival.id, standard_id=ours.id, verdict="met"))
    (fault,) = faults()
    assert "answers standard O, which it was not asked" in fault


def test_a_standard_of_another_edition_is_found(programme):
    with in_session() as session:
        other = an_edition(session, [a_standard("A")], name="Other")
        visit = the_one(session, VisitRow, points=3)
        session.add(ObservationRow(visit_id=visit.id, standard_id=other.standards[0].id or 0, verdict="met"))
    assert any("standard of another edition" in fault for fault in faults())


def test_a_damaged_file_is_found(data_folder):
    with in_session() as session:
        channel, edition = a_channel(session, a_brand(session)), an_edition(session)
        for _ in range(60):
            a_visit(session, channel, edition, shopper="Kim " + "x" * 150)
    # The last to close the database writes everything into the one file.
    close_database()
    file = data_folder / "second_visit.db"
    held = bytearray(file.read_bytes())
    held[-6 * 4096 :] = b"\xff" * (6 * 4096)
    file.write_bytes(bytes(held))
    found = faults()
    assert found
    assert all("damaged" in fault or "cannot be read" in fault for fault in found)


def test_a_given_up_wait_in_working_days_is_judged_by_the_days_that_are_over(database):
    wait = a_standard("W", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 2, "working days"))
    with in_session() as session:
        edition = an_edition(session, [a_standard("A"), wait])
        channel = a_channel(session, a_brand(session))
        visit = a_visit(session, channel, edition, {"A": Verdict.MET})
        unsettled = Answer(None, 2, longer_than=True)
        row = ObservationRow(
            visit_id=visit.id,
            standard_id=edition.by_code()["W"].id or 0,
            value=unsettled.value,
            longer_than=True,
        )
        session.add(row)
    assert faults() == []


def test_a_draft_has_no_score_to_compare(database):
    with in_session() as session:
        edition = an_edition(session)
        channel = a_channel(session, a_brand(session))
        visit = a_visit(session, channel, edition, submitted=False)
        record_answer(session, visit.id, edition.standards[0], Answer(Verdict.MISSED))
        assert not start_visit(session, visit.id, channel.id, edition.id)
        assert the_one(session, EditionRow).number == 1
    assert faults() == []


def test_a_visit_made_with_a_draft_and_a_trial_of_another_edition_are_found(database):
    with in_session() as session:
        edition = an_edition(session)
        a_visit(session, a_channel(session, a_brand(session)), edition, submitted=False)
        draft = add_standards(session, open_draft(session, "New"), from_charter("The bin is empty", "Till"))
        trial = open_trial(session, draft.id, "A case")
        give_verdict(session, trial.id, "T1", find_or_add_person(session, "Kim"), Verdict.MET)
    without_rules(
        "UPDATE edition SET published_at = NULL",
        f"UPDATE trial SET edition_id = {edition.id}",
        """UPDATE standard SET overrulings = '[{"word": "nice", "reason": ""}]' WHERE code = 'T1'""",
    )
    made_with_it, judged, overruled = faults()
    assert "which is a draft" in made_with_it
    assert judged.endswith(f"trial {trial.id} judges standard T1, which its draft does not ask.")
    assert overruled.endswith("standard T1 has an overruled word without a reason.")
