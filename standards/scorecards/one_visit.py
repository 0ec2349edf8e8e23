"""The scorecard of one visit: what was recorded, by the edition it was made with."""

from collections.abc import Mapping
from datetime import date

from standards.comparing import Estimate
from standards.editions import Standard, touchpoints_of
from standards.errors import ScorecardNotFound
from standards.measuring import Verdict
from standards.scorecards.highlights import best_and_worst, next_steps, photo_lines
from standards.scorecards.making import SAY_ONE_VISIT, say_editions
from standards.scorecards.material import Told, VisitMaterial
from standards.scorecards.own_words import STORY_LIMIT
from standards.scorecards.shown import shown_date, shown_score, shown_share
from standards.scorecards.values import (
    FailedVisit,
    Headline,
    Quote,
    Scorecard,
    Span,
    StandardLine,
    TouchpointLine,
)
from standards.scoring import is_complete, score_visit
from standards.values import say_target, say_value
from standards.visits import Observation, Visit

_JUDGED = (Verdict.MET, Verdict.MISSED)


def make_visit_scorecard(material: VisitMaterial) -> Scorecard:
    """
    Work out the scorecard of one visit.

    Raises:
        ScorecardNotFound: the visit was not submitted yet.
    """
    visit, edition, subject = material.visit, material.edition, material.subject
    if visit.visited_on is None:
        raise ScorecardNotFound()
    sheet = {one.code: one for one in edition.sheet(visit.channel.kind, is_own=visit.channel.brand.is_own)}
    score = score_visit(visit.observations, sheet)
    percent, day = score.percent, shown_date(visit.visited_on)
    figure = Estimate(1, percent) if percent is not None else Estimate(0)
    complete = is_complete(score.coverage, edition.minimum_coverage)
    lines = tuple(_line(standard, visit, material) for standard in sheet.values())
    judged = [line for line in lines if line.verdict in _JUDGED]
    told = [
        Told(visit.id, visit.visited_on, visit.channel.name, one.note, one.code, one.verdict)
        for one in visit.observations
        if one.note.strip()
    ]
    best, worst = best_and_worst(judged, told, material.cleaner)
    failed = (
        FailedVisit(
            visit.visited_on,
            material.part_of_day,
            visit.channel.name,
            percent,
            tuple(sheet[code].statement for code in score.no_nos_missed),
        ),
    )
    touchpoints = _touchpoints(sheet, visit)
    coverage = None if score.coverage is None else 100 * score.coverage
    when = f"{day}, {material.part_of_day}" if material.part_of_day else day
    by = f"by {edition.set_name}, {say_editions((edition.number,))}"
    return Scorecard(
        subject=subject,
        span=Span(visit.visited_on, visit.visited_on, when),
        before=None,
        set_name=edition.set_name,
        editions=(edition.number,),
        kinds=(visit.channel.kind,),
        headline=Headline(
            score=figure,
            coverage_percent=coverage,
            failed=int(score.failed),
            incomplete=int(not complete),
            is_complete=complete,
            sentence=_say_headline(percent, len(score.no_nos_missed), is_complete=complete),
        ),
        change=None,
        failed_visits=failed if score.failed else (),
        failed_not_listed=0,
        touchpoints=touchpoints,
        standards=lines,
        common_standards=sum(line.is_common for line in lines),
        rivals=(),
        trend=None,
        waits=(),
        best=best,
        worst=worst,
        impressions=_impressions(material, visit.visited_on),
        photos=photo_lines(
            material.pictured,
            sheet,
            {one.code for one in best},
            {one.code for one in worst},
            material.cleaner,
        ),
        next_steps=next_steps(
            judged,
            touchpoints,
            {code: standard.job_aid for code, standard in sheet.items()},
            visits=1,
            is_own=subject.is_own,
        ),
        measured=(
            f"One visit on {when}, {by}; {shown_share(coverage)} of what was asked was answered.",
            SAY_ONE_VISIT,
        ),
        left_out=material.left_out,
        made_on=material.made_on,
    )


def _line(standard: Standard, visit: Visit, material: VisitMaterial) -> StandardLine:
    observation: Observation = visit.observation(standard.code)
    verdict = observation.verdict
    value = (
        say_value(standard, observation.value, longer_than=observation.longer_than)
        if observation.value is not None and verdict in _JUDGED
        else ""
    )
    return StandardLine(
        code=standard.code,
        touchpoint=standard.touchpoint,
        statement=standard.statement,
        measure=standard.measure,
        target=say_target(standard.measure, standard.target),
        weight=standard.weight,
        no_no=standard.no_no,
        is_common=standard.applies_to(visit.channel.kind, is_own=False),
        rate=Estimate(1, 100.0 if verdict is Verdict.MET else 0.0) if verdict in _JUDGED else Estimate(0),
        up_to_percent=None,
        change=None,
        rivals=(),
        verdict=verdict,
        value=value,
        note=material.cleaner.clean(observation.note),
    )


def _touchpoints(sheet: Mapping[str, Standard], visit: Visit) -> tuple[TouchpointLine, ...]:
    lines = []
    for name, standards in touchpoints_of(sheet.values()).items():
        asked = {standard.code: standard for standard in standards}
        percent = score_visit([one for one in visit.observations if one.code in asked], asked).percent
        if percent is not None:
            lines.append(TouchpointLine(name, len(standards), Estimate(1, percent), None, is_weakest=False))
    return tuple(lines)


def _impressions(material: VisitMaterial, visited_on: date) -> tuple[Quote, ...]:
    visit = material.visit
    written = (visit.first_impression, visit.last_impression, visit.story)
    cleaned = [material.cleaner.clean(words, STORY_LIMIT) for words in written]
    return tuple(Quote(words, visited_on, visit.channel.name) for words in cleaned if words)


def _say_headline(percent: float | None, no_nos: int, *, is_complete: bool) -> str:
    said = f"This visit scores {shown_score(percent)}." if percent is not None else "Nothing applied here."
    if no_nos:
        said += f" It failed by {no_nos} no-no{'s' if no_nos > 1 else ''}."
    return said if is_complete else f"{said} Too little was answered to compare it."
