"""The workshop: a sentence is read as it is typed, everything is stored at once, nobody is overwritten."""

import pytest

from standards.drafting import DraftStandard, from_sentence
from standards.editions import Evidence, Kind, Scope
from standards.library_files import library_sets
from standards.measuring import Comparator, Measure, Target
from standards.people import Role
from standards.set_files import to_csv, to_toml, to_xlsx
from standards.xlsform import to_xlsform
from storage.drafts import add_standards, change_standard, get_draft, list_drafts, open_draft
from storage.editions import editions_for, editions_of_set, latest_edition, list_sets, same_standards
from storage.sessions import in_session
from tests.builders import a_standard, an_edition
from tests.pages.app import a_person, page_of
from tests.pictures import sent

CLEAR = "Orders are processed within 3 hours"
VAGUE = "Customers are greeted promptly"
HOSTILE = "<img src=x onerror=alert(1)> **bold** ![p](http://x.test/y) :red[red] greets \u202eguests"


def workshop(**address):
    test = page_of(a_person(Role.MANAGER))
    test.run()
    for name, value in address.items():
        test.query_params[name] = str(value)
    test.switch_page("shape_standards.py").run()
    assert not test.exception
    return test


def tap(test, label):
    found = [button for button in test.button if button.label == label]
    assert found, [button.label for button in test.button]
    found[0].click().run()
    assert not test.exception
    return test


def fill(test, label, value):
    fields = [*test.text_input, *test.text_area]
    found = [field for field in fields if field.label == label]
    assert found, [field.label for field in fields]
    found[0].set_value(value).run()
    assert not test.exception
    return test


def all_text(test):
    shown = [*test.markdown, *test.caption, *test.subheader, *test.title, *test.info, *test.error]
    shown += [*test.warning, *test.success]
    return "\n".join(part.value for part in shown) + "\n".join(html.proto.body for html in test.get("html"))


def a_draft(*sentences, name="Our charter", touchpoint="Welcome"):
    with in_session() as session:
        draft = open_draft(session, name)
        new = [from_sentence(text, f"W{at}", touchpoint) for at, text in enumerate(sentences, 1)]
        return add_standards(session, draft, new) if new else draft


def stored(draft):
    with in_session(read_only=True) as session:
        return get_draft(session, draft.id)


def test_a_sentence_can_be_tried_before_anything_is_begun():
    test = fill(workshop(), "Try a sentence", VAGUE)
    text = all_text(test)
    assert "promptly</mark>" in text
    assert "How soon?" in text.replace("\\", "")
    with in_session(read_only=True) as session:
        assert list_sets(session) == []


def test_a_new_set_is_begun_and_its_draft_stands_in_the_address():
    test = fill(workshop(), "A new set", "Our charter")
    tap(test, "Start this set")
    with in_session(read_only=True) as session:
        [draft] = list_drafts(session)
    assert test.query_params["draft"] == str(draft.id)
    assert "Nothing stands in this draft yet" in all_text(test)


def test_a_charter_is_read_a_line_a_sentence_and_stored_when_it_is_added():
    draft = a_draft()
    test = fill(workshop(draft=draft.id), "Charter", f"- {CLEAR}\n\n2. {VAGUE}\n")
    assert "2 sentences, 1 of them to be mended." in all_text(test)
    assert stored(draft).standards == ()
    tap(test, "Add 2 sentences")
    assert [one.standard.statement for one in stored(draft).standards] == [CLEAR, VAGUE]
    assert "2 standards" in all_text(test)
    assert "1 unmeasured" in all_text(test)


def test_one_live_sentence_is_added_with_a_tap():
    draft = a_draft()
    test = fill(workshop(draft=draft.id), "A sentence, in your own words", CLEAR)
    assert "at most 3 h" in all_text(test)
    tap(test, "Add this sentence")
    [one] = stored(draft).standards
    assert one.standard.target == Target(Comparator.AT_MOST, 10_800, "seconds")


def test_a_corrected_sentence_is_stored_and_read_anew():
    draft = a_draft(VAGUE)
    test = fill(workshop(draft=draft.id), "Sentence of W1", "Customers are greeted within 30 seconds")
    [one] = stored(draft).standards
    assert (one.standard.measure, one.standard.target.value) == (Measure.DURATION, 30)
    assert ":material/check: measured" in all_text(test)


