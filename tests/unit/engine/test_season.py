"""Demand under a season (ODD 7.11), against sums by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from modelops_abm.core.events import LogKind
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.day import seasons
from tests.verification.organisations import constant, daily, quiet, run

# All of 100 users ask for 4 predictions a day: 400 without a season.
FULL = {
    "portfolio.initial_usage_share": 1.0,
    "model.predictions_per_user_day": constant(4.0),
    "model.value_per_prediction": constant(0.5),
    "model.cost_per_prediction": constant(0.01),
    "model.cost_of_wrong_prediction": constant(0.0),
    "imported": {
        "source": "test",
        "models": [{"id": "one", "users": 100.0, "addressable_users": 100.0}],
    },
}
QUIET_MONTHS = {"usage.season": [1.0, 0.5, 2.0, *[1.0] * 9]}


def lived(**changes: Any) -> ModelOpsModel:
    dotted = {name.replace("__", "."): value for name, value in changes.items()}
    return run(quiet({"horizon_days": 6, **FULL, **dotted}), seed=3)


def test_the_months_are_those_of_the_real_calendar() -> None:
    factors = [float(month) for month in range(1, 13)]
    assert seasons(factors, date(2027, 2, 27), 4) == [2.0, 2.0, 3.0, 3.0]
    assert seasons(factors, date(2028, 2, 27), 4) == [2.0, 2.0, 2.0, 3.0]
    assert seasons(factors, date(2027, 12, 31), 2) == [12.0, 1.0]
    assert seasons(factors, date(2028, 1, 1), 366)[-1] == 12.0


def test_a_days_demand_is_that_of_its_month() -> None:
    """29 February 2028 is day 2; the last of February, not the first of March."""
    model = lived(
        **QUIET_MONTHS,
        start_date=date(2028, 2, 27),
        usage__demand_factor=3.0,
        model__capacity_ratio=constant(5.0),
    )
    assert daily(model, "demand") == pytest.approx([600.0, 600.0, 600.0, 2400.0, 2400.0, 2400.0])
    # At a capacity of 2000 predictions a day.
    assert daily(model, "served") == pytest.approx([600.0] * 3 + [2000.0] * 3)
    assert daily(model, "unserved") == pytest.approx([0.0] * 3 + [400.0] * 3)
    assert daily(model, "value") == pytest.approx([300.0] * 3 + [1000.0] * 3)
    assert daily(model, "cost") == pytest.approx([6.0] * 3 + [20.0] * 3)
    assert daily(model, "ideal_value") == pytest.approx([300.0] * 3 + [1200.0] * 3)
    assert daily(model, "lost_capacity") == pytest.approx([0.0] * 3 + [200.0] * 3)


def test_users_and_their_use_know_no_season() -> None:
    young = {"imported": {"source": "test", "models": [{"id": "one", "stage": "deployment"}]}}
    plain = lived(horizon_days=200, **young)
    seasonal = lived(horizon_days=200, **young, **QUIET_MONTHS)
    assert plain.ml_models[0].stocks == seasonal.ml_models[0].stocks
    assert plain.totals["demand"] != seasonal.totals["demand"]


def test_nobody_leaves_a_model_that_a_season_lets_rest() -> None:
    model = lived(usage__demand_factor=0.0, usage__abandonment_share=0.5, horizon_days=100)
    assert daily(model, "demand") == [0.0] * 100
    assert model.totals["retired_abandoned"] == 0.0
    assert daily(model, "users")[-1] == 100.0


def test_a_season_overloads_a_model() -> None:
    """Half of its capacity is asked for in January, all of it in February: issues strike then."""
    changes = {
        "usage.season": [0.5, 1.0, *[1.0] * 10],
        "model.capacity_ratio": constant(1.0),
        "incidents.capacity_per_year": 2000.0,
        "efforts.capacity_repair": constant(0.0),
        "incidents.capacity_growth": 0.0,
        "start_date": date(2027, 1, 1),
        "horizon_days": 40,
    }
    model = run(quiet({**FULL, **changes}), seed=3)
    struck = [each.time for each in model.event_log if each.kind == LogKind.ISSUE_STRUCK]
    assert min(struck) >= 31.0
    assert len(struck) > 20
