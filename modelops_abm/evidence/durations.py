"""How long something lasts, of which some has not ended yet.

What is open is censored: it lasts longer than it has so far. The median is that of Kaplan and
Meier. The mean is that of a lognormal distribution, fitted by maximum likelihood; its range
averages the likelihood over the spread, flat in the logarithms of median and spread. Without
censoring that is the generalised interval of Krishnamoorthy and Mathew (2003,
doi:10.1016/S0378-3758(02)00153-2).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_ndtr, ndtr, ndtri
from scipy.stats import CensoredData, ecdf

from modelops_abm.arrays import Flags, Floats
from modelops_abm.evidence.estimates import QUANTILES, Estimate, normalised

_FEWEST_ENDED = 3
"""Things with an end, of different lengths, that a mean can be told from."""
_MOST_FROM_TAIL = 0.5
_LARGEST = 700.0
"""Logarithm of about the largest number."""
_HALF_LOG_TWO_PI = float(np.log(2.0 * np.pi) / 2.0)


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long something lasts, in the unit of what was given.

    Attributes
    ----------
    ended, still_open
        How many have an end, and how many were still open.
    median
        By Kaplan and Meier; an end that the data do not reach is open.
    mean
        Of a lognormal distribution; not known of fewer than three lengths.
    most_likely_mean
        The same at the largest likelihood; NaN where it is not known.
    ended_mean
        Plain mean of those that ended; its range is that of a lognormal mean, or of any, if wider.
    from_tail
        Part of the mean that comes from what is longer than any that was seen; from half of it on,
        the mean has no upper end.
    """

    ended: int
    still_open: int
    median: Estimate
    mean: Estimate
    most_likely_mean: float
    ended_mean: Estimate
    from_tail: float


_NOT_KNOWN = Estimate(np.nan, np.nan, np.nan, has_low=False, has_high=False)


def time_to_end(ended: Floats, still_open: Floats) -> Lasting:
    """Return how long something lasts.

    Parameters
    ----------
    ended
        How long those lasted that ended, above 0.
    still_open
        How long those have lasted that are open.

    Examples
    --------
    >>> hours = np.array([0.5, 1.0, 1.0, 2.0, 4.0, 9.0])
    >>> found = time_to_end(hours, np.array([]))
    >>> found.median.middle, round(found.most_likely_mean, 2), round(found.mean.low, 1)
    (1.0, 2.89, 1.6)
    """
    still_open = still_open[still_open > 0.0]
    counts = (int(ended.size), int(still_open.size))
    if np.unique(ended).size < _FEWEST_ENDED:
        few = _NOT_KNOWN if not ended.size else replace(_NOT_KNOWN, middle=float(ended.mean()))
        return Lasting(*counts, _median(ended, still_open), _NOT_KNOWN, np.nan, few, np.nan)
    lengths = _Lognormal(ended, still_open)
    centre, spread = lengths.most_likely()
    longest = np.log(max(ended.max(), still_open.max(initial=0.0)))
    from_tail = float(ndtr((centre + spread**2 - longest) / spread))
    mean = lengths.mean()
    return Lasting(
        *counts,
        median=_median(ended, still_open),
        mean=replace(mean, has_high=mean.has_high and from_tail < _MOST_FROM_TAIL),
        most_likely_mean=float(np.exp(min(centre + spread**2 / 2.0, _LARGEST))),
        ended_mean=_mean_of(ended),
        from_tail=from_tail,
    )


def _mean_of(ended: Floats) -> Estimate:
    plain, lognormal = float(ended.mean()), _Lognormal(ended, np.array([])).mean()
    error = float(ended.std(ddof=1) / np.sqrt(ended.size) / plain * ndtri(QUANTILES[2]))
    low = min(lognormal.low / lognormal.middle, np.exp(-error))
    high = max(lognormal.high / lognormal.middle, np.exp(error))
    return replace(lognormal, low=plain * low, middle=plain, high=plain * high)


