"""Draws of what is believed, by what runs show themselves: from the regression's to the runs'.

A regression of what runs show misses them where they are no polynomial of a hundred numbers, by
several times what chance does. So its draws are only where this begins. Each is run, with chance of
its own, and how likely the evidence is by its run takes the place of how likely it is by the
regression, by and by (tempering). In between chains of moves spread the draws: some moves under the
regression, which cost nothing, and then one run, which decides (a surrogate transition, Liu 2001;
delayed acceptance, Christen and Fox 2005, doi:10.1198/106186005X76983). Draw and chance move
together, so that chance, on average over all of it, is part of the likelihood (pseudo-marginal,
Andrieu and Roberts 2009, doi:10.1214/07-AOS574).

Were chance all that decides, few would be as it was said, who knows it better than chance leaves
it. So each draw is run twice. The mean of n runs has 1/n of the variance of chance; the rest,
1 - 1/n of it, is added to what was said. For normal chance the sum is exact
(docs/decisions/0052).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from modelops_abm.arrays import Flags, Floats, Integers
from modelops_abm.evidence.sampler import (
    Likelihood,
    Sample,
    Shape,
    kept_part,
    moved,
    picked,
    product,
    resampled,
    shape_of,
    untried,
    weights_of,
)
from modelops_abm.runs import Cancelled

RUNS_OF_EACH = 2
"""How many runs, each with random numbers of its own, tell what a draw shows."""
STATES, LAST_STATES = 4, 16
"""Length of a chain between two steps of tempering, and after the last, its beginning included."""
ENOUGH = 400.0
"""Independent draws at which the last chains end."""
_MOST_LONGER = 4
"""How many times as long the last chains become until they are worth as many."""
_SUBMOVES = 4
"""Moves under the regression before a run."""
_LEAST_STEP = 0.05


class Seen(NamedTuple):
    """What draws showed."""

    means: Floats
    """Draws x values: of the runs that show all of them."""
    counts: Integers
    """How many runs do, of each draw."""

    @classmethod
    def of(cls, runs: Floats) -> Self:
        """Return it of draws x `RUNS_OF_EACH` x values, NaN where a run does not show it."""
        there = np.isfinite(runs).all(axis=2)
        counts = there.sum(axis=1)
        sums = np.where(there[:, :, np.newaxis], runs, 0.0).sum(axis=1)
        return cls(sums / np.maximum(counts, 1)[:, np.newaxis], counts)

    def at(self, rows: NDArray[np.integer]) -> Self:
        """Return rows of it."""
        return type(self)(self.means[rows], self.counts[rows])

    def or_else(self, other: Self, is_own: Flags) -> Self:
        """Return row by row this or the other."""
        means = np.where(is_own[:, np.newaxis], self.means, other.means)
        return type(self)(means, np.where(is_own, self.counts, other.counts))


def log_of_runs(seen: Seen, said: Floats, spread: Floats, chance: Floats) -> Floats:
    """Return the logarithm of how likely what was said is by what draws showed.

    Parameters
    ----------
    seen
        What they showed.
    said, spread
        Of each value, what was said, and its standard deviation.
    chance
        Covariance of the values between runs of one draw.

    Examples
    --------
    >>> seen = Seen(np.array([[0.0], [1.0]]), np.array([2, 2]))
    >>> logs = log_of_runs(seen, np.array([0.0]), np.array([0.6]), np.array([[1.28]]))
    >>> float(np.round(logs[0] - logs[1], 6))
    0.5
    """
    found = np.full(len(seen.counts), -np.inf)
    for count in range(1, RUNS_OF_EACH + 1):
        rows = seen.counts == count
        covariance = np.diag(spread**2) + (1.0 - 1.0 / count) * chance
        inverse = np.linalg.inv(covariance)
        apart = seen.means[rows] - said
        distance = (product(apart, inverse) * apart).sum(axis=1)
        # A draw is as likely as the share of its runs that can be compared at all.
        size = np.log(count / RUNS_OF_EACH) - 0.5 * np.linalg.slogdet(covariance)[1]
        found[rows] = size - 0.5 * distance
    return found


@dataclass(frozen=True)
class Rule:
    """How likely the evidence that needs runs is."""

    regressed: Likelihood
    """Of places, by the regression."""
    of_runs: Callable[[Seen], Floats]
    """Of what draws showed."""
    directions: Floats
    """Dimensions x directions, at right angles, along which all evidence changes most."""


class Work(NamedTuple):
    """What a correction works with."""

    known: Likelihood
    """The logarithm of the likelihood of what needs no run."""
    run: Callable[[Floats], Seen]
    """Shows what places show; remembers it, for `learn`."""
    learn: Callable[[], Rule]
    """Returns the rule by all that was run."""


class _Now(NamedTuple):
    """Draws, and what they showed."""

    places: Floats
    seen: Seen

    def at(self, rows: NDArray[np.integer]) -> _Now:
        return _Now(self.places[rows], self.seen.at(rows))


def runs_of(draws: int) -> int:
    """Return about how many runs a correction takes: with five steps of tempering."""
    chains = draws // (2 * STATES)
    moves = 4 * (STATES - 1) + LAST_STATES - 1
    return RUNS_OF_EACH * (draws // 2 + chains * moves)


def corrected(
    work: Work, places: Floats, seed: int, *, cancel: threading.Event | None = None
) -> Sample:
    """Return as many draws of what is believed, all alike, as there are of the regression.

    Parameters
    ----------
    work
        The evidence.
    places
        Draws of what is believed by the regression as it is now: draws x dimensions, a multiple of
        `2 * STATES` of them.
    seed
        Decides on all draws.
    cancel
        Ends it with `Cancelled`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If no run showed what was said.
    """
    chains, part, stage = len(places) // (2 * STATES), 0.0, 0
    rule = work.learn()
    now = places[::2]
    family = np.arange(len(now))
    here, logs = _Now(now, work.run(now)), rule.regressed(now)
    gained = untried()
    while part < 1.0:
        stage += 1
        rule = work.learn()
        regressed, of_runs = rule.regressed(here.places), rule.of_runs(here.seen)
        if not np.isfinite(of_runs).any():
            raise ValueError("no run shows what was said")
        part, change = _next_part(part, regressed, of_runs, logs)
        weights, _ = weights_of(change, 1.0)
        generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, stage, 1])))
        shape = shape_of(rule.directions, here.places, weights)
        rows = resampled(weights, chains, generator)
        # States stand chain by chain within each step, so that a row tells its chain.
        here, family = here.at(rows), family[rows % len(family)]
        walk = _Walk(work, rule, shape, part, generator, gained, cancel)
        states = walk.states(here, STATES if part < 1.0 else LAST_STATES)
        gained, here = walk.gained, _joined(states)
        logs = _mixed(part, rule.regressed(here.places), rule.of_runs(here.seen))
    longer = 1
    while longer < _MOST_LONGER and _worth(states, rule, family) < ENOUGH:
        longer += 1
        states += walk.states(states[-1], LAST_STATES + 1)[1:]
    kept = [each.places for each in states[longer * 2 - 1 :: longer * 2]]
    return Sample(np.concatenate(kept), chains, families=family)


def _worth(states: list[_Now], rule: Rule, family: NDArray[np.integer]) -> float:
    along = [product(each.places, rule.directions) for each in states]
    sample = Sample(states[0].places, len(along[0]), families=family)
    return sample.effective_count(np.concatenate(along))


def _joined(states: list[_Now]) -> _Now:
    means, counts = (np.concatenate(each) for each in zip(*(it.seen for it in states), strict=True))
    return _Now(np.concatenate([each.places for each in states]), Seen(means, counts))


def _mixed(part: float, regressed: Floats, of_runs: Floats) -> Floats:
    # At 1 the regression has no say, not even where it is infinitely far off.
    return of_runs if part == 1.0 else (1.0 - part) * regressed + part * of_runs


def _next_part(
    part: float, regressed: Floats, of_runs: Floats, before: Floats
) -> tuple[float, Floats]:
    """Return how much runs count next, and how much more likely that makes each draw.

    As much as leaves half of the draws their weight; a little more in any case, so that it ends.
    """

    def change(to: float) -> Floats:
        return _mixed(to, regressed, of_runs) - before

    low, high = min(part + _LEAST_STEP, 1.0), 1.0
    if kept_part(change(high)) >= 1.0:
        return high, change(high)
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if kept_part(change(middle)) >= 1.0 else (low, middle)
    return low, change(low)


class _Walk:
    """Moves chains, all at once; draw and chance together."""

    def __init__(
        self,
        work: Work,
        rule: Rule,
        shape: Shape,
        part: float,
        generator: np.random.Generator,
        gained: tuple[Floats, Floats],
        cancel: threading.Event | None,
    ) -> None:
        self._work, self._rule, self._shape, self._part = work, rule, shape, part
        self._generator, self._before, self._cancel = generator, gained, cancel
        self._tried = tuple(np.full(len(gains), 1e-3) for gains in gained)
        self._moved = tuple(np.full(len(gains), 1e-3) for gains in gained)

    @property
    def gained(self) -> tuple[Floats, Floats]:
        """How far a move of each size leads, refusals included."""
        one, other = (each / tried for each, tried in zip(self._moved, self._tried, strict=True))
        return one, other

    def states(self, here: _Now, length: int) -> list[_Now]:
        """Return all states of the chains; `Cancelled` ends it."""
        states = [here]
        for _ in range(length - 1):
            if self._cancel is not None and self._cancel.is_set():
                raise Cancelled
            states.append(self._next(states[-1]))
        return states

    def _next(self, here: _Now) -> _Now:
        chains, generator = len(here.places), self._generator
        picks, sizes = picked(self._before, chains, generator)
        proposed = self._under_the_regression(here.places, sizes)
        seen = self._work.run(proposed)
        gain = self._excess(proposed, seen) - self._excess(here.places, here.seen)
        is_taken = np.log(generator.random(chains)) <= self._part * gain
        way = proposed - here.places
        along = (product(way, self._shape.directions) ** 2).sum(axis=1)
        for pick, tried, moves, far in zip(
            picks, self._tried, self._moved, (along, (way**2).sum(axis=1) - along), strict=True
        ):
            np.add.at(tried, pick, 1.0)
            np.add.at(moves, pick, np.where(is_taken, far, 0.0))
        places = np.where(is_taken[:, np.newaxis], proposed, here.places)
        return _Now(places, seen.or_else(here.seen, is_taken))

    def _under_the_regression(self, places: Floats, sizes: tuple[Floats, Floats]) -> Floats:
        """Return where some moves lead that keep what is believed by the regression."""
        logs = self._by_regression(places)
        for _ in range(_SUBMOVES):
            places, logs, _ = moved(
                self._by_regression, self._shape, places, logs, sizes, self._generator
            )
        return places

    def _by_regression(self, places: Floats) -> Floats:
        return self._work.known(places) + self._rule.regressed(places)

    def _excess(self, places: Floats, seen: Seen) -> Floats:
        """Return how much likelier the evidence is by runs than by the regression."""
        return self._rule.of_runs(seen) - self._rule.regressed(places)
