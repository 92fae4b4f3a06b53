"""Organisations that crowd the calendar and the queues with what no longer holds, or is alike.

The ensemble engine leaves the day's cancelled events and superseded queue entries where they are
and drops them when room runs out; here it does. The Mesa engine has no such limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelops_abm.scenario import Scenario, with_values
from tests.docking.clockwork import PUNCTUAL, Case, constant, live, punctual

SPREAD = {"family": "lognormal", "mean": 1.0, "cv": 0.7}


def many_cancelled_events(replication: int) -> Case:
    """Let models fail 27 times a day, each time for less than a previous version needs."""
    values = {
        "horizon_days": 6,
        "team.developers": 20,
        "incidents.pipeline_per_year": 10_000.0,
        "efforts.pipeline_repair": {"family": "exponential", "mean": 0.001},
        "capabilities.rollback.start_level": 1.0,
        "capabilities.rollback.pipeline_coverage": 1.0,
        "capabilities.rollback.switch_days": 0.5,
    }
    return Case(punctual(values, list(live("model", 60))), replication, 0)


def many_postponed_events(replication: int) -> Case:
    """Let every retraining, which decay asks for twice a day, put off the next by weeks."""
    values = {
        "horizon_days": 60,
        "retraining.interval_days": 20.0,
        "retraining.restored_share": 0.0,
        "drift.decay_alert_power": 0.9,
        "capabilities.monitoring.delay_without_days": 0.3,
        "efforts.retraining": {"family": "exponential", "mean": 0.2},
        "team.developers": 6,
    }
    rows = [*live("decays", 6, yearly_power_loss=0.99), *live("lasts", 3)]
    return Case(punctual(values, rows), replication, 0)


def many_superseded_requests(replication: int) -> Case:
    """Let requests wait while their models fail and heal again and again, until automation ends it.

    Whatever the queue has lost by then stays lost.
    """
    values = {
        "horizon_days": 80,
        "team.developers": 2,
        "team.priority_order": ["capability", "repair", "retrain", "respond", "deploy", "build"],
        "efforts.retraining": constant(4.0),
        "efforts.pipeline_repair": constant(0.01),
        "incidents.pipeline_per_year": 1_500.0,
        **_capability("automation", 1),
        "capabilities.automation.start_level": 0.5,
        "capabilities.automation.start_day": 25.0,
        "capabilities.automation.effort_days": 10.0,
        "capabilities.automation.pipeline_reduction": 1.0,
        "capabilities.automation.self_healing_days": 0.01,
    }
    rows = [
        {**row, "retraining_interval_days": 1.0 + (7 * place + 3 * replication) % 40}
        for place, row in enumerate(live("model", 40))
    ]
    return Case(punctual(values, rows), replication, 0)


def many_packages(replication: int) -> Case:
    """Let developers of unlike speed do many packages, until everybody is needed elsewhere."""
    values: dict[str, Any] = {
        "horizon_days": 60,
        "team.developers": 12,
        "team.productivity": SPREAD,
        "incidents.pipeline_per_year": 4.0,
        "efforts.pipeline_repair": constant(2.0),
        "efforts.retraining": constant(1.0),
        "retraining.interval_days": 20.0,
        "capabilities.package_days": 0.25,
    }
    for name in ("monitoring", "rollback", "lineage", "autoscaling"):
        values |= _capability(name, 3)
    return Case(punctual(values, list(live("model", 14))), replication, 0)


def interrupted_streams(replication: int) -> Case:
    """Let the streams of one capability, submitted at once, be interrupted and wait together."""
    values = {
        "horizon_days": 60,
        "team.developers": 3,
        "team.productivity": SPREAD,
        "incidents.pipeline_per_year": 40.0,
        "efforts.pipeline_repair": {"family": "exponential", "mean": 1.5},
        "capabilities.package_days": 60.0,
        **_capability("lineage", 3),
    }
    return Case(punctual(values, list(live("model", 6))), replication, 0)


def many_failing_sources(replication: int) -> Case:
    """Let the sources of a few models each fail again and again, and wait for few developers."""
    values = {
        "horizon_days": 20,
        "team.developers": 3,
        "incidents.shared_sources": 90,
        "incidents.shared_per_year": 400.0,
        "efforts.shared_repair": {"family": "exponential", "mean": 0.02},
        "incidents.pipeline_per_year": 300.0,
        "efforts.pipeline_repair": {"family": "exponential", "mean": 0.02},
        "retraining.interval_days": 2.0,
        "efforts.retraining": {"family": "exponential", "mean": 0.1},
    }
    return Case(punctual(values, list(live("model", 30))), replication, 0)


def many_steps(replication: int) -> Case:
    """Let every model wait for a retraining and a step of capacity again and again."""
    values = {
        "horizon_days": 40,
        "team.developers": 2,
        "capacity.review_days": 1.0,
        "capacity.target_load": 0.05,
        "incidents.capacity_growth": 0.001,
        "efforts.capacity_step": {"family": "exponential", "mean": 0.02},
        "retraining.interval_days": 2.0,
        "efforts.retraining": {"family": "exponential", "mean": 0.1},
        "incidents.pipeline_per_year": 300.0,
        "efforts.pipeline_repair": {"family": "exponential", "mean": 0.02},
    }
    return Case(punctual(values, list(live("model", 30, users=400.0))), replication, 0)


def alike(replication: int) -> Case:
    """Let all models and ideas be alike, some of the ideas in build already."""
    values: Mapping[str, Any] = {
        **PUNCTUAL,
        "horizon_days": 25,
        "portfolio.initial_models": 3,
        "portfolio.initial_ideas": 7,
        "portfolio.initial_builds": 3,
        "portfolio.ideas_per_year": 60.0,
        "portfolio.backlog_order": ("value_per_effort", "first_in_first_out")[replication % 2],
        "team.developers": 2,
        "retraining.interval_days": 10.0,
    }
    return Case(with_values(Scenario(), values, source="docking"), replication, 0)


def _capability(name: str, streams: int) -> dict[str, Any]:
    values = {"maximum": 1.0, "streams": streams, "effort_days": 1e4}
    return {f"capabilities.{name}.{part}": value for part, value in values.items()}
