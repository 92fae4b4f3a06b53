"""Users: Bass diffusion without churn, in effective time.

Bass 1969 (doi:10.1287/mnsc.15.5.215). The share F of the market that has adopted obeys
dF/dt = (p + q F)(1 - F); with z = (1 - F)/(p + q F) this is dz/dt = -(p + q) z, so a step of any
length is exact. Time runs only while the model serves, weighted by its power: nobody is interested
in using a bad model.
"""

from __future__ import annotations

from modelops_abm.compiled import compiled_inline
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.fading import faded


@compiled_inline
def waning(innovation_per_year: float, imitation_per_year: float) -> float:
    """Return the rate per day of effective time at which z wanes."""
    return (innovation_per_year + imitation_per_year) / DAYS_PER_YEAR


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

    It is the exact step, solved for the users who are new: no small difference of large numbers,
    and a single division.

    Parameters
    ----------
    waning_per_day
        The `waning` of these coefficients.
    """
    if users >= market_size:
        return users
    left = market_size - users
    reached = faded(waning_per_day * effective_days) * left
    pull = innovation_per_year * market_size + imitation_per_year * users
    new = reached * pull / (pull + imitation_per_year * (left - reached))
    return min(market_size, users + new)
