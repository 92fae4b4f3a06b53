"""Incidents: their rates, and when the next one strikes.

Every hazard accumulates exposure while the current version serves; it strikes when the exposure
reaches a unit-exponential threshold. What is stored is the exposure left until then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from modelops_abm.compiled import compiled_inline, inline_part
from modelops_abm.core import registry
from modelops_abm.core.randomness import DecisionPoint, draw_key, keys_by_cause
from modelops_abm.rules import DAYS_PER_YEAR, registered
from modelops_abm.rules.sampling import unit_exponential

_THRESHOLD = keys_by_cause(DecisionPoint.THRESHOLD)
_PREVIOUS_THRESHOLD = keys_by_cause(DecisionPoint.PREVIOUS_THRESHOLD)


if TYPE_CHECKING:

    class Hazards(NamedTuple):
        """One number for each hazard; those of registered causes follow."""

        pipeline: float
        capacity: float
        compliance: float
        drift: float

else:
    Hazards = NamedTuple("Hazards", [(each.name, float) for each in registry.hazards()])
    Hazards.__doc__ = """One number for each hazard, in the order of the first `Cause`s.

    Either rates per day, or exposures left until the incident strikes.
    """


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
    # A product and not a quotient: nobody's demand for no capacity is no overload.
    if demand <= threshold * capacity:
        return 0.0
    return min((demand / capacity - threshold) / span, largest)


@compiled_inline
def threshold(entity: int, cause: int, occurrence: int) -> float:
    """Return the exposure at which the n-th incident (from 0) of a cause strikes a model."""
    return unit_exponential(draw_key(entity, _THRESHOLD[cause], occurrence))


@compiled_inline
def previous_threshold(entity: int, cause: int, occurrence: int) -> float:
    """Return the exposure to pipeline issues at which a previous version breaks.

    Parameters
    ----------
    cause, occurrence
        Why the current version does not serve, and the number of that issue, drift or stint of
        retraining: what `maintenance.image_at_hand` is asked with.
    """
    return unit_exponential(draw_key(entity, _PREVIOUS_THRESHOLD[cause], occurrence))


# For registered causes the same as is written out below for those of the package.


def _first(place: registered.Place) -> registered.Part:
    return lambda entity: threshold(entity, place, 0)


def _exposed(place: registered.Place) -> registered.Part:
    return lambda left, rates, days: left[place] - rates[place] * days


def _renewed(place: registered.Place) -> registered.Part:
    return lambda left, cause, value: value if cause == place else left[place]


def _may_strike(place: registered.Place) -> registered.Part:
    return lambda left, rates, ample: left[place] <= rates[place] * ample


_first_of_others = registered.tuple_of(registered.for_each_cause(_first), "first thresholds")
_exposed_of_others = registered.tuple_of(registered.for_each_cause(_exposed), "exposed")
_renewed_of_others = registered.tuple_of(registered.for_each_cause(_renewed), "renewed")
_others_may_strike = registered.any_of(registered.for_each_cause(_may_strike), "may strike")


@compiled_inline
def first_thresholds(entity: int) -> Hazards:
    """Return the exposures at which a model's first incidents strike."""
    # By the numbers of `Cause`; written out, as everywhere below, to be read beside the documents
    # (0034).
    own = (
        threshold(entity, 0, 0),
        threshold(entity, 1, 0),
        threshold(entity, 2, 0),
        threshold(entity, 3, 0),
    )
    return Hazards(*(own + _first_of_others(entity)))


@compiled_inline
def exposed(left: Hazards, rates: Hazards, days: float) -> Hazards:
    """Return the exposures left after some days at constant rates."""
    own = (
        left.pipeline - rates.pipeline * days,
        left.capacity - rates.capacity * days,
        left.compliance - rates.compliance * days,
        left.drift - rates.drift * days,
    )
    return Hazards(*(own + _exposed_of_others(left, rates, days)))


