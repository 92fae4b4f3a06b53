"""The reference organisation, which invests fully in all five capabilities at once.

Every other value is the reference's, with its sources.
"""

from __future__ import annotations

from modelops_abm.parameters import CAPABILITY_NAMES, Scenario
from modelops_abm.presets.departures import Departure, scenario_with

_DESCRIPTION = "The reference organisation with all five capabilities at their full level."
_REASON = "the whole investment in all five capabilities"


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    departures = {
        f"capabilities.{name}.maximum": Departure(1.0, _REASON) for name in CAPABILITY_NAMES
    }
    return scenario_with("all_five", _DESCRIPTION, departures)
