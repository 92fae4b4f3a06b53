"""Measures: hand-computed from totals, the same as outcomes say, over the window as it is."""

import numpy as np
import pandas as pd
import pytest

from modelops_abm import Scenario, preset, replicate, with_values
from modelops_abm.clients import illustrative_portfolio
from modelops_abm.core import outcomes
from modelops_abm.evidence.measures import (
    MEASURES,
    WINDOW_DAYS,
    as_it_is,
    measured,
    models_today,
    number_in_words,
)
from modelops_abm.experiments import joint_draws
from modelops_abm.experiments.running import outcome_of
from modelops_abm.scenario.scenario import is_baseline

TOTALS = {
    "production_days": 7300.0,
    "served_days": 6570.0,
    "power_days": 5840.0,
    "value": 4.0e6,
    "developer_days_repair": 1000.0,
    "developer_days_respond": 100.0,
    "developer_days_retrain": 900.0,
    "developer_days_capability": 0.0,
    "developer_days_deploy": 500.0,
    "developer_days_build": 1500.0,
    "developer_days_idle": 0.0,
    "outages": 242.0,
    "restorations": 240.0,
    "restore_waiting_days": 300.0,
    "restore_working_days": 180.0,
    "has_delivered": 1.0,
    "idea_to_production_median_days": 365.0,
    "begun_to_live_median_days": 146.0,
    "user_days": 365_000.0,
    "retrainings": 73.0,
    "models_delivered": 12.0,
    "retired_failed": 4.0,
}
"""Of ten models and a little more than five developers in two years."""
TODAY = 8.0
"""Models on day 0."""

BY_HAND = {
    "models_live": 8.0,
    "people": 4000.0 / 730.0,
    "models_per_person": 1.825,
    "value_per_year": 1.6e6,
    "value_per_model_year": 2.0e5,
    "value_per_developer_year": 4.0e6 / (4000.0 / 365.0),
    "upkeep_share": 0.5,
    "outages_per_month": 0.8 * 242.0 / 24.0,
    "outages_per_model_year": 12.1,
    "time_to_restore_hours": 48.0,
    "availability": 0.9,
    "users": 400.0,
    "retraining_interval_days": 100.0,
    "idea_to_live_months": 12.0,
    "begun_to_live_months": 4.8,
    "models_delivered_per_year": 6.0,
    "builds_to_production_share": 0.75,
    "mean_power": 0.8,
}


def totals_of(values):
    return np.array([values.get(name, 0.0) for name in outcomes.TOTALS])


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_what_one_computes_by_hand(name):
    found = MEASURES[name].of(totals_of(TOTALS), 730.0, TODAY)
    assert found == pytest.approx(BY_HAND[name], rel=1e-12)


def test_measures_of_many_runs_are_those_of_each():
    totals = np.random.default_rng(1).random((3, 2, len(outcomes.TOTALS))) + 0.1
    days, models = np.array([[100.0], [200.0], [400.0]]), np.array([[5.0, 7.0]])
    together = measured(totals, days, models)
    assert list(together) == list(MEASURES)
    for name, values in together.items():
        alone = [
            [MEASURES[name].of(totals[i, j], days[i, 0], models[0, j]) for j in range(2)]
            for i in range(3)
        ]
        np.testing.assert_array_equal(values, alone)


def test_what_does_not_exist_is_not_a_number():
    nothing = measured(totals_of({}), 730.0, TODAY)
    assert np.isnan(nothing["time_to_restore_hours"])
    assert np.isnan(nothing["value_per_model_year"])
    assert np.isnan(nothing["outages_per_month"])
    assert nothing["value_per_developer_year"] != 0.0
    assert nothing["models_delivered_per_year"] == 0.0
    assert MEASURES["availability"].in_words(float(nothing["availability"])) == "–"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("availability", "availability"),
        ("upkeep_share", "maintenance_share"),
        ("mean_power", "mean_power"),
    ],
)
def test_a_measure_and_an_outcome_that_say_the_same_are_the_same(name, outcome):
    scenario = with_values(preset("small_team"), {"horizon_days": 90}, source="test")
    totals = replicate(scenario, 5, seed=3).values
    np.testing.assert_array_equal(MEASURES[name].of(totals, 90.0, 1.0), outcome_of(outcome, totals))


def test_models_and_people_of_a_run_are_those_of_its_days():
    scenario = with_values(
        preset("reference"),
        {"horizon_days": 60, "changes": [{"day": 30, "team.developers": 4}]},
        source="test",
    )
    ensemble = replicate(scenario, 4, daily=["production_days", "developers", "users"])
    people = measured(ensemble.values, 60.0, 24.0, ["people"])["people"]
    per_person = measured(ensemble.values, 60.0, 24.0, ["models_per_person"])["models_per_person"]
    for found, daily in ((people, "developers"), (people * per_person, "production_days")):
        assert found.mean() == pytest.approx(ensemble.bands[daily]["mean"].mean(), rel=1e-9)


def test_what_is_of_all_models_is_said_of_those_of_today_however_many_come() -> None:
    growing = with_values(preset("reference"), {"team.developers": 40}, source="test")
    shown = as_it_is(growing)
    totals = replicate(shown, 20, seed=3).values
    found = measured(totals, WINDOW_DAYS, models_today(shown))
    days = totals[:, outcomes.TOTALS.index("production_days")]
    assert np.median(days) > 1.2 * 24 * WINDOW_DAYS
    np.testing.assert_array_equal(found["models_live"], 24.0)
    for of_all, of_one, times in (
        ("value_per_year", "value_per_model_year", 1.0),
        ("outages_per_month", "outages_per_model_year", 12.0),
    ):
        np.testing.assert_allclose(found[of_all] * times, 24.0 * found[of_one], rtol=1e-12)


def test_models_of_today_are_those_of_each_draw_and_of_a_portfolio_its_own() -> None:
    many = joint_draws(Scenario(), pd.DataFrame({"portfolio.initial_models": [12, 36]}), 20)
    column = many.columns["portfolio.initial_models"]
    np.testing.assert_array_equal(models_today(Scenario(), many), column)
    np.testing.assert_array_equal(models_today(Scenario(), many.part(5, 3)), column[5:8])
    with_portfolio = Scenario(imported=illustrative_portfolio())
    listed = sum(each.stage == "production" for each in illustrative_portfolio().models)
    assert models_today(with_portfolio, many) == listed != 24


def test_an_organisation_is_measured_as_it_is():
    plan = with_values(
        preset("all_five"), {"changes": [{"day": 1000, "team.developers": 4}]}, source="test"
    )
    shown = as_it_is(plan)
    assert is_baseline(shown)
    assert (shown.horizon_days, shown.changes) == (WINDOW_DAYS, ())
    assert shown.team == plan.team
    type(shown).model_validate(shown.model_dump())


def test_every_measure_says_what_it_is():
    for name, measure in MEASURES.items():
        assert name == measure.name
        assert measure.question.endswith("?")
        assert measure.meaning
        assert not measure.meaning.endswith(".")
        assert (measure.unit == "share") == (measure.family == "logit-normal")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.0414, "0.0414"), (8.6154, "8.62"), (28.04, "28"), (1238.0, "1,240")],
)
def test_numbers_have_three_digits(value, text):
    assert number_in_words(value) == text


def test_values_have_the_unit_in_which_one_says_them():
    words = {name: MEASURES[name].in_words(0.5) for name in ("value_per_year", "upkeep_share")}
    assert words == {"value_per_year": "$0.50", "upkeep_share": "50\u202f%"}
