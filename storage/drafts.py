"""Drafts: editions in the making. Nobody overwrites what they have not seen, and publishing checks again."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from standards.changes import Change, changes_between
from standards.drafting import Draft, DraftStandard, Overruling, free_code, in_visiting_order
from standards.editions import DEFAULT_MINIMUM_COVERAGE, Edition
from standards.errors import (
    DraftMoved,
    DraftNotFound,
    DuplicateCode,
    EditionJustPublished,
    NameTaken,
    NothingNew,
)
from standards.publishing import checked, problems_of
from storage.editions import (
    columns_of,
    editions_of_set,
    get_edition,
    hold_set,
    next_number,
    same_standards,
    to_standard,
)
from storage.events import note_event
from storage.names import clean_name, clean_text
from storage.tables import EditionRow, StandardRow, StandardSetRow, TrialRow


def open_draft(session: Session, set_name: str, *, about: str = "") -> Draft:
    """
    Return the draft of a set: the one there is, or a new one that starts from its newest edition.

    A set that is new is made, and its draft is empty. A set has one draft at a time: two managers who
    open it work on the same.

    Raises:
        NameMissing: nothing was stored.
    """
    named = hold_set(session, clean_name(set_name, "standard set"), about=clean_text(about))
    assert named.id is not None
    there = select(EditionRow).where(EditionRow.set_id == named.id, col(EditionRow.published_at).is_(None))
    row = session.exec(there.order_by(col(EditionRow.number).desc())).first()
    if not row:
        row = _new_row(session, named)
    assert row.id is not None
    return get_draft(session, row.id)


def start_draft(
    session: Session,
    set_name: str,
    standards: Sequence[DraftStandard],
    *,
    about: str = "",
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE,
) -> Draft:
    """
    Make a new set with a draft of these standards, as when a library set or a file is adapted.

    Raises:
        NameTaken: a set has this name; `open_draft` and `replace_standards` change that one.
        All that `replace_standards` raises: nothing was stored.
    """
    name = clean_name(set_name, "standard set")
    if session.exec(select(StandardSetRow.id).where(StandardSetRow.name == name)).first():
        raise NameTaken(thing="standard set", name=name)
    draft = replace_standards(session, open_draft(session, name, about=about), standards)
    return set_minimum_coverage(session, draft, minimum_coverage)


def get_draft(session: Session, draft_id: int) -> Draft:
    """
    Return a draft with its standards in visiting order.

    Raises:
        DraftNotFound: it was published or thrown away.
    """
    row = session.get(EditionRow, draft_id, populate_existing=True)
    if not row or row.published_at:
        raise DraftNotFound()
    return _to_draft(session, row)


def list_drafts(session: Session) -> list[Draft]:
    """Return all drafts, by the names of their sets."""
    rows = session.exec(select(EditionRow).where(col(EditionRow.published_at).is_(None))).all()
    return sorted(
        (_to_draft(session, row) for row in rows), key=lambda draft: (draft.is_example, draft.set_name)
    )


def draft_standards_of(session: Session, edition_id: int) -> tuple[DraftStandard, ...]:
    """Return any edition's standards with their overrulings and pictures, in visiting order."""
    return tuple(_to_draft_standard(row) for row in _rows_of(session, edition_id))


def base_of(session: Session, draft: Draft) -> Edition | None:
    """Return the set's newest published edition, which the draft would follow; None for the first."""
    return next(iter(editions_of_set(session, draft.set_id)), None)


def changes_of(session: Session, draft: Draft) -> tuple[Change, ...]:
    """Return what publishing the draft would change, and what that means for comparisons over time."""
    base = base_of(session, draft)
    return changes_between(base.standards if base else (), draft.plain)


def add_standards(session: Session, draft: Draft, new: Iterable[DraftStandard]) -> Draft:
    """
    Add standards, each after the others of its touchpoint.

    Args:
        draft: as the person acting has read it.
    Raises:
        DraftNotFound, DraftMoved, DuplicateCode and all that `checked` raises: nothing was stored.
    """
    return replace_standards(session, draft, (*draft.standards, *new))


def change_standard(session: Session, draft: Draft, code: str, changed: DraftStandard) -> Draft:
    """
    Store one standard as it now is; its code may be another.

    Args:
        draft: as the person acting has read it.
        code: the one the standard has in `draft`.
    Raises:
        DraftNotFound, DraftMoved, DuplicateCode and all that `checked` raises: nothing was stored.
    """
    whole = tuple(changed if one.code == code else one for one in draft.standards)
    return replace_standards(session, draft, whole, renamed={checked(changed).code: code})


