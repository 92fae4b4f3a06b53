"""What the checks of this folder found, kept so that it can be recorded and shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from modelops_abm.app.understand.verification import Finding, MeasuredEffect

SHOWN = 0.05
"""The findings are shown with 95 % intervals; what the checks permit is wider, see `checks`."""


findings: list[Finding] = []
effects: list[MeasuredEffect] = []


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
    effects.append(MeasuredEffect(capability, measure, base, mean, width, len(differences)))
