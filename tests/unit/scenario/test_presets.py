"""Presets: valid, with a reason for every value, and as the description lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelops_abm.scenario import InputError, Scenario, describe, load_scenario, save_scenario
from modelops_abm.scenario.presets import PRESETS, kinds_of, preset, requests_of
from modelops_abm.scenario.quantity import Confidence
from modelops_abm.scenario.sources import changed_names

CAPABILITIES = ("automation", "monitoring", "rollback", "lineage", "autoscaling")


@pytest.mark.parametrize("name", PRESETS)
def test_every_departure_says_why(name: str) -> None:
    scenario = preset(name)
    assert scenario.name == name
    changed = changed_names(Scenario(), scenario)
    assert sorted(source.name for source in scenario.sources) == sorted(changed)
    assert all(source.source.startswith(f"preset {name}: ") for source in scenario.sources)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_says_whom_it_describes(name: str) -> None:
    assert len(PRESETS[name]) > 50
    assert preset(name).description in ("", PRESETS[name])


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("ending", ["toml", "yaml", "json"])
def test_preset_survives_a_file(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"preset.{ending}"
    save_scenario(preset(name), path)
    assert load_scenario(path) == preset(name)


def test_presets_of_the_description() -> None:
    alone = {f"{name}_alone" for name in CAPABILITIES}
    others = {"reference", "all_five", "no_preemption", "small_team", "regulated_bank"}
    more = {"consumer_app", "start_up", "strict_deck", "three_kinds"}
    assert set(PRESETS) == alone | others | more
    assert preset("reference") == Scenario()


@pytest.mark.parametrize("name", CAPABILITIES)
def test_one_capability_alone(name: str) -> None:
    changed = changed_names(Scenario(), preset(f"{name}_alone"))
    assert changed == [f"capabilities.{name}.maximum"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("no_preemption", {"team.preemption": "none"}),
        ("small_team", {"team.developers": 5}),
        ("all_five", {f"capabilities.{name}.maximum": 1.0 for name in CAPABILITIES}),
        (
            "strict_deck",
            {
                "model.decaying_share": 1.0,
                "retraining.serves_while_retraining": False,
            },
        ),
    ],
)
def test_departures_in_full(name: str, expected: dict[str, object]) -> None:
    stated = {value.quantity.name: value.value for value in describe(preset(name))}
    changed = changed_names(Scenario(), preset(name))
    assert {value: stated[value] for value in changed} == expected


def test_every_attribute_of_every_kind_says_why() -> None:
    kinds, archetypes = kinds_of("three_kinds"), preset("three_kinds").archetypes
    assert [*kinds] == [each.name for each in archetypes]
    for each in archetypes:
        stated = {name for name in each.model_fields_set if getattr(each, name) is not None}
        assert stated == {"name", *kinds[each.name]}
        assert all(len(why.reason) > 8 for why in kinds[each.name].values())
        assert all(why.confidence in [*Confidence] for why in kinds[each.name].values())
    assert all(not kinds_of(name) for name in PRESETS if name != "three_kinds")


@pytest.mark.parametrize("name", PRESETS)
def test_every_attribute_of_every_request_says_why(name: str) -> None:
    stated, listed = requests_of(name), preset(name).requests
    assert [*stated] == [each.name for each in listed]
    assert bool(listed) == (name in ("regulated_bank", "three_kinds"))
    for each in listed:
        own = stated[each.name]
        assert {"per_year", "who", "effort", "deadline_days"} <= {*own}
        for attribute, why in own.items():
            value = getattr(each, attribute)
            assert getattr(value, "mean", value) == why.value
            assert len(why.reason) > 8
            assert why.confidence in [*Confidence]


def test_a_vendors_version_ends_after_the_median_of_441_days_with_60_days_notice() -> None:
    (end,) = preset("three_kinds").requests
    assert end.per_year == pytest.approx(365.0 / 441.0, abs=0.005)
    assert (end.deadline_days, end.who) == (60.0, "language-model applications")


def test_kinds_of_the_preset_fail_in_their_own_ways() -> None:
    """Scorecards slowly and under supervision, rankings fast, and cared for by machines."""
    cards, ranking, language = preset("three_kinds").archetypes
    assert (cards.regulated, ranking.regulated, language.regulated) == (True, False, False)
    assert (cards.retraining_interval_days, ranking.retraining_interval_days) == (365.0, 1.0)
    for name in ("pipeline_issues_per_year", "drift_onsets_per_year"):
        assert getattr(cards, name) < getattr(ranking, name)
    assert cards.yearly_power_loss.mean < ranking.yearly_power_loss.mean
    assert language.cost_per_prediction.mean > 10.0 * ranking.cost_per_prediction.mean


def test_consumer_app_diffuses_as_consumers_do() -> None:
    model = preset("consumer_app").model
    assert (model.innovation_per_year, model.imitation_per_year) == (0.03, 0.38)


def test_bank_is_under_supervision() -> None:
    bank, reference = preset("regulated_bank"), Scenario()
    multiplier = reference.incidents.regulated_multiplier
    default_rate = reference.incidents.compliance_per_year
    assert bank.incidents.compliance_per_year == pytest.approx(multiplier * default_rate)
    assert bank.model.useful_life_years.mean > reference.model.useful_life_years.mean
    assert bank.capabilities.lineage.maximum == 1.0
    # Less than the 13 to 26 developer-days a year of a plan for a high-risk system.
    work = sum((each.per_year or 0.0) * each.effort.mean for each in bank.requests)
    assert work == pytest.approx(8.0)
    assert all(each.who == "all" and each.deadline_days <= 90.0 for each in bank.requests)


def test_unknown_preset_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no preset 'regulated_bnk'.*mean regulated_bank\?"):
        preset("regulated_bnk")
    with pytest.raises(InputError):
        preset("")


def test_a_former_name_is_refused_with_the_new_one() -> None:
    with pytest.raises(InputError, match="firefighting is now called no_preemption"):
        preset("firefighting")
