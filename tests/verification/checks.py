"""Statistical checks that a correct simulator fails less than once in 1,000 runs of the folder.

Every check has a seed that follows from its name, so that nobody can pick one, and different
experiments do not see the same random numbers. `MOST_CHECKS` bounds how many there are, and each
takes its share of the permitted false alarms (Bonferroni). What each finds is kept in `findings`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from modelops_abm.app.understand.verification import Finding
from modelops_abm.core.randomness import index_of_identifier
from tests.verification.findings import SHOWN, findings, half_width_of, of_mean

FALSE_ALARMS = 1e-3
MOST_CHECKS = 300
ALPHA = FALSE_ALARMS / MOST_CHECKS
NORMAL = float(stats.norm.isf(ALPHA / 2))
"""Two-sided quantile of the standard normal distribution for one check."""
SHOWN_NORMAL = float(stats.norm.isf(SHOWN / 2))

_made: list[str] = []


def seed_of(name: str) -> int:
    """Return the seed of the check or checks of this name."""
    return index_of_identifier(f"verification: {name}")


def _count(name: str) -> None:
    _made.append(name)
    assert len(_made) <= MOST_CHECKS, "more checks than the bound on false alarms allows for"


def _note(
    name: str, kind: str, theory: float, found: float, half_width: float, p_value: float, n: int
) -> None:
    findings.append(Finding(name, kind, theory, found, half_width, p_value, n))


def half_width(samples: Sequence[float], alpha: float = ALPHA) -> float:
    """Return half the width of the t interval of a mean."""
    return half_width_of(samples, alpha)


def check_mean(name: str, samples: Sequence[float], theory: float, bias: float = 0.0) -> None:
    """Check the mean of independent samples against theory by a t interval.

    Parameters
    ----------
    bias
        A bound on the systematic error that the theory itself leaves, if any.
    """
    _count(name)
    mean, shown, p_value = of_mean(samples, theory)
    allowed = half_width(samples) + bias
    _note(name, "mean", theory, mean, shown, p_value, len(samples))
    assert math.isfinite(mean), f"{name}: no mean"
    assert abs(mean - theory) <= allowed, f"{name}: {mean:.6g}, not {theory:.6g} +- {allowed:.3g}"


def check_positive(name: str, differences: Sequence[float]) -> None:
    """Check that a mean is significantly above 0, one-sided."""
    _count(name)
    mean, shown, p_value = of_mean(differences, 0.0)
    width = half_width(differences, 2 * ALPHA)
    _note(name, "sign", 0.0, mean, shown, p_value, len(differences))
    assert mean > width, f"{name}: {mean:.6g} +- {width:.3g} is not above 0"


def check_martingale(name: str, count: float, compensator: float) -> None:
    """Check a number of events against their accumulated rate; the variance is the mean."""
    _count(name)
    assert compensator > 100.0, f"{name}: only {compensator:.3g} events expected"
    spread = math.sqrt(compensator)
    error = (count - compensator) / spread
    p_value = 2.0 * float(stats.norm.sf(abs(error)))
    _note(name, "count", compensator, count, SHOWN_NORMAL * spread, p_value, round(count))
    assert abs(error) <= NORMAL, f"{name}: {count:g}, not {compensator:.6g} ({error:.1f} sd)"


def check_share(name: str, happened: int, trials: int, probability: float) -> None:
    """Check a share against its probability by the exact binomial test."""
    _count(name)
    found = stats.binomtest(happened, trials, probability)
    shown = SHOWN_NORMAL * math.sqrt(probability * (1.0 - probability) / trials)
    share = happened / trials
    _note(name, "share", probability, share, shown, float(found.pvalue), trials)
    assert found.pvalue > ALPHA, f"{name}: {happened} of {trials}, not {probability:.4g}"


def check_distribution(
    name: str, samples: ArrayLike, cdf: Callable[[ArrayLike], ArrayLike]
) -> None:
    """Check the distribution of independent samples by Kolmogorov and Smirnov."""
    _count(name)
    values = np.asarray(samples)
    found = stats.kstest(values, cdf)
    shown = float(stats.kstwo.isf(SHOWN, len(values)))
    distance, p_value = float(found.statistic), float(found.pvalue)
    _note(name, "distribution", 0.0, distance, shown, p_value, len(values))
    assert found.pvalue > ALPHA, f"{name}: Kolmogorov-Smirnov {found.statistic:.4g}"


def check_dispersion(name: str, counts: Sequence[int], mean: float) -> None:
    """Check that counts are Poisson with this mean: neither too regular nor too bunched."""
    _count(name)
    statistic = sum((count - mean) ** 2 / mean for count in counts)
    law = stats.chi2(len(counts))
    tail = min(float(law.cdf(statistic)), float(law.sf(statistic)))
    shown = SHOWN_NORMAL * math.sqrt(2.0 / len(counts))
    found = statistic / len(counts)
    _note(name, "dispersion", 1.0, found, shown, 2.0 * tail, len(counts))
    assert tail > ALPHA / 2, f"{name}: dispersion {statistic / len(counts):.3g}, not 1"


def check_equal(name: str, found: ArrayLike, theory: ArrayLike, permitted: float) -> None:
    """Check that numbers are those of an exact theory, up to a relative error.

    Parameters
    ----------
    permitted
        The relative error that rounding, or the theory, leaves.
    """
    values, expected = np.broadcast_arrays(np.asarray(found, float), np.asarray(theory, float))
    scale = np.where(expected == 0.0, 1.0, np.abs(expected))
    largest = float(np.max(np.abs(values - expected) / scale))
    _note(name, "exact", 0.0, largest, permitted, 1.0, values.size)
    assert largest <= permitted, f"{name}: a relative error of {largest:.3g}, not {permitted:.3g}"
