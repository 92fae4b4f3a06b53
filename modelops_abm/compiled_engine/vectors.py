"""The days of all models in production, side by side in lanes.

A model's day is a long chain of multiplications and divisions, each of which waits for the one
before it. So models are not worked on one after the other. While a model is in production, what
every day needs of it stands in a lane: the n-th lanes of all fields together are one model, and the
lanes of a field lie next to each other. The compiler turns a loop over lanes into vector
instructions, which do the same for several models at once. In each lane these are the operations
of one model in their order, so the results are the same to the bit as one after the other.

Outside production a model's fields are in its record. The lanes in use are the first ones: the last
moves to where one is given back. Sums over models run in the order of their numbers, whatever their
lanes.
"""

from __future__ import annotations

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine import totals
from modelops_abm.compiled_engine.capability import levels, rates_of_today, scale_of_today
from modelops_abm.compiled_engine.hazards import own_rates_of, plan_incident
from modelops_abm.compiled_engine.layout import (
    LANE,
    LANE_BITS,
    LANE_WORDS,
    LANES,
    PREVIOUS,
    SHARED_WORDS,
    Record,
    block_at,
    in_production_of,
    lane_at,
    lane_of,
    lane_place,
    lane_word_of,
    model_of,
    model_word_of,
    production_of,
    setting_at,
    today_of,
)
from modelops_abm.compiled_engine.service import (
    account_for_state,
    close_lane,
    enter_service,
    open_lane,
)
from modelops_abm.rules.constants import Levels, RateConstants, with_own_rates
from modelops_abm.rules.day import CommonRates, DayFlows, PreviousVersion
from modelops_abm.rules.users import UsageConstants

VECTOR = 8
"""Lanes that the widest vector instructions work on at once."""
NUMBER_WORD = list(LANE.names or ()).index("number")
_NO_FLOWS = DayFlows(*[0.0] * len(DayFlows._fields))


@part_of_kernel
def enter_lane(org: Record, number: int) -> None:
    """Give a model that enters production a lane, and copy its fields there."""
    model = model_of(org, number)
    model.lane = lane_place(org.lanes)
    org.lanes += 1
    for place in range(SHARED_WORDS):
        lane_word_of(org, model.lane, place).value = model_word_of(org, number, place).value
    lane = lane_of(org, number)
    # What else is in the lane is of whoever had it last, and is written before it is read.
    lane.number = number
    lane.departed = 0


@part_of_kernel
def leave_lane(org: Record, number: int) -> None:
    """Copy a model's fields back into its record, and let the last lane take the place of its own.

    The list of those in production must be told of the move.
    """
    model = model_of(org, number)
    for place in range(SHARED_WORDS):
        model_word_of(org, number, place).value = lane_word_of(org, model.lane, place).value
    # The last may be its own: then it is copied onto itself.
    org.lanes -= 1
    last = lane_place(org.lanes)
    for place in range(LANE_WORDS):
        lane_word_of(org, model.lane, place).value = lane_word_of(org, last, place).value
    model_of(org, lane_word_of(org, last, NUMBER_WORD).value).lane = model.lane


@part_of_kernel
def close_models(setting: int, org: Record) -> None:
    """Close the day of every model that was in production, and add up today's flows."""
    constants = setting_at(setting).constants
    scale = scale_of_today(setting, org)
    for block in range(_blocks(org)):
        address, count = block_at(org, block), _filled(org, block)
        # Compiled twice. Of models that were all in production all day, as on most days, the share
        # in production is the number 1: two exponentials less for each model.
        is_whole_day = _enter_service_of_block(address, count, org.clock) == 0
        # As values: of what stands behind an address the compiler must expect that a store to a
        # lane changes it, and would load it anew for each.
        if is_whole_day:
            _close_block(
                address,
                count,
                True,
                scale,
                constants.previous_version,
                constants.usage,
                constants.abandonment_share,
                constants.capacity_cost_share,
            )
        else:
            _close_block(
                address,
                count,
                False,
                scale,
                constants.previous_version,
                constants.usage,
                constants.abandonment_share,
                constants.capacity_cost_share,
            )
    _add_up(org)


@inner_loop
def _blocks(org: Record) -> int:
    return (org.lanes + LANES - 1) >> LANE_BITS


@inner_loop
def _used(org: Record, block: int) -> int:
    """Return the lanes of a block that are in use."""
    return min(LANES, org.lanes - block * LANES)


@inner_loop
def _filled(org: Record, block: int) -> int:
    """Return the lanes of a block that are in use, and so many more as fill whole vectors."""
    # Without a rest of single lanes, which would be done one after the other. Lanes of nobody hold
    # numbers that nobody reads.
    return (_used(org, block) + VECTOR - 1) // VECTOR * VECTOR


@inner_loop
def _enter_service_of_block(block: int, count: int, now: float) -> int:
    """Enter who served until the end of the day; return how many were not there all day."""
    for_a_part = 0
    for lane in range(count):
        record = lane_at(block, lane)
        record.days = enter_service(record, now)
        for_a_part += 1 if record.production != 1.0 else 0
    return for_a_part


@inner_loop
def _close_block(
    block: int,
    count: int,
    is_whole_day: bool,
    scale: float,
    previous_version: PreviousVersion,
    usage: UsageConstants,
    abandonment_share: float,
    cost_share: float,
) -> None:
    for lane in range(count):
        record = lane_at(block, lane)
        close_lane(
            record,
            1.0 if is_whole_day else record.production,
            scale,
            previous_version,
            usage,
            abandonment_share,
            cost_share,
        )


