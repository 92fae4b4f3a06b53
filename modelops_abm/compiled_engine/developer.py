"""Developers at work over arrays: beginning, laying down, withdrawing, the ledger."""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.layout import (
    SHARED,
    SLOTS_PER_MODEL,
    Record,
    capability_of,
    developer_of,
    log,
    model_of,
    setting_at,
    task_of,
)
from modelops_abm.compiled_engine.scheduler import (
    NO_TASK,
    finish,
    forget,
    reclassify,
    requeue,
    stop,
    submit,
)
from modelops_abm.core.events import (
    FIRST_REQUEST_STREAM,
    NOBODY,
    STEP_STREAM,
    LogKind,
    Rank,
    TaskClass,
)
from modelops_abm.rules.capability import effort_left, finish_time, speed

REPAIR = TaskClass.REPAIR.value
RESPOND = TaskClass.RESPOND.value
RETRAIN = TaskClass.RETRAIN.value
CAPABILITY = TaskClass.CAPABILITY.value
DEPLOY = TaskClass.DEPLOY.value
BUILD = TaskClass.BUILD.value


@part_of_kernel
def work_task(org: Record, number: int) -> int:
    """Return the task that is a model's repair, deployment or build."""
    # The tasks of a model stand in the order of their streams; here 1 is free for its retraining.
    return int((FIRST_REQUEST_STREAM + org.request_kinds) * number)


@part_of_kernel
def retraining_task(org: Record, number: int) -> int:
    """Return the task that is a model's retraining."""
    return work_task(org, number) + 1


@part_of_kernel
def step_task(org: Record, number: int) -> int:
    """Return the task that adds capacity to a model."""
    return work_task(org, number) + STEP_STREAM


@part_of_kernel
def request_task(org: Record, number: int, kind: int) -> int:
    """Return the task that is the answer to a model's request of a kind."""
    return work_task(org, number) + FIRST_REQUEST_STREAM + kind


@part_of_kernel
def completion_slot(org: Record, developer: int) -> int:
    """Return the calendar slot of a developer's completion."""
    return int(org.model_room * SLOTS_PER_MODEL + developer)


@part_of_kernel
def capability_slot(org: Record, number: int) -> int:
    """Return the calendar slot of the start of a capability's work."""
    return int(org.model_room * SLOTS_PER_MODEL + org.developer_room + number)


@part_of_kernel
def submit_task(
    setting: int,
    org: Record,
    task: int,
    task_class: int,
    number: int,
    cause: int,
    stream: int,
    held: int,
) -> None:
    """Submit a new task, whose effort is known when work on it first starts."""
    record = task_of(org, task)
    record.exists = 1
    record.task_class = task_class
    record.number = number
    record.stream = stream
    record.cause = cause
    record.submitted_at = org.clock
    record.score = model_of(org, number).score if task_class == BUILD else 0.0
    record.effort_left = 0.0
    record.begun = 0
    record.interrupted = 0
    record.held = held
    record.worker = -1
    # Last, as the queue orders it by what stands above.
    submit(setting, org, task)


@part_of_kernel
def enter_time(org: Record, developer: int) -> None:
    """Enter a developer's time since the last accounting, at work or idle, into today's ledger."""
    record = developer_of(org, developer)
    record.today[record.activity] += take_time(org, record)


@part_of_kernel
def take_time(org: Record, record: Record) -> float:
    """Return a developer's time since the last accounting, which is over with this."""
    # Of every developer on every day, so by the developer's record alone, and with one branch.
    days = org.clock - record.accounted_at
    record.accounted_at = org.clock
    # Of a build, which its model gets when the developer stops; of other work nobody asks.
    record.build_days += days
    # At every accounting and not at the end of a package: the level rises day by day.
    if record.activity == CAPABILITY:
        number = task_of(org, record.task).number
        capability_of(org, number).delivered += days * record.speed
    return float(days)


@part_of_kernel
def begin(setting: int, org: Record, developer: int, task: int) -> None:
    """Let a developer, who was idle or has laid down other work, take up a task."""
    record = developer_of(org, developer)
    record.started_at = org.clock
    record.paced_at = org.clock
    left = task_of(org, task).effort_left
    _schedule_completion(setting, org, developer, left, record.speed)
    log_work(org, LogKind.WORK_STARTED, developer, task, task_of(org, task).effort_left)


@part_of_kernel
def change_pace(setting: int, org: Record, developer: int) -> None:
    """Let a developer go on at the focus that is in force now; a stint of work goes on."""
    record = developer_of(org, developer)
    pace = speed(setting_at(setting).focus, record.productivity)
    if record.task != NO_TASK:
        task = task_of(org, record.task)
        task.effort_left = effort_left(task.effort_left, org.clock - record.paced_at, record.speed)
        record.paced_at = org.clock
        _schedule_completion(setting, org, developer, task.effort_left, pace)
    record.speed = pace


@part_of_kernel
def _schedule_completion(
    setting: int, org: Record, developer: int, left: float, pace: float
) -> None:
    at = finish_time(org.clock, left, pace)
    schedule(setting, org, completion_slot(org, developer), at, Rank.COMPLETION, developer, 0)


@part_of_kernel
def leave(org: Record, developer: int, task: int) -> None:
    """Let a developer lay down a task that is not done; it keeps its progress."""
    record = developer_of(org, developer)
    enter_time(org, developer)
    worked = org.clock - record.paced_at
    left = effort_left(task_of(org, task).effort_left, worked, record.speed)
    task_of(org, task).effort_left = left
    cancel(org, completion_slot(org, developer))


@part_of_kernel
def log_work(org: Record, kind: int, developer: int, task: int, detail: float) -> None:
    """Record an event of a developer's work."""
    record = task_of(org, task)
    number = NOBODY if record.cause == SHARED else record.number
    log(org, kind, number, developer, record.task_class, detail)


@part_of_kernel
def lay_down(org: Record, developer: int, task: int) -> None:
    """Interrupt a developer's work on a task."""
    # Before the record, which tells what is left.
    leave(org, developer, task)
    log_work(org, LogKind.WORK_INTERRUPTED, developer, task, task_of(org, task).effort_left)


@part_of_kernel
def interrupt(setting: int, org: Record, task: int, held: int) -> None:
    """Stop the work on a task, which keeps its progress; its developer is idle."""
    lay_down(org, task_of(org, task).worker, task)
    finish(org, task)
    requeue(setting, org, task, held)


@part_of_kernel
def take_over(setting: int, org: Record, developer: int, task: int) -> None:
    """Take a developer off a task for a more urgent one; the task waits again."""
    lay_down(org, developer, task)
    # Not `finish`, after which the developer would be idle: other work is about to begin.
    stop(org, task)
    requeue(setting, org, task, 0)


@part_of_kernel
def change_class(setting: int, org: Record, task: int, task_class: int) -> None:
    """Make a task one of another class; the hours until now are of the old one."""
    record = task_of(org, task)
    if record.worker >= 0:
        enter_time(org, record.worker)
    reclassify(setting, org, task, task_class)
    org.dispatch = 1


@part_of_kernel
def withdraw(org: Record, task: int) -> None:
    """Forget a task and free its developer."""
    record = task_of(org, task)
    if record.worker >= 0:
        leave(org, record.worker, task)
        finish(org, task)
        record.exists = 0
    else:
        forget(org, task)
    org.dispatch = 1
