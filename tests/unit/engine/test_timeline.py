"""Values that change on a day: small cases worked out by hand, in both engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.outcomes import DAILY
from modelops_abm.core.randomness import Origin, entity_key
from modelops_abm.core.statechart import Serving
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.population import arrival_exposure
from modelops_abm.scenario.timeline import CHANGEABLE
from tests.docking.clockwork import live, punctual
from tests.docking.docking import Docked, dock

type Changes = Sequence[dict[str, Any]]

PLACES = {outcome.name: place for place, outcome in enumerate(DAILY)}


def run(changes: Changes, rows: Sequence[dict[str, Any]] = (), **values: Any) -> Docked:
    """Return a run of both engines: a developer-day takes a day, a retraining five."""
    dotted = {name.replace("__", "."): value for name, value in values.items()}
    base = {"horizon_days": 60, "team.developers": 1, "changes": list(changes)}
    return dock(punctual({**base, **dotted}, list(rows)))


def one_due(day: float = 10.0) -> list[dict[str, Any]]:
    """Return a model whose retraining comes due on a day."""
    return list(live("model", 1, retraining_interval_days=day))


def of(docked: Docked, *kinds: LogKind) -> list[LogRecord]:
    return [record for record in docked.log if record.kind in kinds]


def times(docked: Docked, *kinds: LogKind) -> list[float]:
    return [record.time for record in of(docked, *kinds)]


def series(docked: Docked, name: str) -> list[float]:
    found: list[float] = docked.replication.daily[:, PLACES[name]].tolist()
    return found


def test_a_leavers_retraining_waits_as_interrupted_and_the_model_is_online() -> None:
    changes = [{"day": 12, "team.developers": 0}, {"day": 20, "team.developers": 1}]
    docked = run(changes, one_due(), retraining__serves_while_retraining=False)
    assert times(docked, LogKind.RETRAINING_BEGAN) == [10.0, 20.0, 33.0, 48.0]
    (laid_down,) = of(docked, LogKind.WORK_INTERRUPTED)
    assert (laid_down.time, laid_down.detail) == (12.0, 3.0)
    assert times(docked, LogKind.RETRAINING_STOPPED) == [12.0]
    assert times(docked, LogKind.RETRAINED) == [23.0, 38.0, 53.0]
    retraining = series(docked, "state_days_retraining")
    assert [day for day, spent in enumerate(retraining) if spent] == [
        *(10, 11),
        *(20, 21, 22),
        *range(33, 38),
        *range(48, 53),
    ]
    assert docked.replication.models["serving"].tolist() == [Serving.CURRENT]


def test_work_in_hand_goes_on_at_the_new_focus() -> None:
    changes = [{"day": 12, "team.focus": 0.5}, {"day": 14, "team.focus": 1.0}]
    # 5 days of work: 2 by day 12, 1 more by day 14, the last 2 by day 16, in one stint.
    docked = run(changes, one_due(), horizon_days=25)
    assert times(docked, LogKind.RETRAINED) == [16.0]
    assert len(of(docked, LogKind.WORK_STARTED)) == 1
    assert of(docked, LogKind.WORK_COMPLETED)[0].detail == 6.0


def test_preemption_takes_who_began_last_whatever_the_focus_has_been_since() -> None:
    """Developer 0 is done first and takes up the third idea; a stint begins with work alone."""
    ideas = [
        {"id": f"idea of {days} days", "stage": "idea", "build_effort_days": days}
        for days in (3.0, 30.0, 31.0)
    ]
    changes = [{"day": 7, "team.focus": 0.5}]
    docked = run(changes, [*one_due(), *ideas], team__developers=2, horizon_days=12)
    begun = {
        record.model: record.developer
        for record in of(docked, LogKind.WORK_STARTED)
        if record.cause == TaskClass.BUILD
    }
    assert begun == {1: 0, 2: 1, 3: 0}
    (laid_down,) = of(docked, LogKind.WORK_INTERRUPTED)
    assert (laid_down.time, laid_down.model, laid_down.developer) == (10.0, 3, 0)


@pytest.mark.parametrize("change", [{"team.focus": 0.25}, {"team.developers": 3}])
def test_work_that_is_done_when_the_day_opens_is_done(change: dict[str, Any]) -> None:
    docked = run([{"day": 15, **change}], one_due(), horizon_days=20)
    assert times(docked, LogKind.RETRAINED) == [15.0]


def test_who_leaves_as_the_work_is_done_has_not_done_it() -> None:
    """The day opens before the completion; whoever takes it up has nothing left to do."""
    changes = [{"day": 15, "team.developers": 0}, {"day": 18, "team.developers": 1}]
    docked = run(changes, one_due(), horizon_days=20)
    (laid_down,) = of(docked, LogKind.WORK_INTERRUPTED)
    assert (laid_down.time, laid_down.detail) == (15.0, 0.0)
    assert times(docked, LogKind.RETRAINED) == [18.0]


def test_of_several_values_on_a_day_the_last_counts_and_no_change_is_none() -> None:
    changes = [
        {"day": 5, "team.payroll_per_year": 1.0},
        {"day": 5, "team.payroll_per_year": 36_500.0, "team.developers": 2},
        {"day": 3, "team.payroll_per_year": 190_000.0},  # as it is
        {"day": 7, "team.developers": 2},  # as it is
        {"day": 8, "team.developers": 9},
        {"day": 8, "team.developers": 2},
    ]
    docked = run(changes, horizon_days=9)
    told = [
        (each.time, CHANGEABLE[each.cause], each.detail)
        for each in of(docked, LogKind.VALUE_CHANGED)
    ]
    assert told == [(5.0, "team.developers", 2.0), (5.0, "team.payroll_per_year", 36_500.0)]
    assert series(docked, "payroll")[4:6] == pytest.approx([190_000 / 365, 2 * 100.0])


def test_changes_of_day_0_hold_from_the_start() -> None:
    docked = run(
        [{"day": 0, "team.developers": 3, "incidents.pipeline_per_year": 400.0}],
        live("model", 3),
        horizon_days=4,
    )
    assert times(docked, LogKind.DEVELOPER_JOINED) == [0.0, 0.0]
    assert series(docked, "developers") == [3.0] * 4
    assert series(docked, "payroll") == pytest.approx([3 * 190_000 / 365] * 4)
    # At the rate from the start, as if it had been the scenario's.
    values: dict[str, Any] = {"incidents__pipeline_per_year": 400.0, "team__developers": 3}
    same = run([], live("model", 3), horizon_days=4, **values)
    assert times(docked, LogKind.ISSUE_STRUCK) == times(same, LogKind.ISSUE_STRUCK) != []


def test_the_highest_numbers_leave_and_who_comes_back_is_the_same() -> None:
    changes = [{"day": 10, "team.developers": 2}, {"day": 20, "team.developers": 5}]
    spread = {"family": "gamma", "mean": 1.0, "cv": 0.5}
    docked = run(changes, team__developers=4, team__productivity=spread)
    left, joined = of(docked, LogKind.DEVELOPER_LEFT), of(docked, LogKind.DEVELOPER_JOINED)
    assert [each.developer for each in left] == [2, 3]
    assert [each.developer for each in joined] == [2, 3, 4]
    same = run([], team__developers=5, team__productivity=spread)
    speeds = docked.replication.developers["speed"]
    np.testing.assert_array_equal(speeds, same.replication.developers["speed"])
    idle = docked.replication.developers["ledger"][:, TaskClass.IDLE]
    assert idle.tolist() == [60.0, 60.0, 50.0, 50.0, 40.0]


def test_every_day_of_everybody_who_is_there_is_in_the_ledgers() -> None:
    days = [0, 3, 3, 9, 17, 30, 44]
    sizes = [5, 0, 4, 1, 7, 0, 2]
    changes = [{"day": day, "team.developers": size} for day, size in zip(days, sizes, strict=True)]
    docked = run(changes, live("model", 9, retraining_interval_days=4.0), team__developers=3)
    names = [name for name in PLACES if name.startswith("developer_days_")]
    spent = sum(np.array(series(docked, name)) for name in names)
    there = [5.0] * 3 + [4.0] * 6 + [1.0] * 8 + [7.0] * 13 + [0.0] * 14 + [2.0] * 16
    assert series(docked, "developers") == there
    np.testing.assert_allclose(spent, there, rtol=1e-12)
    np.testing.assert_allclose(series(docked, "payroll"), np.array(there) * 190_000 / 365)


def test_ideas_arrive_where_the_integral_of_their_rate_reaches_the_next_exposure() -> None:
    organisation = entity_key(0, 0, Origin.ORGANISATION.value, 0)
    changes = [
        {"day": 0, "portfolio.ideas_per_year": 36.5},
        {"day": 8, "portfolio.ideas_per_year": 0.0},
        {"day": 20, "portfolio.ideas_per_year": 365.0},
    ]
    docked = run(changes, portfolio__ideas_per_year=1.0)
    arrived = np.array(times(docked, LogKind.IDEA_ARRIVED))
    exposures = np.cumsum([arrival_exposure(organisation, n) for n in range(len(arrived))])
    by_day_8 = 0.1 * 8.0
    expected = np.where(exposures < by_day_8, exposures / 0.1, 20.0 + exposures - by_day_8)
    np.testing.assert_allclose(arrived, expected)
    assert len(arrived) > 20
    # The ideas are the same whenever they arrive.
    scores = [record.detail for record in of(docked, LogKind.IDEA_ARRIVED)]
    steady = of(run([], portfolio__ideas_per_year=200.0), LogKind.IDEA_ARRIVED)
    shared = min(len(scores), len(steady))
    assert [record.detail for record in steady][:shared] == scores[:shared]


def monitoring(**values: Any) -> dict[str, Any]:
    """Return values of monitoring, of which a full level takes ten days of work."""
    return {
        f"capabilities.monitoring.{name}": value
        for name, value in {"effort_days": 10.0, **values}.items()
    }


def stage(day: int, maximum: float) -> dict[str, Any]:
    return {"day": day, "capabilities.monitoring.maximum": maximum}


def test_a_capability_raised_in_stages_reaches_each_when_the_work_says() -> None:
    changes = [stage(10, 0.8), stage(20, 0.3), stage(30, 1.0)]
    docked = run(changes, **monitoring(maximum=0.5))
    # Half a level in five days, 0.3 more in three, nothing lost by a lower maximum, then 0.2.
    assert times(docked, LogKind.CAPABILITY_STARTED) == [0.0, 10.0, 30.0]
    assert times(docked, LogKind.CAPABILITY_REACHED) == [5.0, 13.0, 32.0]
    level = series(docked, "level_monitoring")
    assert (level[4], level[12], level[29], level[31]) == pytest.approx((0.5, 0.8, 0.8, 1.0))
    assert sum(series(docked, "developer_days_capability")) == pytest.approx(10.0)


def test_a_maximum_lowered_below_the_level_ends_the_work() -> None:
    docked = run([stage(3, 0.2), stage(6, 0.25)], **monitoring(maximum=1.0, streams=2))
    assert series(docked, "level_monitoring")[-1] == pytest.approx(0.3)
    assert series(docked, "developer_days_capability")[:4] == [1.0, 1.0, 1.0, 0.0]
    assert series(docked, "waiting_capability")[3] == 0.0
    assert not of(docked, LogKind.CAPABILITY_REACHED)


def test_a_maximum_lowered_above_the_level_or_raised_while_streams_work_moves_the_end() -> None:
    changes = [stage(2, 0.7), stage(3, 0.9)]
    values = monitoring(maximum=1.0, streams=2)
    docked = run(changes, **values, team__developers=2)
    # Two developers a day: 0.4 by day 2, 0.9 in the course of day 4.
    assert times(docked, LogKind.CAPABILITY_STARTED) == [0.0]
    assert times(docked, LogKind.CAPABILITY_REACHED) == [5.0]
    assert series(docked, "level_monitoring")[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.9])


def test_a_raised_maximum_waits_for_its_start_day() -> None:
    changes = [stage(5, 0.0), stage(10, 0.4), stage(30, 0.2)]
    docked = run(changes, **monitoring(maximum=1.0, start_day=20.5))
    assert times(docked, LogKind.CAPABILITY_STARTED) == [20.5]
    assert times(docked, LogKind.CAPABILITY_REACHED) == [25.0]
    none = run([stage(20, 0.0)], **monitoring(maximum=1.0, start_day=20.5))
    assert not of(none, LogKind.CAPABILITY_STARTED)


def test_efforts_hold_for_work_that_first_starts_from_then_on() -> None:
    changes = [{"day": 12, "efforts.retraining": 2.0}]
    docked = run(changes, one_due(), horizon_days=40)
    # Begun on day 10 with five days of work; the next ones take two.
    assert times(docked, LogKind.RETRAINED) == [15.0, 27.0, 39.0]


def test_an_interval_holds_for_due_times_planned_from_then_on() -> None:
    changes = [{"day": 2, "retraining.interval_days": 20.0}]
    docked = run(changes, live("model", 1), retraining__interval_days=10.0, horizon_days=45)
    assert times(docked, LogKind.RETRAINING_REQUESTED) == [10.0, 35.0]


def test_rates_keep_the_exposure_gathered_so_far() -> None:
    changes = [{"day": 30, "incidents.pipeline_per_year": 73.0}]
    slow = run(changes, live("model", 1), incidents__pipeline_per_year=3.65)
    before = run([], live("model", 1), incidents__pipeline_per_year=3.65, horizon_days=3_000)
    (first, *_) = times(slow, LogKind.ISSUE_STRUCK)
    (alone, *_) = times(before, LogKind.ISSUE_STRUCK)
    assert alone > 30.0
    # What was left on day 30 passes twenty times as fast.
    assert first == pytest.approx(30.0 + (alone - 30.0) / 20.0)


def test_the_model_keeps_the_scenario_and_tells_what_is_in_force() -> None:
    model = ModelOpsModel(horizon_days=4, changes=[{"day": 2, "team.developers": 3}])
    model.step()
    before = model.in_force
    assert before is model.parameters
    while model.running:
        model.step()
    assert (model.parameters.team.developers, model.in_force.team.developers) == (8, 3)
    assert len(model.agents_by_type[type(model.developers[0])]) == 3
