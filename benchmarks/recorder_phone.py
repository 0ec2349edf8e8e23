"""The recorder in a real Chromium: it records, keeps and sends; its tabs are killed on the way."""

import asyncio
import json
import os
import signal
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from playwright.async_api import BrowserContext, Error, Page, Playwright, ViewportSize

from benchmarks import recorder_page
from benchmarks.chaos_proxy import DYING
from benchmarks.held_visits import HeldPhoto, HeldVisit
from benchmarks.recorded_visits import Recorded
from benchmarks.recorder_taps import open_app, record_by_taps, said_instant
from server.requests import COOKIE

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SCREEN = ViewportSize(width=390, height=844)
# Of ours, and runs nothing by itself.
_STILL_PAGE = "/recorder/offline.html"
# How many visits a shopper goes on recording past, while the server cannot be reached.
_MOST_WAITING = 3
_OPEN_SECONDS, _LIFE_SECONDS, _END_SECONDS = 240, 300, 600
_HOURS = [0, 0, -5, 3, 26]
# In the middle of a write, right after one, or while a request is on its way; by which of them.
_DEATHS = {"writing": 12, "written": 12, "sending": 2}
_DEATH_SHARES = [8, 2, 4]


@dataclass(frozen=True)
class Death:
    """When a tab dies: at the nth write or request of its life with a visit; with it, maybe, the browser."""

    kind: str
    nth: int
    takes_browser: bool


@dataclass
class Deeds:
    """What was done to the phones of a run, and by them."""

    tabs_killed: int = 0
    browsers_killed: int = 0
    killed_in_the_middle: int = 0
    killed_in_write: int = 0
    killed_in_request: int = 0
    clock_moves: int = 0
    tapped: int = 0
    recorded: int = 0
    left_on_phones: int = 0
    deaths: dict[str, int] = field(default_factory=lambda: dict.fromkeys([*_DEATHS, "at rest"], 0))


def a_death(chance: Random) -> Death:
    """Make up a death."""
    [kind] = chance.choices([*_DEATHS], _DEATH_SHARES)
    return Death(kind, chance.randint(1, _DEATHS[kind]), chance.random() < 0.1)


