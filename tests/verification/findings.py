"""What the checks of this folder found, kept so that it can be recorded and shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

SHOWN = 0.05
"""The findings are shown with 95 % intervals; what the checks permit is wider, see `checks`."""


class Finding(NamedTuple):
    """What a check found.

    Attributes
    ----------
    check
        Its name.
    kind
        What was compared: ``mean``, ``count``, ``share``, ``distribution`` (the largest distance
        between two distribution functions), ``dispersion`` (variance by mean), ``exact`` (the
        largest relative error), ``sign`` (a mean that theory only says to be above 0).
    theory
        What theory says.
    found
        What the simulator gave.
    half_width
        Half the 95 % interval of a correct simulator's findings around theory, or of the mean
        around what was found; of ``exact`` the error that is permitted.
    p_value
        How often a correct simulator is at least so far away; 1 for what is exact.
    n
        Independent samples.
    """

    check: str
    kind: str
    theory: float
    found: float
    half_width: float
    p_value: float
    n: int


class Effect(NamedTuple):
    """What a capability changed in paired runs: the mean difference, its 95 % half-width.

    Attributes
    ----------
    capability, measure
        What changed what.
    without
        The mean without the capability.
    change, half_width
        The mean difference that it makes, and half its 95 % interval.
    n
        Pairs.
    """

    capability: str
    measure: str
    without: float
    change: float
    half_width: float
    n: int


findings: list[Finding] = []
effects: list[Effect] = []


def half_width_of(samples: Sequence[float], alpha: float) -> float:
    """Return half the width of the t interval of a mean."""
    size = len(samples)
    spread = float(np.std(samples, ddof=1))
    return float(stats.t.isf(alpha / 2, size - 1)) * spread / math.sqrt(size)


def of_mean(samples: Sequence[float], theory: float) -> tuple[float, float, float]:
    """Return mean, 95 % half-width and two-sided p value of a t test against theory."""
    mean, width = float(np.mean(samples)), half_width_of(samples, SHOWN)
    error = width / float(stats.t.isf(SHOWN / 2, len(samples) - 1))
    distance = abs(mean - theory)
    p_value = 2.0 * float(stats.t.sf(distance / error, len(samples) - 1)) if error else 1.0
    return mean, width, p_value


def note_effect(
    capability: str, measure: str, with_it: Sequence[float], without: Sequence[float]
) -> None:
    """Note what a capability changed in pairs of runs."""
    differences = [one - other for one, other in zip(with_it, without, strict=True)]
    mean, width = float(np.mean(differences)), half_width_of(differences, SHOWN)
    base = float(np.mean(without))
    effects.append(Effect(capability, measure, base, mean, width, len(differences)))