def test_the_rewritten_sentence_is_a_tap_away_and_its_blanks_stay_unmeasured():
    draft = a_draft(VAGUE)
    test = workshop(draft=draft.id)
    [button] = [one for one in test.button if "_rewrite" in one.key]
    button.click().run()
    assert not test.exception
    assert "___" in stored(draft).standards[0].standard.statement
    assert "0 unmeasured" not in all_text(test)


def test_the_measure_is_corrected_with_one_tap():
    draft = a_draft("Somebody greets every guest")
    test = workshop(draft=draft.id)
    [pills] = [one for one in test.button_group if "_measure_" in one.key]
    pills.set_value(Measure.COUNT).run()
    assert not test.exception
    [one] = stored(draft).standards
    assert one.standard.measure is Measure.COUNT
    fill(test, "Target of W1", "2")
    fill(test, "Unit of W1", "guests")
    assert stored(draft).standards[0].standard.target == Target(Comparator.AT_MOST, 2, "guests")


def test_a_target_that_cannot_be_read_is_told_and_the_stored_one_stays():
    draft = a_draft(CLEAR)
    test = fill(workshop(draft=draft.id), "Target of W1", "soon")
    assert "is not a value for this standard" in test.error[0].value
    assert stored(draft).standards[0].standard.target.value == 10_800


def test_a_vague_word_stands_only_with_a_reason_that_stays_visible():
    draft = a_draft(VAGUE)
    test = workshop(draft=draft.id)
    fill(test, "Why would two colleagues judge “promptly” alike?", "Trained with films")
    assert [one.reason for one in stored(draft).standards[0].overruled] == ["Trained with films"]
    assert "Trained with films" in all_text(test)
    tap(test, "Take back")
    assert stored(draft).standards[0].overruled == ()


def test_an_unmeasured_draft_is_not_published_and_says_what_to_do():
    draft = a_draft(CLEAR, VAGUE)
    test = workshop(draft=draft.id, workshop_view="Publish")
    assert "promptly" in all_text(test)
    tap(test, "Publish edition 1")
    assert "cannot be measured yet" in test.error[0].value
    assert "nothing was published" in test.error[0].value
    assert stored(draft).number == 1


def test_a_measured_draft_is_published_and_its_edition_shown():
    draft = a_draft(CLEAR)
    test = tap(workshop(draft=draft.id, workshop_view="Publish"), "Publish edition 1")
    with in_session(read_only=True) as session:
        assert latest_edition(session, "Our charter").number == 1
    assert "Edition 1" in all_text(test)
    assert "draft" not in test.query_params


def test_the_next_edition_shows_what_changed_and_what_it_means():
    with in_session() as session:
        wait = a_standard(
            "A",
            statement="Orders are sent within 3 hours",
            measure=Measure.DURATION,
            target=Target(Comparator.AT_MOST, 10_800, "seconds"),
        )
        edition = an_edition(session, [wait, a_standard("B")], name="Ours")
        draft = open_draft(session, "Ours")
        moved = from_sentence("Orders are sent within 2 hours", "A", "Till")
        change_standard(session, draft, "A", moved)
    test = workshop(draft=draft.id, workshop_view="Publish")
    text = all_text(test)
    assert "target moved" in text
    assert "at most 3 h" in text
    assert "at most 2 h" in text
    assert "has a break here" in text
    tap(test, "Publish edition 2")
    with in_session(read_only=True) as session:
        newest, first = editions_of_set(session, edition.set_id)
    assert first.standards == edition.standards
    assert newest.by_code()["A"].target.value == 7_200


def test_the_second_of_two_managers_is_told_and_shown_the_difference_and_overwrites_nothing():
    draft = a_draft(CLEAR, "Staff wear a name badge")
    test = workshop(draft=draft.id)
    with in_session() as session:
        other = from_sentence("Staff wear a name badge with a first name", "W2", "Welcome")
        change_standard(session, get_draft(session, draft.id), "W2", other)
    test.text_input[2].set_value("x")
    fill(test, "Sentence of W2", "Staff wear a hat")
    assert "Somebody changed this draft" in test.warning[0].value
    text = all_text(test)
    assert "with a first name" in text
    assert [code.value for code in test.code] == ["Staff wear a hat"]
    assert stored(draft).standards[1].standard.statement == "Staff wear a name badge with a first name"
    fill(test, "Sentence of W2", "Staff wear a hat")
    assert stored(draft).standards[1].standard.statement == "Staff wear a hat"


