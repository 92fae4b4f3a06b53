"""One replication from the founding to the horizon, and many of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from modelops_abm.compiled import inner_loop, kernel, part_of_kernel
from modelops_abm.ensemble import totals
from modelops_abm.ensemble.calendar import next_time, schedule, take_next
from modelops_abm.ensemble.founding import arrival_slot, found, receive_idea
from modelops_abm.ensemble.layout import (
    ACTIVITIES,
    CAPABILITIES,
    CAUSES,
    CLASSES,
    DETECTION,
    DEVELOPER,
    DUE,
    EVENT,
    HEALING,
    INCIDENT,
    LOGGED,
    MODEL,
    ORGANISATION,
    QUEUED,
    QUEUES,
    RETIREMENT,
    SLOTS_PER_MODEL,
    SWITCH,
    TASK,
    Floats,
    Floats3,
    Integers,
    Record,
    Records,
    Tables,
    capability_of,
    developer_of,
    idle_of,
    in_production_of,
    log,
    model_of,
    setting_at,
    task_of,
    today_of,
    total_of,
)
from modelops_abm.ensemble.life import (
    count_undetected,
    cross_decay,
    detect_drift,
    notice_decay,
    request_retraining,
    retire,
    self_heal,
    serve_previous,
    strike,
    work_began,
    work_completed,
)
from modelops_abm.ensemble.scheduler import NO_TASK, assign, best, finish, take_idle, victim
from modelops_abm.ensemble.service import (
    PREVIOUS,
    close_model_day,
    levels,
    open_model_day,
    rates_of_today,
)
from modelops_abm.ensemble.work import (
    BUILD,
    DEPLOY,
    begin,
    close_ledgers,
    enter_work,
    log_work,
    submit_task,
    take_over,
    withdraw,
)
from modelops_abm.ensemble.work import (
    CAPABILITY as CAPABILITY_WORK,
)
from modelops_abm.events import NOBODY, LogKind, Rank, RetirementReason
from modelops_abm.randomness import DecisionPoint, Origin, draw_key, entity_key
from modelops_abm.rules.capability import capital_spent, level_after, upkeep_per_day
from modelops_abm.rules.care import maintenance_effort, new_work_effort
from modelops_abm.rules.day import DayFlows
from modelops_abm.rules.money import discount_factor, net_value, payroll_per_day
from modelops_abm.rules.population import arrival_gap
from modelops_abm.rules.sampling import sample
from modelops_abm.rules.work import speed
from modelops_abm.statechart import Cause, State

_RETRAINING = Cause.RETRAINING.value
_IDEA = State.IDEA.value
_FIRST_OFFLINE = State.OFFLINE_ISSUE.value
_OFFLINE_ISSUE = State.OFFLINE_ISSUE.value
_RETIRED = State.RETIRED.value


@part_of_kernel
def _arrivals_before_horizon(setting: int, seed: int, replication: int) -> int:
    organisation = entity_key(seed, replication, Origin.ORGANISATION.value, 0)
    count = 0
    time = arrival_gap(organisation, 0, setting_at(setting).ideas_per_year)
    while time < setting_at(setting).horizon_days:
        count += 1
        time += arrival_gap(organisation, count, setting_at(setting).ideas_per_year)
    return count


@part_of_kernel
def _hire(setting: int, org: Record, seed: int, replication: int) -> None:
    """Bring in the developers, all idle."""
    for number in range(setting_at(setting).developers):
        entity = entity_key(seed, replication, Origin.DEVELOPER.value, number)
        key = draw_key(entity, DecisionPoint.PRODUCTIVITY.value, 0)
        developer = developer_of(org, number)
        developer.speed = speed(
            setting_at(setting).focus, sample(setting_at(setting).productivity, key)
        )
        developer.task = NO_TASK
        idle_of(org, number).value = number
    org.idle = setting_at(setting).developers


@part_of_kernel
def _plan_capabilities(setting: int, org: Record) -> None:
    """Take over the start levels, and plan the start of the work."""
    first = 2 * org.model_room
    for number in range(CAPABILITIES):
        capability = capability_of(org, number)
        capability.first = first
        first += capability.streams
        if capability.level < capability.maximum:
            slot = org.model_room * SLOTS_PER_MODEL + setting_at(setting).developers + number
            at = capability.start_day
            schedule(setting, org, slot, at, Rank.CAPABILITY_START, number, 0)


@part_of_kernel
def _submit_package(setting: int, org: Record, number: int, stream: int) -> None:
    task = capability_of(org, number).first + stream
    submit_task(setting, org, task, CAPABILITY_WORK, number, NOBODY, stream, 0)


@part_of_kernel
def _start_capability(setting: int, org: Record, number: int) -> None:
    capability = capability_of(org, number)
    log(org, LogKind.CAPABILITY_STARTED, number, NOBODY, NOBODY, capability.maximum)
    for stream in range(capability.streams):
        _submit_package(setting, org, number, stream)


@part_of_kernel
def _effort_of(setting: int, org: Record, task: int) -> float:
    """Return the developer-days of a task when work on it first starts."""
    record = task_of(org, task)
    care, today = setting_at(setting).constants.care, levels(org)
    if record.task_class == CAPABILITY_WORK:
        return setting_at(setting).package_days
    model = model_of(org, record.number)
    if record.task_class == BUILD:
        return new_work_effort(care, today, model.build_effort)
    if record.task_class == DEPLOY:
        return new_work_effort(care, today, model.deployment_effort)
    occurrence = model.issue_number
    if record.cause == _RETRAINING:
        occurrence = model.retrainings_begun
        model.retrainings_begun = occurrence + 1
    return maintenance_effort(care, today, model.entity, record.cause, occurrence)


@part_of_kernel
def _begin(setting: int, org: Record, developer: int, task: int) -> None:
    record = task_of(org, task)
    if not record.begun:
        record.effort_left = _effort_of(setting, org, task)
        record.begun = 1
    begin(setting, org, developer, task)
    if record.task_class != CAPABILITY_WORK:
        work_began(setting, org, task)


@part_of_kernel
def _dispatch(setting: int, org: Record) -> None:
    """Assign work until there is nobody or nothing more to assign."""
    while org.idle > 0:
        task = best(setting, org, False)
        if task == NO_TASK:
            return
        developer = take_idle(org)
        assign(org, task, developer)
        _begin(setting, org, developer, task)
    while setting_at(setting).preemptive:
        task = best(setting, org, True)
        if task == NO_TASK:
            return
        developer = victim(setting, org, task_of(org, task).task_class)
        if developer < 0:
            return
        take_over(setting, org, developer, developer_of(org, developer).task)
        assign(org, task, developer)
        _begin(setting, org, developer, task)


@part_of_kernel
def _complete(setting: int, org: Record, developer: int) -> None:
    """Let a developer complete a task."""
    task = developer_of(org, developer).task
    record = task_of(org, task)
    started_at = developer_of(org, developer).started_at
    enter_work(org, developer, task)
    record.effort_left = 0.0
    finish(org, task)
    waited = org.clock - record.submitted_at
    log_work(org, LogKind.WORK_COMPLETED, developer, task, waited)
    if record.task_class == CAPABILITY_WORK:
        _submit_package(setting, org, record.number, record.stream)
    else:
        work_completed(setting, org, task, started_at)
    org.dispatch = 1


@part_of_kernel
def _happen_to_model(setting: int, org: Record, slot: int, rank: int) -> None:
    number, kind = slot // SLOTS_PER_MODEL, slot % SLOTS_PER_MODEL
    if kind == INCIDENT:
        strike(setting, org, number)
    elif kind == DUE:
        request_retraining(setting, org, number, _RETRAINING)
    elif kind == DETECTION:
        detect_drift(setting, org, number)
    elif kind == SWITCH:
        serve_previous(org, number)
    elif kind == HEALING:
        self_heal(setting, org, number)
    elif kind == RETIREMENT:
        retire(org, number, model_of(org, number).planned_reason)
    elif rank == Rank.INCIDENT:
        cross_decay(setting, org, number)
    else:
        notice_decay(setting, org, number)


@part_of_kernel
def _happen(
    setting: int, tables: Tables, org: Record, seed: int, replication: int, slot: int, rank: int
) -> None:
    """Let the event of a slot happen."""
    completions = org.model_room * SLOTS_PER_MODEL
    starts = completions + setting_at(setting).developers
    if slot < completions:
        _happen_to_model(setting, org, slot, rank)
    elif slot < starts:
        _complete(setting, org, slot - completions)
    elif slot < arrival_slot(org):
        _start_capability(setting, org, slot - starts)
    else:
        receive_idea(setting, tables, org, seed, replication)


@part_of_kernel
def _run_day(setting: int, tables: Tables, org: Record, seed: int, replication: int) -> None:
    """Process the events of the open day, dispatching at the end of each instant."""
    end = org.day + 1.0
    while True:
        time = next_time(org)
        if org.dispatch and time > org.clock:
            _dispatch(setting, org)
            org.dispatch = 0
        elif time < end:
            slot, rank = take_next(org)
            _happen(setting, tables, org, seed, replication, slot, rank)
        else:
            return


@part_of_kernel
def _forget_today(org: Record, first: int, count: int) -> None:
    for place in range(first, first + count):
        today_of(org, place).value = 0.0


@part_of_kernel
def _add_up_today(org: Record, first: int, count: int) -> None:
    """Add flows that were added up in `today` to the totals."""
    for place in range(first, first + count):
        total_of(org, place).value += today_of(org, place).value


@inner_loop
def _add_flow(org: Record, place: int, amount: float) -> None:
    today_of(org, totals.MODEL_FLOWS + place).value += amount


@inner_loop
def _add_flows(org: Record, day: DayFlows) -> None:
    """Add a model's flows in the order of `outcomes.MODEL_FLOWS`."""
    _add_flow(org, 0, day.production)
    _add_flow(org, 1, day.served_share)
    _add_flow(org, 2, day.power)
    _add_flow(org, 3, day.demand)
    _add_flow(org, 4, day.served)
    _add_flow(org, 5, day.unserved)
    _add_flow(org, 6, day.value)
    _add_flow(org, 7, day.cost)
    _add_flow(org, 8, day.ideal_value)
    _add_flow(org, 9, day.lost_adoption)
    _add_flow(org, 10, day.lost_usage)
    _add_flow(org, 11, day.lost_offline)
    _add_flow(org, 12, day.lost_capacity)
    _add_flow(org, 13, day.lost_decay)
    _add_flow(org, 14, day.lost_drift)
    _add_flow(org, 15, day.lost_rollback)


