"""Many scorecards at once: into a folder, or by a job into one ZIP that nobody else has to wait for."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from threading import Event, Lock, Thread
from weakref import finalize

from sqlmodel import Session

from standards.errors import Problem, ScorecardEmpty
from standards.people import Person
from standards.scorecards import Span, SubjectKind
from storage.scorecard_files import Form, Order, write_scorecard
from storage.scorecards import Asked, channels_to_score

# The pages are set in worker processes; so many threads keep both cores busy and leave the server's alone.
_AT_ONCE = 2


@dataclass(frozen=True)
class Done:
    """One scorecard of many: its files, or why there are none."""

    asked: Asked
    files: tuple[Path, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a job is. `is_over` when nothing more will happen; `problems` are in words for a person."""

    total: int
    done: int
    problems: tuple[str, ...]
    is_over: bool
    is_cancelled: bool
    byte_count: int


def all_channels(
    session: Session,
    set_id: int,
    span: Span,
    *,
    seen_by: Person | None,
    brand_ids: Sequence[int] = (),
    rival_ids: tuple[int, ...] | None = None,
    has_words: bool = True,
    has_photos: bool = True,
) -> list[Asked]:
    """Return what to ask for a scorecard of every channel visited in a period, of all brands unless named."""
    return [
        Asked(
            SubjectKind.CHANNEL,
            set_id,
            span,
            brand_id=channel.brand.id,
            channel_id=channel.id,
            rival_ids=rival_ids,
            has_words=has_words,
            has_photos=has_photos,
        )
        for channel in channels_to_score(session, set_id, seen_by=seen_by, span=span)
        if not brand_ids or channel.brand.id in brand_ids
    ]


def write_scorecards(
    asked: Sequence[Asked],
    forms: tuple[Form, ...],
    folder: Path,
    order: Order,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Done]:
    """
    Write scorecards into a folder, two at a time, and give each when it is done.

    One that cannot be made is said and ends none of the others. After cancelling, what is begun is finished
    and nothing more is begun. Files of the same names that are in the folder are replaced.
    """
    names, taken = Lock(), set[str]()

    def write(one: Asked) -> Done:
        if is_cancelled():
            return Done(one)
        # Each has a folder of its own until it is named: two channels may be called the same.
        with TemporaryDirectory(dir=folder) as own:
            try:
                made = write_scorecard(one, forms, Path(own), order)
            except ScorecardEmpty:
                return Done(one)
            except Problem as problem:
                return Done(one, problem=str(problem))
            with names:
                return Done(one, tuple(_moved(made, folder, taken)))

    waiting = iter(asked)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running: set[Future[Done]] = set()
        while True:
            while len(running) < 2 * _AT_ONCE and not is_cancelled() and (one := next(waiting, None)):
                running.add(pool.submit(write, one))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()


def _moved(files: list[Path], folder: Path, taken: set[str]) -> Iterator[Path]:
    """Move one scorecard's files under a name that no other of these has, whatever the letters' case."""
    stem, number = files[0].stem, 1
    free = stem
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number})"
    taken.add(free.casefold())
    for path in files:
        yield path.replace(folder / f"{free}{path.suffix}")


@dataclass
class _State:
    """What the thread of a job and whoever looks at it share."""

    total: int
    done: int = 0
    problems: list[str] = field(default_factory=list)
    is_over: bool = False
    byte_count: int = 0


class ScorecardJob:
    """
    Scorecards on their way into one ZIP, in a thread of their own.

    It lives with whoever holds it: dropped, as with the tab it was begun in, it stops and its files go.
    """

    def __init__(self, asked: Sequence[Asked], forms: tuple[Form, ...], order: Order) -> None:
        folder = Path(mkdtemp(prefix="scorecards_"))
        self._file = folder / "scorecards.zip"
        self._state = _State(len(asked))
        self._cancelled = Event()
        finalize(self, _throw_away, self._state, self._cancelled, folder)
        # Not a method: a thread that knew the job would keep it for ever.
        self._thread = Thread(
            target=_work, args=(self._state, self._cancelled, asked, forms, self._file, order), daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """Begin nothing more; what was made is thrown away."""
        self._cancelled.set()

    def wait(self, seconds: float) -> None:
        """Wait until it is over, but no longer."""
        self._thread.join(seconds)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        state = self._state
        return Progress(
            state.total,
            state.done,
            tuple(state.problems),
            state.is_over,
            self._cancelled.is_set(),
            state.byte_count,
        )

    def read_zip(self) -> bytes:
        """Return the ZIP; empty until the job is over, and after it was cancelled."""
        if not self._state.is_over or self._cancelled.is_set() or not self._file.exists():
            return b""
        return self._file.read_bytes()


def _work(
    state: _State,
    cancelled: Event,
    asked: Sequence[Asked],
    forms: tuple[Form, ...],
    target: Path,
    order: Order,
) -> None:
    try:
        # PDF, XLSX and PNG are packed already: packing them again takes time and saves nothing.
        with (
            zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed,
            TemporaryDirectory(dir=target.parent) as folder,
        ):
            for done in write_scorecards(asked, forms, Path(folder), order, is_cancelled=cancelled.is_set):
                for path in done.files:
                    packed.write(path, path.name)
                    path.unlink()
                if done.problem:
                    state.problems.append(done.problem)
                state.done += 1
        if not cancelled.is_set():
            state.byte_count = target.stat().st_size
    except OSError as found:
        state.problems.append(f"The files could not be written: {found.strerror}. Nothing was kept.")
        cancelled.set()
    finally:
        state.is_over = True
        if cancelled.is_set():
            rmtree(target.parent, ignore_errors=True)


def _throw_away(state: _State, cancelled: Event, folder: Path) -> None:
    """End a job that nobody holds any more; while its thread still works, that removes the folder."""
    cancelled.set()
    if state.is_over:
        rmtree(folder, ignore_errors=True)
