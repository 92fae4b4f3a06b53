"""The close of models' days, side by side in lanes.

A model's close is a long chain of multiplications and divisions, each of which waits for the one
before. So the models of a portfolio are not closed one after the other: a batch of them is laid out
in lanes, field by field, and the compiler turns the loop over the lanes into vector instructions,
which work on several at once. Every lane sees the same operations in the same order as in a loop
over models, so the results are the same to the bit.
"""

from __future__ import annotations

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.ensemble import totals
from modelops_abm.ensemble.layout import (
    CAUSES,
    LANES,
    Record,
    in_production_of,
    lanes_of,
    model_of,
    setting_at,
    today_of,
)
from modelops_abm.ensemble.service import account, in_production
from modelops_abm.rules.day import (
    DayFlows,
    PreviousVersion,
    ServedShares,
    Stocks,
    Traits,
    close_day,
    served_shares,
)
from modelops_abm.rules.usage import UsageConstants


@part_of_kernel
def close_models(setting: int, org: Record) -> None:
    """Close the day of every model that was in production, and add up today's flows by number."""
    for first in range(0, org.in_production, LANES):
        count = min(LANES, org.in_production - first)
        for lane in range(count):
            _take_in(setting, org, model_of(org, in_production_of(org, first + lane).value), lane)
        _close(setting, org, count)
        for lane in range(count):
            _give_back(org, model_of(org, in_production_of(org, first + lane).value), lane)
        _add_up(org, count)


@inner_loop
def _take_in(setting: int, org: Record, model: Record, lane: int) -> None:
    """Account for the rest of a model's day, and copy what its close needs into a lane."""
    if in_production(model):
        account(org, model)
    if model.troubled:
        _add_troubles(org, model)
    lanes = lanes_of(org)
    constants = setting_at(setting).constants
    shares = served_shares(model.production, model.current, model.previous, constants.usage)
    lanes.production[lane] = shares.production
    lanes.current[lane] = shares.current
    lanes.previous[lane] = shares.previous
    lanes.forgotten[lane] = shares.forgotten
    lanes.base[lane] = model.base
    lanes.loss[lane] = model.loss
    lanes.effective_capacity[lane] = model.effective_capacity
    lanes.users[lane] = model.users
    lanes.usage[lane] = model.usage
    lanes.memory[lane] = model.memory
    lanes.ideal_users[lane] = model.ideal_users
    lanes.ideal_usage[lane] = model.ideal_usage
    lanes.market_size[lane] = model.market_size
    lanes.innovation[lane] = model.innovation
    lanes.imitation[lane] = model.imitation
    lanes.waning[lane] = model.waning
    lanes.full_usage[lane] = model.full_usage
    lanes.price[lane] = model.price
    lanes.cost[lane] = model.cost
    lanes.wrong_cost[lane] = model.wrong_cost


@inner_loop
def _add_troubles(org: Record, model: Record) -> None:
    """Add the time that a model was not online, by cause."""
    for cause in range(CAUSES):
        today_of(org, totals.STATE_TIME + cause).value += model.state_days[cause]
        today_of(org, totals.UNSERVED_TIME + cause).value += model.unserved_days[cause]


@part_of_kernel
def _close(setting: int, org: Record, count: int) -> None:
    """Integrate the stocks in the lanes over the day; a loop of vector instructions."""
    lanes = lanes_of(org)
    usage = setting_at(setting).constants.usage
    previous_version = setting_at(setting).constants.previous_version
    for lane in range(count):
        _close_lane(lanes, lane, previous_version, usage)


@inner_loop
def _close_lane(
    lanes: Record, lane: int, previous_version: PreviousVersion, usage: UsageConstants
) -> None:
    day = close_day(
        Traits(
            lanes.market_size[lane],
            lanes.innovation[lane],
            lanes.imitation[lane],
            lanes.waning[lane],
            lanes.full_usage[lane],
            lanes.price[lane],
            lanes.cost[lane],
            lanes.wrong_cost[lane],
        ),
        Stocks(
            lanes.users[lane],
            lanes.usage[lane],
            lanes.memory[lane],
            lanes.ideal_users[lane],
            lanes.ideal_usage[lane],
        ),
        ServedShares(
            lanes.production[lane],
            lanes.current[lane],
            lanes.previous[lane],
            lanes.forgotten[lane],
        ),
        lanes.base[lane],
        lanes.loss[lane],
        lanes.effective_capacity[lane],
        previous_version,
        usage,
    )
    lanes.users[lane] = day.stocks.users
    lanes.usage[lane] = day.stocks.usage
    lanes.memory[lane] = day.stocks.availability_memory
    lanes.ideal_users[lane] = day.stocks.ideal_users
    lanes.ideal_usage[lane] = day.stocks.ideal_usage
    _keep_flows(lanes, lane, day.flows)


@inner_loop
def _keep_flows(lanes: Record, lane: int, flows: DayFlows) -> None:
    """Keep a model's flows in the order of `outcomes.MODEL_FLOWS`."""
    lanes.flows[0, lane] = flows.production
    lanes.flows[1, lane] = flows.served_share
    lanes.flows[2, lane] = flows.power
    lanes.flows[3, lane] = flows.demand
    lanes.flows[4, lane] = flows.served
    lanes.flows[5, lane] = flows.unserved
    lanes.flows[6, lane] = flows.value
    lanes.flows[7, lane] = flows.cost
    lanes.flows[8, lane] = flows.ideal_value
    lanes.flows[9, lane] = flows.lost_adoption
    lanes.flows[10, lane] = flows.lost_usage
    lanes.flows[11, lane] = flows.lost_offline
    lanes.flows[12, lane] = flows.lost_capacity
    lanes.flows[13, lane] = flows.lost_decay
    lanes.flows[14, lane] = flows.lost_drift
    lanes.flows[15, lane] = flows.lost_rollback


@inner_loop
def _give_back(org: Record, model: Record, lane: int) -> None:
    """Copy a model's stocks back, and add what its day earned and cost."""
    lanes = lanes_of(org)
    model.users = lanes.users[lane]
    model.usage = lanes.usage[lane]
    model.memory = lanes.memory[lane]
    model.ideal_users = lanes.ideal_users[lane]
    model.ideal_usage = lanes.ideal_usage[lane]
    model.value_total += lanes.flows[totals.VALUE, lane]
    model.cost_total += lanes.flows[totals.COST, lane]


@part_of_kernel
def _add_up(org: Record, count: int) -> None:
    """Add the flows in the lanes to today's, in the order of the models' numbers."""
    flows = lanes_of(org).flows
    for place in range(totals.MODEL_FLOW_COUNT):
        amount = today_of(org, totals.MODEL_FLOWS + place).value
        for lane in range(count):
            amount += flows[place, lane]
        today_of(org, totals.MODEL_FLOWS + place).value = amount
