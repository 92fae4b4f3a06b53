from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.core import outcomes
from modelops_abm.experiments import Reasons, why
from modelops_abm.experiments.credit_reasons import OUTCOMES, reasons_of
from modelops_abm.experiments.plans import without
from modelops_abm.runs import replicate
from tests.unit.experiments.plans import small

PLAN = small(monitoring=1.0, automation=0.5)
REPLICATIONS = 12


@pytest.fixture(scope="module")
def reasons() -> Reasons:
    """Return why monitoring earns or costs."""
    return why(PLAN, "monitoring", REPLICATIONS, seed=1)


def test_they_are_measured_with_and_without_the_capability(reasons: Reasons) -> None:
    totals, without_it = (
        replicate(scenario, REPLICATIONS, seed=1).totals
        for scenario in (PLAN, without(PLAN, ["monitoring"]))
    )
    difference = totals - without_it
    drift = reasons.money["lost_drift"].change.values
    assert np.array_equal(drift, -difference["lost_drift"].to_numpy())
    investment = reasons.money["investment"].change.values
    np.testing.assert_allclose(investment, -(difference["capital"] + difference["upkeep"]))
    delivered = reasons.counts["models_delivered"].change.values
    assert np.array_equal(delivered, difference["models_delivered"].to_numpy())


def test_the_money_adds_up_to_the_net_value(reasons: Reasons) -> None:
    """By the identity of value leakage; payroll is the same with and without."""
    money = sum(reason.change.values for reason in reasons.money.values())
    np.testing.assert_allclose(money, reasons.net_value.values, rtol=1e-9, atol=1e-6)


def test_the_team_has_no_more_days_than_before(reasons: Reasons) -> None:
    days = sum(reason.change.values for reason in reasons.developer_days.values())
    np.testing.assert_allclose(days, 0.0, atol=1e-6)
    assert set(reasons.developer_days) == {*outcomes.WORK, "idle"}


def test_developer_days_are_the_work_that_was_put_in() -> None:
    """A level of 1 takes a fixed effort and one per model, of developers with mean productivity."""
    plan = small({"horizon_days": 500, "team.productivity": 1.0}, monitoring=1.0)
    takes = plan.capabilities.monitoring
    effort = takes.effort_days + takes.effort_per_model_days * plan.portfolio.initial_models
    found = why(plan, "monitoring", 4).developer_days["capability"].change.values
    np.testing.assert_allclose(found, effort, atol=1.0)  # the day's work that reaches the level


def changes(**values: float) -> dict[str, np.ndarray]:
    """Return differences of about so much in 50 replications, all others none."""
    noise = np.random.default_rng(5).normal(size=50)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    return {name: values[name] + noise if name in values else np.zeros(50) for name in OUTCOMES}


def test_what_is_picked_out_of_many_needs_more_evidence_than_one_by_itself() -> None:
    """Of 50 values with deviation 1, a mean of 0.35 is told by itself, not among 19."""
    found = reasons_of(PLAN, "monitoring", 1.0, changes(lost_drift=-0.35, lost_decay=-0.55))
    assert found.money["lost_drift"].change.verdict == "earns"
    assert not found.money["lost_drift"].is_told
    assert found.money["lost_decay"].is_told
    assert not found.money["lost_usage"].is_told
