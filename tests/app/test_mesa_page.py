"""The page made of Mesa's own components: it renders, steps, resets, and takes seeds as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import solara
from mesa.visualization import solara_viz

from modelops_abm import simulate
from modelops_abm.app.mesa_page import (
    MODEL_PARAMS,
    PLOTS,
    SEED,
    Page,
    VisualisedModel,
    run_so_far,
    seed_of,
)
from modelops_abm.outcomes import DAILY
from modelops_abm.parameters import with_values
from modelops_abm.plots import life_cycle_graph
from modelops_abm.presets import preset


@pytest.mark.parametrize(
    ("entered", "seed"), [("42", 42), (" 7 ", 7), (3, 3), ("0", 0), ("9" * 18, 10**18 - 1)]
)
def test_a_seed_may_be_text(entered: int | str, seed: int) -> None:
    assert seed_of(entered) == (seed, "")
    assert VisualisedModel(rng=entered).seed == seed


@pytest.mark.parametrize("entered", ["", "x", "-1", "1.5", "9" * 40, "²"])
def test_another_text_is_said_to_be_no_seed(entered: str) -> None:
    model = VisualisedModel(rng=entered)
    assert model.seed == SEED
    assert "whole number" in model.seed_problem


def test_what_can_be_set_is_taken() -> None:
    values = {name: setting["value"] for name, setting in MODEL_PARAMS.items()}
    model = VisualisedModel(**{**values, "developers": 5, "rollback": 0.5})
    assert model.parameters.team.developers == 5
    assert model.parameters.capabilities.rollback.maximum == 0.5


def test_what_is_plotted_is_collected() -> None:
    names = {outcome.name for outcome in DAILY}
    assert all(set(plot) <= names for plot, _page in PLOTS)


def test_a_run_so_far_is_the_run_of_that_many_days() -> None:
    model = VisualisedModel(developers=6)
    for _ in range(90):
        model.step()
    scenario = with_values(
        preset("reference"), {"team.developers": 6, "horizon_days": 90}, source="test"
    )
    run, whole = run_so_far(model), simulate(scenario)
    assert run.daily.equals(whole.daily)
    assert life_cycle_graph(run).nodes(data=True) == life_cycle_graph(whole).nodes(data=True)


@pytest.fixture
def page() -> Iterator[Any]:
    box, context = solara.render(solara.AppLayout(children=[Page()]), handle_error=False)
    yield box
    context.close()


def widgets(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        if not isinstance(child, str):
            yield from widgets(child)


def click(page: Any, label: str) -> None:
    (button,) = [found for found in widgets(page) if getattr(found, "children", ()) == [label]]
    button.click()


def days(page: Any) -> float:
    """Return the time that the page says."""
    (time,) = re.findall(r"'Time: ([\d.]+)'", repr([found.children for found in texts(page)]))
    return float(time)


def texts(page: Any) -> list[Any]:
    found = [widget for widget in widgets(page) if hasattr(widget, "children")]
    return [widget for widget in found if all(isinstance(one, str) for one in widget.children)]


def test_it_renders_and_steps(page: Any) -> None:
    assert days(page) == 0
    click(page, "Step")
    assert days(page) == 7
    click(page, "Reset")
    assert days(page) == 0


def test_every_visitor_has_a_model_of_their_own(page: Any) -> None:
    other, context = solara.render(solara.AppLayout(children=[Page()]), handle_error=False)
    click(other, "Step")
    assert days(page) == 0
    assert days(other) == 7
    context.close()


def test_mesas_page_hands_over_what_was_entered() -> None:
    """Mesa adds its own scenario when it makes the model anew."""
    model = VisualisedModel()
    keywords = solara_viz._build_model_init_kwargs(
        model,
        {"rng": "5", "developers": 3},
        add_scenario_when_empty=True,
        require_model_accepts_scenario=True,
    )
    again = type(model)(**keywords)
    assert (again.seed, again.parameters.team.developers) == (5, 3)
