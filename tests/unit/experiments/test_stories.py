"""Stories: each happens, and what is said of it is a difference in the same futures."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm import replicate
from modelops_abm.errors import InputError
from modelops_abm.experiments import STORIES, Told, story, tell
from modelops_abm.rules.capability import full_level
from modelops_abm.scenario import CAPABILITY_NAMES, baseline_of, is_baseline

REPLICATIONS = 3


@pytest.fixture(scope="module")
def told() -> Told:
    """Return all stories, told in a few futures."""
    return tell(replications=REPLICATIONS)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_happens_to_an_organisation_with_and_without_the_plan(
    name: str, told: Told
) -> None:
    for with_plan in (False, True):
        assert np.any(told.change(name, "npv", with_plan=with_plan).values != 0.0)
    assert not is_baseline(story(name).quiet)
    assert story(name).scenario.name == name


def test_what_a_story_changes_is_the_difference_of_the_runs(told: Told) -> None:
    six = story("six_builds_of_ten")
    sides = [replicate(baseline_of(each), REPLICATIONS) for each in (six.quiet, six.scenario)]
    expected = sides[1].outcome("models_delivered") - sides[0].outcome("models_delivered")
    assert told.change(six.name, "models_delivered").values.tolist() == expected.tolist()
    assert expected.sum() < 0.0


def test_the_change_of_a_plans_worth_is_what_the_story_costs_less_with_it(told: Told) -> None:
    for each in told.stories:
        apart = (
            told.change(each.name, "npv", with_plan=True).values
            - told.change(each.name, "npv").values
        )
        assert np.allclose(told.change_of_worth(each.name).values, apart)


def test_the_table_has_every_story_side_and_outcome_once(told: Told) -> None:
    table = told.table()
    assert not table.duplicated(["story", "side", "outcome"]).any()
    row = table.query("story == 'no_incidents' and side == 'baseline'").set_index("outcome")
    npv = row.loc["npv"]
    assert npv["difference"] == pytest.approx(npv["after"] - npv["before"])
    assert npv["n"] == REPLICATIONS


def test_an_organisation_without_its_story_runs_once(told: Told) -> None:
    quiet = {each.name: pair for each, pair in zip(told.stories, told.quiet, strict=True)}
    assert quiet["december_doubles"] is quiet["no_incidents"]


def test_an_unknown_story_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no_incidents"):
        story("no_incident")


@pytest.mark.parametrize(
    ("name", "times"), [("large_organisation", 6.125), ("large_in_proportion", 11.25)]
)
def test_what_capabilities_take_of_270_models_is_what_the_story_says(
    name: str, times: float
) -> None:
    """Beside what they take of the reference's 24; of its words, six times and in proportion."""
    for capability in CAPABILITY_NAMES:
        parts = [
            getattr(each.capabilities, capability)
            for each in (story(name).quiet, story(name).scenario)
        ]
        for fixed, per_model in (
            ("effort_days", "effort_per_model_days"),
            ("capital_cost", "capital_per_model"),
            ("upkeep_per_year", "upkeep_per_model_year"),
        ):
            small, large = (
                full_level(getattr(part, fixed), getattr(part, per_model), models)
                for part, models in zip(parts, (24.0, 270.0), strict=True)
            )
            assert large / small == pytest.approx(times, rel=0.002)
