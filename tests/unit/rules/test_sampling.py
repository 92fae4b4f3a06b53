"""Draws from every family against SciPy's distributions: whole, and above a bound."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from modelops_abm.core.randomness import draw_key, entity_key
from modelops_abm.rules.sampling import (
    happens,
    law_of,
    sample,
    sample_above,
    standard_normal,
    unit_exponential,
    unit_gamma,
)
from modelops_abm.scenario import Distribution
from modelops_abm.scenario.quantity import weibull_cv, weibull_shape

N = 20_000
ALPHA = 1e-3 / 100
"""The file makes fewer than a hundred statistical checks, each of one seed."""

LAWS = [
    ("exponential", 3.0, 1.0),
    ("lognormal", 5.0, 0.5),
    ("lognormal", 0.2, 2.0),
    ("gamma", 4.0, 0.5),
    ("gamma", 2.0, 1.0),
    ("gamma", 2.0, 1.7),
    ("weibull", 3.0, 0.5227232008770),
    ("weibull", 3.0, 1.5),
    ("beta", 0.35, 0.5),
    ("beta", 0.9, 0.2),
    ("beta", 0.2, 1.6),
]


def distribution_of(family: str, mean: float, cv: float) -> Distribution:
    return Distribution.model_validate({"family": family, "mean": mean, "cv": cv})


def in_scipy(family: str, mean: float, cv: float) -> stats.rv_continuous:
    """The same distribution by SciPy, from textbook formulas."""
    match family:
        case "exponential":
            return stats.expon(scale=mean)
        case "lognormal":
            sigma = math.sqrt(math.log(1 + cv**2))
            return stats.lognorm(s=sigma, scale=mean / math.sqrt(1 + cv**2))
        case "gamma":
            return stats.gamma(a=cv**-2, scale=mean * cv**2)
        case "weibull":
            shape = weibull_shape(cv)
            return stats.weibull_min(c=shape, scale=mean / stats.weibull_min(c=shape).mean())
        case _:
            variance = (mean * cv) ** 2
            size = mean * (1 - mean) / variance - 1
            return stats.beta(mean * size, (1 - mean) * size)


def keys(seed: int) -> list[int]:
    entity = entity_key(seed, 0, 0, 0)
    return [draw_key(entity, 1, number) for number in range(N)]


def draws(family: str, mean: float, cv: float, seed: int) -> NDArray[np.float64]:
    law = law_of(distribution_of(family, mean, cv))
    return np.array([sample(law, key) for key in keys(seed)])


@pytest.mark.parametrize(("family", "mean", "cv"), LAWS)
def test_draws_have_the_distribution(family: str, mean: float, cv: float) -> None:
    expected = in_scipy(family, mean, cv)
    assert expected.mean() == pytest.approx(mean, rel=1e-9)
    assert expected.std() == pytest.approx(mean * cv, rel=1e-9)
    values = draws(family, mean, cv, seed=1)
    assert stats.kstest(values, expected.cdf).pvalue > ALPHA
    error = abs(values.mean() - mean) / (mean * cv / math.sqrt(N))
    assert error < stats.norm.isf(ALPHA / 2)


@pytest.mark.parametrize(("family", "mean", "cv"), [law for law in LAWS if law[0] != "beta"])
@pytest.mark.parametrize("quantile", [0.2, 0.7, 0.999])
def test_draws_above_a_bound_have_the_upper_tail(
    family: str, mean: float, cv: float, quantile: float
) -> None:
    expected = in_scipy(family, mean, cv)
    bound = float(expected.ppf(quantile))
    law = law_of(distribution_of(family, mean, cv))
    values = np.array([sample_above(law, bound, key) for key in keys(2)])
    assert values.min() >= bound
    survival = expected.sf(values) / expected.sf(bound)
    assert stats.kstest(survival, "uniform").pvalue > ALPHA


@pytest.mark.parametrize(("family", "mean", "cv"), [law for law in LAWS if law[0] != "beta"])
@pytest.mark.parametrize("far", [1e3, 1e6])
def test_draws_far_beyond_the_tail_end_and_stay_above(
    family: str, mean: float, cv: float, far: float
) -> None:
    law = law_of(distribution_of(family, mean, cv))
    for key in keys(3)[:50]:
        value = sample_above(law, far, key)
        assert far <= value < math.inf


def test_what_has_no_upper_tail_gives_the_bound() -> None:
    constant = law_of(distribution_of("constant", 3.0, 0.0))
    assert sample_above(constant, 5.0, 1) == 5.0
    assert sample_above(constant, 2.0, 1) == 3.0
    share = law_of(distribution_of("beta", 0.5, 0.5))
    assert sample_above(share, 2.0, 1) == 2.0


def test_no_spread_means_the_mean() -> None:
    for family, cv in (("constant", 0.0), ("lognormal", 0.0), ("lognormal", 1e-9)):
        law = law_of(distribution_of(family, 3.0, cv))
        assert {sample(law, key) for key in keys(4)[:10]} == {3.0}
    nothing = law_of(distribution_of("lognormal", 0.0, 0.5))
    assert sample(nothing, 1) == 0.0


def test_standard_normal_quantiles() -> None:
    middle = np.linspace(1e-6, 1.0 - 1e-6, 100_001)
    lower_tail = np.logspace(-300, -6, 2_001)
    for probabilities in (middle, lower_tail):
        values = [standard_normal(float(entry)) for entry in probabilities]
        np.testing.assert_allclose(values, stats.norm.ppf(probabilities), rtol=1e-14, atol=1e-15)
    assert standard_normal(0.5) == 0.0
    smallest = 2.0**-53
    assert standard_normal(1.0 - smallest) == pytest.approx(-standard_normal(smallest), rel=1e-12)


def test_standard_normal_is_symmetric_and_rises_across_its_pieces() -> None:
    edges = [0.075, 0.925, math.exp(-25.0), 0.5]
    probabilities = sorted(edge * (1.0 + step * 1e-9) for edge in edges for step in range(-5, 6))
    values = [standard_normal(entry) for entry in probabilities]
    assert values == sorted(values)
    for probability in (0.5 - 2.0**-10, 2.0**-3, 2.0**-5, 2.0**-20):
        assert standard_normal(1.0 - probability) == -standard_normal(probability)


@pytest.mark.parametrize("shape", [0.04, 0.5, 1.0, 3.5, 400.0])
def test_unit_gamma(shape: float) -> None:
    values = np.array([unit_gamma(shape, key) for key in keys(5)])
    assert stats.kstest(values, stats.gamma(a=shape).cdf).pvalue > ALPHA


def test_unit_exponential_is_the_logarithm_of_a_uniform_number() -> None:
    values = np.array([unit_exponential(key) for key in keys(6)])
    assert stats.kstest(values, "expon").pvalue > ALPHA


@pytest.mark.parametrize("probability", [0.0, 1e-3, 0.3, 1.0])
def test_happens_with_its_probability(probability: float) -> None:
    happened = sum(happens(probability, key) for key in keys(7))
    assert stats.binomtest(happened, N, probability).pvalue > ALPHA


@pytest.mark.parametrize("shape", [0.3, 0.5, 1.0, 2.0, 3.6, 20.0, 60.0])
def test_the_shape_of_a_weibull_follows_from_its_spread(shape: float) -> None:
    assert weibull_shape(weibull_cv(shape)) == pytest.approx(shape, rel=1e-8)
    expected = stats.weibull_min(c=shape)
    assert weibull_cv(shape) == pytest.approx(expected.std() / expected.mean(), rel=1e-6)


def test_the_default_life_is_a_weibull_of_shape_2() -> None:
    assert weibull_cv(2.0) == pytest.approx(math.sqrt(4 / math.pi - 1), rel=1e-12)
    assert weibull_cv(2.0) == pytest.approx(0.5227, abs=5e-5)
