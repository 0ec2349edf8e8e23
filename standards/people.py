"""People: their roles, what each role may do, and which channels and visits a person may see."""

from dataclasses import dataclass
from enum import StrEnum

from standards.visits import COUNTED_STATES, Channel, State


class Role(StrEnum):
    """What a person is here for. Each step up to manager and owner holds all a shopper may do."""

    SHOPPER = "shopper"
    VIEWER = "viewer"
    MANAGER = "manager"
    OWNER = "owner"


class Purpose(StrEnum):
    """What a link that is used once is for: the first owner, a new person, or a new password."""

    SET_UP = "set-up"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - no secret: the purpose's name


class Action(StrEnum):
    """What a role may be allowed to do; which visits it is about is `sees_visit`'s matter."""

    RECORD = "record visits"
    READ_VISITS = "read visits"
    COMPARE = "compare brands"
    REVIEW = "review visits"
    MANAGE = "manage standards and channels"
    MOVE_FILES = "import and export files"
    SHARE = "share scorecards by link"
    PEOPLE = "look after people"
    SETTINGS = "change settings"
    READ_LOG = "read the log"


_SHOPPER = frozenset({Action.RECORD, Action.READ_VISITS})
_VIEWER = frozenset({Action.READ_VISITS, Action.COMPARE})
_MANAGER = _SHOPPER | _VIEWER | {Action.REVIEW, Action.MANAGE, Action.MOVE_FILES, Action.SHARE}
_OWNER = _MANAGER | {Action.PEOPLE, Action.SETTINGS, Action.READ_LOG}

ALLOWED: dict[Role, frozenset[Action]] = {
    Role.SHOPPER: _SHOPPER,
    Role.VIEWER: _VIEWER,
    Role.MANAGER: _MANAGER,
    Role.OWNER: _OWNER,
}

# Who reads every visit and every channel, and who recorded each.
_SEES_ALL = frozenset({Role.MANAGER, Role.OWNER})


@dataclass(frozen=True)
class Person:
    """
    One person. `areas` and `channel_ids` are what a viewer was given to read; other roles need none.

    Without `email` there is nothing to sign in with: such a person was named by an imported visit.
    """

    id: int
    name: str
    email: str | None = None
    role: Role = Role.SHOPPER
    areas: frozenset[str] = frozenset()
    channel_ids: frozenset[int] = frozenset()


def may(person: Person, action: Action) -> bool:
    """Say whether a person's role allows an action at all."""
    return action in ALLOWED[person.role]


def sees_channel(person: Person, channel: Channel) -> bool:
    """
    Say whether a person reads what is compared about a channel.

    A viewer given nothing sees nothing. A shopper compares nothing.
    """
    if person.role is Role.VIEWER:
        return channel.id in person.channel_ids or (channel.area != "" and channel.area in person.areas)
    return person.role in _SEES_ALL


def sees_visit(person: Person, *, channel: Channel, shopper_id: int | None, state: State) -> bool:
    """
    Say whether a person may read one visit, its observations and its photos.

    A shopper reads own visits in any state; a viewer those that count, in the channels given to them.
    """
    if person.role in _SEES_ALL:
        return True
    if person.role is Role.SHOPPER:
        return shopper_id is not None and shopper_id == person.id
    return state in COUNTED_STATES and sees_channel(person, channel)


def changes_visit(person: Person, *, shopper_id: int | None) -> bool:
    """Say whether a person may answer in a visit: its shopper, or who looks after all visits."""
    if person.role in _SEES_ALL:
        return True
    return may(person, Action.RECORD) and shopper_id is not None and shopper_id == person.id


def sees_shoppers(person: Person) -> bool:
    """Say whether a person reads who recorded a visit; in comparisons and scorecards nobody does."""
    return person.role in _SEES_ALL
