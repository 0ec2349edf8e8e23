"""Judging a case: a colleague's verdicts are stored as they are tapped, and the workshop says who agrees."""

import pytest

from standards.drafting import from_sentence
from standards.measuring import Verdict
from standards.people import Role
from storage.drafts import add_standards, open_draft
from storage.people import find_or_add_person
from storage.sessions import in_session
from storage.trials import agreement_of, close_trial, give_verdict, open_trial, verdicts_of
from tests.pages.app import a_person, page_of

CASE = "The cashier wore no badge and said <b>goodbye</b>."


@pytest.fixture
def trial():
    with in_session() as session:
        draft = open_draft(session, "Our charter")
        new = [
            from_sentence("Staff wear a name badge", "W1", "Welcome"),
            from_sentence("Orders are sent within 3 hours", "T1", "Till"),
        ]
        draft = add_standards(session, draft, new)
        return open_trial(session, draft.id, CASE)


def judge_page(trial_id, name="AB"):
    test = page_of(a_person(Role.SHOPPER, name))
    test.run()
    test.query_params["trial"] = str(trial_id)
    test.switch_page("judge_standards.py").run()
    assert not test.exception
    return test


def tap(test, verdict, at=0):
    [button for button in test.button if button.label == verdict][at].click().run()
    assert not test.exception
    return test


def given_by(trial, name):
    person = a_person(Role.SHOPPER, name)
    with in_session(read_only=True) as session:
        return verdicts_of(session, trial.id, person.id)


def test_a_case_is_shown_as_it_was_written(trial):
    test = judge_page(trial.id)
    shown = "".join(html.proto.body for html in test.get("html"))
    assert "said &lt;b&gt;goodbye&lt;/b&gt;" in shown


def test_a_verdict_is_stored_when_it_is_tapped_and_taken_back_by_a_second_tap(trial):
    test = judge_page(trial.id, "AB")
    tap(test, "Missed")
    assert given_by(trial, "AB") == {"W1": Verdict.MISSED}
    tap(test, "Met")
    assert given_by(trial, "AB") == {"W1": Verdict.MET}
    tap(test, "Met")
    assert given_by(trial, "AB") == {}


def test_a_colleague_who_has_judged_everything_is_told_so(trial):
    test = tap(tap(judge_page(trial.id, "AB"), "Missed", 0), "Not applicable", 1)
    assert "All judged and stored" in test.success[0].value


def test_two_colleagues_on_two_phones_count_as_two(trial):
    tap(judge_page(trial.id, "AB"), "Missed")
    tap(judge_page(trial.id, "CD"), "Missed")
    with in_session(read_only=True) as session:
        found = agreement_of(session, trial.draft_id)[0]
    assert found.sentence.startswith("2 of 2 agreed")


def test_the_workshop_says_how_many_agreed_and_what_to_reword(trial):
    with in_session() as session:
        for at, name in enumerate(("AB", "CD", "EF", "GH", "IJ")):
            person = find_or_add_person(session, name)
            give_verdict(session, trial.id, "W1", person, Verdict.MISSED if at else Verdict.MET)
            give_verdict(session, trial.id, "T1", person, Verdict.MET)
    test = page_of(a_person(Role.MANAGER))
    test.run()
    test.query_params["draft"] = str(trial.draft_id)
    test.query_params["workshop_view"] = "Try"
    test.switch_page("shape_standards.py").run()
    assert not test.exception
    text = "\n".join(part.value for part in [*test.markdown, *test.caption])
    assert "4 of 5 agreed" in text
    assert "5 of 5 agreed" in text
    assert text.count("reword this") == 1
    assert "AC1" in text


def test_a_closed_case_takes_no_verdict_and_says_so(trial):
    test = judge_page(trial.id, "AB")
    with in_session() as session:
        close_trial(session, trial.id)
    tap(test, "Met")
    assert "your verdict was not stored" in test.error[0].value
    assert "This case is closed" in test.info[0].value


@pytest.mark.parametrize("address", ["7", "x", "٣", "99999999999999999999"])
def test_an_address_without_a_case_says_what_to_do(address):
    test = judge_page(address)
    assert "closed or no longer there" in test.error[0].value


def test_no_address_says_where_it_comes_from():
    test = page_of()
    test.run()
    test.switch_page("judge_standards.py").run()
    assert not test.exception
    assert "from the workshop" in test.info[0].value