class _Lognormal:
    """What hours that ended and hours so far say of a lognormal distribution's logarithms."""

    def __init__(self, ended: Floats, still_open: Floats) -> None:
        logs = np.log(ended)
        self._count, self._mean, self._variance = logs.size, logs.mean(), logs.var()
        self._open, self._repeats = np.unique(np.log(still_open), return_counts=True)
        self._most = max(logs.max(), self._open.max(initial=-np.inf))

    def log_likelihood(self, centres: Floats, spreads: Floats) -> Floats:
        """Return it at medians and spreads, both of the logarithms."""
        squares = self._count * (self._variance + (self._mean - centres) ** 2)
        found = -self._count * np.log(spreads) - squares / (2.0 * spreads**2)
        for length, times in zip(self._open, self._repeats, strict=True):
            found = found + times * log_ndtr((centres - length) / spreads)
        return np.asarray(found)

    def best_centres(self, spreads: Floats) -> Floats:
        """Return the likeliest centre for each spread: where the slope, which falls, is 0."""
        if not self._open.size:
            return np.full_like(spreads, self._mean)
        low = np.full_like(spreads, self._mean)  # what is open can only lengthen
        high = self._most + 10.0 * spreads
        for _ in range(30):
            middle = (low + high) / 2.0
            rises = self._slope(middle, spreads) > 0.0
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        return np.asarray((low + high) / 2.0, dtype=np.float64)

    def _slope(self, centres: Floats, spreads: Floats) -> Floats:
        slope = self._count * (self._mean - centres) / spreads
        for length, times in zip(self._open, self._repeats, strict=True):
            at = (centres - length) / spreads
            slope = slope + times * np.exp(-0.5 * at**2 - _HALF_LOG_TWO_PI - log_ndtr(at))
        return np.asarray(slope, dtype=np.float64)

    def most_likely(self) -> tuple[float, float]:
        """Return the centre and spread of the largest likelihood."""

        def unlikely(log_spread: float) -> float:
            spreads = np.exp(np.array([log_spread]))
            return -float(self.log_likelihood(self.best_centres(spreads), spreads)[0])

        start = np.log(self._variance) / 2.0
        found = minimize_scalar(unlikely, bounds=(start - 2.0, start + 4.0), method="bounded")
        spreads = np.exp(np.array([found.x]))
        return float(self.best_centres(spreads)[0]), float(spreads[0])

    def mean(self) -> Estimate:
        """Return the range of the distribution's mean, averaged over its spread."""
        spreads = np.exp(np.log(self.most_likely()[1]) + np.linspace(-1.6, 2.5, 121))
        # In steps of what a centre is known to for its spread; then steps are as wide as spreads.
        steps = np.linspace(-6.0, 6.0, 81)[:, None] / np.sqrt(self._count)
        centres = self.best_centres(spreads) + steps * spreads
        log_chances = self.log_likelihood(centres, spreads) + np.log(spreads)
        chances = normalised(log_chances)
        means = (centres + spreads**2 / 2.0).ravel()
        order = np.argsort(means)
        below = np.cumsum(chances.ravel()[order])
        # A few open ones for ages leave means beyond all numbers; they have no upper end anyway.
        ends = np.minimum(np.interp(QUANTILES, below, means[order]), _LARGEST)
        low, middle, high = np.exp(ends)
        # Of few outages no spread, however wide, can be ruled out: the mean has no upper end then.
        has_high = bool(chances[:, -10:].sum() < 0.01)
        return Estimate(float(low), float(middle), float(high), has_high=has_high)


def _median(ended: Floats, still_open: Floats) -> Estimate:
    if not ended.size:
        return _NOT_KNOWN
    found = ecdf(CensoredData.right_censored(*_with_flags(ended, still_open))).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what has no value is taken care of below
        ends = found.confidence_interval(0.9, method="log-log")
    times = found.quantiles

    def first_below_half(probabilities: Floats) -> float:
        # Where everything has ended the transform has no value; nobody is left, so it is 0.
        below = np.nan_to_num(probabilities, nan=0.0) <= 0.5
        return float(times[np.argmax(below)]) if below.any() else np.inf

    low, middle, high = (
        first_below_half(each.probabilities) for each in (ends.low, found, ends.high)
    )
    return Estimate(low, middle, high, bool(np.isfinite(low)), bool(np.isfinite(high)))


def _with_flags(ended: Floats, still_open: Floats) -> tuple[Floats, Flags]:
    flags = np.repeat([False, True], [ended.size, still_open.size])
    return np.concatenate([ended, still_open]), flags
