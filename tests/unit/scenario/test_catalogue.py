"""The catalogue of every value, and the default of every number in the description."""

from __future__ import annotations

import pytest

from modelops_abm.scenario import (
    CAPABILITY_NAMES,
    Archetype,
    Distribution,
    ModelKind,
    PortfolioModel,
    Scenario,
    Section,
    catalogue,
    describe,
    json_schema,
    with_values,
)
from modelops_abm.scenario.fields import Quantity, stated_by_entries
from modelops_abm.scenario.knowledge import Spread, Weights
from modelops_abm.scenario.names import NAMES, OF_A_CAPABILITY, name_in_words
from modelops_abm.scenario.quantity import extended, facts_of, quantity, weibull_cv
from modelops_abm.scenario.requests import RequestKind
from modelops_abm.scenario.sources import LABELS
from modelops_abm.scenario.timeline import CHANGEABLE
from modelops_abm.scenario.words import knowledge_in_words

NUMBERS = [quantity for quantity in catalogue() if quantity.is_number]
BY_NAME = {quantity.name: quantity for quantity in catalogue()}


@pytest.mark.parametrize("quantity", NUMBERS, ids=lambda quantity: quantity.name)
def test_every_number_says_what_it_is(quantity: Quantity) -> None:
    assert quantity.unit
    assert quantity.meaning.endswith(".")
    assert quantity.bounds.keys() & {"ge", "gt"}
    assert quantity.bounds.keys() & {"le", "lt"}
    assert quantity.source
    assert quantity.confidence in ("measured", "survey", "vendor", "judgement")


@pytest.mark.parametrize("quantity", NUMBERS, ids=lambda quantity: quantity.name)
def test_default_and_plausible_range_are_allowed(quantity: Quantity) -> None:
    default = quantity.default
    low, high = quantity.plausible or (default, default)
    if isinstance(default, Distribution):
        default = default.mean
        low, high = quantity.plausible or (default, default)
    assert quantity.bounds.get("ge", quantity.bounds.get("gt")) <= low <= high
    assert high <= quantity.bounds.get("le", quantity.bounds.get("lt"))


@pytest.mark.parametrize(
    "quantity",
    [each for each in catalogue() if each.name not in LABELS],
    ids=lambda quantity: quantity.name,
)
def test_nothing_is_without_a_range_or_a_reason_why_it_is_fixed(quantity: Quantity) -> None:
    """`quantity` takes a plausible range or `fixed`; `switch` and `stated` are for the rest."""
    assert quantity.knowledge is not None or quantity.fixed
    assert knowledge_in_words(quantity)
    if quantity.is_number and quantity.knowledge is not None:
        assert quantity.plausible is not None


@pytest.mark.parametrize("quantity", catalogue(), ids=lambda quantity: quantity.name)
def test_the_default_lies_in_what_is_known(quantity: Quantity) -> None:
    known, default = quantity.knowledge, quantity.default
    if isinstance(known, Spread):
        default = default.mean if isinstance(default, Distribution) else default
        assert known.low <= default <= known.high
        assert known.low < known.high
        assert {*known.in_proportion_to} < BY_NAME.keys()
    if isinstance(known, Weights):
        values = dict(known.values)
        assert {*values} == {*(quantity.choices or (True, False))}
        assert max(values, key=values.__getitem__) == default
        assert min(values.values()) > 0.0
        assert known.reason.startswith("judgement: ")


@pytest.mark.parametrize("section", [Archetype, PortfolioModel, RequestKind])
def test_every_number_of_a_list_has_unit_and_bounds(section: type[Section]) -> None:
    for name, field in section.model_fields.items():
        if "float" in str(field.annotation):
            assert facts_of(field)["unit"], name
            assert facts_of(field)["bounds"], name
        assert field.description, name


@pytest.mark.parametrize("name", ["archetypes", "changes", "requests"])
def test_every_list_tells_what_an_entry_may_say(name: str) -> None:
    fields = {each.name: each for each in stated_by_entries(name)}
    needed = {"archetypes": {"name", "share"}, "changes": {"day"}}
    required = {each.name for each in fields.values() if each.is_required}
    assert required == needed.get(name, {"name", "deadline_days"})
    for each in fields.values():
        assert each.meaning
        if each.is_number:
            assert each.unit
            assert each.bounds
    if name == "changes":
        assert [*fields] == ["day", *CHANGEABLE]
        assert fields["team.developers"].bounds["ge"] == 0
        assert fields["team.focus"].unit == BY_NAME["team.focus"].unit


