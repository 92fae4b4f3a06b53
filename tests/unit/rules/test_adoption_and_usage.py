"""Users and use per user against Bass's differential equation and the rules as written."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from modelops_abm.rules.users import (
    remembered_availability,
    response,
    usage_after,
    usage_constants,
    users_after,
    waning,
)

CONSTANTS = usage_constants(0.75, 0.5, 60.0, 30.0, 30.0)
COEFFICIENTS = [(0.24, 3.0), (0.03, 0.38), (1.8, 0.0), (0.02, 4.8), (0.3, 0.3)]


def grown(users: float, market: float, p: float, q: float, days: float) -> float:
    return users_after(users, market, p, q, days, waning(p, q))


def by_the_differential_equation(share: float, p: float, q: float, years: float) -> float:
    """F after some years, from dF/dt = (p + q F)(1 - F)."""
    solution = solve_ivp(
        lambda _, f: (p + q * f) * (1.0 - f), (0.0, years), [share], rtol=1e-12, atol=1e-14
    )
    return float(solution.y[0, -1])


def closed_form(p: float, q: float, years: float) -> float:
    """F by Bass 1969, from nobody at time 0."""
    faded = math.exp(-(p + q) * years)
    return (1.0 - faded) / (1.0 + q / p * faded)


@pytest.mark.parametrize(("p", "q"), COEFFICIENTS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.77, 0.999])
@pytest.mark.parametrize("days", [0.3, 1.0, 100.0, 2000.0])
def test_a_step_solves_the_differential_equation(
    p: float, q: float, share: float, days: float
) -> None:
    expected = 800.0 * by_the_differential_equation(share, p, q, days / 365.0)
    assert grown(800.0 * share, 800.0, p, q, days) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("p", "q"), COEFFICIENTS)
@pytest.mark.parametrize("days", [1.0, 30.0, 700.0, 20_000.0])
def test_from_nobody_it_is_the_closed_form(p: float, q: float, days: float) -> None:
    expected = 500.0 * closed_form(p, q, days / 365.0)
    assert grown(0.0, 500.0, p, q, days) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("p", "q"), COEFFICIENTS)
def test_many_small_steps_are_one_large_step(p: float, q: float) -> None:
    users = 0.0
    for days in np.linspace(0.1, 1.0, 500):
        users = grown(users, 500.0, p, q, float(days))
    whole = float(np.linspace(0.1, 1.0, 500).sum())
    assert users == pytest.approx(grown(0.0, 500.0, p, q, whole), rel=1e-11)


def test_the_stated_adoption_of_the_internal_rollout_and_of_consumers() -> None:
    """23 % after 6 months and 65 % after 12; 15 % in three years (parameters.md)."""
    assert grown(0.0, 1.0, 0.24, 3.0, 182.5) == pytest.approx(0.23, abs=0.005)
    assert grown(0.0, 1.0, 0.24, 3.0, 365.0) == pytest.approx(0.65, abs=0.005)
    assert grown(0.0, 1.0, 0.03, 0.38, 1095.0) == pytest.approx(0.15, abs=0.01)


def test_users_never_fall_and_never_exceed_the_market() -> None:
    rng = np.random.default_rng(1)
    for _ in range(2_000):
        market = float(rng.choice([1e-3, 1.0, 1e9]))
        users = market * float(rng.choice([0.0, 1e-300, 0.5, 1.0 - 1e-16, 1.0]))
        p, q, days = 10 ** rng.uniform(-6, 1), rng.uniform(0, 50), 10 ** rng.uniform(-12, 5)
        after = grown(users, market, float(p), float(q), float(days))
        assert users <= after <= market


def test_no_time_no_adoption() -> None:
    assert grown(100.0, 500.0, 0.24, 3.0, 0.0) == 100.0
    assert grown(500.0, 500.0, 0.24, 3.0, 10.0) == 500.0
    assert grown(0.0, 0.0, 0.24, 3.0, 10.0) == 0.0


@pytest.mark.parametrize(
    ("level", "neutral", "expected"),
    [
        (1.0, 0.75, 1.0),
        (0.75, 0.75, 0.0),
        (0.0, 0.75, -1.0),
        (0.875, 0.75, 0.5),
        (0.375, 0.75, -0.5),
        (0.25, 0.5, -0.5),
    ],
)
def test_response(level: float, neutral: float, expected: float) -> None:
    constants = usage_constants(neutral, neutral, 60.0, 30.0, 30.0)
    assert response(level, constants.quality) == pytest.approx(expected, abs=1e-15)
    assert response(level, constants.presence) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("quality", "presence", "expected"),
    [
        (1.0, 1.0, 2.0 + (4.0 - 2.0) / 60.0 * 0.8),
        (0.5, 0.2, 2.0 + 0.1 * (4.0 - 2.0) / 60.0 * 0.8),
        (-0.5, 1.0, 2.0 - 0.5 / 30.0 * 2.0 * 0.8),
        (1.0, -0.3, 2.0 - 0.3 / 30.0 * 2.0 * 0.8),
        (-1.0, -1.0, 2.0 - 2.0 / 30.0 * 2.0 * 0.8),
        (0.0, 1.0, 2.0),
        (1.0, 0.0, 2.0),
        (0.0, -0.3, 2.0 - 0.3 / 30.0 * 2.0 * 0.8),
    ],
)
def test_usage_after_a_day(quality: float, presence: float, expected: float) -> None:
    assert usage_after(2.0, 4.0, quality, presence, 0.8, CONSTANTS) == pytest.approx(expected)


def test_usage_never_leaves_its_range() -> None:
    fast = usage_constants(0.75, 0.5, 1.0, 2.0, 30.0)
    assert usage_after(2.0, 4.0, -1.0, -1.0, 1.0, fast) == 0.0
    assert usage_after(2.0, 4.0, 1.0, 1.0, 1.0, fast) == 4.0


@pytest.mark.parametrize("served", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("share", [0.7, 1.0])
def test_remembered_availability(served: float, share: float) -> None:
    expected = 0.9 + (served / share - 0.9) * (1.0 - math.exp(-share / 30.0))
    found = remembered_availability(0.9, served, share, 30.0)
    assert found == pytest.approx(expected, rel=1e-14)


def test_availability_is_remembered_over_any_steps_alike() -> None:
    """The step is exact: ten tenths of a day are a day."""
    memory = 0.9
    for _ in range(10):
        memory = remembered_availability(memory, 0.05, 0.1, 30.0)
    assert memory == pytest.approx(remembered_availability(0.9, 0.5, 1.0, 30.0), rel=1e-13)
    assert remembered_availability(0.9, 0.0, 0.0, 30.0) == 0.9
