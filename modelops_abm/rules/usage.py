"""Use per user: it grows while a model is good and there, and falls otherwise."""

from __future__ import annotations

import math
from typing import NamedTuple

from modelops_abm.compiled import compiled_inline


class UsageConstants(NamedTuple):
    """How use answers to quality and availability; the fields of `UsageParameters`.

    `forgotten_per_day` is the `forgotten` of one day, known beforehand because most are full.
    """

    neutral_power: float
    neutral_availability: float
    growth_days: float
    decline_days: float
    availability_memory_days: float
    forgotten_per_day: float


@compiled_inline
def response(level: float, neutral: float) -> float:
    """Return the response to a level: -1 at level 0, 0 at the neutral level, 1 at level 1."""
    if level > neutral:
        return (level - neutral) / (1.0 - neutral)
    return (level - neutral) / neutral


@compiled_inline
def forgotten(days: float, memory_days: float) -> float:
    """Return the share of what users remember that they forget in some days."""
    return -math.expm1(-days / memory_days)


@compiled_inline
def remembered_availability(
    memory: float, served: float, in_production: float, constants: UsageConstants
) -> float:
    """Return the availability that users remember after a day.

    Parameters
    ----------
    memory
        Before the day, 0 to 1.
    served, in_production
        Shares of the day served and in production.
    """
    if in_production <= 0.0:
        return memory
    availability = min(1.0, served / in_production)
    share = constants.forgotten_per_day
    if in_production != 1.0:
        share = forgotten(in_production, constants.availability_memory_days)
    return memory + (availability - memory) * share


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
        growth = quality * presence / constants.growth_days
        return usage + growth * (full_usage - usage) * in_production
    decline = (max(0.0, -quality) + max(0.0, -presence)) / constants.decline_days
    return max(0.0, usage - decline * usage * in_production)
