"""What the tests of the guides ask, in a process where what the guides register is known.

    MODELOPS_ABM_EXTENSIONS=release_gate.py:security.py python -m tests.docking.registered

prints the answers as JSON.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

from modelops_abm.app.decide.rail_rows import SLIDERS
from modelops_abm.app.decide.sentences import plan_words
from modelops_abm.app.understand.life_cycle import takes
from modelops_abm.cli import main
from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind
from modelops_abm.core.statechart import Cause
from modelops_abm.experiments import compare, credit
from modelops_abm.scenario import Scenario, json_schema, with_values
from tests.docking.docking import dock
from tests.docking.varied import varied

VARIED = (2, 11, 23, 36)
NO_EFFECT = {
    "capabilities.release_gate.bad_chance": 0.0,
    "incidents.security_per_year": 0.0,
}
PLAIN = {
    "horizon_days": 150,
    "retraining.interval_days": 20.0,
    "capabilities.rollback.maximum": 1.0,
    "capabilities.lineage.start_level": 0.5,
}
"""A scenario that can be stated with and without what is registered."""
FULL = {
    **PLAIN,
    "incidents.security_per_year": 30.0,
    "capabilities.rollback.start_level": 1.0,
}


def scenario_of(values: dict[str, Any]) -> Scenario:
    return with_values(Scenario(), values, source="test")


def run_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return totals by name and the event log, its causes by name, of a run."""
    run = run_in_full(scenario_of(values), 3, 1)
    with_cause = {LogKind.ISSUE_STRUCK, LogKind.ISSUE_RESOLVED, LogKind.PREVIOUS_SERVES}
    log = [
        [
            record["time"].item(),
            LogKind(record["kind"]).name,
            record["model"].item(),
            record["developer"].item(),
            Cause(record["cause"]).name if record["kind"] in with_cause else "",
            record["detail"].item(),
        ]
        for record in run.log
    ]
    return {"totals": dict(zip(outcomes.TOTALS, run.totals.tolist(), strict=True)), "log": log}


def printed(*arguments: str) -> str:
    """Return what a command prints."""
    text = io.StringIO()
    with redirect_stdout(text):
        assert main(list(arguments)) == 0
    return text.getvalue()


def struck() -> dict[str, int]:
    """Return how often each cause has struck in varied scenarios in which the engines agree."""
    found = dict.fromkeys((cause.name.lower() for cause in Cause), 0)
    for number in VARIED:
        values = {"incidents.security_per_year": 20.0}
        docked = dock(with_values(varied(number), values, source="test"), seed=number)
        for record in docked.log:
            if record.kind == LogKind.ISSUE_STRUCK:
                found[Cause(record.cause).name.lower()] += 1
    return found


def gated(level: float) -> float:
    """Return the power over production time at a level of the gate from the start."""
    values = {
        **FULL,
        "capabilities.release_gate.start_level": level,
        "capabilities.release_gate.bad_chance": 0.8,
        "horizon_days": 400,
    }
    totals = run_of(values)["totals"]
    power: float = totals["power_days"] / totals["production_days"]
    return power


def credited() -> dict[str, Any]:
    """Return what experiments say about a plan with the registered capability."""
    plan = scenario_of(
        {
            "horizon_days": 60,
            "capabilities.release_gate.maximum": 1.0,
            "capabilities.automation.maximum": 1.0,
        }
    )
    pair = compare(plan, replications=4)
    shares = credit(plan, replications=4)
    return {
        "outcomes": list(pair.plan.totals),
        "shares": list(shares.capabilities),
        "words": plan_words(plan),
    }


if __name__ == "__main__":
    answers = {
        "struck": struck(),
        "no effect": run_of({**PLAIN, **NO_EFFECT}),
        "power": [gated(level) for level in (0.0, 1.0)],
        "full": run_of(FULL)["totals"],
        "daily": [outcome.name for outcome in outcomes.DAILY],
        "show": printed("show", "capabilities.release_gate", "incidents.security_per_year"),
        "presets": printed("presets"),
        "simulate": printed("simulate", "--set", "horizon_days=30"),
        "sliders": list(SLIDERS),
        "takes": str(takes(Scenario())),
        "schema": json.dumps(json_schema()),
        "experiments": credited(),
    }
    print(json.dumps(answers))
