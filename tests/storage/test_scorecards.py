"""Scorecards: figures that anybody can recompute, for the rights of who asks, and naming nobody."""

from dataclasses import replace
from datetime import UTC, date, datetime
from math import sqrt
from statistics import mean, stdev
from uuid import uuid4

import pytest
from scipy import stats

from standards.comparing import Sureness
from standards.editions import Kind, Scope
from standards.errors import ScorecardEmpty, ScorecardNotFound
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from standards.scorecards import Scorecard, SubjectKind, read_span
from standards.scorecards.own_words import LEFT_OUT
from standards.scorecards.periods import days_between
from standards.scorecards.values import PartOfDay
from storage.example import load_example
from storage.photos import add_photo, caption_photo, mark_blacked_out, photos_of
from storage.scorecard_rows import observations_behind
from storage.scorecard_told import part_of_day
from storage.scorecards import Asked, channels_to_score, name_scorecard, photos_of_card, read_scorecard
from storage.sessions import in_session
from storage.visit_lists import VisitFilter, list_visits
from storage.visits import get_visit, submit_visit, void_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pages.app import a_person
from tests.pictures import sent, upright
from tests.storage.forms.made_rows import rows_in

MET, MISSED, NOT_APPLICABLE = Verdict
Q1, Q2 = read_span("2026-Q1"), read_span("2026-Q2")
MADE_ON = date(2026, 7, 1)
STANDARDS = [
    a_standard("A", touchpoint="Welcome", statement="Somebody greets", weight=2),
    a_standard(
        "W",
        touchpoint="Till",
        statement="The bill comes in time",
        measure=Measure.DURATION,
        target=Target(Comparator.AT_MOST, 180, "s"),
    ),
    a_standard("N", touchpoint="Till", statement="Nobody is rude", no_no=True, weight=0),
    a_standard("B", touchpoint="Welcome", statement="The badge can be read", scope=Scope.OURS_ONLY),
]


@pytest.fixture
def shop(database):
    """Store a programme: our shop in the North with three visits in two quarters, and a competitor's."""
    with in_session() as session:
        edition = an_edition(session, STANDARDS)
        ours = a_channel(session, a_brand(session, "Ours", is_own=True), "Market Square", area="North")
        theirs = a_channel(session, a_brand(session, "Theirs"), "Their shop", area="North")
        a_visit(session, ours, edition, {"A": MISSED, "W": 100.0, "N": MET, "B": MET}, on=date(2026, 2, 1))
        a_visit(
            session,
            ours,
            edition,
            {"A": MET, "W": 200.0, "N": MET, "B": MISSED},
            on=date(2026, 5, 2),
            shopper="Anna Meyer",
            notes={"A": "Anna Meyer smiled at 14:35", "W": "Stood behind four others"},
            last_impression="Left with a smile",
            would_return=9,
        )
        a_visit(
            session,
            ours,
            edition,
            {"A": MET, "W": 90.0, "N": MISSED, "B": MET},
            on=date(2026, 6, 3),
            shopper="Ben Ash",
        )
        a_visit(session, theirs, edition, {"A": MET, "W": 90.0, "N": MET}, on=date(2026, 5, 5))
        return ours, theirs, edition


def card_of(asked: Asked, seen_by=None) -> Scorecard:
    with in_session(read_only=True) as session:
        return read_scorecard(session, asked, seen_by=seen_by, made_on=MADE_ON)


def of_channel(channel, edition, span=Q2, **others) -> Asked:
    return Asked(SubjectKind.CHANNEL, edition.set_id, span, channel_id=channel.id, **others)


def test_the_headline_counts_what_is_asked_of_us_only_and_competitors_what_is_common(shop):
    ours, _, edition = shop
    card = card_of(of_channel(ours, edition))
    # Of 4 points: A 2, W 1, B 1 (a no-no weighs nothing here).
    assert card.headline.score.percent == pytest.approx((100 * 2 / 4 + 100) / 2)
    assert [line.own.percent for line in card.rivals] == [pytest.approx((100 * 2 / 3 + 100) / 2)]
    assert [line.score.percent for line in card.rivals] == [100.0]
    assert {line.code: line.is_common for line in card.standards} == {
        "A": True, "W": True, "N": True, "B": False,
    }  # fmt: skip
    assert card.common_standards == 3
    assert [line.rivals for line in card.standards if line.code == "B"] == [()]