@part_of_kernel
def _integrate_models(setting: int, org: Record) -> None:
    """Integrate the stocks of every model that was in production today, by number."""
    _forget_today(org, totals.MODEL_FLOWS, totals.MODEL_FLOW_COUNT)
    _forget_today(org, totals.STATE_TIME, CAUSES)
    _forget_today(org, totals.UNSERVED_TIME, CAUSES)
    for index in range(org.in_production):
        model = model_of(org, in_production_of(org, index).value)
        _add_flows(org, close_model_day(setting, org, model))
        if model.troubled:
            for cause in range(CAUSES):
                today_of(org, totals.STATE_TIME + cause).value += model.state_days[cause]
                today_of(org, totals.UNSERVED_TIME + cause).value += model.unserved_days[cause]
    _add_up_today(org, totals.MODEL_FLOWS, totals.MODEL_FLOW_COUNT)
    _add_up_today(org, totals.STATE_TIME, CAUSES)
    _add_up_today(org, totals.UNSERVED_TIME, CAUSES)


@part_of_kernel
def _account_developers(org: Record) -> None:
    """Enter the developers' day into the ledgers, by number."""
    close_ledgers(org)
    _forget_today(org, totals.DEVELOPER_TIME, ACTIVITIES)
    for number in range(org.developers):
        developer = developer_of(org, number)
        for activity in range(ACTIVITIES):
            days = developer.today[activity]
            if days != 0.0:
                today_of(org, totals.DEVELOPER_TIME + activity).value += days
                developer.ledger[activity] += days
                developer.today[activity] = 0.0
    _add_up_today(org, totals.DEVELOPER_TIME, ACTIVITIES)


