"""Record the results that the baseline test holds every later version to.

    python tests/baseline/record.py

Run it only when a change of the results is meant, and name that change in CHANGELOG.md.
"""

from __future__ import annotations

import json
from pathlib import Path

from modelops_abm.runs import replicate
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import PRESETS, preset

RECORDED = Path(__file__).with_name("totals.json")
SEED, REPLICATIONS, DAYS = 0, 3, 400


def scenario(name: str) -> Scenario:
    """Return a preset over a shorter horizon."""
    return with_values(preset(name), {"horizon_days": DAYS}, source="baseline")


def totals_of(name: str) -> dict[str, list[float]]:
    """Return every total of a preset's first replications."""
    totals = replicate(scenario(name), REPLICATIONS, seed=SEED).totals
    return {str(total): column.tolist() for total, column in totals.items()}


if __name__ == "__main__":
    content = {name: totals_of(name) for name in PRESETS}
    RECORDED.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
