"""A model's day over arrays: who served, exposure to incidents, opening and closing."""

from __future__ import annotations

from modelops_abm.compiled import inner_loop
from modelops_abm.ensemble.calendar import cancel, schedule
from modelops_abm.ensemble.layout import (
    CAUSES,
    INCIDENT,
    SLOTS_PER_MODEL,
    Record,
    capability_of,
    model_of,
    setting_at,
)
from modelops_abm.events import Rank
from modelops_abm.rules.constants import Levels, common_rates
from modelops_abm.rules.day import CommonRates, Health, open_day
from modelops_abm.rules.hazards import Hazards, exposed, next_incident, renewed
from modelops_abm.statechart import Cause, Serving, State

CURRENT = Serving.CURRENT.value
PREVIOUS = Serving.PREVIOUS.value
NONE = Serving.NONE.value
ONLINE = State.ONLINE.value
OFFLINE_DRIFT = State.OFFLINE_DRIFT.value
RETIRED = State.RETIRED.value
DRIFT = Cause.DRIFT.value


@inner_loop
def event_slot(number: int, kind: int) -> int:
    """Return the calendar slot of a model's event."""
    return number * SLOTS_PER_MODEL + kind


@inner_loop
def levels(org: Record) -> Levels:
    """Return the levels of the capabilities."""
    return Levels(
        capability_of(org, 0).level,
        capability_of(org, 1).level,
        capability_of(org, 2).level,
        capability_of(org, 3).level,
        capability_of(org, 4).level,
    )


@inner_loop
def in_production(model: Record) -> bool:
    """Return whether a model is in production."""
    return bool(ONLINE <= model.state <= OFFLINE_DRIFT)


@inner_loop
def health(model: Record) -> Health:
    """Return what a model's power decays from, and its active drift."""
    return Health(
        model.restored,
        model.restored_at,
        model.decay,
        model.drifting != 0,
        model.severity,
        model.drift_since,
    )


@inner_loop
def _left(model: Record) -> Hazards:
    return Hazards(
        model.left_pipeline, model.left_capacity, model.left_compliance, model.left_drift
    )


@inner_loop
def keep_left(model: Record, left: Hazards) -> None:
    """Store the exposures left until a model's next incidents."""
    model.left_pipeline = left.pipeline
    model.left_capacity = left.capacity
    model.left_compliance = left.compliance
    model.left_drift = left.drift


@inner_loop
def renew(model: Record, cause: int, value: float) -> None:
    """Set the exposure left until the next incident of a cause."""
    keep_left(model, renewed(_left(model), cause, value))


@inner_loop
def _rates(model: Record) -> Hazards:
    rates = Hazards(
        model.rate_pipeline, model.rate_capacity, model.rate_compliance, model.rate_drift
    )
    return renewed(rates, DRIFT, 0.0) if model.drifting else rates


@inner_loop
def account(org: Record, model: Record) -> None:
    """Account for the time since the last change of what serves."""
    days = org.clock - model.since
    model.since = org.clock
    model.production += days
    if model.serving == CURRENT:
        model.current += days
        keep_left(model, exposed(_left(model), _rates(model), days))
    elif model.serving == PREVIOUS:
        model.previous += days
    if model.cause >= 0:
        model.troubled = 1
        model.state_days[model.cause] += days
        if model.serving == NONE:
            model.unserved_days[model.cause] += days


@inner_loop
def plan_incident(setting: int, org: Record, number: int) -> None:
    """Plan the next incident of this day, if there is one."""
    model = model_of(org, number)
    slot = event_slot(number, INCIDENT)
    cancel(org, slot)
    if model.serving != CURRENT:
        return
    day_end = org.day + 1.0
    incident = next_incident(org.clock, day_end, _left(model), _rates(model))
    if incident.time < day_end:
        model.next_cause = incident.cause
        schedule(setting, org, slot, incident.time, Rank.INCIDENT, number, incident.cause)


@inner_loop
def open_model_day(setting: int, org: Record, number: int, common: CommonRates) -> None:
    """Take over the values that hold for a model's day, or the rest of it."""
    model = model_of(org, number)
    model.since = org.clock
    model.production = 0.0
    model.current = 0.0
    model.previous = 0.0
    if model.troubled:
        model.troubled = 0
        for cause in range(CAUSES):
            model.state_days[cause] = 0.0
            model.unserved_days[cause] = 0.0
    start = open_day(
        org.clock,
        health(model),
        model.users,
        model.usage,
        model.capacity,
        model.regulated != 0,
        common,
    )
    model.base = start.base
    model.loss = start.loss
    model.effective_capacity = start.capacity
    model.rate_pipeline = start.rates.pipeline
    model.rate_capacity = start.rates.capacity
    model.rate_compliance = start.rates.compliance
    model.rate_drift = start.rates.drift
    plan_incident(setting, org, number)


@inner_loop
def rates_of_today(setting: int, org: Record) -> CommonRates:
    """Return what the rates of all models have in common today."""
    return common_rates(setting_at(setting).constants.rates, levels(org))
