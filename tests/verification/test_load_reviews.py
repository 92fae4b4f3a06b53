"""Reviews of the load: when they are, and when capacity is added, against theory (ODD 7.15).

The first review of a model that is live at the start is uniform over the interval, and demand is
constant: the number of reviews in a time, the time of the k-th step and what the capacity comes to
follow from that alone.
"""

from __future__ import annotations

import math

import pytest
from scipy import stats

from modelops_abm.core.events import LogKind
from tests.verification.checks import check_distribution, check_mean, seed_of
from tests.verification.organisations import constant, exponential, fixed_portfolio, quiet, runs

REVIEW_DAYS, HORIZON_DAYS, MODELS, REPLICATIONS = 90.0, 400, 24, 40
DEMAND, CAPACITY, TARGET, GROWTH = 400.0, 300.0, 0.8, 1.25
STEPS = math.ceil(math.log(DEMAND / (TARGET * CAPACITY)) / math.log(GROWTH))
STEP_DAYS, COST = 2.0, 0.01

LOADED = {
    **fixed_portfolio(MODELS, users=100.0, addressable_users=100.0, capacity_per_day=CAPACITY),
    "horizon_days": HORIZON_DAYS,
    "team.developers": MODELS,
    "portfolio.initial_usage_share": 1.0,
    "model.predictions_per_user_day": constant(4.0),
    "model.cost_per_prediction": constant(COST),
    "model.cost_of_wrong_prediction": constant(0.0),
    "capacity.review_days": REVIEW_DAYS,
    "capacity.target_load": TARGET,
    "capacity.cost_share": 0.2,
}


def test_reviews_are_a_renewal_process_in_equilibrium() -> None:
    """The expected number until T is T / interval exactly, as the first is uniform over it."""
    name = "reviews of the load"
    scenario = quiet({**LOADED, "efforts.capacity_step": exponential(STEP_DAYS)})
    counts, first, efforts = [], [], []
    for model in runs(scenario, seed=seed_of(name), replications=REPLICATIONS):
        counts.append(model.totals["load_reviews"] / MODELS)
        asked: dict[int, list[float]] = {number: [] for number in range(MODELS)}
        for record in model.event_log:
            if record.kind == LogKind.CAPACITY_REQUESTED:
                asked[record.model].append(record.time)
            elif record.kind == LogKind.CAPACITY_ADDED:
                efforts.append(record.time - asked[record.model][-1])
        # After a step that takes longer than an interval the next review finds it open.
        first += [times[0] for times in asked.values()]
    check_mean(f"{name}: number", counts, HORIZON_DAYS / REVIEW_DAYS)
    check_distribution(f"{name}: the first", first, stats.uniform(scale=REVIEW_DAYS).cdf)
    check_distribution(
        f"{name}: until capacity is there", efforts, stats.expon(scale=STEP_DAYS).cdf
    )


def test_capacity_grows_until_the_load_is_the_target() -> None:
    """So many steps and no more; their cost is that of a capacity that is a step function."""
    name = "capacity after reviews"
    scenario = quiet({**LOADED, "efforts.capacity_step": constant(0.0)})
    assert 0.0 < STEPS * REVIEW_DAYS < HORIZON_DAYS
    # A step falls within a day, serves from the next, and is paid for the whole of the day.
    expected = 0.0
    for step in range(STEPS + 1):
        capacity = CAPACITY * GROWTH**step
        days = REVIEW_DAYS if 0 < step < STEPS else 0.5 * REVIEW_DAYS
        if step == STEPS:
            days = HORIZON_DAYS - (STEPS - 0.5) * REVIEW_DAYS
        expected += days * COST * (0.2 * capacity + min(DEMAND, capacity))
        if step < STEPS:
            later = CAPACITY * GROWTH ** (step + 1)
            expected += 0.5 * COST * 0.2 * (later - capacity)
            expected -= 0.5 * COST * (min(DEMAND, later) - min(DEMAND, capacity))
    costs = []
    for model in runs(scenario, seed=seed_of(name), replications=REPLICATIONS):
        assert model.totals["capacity_steps"] == STEPS * MODELS
        added = [one for one in model.event_log if one.kind == LogKind.CAPACITY_ADDED]
        reached = {one.model: one.detail for one in added}
        assert [*reached.values()] == [pytest.approx(CAPACITY * GROWTH**STEPS)] * MODELS
        costs.append(model.totals["cost"] / MODELS)
    check_mean(f"{name}: cost", costs, expected)
