"""Draws of what is believed, among standard normals: sequential Monte Carlo.

Every uncertain value is a monotone map of a standard normal, so what is known is a standard normal
distribution in as many dimensions, whatever the ranges are. From draws of it evidence is brought in
by and by (tempering), each time as much as leaves half of the draws their weight. Then chains of
moves spread the draws anew, and all states of all chains are kept (waste-free sequential Monte
Carlo, Dau and Chopin 2022, doi:10.1111/rssb.12475). A move keeps the standard normal
(preconditioned Crank-Nicolson, Cotter et al. 2013, doi:10.1214/13-STS421), but along the few
directions that evidence speaks about, where it keeps the normal distribution that is most like the
present draws (docs/decisions/0052).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm.arrays import Flags, Floats
from modelops_abm.runs import Cancelled

type Likelihood = Callable[[Floats], Floats]

STEPS = 10
"""Length of a chain between two steps of tempering, its beginning included."""
_LAST_LENGTH = 4
"""How many times longer the last chains are."""
_KEPT_WEIGHT = 0.5
_LEAST_HEAT = 1e-9
SIZES = np.array([0.15, 0.3, 0.6, 1.0])
"""Of moves along the directions that evidence speaks about, of which 1 is a draw anew."""
SIZES_ELSEWHERE = np.array([0.1, 0.3, 0.8])
_RIDGE = 1e-3
_SAME_DIRECTION = 0.05
"""Part of a direction that must be new for it to be one more."""
_FARTHEST = 8.0
"""Beyond it a standard normal is not told from 1 in double precision."""


@dataclass(frozen=True)
class Sample:
    """Draws that all count alike."""

    places: Floats
    """Draws x dimensions."""
    chains: int = 0
    """Of how many chains they are, state by state; 0 if they are independent."""
    log_evidence: float = 0.0
    """Logarithm of the mean likelihood over what was known before."""
    families: NDArray[np.integer] | None = None
    """Number of each chain's first ancestor, as resampling makes some begin where others do; None
    if all differ."""

    @property
    def distinct_count(self) -> float:
        """How many draws there would be if all were different and these were their weights.

        Chains that are stuck differ from each other as much as independent draws do, and few
        different ones are left of them.
        """
        # A move changes every dimension, so that one tells.
        copies = np.unique(self.places[:, 0], return_counts=True)[1]
        return float(len(self.places) ** 2 / (copies**2).sum())

    def effective_count(self, values: Floats) -> float:
        """Return how many independent draws would tell the means of values as well.

        Parameters
        ----------
        values
            Draws x values; the worst of them counts.
        """
        count = len(values)
        if not self.chains or not values.shape[1]:
            return float(count)
        # Families are independent of each other, and chains of one are as alike as their sum shows.
        means = values.reshape(-1, self.chains, values.shape[1]).mean(axis=0)
        families = np.arange(self.chains) if self.families is None else self.families
        _, family = np.unique(families, return_inverse=True)
        sums = np.zeros((family.max() + 1, means.shape[1]))
        np.add.at(sums, family, means - means.mean(axis=0))
        of_mean = (sums**2).sum(axis=0) / self.chains**2 * len(sums) / max(len(sums) - 1, 1)
        of_means, spread = of_mean, values.var(axis=0)
        if len(sums) == 1:
            return 1.0
        moves = spread > 1e-12
        if not moves.any():
            return float(count)
        return float(np.clip(spread[moves] / of_means[moves], 1.0, count).min())


class Shape(NamedTuple):
    """The normal distribution that moves keep.

    Attributes
    ----------
    directions
        Dimensions x directions that evidence speaks about, at right angles.
    mean, root
        Along them, the mean and a root of the covariance; elsewhere it is the standard normal.
    """

    directions: Floats
    mean: Floats
    root: Floats


def sample(
    likelihood: Likelihood,
    directions: Floats,
    places: Floats,
    seed: int,
    *,
    cancel: threading.Event | None = None,
) -> Sample:
    """Return draws of what is believed, as many as there are of what is known.

    Parameters
    ----------
    likelihood
        Of places, draws x dimensions, the logarithm of how likely the evidence is; 0 or less.
    directions
        Dimensions x directions, at right angles, along which it changes most; draws are right
        whatever they are, and the better they are, the more draws they are worth.
    places
        Independent draws of standard normals: draws x dimensions; a multiple of `STEPS` of them.
    seed
        Decides on all draws.
    cancel
        Ends it with `Cancelled`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If the evidence is impossible at all places.
    """
    now, heat, log_evidence, stage = places, 0.0, 0.0, 0
    logs = likelihood(places)
    gained = untried()
    if not (logs < 0.0).any():
        return Sample(places)
    if not np.isfinite(logs).any():
        raise ValueError("the evidence is impossible")
    chains, family = len(places) // STEPS, np.arange(len(places))
    while heat < 1.0:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        stage += 1
        step = _step(logs, 1.0 - heat)
        weights, mean = weights_of(logs, step)
        heat = 1.0 if heat + step > 1.0 - _LEAST_HEAT else heat + step
        log_evidence += mean
        generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, stage])))
        shape = shape_of(directions, now, weights)
        rows = resampled(weights, chains, generator)
        family = family[rows % len(family)]
        # Longer when all is in: these draws are kept, and the former only led to them.
        length = STEPS if heat < 1.0 else _LAST_LENGTH * STEPS
        walk = _Walk(likelihood, shape, heat, generator, gained)
        now, logs = walk.states(now[rows], logs[rows], length)
        gained = walk.gained
    # Every so many states, so that as many draws are left, and tell more of a longer way.
    kept = now.reshape(-1, chains, now.shape[1])[_LAST_LENGTH - 1 :: _LAST_LENGTH]
    return Sample(kept.reshape(-1, now.shape[1]), chains, log_evidence, family)


class _Walk:
    """Moves chains, all at once, under as much of the evidence as is in."""

    def __init__(
        self,
        likelihood: Likelihood,
        shape: Shape,
        heat: float,
        generator: np.random.Generator,
        gained: tuple[Floats, Floats],
    ) -> None:
        self._likelihood, self._shape, self._heat = likelihood, shape, heat
        self._generator, self._before = generator, gained
        self.gained = (np.full(len(SIZES), 1e-3), np.full(len(SIZES_ELSEWHERE), 1e-3))

    def states(self, places: Floats, logs: Floats, length: int) -> tuple[Floats, Floats]:
        """Return all states of the chains, state by state."""
        states = [(places, logs)]
        for _ in range(length - 1):
            states.append(self._moved(*states[-1]))
        all_places, all_logs = (np.concatenate(each) for each in zip(*states, strict=True))
        return all_places, all_logs

    def _moved(self, places: Floats, logs: Floats) -> tuple[Floats, Floats]:
        """Move every chain once (Metropolis-Hastings)."""
        chains, generator = len(places), self._generator
        picks, sizes = picked(self._before, chains, generator)
        places, logs, is_taken = moved(
            self._likelihood, self._shape, places, logs, sizes, generator, self._heat
        )
        for pick, size, gains in zip(picks, sizes, self.gained, strict=True):
            # What a size moves the chains, refusals included: the better ones are tried more often.
            np.add.at(gains, pick, np.where(is_taken, size**2, 0.0) / chains)
        return places, logs


def moved(
    likelihood: Likelihood,
    shape: Shape,
    places: Floats,
    logs: Floats,
    sizes: tuple[Floats, Floats],
    generator: np.random.Generator,
    heat: float = 1.0,
) -> tuple[Floats, Floats, Flags]:
    """Move every chain once (Metropolis-Hastings).

    Parameters
    ----------
    likelihood, places
        As `sample` has them.
    shape
        What moves keep before any evidence counts.
    logs
        The likelihood at the places.
    sizes
        Of the move of each chain, along the directions and elsewhere: 0 to 1.
    heat
        How much the evidence counts: 0 to 1.

    Returns
    -------
    Places, their likelihoods, and which chains moved.
    """
    noise = generator.standard_normal(places.shape)
    proposed, ratio = _proposed(places, shape, sizes, noise)
    found = likelihood(proposed)
    is_taken = np.log(generator.random(len(places))) <= heat * (found - logs) + ratio
    is_taken &= (np.abs(proposed) < _FARTHEST).all(axis=1)
    there = np.where(is_taken[:, np.newaxis], proposed, places)
    return there, np.where(is_taken, found, logs), is_taken


def _step(logs: Floats, most: float) -> float:
    """Return how much more evidence leaves half of the draws their weight."""
    if kept_part(most * logs) >= 1.0:
        return most
    low, high = _LEAST_HEAT, most
    for _ in range(60):
        # In logarithms: a first step may be a millionth.
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if kept_part(middle * logs) >= 1.0 else (low, middle)
    return low


def kept_part(logs: Floats) -> float:
    """Return how many draws weights are worth, by how many shall be left: half of the possible."""
    weights, _ = weights_of(logs, 1.0)
    return float(1.0 / np.sum(weights**2)) / float(_KEPT_WEIGHT * np.isfinite(logs).sum())


def weights_of(logs: Floats, step: float) -> tuple[Floats, float]:
    """Return weights after a step of tempering, of sum 1, and the logarithm of their mean."""
    scaled = step * logs
    highest = scaled.max()
    parts = np.exp(scaled - highest)
    return parts / parts.sum(), float(highest + np.log(parts.mean()))


def resampled(weights: Floats, count: int, generator: np.random.Generator) -> NDArray[np.integer]:
    """Return rows in proportion to their weights (systematic resampling), in a random order."""
    ends = np.cumsum(weights)
    positions = (np.arange(count) + generator.random()) / count * ends[-1]
    rows = np.minimum(np.searchsorted(ends, positions, side="right"), len(weights) - 1)
    return generator.permutation(rows)


def picked(
    gained: tuple[Floats, Floats], chains: int, generator: np.random.Generator
) -> tuple[list[NDArray[np.integer]], tuple[Floats, Floats]]:
    """Return the size of the move of each chain, along the directions and elsewhere.

    Places in `SIZES` and `SIZES_ELSEWHERE`, and these sizes: by what each gained before (as many
    numbers as there are), and each now and then.
    """
    parts = [gains / gains.sum() + 0.1 for gains in gained]
    along, elsewhere = (
        generator.choice(len(each), size=chains, p=each / each.sum()) for each in parts
    )
    return [along, elsewhere], (SIZES[along], SIZES_ELSEWHERE[elsewhere])


def untried() -> tuple[Floats, Floats]:
    """Return what sizes of moves gained before any was tried: all alike."""
    return np.ones(len(SIZES)), np.ones(len(SIZES_ELSEWHERE))


def shape_of(directions: Floats, places: Floats, weights: Floats) -> Shape:
    """Return the normal distribution that is most like weighted draws, along the directions."""
    along = product(places, directions)
    mean = (weights[:, np.newaxis] * along).sum(axis=0)
    apart = along - mean
    covariance = product(apart.T, weights[:, np.newaxis] * apart) + 1e-6 * np.eye(len(mean))
    return Shape(directions, rounded(mean), rounded(np.linalg.cholesky(covariance)))


def _proposed(
    places: Floats, shape: Shape, sizes: tuple[Floats, Floats], noise: Floats
) -> tuple[Floats, Floats]:
    """Return new places, and the logarithm of what speaks for them before any evidence does."""
    directions, mean, root = shape
    size, elsewhere = (each[:, np.newaxis] for each in sizes)
    along, noise_along = (product(each, directions) for each in (places, noise))
    rest, noise_rest = (
        each - product(part, directions.T) for each, part in ((places, along), (noise, noise_along))
    )
    moved = np.sqrt(1.0 - size**2) * (along - mean) + size * product(noise_along, root.T)
    there = mean + moved
    rest = np.sqrt(1.0 - elsewhere**2) * rest + elsewhere * noise_rest
    inverse = np.linalg.inv(root)

    def against_standard(each: Floats) -> Floats:
        scaled = product(each - mean, inverse.T)
        return np.asarray(0.5 * (scaled**2).sum(axis=1) - 0.5 * (each**2).sum(axis=1))

    proposed = rest + product(there, directions.T)
    return proposed, against_standard(there) - against_standard(along)


def slopes(places: Floats, values: Floats) -> Floats:
    """Return how values change with places, dimensions x values: ridge regression.

    Parameters
    ----------
    places
        Draws x dimensions.
    values
        Draws x values; a draw without one of them counts for none.
    """
    there = np.isfinite(values).all(axis=1)
    if there.sum() < 10:
        return np.zeros((places.shape[1], values.shape[1]))
    x, y = (each[there] - each[there].mean(axis=0) for each in (places, values))
    gram = product(x.T, x) + _RIDGE * len(x) * np.eye(x.shape[1])
    return rounded(np.linalg.solve(gram, product(x.T, y)))


def at_right_angles(slopes: Floats) -> Floats:
    """Return directions at right angles that span the columns, without what is nearly the same."""
    kept: list[Floats] = []
    for slope in slopes.T:
        size = float(np.linalg.norm(slope))
        left = slope
        # Twice, as the first leaves what rounding left.
        for other in (*kept, *kept):
            left = left - (left @ other) * other
        length = float(np.linalg.norm(left))
        if length > _SAME_DIRECTION * size > 0.0:
            kept.append(left / length)
    return rounded(np.array(kept).T if kept else np.empty((len(slopes), 0)))


def product(one: Floats, other: Floats) -> Floats:
    """Return the product of matrices, by sums in one order, whatever the cores there are.

    Libraries for matrices split sums among the cores that they find, so the last bits differ; and
    on a machine that is busy they wait for cores, and take ten times as long.
    """
    return np.asarray(np.einsum("ij,jk->ik", one, other))


def rounded(values: Floats) -> Floats:
    """Return values without their last bits, for what libraries solve: see `product`."""
    return values.astype(np.float32).astype(np.float64)
