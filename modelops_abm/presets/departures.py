"""How a preset is made: the defaults, and values that depart from them with a reason each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from modelops_abm.parameters import CapabilityName, Scenario, SourceKind, with_values


class Departure(NamedTuple):
    """A value that is not the default, and why."""

    value: Any
    """The value, as in a scenario file: a number for a distribution is its mean."""
    reason: str
    """The evidence, or the reasoning where there is none."""
    confidence: SourceKind = "judgement"
    """How well the evidence supports the value."""


def scenario_with(name: str, description: str, departures: Mapping[str, Departure]) -> Scenario:
    """Return a fresh scenario in which every value that departs carries its reason."""
    scenario = Scenario(name=name, description=description)
    for dotted_name, (value, reason, confidence) in departures.items():
        source = f"preset {name}: {reason}"
        changes = {dotted_name: value}
        scenario = with_values(scenario, changes, source=source, confidence=confidence)
    return scenario


def one_capability_alone(capability: CapabilityName, description: str) -> Scenario:
    """Return the reference organisation with the highest investment in one capability."""
    reason = f"the whole investment in {capability}, nothing in the other four"
    departures = {f"capabilities.{capability}.maximum": Departure(1.0, reason)}
    return scenario_with(f"{capability}_alone", description, departures)
