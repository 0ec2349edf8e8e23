"""A phone without a screen: what it records outlives its death, and it sends until it is answered."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from random import Random
from time import sleep
from typing import Any
from uuid import UUID

from benchmarks.held_visits import HeldPhoto, HeldVisit
from benchmarks.recorded_visits import Recorded, TakenPhoto
from server.requests import COOKIE

_ANSWER_SECONDS = 20
_LONGEST_PAUSE_SECONDS = 2.0


class TabKilledError(Exception):
    """The phone died here; only what it had kept is left."""


@dataclass
class Kept:
    """What outlives a phone's death, as its database does: text for each visit, bytes for each photo."""

    visits: dict[str, str] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    # What it has let go of.
    sent: dict[str, bytes] = field(default_factory=dict)

    def held(self) -> list[HeldVisit]:
        """Return what it had of each visit at the end."""
        return [_held(json.loads(kept), self) for kept in self.visits.values()]


@dataclass
class _Local:
    """One visit on the phone; `attempt` is what was sent and is not answered yet."""

    document: dict[str, Any]
    is_finished: bool = False
    revision: int = 0
    answered: dict[str, Any] | None = None
    attempt: dict[str, Any] | None = None
    received: list[str] = field(default_factory=list)


class MadePhone:
    """
    Records a visit in steps and sends what it has in between.

    Args:
        beat: called wherever a phone may die; it raises `TabKilledError` to have it die there.
    """

    def __init__(self, port: int, token: str, kept: Kept, chance: Random, beat: Callable[[], None]) -> None:
        self.conflicts: list[str] = []
        self._port, self._token, self._kept, self._chance, self._beat = port, token, kept, chance, beat
        # A phone's clock is off by hours, and is set in the middle of a visit.
        self._ahead = timedelta(hours=chance.choice([0, 0, -5, 3, 26]))

    def record(self, told: Recorded) -> None:
        """Record and send one visit; begun again after a death, go on where the phone stood."""
        visit_id = str(UUID(int=Random(told.mark).getrandbits(128), version=4))  # noqa: S311 - repeatable
        if visit_id not in self._kept.visits:
            self._keep(visit_id, _Local(self._begun(visit_id, told)))
        for step in self._steps(told):
            local = self._read(visit_id)
            step(local.document)
            self._keep(visit_id, local)
            if self._chance.random() < 0.3:
                self._send_once(visit_id)
        local = self._read(visit_id)
        local.is_finished = True
        self._keep(visit_id, local)
        pause = 0.02
        while not self._send_once(visit_id):
            self._beat()
            sleep(pause * self._chance.random())
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _now(self) -> str:
        return (datetime.now(UTC) + self._ahead).isoformat()

    def _begun(self, visit_id: str, told: Recorded) -> dict[str, Any]:
        return {
            "schema": 1,
            "id": visit_id,
            "channel_id": told.channel_id,
            "edition_id": told.edition_id,
            "app_version": "never lost",
            "started_at": self._now(),
            "story": told.mark,
            "observations": [],
            "photos": [],
        }

    def _steps(self, told: Recorded) -> list[Callable[[dict[str, Any]], None]]:
        """Return what is done one after another; each done again after a death changes nothing."""

        def impress(document: dict[str, Any]) -> None:
            document |= {
                "first_impression": told.first_impression,
                "last_impression": told.last_impression,
                "would_return": told.would_return,
            }

        def answer(code: str) -> Callable[[dict[str, Any]], None]:
            def step(document: dict[str, Any]) -> None:
                said: dict[str, Any] = {"code": code, "note": told.notes.get(code, "")}
                if code in told.answers:
                    value = told.answers[code]
                    said |= {"value": value, "not_applicable": value is None, "answered_at": self._now()}
                if code not in {o["code"] for o in document["observations"]}:
                    document["observations"].append(said)

            return step

        def photograph(number: int, photo: TakenPhoto) -> Callable[[dict[str, Any]], None]:
            def step(document: dict[str, Any]) -> None:
                content = photo.content()
                digest = sha256(content).hexdigest()
                photo_id = str(UUID(int=Random(f"{told.mark} {number}").getrandbits(128), version=4))  # noqa: S311
                self._kept.photos.setdefault(photo_id, content)
                self._beat()
                if photo_id not in {named["id"] for named in document["photos"]}:
                    taken_at = photo.taken_at.isoformat()
                    document["photos"].append(
                        {"id": photo_id, "code": photo.code, "sha256": digest, "taken_at": taken_at}
                    )

            return step

        return [
            impress,
            *(answer(code) for code in sorted({*told.answers, *told.notes})),
            *(photograph(number, photo) for number, photo in enumerate(told.photos)),
        ]

    def _read(self, visit_id: str) -> _Local:
        return _Local(**json.loads(self._kept.visits[visit_id]))

    def _keep(self, visit_id: str, local: _Local) -> None:
        self._beat()
        self._kept.visits[visit_id] = json.dumps(asdict(local))
        self._beat()

    def _send_once(self, visit_id: str) -> bool:
        """Send what waits of a visit; return whether the server has all of it for good."""
        try:
            while self._send_next(visit_id):
                pass
        except (OSError, HTTPException, json.JSONDecodeError, KeyError):
            # Cut off, or answered by half: it is sent again.
            return False
        answered = self._read(visit_id).answered
        return bool(answered and answered["state"] == "submitted")

    def _send_next(self, visit_id: str) -> bool:
        """Send one thing; return whether there may be more to send."""
        local = self._read(visit_id)
        missing = [p for p in local.document["photos"] if p["id"] not in local.received]
        if local.attempt or self._is_changed(local) or (local.is_finished and not missing):
            if local.answered and local.answered["state"] == "submitted" and not local.attempt:
                return False
            return self._send_visit(
                visit_id, local, "draft" if missing or not local.is_finished else "submitted"
            )
        if missing:
            self._send_photo(visit_id, missing[0])
        return bool(missing)

    def _is_changed(self, local: _Local) -> bool:
        answered = {name: value for name, value in (local.answered or {}).items() if name != "state"}
        return answered != local.document

    def _send_visit(self, visit_id: str, local: _Local, state: str) -> bool:
        # What was sent and not answered goes first, as it was: the server may have it already.
        local.attempt = local.attempt or {**local.document, "state": state}
        self._keep(visit_id, local)
        device = {"sent_at": self._now(), "time_zone": "Europe/Berlin", "clock_offset_ms": None}
        sending = {**local.attempt, "base_revision": local.revision, "device": device}
        status, told = self._put(f"visits/{visit_id}", json.dumps(sending).encode(), "application/json")
        if status == 422 and told["code"] == "SYNC-2":
            local.received = [photo_id for photo_id in local.received if photo_id not in told["photos"]]
            local.attempt = None
        elif status in (200, 201) and told["id"] == visit_id:
            local.answered, local.attempt, local.revision = local.attempt, None, told["revision"]
            local.received = [photo["id"] for photo in told["photos"] if photo["received"]]
            if state == "submitted" and told["state"] == "submitted":
                for photo in local.document["photos"]:
                    if photo["id"] in self._kept.photos:
                        self._kept.sent[photo["id"]] = self._kept.photos.pop(photo["id"])
        elif status in (429, 503):
            raise ConnectionAbortedError
        else:
            # Nobody else has touched this visit: whatever else is answered is a visit lost to its shopper.
            self.conflicts.append(f"{visit_id}: {status} {told.get('detail')}")
            raise AssertionError(self.conflicts[-1])
        self._keep(visit_id, local)
        return True

    def _send_photo(self, visit_id: str, photo: dict[str, Any]) -> None:
        address = f"photos/{photo['id']}?visit={visit_id}"
        status, told = self._put(address, self._kept.photos[photo["id"]], "image/jpeg")
        if status != 200 or told["sha256"] != photo["sha256"] or not told["received"]:
            raise ConnectionAbortedError
        local = self._read(visit_id)
        local.received.append(photo["id"])
        self._keep(visit_id, local)

    def _put(self, address: str, content: bytes, kind: str) -> tuple[int, dict[str, Any]]:
        self._beat()
        line = HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_SECONDS)
        try:
            headers = {"X-Second-Visit": "1", "Content-Type": kind, "Cookie": f"{COOKIE}={self._token}"}
            line.request("PUT", f"/api/v1/{address}", content, headers)
            answer = line.getresponse()
            told = json.loads(answer.read())
        finally:
            line.close()
        self._beat()
        return answer.status, told


def _held(local: dict[str, Any], kept: Kept) -> HeldVisit:
    document, answered = local["document"], local["answered"] or {}
    photos = tuple(
        HeldPhoto(
            photo["id"],
            photo["code"],
            photo["taken_at"],
            photo["sha256"],
            photo["id"] in kept.sent,
            kept.sent.get(photo["id"], b""),
        )
        for photo in document["photos"]
    )
    is_answered = answered.get("state") == "submitted" and not local["attempt"]
    return HeldVisit(document["id"], document["story"], is_answered, photos)
