"""Freshness: whether an answer was given while the visit was still in mind, or by a clock."""

from datetime import datetime, timedelta, tzinfo
from math import isclose

from standards.editions import Standard
from standards.visits import Observation
from standards.waiting import answer_of_wait

FRESH_FOR = timedelta(hours=1)
# What a stopwatch gave and was stored comes back the same to far less than this, in any unit.
_ROUNDING = 1e-6


def is_fresh(observation: Observation, standard: Standard, *, left_at: datetime | None, zone: tzinfo) -> bool:
    """
    Say whether an answer is fresh: given during the visit or within an hour after leaving.

    What a stopwatch or a long wait measured is fresh however late it ended: a clock does not forget. A
    value typed over it is judged by when it was typed. Where no times are known, as in an imported visit,
    nothing says that it is fresh, and so it is not.

    Args:
        left_at: when the shopper left; None where that is not known.
        zone: the channel's time zone, on whose calendar working days are counted.
    Source:
        Decision of this project: memory fades, and an hour is long enough to sit down and write.
    """
    if observation.answered_at is None:
        return False
    if left_at is not None and observation.answered_at <= left_at + FRESH_FOR:
        return True
    return _is_measured(observation, standard, zone)


def _is_measured(observation: Observation, standard: Standard, zone: tzinfo) -> bool:
    opened_at, closed_at, value = observation.opened_at, observation.closed_at, observation.value
    if opened_at is None or closed_at is None or value is None:
        return False
    replied = not observation.longer_than
    measured = answer_of_wait(standard, opened_at, closed_at, zone, replied=replied).value
    return measured is not None and isclose(measured, value, rel_tol=0, abs_tol=_ROUNDING)
