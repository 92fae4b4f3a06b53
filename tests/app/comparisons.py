"""Comparisons for tests: real ones that are quick, and made ones whose numbers are chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import preset, with_values
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import Plan
from modelops_abm.core import outcomes
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.finance import finance
from modelops_abm.experiments.plans import level_of
from modelops_abm.runs.results import Ensemble
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, baseline_of

QUICK = {"horizon_days": 400, "portfolio.initial_models": 6, "team.developers": 4}
WEEKS = 40


def quick_plan(**levels: float) -> Scenario:
    """Return a plan that is quick to run, with the levels given and nothing else."""
    maxima = {f"capabilities.{name}.maximum": level for name, level in levels.items()}
    return with_values(preset("reference"), {**QUICK, **maxima}, source="test")


def made_comparison(
    differences: Sequence[float],
    *,
    plan: Scenario | None = None,
    baseline_npv: float = 5e6,
    paybacks: Sequence[float] | None = None,
    course: NDArray[np.float64] | None = None,
    in_place_day: float = 0.0,
    **totals: tuple[float, float],
) -> Comparison:
    """Return a comparison of which the differences of net present value are chosen.

    Parameters
    ----------
    differences
        One for each replication.
    plan
        The plan.
    baseline_npv
        Net present value of every baseline.
    paybacks
        Days of payback.
    course
        Mean difference of net present value by week, known to ±1.
    in_place_day
        Day by which every capability has its level.
    totals
        Other totals of plan and baseline, by name.
    """
    scenario = plan or quick_plan(automation=1.0)
    gains = np.array(differences, dtype=float)
    n = len(gains)
    sides = []
    for side, own in ((0, gains), (1, np.zeros(n))):
        table = pd.DataFrame(0.0, index=range(n), columns=list(outcomes.TOTALS))
        table["discounted_net_value"] = baseline_npv + own
        for name, pair in totals.items():
            table[name] = pair[side]
        sides.append(table)
    days = np.full(n, np.inf) if paybacks is None else np.array(paybacks, dtype=float)
    bands = {} if course is None else {"npv": band(course)}
    side_bands = {name: band(np.arange(WEEKS) * 1.0) for name in bands}
    side_bands["developer_days_capability"] = band(np.zeros(WEEKS))
    for name in CAPABILITY_NAMES:
        levels = band(np.arange(WEEKS) * 0.0)
        levels["50.0%"] = level_of(scenario, name) * (levels.index >= in_place_day)
        side_bands[f"level_{name}"] = levels
    ensembles = [
        Ensemble(entry, 0, "ensemble", "test", 0, table.to_numpy(), side_bands)
        for entry, table in zip((scenario, baseline_of(scenario)), sides, strict=True)
    ]
    view = finance(scenario.horizon_days, gains, np.ones(n), np.zeros(n), days)
    return Comparison(ensembles[0], ensembles[1], view, bands)


def answer_of(comparison: Comparison, *, is_settled: bool = True, aim: int = 400) -> Answer:
    """Return the page's answer to the plan of a comparison."""
    plan = Plan("test", comparison.plan.scenario)
    return Answer(plan, comparison, aim, is_settled)


def band(mean: NDArray[np.float64], half_width: float = 1.0) -> pd.DataFrame:
    """Return bands around a mean by week: ±1 for the average, ±10 for the futures."""
    return pd.DataFrame(
        {
            "mean": mean,
            "half_width": half_width,
            "2.5%": mean - 10.0,
            "97.5%": mean + 10.0,
            "n": 100,
        },
        index=pd.Index(np.arange(1, len(mean) + 1) * 10 - 1, name="day"),
    )
