"""What a plan and its baseline must share to be drawn together."""

from __future__ import annotations

from modelops_abm.runs.results import Run


def check_pair(plan: Run, baseline: Run) -> None:
    """Raise a ValueError unless both runs are of the same length."""
    days = plan.scenario.horizon_days, baseline.scenario.horizon_days
    if days[0] != days[1]:
        raise ValueError(
            f"plan and baseline must be of the same length, not {days[0]:,} and {days[1]:,} days"
        )


def luck_of(plan: Run, baseline: Run) -> str:
    """Return whether both runs met the same luck, in a sentence."""
    if (plan.seed, plan.replication) == (baseline.seed, baseline.replication):
        return "One future, the same luck for both."
    return "One future each, with different luck."
