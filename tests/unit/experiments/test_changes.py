from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments import LevelChange, stream_single_changes, try_single_changes
from modelops_abm.experiments.credit_levels import single_changes
from modelops_abm.experiments.plans import with_levels
from modelops_abm.runs import replicate
from modelops_abm.scenario import baseline_of
from tests.unit.experiments.plans import small


def levels_tried(name: str, level: float, start: float = 0.0) -> list[float]:
    plan = small({f"capabilities.{name}.start_level": start}, **{name: level})
    return [change.level for change in single_changes(plan) if change.capability == name]


def test_a_level_moves_one_stop_or_down_to_its_start() -> None:
    assert levels_tried("rollback", 0.25) == [0.0, 0.5]
    assert levels_tried("rollback", 0.6) == [0.0, 0.5, 0.75]
    assert levels_tried("rollback", 1.0) == [0.0, 0.75]
    assert levels_tried("rollback", 0.5, start=0.4) == [0.4, 0.75]
    others = {change.level for change in single_changes(small(rollback=0.5))}
    assert others == {0.0, 0.25, 0.75}, "a capability that is not raised may begin with some"


def test_of_a_plan_that_raises_nothing_every_stop_is_tried() -> None:
    assert levels_tried("rollback", 0.0) == [0.25, 0.5, 0.75, 1.0]
    assert levels_tried("rollback", 0.4, start=0.4) == [0.5, 0.75, 1.0]
    assert levels_tried("rollback", 1.0, start=1.0) == []


def test_each_change_is_measured_against_plan_and_baseline() -> None:
    plan = small(automation=1.0, lineage=0.25)
    found = try_single_changes(plan, 6, seed=9)
    change = LevelChange("automation", 0.75)
    scenarios = (with_levels(plan, {"automation": 0.75}), plan, baseline_of(plan))
    changed, as_is, baseline = (
        replicate(scenario, 6, seed=9).summaries()["npv"].to_numpy() for scenario in scenarios
    )
    assert np.array_equal(found.gain(change).values, changed - as_is)
    assert np.array_equal(found.worth(change).values, changed - baseline)
    assert np.array_equal(found.worth(None).values, as_is - baseline)


def test_leaving_the_plan_as_it_is_takes_part_in_the_ranking() -> None:
    found = try_single_changes(small(automation=1.0), 8)
    ranking = found.ranking()
    assert set(ranking.order) == {None, *found.changes}
    gains = found.table()["mean"].to_dict()
    best = max(gains.values())
    if best > 0.0:
        assert ranking.order[0] is not None
        assert gains[ranking.order[0].capability, ranking.order[0].level] == pytest.approx(best)
    else:
        assert ranking.order[0] is None


def test_it_comes_look_by_look() -> None:
    plan = small(rollback=1.0)
    parts = list(stream_single_changes(plan, (2, 5)))
    assert [part.replications for part in parts] == [2, 5]
    assert np.array_equal(parts[-1].npv, try_single_changes(plan, 5).npv)
