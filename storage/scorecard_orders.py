"""What the operator orders on the command line: scorecards of a brand and all its channels into a folder."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from standards.errors import ScorecardNotFound, ScorecardOptionUnknown
from standards.scorecards import Span, SubjectKind, read_span
from standards.visits import Brand
from storage.comparing import brands_in_set, sets_in_use
from storage.forms.look import Look, Paper
from storage.looks import chosen_look
from storage.scorecard_batch import Done, all_channels, write_scorecards
from storage.scorecard_files import Form, Order
from storage.scorecards import Asked
from storage.sessions import in_session


def read_forms(written: str) -> tuple[Form, ...]:
    """
    Read `pdf,xlsx`.

    Raises:
        ScorecardOptionUnknown: one of them is no form.
    """
    forms = tuple(dict.fromkeys(part.strip().lower() for part in written.split(",") if part.strip()))
    unknown = next((form for form in forms if form not in set(Form)), "" if forms else written)
    if unknown or not forms:
        raise ScorecardOptionUnknown(written=unknown[:40], allowed=", ".join(Form))
    return tuple(Form(form) for form in forms)


def read_paper(written: str) -> Look:
    """
    Read `a4` or `letter`.

    Raises:
        ScorecardOptionUnknown: it is neither.
    """
    if written.strip().lower() not in set(Paper):
        raise ScorecardOptionUnknown(written=written[:40], allowed=", ".join(Paper))
    return Look(Paper(written.strip().lower()))


def order_scorecards(
    period: str,
    folder: Path,
    forms: tuple[Form, ...],
    look: Look,
    *,
    set_name: str | None = None,
    brand: str | None = None,
) -> Iterator[Done]:
    """
    Write the scorecard of a brand and those of its channels, and give each when it is done.

    Args:
        look: its paper; logo and colour are those that were chosen.
    Raises:
        PeriodUnclear, ScorecardNotFound: nothing was written.
    """
    span = read_span(period)
    with in_session(read_only=True) as session:
        set_id = _set_id(session, set_name)
        whose = _brand(session, set_id, brand)
        asked = [
            Asked(SubjectKind.BRAND, set_id, span, brand_id=whose.id),
            *_channels(session, set_id, span, whose),
        ]
        chosen = chosen_look(session, look.paper)
    folder.mkdir(parents=True, exist_ok=True)
    order = Order(None, datetime.now(UTC).date(), chosen)
    yield from write_scorecards(asked, forms, folder, order)


def _set_id(session: Session, name: str | None) -> int:
    used = sets_in_use(session, seen_by=None)
    found = next((use.set.id for use in used if name in (None, use.set.name)), None)
    if found is None:
        raise ScorecardNotFound()
    return found


def _brand(session: Session, set_id: int, name: str | None) -> Brand:
    brands = brands_in_set(session, set_id, seen_by=None)
    found = next((one for one in brands if one.name == name or (name is None and one.is_own)), None)
    if found is None:
        raise ScorecardNotFound()
    return found


def _channels(session: Session, set_id: int, span: Span, brand: Brand) -> list[Asked]:
    return all_channels(session, set_id, span, seen_by=None, brand_ids=[brand.id])
