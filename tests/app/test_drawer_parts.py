from __future__ import annotations

import math
from itertools import product
from threading import Event
from typing import Any

import numpy as np
import pytest

from modelops_abm import preset, with_values
from modelops_abm.app.decide import equations, parameter_drawer
from modelops_abm.app.decide.capability_drawer import (
    ShownWorth,
    fact_of,
    facts_of_capability,
    facts_table,
)
from modelops_abm.app.decide.equations import EQUATIONS, WORK, Equation, equations_about
from modelops_abm.app.decide.parameter_drawer import ends_of, stream_effect
from modelops_abm.app.decide.rail_rows import quantity_of
from modelops_abm.app.state.plan import Plan, size_of
from modelops_abm.app.state.session import Session
from modelops_abm.charts.amounts import Money, Notation
from modelops_abm.charts.credit import worth_of_levels
from modelops_abm.charts.echarts import Space, option
from modelops_abm.charts.figure import Band, Figure
from modelops_abm.core.randomness import DecisionPoint, draw_key, key_for_cause
from modelops_abm.core.statechart import Cause
from modelops_abm.experiments import level_worth
from modelops_abm.rules.constants import Levels, constants_of
from modelops_abm.rules.maintenance import image_at_hand
from modelops_abm.rules.sampling import happens
from modelops_abm.runs.threads import Account
from modelops_abm.scenario import CAPABILITY_NAMES, InputError, Scenario
from tests.app.comparisons import quick_plan

NAMES = {"exp": math.exp, "min": min, "max": max, "__builtins__": {}}
OTHER = {
    "incidents.pipeline_per_year": 30.0,
    "capabilities.automation.pipeline_reduction": 0.2,
    "capabilities.automation.effort_saving": 0.75,
    "model.build_effort_days": 45.0,
    "capabilities.automation.retraining_saving": 0.4,
    "efforts.retraining": 7.0,
    "capabilities.monitoring.delay_without_days": 60.0,
    "capabilities.monitoring.delay_with_days": 0.5,
    "capabilities.rollback.pipeline_coverage": 0.6,
    "capabilities.rollback.previous_power": 0.8,
    "capabilities.rollback.previous_drift_share": 0.25,
    "capabilities.lineage.compliance_reduction": 0.35,
    "incidents.compliance_per_year": 3.0,
    "efforts.compliance_repair": 8.0,
    "capabilities.lineage.effort_saving": 0.1,
    "capabilities.autoscaling.extra_capacity": 1.5,
    "model.capacity_ratio": 0.9,
    "model.yearly_power_loss": 0.4,
    "drift.severity": 0.2,
    "drift.growth_days": 45.0,
    "retraining.restored_share": 0.6,
    "incidents.capacity_per_year": 3.0,
    "incidents.overload_threshold": 0.5,
    "incidents.overload_span": 0.4,
    "incidents.largest_overload": 2.0,
    "model.innovation_per_year": 0.05,
    "model.imitation_per_year": 0.7,
    "usage.neutral_power": 0.6,
    "usage.neutral_availability": 0.3,
    "team.focus": 0.7,
    "finance.discount_rate": 0.12,
}


SPACE = Space(168, 40, 92, 10, 26)


@pytest.fixture(scope="module")
def scenarios() -> tuple[Scenario, Scenario]:
    reference = preset("reference")
    return reference, with_values(reference, OTHER, source="test")


@pytest.mark.parametrize(
    "equation", [*EQUATIONS, *WORK.values()], ids=lambda equation: equation.name
)
def test_an_equation_says_what_its_rule_computes(
    equation: Equation, scenarios: tuple[Scenario, Scenario]
) -> None:
    variable = equation.variable
    for scenario in scenarios:
        for x in np.linspace(0.0, variable.high, 16):
            if equation.name == "discounting":
                x = round(x)
            names = {**NAMES, **equation.values(scenario), variable.symbol: float(x)}
            said = eval(equation.expression, names)
            assert equation.at(scenario, float(x)) == pytest.approx(said, rel=1e-12, abs=1e-12)


