"""Builds that fail: a binomial number of them, at every level of automation.

Of ODD 7.7: a finished build goes on with probability p + (1 - p) x gain x level.
"""

from __future__ import annotations

import pytest

from modelops_abm.core.events import LogKind
from tests.verification.checks import check_mean, check_share, seed_of
from tests.verification.organisations import constant, exponential, quiet, run, runs

SIX_OF_TEN = {"portfolio.success_share": 0.6, "capabilities.automation.handover_gain": 0.3}


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_builds_that_fail_are_binomial(level: float) -> None:
    name = f"failed builds, automation {level:g}"
    scenario = quiet(
        {
            **SIX_OF_TEN,
            "portfolio.initial_ideas": 1_500,
            "portfolio.initial_builds": 500,
            "team.developers": 1_500,
            "capabilities.automation.start_level": level,
            "model.build_effort_days": exponential(5.0),
            "model.deployment_effort_days": constant(1.0),
            "horizon_days": 120,
        }
    )
    model = run(scenario, seed=seed_of(name))
    failed = sum(record.kind == LogKind.BUILD_FAILED for record in model.event_log)
    done = sum(record.kind == LogKind.BUILD_DONE for record in model.event_log)
    assert failed + done == 1_500
    check_share(name, failed, failed + done, 0.4 * (1.0 - 0.3 * level))


def test_days_spent_on_failed_builds() -> None:
    """A share 0.4 of all the work on builds: whether a build fails says nothing on its effort."""
    name = "days of failed builds"
    scenario = quiet(
        {
            **SIX_OF_TEN,
            "portfolio.initial_ideas": 200,
            "team.developers": 200,
            "model.build_effort_days": exponential(5.0),
            "team.focus": 0.5,
            "horizon_days": 250,
        }
    )
    days = [
        model.totals["failed_build_days"] / 200.0
        for model in runs(scenario, seed=seed_of(name), replications=30)
    ]
    check_mean(name, days, 0.4 * 10.0)
