"""Sensitivity indices with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from modelops_abm.experiments.alternatives import may_lead, winners, wins
from modelops_abm.experiments.running import Keeping, check_room, refuses_unknown
from modelops_abm.experiments.sensitivity import Question, problem_of
from modelops_abm.experiments.statistics import Share, rank, share
from modelops_abm.experiments.sweep import at_positions
from modelops_abm.representation import Represented
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import InputError

type Floats = NDArray[np.float64]

_RESAMPLES = 1000
_ROUNDING = 1e-12


@dataclass(frozen=True, repr=False)
class Indices(Represented):
    """Shares of the variance of an answer, by assumption (Sobol 2001).

    doi:10.1016/S0378-4754(00)00270-6.

    Attributes
    ----------
    names
        Of the inputs.
    first
        First-order index: the part of the variance that goes if this input alone is known.
    total
        Total index (Homma and Saltelli 1996, doi:10.1016/0951-8320(96)00002-6): the part that stays
        if all but this input are known.
    first_half_width, total_half_width
        Half the widths of their 95 % intervals, by bootstrap over the points.
    """

    names: tuple[str, ...]
    first: Floats
    first_half_width: Floats
    total: Floats
    total_half_width: Floats

    @property
    def order(self) -> tuple[int, ...]:
        """Places of the inputs, the largest total index first."""
        return tuple(int(place) for place in np.argsort(-self.total, kind="stable"))

    @property
    def may_be_largest(self) -> tuple[str, ...]:
        """Inputs whose total index may be the largest, as far as the intervals tell.

        The largest estimate comes first. All of them if none can be told from zero.
        """
        names = [self.names[place] for place in self.order]
        low, high = (
            (self.total + side * self.total_half_width)[list(self.order)].tolist()
            for side in (-1.0, 1.0)
        )
        return tuple(may_lead(names, low, high) if max(low) > 0.0 else names)

    def table(self) -> pd.DataFrame:
        """Return the indices, an input a row, the largest total index first."""
        table = pd.DataFrame(
            {
                "first": self.first,
                "first_half_width": self.first_half_width,
                "total": self.total,
                "total_half_width": self.total_half_width,
            },
            index=pd.Index(self.names, name="input"),
        )
        return table.iloc[list(self.order)]


def indices_of(names: tuple[str, ...], answers: Floats, seed: int = 0) -> Indices:
    """Return the indices of answers at the points of `sobol.sobol_positions`.

    First-order and total indices as Saltelli et al. 2010 estimate them
    (doi:10.1016/j.cpc.2009.09.018). Of an answer with several components, numerators and variances
    are summed over the components (Lamboni, Monod and Makowski 2011,
    doi:10.1016/j.ress.2010.12.002; Gamboa, Janon, Klein and Lagnoux 2014, doi:10.1214/14-EJS895).

    Parameters
    ----------
    names
        Of the inputs.
    answers
        Points, or points x components.
    seed
        Decides on the bootstrap.

    Returns
    -------
    Indices
        All 0 if no component varies over the independent points.
    """
    parts = _Parts.of(answers.reshape(len(answers), -1), len(names))
    count = len(parts.squares)
    estimates = parts.ratios(np.full((1, count), 1.0 / count))
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), _RESAMPLES)
    wide = float(special.ndtri(0.5 + LEVEL / 2.0))
    first, total = (
        (own[0], wide * resampled.std(axis=0, ddof=1))
        for own, resampled in zip(estimates, parts.ratios(drawn / count), strict=True)
    )
    return Indices(names, *first, *total)


@dataclass(frozen=True)
class _Parts:
    """What each base point adds to the numerators and to the variance; all are averaged.

    Attributes
    ----------
    first, total
        To the numerators: base points x inputs.
    squares, centres
        To the mean square, summed over components, and to the means: base points x components.
    """

    first: Floats
    total: Floats
    squares: Floats
    centres: Floats

    @classmethod
    def of(cls, answers: Floats, inputs: int) -> _Parts:
        """Return the parts of answers: points x components."""
        centred = answers - answers.mean(axis=0)
        by_base = centred.reshape(-1, inputs + 2, answers.shape[1])
        own, mixed, other = by_base[:, :1], by_base[:, 1:-1], by_base[:, -1:]
        return cls(
            first=np.sum(other * (mixed - own), axis=2),
            total=0.5 * np.sum((own - mixed) ** 2, axis=2),
            squares=0.5 * np.sum(own**2 + other**2, axis=(1, 2)),
            centres=0.5 * (own + other)[:, 0],
        )

    def ratios(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return first-order and total indices: samples x inputs.

        Parameters
        ----------
        weights
            Samples x base points; they add up to 1 in each sample.
        """
        variance = weights @ self.squares - np.sum((weights @ self.centres) ** 2, axis=1)
        varies = variance > _ROUNDING * self.squares.max(initial=0.0)
        scale = np.where(varies, 1.0 / np.where(varies, variance, 1.0), 0.0)[:, None]
        return scale * (weights @ self.first), scale * (weights @ self.total)


# --------------------------------------------------------------------------------------
# The decision: which of several alternatives wins, and which assumptions decide on it.