def test_other_values_are_those_of_every_equation() -> None:
    used = {name for equation in EQUATIONS for name in equation.parameters.values()}
    assert used - set(OTHER) == {"team.productivity"}


@pytest.mark.parametrize("capability", CAPABILITY_NAMES)
def test_every_capability_has_an_equation_and_its_facts(capability: str) -> None:
    assert equations_about(capability)
    facts = facts_of_capability(preset("all_five"), capability)
    assert {fact.quantity.name.split(".")[1] for fact in facts} == {capability}
    text = str(facts_table(facts))
    assert text.count('data-action="explain"') == len(facts)


def test_a_value_finds_the_equations_it_stands_in() -> None:
    assert [entry.name for entry in equations_about("drift.severity")] == ["drift"]
    assert equations_about("team.developers") == ()
    assert equations_about("capabilities.lineage.effort_per_model_days") == (WORK["lineage"],)


@pytest.mark.parametrize("level", [0.0, 0.25, 0.5, 1.0])
def test_the_chance_of_an_image_is_the_one_that_the_rule_draws_by(
    level: float, scenarios: tuple[Scenario, Scenario]
) -> None:
    """Of every single issue: the same draw with the equation's chance has the same outcome."""
    (equation,) = (entry for entry in EQUATIONS if entry.name == "image at hand")
    point = key_for_cause(DecisionPoint.PREVIOUS_VERSION, "pipeline")
    for scenario in scenarios:
        care, levels = constants_of(scenario).care, Levels(0.0, 0.0, level, 0.0, 0.0)
        chance = equation.at(scenario, level)
        for entity, occurrence in product(range(100), range(10)):
            key = draw_key(entity, point, occurrence)
            drawn = image_at_hand(care, levels, entity, Cause.PIPELINE.value, occurrence)
            assert drawn == happens(chance, key)


def test_facts_name_the_default_of_what_was_changed() -> None:
    plan = with_values(
        preset("reference"), {"capabilities.monitoring.delay_without_days": 60}, source="a survey"
    )
    fact = fact_of(plan, "capabilities.monitoring.delay_without_days")
    text = str(facts_table([fact]))
    assert "60" in text
    assert "default 30 days; a survey" in text
    assert "Yours" in text
    alone = fact_of(preset("rollback_alone"), "capabilities.rollback.maximum")
    assert "preset “Rollback alone”: the whole investment" in str(facts_table([alone]))


def test_the_level_chart_shows_the_paired_worth() -> None:
    worth = level_worth(quick_plan(automation=0.6), "automation", replications=16)
    money = Money(1e6, "M $")
    figure = worth_of_levels(worth, money, Notation(money, 2).part)
    lines = {entry["id"]: entry for entry in option(figure, SPACE)["series"]}
    drawn = {level: value for value, level in lines["levels"]["data"]}
    for level in worth.levels:
        mean = worth.worth(level).estimate.mean or 0.0
        assert drawn[level] == pytest.approx(mean / money.size, rel=1e-2, abs=1e-3)
    assert lines["here"]["data"][0][1] == 0.6
    # The plan's own level may be known better: the curve goes through the dot then too.
    better = worth_of_levels(worth, money, Notation(money, 2).part, worth.worth(1.0))
    again = {entry["id"]: entry["data"] for entry in option(better, SPACE)["series"]}
    ((dot, _),) = again["here"]
    assert {level: value for value, level in again["levels"]}[0.6] == pytest.approx(dot, rel=1e-2)
    assert again["here"] != lines["here"]["data"]
    assert len(figure.as_table().rows) == len(worth.levels)
    assert "against no automation" in figure.finding


