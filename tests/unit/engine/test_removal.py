"""Removing agents the Mesa way: the team shrinks, the work goes back, a model retires."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from modelops_abm import Developer, MLModel, ModelOpsModel
from modelops_abm.core.events import MAINTENANCE, LogKind, TaskClass
from modelops_abm.core.outcomes import DEVELOPER_FLOWS
from modelops_abm.core.statechart import Cause, Stage, State

DAYS = 250


def run(when: int, change: Callable[[ModelOpsModel], None], days: int = DAYS) -> ModelOpsModel:
    model = ModelOpsModel(rng=1, horizon_days=days)
    while model.running:
        if model.day == when:
            change(model)
        model.step()
    return model


def developer_days(model: ModelOpsModel) -> float:
    return math.fsum(model.totals[flow.name] for flow in DEVELOPER_FLOWS)


def let_half_go(model: ModelOpsModel) -> None:
    for developer in model.developers[:4]:
        developer.remove()


def nothing(_model: ModelOpsModel) -> None:
    return None


def test_who_leaves_works_and_costs_no_more() -> None:
    before, after = run(100, nothing), run(100, let_half_go)
    per_day = before.totals["payroll"] / DAYS
    assert after.totals["payroll"] == pytest.approx(per_day * (100 + 150 / 2))
    assert developer_days(after) == pytest.approx(8 * 100 + 4 * 150)
    assert after.totals["models_delivered"] < before.totals["models_delivered"]
    for developer in after.developers[:4]:
        assert math.fsum(developer.ledger_days) == pytest.approx(100.0)
        assert (developer.task, developer.left_at) == (None, 100.0)
    ledgers = math.fsum(math.fsum(each.ledger_days) for each in after.developers)
    assert ledgers == pytest.approx(developer_days(after))


def test_the_work_in_hand_goes_back_with_its_progress() -> None:
    model = ModelOpsModel(rng=1)
    for _ in range(100):
        model.step()
    developer = next(each for each in model.developers if each.task is not None)
    task = developer.task
    assert task is not None
    assert task.effort_left is not None
    before = task.effort_left
    worked = (model.calendar.now - developer.started_at) * developer.speed_per_day
    developer.remove()
    assert (task.worker, task.interrupted) == (None, True)
    assert task.effort_left == pytest.approx(before - worked)
    assert model.scheduler.waiting[task.task_class] > 0


@pytest.mark.parametrize("serves", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_a_developer_may_leave_any_work_at_any_time(seed: int, *, serves: bool) -> None:
    """One leaves within days, from whatever work; an issue may strike what they have left."""
    model = ModelOpsModel(
        rng=seed,
        horizon_days=400,
        team__developers=9,
        retraining__serves_while_retraining=serves,
        incidents__pipeline_per_year=60.0,
        requests=[{"name": "audit", "per_year": 3.0, "effort": 2.0, "deadline_days": 60.0}],
    )
    left: set[TaskClass] = set()
    for step in range(9):
        wanted = sorted(MAINTENANCE)[step % 3]
        while model.day < 40 + 30 * step or not (model.day % 30 == 9 or at(wanted, model)):
            model.step()  # until somebody does the wanted work, but not for ever
        leaver = (at(wanted, model) or present(model))[0]
        if leaver.task is not None:
            left.add(leaver.task.task_class)
        model.schedule_event(leaver.remove, after=0.3)
        model.step()
        conserved(model)
    while model.running:
        model.step()
    assert left >= set(MAINTENANCE)
    assert not model.agents_by_type[Developer]
    conserved(model)


def test_a_leavers_retraining_waits_and_its_model_is_online_again() -> None:
    model = ModelOpsModel(rng=1, incidents__pipeline_per_year=0.0)
    while not at(TaskClass.RETRAIN, model):
        model.step()
    (leaver, *_) = at(TaskClass.RETRAIN, model)
    task = leaver.task
    assert task is not None
    ml_model = model.ml_models[task.number]
    assert ml_model.state is State.RETRAINING
    leaver.remove()
    assert ml_model.state is State.ONLINE
    assert (ml_model.cause, ml_model.serving_version) == (None, "current")
    assert (task.interrupted, task.held, task.worker) == (True, False, None)
    stopped, left = model.event_log[-2:]
    assert (stopped.kind, stopped.model) == (LogKind.RETRAINING_STOPPED, ml_model.number)
    assert (left.kind, left.developer) == (LogKind.DEVELOPER_LEFT, leaver.number)


def present(model: ModelOpsModel) -> list[Developer]:
    return [each for each in model.developers if each.left_at is None]


def at(wanted: TaskClass, model: ModelOpsModel) -> list[Developer]:
    return [each for each in present(model) if each.task and each.task.task_class is wanted]


def conserved(model: ModelOpsModel) -> None:
    """Every day of everybody's time is booked, every model in one state, value in one place."""
    present = math.fsum(
        model.day if each.left_at is None else each.left_at for each in model.developers
    )
    assert developer_days(model) == pytest.approx(present)
    assert sum(model.scheduler.in_progress.values()) == sum(
        each.task is not None for each in model.developers
    )
    assert all(math.isfinite(value) for value in model.totals.values())
    no_leak(model)
    for ml_model in model.ml_models:
        if ml_model.state is State.RETRAINING:
            assert ml_model.retraining is not None


