"""Standards, and the editions they are published in: what a shopper is asked to observe."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from standards.measuring import YES, Measure, Target

DEFAULT_MINIMUM_COVERAGE = 0.6

# Used where a rating brings no words of its own; a library set always brings its own.
DEFAULT_STEPS = (
    "did not happen at all",
    "happened in a small part",
    "happened in about half",
    "happened in nearly all",
    "happened in full",
)


class Kind(StrEnum):
    """What a channel is."""

    SHOP = "shop"
    PHONE = "phone"
    WEBSITE = "website"
    EMAIL = "e-mail"
    CHAT = "chat"
    DELIVERY = "delivery"
    DEPARTMENT = "department"


class Scope(StrEnum):
    """Whom a standard is about: every brand, or only our own."""

    COMMON = "common"
    OURS_ONLY = "ours only"


class Evidence(StrEnum):
    """When a standard wants a photo or a note behind its verdict."""

    NEVER = "never"
    IF_MISSED = "if missed"
    ALWAYS = "always"


@dataclass(frozen=True)
class Standard:
    """
    One statement a shopper can observe, with its measure and target.

    `weight` is in points. `kinds` are the channel kinds it applies to; none means all.
    `steps` are a rating's five steps in words, lowest first; empty for every other measure.
    """

    code: str
    touchpoint: str
    statement: str
    measure: Measure = Measure.YES_NO
    target: Target = YES
    weight: float = 1
    no_no: bool = False
    scope: Scope = Scope.COMMON
    kinds: frozenset[Kind] = frozenset()
    evidence: Evidence = Evidence.NEVER
    job_aid: str = ""
    script: str = ""
    steps: tuple[str, ...] = ()
    position: int = 0
    id: int | None = field(default=None, compare=False)

    def applies_to(self, kind: Kind, *, is_own: bool) -> bool:
        """Say whether a visit to a channel of this kind, own or a competitor's, is asked this standard."""
        return (not self.kinds or kind in self.kinds) and (is_own or self.scope is Scope.COMMON)


@dataclass(frozen=True)
class Edition:
    """
    One published, never-changing version of a standard set; its standards in visiting order.

    A retired one is read and its visits stay scored; no new visit starts with it.
    """

    id: int
    set_id: int
    set_name: str
    number: int
    standards: tuple[Standard, ...]
    published_at: datetime | None = None
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE
    is_example: bool = False
    retired_at: datetime | None = None

    def by_code(self) -> dict[str, Standard]:
        """Return the edition's standards by code, in visiting order."""
        return {standard.code: standard for standard in self.standards}

    def sheet(self, kind: Kind, *, is_own: bool) -> tuple[Standard, ...]:
        """Return what a visit to such a channel is asked, in visiting order."""
        return tuple(s for s in self.standards if s.applies_to(kind, is_own=is_own))


def touchpoints_of(standards: Iterable[Standard]) -> dict[str, list[Standard]]:
    """Group standards by touchpoint, in the order a customer meets them."""
    grouped: dict[str, list[Standard]] = {}
    for standard in standards:
        grouped.setdefault(standard.touchpoint, []).append(standard)
    return grouped