@part_of_kernel
def _raise_levels(org: Record) -> None:
    """Raise the capability levels by the work put in, and count what that costs."""
    upkeep = capital = 0.0
    for number in range(CAPABILITIES):
        capability = capability_of(org, number)
        upkeep += upkeep_per_day(capability.level, capability.upkeep_per_year)
        before = capability.level
        level = level_after(
            before, capability.maximum, capability.delivered, capability.effort_days
        )
        capability.level = level
        capability.delivered = 0.0
        if level >= capability.maximum and before < capability.maximum:
            _finish_capability(org, number)
        capital += capital_spent(level - before, capability.capital_cost)
        totals.book(org, totals.LEVEL_RISES + number, level - before)
    totals.book(org, totals.CAPITAL, capital)
    totals.book(org, totals.UPKEEP, upkeep)


@part_of_kernel
def _finish_capability(org: Record, number: int) -> None:
    """Withdraw the packages that are left; nobody works on a full stock."""
    capability = capability_of(org, number)
    for stream in range(capability.streams):
        task = capability.first + stream
        if task_of(org, task).exists:
            withdraw(org, task)
    log(org, LogKind.CAPABILITY_REACHED, number, NOBODY, NOBODY, capability.level)


@part_of_kernel
def _book_money(setting: int, org: Record) -> None:
    """Book the day's payroll and net value, and discount them."""
    numbers = setting_at(setting)
    payroll = payroll_per_day(numbers.developers, numbers.payroll_per_year)
    capital, upkeep = today_of(org, totals.CAPITAL).value, today_of(org, totals.UPKEEP).value
    value, cost = today_of(org, totals.VALUE).value, today_of(org, totals.COST).value
    net = net_value(value, cost, payroll, capital, upkeep)
    factor = discount_factor(numbers.discount_rate, org.day)
    totals.book(org, totals.PAYROLL, payroll)
    totals.book(org, totals.NET_VALUE, net)
    totals.book(org, totals.DISCOUNTED_NET_VALUE, net * factor)
    totals.book(org, totals.DISCOUNTED_INVESTMENT, (capital + upkeep) * factor)
    today_of(org, totals.NPV).value = total_of(org, totals.DISCOUNTED_NET_VALUE).value


