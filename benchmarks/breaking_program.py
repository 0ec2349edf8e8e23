"""The program behind a bad connection, killed and started again with its clock set."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

from benchmarks.chaos_proxy import ChaosProxy
from benchmarks.moved_server import MovedServer
from benchmarks.recorded_visits import CODES
from benchmarks.recorder_phone import Deeds
from standards.editions import Kind, Standard
from standards.people import Role
from storage.brands import add_brand
from storage.channels import add_channel
from storage.door_sessions import open_session
from storage.editions import publish_edition
from storage.people import add_account
from storage.sessions import in_session

# Ahead of the machine, after each start. Never by days enough to end a session, which lasts fourteen idle.
_HOURS = [3, -5, 26, 0, -2, 11, -30, 1]
_TOLD_EACH_SECONDS = 15


@dataclass(frozen=True)
class Ground:
    """Where all visits of a run are made, and the sessions of the people who make them."""

    channel_id: int
    edition_id: int
    people: tuple[tuple[int, str], ...]


@dataclass
class Run:
    """The run of one seed: its proxy, its server, and what has been done to them."""

    visits: int
    seconds: float
    proxy: ChaosProxy
    server: MovedServer
    server_kills: int = 0
    server_moves: int = 0
    deeds: Deeds = field(default_factory=Deeds)
    began: float = field(default_factory=monotonic)
    hours: Iterator[int] = field(default_factory=lambda: cycle(_HOURS))
    one_at_a_time: Lock = field(default_factory=Lock)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.server.kill()
        self.server_kills += 1

    def revive(self) -> None:
        """Start the server, its clock at other hours."""
        hours = next(self.hours)
        self.server_moves += hours != self.server.hours
        self.server.hours = hours
        self.server.start()

    def count_tab_kill(self) -> None:
        """Count one, from whichever phone's thread."""
        with self.one_at_a_time:
            self.deeds.tabs_killed += 1

    def count_recorded(self) -> None:
        """Count one visit, from whichever phone's thread."""
        with self.one_at_a_time:
            self.deeds.recorded += 1

    def look(self) -> None:
        """
        Find out whether it goes on as it should.

        Raises:
            AssertionError: it does not, and waiting would not help.
        """
        if self.proxy.failure:
            raise AssertionError("the server did not start again") from self.proxy.failure
        if monotonic() - self.began > self.seconds:
            raise AssertionError(f"the run took more than {self.seconds} s: {self.said()}")

    def said(self) -> str:
        """Say how far it is."""
        return (
            f"{monotonic() - self.began:.0f} s: {self.deeds.recorded} of {self.visits} visits recorded, "
            f"{self.deeds.tabs_killed} tabs and {self.server_kills} servers killed, "
            f"{self.proxy.met.total()} requests, {dict(sorted(self.proxy.answers.items()))}"
        )


def prepare_ground(people: int) -> Ground:
    """Store a channel, an edition of yes/no standards, and people with sessions."""
    with in_session() as session:
        brand = add_brand(session, "Ours", is_own=True)
        channel = add_channel(session, brand.id, Kind.SHOP, "High Street")
        standards = [Standard(code, "Till", f"Statement {code}") for code in CODES]
        edition = publish_edition(session, "Shop visit", standards)
        made = []
        for at in range(people):
            person = add_account(session, f"Shopper {at}", f"s{at}@company.example", Role.SHOPPER)
            made.append((person.id, open_session(session, person.id)))
    return Ground(channel.id, edition.id, tuple(made))


@contextmanager
def breaking_program(visits: int, seed: int, folder: Path, seconds: float) -> Iterator[Run]:
    """Start the program behind a bad connection, to be killed where that is planned; tell how it goes."""
    server = MovedServer(folder / "server.log")
    run = Run(visits, seconds, ChaosProxy(server.port, seed), server)
    run.proxy.kill, run.proxy.revive = run.kill, run.revive
    run.revive()
    over = Event()

    def tell() -> None:
        while not over.wait(_TOLD_EACH_SECONDS):
            print(run.said(), file=sys.stderr, flush=True)

    telling = Thread(target=tell, daemon=True)
    telling.start()
    try:
        with run.proxy.running():
            yield run
    finally:
        over.set()
        telling.join()
        server.end()