def no_leak(model: ModelOpsModel) -> None:
    """The ideal value is what was lost, by cause, and what is there."""
    parts = [value for name, value in model.totals.items() if name.startswith("lost_")]
    whole = math.fsum((*parts, model.totals["value"]))
    assert whole == pytest.approx(model.totals["ideal_value"], rel=1e-9)


def test_a_model_that_is_removed_retires() -> None:
    def remove(model: ModelOpsModel) -> None:
        for number in (0, 5, 25, 40):  # in production, and ideas
            model.ml_models[number].remove()

    before, after = run(100, nothing), run(100, remove)
    for number in (0, 5, 25, 40):
        gone = after.ml_models[number]
        assert (gone.stage, gone.retired_at) == (Stage.RETIRED, 100.0)
        assert (gone.work, gone.retraining, gone.value_today) == (None, None, 0.0)
        assert gone not in after.agents
    assert after.totals["retired_planned"] == before.totals["retired_planned"] + 4
    assert all(math.isfinite(value) for value in after.totals.values())
    leakage = [after.totals[name] for name in after.totals if name.startswith("lost_")]
    assert all(value >= 0.0 for value in leakage)
    no_leak(after)
    conserved(after)


PRESSURE: dict[str, Any] = {
    "horizon_days": 200,
    "requests": [
        {"name": "audit", "per_year": 6.0, "effort": 3.0, "deadline_days": 8.0},
        {"name": "letter", "day": 90, "effort": 2.0, "deadline_days": 20.0},
    ],
    "incidents__shared_sources": 3,
    "incidents__shared_per_year": 12.0,
    "changes": [
        {"day": 50, "team.developers": 4},
        {"day": 100, "team.developers": 9},
        {"day": 150, "team.developers": 6},
    ],
}


def pressed(seed: int, change: Callable[[ModelOpsModel], None]) -> ModelOpsModel:
    """Run with a team that changes, requests and sources, and change something every day."""
    model = ModelOpsModel(rng=seed, **PRESSURE)
    while model.running:
        change(model)
        model.step()
    return model


def requests_add_up(model: ModelOpsModel) -> None:
    parts = (model.totals[f"requests_{name}"] for name in ("in_time", "late", "withdrawn", "open"))
    assert model.totals["requests_received"] == sum(parts) > 0.0


def ledgers_add_up(model: ModelOpsModel) -> None:
    ledgers = math.fsum(math.fsum(each.ledger_days) for each in model.developers)
    assert ledgers == pytest.approx(developer_days(model))


def test_who_is_removed_is_not_replaced_when_the_team_changes_by_its_numbers() -> None:
    """Of eight, 1 and 6 go on day 30; then there are four, nine and six by the scenario."""

    def remove(model: ModelOpsModel) -> None:
        if model.day == 30:
            model.developers[1].remove()
            model.developers[6].remove()
        there.append([each.number for each in model.developers if each.left_at is None])

    there: list[list[int]] = []
    model = pressed(0, remove)
    assert there[49] == [0, 2, 3, 4, 5, 7]
    assert there[52] == [0, 2, 3]
    assert there[102] == [0, 2, 3, 4, 5, 6, 7, 8]  # 6 was left out on day 50, and taken in again
    assert there[152] == [0, 2, 3, 4, 5]
    assert {each.number for each in model.agents_by_type[Developer]} == {0, 2, 3, 4, 5}
    expected = 8 * 30 + 6 * 20 + 3 * 50 + 8 * 50 + 5 * 50
    assert developer_days(model) == pytest.approx(expected)
    assert model.totals["payroll"] == pytest.approx(expected * 190_000 / 365, rel=1e-9)
    ledgers_add_up(model)
    requests_add_up(model)
    no_leak(model)


@pytest.mark.parametrize("seed", range(3))
def test_models_may_go_with_open_and_late_requests_and_while_their_source_is_down(
    seed: int,
) -> None:
    gone: dict[str, int] = {"waits": 0, "in hand": 0, "late": 0, "source": 0}

    def remove(model: ModelOpsModel) -> None:
        for ml_model in model.ml_models:
            if ml_model.stage is not Stage.PRODUCTION:
                continue
            asked = [each for each in ml_model.requests.values() if each.task is not None]
            why = {
                "late": any(each.is_late for each in asked),
                "in hand": any(each.task and each.task.worker is not None for each in asked),
                "waits": bool(asked),
                "source": ml_model.cause is Cause.SHARED,
            }
            found = next((name for name, holds in why.items() if holds and gone[name] < 2), None)
            if found is not None:
                gone[found] += 1
                ml_model.remove()
                assert (ml_model.stage, ml_model.state) == (Stage.RETIRED, State.RETIRED)
                assert all(each.task is None for each in ml_model.requests.values())

    model = pressed(seed, remove)
    assert all(count > 0 for count in gone.values())
    assert model.totals["retired_planned"] == sum(gone.values())
    assert model.totals["requests_withdrawn"] >= gone["waits"]
    assert sum(model.scheduler.in_progress.values()) == sum(
        each.task is not None for each in model.developers
    )
    ledgers_add_up(model)
    requests_add_up(model)
    no_leak(model)


