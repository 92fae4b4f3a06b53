"""Downside risk: how bad the worst futures are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import Estimate, estimate

WORST = 0.05
"""Share of the futures that counts as the worst."""


def expected_shortfall(values: NDArray[np.float64], share: float = WORST) -> Estimate:
    """Return the mean of the worst values, with its interval.

    The mean of ``q - max(q - x, 0) / share`` over all values x is the conditional value at risk if
    q is the quantile (Rockafellar and Uryasev 2000, doi:10.21314/JOR.2000.038). These terms vary
    like the estimator itself (Hong, Hu and Liu 2014, doi:10.1145/2661631), which gives the
    interval.

    Parameters
    ----------
    values
        One for each replication; the lowest are the worst.
    share
        Share of the values that are the worst, above 0 and at most 1.
    """
    if len(values) == 0:
        return Estimate(0, None, None, None)
    quantile = np.sort(values)[math.ceil(share * len(values)) - 1]
    return estimate(quantile - np.maximum(quantile - values, 0.0) / share)
