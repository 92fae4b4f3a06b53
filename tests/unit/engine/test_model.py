"""The Mesa model as a Mesa model: seeds, stepping, agents, collection, batches, subclasses."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.visualization.solara_viz import _build_model_init_kwargs

from modelops_abm.core import outcomes
from modelops_abm.core.events import TaskClass
from modelops_abm.core.statechart import Stage, State
from modelops_abm.mesa_engine.developer import Developer
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.runs import simulate
from modelops_abm.scenario import InputError, Scenario, with_values

SHORT = with_values(Scenario(), {"horizon_days": 120}, source="test")


def run(scenario: Scenario = SHORT, **options: Any) -> ModelOpsModel:
    model = ModelOpsModel(scenario, **options)
    model.run_model()
    return model


def same(one: ModelOpsModel, other: ModelOpsModel) -> bool:
    return (
        one.event_log == other.event_log
        and one.totals == other.totals
        and one.datacollector.model_vars == other.datacollector.model_vars
    )


# Seeds


def test_the_same_seed_gives_the_same_run_and_another_a_different_one() -> None:
    assert same(run(rng=1), run(rng=1))
    assert not same(run(rng=1), run(rng=2))
    assert not same(run(rng=1), run(rng=1, replication=1))


def test_seed_and_replication_do_not_stand_for_each_other() -> None:
    assert not same(run(rng=1), run(rng=0, replication=1))
    assert not same(run(rng=0), run(rng=1, replication=1))
    assert not same(run(rng=2, replication=3), run(rng=3, replication=2))


def test_zero_is_a_seed_like_any_other() -> None:
    assert same(run(rng=0), run())
    assert not same(run(rng=0), run(rng=1))
    assert run(rng=0).seed == 0


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int32])
def test_numpys_whole_numbers_are_seeds(kind: type[Any]) -> None:
    model = run(rng=kind(7), replication=kind(2))
    assert same(model, run(rng=7, replication=2))
    assert type(model.seed) is int


def test_the_largest_seed() -> None:
    assert same(run(rng=2**63 - 1), run(rng=2**63 - 1))


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, 1.5, "1", True, np.float64(1), [1], np.True_])
def test_what_is_no_whole_number_is_no_seed(seed: Any) -> None:
    with pytest.raises(ValueError, match="rng must be a whole number"):
        ModelOpsModel(SHORT, rng=seed)
    with pytest.raises(ValueError, match="replication must be a whole number"):
        ModelOpsModel(SHORT, replication=seed)
    with pytest.raises(ValueError, match="must be a whole number"):
        simulate(SHORT, seed=seed)


def test_without_a_seed_the_model_tells_the_one_it_took() -> None:
    """As Mesa does: `batch_run(rng=[None] * n)` means n different runs."""
    one, other = run(rng=None), run(rng=None)
    assert one.seed != other.seed
    assert same(one, run(rng=one.seed))


def test_mesas_own_generators_change_nothing() -> None:
    model = ModelOpsModel(SHORT, rng=3)
    model.rng.random(100)
    model.random.seed(99)
    model.agents.shuffle(inplace=True)
    model.run_model()
    assert same(model, run(rng=3))


# Stepping


@pytest.mark.parametrize("parts", [(120.0,), (0.5, 0.25, 59.25, 60.0), (1e-9, 119.999999999)])
def test_running_for_a_time_is_stepping(parts: tuple[float, ...]) -> None:
    model = ModelOpsModel(SHORT, rng=4)
    for days in parts:
        model.run_for(days)
    if model.running:  # the parts may add up to a little less than the horizon
        model.run_until(120.0)
    assert same(model, run(rng=4))


def test_running_until_a_time_is_stepping() -> None:
    model = ModelOpsModel(SHORT, rng=4)
    for until in (0.1, 33.0, 33.5, 120.0):
        model.run_until(until)
    assert not model.running
    assert same(model, run(rng=4))


def test_a_step_is_a_day() -> None:
    model = ModelOpsModel(SHORT, rng=4)
    for day in range(1, 121):
        assert model.running
        model.step()
        assert (model.day, model.time, model.steps) == (day, day, day)
        assert model.today["production_days"] is not None
    assert not model.running


@pytest.mark.filterwarnings("error")
def test_steps_after_the_end_change_nothing() -> None:
    model = run(rng=4)
    before = copy.deepcopy((model.event_log, model.totals, model.today))
    days = len(model.datacollector.model_vars["value"])
    for _ in range(3):
        model.step()
    assert (model.event_log, model.totals, model.today) == before
    assert len(model.datacollector.model_vars["value"]) == days == 120
    assert model.day == 120


def test_the_shortest_run_is_one_day() -> None:
    model = run(with_values(Scenario(), {"horizon_days": 1}, source="test"))
    assert model.day == 1
    assert all(0.0 <= record.time < 1.0 for record in model.event_log)


def test_a_shorter_horizon_is_the_beginning_of_the_same_run() -> None:
    longer = run(with_values(SHORT, {"horizon_days": 200}, source="test"), rng=5)
    shorter = run(rng=5)
    assert longer.event_log[: len(shorter.event_log)] == shorter.event_log
    for name, values in shorter.datacollector.model_vars.items():
        assert longer.datacollector.model_vars[name][:120] == values


def test_the_close_of_a_day_in_the_order_of_the_specification() -> None:
    called: list[str] = []

    class Watched(ModelOpsModel):
        pass

    def note(name: str) -> Any:
        original = getattr(ModelOpsModel, name)

        def noted(self: ModelOpsModel) -> None:
            called.append(name)
            original(self)

        return noted

    expected = ["integrate_models", "account_developers", "raise_levels", "book_money"]
    expected += ["retire_abandoned", "collect", "open_day"]
    for name in sorted(expected):
        setattr(Watched, name, note(name))
    Watched(SHORT).step()
    assert called == expected


# Agents


def test_agents_can_be_queried() -> None:
    model = run(rng=6)
    by_type = model.agents_by_type
    assert len(by_type[MLModel]) == len(model.ml_models)
    assert len(by_type[Developer]) == len(model.developers) == 8
    online = by_type[MLModel].select(lambda entry: entry.state is State.ONLINE)
    assert len(online) == model.today["models_online"]
    users = by_type[MLModel].select(lambda entry: entry.stage is Stage.PRODUCTION).agg("users", sum)
    assert users == pytest.approx(model.today["users"])
    sizes = by_type[MLModel].groupby("activity").count()
    assert sum(sizes.values()) == len(model.ml_models)
    assert {developer.activity for developer in model.developers} <= {
        task_class.name.lower() for task_class in TaskClass
    }


class CarefulModel(MLModel):
    """A model that counts its days."""

    days = 0

    def close_day(self) -> Any:
        self.days += 1
        return super().close_day()


class NoisyDeveloper(Developer):
    """A developer who counts the tasks begun."""

    begun = 0

    def begin(self, task: Task) -> None:
        self.begun += 1
        super().begin(task)


def test_agents_can_be_subclassed_and_change_nothing_by_that() -> None:
    model = run(rng=7, ml_model_class=CarefulModel, developer_class=NoisyDeveloper)
    assert same(model, run(rng=7))
    assert all(type(entry) is CarefulModel for entry in model.ml_models)
    assert sum(entry.days for entry in model.agents_by_type[CarefulModel]) >= 120
    assert sum(entry.begun for entry in model.agents_by_type[NoisyDeveloper]) > 50


def test_a_subclass_can_change_the_behaviour() -> None:
    class Forgotten(MLModel):
        """A model that everybody leaves on one day."""

        def is_abandoned(self) -> bool:
            return self.stage is Stage.PRODUCTION and self.model.day == 50

    model = run(rng=7, ml_model_class=Forgotten)
    assert model.totals["retired_abandoned"] > 10
    assert run(rng=7).totals["retired_abandoned"] == 0


# Collection


def test_the_collector_has_every_daily_outcome_for_every_day() -> None:
    model = run(rng=8)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == [outcome.name for outcome in outcomes.DAILY]
    assert len(table) == 120
    assert table["availability"].between(0.0, 1.0).all()


def test_the_collector_keeps_agents_days_on_request() -> None:
    model = run(rng=8, collect_agents=True)
    table = model.datacollector.get_agenttype_vars_dataframe(MLModel)
    developers = model.datacollector.get_agenttype_vars_dataframe(Developer)
    assert len(developers) == 120 * 8
    by_day = table.groupby("Step")["value_today"].sum()
    expected = model.datacollector.get_model_vars_dataframe()["value"]
    np.testing.assert_allclose(by_day.to_numpy(), expected.to_numpy(), rtol=1e-9)
    counts = table.groupby("Step").size()
    assert counts.iloc[-1] == len(model.ml_models)


def test_retired_models_earn_nothing_any_more() -> None:
    lives = {"model.useful_life_years": {"family": "exponential", "mean": 0.2}}
    model = run(with_values(SHORT, lives, source="test"), rng=8, collect_agents=True)
    assert model.totals["retired_obsolete"] > 10
    table = model.datacollector.get_agenttype_vars_dataframe(MLModel)
    for name in ("value", "cost"):
        by_day = table.groupby("Step")[f"{name}_today"].sum().to_numpy()
        expected = model.datacollector.get_model_vars_dataframe()[name].to_numpy()
        np.testing.assert_allclose(by_day, expected, rtol=1e-9)


# Batches


def test_batch_run_with_plain_keywords() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = mesa.batch_run(
            ModelOpsModel,
            {
                "horizon_days": 30,
                "developers": [3, 6],
                "automation": [0.0, 1.0],
                "replication": 2,
                "preset": "reference",
            },
            rng=[0, 5],
            number_processes=1,
            data_collection_period=-1,
            max_steps=10_000,
            display_progress=False,
        )
    table = pd.DataFrame(rows)
    assert len(table) == 2 * 2 * 2
    assert set(table["Step"]) == {30}
    assert table["npv"].nunique() == 8
    row = table[(table["developers"] == 6) & (table["automation"] == 1.0) & (table["rng"] == 5)]
    plan = {"horizon_days": 30, "team.developers": 6, "capabilities.automation.maximum": 1.0}
    alone = run(with_values(Scenario(), plan, source="test"), rng=5, replication=2)
    assert float(row["npv"].iloc[0]) == alone.today["npv"]


def test_batch_run_over_scenarios() -> None:
    """Also of a single one, which is not taken for a sequence of its values."""
    plan = with_values(SHORT, {"capabilities.automation.maximum": 1.0}, source="test")
    for scenarios in (plan, [SHORT, plan]):
        rows = mesa.batch_run(
            ModelOpsModel,
            {"scenario": scenarios, "horizon_days": 20, "replication": range(2)},
            rng=[3],
            display_progress=False,
        )
        found = pd.DataFrame(rows).set_index(["scenario", "replication"])["npv"]
        assert len(found) == 2 * (len(scenarios) if isinstance(scenarios, list) else 1)
        expected = run(plan, rng=3, replication=1, horizon_days=20)
        assert found[plan, 1] == expected.today["npv"]


def test_batch_run_over_changes() -> None:
    """Each value is a list of changes, as Mesa takes a list for a sequence of values."""
    teams = [[{"day": 3, "team.developers": size}] for size in (2, 11)]
    given = {"horizon_days": 5, "changes": [[], *teams]}
    rows = mesa.batch_run(ModelOpsModel, given, rng=[1], display_progress=False)
    assert [row["developers"] for row in rows] == [8, 2, 11]


def test_no_scenario_is_iterated_over() -> None:
    with pytest.raises(TypeError, match="model_dump"):
        iter(SHORT)
    with pytest.raises(TypeError, match="scenario must be a Scenario, not tuple"):
        ModelOpsModel(("horizon_days", 3))  # type: ignore[arg-type]


# Scenarios of Mesa


class Lean(mesa.experimental.scenarios.Scenario):
    developers: int = 3
    automation: float = 1.0
    horizon_days: int = 40


def test_a_scenario_of_mesa_says_values_and_seed() -> None:
    scenario = Lean(rng=5, automation=0.5)
    model = run(scenario)
    expected = {"developers": 3, "automation": 0.5, "horizon_days": 40}
    assert same(model, run(Scenario(), rng=5, **expected))
    assert model.scenario is scenario
    assert scenario.model is model
    assert same(run(Lean()), run(Scenario(), **{**expected, "automation": 1.0}))
    assert run(Lean(), rng=5, automation=0.5).seed == 5
    assert run(Lean(rng=5), rng=5).seed == 5


def test_of_two_seeds_none_is_taken() -> None:
    with pytest.raises(ValueError, match=r"rng and scenario\.rng must be the same"):
        ModelOpsModel(Lean(rng=5), rng=4)


def test_a_scenario_is_there_as_mesas_tools_ask_for_it() -> None:
    model = ModelOpsModel(SHORT, rng=2, developers=3)
    assert (model.scenario.rng, model.scenario.developers) == (2, 3)
    assert model.scenario.horizon_days == model.parameters.horizon_days == 120
    with pytest.raises(ValueError, match="during model run"):
        model.scenario.developers = 4
    page = {"add_scenario_when_empty": True, "require_model_accepts_scenario": True}
    made = _build_model_init_kwargs(model, {"rng": 2, "developers": 6}, **page)
    assert ModelOpsModel(**made).parameters.team.developers == 6


def test_keywords_by_plain_and_by_dotted_names() -> None:
    model = ModelOpsModel(
        SHORT, developers=3, rollback=0.5, capabilities__automation__streams=2, model__market_size=9
    )
    parameters = model.parameters
    assert parameters.team.developers == 3
    assert parameters.capabilities.rollback.maximum == 0.5
    assert parameters.capabilities.automation.streams == 2
    assert parameters.model.market_size.mean == 9.0
    assert parameters.horizon_days == 120
    assert ModelOpsModel(preset="small_team").parameters.team.developers == 5


def test_unknown_keywords_fail() -> None:
    with pytest.raises(InputError, match="develper"):
        ModelOpsModel(SHORT, develpers=3)
    with pytest.raises(InputError, match="preset"):
        ModelOpsModel(preset="no such thing")
    with pytest.raises(TypeError, match="either"):
        ModelOpsModel(SHORT, preset="reference")


# Copies


def test_a_finished_model_survives_pickling() -> None:
    model = run(rng=9)
    again = pickle.loads(pickle.dumps(model))
    assert same(model, again)
    assert again.summary() == model.summary()
    assert [entry.activity for entry in again.ml_models] == [
        entry.activity for entry in model.ml_models
    ]
