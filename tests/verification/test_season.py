"""Demand under a season: users times use times the factor of the month.

Of ODD 7.11. All who could use a model do, and ask for all that they want.
"""

from __future__ import annotations

import pytest

from tests.verification.checks import check_mean, seed_of
from tests.verification.organisations import constant, daily, fixed_portfolio, quiet, runs

FACTORS = [0.6, 0.8, 0.9, 1.0, 1.1, 1.0, 0.7, 0.5, 1.0, 1.2, 1.4, 1.8]
DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_mean_demand_under_a_season() -> None:
    name = "demand under a season"
    models = 40
    scenario = quiet(
        {
            **fixed_portfolio(models, age_days=3650),
            "horizon_days": 365,
            "usage.season": FACTORS,
            "usage.demand_factor": 1.5,
            "portfolio.initial_usage_share": 1.0,
            "model.innovation_per_year": 10.0,
            "model.capacity_ratio": constant(100.0),
        }
    )
    samples = []
    for model in runs(scenario, seed=seed_of(name), replications=40):
        demand = daily(model, "demand")
        samples.append(sum(demand) / 365.0 / models)
        # Within a run users and use stay, so that the months differ by their factors alone.
        first = 0
        for factor, days in zip(FACTORS, DAYS, strict=True):
            month = demand[first : first + days]
            assert month == pytest.approx([demand[0] * factor / FACTORS[0]] * days, rel=1e-9)
            first += days
    # Of 500 users who ask for 4 predictions a day, drawn apart.
    weighted = sum(factor * days for factor, days in zip(FACTORS, DAYS, strict=True)) / 365.0
    check_mean(name, samples, 500.0 * 4.0 * 1.5 * weighted)
