"""The reference organisation, taken as literally as possible from the deck "What is ModelOps?".

The deck holds no numbers, so the other values stay the defaults with their sources. It says that
all models decay, names nothing that adds capacity except autoscaling, starts with an idle
workbench, lets only monitoring reveal decay, and puts maintenance before deployment before build.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import Departure, scenario_with

_DESCRIPTION = "The reference organisation by the letter of the deck 'What is ModelOps?'."
_DEPARTURES = {
    "model.decaying_share": Departure(1.0, "the deck: all models decay over time", "vendor"),
    "incidents.capacity_growth": Departure(
        0.0, "the deck: only autoscaling adds capacity", "vendor"
    ),
    "portfolio.initial_builds": Departure(
        0, "the deck knows no work in progress at the start", "vendor"
    ),
    "drift.decay_alert": Departure(
        "with_monitoring", "the deck: monitoring is what tells developers of decay", "vendor"
    ),
    "team.priority_order": Departure(
        ["repair", "retrain", "capability", "deploy", "build"],
        "the deck's four priorities, with capability work between maintenance and deployment",
        "vendor",
    ),
}


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return scenario_with("strict_deck", _DESCRIPTION, _DEPARTURES)
