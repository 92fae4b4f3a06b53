"""What a model, a developer or a capability may ask of the organisation that it belongs to.

The organisation makes its agents, and they ask it back. So that neither imports the other, agents
know it by this protocol; `model.ModelOpsModel` is the one class that has it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from modelops_abm.core.events import NOBODY, LogKind, TaskClass
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.calendar import Calendar
from modelops_abm.mesa_engine.scheduler import Scheduler, Task
from modelops_abm.rules.constants import Constants, Levels
from modelops_abm.rules.day import CommonRates
from modelops_abm.rules.requests import RequestLaw
from modelops_abm.scenario.scenario import Scenario


class Source(Protocol):
    """What a model needs to know of the shared source that it reads."""

    @property
    def is_down(self) -> bool:
        """Whether it has failed and is not repaired yet."""


class Organisation(Protocol):
    """An organisation as its agents see it.

    Attributes
    ----------
    parameters
        The scenario.
    in_force, constants
        The same with the values of today, and what the rules need of it. Both are replaced when
        values change: whoever keeps one acts on what was.
    seed, replication
        By which all draws are keyed.
    calendar, day, running
        Time: planned events, the day that is open, and whether the run goes on.
    scheduler
        The work queue.
    sources
        The shared sources.
    request_laws
        The kinds of request.
    levels, common_rates
        Of the capabilities on this day, and what all models' rates have in common at them.
    """

    parameters: Scenario
    in_force: Scenario
    constants: Constants
    seed: int
    replication: int
    calendar: Calendar
    day: int
    running: bool
    scheduler: Scheduler
    sources: Sequence[Source]
    request_laws: tuple[RequestLaw, ...]
    levels: Levels
    common_rates: CommonRates

    def log(
        self,
        kind: LogKind,
        model: int = NOBODY,
        developer: int = NOBODY,
        cause: int = NOBODY,
        detail: float = 0.0,
    ) -> None:
        """Record an event."""

    def register_agent(self, agent: Any) -> None:
        """Take in an agent among Mesa's."""

    def tally(self, name: str, amount: float) -> None:
        """Add to a tally of `outcomes.TALLIES`."""

    def count_delivery(self, since_idea_days: float, since_begun_days: float) -> None:
        """Count a model that goes live, and how long that took."""

    def in_production(self) -> Sequence[Any]:
        """Return the models that were in production today, by number; some may have left."""

    def add_to_production(self, number: int) -> None:
        """Count a model among those in production from now on, and open its day."""

    def enter_state_time(self, cause: Cause, days: float, *, served: bool) -> None:
        """Enter time that a model was not online, and whether anything served meanwhile."""

    def submit(self, task: Task) -> None:
        """Take in a task; it may be assigned at the end of this instant."""

    def withdraw(self, task: Task) -> None:
        """Forget a task and free its developer."""

    def interrupt(self, task: Task, *, held: bool) -> None:
        """Stop the work on a task, which keeps its progress; `held` until it is released."""

    def reclassify(self, task: Task, task_class: TaskClass) -> None:
        """Make a task one of another class; the hours until now are of the old one."""

    def take_back(self, task: Task) -> None:
        """Stop the work on a task because its developer leaves."""

    def complete(self, task: Task) -> None:
        """Take over a task that its developer has completed."""

    def deliver(self, task: Task, effort_days: float) -> None:
        """Credit developer-days of work on a package to its capability."""

    def enter_build_time(self, task: Task, days: float) -> None:
        """Enter a developer's days on a build."""
