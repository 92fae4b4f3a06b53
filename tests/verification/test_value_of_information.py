"""Value of information against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from modelops_abm.experiments import estimate
from modelops_abm.experiments.value_of_information import (
    crossed_information,
    over_points_and_luck,
    partial_information,
    perfect_information,
)
from tests.verification.checks import ALPHA, seed_of

POINTS = 4096
WIDER = float(stats.norm.isf(ALPHA / 2.0) / stats.norm.isf(0.025))
"""Of an interval of 95 %, to one that fails only as often as a check may."""


def unit_normal_loss(u: float) -> float:
    """Return phi(u) - u Phi(-u) (Raiffa and Schlaifer 1961)."""
    return float(stats.norm.pdf(u) - u * stats.norm.sf(u))


@pytest.mark.parametrize("advantage", [0.0, 0.5, 1.5])
def test_perfect_information_on_a_normal_difference(advantage: float) -> None:
    """Nothing against a gain that is normal: sigma (phi(u) - u Phi(-u)), u = |mean| / sigma."""
    sigma = 3.0
    generator = np.random.default_rng(seed_of(f"EVPI {advantage}"))
    gain = generator.normal(advantage * sigma, sigma, POINTS)
    found = perfect_information(np.array([np.zeros(POINTS), gain]))
    assert found.mean is not None
    assert found.half_width is not None
    known = sigma * unit_normal_loss(advantage)
    flattered = sigma / math.sqrt(POINTS) if advantage == 0.0 else 0.0
    assert abs(found.mean - known) <= WIDER * found.half_width + flattered


def test_luck_flatters_and_its_halves_bound_what_it_adds() -> None:
    """Two alternatives that differ by luck alone: truth 0, flattered luck x sqrt(2) phi(0)."""
    luck = 2.0
    generator = np.random.default_rng(seed_of("luck flatters"))
    halves = generator.normal(0.0, luck * math.sqrt(2.0), (2, 2, POINTS))
    flattered = perfect_information(halves.mean(axis=0))
    assert flattered.mean == pytest.approx(luck * math.sqrt(2.0) * stats.norm.pdf(0.0), rel=0.1)
    crossed = crossed_information(halves)
    assert crossed.mean is not None
    assert crossed.half_width is not None
    assert abs(crossed.mean) <= WIDER * crossed.half_width


def test_halves_without_luck_give_the_same() -> None:
    generator = np.random.default_rng(seed_of("no luck"))
    utilities = generator.normal(0.0, 1.0, (3, 200))
    crossed = crossed_information(np.array([utilities, utilities]))
    assert crossed.mean == pytest.approx(perfect_information(utilities).mean)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_partial_information_on_a_part_of_a_normal_gain(share: float) -> None:
    """A gain with mean m, of which an input makes a known part of the variance.

    The value of that input is sigma (phi(u) - u Phi(-u)) with the sigma of its part. The tolerance
    is the spread over repeats, and a small bias, as six coefficients fitted to luck mislead.
    """
    sigma, mean = 2.0, 0.4
    known = math.sqrt(share) * sigma
    theory = known * unit_normal_loss(mean / known) if known > 0.0 else 0.0
    generator = np.random.default_rng(seed_of(f"EVPPI {share}"))
    found = []
    for _ in range(30):
        position = generator.random(POINTS)
        own = known * stats.norm.ppf(position)
        rest = generator.normal(0.0, math.sqrt(1.0 - share) * sigma, POINTS)
        utilities = np.array([np.zeros(POINTS), mean + own + rest])
        found.append(partial_information(position, utilities).mean)
    wide = float(stats.t.isf(ALPHA / 2.0, 29)) * np.std(found, ddof=1) / math.sqrt(30)
    bias = 6.0 / POINTS * sigma + 0.01 * theory
    assert abs(np.mean(found) - theory) <= wide + bias


def test_partial_information_on_a_uniform_gain() -> None:
    """A gain that is uniform from -0.8 to 1.2, and an input that is all of it: 0.36 - 0.2."""
    position = (np.arange(POINTS) + 0.5) / POINTS
    utilities = np.array([np.zeros(POINTS), 2.0 * position - 0.8])
    assert partial_information(position, utilities).mean == pytest.approx(0.16, rel=1e-3)


@pytest.mark.parametrize("knot", [1.0 / 3.0, 2.0 / 3.0])
def test_a_gain_that_bends_at_a_knot_is_fitted_without_error(knot: float) -> None:
    """The best is the second where (x - knot)^3 > c beyond the knot; so all of it is found."""
    position = (np.arange(400) + 0.5) / 400
    gain = np.maximum(position - knot, 0.0) ** 3 - (0.8 * (1.0 - knot)) ** 3
    utilities = np.array([np.zeros(400), gain])
    found = partial_information(position, utilities)
    assert found.mean == pytest.approx(perfect_information(utilities).mean, rel=1e-9)


def test_intervals_of_partial_information_hold_the_truth() -> None:
    """About 95 of 100 intervals do, for an input that makes a part of a normal gain."""
    repeats, sigma, mean = 400, 2.0, 0.4
    known = math.sqrt(0.5) * sigma
    theory = known * unit_normal_loss(mean / known)
    generator = np.random.default_rng(seed_of("EVPPI intervals"))
    holds = 0
    for _ in range(repeats):
        position = generator.random(POINTS)
        rest = generator.normal(0.0, math.sqrt(0.5) * sigma, POINTS)
        gain = mean + known * stats.norm.ppf(position) + rest
        found = partial_information(position, np.array([np.zeros(POINTS), gain]))
        holds += bool((found.low or 0.0) <= theory <= (found.high or 0.0))
    assert stats.binomtest(holds, repeats, 0.95).pvalue > ALPHA


def test_an_input_that_tells_nothing_is_worth_nothing() -> None:
    """Also where what is won or lost is as skewed as it gets."""
    generator = np.random.default_rng(seed_of("nothing"))
    found = []
    for _ in range(200):
        gain = generator.lognormal(0.0, 2.0, 200) - 5.0
        utilities = np.array([np.zeros(200), gain])
        found.append(partial_information(generator.random(200), utilities).mean)
    wide = float(stats.t.isf(ALPHA / 2.0, 199)) * np.std(found, ddof=1) / math.sqrt(200)
    assert np.mean(found) <= wide


def test_partial_information_by_groups() -> None:
    """A coin that decides between a gain of 3 and a loss of 1: worth half of what it saves."""
    position = np.random.default_rng(seed_of("coin")).random(200)
    utilities = np.array([np.zeros(200), np.where(position >= 0.5, 3.0, -1.0)])
    saved = np.mean(position < 0.5)
    assert partial_information(position, utilities, groups=2).mean == pytest.approx(saved)


def test_intervals_over_points_and_luck_hold_the_truth() -> None:
    """All points have the same luck, so that both spreads count; that over points is too little."""
    generator = np.random.default_rng(seed_of("points and luck"))
    repeats, inside, over_points = 1000, 0, 0
    for _ in range(repeats):
        points, luck = generator.normal(size=(60, 1)), generator.normal(size=(1, 20))
        values = 3.0 + points + luck + generator.normal(size=(60, 20))
        found = over_points_and_luck(values.mean(axis=1), values.mean(axis=0))
        alone = estimate(values.mean(axis=1))
        inside += abs((found.mean or 0.0) - 3.0) <= (found.half_width or 0.0)
        over_points += abs((alone.mean or 0.0) - 3.0) <= (alone.half_width or 0.0)
    assert stats.binomtest(inside, repeats, 0.95, "less").pvalue > 1e-5
    assert over_points < 0.8 * repeats
