"""Links to scorecards: whoever has one reads that scorecard and nothing else, until it ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from secrets import token_urlsafe

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from standards.errors import ScorecardLinkDead, ScorecardNotFound
from standards.people import Action, Person, may
from standards.scorecards import Scorecard
from storage.door_sessions import hash_token
from storage.events import note_event
from storage.forms.look import Look, Paper
from storage.people import find_person
from storage.tables import NAME_LIMIT, PersonRow, ScorecardLinkRow

DEFAULT_DAYS = 30
MOST_DAYS = 365
_TOKEN_BYTES = 32
# One opening an hour is written down: a link's preview and its reader are one, and nobody fills the log.
_OPENED_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class ScorecardLink:
    """A link that still opens. `token_hash` names it and opens nothing; `shared_by` is a name."""

    token_hash: str
    name: str
    shared_by: str | None
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None


@dataclass(frozen=True)
class SharedScorecard:
    """What a link shows: the scorecard as it was when it was shared, and how it looked then."""

    card: Scorecard
    look: Look
    expires_at: datetime


def share_scorecard(
    session: Session,
    card: Scorecard,
    *,
    by: Person,
    days: int = DEFAULT_DAYS,
    look: Look | None = None,
    at: datetime | None = None,
) -> str:
    """
    Store a scorecard as it is now under a new link; return its token, which is shown once.

    Its figures and its look stay: a visit sent or voided later, or another logo, changes nothing that was
    handed out.

    Args:
        card: as the person who shares it read it.
        look: how they saw it.
        by: who shares it.
        days: how long the link opens; 1 to 365.
    Raises:
        ScorecardNotFound: they may not share scorecards; nothing was stored.
    """
    if not may(by, Action.SHARE):
        raise ScorecardNotFound()
    now = at or datetime.now(UTC)
    forget_ended(session, at=now)
    token, shown = token_urlsafe(_TOKEN_BYTES), look or Look()
    row = ScorecardLinkRow(
        token_hash=hash_token(token),
        name=f"{card.subject.name[:NAME_LIMIT]}, {card.span.name}",
        card=_cards().dump_python(card, mode="json"),
        paper=shown.paper,
        logo=shown.logo,
        colour=shown.colour,
        created_by=by.id,
        created_at=now,
        expires_at=now + timedelta(days=min(max(days, 1), MOST_DAYS)),
    )
    session.add(row)
    session.flush()
    after = {"name": row.name, "until": row.expires_at.date().isoformat()}
    note_event(session, "shared", "scorecard", row.token_hash, after=after)
    return token


def open_link(session: Session, token: str, *, at: datetime | None = None) -> SharedScorecard:
    """
    Return what a link shows.

    It ends with its time, when it is ended, and when who shared it may share no more.

    Raises:
        ScorecardLinkDead: it shows nothing, or never did; nobody can tell which.
    """
    now = at or datetime.now(UTC)
    row = session.get(ScorecardLinkRow, hash_token(token), populate_existing=True)
    if not row or row.revoked_at or row.expires_at <= now or row.card is None:
        raise ScorecardLinkDead()
    if row.created_by is not None:
        sharer = find_person(session, row.created_by)
        if not sharer or not may(sharer, Action.SHARE):
            raise ScorecardLinkDead()
    try:
        card = _cards().validate_python(row.card)
    except ValidationError as other_shape:
        # Shared by another version of the program, whose scorecards had another shape.
        raise ScorecardLinkDead() from other_shape
    return SharedScorecard(card, Look(Paper(row.paper), row.logo, row.colour), row.expires_at)


def note_opened(session: Session, token: str, *, at: datetime | None = None) -> None:
    """Write down that a link was opened, once an hour at most."""
    now = at or datetime.now(UTC)
    row = session.get(ScorecardLinkRow, hash_token(token), with_for_update=True)
    if not row or (row.opened_at and now - row.opened_at < _OPENED_EVERY):
        return
    row.opened_at = now
    note_event(session, "opened", "scorecard", row.token_hash, after={"name": row.name})


def is_due(session: Session, token: str, *, at: datetime | None = None) -> bool:
    """Say whether an opening is to be written down; it only reads."""
    row = session.get(ScorecardLinkRow, hash_token(token))
    now = at or datetime.now(UTC)
    return row is not None and (row.opened_at is None or now - row.opened_at >= _OPENED_EVERY)


def revoke_link(session: Session, token_hash: str, *, by: Person, at: datetime | None = None) -> None:
    """
    End a link and forget what it showed; one that has ended already changes nothing.

    Raises:
        ScorecardNotFound: they may not; nothing was changed.
    """
    if not may(by, Action.SHARE):
        raise ScorecardNotFound()
    row = session.get(ScorecardLinkRow, token_hash, with_for_update=True)
    if not row or row.revoked_at:
        return
    row.revoked_at = at or datetime.now(UTC)
    row.card = row.logo = None
    note_event(session, "revoked", "scorecard", token_hash, before={"name": row.name})


def list_links(session: Session, *, at: datetime | None = None) -> list[ScorecardLink]:
    """Return the links that still open, the newest first."""
    wanted = (
        select(ScorecardLinkRow, PersonRow.name)
        .outerjoin(PersonRow, col(PersonRow.id) == col(ScorecardLinkRow.created_by))
        .where(
            col(ScorecardLinkRow.revoked_at).is_(None),
            col(ScorecardLinkRow.expires_at) > (at or datetime.now(UTC)),
            or_(col(ScorecardLinkRow.created_by).is_(None), col(PersonRow.removed_at).is_(None)),
        )
        .order_by(col(ScorecardLinkRow.created_at).desc(), col(ScorecardLinkRow.token_hash))
    )
    return [
        ScorecardLink(row.token_hash, row.name, name, row.created_at, row.expires_at, row.opened_at)
        for row, name in session.exec(wanted).all()
    ]


def forget_ended(session: Session, *, at: datetime | None = None) -> None:
    """Forget what links showed whose time is over."""
    session.execute(
        update(ScorecardLinkRow)
        .where(
            col(ScorecardLinkRow.expires_at) <= (at or datetime.now(UTC)),
            col(ScorecardLinkRow.card).is_not(None),
        )
        .values(card=None, logo=None)
    )


@cache
def _cards() -> TypeAdapter[Scorecard]:
    return TypeAdapter(Scorecard)
