from __future__ import annotations

import pytest

from modelops_abm.experiments import Decisions, Step, nothing_of, road_map_of
from modelops_abm.experiments.road_maps import STARTS, with_road_map
from modelops_abm.scenario import InputError, baseline_of, fingerprint_of
from tests.unit.experiments.plans import small


def test_every_road_map_comes_once_and_all_places_lead_to_one() -> None:
    plan = small({"capabilities.lineage.start_level": 0.5})
    decisions = Decisions(plan, (0.0, 0.5, 1.0), (0, 90), (6, 8))
    every = list(decisions.every())
    assert len(set(every)) == len(every) == decisions.size == 5 * 5 * 5 * 3 * 5 * 2
    assert nothing_of(plan) in every
    last = {name: count - 1 for name, count in decisions.axes.items()}
    highest = decisions.chosen(last)
    assert highest in every
    assert decisions.places_of(highest) == last
    assert all(decisions.chosen(decisions.places_of(each)) == each for each in every[::50])
    assert highest.developers == 8
    assert {step[1:] for step in highest.steps} == {(1.0, 90.0)}
    assert decisions.chosen({}).steps == ()


def test_the_start_of_what_is_not_raised_does_not_matter() -> None:
    decisions = Decisions(small(), (1.0,), (0, 90))
    at = {"rollback.level": 1, "rollback.start": 1}
    assert decisions.chosen(at) == decisions.chosen({**at, "lineage.start": 1})


def test_neighbours_differ_in_one_thing() -> None:
    decisions = Decisions(small(), (0.5, 1.0), (0, 90), (8, 9))
    here = decisions.chosen({"rollback.level": 1})
    neighbours = list(decisions.neighbours(here))
    assert here not in neighbours
    assert set(neighbours) <= set(decisions.every())
    rollbacks = [n for n in neighbours if n.developers == here.developers and len(n.steps) < 2]
    found = {n.steps for n in rollbacks}
    assert found == {
        (),
        (Step("rollback", 1.0, 0.0),),
        (Step("rollback", 0.5, 90.0),),
    }
    assert len(neighbours) == 3 + 4 * 4 + 1


def test_a_plan_is_its_own_road_map() -> None:
    plan = small(
        {"capabilities.rollback.start_day": 30.0, "capabilities.lineage.start_level": 0.2},
        rollback=0.5,
        monitoring=1.0,
    )
    road_map = road_map_of(plan)
    assert road_map.in_order == (Step("monitoring", 1.0, 0.0), Step("rollback", 0.5, 30.0))
    followed = with_road_map(plan, road_map)
    assert road_map_of(followed) == road_map
    nothing = with_road_map(plan, nothing_of(plan))
    assert fingerprint_of(nothing) == fingerprint_of(baseline_of(plan))


def test_what_cannot_be_decided_is_said_all_at_once() -> None:
    with pytest.raises(InputError) as told:
        Decisions(small(), (0.5, 1.5), (-1, 200), (0,))
    text = str(told.value)
    for part in ("levels is 1.5; must be from 0 to 1", "starts is -1", "starts is 200", "0 to 199"):
        assert part in text
    assert "developers is 0" in text
    with pytest.raises(InputError, match="at least one day"):
        Decisions(small(), (1.0,), ())
    with pytest.raises(InputError, match="levels is nan"):
        Decisions(small(), (float("nan"),))


def test_the_usual_starts_are_those_within_the_run() -> None:
    plan = small()
    for days, starts in ((100, (0.0,)), (180, (0.0,)), (181, (0.0, 180.0)), (400, STARTS)):
        shorter = plan.model_copy(update={"horizon_days": days})
        assert Decisions(shorter).start_days == starts
    with pytest.raises(InputError, match="a day from 0 to 99"):
        Decisions(plan.model_copy(update={"horizon_days": 100}), starts=(180.0,))
