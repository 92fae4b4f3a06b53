"""Predictive power: decay, drift, restoration, and the power of the previous version.

Power is relative to the first day: P = b (1 - loss), where b decays and loss comes from drift.
"""

from __future__ import annotations

import math

from modelops_abm.compiled import compiled_inline
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.fading import faded, remaining


@compiled_inline
def decay_per_day(yearly_loss: float) -> float:
    """Return the rate of decay for a share of power lost in a year, 0 to below 1."""
    return -math.log1p(-yearly_loss) / DAYS_PER_YEAR


@compiled_inline
def base_power(restored: float, decay: float, elapsed_days: float) -> float:
    """Return b, the power without drift, some days after it was `restored`."""
    return restored * remaining(decay * elapsed_days)


@compiled_inline
def drift_loss(severity: float, growth_days: float, elapsed_days: float) -> float:
    """Return the share of power lost to a drift that set in `elapsed_days` ago."""
    return severity * faded(elapsed_days / growth_days)


@compiled_inline
def restored_power(base: float, restored_share: float) -> float:
    """Return b after a retraining or drift fix, which restores a share of what b has lost."""
    return base + restored_share * (1.0 - base)


@compiled_inline
def power(base: float, loss: float) -> float:
    """Return P, the power of the current version."""
    return base * (1.0 - loss)


@compiled_inline
def previous_power(base: float, loss: float, ratio: float, drift_share: float) -> float:
    """Return the power of the previous version while it serves.

    Parameters
    ----------
    base, loss
        Of the current version.
    ratio
        Power of the previous version relative to the current one's without drift.
    drift_share
        Share of the drift's loss that the previous version suffers as well.
    """
    return ratio * base * (1.0 - drift_share * loss)


@compiled_inline
def days_until_below(restored: float, decay: float, threshold: float) -> float:
    """Return the days until b is below a threshold; 0 if it is already, infinite if never."""
    if restored < threshold:
        return 0.0
    return math.log(restored / threshold) / decay if decay > 0.0 else math.inf
