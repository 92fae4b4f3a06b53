"""What information is worth: from points and moves of one assumption at a time, or from draws.

First from points and moves, by runs that are made for it. Then, at the end, from draws that were
run for any other reason: of whatever is known of each of them, by regression.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.special import ndtri
from scipy.stats import rankdata

from modelops_abm.arrays import Floats
from modelops_abm.experiments.statistics import skewed_interval, top_share_allowed, without_rounding
from modelops_abm.runs.quantiles import LEVEL

_ERROR = (1.0 - LEVEL) / 4.0
"""That an end of an interval is wrong: half for the averages of alternatives, half for the rest."""
_FOLDS, _DEGREE, _INNER_KNOTS = 10, 3, 2
_SPLINE_FROM = 48
"""As many moves are needed for the terms of a spline; of fewer a parabola is fitted."""
_PRECISE = 0.25
"""Half the width of an interval, as a part of the estimate, that is precise enough."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What it is worth to know something.

    Attributes
    ----------
    mean
        The estimate, within the interval.
    low, high
        Ends of the 95 % interval; `high` is None where a few observations make so much of the
        average that it cannot be told.
    needed
        From about how many observations on it could be told; None if it is.
    """

    mean: float
    low: float
    high: float | None
    needed: int | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """Points at which one input alone is drawn anew.

    Attributes
    ----------
    start, end
        Positions of the input before and after, from 0 to 1, independent and uniform.
    before, after
        Utilities at them, everything else and the random numbers being the same: alternatives x
        moves.
    groups
        How many values the input has, with equal parts of the positions; None for a range.
    """

    start: Floats
    end: Floats
    before: Floats
    after: Floats
    groups: int | None = None

    @property
    def effects(self) -> Floats:
        """What the move changes back: alternatives x moves."""
        return self.before - self.after


@dataclass(frozen=True, slots=True)
class Leads:
    """By how much alternatives are ahead of each other on average.

    Attributes
    ----------
    mean, low, high
        Of the row ahead of the column, with ends that hold together for each column; infinite
        where they cannot be told.
    """

    mean: Floats
    low: Floats
    high: Floats

    @property
    def may_be_best(self) -> list[int]:
        """Alternatives that none is known to be ahead of."""
        return np.flatnonzero(~(self.low > 0.0).any(axis=0)).tolist()

    @property
    def best(self) -> int:
        """The alternative with the highest average."""
        return int(np.argmax(self.mean[:, 0]))


@dataclass(frozen=True, slots=True)
class Information:
    """What it is worth to know everything, and each input alone.

    No part is worth more than the whole, nor less than nothing.
    """

    leads: Leads
    perfect: Worth
    partial: Mapping[str, Worth]


def information_of(utilities: Floats, halves: Floats, moves: Mapping[str, Moves]) -> Information:
    """Value perfect information on all inputs (EVPI) and on each alone (EVPPI).

    The lower ends hold for all inputs together with 95 % confidence (Bonferroni), so that an input
    whose lower end is above 0 is worth knowing, however many there are.

    Parameters
    ----------
    utilities
        Alternatives x independent points, each with its own random numbers.
    halves
        The same of two halves of the replications of each point: 2 x alternatives x points.
    moves
        Of each input by name, begun at some of the points.
    """
    leads = leads_of(utilities)
    perfect = perfect_information(utilities, halves, leads)
    partial = {name: partial_information(each, leads, len(moves)) for name, each in moves.items()}
    # To know all is worth at least what any part is; the ends are estimated apart, and made to
    # agree.
    floor = max((each.low for each in partial.values()), default=0.0)
    perfect = _within(perfect, max(perfect.low, floor), perfect.high)
    return Information(
        leads,
        perfect,
        {
            name: _within(
                replace(each, mean=min(each.mean, perfect.mean)),
                each.low,
                _smaller(each.high, perfect.high),
            )
            for name, each in partial.items()
        },
    )


def leads_of(utilities: Floats) -> Leads:
    """Return by how much each alternative is ahead of each other one.

    Parameters
    ----------
    utilities
        Alternatives x independent points.
    """
    count = len(utilities)
    mean, low, high = (np.zeros((count, count)) for _ in range(3))
    error = _ERROR / max(count - 1, 1)
    for one in range(count):
        for other in range(count):
            if one != other:
                ahead = utilities[one] - utilities[other]
                mean[one, other] = ahead.mean()
                low[one, other], high[one, other] = skewed_interval(ahead, error)
    return Leads(mean, low, high)


def perfect_information(utilities: Floats, halves: Floats, leads: Leads) -> Worth:
    """Return the expected value of perfect information (Raiffa and Schlaifer 1961).

    It is the loss by not knowing of the alternative that is best on average, and so the smallest
    such loss of all. The upper end is the lowest one of these losses, which chance flatters, as it
    does the best of several at a point. The lower end is that of what is saved if the best is
    chosen by one half of the replications and valued by the other, which flatters nobody, whichever
    of those that may be the best on average is it.

    Parameters
    ----------
    utilities, halves, leads
        As `information_of` has them.
    """
    losses = utilities.max(axis=0) - utilities
    # The loss of any alternative bounds the value from above. The lowest end is picked, so each
    # takes a part of the error.
    ends = [skewed_interval(each, _ERROR / len(losses))[1] for each in losses]
    closest = int(np.argmin(ends)) if min(ends) < math.inf else leads.best
    saved = {each: _saved(halves, each) for each in leads.may_be_best}
    low = max(0.0, min(skewed_interval(each, _ERROR)[0] for each in saved.values()))
    # One looks too high, as chance flatters the best of each point; the other too low, as half the
    # replications choose worse. On average the truth lies between.
    mean = (losses[leads.best].mean() + _saved(halves, leads.best).mean()) / 2.0
    return _told(float(mean), low, ends[closest], losses[closest])


def _saved(halves: Floats, now: int) -> Floats:
    """Return what half the replications choose saves at each point, as the others value it."""
    gains = []
    # Who chooses must not value: the same replications would praise its own choice.
    for choosing, valuing in (halves, halves[::-1]):
        then = np.argmax(choosing, axis=0)
        gains.append(np.take_along_axis(valuing, then[None], axis=0)[0] - valuing[now])
    return np.asarray(np.mean(gains, axis=0))


def partial_information(moves: Moves, leads: Leads, inputs: int = 1) -> Worth:
    """Return the expected value of perfect information on one input (EVPPI).

    With h_k(x) the change of alternative k's average when the input is known to be x, the value is
    E[max_k (m_k + h_k)] - max_k m_k. The averages m come from all points; h from moves of this
    input alone, in which nothing else varies, so that an input cannot be worth more than what it
    does, however large the spread that others make. By Jensen's inequality E[max_k (m_k + move_k)]
    is as large or larger, and gives the upper end. For the lower end a rule is fitted to nine
    tenths of the moves (by terms of the input, as Strong, Oakley and Brennan 2014 fit its effects,
    doi:10.1177/0272989X13505910), and valued by those left out: no rule is worth more than the best
    one, so chance cannot flatter it.

    Parameters
    ----------
    moves
        Of this input.
    leads
        Between the alternatives, over all points.
    inputs
        How many inputs the lower end holds for together.
    """
    best, now = leads.may_be_best, leads.best
    caps = {each: _cap(moves, leads.high[:, each], each) for each in best}
    gains = [_gains(moves, leads.low[:, each], each) for each in best]
    reach = _reach(moves)
    most = max(skewed_interval(cap, _ERROR)[1] for cap in caps.values())
    high = min(most, skewed_interval(reach, _ERROR)[1])
    low = max(0.0, min(skewed_interval(values, _ERROR / inputs)[0] for values in gains))
    mean = float(_gains(moves, leads.mean[:, now], now).mean())
    return _told(mean, low, high, reach)


def _cap(moves: Moves, ahead: Floats, now: int) -> Floats:
    """Return what a choice after each move would gain, by someone who knew its effect."""
    # The best is behind nobody on average, so a lead above 0 is an error of the sample, and not
    # worth anything. A move and its reverse are as likely; both are counted, which lessens the
    # noise.
    at_most = np.minimum(ahead, 0.0)[:, None]
    effects = moves.effects - moves.effects[now]
    both = [(at_most + sign * effects).max(axis=0) for sign in (1.0, -1.0)]
    return np.asarray(np.mean(both, axis=0))


def _reach(moves: Moves) -> Floats:
    """Return the same if nothing were known of the averages: half of how far a move sets apart."""
    apart = np.ptp(moves.effects, axis=0)
    return without_rounding(apart, np.abs(moves.before).max()) / 2.0


def _gains(moves: Moves, ahead: Floats, now: int) -> Floats:
    """Return what a rule that knows the input gains at moves that had no part in it."""
    at_most = np.minimum(ahead, 0.0)
    effects = moves.effects - moves.effects[now]
    start, end = (_terms(each, moves) for each in (moves.start, moves.end))
    # The moves are in random order, so these folds are random.
    fold = np.arange(effects.shape[1]) % _FOLDS
    gains = np.empty(effects.shape[1])
    for left_out in range(_FOLDS):
        train, test = fold != left_out, np.flatnonzero(fold == left_out)
        # Differences on differences: what does not depend on this input is gone from both. Terms of
        # groups add up to 0, and the system is singular; `lstsq` then takes the smallest weights.
        weights = np.linalg.lstsq((start - end)[train], effects[:, train].T, rcond=None)[0]
        both = [
            at_most[chosen] + sign * effects[chosen, test]
            for terms, sign in ((start, 1.0), (end, -1.0))
            for chosen in (np.argmax(at_most + terms[test] @ weights, axis=1),)
        ]
        gains[test] = np.mean(both, axis=0)
    return gains


def _terms(position: Floats, moves: Moves) -> Floats:
    """Return terms of an effect that is 0 on average: positions x terms."""
    if moves.groups is not None:
        # A position may be 1 itself.
        place = np.minimum((position * moves.groups).astype(int), moves.groups - 1)
        return np.asarray(np.eye(moves.groups)[place] - 1.0 / moves.groups)
    # Less their mean over all positions, so that a fitted effect is one on the average: 0 in all.
    middles = (np.arange(200) + 0.5) / 200
    terms = _spline if len(moves.start) >= _SPLINE_FROM else _parabola
    return terms(position) - terms(middles).mean(axis=0)


def _parabola(position: Floats) -> Floats:
    return np.stack([position, position**2], axis=1)


def _spline(position: Floats) -> Floats:
    """Return the terms of a cubic spline with two inner knots."""
    ends = np.repeat([0.0, 1.0], _DEGREE + 1)
    inner = np.arange(1, _INNER_KNOTS + 1) / (_INNER_KNOTS + 1)
    knots = np.sort(np.concatenate([ends, inner]))
    return np.asarray(BSpline.design_matrix(position, knots, _DEGREE).toarray())


def _told(mean: float, low: float, high: float, observations: Floats) -> Worth:
    """Return a worth, with from how many observations on it could be told."""
    n, size = len(observations), float(observations.mean())
    if math.isinf(high):
        share, allowed = top_share_allowed(observations)
        return Worth(max(mean, low), low, None, _rounded(n * max(2.0, share / allowed)))
    width = (high - low) / 2.0
    precise = width <= _PRECISE * abs(size) or size == 0.0
    needed = None if precise else _rounded(n * (width / (_PRECISE * size)) ** 2)
    return Worth(min(max(mean, low), high), low, high, needed)


def _rounded(count: float) -> int:
    """Return a count with one digit, rounded up: nobody knows it better."""
    digit: int = 10 ** max(0, math.floor(math.log10(count)))
    return math.ceil(count / digit) * digit


def _within(worth: Worth, low: float, high: float | None) -> Worth:
    """Return a worth with a narrower interval; the upper end gives way."""
    end = None if high is None else max(low, high)
    mean = max(worth.mean, low)
    return Worth(mean if end is None else min(mean, end), low, end, worth.needed)


def _smaller(one: float | None, other: float | None) -> float | None:
    known: Sequence[float] = [each for each in (one, other) if each is not None]
    return min(known, default=None)


# --------------------------------------------------------------------------------------
# The same from draws, of what is known of each of them, without further runs.


_KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
"""Shares of the draws below the knots of a spline (Harrell 2001)."""
_RESAMPLES = 200
_RIDGE = 1e-9


class Asking(NamedTuple):
    """What it is worth to find something out."""

    asks: str
    """The question, or what would be known, in words."""
    worth: Worth
    """What its answer is worth."""


def information_of_draws(
    utilities: Floats,
    known: Mapping[str, NDArray[Any]],
    halves: Floats | None = None,
    asked: Collection[str] = (),
) -> Information:
    """Value information on an organisation from draws of it.

    With f_k(x) the average of alternative k over the draws of which x is known, an answer is worth
    E[max_k f_k(x)] - max_k E[f_k(x)]. The f_k are fitted by regression on x, as Strong, Oakley and
    Brennan 2014 do (doi:10.1177/0272989X13505910); so draws may have one future each, as chance is
    averaged over by the fit, and x may be anything that is known of a draw: a value that is drawn,
    or what an organisation shows. That estimate is flattered where chance decides on the best fit.
    So the worth that is told, and its lower end, are those of a rule fitted to nine tenths of the
    draws and valued by the others, which no chance flatters; the flattered one, with the spread
    that a bootstrap gives it, is the upper end.

    Parameters
    ----------
    utilities
        Alternatives x draws.
    known
        By name, what would be known of each draw: numbers, NaN where there is none, or words.
    halves
        The utilities by two halves of the chances of each draw, if there are as many; see
        `information_of`. Without, what it is worth to know everything is told from above only.
    asked
        Names whose lower ends hold together, as those of all others do: with 95 % confidence.
    """
    leads = leads_of(utilities)
    if halves is None:
        losses = utilities.max(axis=0) - utilities[leads.best]
        # Chance helps to choose the best of each future, so this is more than it is worth.
        high = skewed_interval(losses, _ERROR)[1]
        perfect = _told(float(losses.mean()), 0.0, high, losses)
    else:
        perfect = perfect_information(utilities, halves, leads)
    others = len(known) - len(asked)
    partial = {
        name: _worth_of_answer(
            terms_of(column), utilities, leads, len(asked) if name in asked else others
        )
        for name, column in known.items()
    }
    floor = max((each.low for each in partial.values()), default=0.0)
    perfect = _within(perfect, max(perfect.low, floor), perfect.high)
    bounded = {
        name: replace(
            _within(each, each.low, _smaller(each.high, perfect.high)),
            mean=max(min(each.mean, perfect.mean), each.low),
        )
        for name, each in partial.items()
    }
    return Information(leads, perfect, bounded)


def _worth_of_answer(terms: Floats, utilities: Floats, leads: Leads, answers: int) -> Worth:
    """Return what it is worth to know what some terms are of; see `information_of_draws`."""
    design = np.column_stack([np.ones(len(terms)), terms])
    told = _told_by_others(design, utilities)
    gains = [told - utilities[now] for now in leads.may_be_best]
    low = max(0.0, min(skewed_interval(each, _ERROR / answers)[0] for each in gains))
    effects = utilities - utilities[leads.best]
    top, allowed = top_share_allowed(np.abs(effects - effects.mean(axis=1)[:, None]).max(axis=0))
    high = math.inf if top > allowed else max(low, _flattered_end(design, effects))
    # What is best without the answer is chosen by others as well: that of all draws is flattered.
    without = _told_by_others(design[:, :1], utilities)
    return _told(max(float((told - without).mean()), low), low, high, told - without)


def _told_by_others(design: Floats, utilities: Floats) -> Floats:
    """Return the utility of what a rule chooses at each draw that was fitted to others."""
    chosen = np.argmax(held_out(design, utilities), axis=0)
    return np.asarray(np.take_along_axis(utilities, chosen[None], axis=0)[0])


def held_out(design: Floats, outcomes: Floats) -> Floats:
    """Return what a regression on nine tenths of the draws predicts of each of the others.

    Parameters
    ----------
    design
        Draws x terms.
    outcomes
        Outcomes x draws.
    """
    # Draws are in random order, so that these folds are random.
    fold = np.arange(len(design)) % _FOLDS
    predicted = np.empty(outcomes.shape)
    for left_out in range(_FOLDS):
        train, test = fold != left_out, fold == left_out
        weights = np.linalg.lstsq(design[train], outcomes[:, train].T, rcond=None)[0]
        predicted[:, test] = (design[test] @ weights).T
    return predicted


def _flattered_end(design: Floats, effects: Floats) -> float:
    """Return the upper end of the flattered estimate, by a bootstrap of the draws."""
    count, terms = design.shape
    # How often each draw is drawn: weights in place of copies.
    weights = (
        np.random.default_rng(count).multinomial(count, np.full(count, 1.0 / count), _RESAMPLES)
        / count
    )
    pairs = (design[:, :, None] * design[:, None, :]).reshape(count, -1)
    # A group of which no draw came would leave nothing to solve.
    squares = (weights @ pairs).reshape(-1, terms, terms) + _RIDGE * np.eye(terms)
    sums = np.stack([weights @ (design * each[:, None]) for each in effects], axis=2)
    best = (design @ np.linalg.solve(squares, sums)).max(axis=2)
    return float(np.quantile((weights * best).sum(axis=1), 1.0 - _ERROR))


def terms_of(column: NDArray[Any]) -> Floats:
    """Return terms by which an effect of something known is fitted: draws x terms.

    Of few values, or words, one for each but the first. Of numbers a cubic spline that is linear
    beyond its outer knots, in their normal scores: ranks, so that no large value decides, and
    normal, so that what is normal, or lognormal, keeps the shape of its effect. None of a constant.

    Examples
    --------
    >>> terms_of(np.array(["a", "b", "b"])).ravel()
    array([0., 1., 1.])
    """
    if column.dtype.kind not in "iuf":
        return _groups(column.astype(np.str_))
    numbers = column.astype(np.float64)
    missing = np.isnan(numbers)
    present = numbers[~missing]
    values = np.unique(present)
    if len(values) <= _DEGREE:
        return _groups(np.where(missing, "none", numbers.astype(np.str_)))
    scores = np.zeros(len(numbers))
    scores[~missing] = ndtri((rankdata(present) - 0.5) / len(present))
    terms = _natural_spline(scores, np.unique(np.quantile(scores[~missing], _KNOTS)))
    terms[missing] = 0.0
    return np.column_stack([terms, missing.astype(np.float64)]) if missing.any() else terms


def _groups(values: NDArray[Any]) -> Floats:
    _, first = np.unique(values, return_index=True)
    others = values[np.sort(first)][1:]
    return np.asarray(values[:, None] == others[None], dtype=np.float64)


def _natural_spline(scores: Floats, knots: Floats) -> Floats:
    """Return the terms of a spline, the first of which is the score itself."""
    if len(knots) < 3:
        return scores[:, None].copy()
    *inner, before, last = knots.tolist()

    def beyond(knot: float) -> Floats:
        return np.asarray(np.maximum(scores - knot, 0.0) ** 3)

    # The outer two make each term linear beyond the last.
    terms = [
        beyond(knot)
        - beyond(before) * (last - knot) / (last - before)
        + beyond(last) * (before - knot) / (last - before)
        for knot in inner
    ]
    return np.column_stack([scores, *terms])
