"""What is shown of a run at one moment: plain values that no later day can change.

The player makes them in its thread and the page draws them in another; nothing of the engine is
shared between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modelops_abm.app.watch.feed import Told
from modelops_abm.app.watch.paired_run import RunChoice
from modelops_abm.core.events import RetirementReason, TaskClass
from modelops_abm.core.statechart import Cause, Serving, State


@dataclass(frozen=True, slots=True)
class Work:
    """A task on a model, at work or waiting.

    Attributes
    ----------
    task_class, cause
        What is to be done, and why; of a retraining, why it was requested.
    developer
        Number of who works on it, or None.
    progress
        Share of the effort that has been put in.
    days_left
        Days until it is done, if nothing interrupts it; None while nobody works on it.
    """

    task_class: TaskClass
    cause: Cause | None
    developer: int | None
    progress: float
    days_left: float | None


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model that is not retired.

    Attributes
    ----------
    number, name
        Number from 0, and name.
    state, cause, serving
        As in the statechart.
    work
        Build, deployment or repair; the retraining while it is in that.
    retraining_requested
        Whether a retraining waits for somebody.
    beside
        What is worked on beside that, whatever the state: more capacity, answers to requests.
    score
        Yearly value per developer-day as an idea, in $.
    """

    number: int
    name: str
    state: State
    cause: Cause | None
    serving: Serving
    work: Work | None
    retraining_requested: bool
    score: float
    beside: tuple[Work, ...] = ()

    @property
    def developer(self) -> int | None:
        """Number of who works on it; None if nobody does."""
        return None if self.work is None else self.work.developer


@dataclass(frozen=True, slots=True)
class DeveloperView:
    """What a developer does: a task class, and the number of the model or capability, if any."""

    number: int
    task_class: TaskClass
    of: int | None


@dataclass(frozen=True, slots=True)
class Stock:
    """A capability's level, the level chosen, the level at the start, and how many build it."""

    name: str
    level: float
    maximum: float
    start_level: float
    builders: int

    @property
    def invested(self) -> bool:
        """Whether the plan raises it."""
        return self.maximum > self.start_level


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation at the end of a day.

    Attributes
    ----------
    models
        All that are not retired, by number.
    retired
        Numbers and names of the retired, by number.
    developers, stocks
        Developers by number; capabilities in their order.
    priorities
        Place of each task class in the order of priority, from 1.
    failed_builds
        How many of the retired were given up because their build failed.
    npv, value_today
        Net present value so far, in $ of day 0; value of yesterday's predictions, in $.
    served_today
        Served share of yesterday's production time; None if no model was in production.
    """

    models: tuple[ModelView, ...]
    retired: tuple[tuple[int, str], ...]
    developers: tuple[DeveloperView, ...]
    stocks: tuple[Stock, ...]
    priorities: Mapping[TaskClass, int]
    failed_builds: int
    npv: float
    value_today: float
    served_today: float | None

    def of_state(self, *states: State) -> list[ModelView]:
        """Return the models in some states, by number."""
        return [model for model in self.models if model.state in states]

    def developers_at(self, task_class: TaskClass, of: int | None = None) -> list[int]:
        """Return the numbers of the developers at a class of work, or at that of one number."""
        return [
            entry.number
            for entry in self.developers
            if entry.task_class is task_class and of in (None, entry.of)
        ]


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in one state and with one version serving."""

    state: State
    serving: Serving
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Drift:
    """A drift that is active: since when, and when it was detected (None if nobody knows)."""

    since: float
    detected_at: float | None


@dataclass(frozen=True, slots=True)
class Life:
    """The chosen model in one organisation.

    Attributes
    ----------
    view
        Where it is; None if it is retired.
    state, cause, since
        Its state, why it is not online, and the day when that began.
    went_live_at, retired_at, reason
        Days, and why it was retired; None for what has not happened.
    first_day
        Day of the first of the values.
    users, power, value
        By day, thinned out.
    spells
        Times in production, in order.
    drift
        The active drift.
    now
        Users, power and value of the last day; None outside production.
    """

    view: ModelView | None
    state: State
    cause: Cause | None
    since: float
    went_live_at: float | None
    retired_at: float | None
    reason: RetirementReason | None
    first_day: int
    users: tuple[tuple[int, float], ...]
    power: tuple[tuple[int, float], ...]
    value: tuple[tuple[int, float], ...]
    spells: tuple[Spell, ...]
    drift: Drift | None
    now: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Followed:
    """The model that was chosen, in both organisations."""

    number: int
    name: str
    plan: Life
    baseline: Life


@dataclass(frozen=True, slots=True)
class Picture:
    """Both organisations at the end of a day, the chosen model in them, and the plan's events.

    Attributes
    ----------
    day, plan, baseline, followed
        The day, both organisations, and the chosen model in them.
    strip
        How often things happened in each part of the time, as `PairedRun.strip`.
    feed
        What is told in words, in order.
    now
        What is open in the plan since which day: failed sources, requests by their deadline.
    difference
        Net present value of the plan so far less that of the baseline in $, by day, thinned out.
    """

    day: int
    plan: Organisation
    baseline: Organisation
    followed: Followed | None
    strip: Mapping[str, tuple[int, ...]]
    feed: tuple[Told, ...] = ()
    now: tuple[Told, ...] = ()
    difference: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is shown at one moment.

    Attributes
    ----------
    serial
        Counts the snapshots of a player.
    choice, horizon_days
        What is watched, and how many days there are.
    picture
        None before day 0 is set up.
    playing
        Whether days go by.
    goal
        Day that is being run to; None if none.
    speed
        Name of the speed, of `controller.SPEEDS`.
    error
        What went wrong, in words; empty if nothing.
    """

    serial: int
    choice: RunChoice
    horizon_days: int
    picture: Picture | None
    playing: bool
    goal: int | None
    speed: str
    error: str

    @property
    def day(self) -> int:
        """The days that are over."""
        return 0 if self.picture is None else self.picture.day

    @property
    def over(self) -> bool:
        """Whether the horizon is reached."""
        return self.day >= self.horizon_days

    @property
    def is_at_rest(self) -> bool:
        """Whether the day that is shown stays until somebody asks for another."""
        return self.picture is not None and self.goal is None and not self.playing
