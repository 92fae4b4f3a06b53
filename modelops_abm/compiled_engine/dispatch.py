"""The events of a day over records: what happens, and who begins what at the end of an instant."""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.calendar import begin_day, next_time, take_next
from modelops_abm.compiled_engine.developer import (
    BUILD,
    CAPABILITY as CAPABILITY_WORK,
    DEPLOY,
    begin,
    enter_work,
    log_work,
    submit_task,
    take_over,
)
from modelops_abm.compiled_engine.initial_state import arrival_slot, receive_idea
from modelops_abm.compiled_engine.layout import (
    DETECTION,
    DUE,
    HEALING,
    INCIDENT,
    RETIREMENT,
    SLOTS_PER_MODEL,
    SWITCH,
    Record,
    capability_of,
    developer_of,
    log,
    model_of,
    setting_at,
    task_of,
)
from modelops_abm.compiled_engine.ml_model import (
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
from modelops_abm.compiled_engine.scheduler import NO_TASK, assign, best, finish, take_idle, victim
from modelops_abm.compiled_engine.service import levels
from modelops_abm.core.events import NOBODY, LogKind, Rank
from modelops_abm.core.statechart import Cause
from modelops_abm.rules.maintenance import maintenance_effort, new_work_effort

_RETRAINING = Cause.RETRAINING.value


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
        task = best(org, False)
        if task == NO_TASK:
            return
        developer = take_idle(org)
        assign(org, task, developer)
        _begin(setting, org, developer, task)
    while setting_at(setting).preemptive:
        task = best(org, True)
        if task == NO_TASK:
            return
        developer = victim(org, task_of(org, task).task_class)
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
def _happen(setting: int, org: Record, slot: int, rank: int) -> None:
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
        receive_idea(setting, org)


@part_of_kernel
def run_day(setting: int, org: Record) -> None:
    """Process the events of the open day, dispatching at the end of each instant."""
    end = org.day + 1.0
    begin_day(org)
    while True:
        time = next_time(org)
        if org.dispatch and time > org.clock:
            _dispatch(setting, org)
            org.dispatch = 0
        elif time < end:
            slot, rank = take_next(org)
            _happen(setting, org, slot, rank)
        else:
            return