class RecorderPhone:
    """
    One phone with one shopper: a browser whose database is on the disk, and one tab at a time.

    Args:
        person: their id, and the token of their session.
        folder: empty; what outlives the phone's deaths lies here.
        chance: decides its clock, and when it syncs in the middle of a visit.
    """

    def __init__(
        self,
        playwright: Playwright,
        port: int,
        person: tuple[int, str],
        folder: Path,
        chance: Random,
        deeds: Deeds,
    ) -> None:
        self.name = f"phone-{person[0]}"
        self._playwright, self._folder, self._chance, self._deeds = playwright, folder, chance, deeds
        self._address = f"http://127.0.0.1:{port}"
        self._person, self._database = person, f"second-visit-{person[0]}"
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._hours = 0
        self._owed: list[Death] = []
        self._dying: asyncio.Future[dict[str, Any]] | None = None
        self._loop = asyncio.get_running_loop()

    def hear_dying(self, told: bytes) -> None:
        """Take what a page says that stands still now until it is killed. From any thread."""
        self._loop.call_soon_threadsafe(self._note_dying, json.loads(told))

    async def start(self) -> None:
        """Open the recorder once as a shopper does; its service worker keeps it from then on."""
        async with within(_OPEN_SECONDS, f"{self.name}: the first opening"):
            await self._launch()
            page = await self._open_tab(None)
            await open_app(page, self._address)
            await page.evaluate(recorder_page.INSTALL)
            await page.close()

    async def record(self, told: Recorded, deaths: list[Death]) -> None:
        """
        Record a visit; its tab dies these deaths, and each time it is opened again.

        A death whose write or request does not come any more is died in the next visit.
        """
        owed, self._owed = [*self._owed, *deaths], []
        while await self._live(told, owed[0] if owed else None):
            owed.pop(0)
        self._owed = owed
        self._deeds.recorded += 1
        self._deeds.tapped += told.is_tapped

    async def finish(self) -> list[HeldVisit]:
        """Send all that waits, and return what the phone has then."""
        page = await self._still_page()
        async with within(_END_SECONDS, f"{self.name}: sending the rest"):
            await page.evaluate(recorder_page.SEND, 0)
            for death in self._owed:
                await self._die({"kind": "at rest", "openWrites": 0, "requests": 0}, death)
            page = await self._still_page()
            told = await page.evaluate(recorder_page.TELL_VISITS, self._database)
            return [await self._held(page, one) for one in told]

    async def let_go(self) -> None:
        """See that nothing stays on the phone when the days of grace are over."""
        page = await self._still_page()
        async with within(_END_SECONDS, f"{self.name}: letting go of what the server has"):
            self._deeds.left_on_phones += await page.evaluate(recorder_page.LET_GO, self._database)
        self._deeds.clock_moves += 1

    async def end(self) -> None:
        """Close it."""
        if self._context:
            with suppress(Error):
                await self._context.close()

    async def _live(self, told: Recorded, death: Death | None) -> bool:
        """Record until the visit is done, or until the planned death; return whether that came."""
        dying = self._dying = self._loop.create_future()
        if told.is_tapped:
            page = await self._open_tab(None, death)
            work = record_by_taps(page, self._address, self._database, told)
        else:
            page = await self._still_page()
            await page.evaluate("(death) => watch.plan(death)", death and vars(death))
            work = self._record_by_modules(page, told, 0 if death else _MOST_WAITING)
        task = asyncio.create_task(work)
        await asyncio.wait({task, dying}, timeout=_LIFE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if is_dying := dying.done():
            await self._die(dying.result(), death)
            with suppress(Error):
                await task
        elif task.done():
            task.result()
        else:
            task.cancel()
            raise AssertionError(f"{self.name}: {told.mark} was not recorded within {_LIFE_SECONDS} s")
        if told.is_tapped:
            await self._close_tab()
        return is_dying

    async def _record_by_modules(self, page: Page, told: Recorded, most_waiting: int) -> None:
        await page.evaluate(recorder_page.RECORD, await asyncio.to_thread(_asked, told, self._chance))
        self._deeds.clock_moves += 1
        await page.evaluate(recorder_page.SEND, most_waiting)

    async def _die(self, told: dict[str, Any], death: Death | None) -> None:
        assert death, f"{self.name}: a page wanted to die unasked"
        self._deeds.tabs_killed += 1
        self._deeds.browsers_killed += death.takes_browser
        self._deeds.killed_in_write += told["openWrites"] > 0
        self._deeds.killed_in_request += told["requests"] > 0
        self._deeds.killed_in_the_middle += told["openWrites"] > 0 or told["requests"] > 0
        self._deeds.deaths[told["kind"]] += 1
        await asyncio.to_thread(_kill, self._folder, takes_browser=death.takes_browser)
        await self._close_tab()
        if death.takes_browser:
            await self.end()
            await self._launch()
        if "kept" in told:
            page = await self._still_page()
            lost = await page.evaluate(recorder_page.FIND_LOST, [self._database, told["kept"]])
            assert not lost, f"{self.name} has lost what its database had answered for: {lost}"

    async def _launch(self) -> None:
        self._context = await self._playwright.chromium.launch_persistent_context(
            str(self._folder),
            executable_path=str(CHROMIUM),
            args=_QUIET,
            viewport=_SCREEN,
            has_touch=True,
            is_mobile=True,
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        await self._context.add_cookies([{"name": COOKIE, "value": self._person[1], "url": self._address}])

    async def _still_page(self) -> Page:
        """Return a tab in which the recorder's modules are started, and nothing else."""
        if not self._page:
            self._page = await self._open_tab(f"{self._address}{_STILL_PAGE}")
        return self._page

    async def _open_tab(self, address: str | None, death: Death | None = None) -> Page:
        """Open a tab whose clock is off by hours; with an address, also start the modules there."""
        assert self._context
        hours = self._chance.choice(_HOURS)
        self._deeds.clock_moves += hours != self._hours
        self._hours = hours
        given = {
            "aheadMs": hours * 3_600_000,
            "dying": f"{DYING}{self.name}",
            "death": death and vars(death),
        }
        until = monotonic() + _OPEN_SECONDS
        while True:
            # The browser may give a new tab the process that was killed with the old one.
            page = await self._context.new_page()
            try:
                await page.add_init_script(f"({recorder_page.WATCH})({json.dumps(given)})")
                await page.goto(address or f"{self._address}{_STILL_PAGE}")
                if address:
                    await page.evaluate(recorder_page.BRING_IN, str(self._person[0]))
            except Error:
                if monotonic() > until:
                    raise
                with suppress(Error):
                    await page.close()
                await asyncio.sleep(0.1)
            else:
                return page

    async def _close_tab(self) -> None:
        assert self._context
        self._page = None
        for page in self._context.pages:
            if page.url != "about:blank":
                with suppress(Error):
                    await page.close()

    async def _held(self, page: Page, told: dict[str, Any]) -> HeldVisit:
        photos = []
        for photo in told["photos"]:
            content = await page.evaluate(recorder_page.TELL_BYTES, [self._database, photo["id"]])
            photos.append(
                HeldPhoto(
                    photo["id"],
                    photo["code"],
                    photo["takenAt"],
                    photo["sha256"],
                    photo["received"] and photo["state"] == "ready",
                    b64decode(content),
                )
            )
        is_answered = told["isAnswered"] and told["state"] == "sent"
        return HeldVisit(told["id"], told["story"], is_answered, tuple(photos))

    def _note_dying(self, told: dict[str, Any]) -> None:
        if self._dying and not self._dying.done():
            self._dying.set_result(told)


def _asked(told: Recorded, chance: Random) -> dict[str, Any]:
    """Return a visit as `RECORD` takes it."""
    codes = told.codes
    moved = chance.choice(codes)
    return {
        "mark": told.mark,
        "channelId": told.channel_id,
        "editionId": told.edition_id,
        "firstImpression": told.first_impression,
        "lastImpression": told.last_impression,
        "wouldReturn": told.would_return,
        "answers": [
            {
                "code": code,
                "said": {
                    "value": told.answers.get(code),
                    "notApplicable": code in told.answers and told.answers[code] is None,
                    "note": told.notes.get(code, ""),
                },
                "moveMs": chance.choice([-4, -1, 1, 7]) * 3_600_000 if code == moved else 0,
                "syncs": chance.random() < 0.2,
            }
            for code in codes
        ],
        "photos": [
            {
                "code": photo.code,
                "takenAt": said_instant(photo),
                "content": b64encode(photo.content()).decode(),
            }
            for photo in told.photos
        ],
    }


def _kill(folder: Path, *, takes_browser: bool) -> None:
    """Kill the processes of a browser's tabs; its own too, where the phone's battery is empty."""
    parents, commands = {}, {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                commands[int(process.name)] = (process / "cmdline").read_bytes().decode(errors="replace")
    own = {
        pid
        for pid, command in commands.items()
        if f"--user-data-dir={folder}" in command and "--type=" not in command
    }
    [*found] = own
    while found:
        found = [pid for pid, parent in parents.items() if parent in found]
        own.update(found)
    for pid in own:
        if takes_browser or "--type=renderer" in commands[pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """Say what it was that took too long."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise AssertionError(f"{what} took more than {seconds} s") from late
