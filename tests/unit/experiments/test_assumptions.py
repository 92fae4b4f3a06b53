"""Which values of a scenario are varied, which are not, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelops_abm.clients import illustrative_portfolio
from modelops_abm.experiments.assumptions import (
    DECIDED,
    FIXED,
    OVERLAID,
    REPLACED,
    SWITCH,
    assumptions_of,
)
from modelops_abm.experiments.inputs import check_inputs
from modelops_abm.scenario import (
    Archetype,
    Distribution,
    InputError,
    Scenario,
    baseline_of,
    catalogue,
    load_scenario,
    save_scenario,
    with_values,
)
from modelops_abm.scenario.presets import PRESETS, preset
from modelops_abm.scenario.sources import LABELS, with_range

MODELS = "portfolio.initial_models"


def varied_in(scenario: Scenario, *names: str) -> set[str]:
    return {entry.name for entry in assumptions_of(scenario, names or None).inputs}


def test_every_value_is_varied_or_left_out_for_a_reason() -> None:
    known = assumptions_of(Scenario())
    names = [entry.name for entry in catalogue() if entry.name not in LABELS]
    assert sorted([*varied_in(Scenario()), *known.left_out]) == sorted(names)
    fixed = {entry.name: entry.fixed for entry in catalogue() if entry.fixed not in ("", DECIDED)}
    told = {name: why for name, why in known.left_out.items() if why.startswith(FIXED)}
    assert told == {name: f"{FIXED}{why}" for name, why in fixed.items()}
    assert f"{len(fixed)} fixed" in known.sentence()
    switches = {name for name, why in known.left_out.items() if why == SWITCH}
    assert {"drift.decay_alert", "retraining.serves_while_retraining"} < switches
    assert {"usage.neutral_availability", "incidents.capacity_growth"} < varied_in(Scenario())
    assert known.left_out["team.developers"] == DECIDED
    assert known.left_out["capabilities.lineage.streams"] == DECIDED
    assert f"{len(known.inputs)} assumptions" in known.sentence()
    assert known.table().loc["team.developers", "reason"] == DECIDED
    assert known.table().loc["drift.severity", "values"] == "0.05..0.5"
    check_inputs(Scenario(), known.inputs)


def test_what_a_file_states_is_known(tmp_path: Path) -> None:
    """40 models, given as measured: the reference's range of 5 to 300 is not about them."""
    file = tmp_path / "ours.toml"
    file.write_text(
        "[portfolio]\ninitial_models = 40\n[[sources]]\nname = 'portfolio.initial_models'\n"
        "source = 'our registry'\nconfidence = 'measured'\n"
    )
    ours = load_scenario(file)
    assert MODELS in varied_in(Scenario())
    assert MODELS not in varied_in(ours)
    assert assumptions_of(ours).left_out[MODELS] == "given: our registry"
    assert "1 that the scenario states (models at the start)" in assumptions_of(ours).sentence()
    assert varied_in(ours, MODELS) == {MODELS}  # who names it wants it varied
    assert MODELS not in varied_in(ours, "portfolio")
    save_scenario(ours, tmp_path / "again.toml")
    assert MODELS not in varied_in(load_scenario(tmp_path / "again.toml"))


def test_a_preset_states_its_own_values() -> None:
    bank = assumptions_of(preset("regulated_bank"))
    assert bank.left_out[MODELS].startswith("given: preset regulated_bank: a mid-sized bank")
    assert "efforts.compliance_repair" in bank.left_out
    for name in PRESETS:
        scenario = preset(name)
        stated = {entry.name for entry in scenario.sources}
        assert stated.isdisjoint(varied_in(scenario))
        assert varied_in(baseline_of(scenario)) == varied_in(scenario)


def test_a_portfolio_replaces_what_there_is_at_the_start() -> None:
    scenario = with_values(Scenario(), {"imported": illustrative_portfolio()}, source="a client")
    left_out = assumptions_of(scenario).left_out
    assert left_out[MODELS] == left_out["portfolio.initial_builds"] == REPLACED
    assert "portfolio.ideas_per_year" in varied_in(scenario)


def test_what_every_archetype_states_is_known() -> None:
    size = Distribution(family="constant", mean=50.0)
    kinds = [Archetype(name="a", share=0.5, market_size=size), Archetype(name="b", share=0.5)]
    some = Scenario(archetypes=tuple(kinds))
    assert "model.market_size" in varied_in(some)
    both = Scenario(archetypes=(kinds[0], kinds[1].model_copy(update={"market_size": size})))
    assert assumptions_of(both).left_out["model.market_size"] == OVERLAID


def test_a_stated_spread_leaves_the_mean_open() -> None:
    wide = with_values(Scenario(), {"model.market_size.cv": 1.5}, source="ours")
    assert "model.market_size" in varied_in(wide)
    assert "model.market_size" not in varied_in(
        with_values(Scenario(), {"model.market_size": 800.0}, source="ours")
    )


def test_decisions_and_sections_are_varied_by_name() -> None:
    assert assumptions_of(Scenario(), ["team.developers"]).inputs[0].text.endswith("=3..40")
    drift = ("decay_alert_power", "growth_days", "offline_loss", "onsets_per_year", "severity")
    assert varied_in(Scenario(), "drift") == {f"drift.{name}" for name in drift}


def test_a_switch_is_varied_over_all_that_it_may_be() -> None:
    names = ["drift.decay_alert", "retraining.serves_while_retraining"]
    texts = [entry.text for entry in assumptions_of(Scenario(), names).inputs]
    assert texts == [
        'drift.decay_alert="always","with_monitoring","never"',
        "retraining.serves_while_retraining=true,false",
    ]
    check_inputs(Scenario(), assumptions_of(Scenario(), names).inputs)
    ours = with_values(Scenario(), {"drift.decay_alert": "never"}, source="our practice")
    assert assumptions_of(ours).left_out["drift.decay_alert"] == "given: our practice"


def test_a_wide_range_is_varied_in_equal_ratios() -> None:
    texts = {entry.name: entry.text for entry in assumptions_of(Scenario()).inputs}
    assert "=log:" in texts["model.market_size"]
    assert "=log:" not in texts["team.focus"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("team.productivity", "is fixed: the unit of the efforts.*state values"),
        ("team.focu", r"team\.focus"),
        ("model.useful_life_years.shape", "no plausible range is known"),
    ],
)
def test_a_range_that_is_not_known_is_asked_for(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        assumptions_of(Scenario(), [name])


def test_a_section_of_which_all_is_stated() -> None:
    values = {"finance.discount_rate": 0.1}
    ours = with_values(Scenario(), values, source="our logs")
    with pytest.raises(InputError, match=r"nothing in it is uncertain \(given: our logs\)"):
        assumptions_of(ours, ["finance"])


def test_what_a_scenario_knows_within_a_range_is_varied_over_it() -> None:
    stated = with_values(Scenario(), {"team.developers": 12, "drift.severity": 0.25}, source="ours")
    ranged = with_range(stated, "team.developers", low=10.0, high=15.0, source="ours")
    ranged = with_range(ranged, "usage.neutral_power", low=0.7, high=0.8, source="ours")
    texts = [entry.text for entry in assumptions_of(ranged).inputs]
    assert {"team.developers=10..15", "usage.neutral_power=0.7..0.8"} < {*texts}
    assert "drift.severity" in assumptions_of(ranged).left_out
    weights = {"always": 1.0, "never": 1.0}
    switched = with_range(Scenario(), "drift.decay_alert", weights=weights, source="ours")
    assert 'drift.decay_alert="always","never"' in [
        entry.text for entry in assumptions_of(switched).inputs
    ]