def test_a_missed_no_no_fails_the_visit_and_tells_the_part_of_the_day_only(shop):
    ours, _, edition = shop
    card = card_of(of_channel(ours, edition))
    assert card.headline.failed == 1
    assert [(f.visited_on, f.part_of_day, f.no_nos) for f in card.failed_visits] == [
        (date(2026, 6, 3), PartOfDay.AFTERNOON, ("Nobody is rude",))
    ]
    assert "12:00" not in repr(card)


def test_the_last_period_is_what_it_is_held_against(shop):
    ours, _, edition = shop
    card = card_of(of_channel(ours, edition))
    assert card.before == Q1
    assert card.change
    assert card.change.before.percent == pytest.approx(50.0)
    assert card.change.points == pytest.approx((card.headline.score.percent or 0.0) - 50.0)
    assert card.change.sureness is Sureness.TOO_EARLY
    assert "2 visits now, 1 then" in card.change.sentence
    assert card_of(of_channel(ours, edition, Q1)).change is None


def test_no_scorecard_names_a_shopper(shop):
    ours, _, edition = shop
    for asked in (
        of_channel(ours, edition),
        Asked(SubjectKind.BRAND, edition.set_id, Q2, brand_id=ours.brand.id),
        Asked(SubjectKind.AREA, edition.set_id, Q2, brand_id=ours.brand.id, area="North"),
        *(Asked(SubjectKind.VISIT, visit_id=visit.id) for visit in visits()),
    ):
        said = repr(card_of(asked)) + repr(rows_in(observations_behind(asked, seen_by=None)))
        assert not [name for name in ("Anna", "Meyer", "Ben", "Ash", "14:35") if name in said]
    quotes = [quote.words for one in card_of(of_channel(ours, edition)).best for quote in one.quotes]
    assert quotes == [f"{LEFT_OUT} smiled {LEFT_OUT}"]


def can_name(asked, person) -> bool:
    with in_session(read_only=True) as session:
        try:
            named = name_scorecard(session, asked, seen_by=person)
        except ScorecardNotFound:
            return False
    card = card_of(asked, person)
    assert (named.subject, named.span.since, named.span.until) == (
        card.subject,
        card.span.since,
        card.span.until,
    )
    return True


def visits():
    with in_session(read_only=True) as session:
        return list_visits(session, VisitFilter(), seen_by=None)


def test_words_and_photos_are_left_out_where_asked(shop):
    ours, _, edition = shop
    with_photo = photographed(ours, edition)
    card = card_of(of_channel(ours, edition, has_words=False, has_photos=False))
    assert not card.photos
    assert not card.impressions
    assert not [quote for one in (*card.best, *card.worst) for quote in one.quotes]
    assert len(card.left_out) == 2
    one = card_of(Asked(SubjectKind.VISIT, visit_id=with_photo, has_words=False, has_photos=False))
    assert not one.photos
    assert not any(line.note for line in one.standards)


def photographed(channel, edition):
    visit_id = uuid4()
    with in_session() as session:
        a_visit(session, channel, edition, on=date(2026, 6, 9), visit_id=visit_id, submitted=False)
        photo = add_photo(session, visit_id, "A", sent("JPEG", upright((60, 40))))
        caption_photo(session, photo.id, "The door, opened by Anna Meyer")
        submit_visit(session, visit_id, at=datetime(2026, 6, 9, 12, tzinfo=UTC))
    return visit_id