@dataclass(frozen=True, repr=False)
class Decision(Represented):
    """Which alternative wins while all assumptions vary together.

    Attributes
    ----------
    wins
        In which share of the independent points each alternative wins.
    told
        In which share of them the winner can be told from all others, as far as luck goes.
    indices
        Of the winner. Total: the chance that another value of this input alone changes the winner,
        as a part of the chance that two independent points have different winners. First-order: 1
        less the same ratio for points that share this input alone. All 0 if one wins everywhere.
    turns
        In which share of the base points another value of each input, drawn from its range, changes
        the winner.
    """

    wins: Mapping[str, Share]
    told: Share
    indices: Indices
    turns: Mapping[str, Share]

    @property
    def may_win_most(self) -> tuple[str, ...]:
        """Alternatives that may win most often, as far as the intervals tell."""
        low, high = zip(*((each.low, each.high) for each in self.wins.values()), strict=True)
        return tuple(may_lead(list(self.wins), low, high))

    def table(self) -> pd.DataFrame:
        """Return how often each alternative wins, an alternative a row."""
        rows = [(each.share, each.low, each.high) for each in self.wins.values()]
        index = pd.Index(list(self.wins), name="alternative")
        return pd.DataFrame(rows, columns=["share", "low", "high"], index=index)


def decision_of(
    alternatives: Sequence[str], inputs: tuple[str, ...], outcomes: Floats, seed: int = 0
) -> Decision:
    """Return which alternative wins at the points of `sobol.sobol_positions`, and why.

    Parameters
    ----------
    alternatives
        Their names; of equals the first wins.
    inputs
        Names of the inputs.
    outcomes
        Alternatives x points x replications; the highest mean wins.
    seed
        Decides on the bootstrap.
    """
    against_first = outcomes - outcomes[0]  # what all share would round differently in each
    won = winners(against_first.mean(axis=2))
    by_base = won.reshape(-1, len(inputs) + 2)
    ends = [0, -1]
    independent = against_first.reshape(len(alternatives), *by_base.shape, -1)[:, :, ends]
    turned = np.sum(by_base[:, 1:-1] != by_base[:, :1], axis=0).tolist()
    return Decision(
        wins=wins(alternatives, by_base[:, ends].ravel()),
        told=_told(independent.reshape(len(alternatives), -1, outcomes.shape[2])),
        indices=indices_of(inputs, np.eye(len(alternatives))[won], seed),
        turns={
            name: share(count, len(by_base)) for name, count in zip(inputs, turned, strict=True)
        },
    )


def _told(outcomes: Floats) -> Share:
    """Return the share of points at which the winner can be told from all others."""
    names = range(len(outcomes))
    decided = [rank(names, outcomes[:, point]).is_decided for point in range(outcomes.shape[1])]
    return share(sum(decided), len(decided))


# --------------------------------------------------------------------------------------
# Sobol indices: which assumptions make the spread of the answer, and of the decision.


_SETTLED = 0.25
"""Half the width of the interval of an index, below which it is drawn and told."""


@dataclass(frozen=True, repr=False)
class Sobol(Represented):
    """Sobol indices of an answer, and of the decision.

    Attributes
    ----------
    question, base_points, replications
        What was asked, with how large a base sample, and how many replications of each point.
    answers
        Mean answer at every point.
    indices
        Of the answer.
    ranks
        Of the rank of the answer among all points (Saltelli and Sobol' 1995,
        doi:10.1016/0951-8320(95)00099-2): known where a few very large answers make most of the
        variance. They tell less of what assumptions do together than the indices of the answer.
    decision
        Which alternative wins, and what decides on it; None if the plan was asked for alone.
    """

    question: Question
    base_points: int
    replications: int
    answers: Floats
    indices: Indices
    ranks: Indices
    decision: Decision | None

    @property
    def is_settled(self) -> bool:
        """Whether every total index of the answer is known well enough to be told."""
        return bool(np.all(self.indices.total_half_width <= _SETTLED))


@refuses_unknown
def sobol(
    question: Question,
    base_points: int = 512,
    replications: int = 20,
    *,
    seed_of_points: int = 0,
    **keeping: Unpack[Keeping],
) -> Sobol:
    """Vary all assumptions together, and share out the variance of the answer among them.

    The inputs are independent and uniform over their ranges, those with equal ratios on a
    logarithmic scale. Every point is the mean of the same replications; luck adds no noise between
    points, but the indices are those of this luck, and of more replications would be a little
    different.

    Parameters
    ----------
    question
        What is asked, and over what.
    base_points
        Base sample, a power of two; times (inputs + 2) points are run (Saltelli et al. 2010,
        doi:10.1016/j.cpc.2009.09.018), each as often as there are alternatives.
    replications
        How many at each point.
    seed_of_points
        Scrambles the sequence, and decides on the bootstrap.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If the base sample is no power of two, the plan does not take a value, or the outcome exists
        in no replication.
    """
    if base_points < 2 or base_points & (base_points - 1):
        raise InputError(f"the base sample must be 2, 4, 8, 16 ..., not {base_points}")
    count = base_points * (len(question.inputs) + 2) * len(question.alternatives)
    check_room(count, replications)
    positions = sobol_positions(len(question.inputs), base_points, seed_of_points)
    points = at_positions(question.inputs, positions)
    outcomes = question.outcomes(points, replications, **keeping)
    answers = question.answers(outcomes).mean(axis=1)
    names, alternatives = tuple(entry.name for entry in question.inputs), question.alternatives
    is_choice = len(alternatives) > 1
    return Sobol(
        question=question,
        base_points=base_points,
        replications=replications,
        answers=answers,
        indices=indices_of(names, answers, seed_of_points),
        ranks=indices_of(names, stats.rankdata(answers), seed_of_points),
        decision=decision_of(alternatives, names, outcomes, seed_of_points) if is_choice else None,
    )


def sobol_positions(inputs: int, base_points: int, seed: int = 0) -> Floats:
    """Return the positions of the points: base_points x (inputs + 2) points x inputs."""
    from SALib.sample import sobol as sampling

    problem = problem_of(tuple(map(str, range(inputs))))
    return np.asarray(sampling.sample(problem, base_points, calc_second_order=False, seed=seed))
