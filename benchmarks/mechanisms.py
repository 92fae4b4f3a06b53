"""What the mechanisms of change take: a replication with none, with each alone, and with all.

    python benchmarks/mechanisms.py

Absolute times depend on the machine; the ratios are what to compare. The organisations differ in
what happens to them, so time is also told by model-day and by event.
"""

from __future__ import annotations

import argparse
import time
from typing import Any, NamedTuple

from modelops_abm.compiled_engine.inputs import Prepared, prepared
from modelops_abm.compiled_engine.run import prepare_kernel, run_block, run_in_full
from modelops_abm.core import outcomes
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.changes import with_changes
from modelops_abm.scenario.presets import preset

REFERENCE = preset("reference")
REPLICATIONS, TRIES = 10, 30
_DAYS = outcomes.TOTALS.index("production_days")
_KINDS = ("credit", "ranking", "language")
MECHANISMS: dict[str, dict[str, Any]] = {
    "values that change on days": {
        "changes": [
            {"day": 180, "team.developers": 6},
            {"day": 365, "usage.demand_factor": 1.5},
            {"day": 500, "retraining.interval_days": 60.0},
            {"day": 730, "team.developers": 10, "incidents.pipeline_per_year": 8.0},
        ]
    },
    "a season": {"usage": {"season": [0.9] * 10 + [1.2, 1.9]}},
    "requests with a deadline": {
        "requests": [
            {"name": "examination", "per_year": 1.0, "deadline_days": 30.0, "effort": 4.0},
            {"name": "inventory", "day": 400, "deadline_days": 60.0, "effort": 1.0},
        ]
    },
    "shared sources": {"incidents": {"shared_sources": 3, "shared_per_year": 2.0}},
    "failing builds": {"portfolio": {"success_share": 0.6}},
    "kinds with rates of their own": {
        "archetypes": [
            {"name": name, "share": share, "pipeline_issues_per_year": rate}
            for name, share, rate in zip(_KINDS, (0.5, 0.3, 0.2), (2.0, 5.0, 9.0), strict=True)
        ]
    },
}


class Time(NamedTuple):
    """Of a replication: seconds, model-days, and records of the event log."""

    seconds: float
    days: float
    events: float


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    prepare_kernel()
    scenarios = {"none": REFERENCE}
    scenarios |= {name: _with(given) for name, given in MECHANISMS.items()}
    scenarios["all of them"] = _with(*MECHANISMS.values())
    times = measured(scenarios)
    none = times["none"]
    print(f"{'':32}{'ms':>8}{'ratio':>8}{'by model-day':>14}{'events':>9}")
    for name, entry in times.items():
        by_day = (entry.seconds / entry.days) / (none.seconds / none.days)
        ratio = entry.seconds / none.seconds
        print(f"{name:32}{entry.seconds * 1e3:8.3f}{ratio:8.3f}{by_day:14.3f}{entry.events:9,.0f}")


def _with(*given: dict[str, Any]) -> Scenario:
    scenario = REFERENCE
    for each in given:
        scenario = with_changes(scenario, each)
    return scenario


def measured(scenarios: dict[str, Scenario]) -> dict[str, Time]:
    """Return the times: they take turns, and the least of many counts."""
    inputs = {name: prepared(scenario) for name, scenario in scenarios.items()}
    least = dict.fromkeys(inputs, float("inf"))
    for _ in range(TRIES):
        for name, each in inputs.items():
            least[name] = min(least[name], seconds_of(each))
    return {
        name: Time(
            least[name] / REPLICATIONS,
            float(run_block(inputs[name], 1, 0, REPLICATIONS, ()).totals[:, _DAYS].mean()),
            sum(len(run_in_full(each, 1, number).log) for number in range(REPLICATIONS))
            / REPLICATIONS,
        )
        for name, each in scenarios.items()
    }


def seconds_of(inputs: Prepared) -> float:
    began = time.thread_time()
    run_block(inputs, 1, 0, REPLICATIONS, ())
    return time.thread_time() - began


if __name__ == "__main__":
    main()
