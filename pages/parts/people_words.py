"""People in words: what a role may do, and what a viewer was given to read."""

from collections.abc import Mapping

from pages.parts.words import plain
from standards.people import Person, Role

ROLE_WORDS = {
    Role.SHOPPER: "records visits and sees their own",
    Role.VIEWER: "reads comparisons and visits of the areas and channels given to them",
    Role.MANAGER: "looks after standards, channels and visits, and compares",
    Role.OWNER: "does all of it, and looks after people and the log",
}


def say_scope(person: Person, channels: Mapping[int, str]) -> str:
    """
    Say in Markdown what a viewer reads; empty for other roles.

    Args:
        channels: names by id.
    """
    if person.role is not Role.VIEWER:
        return ""
    given = [
        *sorted(person.areas),
        *(channels.get(found, "a channel") for found in sorted(person.channel_ids)),
    ]
    return ", ".join(plain(name) for name in given) or "nothing yet"
