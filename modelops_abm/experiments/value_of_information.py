"""What it is worth to know an assumption before deciding: EVPI and EVPPI."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from modelops_abm.experiments.alternatives import outcomes_at
from modelops_abm.experiments.inputs import Choice, Input, check_inputs, varied
from modelops_abm.experiments.intervals import LEVEL, Estimate, Share, estimate
from modelops_abm.experiments.ranking import Ranking
from modelops_abm.experiments.running import Keeping, check_room, refuses_unknown
from modelops_abm.experiments.sweep.designs import at_positions
from modelops_abm.experiments.winners import may_lead, winners, wins
from modelops_abm.parameters import InputError, Scenario
from modelops_abm.representation import Represented

type Floats = NDArray[np.float64]

_FOLDS = 10
_DEGREE, _INNER_KNOTS = 3, 2
_LEAST_POINTS = 32
_MOST_GROUPS = 12


@dataclass(frozen=True, repr=False)
class ValueOfInformation(Represented):
    """Alternatives under uncertain assumptions, and what it would be worth to be certain.

    Attributes
    ----------
    names
        Of the alternatives.
    inputs
        The uncertain assumptions.
    utilities
        Alternatives x points: the mean outcome over the replications.
    by_luck
        Alternatives x replications: the mean outcome over the points.
    halves
        The same as utilities of the even and of the odd replications: 2 x alternatives x points.
    perfect
        Expected value of perfect information on all inputs, and its interval over the points.
    at_least
        The same, with the best alternative at each point chosen by one half of the replications and
        valued by the other. Luck flatters the best of several, so `perfect` is a little too high,
        and this is a little too low.
    partial
        Expected value of perfect information on each input alone, by its name, the largest first;
        a little too low, see `partial_information`.
    replications, seed
        How the points were run; replications without the outcome at some point do not count.
    """

    names: tuple[str, ...]
    inputs: tuple[Input, ...]
    utilities: Floats
    by_luck: Floats
    halves: Floats
    perfect: Estimate
    at_least: Estimate
    partial: Mapping[str, Estimate]
    replications: int
    seed: int

    @property
    def ranking(self) -> Ranking[str]:
        """The alternatives by their means: which to choose on what is known.

        One is out if another is ahead by more than the interval of their difference, over points
        and luck; of several, each test takes an equal part of the permitted error (Bonferroni).
        """
        means = self.utilities.mean(axis=1)
        order = np.argsort(-means, kind="stable").tolist()
        kept = [place for place in order if not self._is_beaten(place)]
        names = self.names
        return Ranking(
            tuple(names[place] for place in order), tuple(names[place] for place in kept)
        )

    @property
    def means(self) -> dict[str, Estimate]:
        """Mean of each alternative, with its interval over points and luck."""
        rows = zip(self.names, self.utilities, self.by_luck, strict=True)
        return {name: over_points_and_luck(*row) for name, *row in rows}

    @property
    def chances(self) -> Mapping[str, Share]:
        """Share of the points at which each alternative is the best; of equals the first is."""
        return wins(self.names, winners(self.utilities))

    @property
    def may_be_worth_most(self) -> tuple[str, ...]:
        """Inputs that may be worth most, as far as the intervals tell; none if none is worth any.

        The largest estimate comes first.
        """
        ends = [(each.low or 0.0, each.high or 0.0) for each in self.partial.values()]
        low, high = zip(*ends, strict=True)
        return tuple(may_lead(list(self.partial), low, high)) if max(low) > 0.0 else ()

    def alternatives_table(self) -> pd.DataFrame:
        """Return the mean of each alternative, and the share of the points at which it is best."""
        rows = [
            (mean.mean, mean.half_width, best.share, best.low, best.high)
            for mean, best in zip(self.means.values(), self.chances.values(), strict=True)
        ]
        columns = ["mean", "half_width", "best_at", "best_at_low", "best_at_high"]
        index = pd.Index(self.names, name="alternative")
        return pd.DataFrame(rows, columns=columns, index=index)

    def _is_beaten(self, place: int) -> bool:
        level = 1.0 - (1.0 - LEVEL) / max(len(self.names) - 1, 1)
        ahead = (
            over_points_and_luck(
                self.utilities[other] - self.utilities[place],
                self.by_luck[other] - self.by_luck[place],
                level,
            )
            for other in range(len(self.names))
            if other != place
        )
        return any((each.low or 0.0) > 0.0 for each in ahead)

    def table(self) -> pd.DataFrame:
        """Return the value of each input, the largest first."""
        rows = [(each.mean, each.half_width, each.n) for each in self.partial.values()]
        index = pd.Index(list(self.partial), name="input")
        return pd.DataFrame(rows, columns=["value", "half_width", "n"], index=index)


@refuses_unknown
def value_of_information(
    alternatives: Mapping[str, Scenario],
    inputs: tuple[Input, ...],
    points: int = 512,
    replications: int = 20,
    *,
    outcome: str = "npv",
    seed_of_points: int = 0,
    **keeping: Unpack[Keeping],
) -> ValueOfInformation:
    """Value the information on uncertain assumptions for a choice among alternatives.

    The inputs are independent and uniform over their ranges, those with equal ratios on a
    logarithmic scale: a judgement, like the ranges. Luck is averaged over: nobody can buy
    information on it.

    Parameters
    ----------
    alternatives
        Scenarios by name, two or more; the inputs have the same value in all of them.
    inputs
        What is uncertain.
    points
        How many points, drawn at random.
    replications
        How many of each alternative at each point, two or more.
    outcome
        What is to be high: an outcome of the run summary.
    seed_of_points
        Decides on the points.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there are too few alternatives, inputs, points or replications, if an alternative does
        not take a value, or the outcome exists in fewer than two replications.
    """
    _check(alternatives, inputs, points, replications)
    check_room(points * len(alternatives), replications)
    positions = np.random.default_rng(seed_of_points).random((points, len(inputs)))
    chosen = at_positions(inputs, positions)
    scenarios = [[varied(each, point) for each in alternatives.values()] for point in chosen]
    found = outcomes_at(chosen, scenarios, outcome, replications, **keeping)
    if found.shape[2] < 2:
        raise InputError(f"'{outcome}' exists at every point in a single future; two are needed")
    halves = np.array([found[:, :, half::2].mean(axis=2) for half in (0, 1)])
    utilities = found.mean(axis=2)
    return ValueOfInformation(
        names=tuple(alternatives),
        inputs=inputs,
        utilities=utilities,
        by_luck=found.mean(axis=1),
        halves=halves,
        perfect=perfect_information(utilities),
        at_least=crossed_information(halves),
        partial=_partial(inputs, positions, utilities),
        replications=found.shape[2],
        seed=keeping.get("seed", 0),
    )


def over_points_and_luck(by_point: Floats, by_luck: Floats, level: float = LEVEL) -> Estimate:
    """Return a mean over points that all have the same luck, with an interval over both.

    Both spreads count in full, which is a little too cautious: what belongs to a point and a
    replication together is in both.

    Parameters
    ----------
    by_point, by_luck
        Means of every point over the replications, and of every replication over the points.
    level
        Confidence of the interval.
    """
    points, luck = estimate(by_point, level), estimate(by_luck, level)
    half_width = math.hypot(points.half_width or 0.0, luck.half_width or 0.0)
    return replace(points, half_width=half_width)


def perfect_information(utilities: Floats) -> Estimate:
    """Return the expected value of perfect information (Raiffa and Schlaifer 1961).

    E[max over alternatives] less the max over alternatives of E; the interval takes the alternative
    that is best on average as known.

    Parameters
    ----------
    utilities
        Alternatives x independent points.
    """
    best = np.argmax(utilities.mean(axis=1))
    return estimate(utilities.max(axis=0) - utilities[best])


def crossed_information(halves: Floats) -> Estimate:
    """Return the same with alternatives chosen by one half of the luck and valued by the other.

    Parameters
    ----------
    halves
        2 x alternatives x independent points.
    """
    gains = []
    for choosing, valuing in (halves, halves[::-1]):
        now, then = np.argmax(choosing.mean(axis=1)), np.argmax(choosing, axis=0)
        gains.append(np.take_along_axis(valuing, then[None], axis=0)[0] - valuing[now])
    return estimate(np.mean(gains, axis=0))


def partial_information(
    position: Floats, utilities: Floats, *, groups: int | None = None
) -> Estimate:
    """Return the expected value of perfect information on one input (EVPPI).

    The mean of each alternative given the input is fitted to nine tenths of the points (Strong,
    Oakley and Brennan 2014, doi:10.1177/0272989X13505910), by a cubic spline with two inner knots,
    or by the means of groups for an input with a few values. It chooses an alternative at each of
    the points left out, where the choice is valued by what is found there. So chance cannot flatter
    it, and an input that tells nothing is worth nothing on average; the value is a little too low
    where the fit is not yet good.

    Parameters
    ----------
    position
        Of each independent point on the input, from 0 to 1.
    utilities
        Alternatives x points.
    groups
        How many values the input has, with equal parts of the positions; None for a range.
    """
    design = _spline_terms(position) if groups is None else _group_terms(position, groups)
    gains = np.empty(len(position))
    fold = np.arange(len(position)) % _FOLDS
    for left_out in range(_FOLDS):
        train, test = fold != left_out, fold == left_out
        weights = np.linalg.lstsq(design[train], utilities[:, train].T, rcond=None)[0]
        then = np.argmax(design[test] @ weights, axis=1)
        now = np.argmax(utilities[:, train].mean(axis=1))
        valued = utilities[:, test]
        gains[test] = valued[then, np.arange(valued.shape[1])] - valued[now]
    return estimate(gains)


def _partial(
    inputs: tuple[Input, ...], positions: Floats, utilities: Floats
) -> dict[str, Estimate]:
    values = {
        entry.name: partial_information(position, utilities, groups=_groups(entry))
        for entry, position in zip(inputs, positions.T, strict=True)
    }
    return dict(sorted(values.items(), key=lambda each: -(each[1].mean or 0.0)))


def _groups(entry: Input) -> int | None:
    """Return how many values an input has, if they are few enough to be told apart."""
    if isinstance(entry, Choice):
        return len(entry.values)
    count = int(entry.high - entry.low) + 1
    return count if entry.is_whole and count <= _MOST_GROUPS else None


def _spline_terms(position: Floats) -> Floats:
    """Return the terms of a cubic spline: points x terms."""
    ends = np.repeat([0.0, 1.0], _DEGREE + 1)
    inner = np.arange(1, _INNER_KNOTS + 1) / (_INNER_KNOTS + 1)
    knots = np.sort(np.concatenate([ends, inner]))
    return np.asarray(BSpline.design_matrix(position, knots, _DEGREE).toarray())


def _group_terms(position: Floats, groups: int) -> Floats:
    """Return 1 for the group of each point and 0 for the others: points x groups."""
    return np.asarray(np.eye(groups)[np.minimum((position * groups).astype(int), groups - 1)])


def _check(
    alternatives: Mapping[str, Scenario],
    inputs: tuple[Input, ...],
    points: int,
    replications: int,
) -> None:
    if len(alternatives) < 2:
        raise InputError("a choice takes two alternatives or more")
    if not inputs:
        raise InputError("nothing is uncertain, so there is nothing to know")
    if points < _LEAST_POINTS:
        raise InputError(f"at least {_LEAST_POINTS} points are needed, not {points}")
    if replications < 2:
        raise InputError("at least two replications are needed, so that luck can be told")
    for scenario in alternatives.values():
        check_inputs(scenario, inputs)
