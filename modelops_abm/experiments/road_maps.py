"""Road maps: which capabilities a plan raises, how far, from when on, with which team.

First one road map, and the plan that follows it; then all that are open to a plan, as places on
axes for a search, as a list, and as neighbours of each other. docs/decisions/0022.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from modelops_abm.experiments.inputs import varied
from modelops_abm.experiments.plans import level_of, raised, start_of
from modelops_abm.representation import Represented
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, InputError, Problem, Scenario
from modelops_abm.scenario.scenario import without_changes


class Step(NamedTuple):
    """A capability that is raised.

    Attributes
    ----------
    capability
        Which one.
    level
        Level to reach, above its start level and at most 1.
    start_day
        Day on which the work on it begins.
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
        their start level.
    developers
        Size of the team.
    """

    steps: tuple[Step, ...]
    developers: int

    @property
    def in_order(self) -> tuple[Step, ...]:
        """The steps by their start."""
        return tuple(sorted(self.steps, key=lambda step: step.start_day))


def road_map_of(plan: Scenario) -> RoadMap:
    """Return the road map of a plan.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> [step.capability for step in road_map_of(preset("rollback_alone")).steps]
    ['rollback']
    """
    steps = (
        Step(name, level_of(plan, name), getattr(plan.capabilities, name).start_day)
        for name in raised(plan)
    )
    return RoadMap(tuple(steps), plan.team.developers)


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
    plan = without_changes(plan, {f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES})
    for name in CAPABILITY_NAMES:
        values[f"capabilities.{name}.maximum"] = start_of(plan, name)
    for name, level, start_day in road_map.steps:
        values[f"capabilities.{name}.maximum"] = level
        values[f"capabilities.{name}.start_day"] = start_day
    return varied(plan, values)


# --------------------------------------------------------------------------------------
# What may be decided: levels and start days of the capabilities, and the team's size.


LEVELS = (0.0, 0.5, 1.0)
STARTS = (0.0, 180.0, 360.0)
"""Levels, and start days, that are tried unless others are asked for."""
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
        Days on which the work on a capability may begin; if None, those of `STARTS` that are within
        the horizon.
    developers
        Sizes of the team; only the plan's own if empty.

    Raises
    ------
    InputError
        With everything that is not allowed.
    """

    plan: Scenario
    levels: Sequence[float] = LEVELS
    starts: Sequence[float] | None = None
    developers: Sequence[int] = ()

    def __post_init__(self) -> None:
        """Check what may be decided."""
        last = self.plan.horizon_days
        problems = [
            *_wrong("levels", self.levels, 0.0, 1.0, "from 0 to 1"),
            *_wrong("starts", self.start_days, 0.0, last - 1.0, f"a day from 0 to {last - 1:,}"),
            *_wrong(_DEVELOPERS, self.developers, 1, _MOST_DEVELOPERS, "1 or more developers"),
        ]
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
        options = (
            1 + len(self._levels_above(name)) * len(self.start_days) for name in CAPABILITY_NAMES
        )
        return math.prod(options) * len(self._teams)

    def chosen(self, places: Mapping[str, int]) -> RoadMap:
        """Return the road map at a place on each of the axes.

        Parameters
        ----------
        places
            By name of the axis; at place 0 a capability stays where it starts, and its start day
            does not matter.
        """
        steps = []
        for name in CAPABILITY_NAMES:
            place = places.get(f"{name}.level", 0)
            if place > 0:
                start_day = self.start_days[places.get(f"{name}.start", 0)]
                steps.append(Step(name, self._levels_above(name)[place - 1], start_day))
        return RoadMap(tuple(steps), self._teams[places.get(_DEVELOPERS, 0)])

    def places_of(self, road_map: RoadMap) -> dict[str, int]:
        """Return the place of a road map on each of the axes; the opposite of `chosen`."""
        places = dict.fromkeys(self.axes, 0)
        places[_DEVELOPERS] = self._teams.index(road_map.developers)
        for name, level, start_day in road_map.steps:
            places[f"{name}.level"] = 1 + self._levels_above(name).index(level)
            places[f"{name}.start"] = self.start_days.index(start_day)
        return places

    def every(self) -> Iterator[RoadMap]:
        """Yield each road map once."""
        options = [self._options(name) for name in CAPABILITY_NAMES]
        for developers in self._teams:
            for steps in product(*options):
                yield RoadMap(tuple(step for step in steps if step is not None), developers)

    def neighbours(self, road_map: RoadMap) -> Iterator[RoadMap]:
        """Yield the road maps that differ in one capability's level or start, or in the team."""
        steps: dict[CapabilityName, Step | None] = dict.fromkeys(CAPABILITY_NAMES)
        steps.update({step.capability: step for step in road_map.steps})
        for name, here in steps.items():
            for other in self._options(name):
                if _is_one_change(here, other):
                    changed = {**steps, name: other}.values()
                    kept = tuple(step for step in changed if step is not None)
                    yield RoadMap(kept, road_map.developers)
        for developers in self._teams:
            if developers != road_map.developers:
                yield RoadMap(road_map.steps, developers)

    @property
    def _teams(self) -> tuple[int, ...]:
        return tuple(sorted({*self.developers})) or (self.plan.team.developers,)

    def _levels_above(self, name: CapabilityName) -> tuple[float, ...]:
        start = start_of(self.plan, name)
        return tuple(sorted({float(level) for level in self.levels if level > start}))

    def _options(self, name: CapabilityName) -> list[Step | None]:
        steps = product(self._levels_above(name), self.start_days)
        return [None, *(Step(name, level, start_day) for level, start_day in steps)]


def _is_one_change(here: Step | None, other: Step | None) -> bool:
    if here is None or other is None:
        return here is not other
    # One of the two, not both, and not neither.
    return (here.level == other.level) != (here.start_day == other.start_day)


def _wrong(
    field: str, values: Sequence[float], low: float, high: float, allowed: str
) -> list[Problem]:
    return [
        Problem(f"must be {allowed}", field=field, value=f"{value:g}")
        for value in values
        if not low <= value <= high
    ]
