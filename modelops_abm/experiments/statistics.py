"""How sure we are: intervals, paired differences, rankings, and when to stop.

First intervals of means, of skewed means and of shares. Then two scenarios: as they share their
random numbers, it is the difference in each replication that is a sample, and it varies far less
than either of them. Then several alternatives: not which is the best, but which may be. Last, when
to look at a growing number of replications, as stopping at a favourable moment spoils an interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise, takewhile
from typing import Literal

import numpy as np
from scipy import special

from modelops_abm.arrays import Floats
from modelops_abm.representation import Represented, in_short
from modelops_abm.runs.quantiles import LEVEL, t_quantile

_LARGEST_RATIO = 1e9
"""Of a deviation to a half-width, beyond which nobody would wait for the replications."""

_LARGEST_SHARES = (0.03, 0.15)
"""That one of many, or of a few, values may make of their sum, for their mean to be known."""
ROUNDING = 1e-12
"""Of amounts: a difference of them that is smaller is rounding."""


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

    def to_json(self) -> dict[str, float]:
        """Return share and interval as plain data."""
        return {"share": self.share, "low": self.low, "high": self.high}


def estimate(values: Floats, level: float = LEVEL) -> Estimate:
    """Return the mean of independent values with its interval; NaN values do not exist.

    Parameters
    ----------
    values
        One for each replication.
    level
        Confidence of the interval, between 0 and 1.

    Examples
    --------
    >>> known = estimate(np.array([1.0, 2.0, 3.0, np.nan]))
    >>> known.n, known.mean, round(known.low, 2), round(known.high, 2)
    (3, 2.0, -0.48, 4.48)
    """
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
    # Without any spread the acceleration below would be 0 / 0.
    if np.ptp(present) == 0.0:
        return float(present[0]), float(present[0])
    means = _resampled_means(present, seed, resamples)
    mean = np.mean(present)
    # Ties count half, as means of few or of whole numbers often are equal; at 0 or 1 the normal
    # quantile would be infinite.
    below = np.clip(np.mean(means < mean) + 0.5 * np.mean(means == mean), 1e-6, 1.0 - 1e-6)
    bias = special.ndtri(below)
    # The acceleration is the skewness of what each value does to the mean.
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
    # The skewness of rounding errors means nothing.
    if np.ptp(values) <= ROUNDING * abs(mean):
        return mean, mean
    top, allowed = top_share_allowed(values)
    if top > allowed:
        return -math.inf, math.inf
    centred = values - mean
    skew = float((centred**3).mean() / (centred**2).mean() ** 1.5) / (6.0 * math.sqrt(n))
    t = t_quantile(n - 1, 1.0 - 2.0 * error)
    step = float(values.std(ddof=1)) / math.sqrt(n)
    # The transformation is inverted, so that the upper quantile gives the lower end.
    return mean - step * _unskewed(t, skew), mean - step * _unskewed(-t, skew)


def without_rounding(differences: Floats, of: Floats) -> Floats:
    """Return differences of amounts, with 0 for those that are nothing but rounding.

    Parameters
    ----------
    differences
        Any number of them.
    of
        How large the amounts are, for all or for each.

    Examples
    --------
    >>> without_rounding(np.array([0.1 + 0.2 - 0.3, 0.1]), np.array(0.3)).tolist()
    [0.0, 0.1]
    """
    return np.where(np.abs(differences) <= ROUNDING * of, 0.0, differences)


def moved_with(values: Floats, control: Floats, better: float) -> Floats:
    """Return values moved by what is known better of a control: the regression estimator.

    Each row is moved by as much as it goes along with the control over the replications of both.
    Then means of rows are better known, as that of the control is; the row of the control has its
    better mean, and rows that added up to it still do (Lavenberg and Welch 1981, Management Science
    27, doi:10.1287/mnsc.27.3.322). Every row is moved as a whole: its spread stays, and with it an
    interval that is as wide as without the control, or wider than it need be.

    Parameters
    ----------
    values
        Rows x replications.
    control
        The control in these replications.
    better
        Its mean over more of them.

    Examples
    --------
    >>> moved_with(np.array([[0.0, 2.0], [0.0, 0.0], [0.0, 2.0]]), np.array([0.0, 2.0]), 1.5)
    array([[0.5, 2.5],
           [0. , 0. ],
           [0.5, 2.5]])
    """
    # Along rounding errors nothing goes, and a slope on them may be anything.
    if np.ptp(control) <= ROUNDING * float(np.abs(control).max()):
        return values
    centred = control - control.mean()
    slopes = values @ centred / float(centred @ centred)
    return np.asarray(values + slopes[:, np.newaxis] * (better - control.mean()))


def top_share_allowed(values: Floats) -> tuple[float, float]:
    """Return what the largest value makes of the sum, and how much it may for a known mean.

    Values of both signs count by their distance from the mean.
    """
    sizes = values if values.min() >= 0.0 else np.abs(values - values.mean())
    total = float(sizes.sum())
    top = float(sizes.max()) / total if total > 0.0 else 0.0
    return top, float(np.clip(0.8 / math.sqrt(len(values)), *_LARGEST_SHARES))


def _unskewed(t: float, skew: float) -> float:
    # The limit without skewness, where the formula is 0 / 0. Below, `cbrt` has a real root of a
    # negative number, which `** (1 / 3)` has not.
    if abs(skew) < 1e-9:
        return t
    return (float(np.cbrt(1.0 + 6.0 * skew * (t - skew))) - 1.0) / (2.0 * skew)


def share(count: int, n: int, level: float = LEVEL) -> Share:
    """Return a share with its interval (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    Parameters
    ----------
    count, n
        How many, and of how many; of none the interval is from 0 to 1.
    level
        Confidence of the interval, between 0 and 1.

    Examples
    --------
    >>> known = share(0, 400)
    >>> known.low, round(known.high, 3)
    (0.0, 0.01)
    """
    if n == 0:
        return Share(0, 0, 0.0, 1.0)
    # Not the normal interval, whose width is 0 at 0 of n: that nothing was seen in 400 futures does
    # not say that it never happens.
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

    # The quantile of t depends on n, so there is no closed form. Go up from below, never beyond
    # what the present quantile asks for, and then down to the smallest that suffices.
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


# --------------------------------------------------------------------------------------
# Differences between two scenarios, replication by replication.


type Verdict = Literal["earns", "loses", "cannot tell yet"]

FUTURES = (0.025, 0.975)
"""Between these lie 95 of 100 futures."""


@dataclass(frozen=True, repr=False)
class PairedDifference(Represented):
    """An outcome of one scenario less that of another.

    Attributes
    ----------
    values
        A difference for each replication; NaN where the outcome does not exist in both.
    """

    values: Floats

    def _facts(self) -> dict[str, str]:
        return {"n": in_short(self.estimate.n), "mean": in_short(self.estimate)}

    @cached_property
    def estimate(self) -> Estimate:
        """Mean difference with its interval, over the replications in which it exists."""
        return estimate(self.values)

    @cached_property
    def bootstrap(self) -> tuple[float, float] | None:
        """Interval of the mean by bootstrap, for skewed outcomes; None for fewer than two.

        Bias-corrected and accelerated (Efron 1987, doi:10.1080/01621459.1987.10478410).
        """
        return bootstrap_interval(self.values) if len(self._present) > 1 else None

    @cached_property
    def futures(self) -> tuple[float, float] | None:
        """Range of 95 of 100 futures: what may happen, not how well the mean is known."""
        if not len(self._present):
            return None
        low, high = np.quantile(self._present, FUTURES)
        return float(low), float(high)

    @property
    def higher(self) -> Share:
        """Share of the replications in which the first scenario has the higher outcome."""
        return share(int(np.sum(self._present > 0.0)), len(self._present))

    @property
    def verdict(self) -> Verdict:
        """Whether a higher outcome earns, loses, or cannot be told from none yet."""
        low, high = self.estimate.low, self.estimate.high
        if low is None or high is None or low <= 0.0 <= high:
            return "cannot tell yet"
        return "earns" if low > 0.0 else "loses"

    @property
    def _present(self) -> Floats:
        return self.values[~np.isnan(self.values)]


# --------------------------------------------------------------------------------------
# Which of several alternatives is the best, and which may still be.


@dataclass(frozen=True, slots=True)
class Ranking[Alternative]:
    """Alternatives in the order of their means.

    Attributes
    ----------
    order
        Highest mean first; equal means as they were given.
    may_be_best
        Those that cannot be told from the best, in the same order: with 95 % confidence the
        alternative whose true mean is highest is among them. By paired t tests, each with an equal
        part of the error (Nelson and Matejcik 1995, doi:10.1287/mnsc.41.12.1935).
    """

    order: tuple[Alternative, ...]
    may_be_best: tuple[Alternative, ...]

    @property
    def is_decided(self) -> bool:
        """Whether the first can be told from all others."""
        return len(self.may_be_best) == 1


def rank[Alternative](
    alternatives: Sequence[Alternative], samples: Floats, level: float = LEVEL
) -> Ranking[Alternative]:
    """Rank alternatives that were tried in the same replications; the highest mean is the best.

    An alternative is out if another beats it in a paired t test. It is two-sided, so that of two
    alternatives one is out just when the interval of their difference leaves out zero. The true
    best is out only if one of the others wrongly beats it, so each test takes an equal part of the
    permitted error (Bonferroni), which asks nothing of how they share their random numbers (Nelson
    and Matejcik 1995, doi:10.1287/mnsc.41.12.1935). The goal is that of subset selection (Gupta
    1965, Technometrics 7, 225-245). Each look holds by itself; over many looks the error adds up.

    Parameters
    ----------
    alternatives
        What is ranked.
    samples
        Alternatives x replications. A replication in which one of them is NaN is left out.
    level
        Confidence that the best one is among `Ranking.may_be_best`.
    """
    # Means over different replications must not be compared: one that lacks the bad years would
    # win.
    paired = samples[:, ~np.isnan(samples).any(axis=0)]
    if paired.shape[1] == 0:
        return Ranking(tuple(alternatives), tuple(alternatives))
    # Stable, so that of equals the first given comes first whatever the method of sorting.
    order = np.argsort(-paired.mean(axis=1), kind="stable")
    kept = [index for index in order if not _is_beaten(paired, index, level)]
    return Ranking(
        tuple(alternatives[index] for index in order),
        tuple(alternatives[index] for index in kept),
    )


def _is_beaten(paired: Floats, index: int, level: float) -> bool:
    """Tell whether an alternative loses the test against one of the others."""
    others, n = len(paired) - 1, paired.shape[1]
    if others == 0 or n < 2:
        return False
    each = 1.0 - (1.0 - level) / others
    # By replication, so that the chance that they share cancels.
    behind = np.delete(paired, index, axis=0) - paired[index]
    allowed = t_quantile(n - 1, each) * behind.std(axis=1, ddof=1) / math.sqrt(n)
    return bool(np.any(behind.mean(axis=1) > allowed))


# --------------------------------------------------------------------------------------
# When to look at a growing number of replications, and when to stop.
#
# Stopping as soon as an interval is narrow prefers samples that happen to vary little, and their
# intervals hold the truth less often than they say. With few values this costs a point of the 95
# % or more; so nothing stops before `FEWEST`, and looks are few. `tests/verification` has the
# coverage, and docs/decisions/0015 what was measured.


LOOKS = (16, 48, 100, 200, 400)
"""Replications after which there is something to see."""
FEWEST = 100
"""Replications before which no comparison stops."""


def looks_up_to(replications: int) -> tuple[int, ...]:
    """Return `LOOKS` and then doublings, as far as below a number of replications, and that."""
    doublings = takewhile(replications.__gt__, (LOOKS[-1] * 2**times for times in count(1)))
    return (*(look for look in LOOKS if look < replications), *doublings, replications)


def checked_looks(looks: Sequence[int]) -> tuple[int, ...]:
    """Return looks that are whole numbers, 1 or more, each greater than the one before.

    Raises
    ------
    ValueError
        If they are not.
    """
    whole = all(isinstance(look, int) for look in looks)
    if not (whole and looks) or any(look >= later for look, later in pairwise((0, *looks))):
        raise ValueError(f"looks must be whole numbers that grow from 1 on, not {looks}")
    return tuple(looks)


def is_known(differences: Floats, half_width: float) -> bool:
    """Return whether a mean is known as well as wanted, by enough values to trust that."""
    reached = estimate(differences).half_width
    return len(differences) >= FEWEST and reached is not None and reached <= half_width
