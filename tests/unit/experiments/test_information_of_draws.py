"""What an answer on an organisation is worth, by regression from draws of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from modelops_abm.experiments.information import (
    Asking,
    Information,
    Worth,
    information_of_draws,
    terms_of,
)
from modelops_abm.experiments.words import settling_in_words

COUNT, TIMES = 400, 12


def worth_in_theory(mean: float, deviation: float) -> float:
    """Return what it is worth to know a normal advantage before choosing it or nothing."""
    score = abs(mean) / deviation
    return float(deviation * norm.pdf(score) - abs(mean) * norm.cdf(-score))


@cache
def looked_at(mean: float, seed: int, error: float = 1.0) -> Information:
    """Return what is found of a plan whose advantage is half known, and half chance."""
    generator = np.random.default_rng(seed)
    known, unknown = generator.standard_normal((2, COUNT))
    utilities = np.array([np.zeros(COUNT), mean + known + unknown])
    asked = {
        "itself": known,
        "grown": np.exp(3.0 * known),
        "blurred": known + error * generator.standard_normal(COUNT),
        "noise": generator.standard_normal(COUNT),
    }
    return information_of_draws(utilities, asked)


@pytest.mark.parametrize("mean", [0.5, -1.0])
def test_normal_advantages_are_worth_what_theory_says(mean: float) -> None:
    found = [looked_at(mean, seed).partial for seed in range(TIMES)]
    # An answer with an error as large as what is known tells half of its variance.
    true = {"itself": 1.0, "grown": 1.0, "blurred": np.sqrt(0.5)}
    for name, deviation in true.items():
        worths = [each[name] for each in found]
        expected = worth_in_theory(mean, deviation)
        means = np.array([each.mean for each in worths])
        error = means.std(ddof=1) / np.sqrt(TIMES)
        # A rule that is fitted is worth a little less than the best one.
        assert -5.0 * error - 0.05 * expected < means.mean() - expected < 5.0 * error
        held = sum(each.low <= expected <= (each.high or np.inf) for each in worths)
        # 95 % of 12; fewer than 9 of them come by chance once in five hundred times.
        assert held >= 9


def test_noise_is_worth_nothing() -> None:
    for mean in (0.5, -1.0):
        worths = [looked_at(mean, seed).partial["noise"] for seed in range(TIMES)]
        assert sum(each.low > 0.0 for each in worths) <= 2
        assert np.mean([each.mean for each in worths]) < 0.03 * worth_in_theory(mean, 1.0)


def test_everything_bounds_each_and_what_is_surely_best_is_worth_nothing() -> None:
    found = looked_at(0.5, 1)
    assert found.perfect.high is not None
    for each in found.partial.values():
        assert 0.0 <= each.low <= each.mean
        assert each.high is not None
        assert each.mean <= each.high <= found.perfect.high
    sure = looked_at(40.0, 1)
    assert {each.mean for each in sure.partial.values()} == {0.0}


def test_two_halves_of_chance_tell_what_everything_is_worth() -> None:
    generator = np.random.default_rng(3)
    known = generator.standard_normal(COUNT)
    lead = 0.3 + known + generator.standard_normal((2, COUNT))
    halves = np.stack([np.zeros((2, COUNT)), lead], axis=1)
    found = information_of_draws(halves.mean(axis=0), {"itself": known}, halves)
    true = worth_in_theory(0.3, 1.0)
    assert found.perfect.low <= true <= (found.perfect.high or np.inf)
    assert found.partial["itself"].mean <= found.perfect.mean


def test_few_that_make_most_cannot_be_told() -> None:
    lead = np.random.default_rng(1).standard_cauchy(COUNT)
    utilities = np.array([np.zeros(COUNT), lead])
    assert information_of_draws(utilities, {"x": np.arange(COUNT)}).partial["x"].high is None


def test_terms_of_words_few_values_and_gaps() -> None:
    words = np.array(["one", "two", "three", "two"])
    assert terms_of(words).tolist() == [[0, 0], [1, 0], [0, 1], [1, 0]]
    assert terms_of(np.array([True, False, True])).shape == (3, 1)
    assert terms_of(np.full(9, 3.0)).shape == (9, 0)
    gaps = np.where(np.arange(100) % 5 == 0, np.nan, np.arange(100.0))
    assert np.isfinite(terms_of(gaps)).all()
    assert terms_of(gaps)[:, -1].sum() == 20
    # Of a monotone map the ranks, and so the terms, are the same.
    values = np.random.default_rng(2).standard_normal(100)
    np.testing.assert_array_equal(terms_of(values), terms_of(np.exp(values)))


def test_a_headline_names_what_is_worth_most() -> None:
    assert settling_in_words(None) == ""
    assert settling_in_words({}).startswith("No single answer")
    sure = Asking("How many?", Worth(2e6, 1e6, 3e6))
    found = settling_in_words({"n": sure})
    assert found == "First find out, worth up to $3.0\u202fM: How many?"
    unsure = Asking("How many?", Worth(2e5, 0.0, 1e6))
    assert "out, worth $0 to $1.00\u202fM: " in settling_in_words({"n": unsure})
    open_above = Asking("How many?", Worth(2e5, 0.0, None))
    assert "out, worth about $200\u202fk: " in settling_in_words({"n": open_above})
    nothing = Asking("How many?", Worth(0.0, 0.0, 0.0))
    assert "No single answer" in settling_in_words({"n": nothing})
