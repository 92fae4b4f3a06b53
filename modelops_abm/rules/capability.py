"""Capabilities that developers' work fills, what they cost, and how long any work takes."""

from __future__ import annotations

from modelops_abm.compiled import compiled, compiled_inline
from modelops_abm.rules import DAYS_PER_YEAR

ROUNDING = 1e-12


@compiled_inline
def full_level(fixed: float, per_model: float, models: float) -> float:
    """Return what a full level takes of anything: a fixed part, and a part for each model."""
    return fixed + per_model * models


@compiled_inline
def level_after(level: float, maximum: float, delivered_days: float, full_days: float) -> float:
    """Return the level after a day: up by the work delivered, never above the maximum or down.

    Parameters
    ----------
    level, maximum
        Before the day; the level of investment to reach.
    delivered_days, full_days
        Developer-days put in today, and those that a full level takes.
    """
    if level >= maximum:
        return level
    raised = level + delivered_days / full_days
    # A maximum that only rounding misses is reached: otherwise a package would be worked on for
    # nothing.
    return raised if raised < maximum - ROUNDING else maximum


@compiled_inline
def capital_spent(rise: float, full_cost: float) -> float:
    """Return the capital spent as a level rises."""
    return rise * full_cost


@compiled_inline
def upkeep_per_day(level: float, full_upkeep_per_year: float) -> float:
    """Return a day's upkeep of a level, of what a full level takes at the size of the day."""
    return level * full_upkeep_per_year / DAYS_PER_YEAR


@compiled_inline
def effective_capacity(capacity: float, extra: float, autoscaling: float) -> float:
    """Return the predictions per day that a model can serve at a level of autoscaling."""
    return capacity * (1.0 + extra * autoscaling)


@compiled
def reduced_effort(effort_days: float, saving: float, level: float) -> float:
    """Return the developer-days of a task when a capability saves a share at full level."""
    return effort_days * (1.0 - saving * level)


@compiled
def speed(focus: float, productivity: float) -> float:
    """Return the developer-days of work that a developer does in a calendar day."""
    return focus * productivity


@compiled
def finish_time(now: float, left_days: float, speed_per_day: float) -> float:
    """Return when work that begins now is finished."""
    return now + left_days / speed_per_day


@compiled
def effort_left(left_days: float, worked_days: float, speed_per_day: float) -> float:
    """Return the developer-days left after some calendar days of work; never below 0."""
    return max(0.0, left_days - worked_days * speed_per_day)
