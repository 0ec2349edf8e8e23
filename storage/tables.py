"""The tables. Rows never leave `storage/`: its functions return the values of `standards/`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from standards.editions import DEFAULT_MINIMUM_COVERAGE, Evidence, Kind, Scope
from standards.measuring import Comparator, Measure, Verdict
from standards.people import Purpose, Role
from standards.visits import State
from storage.columns import UtcDateTime as UtcDateTime  # noqa: PLC0414 - migrations name it here
from storage.columns import instant, one_of, refers_to

NAME_LIMIT = 200
# RFC 5321 allows an address 254 characters.
EMAIL_LIMIT = 254


class BrandRow(SQLModel, table=True):
    __tablename__ = "brand"
    __table_args__ = (
        UniqueConstraint("name", name="brand_name_once"),
        # One own brand beside the example's own.
        Index(
            "one_own_brand",
            "is_example",
            unique=True,
            sqlite_where=text("is_own"),
            postgresql_where=text("is_own"),
        ),
        CheckConstraint("length(name) > 0", name="brand_has_a_name"),
    )
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_LIMIT)
    is_own: bool = False
    colour: str = Field(max_length=7)
    is_example: bool = False


class ChannelRow(SQLModel, table=True):
    __tablename__ = "channel"
    __table_args__ = (
        UniqueConstraint("brand_id", "name", name="channel_name_once_a_brand"),
        one_of("kind", Kind),
        CheckConstraint("length(name) > 0", name="channel_has_a_name"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_is_on_the_globe"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_is_on_the_globe"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_come_in_pairs"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: int = refers_to("brand.id")
    kind: str = Field(max_length=20)
    name: str = Field(max_length=NAME_LIMIT)
    area: str = Field(default="", max_length=NAME_LIMIT)
    timezone: str = Field(default="UTC", max_length=64)
    closed_on: date | None = None
    # Degrees in WGS 84.
    latitude: float | None = None
    longitude: float | None = None


class StandardSetRow(SQLModel, table=True):
    __tablename__ = "standard_set"
    __table_args__ = (UniqueConstraint("name", name="standard_set_name_once"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_LIMIT)
    about: str = ""
    is_example: bool = False


class EditionRow(SQLModel, table=True):
    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("set_id", "number", name="edition_number_once_a_set"),
        CheckConstraint("minimum_coverage BETWEEN 0 AND 1", name="minimum_coverage_is_a_share"),
        CheckConstraint(
            "retired_at IS NULL OR published_at IS NOT NULL", name="only_a_published_one_retires"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    set_id: int = refers_to("standard_set.id", cascade=True)
    number: int
    published_at: datetime | None = instant()
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE
    # Neither published nor retired is a draft. Its revision counts its changes, so that nobody overwrites
    # what they have not seen.
    retired_at: datetime | None = instant()
    revision: int = 0


class PictureRow(SQLModel, table=True):
    """A picture of no visit: best practice beside a job aid, or the case of a trial."""

    __tablename__ = "picture"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="picture_sha256_is_whole"),)
    sha256: str = Field(primary_key=True, max_length=64)
    thumbnail_sha256: str = Field(max_length=64)
    added_at: datetime = instant(nullable=False)
    width: int
    height: int
    byte_count: int


class StandardRow(SQLModel, table=True):
    __tablename__ = "standard"
    __table_args__ = (
        UniqueConstraint("edition_id", "code", name="code_once_an_edition"),
        one_of("measure", Measure),
        one_of("comparator", Comparator),
        one_of("scope", Scope),
        one_of("evidence", Evidence),
        CheckConstraint("weight >= 0", name="weight_is_not_negative"),
    )
    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = refers_to("edition.id", cascade=True)
    code: str = Field(max_length=60)
    position: int
    touchpoint: str = Field(max_length=NAME_LIMIT)
    statement: str
    measure: str = Field(max_length=20)
    comparator: str = Field(max_length=2)
    target: float
    unit: str = Field(default="", max_length=40)
    weight: float = 1
    no_no: bool = False
    scope: str = Field(max_length=20)
    kinds: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    evidence: str = Field(max_length=20)
    job_aid: str = ""
    script: str = ""
    steps: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    overrulings: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    picture: str | None = refers_to("picture.sha256", nullable=True)


class TrialRow(SQLModel, table=True):
    __tablename__ = "trial"
    __table_args__ = (
        CheckConstraint("length(case_text) > 0 OR picture IS NOT NULL", name="a_trial_has_a_case"),
    )
    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = refers_to("edition.id", cascade=True)
    case_text: str = ""
    picture: str | None = refers_to("picture.sha256", nullable=True)
    opened_at: datetime = instant(nullable=False)
    closed_at: datetime | None = instant()


class TrialVerdictRow(SQLModel, table=True):
    __tablename__ = "trial_verdict"
    __table_args__ = (one_of("verdict", Verdict),)
    trial_id: int = refers_to("trial.id", primary_key=True, cascade=True)
    standard_id: int = refers_to("standard.id", primary_key=True, cascade=True)
    person_id: int = refers_to("person.id", primary_key=True)
    verdict: str = Field(max_length=20)
    # What was judged: a standard that asks otherwise since then is tried anew.
    asked: str
    given_at: datetime = instant(nullable=False)


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("name", name="person_name_once"),
        Index("person_email_once", "email", unique=True),
        Index("person_oidc_subject_once", "oidc_subject", unique=True),
        one_of("role", Role),
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
    )
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_LIMIT)
    is_example: bool = False
    email: str | None = Field(default=None, max_length=EMAIL_LIMIT)
    role: str = Field(default=Role.SHOPPER, max_length=20)
    password_hash: str | None = Field(default=None, max_length=NAME_LIMIT)
    # The provider's issuer, a space, and its name for the person: an e-mail address may change hands.
    oidc_subject: str | None = Field(default=None, max_length=600)
    removed_at: datetime | None = instant()


class PersonAreaRow(SQLModel, table=True):
    __tablename__ = "person_area"
    person_id: int = refers_to("person.id", primary_key=True, cascade=True)
    area: str = Field(primary_key=True, max_length=NAME_LIMIT)


class PersonChannelRow(SQLModel, table=True):
    __tablename__ = "person_channel"
    person_id: int = refers_to("person.id", primary_key=True, cascade=True)
    channel_id: int = refers_to("channel.id", primary_key=True, cascade=True)


class DoorSessionRow(SQLModel, table=True):
    __tablename__ = "door_session"
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="session_token_hash_is_whole"),)
    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: int = refers_to("person.id", cascade=True)
    created_at: datetime = instant(nullable=False)
    last_seen_at: datetime = instant(nullable=False)
    ended_at: datetime | None = instant()
    device: str = Field(default="", max_length=NAME_LIMIT)


class InvitationRow(SQLModel, table=True):
    __tablename__ = "invitation"
    __table_args__ = (
        one_of("purpose", Purpose),
        CheckConstraint("length(token_hash) = 64", name="invitation_token_hash_is_whole"),
        CheckConstraint("purpose = 'set-up' OR person_id IS NOT NULL", name="invitation_is_for_somebody"),
    )
    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: int | None = refers_to("person.id", nullable=True, cascade=True)
    purpose: str = Field(max_length=20)
    created_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    used_at: datetime | None = instant()
    created_by: int | None = refers_to("person.id", nullable=True)


class SignInDelayRow(SQLModel, table=True):
    __tablename__ = "sign_in_delay"
    key: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    last_failed_at: datetime = instant(nullable=False)


class OidcStartRow(SQLModel, table=True):
    """A single sign-on that was begun: deleted by the first answer that names its state."""

    __tablename__ = "oidc_start"
    __table_args__ = (CheckConstraint("length(state_hash) = 64", name="state_hash_is_whole"),)
    state_hash: str = Field(primary_key=True, max_length=64)
    browser_hash: str = Field(max_length=64)
    nonce: str = Field(max_length=NAME_LIMIT)
    code_verifier: str = Field(max_length=NAME_LIMIT)
    next_path: str = Field(default="/", max_length=2000)
    created_at: datetime = instant(nullable=False)


class VisitRow(SQLModel, table=True):
    __tablename__ = "visit"
    __table_args__ = (
        one_of("state", State),
        CheckConstraint(
            "would_return IS NULL OR would_return BETWEEN 0 AND 10", name="would_return_is_0_to_10"
        ),
        CheckConstraint("coverage IS NULL OR coverage BETWEEN 0 AND 1.000001", name="coverage_is_a_share"),
        CheckConstraint(
            "points IS NULL OR points <= points_possible + 0.000001", name="points_within_possible"
        ),
        CheckConstraint(
            "state NOT IN ('submitted', 'approved') OR (submitted_at IS NOT NULL AND visited_on IS NOT NULL)",
            name="submitted_visits_are_dated",
        ),
        Index("visit_by_state_and_day", "state", "visited_on"),
        Index("visit_by_external_id", "external_id"),
        CheckConstraint("length(content_hash) = 64", name="content_hash_is_whole"),
    )
    id: UUID = Field(primary_key=True)
    channel_id: int = refers_to("channel.id")
    edition_id: int = refers_to("edition.id")
    shopper_id: int | None = refers_to("person.id", nullable=True)
    external_id: str | None = Field(default=None, max_length=NAME_LIMIT)
    state: str = Field(default=State.DRAFT, max_length=20)
    started_at: datetime | None = instant()
    left_at: datetime | None = instant()
    submitted_at: datetime | None = instant()
    received_at: datetime | None = instant()
    visited_on: date | None = None
    points: float | None = None
    points_possible: float | None = None
    coverage: float | None = None
    no_nos_missed: int | None = None
    first_impression: str = ""
    last_impression: str = ""
    would_return: int | None = None
    story: str = ""
    due_on: date | None = None
    quick_notes: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    # Counts the changes, so that a phone overwrites nothing it has not seen. The hash names what the phone
    # sent last, for as long as nothing else has changed the visit.
    revision: int = 1
    content_hash: str | None = Field(default=None, max_length=64)
    schema_version: int | None = None
    app_version: str | None = Field(default=None, max_length=40)
    device_sent_at: datetime | None = instant()
    device_time_zone: str | None = Field(default=None, max_length=64)
    clock_offset_ms: int | None = Field(default=None, sa_column=Column(BigInteger))
    clock_skewed: bool = False
    # Photos that the phone has named and not sent yet.
    photos_awaited: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class ObservationRow(SQLModel, table=True):
    __tablename__ = "observation"
    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="a_closed_wait_was_opened"),
        Index("observation_by_standard", "standard_id", "verdict"),
    )
    visit_id: UUID = refers_to("visit.id", primary_key=True, cascade=True)
    standard_id: int = Field(sa_column=Column(Integer, ForeignKey("standard.id"), primary_key=True))
    value: float | None = None
    verdict: str | None = Field(default=None, max_length=20)
    note: str = ""
    opened_at: datetime | None = instant()
    closed_at: datetime | None = instant()
    answered_at: datetime | None = instant()
    longer_than: bool = False
    counted_of: int | None = None
    clock_disagreed: bool = False


class PhotoRow(SQLModel, table=True):
    __tablename__ = "photo"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
        CheckConstraint("length(received_sha256) = 64", name="received_sha256_is_whole"),
        Index("photo_by_sha256", "sha256"),
    )
    id: UUID = Field(primary_key=True)
    visit_id: UUID = refers_to("visit.id", cascade=True)
    standard_id: int | None = refers_to("standard.id", nullable=True)
    sha256: str = Field(max_length=64)
    thumbnail_sha256: str = Field(max_length=64)
    taken_at: datetime | None = instant()
    added_at: datetime = instant(nullable=False)
    width: int
    height: int
    byte_count: int
    caption: str = ""
    received_sha256: str | None = Field(default=None, max_length=64)  # of what a phone sent; not kept
    blacked_out: bool = False  # nobody can be recognised on it


class TimeNoteRow(SQLModel, table=True):
    """What changed on a day, as a note on the time line: of one brand, or of all that a set compares."""

    __tablename__ = "time_note"
    __table_args__ = (
        CheckConstraint("(set_id IS NULL) <> (brand_id IS NULL)", name="a_time_note_is_about_one_thing"),
        CheckConstraint("length(text) > 0", name="a_time_note_says_something"),
    )
    id: int | None = Field(default=None, primary_key=True)
    set_id: int | None = refers_to("standard_set.id", nullable=True, cascade=True)
    brand_id: int | None = refers_to("brand.id", nullable=True, cascade=True)
    noted_on: date
    text: str = Field(max_length=NAME_LIMIT)
    added_by: int | None = refers_to("person.id", nullable=True)
    added_at: datetime = instant(nullable=False)


class ScorecardLinkRow(SQLModel, table=True):
    """A scorecard that whoever has its link may read. What has ended holds no `card` any more."""

    __tablename__ = "scorecard_link"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="scorecard_token_hash_is_whole"),
        CheckConstraint("length(name) > 0", name="a_scorecard_link_has_a_name"),
        CheckConstraint("paper IN ('a4', 'letter')", name="paper_is_known"),
        CheckConstraint("length(colour) = 7", name="shared_colour_is_whole"),
    )
    token_hash: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=2 * NAME_LIMIT)
    card: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    paper: str = Field(default="a4", max_length=10)
    logo: bytes | None = None
    colour: str | None = Field(default=None, max_length=7)
    created_by: int | None = refers_to("person.id", nullable=True)
    created_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    revoked_at: datetime | None = instant()
    opened_at: datetime | None = instant()


class EventRow(SQLModel, table=True):
    __tablename__ = "event"
    __table_args__ = (Index("event_by_thing", "thing", "thing_id"),)
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant(nullable=False)
    person_id: int | None = refers_to("person.id", nullable=True)
    action: str = Field(max_length=60)
    thing: str = Field(max_length=40)
    thing_id: str = Field(max_length=NAME_LIMIT)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