def test_photos_are_our_own_and_say_what_they_show(shop):
    ours, theirs, edition = shop
    photographed(ours, edition)
    photographed(theirs, edition)
    card = card_of(of_channel(ours, edition))
    assert [photo.caption for photo in card.photos] == [f"The door, opened by {LEFT_OUT}"]
    assert card.photos[0].alt.startswith("Photo of 9 June 2026: Somebody greets, met.")
    with in_session(read_only=True) as session:
        assert [content[:2] for content in photos_of_card(session, card).values()] == [b"\xff\xd8"]
    for asked in (of_channel(theirs, edition), Asked(SubjectKind.BRAND, edition.set_id, Q2, theirs.brand.id)):
        other = card_of(asked)
        assert not other.photos
        assert "competitors are left out" in " ".join(other.left_out)


def test_only_who_met_everything_is_told_to_keep_it_up(shop):
    ours, theirs, edition = shop
    with in_session() as session:
        missed: dict[str, Verdict | float] = {"A": MISSED, "W": 200.0, "N": MISSED}
        poor = a_visit(session, theirs, edition, missed, on=date(2026, 5, 6))
        best = a_visit(session, ours, edition, {"A": MET, "W": 9.0, "N": MET, "B": MET}, on=date(2026, 5, 7))
    for asked in (of_channel(theirs, edition), Asked(SubjectKind.VISIT, visit_id=poor.id)):
        assert "Keep it up" not in " ".join(step.words for step in card_of(asked).next_steps)
    [step] = card_of(Asked(SubjectKind.VISIT, visit_id=best.id)).next_steps
    assert step.words == "Keep it up: everything that was judged was met."


def test_a_competitors_photo_is_shown_only_as_long_as_nobody_can_be_recognised_on_it(shop):
    _, theirs, edition = shop
    visit_ids = [photographed(theirs, edition) for _ in range(2)]
    with in_session() as session:
        marked, _ = (photos_of(session, visit_id)[0].id for visit_id in visit_ids)
        mark_blacked_out(session, marked, is_blacked_out=True)
    asked_for = [
        of_channel(theirs, edition),
        Asked(SubjectKind.BRAND, edition.set_id, Q2, theirs.brand.id),
        Asked(SubjectKind.VISIT, visit_id=visit_ids[0]),
    ]
    cards = [card_of(asked) for asked in asked_for]
    assert [[photo.photo_id for photo in card.photos] for card in cards] == [[marked]] * 3
    assert not card_of(Asked(SubjectKind.VISIT, visit_id=visit_ids[1])).photos
    assert not card_of(replace(asked_for[0], has_photos=False)).photos
    with in_session(read_only=True) as session:
        assert all(list(photos_of_card(session, card)) == [marked] for card in cards)
    with in_session() as session:
        mark_blacked_out(session, marked, is_blacked_out=False)
    # Those that were read, or shared, before as well.
    with in_session(read_only=True) as session:
        assert not any(photos_of_card(session, card) for card in cards)
    assert not any(card_of(asked).photos for asked in asked_for)


def test_a_voided_visit_is_in_no_scorecard(shop):
    ours, _, edition = shop
    before = card_of(of_channel(ours, edition)).headline.score.visits
    gone = next(visit.id for visit in visits() if visit.visited_on == date(2026, 5, 2))
    with in_session() as session:
        void_visit(session, gone, "A trial")
    assert card_of(of_channel(ours, edition)).headline.score.visits == before - 1
    with pytest.raises(ScorecardNotFound):
        card_of(Asked(SubjectKind.VISIT, visit_id=gone))


def test_an_incomplete_visit_stays_out_and_is_counted(shop):
    ours, _, edition = shop
    with in_session() as session:
        a_visit(session, ours, edition, {"W": 10.0}, on=date(2026, 6, 20))
    headline = card_of(of_channel(ours, edition)).headline
    assert (headline.score.visits, headline.incomplete) == (2, 1)
    alone = next(visit.id for visit in visits() if visit.visited_on == date(2026, 6, 20))
    one = card_of(Asked(SubjectKind.VISIT, visit_id=alone))
    assert not one.headline.is_complete
    assert "Too little was answered" in one.headline.sentence


