"""Statistical checks that a correct simulator fails less than once in 1,000 runs of the folder.

Every check has a seed that follows from its name, so that nobody can pick one, and different
experiments do not see the same luck. `MOST_CHECKS` bounds how many there are, and each takes its
share of the permitted false alarms (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from modelops_abm.randomness import index_of_identifier

FALSE_ALARMS = 1e-3
MOST_CHECKS = 200
ALPHA = FALSE_ALARMS / MOST_CHECKS
NORMAL = float(stats.norm.isf(ALPHA / 2))
"""Two-sided quantile of the standard normal distribution for one check."""

_made: list[str] = []


def seed_of(name: str) -> int:
    """Return the seed of the check or checks of this name."""
    return index_of_identifier(f"verification: {name}")


def _count(name: str) -> None:
    _made.append(name)
    assert len(_made) <= MOST_CHECKS, "more checks than the bound on false alarms allows for"


def half_width(samples: Sequence[float], alpha: float = ALPHA) -> float:
    """Return half the width of the t interval of a mean."""
    size = len(samples)
    spread = float(np.std(samples, ddof=1))
    return float(stats.t.isf(alpha / 2, size - 1)) * spread / math.sqrt(size)


def check_mean(name: str, samples: Sequence[float], theory: float, bias: float = 0.0) -> None:
    """Check the mean of independent samples against theory by a t interval.

    Parameters
    ----------
    bias
        A bound on the systematic error that the theory itself leaves, if any.
    """
    _count(name)
    mean, allowed = float(np.mean(samples)), half_width(samples) + bias
    assert math.isfinite(mean), f"{name}: no mean"
    assert abs(mean - theory) <= allowed, f"{name}: {mean:.6g}, not {theory:.6g} +- {allowed:.3g}"


def check_positive(name: str, differences: Sequence[float]) -> None:
    """Check that a mean is significantly above 0, one-sided."""
    _count(name)
    mean, width = float(np.mean(differences)), half_width(differences, 2 * ALPHA)
    assert mean > width, f"{name}: {mean:.6g} +- {width:.3g} is not above 0"


def check_martingale(name: str, count: float, compensator: float) -> None:
    """Check a number of events against their accumulated rate; the variance is the mean."""
    _count(name)
    assert compensator > 100.0, f"{name}: only {compensator:.3g} events expected"
    error = (count - compensator) / math.sqrt(compensator)
    assert abs(error) <= NORMAL, f"{name}: {count:g}, not {compensator:.6g} ({error:.1f} sd)"


def check_share(name: str, happened: int, trials: int, probability: float) -> None:
    """Check a share against its probability by the exact binomial test."""
    _count(name)
    found = stats.binomtest(happened, trials, probability)
    assert found.pvalue > ALPHA, f"{name}: {happened} of {trials}, not {probability:.4g}"


def check_distribution(
    name: str, samples: ArrayLike, cdf: Callable[[ArrayLike], ArrayLike]
) -> None:
    """Check the distribution of independent samples by Kolmogorov and Smirnov."""
    _count(name)
    found = stats.kstest(np.asarray(samples), cdf)
    assert found.pvalue > ALPHA, f"{name}: Kolmogorov-Smirnov {found.statistic:.4g}"


def check_dispersion(name: str, counts: Sequence[int], mean: float) -> None:
    """Check that counts are Poisson with this mean: neither too regular nor too bunched."""
    _count(name)
    statistic = sum((count - mean) ** 2 / mean for count in counts)
    law = stats.chi2(len(counts))
    tail = min(float(law.cdf(statistic)), float(law.sf(statistic)))
    assert tail > ALPHA / 2, f"{name}: dispersion {statistic / len(counts):.3g}, not 1"
