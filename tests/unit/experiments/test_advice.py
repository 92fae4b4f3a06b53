"""What to buy with a budget: told by hand-made futures, and by the simulator."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelops_abm.core import outcomes
from modelops_abm.evidence.settling import advised
from modelops_abm.experiments import (
    Advice,
    advise,
    compare,
    draws_needed,
    joint_draws,
    with_road_map,
)
from modelops_abm.experiments.advice import UNKIND
from modelops_abm.experiments.optimisation_results import Confirmed
from modelops_abm.experiments.running import outcome_of, totals_of
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.scenario import Scenario, baseline_of, with_values
from tests.unit.experiments.plans import small

REPLICATIONS = 40
FEW: dict[str, Any] = {
    "levels": (1.0,),
    "starts": (0.0,),
    "trials": 32,
    "replications": REPLICATIONS,
    "finalists": 2,
    "seed": 2,
}
CAPITAL = 1_000.0
COSTS = {
    f"capabilities.{name}.{cost}": 0.0
    for name in outcomes.CAPABILITIES
    for cost in ("capital_per_model", "upkeep_per_year", "upkeep_per_model_year")
}
DEAR = {
    f"capabilities.{name}.capital_cost": 900.0 if name == "rollback" else 1e6
    for name in outcomes.CAPABILITIES
}
PLAN = small(
    {**COSTS, **DEAR, "horizon_days": 300, "team.focus": 0.8, "usage.abandonment_share": 0.0}
)
TABLE = pd.DataFrame(
    {
        "model.value_per_prediction": [0.0] + [0.5 + place / 40.0 for place in range(19)],
        "team.focus": np.linspace(0.5, 0.9, 20)[np.random.default_rng(0).permutation(20)],
    }
)


@pytest.fixture(scope="module")
def advice() -> Advice:
    """Advice where a capability is cheap, all others are dear, and models may be worth nothing."""
    draws = joint_draws(PLAN, TABLE, draws_needed(REPLICATIONS), seed=2)
    return advise(PLAN, CAPITAL, draws=draws, **FEW)


def with_gains(advice: Advice, gains: np.ndarray, **draws: np.ndarray) -> Advice:
    """Return the advice as if its futures had been others."""
    measured = replace(advice.measured, gains=gains)
    confirmed = replace(advice.found.confirmed, recommended=measured)
    ones, zeros = np.ones(len(gains)), np.zeros(len(gains))
    values = dict.fromkeys(advice.values, (ones, zeros))
    found = replace(advice.found, confirmed=confirmed)
    return replace(advice, found=found, values=values, draws=draws)


def test_it_buys_what_the_budget_allows(advice: Advice) -> None:
    assert [step.capability for step in advice.road_map.steps] == ["rollback"]
    assert advice.measured.total_capital.mean == pytest.approx(900.0)
    assert advice.over_budget == 0.0
    said = advice.sentence()
    assert said.startswith("Buy full rollback (month 1")
    assert "It takes $900 of capital on average." in said


def test_it_says_as_the_search_does_how_sure_it_is(advice: Advice) -> None:
    found = advice.found
    near, search = found.others_in_words, replace(found.search, tried=20, best_came=20)
    search = replace(search, unseen_neighbours=2, neighbours=9)
    decisions = replace(found.decisions, levels=(0.2, 0.4, 0.6, 0.8, 1.0))
    assert decisions.size > search.tried
    unsettled = replace(advice, found=replace(found, search=search, decisions=decisions))
    line = unsettled.sentence().splitlines()[2]
    assert line.startswith(near)
    assert near
    assert "it came upon its best in the last quarter of the 20 that it tried and 2 of 9" in line
    assert line.split(near, 1)[1].strip() in unsettled.found.sentence()


def test_all_that_is_told_is_of_the_same_futures(advice: Advice) -> None:
    draws = joint_draws(PLAN, TABLE, draws_needed(REPLICATIONS), seed=2)
    scenarios = [with_road_map(PLAN, advice.road_map), baseline_of(PLAN)]
    totals = totals_of(scenarios, REPLICATIONS, seed=2, draws=draws)
    npv = outcome_of("npv", totals)
    assert np.array_equal(advice.worth.values, npv[0] - npv[1])
    for name in ("npv", "availability", "drift_days_undetected"):
        values = outcome_of(name, totals)
        assert np.array_equal(advice.difference(name).values, values[0] - values[1])
    assert advice.worth is advice.found.measured(advice.road_map).worth
    told = advice.table()
    assert np.array_equal(told["worth"], advice.worth.values)
    drawn = draws.part(0, REPLICATIONS).columns["team.focus"]
    assert np.array_equal(told["team.focus"], drawn)


def test_what_does_not_earn_at_the_values_as_set_is_told(advice: Advice) -> None:
    scenarios = [with_road_map(PLAN, advice.road_map), baseline_of(PLAN)]
    npv = outcome_of("npv", totals_of(scenarios, REPLICATIONS, seed=2))
    assert advice.as_set is not None
    assert np.array_equal(advice.as_set.values, npv[0] - npv[1])
    noise = np.resize([1.0, -1.0], 100)
    for gains, words in (
        (100.0 + noise, ""),
        (noise - 100.0, " At the values as set it loses $100.00."),
        (5.0 * noise, " At the values as set it cannot be told if it earns: −1.00 to +1.00."),
    ):
        told = replace(advice, as_set=PairedDifference(gains)).told["What it is worth"]
        assert words in told
        assert ("At the values as set" in told) == bool(words)


def test_both_returns_are_those_of_the_finance_view(advice: Advice) -> None:
    """Of a comparison in other futures: the same quantities, not the same luck."""
    (on_paid, _), (on_whole, _) = advice.returns
    assert on_paid == pytest.approx(advice.worth.estimate.mean / paid(advice, time=False))
    assert on_whole == pytest.approx(advice.worth.estimate.mean / paid(advice, time=True))
    assert on_whole < on_paid
    view = compare(with_road_map(PLAN, advice.road_map), 20).finance
    assert view.investment.mean == pytest.approx(paid(advice, time=False), rel=0.1)


def paid(advice: Advice, *, time: bool) -> float:
    names = ["discounted_investment", *(["discounted_capability_time"] if time else [])]
    return sum(float(np.mean(advice.difference(name).values)) for name in names)


def test_the_worst_tenth_and_what_sets_it_apart(advice: Advice) -> None:
    """A hundred futures: the ten that lose are those with a low focus, and nothing else differs."""
    gains = np.where(np.arange(100) < 10, -np.arange(100.0) - 1.0, 50.0)
    focus = np.where(np.arange(100) < 10, 0.2, 0.6) + np.arange(100) * 1e-4
    other = np.random.default_rng(1).permutation(100).astype(float)
    found = with_gains(advice, gains, **{"team.focus": focus, "drift.severity": other})
    assert UNKIND == 0.1
    assert found.unkind.mean == pytest.approx(-5.5)
    apart = {each.name: each for each in found.apart}
    assert set(apart) == {"team.focus"}
    assert apart["team.focus"].lower == 1.0
    assert apart["team.focus"].there == pytest.approx(0.20045)
    assert "in the worst tenth of the futures, it loses $5.5" in found.sentence()
    assert (
        "These organisations typically have time for hands-on work of 0.2 instead of 0.605."
        in found.sentence()
    )


def test_what_nothing_sets_apart_is_said(advice: Advice) -> None:
    generator = np.random.default_rng(4)
    found = with_gains(advice, generator.normal(size=200), **{"team.focus": generator.random(200)})
    assert found.apart == ()
    assert "No single assumption sets these apart" in found.sentence()


def test_what_gets_worse_is_told_only_if_it_surely_does(advice: Advice) -> None:
    noise = np.random.default_rng(3).normal(size=REPLICATIONS)
    values = {
        **advice.values,
        "drift_days_undetected": (noise + 30.0, noise * 0.5),
        "outages": (noise, noise + 5.0),  # fewer: better
        "availability": (noise, -noise),  # who knows
        "models_delivered": (np.zeros(REPLICATIONS), np.full(REPLICATIONS, 2.0)),
    }
    found = replace(advice, values=values)
    assert {"drift_days_undetected", "models_delivered"} <= {*found.worse}
    assert not {"outages", "availability"} & {*found.worse}
    assert "What gets worse by it: " in found.sentence()
    assert "model-days of unnoticed drift (+" in found.sentence()
    assert "models delivered (−2.0 models)" in found.sentence()


def test_a_budget_for_nothing_is_said_plainly() -> None:
    few = {**FEW, "replications": 8}
    found = advise(PLAN, 1.0, **few)
    assert not found.is_to_buy
    assert found.sentence().startswith(
        "Buy nothing: $1.00 of capital are too little for anything that was looked at. The"
        " cheapest, full rollback, takes $900 on average."
    )
    assert found.to_json()["buy"] == []


def test_what_is_not_worth_it_is_not_bought() -> None:
    idle = {"portfolio.initial_models": 0, "portfolio.initial_ideas": 0}
    plan: Scenario = small({**COSTS, **DEAR, **idle, "portfolio.ideas_per_year": 0.0})
    found = advise(plan, CAPITAL, **{**FEW, "replications": 8})
    assert found.sentence() == (
        "Buy nothing: no road map within $1.0\N{NARROW NO-BREAK SPACE}k of capital is known to be"
        " worth more than doing nothing."
    )


def test_the_same_seed_advises_the_same(advice: Advice) -> None:
    draws = joint_draws(PLAN, TABLE, draws_needed(REPLICATIONS), seed=2)
    again = advise(PLAN, CAPITAL, draws=draws, **FEW)
    assert again.to_json() == advice.to_json()


def test_at_the_values_as_set_there_is_no_belief() -> None:
    found = advise(PLAN, CAPITAL, **FEW)
    assert found.found.over is None
    assert found.apart == ()
    assert "what the organisation may be" not in found.sentence()
    # What the optimisation checks last: futures that had no part in any choice.
    assert found.worth is found.found.confirmed.recommended.worth


def test_what_to_find_out_is_asked_of_the_finalists_within_the_budget() -> None:
    """Half of the organisations are worth nothing: a question that tells which is worth asking."""
    ends = {"model.value_per_prediction": [0.0, 1.0], "usage.growth_days": [300.0, 301.0]}
    dear = {"capabilities.rollback.capital_cost": 20_000.0}
    plan = with_values(PLAN, dear, source="test")
    draws = joint_draws(plan, pd.DataFrame(ends), draws_needed(REPLICATIONS), seed=2)
    found = advise(plan, 30_000.0, draws=draws, **FEW)
    settled = advised(found, seed=2, draws=draws)
    assert found.is_to_buy
    assert "value_per_year" in settled.settles
    worths = {name: each.worth.mean for name, each in settled.settles.items()}
    assert max(worths.values()) == next(iter(worths.values()))
    assert settled.sentence().splitlines()[-1].startswith("First find out, ")
    assert settled.to_json()["worth_finding_out"].keys() == settled.settles.keys()


def test_a_budget_holds_on_average_or_as_surely_as_is_asked(advice: Advice) -> None:
    capital = np.arange(1.0, 101.0) * 10.0
    measured = replace(advice.measured, capital=capital)
    assert measured.is_within(None, 600.0)
    assert not measured.is_within(None, 600.0, 0.9)
    # Of 100 futures the 90th percentile is known to lie below the 96th.
    assert measured.enough_capital(0.9).mean == pytest.approx(901.0)
    assert measured.enough_capital(0.9).high == pytest.approx(binomial_end(100, 0.9) * 10.0)
    assert measured.fit(None, 920.0, 0.9) == "not known"
    assert measured.is_within(None, 980.0, 0.9)
    dear = replace(
        advice, found=replace(advice.found, confirmed=Confirmed(measured, measured), capital=600.0)
    )
    said = dear.sentence()
    assert "more than the budget of $600 in 40 of 100 futures; in 90\u202f% of them $901" in said
    assert "$990" not in said
    surely = replace(dear, found=replace(dear.found, capital_chance=0.5))
    assert "in 50\u202f% of them $505" in surely.sentence()
    assert "in 50\u202f% of the futures; upkeep" in surely.notes()


def binomial_end(count: int, share: float) -> float:
    """Return the rank above which a quantile lies once in 40, counted from the definition."""
    chances = [math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(count)]
    return 1.0 + next(k for k in range(count) if sum(chances[: k + 1]) >= 0.975)


def test_nothing_is_bought_that_keeps_within_the_budget_too_seldom() -> None:
    """The capital by model differs: on average the budget suffices, in nine of ten it does not."""
    plan = with_values(PLAN, {"capabilities.rollback.capital_per_model": 50.0}, source="test")
    costs = pd.DataFrame({"capabilities.rollback.capital_cost": [300.0] * 15 + [2_000.0] * 5})
    draws = joint_draws(plan, costs, draws_needed(REPLICATIONS), seed=2)
    on_average = advise(plan, 1_500.0, draws=draws, **FEW)
    surely = advise(plan, 1_500.0, chance=0.9, draws=draws, **FEW)
    assert on_average.is_to_buy
    assert 0.1 < on_average.over_budget < 0.5
    assert not surely.is_to_buy
    assert "of the futures" in surely.sentence()