@compiled_inline
def renewed(left: Hazards, cause: int, value: float) -> Hazards:
    """Return the exposures left with that of one cause replaced."""
    own = (
        value if cause == 0 else left.pipeline,
        value if cause == 1 else left.capacity,
        value if cause == 2 else left.compliance,
        value if cause == 3 else left.drift,
    )
    return Hazards(*(own + _renewed_of_others(left, cause, value)))


@compiled_inline
def may_strike(left: Hazards, rates: Hazards, days: float) -> bool:
    """Return whether an incident may strike within some days; true if it is only nearly so."""
    # Most days of a model need no more than this. `|` and not `or`, as it is part of loops without
    # branches (0014).
    ample = _ample(days)
    return (
        (left.pipeline <= rates.pipeline * ample)
        | (left.capacity <= rates.capacity * ample)
        | (left.compliance <= rates.compliance * ample)
        | (left.drift <= rates.drift * ample)
        | _others_may_strike(left, rates, ample)
    )


@compiled_inline
def _ample(days: float) -> float:
    """Return a time that is not shorter whatever rounding does."""
    return days * (1.0 + 1e-9) + 1e-9


@compiled_inline
def _strike_time(now: float, left: float, rate: float, ample: float) -> float:
    """Return when an incident strikes; infinite if there is clearly no time for that."""
    # An exposure left below 0 is rounding: it was due at the edge of a day, and strikes at once
    # (0011).
    return now + max(0.0, left) / rate if left <= rate * ample and rate > 0.0 else math.inf


@compiled_inline
def break_time(now: float, until: float, left: float, rate: float) -> float:
    """Return when a previous version breaks, if it may before `until`; as `next_incident`."""
    return _strike_time(now, left, rate, _ample(until - now))


def _earlier_of_others(numbers: Sequence[int]) -> Callable[..., NextIncident]:
    """Return a compiled function: the earlier of an incident and those of registered causes."""

    def unchanged(
        _now: float, _left: Hazards, _rates: Hazards, _ample: float, found: NextIncident
    ) -> NextIncident:
        return found

    if not numbers:
        return inline_part(unchanged)
    before, place = _earlier_of_others(numbers[:-1]), numbers[-1]

    def earlier(
        now: float, left: Hazards, rates: Hazards, ample: float, found: NextIncident
    ) -> NextIncident:
        found = before(now, left, rates, ample, found)
        other = _strike_time(now, left[place], rates[place], ample)
        return NextIncident(other, place) if other < found.time else found

    return inline_part(earlier)


_next_of_others = _earlier_of_others([number for number, _ in registered.CAUSES])


@compiled_inline
def next_incident(now: float, until: float, left: Hazards, rates: Hazards) -> NextIncident:
    """Return the next incident at constant rates, if it may strike before `until`.

    Of simultaneous ones it is the first cause. What strikes only later is infinite or has its
    true time; the caller compares with `until`.
    """
    ample = _ample(until - now)
    time, cause = _strike_time(now, left.pipeline, rates.pipeline, ample), 0
    other = _strike_time(now, left.capacity, rates.capacity, ample)
    # `<` and not `<=`: of simultaneous ones the first stays.
    if other < time:
        time, cause = other, 1
    other = _strike_time(now, left.compliance, rates.compliance, ample)
    if other < time:
        time, cause = other, 2
    other = _strike_time(now, left.drift, rates.drift, ample)
    if other < time:
        time, cause = other, 3
    return _next_of_others(now, left, rates, ample, NextIncident(time, cause))


@compiled_inline
def source_exposure_left(left: float, rate: float, days: float) -> float:
    """Return the exposure left until a shared source fails, after some days in which it worked."""
    return left - rate * days


@compiled_inline
def source_failure(now: float, until: float, left: float, rate: float) -> float:
    """Return when a shared source fails, if it may before `until`; else any time from then on."""
    return _strike_time(now, left, rate, _ample(until - now))
