"""Replications that each have a draw: the same to the bit as every scenario run alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelops_abm.experiments.draws import Draws, draws_of, joint_draws
from modelops_abm.runs import Series, replicate, simulate, stream
from modelops_abm.runs.results import Ensemble
from modelops_abm.scenario import InputError, Scenario, baseline_of, with_values
from modelops_abm.scenario.presets import preset

SHORT = {"horizon_days": 60, "portfolio.initial_models": 6, "portfolio.initial_ideas": 4}
PLAN = with_values(preset("all_five"), SHORT, source="test")
DAILY = ("npv", "availability")
COUNT = 12
DRAWS = draws_of(PLAN, COUNT, seed=4, names=["team.focus", "team.developers", "drift.severity"])


def alone(scenarios: Sequence[Scenario], seed: int) -> np.ndarray[Any, Any]:
    runs = [replicate(each, 1, seed=seed, first=n) for n, each in enumerate(scenarios)]
    return np.concatenate([run.values for run in runs])


def test_each_replication_is_that_of_its_scenario() -> None:
    everything = draws_of(PLAN, COUNT, seed=4)
    found = replicate(PLAN, COUNT, seed=2, draws=everything)
    assert found.values.tobytes() == alone(everything.scenarios(), 2).tobytes()
    assert found.draws is not None
    assert found.draws.equals(everything.table().rename_axis("replication"))


def test_bands_are_those_of_the_scenarios() -> None:
    found = replicate(PLAN, COUNT, seed=2, daily=DAILY, period_days=7, draws=DRAWS)
    runs = [
        simulate(each, engine="ensemble", seed=2, replication=number).daily["npv"].to_numpy()
        for number, each in enumerate(DRAWS.scenarios())
    ]
    last_of_week = np.mean([run[6::7] for run in runs], axis=0)
    np.testing.assert_allclose(found.bands["npv"]["mean"][: len(last_of_week)], last_of_week)


def test_replications_from_a_number_on_have_the_draws_of_that_number() -> None:
    whole = replicate(PLAN, COUNT, seed=2, draws=DRAWS)
    part = replicate(PLAN, 5, seed=2, first=4, draws=DRAWS)
    later = draws_of(PLAN, 5, seed=4, first=4, names=list(DRAWS.columns))
    assert part.values.tobytes() == whole.values[4:9].tobytes()
    again = replicate(PLAN, 5, seed=2, first=4, draws=later)
    assert again.values.tobytes() == part.values.tobytes()


@pytest.mark.parametrize(("first", "count"), [(0, COUNT + 1), (COUNT, 1)])
def test_every_replication_needs_a_draw(first: int, count: int) -> None:
    with pytest.raises(ValueError, match="there are draws 0 to 11, not"):
        replicate(PLAN, count, first=first, draws=DRAWS)


def test_plan_and_baseline_share_the_draws_as_they_share_the_luck() -> None:
    both = [PLAN, baseline_of(PLAN)]
    batches = list(stream(both, COUNT, seed=2, draws=DRAWS))
    totals = np.concatenate([batch.totals for batch in batches], axis=1)
    for place, side in enumerate(both):
        own = [DRAWS.applied_to(side, number) for number in range(COUNT)]
        assert totals[place].tobytes() == alone(own, 2).tobytes()


def test_another_executor_gives_the_same() -> None:
    here = list(stream([PLAN], COUNT, draws=DRAWS, series=[Series(DAILY, 1)]))
    with ThreadPoolExecutor(2) as pool:
        there = list(stream([PLAN], COUNT, draws=DRAWS, series=[Series(DAILY, 1)], executor=pool))
    for one, other in zip(here, there, strict=True):
        assert one.totals.tobytes() == other.totals.tobytes()
        assert one.series[0].tobytes() == other.series[0].tobytes()


def test_the_mesa_engine_and_tables_take_draws_as_well() -> None:
    fast = replicate(PLAN, 3, seed=2, draws=DRAWS, models=True)
    agents = replicate(PLAN, 3, seed=2, draws=DRAWS, engine="mesa")
    assert fast.values.tobytes() == agents.values.tobytes()
    assert fast.models is not None
    assert fast.models["replication"].nunique() == 3


def test_what_is_no_column_is_run_scenario_by_scenario() -> None:
    table = pd.DataFrame({"horizon_days": [30, 45, 60], "team.developers": [2, 4, 6]})
    draws = joint_draws(PLAN, table, COUNT)
    found = replicate(PLAN, COUNT, seed=2, draws=draws)
    assert found.values.tobytes() == alone(draws.scenarios(), 2).tobytes()
    with pytest.raises(ValueError, match="the same horizon"):
        replicate(PLAN, COUNT, daily=DAILY, draws=draws)


def test_days_of_changes_keep_their_values_beside_the_draws() -> None:
    changed = PLAN.model_copy(update={"changes": ()})
    changed = Scenario.model_validate(
        {**changed.model_dump(), "changes": [{"day": 20, "retraining.interval_days": 30.0}]}
    )
    for names in (["team.focus"], ["team.focus", "retraining.interval_days"]):
        draws = draws_of(changed, COUNT, names=names)
        found = replicate(changed, COUNT, seed=2, draws=draws)
        assert found.values.tobytes() == alone(draws.scenarios(), 2).tobytes()


BAD: dict[str, tuple[dict[str, list[Any]], str]] = {
    "above its bound": ({"team.focus": [0.5, 1.5]}, "team.focus"),
    "no number": ({"team.focus": [0.5, float("nan")]}, "team.focus"),
    "a mean below its bound": ({"model.market_size": [5.0, -1.0]}, "model.market_size"),
    "no word of the list": ({"team.preemption": ["none", "all"]}, "team.preemption"),
    "slower with monitoring": (
        {"capabilities.monitoring.delay_with_days": [1.0, 1e4]},
        "delay_with_days",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_draw_that_the_scenario_refuses_is_named(what: str) -> None:
    values, name = BAD[what]
    draws = Draws(PLAN, {key: np.array(column) for key, column in values.items()}, first=7)
    for run in (draws.scenarios, lambda: replicate(PLAN, 2, first=7, draws=draws)):
        with pytest.raises(InputError, match=f"{name}(?s:.)*this is draw 8"):
            run()


def test_numbers_that_are_not_whole_are_refused_where_they_must_be() -> None:
    draws = Draws(PLAN, {"team.developers": np.array([4.0, 5.0])})
    with pytest.raises(InputError, match=r"whole number(?s:.)*this is draw 0"):
        replicate(PLAN, 2, draws=draws)


def test_an_ensemble_of_draws_is_saved_with_them(tmp_path: Path) -> None:
    found = replicate(PLAN, 5, seed=2, first=3, daily=DAILY, draws=DRAWS)
    there = Ensemble.load(found.save(tmp_path / "folder"))
    assert there.values.tobytes() == found.values.tobytes()
    assert there.bands["npv"].equals(found.bands["npv"])
    assert there.draws is not None
    assert there.draws.equals(DRAWS.part(3, 5).table().rename_axis("replication"))


def test_parts_of_draws_are_draws_of_the_same() -> None:
    part = DRAWS.part(3, 5)
    assert part.points == DRAWS.points[3:8]
    assert (
        part.key
        == DRAWS.key
        == DRAWS.again(2).key
        == draws_of(PLAN, 1, seed=4, names=[*DRAWS.columns]).key
    )
    assert DRAWS.key != draws_of(PLAN, COUNT, seed=5, names=[*DRAWS.columns]).key
    rest = DRAWS.without(["team.focus", "drift"])
    assert rest is not None
    assert list(rest.columns) == ["team.developers"]
    assert rest.key != DRAWS.key
    assert rest.without(["team.developers"]) is None
    for first, count in ((2, COUNT), (COUNT, 1)):
        with pytest.raises(ValueError, match="there are draws 0 to 11, not"):
            DRAWS.part(first, count)


def test_draws_of_other_values_have_another_key() -> None:
    bare = [
        Draws(PLAN, {"team.focus": np.array(each)}).key for each in ([0.5, 0.6], [0.5, 0.7], [0.5])
    ]
    assert len({*bare}) == 3
