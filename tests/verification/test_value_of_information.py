"""Value of information against closed forms, heavy tails included."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from modelops_abm.experiments.information import (
    Information,
    Moves,
    Worth,
    information_of,
    leads_of,
    perfect_information,
)
from modelops_abm.experiments.statistics import skewed_interval
from modelops_abm.runs.quantiles import LEVEL
from tests.verification.checks import ALPHA, seed_of

type Floats = NDArray[np.float64]
type Gains = Callable[[Floats, Floats], Floats]
"""Gains of alternatives over the first, from an input's positions and a standard normal rest."""

TRIALS, INPUT, ROOT = 80, "x", math.sqrt(2.0)


def unit_normal_loss(u: float) -> float:
    """Return phi(u) - u Phi(-u) (Raiffa and Schlaifer 1961)."""
    return float(stats.norm.pdf(u) - u * stats.norm.sf(u))


def choice(*gains: Gains) -> Callable[[Floats, Floats], Floats]:
    """Return utilities: alternatives x points, the first worth nothing."""
    return lambda x, rest: np.stack([0.0 * x, *(gain(x, rest) for gain in gains)])


def informed(
    utilities: Callable[[Floats, Floats], Floats],
    generator: np.random.Generator,
    points: int,
    moves: int,
    luck: float = 0.0,
) -> Information:
    """Return what is found at so many points, with some luck in each half of the replications."""
    x, rest, end = generator.random(points), generator.normal(size=points), generator.random(moves)
    known, places = utilities(x, rest), generator.permutation(points)[:moves]
    halves = known + luck * generator.normal(size=(2, *known.shape))
    mean = halves.mean(axis=0)
    after = utilities(end, rest[places]) + mean[:, places] - known[:, places]
    return information_of(mean, halves, {INPUT: Moves(x[places], end, mean[:, places], after)})


def wrong_ends(found: list[Worth], truth: float) -> tuple[int, int]:
    """Return how many lower ends lie above the truth, and how many upper ends below."""
    slack = 1e-9 * max(truth, 1.0)
    low = sum(each.low > truth + slack for each in found)
    return low, sum(each.high is not None and each.high < truth - slack for each in found)


NORMAL = choice(lambda x, rest: 0.4 + stats.norm.ppf(x) + rest)
UNIFORM = choice(lambda x, rest: 2.0 * x - 0.8 + 0.0 * rest)
MANY = choice(
    lambda x, rest: np.where(x < 1 / 3, 1.0, 0.0) + rest,
    lambda x, rest: np.where((x >= 1 / 3) & (x < 2 / 3), 1.0, 0.0) + rest,
    lambda x, rest: np.where(x >= 2 / 3, 1.0, 0.0) + rest,
)
SCALED = choice(lambda x, rest: np.exp(rest) * (x - 0.4))
HEAVY = choice(lambda x, rest: np.exp(2.5 * rest) * (x - 0.4))
MINOR = choice(lambda x, rest: np.exp(2.5 * rest) - 20.0 + 0.1 * (x - 0.5))
"""The average of the rest is exp(3.125) - 20 = 2.76, far above what the input can do: 0.05."""
KNOWN = {
    "normal": (
        NORMAL,
        math.sqrt(2.0) * unit_normal_loss(0.4 / math.sqrt(2.0)),
        unit_normal_loss(0.4),
    ),
    "uniform": (UNIFORM, 0.36 - 0.2, 0.36 - 0.2),
    # best of three: 1 + rest where that is above 0; now a third of it
    "many": (MANY, stats.norm.pdf(1.0) + stats.norm.cdf(1.0) - 1 / 3, 2 / 3),
    "scaled": (SCALED, math.exp(0.5) * 0.08, math.exp(0.5) * 0.08),
    "heavy": (HEAVY, math.exp(3.125) * 0.08, math.exp(3.125) * 0.08),
}


@pytest.mark.parametrize(("points", "moves", "luck"), [(256, 24, 0.5), (256, 256, 0.0)])
@pytest.mark.parametrize("name", KNOWN)
def test_intervals_hold_what_is_known(name: str, points: int, moves: int, luck: float) -> None:
    """Each end is wrong at most as often as 5 % of intervals may be, told or not told.

    An interval that is not told cannot be wrong; where tails are light, nearly all are told.
    """
    utilities, everything, part = KNOWN[name]
    generator = np.random.default_rng(seed_of(f"information {name} {points} {moves} {luck}"))
    found = [informed(utilities, generator, points, moves, luck) for _ in range(TRIALS)]
    for worths, truth in (
        ([each.perfect for each in found], everything),
        ([each.partial[INPUT] for each in found], part),
    ):
        for wrong in wrong_ends(worths, truth):
            assert stats.binomtest(wrong, TRIALS, 1.0 - LEVEL, "greater").pvalue > ALPHA
    if name in ("normal", "uniform"):
        told = sum(each.perfect.high is not None for each in found)
        assert told > 0.8 * TRIALS
    for each in found:
        assert_possible(each)


def assert_possible(found: Information) -> None:
    """No part is worth more than the whole, and nothing less than nothing."""
    whole, part = found.perfect, found.partial[INPUT]
    assert 0.0 <= part.low <= whole.low <= whole.mean
    assert part.mean <= whole.mean
    for each in (whole, part):
        assert each.low <= each.mean
        assert each.high is None or each.mean <= each.high
    if whole.high is not None:
        assert part.high is not None
        assert part.high <= whole.high


