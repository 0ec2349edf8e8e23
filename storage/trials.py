"""Trials: colleagues judge one written case or photo by a draft's standards, before it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, func, select

from standards.agreement import GivenVerdict, StandardAgreement, agreement_by_standard
from standards.editions import Standard
from standards.errors import CaseMissing, DraftNotFound, TrialClosed
from standards.measuring import Verdict
from standards.values import say_target
from storage.drafts import draft_standards_of
from storage.editions import to_standard
from storage.events import note_event
from storage.names import clean_text
from storage.photos import keep_picture
from storage.pictures import Picture
from storage.tables import EditionRow, StandardRow, StandardSetRow, TrialRow, TrialVerdictRow

CASE_LIMIT = 10_000


@dataclass(frozen=True)
class Trial:
    """
    One case that colleagues judge. `draft_id` is the draft it tries, `picture` the SHA-256 of its photo.

    `judges` counts the colleagues who have given a verdict.
    """

    id: int
    draft_id: int
    set_name: str
    case_text: str
    picture: str | None
    opened_at: datetime
    closed_at: datetime | None
    judges: int

    @property
    def is_open(self) -> bool:
        """Whether verdicts are still taken."""
        return self.closed_at is None


def open_trial(
    session: Session, draft_id: int, case_text: str, photo: bytes | Picture | None = None
) -> Trial:
    """
    Put one case before colleagues: written, as a photo, or both.

    Raises:
        DraftNotFound, CaseMissing, PhotoUnreadable, PhotoTooLarge, PhotoTooManyPixels, NoRoomLeft:
        nothing was stored.
    """
    edition = session.get(EditionRow, draft_id, populate_existing=True)
    if not edition or edition.published_at:
        raise DraftNotFound()
    text = clean_text(case_text)[:CASE_LIMIT]
    if not text and not photo:
        raise CaseMissing()
    picture = keep_picture(session, photo) if photo else None
    row = TrialRow(edition_id=draft_id, case_text=text, picture=picture, opened_at=datetime.now(UTC))
    session.add(row)
    session.flush()
    assert row.id is not None
    note_event(session, "opened", "trial", row.id, after={"draft": draft_id, "picture": picture})
    return get_trial(session, row.id)


def get_trial(session: Session, trial_id: int) -> Trial:
    """
    Return one trial.

    Raises:
        TrialClosed: there is none any more.
    """
    row = session.get(TrialRow, trial_id, populate_existing=True)
    if not row:
        raise TrialClosed()
    return _to_trial(session, row)


def list_trials(session: Session, draft_id: int | None = None, *, only_open: bool = False) -> list[Trial]:
    """Return the trials of a draft or of all, newest first."""
    wanted = select(TrialRow).order_by(col(TrialRow.id).desc())
    if draft_id is not None:
        wanted = wanted.where(TrialRow.edition_id == draft_id)
    if only_open:
        wanted = wanted.where(col(TrialRow.closed_at).is_(None))
    return [_to_trial(session, row) for row in session.exec(wanted).all()]


def standards_tried(session: Session, trial: Trial) -> tuple[Standard, ...]:
    """Return what a case is judged by, in visiting order."""
    return tuple(one.standard for one in draft_standards_of(session, trial.draft_id))


def give_verdict(session: Session, trial_id: int, code: str, person_id: int, verdict: Verdict | None) -> None:
    """
    Store what one colleague finds, the moment it is tapped; None takes it back.

    A colleague has one verdict a standard and case; giving another changes it while the trial is open.

    Raises:
        TrialClosed: the trial is closed or gone, or the standard no longer in the draft; nothing changed.
    """
    trial = session.get(TrialRow, trial_id, with_for_update=True, populate_existing=True)
    if not trial or trial.closed_at:
        raise TrialClosed()
    wanted = select(StandardRow).where(StandardRow.edition_id == trial.edition_id, StandardRow.code == code)
    found = session.exec(wanted).first()
    if not found or found.id is None:
        raise TrialClosed()
    row = session.get(TrialVerdictRow, (trial_id, found.id, person_id), populate_existing=True)
    asked = _asked(to_standard(found))
    before = row.verdict if row else None
    if verdict is None:
        if row:
            session.delete(row)
    elif row:
        row.verdict, row.asked, row.given_at = verdict, asked, datetime.now(UTC)
    else:
        session.add(
            TrialVerdictRow(
                trial_id=trial_id,
                standard_id=found.id,
                person_id=person_id,
                verdict=verdict,
                asked=asked,
                given_at=datetime.now(UTC),
            )
        )
    session.flush()
    if before != verdict:
        note_event(
            session,
            "judged",
            "trial",
            f"{trial_id}/{code}",
            before={"verdict": before},
            after={"verdict": verdict and verdict.value},
        )


def verdicts_of(session: Session, trial_id: int, person_id: int) -> dict[str, Verdict]:
    """Return what one colleague has given so far in a trial, by code, on standards still worded so."""
    trial = session.get(TrialRow, trial_id)
    if not trial:
        return {}
    return {
        one.code: one.verdict
        for one in _given(session, trial.edition_id)
        if (one.case_id, one.person_id) == (trial_id, person_id)
    }


def close_trial(session: Session, trial_id: int) -> Trial:
    """
    Take no more verdicts; closing it again changes nothing.

    Raises:
        TrialClosed: there is none any more.
    """
    row = session.get(TrialRow, trial_id, with_for_update=True, populate_existing=True)
    if not row:
        raise TrialClosed()
    if not row.closed_at:
        row.closed_at = datetime.now(UTC)
        session.flush()
        note_event(session, "closed", "trial", trial_id)
    return _to_trial(session, row)


def agreement_of(session: Session, draft_id: int) -> tuple[StandardAgreement, ...]:
    """
    Return how far colleagues agree on each standard of a draft, over all its trials.

    A verdict counts while the standard asks what it asked then: once reworded, it is tried anew.
    """
    codes = [one.code for one in draft_standards_of(session, draft_id)]
    return agreement_by_standard(codes, _given(session, draft_id))


def _given(session: Session, edition_id: int) -> list[GivenVerdict]:
    standards = _standards_by_id(session, edition_id)
    wanted = (
        select(TrialVerdictRow)
        .join(TrialRow, col(TrialVerdictRow.trial_id) == col(TrialRow.id))
        .where(TrialRow.edition_id == edition_id)
        .order_by(col(TrialVerdictRow.trial_id), col(TrialVerdictRow.person_id))
    )
    return [
        GivenVerdict(row.trial_id, row.person_id, standards[row.standard_id].code, Verdict(row.verdict))
        for row in session.exec(wanted).all()
        if row.standard_id in standards and row.asked == _asked(standards[row.standard_id])
    ]


def _standards_by_id(session: Session, edition_id: int) -> Mapping[int, Standard]:
    found = (one.standard for one in draft_standards_of(session, edition_id))
    return {standard.id: standard for standard in found if standard.id is not None}


def _asked(standard: Standard) -> str:
    return f"{standard.statement} — {standard.measure}: {say_target(standard.measure, standard.target)}"


def _to_trial(session: Session, row: TrialRow) -> Trial:
    assert row.id is not None
    edition = session.get_one(EditionRow, row.edition_id)
    judges = select(func.count(func.distinct(TrialVerdictRow.person_id))).where(
        TrialVerdictRow.trial_id == row.id
    )
    return Trial(
        id=row.id,
        draft_id=row.edition_id,
        set_name=session.get_one(StandardSetRow, edition.set_id).name,
        case_text=row.case_text,
        picture=row.picture,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        judges=session.exec(judges).one(),
    )
