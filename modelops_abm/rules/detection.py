"""How long drift and decay stay unnoticed."""

from __future__ import annotations

import math

from modelops_abm.compiled import compiled
from modelops_abm.randomness import draw_key
from modelops_abm.rules.sampling import unit_exponential


@compiled
def mean_delay_days(without_days: float, with_days: float, monitoring: float) -> float:
    """Return the mean delay at a level of monitoring: geometric between none and full."""
    return math.pow(without_days, 1.0 - monitoring) * math.pow(with_days, monitoring)


@compiled
def delay_days(mean_days: float, entity: int, decision_point: int, occurrence: int) -> float:
    """Return the exponential delay until the n-th drift or decay of a model is noticed."""
    return mean_days * unit_exponential(draw_key(entity, decision_point, occurrence))
