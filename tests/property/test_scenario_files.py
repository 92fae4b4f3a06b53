"""Any valid scenario survives being saved and loaded, in every format."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from modelops_abm.scenario import Scenario, load_scenario, save_scenario, scenario_text
from modelops_abm.scenario.documents import toml_lines
from tests.strategies import scenarios

ENDINGS = ("toml", "yaml", "yml", "json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@given(scenario=scenarios(extreme=True, max_horizon_days=36_500, max_models=100_000))
@example(scenario=Scenario(name="\x85 a\u2028b\u2029"))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_scenario_survives_every_format(scenario: Scenario, folder: Path) -> None:
    for ending in ENDINGS:
        path = folder / f"scenario.{ending}"
        save_scenario(scenario, path, replace=True)
        loaded = load_scenario(path)
        assert loaded == scenario
        assert repr(loaded) == repr(scenario)  # equal also in the types of the numbers


@given(scenario=scenarios(extreme=True), newline=st.sampled_from(("\n", "\r\n", "\n# and\n")))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_value_of_a_file_is_on_its_line(scenario: Scenario, newline: str) -> None:
    text = scenario_text(scenario, "any.toml").replace("\n", newline)
    lines, found = text.split("\n"), toml_lines(text)
    assert all(
        str(path[-1]) in lines[at - 1] for path, at in found.items() if isinstance(path[-1], str)
    )
    assert {path[:2] for path in found} >= _paths(tomllib.loads(text))


def _paths(data: dict[str, Any]) -> set[tuple[str, ...]]:
    inner = {
        (name, each) for name, value in data.items() if isinstance(value, dict) for each in value
    }
    return inner | {(name,) for name in data}


@given(scenario=scenarios())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_moderate_scenarios_keep_to_their_limits(scenario: Scenario) -> None:
    assert scenario.horizon_days <= 365
    assert scenario.portfolio.initial_models <= 20
    assert scenario.imported is None or len(scenario.imported.models) <= 20
    assert scenario.retraining.interval_days >= 5.0
