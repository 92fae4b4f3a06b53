"""What information is worth, from points and from moves of one assumption at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from modelops_abm.experiments.statistics import skewed_interval, top_share_allowed
from modelops_abm.runs.quantiles import LEVEL

type Floats = NDArray[np.float64]

_ERROR = (1.0 - LEVEL) / 4.0
"""That an end of an interval is wrong: half for the averages of alternatives, half for the rest."""
_FOLDS, _DEGREE, _INNER_KNOTS = 10, 3, 2
_SPLINE_FROM = 48
"""As many moves are needed for the terms of a spline; of fewer a parabola is fitted."""
_ROUNDING = 1e-12
"""Of utilities: a smaller effect is none."""
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
        Utilities at them, everything else and luck being the same: alternatives x moves.
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
        Alternatives x independent points, each with its own luck.
    halves
        The same of two halves of the luck of each point: 2 x alternatives x points.
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
            name: _within(_part_of(each, perfect), each.low, _smaller(each.high, perfect.high))
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
    such loss of all. The upper end is the lowest one of these losses, which luck flatters, as it
    does the best of several at a point. The lower end is that of what is saved if the best is
    chosen by one half of the luck and valued by the other, which flatters nobody, whichever of
    those that may be the best on average is it.

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
    # One looks too high, as luck flatters the best of each point; the other too low, as half the
    # luck chooses worse. On average the truth lies between.
    mean = (losses[leads.best].mean() + _saved(halves, leads.best).mean()) / 2.0
    return _told(float(mean), low, ends[closest], losses[closest])


def _saved(halves: Floats, now: int) -> Floats:
    """Return what the choice by half the luck saves at each point, as the other half values it."""
    gains = []
    # Who chooses must not value: the same luck would praise its own choice.
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
    return np.where(apart > _ROUNDING * np.abs(moves.before).max(), apart / 2.0, 0.0)


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
    precise = width <= _PRECISE * size or size == 0.0
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


def _part_of(worth: Worth, whole: Worth) -> Worth:
    return replace(worth, mean=min(worth.mean, whole.mean))


def _smaller(one: float | None, other: float | None) -> float | None:
    known: Sequence[float] = [each for each in (one, other) if each is not None]
    return min(known, default=None)
