"""The steps in which a day closes, and the opening of the next; `day` has their order.

`mesa_engine.close` does the same with agents.
"""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine import totals
from modelops_abm.compiled_engine.capability import finish_capability
from modelops_abm.compiled_engine.developer import enter_time, take_time
from modelops_abm.compiled_engine.layout import (
    ACTIVITIES,
    CAPABILITIES,
    CLASSES,
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


@part_of_kernel
def integrate_models(setting: int, org: Record) -> None:
    """Integrate the stocks of every model that was in production today, by number."""
    close_models(setting, org)


@part_of_kernel
def account_developers(org: Record) -> None:
    """Enter the developers' day into the ledgers, by number."""
    for number in range(org.developers):
        developer = developer_of(org, number)
        # Most do one thing all day; the time of all others is 0 then, which changes no sum.
        if developer.accounted_at == org.day:
            _book_time(org, developer, developer.activity, take_time(org, developer))
        else:
            enter_time(org, number)
            for activity in range(ACTIVITIES):
                _book_time(org, developer, activity, developer.today[activity])
                developer.today[activity] = 0.0


@inner_loop
def _book_time(org: Record, developer: Record, activity: int, days: float) -> None:
    developer.ledger[activity] += days
    today_of(org, totals.DEVELOPER_TIME + activity).value += days


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
        today_of(org, totals.LEVEL_RISES + number).value = level - before
    today_of(org, totals.CAPITAL).value = capital
    today_of(org, totals.UPKEEP).value = upkeep


@part_of_kernel
def book_money(setting: int, org: Record) -> None:
    """Book the day's payroll and net value, discount them, and add all flows to the totals."""
    numbers = setting_at(setting)
    payroll = payroll_of(numbers.developers, numbers.payroll_per_year)
    capital, upkeep = today_of(org, totals.CAPITAL).value, today_of(org, totals.UPKEEP).value
    value, cost = today_of(org, totals.VALUE).value, today_of(org, totals.COST).value
    net = net_value(value, cost, payroll, capital, upkeep)
    factor = discount_of(org, org.day).value
    today_of(org, totals.PAYROLL).value = payroll
    today_of(org, totals.NET_VALUE).value = net
    today_of(org, totals.DISCOUNTED_NET_VALUE).value = net * factor
    today_of(org, totals.DISCOUNTED_INVESTMENT).value = (capital + upkeep) * factor
    on_capabilities = today_of(org, totals.DEVELOPER_TIME + TaskClass.CAPABILITY.value).value
    time = payroll_of(on_capabilities, numbers.payroll_per_year)
    today_of(org, totals.DISCOUNTED_CAPABILITY_TIME).value = time * factor
    # Only now, as these are the last of the day.
    totals.add_up_today(org)
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
    totals.forget_today(org)
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
