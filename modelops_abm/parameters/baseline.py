"""The baseline of a plan: the same organisation that keeps its capabilities as they are."""

from __future__ import annotations

from typing import Any

from modelops_abm.parameters.capabilities import CAPABILITY_NAMES
from modelops_abm.parameters.scenario import Scenario

_MAXIMA = {f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES}


def baseline_of(plan: Scenario) -> Scenario:
    """Return a plan's baseline: every capability is held at its start level.

    Team, horizon, assumptions and portfolio are the plan's own.
    """
    held: dict[str, Any] = {
        name: section.model_copy(update={"maximum": section.start_level})
        for name in CAPABILITY_NAMES
        for section in (getattr(plan.capabilities, name),)
    }
    return plan.model_copy(
        update={
            "name": f"baseline of {plan.name}",
            "capabilities": plan.capabilities.model_copy(update=held),
            "sources": tuple(entry for entry in plan.sources if entry.name not in _MAXIMA),
        }
    )
