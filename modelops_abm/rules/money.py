"""Money of the portfolio: payroll, net value, discounting."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled import compiled
from modelops_abm.rules import DAYS_PER_YEAR


@compiled
def payroll_of(developer_days: float, per_year: float) -> float:
    """Return the payroll of so many calendar days of developers; a day's is that of the team.

    A year's payroll is spread over all its days, so what the team does, idle time included, adds up
    to the payroll.
    """
    return developer_days * per_year / DAYS_PER_YEAR


@compiled
def net_value(value: float, cost: float, payroll: float, capital: float, upkeep: float) -> float:
    """Return a day's net value of the portfolio."""
    return value - cost - payroll - capital - upkeep


@compiled
def discount_factor(rate_per_year: float, day: int) -> float:
    """Return the present value of 1 earned on a day, booked at its end."""
    return math.pow(1.0 + rate_per_year, -(day + 1.0) / DAYS_PER_YEAR)


@compiled
def fill_with_factors(rate_per_year: float, factors: NDArray[np.float64]) -> None:
    """Write the discount factors of the days from the first on."""
    for day in range(len(factors)):
        factors[day] = discount_factor(rate_per_year, day)
