"""An organisation of middling size with two dozen internal models and no ModelOps yet.

Its values are the defaults; each field of the scenario states its own source.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return Scenario()
