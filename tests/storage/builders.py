"""Builders that fill in what does not matter to a test of storage."""

from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from standards.editions import Edition, Kind, Scope, Standard
from standards.measuring import YES, Comparator, Measure, Target
from standards.values import read_answer
from standards.visits import Channel
from storage.brands import add_brand, find_brand
from storage.channels import add_channel
from storage.editions import publish_edition
from storage.sessions import in_session
from storage.tables import EventRow
from storage.visits import record_answer, start_visit

STANDARDS = (
    Standard("greet", "Welcome", "Somebody greets within a minute", target=YES, weight=5),
    Standard(
        "wait",
        "Till",
        "The bill comes in time",
        Measure.DURATION,
        Target(Comparator.AT_MOST, 180, "s"),
        weight=3,
    ),
    Standard("rude", "Till", "Nobody is rude", weight=2, no_no=True),
    Standard(
        "reply",
        "After",
        "The reply comes in time",
        Measure.DURATION,
        Target(Comparator.AT_MOST, 2, "days"),
        kinds=frozenset({Kind.EMAIL, Kind.SHOP}),
    ),
    Standard("badge", "Welcome", "The badge can be read", scope=Scope.OURS_ONLY, weight=4),
    Standard("ring", "Call", "At most three rings", kinds=frozenset({Kind.PHONE})),
)


def edition_of(session: Session, *standards: Standard, name: str = "Shop visit") -> Edition:
    """Return a published edition of these standards, or of the usual six."""
    return publish_edition(session, name, standards or STANDARDS)


def channel_of(session: Session, *, brand: str = "Rival", is_own: bool = False, **others) -> Channel:
    """Return a new channel, of a competitor unless told."""
    found = find_brand(session, brand) or add_brand(session, brand, is_own=is_own)
    facts = {"kind": Kind.SHOP, "name": f"Shop {uuid4().hex[:6]}"} | others
    return add_channel(session, found.id, facts.pop("kind"), facts.pop("name"), **facts)


def draft_of(**facts) -> tuple[UUID, dict[str, Standard]]:
    """Store a draft; return its id and its edition's standards by code."""
    visit_id = uuid4()
    started_at = facts.pop("started_at", None)
    with in_session() as session:
        edition = edition_of(session)
        start_visit(session, visit_id, channel_of(session, **facts).id, edition.id, started_at=started_at)
    return visit_id, edition.by_code()


def answer(visit_id: UUID, standard: Standard, cell: str, **others) -> None:
    """Record what a person would write into a cell, in a transaction of its own."""
    with in_session() as session:
        record_answer(session, visit_id, standard, read_answer(standard, cell), **others)


def verdicts_noted(event: EventRow) -> tuple[object, object]:
    """Return the verdict before and after an event."""
    return (event.before or {}).get("verdict"), (event.after or {}).get("verdict")


def events_about(thing: str, thing_id: object = None) -> list[EventRow]:
    """Return what was noted about a thing, oldest first."""
    wanted = select(EventRow).where(EventRow.thing == thing).order_by(col(EventRow.id))
    if thing_id is not None:
        wanted = wanted.where(EventRow.thing_id == str(thing_id))
    with in_session(read_only=True) as session:
        return list(session.exec(wanted).all())