def test_standards_and_touchpoints_move():
    draft = a_draft(CLEAR, "Staff wear a name badge")
    with in_session() as session:
        draft = add_standards(session, draft, [from_sentence("A receipt is offered", "T1", "Till")])
    test = workshop(draft=draft.id)
    tap(test, "Down")
    assert [one.code for one in stored(draft).standards] == ["W2", "W1", "T1"]
    tap(test, "Till earlier")
    assert [one.code for one in stored(draft).standards] == ["T1", "W2", "W1"]


def test_a_preview_shows_the_card_of_a_visit_and_stores_nothing():
    draft = a_draft("Staff wear a name badge")
    test = workshop(draft=draft.id, workshop_view="Preview")
    assert "Standard 1 of 1" in all_text(test)
    tap(test, "No")
    assert ":material/cancel: Missed" in all_text(test)


def test_weights_are_divided_and_more_than_forty_standards_are_warned_of():
    draft = a_draft(*(f"A receipt with number {at} is offered" for at in range(41)))
    test = workshop(draft=draft.id, workshop_view="Weigh")
    assert "is that your message" in all_text(test)
    assert "41 standards in one visit" in test.warning[0].value


def test_a_library_set_is_copied_as_a_draft():
    test = workshop(workshop_from="Library")
    tap(test, "Copy and adapt")
    with in_session(read_only=True) as session:
        [draft] = list_drafts(session)
    ready = library_sets()[0]
    assert draft.set_name == ready.name
    assert len(draft.standards) == len(ready.standards)


def test_a_case_is_put_before_colleagues():
    draft = a_draft("Staff wear a name badge")
    test = workshop(draft=draft.id, workshop_view="Try")
    fill(test, "What happened, as a shopper would have seen it", "The cashier wore no badge.")
    tap(test, "Put it before colleagues")
    assert "The cashier wore no badge." in all_text(test)
    assert any("/judge_standards?trial=1" in code.value for code in test.code)


@pytest.mark.parametrize("view", ["Write", "Preview", "Weigh", "Try", "Publish", "Files"])
def test_peoples_words_are_shown_as_they_are(view):
    draft = a_draft(HOSTILE, name="**Set** <b>x</b>", touchpoint="Door :red[x] ![p](http://x.test/y)")
    test = workshop(draft=draft.id, workshop_view=view)
    assert "<img src=x" not in "".join(html.proto.body for html in test.get("html"))
    read_as_markdown = [*test.markdown, *test.caption, *test.subheader, *test.title, *test.error]
    read_as_markdown += [*test.button, *test.text_input, *test.button_group]
    for part in read_as_markdown:
        text = part.label if hasattr(part, "label") else part.value
        assert "![p]" not in text
        assert " :red[" not in text


@pytest.mark.parametrize("address", ["0", "x", "٣", "99999999999999999999", "-1"])
def test_an_address_without_a_draft_says_what_to_do(address):
    test = workshop(draft=address)
    assert "There is no such draft any more" in test.error[0].value


@pytest.mark.parametrize(
    ("ending", "make"),
    [(".toml", to_toml), (".csv", to_csv), (".xlsx", to_xlsx), (".xlsform.xlsx", to_xlsform)],
)
def test_a_set_taken_away_and_brought_back_is_the_same_draft(ending, make):
    ready = library_sets()[0]
    content = make(ready)
    data = content.encode() if isinstance(content, str) else content
    test = workshop(workshop_from="From a file")
    test.file_uploader[0].set_value((f"Ours{ending}", data, "application/octet-stream")).run()
    assert not test.exception
    assert f"holds {len(ready.standards)} standards" in test.success[0].value
    tap(test, f"Make a draft of {len(ready.standards)} standards")
    with in_session(read_only=True) as session:
        [draft] = list_drafts(session)
    assert same_standards(draft.plain, ready.standards)


def test_a_file_that_cannot_be_read_is_told_and_nothing_is_stored():
    test = workshop(workshop_from="From a file")
    test.file_uploader[0].set_value(("Ours.csv", b"a,b\n1,2\n", "text/csv")).run()
    assert not test.exception
    assert "Nothing of it was stored" in test.error[0].value


def test_a_set_that_is_read_leads_into_the_workshop():
    with in_session() as session:
        edition = an_edition(session, name="Ours")
    test = workshop(set=edition.set_id)
    tap(test, "Draft edition 2")
    with in_session(read_only=True) as session:
        [draft] = list_drafts(session)
    assert draft.plain == edition.standards


