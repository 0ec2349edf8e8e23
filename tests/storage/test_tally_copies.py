"""Each reads what is committed, at once and whole, whoever else reads or writes at the same time."""

import gc
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event, Thread
from weakref import ref

import pytest
from sqlalchemy import text
from sqlmodel import select

from storage.comparing import Selection
from storage.sessions import close_database, engine, in_session
from storage.tables import VisitRow
from storage.tallies import compared_columns
from storage.tally_copies import current_copy
from storage.tallying import tally_due
from storage.visits import void_visit
from tests.storage.random_visits import (
    A_DAY,
    another_process,
    compared_here,
    equals_a_recomputation,
    random_visit,
    store_programme,
)


@pytest.fixture
def programme(database):
    return store_programme()


def add_a_visit(chance):
    with in_session() as session:
        random_visit(session, chance)


def test_own_changes_are_seen_before_the_commit_and_by_nobody_else(programme):
    before = compared_here()
    with another_process() as reading:
        with in_session() as session:
            random_visit(session, programme, on=A_DAY)
            # A weak visit may be incomplete; the recomputation decides.
            seen = equals_a_recomputation(session)
            with reading() as other:
                assert equals_a_recomputation(other) == before
            session.rollback()
        assert compared_here() == before
        with reading() as other:
            assert equals_a_recomputation(other) == before
    assert seen >= before


def test_a_change_that_is_committed_late_is_not_skipped(programme):
    compared_here()
    numbered, goes_on = Event(), Event()
    another = Random(99)  # noqa: S311 - nothing is kept secret by it

    def late():
        with in_session() as session:
            random_visit(session, programme, on=A_DAY)
            # The number is taken, and the transaction lasts.
            tally_due(session)
            numbered.set()
            goes_on.wait(10)

    def quick():
        with in_session() as session:
            random_visit(session, another, on=A_DAY)

    late_one, quick_one = Thread(target=late), Thread(target=quick)
    late_one.start()
    assert numbered.wait(10)
    quick_one.start()
    # Time enough for the second to commit a higher number first, if it could.
    quick_one.join(0.5)
    compared_here()
    goes_on.set()
    late_one.join()
    quick_one.join()
    with in_session(read_only=True) as session:
        assert current_copy(session).number == 3
    compared_here()


def test_two_who_find_the_same_visit_marked_do_not_wait_for_each_other(programme):
    with engine().begin() as connection:
        # Past the program: the mark is committed, and whoever writes next would tally it.
        connection.execute(text("UPDATE visit SET story = 'by hand'"))
    holds, is_done = Event(), Event()

    def slow():
        with in_session() as session:
            void_visit(session, session.scalars(select(VisitRow.id)).all()[0], "it was a try")
            session.flush()
            holds.set()
            # SQLite lets only one write at a time, so that the other cannot be done before.
            is_done.wait(1.5)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow)
        assert holds.wait(10)
        add_a_visit(programme)
        is_done.set()
        first.result()
    compared_here()


def test_whoever_reads_while_visits_come_in_sees_whole_visits_and_never_fewer(programme):
    stop = Event()

    def read():
        seen = []
        while not stop.is_set():
            with in_session(read_only=True) as session:
                columns = compared_columns(session, Selection(1), seen_by=None)
            assert (columns.possible > 0).all()
            assert len(set(columns.visit_ids.tolist())) == len(columns)
            seen.append(len(columns))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for _ in range(10):
            add_a_visit(programme)
        stop.set()
        for reader in readers:
            seen = reader.result()
            assert seen == sorted(seen)
    compared_here()


def test_a_closed_database_takes_its_copy_along(programme):
    with in_session(read_only=True) as session:
        held = ref(current_copy(session))
    del session
    assert held() is not None
    close_database()
    gc.collect()
    assert held() is None