def test_everything_has_a_meaning_and_its_own_name() -> None:
    assert all(quantity.meaning for quantity in catalogue())
    assert len(BY_NAME) == len(catalogue())
    unnamed = {name for name in BY_NAME if name not in NAMES}
    assert {name.rpartition(".")[2] for name in unnamed} == set(OF_A_CAPABILITY)
    assert {name.split(".")[1] for name in unnamed} == set(CAPABILITY_NAMES)
    assert len({name_in_words(name) for name in BY_NAME}) == len(BY_NAME)


def test_kinds() -> None:
    assert BY_NAME["team.developers"].kind == "int"
    assert BY_NAME["team.focus"].kind == "float"
    assert BY_NAME["team.preemption"].choices == ("maintenance", "none")
    assert BY_NAME["team.priority_order"].kind == "order"
    assert BY_NAME["usage.season"].kind == "months"
    assert BY_NAME["retraining.serves_while_retraining"].kind == "flag"
    assert BY_NAME["model.market_size"].kind == "distribution"
    assert BY_NAME["start_date"].kind == "date"
    assert BY_NAME["archetypes"].kind == "list"
    assert BY_NAME["imported"].kind == "portfolio"
    assert BY_NAME["model.market_size"].plausible == (50.0, 10_000.0)


FIXED = ("effort_days", "capital_cost", "upkeep_per_year")
PER_MODEL = ("effort_per_model_days", "capital_per_model", "upkeep_per_model_year")
CAPABILITIES = {  # effort, capital, upkeep at 24 models, of which each is half
    "automation": (240, 120_000, 40_000),
    "monitoring": (90, 60_000, 30_000),
    "rollback": (60, 40_000, 15_000),
    "lineage": (90, 60_000, 20_000),
    "autoscaling": (75, 80_000, 40_000),
}
DESCRIPTION = {
    "horizon_days": 1095,
    "portfolio.initial_models": 24,
    "portfolio.initial_ideas": 40,
    "portfolio.initial_builds": 4,
    "portfolio.ideas_per_year": 24,
    "portfolio.past_retraining_interval_days": 90,
    "portfolio.initial_usage_share": 0.8,
    "portfolio.go_live_usage_share": 0.5,
    "portfolio.success_share": 0.55,
    "model.innovation_per_year": 0.24,
    "model.imitation_per_year": 3.0,
    "model.largest_yearly_power_loss": 0.99,
    "model.decaying_share": 0.9,
    "incidents.pipeline_per_year": 8,
    "incidents.capacity_per_year": 6,
    "incidents.overload_threshold": 0.8,
    "incidents.overload_span": 0.2,
    "incidents.largest_overload": 5,
    "incidents.compliance_per_year": 1.2,
    "incidents.regulated_multiplier": 3,
    "incidents.capacity_growth": 0.25,
    "capacity.review_days": 90,
    "capacity.target_load": 0.8,
    "capacity.cost_share": 0.2,
    "incidents.shared_sources": 0,
    "incidents.shared_per_year": 2.0,
    "drift.onsets_per_year": 2,
    "drift.growth_days": 20,
    "drift.offline_loss": 0.15,
    "drift.decay_alert_power": 0.9,
    "retraining.interval_days": 90,
    "retraining.restored_share": 0.95,
    "team.developers": 8,
    "team.focus": 0.6,
    "team.payroll_per_year": 190_000,
    "capabilities.package_days": 10,
    "capabilities.automation.effort_saving": 0.3,
    "capabilities.automation.retraining_saving": 0.7,
    "capabilities.automation.pipeline_reduction": 0.5,
    "capabilities.automation.handover_gain": 0.3,
    "capabilities.automation.shared_reduction": 0.5,
    "capabilities.lineage.shared_saving": 0.3,
    "capabilities.automation.self_healing_share": 0.3,
    "capabilities.automation.self_healing_days": 0.05,
    "capabilities.monitoring.delay_without_days": 30,
    "capabilities.monitoring.delay_with_days": 1,
    "capabilities.rollback.pipeline_coverage": 0.9,
    "capabilities.rollback.drift_coverage": 0.9,
    "capabilities.rollback.compliance_coverage": 0.5,
    "capabilities.rollback.capacity_coverage": 0,
    "capabilities.rollback.retraining_coverage": 0.9,
    "capabilities.rollback.switch_days": 0.04,
    "capabilities.rollback.previous_power": 0.95,
    "capabilities.rollback.previous_drift_share": 0.5,
    "capabilities.lineage.compliance_reduction": 0.6,
    "capabilities.lineage.effort_saving": 0.5,
    "capabilities.autoscaling.extra_capacity": 3,
    "usage.neutral_power": 0.75,
    "usage.neutral_availability": 0.5,
    "usage.growth_days": 60,
    "usage.decline_days": 30,
    "usage.availability_memory_days": 30,
    "usage.abandonment_share": 0.1,
    "usage.demand_factor": 1,
    "finance.discount_rate": 0.08,
    **{
        f"capabilities.{name}.{part}": default
        for name, own in CAPABILITIES.items()
        for part, default in {
            "start_level": 0,
            "maximum": 0,
            "start_day": 0,
            "streams": 0,
            **dict(zip(FIXED, [total / 2 for total in own], strict=True)),
            **dict(zip(PER_MODEL, [total / 2 / 24 for total in own], strict=True)),
        }.items()
    },
}
SPREAD_HALF = {
    "model.market_size": 500,
    "model.predictions_per_user_day": 4,
    "model.cost_per_prediction": 0.005,
    "model.cost_of_wrong_prediction": 0.25,
    "model.yearly_power_loss": 0.15,
    "model.capacity_ratio": 0.7,
    "model.build_effort_days": 70,
    "model.deployment_effort_days": 15,
    "efforts.pipeline_repair": 1.0,
    "efforts.capacity_repair": 1.5,
    "efforts.capacity_step": 1.5,
    "efforts.shared_repair": 3.0,
    "efforts.compliance_repair": 5,
    "efforts.drift_investigation": 3,
    "efforts.retraining": 3,
}
DISTRIBUTIONS = {
    **{name: ("lognormal", mean, 0.5) for name, mean in SPREAD_HALF.items()},
    "model.value_per_prediction": ("lognormal", 0.5, 1.6),
    "model.useful_life_years": ("weibull", 3.0, weibull_cv(2.0)),
    "drift.severity": ("beta", 0.2, 0.5),
    "team.productivity": ("constant", 1.0, 0.0),
}


