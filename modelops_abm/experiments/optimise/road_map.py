"""A road map: which capabilities a plan raises, how far, from when on, and with which team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from modelops_abm.experiments.inputs import varied
from modelops_abm.experiments.variants import level_of, raised, start_of
from modelops_abm.parameters import CAPABILITY_NAMES, CapabilityName, Scenario


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
    """Return the road map of a plan."""
    steps = (
        Step(name, level_of(plan, name), getattr(plan.capabilities, name).start_day)
        for name in raised(plan)
    )
    return RoadMap(tuple(steps), plan.team.developers)


def nothing_of(plan: Scenario) -> RoadMap:
    """Return the road map of a plan's baseline, which raises no capability."""
    return RoadMap((), plan.team.developers)


def with_road_map(plan: Scenario, road_map: RoadMap) -> Scenario:
    """Return a plan that follows a road map, all else kept.

    Raises
    ------
    InputError
        With everything that the scenario does not take.
    """
    values: dict[str, Any] = {"team.developers": road_map.developers}
    for name in CAPABILITY_NAMES:
        values[f"capabilities.{name}.maximum"] = start_of(plan, name)
    for name, level, start_day in road_map.steps:
        values[f"capabilities.{name}.maximum"] = level
        values[f"capabilities.{name}.start_day"] = start_day
    return varied(plan, values)
