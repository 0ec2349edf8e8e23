"""Builders: store brands, channels, editions and visits through storage, filling in what does not matter."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session

from standards.editions import DEFAULT_MINIMUM_COVERAGE, Edition, Kind, Standard
from standards.measuring import Verdict
from standards.values import Answer, answer_of
from standards.visits import Brand, Channel, Visit
from storage.brands import add_brand, find_brand
from storage.channels import add_channel, list_channels
from storage.editions import publish_edition
from storage.visits import (
    get_visit,
    record_answer,
    record_impressions,
    record_note,
    start_visit,
    submit_visit,
)

A_DAY = date(2026, 3, 10)


def a_brand(session: Session, name: str = "Ours", *, is_own: bool = False, is_example: bool = False) -> Brand:
    """Return the brand of this name, stored where it is new."""
    return find_brand(session, name) or add_brand(session, name, is_own=is_own, is_example=is_example)


def a_channel(
    session: Session, brand: Brand, name: str = "High Street 1", *, kind: Kind = Kind.SHOP, area: str = ""
) -> Channel:
    """Return the brand's channel of this name, stored where it is new."""
    known = {channel.name: channel for channel in list_channels(session, brand_id=brand.id)}
    return known.get(name) or add_channel(session, brand.id, kind, name, area=area)


def a_standard(code: str = "A", **facts: Any) -> Standard:
    """Return a yes/no standard of weight 1 unless told otherwise."""
    return Standard(**{"code": code, "touchpoint": "Till", "statement": f"Statement {code}", **facts})


def an_edition(
    session: Session,
    standards: Sequence[Standard] | None = None,
    *,
    name: str = "Shop visit",
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE,
    is_example: bool = False,
) -> Edition:
    """Publish an edition; of two standards, A and B, unless told otherwise."""
    return publish_edition(
        session,
        name,
        standards or [a_standard("A"), a_standard("B")],
        minimum_coverage=minimum_coverage,
        is_example=is_example,
    )


def a_visit(
    session: Session,
    channel: Channel,
    edition: Edition,
    answers: Mapping[str, Verdict | float] | None = None,
    *,
    on: date = A_DAY,
    shopper: str | None = None,
    notes: Mapping[str, str] | None = None,
    submitted: bool = True,
    visit_id: UUID | None = None,
    **impressions: Any,
) -> Visit:
    """
    Store a visit at noon (UTC) of a day.

    Args:
        answers: by code, a verdict or a value in the standard's measure; none meets every standard.
        submitted: False leaves it a draft.
        impressions: story, first_impression, last_impression, would_return.
    """
    visit_id = visit_id or uuid4()
    at = datetime.combine(on, time(12), UTC)
    start_visit(session, visit_id, channel.id, edition.id, shopper=shopper, started_at=at)
    asked = {s.code: s for s in edition.sheet(channel.kind, is_own=channel.brand.is_own)}
    given = dict.fromkeys(asked, Verdict.MET) if answers is None else answers
    for code, what in given.items():
        answer = Answer(what) if isinstance(what, Verdict) else answer_of(asked[code], what)
        record_answer(session, visit_id, asked[code], answer, at=at)
    for code, note in (notes or {}).items():
        record_note(session, visit_id, asked[code], note)
    if impressions:
        record_impressions(session, visit_id, **impressions)
    if submitted:
        submit_visit(session, visit_id, at=at)
    return get_visit(session, visit_id)
