"""Exponential fading: what is left of something that fades at a constant rate, and what is gone.

Nearly every use is a day, or some weeks, of something that takes months, so the argument is small.
There a series gives the accuracy of the mathematical library without a call into it, of which a
model's day would need three.
"""

from __future__ import annotations

import math

from modelops_abm.compiled import compiled_inline

SHORT = 1.0 / 6.0
"""Up to here the series is as good as the library: what it leaves out is below 6e-18 of it."""


@compiled_inline
def faded(extent: float) -> float:
    """Return 1 - exp(-extent), the share that is gone.

    Parameters
    ----------
    extent
        Rate times time, or time by time constant; 0 or more.
    """
    return faded_shortly(extent) if extent <= SHORT else -math.expm1(-extent)


@compiled_inline
def remaining(extent: float) -> float:
    """Return exp(-extent), the share that is left; see `faded`."""
    return 1.0 - faded_shortly(extent) if extent <= SHORT else math.exp(-extent)


@compiled_inline
def faded_shortly(x: float) -> float:
    """Return `faded` of an extent up to `SHORT`.

    It is x - x^2 / 2! + x^3 / 3! - ... + x^11 / 11!, with odd and even powers summed apart.
    """
    y = x * x
    odd = 1 / 5_040 + y * (1 / 362_880 + y * (1 / 39_916_800))
    odd = 1.0 + y * (1 / 6 + y * (1 / 120 + y * odd))
    even = 1 / 2 + y * (1 / 24 + y * (1 / 720 + y * (1 / 40_320 + y * (1 / 3_628_800))))
    return x * (odd - x * even)
