"""A large made programme, the same for the same seed, written straight into the tables."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from standards.editions import Edition, Kind, Standard
from standards.measuring import Comparator, Measure, Target
from storage.brands import add_brand
from storage.channels import add_channel
from storage.editions import publish_edition
from storage.people import find_or_add_person
from storage.sessions import engine, in_session
from storage.tables import VisitRow

SET_NAME = "Measured"
BRANDS, STANDARDS, MONTHS = 40, 25, 36
CHANNELS_A_BRAND, AREAS, SHOPPERS, TIMED = 25, 20, 200, 5
KINDS = (Kind.SHOP, Kind.PHONE, Kind.WEBSITE)
FIRST_DAY, DAYS = date(2023, 1, 1), MONTHS * 30
AT_MOST_SECONDS = 180
_AT_ONCE = 2_000
_VISIT_COLUMNS = (
    "id", "channel_id", "edition_id", "shopper_id", "state", "started_at", "left_at", "submitted_at",
    "received_at", "visited_on", "points", "points_possible", "coverage", "no_nos_missed",
    "first_impression", "last_impression", "story",
)  # fmt: skip
_OBSERVATION_COLUMNS = ("visit_id", "standard_id", "value", "verdict", "note", "answered_at", "longer_than")
_VERDICTS = np.array(["missed", "met", "not applicable"])


@dataclass(frozen=True)
class Setting:
    """What the visits point at."""

    editions: tuple[Edition, Edition]
    channel_ids: tuple[int, ...]
    shopper_ids: tuple[int, ...]


def build(observations: int, seed: int) -> Setting:
    """Store so many observations of visits that are not tallied yet, in a database that holds no visit."""
    setting, rng = _store_setting(), np.random.default_rng(seed)
    visits = observations // STANDARDS
    # In order, so that the keys of the largest table are written one after the other.
    ids = sorted(rng.bytes(16) for _ in range(visits))
    with _unchecked() as write:
        for start in range(0, visits, _AT_ONCE):
            made = [UUID(bytes=one).hex for one in ids[start : start + _AT_ONCE]]
            heads, answers = _visits(made, setting, rng)
            write("visit", _VISIT_COLUMNS, heads)
            write("observation", _OBSERVATION_COLUMNS, answers)
    return setting


def _store_setting() -> Setting:
    with in_session() as session:
        held = session.execute(sa.select(sa.func.count()).select_from(VisitRow)).scalar_one()
        assert not held, "the database holds visits: name an empty one"
        brands = [add_brand(session, f"Brand {n:02}", is_own=n == 0).id for n in range(BRANDS)]
        channels = [
            add_channel(
                session,
                brand_id,
                KINDS[n % len(KINDS)],
                f"Channel {n:02}",
                area=f"Area {n % AREAS:02}",
            ).id
            for brand_id in brands
            for n in range(CHANNELS_A_BRAND)
        ]
        first = [_standard(n) for n in range(STANDARDS)]
        second = [replace(standard, weight=standard.weight + n % 2) for n, standard in enumerate(first)]
        editions = [publish_edition(session, SET_NAME, standards) for standards in (first, second)]
        shoppers = [find_or_add_person(session, f"Shopper {n:03}") for n in range(SHOPPERS)]
    return Setting((editions[0], editions[1]), tuple(channels), tuple(shoppers))


def _standard(n: int) -> Standard:
    made = Standard(f"S{n:02}", f"Touchpoint {n // 5}", f"Statement {n}", weight=1 + n % 3)
    if n < TIMED:
        target = Target(Comparator.AT_MOST, AT_MOST_SECONDS, "seconds")
        return replace(made, measure=Measure.DURATION, target=target)
    return replace(made, no_no=n >= STANDARDS - 3)


def _visits(
    ids: Sequence[str], setting: Setting, rng: np.random.Generator
) -> tuple[Iterable[tuple[Any, ...]], Iterable[tuple[Any, ...]]]:
    """
    Make some visits: brands differ, shoppers differ, and all grow better by the month.

    One visit in five is written up five hours later; three answers in a hundred are not applicable.
    """
    count = len(ids)
    channel_at = rng.integers(0, len(setting.channel_ids), count)
    shopper_at = rng.integers(0, SHOPPERS, count)
    day = rng.integers(0, DAYS, count)
    newer = day >= DAYS // 2
    good = 0.6 + 0.008 * (channel_at // CHANNELS_A_BRAND) - 0.001 * shopper_at + 0.0001 * day
    met = rng.random((count, STANDARDS)) < good[:, None]
    seconds = np.where(met, rng.integers(5, 180, met.shape), rng.integers(181, 900, met.shape))
    timed = np.arange(STANDARDS) < TIMED
    given_up = timed & ~met & (rng.random(met.shape) < 0.3)
    # A no-no is hardly ever missed.
    met |= (np.arange(STANDARDS) >= STANDARDS - 3) & (rng.random(met.shape) < 0.95)
    verdict = np.where(rng.random(met.shape) < 0.03, 2, met)
    value = np.where(timed, seconds, met).astype(object)
    value[verdict == 2] = None
    left = [datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(int(d), hours=12) for d in day]
    late = rng.random(count) < 0.2
    answered = [
        _instant(at + timedelta(hours=5 * int(is_late))) for at, is_late in zip(left, late, strict=True)
    ]

    weights = np.array([[s.weight for s in edition.standards] for edition in setting.editions])[
        newer.astype(int)
    ]
    standard_ids = np.array([[s.id for s in edition.standards] for edition in setting.editions])
    heads = zip(
        ids,
        np.array(setting.channel_ids)[channel_at].tolist(),
        np.array([edition.id for edition in setting.editions])[newer.astype(int)].tolist(),
        np.array(setting.shopper_ids)[shopper_at].tolist(),
        ["submitted"] * count,
        *([_instant(at) for at in left],) * 4,
        [str(at.date()) for at in left],
        (weights * (verdict == 1)).sum(axis=1).tolist(),
        (weights * (verdict != 2)).sum(axis=1).tolist(),
        [1.0] * count,
        (verdict[:, -3:] == 0).sum(axis=1).tolist(),
        *([""] * count,) * 3,
        strict=True,
    )
    each = len(timed)
    answers = zip(
        [one for one in ids for _ in range(each)],
        standard_ids[newer.astype(int)].ravel().tolist(),
        value.ravel().tolist(),
        _VERDICTS[verdict].ravel().tolist(),
        [""] * (count * each),
        [at for at in answered for _ in range(each)],
        (given_up & (verdict == 0)).astype(int).ravel().tolist(),
        strict=True,
    )
    return heads, answers


def _instant(at: datetime) -> str:
    return at.isoformat(" ", "microseconds")


@contextmanager
def _unchecked() -> Iterator[Any]:
    """
    Open a way to write many rows at once, each as both databases read it, without checks or triggers.

    What is written is made to be right; `python -m storage check` finds nothing in it.
    """
    with engine().connect() as connection:
        on_postgresql = connection.dialect.name == "postgresql"
        raw: Any = connection.connection.driver_connection
        cursor = raw.cursor()
        switches = (
            ("SET session_replication_role = replica", "SET timezone = 'UTC'", "SET synchronous_commit = off")
            if on_postgresql
            else ("PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -200000", "PRAGMA synchronous = OFF")
        )
        connection.rollback()
        for switch in switches:
            cursor.execute(switch)
        if not on_postgresql:
            cursor.execute("BEGIN IMMEDIATE")

        def write(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
            named = ", ".join(columns)
            if not on_postgresql:
                places = ", ".join("?" * len(columns))
                cursor.executemany(f"INSERT INTO {table} ({named}) VALUES ({places})", rows)  # noqa: S608
                return
            with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write("\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n")

        yield write
        raw.commit()
        connection.invalidate()