@part_of_kernel
def _retire_abandoned(setting: int, org: Record) -> None:
    """Retire the models that hardly anybody uses; forget those retired today."""
    share = setting_at(setting).constants.abandonment_share
    kept = 0
    for index in range(org.in_production):
        number = in_production_of(org, index).value
        model = model_of(org, number)
        if model.state != _RETIRED and model.usage < share * model.full_usage:
            retire(org, number, RetirementReason.ABANDONED.value)
        if model.state != _RETIRED:
            in_production_of(org, kept).value = number
            kept += 1
    org.in_production = kept


@part_of_kernel
def _place_of_state(state_: int, cause: int) -> int:
    """Return the place of a state and cause among the counts of models."""
    if state_ < _OFFLINE_ISSUE:
        return state_
    if state_ == _OFFLINE_ISSUE:
        return _OFFLINE_ISSUE + cause
    return state_ + 2


@part_of_kernel
def _collect(org: Record) -> None:
    """Count what is there at the end of the day."""
    for place in range(totals.MODEL_COUNTS, totals.ROLLED_BACK + 1):
        today_of(org, place).value = 0.0
    for number in range(org.models):
        model = model_of(org, number)
        place = totals.MODEL_COUNTS + _place_of_state(model.state, model.cause)
        today_of(org, place).value += 1.0
    users = 0.0
    for index in range(org.in_production):
        model = model_of(org, in_production_of(org, index).value)
        users += model.users
        if model.serving == PREVIOUS:
            today_of(org, totals.ROLLED_BACK).value += 1.0
    today_of(org, totals.USERS).value = users
    for place in range(CLASSES):
        today_of(org, totals.WAITING + place).value = float(org.waiting[place])
        today_of(org, totals.LEVELS + place).value = capability_of(org, place).level
    production = today_of(org, totals.PRODUCTION_DAYS).value
    served, power = today_of(org, totals.SERVED_DAYS).value, today_of(org, totals.POWER_DAYS).value
    today_of(org, totals.AVAILABILITY).value = _ratio(served, production)
    today_of(org, totals.POWER).value = _ratio(power, production)


@part_of_kernel
def _ratio(amount: float, divisor: float) -> float:
    return amount / divisor if divisor != 0.0 else np.nan


@part_of_kernel
def _open_day(setting: int, org: Record) -> None:
    """Refresh every rate that depends on capability levels or demand."""
    common = rates_of_today(setting, org)
    for index in range(org.in_production):
        open_model_day(setting, org, in_production_of(org, index).value, common)


class Finished(NamedTuple):
    """What is left of a replication.

    Attributes
    ----------
    models, developers
        Records by number.
    totals
        By the order of `outcomes.TOTALS`.
    log, logged
        The event log as far as there was room, and the number of its records in all.
    """

    models: Records
    developers: Records
    totals: Floats
    log: Records
    logged: int


@part_of_kernel
def _room(setting: int, tables: Tables, seed: int, replication: int) -> int:
    """Return the number of models that there will be in all."""
    numbers = setting_at(setting)
    initial = numbers.initial_models + numbers.initial_ideas
    if numbers.imported:
        initial = len(tables.client)
    return initial + _arrivals_before_horizon(setting, seed, replication)


