"""Both engines give the same event log, days, totals, models and developers, to the bit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modelops_abm.clients import illustrative_portfolio
from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core.events import LogKind
from modelops_abm.core.randomness import LARGEST_SEED
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, with_values
from modelops_abm.scenario.presets import PRESETS, preset
from tests.docking.docking import DockingError, difference, dock, mesa_run
from tests.docking.varied import varied
from tests.strategies import scenarios

SEEDS = st.integers(0, LARGEST_SEED)
MOST_STREAMS, MOST_DEVELOPERS, LEAST_PACKAGE_DAYS = 3, 40, 5.0


def many(examples: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks)


def changed(scenario: Scenario, **values: Any) -> Scenario:
    dotted = {name.replace("__", "."): value for name, value in values.items()}
    return with_values(scenario, dotted, source="docking")


def limited(scenario: Scenario) -> Scenario:
    """Return a scenario with less that takes long for nothing: developers, streams, packages."""
    capabilities = {
        f"capabilities__{name}__streams": min(
            MOST_STREAMS, getattr(scenario.capabilities, name).streams
        )
        for name in CAPABILITY_NAMES
    }
    return changed(
        scenario,
        team__developers=min(MOST_DEVELOPERS, scenario.team.developers),
        capabilities__package_days=max(LEAST_PACKAGE_DAYS, scenario.capabilities.package_days),
        **capabilities,
    )


@given(scenarios(max_horizon_days=150, max_models=10), SEEDS, SEEDS)
@many(150)
def test_any_scenario(scenario: Scenario, seed: int, replication: int) -> None:
    dock(scenario, seed, replication)


@given(scenarios(max_horizon_days=4, max_models=4, extreme=True).map(limited), SEEDS)
@many(200)
def test_any_extreme_scenario(scenario: Scenario, seed: int) -> None:
    dock(scenario, seed)


@given(st.integers(1_000, 10**9), SEEDS)
@many(250)
def test_any_scenario_in_which_everything_varies(number: int, seed: int) -> None:
    dock(varied(number), seed)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_year_of_every_preset(name: str) -> None:
    dock(changed(preset(name), horizon_days=365), seed=11, replication=2)


def test_the_reference_organisation_over_its_whole_horizon() -> None:
    dock(Scenario(), seed=5)


@pytest.mark.parametrize("preemption", ["maintenance", "none"])
def test_a_clients_portfolio_from_a_file(preemption: str) -> None:
    scenario = changed(
        preset("all_five"),
        imported=illustrative_portfolio(),
        horizon_days=400,
        team__preemption=preemption,
    )
    dock(scenario, seed=2)


@pytest.mark.parametrize("name", ["start_up", "all_five"])
def test_ten_years(name: str) -> None:
    scenario = changed(
        preset(name),
        horizon_days=3_650,
        team__developers=3,
        portfolio__initial_models=4,
        portfolio__initial_ideas=4,
        portfolio__ideas_per_year=3.0,
    )
    dock(scenario, seed=3, replication=8)


@pytest.mark.parametrize("order", ["value_per_effort", "first_in_first_out"])
def test_two_hundred_models(order: str) -> None:
    scenario = changed(
        preset("all_five"),
        horizon_days=60,
        portfolio__initial_models=200,
        portfolio__initial_ideas=150,
        portfolio__initial_builds=30,
        portfolio__ideas_per_year=150.0,
        portfolio__backlog_order=order,
        team__developers=60,
        retraining__interval_days=20.0,
        model__build_effort_days=10.0,
    )
    dock(scenario, seed=4)


def test_more_records_than_there_is_room_for_at_first() -> None:
    """The ensemble engine runs again with room for the whole log."""
    scenario = changed(
        Scenario(),
        horizon_days=120,
        portfolio__initial_models=30,
        incidents__pipeline_per_year=1_000.0,
        efforts__pipeline_repair=0.01,
    )
    assert len(dock(scenario).log) > 20_000


# The comparison itself


def test_a_difference_is_found_and_told() -> None:
    scenario = changed(Scenario(), horizon_days=60)
    mesa, ensemble = mesa_run(scenario, 0, 0), run_in_full(scenario, 0, 0)
    assert not difference(mesa, ensemble)
    ensemble.models["users"][3] += 1e-9
    assert "model 3 at the end" in difference(mesa, ensemble)
    ensemble.totals[6] += 1e-9
    assert "totals at the end" in difference(mesa, ensemble)
    ensemble.daily[17, 6] = -ensemble.daily[17, 6]
    assert "first of day 17" in difference(mesa, ensemble)
    place = int((ensemble.log["kind"] == LogKind.ISSUE_STRUCK).argmax())
    ensemble.log["cause"][place] += 1
    assert f"differ from record {place} on" in difference(mesa, ensemble)
    assert "ISSUE_STRUCK" in difference(mesa, ensemble)


def test_another_replication_is_another_run() -> None:
    scenario = changed(Scenario(), horizon_days=30)
    assert "event logs differ" in difference(mesa_run(scenario, 0, 0), run_in_full(scenario, 0, 1))
    assert issubclass(DockingError, AssertionError)
