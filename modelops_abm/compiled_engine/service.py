"""A model's day over records: who served, exposure to incidents, opening and closing.

What is written here for one lane is also what the loops over lanes of `lanes` consist of. There it
must be free of branches: no early return, no store under a condition.
"""

from __future__ import annotations

from modelops_abm.compiled import inner_loop
from modelops_abm.compiled_engine import totals
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.layout import (
    INCIDENT,
    SLOTS_PER_MODEL,
    Record,
    capability_of,
    lane_of,
    model_of,
    setting_at,
    today_of,
)
from modelops_abm.core.events import Rank
from modelops_abm.core.statechart import Cause, Serving, State
from modelops_abm.rules.constants import Levels, common_rates
from modelops_abm.rules.day import (
    CommonRates,
    Health,
    PreviousVersion,
    ServedShares,
    Stocks,
    Traits,
    close_day,
    open_day,
    served_share,
)
from modelops_abm.rules.hazards import Hazards, exposed, may_strike, next_incident, renewed
from modelops_abm.rules.users import UsageConstants

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
def rates_of_today(setting: int, org: Record) -> CommonRates:
    """Return what the rates of all models have in common today."""
    return common_rates(setting_at(setting).constants.rates, levels(org))


@inner_loop
def in_production(model: Record) -> bool:
    """Return whether a model is in production."""
    return bool(ONLINE <= model.state <= OFFLINE_DRIFT)


@inner_loop
def _traits(lane: Record) -> Traits:
    return Traits(
        lane.market_size,
        lane.innovation,
        lane.imitation,
        lane.waning,
        lane.full_usage,
        lane.price,
        lane.cost,
        lane.wrong_cost,
    )


@inner_loop
def health(lane: Record) -> Health:
    """Return what a model's power decays from, and its active drift."""
    return Health(
        lane.restored,
        lane.restored_at,
        lane.decay,
        lane.drifting != 0,
        lane.severity,
        lane.drift_since,
    )


@inner_loop
def _left(lane: Record) -> Hazards:
    return Hazards(lane.left_pipeline, lane.left_capacity, lane.left_compliance, lane.left_drift)


@inner_loop
def keep_left(lane: Record, left: Hazards) -> None:
    """Store the exposures left until a model's next incidents."""
    lane.left_pipeline = left.pipeline
    lane.left_capacity = left.capacity
    lane.left_compliance = left.compliance
    lane.left_drift = left.drift


@inner_loop
def renew(lane: Record, cause: int, value: float) -> None:
    """Set the exposure left until the next incident of a cause."""
    keep_left(lane, renewed(_left(lane), cause, value))


@inner_loop
def _rates(lane: Record) -> Hazards:
    drift = 0.0 if lane.drifting != 0 else lane.rate_drift
    return Hazards(lane.rate_pipeline, lane.rate_capacity, lane.rate_compliance, drift)


@inner_loop
def enter_service(lane: Record, now: float) -> float:
    """Enter who served since the last change, and the exposure; return the days since then."""
    days = now - lane.since
    current = days if lane.serving == CURRENT else 0.0
    lane.since = now
    lane.production += days
    lane.current += current
    lane.previous += days if lane.serving == PREVIOUS else 0.0
    keep_left(lane, exposed(_left(lane), _rates(lane), current))
    return days


@inner_loop
def account(org: Record, number: int) -> None:
    """Account for the time since the last change of what serves."""
    lane = lane_of(org, number)
    days = enter_service(lane, org.clock)
    if lane.cause >= 0:
        account_for_state(org, lane, days)


@inner_loop
def account_for_state(org: Record, lane: Record, days: float) -> None:
    """Count time that a model spent not being online."""
    today_of(org, totals.STATE_TIME + lane.cause).value += days
    if lane.serving == NONE:
        today_of(org, totals.UNSERVED_TIME + lane.cause).value += days


@inner_loop
def plan_incident(setting: int, org: Record, number: int) -> None:
    """Plan the next incident of this day, if there is one."""
    lane = lane_of(org, number)
    slot = event_slot(number, INCIDENT)
    cancel(org, slot)
    if lane.serving != CURRENT:
        return
    day_end = org.day + 1.0
    incident = next_incident(org.clock, day_end, _left(lane), _rates(lane))
    if incident.time < day_end:
        model_of(org, number).next_cause = incident.cause
        schedule(setting, org, slot, incident.time, Rank.INCIDENT, number, incident.cause)


@inner_loop
def open_lane(lane: Record, now: float, day_end: float, common: CommonRates) -> None:
    """Take over the values that hold for a model's day, or the rest of it."""
    start = open_day(
        now,
        health(lane),
        lane.users,
        lane.usage,
        lane.capacity,
        lane.regulated != 0,
        common,
    )
    lane.since = now
    lane.production = 0.0
    lane.current = 0.0
    lane.previous = 0.0
    lane.base = start.base
    lane.loss = start.loss
    lane.effective_capacity = start.capacity
    lane.rate_pipeline = start.rates.pipeline
    lane.rate_capacity = start.rates.capacity
    lane.rate_compliance = start.rates.compliance
    lane.rate_drift = start.rates.drift
    exposed_today = lane.serving == CURRENT
    soon = may_strike(_left(lane), _rates(lane), day_end - now)
    lane.at_risk = 1 if exposed_today & soon else 0


@inner_loop
def close_lane(
    lane: Record,
    now: float,
    previous_version: PreviousVersion,
    usage: UsageConstants,
    abandonment_share: float,
) -> None:
    """Account for the rest of a model's day, integrate its stocks, and keep what it did."""
    lane.days = enter_service(lane, now)
    day = close_day(
        _traits(lane),
        Stocks(lane.users, lane.usage, lane.memory, lane.ideal_users, lane.ideal_usage),
        ServedShares(lane.production, served_share(lane.current), served_share(lane.previous)),
        lane.base,
        lane.loss,
        lane.effective_capacity,
        previous_version,
        usage,
    )
    stocks, flows = day.stocks, day.flows
    lane.users = stocks.users
    lane.usage = stocks.usage
    lane.memory = stocks.availability_memory
    lane.ideal_users = stocks.ideal_users
    lane.ideal_usage = stocks.ideal_usage
    lane.served_total += flows.served_share
    lane.value_total += flows.value
    lane.cost_total += flows.cost
    lane.flow_production = flows.production
    lane.flow_served_share = flows.served_share
    lane.flow_power = flows.power
    lane.flow_demand = flows.demand
    lane.flow_served = flows.served
    lane.flow_unserved = flows.unserved
    lane.flow_value = flows.value
    lane.flow_cost = flows.cost
    lane.flow_ideal_value = flows.ideal_value
    lane.flow_lost_adoption = flows.lost_adoption
    lane.flow_lost_usage = flows.lost_usage
    lane.flow_lost_offline = flows.lost_offline
    lane.flow_lost_capacity = flows.lost_capacity
    lane.flow_lost_decay = flows.lost_decay
    lane.flow_lost_drift = flows.lost_drift
    lane.flow_lost_rollback = flows.lost_rollback
    abandoned = stocks.usage < abandonment_share * lane.full_usage
    departed = lane.departed != 0
    lane.abandoned = 1 if abandoned & (not departed) else 0
    stays = not (abandoned | departed)
    lane.staying_users = stocks.users if stays else 0.0
    lane.rolled_back = 1 if stays & (lane.serving == PREVIOUS) else 0
