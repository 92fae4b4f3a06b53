"""Sobol indices: which assumptions make the spread of the answer, and which decide who wins.

In reading order: indices with their intervals, from the points of a base sample; which of several
alternatives wins at these points, and what decides on it; the result, in words and tables; and the
run. docs/decisions/0021 says why these estimators, 0023 what is said of the winner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from scipy import special, stats

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.experiments.alternatives import may_lead, winners, wins
from modelops_abm.experiments.running import Keeping, check_room, refuses_unknown
from modelops_abm.experiments.sensitivity import (
    MOST_NAMED,
    MOST_ROWS,
    RANGES,
    Question,
    most,
    names_in_words,
    problem_of,
    with_rest,
)
from modelops_abm.experiments.statistics import Share, rank, share
from modelops_abm.experiments.sweep import at_positions
from modelops_abm.experiments.words import HALF_WIDTH, INTERVAL, capitalised
from modelops_abm.representation import (
    Column,
    Reported,
    Represented,
    Row,
    Table,
    numbers,
    plain_rows,
    words,
)
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import InputError
from modelops_abm.scenario.names import name_in_words
from modelops_abm.text import any_of

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
    # A bootstrap sample is how often each base point is drawn: weights in place of copies. A base
    # point comes with all its (inputs + 2) points, which are not independent of each other.
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
        # A large mean would add its noise to the products below, and nothing else.
        centred = answers - answers.mean(axis=0)
        by_base = centred.reshape(-1, inputs + 2, answers.shape[1])
        # The order of SALib: A, then A with one column of B for each input, then B.
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
        # Of the resample itself, so that it varies together with the numerators, and the ratio
        # less.
        variance = weights @ self.squares - np.sum((weights @ self.centres) ** 2, axis=1)
        varies = variance > _ROUNDING * self.squares.max(initial=0.0)
        # The inner `where` is for NumPy, which divides before it chooses.
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
        In which share of them the winner can be told from all others, as far as chance goes.
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
    # The mixed points share their values with these two; to count them would make the intervals too
    # narrow.
    ends = [0, -1]
    independent = against_first.reshape(len(alternatives), *by_base.shape, -1)[:, :, ends]
    turned = np.sum(by_base[:, 1:-1] != by_base[:, :1], axis=0).tolist()
    return Decision(
        # Numbers 1, 2, 3 for the winners would have an order and distances. So each alternative is
        # a component of the answer, 1 where it wins.
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
    # Each point by itself: a share of points is counted, no claim is made about all of them at
    # once.
    decided = [rank(names, outcomes[:, point]).is_decided for point in range(outcomes.shape[1])]
    return share(sum(decided), len(decided))


# --------------------------------------------------------------------------------------
# Sobol indices: which assumptions make the spread of the answer, and of the decision.


_NOT_SHOWN: tuple[tuple[Column, ...], list[Row]] = ((), [])
_SETTLED = 0.25
"""Half the width of the interval of an index, below which it is drawn and told."""


@dataclass(frozen=True, repr=False)
class Sobol(Reported):
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
    seed
        Of the random numbers.

    See Also
    --------
    sobol : gives it, and has an example.
    """

    question: Question
    base_points: int
    replications: int
    answers: Floats
    indices: Indices
    ranks: Indices
    decision: Decision | None
    seed: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether every total index of the answer is known well enough to be told."""
        return bool(np.all(self.indices.total_half_width <= _SETTLED))

    @property
    def spread(self) -> tuple[Indices, str]:
        """The indices that tell what makes the spread, and what that is in words.

        They are of the answer; or of its rank, where those of the answer are not known.
        """
        if self.is_settled:
            return self.indices, "makes the largest part of the spread"
        return self.ranks, "makes the largest part of the spread, by rank,"

    @property
    def finding(self) -> str:
        """Which alternative wins, what decides on it, and what makes the spread."""
        indices, what = self.spread
        spread = (
            most(indices.may_be_largest, what)
            if indices.total.any()
            else "Nothing that was varied changes the answer"
        )
        if self.decision is None:
            return spread
        return f"{_winner(self.decision)}; {_deciding(self.decision)}. {spread}"

    def sentence(self) -> str:
        """Return the finding."""
        return f"{self.finding}."

    def tables(self) -> tuple[Table, ...]:
        """Return what wins, what decides on it, and what makes the spread, by answer or by rank."""
        spread, _ = self.spread
        of_answer = of_rank = _NOT_SHOWN
        if self.is_settled:
            of_answer = _indices_in_words("Spread of the answer", spread)
        else:
            of_rank = _indices_in_words("Spread of its rank", spread)
        tables = (
            Table("indices", *of_answer, numbers=self.indices.table),
            Table("ranks", *of_rank, numbers=self.ranks.table),
        )
        return tables if self.decision is None else (*_decision_tables(self.decision), *tables)

    def notes(self) -> str:
        """Return what the indices mean, and what the intervals are over."""
        ranked = (
            ""
            if self.is_settled
            else " A few very large answers make most of the variance, so that its parts are not"
            " known yet; the rank of an answer among all of them is told instead."
        )
        return (
            "In all: the part of the variance that an assumption makes alone or with others; of the"
            " winner, the chance that another value of it changes the winner, as a part of the"
            " chance that two points differ. Alone: without the others."
            f"{ranked}{self._told()} Intervals are over the points; chance is the same at each."
            f" {RANGES}"
        )

    def _told(self) -> str:
        if self.decision is None:
            return ""
        told = formats.count_of(self.decision.told.count, self.decision.told.n)
        return (
            f" The highest average wins; at {told} points it can be told from all others in these"
            " futures."
        )

    def to_json(self) -> dict[str, Any]:
        """Return what was asked, the indices, and what decides, as plain data."""
        return {
            **self.question.to_json(self.replications, self.seed),
            "indices": plain_rows(self.indices.table().reset_index()),
            "ranks": plain_rows(self.ranks.table().reset_index()),
            "decision": None if self.decision is None else _decision_as_json(self.decision),
        }


def _winner(decision: Decision) -> str:
    best = decision.may_win_most
    if len(best) > 1:
        names = any_of(best) if len(best) <= MOST_NAMED else f"one of {len(best)} alternatives"
        return f"{capitalised(names)} wins most often"
    share = decision.wins[best[0]]
    if share.count == share.n:
        return f"{capitalised(best[0])} wins at all {formats.number(share.n)} points"
    ends = formats.share_interval(share.low, share.high)
    return f"{capitalised(best[0])} wins at {ends} of all points"


def _deciding(decision: Decision) -> str:
    if not any(share.count for share in decision.turns.values()):
        return "no other value of one assumption changed that"
    best = decision.indices.may_be_largest
    if len(best) > MOST_NAMED:
        return "which assumption decides most often cannot be told yet"
    return f"{any_of(names_in_words(best))} decides most often which"


def _decision_tables(decision: Decision) -> tuple[Table, ...]:
    """Return which alternative wins, and unless one wins everywhere, what decides on it."""
    wins = _shares_in_words("Alternative", "wins at", decision.wins)
    winners = Table("winners", *wins, numbers=decision.table)
    if not decision.indices.total.any():
        return winners, Table("decision", numbers=decision.indices.table)
    most_turning = sorted(decision.turns.items(), key=lambda pair: -pair[1].count)[:MOST_ROWS]
    turns = {name_in_words(name): share for name, share in most_turning}
    deciding = _indices_in_words("Which alternative wins", decision.indices)
    return (
        winners,
        Table("decision", *deciding, numbers=decision.indices.table),
        Table("turns", *_shares_in_words("Another value changes the winner", "at", turns)),
    )


def _shares_in_words(
    title: str, heading: str, shares: Mapping[str, Share]
) -> tuple[tuple[Column, ...], list[Row]]:
    rows = [
        Row(
            (
                name,
                f"{formats.count_of(each.count, each.n)} points",
                formats.share_interval(each.low, each.high),
            )
        )
        for name, each in shares.items()
    ]
    return (*words(title), *numbers(heading, INTERVAL)), rows


def _indices_in_words(title: str, indices: Indices) -> tuple[tuple[Column, ...], list[Row]]:
    columns = ("total", "total_half_width", "first", "first_half_width")
    rows = [
        Row((name_in_words(str(name)), *(formats.share(float(row[column])) for column in columns)))
        for name, row in indices.table().head(MOST_ROWS).iterrows()
    ]
    headings = (*words(title), *numbers("in all", HALF_WIDTH, "alone", HALF_WIDTH))
    return headings, with_rest(rows, len(indices.names))


def _decision_as_json(decision: Decision) -> dict[str, Any]:
    return {
        "wins": _shares_as_json("alternative", decision.wins),
        "told": decision.told.to_json(),
        "indices": plain_rows(decision.indices.table().reset_index()),
        "turns": _shares_as_json("input", decision.turns),
    }


def _shares_as_json(what: str, shares: Mapping[str, Share]) -> list[dict[str, Any]]:
    return [{what: name, **each.to_json()} for name, each in shares.items()]


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
    logarithmic scale. Every point is the mean of the same replications; chance adds no noise
    between points, but of more replications the indices would be a little different.

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
    ValueError
        If a number is not allowed, there is no such outcome, or the store is of another seed or
        engine.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> from modelops_abm.experiments import parse_input
    >>> inputs = (parse_input("team.focus=0.5..0.7"), parse_input("drift.severity=0.1..0.4"))
    >>> sobol(Question(plan, inputs), base_points=8, replications=2).indices.names
    ('team.focus', 'drift.severity')
    """
    # Only so many points of a Sobol sequence are balanced.
    if base_points < 2 or base_points & (base_points - 1):
        raise InputError(f"the base sample must be 2, 4, 8, 16 ..., not {base_points}")
    count = base_points * (len(question.inputs) + 2) * len(question.alternatives)
    check_room(count, replications)
    positions = sobol_positions(len(question.inputs), base_points, seed_of_points)
    points = at_positions(question.inputs, positions)
    outcomes = question.outcomes(points, replications, **keeping)
    # The mean over the replications first: the variance to be shared out is that over the
    # assumptions.
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
        seed=keeping.get("seed", 0),
    )


def sobol_positions(inputs: int, base_points: int, seed: int = 0) -> Floats:
    """Return the positions of the points: base_points x (inputs + 2) points x inputs."""
    # Here, as it takes long to import (docs/decisions/0039).
    from SALib.sample import sobol as sampling

    problem = problem_of(tuple(map(str, range(inputs))))
    return np.asarray(sampling.sample(problem, base_points, calc_second_order=False, seed=seed))
