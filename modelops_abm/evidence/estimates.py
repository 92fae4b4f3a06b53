"""What data say of one number, a range or in words why none: of any, of a rate, of a length.

Estimates from logs are likelihoods over a grid of what could be, flat in the scale of the grid: a
log says what it says, and what was known before is for the fit to add.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaincinv, gammaln, log_ndtr, ndtr, ndtri
from scipy.stats import CensoredData, ecdf

from modelops_abm import formats
from modelops_abm.arrays import Flags, Floats
from modelops_abm.evidence.measures import unit_said
from modelops_abm.evidence.statements import Statement
from modelops_abm.formats import number
from modelops_abm.scenario.knowledge import SpreadFamily

QUANTILES = (0.05, 0.5, 0.95)
"""The ends of a range of 90 %, and its middle."""
_AT_EDGE = 0.01
"""Chance within the last two points of a grid from which that side is open."""
_NEXT_TO_NOTHING = 0.75
"""Part of the grid that a range may cover, in the scale of the grid, to say something."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its range of 90 %, and which of its ends the data really give.

    Attributes
    ----------
    low, middle, high
        5 %, 50 % and 95 % of the chances.
    has_low, has_high
        Whether there is an end on that side: without, nothing in the data speaks against less (or
        more), as far as was looked.
    """

    low: float
    middle: float
    high: float
    has_low: bool = True
    has_high: bool = True

    @property
    def is_known(self) -> bool:
        """Whether it is a range, open on neither side."""
        return self.has_low and self.has_high

    def in_words(self, unit: str = "") -> str:
        """Return the range: 0.24 (0.18 to 0.31) a year; what is open is called that.

        >>> Estimate(0.05, 0.08, 0.2).in_words("hours")
        '4.8 (3 to 12) minutes'

        >>> Estimate(0.18, 0.24, 0.31).in_words("a year")
        '0.24 (0.18 to 0.31) a year'
        >>> Estimate(0.001, 0.01, 0.05, has_low=False).in_words("a year")
        'at most 0.05 a year, or as little as nothing'
        """
        shown = self.middle if self.is_known else self.high if self.has_high else self.low
        times, said = unit_said(shown, unit)
        after = f" {said}" if said else ""
        if self.is_known:
            ends = (_short(times * each) for each in (self.middle, self.low, self.high))
            return "{} ({} to {})".format(*ends) + after
        if self.has_high:
            return f"at most {_short(times * shown)}{after}, or as little as nothing"
        return f"at least {_short(times * shown)}{after}" if self.has_low else "not known"

    def statement(
        self, about: str, source: str, family: SpreadFamily = "lognormal"
    ) -> Statement | None:
        """Return it as a statement; None where it is open on a side."""
        if not self.is_known or not self.low < self.middle < self.high:
            return None
        return Statement(about, self.low, self.middle, self.high, family, "computed", source=source)


def _short(value: float) -> str:
    """Return a number with three digits."""
    digits = max(0, 2 - int(np.floor(np.log10(abs(value))))) if value else 0
    text = number(value, min(digits, 6))
    return text.rstrip("0").rstrip(".") if "." in text else text


def estimate(points: Floats, chances: Floats) -> Estimate:
    """Return what chances at the points of a grid say of its number.

    Parameters
    ----------
    points
        Rising, evenly spaced in the scale in which the likelihood is flat.
    chances
        At each, adding up to 1.

    Examples
    --------
    >>> points = np.geomspace(0.01, 100.0, 401)
    >>> told = estimate(points, normalised(-0.5 * (np.log(points) / 0.2) ** 2))
    >>> round(told.low, 2), round(told.middle, 2), told.is_known
    (0.72, 1.0, True)
    """
    # Chances are those of the cells around the points, so the middle of a step is half of its own.
    below = np.cumsum(chances) - chances / 2.0
    places = np.interp(QUANTILES, below, np.arange(points.size))
    low, middle, high = np.exp(np.interp(places, np.arange(points.size), np.log(points)))
    covers_all = places[2] - places[0] > _NEXT_TO_NOTHING * points.size
    has_low = bool(chances[:2].sum() < _AT_EDGE) and not covers_all
    has_high = bool(chances[-2:].sum() < _AT_EDGE) and not covers_all
    return Estimate(float(low), float(middle), float(high), has_low, has_high)


def normalised(log_likelihood: Floats) -> Floats:
    """Return chances that add up to 1 from what they are the logarithms of."""
    found = np.exp(log_likelihood - log_likelihood.max())
    return np.asarray(found / found.sum())


# --------------------------------------------------------------------------------------
# How often something happens: rates of models that are not alike, and counts by month.
#
# The events of a model in years of exposure are Poisson, and the rates of models Gamma distributed
# around their mean: counts are negative binomial (Cameron and Trivedi 2013, chapter 3). The mean is
# estimated on a grid, and how unlike models are is averaged over (marginal likelihood): few models
# say little of it, and a single one nothing.


_MONTH = timedelta(days=formats.MONTH_DAYS)
_UNLIKE = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3, 1.7)
"""Averaged over: how unlike the rates of models are, as a coefficient of variation."""
_FEWEST_MONTHS = 6
"""Months of which it can be told how unlike they are."""


def mean_rate(counts: Floats, years: Floats, at_once: float = 1.0) -> Estimate:
    """Return the mean rate of models per year, of which the counted ones are a sample.

    Parameters
    ----------
    counts, years
        Outages of each model, and its years of exposure, of which some are above 0.
    at_once
        Mean number of outages in the incident of an outage.

    Examples
    --------
    >>> alike = mean_rate(np.array([5.0, 6.0, 4.0, 5.0]), np.ones(4))
    >>> unlike = mean_rate(np.array([0.0, 1.0, 17.0, 2.0]), np.ones(4))
    >>> alike.high < unlike.high, mean_rate(np.array([0.0]), np.ones(1)).has_low
    (True, False)
    """
    # What was not watched at all says nothing, and has no logarithm.
    counts, years = counts[years > 0.0], years[years > 0.0]
    events, exposure = counts / at_once, years / at_once
    middle = (events.sum() + 0.5) / exposure.sum()
    # As far as counts so few, of models so few, leave open at most.
    reach = 8.0 * np.sqrt(1.0 / (events.sum() + 0.5) + _UNLIKE[-1] ** 2 / counts.size)
    points = middle * np.exp(np.linspace(-1.0, 1.0, 601) * min(reach, 7.0))
    expected = points[:, None] * exposure
    chances = [_of_counts(events, expected, unlike).sum(axis=1) for unlike in _UNLIKE]
    found = estimate(points, normalised(np.logaddexp.reduce(chances, axis=0)))
    return found if events.any() else replace(found, has_low=False)


def _of_counts(events: Floats, expected: Floats, unlike: float) -> Floats:
    """Return the log-likelihood of counts: Poisson, or negative binomial if models are unlike."""
    if unlike == 0.0:
        return np.asarray(events * np.log(expected) - expected - gammaln(events + 1.0))
    shape = unlike**-2
    return np.asarray(
        gammaln(events + shape)
        - gammaln(shape)
        - gammaln(events + 1.0)
        - shape * np.log1p(expected / shape)
        + events * np.log(expected / (shape + expected))
    )


def rate_by_month(moments: Sequence[datetime], since: datetime, until: datetime) -> Estimate:
    """Return how many outages begin in a month, all services together.

    Parameters
    ----------
    moments
        When they began.
    since, until
        Between which they were counted.
    """
    months = (until - since) / _MONTH
    if months <= 0.0:
        return Estimate(np.nan, np.nan, np.nan, has_low=False, has_high=False)
    places = np.array([(moment - since) / _MONTH for moment in moments])
    whole = int(months)
    counts = np.histogram(places, np.arange(whole + 1.0))[0] if whole else np.zeros(0)
    # Incidents come in bunches, and more in some months: as much more variance as the months show.
    spread = 1.0
    if whole >= _FEWEST_MONTHS and counts.mean() > 0.0:
        spread = max(1.0, float(counts.var(ddof=1) / counts.mean()))
    if not len(places):
        return Estimate(0.0, 0.0, float(gammaincinv(0.5, 0.9)) / months, has_low=False)
    events = len(places) / spread
    low, middle, high = gammaincinv(events, np.array(QUANTILES)) / (months / spread)
    return Estimate(float(low), float(middle), float(high))


# --------------------------------------------------------------------------------------
# How long something lasts, of which some has not ended yet.
#
# What is open is censored: it lasts longer than it has so far. The median is that of Kaplan and
# Meier. The mean is that of a lognormal distribution, fitted by maximum likelihood; its range
# averages the likelihood over the spread, flat in the logarithms of median and spread. Without
# censoring that is the generalised interval of Krishnamoorthy and Mathew (2003,
# doi:10.1016/S0378-3758(02)00153-2).


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