def test_a_source_is_repaired_though_all_its_models_are_removed() -> None:
    def remove(model: ModelOpsModel) -> None:
        for ml_model in model.ml_models:
            if ml_model.cause is Cause.SHARED:
                ml_model.remove()

    model = pressed(1, remove)
    failed, restored = (
        [r for r in model.event_log if r.kind == kind]
        for kind in (LogKind.SOURCE_FAILED, LogKind.SOURCE_RESTORED)
    )
    assert len(failed) - len(restored) == sum(each.is_down for each in model.sources)
    assert len(restored) > 3
    no_leak(model)


WAYS: dict[str, Callable[[ModelOpsModel, Any], None]] = {
    "Agent.remove": lambda _model, agent: agent.remove(),
    "agents.remove": lambda model, agent: model.agents.remove(agent),
    "agents.discard": lambda model, agent: model.agents.discard(agent),
    "agents -=": lambda model, agent: model.agents.__isub__({agent}),
    "agents_by_type": lambda model, agent: model.agents_by_type[type(agent)].remove(agent),
    "select in place": lambda model, agent: model.agents.select(
        lambda other: other is not agent, inplace=True
    ),
    "do": lambda model, agent: model.agents.do(
        lambda other: other.remove() if other is agent else None
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_remove_is_the_same(way: str) -> None:
    def change(remove: Callable[[ModelOpsModel, Any], None]) -> Callable[[ModelOpsModel], None]:
        def do(model: ModelOpsModel) -> None:
            remove(model, model.developers[2])
            remove(model, model.ml_models[3])

        return do

    expected = run(20, change(WAYS["Agent.remove"]), days=60)
    model = run(20, change(WAYS[way]), days=60)
    assert model.totals == expected.totals
    assert model.developers[2] not in model.agents
    assert model.developers[2] not in model.agents_by_type[Developer]
    assert model.ml_models[3] not in model.agents_by_type[MLModel]


def test_all_may_go() -> None:
    model = run(30, lambda model: model.remove_all_agents(), days=60)
    assert all(each.left_at == 30.0 for each in model.developers)
    assert developer_days(model) == pytest.approx(8 * 30)
    assert model.today["payroll"] == 0.0
    assert model.today["value"] == 0.0


def test_removing_twice_or_after_the_end_changes_nothing() -> None:
    model = run(30, lambda model: model.developers[0].remove(), days=60)
    totals = dict(model.totals)
    for agent in (model.developers[0], model.developers[1], model.ml_models[0]):
        agent.remove()
        agent.remove()
    assert model.totals == totals
    assert model.developers[1].left_at is None
    with pytest.raises(KeyError):
        model.agents.remove(model.developers[0])


def test_a_selection_may_be_changed_at_will() -> None:
    def change(model: ModelOpsModel) -> None:
        chosen = model.agents.select(agent_type=Developer)
        chosen.remove(model.developers[0])
        model.agents.shuffle(inplace=True)
        model.agents.sort("unique_id", inplace=True)

    assert run(20, change, days=40).totals == run(20, nothing, days=40).totals


def test_who_is_added_joins_the_team() -> None:
    """With the ledger and the pay of the days since then."""
    model = run(100, lambda model: model.add_developer().number, days=150)
    *_, last = model.developers
    assert (len(model.developers), last.number) == (9, 8)
    assert math.fsum(last.ledger_days) == pytest.approx(50.0)
    assert developer_days(model) == pytest.approx(8 * 150 + 50)
    assert model.totals["payroll"] == pytest.approx((8 * 150 + 50) * 190_000 / 365)
    joined = [record for record in model.event_log if record.kind == LogKind.DEVELOPER_JOINED]
    assert [(record.time, record.developer) for record in joined] == [(100.0, 8)]


def test_who_joins_twice_does_the_work_of_one() -> None:
    """By hand, or because the team changes by numbers that are there already."""
    changes = [{"day": 60, "team.developers": 5}, {"day": 80, "team.developers": 10}]
    model = ModelOpsModel(rng=1, horizon_days=120, changes=changes)
    while model.running:
        if model.day == 40:
            model.add_developer().join()
            model.developers[0].join()
        model.step()
        at_work = [each for each in model.developers if each.task is not None]
        assert all(each.task is not None and each.task.worker is each for each in at_work)
    # The added one, number 8, is none of those who leave on day 60, or come back on day 80.
    expected = 8 * 60 + 5 * 20 + 8 * 40 + 80 + 40
    assert developer_days(model) == pytest.approx(expected)
    assert [math.fsum(each.ledger_days) for each in model.developers[8:]] == pytest.approx([80, 40])
    joined = [record for record in model.event_log if record.kind == LogKind.DEVELOPER_JOINED]
    assert [record.developer for record in joined] == [8, 5, 6, 7, 9]
