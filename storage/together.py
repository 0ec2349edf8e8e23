"""Writing together: those who wait to store something at the same moment share one transaction."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from standards.errors import NoRoomLeft, StoreBusy
from storage.bulk import gather_rows, insert_waiting
from storage.held_visits import hold_visits
from storage.sessions import in_session
from storage.tallying import note_write

T = TypeVar("T")

# Others than those who write together wait for a transaction, too.
_MOST_TOGETHER = 32
# Where several sent at the same moment before, the others are on their way when the first has come again.
_PATIENCE_SECONDS = 0.003


@dataclass(frozen=True)
class _Wish(Generic[T]):
    write: Callable[[Session], T]
    by: int | None
    visit_id: UUID | None
    told: Future[T] = field(default_factory=Future)

    def fulfil(self, session: Session) -> T:
        session.info["by"] = self.by
        found = self.write(session)
        note_write(session)
        return found


class Together:
    """
    Stores what several ask to be stored, with one commit for all that wait at the same moment.

    A commit waits for the disk, however little it holds; and on SQLite only one may write at a time. Each
    is answered after the commit that holds its own. Who sends alone waits for nobody. Where one of them
    cannot be stored, or the commit fails, nothing of that transaction is, and each is stored by itself.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Wish[Any]] = deque()
        self._writer = ThreadPoolExecutor(1, "together")
        self._expected = 1
        self._all_came = Event()

    def store(
        self, write: Callable[[Session], T], *, by: int | None, visit_id: UUID | None = None
    ) -> Future[T]:
        """
        Have something stored; the answer comes when it is on the disk.

        Args:
            write: may be called more than once, and then finds nothing of its earlier calls.
            by: the person acting, for the events.
            visit_id: the visit it is about, which is then looked up with those of the others.
        """
        wish = _Wish(write, by, visit_id)
        self._waiting.append(wish)
        if len(self._waiting) >= self._expected:
            self._all_came.set()
        self._writer.submit(self._store_waiting)
        return wish.told

    def _store_waiting(self) -> None:
        if not self._waiting:
            return
        self._all_came.clear()
        if len(self._waiting) < self._expected:
            self._all_came.wait(_PATIENCE_SECONDS)
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]
        self._expected = len(taken)
        # Who has gone meanwhile cannot be told; from here on nobody goes.
        wishes = [wish for wish in taken if wish.told.set_running_or_notify_cancel()]
        if len(wishes) > 1 and _stored_as_one(wishes):
            return
        for wish in wishes:
            _store_alone(wish)


def _stored_as_one(wishes: list[_Wish[Any]]) -> bool:
    try:
        with in_session() as session:
            gather_rows(session)
            hold_visits(session, [wish.visit_id for wish in wishes if wish.visit_id])
            found = [wish.fulfil(session) for wish in wishes]
            insert_waiting(session)
    except (StoreBusy, NoRoomLeft) as problem:
        for wish in wishes:
            wish.told.set_exception(problem)
        return True
    except Exception:
        # Whose fault it was shows when each is stored by itself.
        return False
    for wish, result in zip(wishes, found, strict=True):
        wish.told.set_result(result)
    return True


def _store_alone(wish: _Wish[Any]) -> None:
    for is_last in (False, True):
        try:
            with in_session() as session:
                gather_rows(session)
                found = wish.fulfil(session)
                insert_waiting(session)
        except IntegrityError as error:
            # Another process stored the same at the same instant: the next try finds it.
            if not is_last:
                continue
            wish.told.set_exception(error)
        except BaseException as error:
            wish.told.set_exception(error)
        else:
            wish.told.set_result(found)
        return
