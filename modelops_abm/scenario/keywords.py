"""Plain keyword parameters for a scenario, as `mesa.batch_run` and sliders pass them."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from modelops_abm.scenario import CAPABILITY_NAMES, InputError, Problem, Scenario, with_values
from modelops_abm.scenario.presets import preset

PLAIN_NAMES: dict[str, str] = {
    "horizon_days": "horizon_days",
    "initial_models": "portfolio.initial_models",
    "initial_ideas": "portfolio.initial_ideas",
    "ideas_per_year": "portfolio.ideas_per_year",
    "developers": "team.developers",
    "preemption": "team.preemption",
    "retraining_interval_days": "retraining.interval_days",
    **{name: f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES},
}
"""Short names for the values that are varied most; a capability means its level of investment."""


def scenario_of(scenario: Scenario | None, keywords: Mapping[str, Any]) -> Scenario:
    """Return a scenario with values replaced by keyword.

    Parameters
    ----------
    scenario
        The one to start from. If None, the preset named by the keyword `preset`, or else the
        reference organisation.
    keywords
        `PLAIN_NAMES`, or dotted names with two underscores for a dot.

    Raises
    ------
    InputError
        If a name is unknown, a value not allowed, or two keywords state the same.
    TypeError
        If it is no scenario, or a preset is named as well.
    """
    values = dict(keywords)
    name = values.pop("preset", None)
    if scenario is None:
        scenario = preset(name or "reference")
    elif not isinstance(scenario, Scenario):
        raise TypeError(f"scenario must be a Scenario, not {type(scenario).__name__}")
    elif name is not None:
        raise TypeError("give either a scenario or the name of a preset, not both")
    if not values:
        return scenario
    dotted: dict[str, Any] = {}
    for key, entry in values.items():
        full_name = PLAIN_NAMES.get(key, key.replace("__", "."))
        if full_name in dotted:
            raise InputError(Problem(f"{key} states it a second time", field=full_name))
        dotted[full_name] = entry
    return with_values(scenario, dotted, source="set by keyword")


def plain_values(scenario: Scenario) -> dict[str, Any]:
    """Return the values of a scenario that have plain names, by these names."""
    return {name: attrgetter(dotted)(scenario) for name, dotted in PLAIN_NAMES.items()}
