from __future__ import annotations

from pathlib import Path

import pytest

from modelops_abm.charts import Figure, road_map, save_picture, spend_frontier
from modelops_abm.charts.layout import Text, drawing
from modelops_abm.experiments import Decisions, Optimised, nothing_of, optimise
from modelops_abm.experiments.optimisation_words import with_error
from modelops_abm.formats import NARROW_SPACE
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, with_values
from modelops_abm.scenario.presets import preset


def found_for(plan: Scenario, budget: float | None = None) -> Optimised:
    decisions = Decisions(plan, (1.0,), (0.0,))
    return optimise(decisions, budget_per_year=budget, trials=32, replications=16, finalists=2)


def _texts(figure: Figure) -> set[str]:
    return {shape.text for shape in drawing(figure).shapes if isinstance(shape, Text)}


def short(name: str, days: int) -> Scenario:
    return with_values(preset(name), {"horizon_days": days}, source="test")


@pytest.fixture(scope="module")
def worthwhile() -> Optimised:
    return found_for(short("all_five", 400), budget=150_000.0)


@pytest.fixture(scope="module")
def hopeless() -> Optimised:
    """Return what is found where every capability costs a fortune."""
    prices = {f"capabilities.{name}.capital_cost": 1e8 for name in CAPABILITY_NAMES}
    return found_for(with_values(short("reference", 60), prices, source="test"))


def test_pictures_say_what_they_show(worthwhile: Optimised, tmp_path: Path) -> None:
    for draw in (spend_frontier, road_map):
        picture = draw(worthwhile)
        assert "$" in picture.words
        assert save_picture(picture, tmp_path / "picture.png", replace=True).stat().st_size > 10_000


def test_the_road_map_names_its_steps_its_spending_and_the_budget(worthwhile: Optimised) -> None:
    drawn = _texts(road_map(worthwhile))
    assert {step.capability.capitalize() for step in worthwhile.recommended.steps} <= drawn
    years = worthwhile.best.yearly_spend
    assert {with_error(year) for year in years} <= drawn
    assert f"budget $150{NARROW_SPACE}k" in drawn


def test_the_frontier_names_plan_and_recommendation(worthwhile: Optimised) -> None:
    drawn = _texts(spend_frontier(worthwhile))
    assert {"recommended", "plan given, over the budget", "nothing"} <= drawn


def test_doing_nothing_is_recommended_in_words_and_pictures(hopeless: Optimised) -> None:
    assert hopeless.recommended == nothing_of(hopeless.plan)
    told, against, *_ = hopeless.sentence().splitlines()
    assert told.startswith("Do nothing: no re-checked road map")
    assert told.endswith("is worth more."), "nothing is said of its worth"
    assert against == "The plan given does nothing."
    assert road_map(hopeless).words.startswith("Doing nothing is the best road map found.")
    assert spend_frontier(hopeless).words.startswith("No road map that was re-checked")


def test_sentences_tell_when_what_and_beside_what(worthwhile: Optimised) -> None:
    told, *others = worthwhile.sentence().splitlines()
    assert told.startswith("Build full ")
    assert " at once. It is worth $" in told
    assert "at most $" in told
    assert any("over the budget" in said for said in others)
    assert "not seen" in worthwhile.notes()
