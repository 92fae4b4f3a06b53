"""Users: Bass diffusion without churn, in effective time.

Bass 1969 (doi:10.1287/mnsc.15.5.215). The share F of the market that has adopted obeys
dF/dt = (p + q F)(1 - F); with z = (1 - F)/(p + q F) this is dz/dt = -(p + q) z, so a step of any
length is exact. Time runs only while the model serves, weighted by its power: nobody is interested
in using a bad model.
"""

from __future__ import annotations

import math

from modelops_abm.compiled import compiled
from modelops_abm.rules import DAYS_PER_YEAR


@compiled
def users_after(
    users: float,
    market_size: float,
    innovation_per_year: float,
    imitation_per_year: float,
    effective_days: float,
) -> float:
    """Return the users after `effective_days`; never fewer than before, never above the market."""
    if effective_days <= 0.0 or users >= market_size:
        return users
    share = users / market_size
    rate_per_year = innovation_per_year + imitation_per_year
    z = (1.0 - share) / (innovation_per_year + imitation_per_year * share)
    z *= math.exp(-rate_per_year * effective_days / DAYS_PER_YEAR)
    share = (1.0 - innovation_per_year * z) / (1.0 + imitation_per_year * z)
    return min(market_size, max(users, market_size * share))
