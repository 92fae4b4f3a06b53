"""Developers' work: efforts, how long they take, how far they have come."""

from __future__ import annotations

from modelops_abm.compiled import compiled


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
