"""The steps in which a day closes, and the opening of the next; `day` has their order.

`mesa_engine.close` does the same with agents.
"""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine import totals
from modelops_abm.compiled_engine.capability import finish_capability
from modelops_abm.compiled_engine.developer import enter_time
from modelops_abm.compiled_engine.layout import (
    ACTIVITIES,
    CAPABILITIES,
    CAUSES,
    CLASSES,
    Floats,
    Floats2,
    Integers,
    Record,
    capability_of,
    developer_of,
    discount_of,
    in_production_of,
    lane_of,
    model_of,
    production_of,
    setting_at,
    today_of,
    total_of,
)
from modelops_abm.compiled_engine.ml_model import judge_drifts_again, retire
from modelops_abm.compiled_engine.power import count_undetected
from modelops_abm.compiled_engine.requests import count_open, receive_dated_requests
from modelops_abm.compiled_engine.scheduler import keep_build_days
from modelops_abm.compiled_engine.sources import open_sources
from modelops_abm.compiled_engine.vectors import close_models, leave_lane, open_models
from modelops_abm.core.events import RetirementReason, TaskClass
from modelops_abm.rules.capability import capital_spent, full_level, level_after, upkeep_per_day
from modelops_abm.rules.money import net_value, payroll_of

type Days = tuple[float, float, float, float, float, float, float]
# Of each activity.
_NO_DAYS: Days = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@part_of_kernel
def _forget_today(org: Record, first: int, count: int) -> None:
    for place in range(first, first + count):
        today_of(org, place).value = 0.0


@part_of_kernel
def _add_up_today(org: Record, first: int, count: int) -> None:
    """Add flows that were added up in `today` to the totals."""
    for place in range(first, first + count):
        total_of(org, place).value += today_of(org, place).value


@part_of_kernel
def integrate_models(setting: int, org: Record) -> None:
    """Integrate the stocks of every model that was in production today, by number."""
    close_models(setting, org)
    _add_up_today(org, totals.MODEL_FLOWS, totals.MODEL_FLOW_COUNT)
    _add_up_today(org, totals.STATE_TIME, CAUSES)
    _add_up_today(org, totals.UNSERVED_TIME, CAUSES)


@part_of_kernel
def account_developers(org: Record) -> None:
    """Enter the developers' day into the ledgers, by number."""
    sums = _NO_DAYS
    # Developer by developer and not activity by activity: in the order of the numbers for each
    # activity all the same, and all activities at once.
    for number in range(org.developers):
        enter_time(org, number)
        developer = developer_of(org, number)
        sums = _added(sums, developer.today)
        for activity in range(ACTIVITIES):
            developer.ledger[activity] += developer.today[activity]
            developer.today[activity] = 0.0
    for activity in range(ACTIVITIES):
        totals.book(org, totals.DEVELOPER_TIME + activity, sums[activity])


@inner_loop
def _added(sums: Days, today: Floats) -> Days:
    return (
        sums[0] + today[0],
        sums[1] + today[1],
        sums[2] + today[2],
        sums[3] + today[3],
        sums[4] + today[4],
        sums[5] + today[5],
        sums[6] + today[6],
    )


@part_of_kernel
def raise_levels(org: Record) -> None:
    """Raise the capability levels by the work put in, and count what that costs."""
    upkeep = capital = 0.0
    # Of each model for the part of the day in which it was in production.
    models = today_of(org, totals.PRODUCTION_DAYS).value
    for number in range(CAPABILITIES):
        capability = capability_of(org, number)
        # Where nobody has ever worked on it, every sum below is one of zeros.
        if capability.level == 0.0 and capability.delivered == 0.0 and capability.maximum == 0.0:
            continue
        full = full_level(capability.upkeep_per_year, capability.upkeep_per_model_year, models)
        # Of the level at the start of the day, so before it rises.
        upkeep += upkeep_per_day(capability.level, full)
        before = capability.level
        level = level_after(
            before, capability.maximum, capability.delivered, capability.effort_days
        )
        capability.level = level
        capability.delivered = 0.0
        if level >= capability.maximum and before < capability.maximum:
            finish_capability(org, number)
        capital += capital_spent(level - before, capability.capital_cost)
        totals.book(org, totals.LEVEL_RISES + number, level - before)
    totals.book(org, totals.CAPITAL, capital)
    totals.book(org, totals.UPKEEP, upkeep)