def test_a_period_without_a_visit_has_no_scorecard(shop):
    ours, _, edition = shop
    with pytest.raises(ScorecardEmpty):
        card_of(of_channel(ours, edition, read_span("2025")))


def test_waits_say_the_share_answered_by_the_target(shop):
    ours, _, edition = shop
    [wait] = card_of(of_channel(ours, edition)).waits
    assert (wait.code, wait.waits, wait.target) == ("W", 2, "at most 3 min")
    assert wait.by_target
    assert wait.by_target.percent == pytest.approx(50)


@pytest.mark.parametrize(
    ("hour", "part"),
    [(4, "night"), (5, "morning"), (11, "morning"), (12, "afternoon"), (17, "evening"), (22, "night")],
)
def test_the_part_of_the_day_is_that_of_the_channels_clock(hour, part):
    assert part_of_day(datetime(2026, 1, 5, hour, 30, tzinfo=UTC), "UTC") == part
    assert part_of_day(datetime(2026, 1, 5, 23, 0, tzinfo=UTC), "Australia/Sydney") == "morning"


class TestRights:
    """Who may have which scorecard."""

    @pytest.fixture
    def people(self, shop):
        ours, _, _ = shop
        with in_session() as session:
            a_channel(session, a_brand(session, "Ours"), "Quay", area="South")
        return {
            "shopper": a_person(Role.SHOPPER, "Sam"),
            "viewer of the area": a_person(Role.VIEWER, "Vera", areas=["North"]),
            "viewer of the channel": a_person(Role.VIEWER, "Vik", channel_ids=[ours.id]),
            "viewer elsewhere": a_person(Role.VIEWER, "Viola", areas=["South"]),
            "viewer of nothing": a_person(Role.VIEWER, "Vito"),
            "manager": a_person(Role.MANAGER, "Mona"),
            "owner": a_person(Role.OWNER, "Olive"),
        }

    @pytest.mark.parametrize(
        ("kind", "allowed"),
        [
            (SubjectKind.BRAND, {"manager", "owner"}),
            (SubjectKind.AREA, {"manager", "owner", "viewer of the area"}),
            (SubjectKind.CHANNEL, {"manager", "owner", "viewer of the area", "viewer of the channel"}),
            (SubjectKind.VISIT, {"manager", "owner", "viewer of the area", "viewer of the channel"}),
        ],
    )
    def test_who_may_have_it(self, shop, people, kind, allowed):
        ours, _, edition = shop
        visit_id = next(visit.id for visit in visits() if visit.channel.id == ours.id)
        asked = Asked(
            kind, edition.set_id, Q2, ours.brand.id, "North", ours.id, visit_id if kind == "visit" else None
        )
        found = set()
        for who, person in people.items():
            try:
                card_of(asked, person)
                list(observations_behind(asked, seen_by=person))
            except ScorecardNotFound:
                continue
            found.add(who)
        assert found == allowed
        assert {who for who, person in people.items() if can_name(asked, person)} == allowed

    def test_a_viewer_is_offered_only_channels_given_to_them(self, shop, people):
        _, _, edition = shop
        with in_session(read_only=True) as session:
            offered = {
                who: [one.name for one in channels_to_score(session, edition.set_id, seen_by=person)]
                for who, person in people.items()
            }
        assert offered == {
            "shopper": [],
            "viewer of the area": ["Market Square", "Their shop"],
            "viewer of the channel": ["Market Square"],
            "viewer elsewhere": [],
            "viewer of nothing": [],
            "manager": ["Market Square", "Their shop"],
            "owner": ["Market Square", "Their shop"],
        }

    def test_a_competitor_that_a_viewer_only_compares_with_has_no_scorecard_for_them(self, shop, people):
        _, theirs, edition = shop
        asked = of_channel(theirs, edition)
        assert card_of(asked, people["viewer of the area"])
        with pytest.raises(ScorecardNotFound):
            card_of(asked, people["viewer of the channel"])

    def test_what_is_not_there_is_refused_like_what_is_not_theirs(self, shop, people):
        _, _, edition = shop
        for asked in (
            Asked(SubjectKind.CHANNEL, edition.set_id, Q2, channel_id=9_999),
            Asked(SubjectKind.AREA, edition.set_id, Q2, brand_id=1, area=""),
            Asked(SubjectKind.BRAND, 9_999, Q2, brand_id=1),
            Asked(SubjectKind.VISIT, visit_id=uuid4()),
            Asked(SubjectKind.VISIT),
            Asked(SubjectKind.CHANNEL, edition.set_id),
        ):
            with pytest.raises(ScorecardNotFound):
                card_of(asked, people["manager"])

    def test_a_draft_has_no_scorecard(self, shop, people):
        ours, _, edition = shop
        with in_session() as session:
            draft = a_visit(session, ours, edition, submitted=False)
        with pytest.raises(ScorecardNotFound):
            card_of(Asked(SubjectKind.VISIT, visit_id=draft.id), people["owner"])


