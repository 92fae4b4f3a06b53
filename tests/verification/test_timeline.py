"""Values that change on a day: arrivals under a piecewise rate, ledgers under a changing team.

Of ODD 6. With unit exponentials as exposure, arrivals of every piece are Poisson at its rate.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core.events import LogKind
from modelops_abm.core.outcomes import DEVELOPER_FLOWS
from tests.verification.checks import (
    check_dispersion,
    check_distribution,
    check_equal,
    check_mean,
    seed_of,
)
from tests.verification.organisations import (
    constant,
    exponential,
    fixed_portfolio,
    quiet,
    run,
)

PIECES = ((0, 0.1), (30, 0.6), (75, 0.0), (90, 0.25))
"""First day of each piece, and ideas per day."""
HORIZON = 150


def ideas(seed: int, replications: int) -> list[list[float]]:
    scenario = quiet(
        {
            "horizon_days": HORIZON,
            "portfolio.ideas_per_year": PIECES[0][1] * 365,
            "changes": [
                {"day": day, "portfolio.ideas_per_year": rate * 365} for day, rate in PIECES[1:]
            ],
        }
    )
    # By the engine that takes a millisecond; the other gives the same to the bit.
    logs = (run_in_full(scenario, seed, number).log for number in range(replications))
    return [log["time"][log["kind"] == LogKind.IDEA_ARRIVED].tolist() for log in logs]


@pytest.mark.parametrize("piece", range(len(PIECES)))
def test_arrivals_under_a_piecewise_rate_are_poisson_in_each_piece(piece: int) -> None:
    name = f"ideas in piece {piece + 1}"
    ends = [*(day for day, _ in PIECES), HORIZON]
    first, last, rate = ends[piece], ends[piece + 1], PIECES[piece][1]
    arrived = ideas(seed_of(name), replications=200)
    counts = [sum(first <= time < last for time in times) for times in arrived]
    if rate == 0.0:
        check_equal(name, counts, 0.0, 0.0)
        return
    mean = rate * (last - first)
    check_mean(f"{name}, mean", counts, mean)
    check_dispersion(f"{name}, dispersion", counts, mean)


def test_arrivals_of_a_piece_are_uniform_over_it_across_changes() -> None:
    """The integral of the rate, between arrivals on both sides of changes, is exponential."""
    name = "exposure between ideas"
    days, rates = np.array(PIECES).T
    gathered = np.concatenate(([0.0], np.cumsum(np.diff(days) * rates[:-1])))

    def exposure(time: float) -> float:
        piece = int(np.searchsorted(days, time, side="right")) - 1
        return float(gathered[piece] + (time - days[piece]) * rates[piece])

    # The first ten of each run: which are seen does not depend on how long they took.
    gaps = [
        later - earlier
        for times in ideas(seed_of(name), replications=60)
        for earlier, later in pairwise([0.0, *map(exposure, times[:10])])
        if len(times) >= 10
    ]
    assert len(gaps) == 600
    check_distribution(name, gaps, stats.expon.cdf)


def test_ledgers_under_a_changing_team() -> None:
    """Every day's developer-days are the developers who are there, whatever they do."""
    days, sizes = (0, 20, 35, 36, 70), (6, 2, 9, 0, 4)
    name = "ledgers under a changing team"
    scenario = quiet(
        {
            **fixed_portfolio(12, retraining_interval_days=7.0),
            "horizon_days": 100,
            "team.developers": sizes[0],
            "efforts.retraining": exponential(3.0),
            "changes": [
                {"day": day, "team.developers": size}
                for day, size in zip(days[1:], sizes[1:], strict=True)
            ],
        }
    )
    model = run(scenario, seed=seed_of(name))
    daily = model.datacollector.get_model_vars_dataframe()
    there = np.repeat(sizes, np.diff([*days, 100]))
    spent = daily[[flow.name for flow in DEVELOPER_FLOWS]].sum(axis=1)
    check_equal(f"{name}, days", spent, there, 1e-12)
    check_equal(f"{name}, payroll", daily["payroll"], there * 190_000 / 365, 1e-12)
    ledgers = sum(sum(developer.ledger_days) for developer in model.developers)
    check_equal(f"{name}, sum", ledgers, there.sum(), 1e-12)


def test_a_capability_in_stages_reaches_its_levels_when_the_work_says() -> None:
    """Of 40 days of work for a full level two developers at focus 0.5 do one a day."""
    name = "a capability in stages"
    scenario = quiet(
        {
            "horizon_days": 200,
            "team.developers": 2,
            "team.focus": 0.5,
            "team.productivity": constant(1.0),
            "capabilities.lineage.effort_days": 40.0,
            "capabilities.lineage.streams": 2,
            "capabilities.lineage.maximum": 0.25,
            "changes": [
                {"day": 30, "capabilities.lineage.maximum": 0.5},
                {"day": 60, "capabilities.lineage.maximum": 1.0, "team.focus": 1.0},
            ],
        }
    )
    model = run(scenario, seed=seed_of(name))
    reached = [each.time for each in model.event_log if each.kind == LogKind.CAPABILITY_REACHED]
    check_equal(name, reached, [10.0, 40.0, 70.0], 1e-12)
