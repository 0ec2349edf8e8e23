"""Making a scorecard: every figure worked out once, from visits as columns."""

import numpy as np

from standards.comparing import VERDICT_MISSED, Comparison, Estimate
from standards.comparing.brands import say_one_shopper
from standards.comparing.sentences import say_count, say_list, say_score_of, say_visits
from standards.errors import ScorecardEmpty
from standards.scorecards.highlights import best_and_worst, impressions_of, next_steps, photo_lines
from standards.scorecards.lines import (
    Compared,
    compared_of,
    rival_lines,
    score_change,
    score_now,
    standard_lines,
    touchpoint_lines,
    trend_of,
    wait_lines,
)
from standards.scorecards.material import Material
from standards.scorecards.shown import shown_date
from standards.scorecards.values import FailedVisit, Headline, Scorecard

# Whose decision: more than these nobody reads; the number of all is said (this project).
FAILED_LISTED = 6


def make_scorecard(material: Material) -> Scorecard:
    """
    Work out the scorecard of a brand, an area or a channel.

    Raises:
        ScorecardEmpty: no complete visit was made in the period.
    """
    compared = compared_of(material)
    now, subject = compared.now, material.subject
    if not len(now.columns):
        raise ScorecardEmpty(name=subject.name)
    lines, touchpoints = standard_lines(compared), touchpoint_lines(compared)
    score, rivals = score_now(compared), rival_lines(compared)
    best, worst = best_and_worst(lines, material.told, material.cleaner)
    failed = failed_visits(compared)
    standards = {one.code: one.standard for one in reversed(now.columns.standards)}
    edition_numbers = tuple(sorted({int(number) for number in now.columns.edition_numbers}))
    return Scorecard(
        subject=subject,
        span=material.span,
        before=material.before,
        set_name=material.set_name,
        editions=edition_numbers,
        kinds=now.kinds,
        headline=Headline(
            score=score,
            coverage_percent=material.coverage_percent,
            failed=int(now.columns.failed.sum()),
            incomplete=material.incomplete,
            is_complete=True,
            sentence=_say_headline(subject.name, score, int(now.columns.failed.sum())),
        ),
        change=score_change(compared),
        failed_visits=failed,
        failed_not_listed=int(now.columns.failed.sum()) - len(failed),
        touchpoints=touchpoints,
        standards=lines,
        common_standards=sum(line.is_common for line in lines),
        rivals=rivals,
        trend=trend_of(compared),
        waits=wait_lines(compared),
        best=best,
        worst=worst,
        impressions=impressions_of(material.told, material.cleaner),
        photos=photo_lines(
            material.pictured,
            standards,
            {one.code for one in best},
            {one.code for one in worst},
            material.cleaner,
        ),
        next_steps=next_steps(
            lines,
            touchpoints,
            {code: standard.job_aid for code, standard in standards.items()},
            visits=score.visits,
            is_own=subject.is_own,
            beside=compared.beside if rivals else None,
        ),
        measured=(_say_what(compared, edition_numbers), _say_how(now)),
        left_out=material.left_out,
        made_on=material.made_on,
    )


def failed_visits(compared: Compared) -> tuple[FailedVisit, ...]:
    """Return the newest visits of the period that missed a no-no, with which."""
    columns, material = compared.now.columns, compared.material
    no_nos = [at for at, one in enumerate(columns.standards) if one.standard.no_no]
    found = []
    for place in np.flatnonzero(columns.failed)[::-1][:FAILED_LISTED].tolist():
        missed = [at for at in no_nos if columns.verdicts[place, at] == VERDICT_MISSED]
        found.append(
            FailedVisit(
                visited_on=columns.visited_on[place].item(),
                part_of_day=material.parts_of_day.get(columns.visit_id(place)),
                channel=material.channels[int(columns.channel_ids[place])].name,
                score_percent=float(compared.now.percents[place]),
                no_nos=tuple(columns.standards[at].standard.statement for at in missed),
            )
        )
    return tuple(found)


def _say_headline(name: str, score: Estimate, failed: int) -> str:
    said = f"{say_score_of(name, score)}."
    return f"{said} {say_visits(failed)} failed by a no-no." if failed else said


def _say_what(compared: Compared, editions: tuple[int, ...]) -> str:
    """Say what was visited, when, and by which edition: the first line of how it was measured."""
    columns, material = compared.now.columns, compared.material
    first, last = columns.visited_on[0].item(), columns.visited_on[-1].item()
    when = f"on {shown_date(first)}" if first == last else f"from {shown_date(first)} to {shown_date(last)}"
    channels = len(np.unique(columns.channel_ids))
    where = f" in {say_count(channels, 'channel')}" if channels > 1 else ""
    by = f"by {material.set_name}, {say_editions(editions)}"
    said = f"{say_count(len(columns), 'complete visit')}{where}, {when}, {by}."
    if material.incomplete:
        said += f" {say_count(material.incomplete, 'incomplete visit')} left out."
    one_shopper = say_one_shopper(columns.shopper_ids)
    return f"{said} {one_shopper}" if one_shopper else said


def say_editions(numbers: tuple[int, ...]) -> str:
    """Say `edition 2`, `editions 1 and 2`."""
    return f"edition{'s' if len(numbers) > 1 else ''} {say_list([str(number) for number in numbers])}"


def _say_how(now: Comparison) -> str:
    """Say how figures came about and what their ranges mean: the second line."""
    if len(now.columns) == 1:
        return SAY_ONE_VISIT
    return (
        "Score: points earned over points possible, the mean of the visits; a missed no-no fails a visit and "
        "takes no points. Ranges: where the true figure probably lies (95 %). Real, leaning, too early: how "
        "sure a difference is."
    )


SAY_ONE_VISIT = (
    "Score: points earned over points possible; a missed no-no fails the visit and takes no points. One "
    "visit says what happened that day, not how it usually is."
)
