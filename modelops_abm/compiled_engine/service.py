"""A model's day over records: who served, exposure to incidents, opening and closing.

What is written here for one lane is also what the loops over lanes in `vectors` consist of. There
it must be free of branches: no early return, no store under a condition.
"""

from __future__ import annotations

from modelops_abm.compiled import inner_loop
from modelops_abm.compiled_engine import totals
from modelops_abm.compiled_engine.hazards import keep_left, keep_registered_rates, left_of, rates_of
from modelops_abm.compiled_engine.layout import (
    CURRENT,
    NONE,
    OFFLINE_DRIFT,
    ONLINE,
    PREVIOUS,
    Record,
    lane_of,
    today_of,
)
from modelops_abm.compiled_engine.power import health
from modelops_abm.rules.day import (
    CommonRates,
    PreviousVersion,
    ServedShares,
    Stocks,
    Traits,
    close_day,
    open_day,
    served_share,
)
from modelops_abm.rules.hazards import exposed, may_strike
from modelops_abm.rules.users import UsageConstants


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
        lane.waned,
        lane.full_usage,
        lane.price,
        lane.cost,
        lane.wrong_cost,
    )


@inner_loop
def enter_service(lane: Record, now: float) -> float:
    """Enter who served since the last change, and the exposure; return the days since then."""
    days = now - lane.since
    # Both sides are values, so this is a choice and not a jump.
    current = days if lane.serving == CURRENT else 0.0
    lane.since = now
    lane.production += days
    lane.current += current
    lane.previous += days if lane.serving == PREVIOUS else 0.0
    # Where the current version did not serve the days are 0, and the exposures left stay as they
    # are, to the bit: the Mesa engine leaves this out, and a branch here would cost more.
    keep_left(lane, exposed(left_of(lane), rates_of(lane), current))
    return days


@inner_loop
def account(org: Record, number: int) -> None:
    """Account for the time since the last change of what serves."""
    lane = lane_of(org, number)
    days = enter_service(lane, org.clock)
    # A branch again: this is for one model at an event, not for the loops.
    if lane.cause >= 0:
        account_for_state(org, lane, days)


@inner_loop
def account_for_state(org: Record, lane: Record, days: float) -> None:
    """Count time that a model spent not being online."""
    today_of(org, totals.STATE_TIME + lane.cause).value += days
    if lane.serving == NONE:
        today_of(org, totals.UNSERVED_TIME + lane.cause).value += days


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
    keep_registered_rates(lane, start.rates)
    # `&` and not `and`, which would be a jump; the same below.
    exposed_today = lane.serving == CURRENT
    soon = may_strike(left_of(lane), rates_of(lane), day_end - now)
    lane.at_risk = 1 if exposed_today & soon else 0


@inner_loop
def close_lane(
    lane: Record,
    production: float,
    scale: float,
    previous_version: PreviousVersion,
    usage: UsageConstants,
    abandonment_share: float,
    cost_share: float,
) -> None:
    """Integrate a model's stocks over the day, and keep what it did.

    `production` is what `enter_service` has entered: the share of the day in production.
    """
    day = close_day(
        _traits(lane),
        Stocks(lane.users, lane.usage, lane.memory, lane.ideal_users, lane.ideal_usage),
        ServedShares(production, served_share(lane.current), served_share(lane.previous)),
        lane.base,
        lane.loss,
        lane.effective_capacity,
        scale,
        previous_version,
        usage,
        cost_share * lane.capacity,
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
