"""A capability: a stock that developers' work fills up to the chosen level of investment."""

from __future__ import annotations

from mesa.time import Event

from modelops_abm.core.events import NOBODY, LogKind, Rank, TaskClass
from modelops_abm.mesa_engine.calendar import cancel
from modelops_abm.mesa_engine.organisation import Organisation
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.rules.capability import capital_spent, full_level, level_after, upkeep_per_day
from modelops_abm.scenario.capabilities import CapabilityName


class CapabilityStock:
    """Level of one capability and the work on it.

    Parameters
    ----------
    model
        The organisation.
    number
        From 0, in the order of the scenario.
    name
        Name.

    Attributes
    ----------
    parameters
        Its section of the scenario.
    maximum
        Level of investment to reach.
    level
        0 to 1, as at the start of the day.
    tasks
        The package that each stream waits for or works on.
    """

    def __init__(self, model: Organisation, number: int, name: CapabilityName) -> None:
        self.model = model
        self.number = number
        self.name = name
        self.parameters = getattr(model.parameters.capabilities, name)
        self.maximum: float = self.parameters.maximum
        self.level: float = self.parameters.start_level
        self.tasks: list[Task | None] = [None] * model.parameters.streams_of(name)
        self._delivered_days = 0.0
        self._planned: Event | None = None
        own, models = self.parameters, float(model.parameters.models_at_start())
        self._effort_days = full_level(own.effort_days, own.effort_per_model_days, models)
        self._capital_cost = full_level(own.capital_cost, own.capital_per_model, models)
        if not self.complete:
            self._plan_start()

    @property
    def complete(self) -> bool:
        """Whether the level of investment is reached."""
        return bool(self.level >= self.maximum)

    def _plan_start(self) -> None:
        at = self.parameters.start_day
        self._planned = self.model.calendar.schedule(
            self._start, at, Rank.CAPABILITY_START, self.number
        )

    def submit_package(self, stream: int) -> None:
        """Submit the next package of work of a stream."""
        # One at a time: where nobody is interrupted, a developer is bound for a package and not for
        # a whole level.
        task = Task(TaskClass.CAPABILITY, self.number, self.model.calendar.now, stream=stream)
        self.tasks[stream] = task
        self.model.submit(task)

    def deliver(self, effort_days: float) -> None:
        """Put in work; it raises the level at the end of the day."""
        self._delivered_days += effort_days

    def upkeep(self, models: float) -> float:
        """Return today's upkeep, of the level at the start of the day and the models of the day."""
        own = self.parameters
        full = full_level(own.upkeep_per_year, own.upkeep_per_model_year, models)
        return upkeep_per_day(self.level, full)

    def close_day(self) -> float:
        """Raise the level by today's work; return by how much."""
        before = self.level
        self.level = level_after(before, self.maximum, self._delivered_days, self._effort_days)
        self._delivered_days = 0.0
        if self.complete and before < self.maximum:
            self._finish()
        return self.level - before

    def capital(self, rise: float) -> float:
        """Return the capital spent on a rise of the level."""
        return capital_spent(rise, self._capital_cost)

    def _start(self) -> None:
        self._planned = None
        self.model.log(LogKind.CAPABILITY_STARTED, self.number, detail=self.maximum)
        for stream in range(len(self.tasks)):
            self.submit_package(stream)

    def _finish(self) -> None:
        """Withdraw the packages that are left; nobody works on a full stock."""
        self._withdraw_packages()
        self.model.log(LogKind.CAPABILITY_REACHED, self.number, NOBODY, detail=self.level)

    def _withdraw_packages(self) -> None:
        # Streams work on packages at once, and the level may be full before the last is done.
        for stream, task in enumerate(self.tasks):
            if task is not None:
                self.model.withdraw(task)
                self.tasks[stream] = None

    def change_maximum(self, maximum: float) -> None:
        """Invest up to another level from now on; what is reached stays."""
        was_open = not self.complete
        self.maximum = maximum
        # Where work goes on its streams share what is left of it, as before.
        if was_open and self.complete:
            cancel(self._planned)
            self._planned = None
            self._withdraw_packages()
        elif not was_open and not self.complete:
            if self.parameters.start_day <= self.model.calendar.now:
                self._start()
            else:
                self._plan_start()
