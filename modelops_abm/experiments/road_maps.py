"""Road maps: which capabilities a plan raises, how far, from when on, with which team.

First one road map, and the plan that follows it; then all that are open to a plan, as places on
axes for a search, as a list, and as neighbours of each other. docs/decisions/0022.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, groupby, product
from typing import Any, NamedTuple

from modelops_abm.experiments.inputs import varied
from modelops_abm.experiments.plans import raised, start_of
from modelops_abm.representation import Represented
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, InputError, Problem, Scenario
from modelops_abm.scenario.scenario import timeline, without_changes


class Step(NamedTuple):
    """A capability that is raised, or a stage of it.

    Attributes
    ----------
    capability
        Which one.
    level
        Level to reach, above its start level and at most 1.
    start_day
        Day on which the work on it begins; a whole one if it is not the first stage.
    """

    capability: CapabilityName
    level: float
    start_day: float


@dataclass(frozen=True, slots=True)
class RoadMap:
    """What a plan does, apart from everything that it assumes.

    Attributes
    ----------
    steps
        The capabilities that are raised, in the order of `CAPABILITY_NAMES`; all others stay at
        their start level. One that is raised in stages has a step for each, by start day.
    developers
        Size of the team.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> road_map = RoadMap((Step("monitoring", 0.5, start_day=180),), developers=8)
    >>> monitoring = with_road_map(preset("reference"), road_map).capabilities.monitoring
    >>> monitoring.maximum, monitoring.start_day
    (0.5, 180.0)
    """

    steps: tuple[Step, ...]
    developers: int

    @property
    def in_order(self) -> tuple[Step, ...]:
        """The steps by their start."""
        return tuple(sorted(self.steps, key=lambda step: step.start_day))


def road_map_of(plan: Scenario) -> RoadMap:
    """Return the road map of a plan; what its changes raise, or lower, later are stages.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> [step.capability for step in road_map_of(preset("rollback_alone")).steps]
    ['rollback']
    """
    steps = (step for name in raised(plan) for step in _stages_of(plan, name))
    return RoadMap(tuple(steps), plan.team.developers)


def _stages_of(plan: Scenario, name: CapabilityName) -> list[Step]:
    section, dotted = getattr(plan.capabilities, name), _maximum(name)
    low, start_day = section.start_level, section.start_day
    steps = [Step(name, max(section.maximum, low), start_day)]
    for day, _, values in timeline(plan):
        if dotted not in values:
            continue
        level = max(values[dotted], low)
        # Until the work begins a level is only an intention: the last one counts. So it is while
        # there is nothing to do: the work begins with the first level above the start.
        if day <= start_day or (len(steps) == 1 and steps[0].level <= low):
            steps = [Step(name, level, max(start_day, float(day)))]
        elif level != steps[-1].level:
            steps.append(Step(name, level, float(day)))
    return steps if len(steps) > 1 or steps[0].level > low else []


def _maximum(name: CapabilityName) -> str:
    return f"capabilities.{name}.maximum"


def nothing_of(plan: Scenario) -> RoadMap:
    """Return the road map of a plan's baseline, which raises no capability.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> nothing_of(preset("all_five")).steps
    ()
    """
    return RoadMap((), plan.team.developers)


def with_road_map(plan: Scenario, road_map: RoadMap) -> Scenario:
    """Return a plan that follows a road map, all else kept.

    Raises
    ------
    InputError
        With everything that the scenario does not take.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> plan = with_road_map(preset("all_five"), road_map_of(preset("rollback_alone")))
    >>> plan.capabilities.rollback.maximum, plan.capabilities.automation.maximum
    (1.0, 0.0)
    """
    # All capabilities are put where they start first: what the plan raises and the road map does
    # not is off.
    values: dict[str, Any] = {"team.developers": road_map.developers}
    plan = without_changes(plan, set(map(_maximum, CAPABILITY_NAMES)))
    for name in CAPABILITY_NAMES:
        values[_maximum(name)] = start_of(plan, name)
    stages: list[Any] = []
    for name, steps in groupby(road_map.steps, key=lambda step: step.capability):
        first, *later = steps
        values[_maximum(name)] = first.level
        values[f"capabilities.{name}.start_day"] = first.start_day
        stages += [{"day": int(day), _maximum(name): level} for _, level, day in later]
    if stages:
        values["changes"] = (*plan.changes, *stages)
    return varied(plan, values)


# --------------------------------------------------------------------------------------
# What may be decided: levels and start days of the capabilities, and the team's size.


LEVELS = (0.0, 0.5, 1.0)
STARTS = (0.0, 180.0, 360.0)
"""Levels, and start days, that are tried unless others are asked for."""
TRIALS, FINALISTS = 200, 8
TRIALS_OF_ADVICE, FINALISTS_OF_ADVICE = 60, 4
"""Road maps that are looked at, and those re-checked, by a search and for advice.