def test_every_number_of_the_description_is_a_default() -> None:
    assert {name: BY_NAME[name].default for name in DESCRIPTION} == DESCRIPTION
    for name, (family, mean, cv) in DISTRIBUTIONS.items():
        assert BY_NAME[name].default == Distribution(family=family, mean=mean, cv=cv), name


def test_there_are_no_other_numbers() -> None:
    assert {quantity.name for quantity in NUMBERS} == DESCRIPTION.keys() | DISTRIBUTIONS.keys()


def test_weibull_of_shape_two_has_the_stated_spread() -> None:
    assert weibull_cv(2.0) == pytest.approx(0.5227, abs=5e-5)


def test_description_of_a_scenario_says_whose_values_they_are() -> None:
    unsourced = Scenario(model=ModelKind(decaying_share=0.2))
    values = {"team.developers": 5, "model.market_size.mean": 9}
    scenario = with_values(unsourced, values, source="June's head count", confidence="client")
    stated = {value.quantity.name: value for value in describe(scenario)}
    assert list(stated) == list(BY_NAME)
    team = stated["team.developers"]
    assert (team.value, team.source, team.confidence) == (5, "June's head count", "client")
    assert not team.is_default
    assert stated["model.market_size"].source == "June's head count"
    focus = stated["team.focus"]
    assert focus.is_default
    assert focus.source == focus.quantity.source
    assert stated["model.decaying_share"].source == "nobody says whose value it is"


def test_schema_is_a_schema_with_units() -> None:
    schema = json_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["title"]
    assert "required" not in schema
    assert schema["additionalProperties"] is False
    team = schema["$defs"]["TeamParameters"]["properties"]
    assert team["developers"]["unit"] == "developers"
    assert (team["developers"]["minimum"], team["developers"]["maximum"]) == (1, 10_000)
    assert team["focus"]["exclusiveMinimum"] == 0.0
    assert team["preemption"]["enum"] == ["maintenance", "none"]
    assert "$ref" in schema["$defs"]["ModelKind"]["properties"]["market_size"]


def test_schema_accepts_a_distribution_as_a_number_or_in_part() -> None:
    number, whole = json_schema()["$defs"]["Distribution"]["anyOf"]
    assert number["type"] == "number"
    assert whole["properties"].keys() == {"family", "mean", "cv", "shape"}
    assert "required" not in whole


def test_schema_refers_only_to_what_it_defines() -> None:
    schema = json_schema()

    def references(value: object) -> set[str]:
        inner = value.values() if isinstance(value, dict) else value
        inner = inner if isinstance(value, dict | list) else ()
        own = {value["$ref"]} if isinstance(value, dict) and "$ref" in value else set()
        return own.union(*(references(entry) for entry in inner))

    assert references(schema) == {f"#/$defs/{name}" for name in schema["$defs"]}


def test_what_is_declared_outside_of_a_class_keeps_its_meaning() -> None:
    field = quantity(1.0, "days", ge=0.0, fixed="an example", meaning="How long it takes.")

    @extended({"length_days": (float, field)})
    class Example(Section):
        """An example."""

    assert Example.model_fields["length_days"].description == "How long it takes."
    assert facts_of(Example.model_fields["length_days"])["unit"] == "days"
