"""Who works on what at the end of an instant: work is assigned, begun, completed.

`mesa_engine.dispatch` does the same with agents. What a model does to its own tasks (submit,
interrupt, withdraw) is in `developer`, as models call it.
"""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.capability import levels, submit_package
from modelops_abm.compiled_engine.developer import (
    BUILD,
    CAPABILITY as CAPABILITY_WORK,
    DEPLOY,
    begin,
    enter_time,
    interrupt,
    log_work,
    take_over,
)
from modelops_abm.compiled_engine.layout import (
    SHARED,
    Record,
    developer_of,
    model_of,
    own_effort_of,
    setting_at,
    task_of,
)
from modelops_abm.compiled_engine.ml_model import stop_retraining, work_began, work_completed
from modelops_abm.compiled_engine.requests import answer_effort
from modelops_abm.compiled_engine.scheduler import NO_TASK, assign, best, finish, take_idle, victim
from modelops_abm.compiled_engine.sources import begin_repair, end_repair
from modelops_abm.core.events import FIRST_REQUEST_STREAM, STEP_STREAM, LogKind
from modelops_abm.core.statechart import Cause
from modelops_abm.rules.maintenance import maintenance_effort, new_work_effort, step_effort
from modelops_abm.rules.population import work_left

_RETRAINING = Cause.RETRAINING.value


@part_of_kernel
def dispatch(setting: int, org: Record) -> None:
    """Assign work until there is nobody or nothing more to assign."""
    while org.idle > 0:
        task = best(org, False)
        if task == NO_TASK:
            return
        developer = take_idle(org)
        # The time until now was idle.
        enter_time(org, developer)
        assign(org, task, developer)
        _begin(setting, org, developer, task)
    # Nobody is idle now: only maintenance may still take somebody off other work.
    while setting_at(setting).preemptive:
        task = best(org, True)
        if task == NO_TASK:
            return
        developer = victim(org, task_of(org, task).task_class)
        # Nobody does lower work than the most urgent task, so nobody does for the others.
        if developer < 0:
            return
        take_over(setting, org, developer, developer_of(org, developer).task)
        assign(org, task, developer)
        _begin(setting, org, developer, task)


@part_of_kernel
def _begin(setting: int, org: Record, developer: int, task: int) -> None:
    record = task_of(org, task)
    if not record.begun:
        # Only now: capabilities that have risen while the task waited make it smaller.
        record.effort_left = _effort_of(setting, org, task)
        record.begun = 1
    begin(setting, org, developer, task)
    if record.task_class != CAPABILITY_WORK and record.cause != SHARED:
        work_began(setting, org, task)


@part_of_kernel
def _effort_of(setting: int, org: Record, task: int) -> float:
    """Return the developer-days of a task when work on it first starts."""
    record = task_of(org, task)
    care, today = setting_at(setting).constants.care, levels(org)
    if record.task_class == CAPABILITY_WORK:
        return setting_at(setting).package_days
    if record.cause == SHARED:
        return begin_repair(setting, org, task)
    model = model_of(org, record.number)
    if record.task_class in (BUILD, DEPLOY):
        drawn = model.build_effort if record.task_class == BUILD else model.deployment_effort
        effort = new_work_effort(care, today, drawn)
        # Interrupted before anybody began: it was in progress at the start.
        return work_left(effort, model.entity) if record.interrupted else effort
    if record.stream == STEP_STREAM:
        model.steps_begun += 1
        return step_effort(care, today, model.entity, model.steps_begun - 1)
    if record.stream >= FIRST_REQUEST_STREAM:
        return answer_effort(org, record.number, record.stream - FIRST_REQUEST_STREAM)
    occurrence = model.issue_number
    if record.cause == _RETRAINING:
        # Counted as they begin: a request that is withdrawn takes no effort from the next.
        occurrence = model.retrainings_begun
        model.retrainings_begun = occurrence + 1
    own = own_effort_of(org, record.number, record.cause)
    retraining = own_effort_of(org, record.number, _RETRAINING)
    return maintenance_effort(care, today, own, retraining, model.entity, record.cause, occurrence)


@part_of_kernel
def take_back(setting: int, org: Record, task: int) -> None:
    """Stop the work on a task because its developer leaves; it waits as interrupted."""
    record = task_of(org, task)
    # Asked of the task alone: its number need not be a model's.
    if record.cause == _RETRAINING:
        stop_retraining(setting, org, record.number)
    else:
        interrupt(setting, org, task, 0)


@part_of_kernel
def complete(setting: int, org: Record, developer: int) -> None:
    """Let a developer complete a task."""
    task = developer_of(org, developer).task
    record = task_of(org, task)
    started_at = developer_of(org, developer).started_at
    enter_time(org, developer)
    record.effort_left = 0.0
    finish(org, task)
    waited = org.clock - record.submitted_at
    log_work(org, LogKind.WORK_COMPLETED, developer, task, waited)
    if record.task_class == CAPABILITY_WORK:
        submit_package(setting, org, record.number, record.stream)
    elif record.cause == SHARED:
        end_repair(setting, org, task)
    else:
        work_completed(setting, org, task, started_at)
    org.dispatch = 1
