"""What capabilities take by the size of the organisation, in figures worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from modelops_abm.experiments import compare
from modelops_abm.runs import replicate
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, with_values
from tests.verification.organisations import quiet, run

ROWS = [
    {"id": "a", "stage": "production"},
    {"id": "b", "stage": "production", "deployed_at": "2025-01-01", "retired_at": "2026-02-10"},
    {"id": "c", "stage": "production"},
    {"id": "d", "stage": "idea"},
    {"id": "e", "stage": "retired"},
]
COSTS = {
    "effort_days": 10.0,
    "effort_per_model_days": 5.0,
    "capital_cost": 1_000.0,
    "capital_per_model": 200.0,
    "upkeep_per_year": 365.0,
    "upkeep_per_model_year": 730.0,
}


def of_size(changes: dict[str, Any], **capability: float) -> Scenario:
    own = {f"capabilities.rollback.{name}": value for name, value in capability.items()}
    values = {
        "imported": {"source": "test", "models": ROWS},
        "portfolio.ideas_per_year": 0.0,
        "team.developers": 1,
        "team.focus": 0.5,
        "team.priority_order": ["capability", "repair", "retrain", "deploy", "build"],
        "model.useful_life_years": {"family": "constant", "mean": 90.0},
        "usage.abandonment_share": 0.0,
        "model.build_effort_days": 1e4,  # the idea stays one
        "horizon_days": 60,
    }
    return quiet({**values, **own, **changes})


def test_work_and_capital_are_those_of_the_models_in_production_at_the_start() -> None:
    """Three of five: 10 + 3 x 5 = 25 developer-days, 50 calendar days; 1,000 + 3 x 200 dollars."""
    model = run(of_size({}, maximum=1.0, **COSTS), seed=1)
    levels = model.datacollector.model_vars["level_rollback"]
    assert levels[48] < 1.0 == levels[49]
    assert levels[24] == pytest.approx(0.5)
    # One of them retires on day 40, and what is left to do and to pay is as before.
    assert model.totals["capital"] == pytest.approx(1_600.0)


def test_upkeep_is_that_of_the_time_in_production_on_the_day() -> None:
    """A level of 1 from the start: 1 dollar a day, and 2 for each model, three until day 40."""
    model = run(of_size({}, start_level=1.0, **COSTS), seed=1)
    upkeep = model.datacollector.model_vars["upkeep"]
    assert upkeep[39] == pytest.approx(1.0 + 2.0 * 3.0)
    assert upkeep[40] == pytest.approx(1.0 + 2.0 * 2.0)
    assert math.fsum(upkeep) == pytest.approx(60.0 + 2.0 * (3 * 40 + 2 * 20))
    assert model.totals["capital"] == 0.0


def test_at_24_models_the_defaults_are_what_was_stated_for_them() -> None:
    stated = {"automation": (240.0, 120_000.0, 40_000.0), "monitoring": (90.0, 60_000.0, 30_000.0)}
    stated |= {"rollback": (60.0, 40_000.0, 15_000.0), "lineage": (90.0, 60_000.0, 20_000.0)}
    stated |= {"autoscaling": (75.0, 80_000.0, 40_000.0)}
    for name, totals in stated.items():
        own = getattr(Scenario().capabilities, name)
        fixed = (own.effort_days, own.capital_cost, own.upkeep_per_year)
        each = (own.effort_per_model_days, own.capital_per_model, own.upkeep_per_model_year)
        found = tuple(f + 24 * e for f, e in zip(fixed, each, strict=True))
        assert found == totals, name


@pytest.mark.parametrize(
    ("models", "developers", "streams"),
    [
        *((0, 8, 1), (24, 8, 1), (25, 8, 2), (48, 8, 2), (49, 8, 2), (49, 12, 3)),
        *((25, 7, 1), (25, 3, 1), (270, 90, 12), (270, 20, 5), (2_400, 90, 22)),
    ],
)
def test_streams_by_size(models: int, developers: int, streams: int) -> None:
    values = {"portfolio.initial_models": models, "team.developers": developers}
    scenario = with_values(Scenario(), values, source="test")
    assert scenario.streams_of("lineage") == streams
    given = with_values(scenario, {"capabilities.lineage.streams": 7}, source="test")
    assert given.streams_of("lineage") == 7


def test_streams_by_size_and_the_same_number_given_are_the_same_run() -> None:
    values = {"portfolio.initial_models": 60, "team.developers": 12, "horizon_days": 60}
    values |= {f"capabilities.{name}.maximum": 1.0 for name in CAPABILITY_NAMES}
    by_size = with_values(Scenario(), values, source="test")
    given = {f"capabilities.{name}.streams": 3 for name in CAPABILITY_NAMES}
    stated = with_values(by_size, given, source="test")
    one, other = (replicate(each, 2).totals for each in (by_size, stated))
    assert one.to_numpy().tobytes() == other.to_numpy().tobytes()


def test_a_big_organisation_pays_more_and_not_in_proportion() -> None:
    """Three times the models: the fixed half once, the other half three times."""
    investments = []
    for models, developers in ((24, 8), (72, 24)):
        values = {"portfolio.initial_models": models, "team.developers": developers}
        values |= {"capabilities.rollback.maximum": 1.0, "portfolio.ideas_per_year": 0.0}
        values |= {"capabilities.rollback.upkeep_per_year": 0.0, "horizon_days": 365}
        values |= {"capabilities.rollback.upkeep_per_model_year": 0.0, "finance.discount_rate": 0.0}
        plan = with_values(Scenario(), values, source="test")
        investments.append(compare(plan, replications=2).finance.investment.mean)
    assert investments == pytest.approx([40_000.0, 80_000.0])
