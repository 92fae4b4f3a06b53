"""Variants of a plan that invest more or less in its capabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, Scenario
from modelops_abm.scenario.capabilities import Capability
from modelops_abm.scenario.fields import known_by
from modelops_abm.scenario.scenario import highest_maximum, without_changes

STOPS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Levels with a name of their own: none, some, half, most, full."""


def raised(plan: Scenario) -> tuple[CapabilityName, ...]:
    """Return the capabilities that a plan raises above their start level, in order."""
    return tuple(name for name in CAPABILITY_NAMES if level_of(plan, name) > start_of(plan, name))


def start_of(plan: Scenario, capability: CapabilityName) -> float:
    """Return the level that a capability starts at.

    Raises
    ------
    InputError
        If there is no such capability.
    """
    known = {name: getattr(plan.capabilities, name) for name in CAPABILITY_NAMES}
    return float(known_by(capability, known, "capability").start_level)


def level_of(plan: Scenario, capability: CapabilityName) -> float:
    """Return the level that a plan aims at: what it invests up to, and never below the start.

    Where the maximum changes in the course of the run it is the highest.
    """
    return max(highest_maximum(plan, capability), start_of(plan, capability))


def check_level(level: float) -> None:
    """Raise a ValueError if a level is not from 0 to 1."""
    if not 0.0 <= level <= 1.0:
        raise ValueError(f"a level must be from 0 to 1, not {level!r}")


def with_levels(plan: Scenario, levels: Mapping[CapabilityName, float]) -> Scenario:
    """Return a plan with other levels of some capabilities; a level it has already is left alone.

    A level holds for the whole run: the plan's own changes of it are gone.

    Raises
    ------
    ValueError
        If a level is not from 0 to 1.
    """
    changed = {name: level for name, level in levels.items() if level != level_of(plan, name)}
    for level in changed.values():
        check_level(level)
    sections: dict[str, Capability] = {
        name: getattr(plan.capabilities, name).model_copy(update={"maximum": level})
        for name, level in changed.items()
    }
    # The source of a level speaks of the level that was.
    forgotten = {f"capabilities.{name}.maximum" for name in changed}
    plan = without_changes(plan, forgotten)
    return plan.model_copy(
        update={
            "capabilities": plan.capabilities.model_copy(update=sections),
            "sources": tuple(entry for entry in plan.sources if entry.name not in forgotten),
        }
    )


def without(plan: Scenario, capabilities: Iterable[CapabilityName]) -> Scenario:
    """Return a plan that leaves some capabilities where they start."""
    return with_levels(plan, {name: start_of(plan, name) for name in capabilities})
