"""An organisation that goes from fire to fire: nobody leaves a task, so repairs wait for it.

The reference organisation, in which maintenance is only first in line. The deck asks that
maintenance always comes first; this preset shows what it costs if that is not lived.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import Departure, scenario_with

_DESCRIPTION = "The reference organisation, whose developers finish what they do before a repair."
_DEPARTURES = {
    "team.preemption": Departure("none", "maintenance waits until a developer finishes a task"),
}


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return scenario_with("firefighting", _DESCRIPTION, _DEPARTURES)