@pytest.mark.parametrize("name", ["normal", "uniform", "many", "scaled"])
def test_the_estimate_of_a_part_is_right_on_average(name: str) -> None:
    """Fitted and valued by different moves, the value is that of a rule: a little too low."""
    utilities, _, truth = KNOWN[name]
    generator = np.random.default_rng(seed_of(f"estimate {name}"))
    found = [informed(utilities, generator, 1024, 1024).partial[INPUT].mean for _ in range(30)]
    wide = float(stats.t.isf(ALPHA / 2.0, 29)) * float(np.std(found, ddof=1)) / math.sqrt(30)
    assert truth * 0.9 - wide <= np.mean(found) <= truth + wide


def test_an_input_is_worth_no_more_than_it_does() -> None:
    """Where a few points make the average, an input that moves 0.1 is worth 0.05 or less."""
    generator = np.random.default_rng(seed_of("minor"))
    for _ in range(TRIALS):
        found = informed(MINOR, generator, 256, 64)
        part = found.partial[INPUT]
        assert part.low == 0.0
        assert part.high is not None
        assert part.high <= 0.05 / 2.0
        assert part.high <= (found.perfect.high or math.inf)


def test_heavy_tails_are_not_told_but_what_is_bounded_is() -> None:
    """Doing something that loses at most 20 and may win any amount: the loss of it is bounded."""
    generator = np.random.default_rng(seed_of("refused"))
    heavy = [informed(HEAVY, generator, 256, 64).perfect for _ in range(20)]
    assert sum(each.high is None for each in heavy) >= 15
    assert all((each.needed or 0) > 256 for each in heavy if each.high is None)
    d = math.log(20.0) / 2.5
    truth = 20.0 * stats.norm.cdf(d) - math.exp(3.125) * stats.norm.cdf(d - 2.5)
    bounded = [informed(MINOR, generator, 256, 64).perfect for _ in range(20)]
    assert all(truth - 0.05 <= (each.high or 0.0) <= 1.2 * truth for each in bounded)


def test_a_clear_choice_leaves_nothing_to_know() -> None:
    generator = np.random.default_rng(seed_of("clear"))
    clear = choice(lambda x, rest: 9.0 + rest + 0.2 * (x - 0.5))
    found = informed(clear, generator, 256, 64)
    assert found.perfect.high == found.partial[INPUT].high == 0.0


def test_many_inputs_that_tell_nothing_are_not_worth_knowing() -> None:
    """Of 20 inputs that move luck alone, in 5 of 100 analyses one may seem worth knowing."""
    generator = np.random.default_rng(seed_of("many inputs"))
    wrong, analyses = 0, 20
    for _ in range(analyses):
        utilities = generator.normal(size=(3, 256))
        moves = {}
        for place in range(20):
            before, after = generator.normal(size=(2, 3, 24))
            moves[str(place)] = Moves(generator.random(24), generator.random(24), before, after)
        found = information_of(utilities, np.array([utilities] * 2), moves)
        wrong += any(each.low > 0.0 for each in found.partial.values())
    assert stats.binomtest(wrong, analyses, 1.0 - LEVEL, "greater").pvalue > ALPHA


def test_luck_flatters_no_lower_end() -> None:
    """Two alternatives that differ by luck alone are worth nothing to tell apart."""
    generator = np.random.default_rng(seed_of("luck flatters"))
    wrong = 0
    for _ in range(TRIALS):
        halves = generator.normal(0.0, 2.0, (2, 2, 256))
        utilities = halves.mean(axis=0)
        wrong += perfect_information(utilities, halves, leads_of(utilities)).low > 0.0
    assert stats.binomtest(wrong, TRIALS, 1.0 - LEVEL, "greater").pvalue > ALPHA


def test_groups_of_a_coin() -> None:
    """A coin that decides between a gain of 3 and a loss of 1: worth half of what it saves."""
    generator = np.random.default_rng(seed_of("coin"))

    def utilities(x: Floats) -> Floats:
        return np.stack([0.0 * x, np.where(x >= 0.5, 3.0, -1.0)])

    x, end = generator.random((2, 400))
    moves = Moves(x, end, utilities(x), utilities(end), groups=2)
    found = information_of(utilities(x), np.array([utilities(x)] * 2), {INPUT: moves})
    part = found.partial[INPUT]
    assert part.low <= 0.5 <= (part.high or 0.0)
    assert part.mean == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("points", [24, 256, 1024])
@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0, 3.0])
def test_a_mean_of_skewed_values_is_told_or_not(points: int, spread: float) -> None:
    """The upper end of lognormal values is wrong at most about twice as often as it may be.

    Student's t, which is wrong up to ten times as often, would not pass.
    """
    generator = np.random.default_rng(seed_of(f"skewed {points} {spread}"))
    truth, error, wrong, low = math.exp(spread**2 / 2.0), 0.025, 0, 0
    for _ in range(400):
        ends = skewed_interval(generator.lognormal(0.0, spread, points), error)
        wrong, low = wrong + (ends[1] < truth), low + (ends[0] > truth)
    assert stats.binomtest(wrong, 400, 2.5 * error, "greater").pvalue > ALPHA
    assert stats.binomtest(low, 400, error, "greater").pvalue > ALPHA


def test_a_mean_without_spread_is_known() -> None:
    assert skewed_interval(np.full(20, 3.0), 0.025) == (3.0, 3.0)
