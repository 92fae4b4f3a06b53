"""A developer: one task at a time, and a ledger of days."""

from __future__ import annotations

from typing import Any

import mesa
from mesa.time import Event

from modelops_abm.core.events import LogKind, Rank, TaskClass
from modelops_abm.core.randomness import DecisionPoint, Origin, draw_key, entity_key
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.calendar import cancel
from modelops_abm.mesa_engine.organisation import Organisation
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.rules.capability import effort_left, finish_time, speed
from modelops_abm.rules.sampling import Law, sample


class Developer(mesa.Agent[Any]):
    """A developer who builds and maintains models.

    Attributes
    ----------
    model
        The Mesa model, which is the organisation.
    number
        From 0.
    productivity
        Multiple of the focus, drawn once.
    speed_per_day
        Developer-days of work done in a calendar day.
    task
        What the developer works on, or None.
    started_at
        When work on it was last taken up.
    ledger_days
        Calendar days by task class and idle since the start, up to the last accounting.
    left_at
        When the developer left the team; None if not.

    See Also
    --------
    ModelOpsModel : takes a subclass, of which `docs/guides/subclass-an-agent.md` has an example.

    Examples
    --------
    >>> from modelops_abm import ModelOpsModel
    >>> model = ModelOpsModel(rng=1, developers=2, horizon_days=20)
    >>> model.step()
    >>> [round(sum(developer.ledger_days), 6) for developer in model.developers]
    [1.0, 1.0]
    """

    model: Organisation

    def __init__(self, model: Organisation, number: int, productivity: Law) -> None:
        super().__init__(model)
        self.number = number
        entity = entity_key(model.seed, model.replication, Origin.DEVELOPER.value, number)
        key = draw_key(entity, DecisionPoint.PRODUCTIVITY.value, 0)
        self.productivity = sample(productivity, key)
        self.speed_per_day = speed(model.in_force.team.focus, self.productivity)
        self.task: Task | None = None
        self.started_at = 0.0
        self.ledger_days = [0.0] * len(TaskClass)
        self.today_days = [0.0] * len(TaskClass)
        self.left_at: float | None = None
        # What hours are entered for. It is not `task`, which the scheduler sets: when work is laid
        # down for a more urgent task, that is the new one already.
        self._at_work: Task | None = None
        self._accounted_at = 0.0
        # Since when the task's effort left is worked off at this speed.
        self._paced_at = 0.0
        self._completion: Event | None = None

    @property
    def activity(self) -> str:
        """What the developer does: a task class, or idle."""
        return self._activity.name.lower()

    @property
    def task_number(self) -> int | None:
        """Number of the model or capability that the developer works on; None for a source."""
        if self._at_work is None or self._at_work.cause is Cause.SHARED:
            return None
        return self._at_work.number

    @property
    def _activity(self) -> TaskClass:
        return TaskClass.IDLE if self._at_work is None else self._at_work.task_class

    def join(self) -> None:
        """Join the team, idle: for the first time, or again with the same productivity.

        Who is in the team already stays as they are.
        """
        if self.model.scheduler.employs(self):
            return
        now = self.model.calendar.now
        if self.left_at is not None:
            self.left_at = None
            self.model.register_agent(self)
        self._accounted_at = now
        self.model.scheduler.hire(self)
        self.change_pace()
        self.model.log(LogKind.DEVELOPER_JOINED, developer=self.number)
        self.model.calendar.request_dispatch()

    def remove(self) -> None:
        """Leave the team at once; the work in hand goes back to the queue.

        They are paid for a day of which they have worked a part. A scenario whose team changes
        later goes by numbers, and does not replace them: they come back only if one change leaves
        their number out, and another takes it in again.
        After the end of the run it changes nothing but Mesa's set of agents.
        """
        if self.left_at is None and self.model.running:
            if self.task is not None:
                self.model.take_back(self.task)
            self.model.scheduler.dismiss(self)
            self.left_at = self.model.calendar.now
            # The hours up to this instant are theirs, and none after it.
            self.account(self.left_at)
            self.model.log(LogKind.DEVELOPER_LEFT, developer=self.number)
        super().remove()

    def is_paid(self, day: int) -> bool:
        """Return whether the developer is paid for a day."""
        return self.left_at is None or self.left_at > day

    def account(self, now: float) -> None:
        """Enter the time since the last accounting into today's ledger."""
        days = now - self._accounted_at
        self._accounted_at = now
        self.today_days[self._activity] += days
        # At every accounting and not at the end of a package: the level rises day by day.
        if self._activity is TaskClass.CAPABILITY:
            assert self._at_work is not None
            self.model.deliver(self._at_work, days * self.speed_per_day)
        elif self._activity is TaskClass.BUILD:
            assert self._at_work is not None
            self.model.enter_build_time(self._at_work, days)

    def close_day(self, now: float) -> list[float]:
        """Return today's days by task class and idle, and carry them into the ledger."""
        if self.left_at is None:
            self.account(now)
        today = self.today_days
        self.ledger_days = [
            total + days for total, days in zip(self.ledger_days, today, strict=True)
        ]
        self.today_days = [0.0] * len(TaskClass)
        return today

    def begin(self, task: Task) -> None:
        """Take up a task whose effort is known."""
        assert task.effort_left is not None
        now = self.model.calendar.now
        self.account(now)
        self._at_work = task
        self.started_at = self._paced_at = now
        self._schedule_completion(task.effort_left, self.speed_per_day)

    def change_pace(self) -> None:
        """Go on at the focus that is in force now; a stint of work goes on."""
        pace = speed(self.model.in_force.team.focus, self.productivity)
        if self.task is not None:
            assert self.task.effort_left is not None
            now = self.model.calendar.now
            worked = now - self._paced_at
            self.task.effort_left = effort_left(self.task.effort_left, worked, self.speed_per_day)
            self._paced_at = now
            cancel(self._completion)
            self._schedule_completion(self.task.effort_left, pace)
        self.speed_per_day = pace

    def _schedule_completion(self, left: float, pace: float) -> None:
        calendar = self.model.calendar
        at = finish_time(calendar.now, left, pace)
        self._completion = calendar.schedule(self._complete, at, Rank.COMPLETION, self.number)

    def leave(self, task: Task) -> None:
        """Lay down a task that is not done; it keeps its progress."""
        assert task.effort_left is not None
        now = self.model.calendar.now
        self.account(now)
        task.effort_left = effort_left(task.effort_left, now - self._paced_at, self.speed_per_day)
        cancel(self._completion)
        self._completion = None
        self._at_work = None

    def _complete(self) -> None:
        task = self.task
        assert task is not None
        # While it is still known what the hours were spent on.
        self.account(self.model.calendar.now)
        self._completion = None
        self._at_work = None
        task.effort_left = 0.0
        self.model.complete(task)
