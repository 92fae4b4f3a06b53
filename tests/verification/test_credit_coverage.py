"""How often what the credit says is true, over repeated experiments.

Each block of replications is an experiment of its own; all of them together give the truth, up to
an error that is small beside that of a block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from modelops_abm.experiments import Credit, PairedDifference, credit
from modelops_abm.experiments.statistics import rank
from modelops_abm.scenario import Scenario, with_values
from tests.verification.checks import ALPHA, check_share, seed_of

type Measure = Callable[[Credit], PairedDifference]

BLOCK = 40
BLOCKS = 200
PLAN = with_values(
    Scenario(),
    {
        "horizon_days": 200,
        "portfolio.initial_models": 12,
        "portfolio.initial_ideas": 4,
        "capabilities.automation.maximum": 0.5,
        "capabilities.rollback.maximum": 1.0,
        "capabilities.autoscaling.maximum": 0.5,
    },
    source="verification",
)
OUTCOMES = ("npv", "availability")


@pytest.fixture(scope="module")
def long_run() -> Credit:
    """Return the credit over all blocks."""
    return credit(PLAN, BLOCK * BLOCKS, seed=seed_of("coverage of credit"), outcomes=OUTCOMES)


def blocks(long_run: Credit) -> list[Credit]:
    """Return the credit of each block by itself."""
    return [
        replace(
            long_run,
            worths={
                name: worths[:, start : start + BLOCK] for name, worths in long_run.worths.items()
            },
        )
        for start in range(0, BLOCK * BLOCKS, BLOCK)
    ]


@pytest.mark.slow(8)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_intervals_of_shares_and_synergies_hold_the_truth(long_run: Credit, outcome: str) -> None:
    """95 % of the intervals do, within the error of so many."""
    parts = blocks(long_run)
    measures: dict[str, Measure] = {
        f"the share of {name}": lambda credit, name=name: credit.share(name, outcome)
        for name in long_run.capabilities
    }
    measures["a synergy"] = lambda credit: credit.synergy("automation", "rollback", outcome)
    for words, measure in measures.items():
        truth = measure(long_run).estimate.mean
        found = [measure(part).estimate for part in parts]
        held = sum(each.low <= truth <= each.high for each in found)
        check_share(f"coverage of {words}, {outcome}", held, BLOCKS, 0.95)


@pytest.mark.slow(8)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_best_capability_is_among_those_that_may_be(long_run: Credit, outcome: str) -> None:
    best = long_run.ranking(outcome).order[0]
    parts = blocks(long_run)
    held = sum(best in part.ranking(outcome).may_be_best for part in parts)
    assert_at_least(held, BLOCKS, 0.95)
    assert long_run.ranking(outcome).is_decided


def assert_at_least(happened: int, trials: int, probability: float) -> None:
    """Check that something happens at least so often, one-sided."""
    found = stats.binomtest(happened, trials, probability, alternative="less")
    assert found.pvalue > ALPHA, f"{happened} of {trials}, less often than {probability:g}"


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_the_best_of_equals_is_kept_as_often_as_stated(correlation: float) -> None:
    """The worst case: all means equal, so that any of five others may beat the best."""
    generator = np.random.default_rng(seed_of(f"ranking with correlation {correlation}"))
    trials, kept = 2000, 0
    for _ in range(trials):
        shared, own = generator.normal(size=12), generator.normal(size=(5, 12))
        samples = np.sqrt(correlation) * shared + np.sqrt(1.0 - correlation) * own
        kept += 0 in rank(range(5), samples).may_be_best
    assert_at_least(kept, trials, 0.95)


def test_of_two_equals_the_best_is_kept_exactly_as_often_as_stated() -> None:
    """With one other there is one test, which errs on this side half as often as on both."""
    generator = np.random.default_rng(seed_of("ranking of two"))
    trials = 4000
    kept = sum(
        0 in rank(range(2), generator.normal(size=(2, 12))).may_be_best for _ in range(trials)
    )
    check_share("best of two kept", kept, trials, 0.975)


def test_a_clear_best_is_found() -> None:
    """One standard deviation ahead in each of 40 pairs is 4.5 standard errors of the mean."""
    generator = np.random.default_rng(seed_of("a clear best"))
    ahead = np.array([[1.0], [0.0], [0.0], [0.0], [0.0]])
    alone = sum(
        rank(range(5), generator.normal(size=(5, 40)) + ahead).may_be_best == (0,)
        for _ in range(500)
    )
    assert alone > 400
