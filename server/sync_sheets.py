"""What a phone is sent to record with, field by field."""

from typing import Any

from pydantic import BaseModel, Field

from server.api_shapes import SentStandard
from server.sync_shapes import ToldVisit, told_visit
from standards.document_versions import SCHEMA
from standards.editions import Edition, Kind, Standard
from standards.measuring import Measure
from standards.people import Person
from standards.values import steps_of
from standards.visits import Channel
from storage.sync_sheets import Sheets


class ToldPerson(BaseModel):
    """Who is signed in."""

    id: int
    name: str


class ToldBrand(BaseModel):
    """Whose channel it is."""

    id: int
    name: str
    is_own: bool
    colour: str
    is_example: bool


class ToldChannel(BaseModel):
    """One place or line to visit."""

    id: int
    name: str
    kind: Kind
    area: str
    time_zone: str
    brand: ToldBrand


class ToldEdition(BaseModel):
    """One edition of a set; its standards in visiting order."""

    id: int
    set: str
    number: int
    minimum_coverage: float
    is_example: bool
    standards: list[SentStandard]


class ToldSheets(BaseModel):
    """What a phone needs to record without signal."""

    schema_: int = Field(alias="schema")
    person: ToldPerson
    channels: list[ToldChannel]
    editions: list[ToldEdition]
    visits: list[ToldVisit]


def told_sheets(person: Person, sheets: Sheets) -> dict[str, Any]:
    """Return what a phone records with as JSON has it; see `ToldSheets`."""
    return {
        "schema": SCHEMA,
        "person": {"id": person.id, "name": person.name},
        "channels": [_channel(channel) for channel in sheets.channels],
        "editions": [_edition(edition) for edition in sheets.editions],
        "visits": [told_visit(visit) for visit in sheets.visits],
    }


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "area": channel.area,
        "time_zone": channel.timezone,
        "brand": vars(channel.brand),
    }


def _edition(edition: Edition) -> dict[str, Any]:
    return {
        "id": edition.id,
        "set": edition.set_name,
        "number": edition.number,
        "minimum_coverage": edition.minimum_coverage,
        "is_example": edition.is_example,
        "standards": [_standard(standard) for standard in edition.standards],
    }


def _standard(standard: Standard) -> dict[str, Any]:
    same = {name: getattr(standard, name) for name in SentStandard.model_fields if hasattr(standard, name)}
    return {
        **same,
        "comparator": standard.target.comparator,
        "target": standard.target.value,
        "unit": standard.target.unit,
        "kinds": sorted(standard.kinds),
        "steps": list(steps_of(standard)) if standard.measure is Measure.RATING else [],
    }