def test_a_retired_edition_starts_no_visit_until_it_is_brought_back():
    with in_session() as session:
        edition = an_edition(session, name="Ours")
    test = tap(workshop(set=edition.set_id), "Retire it")
    with in_session(read_only=True) as session:
        assert editions_for(session, Kind.SHOP, is_own=True) == []
    tap(test, "Bring edition 1 back")
    with in_session(read_only=True) as session:
        assert [one.id for one in editions_for(session, Kind.SHOP, is_own=True)] == [edition.id]


def test_single_standards_of_the_library_are_taken_with_a_free_code():
    ready = library_sets()[0]
    one = ready.standards[0]
    with in_session() as session:
        draft = add_standards(session, open_draft(session, "Ours"), [DraftStandard(one)])
    test = workshop(draft=draft.id)
    test.session_state[f"workshop_{draft.id}_0_library"] = True
    test.run()
    choice = next(found for found in test.multiselect if found.label == "Standards")
    choice.set_value([f"{one.touchpoint} · {one.statement}"]).run()
    tap(test, "Take 1 standard")
    first, second = stored(draft).standards
    assert first.code == one.code != second.code
    assert second.standard.statement == one.statement


def open_more(draft, code="W1"):
    test = workshop(draft=draft.id)
    test.session_state[f"workshop_{draft.id}_0_{code}_more"] = True
    test.run()
    assert not test.exception
    return test


def widget(kind, label):
    return next(found for found in kind if found.label == label)


def test_weight_scope_kinds_evidence_and_touchpoint_are_stored_as_they_are_set():
    draft = a_draft(CLEAR)
    test = open_more(draft)
    widget(test.number_input, "Weight in points").set_value(4.0).run()
    widget(test.selectbox, "Touchpoint").set_value("Farewell").run()
    widget(test.button_group, "Asked of").set_value(Scope.OURS_ONLY).run()
    widget(test.button_group, "Evidence").set_value(Evidence.ALWAYS).run()
    widget(test.button_group, "Channel kinds (none means all)").set_value([Kind.PHONE, Kind.CHAT]).run()
    widget(test.text_area, "Job aid").set_value("Look up and say hello").run()
    fill(test, "Code: keep it and the history goes on, change it and a new one begins", "F1")
    assert not test.exception
    [one] = stored(draft).plain
    assert (one.code, one.touchpoint, one.weight, one.scope) == ("F1", "Farewell", 4, Scope.OURS_ONLY)
    assert (one.evidence, one.kinds) == (Evidence.ALWAYS, {Kind.PHONE, Kind.CHAT})
    assert one.job_aid == "Look up and say hello"


def test_a_code_that_another_standard_has_is_refused_and_the_first_stays():
    draft = a_draft(CLEAR, "Staff wear a name badge")
    test = open_more(draft)
    fill(test, "Code: keep it and the history goes on, change it and a new one begins", "W2")
    assert "is used by 2 standards" in test.error[0].value
    assert [one.code for one in stored(draft).standards] == ["W1", "W2"]


def test_a_best_practice_picture_is_kept_and_shown_to_the_shopper():
    draft = a_draft("Staff wear a name badge")
    test = open_more(draft)
    test.file_uploader[0].set_value(("IMG_1.jpg", sent(), "image/jpeg")).run()
    assert not test.exception
    picture = stored(draft).standards[0].picture
    assert picture
    shown = workshop(draft=draft.id, workshop_view="Preview")
    assert any(f"/pictures/{picture}/thumbnail" in html.proto.body for html in shown.get("html"))


def test_a_standard_is_removed_from_the_draft():
    draft = a_draft(CLEAR, "Staff wear a name badge")
    tap(open_more(draft), "Remove it")
    assert [one.code for one in stored(draft).standards] == ["W2"]


def test_a_draft_is_thrown_away_with_its_empty_set():
    draft = a_draft(CLEAR)
    test = tap(workshop(draft=draft.id, workshop_view="Publish"), "Throw it away")
    with in_session(read_only=True) as session:
        assert list_sets(session) == []
    assert "draft" not in test.query_params


def test_a_draft_begun_before_another_edition_was_published_is_put_on_top_of_it():
    draft = a_draft(CLEAR)
    with in_session() as session:
        an_edition(session, name="Our charter")
    test = workshop(draft=draft.id, workshop_view="Publish")
    tap(test, "Publish edition 1")
    assert "has just been published by somebody else" in test.warning[0].value
    tap(test, "Put this draft on top of edition 2")
    tap(test, "Publish edition 3")
    with in_session(read_only=True) as session:
        assert latest_edition(session, "Our charter").number == 3
