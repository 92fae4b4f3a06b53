"""The fingerprint of a scenario: of what is simulated, not of what it is called."""

from __future__ import annotations

import hashlib

from modelops_abm.parameters.scenario import Scenario


def fingerprint_of(scenario: Scenario) -> str:
    """Return the SHA-256 of all values of a scenario in hexadecimal digits.

    Name, description and sources do not count: they change no result.
    """
    text = scenario.model_dump_json(exclude={"name", "description", "sources"})
    return hashlib.sha256(text.encode()).hexdigest()
