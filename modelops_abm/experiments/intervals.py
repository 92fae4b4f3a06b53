"""How sure we are: intervals of means, of skewed means, and of shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from modelops_abm.simulate.student import LEVEL, t_quantile

Floats = NDArray[np.float64]

_LARGEST_RATIO = 1e9
"""Of a deviation to a half-width, beyond which nobody would wait for the replications."""

_LARGEST_SHARES = (0.03, 0.15)
"""That one of many, or of a few, values may make of their sum, for their mean to be known."""
_ROUNDING = 1e-12

__all__ = [
    "LEVEL",
    "Estimate",
    "Share",
    "bootstrap_interval",
    "estimate",
    "share",
    "skewed_interval",
    "t_quantile",
]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications.

    Attributes
    ----------
    n
        Replications in which the outcome exists.
    mean, standard_deviation
        None if there are none, or fewer than two.
    half_width
        Of the 95 % interval of the mean, by Student's t; None for fewer than two replications.
    """

    n: int
    mean: float | None
    standard_deviation: float | None
    half_width: float | None

    @property
    def low(self) -> float | None:
        """Lower end of the interval of the mean."""
        return None if self.mean is None or self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        """Upper end of the interval of the mean."""
        return None if self.mean is None or self.half_width is None else self.mean + self.half_width

    def replications_for(self, half_width: float) -> int | None:
        """Return about how many replications give a half-width; None if that is unknown.

        Raises
        ------
        ValueError
            If the half-width is not above 0.
        """
        if not half_width > 0.0:
            raise ValueError(f"half_width must be above 0, not {half_width!r}")
        if self.standard_deviation is None:
            return None
        return _replications_for(self.standard_deviation, half_width)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the replications, with its 95 % interval (Wilson 1927).

    Attributes
    ----------
    count, n
        How many, and of how many.
    low, high
        Ends of the interval.
    """

    count: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share itself; NaN of none."""
        return self.count / self.n if self.n else math.nan


def estimate(values: Floats, level: float = LEVEL) -> Estimate:
    """Return the mean of independent values with its interval; NaN values do not exist."""
    present = values[~np.isnan(values)]
    n = len(present)
    if n == 0:
        return Estimate(0, None, None, None)
    mean = float(np.mean(present))
    if n == 1:
        return Estimate(1, mean, None, None)
    deviation = float(np.std(present, ddof=1))
    return Estimate(n, mean, deviation, t_quantile(n - 1, level) * deviation / math.sqrt(n))


def bootstrap_interval(
    values: Floats, *, seed: int = 0, resamples: int = 2000, level: float = LEVEL
) -> tuple[float, float]:
    """Return the interval of the mean of skewed values: bias-corrected and accelerated bootstrap.

    Efron 1987 (doi:10.1080/01621459.1987.10478410).

    Raises
    ------
    ValueError
        If there are fewer than two values.
    """
    present = values[~np.isnan(values)]
    if len(present) < 2:
        raise ValueError("a bootstrap needs at least two values")
    if np.ptp(present) == 0.0:
        return float(present[0]), float(present[0])
    means = _resampled_means(present, seed, resamples)
    mean = np.mean(present)
    below = np.clip(np.mean(means < mean) + 0.5 * np.mean(means == mean), 1e-6, 1.0 - 1e-6)
    bias = special.ndtri(below)
    leave_one_out = (np.sum(present) - present) / (len(present) - 1)
    away = np.mean(leave_one_out) - leave_one_out
    acceleration = np.sum(away**3) / (6.0 * np.sum(away**2) ** 1.5)
    z = bias + special.ndtri(np.array([0.5 - level / 2.0, 0.5 + level / 2.0]))
    low, high = np.quantile(means, special.ndtr(bias + z / (1.0 - acceleration * z)))
    return float(low), float(high)


def skewed_interval(values: Floats, error: float) -> tuple[float, float]:
    """Return the interval of the mean of independent values that may be skewed.

    Hall's transformation of Student's t, inverted (Willink 2005, Communications in Statistics -
    Theory and Methods 34, 753-766). No interval holds whatever the tails are, so both ends are
    infinite where the largest value makes more of the sum than `top_share_allowed`. Of lognormal
    values, from light to very heavy tails, an end that is told is then wrong about twice as often
    as it may at the worst, while ends of Student's t are wrong ten times as often.

    Parameters
    ----------
    values
        Two or more.
    error
        That one end may be wrong; the other one as often.
    """
    n, mean = len(values), float(values.mean())
    if np.ptp(values) <= _ROUNDING * abs(mean):
        return mean, mean
    top, allowed = top_share_allowed(values)
    if top > allowed:
        return -math.inf, math.inf
    centred = values - mean
    skew = float((centred**3).mean() / (centred**2).mean() ** 1.5) / (6.0 * math.sqrt(n))
    t = t_quantile(n - 1, 1.0 - 2.0 * error)
    step = float(values.std(ddof=1)) / math.sqrt(n)
    return mean - step * _unskewed(t, skew), mean - step * _unskewed(-t, skew)


def top_share_allowed(values: Floats) -> tuple[float, float]:
    """Return what the largest value makes of the sum, and how much it may for a known mean.

    Values of both signs count by their distance from the mean.
    """
    sizes = values if values.min() >= 0.0 else np.abs(values - values.mean())
    total = float(sizes.sum())
    top = float(sizes.max()) / total if total > 0.0 else 0.0
    return top, float(np.clip(0.8 / math.sqrt(len(values)), *_LARGEST_SHARES))


def _unskewed(t: float, skew: float) -> float:
    if abs(skew) < 1e-9:
        return t
    return (float(np.cbrt(1.0 + 6.0 * skew * (t - skew))) - 1.0) / (2.0 * skew)


def share(count: int, n: int, level: float = LEVEL) -> Share:
    """Return a share with its interval (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    if n == 0:
        return Share(0, 0, 0.0, 1.0)
    z = float(special.ndtri(0.5 + level / 2.0))
    centre = (count + z * z / 2.0) / (n + z * z)
    spread = z / (n + z * z) * math.sqrt(count * (n - count) / n + z * z / 4.0)
    low = 0.0 if count == 0 else centre - spread  # exactly the ends, which rounding misses
    high = 1.0 if count == n else centre + spread
    return Share(count, n, low, high)


def _replications_for(deviation: float, half_width: float) -> int:
    """Return the smallest n with t(n - 1) s / sqrt(n) <= half_width, from an estimate of s."""

    def suffices(n: int) -> bool:
        return t_quantile(n - 1) * deviation <= half_width * math.sqrt(n)

    n = 2
    while not suffices(n):
        ratio = min(t_quantile(n - 1) * deviation / half_width, _LARGEST_RATIO)
        if n >= ratio**2:
            return n
        n = min(n * 2, math.ceil(ratio**2))
    while n > 2 and suffices(n - 1):
        n -= 1
    return n


def _resampled_means(values: Floats, seed: int, resamples: int) -> Floats:
    generator = np.random.default_rng(seed)
    means = [
        np.mean(values[generator.integers(0, len(values), (50, len(values)))], axis=1)
        for _ in range(0, resamples, 50)
    ]
    return np.concatenate(means)
