"""Writing together: one commit for all who wait; who cannot be stored keeps nobody else from it."""

from concurrent.futures import Future
from threading import Event

import pytest
from sqlalchemy import event
from sqlmodel import Session

from standards.errors import NameTaken
from standards.people import Role
from storage.brands import add_brand, list_brands
from storage.sessions import engine, in_session
from storage.together import Together
from tests.server.behind_door import a_person
from tests.storage.builders import events_about


class Held:
    """Keeps the writer busy until it is let go, so that what comes meanwhile waits together."""

    def __init__(self, together: Together) -> None:
        self._began, self._free = Event(), Event()
        self.done = together.store(self._wait, by=None)
        self._began.wait(30)

    def _wait(self, session: Session) -> None:
        self._began.set()
        self._free.wait(30)

    def let_go(self) -> None:
        self._free.set()
        self.done.result(30)


@pytest.fixture
def together(database) -> Together:
    engine()
    return Together()


@pytest.fixture
def commits(together) -> list[int]:
    counted: list[int] = []
    event.listen(engine(), "commit", lambda _connection: counted.append(1))
    return counted


def ask_for(together: Together, name: str) -> Future[int]:
    return together.store(lambda session: add_brand(session, name).id, by=None)


def names() -> list[str]:
    with in_session(read_only=True) as session:
        return sorted(brand.name for brand in list_brands(session))


def test_those_who_wait_together_share_one_commit_and_each_gets_their_own_answer(together, commits):
    held = Held(together)
    asked = [ask_for(together, f"Brand {number}") for number in range(5)]
    held.let_go()
    ids = [one.result(30) for one in asked]
    # The one that held the writer, and all the others.
    assert sum(commits) == 2
    assert len(set(ids)) == 5
    assert names() == [f"Brand {number}" for number in range(5)]


def test_nobody_is_answered_before_the_commit(together):
    answered_before: list[bool] = []
    held = Held(together)
    asked = ask_for(together, "Brand")
    event.listen(engine(), "commit", lambda _connection: answered_before.append(asked.done()))
    held.let_go()
    asked.result(30)
    assert answered_before[-1] is False


def test_one_that_cannot_be_stored_is_told_why_and_the_others_are_stored(together):
    held = Held(together)
    first, second, third = (ask_for(together, name) for name in ("Same", "Same", "Other"))
    held.let_go()
    assert first.result(30) != third.result(30)
    with pytest.raises(NameTaken):
        second.result(30)
    assert names() == ["Other", "Same"]


def test_who_gave_up_waiting_keeps_nobody_else_from_an_answer(together):
    held = Held(together)
    first, second, third = (ask_for(together, name) for name in ("First", "Second", "Third"))
    assert second.cancel()
    held.let_go()
    assert first.result(30) != third.result(30)
    assert names() == ["First", "Third"]


def test_a_mistake_is_told_to_whoever_asked(together):
    def mistake(session: Session) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        together.store(mistake, by=None).result(30)
    assert ask_for(together, "After it").result(30)


def test_the_log_names_each_person_who_acted(together):
    ann, ben = a_person("Ann", Role.MANAGER), a_person("Ben", Role.MANAGER)
    held = Held(together)
    asked = [
        together.store(lambda session, name=name: add_brand(session, name).id, by=person.id)
        for name, person in (("Of Ann", ann), ("Of Ben", ben))
    ]
    held.let_go()
    ids = [str(one.result(30)) for one in asked]
    by = {noted.thing_id: noted.person_id for noted in events_about("brand")}
    assert [by[brand_id] for brand_id in ids] == [ann.id, ben.id]
