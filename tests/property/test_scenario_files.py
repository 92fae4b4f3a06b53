"""Any valid scenario survives being saved and loaded, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from modelops_abm.scenario import Scenario, load_scenario, save_scenario
from tests.strategies import scenarios

ENDINGS = ("toml", "yaml", "yml", "json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@given(scenario=scenarios(extreme=True, max_horizon_days=36_500, max_models=100_000))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_scenario_survives_every_format(scenario: Scenario, folder: Path) -> None:
    for ending in ENDINGS:
        path = folder / f"scenario.{ending}"
        save_scenario(scenario, path, replace=True)
        loaded = load_scenario(path)
        assert loaded == scenario
        assert repr(loaded) == repr(scenario)  # equal also in the types of the numbers


@given(scenario=scenarios())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_moderate_scenarios_keep_to_their_limits(scenario: Scenario) -> None:
    assert scenario.horizon_days <= 365
    assert scenario.portfolio.initial_models <= 20
    assert scenario.imported is None or len(scenario.imported.models) <= 20
    assert scenario.retraining.interval_days >= 5.0
