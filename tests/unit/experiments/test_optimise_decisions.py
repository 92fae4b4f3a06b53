from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from modelops_abm.core.events import LogKind
from modelops_abm.experiments import Decisions, Step, nothing_of, road_map_of
from modelops_abm.experiments.optimisation_words import in_short
from modelops_abm.experiments.road_maps import STARTS, with_road_map
from modelops_abm.runs import replicate
from modelops_abm.scenario import InputError, baseline_of, fingerprint_of
from tests.docking.docking import dock
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


def test_stages_come_once_and_all_places_lead_to_one() -> None:
    plan = small({"capabilities.lineage.start_level": 0.5})
    decisions = Decisions(plan, (0.0, 0.5, 1.0), (0, 90, 150), stages=True)
    every = list(decisions.every())
    # Nothing, two levels at three days, or two levels at two of three days; lineage is at the
    # first of them already.
    assert len(set(every)) == len(every) == decisions.size == 10**4 * 4
    assert {*decisions.axes} >= {"rollback.level_2", "rollback.start_2"}
    assert "lineage.level_2" not in decisions.axes
    assert all(decisions.chosen(decisions.places_of(each)) == each for each in every[::97])
    stages = (Step("rollback", 0.5, 90.0), Step("rollback", 1.0, 150.0))
    here = next(each for each in every if each.steps == stages)
    beside = {each.steps for each in decisions.neighbours(here) if len(each.steps) < 3}
    assert beside == {
        stages[:1],
        stages[1:],
        (Step("rollback", 0.5, 0.0), stages[1]),
    }
    # A second stage that is no higher, or no later, is none.
    for level, second, start, count in ((1, 1, 0, 2), (2, 1, 0, 1), (1, 0, 0, 1), (1, 1, 2, 1)):
        places = {"level": level, "start": start, "level_2": second, "start_2": 1}
        named = {f"rollback.{name}": place for name, place in places.items()}
        assert len(decisions.chosen(named).steps) == count


def test_a_plan_in_stages_is_its_own_road_map() -> None:
    def stage(day: int, level: float) -> dict[str, float]:
        return {"day": day, "capabilities.rollback.maximum": level}

    team = {"day": 40, "team.developers": 5}
    changes = [stage(20, 0.4), team, stage(80, 1.0), stage(150, 0.2)]
    plan = small({"changes": changes, "capabilities.rollback.start_day": 30.0}, rollback=0.9)
    road_map = road_map_of(plan)
    assert road_map.steps == (
        Step("rollback", 0.4, 30.0),
        Step("rollback", 1.0, 80.0),
        Step("rollback", 0.2, 150.0),
    )
    followed = with_road_map(plan, road_map)
    assert road_map_of(followed) == road_map
    totals = [replicate(each, 8).values for each in (plan, followed)]
    np.testing.assert_array_equal(*totals)
    assert in_short(road_map, plan) == (
        "month 1: 40\u202f% rollback; month 3: full rollback; month 5: 20\u202f% rollback"
    )
    # What is raised only later begins then; what is never raised is no step.
    late = road_map_of(small({"changes": [stage(50, 0.5), team]}))
    assert late.steps == (Step("rollback", 0.5, 50.0),)
    assert road_map_of(small({"changes": [team, stage(60, 0.0)]})).steps == ()


def test_a_road_map_in_stages_is_the_same_in_both_engines() -> None:
    decisions = Decisions(small({}, monitoring=1.0), (0.0, 0.5, 1.0), (0, 60, 120), stages=True)
    last = {name: count - 1 for name, count in decisions.axes.items()}
    places = {**last, **{name: 1 for name in last if name.endswith(".level")}}
    road_map = decisions.chosen({**places, "automation.start": 0, "lineage.start": 1})
    stages = Counter(step.capability for step in road_map.steps)
    assert sorted(stages.values()) == [1, 1, 1, 2, 2]
    docked = dock(with_road_map(decisions.plan, road_map), 3, 0)
    started = [each.time for each in docked.log if each.kind == LogKind.CAPABILITY_STARTED]
    assert {60.0, 120.0} <= set(started)


def test_days_are_whole_where_capabilities_are_raised_in_stages() -> None:
    Decisions(small(), (0.5, 1.0), (0, 90.5))
    with pytest.raises(InputError, match=r"starts is 90\.5; must be whole days"):
        Decisions(small(), (0.5, 1.0), (0, 90.5), stages=True)
