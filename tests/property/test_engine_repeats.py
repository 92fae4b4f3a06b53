"""The same seed gives the same run: twice, in another process, with any order of hashing."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset
from tests.patience import PATIENCE_SECONDS
from tests.strategies import scenarios

ROOT = Path(__file__).resolve().parents[2]
QUICK = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PRESETS = ("reference", "all_five", "no_preemption", "start_up")
SEED, REPLICATION, DAYS = 17, 3, 200


def fingerprint(model: ModelOpsModel) -> str:
    """A hash of every number that a run has produced, to the last bit."""
    parts = [
        repr([tuple(record) for record in model.event_log]),
        repr(sorted(model.totals.items())),
        repr(sorted(model.datacollector.model_vars.items())),
        repr([(entry.attributes, entry.stocks, entry.value_total) for entry in model.ml_models]),
        repr([developer.ledger_days for developer in model.developers]),
    ]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def run(scenario: Scenario, seed: int, replication: int = 0) -> ModelOpsModel:
    model = ModelOpsModel(scenario, rng=seed, replication=replication)
    model.run_model()
    return model


@cache
def fingerprints_of_presets() -> dict[str, str]:
    """Fingerprints of some presets, also for another process to print."""
    return {
        name: fingerprint(
            run(
                with_values(preset(name), {"horizon_days": DAYS}, source="test"),
                SEED,
                REPLICATION,
            )
        )
        for name in PRESETS
    }


@given(
    scenarios(max_horizon_days=60, max_models=6),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**63 - 1),
)
@QUICK
def test_the_same_seed_gives_the_same_run(scenario: Scenario, seed: int, replication: int) -> None:
    first = fingerprint(run(scenario, seed, replication))
    copy = Scenario.model_validate_json(scenario.model_dump_json(exclude_none=True))
    assert copy == scenario
    assert fingerprint(run(copy, seed, replication)) == first


def test_two_models_at_once_do_not_disturb_each_other() -> None:
    scenario = with_values(Scenario(), {"horizon_days": 60}, source="test")
    one, other = ModelOpsModel(scenario, rng=1), ModelOpsModel(scenario, rng=2)
    while one.running:
        one.step()
        other.step()
    assert fingerprint(one) == fingerprint(run(scenario, 1))
    assert fingerprint(other) == fingerprint(run(scenario, 2))


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_another_process_gives_the_same_runs(hash_seed: str) -> None:
    program = (
        "import json; from tests.property.test_engine_repeats import fingerprints_of_presets; "
        "print(json.dumps(fingerprints_of_presets()))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert json.loads(found.stdout) == fingerprints_of_presets()
