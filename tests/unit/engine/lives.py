"""What the event log tells of every model's states and of the work that waits for it.

Nothing here looks at the agents: it is an independent account of the same run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from modelops_abm.core.events import NOBODY, LogKind, LogRecord, RetirementReason, TaskClass
from modelops_abm.core.statechart import Cause, State, Trigger, target
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario

TRIGGERS: dict[LogKind, Trigger] = {
    LogKind.BUILD_BEGAN: Trigger.BUILD_BEGINS,
    LogKind.BUILD_DONE: Trigger.BUILD_DONE,
    LogKind.BUILD_FAILED: Trigger.BUILD_FAILED,
    LogKind.WENT_LIVE: Trigger.GOES_LIVE,
    LogKind.RETRAINING_BEGAN: Trigger.RETRAINING_BEGINS,
    LogKind.RETRAINED: Trigger.RETRAINING_DONE,
    LogKind.RETRAINING_STOPPED: Trigger.RETRAINING_STOPS,
    LogKind.ISSUE_STRUCK: Trigger.ISSUE_STRIKES,
    LogKind.ISSUE_RESOLVED: Trigger.ISSUE_RESOLVED,
    LogKind.BAN_BEGAN: Trigger.BAN_BEGINS,
    LogKind.BAN_ENDED: Trigger.BAN_ENDS,
    LogKind.DRIFT_FOUND: Trigger.DRIFT_FOUND,
    LogKind.DRIFT_ADDRESSED: Trigger.DRIFT_ADDRESSED,
    LogKind.RETIRED: Trigger.RETIRES,
}
AWAY = (State.RETRAINING, State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)


class Stay(NamedTuple):
    """A time that a model spent in one state; `trigger` ended it, None if the run did."""

    state: State
    cause: Cause | None
    begin: float
    end: float
    trigger: Trigger | None


@dataclass
class Life:
    """A model's stays so far, and the one that lasts."""

    state: State
    since: float = 0.0
    cause: Cause | None = None
    stays: list[Stay] = field(default_factory=list)

    def pass_on(self, record: LogRecord) -> None:
        """Change the state as a record tells; illegal transitions raise.

        A model is abandoned when a day closes, before the states at its end are counted.
        """
        trigger = TRIGGERS[LogKind(record.kind)]
        state = target(self.state, trigger)
        closing = trigger is Trigger.RETIRES and record.cause == RetirementReason.ABANDONED
        self.close(math.nextafter(record.time, 0.0) if closing else record.time, trigger)
        self.state = state
        self.cause = Cause(record.cause) if state in AWAY else None

    def close(self, time: float, trigger: Trigger | None = None) -> None:
        """End the present stay."""
        self.stays.append(Stay(self.state, self.cause, self.since, time, trigger))
        self.since = time


def watched_run(
    scenario: Scenario, *, seed: int, replication: int = 0
) -> tuple[ModelOpsModel, dict[int, Life]]:
    """Run a scenario, and reconstruct every model's life from the event log."""
    model = ModelOpsModel(scenario, rng=seed, replication=replication)
    start = {entry.number: entry.state for entry in model.ml_models}
    model.run_model()
    return model, lives_of(start, model.event_log, scenario.horizon_days)


def lives_of(
    start: Mapping[int, State], log: Iterable[LogRecord], horizon_days: float
) -> dict[int, Life]:
    """Return the lives of the models that were there at the start and of those that came."""
    lives = {number: Life(state) for number, state in start.items()}
    for record in log:
        if record.kind == LogKind.IDEA_ARRIVED and record.model not in lives:
            lives[record.model] = Life(State.IDEA, record.time)
        elif record.kind in TRIGGERS:
            lives[record.model].pass_on(record)
    for life in lives.values():
        life.close(horizon_days)
    return lives


class Span(NamedTuple):
    """A time that a task of a class waited."""

    task_class: TaskClass
    begin: float
    end: float


SUBMITS: dict[LogKind, TaskClass] = {
    LogKind.IDEA_ARRIVED: TaskClass.BUILD,
    LogKind.BUILD_DONE: TaskClass.DEPLOY,
    LogKind.ISSUE_STRUCK: TaskClass.REPAIR,
    LogKind.DRIFT_FOUND: TaskClass.REPAIR,
    LogKind.RETRAINING_REQUESTED: TaskClass.RETRAIN,
    LogKind.CAPACITY_REQUESTED: TaskClass.RETRAIN,
}
ENDS: dict[LogKind, tuple[TaskClass, ...]] = {
    LogKind.SELF_HEALED: (TaskClass.REPAIR,),
    LogKind.DRIFT_ADDRESSED: (TaskClass.RETRAIN,),
    LogKind.RETIRED: (TaskClass.REPAIR, TaskClass.RETRAIN, TaskClass.DEPLOY, TaskClass.BUILD),
}


