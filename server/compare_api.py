"""Reading comparisons by machine: every figure and sentence as JSON, and single observations as a stream."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from io import StringIO
from itertools import chain
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from server.compare_shapes import (
    SentAdjusted,
    SentAnswer,
    SentBrandRows,
    SentComparison,
    SentFunnel,
    SentObservedRow,
    SentOverTime,
    SentStandardRows,
    SentWaits,
    SentWalk,
)
from server.requests import person_of
from standards.comparing import (
    Comparison,
    Names,
    Period,
    adjust_brands,
    compare_brands,
    compare_channels,
    compare_over_time,
    compare_standards,
    compare_waits,
    compare_walks,
    short_answer,
)
from standards.editions import Kind
from standards.people import Action, Person, may
from standards.spreadsheets import guard
from standards.visits import Brand, Channel
from storage.comparing import Selection, brands_in_set, channels_in_set, count_compared, sets_in_use
from storage.editions import StandardSet, editions_of_set
from storage.observation_rows import ObservedRow, observed_rows
from storage.sessions import in_session
from storage.tallies import compared_columns
from storage.time_notes import list_time_notes

_CSV, _JSON_LINES = "text/csv", "application/jsonl"
_COLUMNS = tuple(SentObservedRow.model_fields)
_EXAMPLE = (
    "0190a5d2-7e34-7000-8000-000000000001,,Rival,no,High Street 1,shop,North,2026-03-10,Shop visit,2,wait,"
    "Till,The bill comes in time,duration,seconds,3.0,no,common,95.0,no,met,yes,yes,"
)

_Thing = TypeVar("_Thing")

routes = APIRouter()
Reader = Annotated[Person, Depends(person_of)]
_Name = Annotated[str, Field(max_length=200)]
_Names = Annotated[list[_Name], Field(max_length=50)]
_Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 1, 1))]


class WantedVisits(BaseModel):
    """Which visits are asked for, as in the address of the Compare page; what is left out stays open."""

    model_config = ConfigDict(extra="forbid")

    set: _Name = Field(default="", description="A standard set's name; else the one the page opens first.")
    competitor: _Names = Field(
        default=[], description="Names of brands; our own is always among those shown."
    )
    kind: list[Kind] = Field(default=[], max_length=50)
    area: _Names = Field(default=[])
    channel: _Names = Field(
        default=[], description="`Brand · Name`, as on the page.", examples=[["Rival · Web"]]
    )
    edition: list[Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(
        default=[], max_length=50, description="Numbers of editions."
    )
    since: _Day | None = Field(default=None, description="The first day of visits.")
    until: _Day | None = Field(default=None, description="The last day of visits.")
    fresh: bool = Field(
        default=False,
        description="Only answers given in the visit, within an hour after leaving, or by a clock.",
    )


class WantedComparison(WantedVisits):
    """What is compared, and what some sections are about."""

    adjusted: bool = Field(default=True, description="Also as if the same shoppers had visited all brands.")
    against: _Name = Field(default="", description="The competitor set beside our own; else the best.")
    period: Period = Field(default=Period.MONTH, description="What `over_time` goes by.")
    standard: _Name = Field(
        default="", description="A code: `over_time` and `channels` are about it; else the score."
    )
    whose: _Name = Field(default="", description="The brand whose channels are shown; else our own.")


class WantedObservations(WantedVisits):
    """Which observations are asked for, and how they are written."""

    format: Literal["csv", "jsonl"] | None = Field(
        default=None, description="Else as `Accept` says, and CSV where it says neither."
    )


@dataclass(frozen=True)
class _View:
    """What was asked for by name, found among what the reader may compare."""

    set: StandardSet
    brands: tuple[Brand, ...]
    channels: Mapping[int, Channel]
    selection: Selection


@routes.get("/comparison")
def show_comparison(by: Reader, wanted: Annotated[WantedComparison, Query()]) -> SentComparison:
    """
    Compare our own brand with competitors: all figures and sentences of the Compare page.

    Only complete visits, only standards common to all brands, only channels that the person may compare.
    """
    with in_session(read_only=True) as session:
        view = _find_view(session, wanted, by)
        columns = compared_columns(session, view.selection, seen_by=by)
        compared = count_compared(session, view.selection, seen_by=by)
        editions = editions_of_set(session, view.set.id)
        notes = list_time_notes(session, view.set.id, [brand.id for brand in view.brands])
    codes = {one.code: at for at, one in reversed(list(enumerate(columns.standards)))}
    column = _one_of("standard", wanted.standard, codes)
    named = {brand.name: brand for brand in view.brands}
    against = _one_of("against", wanted.against, named)
    whose = _one_of("whose", wanted.whose, named)
    names = Names(view.brands, view.channels, editions, notes)
    comparison = Comparison(columns, names, against.id if against else None)
    brands = SentBrandRows.model_validate(compare_brands(comparison))
    if wanted.adjusted:
        adjusted = adjust_brands(comparison)
        for row in brands.rows:
            if row.brand.id in adjusted:
                row.adjusted = SentAdjusted.model_validate(adjusted[row.brand.id])
    return SentComparison(
        set=view.set.name,
        visits=len(columns),
        incomplete=compared.incomplete,
        answer=SentAnswer.model_validate(short_answer(comparison, adjusted=wanted.adjusted)),
        brands=brands,
        standards=SentStandardRows.model_validate(compare_standards(comparison)),
        over_time=SentOverTime.of(compare_over_time(comparison, wanted.period, column)),
        walk=SentWalk.model_validate(compare_walks(comparison)),
        waits=[SentWaits.of(row) for row in compare_waits(comparison)],
        channels=[SentFunnel.of(funnel) for funnel in compare_channels(comparison, whose, column)],
    )


@routes.get(
    "/observations",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A line each, the oldest day first.",
            "content": {
                _CSV: {"schema": {"type": "string"}, "example": f"{','.join(_COLUMNS)}\n{_EXAMPLE}\n"},
                _JSON_LINES: {
                    "schema": {"type": "string"},
                    "example": '{"code": "wait", "value": 95.0, …}\n',
                },
            },
        }
    },
    description="List single observations of counted visits that the person may read, as a stream, for "
    "spreadsheets and BI tools: every answer of a visit, incomplete visits too. The columns of a line of CSV "
    f"are the names in a line of JSON: {', '.join(f'`{name}`' for name in _COLUMNS)}. A text that a "
    "spreadsheet program would run as a formula begins with an apostrophe in CSV.",
)
def stream_observations(
    request: Request, by: Reader, wanted: Annotated[WantedObservations, Query()]
) -> StreamingResponse:
    """Send observations some visits at a time, whatever their number."""
    with in_session(read_only=True) as session:
        selection = _find_view(session, wanted, by).selection
    accepted = request.headers.get("accept", "")
    as_lines = wanted.format == "jsonl" or (
        wanted.format is None and any(name in accepted for name in (_JSON_LINES, "application/x-ndjson"))
    )
    ending = "jsonl" if as_lines else "csv"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="observations.{ending}"',
        "Vary": "Accept",
    }
    found = observed_rows(selection, seen_by=by)
    sent = map(_json_lines, found) if as_lines else chain([_csv_text([_COLUMNS])], map(_csv_lines, found))
    return StreamingResponse(sent, headers=headers, media_type=_JSON_LINES if as_lines else _CSV)


def _find_view(session: Session, wanted: WantedVisits, by: Person) -> _View:
    """
    Find what was asked for by name among what a person may compare.

    Raises:
        HTTPException: there is nothing for them to compare.
        RequestValidationError: something is not there under this name.
    """
    used = (
        {use.set.name: use.set for use in sets_in_use(session, seen_by=by)} if may(by, Action.COMPARE) else {}
    )
    if not used:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    chosen = _one_of("set", wanted.set, used) or next(iter(used.values()))
    brands = brands_in_set(session, chosen.id, seen_by=by)
    channels = channels_in_set(session, chosen.id, seen_by=by)
    rivals = {brand.name: brand for brand in brands if not brand.is_own}
    asked = [_one_of("competitor", name, rivals) for name in wanted.competitor]
    shown = [brand for brand in brands if brand.is_own or not asked or brand in asked]
    by_name = {f"{one.brand.name} · {one.name}": one.id for one in channels.values()}
    channel_ids = [_one_of("channel", name, by_name) for name in wanted.channel]
    selection = Selection(
        chosen.id,
        brand_ids=tuple(brand.id for brand in shown),
        kinds=tuple(wanted.kind),
        # PostgreSQL refuses NUL. No area holds it: it must not become the name of another.
        areas=tuple(area.replace("\0", "\ufffd") for area in wanted.area),
        since=wanted.since,
        until=wanted.until,
        channel_ids=tuple(channel_id for channel_id in channel_ids if channel_id is not None),
        editions=tuple(wanted.edition),
        fresh_only=wanted.fresh,
    )
    return _View(chosen, tuple(shown), channels, selection)


def _one_of(where: str, name: str, known: Mapping[str, _Thing]) -> _Thing | None:
    """Return the thing of a name, or None for no name."""
    if name and name not in known:
        what = "There is nothing of this name among what you may compare."
        raise RequestValidationError([{"loc": ("query", where), "msg": what, "type": "unknown_name"}])
    return known[name] if name else None


def _json_lines(rows: Sequence[ObservedRow]) -> str:
    return "".join(f"{SentObservedRow.model_validate(row).model_dump_json()}\n" for row in rows)


def _csv_lines(rows: Sequence[ObservedRow]) -> str:
    return _csv_text([_cell(getattr(row, name)) for name in _COLUMNS] for row in rows)


def _csv_text(rows: Any) -> str:
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guard(value) if isinstance(value, str) else value