@kernel
def run_replication(
    setting: int, tables: Tables, seed: int, replication: int, daily: Floats, log_room: int
) -> Finished:
    """Run one replication.

    Parameters
    ----------
    setting
        Address of the words of a `Setting`.
    daily
        A row for each day, filled with the daily outcomes; no rows if they are not wanted.
    log_room
        Records of the event log that there is room for.
    """
    model_room = _room(setting, tables, seed, replication)
    developer_room = setting_at(setting).developers
    streams = 0
    for number in range(CAPABILITIES):
        streams += tables.capabilities[number].streams
    slots = model_room * SLOTS_PER_MODEL + developer_room + CAPABILITIES + 1
    calendar_room = slots + slots // 2 + 64
    queue_room = max(model_room + streams, developer_room) + 64

    organisation = np.zeros(1, ORGANISATION)
    models = np.zeros(model_room, MODEL)
    tasks = np.zeros(2 * model_room + streams, TASK)
    developers = np.zeros(developer_room, DEVELOPER)
    capabilities = tables.capabilities.copy()
    production = np.zeros(model_room, np.int64)
    calendar = np.zeros(calendar_room, EVENT)
    valid = np.zeros(slots, np.int64)
    queues = np.zeros(QUEUES * queue_room, QUEUED)
    idle = np.zeros(developer_room, np.int64)
    log_ = np.zeros(log_room, LOGGED)
    today = np.zeros(totals.DAILY)
    sums = np.zeros(totals.TOTALS)

    org = organisation[0]
    org.models_at = models.ctypes.data
    org.tasks_at = tasks.ctypes.data
    org.developers_at = developers.ctypes.data
    org.capabilities_at = capabilities.ctypes.data
    org.production_at = production.ctypes.data
    org.calendar_at = calendar.ctypes.data
    org.slots_at = valid.ctypes.data
    org.queues_at = queues.ctypes.data
    org.idle_at = idle.ctypes.data
    org.log_at = log_.ctypes.data
    org.today_at = today.ctypes.data
    org.totals_at = sums.ctypes.data
    org.model_room = model_room
    org.developers = developer_room
    org.calendar_room = calendar_room
    org.queue_room = queue_room
    org.log_room = log_room
    _live(setting, tables, org, seed, replication, daily, today)
    # The tables must outlive the run that reached them by address.
    used = len(tasks) + len(production) + len(calendar) + len(valid) + len(queues) + len(idle)
    used += len(capabilities) + len(organisation)
    logged = org.logged if used > 0 else 0
    return Finished(models, developers, sums, log_, logged)


@part_of_kernel
def _live(
    setting: int,
    tables: Tables,
    org: Record,
    seed: int,
    replication: int,
    daily: Floats,
    today: Floats,
) -> None:
    """Found the organisation and live through all days."""
    _hire(setting, org, seed, replication)
    _plan_capabilities(setting, org)
    found(setting, tables, org, seed, replication)
    org.dispatch = 1
    horizon_days = setting_at(setting).horizon_days
    for day in range(horizon_days):
        _run_day(setting, tables, org, seed, replication)
        org.clock = day + 1.0
        _integrate_models(setting, org)
        _account_developers(org)
        _raise_levels(org)
        _book_money(setting, org)
        _retire_abandoned(setting, org)
        if len(daily) > 0:
            _collect(org)
            daily[day] = today
        org.day = day + 1
        if day + 1 < horizon_days:
            _open_day(setting, org)
            org.dispatch = 1
    for index in range(org.in_production):
        count_undetected(org, in_production_of(org, index).value)


@kernel
def run_block(
    setting: int,
    tables: Tables,
    seed: int,
    first: int,
    wanted: Integers,
    sums: Floats,
    daily: Floats,
    series: Floats3,
) -> None:
    """Run replications one after the other and keep their totals and some daily outcomes.

    Parameters
    ----------
    first
        Number of the first replication.
    wanted
        Places of the daily outcomes to keep.
    sums
        A row for each replication, filled with its totals.
    daily
        Room for the daily outcomes of one replication; no rows if none are wanted.
    series
        Filled with the wanted outcomes by replication, outcome, day.
    """
    for index in range(len(sums)):
        run = run_replication(setting, tables, seed, first + index, daily, 0)
        sums[index] = run.totals
        for kept in range(len(wanted)):
            series[index, kept] = daily[:, wanted[kept]]
