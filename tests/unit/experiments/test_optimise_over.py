"""Road maps over a belief: on average and safe, where enumeration and hand know the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from modelops_abm.experiments import (
    Decisions,
    Draws,
    Optimised,
    RoadMap,
    joint_draws,
    nothing_of,
    optimisation,
    optimise,
    with_road_map,
)
from modelops_abm.experiments.optimisation import draws_needed
from modelops_abm.experiments.optimisation_over import Regret, regrets_of
from modelops_abm.experiments.optimisation_search import Measured
from modelops_abm.experiments.running import outcome_of, totals_of
from modelops_abm.scenario import CAPABILITY_NAMES, baseline_of
from tests.unit.experiments.plans import small

PLAN = small({"horizon_days": 60}, monitoring=1.0, rollback=1.0)
WHOLE = Decisions(PLAN, (1.0,), (0.0,))
ASKED: dict[str, Any] = {"trials": 32, "replications": 100, "finalists": 4}
CAPITAL = {"monitoring": 100.0, "rollback": 50.0}
GOOD, BAD = {"monitoring": 10.0, "rollback": 2.0}, {"monitoring": -40.0, "rollback": 1.0}


class Known:
    """Measures road maps whose worth is known: a sum of what capabilities are worth in a draw."""

    capital = CAPITAL
    good, bad = GOOD, BAD

    def __init__(self, plan: Any, keeping: Any) -> None:
        self._draws = keeping["draws"]

    def measure(
        self, road_maps: list[RoadMap], replications: int, *, first: int = 0, **_: Any
    ) -> list[Measured]:
        is_bad = self._draws.part(first, replications).columns["team.focus"] < 0.5
        return [self._measured(each, is_bad) for each in road_maps]

    def _measured(self, road_map: RoadMap, is_bad: np.ndarray) -> Measured:
        steps = [step.capability for step in road_map.steps]
        good, bad = (
            sum(worth.get(name, -5.0) for name in steps) for worth in (self.good, self.bad)
        )
        gains = np.where(is_bad, bad, good) + np.zeros(len(is_bad))
        capital = np.full(len(is_bad), sum(self.capital.get(name, 1e6) for name in steps))
        return Measured(road_map, gains, capital[np.newaxis], capital)

    def again(self, road_maps: list[RoadMap], count: int, first: int, _: Any) -> list[Measured]:
        return self.measure(road_maps, count, first=first)

    def levels(self, _: RoadMap) -> np.ndarray:
        return np.zeros((len(CAPABILITY_NAMES), 60))


def believed(replications: int = 100, bad: int = 1) -> Draws:
    """Organisations of which so many of ten are bad, by their focus."""
    table = pd.DataFrame({"team.focus": [0.4] * bad + [0.6] * (10 - bad)})
    return joint_draws(PLAN, table, draws_needed(replications))


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> type[Known]:
    monkeypatch.setattr(optimisation, "Measuring", Known)
    return Known


def names_of(road_map: RoadMap) -> set[str]:
    return {step.capability for step in road_map.steps}


def found_with(**changes: Any) -> Optimised:
    return optimise(WHOLE, **{"capital": 200.0, "draws": believed(), **ASKED, **changes})


def test_the_best_on_average_is_that_of_enumeration_and_the_safe_one_another(
    known: type[Known],
) -> None:
    """Both are worth 12 in nine of ten, and lose 39 else; rollback alone always earns."""
    found = found_with()
    assert found.is_complete
    assert names_of(found.recommended) == {"monitoring", "rollback"}
    assert found.over is not None
    assert names_of(found.over.safe) == {"rollback"} == names_of(found.over.safe_to_do)
    assert found.best.downside.mean == -39.0
    assert found.measured(found.over.safe).downside.mean == 1.0


def test_the_regret_is_what_the_better_road_map_of_a_draw_adds(known: type[Known]) -> None:
    found = found_with()
    # By the futures that tell the worth: those of half the draws, which come again.
    assert found.over is not None
    draws = believed().part(0, 50).columns["team.focus"]
    bad = float(np.mean(draws < 0.5))
    expected = {"recommended": bad * (1.0 + 39.0), "safe": (1.0 - bad) * (12.0 - 2.0)}
    for name, road_map in (("recommended", found.recommended), ("safe", found.over.safe)):
        regret = found.over.regrets[road_map]
        assert (regret.low, regret.high) == pytest.approx((expected[name],) * 2)


def test_regret_is_told_between_an_honest_and_a_flattered_choice() -> None:
    """By luck 1 the first is best in draw 0, by luck 2 the second; draw 1 has no luck."""
    gains = np.array([[[4.0, 0.0], [0.0, 0.0]], [[0.0, 6.0], [2.0, 6.0]]])
    # Means of draws are 2 and 0, 1 and 6; the best of each 2 and 6, so 4 on average. Chosen by one
    # and valued by the other: (0 + 0) / 2 and (6 + 6) / 2, so 3 on average.
    assert regrets_of(gains) == [Regret(2.0, 3.0), Regret(0.0, 0.5)]


def test_where_all_lose_in_the_worst_it_is_safe_to_do_nothing(
    known: type[Known], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "bad", {"monitoring": -40.0, "rollback": -1.0})
    found = found_with()
    assert found.over is not None
    assert found.over.safe == nothing_of(PLAN)
    assert names_of(found.over.safe_to_do) == {"rollback"}
    said = found.sentence()
    assert "is to do nothing; of those that do something it is full rollback, with " in said


def test_one_that_is_best_in_both_ways_is_said_to_be(
    known: type[Known], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "bad", {"monitoring": 3.0, "rollback": 1.0})
    said = found_with().sentence()
    assert "It is also the safe one, by the mean of the worst 5 % of futures (CVaR)." in said


@settings(max_examples=15, deadline=None)
@given(
    costs=st.lists(st.integers(1, 10**6), min_size=5, max_size=5),
    capital=st.integers(1, 3 * 10**6),
    bad=st.integers(0, 9),
)
def test_a_budget_is_never_exceeded(costs: list[int], capital: int, bad: int) -> None:
    # Whole dollars: their sums and averages are exact, so that what just fits is no matter of the
    # last bit.
    class Dear(Known):
        pass

    Dear.capital = dict(zip(CAPABILITY_NAMES, map(float, costs), strict=True))
    Dear.good = {name: 1e3 - place for place, name in enumerate(CAPABILITY_NAMES)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(optimisation, "Measuring", Dear)
        found = found_with(capital=capital, draws=believed(40, bad), replications=40)
    assert found.over is not None
    affordable = [each for each in WHOLE.every() if _cost(each, Dear.capital) <= capital]
    for road_map in (found.recommended, found.over.safe):
        assert _cost(road_map, Dear.capital) <= capital
        assert found.measured(road_map).total_capital.mean <= capital * (1.0 + 1e-9)
    if bad == 0:
        best = max(_worth(each, Dear) for each in affordable)
        assert found.best.mean_gain == pytest.approx(best)


def _cost(road_map: RoadMap, capital: dict[str, float]) -> float:
    return sum(capital[step.capability] for step in road_map.steps)


def _worth(road_map: RoadMap, known: type[Known]) -> float:
    return sum(known.good[step.capability] for step in road_map.steps)


@pytest.fixture(scope="module")
def simulated() -> Optimised:
    table = pd.DataFrame({"team.focus": [0.4, 0.6, 0.8], "finance.discount_rate": [0.0, 0.1, 0.2]})
    draws = joint_draws(PLAN, table, draws_needed(16), seed=3)
    few = {"trials": 32, "replications": 16, "finalists": 2}
    return optimise(WHOLE, capital=90_000.0, draws=draws, seed=3, **few)


def test_a_road_map_has_one_worth_wherever_it_stands(simulated: Optimised) -> None:
    """That of futures which chose nothing, with a draw each: those of any comparison."""
    table = pd.DataFrame({"team.focus": [0.4, 0.6, 0.8], "finance.discount_rate": [0.0, 0.1, 0.2]})
    draws = joint_draws(PLAN, table, draws_needed(16), seed=3)
    for finalist in simulated.finalists:
        scenarios = [with_road_map(PLAN, finalist.road_map), baseline_of(PLAN)]
        totals = totals_of(scenarios, 16, seed=3, draws=draws)
        npv = outcome_of("npv", totals)
        assert np.array_equal(finalist.rechecked.gains, npv[0] - npv[1])
    answer = simulated.to_json()["recommended"]
    assert answer["worth"] == answer["last_check"]
    assert simulated.best is simulated.confirmed.recommended


def test_what_is_known_over_draws_is_tabulated(simulated: Optimised) -> None:
    table = simulated.table()
    assert {"is_safe", "regret_low", "regret_high", "capital"} <= {*table}
    within = table[table["is_within_budget"]]
    assert (within["regret_low"] <= within["regret_high"] + 1e-9).all()
    assert (within["capital"] <= 90_000.0).all()
    assert [each.name for each in simulated.tables()] == ["finalists", "over-belief", "frontier"]


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="it takes 250 of them"):
        optimise(WHOLE, draws=believed(50), **ASKED)


def test_a_limit_on_capital_holds_without_draws_too() -> None:
    few = {"trials": 32, "replications": 16, "finalists": 2}
    found = optimise(WHOLE, capital=1.0, **few)
    assert found.recommended == nothing_of(PLAN)
    assert "none is within the budget of $1.00 of capital. The cheapest" in found.sentence()
    assert found.over is None
