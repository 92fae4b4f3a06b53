"""Incidents: their rates, and when the next one strikes.

Every hazard accumulates exposure while the current version serves; it strikes when the exposure
reaches a unit-exponential threshold. What is stored is the exposure left until then.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from modelops_abm.compiled import compiled_inline
from modelops_abm.core.randomness import DecisionPoint, draw_key, keys_by_cause
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.sampling import unit_exponential

_THRESHOLD = keys_by_cause(DecisionPoint.THRESHOLD)


class Hazards(NamedTuple):
    """One number for each hazard, in the order of the first four `Cause`s.

    Either rates per day, or exposures left until the incident strikes.
    """

    pipeline: float
    capacity: float
    compliance: float
    drift: float


class NextIncident(NamedTuple):
    """When the next incident strikes, infinite if none does, and its `Cause`."""

    time: float
    cause: int


@compiled_inline
def reduced_rate(per_year: float, reduction: float, level: float) -> float:
    """Return a rate per day from one per year that a capability reduces at full level."""
    return per_year / DAYS_PER_YEAR * (1.0 - reduction * level)


@compiled_inline
def overload(
    demand: float, capacity: float, threshold: float, span: float, largest: float
) -> float:
    """Return the overload at a demand: 0 up to the threshold of the capacity, then linear."""
    if demand <= threshold * capacity:
        return 0.0
    return min((demand / capacity - threshold) / span, largest)


@compiled_inline
def threshold(entity: int, cause: int, occurrence: int) -> float:
    """Return the exposure at which the n-th incident (from 0) of a cause strikes a model."""
    return unit_exponential(draw_key(entity, _THRESHOLD[cause], occurrence))


@compiled_inline
def first_thresholds(entity: int) -> Hazards:
    """Return the exposures at which a model's first incidents strike."""
    return Hazards(
        threshold(entity, 0, 0),
        threshold(entity, 1, 0),
        threshold(entity, 2, 0),
        threshold(entity, 3, 0),
    )


@compiled_inline
def exposed(left: Hazards, rates: Hazards, days: float) -> Hazards:
    """Return the exposures left after some days at constant rates."""
    return Hazards(
        left.pipeline - rates.pipeline * days,
        left.capacity - rates.capacity * days,
        left.compliance - rates.compliance * days,
        left.drift - rates.drift * days,
    )


@compiled_inline
def renewed(left: Hazards, cause: int, value: float) -> Hazards:
    """Return the exposures left with that of one cause replaced."""
    return Hazards(
        value if cause == 0 else left.pipeline,
        value if cause == 1 else left.capacity,
        value if cause == 2 else left.compliance,
        value if cause == 3 else left.drift,
    )


@compiled_inline
def may_strike(left: Hazards, rates: Hazards, days: float) -> bool:
    """Return whether an incident may strike within some days; true if it is only nearly so."""
    ample = _ample(days)
    return (
        (left.pipeline <= rates.pipeline * ample)
        | (left.capacity <= rates.capacity * ample)
        | (left.compliance <= rates.compliance * ample)
        | (left.drift <= rates.drift * ample)
    )


@compiled_inline
def _ample(days: float) -> float:
    """Return a time that is not shorter whatever rounding does."""
    return days * (1.0 + 1e-9) + 1e-9


@compiled_inline
def _strike_time(now: float, left: float, rate: float, ample: float) -> float:
    """Return when an incident strikes; infinite if there is clearly no time for that."""
    return now + max(0.0, left) / rate if left <= rate * ample and rate > 0.0 else math.inf


@compiled_inline
def next_incident(now: float, until: float, left: Hazards, rates: Hazards) -> NextIncident:
    """Return the next incident at constant rates, if it may strike before `until`.

    Of simultaneous ones it is the first cause. What strikes only later is infinite or has its
    true time; the caller compares with `until`.
    """
    ample = _ample(until - now)
    time, cause = _strike_time(now, left.pipeline, rates.pipeline, ample), 0
    other = _strike_time(now, left.capacity, rates.capacity, ample)
    if other < time:
        time, cause = other, 1
    other = _strike_time(now, left.compliance, rates.compliance, ample)
    if other < time:
        time, cause = other, 2
    other = _strike_time(now, left.drift, rates.drift, ample)
    if other < time:
        time, cause = other, 3
    return NextIncident(time, cause)
