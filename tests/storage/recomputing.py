"""The same columns recomputed in full: from every observation by SQL, one visit after the other."""

from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from standards.comparing import (
    NO_VERDICT,
    UNKNOWN_SHOPPER,
    VERDICT_MET,
    VERDICT_MISSED,
    ComparedStandard,
    VisitColumns,
    Waits,
)
from standards.editions import Scope
from standards.freshness import is_fresh
from standards.measuring import DAY_UNITS, Measure, Verdict
from standards.values import DAY
from storage.comparing import Compared
from storage.editions import editions_of_set
from storage.tables import ChannelRow, EditionRow, ObservationRow, StandardRow, VisitRow
from storage.visibility import compared_visits
from storage.visit_rows import to_observation

CODES = {Verdict.MET: VERDICT_MET, Verdict.MISSED: VERDICT_MISSED}


def chosen(selection, seen_by):
    """Return the selection, and who reads it, as conditions on visit, channel and edition."""
    conditions = [
        col(VisitRow.state).in_(["submitted", "approved"]),
        col(EditionRow.set_id) == selection.set_id,
        *compared_visits(seen_by),
    ]
    for column, values in (
        (col(ChannelRow.brand_id), selection.brand_ids),
        (col(ChannelRow.kind), selection.kinds),
        (col(ChannelRow.area), selection.areas),
        (col(ChannelRow.id), selection.channel_ids),
        (col(EditionRow.number), selection.editions),
    ):
        if values:
            conditions.append(column.in_(values))
    if selection.since:
        conditions.append(col(VisitRow.visited_on) >= selection.since)
    if selection.until:
        conditions.append(col(VisitRow.visited_on) <= selection.until)
    return conditions


def is_complete():
    return col(VisitRow.coverage) >= col(EditionRow.minimum_coverage) - 1e-12


def recomputed_count(session, selection, *, seen_by=None):
    wanted = (
        select(is_complete())
        .select_from(VisitRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .where(*chosen(selection, seen_by))
    )
    complete = [bool(one) for one in session.execute(wanted).scalars()]
    return Compared(sum(complete), len(complete) - sum(complete))


def recomputed_columns(session, selection, *, seen_by=None):
    editions = editions_of_set(session, selection.set_id)
    standards: list[ComparedStandard] = []
    for edition in editions:
        for one in edition.standards:
            known = {(c.code, c.measure) for c in standards}
            if one.scope is Scope.COMMON and (one.code, one.measure) not in known:
                standards.append(ComparedStandard(one.code, one.measure, one))
    at = {(one.code, one.measure): place for place, one in enumerate(standards)}
    asked = {standard.id: standard for edition in editions for standard in edition.standards}
    wanted = (
        select(VisitRow, ChannelRow, col(EditionRow.number), ObservationRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .join(ObservationRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .where(*chosen(selection, seen_by), is_complete(), col(StandardRow.scope) == Scope.COMMON)
        .order_by(col(VisitRow.visited_on), col(VisitRow.id), col(StandardRow.position))
    )
    heads, rows, timed = [], [], []
    for _, group in groupby(session.execute(wanted).all(), key=lambda row: row[0].id):
        answers = list(group)
        visit, channel, number, _ = answers[0]
        verdicts = np.full(len(standards), NO_VERDICT, np.int8)
        waits = {}
        points = possible = 0.0
        failed = False
        for *_, row in answers:
            standard = asked[row.standard_id]
            place = at[standard.code, standard.measure]
            given = to_observation(row, standard.code)
            zone = ZoneInfo(channel.timezone)
            if selection.fresh_only and not is_fresh(given, standard, left_at=visit.left_at, zone=zone):
                continue
            if standard.measure is Measure.DURATION and given.value is not None:
                length = DAY if standard.target.unit in DAY_UNITS else 1
                waits[place] = given.value * length, given.longer_than
            if given.verdict not in CODES:
                continue
            verdicts[place] = CODES[given.verdict]
            possible += standard.weight
            points += standard.weight * (given.verdict is Verdict.MET)
            failed |= standard.no_no and given.verdict is Verdict.MISSED
        if possible > 0:
            heads.append((visit, channel, number, points, possible, failed))
            rows.append(verdicts)
            timed.append(waits)
    nothing = float("nan"), False
    return VisitColumns(
        visit_ids=np.array([head[0].id.bytes for head in heads], "S16"),
        brand_ids=np.array([head[1].brand_id for head in heads], np.int32),
        channel_ids=np.array([head[1].id for head in heads], np.int32),
        shopper_ids=np.array([head[0].shopper_id or UNKNOWN_SHOPPER for head in heads], np.int32),
        edition_numbers=np.array([head[2] for head in heads], np.int32),
        visited_on=np.array([head[0].visited_on for head in heads], "datetime64[D]"),
        points=np.array([head[3] for head in heads], np.float64),
        possible=np.array([head[4] for head in heads], np.float64),
        failed=np.array([head[5] for head in heads], np.bool_),
        verdicts=np.array(rows, np.int8).reshape(len(rows), len(standards)),
        standards=tuple(standards),
        waits={
            place: Waits(
                np.array([waits.get(place, nothing)[0] for waits in timed], np.float64),
                np.array([waits.get(place, nothing)[1] for waits in timed], np.bool_),
            )
            for place, one in enumerate(standards)
            if one.measure is Measure.DURATION
        },
    )


def assert_same(found, expected):
    """Compare two results to the last bit, points to what adding in another order may cost."""
    assert [(s.code, s.measure, s.standard) for s in found.standards] == [
        (s.code, s.measure, s.standard) for s in expected.standards
    ]
    for name in (
        "visit_ids", "brand_ids", "channel_ids", "shopper_ids", "edition_numbers", "visited_on", "failed",
        "verdicts",
    ):  # fmt: skip
        mine, theirs = getattr(found, name), getattr(expected, name)
        assert mine.dtype == theirs.dtype, name
        np.testing.assert_array_equal(mine, theirs, err_msg=name)
    for name in ("points", "possible"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12, err_msg=name)
    assert found.waits.keys() == expected.waits.keys()
    for at, wait in found.waits.items():
        np.testing.assert_array_equal(wait.seconds, expected.waits[at].seconds)
        np.testing.assert_array_equal(wait.is_open, expected.waits[at].is_open)
