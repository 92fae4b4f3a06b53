"""Plain keyword parameters for a scenario, as `mesa.batch_run` and sliders pass them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelops_abm.scenario import InputError, Problem, Scenario, with_values
from modelops_abm.scenario.presets import preset

PLAIN_NAMES: dict[str, str] = {
    "horizon_days": "horizon_days",
    "initial_models": "portfolio.initial_models",
    "initial_ideas": "portfolio.initial_ideas",
    "ideas_per_year": "portfolio.ideas_per_year",
    "developers": "team.developers",
    "preemption": "team.preemption",
    "retraining_interval_days": "retraining.interval_days",
    "automation": "capabilities.automation.maximum",
    "monitoring": "capabilities.monitoring.maximum",
    "rollback": "capabilities.rollback.maximum",
    "lineage": "capabilities.lineage.maximum",
    "autoscaling": "capabilities.autoscaling.maximum",
}
"""Short names for the values that are varied most; a capability means its level of investment."""


def scenario_of(parameters: Scenario | None, keywords: Mapping[str, Any]) -> Scenario:
    """Return a scenario with values replaced by keyword.

    Parameters
    ----------
    parameters
        The scenario to start from. If None, the preset named by the keyword `preset`, or else the
        reference organisation.
    keywords
        `PLAIN_NAMES`, or dotted names with two underscores for a dot.

    Raises
    ------
    InputError
        If a name is unknown, a value not allowed, or two keywords state the same.
    """
    values = dict(keywords)
    name = values.pop("preset", None)
    if parameters is None:
        parameters = preset(name or "reference")
    elif name is not None:
        raise TypeError("give either a scenario or the name of a preset, not both")
    if not values:
        return parameters
    dotted: dict[str, Any] = {}
    for key, entry in values.items():
        full_name = PLAIN_NAMES.get(key, key.replace("__", "."))
        if full_name in dotted:
            raise InputError(Problem(f"{key} states it a second time", field=full_name))
        dotted[full_name] = entry
    return with_values(parameters, dotted, source="set by keyword")
