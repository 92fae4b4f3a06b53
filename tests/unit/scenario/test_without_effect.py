"""Every rule of values without effect, held against runs with one value and with another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest

from modelops_abm.runs import replicate
from modelops_abm.scenario import (
    CAPABILITY_NAMES,
    Distribution,
    ImportedPortfolio,
    PortfolioModel,
    Scenario,
    catalogue,
    with_values,
)
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.without_effect import (
    ATTRIBUTES,
    RULES,
    Rule,
    set_without_effect,
    without_effect,
)

SMALL = {
    "horizon_days": 200,
    "team.developers": 4,
    "portfolio.initial_models": 8,
    "portfolio.initial_ideas": 5,
    "portfolio.initial_builds": 2,
    "portfolio.success_share": 0.1,
    "capabilities.automation.handover_gain": 1.0,
    "incidents.capacity_per_year": 30.0,
    "incidents.shared_sources": 2,
    "model.build_effort_days": 10.0,
    "model.deployment_effort_days": 3.0,
    "retraining.interval_days": 120.0,
    "drift.decay_alert_power": 0.98,
    "model.yearly_power_loss": 0.5,
    **{f"capabilities.{name}.maximum": 1.0 for name in CAPABILITY_NAMES},
    **{f"capabilities.{name}.effort_days": 15.0 for name in CAPABILITY_NAMES},
    **{f"capabilities.{name}.effort_per_model_days": 0.1 for name in CAPABILITY_NAMES},
}
"""An organisation in which everything happens soon."""
CLIENT = ImportedPortfolio(
    source="test",
    models=(PortfolioModel(id="a", users=100.0), PortfolioModel(id="b", stage="idea")),
)
KINDS = tuple(
    {
        "name": f"kind {share}",
        "share": share,
        **{name: value_at(Scenario(), whole) for whole, name in ATTRIBUTES.items()},
    }
    for share in (0.25, 0.75)
)
NO_DRIFT = {"drift.onsets_per_year": 0.0}
WHERE: dict[str, dict[str, Any]] = {
    "no capability is built": {f"capabilities.{name}.maximum": 0.0 for name in CAPABILITY_NAMES},
    "models share no sources": {"incidents.shared_sources": 0},
    "no build fails": {"portfolio.success_share": 1.0},
    "no model is in production": {"portfolio.initial_models": 0},
    "no pipeline issue heals": {"capabilities.automation.self_healing_share": 0.0},
    "at its full level from the start": {"capabilities.monitoring.start_level": 1.0},
    "no drift occurs, and no decay": {**NO_DRIFT, "drift.decay_alert": "never"},
    "no drift occurs": NO_DRIFT,
    "no decay is noticed": {
        "drift.decay_alert": "with_monitoring",
        "capabilities.monitoring.maximum": 0.0,
    },
    "no pipeline issue occurs": {"incidents.pipeline_per_year": 0.0},
    "no capacity issue occurs": {"incidents.capacity_per_year": 0.0},
    "the overload is never": {"incidents.largest_overload": 0.0},
    "no model is regulated": {},
    "no compliance issue occurs": {"incidents.compliance_per_year": 0.0},
    "no model decays": {"model.decaying_share": 0.0},
    "the client's portfolio stands": {"imported": CLIENT},
    "no more initial ideas": {"portfolio.initial_builds": 9},
    "no models at the start": {"portfolio.initial_models": 0},
    "there are no ideas": {"portfolio.initial_ideas": 0, "portfolio.ideas_per_year": 0.0},
    "no date of a client": {},
    "every archetype states": {"archetypes": KINDS},
    "no model is retrained on schedule": {"retraining.interval_days": 2_000.0},
    "no previous version": {
        f"capabilities.rollback.{cause}_coverage": 0.0
        for cause in ("pipeline", "capacity", "compliance", "drift", "retraining")
    },
}
"""Values that make the condition of a rule hold, by words of its reason."""
OF_A_CAPABILITY: dict[str, dict[str, float]] = {
    "would begin after the end": {"start_day": 200.0},
    "is not built": {"maximum": 0.4, "start_level": 0.4},
    "below its start level": {"maximum": 0.4, "start_level": 0.6},
    "never has a level": {"maximum": 0.0},
}
QUANTITIES = {quantity.name: quantity for quantity in catalogue()}
REPLICATIONS = 2


def another(scenario: Scenario, name: str) -> Any:
    """Return another value that is allowed."""
    quantity, value = QUANTITIES[name], value_at(scenario, name)
    if isinstance(value, Distribution):
        return 0.8 * value.mean
    if isinstance(value, date):
        return value.replace(year=value.year + 1)
    if quantity.kind == "choice":
        return next(choice for choice in quantity.choices if choice != value)
    if name.endswith(".start_day"):
        return value + 2_000.0
    if name.endswith(".maximum"):
        return value / 2.0
    if quantity.kind == "int":
        return value + 3
    return 0.8 * value if value > 0.0 else 0.3


def totals(scenario: Scenario) -> np.ndarray:
    return replicate(scenario, REPLICATIONS).totals.to_numpy()


def changed(scenario: Scenario, rule: Rule) -> Scenario:
    values = {name: another(scenario, name) for name in rule.names}
    return with_values(scenario, values, source="test")


def named(rule: Rule) -> str:
    return f"{rule.names[0]}: {rule.reason}"


def place(rule: Rule) -> Mapping[str, Any]:
    """Return values that make the condition of a rule hold."""
    capability = rule.names[0].rpartition(".")[0]
    for words, parts in OF_A_CAPABILITY.items():
        if words in rule.reason:
            return {f"{capability}.{part}": value for part, value in parts.items()}
    return next(values for words, values in WHERE.items() if words in rule.reason)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_what_has_no_effect_changes_no_bit(rule: Rule) -> None:
    scenario = with_values(Scenario(), {**SMALL, **place(rule)}, source="test")
    other = changed(scenario, rule)
    assert rule.holds(scenario)
    assert rule.holds(other)
    assert totals(scenario).tobytes() == totals(other).tobytes()


def test_every_condition_can_fail_and_its_values_then_have_an_effect() -> None:
    """In an organisation in which everything happens; the bits of no rule's runs are the same."""
    scenario = with_values(Scenario(), SMALL, source="test")
    before = totals(scenario).tobytes()
    seen = 0
    for rule in RULES:
        if rule.holds(scenario) or "states its own" in rule.reason:
            continue
        seen += 1
        assert totals(changed(scenario, rule)).tobytes() != before, named(rule)
    assert seen > 30


def test_names_are_of_the_catalogue() -> None:
    names = {name for rule in RULES for name in rule.names}
    assert names <= QUANTITIES.keys()


def test_only_what_somebody_set_is_told() -> None:
    scenario = with_values(
        Scenario(),
        {"incidents.regulated_multiplier": 5.0, "capabilities.lineage.effort_days": 30.0},
        source="test",
    )
    assert list(set_without_effect(scenario)) == [
        "capabilities.lineage.effort_days",
        "incidents.regulated_multiplier",
    ]
    assert set_without_effect(Scenario()) == {}
    assert "no model is regulated" in without_effect(Scenario())["incidents.regulated_multiplier"]


@pytest.mark.parametrize("listed", ["changes", "requests"])
def test_a_date_in_a_list_counts_from_the_start(listed: str) -> None:
    entries = {
        "changes": {"team.developers": 4},
        "requests": {"name": "vendor", "deadline_days": 60.0},
    }
    for day, has_effect in [(31, False), (date(2026, 2, 1), True)]:
        values = {listed: [{"day": day, **entries[listed]}], "start_date": date(2026, 1, 1)}
        scenario = with_values(Scenario(), values, source="test")
        assert ("start_date" in without_effect(scenario)) is not has_effect
