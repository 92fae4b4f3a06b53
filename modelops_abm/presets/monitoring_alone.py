"""The reference organisation, which invests in monitoring and in nothing else.

It isolates what monitoring is worth; every other value is the reference's, with its sources.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import one_capability_alone


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return one_capability_alone(
        "monitoring",
        "The reference organisation with monitoring at its full level, and no other capability.",
    )
