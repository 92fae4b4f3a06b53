"""The reference organisation, which invests in autoscaling and in nothing else.

It isolates what autoscaling is worth; every other value is the reference's, with its sources.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import one_capability_alone


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return one_capability_alone(
        "autoscaling",
        "The reference organisation with autoscaling at its full level, and no other capability.",
    )