@part_of_kernel
def _add_up(org: Record) -> None:
    """Add up what all models did today and what is left of them, by number."""
    sums = _NO_FLOWS
    users, rolled_back, abandoned = 0.0, 0, 0
    # By number, not by lane: lanes are in the order of coming and going, and sums in another order
    # than the Mesa engine's round differently (0001).
    for index in range(org.in_production):
        lane = in_production_of(org, index)
        # Here, as a store under a condition would keep the loop over lanes from being vectors.
        if lane.cause >= 0:
            account_for_state(org, lane, lane.days)
        sums = _added(sums, lane)
        users += lane.staying_users
        rolled_back += lane.rolled_back
        abandoned += lane.abandoned
    org.abandoned = abandoned
    today_of(org, totals.USERS).value = users
    totals.tally(org, totals.USER_DAYS, users)
    today_of(org, totals.ROLLED_BACK).value = float(rolled_back)
    # In the order of `outcomes.MODEL_FLOWS`, which is that of `DayFlows`.
    place = totals.MODEL_FLOWS
    today_of(org, place).value = sums.production
    today_of(org, place + 1).value = sums.served_share
    today_of(org, place + 2).value = sums.power
    today_of(org, place + 3).value = sums.demand
    today_of(org, place + 4).value = sums.served
    today_of(org, place + 5).value = sums.unserved
    today_of(org, place + 6).value = sums.value
    today_of(org, place + 7).value = sums.cost
    today_of(org, place + 8).value = sums.ideal_value
    today_of(org, place + 9).value = sums.lost_adoption
    today_of(org, place + 10).value = sums.lost_usage
    today_of(org, place + 11).value = sums.lost_offline
    today_of(org, place + 12).value = sums.lost_capacity
    today_of(org, place + 13).value = sums.lost_decay
    today_of(org, place + 14).value = sums.lost_drift
    today_of(org, place + 15).value = sums.lost_rollback


@inner_loop
def _added(sums: DayFlows, lane: Record) -> DayFlows:
    return DayFlows(
        sums.production + lane.flow_production,
        sums.served_share + lane.flow_served_share,
        sums.power + lane.flow_power,
        sums.demand + lane.flow_demand,
        sums.served + lane.flow_served,
        sums.unserved + lane.flow_unserved,
        sums.value + lane.flow_value,
        sums.cost + lane.flow_cost,
        sums.ideal_value + lane.flow_ideal_value,
        sums.lost_adoption + lane.flow_lost_adoption,
        sums.lost_usage + lane.flow_lost_usage,
        sums.lost_offline + lane.flow_lost_offline,
        sums.lost_capacity + lane.flow_lost_capacity,
        sums.lost_decay + lane.flow_lost_decay,
        sums.lost_drift + lane.flow_lost_drift,
        sums.lost_rollback + lane.flow_lost_rollback,
    )


@part_of_kernel
def open_models(setting: int, org: Record) -> None:
    """Open the day of every model in production, and plan the incidents of the day."""
    common = rates_of_today(setting, org)
    # Asked once a day: a choice for each lane between its own rates and the scenario's would cost
    # those who have no kinds.
    has_own = setting_at(setting).own_rates
    for block in range(_blocks(org)):
        address = block_at(org, block)
        if has_own:
            _open_block_of_kinds(setting, org, block)
        else:
            _open_block(address, _filled(org, block), org.clock, org.day + 1.0, common)
        for lane in range(_used(org, block)):
            # On most days of a model a comparison is all. Planning has branches and calls, so it is
            # out of the loop; the order of lanes does not matter to the calendar (0003).
            if lane_at(address, lane).at_risk:
                plan_incident(setting, org, lane_at(address, lane).number)
    # Apart, as on most days there is none: loops over lanes ask only who is current.
    if org.replan or today_of(org, totals.ROLLED_BACK).value > 0.0:
        _plan_others(setting, org)


@part_of_kernel
def _plan_others(setting: int, org: Record) -> None:
    """Plan what becomes today of the previous versions that serve; of everything, if asked for."""
    for index in range(org.in_production):
        # Where values have changed, what was planned before this opening holds no longer, though
        # nothing may strike today. What is planned twice is planned alike.
        if org.replan or in_production_of(org, index).serving == PREVIOUS:
            plan_incident(setting, org, production_of(org, index).number)
    org.replan = 0


@part_of_kernel
def _open_block(block: int, count: int, now: float, day_end: float, common: CommonRates) -> None:
    for lane in range(count):
        open_lane(lane_at(block, lane), now, day_end, common)


@part_of_kernel
def _open_block_of_kinds(setting: int, org: Record, block: int) -> None:
    _open_lanes_of_kinds(
        block_at(org, block),
        _filled(org, block),
        org.clock,
        org.day + 1.0,
        rates_of_today(setting, org),
        setting_at(setting).constants.rates,
        levels(org),
    )


@inner_loop
def _open_lanes_of_kinds(
    block: int,
    count: int,
    now: float,
    day_end: float,
    common: CommonRates,
    constants: RateConstants,
    today: Levels,
) -> None:
    for lane in range(count):
        own = with_own_rates(common, constants, today, own_rates_of(lane_at(block, lane)))
        open_lane(lane_at(block, lane), now, day_end, own)


@part_of_kernel
def open_model(setting: int, org: Record, number: int) -> None:
    """Open the rest of the day of a model that goes live."""
    lane, constants = lane_of(org, number), setting_at(setting).constants.rates
    common = rates_of_today(setting, org)
    own = with_own_rates(common, constants, levels(org), own_rates_of(lane))
    open_lane(lane, org.clock, org.day + 1.0, own)
    plan_incident(setting, org, number)
