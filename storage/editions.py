"""Standard sets and their editions. A published edition and its standards never change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from standards.editions import DEFAULT_MINIMUM_COVERAGE, Edition, Evidence, Kind, Scope, Standard
from standards.errors import DraftNotFound, EditionNotInUse, SetNotFound
from standards.measuring import Comparator, Measure, Target
from storage.events import note_event
from storage.names import clean_name
from storage.tables import EditionRow, StandardRow, StandardSetRow


@dataclass(frozen=True)
class StandardSet:
    """A named list of standards; its editions hold the standards."""

    id: int
    name: str
    about: str
    is_example: bool


def to_standard(row: StandardRow) -> Standard:
    """Return a row as the rules see it."""
    return Standard(
        code=row.code,
        touchpoint=row.touchpoint,
        statement=row.statement,
        measure=Measure(row.measure),
        target=Target(Comparator(row.comparator), row.target, row.unit),
        weight=row.weight,
        no_no=row.no_no,
        scope=Scope(row.scope),
        kinds=frozenset(Kind(kind) for kind in row.kinds),
        evidence=Evidence(row.evidence),
        job_aid=row.job_aid,
        script=row.script,
        steps=tuple(row.steps),
        position=row.position,
        id=row.id,
    )


def columns_of(standard: Standard) -> dict[str, Any]:
    """Return what a standard asks as its row holds it; id, edition and position are not part of it."""
    return {
        "code": standard.code,
        "touchpoint": standard.touchpoint,
        "statement": standard.statement,
        "measure": standard.measure,
        "comparator": standard.target.comparator,
        "target": standard.target.value,
        "unit": standard.target.unit,
        "weight": standard.weight,
        "no_no": standard.no_no,
        "scope": standard.scope,
        "kinds": sorted(standard.kinds),
        "evidence": standard.evidence,
        "job_aid": standard.job_aid,
        "script": standard.script,
        "steps": list(standard.steps),
    }


def editions_of(session: Session, edition_ids: Iterable[int]) -> dict[int, Edition]:
    """Return editions with their standards, by id; two queries however many they are."""
    ids = set(edition_ids)
    if not ids:
        return {}
    standards: dict[int, list[Standard]] = {edition_id: [] for edition_id in ids}
    wanted = (
        select(StandardRow).where(col(StandardRow.edition_id).in_(ids)).order_by(col(StandardRow.position))
    )
    for row in session.exec(wanted).all():
        standards[row.edition_id].append(to_standard(row))
    heads = (
        select(EditionRow, StandardSetRow)
        .join(StandardSetRow, col(EditionRow.set_id) == col(StandardSetRow.id))
        .where(col(EditionRow.id).in_(ids))
    )
    found = {}
    for edition, named in session.exec(heads).all():
        assert edition.id is not None
        assert named.id is not None
        found[edition.id] = Edition(
            id=edition.id,
            set_id=named.id,
            set_name=named.name,
            number=edition.number,
            standards=tuple(standards[edition.id]),
            published_at=edition.published_at,
            minimum_coverage=edition.minimum_coverage,
            is_example=named.is_example,
            retired_at=edition.retired_at,
        )
    return found


def readable_editions(session: Session, edition_ids: Iterable[int]) -> dict[int, Edition]:
    """Return those of some editions whose standards can be read; `storage.checking` tells of the others."""
    found: dict[int, Edition] = {}
    for edition_id in edition_ids:
        try:
            found |= editions_of(session, [edition_id])
        except ValueError:
            continue
    return found


def in_use() -> tuple[Any, ...]:
    """Return the conditions on an edition a new visit may start with: published, and not retired."""
    return col(EditionRow.published_at).is_not(None), col(EditionRow.retired_at).is_(None)


def refuse_unless_in_use(session: Session, edition_id: int) -> None:
    """
    Let no visit start with a draft or a retired edition.

    Raises:
        EditionNotInUse: nothing was changed.
    """
    row = session.get_one(EditionRow, edition_id)
    if row.published_at is None or row.retired_at is not None:
        name = session.get_one(StandardSetRow, row.set_id).name
        state = "still a draft" if row.published_at is None else "retired"
        raise EditionNotInUse(name=name, number=row.number, state=state)


def get_edition(session: Session, edition_id: int) -> Edition:
    """Return one edition with its standards; a KeyError where there is none."""
    return editions_of(session, [edition_id])[edition_id]


def list_sets(session: Session) -> list[StandardSet]:
    """Return all sets by name, the example's last."""
    rows = session.exec(
        select(StandardSetRow).order_by(col(StandardSetRow.is_example), StandardSetRow.name)
    ).all()
    return [StandardSet(row.id, row.name, row.about, row.is_example) for row in rows if row.id is not None]


def editions_of_set(session: Session, set_id: int) -> list[Edition]:
    """Return a set's published editions, retired ones too, newest first; drafts are in `storage.drafts`."""
    wanted = select(EditionRow.id).where(
        EditionRow.set_id == set_id, col(EditionRow.published_at).is_not(None)
    )
    ids = session.exec(wanted).all()
    found = editions_of(session, [edition_id for edition_id in ids if edition_id is not None])
    return sorted(found.values(), key=lambda edition: -edition.number)