def test_the_example_is_recomputed_from_its_visits_without_our_statistics(database):
    load_example()
    with in_session(read_only=True) as session:
        shop = next(one for one in channels_to_score(session, 1, seen_by=None) if one.name == "Harbour Road")
        since, until = date(2026, 1, 1), date(2026, 9, 30)
        listed = list_visits(session, VisitFilter(since=since, until=until), seen_by=None, limit=1000)
        mine = [get_visit(session, one.id) for one in listed if one.channel.id == shop.id]
    card = card_of(Asked(SubjectKind.CHANNEL, 1, days_between(since, until), channel_id=shop.id))

    percents, score = [visit.score_percent or 0.0 for visit in mine], card.headline.score
    half = stats.t.ppf(0.975, len(percents) - 1) * stdev(percents) / sqrt(len(percents))
    assert score.visits == len(mine)
    assert score.percent == pytest.approx(mean(percents))
    assert score.low == pytest.approx(mean(percents) - half)
    assert score.high == pytest.approx(mean(percents) + half)
    coverage = mean(visit.coverage or 0.0 for visit in mine)
    assert card.headline.coverage_percent == pytest.approx(100 * coverage)
    assert card.headline.failed == sum(bool(visit.no_nos_missed) for visit in mine)

    assert len(card.standards) > 25
    for line in card.standards:
        judged = [visit.observation(line.code).verdict for visit in mine]
        met, n = judged.count(MET), judged.count(MET) + judged.count(MISSED)
        interval = stats.binomtest(met, n).proportion_ci(method="wilson")
        assert line.rate.visits == n
        assert line.rate.percent == pytest.approx(100 * met / n)
        assert line.rate.low == pytest.approx(100 * interval.low, abs=1e-9)
        assert line.rate.high == pytest.approx(100 * interval.high, abs=1e-9)

    assert card.headline.sentence == (
        "Harbour Road scores 75.6 % (probably between 70 and 82, 9 visits). 1 visit failed by a no-no."
    )
    assert [(line.name, line.where) for line in card.rivals] == [
        ("Quillstone", "3 shops in Centre, North and South")
    ]
    for visit in mine:
        one = card_of(Asked(SubjectKind.VISIT, visit_id=visit.id))
        assert one.headline.score.percent == pytest.approx(visit.score_percent)
        assert len(one.failed_visits) == bool(visit.no_nos_missed)
        assert {line.code: line.verdict for line in one.standards if line.verdict} == {
            found.code: found.verdict for found in visit.observations if found.verdict
        }


def test_a_competitor_is_compared_in_the_same_kind_of_channel(shop):
    ours, _, edition = shop
    with in_session() as session:
        web = a_channel(session, a_brand(session, "Web only"), "Web", kind=Kind.WEBSITE)
        for day in (1, 2, 3):
            a_visit(session, web, edition, {"A": MET, "W": 10.0, "N": MET}, on=date(2026, 5, day))
    card = card_of(of_channel(ours, edition))
    assert [line.name for line in card.rivals] == ["Theirs"]
    assert card.rivals[0].where == "1 shop in North"
    assert card_of(of_channel(ours, edition, rival_ids=())).rivals == ()
