"""Words that phones send: kept as they were written, but for what no database keeps."""

import pytest

from tests.server.phone import a_phone


@pytest.fixture
def phone(database):
    return a_phone()


def test_what_people_write_comes_back_as_it_was(phone):
    words = "“Grüße” 😀 שלום 漢字 \\ \" ' \t;--"
    document = phone.document(
        story=words,
        observations=[{"code": "A", "value": 1, "note": words + "\x00"}],
        quick_notes=[{"at": "2026-03-10T10:45:30.123456Z", "text": words}],
    )
    phone.stored(document)
    told = phone.get(f"visits/{document['id']}/document").json()
    assert (told["story"], told["observations"][0]["note"]) == (words, words)
    assert told["quick_notes"] == document["quick_notes"]


def test_what_no_database_keeps_is_left_out_of_what_people_change(phone):
    document = phone.document(state="draft")
    phone.stored(document)
    words = {name: f"{name}\x00" for name in ("first_impression", "last_impression", "story")}
    notes = [{"at": "2026-03-10T10:45:30Z", "text": "note\x00"}]
    phone.stored(document | words | {"quick_notes": notes, "base_revision": 1})
    told = phone.get(f"visits/{document['id']}/document").json()
    assert {name: told[name] for name in words} == {name: name for name in words}
    assert told["quick_notes"][0]["text"] == "note"
