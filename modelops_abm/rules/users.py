"""Users and what they ask for: diffusion first, then use per user.

Users spread by diffusion without churn, in effective time: Bass 1969
(doi:10.1287/mnsc.15.5.215). The share F of the market that has adopted obeys
dF/dt = (p + q F)(1 - F); with z = (1 - F)/(p + q F) this is dz/dt = -(p + q) z, so a step of any
length is exact. Time runs only while the model serves, weighted by its power: nobody is interested
in using a bad model. Use per user grows while a model is good and there, and falls otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

from modelops_abm.compiled import compiled, compiled_inline
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.power import faded


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
    waned = faded(waning_per_day * effective_days)
    return users_when_waned(users, market_size, innovation_per_year, imitation_per_year, waned)


@compiled_inline
def users_when_waned(
    users: float,
    market_size: float,
    innovation_per_year: float,
    imitation_per_year: float,
    waned: float,
) -> float:
    """Return the users when a share of z has `waned`; see `users_after`."""
    # Also for a market of nobody, where the division below would be 0 by 0.
    if users >= market_size:
        return users
    left = market_size - users
    reached = waned * left
    pull = innovation_per_year * market_size + imitation_per_year * users
    new = reached * pull / (pull + imitation_per_year * (left - reached))
    return min(market_size, users + new)


class Response(NamedTuple):
    """How users respond to a level: -1 at level 0, 0 at the neutral level, 1 at level 1.

    `slope_below` and `slope_above` are those on either side of the neutral level.
    """

    neutral: float
    slope_below: float
    slope_above: float


class UsageConstants(NamedTuple):
    """How use answers to quality and availability; see `usage_constants`."""

    quality: Response
    presence: Response
    growth_per_day: float
    decline_per_day: float
    availability_memory_days: float


@compiled
def usage_constants(
    neutral_power: float,
    neutral_availability: float,
    growth_days: float,
    decline_days: float,
    availability_memory_days: float,
) -> UsageConstants:
    """Return how use answers to quality and availability, from `UsageParameters`.

    What each model's day would divide by is turned into a factor once.
    """
    return UsageConstants(
        Response(neutral_power, 1.0 / neutral_power, 1.0 / (1.0 - neutral_power)),
        Response(
            neutral_availability, 1.0 / neutral_availability, 1.0 / (1.0 - neutral_availability)
        ),
        1.0 / growth_days,
        1.0 / decline_days,
        availability_memory_days,
    )


@compiled_inline
def response(level: float, shape: Response) -> float:
    """Return the response to a level, -1 to 1."""
    slope = shape.slope_above if level > shape.neutral else shape.slope_below
    return (level - shape.neutral) * slope


@compiled_inline
def remembered_availability(
    memory: float, served: float, in_production: float, memory_days: float
) -> float:
    """Return the availability that users remember after a day.

    Parameters
    ----------
    memory, memory_days
        Before the day, 0 to 1; time constant with which users forget.
    served, in_production
        Shares of the day served and in production.
    """
    # Also for one that was in production for no time today, without a division 0 by 0.
    availability = 1.0 if served >= in_production else served / in_production
    return memory + (availability - memory) * faded(in_production / memory_days)


@compiled_inline
def usage_after(
    usage: float,
    full_usage: float,
    quality: float,
    presence: float,
    in_production: float,
    constants: UsageConstants,
) -> float:
    """Return the predictions per user and day after a day.

    Parameters
    ----------
    usage, full_usage
        Before the day; what a satisfied user asks for.
    quality, presence
        Responses to power and availability, -1 to 1.
    in_production
        Share of the day in production.
    """
    if quality > 0.0 and presence > 0.0:
        growth = quality * presence * constants.growth_per_day
        return usage + growth * (full_usage - usage) * in_production
    decline = (max(0.0, -quality) + max(0.0, -presence)) * constants.decline_per_day
    # An explicit step: with short time constants it would fall below 0.
    return max(0.0, usage - decline * usage * in_production)
