"""Users: Bass diffusion without churn, in effective time.

Bass 1969 (doi:10.1287/mnsc.15.5.215). The share F of the market that has adopted obeys
dF/dt = (p + q F)(1 - F); with z = (1 - F)/(p + q F) this is dz/dt = -(p + q) z, so a step of any
length is exact. Time runs only while the model serves, weighted by its power: nobody is interested
in using a bad model.
"""

from __future__ import annotations

import math

from modelops_abm.compiled import compiled_inline
from modelops_abm.rules import DAYS_PER_YEAR


@compiled_inline
def waning(innovation_per_year: float, imitation_per_year: float, effective_days: float) -> float:
    """Return the factor by which z wanes in `effective_days`."""
    return math.exp(-(innovation_per_year + imitation_per_year) * effective_days / DAYS_PER_YEAR)


@compiled_inline
def users_after(
    users: float,
    market_size: float,
    innovation_per_year: float,
    imitation_per_year: float,
    effective_days: float,
    waning_per_day: float,
) -> float:
    """Return the users after `effective_days`; never fewer than before, never above the market.

    `waning_per_day` is the `waning` of one day, known beforehand because most days are full.
    """
    if effective_days <= 0.0 or users >= market_size:
        return users
    factor = waning_per_day
    if effective_days != 1.0:
        factor = waning(innovation_per_year, imitation_per_year, effective_days)
    share = users / market_size
    z = factor * (1.0 - share) / (innovation_per_year + imitation_per_year * share)
    share = (1.0 - innovation_per_year * z) / (1.0 + imitation_per_year * z)
    return min(market_size, max(users, market_size * share))
