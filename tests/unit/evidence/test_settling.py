"""What the draws of an organisation would answer, and what an answer is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modelops_abm.evidence.interview import QUESTIONS
from modelops_abm.evidence.measures import as_it_is, measured
from modelops_abm.evidence.settling import answers_of, settled
from modelops_abm.experiments import compare, draws_of, joint_draws
from modelops_abm.runs import replicate
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset

SMALL = {"horizon_days": 150, "portfolio.initial_models": 5, "portfolio.initial_ideas": 3}
PLAN = with_values(preset("monitoring_alone"), SMALL, source="test")
DRIFTING = with_values(
    PLAN,
    {
        "horizon_days": 365,
        "drift.onsets_per_year": 6.0,
        "model.value_per_prediction": {"family": "constant", "mean": 1.0},
        "capabilities.monitoring.capital_cost": 0.0,
        "capabilities.monitoring.capital_per_model": 0.0,
        "capabilities.monitoring.upkeep_per_year": 0.0,
        "capabilities.monitoring.upkeep_per_model_year": 0.0,
    },
    source="test",
)
NAMES = ["team.developers", "drift.onsets_per_year", "model.value_per_prediction"]


def test_an_answer_is_what_the_organisation_shows_by_other_chances() -> None:
    draws = draws_of(PLAN, 6, seed=2, names=NAMES)
    found = answers_of(PLAN, draws=draws, seed=3)
    other = draws.again(1_000)
    alone = [
        replicate(each, 1, seed=3, first=other.first + number).values[0]
        for number, each in enumerate(as_it_is(each) for each in draws.scenarios())
    ]
    shown = measured(np.array(alone), 730.0, 5.0)
    for name in ("value_per_year", "upkeep_share", "availability"):
        np.testing.assert_array_equal(found[name], shown[name])


def test_what_is_known_or_was_answered_is_not_asked() -> None:
    draws = draws_of(PLAN, 6, seed=2, names=NAMES)
    found = answers_of(PLAN, ["users", "team.developers"], draws=draws)
    assert not {"users", "people", "models_live", "ideas_waiting"} & set(found)
    assert set(found) < set(QUESTIONS)
    with pytest.raises(ValueError, match="draws= must say"):
        answers_of(PLAN)


def test_of_two_questions_that_say_the_same_one_is_asked() -> None:
    both = {"value_per_year", "value_per_model_year"}
    draws = draws_of(PLAN, 6, seed=2, names=NAMES)
    assert both & set(answers_of(PLAN, draws=draws)) == {"value_per_year"}
    for answered in both:  # and none that follows from what was answered
        assert not both & set(answers_of(PLAN, [answered], draws=draws))
    any_size = draws_of(Scenario(), 4, seed=2, names=[*NAMES, "portfolio.initial_models"])
    assert both <= set(answers_of(Scenario(), draws=any_size))


def test_the_question_that_decides_is_named_and_no_part_is_worth_more_than_all() -> None:
    generator = np.random.default_rng(1)
    table = {
        "model.value_per_prediction": generator.choice([0.2, 2.0], 200),
        "team.focus": generator.uniform(0.5, 0.7, 200),
    }
    draws = joint_draws(DRIFTING, pd.DataFrame(table), 120)
    free = compare(DRIFTING, 120, draws=draws).finance.npv.mean
    # Half of the organisations earn a tenth, for which the plan does not pay at the mean of both.
    assert free is not None
    cost = {"capabilities.monitoring.capital_cost": free}
    plan = with_values(DRIFTING, cost, source="test")
    draws = joint_draws(plan, pd.DataFrame(table), 120)
    found = settled(compare(plan, 120, draws=draws), draws=draws)
    first, *rest = found.settles.items()
    name, (asks, worth) = first
    assert name in ("value_per_year", "value_per_model_year")
    assert "First find out, " in found.sentence()
    assert asks in found.sentence()
    lead = found.difference("npv").values
    everything = np.maximum(lead, 0.0).mean() - max(lead.mean(), 0.0)
    assert all(each.worth.mean <= everything * (1.0 + 1e-9) for _, each in (first, *rest))
    assert worth.mean > 0.5 * everything
    document = found.to_json()["worth_finding_out"]
    assert document[name]["asks"] == QUESTIONS[name].asks