def remove_standard(session: Session, draft: Draft, code: str) -> Draft:
    """
    Take one standard out of the draft; editions published before keep it.

    Raises:
        DraftNotFound, DraftMoved: nothing was changed.
    """
    return replace_standards(session, draft, [one for one in draft.standards if one.code != code])


def order_standards(session: Session, draft: Draft, codes: Sequence[str]) -> Draft:
    """
    Put the standards in this order, each touchpoint's together; codes not named stand last.

    Raises:
        DraftNotFound, DraftMoved: nothing was changed.
    """
    place = {code: at for at, code in enumerate(codes)}
    ordered = sorted(draft.standards, key=lambda one: place.get(one.code, len(place)))
    return replace_standards(session, draft, ordered)


def replace_standards(
    session: Session,
    draft: Draft,
    standards: Sequence[DraftStandard],
    *,
    renamed: dict[str, str] | None = None,
) -> Draft:
    """
    Store the whole list of a draft's standards; the same list changes nothing.

    Args:
        draft: as the person acting has read it.
        renamed: a new code with the one it had, so that trials of a standard stay with it.
    Raises:
        DraftNotFound, DraftMoved, DuplicateCode and all that `checked` raises: nothing was stored.
    """
    edition = _held(session, draft)
    whole = tuple(
        dataclasses.replace(one, standard=dataclasses.replace(one.standard, position=at))
        for at, one in enumerate(in_visiting_order([checked(one) for one in standards]))
    )
    codes = [one.code for one in whole]
    for code in codes:
        if codes.count(code) > 1:
            raise DuplicateCode(standard=code, count=codes.count(code), free=free_code("", codes))
    before = _to_draft(session, edition)
    if whole == before.standards:
        return before
    _write(session, draft.id, whole, renamed or {})
    changes = changes_between(before.plain, tuple(one.standard for one in whole))
    return _touched(session, edition, "changed", _plain(changes))


def set_minimum_coverage(session: Session, draft: Draft, share: float) -> Draft:
    """
    Set the share of weight (0–1) that a visit must have answered to be compared.

    Raises:
        DraftNotFound, DraftMoved: nothing was changed.
    """
    edition = _held(session, draft)
    if edition.minimum_coverage == share:
        return draft
    edition.minimum_coverage = share
    return _touched(session, edition, "changed", {"minimum_coverage": share})


def discard_draft(session: Session, draft: Draft) -> None:
    """
    Throw a draft away, and its set where nothing else is left of it.

    Raises:
        DraftNotFound, DraftMoved: nothing was changed.
    """
    edition = _held(session, draft)
    after = {"set": draft.set_name, "standards": len(draft.standards)}
    note_event(session, "thrown away", "draft", draft.id, before=after)
    session.delete(edition)
    session.flush()
    others = select(EditionRow.id).where(EditionRow.set_id == draft.set_id)
    if session.exec(others).first() is None:
        session.delete(session.get_one(StandardSetRow, draft.set_id))
        session.flush()


def publish_draft(session: Session, draft: Draft, *, at: datetime | None = None) -> Edition:
    """
    Make a draft the set's next edition, which never changes again; its trials close.

    Everything is checked once more on what is stored.

    Args:
        draft: as the person publishing has read it.
    Raises:
        DraftNotFound, DraftMoved, EditionJustPublished, NothingNew, and the first of `problems_of`:
        nothing was published.
    """
    # Held before the draft, as an import holds it that publishes an edition of the same set.
    hold_set(session, draft.set_name)
    published = editions_of_set(session, draft.set_id)
    if published and published[0].number >= draft.number:
        _refuse_late(draft, published)
    edition = _held(session, draft)
    stored = _to_draft(session, edition)
    if problems := problems_of(stored.standards):
        raise problems[0].problem
    base = published[0] if published else None
    if base and not base.retired_at and _is_the_same(session, stored, base):
        raise NothingNew(number=base.number)
    now = at or datetime.now(UTC)
    edition.published_at = now
    edition.revision += 1
    for trial in session.exec(select(TrialRow).where(TrialRow.edition_id == draft.id)).all():
        trial.closed_at = trial.closed_at or now
    session.flush()
    changes = changes_between(base.standards if base else (), stored.plain)
    after = {
        "set": draft.set_name,
        "number": edition.number,
        "standards": len(stored.standards),
        "changes": _plain(changes),
    }
    note_event(session, "published", "edition", draft.id, after=after)
    return get_edition(session, draft.id)


