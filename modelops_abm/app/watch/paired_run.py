"""A plan and its baseline, run side by side by the Mesa engine with the same random numbers."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass
from typing import Any, cast

from modelops_abm.app.watch.feed import MOST_TOLD, Names, Told, tell, told
from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.rules.day import DayFlows
from modelops_abm.rules.population import work_left
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.scenario import baseline_of

STRIP_BINS = 120
"""Parts of the horizon for which events are counted."""
_STRIP = {
    LogKind.ISSUE_STRUCK: "issue",
    LogKind.BAN_BEGAN: "issue",
    LogKind.DRIFT_FOUND: "drift",
    LogKind.RETRAINING_BEGAN: "retraining",
}


@dataclass(frozen=True)
class RunChoice:
    """What is watched.

    Attributes
    ----------
    plan
        The scenario; its baseline runs beside it.
    seed, replication
        Seed and number: the same replication as that of `runs.replicate`.
    """

    plan: Scenario
    seed: int
    replication: int


class WatchedModel(MLModel):
    """An ML model that remembers its days and what has happened to it; it acts as any other.

    Attributes
    ----------
    first_day
        The first day in production that was watched; -1 before it.
    users_by_day, power_by_day, value_by_day
        Users and power at the end of each day since, and the value of the day's predictions in $.
    story, story_places
        The records of the event log that are about it, work apart, and their places in the log.
    efforts
        Developer-days of the latest task by class, as they were when work on it began.
    asked_for
        Why the latest retraining was requested.
    """

    model: ModelOpsModel

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.first_day = -1
        self.users_by_day = array("f")
        self.power_by_day = array("f")
        self.value_by_day = array("f")
        self.story: list[LogRecord] = []
        self.story_places = array("I")
        self.efforts: dict[TaskClass, float] = {}
        self.asked_for: Cause | None = None

    @property
    def series(self) -> tuple[array[float], array[float], array[float]]:
        """Users, power and value by day."""
        return self.users_by_day, self.power_by_day, self.value_by_day

    def request_retraining(self, cause: Cause) -> None:
        """Request a retraining, and remember why."""
        if self.retraining is None:
            self.asked_for = cause
        super().request_retraining(cause)

    def log(self, kind: LogKind, cause: int = -1, detail: float = 0.0) -> None:
        """Record an event, in the model's own story too."""
        super().log(kind, cause, detail)
        self.story.append(self.model.event_log[-1])
        self.story_places.append(len(self.model.event_log) - 1)

    def effort_of(self, task: Task) -> float:
        """Return the effort of a task, and remember it."""
        effort = super().effort_of(task)
        # A step of capacity is of the class of a retraining, and no state of the model.
        if task is not self.capacity_step:
            self.efforts[task.task_class] = effort / self.share_left(task)
        return effort

    def share_left(self, task: Task) -> float:
        """Return the share of a task that is left before anybody works on it in the run."""
        # Interrupted before anybody began: it was in progress at the start.
        return work_left(1.0, self.entity) if task.interrupted else 1.0

    def close_day(self) -> DayFlows:
        """Close the day, and remember what it was like."""
        flows = super().close_day()
        if self.first_day < 0:
            self.first_day = self.model.day
        self.users_by_day.append(self.users)
        power = self.power
        if power is None:  # retired today: the line ends where it was
            power = self.power_by_day[-1] if self.power_by_day else 1.0
        self.power_by_day.append(power)
        self.value_by_day.append(self.value_today)
        return flows


def watched(model: ModelOpsModel) -> list[WatchedModel]:
    """Return the ML models of an organisation in a pair, by number."""
    return cast("list[WatchedModel]", model.ml_models)


class PairedRun:
    """A plan and its baseline on the same day of the same replication.

    Attributes
    ----------
    choice
        What is watched.
    plan, baseline
        The two organisations.
    strip
        Of the plan: how often in each part of the horizon issues struck, models went offline for
        drift, and retrainings began, by ``issue``, ``drift`` and ``retraining``.
    feed
        Of the plan: what is told in words, the latest last.
    """

    def __init__(self, choice: RunChoice) -> None:
        self.choice = choice
        self.plan, self.baseline = (
            ModelOpsModel(
                scenario,
                rng=choice.seed,
                replication=choice.replication,
                ml_model_class=WatchedModel,
            )
            for scenario in (choice.plan, baseline_of(choice.plan))
        )
        self.strip = {name: [0] * STRIP_BINS for name in _STRIP.values()}
        models, kinds = self.plan.ml_models, choice.plan.requests
        self._names = Names(
            lambda number: models[number].name,
            lambda kind: kinds[kind].name,
            lambda kind: kinds[kind].deadline_days,
        )
        self.feed: deque[Told] = deque(maxlen=MOST_TOLD)
        self._read = 0

    @property
    def day(self) -> int:
        """The days that are over."""
        return self.plan.day

    @property
    def horizon_days(self) -> int:
        """The days in all."""
        return self.choice.plan.horizon_days

    @property
    def running(self) -> bool:
        """Whether there are days left."""
        return bool(self.plan.running)

    def step(self) -> None:
        """Run both for a day."""
        self.plan.step()
        self.baseline.step()
        log = self.plan.event_log  # of the whole run; only what came since yesterday is counted
        for record in log[self._read :]:
            name = _STRIP.get(LogKind(record.kind))
            if name is not None:
                self.strip[name][int(record.time / self.horizon_days * STRIP_BINS)] += 1
        tell(self.feed, told(log[self._read :], self._names))
        self._read = len(log)
