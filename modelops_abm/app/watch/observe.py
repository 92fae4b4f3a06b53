"""Reading two running organisations: what a snapshot holds of them.

Runs in the player's thread between two days. What it returns holds no reference to the engine,
whose next day would change a picture that is still being drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from modelops_abm.app.watch.feed import Told
from modelops_abm.app.watch.paired_run import PairedRun, WatchedModel, watched
from modelops_abm.app.watch.snapshot import (
    DeveloperView,
    Drift,
    Followed,
    Life,
    ModelView,
    Organisation,
    Picture,
    Spell,
    Stock,
    Work,
)
from modelops_abm.charts.lives import TRIGGER_OF_KIND
from modelops_abm.core.events import LogKind, LogRecord, RetirementReason, TaskClass
from modelops_abm.core.statechart import Cause, Serving, State, target
from modelops_abm.formats import number, plural
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES

# Two points for each part are one for each pixel of the line, which is 180 wide (`model_panel`).
POINTS = 90
"""Parts into which a line over days is thinned out; each keeps its lowest and highest value."""
_OFFLINE = (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
_NOT_ONLINE = (*_OFFLINE, State.RETRAINING)


def picture_of(pair: PairedRun, followed: int | None) -> Picture:
    """Return what is shown of both organisations, and of the chosen model."""
    return Picture(
        day=pair.day,
        plan=view_of(pair.plan),
        baseline=view_of(pair.baseline),
        followed=followed_in(pair, followed),
        strip={name: tuple(counts) for name, counts in pair.strip.items()},
        feed=tuple(pair.feed),
        now=(*_failed_sources(pair.plan), *_open_requests(pair.plan)),
    )


def view_of(model: ModelOpsModel) -> Organisation:
    """Return what is shown of an organisation."""
    there = [entry for entry in watched(model) if entry.state is not State.RETIRED]
    return Organisation(
        models=tuple(_view(entry) for entry in there),
        retired=tuple(
            (entry.number, entry.name) for entry in model.ml_models if entry.state is State.RETIRED
        ),
        developers=tuple(
            DeveloperView(entry.number, TaskClass.IDLE, None)
            if entry.task is None
            else DeveloperView(entry.number, entry.task.task_class, entry.task_number)
            for entry in model.developers
            if entry.left_at is None
        ),
        stocks=_stocks(model),
        priorities={
            TaskClass[name.upper()]: place
            for place, name in enumerate(model.parameters.priorities, 1)
        },
        failed_builds=sum(
            entry.retirement_reason is RetirementReason.FAILED for entry in model.ml_models
        ),
        npv=model.totals["discounted_net_value"],
        value_today=model.today.get("value") or 0.0,
        served_today=model.today.get("availability"),
    )


def _failed_sources(model: ModelOpsModel) -> tuple[Told, ...]:
    """Return the sources that are down: since when, and how many of their models wait for them."""
    live = model.in_production()
    found = []
    for source in model.sources:
        if source.failed_at is not None:
            reading = [each for each in live if each.source == source.number]
            offline = number(sum(each.cause is Cause.SHARED for each in reading))
            words = f"source {number(source.number + 1)} is down: {offline} of its {{}} wait"
            since = int(source.failed_at)
            found.append(Told(since, words.format(plural(len(reading), "model")), "issue"))
    return tuple(found)


def _open_requests(model: ModelOpsModel) -> list[Told]:
    """Return the requests that are open, by deadline: for which model, and when they are due."""
    opened = [
        (each.deadline_at, each.task.submitted_at, kind, entry.name, each.is_late)
        for entry in model.ml_models
        for kind, each in entry.requests.items()
        if each.task is not None
    ]
    kinds = model.parameters.requests
    found = []
    for due, since, kind, name, is_late in sorted(opened):
        state = "late since day" if is_late else "due on day"
        words = f"{kinds[kind].name}: {name}, {state} {number(int(due))}"
        found.append(Told(int(since), words, "issue" if is_late else "previous"))
    return found


def _stocks(model: ModelOpsModel) -> tuple[Stock, ...]:
    return tuple(
        Stock(
            name,
            stock.level,
            max(stock.maximum, stock.parameters.start_level),
            stock.parameters.start_level,
            sum(task is not None and task.worker is not None for task in stock.tasks),
        )
        for name, stock in zip(CAPABILITY_NAMES, model.capabilities, strict=True)
    )


def _view(entry: WatchedModel) -> ModelView:
    in_retraining = entry.state is State.RETRAINING
    task = entry.retraining if in_retraining else entry.work
    if entry.is_banned:
        task = next(each.task for each in entry.requests.values() if each.is_late)
    return ModelView(
        entry.number,
        entry.name,
        entry.state,
        entry.cause,
        entry.serving,
        None if task is None else _work(entry, task),
        entry.retraining is not None and not in_retraining,
        entry.score,
        _beside(entry, task),
    )


def _beside(entry: WatchedModel, shown: Task | None) -> tuple[Work, ...]:
    """Return what is worked on that changes no state: a step of capacity, answers to requests."""
    answers = (each.task for each in entry.requests.values())
    return tuple(
        _work(entry, task)
        for task in (entry.capacity_step, *answers)
        if task is not None and task is not shown and task.worker is not None
    )


def _work(entry: WatchedModel, task: Task) -> Work:
    now = entry.model.calendar.now
    # The engine enters what was worked only when a task is left, so today's part is added here.
    left, days_left, developer = task.effort_left, None, None
    if task.worker is not None and left is not None:
        worker = entry.model.developers[task.worker.number]
        left = max(0.0, left - (now - worker.started_at) * worker.speed_per_day)
        days_left, developer = left / worker.speed_per_day, worker.number
    return Work(
        task.task_class,
        # A step of capacity is of the class of retrainings, too.
        entry.asked_for if task is entry.retraining else task.cause,
        developer,
        _progress(entry, task, left),
        days_left,
    )


def _progress(entry: WatchedModel, task: Task, left: float | None) -> float:
    """Return the share of the effort that was put in; a build at the start had some already."""
    if left is None:
        return 1.0 - entry.share_left(task)
    whole = entry.efforts.get(task.task_class)
    return 1.0 - min(1.0, left / whole) if whole else 0.0


# The chosen model


def followed_in(pair: PairedRun, number: int | None) -> Followed | None:
    """Return the life of a model in both organisations; None if there is no such model.

    Without a number it is the youngest of the models that were in production at the start and
    still are, or else of those that are now.
    """
    if number is None:
        number = youngest_of(pair, pair.day)
    if number is None or not 0 <= number < len(pair.plan.ml_models):
        return None
    plan, baseline = watched(pair.plan)[number], watched(pair.baseline)[number]
    return Followed(number, plan.name, _life(plan), _life(baseline))


def youngest_of(pair: PairedRun, day: int) -> int | None:
    """Return the youngest of the models that were in production at the start and still are."""
    live = {
        entry.number: entry.went_live_at
        for entry in watched(pair.plan)
        if entry.went_live_at is not None
        and entry.went_live_at <= day
        and (entry.retired_at is None or entry.retired_at > day)
    }
    there = [number for number, since in live.items() if since <= 0.0] or list(live)
    return max(there, key=lambda number: live[number]) if there else None


@dataclass(frozen=True, slots=True)
class Moment:
    """When in a model's life one looks, and what cannot be read out of what it remembers.

    Attributes
    ----------
    now
        Days that are over.
    view, state
        Where it is; without a view it has retired.
    records, values
        How many records of its story, and values by day, there are by then.
    drift
        The drift that is active.
    numbers
        Users, power and value of the last day.
    """

    now: float
    view: ModelView | None
    state: State
    records: int
    values: int
    drift: Drift | None
    numbers: tuple[float, float, float] | None


def _life(entry: WatchedModel) -> Life:
    """Return a model's life up to now."""
    return life_of(
        entry,
        Moment(
            entry.model.calendar.now,
            None if entry.state is State.RETIRED else _view(entry),
            entry.state,
            len(entry.story),
            len(entry.users_by_day),
            drift_of(entry),
            numbers_of(entry),
        ),
    )


