"""Users of an undisturbed model follow the closed form of Bass 1969 (doi:10.1287/mnsc.15.5.215)."""

from __future__ import annotations

import math

import pytest

from modelops_abm.mesa_engine.model import ModelOpsModel
from tests.verification.checks import check_equal, seed_of
from tests.verification.organisations import constant, fixed_portfolio, quiet


def closed_form(market: float, p: float, q: float, years: float) -> float:
    faded = math.exp(-(p + q) * years)
    return market * (1.0 - faded) / (1.0 + q / p * faded)


@pytest.mark.parametrize(("p", "q"), [(0.24, 3.0), (0.03, 0.38), (0.5, 0.0)])
def test_users_of_models_in_production_at_the_start(p: float, q: float) -> None:
    """The age counts: users are where the closed form has them, every day for three years."""
    scenario = quiet(
        portfolio__initial_models=5, model__innovation_per_year=p, model__imitation_per_year=q
    )
    model = ModelOpsModel(scenario, rng=seed_of("Bass, initial models"))
    ages = [-(entry.went_live_at or 0.0) for entry in model.ml_models]
    users, expected = [], []
    while model.running:
        model.step()
        for entry in model.closed_today:
            market = entry.attributes.traits.market_size
            users.append(entry.users)
            expected.append(closed_form(market, p, q, (ages[entry.number] + model.day) / 365.0))
    check_equal(f"users by day, p {p:g}, q {q:g}", users, expected, 1e-9)


def test_users_of_new_models_count_from_going_live() -> None:
    scenario = quiet(
        {
            "portfolio.initial_ideas": 6,
            "model.build_effort_days": constant(20.3),
            "model.deployment_effort_days": constant(3.1),
            "team.developers": 6,
            "horizon_days": 500,
        }
    )
    model = ModelOpsModel(scenario, rng=seed_of("Bass, new models"))
    users, expected = [], []
    while model.running:
        model.step()
        for entry in model.closed_today:
            assert entry.went_live_at == pytest.approx(23.4)
            market = entry.attributes.traits.market_size
            users.append(entry.users)
            expected.append(closed_form(market, 0.24, 3.0, (model.day - 23.4) / 365.0))
    check_equal("users of new models by day", users, expected, 1e-9)


def test_constant_power_stretches_time() -> None:
    """At power P users grow as if only the share P of the time passed."""
    scenario = quiet(
        {
            **fixed_portfolio(3, age_days=90),
            "model.decaying_share": 1.0,
            "model.yearly_power_loss": constant(0.3),
        }
    )
    model = ModelOpsModel(scenario, rng=seed_of("Bass, power"))
    ages = [-(entry.went_live_at or 0.0) for entry in model.ml_models]
    effective = 0.0
    users, expected = [], []
    while model.running:
        effective += 0.7 ** (model.day / 365.0)
        model.step()
        for entry, age in zip(model.ml_models, ages, strict=True):
            market = entry.attributes.traits.market_size
            users.append(entry.users)
            expected.append(closed_form(market, 0.24, 3.0, (age + effective) / 365.0))
    check_equal("users of decaying models by day", users, expected, 1e-6)


def test_use_approaches_what_satisfied_users_ask_for() -> None:
    """At full power and availability the gap to full use shrinks by 1/60 a day."""
    model = ModelOpsModel(quiet(fixed_portfolio(2)), rng=seed_of("usage"))
    usage, expected = [], []
    while model.running:
        model.step()
        for entry in model.ml_models:
            full = entry.attributes.traits.full_usage
            usage.append(entry.usage)
            expected.append(full * (1.0 - 0.2 * (59.0 / 60.0) ** model.day))
    check_equal("use of satisfied users by day", usage, expected, 1e-9)
