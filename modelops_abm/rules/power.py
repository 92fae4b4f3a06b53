"""Exponential fading, and predictive power, which is made of it.

Fading comes first: what is left of something that fades at a constant rate, and what is gone. A
model's day needs three of these. They are written out instead of taken from the mathematical
library because a loop without calls can be compiled to vector instructions. The error is about a
unit in the last place, as with the library, and the same on every machine.

Power is relative to the first day: P = b (1 - loss), where b decays and loss comes from drift.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from modelops_abm.compiled import compiled_inline
from modelops_abm.rules import DAYS_PER_YEAR

LARGEST_EXTENT = 708.0
"""What has faded further than this is taken to be this far: the share left is 3e-308."""
_PER_HALVING = 0.6931471805599453  # ln 2, and the two parts that it is split into
_LEADING_PART = 0.6931471803691238
_TRAILING_PART = 1.9082149292705877e-10
_ROUNDING = 6755399441055744.0  # 1.5 * 2^52: added to a number, it leaves no room for a fraction
_ROUNDING_BITS = 0x4338000000000000
_EXPONENT_OF_ONE = 1023
_MANTISSA_BITS = 52


class _Faded(NamedTuple):
    """A number of halvings, as the share that they leave, and what is left of that less 1."""

    halved: float
    change: float


@compiled_inline
def faded(extent: float) -> float:
    """Return 1 - exp(-extent), the share that is gone.

    Parameters
    ----------
    extent
        Rate times time, or time by time constant; 0 or more.
    """
    left = _faded(extent)
    # Not 1 less what remains: of a small extent all digits would be lost in that difference.
    return (1.0 - left.halved) - left.halved * left.change


@compiled_inline
def remaining(extent: float) -> float:
    """Return exp(-extent), the share that is left; see `faded`."""
    left = _faded(extent)
    return left.halved + left.halved * left.change


@compiled_inline
def _faded(extent: float) -> _Faded:
    """Split into whole halvings and at most half a halving more or less (Cody & Waite 1980).

    The rest is a series: x + x^2 / 2! + ... + x^13 / 13!, odd and even powers apart.
    """
    extent = min(extent, LARGEST_EXTENT)
    shifted = extent * (1.0 / _PER_HALVING) + _ROUNDING
    halvings = shifted - _ROUNDING
    # ln 2 in two parts: the product with the leading one is exact, so the difference of two nearly
    # equal numbers has all its digits.
    x = (halvings * _LEADING_PART - extent) + halvings * _TRAILING_PART
    # 2 to the power of -halvings, made of its bits: the whole number is in the last of `shifted`.
    exponent = _EXPONENT_OF_ONE + _ROUNDING_BITS - np.float64(shifted).view(np.int64)
    halved = np.int64(exponent << _MANTISSA_BITS).view(np.float64)
    # Odd and even powers are two chains that do not wait for each other. In another order of
    # operations the result has other bits.
    y = x * x
    odd = 1 / 5_040 + y * (1 / 362_880 + y * (1 / 39_916_800 + y * (1 / 6_227_020_800)))
    odd = 1.0 + y * (1 / 6 + y * (1 / 120 + y * odd))
    even = 1 / 720 + y * (1 / 40_320 + y * (1 / 3_628_800 + y * (1 / 479_001_600)))
    even = 1 / 2 + y * (1 / 24 + y * even)
    return _Faded(halved, x * (odd + x * even))


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