def life_of(entry: WatchedModel, at: Moment) -> Life:
    """Return a model's life up to a moment."""
    has_retired = at.state is State.RETIRED
    went_live_at = entry.went_live_at
    if went_live_at is not None and went_live_at > at.now:
        went_live_at = None
    stopped = _OFFLINE if entry.model.constants.serves_while_retraining else _NOT_ONLINE
    story = entry.story[: at.records]
    users, power, value = (thinned(series[: at.values], entry.first_day) for series in entry.series)
    in_production = went_live_at is not None and not has_retired
    return Life(
        view=at.view,
        state=at.state,
        cause=entry.cause if has_retired or at.view is None else at.view.cause,
        since=_since(story, entry.arrived_at if went_live_at is None else went_live_at),
        went_live_at=went_live_at,
        retired_at=entry.retired_at if has_retired else None,
        reason=entry.retirement_reason if has_retired else None,
        first_day=entry.first_day if at.values else -1,
        users=users,
        power=power,
        value=value,
        spells=spells_of(story, went_live_at, at.now, stopped),
        drift=at.drift,
        now=at.numbers if in_production else None,
    )


def numbers_of(entry: WatchedModel) -> tuple[float, float, float]:
    """Return users, power and value of a model's last day."""
    return entry.users, entry.power or 0.0, entry.value_today