def put_on_top(session: Session, draft: Draft) -> Draft:
    """
    Let a draft follow an edition that somebody else has published meanwhile; what it asks stays.

    Raises:
        DraftNotFound, DraftMoved: nothing was changed.
    """
    hold_set(session, draft.set_name)
    edition = _held(session, draft)
    edition.number = next_number(session, draft.set_id)
    return _touched(session, edition, "put on top", {"number": edition.number})


def _new_row(session: Session, named: StandardSetRow) -> EditionRow:
    assert named.id is not None
    base = next(iter(editions_of_set(session, named.id)), None)
    row = EditionRow(
        set_id=named.id,
        number=next_number(session, named.id),
        minimum_coverage=base.minimum_coverage if base else DEFAULT_MINIMUM_COVERAGE,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    if base:
        _write(session, row.id, draft_standards_of(session, base.id), {})
    after = {"set": named.name, "number": row.number, "from": base.number if base else None}
    note_event(session, "opened", "draft", row.id, after=after)
    return row


def _refuse_late(draft: Draft, published: Sequence[Edition]) -> None:
    """Say which edition came first, and what it changed against the one the draft was made from."""
    newest = published[0]
    made_from = next((edition for edition in published if edition.number < draft.number), None)
    raise EditionJustPublished(
        changes_between(made_from.standards if made_from else (), newest.standards),
        number=newest.number,
        name=draft.set_name,
    )


def _held(session: Session, draft: Draft) -> EditionRow:
    """Return the row of a draft that is as its reader has read it, locked until the transaction ends."""
    session.flush()
    row = session.get(EditionRow, draft.id, with_for_update=True, populate_existing=True)
    if not row or row.published_at:
        raise DraftNotFound()
    if row.revision != draft.revision:
        raise DraftMoved(changes_between(draft.plain, _to_draft(session, row).plain))
    return row


def _touched(session: Session, edition: EditionRow, action: str, after: dict[str, Any]) -> Draft:
    edition.revision += 1
    session.flush()
    note_event(session, action, "draft", edition.id, after=after)
    return _to_draft(session, edition)


def _plain(changes: Sequence[Change]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for change in changes:
        said.setdefault(change.code, {})[str(change.kind)] = [change.before, change.after]
    return said


def _is_the_same(session: Session, draft: Draft, base: Edition) -> bool:
    beside = [(one.overruled, one.picture) for one in draft.standards]
    return (
        draft.minimum_coverage == base.minimum_coverage
        and same_standards(draft.plain, base.standards)
        and beside == [(one.overruled, one.picture) for one in draft_standards_of(session, base.id)]
    )


def _rows_of(session: Session, edition_id: int) -> Sequence[StandardRow]:
    wanted = (
        select(StandardRow)
        .where(StandardRow.edition_id == edition_id)
        .order_by(col(StandardRow.position))
        .execution_options(populate_existing=True)
    )
    return session.exec(wanted).all()


def _write(
    session: Session, edition_id: int, standards: Sequence[DraftStandard], renamed: dict[str, str]
) -> None:
    rows = {row.code: row for row in _rows_of(session, edition_id)}
    kept = {one.code: rows.get(renamed.get(one.code, one.code)) for one in standards}
    for row in rows.values():
        if not any(row is one for one in kept.values()):
            session.delete(row)
    # A code may go from one standard to another in the same change; gone rows go first.
    session.flush()
    for at, one in enumerate(standards):
        columns = columns_of(one.standard) | {
            "position": at,
            "overrulings": [{"word": said.word, "reason": said.reason} for said in one.overruled],
            "picture": one.picture,
        }
        if there := kept[one.code]:
            for name, value in columns.items():
                setattr(there, name, value)
        else:
            session.add(StandardRow(edition_id=edition_id, **columns))
    session.flush()


def _to_draft_standard(row: StandardRow) -> DraftStandard:
    overruled = tuple(Overruling(said["word"], said["reason"]) for said in row.overrulings)
    return DraftStandard(to_standard(row), overruled, row.picture)


def _to_draft(session: Session, row: EditionRow) -> Draft:
    named = session.get_one(StandardSetRow, row.set_id)
    assert row.id is not None
    return Draft(
        id=row.id,
        set_id=row.set_id,
        set_name=named.name,
        number=row.number,
        revision=row.revision,
        standards=draft_standards_of(session, row.id),
        minimum_coverage=row.minimum_coverage,
        about=named.about,
        is_example=named.is_example,
    )
