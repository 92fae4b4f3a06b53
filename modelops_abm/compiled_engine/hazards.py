"""A model's exposure to incidents over records, and the next one on the calendar."""

from __future__ import annotations

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.layout import (
    CURRENT,
    INCIDENT,
    PREVIOUS,
    Record,
    event_slot,
    lane_of,
    model_of,
)
from modelops_abm.core.events import Rank
from modelops_abm.core.statechart import Cause
from modelops_abm.rules import registered
from modelops_abm.rules.constants import OwnRates
from modelops_abm.rules.hazards import (
    Hazards,
    break_time,
    next_incident,
    previous_threshold,
    renewed,
    threshold,
)

_PIPELINE = Cause.PIPELINE.value

# What is registered beside the causes of the package, one part for each entry.


def _field(name: str) -> registered.Part:
    # A function for each field: compiled code must know the name of a field beforehand.
    @inner_loop
    def value(lane: Record) -> float:
        return lane[name]

    return value


def _keep_field(name: str, number: int) -> registered.Part:
    @inner_loop
    def keep(lane: Record, values: Hazards) -> None:
        lane[name] = values[number]

    return keep


_OTHERS = {number: cause.name for number, cause in registered.CAUSES}
_registered_left = registered.tuple_of(
    [_field(f"left_{name}") for name in _OTHERS.values()], "left"
)
_registered_rates = registered.tuple_of(
    [_field(f"rate_{name}") for name in _OTHERS.values()], "rates of a lane"
)
_keep_registered_left = registered.each_of(
    [_keep_field(f"left_{name}", number) for number, name in _OTHERS.items()], "keep left"
)
keep_registered_rates = registered.each_of(
    [_keep_field(f"rate_{name}", number) for number, name in _OTHERS.items()], "keep rates"
)


@inner_loop
def left_of(lane: Record) -> Hazards:
    """Return the exposures left until a model's next incidents."""
    own = (lane.left_pipeline, lane.left_capacity, lane.left_compliance, lane.left_drift)
    return Hazards(*(own + _registered_left(lane)))


@inner_loop
def keep_left(lane: Record, left: Hazards) -> None:
    """Store the exposures left until a model's next incidents."""
    lane.left_pipeline = left.pipeline
    lane.left_capacity = left.capacity
    lane.left_compliance = left.compliance
    lane.left_drift = left.drift
    _keep_registered_left(lane, left)


@inner_loop
def renew(lane: Record, cause: int, value: float) -> None:
    """Set the exposure left until the next incident of a cause."""
    keep_left(lane, renewed(left_of(lane), cause, value))


@inner_loop
def rates_of(lane: Record) -> Hazards:
    """Return a model's rates; there is no drift onset while a drift is active."""
    # A choice and not a jump, as this is part of the loops over lanes.
    drift = 0.0 if lane.drifting != 0 else lane.rate_drift
    own = (lane.rate_pipeline, lane.rate_capacity, lane.rate_compliance, drift)
    return Hazards(*(own + _registered_rates(lane)))


@part_of_kernel
def begin_previous(org: Record, number: int, cause: int, occurrence: int) -> None:
    """Let a previous version serve that breaks when its exposure is used up."""
    model = model_of(org, number)
    model.previous_left = previous_threshold(model.entity, cause, occurrence)
    model.previous_since = org.clock
    model.previous_rate = 0.0


@part_of_kernel
def _plan_break(setting: int, org: Record, number: int) -> None:
    """Plan when the previous version breaks, if it does on this day, at today's rate."""
    model = model_of(org, number)
    # At the rate until now, which at the opening of a day is that of the day before.
    model.previous_left -= model.previous_rate * (org.clock - model.previous_since)
    model.previous_since = org.clock
    model.previous_rate = lane_of(org, number).rate_pipeline
    day_end = org.day + 1.0
    at = break_time(org.clock, day_end, model.previous_left, model.previous_rate)
    # In the place of the incident of the current version, which is not exposed meanwhile.
    if at < day_end:
        slot = event_slot(number, INCIDENT)
        schedule(setting, org, slot, at, Rank.INCIDENT, number, _PIPELINE)


@inner_loop
def own_rates_of(lane: Record) -> OwnRates:
    """Return a model's own rates per year, NaN where it has the scenario's."""
    return OwnRates(lane.own_pipeline, lane.own_capacity, lane.own_compliance, lane.own_drift)


@inner_loop
def plan_incident(setting: int, org: Record, number: int) -> None:
    """Plan the next incident of this day, if there is one."""
    lane = lane_of(org, number)
    slot = event_slot(number, INCIDENT)
    if lane.serving == CURRENT:
        day_end = org.day + 1.0
        incident = next_incident(org.clock, day_end, left_of(lane), rates_of(lane))
        # What strikes later is planned when its day opens: rates hold for one day (0011).
        if incident.time < day_end:
            model_of(org, number).next_cause = incident.cause
            # In place of what was planned.
            schedule(setting, org, slot, incident.time, Rank.INCIDENT, number, incident.cause)
            return
    cancel(org, slot)
    if lane.serving == PREVIOUS:
        _plan_break(setting, org, number)


@part_of_kernel
def count_incident(org: Record, number: int, cause: int) -> int:
    """Number a new incident of a cause from 0, and draw the threshold of the next."""
    model = model_of(org, number)
    count = int(model.counts[cause])
    model.counts[cause] = count + 1
    # Keyed by its number: under any plan it is the same threshold.
    renew(lane_of(org, number), cause, threshold(model.entity, cause, count + 1))
    return count