def _since(story: Sequence[LogRecord], before: float) -> float:
    """Return the day when a model came into its state; `before` if its story says nothing."""
    for record in reversed(story):
        if LogKind(record.kind).name.lower() in TRIGGER_OF_KIND:
            return record.time
    return before


def drift_of(entry: WatchedModel) -> Drift | None:
    """Return the drift that is active."""
    condition = entry.condition
    if condition is None or not condition.drifting:
        return None
    detected = [r.time for r in entry.story if r.kind == LogKind.DRIFT_DETECTED]
    return Drift(condition.health.drift_since, detected[-1] if condition.drift_detected else None)


_SERVES_FROM_THEN = {
    LogKind.PREVIOUS_SERVES: Serving.PREVIOUS,
    LogKind.PREVIOUS_BROKE: Serving.NONE,
}
"""What serves after a record that changes no state."""


def spells_of(
    story: Sequence[LogRecord],
    went_live_at: float | None,
    now: float,
    stopped: Collection[State],
) -> tuple[Spell, ...]:
    """Return a model's times in production, from the log's records about it.

    Parameters
    ----------
    story
        The records, in order.
    went_live_at
        Day when it went live, negative if it was in production at the start; None if it did not.
    now
        Day up to which the last time lasts.
    stopped
        States in which the current version does not serve.
    """
    if went_live_at is None:
        return ()
    spells: list[Spell] = []
    start, state, serving = max(0.0, went_live_at), State.ONLINE, Serving.CURRENT
    for record in story:
        kind = LogKind(record.kind)
        trigger = TRIGGER_OF_KIND.get(kind.name.lower())
        if record.time < start or (trigger is None and kind not in _SERVES_FROM_THEN):
            continue
        # The first spell begins with it already.
        if kind is LogKind.WENT_LIVE:
            continue
        spells.append(Spell(state, serving, start, record.time))
        start = record.time
        if trigger is None:
            serving = _SERVES_FROM_THEN[kind]
            continue
        state = target(state, trigger)
        if state is State.RETIRED:
            return tuple(spells)
        serving = Serving.NONE if state in stopped else Serving.CURRENT
    return (*spells, Spell(state, serving, start, now))


def thinned(values: Sequence[float], first_day: int) -> tuple[tuple[int, float], ...]:
    """Return values by day with few enough points to draw, lowest and highest of each part kept.

    Parameters
    ----------
    values
        One a day.
    first_day
        Day of the first.
    """
    count = len(values)
    size = -(-count // POINTS)
    # Lowest and highest of two are both of them: nothing would be left out.
    if size <= 2:
        return tuple((first_day + place, round(value, 4)) for place, value in enumerate(values))
    numbers = np.asarray(values)
    keep = {count - 1}  # a line ends at today
    for start in range(0, count, size):
        part = numbers[start : start + size]
        keep |= {start + int(part.argmin()), start + int(part.argmax())}
    return tuple((first_day + place, round(float(numbers[place]), 4)) for place in sorted(keep))
