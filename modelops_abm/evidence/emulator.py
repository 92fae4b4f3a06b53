"""What runs show as a function of where a draw lies, and how far they are off: a regression.

What is shown is regressed on the place of the draw, linear in all dimensions, quadratic along the
directions that matter and in the pairs of dimensions that tell most of what is left then, near to
what was said. What is left is chance, which differs between the
runs of one draw, and what no such function is: the regression's error. Both together are taken for
a normal distribution, which leads to where draws of the belief are; runs decide on these
(`correction`; docs/decisions/0052).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops_abm.arrays import Flags, Floats
from modelops_abm.evidence.sampler import at_right_angles, product, rounded, slopes

_REACH = 3.0
"""How many times the spread that is left runs may lie off and count fully; farther ones less."""
_RIDGES = 10.0 ** np.arange(-4.0, 3.1, 0.5)
_RUNS_PER_FEATURE = 2.0
_TELLS = 4.5
"""Standard errors from 0 at which a product tells something: of 6,500 that tell nothing, one in 20
times."""
_MOST_PAIRS = 100


@dataclass(frozen=True)
class Emulator:
    """A regression of what runs show."""

    directions: Floats
    """Dimensions x directions along which it is quadratic."""
    centre: Floats
    """Where the quadratic terms are 0, along the directions."""
    pairs: NDArray[np.integer]
    """Dimensions whose product matters beside: 2 x pairs."""
    coefficients: Floats
    """Features x values."""
    covariance: Floats
    """Of what a run leaves: values x values."""
    chance: Floats
    """The part of it by which runs of one draw differ."""
    near: float
    """How many runs it rests on, by their weights."""

    def mean(self, places: Floats) -> Floats:
        """Return what is shown without chance: draws x values."""
        features = _features(places, self.directions, self.centre, self.pairs)
        return product(features, self.coefficients)


def fitted(
    places: Floats, runs: Floats, said: Floats, spread: Floats, before: Emulator | None = None
) -> Emulator:
    """Regress what runs showed on where they lie.

    Parameters
    ----------
    places
        Draws x dimensions.
    runs
        Draws x runs of each x values, in the scale in which they are regressed; NaN where they do
        not exist. Chance is told from two runs on.
    said, spread
        Of each value, what was said, and its standard deviation.
    before
        The regression so far, which tells which runs are near; None if there is none.
    """
    weights, values = np.ones(len(places)), _means(runs)
    if before is not None:
        weights = _nearness(before, places, said, spread)
    near = weights > 0.05
    directions = at_right_angles(slopes(places[near], values[near]))
    centre = np.average(product(places, directions), axis=0, weights=weights)
    none = np.empty((2, 0), dtype=np.intp)
    _, residuals = _regressed(_features(places, directions, centre, none), values, weights)
    pairs = _telling_pairs(places, residuals, weights)
    features = _features(places, directions, centre, pairs)
    coefficients, residuals = _regressed(features, values, weights)
    chance, left = _chance(runs, weights), _covariance(residuals, weights)
    # The mean of some runs leaves less than one of them.
    of_a_run = left + (1.0 - 1.0 / runs.shape[1]) * chance
    return Emulator(
        directions,
        centre,
        pairs,
        rounded(coefficients),
        rounded(of_a_run),
        chance,
        _effective(weights),
    )


def _regressed(features: Floats, values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of each value, and what is left of each run, as far as it exists."""
    coefficients = np.zeros((features.shape[1], values.shape[1]))
    residuals = np.full(values.shape, np.nan)
    for there, columns in _alike(np.isfinite(values)):
        coefficients[:, columns], residuals[np.ix_(there, columns)] = _ridge(
            features[there], values[np.ix_(there, columns)], weights[there]
        )
    return coefficients, residuals


def _telling_pairs(places: Floats, residuals: Floats, weights: Floats) -> NDArray[np.integer]:
    """Return the pairs of dimensions, squares included, whose products tell most of what is left.

    What an organisation shows bends where its team no longer gets to its work, users have adopted,
    or repairs take as long as what fails: in few pairs out of thousands.
    """
    parts = weights / weights.sum()
    middle = product(places.T, parts[:, np.newaxis] * places)
    squares = product((places**2).T, parts[:, np.newaxis] * places**2)
    spread = np.sqrt(np.maximum(squares - middle**2, 0.0))
    spread[spread < 1e-9] = np.inf
    tells = np.zeros_like(middle)
    for left in np.where(np.isfinite(residuals), residuals, 0.0).T:
        apart = parts * (left - np.sum(parts * left))
        scale = np.sqrt(np.sum(parts * left**2)) + 1e-300
        tells = np.maximum(tells, np.abs(product(places.T, apart[:, np.newaxis] * places)) / scale)
    first, second = np.triu_indices(len(middle))
    found = (tells / spread)[first, second] * np.sqrt(_effective(weights))
    order = np.argsort(-found, kind="stable")[:_MOST_PAIRS]
    order = order[found[order] > _TELLS]
    return np.array([first[order], second[order]])


