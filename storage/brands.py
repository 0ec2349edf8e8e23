"""Brands: our own and the competitors'."""

from sqlmodel import Session, col, select

from standards.errors import NameTaken, OwnBrandExists
from standards.visits import Brand
from storage.events import note_event
from storage.names import clean_name
from storage.tables import BrandRow

# Told apart by people with any colour vision (Okabe and Ito, "Color Universal Design", 2008).
# The first is kept for the own brand, so that it is the same everywhere.
OWN_COLOUR = "#0072B2"
COMPETITOR_COLOURS = ("#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#8C6D1F", "#7F7F7F")


def to_brand(row: BrandRow) -> Brand:
    """Return a row as the rules see it."""
    assert row.id is not None
    return Brand(row.id, row.name, row.is_own, row.colour, row.is_example)


def list_brands(session: Session) -> list[Brand]:
    """Return all brands, our own first, then by name."""
    rows = session.exec(select(BrandRow).order_by(col(BrandRow.is_own).desc(), BrandRow.name)).all()
    return [to_brand(row) for row in rows]


def find_brand(session: Session, name: str) -> Brand | None:
    """Return the brand of this name, whatever the case of its letters, or None."""
    alike = [brand for brand in list_brands(session) if brand.name.casefold() == name.casefold()]
    return next((brand for brand in alike if brand.name == name), alike[0] if alike else None)


def own_brand(session: Session, *, is_example: bool = False) -> Brand | None:
    """Return our own brand (or the example's own), or None while it has no name."""
    wanted = select(BrandRow).where(col(BrandRow.is_own), BrandRow.is_example == is_example)
    row = session.exec(wanted).first()
    return to_brand(row) if row else None


def add_brand(session: Session, name: str, *, is_own: bool = False, is_example: bool = False) -> Brand:
    """
    Store a brand; its colour for charts is chosen so that neighbours differ.

    Raises:
        NameMissing, NameTaken, OwnBrandExists: nothing was stored.
    """
    cleaned = clean_name(name, "brand")
    if find_brand(session, cleaned):
        raise NameTaken(thing="brand", name=cleaned)
    if is_own and (own := own_brand(session, is_example=is_example)):
        raise OwnBrandExists(name=own.name, other=cleaned)
    competitors = len([brand for brand in list_brands(session) if not brand.is_own])
    colour = OWN_COLOUR if is_own else COMPETITOR_COLOURS[competitors % len(COMPETITOR_COLOURS)]
    row = BrandRow(name=cleaned, is_own=is_own, colour=colour, is_example=is_example)
    session.add(row)
    session.flush()
    note_event(session, "added", "brand", row.id, after={"name": cleaned, "is_own": is_own})
    return to_brand(row)


def rename_brand(session: Session, brand_id: int, name: str) -> Brand:
    """
    Give a brand another name; its channels and visits stay with it.

    Raises:
        NameMissing, NameTaken: nothing was changed.
    """
    cleaned = clean_name(name, "brand")
    row = session.get_one(BrandRow, brand_id)
    if cleaned == row.name:
        return to_brand(row)
    taken = find_brand(session, cleaned)
    if taken and taken.id != brand_id:
        raise NameTaken(thing="brand", name=taken.name)
    note_event(session, "renamed", "brand", brand_id, before={"name": row.name}, after={"name": cleaned})
    row.name = cleaned
    session.flush()
    return to_brand(row)