def latest_edition(session: Session, set_name: str) -> Edition:
    """
    Return the newest edition of a set that is in use: published and not retired.

    Raises:
        SetNotFound: no set has this name, or none of its editions is in use.
    """
    wanted = (
        select(EditionRow.id)
        .join(StandardSetRow, col(EditionRow.set_id) == col(StandardSetRow.id))
        .where(StandardSetRow.name == set_name, *in_use())
        .order_by(col(EditionRow.number).desc())
    )
    edition_id = session.exec(wanted).first()
    if edition_id is None:
        known = ", ".join(found.name for found in list_sets(session)) or "none yet"
        raise SetNotFound(name=set_name, known=known)
    return get_edition(session, edition_id)


def editions_for(session: Session, kind: Kind, *, is_own: bool, is_example: bool = False) -> list[Edition]:
    """
    Return the newest edition in use of each set that asks anything of such a channel.

    The set with the most standards for just this kind comes first: it is what a visit starts with.
    """
    newest: dict[int, tuple[int, int]] = {}
    wanted = (
        select(EditionRow.id, EditionRow.set_id, EditionRow.number)
        .join(StandardSetRow, col(EditionRow.set_id) == col(StandardSetRow.id))
        .where(*in_use(), StandardSetRow.is_example == is_example)
    )
    for edition_id, set_id, number in session.exec(wanted).all():
        assert edition_id is not None
        newest[set_id] = max(newest.get(set_id, (0, 0)), (number, edition_id))
    found = editions_of(session, [edition_id for _, edition_id in newest.values()]).values()
    fitting = [edition for edition in found if edition.sheet(kind, is_own=is_own)]

    def for_just_this_kind(edition: Edition) -> tuple[int, str]:
        return -sum(s.kinds == {kind} for s in edition.standards), edition.set_name

    return sorted(fitting, key=for_just_this_kind)


def publish_edition(
    session: Session,
    set_name: str,
    standards: Sequence[Standard],
    *,
    about: str = "",
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE,
    is_example: bool = False,
    published_at: datetime | None = None,
) -> Edition:
    """
    Store standards as the next edition of a set, making the set where it is new.

    Publishing what the newest edition already holds changes nothing and returns that edition.
    """
    name = clean_name(set_name, "standard set")
    row = hold_set(session, name, about=about, is_example=is_example)
    assert row.id is not None
    earlier = editions_of_set(session, row.id)
    if earlier and not earlier[0].retired_at and same_standards(earlier[0].standards, standards):
        return earlier[0]
    edition = EditionRow(
        set_id=row.id,
        number=next_number(session, row.id),
        published_at=published_at or datetime.now(UTC),
        minimum_coverage=minimum_coverage,
    )
    session.add(edition)
    session.flush()
    assert edition.id is not None
    session.add_all(
        StandardRow(edition_id=edition.id, position=at, **columns_of(standard))
        for at, standard in enumerate(standards)
    )
    session.flush()
    after = {"set": name, "number": edition.number, "standards": len(standards)}
    note_event(session, "published", "edition", edition.id, after=after)
    return get_edition(session, edition.id)


def retire_edition(session: Session, edition_id: int) -> Edition:
    """
    Let no new visit start with a published edition; visits made with it stay as they are and stay scored.

    Where an older edition of its set is still in use, new visits start with that one again.
    """
    return _set_retired(session, edition_id, "retired", datetime.now(UTC))


def bring_back_edition(session: Session, edition_id: int) -> Edition:
    """Let visits start with a retired edition again."""
    return _set_retired(session, edition_id, "brought back", None)


def _set_retired(session: Session, edition_id: int, action: str, at: datetime | None) -> Edition:
    row = session.get(EditionRow, edition_id, with_for_update=True, populate_existing=True)
    if not row or not row.published_at:
        raise DraftNotFound()
    if bool(row.retired_at) != bool(at):
        row.retired_at = at
        session.flush()
        note_event(session, action, "edition", edition_id, after={"number": row.number})
    return get_edition(session, edition_id)


def hold_set(session: Session, name: str, *, about: str = "", is_example: bool = False) -> StandardSetRow:
    """Return the set of this name, made where it is new; meanwhile nobody else gives it editions."""
    wanted = select(StandardSetRow).where(StandardSetRow.name == name).with_for_update()
    row = session.exec(wanted).first()
    if row:
        return row
    try:
        with session.begin_nested():
            row = StandardSetRow(name=name, about=about, is_example=is_example)
            session.add(row)
            session.flush()
    except IntegrityError:
        # Made by somebody else at the same instant: that one is the set now.
        row = session.exec(wanted).one()
    return row


def next_number(session: Session, set_id: int) -> int:
    """Return the number after all editions of a set, its draft's too."""
    taken = session.exec(select(func.max(EditionRow.number)).where(EditionRow.set_id == set_id)).one()
    return (taken or 0) + 1


def same_standards(some: Sequence[Standard], others: Sequence[Standard]) -> bool:
    """Say whether two lists ask the same, in the same order; positions are counted, not compared."""

    def bare(standards: Sequence[Standard]) -> list[tuple[object, ...]]:
        return [
            tuple(value for name, value in sorted(vars(s).items()) if name not in ("id", "position"))
            for s in standards
        ]

    return bare(some) == bare(others)
