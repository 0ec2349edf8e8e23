"""Trials: colleagues judge one case by a draft's standards, once each, before it counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from standards.drafting import Draft, from_charter, reworded
from standards.errors import CaseMissing, DraftNotFound, PhotoUnreadable, TrialClosed
from standards.measuring import Verdict
from storage.backup import restore_backup, write_backup
from storage.checking import find_faults
from storage.drafts import add_standards, change_standard, open_draft, publish_draft, remove_standard
from storage.people import find_or_add_person
from storage.photo_files import photo_path, sweep_orphans
from storage.photos import find_picture_file, keep_picture
from storage.sessions import close_database, in_session
from storage.trials import (
    agreement_of,
    close_trial,
    get_trial,
    give_verdict,
    list_trials,
    open_trial,
    standards_tried,
    verdicts_of,
)
from tests.storage.builders import events_about, verdicts_noted
from tests.storage.test_checking import jpeg

MET, MISSED = Verdict.MET, Verdict.MISSED
CASE = "The caller waits four rings. Nobody says a name."


@pytest.fixture
def draft(database) -> Draft:
    """Return a stored draft of two standards, C1 and C2."""
    with in_session() as session:
        opened = open_draft(session, "Phone enquiry")
        charter = "The phone is picked up by the third ring\nA name is said"
        return add_standards(session, opened, from_charter(charter, "Call"))


def judged(trial_id, code, *verdicts):
    """Let colleagues, as many as verdicts, judge one standard."""
    with in_session() as session:
        for number, verdict in enumerate(verdicts):
            person = find_or_add_person(session, f"Colleague {number}")
            give_verdict(session, trial_id, code, person, verdict)


def test_a_trial_shows_how_far_colleagues_agree_on_each_standard(draft):
    with in_session() as session:
        trial = open_trial(session, draft.id, CASE)
        assert [standard.code for standard in standards_tried(session, trial)] == ["C1", "C2"]
    judged(trial.id, "C1", *[MISSED] * 5)
    judged(trial.id, "C2", MET, MET, MET, MET, MISSED)
    close_database()
    with in_session(read_only=True) as session:
        rings, name = agreement_of(session, draft.id)
        assert get_trial(session, trial.id).judges == 5
        assert list_trials(session, draft.id) == [get_trial(session, trial.id)]
        assert list(find_faults(session)) == []
    assert (rings.sentence, rings.needs_rewording) == ("5 of 5 agreed.", False)
    assert name.sentence.startswith("4 of 5 agreed. Reword it")


def test_a_colleague_has_one_verdict_a_standard_and_may_change_it_while_the_trial_is_open(draft):
    with in_session() as session:
        trial = open_trial(session, draft.id, CASE)
        person = find_or_add_person(session, "Colleague 0")
        for verdict in (MET, MISSED, MISSED, None, MET):
            give_verdict(session, trial.id, "C1", person, verdict)
        assert verdicts_of(session, trial.id, person) == {"C1": MET}
    noted = [verdicts_noted(event) for event in events_about("trial", f"{trial.id}/C1")]
    assert noted == [(None, "met"), ("met", "missed"), ("missed", None), (None, "met")]


def test_a_closed_trial_takes_no_verdict_and_keeps_those_given(draft):
    with in_session() as session:
        trial = open_trial(session, draft.id, CASE)
    judged(trial.id, "C1", MET, MET)
    with in_session() as session:
        closed = close_trial(session, trial.id)
        assert not closed.is_open
        assert close_trial(session, trial.id) == closed
        assert list_trials(session, only_open=True) == []
    with pytest.raises(TrialClosed):
        judged(trial.id, "C1", MISSED)
    with in_session(read_only=True) as session:
        assert agreement_of(session, draft.id)[0].sentence == "2 of 2 agreed."


def test_publishing_closes_the_trials_and_keeps_what_they_showed(draft):
    with in_session() as session:
        trial = open_trial(session, draft.id, CASE)
    judged(trial.id, "C1", MET, MET)
    with in_session() as session:
        publish_draft(session, draft)
        assert not get_trial(session, trial.id).is_open
        assert agreement_of(session, draft.id)[0].agreed == 2
        with pytest.raises(DraftNotFound):
            open_trial(session, draft.id, CASE)


def test_a_reworded_standard_is_tried_anew_and_a_renamed_one_is_not(draft):
    with in_session() as session:
        trial = open_trial(session, draft.id, CASE)
    judged(trial.id, "C1", MET, MET)
    judged(trial.id, "C2", MET, MET)
    with in_session() as session:
        by_code = draft.by_code()
        kept = replace(by_code["C2"], standard=replace(by_code["C2"].standard, code="NAME", weight=7))
        draft = change_standard(session, draft, "C2", kept)
        mended = reworded(by_code["C1"], "The phone is picked up by the second ring")
        draft = change_standard(session, draft, "C1", mended)
        rings, name = agreement_of(session, draft.id)
        assert rings.agreement is None
        assert (name.code, name.agreed) == ("NAME", 2)


def test_verdicts_go_with_the_standard_they_are_about(draft):
    with in_session() as session:
        trial = open_trial(session, draft.id, CASE)
    judged(trial.id, "C2", MET, MET)
    with in_session() as session:
        draft = remove_standard(session, draft, "C2")
        assert [found.code for found in agreement_of(session, draft.id)] == ["C1"]
        assert session.execute(text("SELECT count(*) FROM trial_verdict")).scalar() == 0
    with pytest.raises(TrialClosed):
        judged(trial.id, "C2", MET)


def test_a_trial_needs_a_case(draft):
    with in_session() as session:
        with pytest.raises(CaseMissing):
            open_trial(session, draft.id, " \n ")
        with pytest.raises(PhotoUnreadable):
            open_trial(session, draft.id, CASE, b"not a picture")
        assert list_trials(session) == []
        with pytest.raises(TrialClosed):
            get_trial(session, 99)


def test_the_photo_of_a_case_is_kept_swept_around_and_checked(draft):
    with in_session() as session:
        trial = open_trial(session, draft.id, "", jpeg())
        assert keep_picture(session, jpeg()) == trial.picture
    with in_session() as session:
        assert sweep_orphans(session, older_than=timedelta(0)) == 0
        assert trial.picture is not None
        shown = find_picture_file(session, trial.picture, thumbnail=False)
        assert shown == (photo_path(trial.picture), trial.picture)
        assert shown[0].is_file()
        assert find_picture_file(session, "0" * 64, thumbnail=True) is None
        assert list(find_faults(session)) == []
    photo_path(trial.picture).unlink()
    with in_session(read_only=True) as session:
        (fault,) = find_faults(session)
    assert fault.startswith("Photo missing: the file of picture")


def test_a_backup_holds_drafts_trials_and_their_pictures(draft, tmp_path):
    with in_session() as session:
        trial = open_trial(session, draft.id, CASE, jpeg())
    judged(trial.id, "C1", MET, MISSED)
    write_backup(tmp_path / "backup.zip")
    with in_session() as session:
        remove_standard(session, draft, "C1")
    photo_path(str(trial.picture)).unlink()
    restore_backup(tmp_path / "backup.zip", replace=True)
    with in_session(read_only=True) as session:
        assert get_trial(session, trial.id).picture == trial.picture
        assert agreement_of(session, draft.id)[0].agreed == 1
        assert list(find_faults(session)) == []
