"""Answers over what the organisation may be, beside those at the values as set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modelops_abm import Scenario, preset, with_values
from modelops_abm.experiments import (
    compare,
    comparisons,
    draws_of,
    joint_draws,
    side_by_side,
    unknown_of,
)
from modelops_abm.experiments.comparison import Comparison
from modelops_abm.experiments.draws import AGAIN
from modelops_abm.experiments.spread import Unknown
from modelops_abm.experiments.store import Store

NAMES = ["team.developers", "drift.onsets_per_year"]


@pytest.fixture(scope="module")
def plan() -> Scenario:
    values = {"horizon_days": 200, "portfolio.initial_models": 6, "portfolio.initial_ideas": 4}
    return with_values(preset("all_five"), values, source="test")


@pytest.fixture(scope="module")
def found(plan: Scenario) -> Comparison:
    return compare(plan, 60, seed=5, draws=draws_of(plan, 60, seed=2, names=NAMES))


def npv(comparison: Comparison) -> list[float]:
    return comparison.difference("npv").values.tolist()


def test_without_draws_there_is_one_answer(plan: Scenario) -> None:
    alone = compare(plan, 8, seed=3)
    assert alone.over is None
    assert alone.unknown is None
    assert "over" not in [table.name for table in alone.tables()]


def test_draws_that_are_as_set_change_no_bit(plan: Scenario) -> None:
    table = pd.DataFrame({"team.developers": [plan.team.developers]})
    over = compare(plan, 8, seed=3, draws=joint_draws(plan, table, 8))
    assert over.over is not None
    assert npv(over) == npv(over.over.as_set) == npv(compare(plan, 8, seed=3))


def test_plan_and_baseline_share_draw_and_chances(plan: Scenario, found: Comparison) -> None:
    draws = draws_of(plan, 4, seed=2, names=NAMES)
    for number, scenario in enumerate(draws.scenarios()):
        assert npv(compare(scenario, number + 1, seed=5))[-1] == npv(found)[number]


def test_the_first_draws_come_again_with_other_chances(plan: Scenario, found: Comparison) -> None:
    assert found.over is not None
    assert len(found.over.again) == 12
    assert not np.isin(found.over.again, npv(found)).any()
    assert draws_of(plan, 3).again().first == AGAIN


def test_looks_are_the_same_as_all_at_once(plan: Scenario, found: Comparison) -> None:
    draws = draws_of(plan, 60, seed=2, names=NAMES)
    told: list[tuple[int, int]] = []
    *_, last = comparisons(
        plan, (16, 60), seed=5, draws=draws, progress=lambda *each: told.append(each)
    )
    assert npv(last) == npv(found)
    assert last.to_json() == found.to_json()
    assert told[-1] == (60, 60)


@pytest.mark.parametrize(("between", "within"), [(3.0, 1.0), (0.0, 1.0), (1.0, 0.5)])
def test_the_spread_is_split_as_variances_are(between: float, within: float) -> None:
    generator, draws, pairs = np.random.default_rng(1), 20_000, 4_000
    own = between * generator.standard_normal(draws)
    values = own + within * generator.standard_normal(draws)
    again = own[:pairs] + within * generator.standard_normal(pairs)
    split = unknown_of(values, again)
    true = between**2 / (between**2 + within**2)
    assert split is not None
    # Of half squared differences the standard error is sqrt(2 / pairs) of their mean.
    assert abs(split.share - true) < 5.0 * (1.0 - true) * np.sqrt(3.0 / pairs)
    assert split.low - 0.02 < true < split.high + 0.02


def test_of_few_pairs_nothing_is_split() -> None:
    assert unknown_of(np.arange(20.0), np.arange(4.0)) is None
    assert unknown_of(np.zeros(100), np.zeros(20)) is None


def test_intervals_of_the_split_hold() -> None:
    generator, held = np.random.default_rng(4), 0
    for _ in range(100):
        own = generator.standard_normal(400)
        values = own + 0.5 * generator.standard_normal(400)
        split = unknown_of(values, own[:80] + 0.5 * generator.standard_normal(80))
        assert split is not None
        held += split.low <= 0.8 <= split.high
    # 95 % in theory; the bootstrap of 80 squares is a little too narrow.
    assert held >= 83


def test_a_rough_split_is_told_by_its_interval() -> None:
    well, rough = Unknown(0.86, 0.8, 0.9), Unknown(0.47, 0.0, 0.86)
    plain = [each.in_short.replace("\u202f", " ") for each in (well, rough)]
    assert plain[0] == "Of the spread 86 % is what nobody knows, 14 % chance."
    assert plain[1] == "Of the spread 0 to 86 % is what nobody knows, the rest chance."
    assert "47 % (0 to 86 %)" in rough.sentence.replace("\u202f", " ")


def test_it_says_both_answers_and_what_the_spread_is_of(found: Comparison) -> None:
    words = found.sentence()
    assert words.startswith("As set: ")
    assert "Over what the organisation may be: it pays in" in words
    assert "is what nobody knows, and" in words
    assert "luck" not in words + found.notes()
    assert [row.cells[0] for row in found.tables()[0].rows] == ["As set", "Over what it may be"]
    document = found.to_json()
    assert document["pays"]["n"] == 60
    low, high = document["unknown_interval"]
    assert 0.0 <= low <= document["unknown_share"] <= high <= 1.0
    assert document["nine_of_ten"][0] < document["nine_of_ten"][1]


def test_several_plans_share_the_draws(plan: Scenario, found: Comparison) -> None:
    slow = with_values(plan, {"capabilities.monitoring.maximum": 0.0}, source="test")
    scenarios = {"none": found.baseline.scenario, "all": plan, "less": slow}
    draws = draws_of(plan, 20, seed=2, names=NAMES)
    sides = side_by_side(scenarios, 20, baseline="none", seed=5, draws=draws)
    assert npv(sides.comparisons["all"]) == npv(found)[:20]
    assert "Over what the organisation may be: " in sides.sentence()
    assert len(sides.tables()[0].rows) == 4
    assert set(sides.to_json()["over"]) == {"all", "less"}


def test_a_half_width_ends_it(plan: Scenario) -> None:
    draws = draws_of(plan, 300, names=["team.focus"])
    stopped = compare(plan, 300, half_width=1e9, draws=draws)
    assert stopped.replications == 100
    assert stopped.over is not None
    assert stopped.over.as_set.replications == 100


def test_a_store_keeps_the_runs_of_each_belief_apart(plan: Scenario, tmp_path: Path) -> None:
    one, other = (draws_of(plan, 12, seed=seed, names=NAMES) for seed in (1, 2))
    fresh = [npv(compare(plan, 12, draws=each)) for each in (one, other)]
    with Store(tmp_path / "runs") as store:
        for each, wanted in ((one, fresh[0]), (other, fresh[1]), (one, fresh[0])):
            assert npv(compare(plan, 12, draws=each, store=store)) == wanted
        size = store.runs.size
        # More draws of the same go on from those that are there.
        more = compare(plan, 15, draws=draws_of(plan, 15, seed=1, names=NAMES), store=store)
        assert npv(more)[:12] == fresh[0]
        assert store.runs.size == size + 2 * (3 + 3)