Here, as a command states them in its help, where nothing heavy is loaded.
"""
_DEVELOPERS = "developers"
_MOST_DEVELOPERS = 10_000


@dataclass(frozen=True, repr=False)
class Decisions(Represented):
    """The road maps that are open to a plan.

    Attributes
    ----------
    plan
        The plan that they depart from.
    levels
        Levels to raise a capability to; a capability may also stay where it starts, and nothing
        is ever taken away.
    starts
        Days on which the work on a capability may begin; if None, days 0, 180 and 360, as far as
        they are within the horizon.
    developers
        Sizes of the team; only the plan's own if empty.
    stages
        Whether a capability may also be raised in two stages, to one level from one of the days on
        and to a higher one from a later day on. The days must be whole then.

    Raises
    ------
    InputError
        With everything that is not allowed.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> Decisions(preset("all_five"), levels=(1.0,), starts=(0, 180)).size
    243
    """

    plan: Scenario
    levels: Sequence[float] = LEVELS
    starts: Sequence[float] | None = None
    developers: Sequence[int] = ()
    stages: bool = False

    def __post_init__(self) -> None:
        """Check what may be decided."""
        last = self.plan.horizon_days
        problems = [
            *_wrong("levels", self.levels, 0.0, 1.0, "from 0 to 1"),
            *_wrong("starts", self.start_days, 0.0, last - 1.0, f"a day from 0 to {last - 1:,}"),
            *_wrong(_DEVELOPERS, self.developers, 1, _MOST_DEVELOPERS, "1 or more developers"),
        ]
        if self.stages and (parts := [day for day in self.start_days if day % 1.0]):
            message = "must be whole days where capabilities are raised in stages"
            problems.append(Problem(message, field="starts", value=f"{parts[0]:g}"))
        if not self.start_days:
            problems.append(Problem("at least one day is needed", field="starts"))
        if problems:
            raise InputError(problems)

    @property
    def axes(self) -> dict[str, int]:
        """How many values there are for each thing that is decided, by its name."""
        # At level 0 every start is the same road map, so there are more places than `size` tells.
        counts: dict[str, int] = {}
        for name in CAPABILITY_NAMES:
            if levels := self._levels_above(name):
                counts[f"{name}.level"] = 1 + len(levels)
                counts[f"{name}.start"] = len(self.start_days)
            if len(levels) > 1 and len(self.start_days) > 1 and self.stages:
                # None, or a level after the lowest; and a day after the first.
                counts[f"{name}.level_2"] = len(levels)
                counts[f"{name}.start_2"] = len(self.start_days) - 1
        counts[_DEVELOPERS] = len(self._teams)
        return counts

    @property
    def start_days(self) -> tuple[float, ...]:
        """Days on which the work on a capability may begin, the first first."""
        usual = [day for day in STARTS if day < self.plan.horizon_days]
        return tuple(
            sorted({float(day) for day in (usual if self.starts is None else self.starts)})
        )

    @property
    def size(self) -> int:
        """Number of different road maps."""
        options = (self._count(name) for name in CAPABILITY_NAMES)
        return math.prod(options) * len(self._teams)

    def _count(self, name: CapabilityName) -> int:
        levels, starts = len(self._levels_above(name)), len(self.start_days)
        stages = math.comb(levels, 2) * math.comb(starts, 2) if self.stages else 0
        return 1 + levels * starts + stages

    def chosen(self, places: Mapping[str, int]) -> RoadMap:
        """Return the road map at a place on each of the axes.

        Parameters
        ----------
        places
            By name of the axis; at place 0 a capability stays where it starts, and its start day
            does not matter. A second stage is none if it is not later and higher than the first.
        """
        steps = []
        for name in CAPABILITY_NAMES:
            place = places.get(f"{name}.level", 0)
            if place > 0:
                steps += self._chosen(name, places, place)
        return RoadMap(tuple(steps), self._teams[places.get(_DEVELOPERS, 0)])

    def _chosen(self, name: CapabilityName, places: Mapping[str, int], place: int) -> list[Step]:
        levels, start = self._levels_above(name), places.get(f"{name}.start", 0)
        first = Step(name, levels[place - 1], self.start_days[start])
        higher, later = places.get(f"{name}.level_2", 0), 1 + places.get(f"{name}.start_2", 0)
        if higher < place or later <= start:
            return [first]
        return [first, Step(name, levels[higher], self.start_days[later])]

    def places_of(self, road_map: RoadMap) -> dict[str, int]:
        """Return the place of a road map on each of the axes; the opposite of `chosen`.

        Raises
        ------
        ValueError
            If it is none of those that are open.
        """
        places = dict.fromkeys(self.axes, 0)
        places[_DEVELOPERS] = self._teams.index(road_map.developers)
        for name, steps in groupby(road_map.steps, key=lambda step: step.capability):
            levels = self._levels_above(name)
            first, *later = steps
            places[f"{name}.level"] = 1 + levels.index(first.level)
            places[f"{name}.start"] = self.start_days.index(first.start_day)
            for step in later:
                places[f"{name}.level_2"] = levels.index(step.level)
                places[f"{name}.start_2"] = self.start_days.index(step.start_day) - 1
        return places

    def every(self) -> Iterator[RoadMap]:
        """Yield each road map once."""
        options = [self._options(name) for name in CAPABILITY_NAMES]
        for developers in self._teams:
            for steps in product(*options):
                yield RoadMap(tuple(chain.from_iterable(steps)), developers)

    def neighbours(self, road_map: RoadMap) -> Iterator[RoadMap]:
        """Yield the road maps that differ in one level or start, in a stage, or in the team."""
        steps: dict[CapabilityName, tuple[Step, ...]] = dict.fromkeys(CAPABILITY_NAMES, ())
        for step in road_map.steps:
            steps[step.capability] += (step,)
        for name, here in steps.items():
            for other in self._options(name):
                if _is_one_change(here, other):
                    changed = {**steps, name: other}.values()
                    yield RoadMap(tuple(chain.from_iterable(changed)), road_map.developers)
        for developers in self._teams:
            if developers != road_map.developers:
                yield RoadMap(road_map.steps, developers)

    @property
    def _teams(self) -> tuple[int, ...]:
        return tuple(sorted({*self.developers})) or (self.plan.team.developers,)

    def _levels_above(self, name: CapabilityName) -> tuple[float, ...]:
        start = start_of(self.plan, name)
        return tuple(sorted({float(level) for level in self.levels if level > start}))

    def _options(self, name: CapabilityName) -> list[tuple[Step, ...]]:
        """Return what may be done about a capability: nothing, a step, or two as stages."""
        levels = self._levels_above(name)
        found: list[tuple[Step, ...]] = [()]
        found += [(Step(name, *step),) for step in product(levels, self.start_days)]
        if self.stages:
            pairs = product(combinations(levels, 2), combinations(self.start_days, 2))
            found += [
                (Step(name, low, early), Step(name, high, late))
                for (low, high), (early, late) in pairs
            ]
        return found


def _is_one_change(here: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    if len(here) != len(other):
        # A stage more or less, and the other one as it is.
        fewer, more = sorted((here, other), key=len)
        return len(more) == len(fewer) + 1 and set(fewer) < set(more)
    values = zip(chain.from_iterable(here), chain.from_iterable(other), strict=True)
    return sum(one != another for one, another in values) == 1


def _wrong(
    field: str, values: Sequence[float], low: float, high: float, allowed: str
) -> list[Problem]:
    return [
        Problem(f"must be {allowed}", field=field, value=f"{value:g}")
        for value in values
        if not low <= value <= high
    ]
