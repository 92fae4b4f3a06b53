"""Small plans that run in no time."""

from __future__ import annotations

from typing import Any

from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset

SMALL = {"horizon_days": 200, "portfolio.initial_models": 5, "portfolio.initial_ideas": 4}


def small(changes: dict[str, Any] | None = None, **levels: float) -> Scenario:
    """Return a small organisation with these levels of investment, and other changes by name."""
    aims = {f"capabilities.{name}.maximum": level for name, level in levels.items()}
    return with_values(preset("reference"), {**SMALL, **aims, **(changes or {})}, source="test")
