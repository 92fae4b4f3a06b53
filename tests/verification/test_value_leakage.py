"""Ideal value is what was realised and what was lost, for each model and day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelops_abm.core import outcomes
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.rules.day import DayFlows
from modelops_abm.scenario.presets import preset
from tests.verification.checks import check_equal, seed_of
from tests.verification.organisations import changed, daily, run

HORIZON_DAYS = 365
ROUNDING = 1e-9
PARTS = ("value", *(f"lost_{cause}" for cause in outcomes.LOSSES))


class Accounted(MLModel):
    """Keeps the flows of its days."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.flows: list[DayFlows] = []

    def close_day(self) -> DayFlows:
        """Keep the day that ends."""
        self.flows.append(super().close_day())
        return self.flows[-1]


@pytest.mark.parametrize("name", ["reference", "all_five", "no_preemption"])
def test_realised_and_lost_value_add_up_to_the_ideal(name: str) -> None:
    scenario = changed(preset(name), {"horizon_days": HORIZON_DAYS})
    model = run(scenario, seed=seed_of("value leakage"), ml_model_class=Accounted)
    flows = [day._asdict() for entry in model.ml_models for day in entry.flows]
    words = name.replace("_", " ")
    parts = np.array([[day[part] for part in PARTS] for day in flows])
    ideal = [day["ideal_value"] for day in flows]
    assert np.all(parts >= 0.0)
    check_equal(f"value of each model and day, {words}", parts.sum(axis=1), ideal, ROUNDING)
    portfolio = np.array([daily(model, part) for part in PARTS]).sum(axis=0)
    whole = daily(model, "ideal_value")
    assert min(whole) > 0.0
    check_equal(f"value of the portfolio by day, {words}", portfolio, whole, ROUNDING)
