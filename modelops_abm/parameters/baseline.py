"""The baseline of a plan: the same organisation that keeps its capabilities as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelops_abm.parameters.capabilities import CAPABILITY_NAMES, Capability, CapabilityName
from modelops_abm.parameters.scenario import Scenario

_MAXIMA = {f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES}


def levels_reached(plan: Scenario) -> Scenario:
    """Return a plan that invests up to the levels that it reaches, none of them below its start."""
    return _with_maxima(
        plan, {name: max(each.maximum, each.start_level) for name, each in _each(plan)}
    )


def is_baseline(plan: Scenario) -> bool:
    """Tell whether a plan raises no capability above its start level, so that nothing is done.

    A level to invest up to that lies below the start level builds nothing, as none does.
    """
    return all(each.maximum <= each.start_level for _, each in _each(plan))


def baseline_of(plan: Scenario) -> Scenario:
    """Return a plan's baseline: every capability is held at its start level.

    Team, horizon, assumptions and portfolio are the plan's own.
    """
    held = _with_maxima(plan, {name: each.start_level for name, each in _each(plan)})
    return held.model_copy(
        update={
            "name": f"baseline of {plan.name}",
            "sources": tuple(entry for entry in plan.sources if entry.name not in _MAXIMA),
        }
    )


def _each(plan: Scenario) -> list[tuple[CapabilityName, Capability]]:
    return [(name, getattr(plan.capabilities, name)) for name in CAPABILITY_NAMES]


def _with_maxima(plan: Scenario, maxima: Mapping[CapabilityName, float]) -> Scenario:
    sections: dict[str, Any] = {
        name: each.model_copy(update={"maximum": maxima[name]}) for name, each in _each(plan)
    }
    return plan.model_copy(update={"capabilities": plan.capabilities.model_copy(update=sections)})