def test_over_organisations_the_band_of_the_levels_is_hatched() -> None:
    worth = level_worth(quick_plan(automation=0.6), "automation", (0.0, 0.6), replications=4)
    notation = Notation(Money(1e6, "M $"), 2)
    for is_over in (False, True):
        shown = ShownWorth(worth, worth.worth(0.6), None, notation, is_over)
        (panel,) = shown.figure().panels
        wide, average = (each for each in panel.layers if isinstance(each, Band))
        assert (wide.is_hatched, average.is_hatched) == (is_over, False)


def _series(figure: Figure) -> list[dict[str, Any]]:
    return option(figure, equations.SPACE)["series"]


def test_the_curve_of_an_equation_is_its_rule(scenarios: tuple[Scenario, Scenario]) -> None:
    (equation,) = equations_about("monitoring")
    figure = equations.curve(equation, scenarios[0], here=0.5)
    (curve,) = [entry for entry in _series(figure) if entry["id"] == "detection"]
    assert curve["data"][0] == [30.0, 0.0]
    assert curve["data"][-1] == [1.0, 1.0]
    assert "30" in figure.finding


@pytest.mark.parametrize("here", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_half_is_marked_on_a_curve_where_the_plan_is_not(
    scenarios: tuple[Scenario, Scenario], here: float
) -> None:
    (equation,) = equations_about("monitoring")
    drawn = _series(equations.curve(equation, scenarios[0], here))
    marks = {entry["id"]: entry for entry in drawn if entry["type"] == "scatter"}
    assert ("half" in marks) == (here not in (0.5, 0.75))
    if "half" in marks:
        ((value, level),) = marks["half"]["data"]
        assert (level, value) == (0.5, pytest.approx(30.0**0.5))
        assert marks["half"]["label"]["formatter"] == "5.48 at half"
        assert marks["half"]["label"]["position"] == "top"  # the curve falls


@pytest.mark.parametrize(
    ("capability", "level", "place", "align"),
    [
        ("lineage", 0.5, "bottom", "right"),  # high on a curve that falls: words would be cut off
        ("autoscaling", 0.75, "bottom", "left"),  # high on a curve that rises
        ("monitoring", 0.5, "top", "center"),
        ("monitoring", 1.0, "right", "left"),
    ],
)
def test_words_at_a_point_of_a_curve_stand_where_there_is_room(
    scenarios: tuple[Scenario, Scenario], capability: str, level: float, place: str, align: str
) -> None:
    equation, *_ = equations_about(capability)
    drawn = _series(equations.curve(equation, scenarios[0], level))
    (here,) = [entry["label"] for entry in drawn if entry["id"] == "here"]
    assert (here["position"], here["align"]) == (place, align)


def test_the_effect_of_a_value_is_paired() -> None:
    plan = Plan("test", quick_plan(automation=0.5))
    quantity = quantity_of("incidents.pipeline_per_year")
    account = Account()
    looks = stream_effect(plan, quantity, 0, Event(), may_run=lambda _: True, account=account)
    effect = next(looks)
    assert account.seconds > 0.0
    own = effect.worths[None].values
    for value, change in effect.changes.items():
        assert change.values == pytest.approx(effect.worths[value].values - own)
    assert list(effect.changes) == list(ends_of(quantity) or ())


def test_no_end_of_a_range_is_run_that_is_larger_than_agreed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parameter_drawer, "sampled", pytest.fail)
    session, quantity = Session(Plan("test", quick_plan())), quantity_of("team.developers")
    session.agreed.set(size_of(session.plan.scenario))
    looks = stream_effect(
        session.plan, quantity, 0, Event(), may_run=session.may_run, account=session.account
    )
    with pytest.raises(InputError, match="At 40 developers the plan is larger than"):
        next(looks)


def test_what_has_no_range_is_not_tried() -> None:
    assert ends_of(quantity_of("team.preemption")) is None
    assert ends_of(quantity_of("horizon_days")) is None