@part_of_kernel
def book_money(setting: int, org: Record) -> None:
    """Book the day's payroll and net value, and discount them."""
    numbers = setting_at(setting)
    payroll = payroll_of(numbers.developers, numbers.payroll_per_year)
    capital, upkeep = today_of(org, totals.CAPITAL).value, today_of(org, totals.UPKEEP).value
    value, cost = today_of(org, totals.VALUE).value, today_of(org, totals.COST).value
    net = net_value(value, cost, payroll, capital, upkeep)
    factor = discount_of(org, org.day).value
    totals.book(org, totals.PAYROLL, payroll)
    totals.book(org, totals.NET_VALUE, net)
    totals.book(org, totals.DISCOUNTED_NET_VALUE, net * factor)
    totals.book(org, totals.DISCOUNTED_INVESTMENT, (capital + upkeep) * factor)
    on_capabilities = today_of(org, totals.DEVELOPER_TIME + TaskClass.CAPABILITY.value).value
    time = payroll_of(on_capabilities, numbers.payroll_per_year)
    totals.book(org, totals.DISCOUNTED_CAPABILITY_TIME, time * factor)
    today_of(org, totals.NPV).value = total_of(org, totals.DISCOUNTED_NET_VALUE).value


@part_of_kernel
def retire_abandoned(org: Record) -> None:
    """Retire the models that hardly anybody uses; forget those retired today."""
    if org.abandoned > 0:
        # Retiring only marks: the list is as it was until the loop below. Who retired in the course
        # of the day is on it as well, for the hours in which it served.
        for index in range(org.in_production):
            lane = in_production_of(org, index)
            if lane.abandoned:
                retire(org, lane.number, RetirementReason.ABANDONED.value)
    if org.departures > 0:
        _forget_departed(org)


@part_of_kernel
def _forget_departed(org: Record) -> None:
    """Take the models retired today off those in production."""
    kept = 0
    for index in range(org.in_production):
        number = production_of(org, index).number
        if lane_of(org, number).departed:
            leave_lane(org, number)
        else:
            production_of(org, kept).number = number
            kept += 1
    org.in_production = kept
    for index in range(kept):  # those whose lanes have moved may stand before them
        entry = production_of(org, index)
        entry.lane = model_of(org, entry.number).lane
    org.departures = 0


@part_of_kernel
def collect(org: Record, wanted: Integers, series: Floats2) -> None:
    """Count what is there at the end of the day, and keep what is wanted."""
    # All that follows is only looked at; nothing depends on it (0035).
    if len(wanted) == 0:
        return
    for place in range(totals.MODEL_COUNT):
        today_of(org, totals.MODEL_COUNTS + place).value = float(org.states[place])
    for place in range(CLASSES):
        today_of(org, totals.WAITING + place).value = float(org.waiting[place])
    today_of(org, totals.DEVELOPERS).value = float(org.developers)
    for place in range(CAPABILITIES):
        today_of(org, totals.LEVELS + place).value = capability_of(org, place).level
    production = today_of(org, totals.PRODUCTION_DAYS).value
    served, power = today_of(org, totals.SERVED_DAYS).value, today_of(org, totals.POWER_DAYS).value
    today_of(org, totals.AVAILABILITY).value = _ratio(served, production)
    today_of(org, totals.POWER).value = _ratio(power, production)
    for kept in range(len(wanted)):
        series[kept, org.day] = today_of(org, wanted[kept]).value


@part_of_kernel
def _ratio(amount: float, divisor: float) -> float:
    return amount / divisor if divisor != 0.0 else np.nan


@part_of_kernel
def open_day(setting: int, org: Record) -> None:
    """Let dated requests come, judge mild drifts again, refresh every rate."""
    if org.request_kinds > 0:
        receive_dated_requests(setting, org)
    # Only these are added up in the course of a day; the others are written when it closes.
    _forget_today(org, totals.STATE_TIME, CAUSES)
    _forget_today(org, totals.UNSERVED_TIME, CAUSES)
    if org.mild_drifts > 0:
        judge_drifts_again(setting, org)
    open_models(setting, org)
    open_sources(setting, org)


@part_of_kernel
def end(org: Record) -> None:
    """Count what is still going on at the horizon, and take all models out of their lanes."""
    for number in range(org.developers):
        keep_build_days(org, number)
    for index in range(org.in_production):
        number = production_of(org, index).number
        count_undetected(org, number)
        count_open(org, number)
        # Who reads the models after the run finds all in their records.
        leave_lane(org, number)
