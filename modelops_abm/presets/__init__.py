"""Scenarios with names: whom each describes, and whose values it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from modelops_abm.parameters import InputError, Problem, Scenario
from modelops_abm.parameters.names import nearest
from modelops_abm.presets import (
    all_five,
    automation_alone,
    autoscaling_alone,
    consumer_app,
    firefighting,
    lineage_alone,
    monitoring_alone,
    reference,
    regulated_bank,
    rollback_alone,
    small_team,
    start_up,
    strict_deck,
)
from modelops_abm.text import printable

PRESETS: Mapping[str, Callable[[], Scenario]] = MappingProxyType(
    {
        "reference": reference.scenario,
        "automation_alone": automation_alone.scenario,
        "monitoring_alone": monitoring_alone.scenario,
        "rollback_alone": rollback_alone.scenario,
        "lineage_alone": lineage_alone.scenario,
        "autoscaling_alone": autoscaling_alone.scenario,
        "all_five": all_five.scenario,
        "firefighting": firefighting.scenario,
        "small_team": small_team.scenario,
        "regulated_bank": regulated_bank.scenario,
        "consumer_app": consumer_app.scenario,
        "start_up": start_up.scenario,
        "strict_deck": strict_deck.scenario,
    }
)
"""A function for every preset, which returns it as a fresh scenario."""


def preset(name: str) -> Scenario:
    """Return the preset with a name.

    Raises
    ------
    InputError
        If there is none; it suggests the nearest name.
    """
    if name in PRESETS:
        return PRESETS[name]()
    meant, known = nearest(name, PRESETS), ", ".join(PRESETS)
    problem = Problem(
        f"there is no preset '{printable(name)}'; known are {known}", suggestion=meant
    )
    raise InputError(problem)


__all__ = ["PRESETS", "preset"]
