"""No parameter is dead: each value of the scenario changes the result of a suitable run.

The organisation has a bit of everything: few developers, all capabilities half built, models that
cannot serve while they are retrained, severe drift. Where a value needs something else to matter,
`CONTEXT` says what. What counts as the result are the totals of the run, not the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import pytest

from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core.outcomes import TOTALS
from modelops_abm.scenario import (
    CAPABILITY_NAMES,
    Archetype,
    Distribution,
    PortfolioModel,
    Quantity,
    Scenario,
    catalogue,
    with_values,
)
from modelops_abm.scenario.portfolio import unused
from modelops_abm.scenario.sections import OF_KIND, ModelKind

RICH: dict[str, Any] = {
    "horizon_days": 160,
    "portfolio.initial_models": 9,
    "portfolio.initial_ideas": 7,
    "portfolio.initial_builds": 2,
    "portfolio.ideas_per_year": 30.0,
    "model.build_effort_days": {"family": "lognormal", "mean": 8.0, "cv": 0.5},
    "model.deployment_effort_days": {"family": "lognormal", "mean": 3.0, "cv": 0.5},
    "model.useful_life_years": {"family": "weibull", "mean": 1.0, "cv": 0.6},
    "model.capacity_ratio": {"family": "lognormal", "mean": 0.15, "cv": 0.5},
    "incidents.compliance_per_year": 6.0,
    "incidents.capacity_per_year": 12.0,
    "drift.onsets_per_year": 6.0,
    "drift.severity": {"family": "beta", "mean": 0.6, "cv": 0.3},
    "retraining.serves_while_retraining": False,
    "team.developers": 4,
    "team.productivity": {"family": "gamma", "mean": 1.0, "cv": 0.4},
    **{f"capabilities.{name}.start_level": 0.4 for name in CAPABILITY_NAMES},
    **{f"capabilities.{name}.maximum": 0.8 for name in CAPABILITY_NAMES},
    # As long as in an organisation of 24 models, so that levels do not jump.
    **{
        f"capabilities.{name}.effort_days": 2.0 * getattr(Scenario().capabilities, name).effort_days
        for name in CAPABILITY_NAMES
    },
    **{f"capabilities.{name}.effort_per_model_days": 0.001 for name in CAPABILITY_NAMES},
}
CLIENT = {
    "source": "test",
    "models": [
        {"id": f"model {number}", "regulated": True, "deployed_at": "2025-08-01", "users": 90.0}
        for number in range(6)
    ]
    + [{"id": "another", "stage": "idea", "retired_at": "2026-05-01"}],
}
BUSY = {
    "source": "test",
    "models": [{"id": f"model {number}"} for number in range(8)]
    + [{"id": f"nearly live {number}", "stage": "deployment"} for number in range(3)],
}
ENOUGH_DEVELOPERS = {"team.developers": 12}  # some of them begin new ideas, whatever is drawn
SOURCES = {"incidents.shared_sources": 3, "incidents.shared_per_year": 12.0}
CONTEXT: dict[str, dict[str, Any]] = {
    "incidents.shared_per_year": SOURCES,
    "efforts.shared_repair": SOURCES,
    "capabilities.automation.shared_reduction": SOURCES,
    "capabilities.lineage.shared_saving": SOURCES,
    "portfolio.initial_ideas": ENOUGH_DEVELOPERS,
    "portfolio.initial_builds": ENOUGH_DEVELOPERS,
    "portfolio.ideas_per_year": ENOUGH_DEVELOPERS,
    "portfolio.backlog_order": ENOUGH_DEVELOPERS,
    "portfolio.success_share": ENOUGH_DEVELOPERS,
    "capabilities.automation.handover_gain": {**ENOUGH_DEVELOPERS, "portfolio.success_share": 0.2},
    "incidents.regulated_multiplier": {"imported": CLIENT},
    "start_date": {"imported": CLIENT},
    "model.largest_yearly_power_loss": {
        "model.yearly_power_loss": {"family": "lognormal", "mean": 0.9, "cv": 1.0}
    },
    "capabilities.package_days": {"team.preemption": "none"},
    "drift.decay_alert_power": {"model.yearly_power_loss": 0.6},
    "drift.decay_alert": {"model.yearly_power_loss": 0.6},
    "team.priority_order": {
        "imported": BUSY,
        "team.developers": 2,
        **{f"capabilities.{name}.start_level": 0.0 for name in CAPABILITY_NAMES},
    },
}
OTHER: dict[str, Any] = {
    "start_date": date(2026, 1, 20),
    "usage.abandonment_share": 0.75,
    "usage.season": [2.0] * 12,
    "requests": [{"name": "audit", "per_year": 2.0, "deadline_days": 30.0}],
    "incidents.largest_overload": 0.5,
    "incidents.overload_threshold": 0.3,
    "team.priority_order": ["retrain", "repair", "capability", "deploy", "build"],
    "capabilities.rollback.capacity_coverage": 0.9,
    "archetypes": [{"name": "only", "share": 1.0, "market_size": 50.0}],
    "changes": [{"day": 40, "team.developers": 2}],
    "imported": CLIENT,
    "model.largest_yearly_power_loss": 0.5,
    "portfolio.initial_models": 10,
    "portfolio.success_share": 0.1,
    "capabilities.package_days": 40.0,
    **{f"capabilities.{name}.streams": 2 for name in CAPABILITY_NAMES},  # 1 is what it comes to
    **{f"capabilities.{name}.start_day": 90.5 for name in CAPABILITY_NAMES},
}
LABELS = ("name", "description")


@cache
def totals(changes: str) -> Mapping[str, float]:
    """Return the totals of a run with changes to the rich organisation, given as JSON."""
    values = json.loads(changes)
    if "start_date" in values:
        values["start_date"] = date.fromisoformat(values["start_date"])
    scenario = with_values(Scenario(), {**RICH, **values}, source="test")
    # By the engine that takes some milliseconds; the other gives the same to the bit.
    return dict(zip(TOTALS, run_in_full(scenario, 51, 0).totals.tolist(), strict=True))


def result(changes: Mapping[str, Any]) -> Mapping[str, float]:
    return totals(json.dumps(changes, default=str))


def context_of(name: str) -> dict[str, Any]:
    return dict(CONTEXT.get(name, {}))


def rich(quantity: Quantity) -> Any:
    return {**RICH, **context_of(quantity.name)}.get(quantity.name, quantity.default)


def another_number(quantity: Quantity, value: float) -> float:
    """Return a value that is noticeably different, and allowed."""
    bounds = quantity.bounds
    high = bounds.get("le", bounds.get("lt", float("inf")))
    higher = value * 1.5 if value else 0.5
    if quantity.kind == "int":
        return int(value) + 1
    return higher if higher < high else value * 0.5


def another(quantity: Quantity) -> Any:
    """Return another value for a quantity."""
    if quantity.name in OTHER:
        return OTHER[quantity.name]
    match quantity.kind:
        case "flag":
            return not rich(quantity)
        case "choice":
            return next(word for word in reversed(quantity.choices) if word != rich(quantity))
        case _:
            return another_number(quantity, rich(quantity))


def named(kinds: tuple[str, ...]) -> list[Any]:
    chosen = [entry for entry in catalogue() if entry.kind in kinds and entry.name not in LABELS]
    return [pytest.param(entry, id=entry.name) for entry in chosen]


@pytest.mark.parametrize(
    "quantity",
    named(("float", "int", "flag", "choice", "order", "months", "date", "list", "portfolio")),
)
def test_every_value_matters(quantity: Quantity) -> None:
    context = context_of(quantity.name)
    changed = {**context, quantity.name: another(quantity)}
    assert result(changed) != result(context)


@pytest.mark.parametrize("part", ["mean", "cv", "family"])
@pytest.mark.parametrize("quantity", named(("distribution",)))
def test_every_part_of_every_distribution_matters(quantity: Quantity, part: str) -> None:
    context = context_of(quantity.name)
    value = rich(quantity)
    before = Distribution.model_validate(value) if isinstance(value, dict) else value
    now = {"family": before.family, "mean": before.mean, "cv": before.cv}
    if part == "mean":
        now["mean"] = before.mean * 0.7
    elif part == "cv":
        now["cv"] = before.cv * 0.6
    else:
        now["family"] = "gamma" if before.family != "gamma" else "lognormal"
    assert result({**context, quantity.name: now}) != result(context)


FAMILIES = ("constant", "exponential", "lognormal", "gamma", "weibull", "beta")


def test_every_family_gives_another_result() -> None:
    found = []
    for family in FAMILIES:
        severity = {"family": family, "mean": 0.5}
        if family not in ("constant", "exponential"):
            severity["cv"] = 0.4
        found.append(result({"drift.severity": severity}))
    assert all(one != other for n, one in enumerate(found) for other in found[:n])


@pytest.mark.parametrize(
    "quantity",
    [
        pytest.param(entry, id=entry.name)
        for entry in catalogue()
        if entry.kind == "choice" or entry.kind == "order"
    ],
)
def test_every_choice_gives_another_result(quantity: Quantity) -> None:
    """Every word of a choice, and every order that puts a class elsewhere."""
    context = context_of(quantity.name)
    if quantity.name == "drift.decay_alert":  # on the way from no monitoring to some
        context["capabilities.monitoring.start_level"] = 0.0
        context["capabilities.monitoring.start_day"] = 80.0
    values: list[Any] = list(quantity.choices)
    if quantity.kind == "order":
        values = [
            ["repair", "retrain", "capability", "deploy", "build"],
            ["retrain", "repair", "capability", "deploy", "build"],
            ["capability", "repair", "retrain", "deploy", "build"],
            ["repair", "capability", "retrain", "deploy", "build"],
            ["repair", "retrain", "deploy", "capability", "build"],
        ]
    found = [result({**context, quantity.name: value}) for value in values]
    assert all(one != other for n, one in enumerate(found) for other in found[:n])


OF_MODEL = [name for name in Archetype.model_fields if name in ModelKind.model_fields]


def two_kinds(share: float, **own: Any) -> dict[str, Any]:
    kinds = [
        {"name": "one", "share": share, **own},
        {"name": "two", "share": 1.0 - share, "market_size": 100.0, "build_effort_days": 5.0},
    ]
    return {"archetypes": kinds}


def test_every_field_of_an_archetype_is_covered() -> None:
    own = [*OF_MODEL, *OF_KIND, "name", "share", "regulated"]
    assert sorted(own) == sorted(Archetype.model_fields)


def test_regulation_of_an_archetype_matters() -> None:
    assert result(two_kinds(0.5, regulated=True)) != result(two_kinds(0.5))


@pytest.mark.parametrize("name", [*OF_MODEL, *OF_KIND])
def test_every_attribute_of_an_archetype_matters(name: str) -> None:
    whole = OF_KIND.get(name, f"model.{name}")
    quantity = next(entry for entry in catalogue() if entry.name == whole)
    value = rich(quantity)
    if isinstance(value, dict):
        value = value["mean"]
    number = value.mean if isinstance(value, Distribution) else value
    context = context_of(quantity.name)
    own = {name: number * 0.5}
    assert result({**context, **two_kinds(0.5, **own)}) != result({**context, **two_kinds(0.5)})


def test_the_shares_of_the_archetypes_matter() -> None:
    assert result(two_kinds(0.5)) != result(two_kinds(0.8))


OF_KIND_VALUES = {
    "pipeline_issues_per_year": 60.0,
    "capacity_issues_per_year": 90.0,
    "compliance_issues_per_year": 40.0,
    "drift_onsets_per_year": 30.0,
    "drift_severity": 0.2,
    "retraining_effort_days": 1.0,
    "pipeline_repair_days": 3.0,
    "capacity_repair_days": 4.0,
    "compliance_repair_days": 1.0,
    "drift_investigation_days": 0.5,
}
CLIENT_VALUES: dict[str, Any] = {
    "archetype": "two",
    "stage": "retired",
    "deployed_at": "2024-08-01",
    "retired_at": "2026-03-01",
    "users": 17.0,
    "addressable_users": 2_000.0,
    "predictions_per_user_day": 9.0,
    "current_predictions_per_user_day": 1.0,
    "value_per_prediction": 0.2,
    "cost_per_prediction": 0.1,
    "cost_of_wrong_prediction": 0.3,
    "yearly_power_loss": 0.5,
    "capacity_per_day": 100.0,
    "retraining_interval_days": 20.0,
    "last_retrained_at": "2025-11-11",
    "regulated": True,
    "shared_source": 0,
    **OF_KIND_VALUES,
}
EARLY_VALUES: dict[str, Any] = {
    "stage": "deployment",
    "retired_at": "2026-01-09",
    "build_effort_days": 2.0,
    "deployment_effort_days": 9.0,
    "addressable_users": 2_000.0,
    "retraining_interval_days": 20.0,
    "regulated": True,
    **OF_KIND_VALUES,
}


def often(name: str) -> dict[str, Any]:
    """Return what makes a model fail often in the way that a value of how it fails is about."""
    if name == "shared_source":
        return {name: 1}
    if name not in OF_KIND_VALUES:
        return {}
    cause = name.partition("_")[0]
    rates = [each for each in OF_KIND_VALUES if each.endswith("_per_year")]
    often = dict.fromkeys([each for each in rates if each.startswith(cause)], 100.0)
    return {**often, "capacity_per_day": 1.0, "yearly_power_loss": 0.9}


SOURCES = {"incidents.shared_sources": 2, "incidents.shared_per_year": 20.0}


def of_the_client(**values: Any) -> dict[str, Any]:
    first = {"id": "first", "stage": "production", **values}
    others = [{"id": f"model {number}"} for number in range(3)]
    # Drifts are investigated though they are found early.
    sources = SOURCES if "shared_source" in values else {}
    values = {**two_kinds(0.9), "drift.offline_loss": 0.02, **sources}
    return {**values, "imported": {"source": "test", "models": [first, *others]}}


@pytest.mark.parametrize("name", CLIENT_VALUES)
def test_every_value_of_a_clients_live_model_matters(name: str) -> None:
    base = often(name)
    changed = {**base, name: CLIENT_VALUES[name]}
    if changed.get("stage") == "retired":
        changed["retired_at"] = "2025-12-31"
    assert result(of_the_client(**changed)) != result(of_the_client(**base))


@pytest.mark.parametrize("name", EARLY_VALUES)
def test_every_value_of_a_clients_model_in_build_matters(name: str) -> None:
    quick = {"build_effort_days": 8.0, "deployment_effort_days": 3.0, **often(name)}
    base = {"stage": "build", **quick}
    assert result(of_the_client(**{**base, name: EARLY_VALUES[name]})) != (
        result(of_the_client(**base))
    )


BEFORE_GOING_LIVE = {
    **CLIENT_VALUES,
    **EARLY_VALUES,
    "deployed_at": "2026-01-02",
    "users": 0.0,
    "current_predictions_per_user_day": 0.0,
    "capacity_per_day": 1.0,
}
del BEFORE_GOING_LIVE["stage"], BEFORE_GOING_LIVE["last_retrained_at"]
GONE = {**CLIENT_VALUES, **EARLY_VALUES, "retired_at": "2025-12-01", "users": 90.0}
del GONE["stage"]
EFFORTS = {"build_effort_days": 2.0, "deployment_effort_days": 9.0}


@pytest.mark.parametrize(
    ("stage", "name", "value"),
    [
        *(("idea", name, value) for name, value in BEFORE_GOING_LIVE.items()),
        *(("deployment", name, value) for name, value in BEFORE_GOING_LIVE.items()),
        *(("production", name, value) for name, value in EFFORTS.items()),
    ],
)
def test_what_is_said_not_to_be_used_changes_nothing_and_the_rest_does(
    stage: str, name: str, value: object
) -> None:
    base = {"stage": stage} | ({} if name in EFFORTS else {"deployment_effort_days": 3.0})
    base |= often(name)
    changed = {**base, name: value}
    entry = PortfolioModel.model_validate({"id": "first", **changed}, strict=False)
    is_used = name not in unused(entry)
    assert (result(of_the_client(**changed)) != result(of_the_client(**base))) == is_used


def test_nothing_that_is_stated_of_a_retired_model_changes_anything() -> None:
    entry = PortfolioModel.model_validate({"id": "first", "stage": "retired", **GONE}, strict=False)
    assert (
        set(unused(entry))
        == set(GONE)
        == set(PortfolioModel.model_fields) - {*("id", "name", "stage")}
    )
    # Where the others read sources, too.
    bare = of_the_client(stage="retired", shared_source=1)
    assert result(of_the_client(stage="retired", **GONE)) == result(bare)


def test_every_stage_of_a_clients_model_gives_another_result() -> None:
    stages = ("idea", "build", "deployment", "production", "retired")
    found = [result(of_the_client(stage=stage)) for stage in stages]
    assert all(one != other for n, one in enumerate(found) for other in found[:n])


def test_every_field_of_a_clients_model_is_covered() -> None:
    fields = {*CLIENT_VALUES, *EARLY_VALUES, "id", "name"}
    assert fields == set(PortfolioModel.model_fields)


def test_the_identifier_keys_the_luck_and_the_name_is_only_shown() -> None:
    base = of_the_client()
    assert result(of_the_client(id="second")) != result(base)
    assert result(of_the_client(name="another name")) == result(base)


@pytest.mark.parametrize("name", LABELS)
def test_labels_are_only_shown(name: str) -> None:
    assert result({name: "another"}) == result({})
