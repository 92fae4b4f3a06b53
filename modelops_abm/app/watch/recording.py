"""A paired run of which every day is kept, so that any of them is shown again at once.

An organisation on a day is a few thousand bytes, as most models are what they were the day before,
and that is then the same object. The chosen model's life is cut out of what it remembers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from modelops_abm.app.watch.feed import Told
from modelops_abm.app.watch.observe import (
    Moment,
    drift_of,
    followed_in,
    life_of,
    numbers_of,
    picture_of,
    thinned,
    youngest_of,
)
from modelops_abm.app.watch.paired_run import PairedRun, RunChoice, WatchedModel, watched
from modelops_abm.app.watch.snapshot import Drift, Followed, Life, Organisation, Picture
from modelops_abm.core.statechart import PRODUCTION_STATES, State
from modelops_abm.mesa_engine.model import ModelOpsModel


@dataclass(frozen=True, slots=True)
class _Side:
    """One organisation on a day, and what its models' lives are cut out by."""

    organisation: Organisation
    drifts: Mapping[int, Drift]
    logged: int
    models: int


@dataclass(frozen=True, slots=True)
class _Day:
    plan: _Side
    baseline: _Side
    strip: Mapping[str, tuple[int, ...]]
    feed: tuple[Told, ...]
    now: tuple[Told, ...]


class Recording:
    """A plan and its baseline, run once.

    Parameters
    ----------
    choice
        What is run.
    """

    def __init__(self, choice: RunChoice) -> None:
        self._pair = PairedRun(choice)
        self._days: list[_Day] = []
        self._first = [
            {entry.number: numbers_of(entry) for entry in watched(side)}
            for side in (self._pair.plan, self._pair.baseline)
        ]
        self._difference: list[float] = []
        self._error: Exception | None = None
        self._keep()

    @property
    def day(self) -> int:
        """The last day that is kept."""
        return len(self._days) - 1

    @property
    def is_whole(self) -> bool:
        """Whether the run is over."""
        return not self._pair.running

    def step(self) -> None:
        """Run the next day.

        Raises
        ------
        Exception
            Whatever the organisation raises; the same again at every later call, as a day that
            broke off cannot be gone on with.
        """
        if self._error is not None:
            raise self._error
        try:
            self._pair.step()
        except Exception as error:
            self._error = error
            raise
        self._keep()

    def picture(self, day: int, followed: int | None) -> Picture:
        """Return what is shown of a day that is kept, and of a model in it.

        Parameters
        ----------
        day
            From 0 to `day`.
        followed
            Number of the model; None for the youngest of the start, as `observe.followed_in`.
        """
        kept = self._days[day]
        number = youngest_of(self._pair, day) if followed is None else followed
        return Picture(
            day=day,
            plan=kept.plan.organisation,
            baseline=kept.baseline.organisation,
            followed=None if number is None else self._followed(day, number),
            strip=kept.strip,
            feed=kept.feed,
            now=kept.now,
            difference=thinned(self._difference[: day + 1], 0),
        )

    def most_told(self, day: int) -> int | None:
        """Return the model in production of which most has happened by a day; None if none is."""
        kept = self._days[day]
        there = [
            view.number
            for view in kept.plan.organisation.of_state(*PRODUCTION_STATES)
            if view.number < kept.baseline.models
        ]

        def records(number: int) -> int:
            sides = ((self._pair.plan, kept.plan), (self._pair.baseline, kept.baseline))
            return sum(
                bisect_left(watched(model)[number].story_places, side.logged)
                for model, side in sides
            )

        return max(there, key=records, default=None)

    def _followed(self, day: int, number: int) -> Followed | None:
        if day == self.day:
            return followed_in(self._pair, number)
        kept = self._days[day]
        if not 0 <= number < min(kept.plan.models, kept.baseline.models):
            return None
        plan, baseline = (watched(side)[number] for side in (self._pair.plan, self._pair.baseline))
        return Followed(
            number,
            plan.name,
            self._life(plan, kept.plan, day, 0),
            self._life(baseline, kept.baseline, day, 1),
        )

    def _life(self, entry: WatchedModel, side: _Side, day: int, place: int) -> Life:
        views = {view.number: view for view in side.organisation.models}
        values = 0 if entry.first_day < 0 else min(len(entry.users_by_day), day - entry.first_day)
        users, power, value = entry.series
        last = values - 1
        numbers = (users[last], power[last], value[last]) if values > 0 else None
        view = views.get(entry.number)
        return life_of(
            entry,
            Moment(
                now=float(day),
                view=view,
                state=State.RETIRED if view is None else view.state,
                records=bisect_left(entry.story_places, side.logged),
                values=max(0, values),
                drift=side.drifts.get(entry.number),
                numbers=numbers or self._first[place].get(entry.number),
            ),
        )

    def _keep(self) -> None:
        picture = picture_of(self._pair, -1)
        self._difference.append(picture.plan.npv - picture.baseline.npv)
        today = _Day(
            _side(self._pair.plan, picture.plan),
            _side(self._pair.baseline, picture.baseline),
            picture.strip,
            picture.feed,
            picture.now,
        )
        self._days.append(today if not self._days else _sharing(today, self._days[-1]))


def _side(model: ModelOpsModel, seen: Organisation) -> _Side:
    drifts = {
        entry.number: drift for entry in watched(model) if (drift := drift_of(entry)) is not None
    }
    return _Side(seen, drifts, len(model.event_log), len(model.ml_models))


def _sharing(today: _Day, before: _Day) -> _Day:
    """Return a day that holds what is as it was the day before as the same objects."""
    return _Day(
        _side_sharing(today.plan, before.plan),
        _side_sharing(today.baseline, before.baseline),
        {name: _same(bins, before.strip[name]) for name, bins in today.strip.items()},
        _same(today.feed, before.feed),
        _same(today.now, before.now),
    )


def _side_sharing(today: _Side, before: _Side) -> _Side:
    seen, old = today.organisation, before.organisation
    shared = replace(
        seen,
        models=_items(seen.models, old.models, lambda view: view.number),
        retired=_items(seen.retired, old.retired, lambda entry: entry[0]),
        developers=_items(seen.developers, old.developers, lambda view: view.number),
        priorities=_same(seen.priorities, old.priorities),
    )
    drifts = {n: _same(drift, before.drifts.get(n, drift)) for n, drift in today.drifts.items()}
    return replace(today, organisation=shared, drifts=_same(drifts, before.drifts))


def _items[T](
    today: tuple[T, ...], before: tuple[T, ...], key: Callable[[T], int]
) -> tuple[T, ...]:
    """Return items, those that are as they were as the same objects, and so the whole."""
    known = {key(item): item for item in before}
    return _same(tuple(_same(item, known.get(key(item), item)) for item in today), before)


def _same[T](value: T, before: T) -> T:
    """Return what was there before if it is equal: one object for many days."""
    return before if before == value else value
