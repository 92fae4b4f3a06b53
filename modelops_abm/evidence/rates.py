"""How often something happens: rates of models that are not alike, and counts by month.

The events of a model in years of exposure are Poisson, and the rates of models Gamma distributed
around their mean: counts are negative binomial (Cameron and Trivedi 2013, chapter 3). The mean is
estimated on a grid, and how unlike models are is averaged over (marginal likelihood): few models
say little of it, and a single one nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from scipy.special import gammaincinv, gammaln

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.evidence.estimates import QUANTILES, Estimate, estimate, normalised

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
