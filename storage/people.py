"""People: who visits. A shopper is never named in what a brand reads."""

from sqlmodel import Session, select

from storage.names import clean_name
from storage.tables import PersonRow


def find_or_add_person(session: Session, name: str, *, is_example: bool = False) -> int:
    """
    Return the id of the person of this name, storing them first where they are new.

    Raises:
        NameMissing: nothing was stored.
    """
    cleaned = clean_name(name, "person")
    row = session.exec(select(PersonRow).where(PersonRow.name == cleaned)).first()
    if not row:
        row = PersonRow(name=cleaned, is_example=is_example)
        session.add(row)
        session.flush()
    assert row.id is not None
    return row.id


def list_people(session: Session) -> dict[int, str]:
    """Return names by id, in order of the names."""
    rows = session.exec(select(PersonRow).order_by(PersonRow.name)).all()
    return {row.id: row.name for row in rows if row.id is not None}