NOT_OF_MODELS = (
    LogKind.CAPABILITY_STARTED,
    LogKind.CAPABILITY_REACHED,
    LogKind.SOURCE_FAILED,
    LogKind.SOURCE_RESTORED,
)
"""Kinds of records whose `model` is the number of something else."""


def judged_again(log: Iterable[LogRecord]) -> list[LogRecord]:
    """Return the records of drifts found because a mild one has grown, when a day opens.

    Any other is found when it is detected, or when the model is online again, which has a record
    of the same instant.
    """
    found: list[LogRecord] = []
    latest: dict[int, float] = {}
    for record in log:
        if record.kind in NOT_OF_MODELS:
            continue
        if record.kind <= LogKind.WORK_COMPLETED and record.cause == TaskClass.CAPABILITY:
            continue
        if record.kind == LogKind.DRIFT_FOUND and latest.get(record.model, -1.0) < record.time:
            found.append(record)
        latest[record.model] = record.time
    return found


def _is_of_a_source(record: LogRecord) -> bool:
    struck = record.kind == LogKind.ISSUE_STRUCK and record.cause == Cause.SHARED
    return struck or record.model == NOBODY


def waits_of(
    start: Mapping[int, State], log: Iterable[LogRecord], horizon_days: float
) -> list[Span]:
    """Return every time that a task on a model waited for a developer; needs no self-healing.

    The repair of a shared source is no task on a model.
    """
    waiting: dict[tuple[int, TaskClass, bool], float] = {}
    for number, state in start.items():
        if state is State.BUILD:
            waiting[number, TaskClass.BUILD, False] = 0.0
        elif state is State.DEPLOYMENT:
            waiting[number, TaskClass.DEPLOY, False] = 0.0
    spans: list[Span] = []
    log = [record for record in log if not _is_of_a_source(record)]
    grown, steps = set(judged_again(log)), on_steps(log)
    for record in log:
        kind = LogKind(record.kind)
        if kind in SUBMITS and not (kind is LogKind.IDEA_ARRIVED and record.detail <= 0.0):
            of_step = kind is LogKind.CAPACITY_REQUESTED
            waiting[record.model, SUBMITS[kind], of_step] = record.time
        elif kind is LogKind.WORK_INTERRUPTED and record.cause != TaskClass.CAPABILITY:
            waiting[record.model, TaskClass(record.cause), record in steps] = record.time
        elif kind is LogKind.WORK_STARTED and record.cause != TaskClass.CAPABILITY:
            task_class = TaskClass(record.cause)
            since = waiting.pop((record.model, task_class, record in steps))
            spans.append(Span(task_class, since, record.time))
        for task_class, of_step in (
            ((TaskClass.RETRAIN, False),) if record in grown else _ended(kind)
        ):
            left = waiting.pop((record.model, task_class, of_step), None)
            if left is not None:
                spans.append(Span(task_class, left, record.time))
    spans += [Span(work, since, horizon_days) for (_, work, _), since in waiting.items()]
    return spans


def _ended(kind: LogKind) -> list[tuple[TaskClass, bool]]:
    """Return what waits no longer, and whether it is a step of capacity."""
    ended = [(each, False) for each in ENDS.get(kind, ())]
    return ended + [(TaskClass.RETRAIN, True)] * (kind is LogKind.RETIRED)


def on_steps(log: Sequence[LogRecord]) -> set[LogRecord]:
    """Return the records of work on steps of capacity.

    It is of the class of a retraining, which changes the model's state as it begins.
    """
    found: set[LogRecord] = set()
    on_step: dict[int, bool] = {}
    for record, after in zip(log, [*log[1:], None], strict=True):
        if record.cause != TaskClass.RETRAIN:
            continue
        if record.kind == LogKind.WORK_STARTED:
            begins = after is not None and after.kind == LogKind.RETRAINING_BEGAN
            on_step[record.developer] = not begins
        if record.kind <= LogKind.WORK_COMPLETED and on_step[record.developer]:
            found.add(record)
    return found
