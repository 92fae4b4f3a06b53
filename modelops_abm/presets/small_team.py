"""A team of five with the portfolio of eight: maintenance leaves next to nothing for new models.

The reference organisation with fewer developers, near the size at which all five capabilities
together just pay.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import Departure, scenario_with

_DESCRIPTION = "The reference organisation with five developers instead of eight."
_DEPARTURES = {
    "team.developers": Departure(5, "too few for the portfolio, yet enough to keep it running"),
}


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return scenario_with("small_team", _DESCRIPTION, _DEPARTURES)