def _alike(exists: Flags) -> Iterator[tuple[Flags, list[int]]]:
    """Yield the columns that exist in the same runs together, with these runs."""
    together: dict[bytes, list[int]] = {}
    for column in range(exists.shape[1]):
        together.setdefault(exists[:, column].tobytes(), []).append(column)
    for columns in together.values():
        yield exists[:, columns[0]], columns


def _features(
    places: Floats, directions: Floats, centre: Floats, pairs: NDArray[np.integer]
) -> Floats:
    """Return 1, the dimensions, products of all pairs of directions, and of some dimensions."""
    along = product(places, directions) - centre
    first, second = np.triu_indices(along.shape[1])
    products = along[:, first] * along[:, second]
    beside = places[:, pairs[0]] * places[:, pairs[1]]
    return np.concatenate([np.ones((len(places), 1)), places, products, beside], axis=1)


def _nearness(before: Emulator, places: Floats, said: Floats, spread: Floats) -> Floats:
    """Return weights of runs by how near to what was said they are expected, not found, to be.

    What a run showed must not count: those that chance has led there would be taken for the rule.
    """
    apart = before.mean(places) - said
    inverse = np.linalg.inv(before.covariance + np.diag(spread**2))
    distance = (product(apart, inverse) * apart).sum(axis=1) / len(said)
    enough = min(len(places), _RUNS_PER_FEATURE * (places.shape[1] + 1))
    reach = _REACH
    while True:
        weights = np.exp(-0.5 * distance / reach**2)
        if _effective(weights) >= enough or reach > 1e6:
            return np.asarray(weights)
        reach *= 1.4


def _means(runs: Floats) -> Floats:
    """Return the mean of what runs of each draw show, of those that show it."""
    there = np.isfinite(runs)
    sums, counts = np.where(there, runs, 0.0).sum(axis=1), there.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _chance(runs: Floats, weights: Floats) -> Floats:
    """Return how runs of one draw differ, near to what was said: values x values."""
    count, values = runs.shape[1:]
    if count < 2:
        return np.zeros((values, values))
    apart = (runs - runs.mean(axis=1, keepdims=True)) / np.sqrt(1.0 - 1.0 / count)
    return _covariance(apart.reshape(-1, values), np.repeat(weights, count))


def _mean(values: Floats, weights: Floats) -> Floats:
    return (weights[:, np.newaxis] * values).sum(axis=0) / weights.sum()


def _effective(weights: Floats) -> float:
    # Squares of weights that are far from all others are nothing in double precision.
    squares = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / squares if squares > 0.0 else 0.0


def _ridge(features: Floats, values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return coefficients, and of each run what is left if it is left out itself.

    How much coefficients are held back is what predicts best what is left out (generalised
    cross-validation); the first, the constant, is not.
    """
    total, effective = weights.sum(), _effective(weights)
    middle, level = _mean(features, weights), _mean(values, weights)
    x, y = features - middle, values - level
    scale = np.sqrt(_mean(x**2, weights))
    scale[scale < 1e-9] = np.inf
    x = x / scale
    weighted = weights[:, np.newaxis] * x
    sizes, axes = np.linalg.eigh(product(x.T, weighted) / total)
    sizes = np.maximum(sizes, 0.0)
    turned = product(x, axes)
    onto = product(axes.T, product(weighted.T, y)) / total
    scores = []
    ridges = _RIDGES * float(sizes.mean() + 1e-12)
    for ridge in ridges:
        shrunk = 1.0 / (sizes + ridge)
        left = y - product(turned, onto * shrunk[:, np.newaxis])
        free = max(1.0 - (float(sizes @ shrunk) + 1.0) / effective, 0.01)
        scores.append(_mean(left**2, weights) / free**2)
    best = ridges[np.argmin(scores, axis=0)]
    shrunk = 1.0 / (sizes[:, np.newaxis] + best)
    slope = product(axes, onto * shrunk) / scale[:, np.newaxis]
    leverage = weights[:, np.newaxis] * (product(turned**2, shrunk) + 1.0) / total
    left = (y - product(turned, onto * shrunk)) / (1.0 - np.minimum(leverage, 0.9))
    slope[0] = level - (middle[:, np.newaxis] * slope).sum(axis=0)
    return slope, left


def _covariance(residuals: Floats, weights: Floats) -> Floats:
    there = np.isfinite(residuals).all(axis=1)
    left, parts = residuals[there], weights[there]
    parts = parts / parts.sum()
    return product(left.T, parts[:, np.newaxis] * left)
