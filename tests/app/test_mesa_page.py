"""The page made of Mesa's own components: it renders, steps, resets, and takes seeds as text."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import solara
from mesa.visualization import solara_viz
from mesa.visualization.utils import force_update

from modelops_abm import simulate
from modelops_abm.app import mesa_page
from modelops_abm.app.mesa_page import (
    MODEL_PARAMS,
    PLOTS,
    SEED,
    Page,
    VisualisedModel,
    run_so_far,
    seed_of,
)
from modelops_abm.charts import life_cycle_graph
from modelops_abm.core.outcomes import DAILY
from modelops_abm.scenario import with_values
from modelops_abm.scenario.presets import preset
from tests.patience import PATIENCE_SECONDS, until


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


def buttons(page: Any, label: str) -> list[Any]:
    return [found for found in widgets(page) if getattr(found, "children", ()) == [label]]


def click(page: Any, label: str) -> None:
    (button,) = buttons(page, label)
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


def test_a_day_is_one_piece_to_who_reads() -> None:
    """Mesa's plots read the data collector while a step in another thread appends to it."""
    model = VisualisedModel()
    read: list[int] = []
    reader = threading.Thread(
        target=lambda: read.append(len(model.datacollector.get_model_vars_dataframe()))
    )
    reporters = model.datacollector.model_reporters
    last = list(reporters)[-1]
    original = reporters[last]

    def while_a_day_is_collected(of: VisualisedModel) -> Any:
        if of.day == 3:
            reader.start()
            reader.join(0.2)  # every column but this has the day by now
        return original(of)

    reporters[last] = while_a_day_is_collected
    for _ in range(4):
        model.step()
    reader.join(PATIENCE_SECONDS)
    assert read == [4]


def test_a_run_is_read_between_days(monkeypatch: pytest.MonkeyPatch) -> None:
    model = VisualisedModel()
    model.step()
    steps = threading.Thread(target=model.step)
    original = mesa_page.run_so_far

    def while_it_is_read(of: VisualisedModel) -> Any:
        steps.start()
        steps.join(0.2)
        assert of.day == 1
        return original(of)

    monkeypatch.setattr(mesa_page, "run_so_far", while_it_is_read)
    _box, context = solara.render(mesa_page.LifeCycle(model), handle_error=False)
    steps.join(PATIENCE_SECONDS)
    assert model.day == 2
    context.close()


def test_no_day_begins_while_another_thread_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a picture would be out of date as soon as it is drawn, and be drawn again for good."""
    page, model, context = shown(monkeypatch, horizon_days=20)
    click(page, "Step")
    steps = threading.Thread(target=model().step)
    original = mesa_page.life_cycle
    days: list[int] = []

    def while_it_is_drawn(run: Any) -> Any:
        if not days:
            steps.start()
            steps.join(0.2)
            days.append(model().day)
        return original(run)

    monkeypatch.setattr(mesa_page, "life_cycle", while_it_is_drawn)
    force_update()
    steps.join(PATIENCE_SECONDS)
    assert (days, model().day) == ([7], 8)
    context.close()


@pytest.mark.parametrize("run", ["step", "run_for", "run_until"])
def test_nothing_happens_after_the_horizon(run: str) -> None:
    model = VisualisedModel(horizon_days=3)
    for day in range(1, 6):
        getattr(model, run)(*{"step": (), "run_for": (2,), "run_until": (2 * day,)}[run])
    assert (model.day, model.time, model.running) == (3, 3.0, False)


def test_a_day_that_another_thread_has_run_meanwhile_is_not_run_again() -> None:
    """Who presses pause and play fast has two threads that play the same model."""
    model = VisualisedModel(horizon_days=9)
    for _ in range(2):  # each thread asks for the day after the one that it has seen
        model._advance_time(1.0)
    assert (model.day, model.time) == (1, 1.0)


def test_it_plays_to_the_end_while_another_thread_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, horizon_days=5, play_milliseconds=1, render_days=1)


@pytest.mark.slow(40)
@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize(
    ("play_milliseconds", "render_days", "horizon_days"),
    [(1, 1, 40), (1, 7, 280), (1, 99, 1095), (101, 7, 140), (491, 1, 8), (491, 99, 1095)],
)
def test_it_plays_to_the_end_at_every_speed(
    monkeypatch: pytest.MonkeyPatch,
    *,
    threads: bool,
    play_milliseconds: int,
    render_days: int,
    horizon_days: int,
) -> None:
    """At the ends of both sliders and between, with Mesa's second thread and without it."""
    play(
        monkeypatch,
        threads=threads,
        horizon_days=horizon_days,
        play_milliseconds=play_milliseconds,
        render_days=render_days,
    )


@pytest.mark.slow(20)
def test_two_visitors_play_and_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [shown(monkeypatch, horizon_days=60) for _ in range(2)]
    for turn in range(6):
        for page, _model, _context in pages:
            slide(page, "Developers", 3 + turn)
            click(page, "Reset")
            until(lambda page=page: buttons(page, "▶"))
            click(page, "▶")
        time.sleep(0.3)
    for page, model, context in pages:
        until(lambda page=page: days(page) == 60)
        assert not errors(page)
        assert model().parameters.team.developers == 8
        context.close()


def play(
    monkeypatch: pytest.MonkeyPatch,
    *,
    threads: bool = False,
    horizon_days: int,
    play_milliseconds: int,
    render_days: int,
) -> None:
    """Play to the end while this thread draws as well; fail if the page does."""
    page, model, context = shown(monkeypatch, horizon_days=horizon_days)
    slide(page, "Play Interval (ms)", play_milliseconds)
    slide(page, "Render Interval (steps)", render_days)
    if threads:
        slide(page, "Use Threads", value=True)
    click(page, "▶")

    drawn = -1

    def is_over() -> bool:
        nonlocal drawn
        slide(page, "Developers", 1 + model().day % 20)
        if model().day > drawn:  # a pass for each of another thread's changes, a hundred at most
            drawn = model().day
            force_update()
        return not model().running

    until(is_over)
    until(lambda: days(page) == horizon_days)
    assert not errors(page)
    assert model().time == horizon_days
    click(page, "Reset")
    until(lambda: days(page) == 0)
    context.close()


def shown(
    monkeypatch: pytest.MonkeyPatch, horizon_days: int
) -> tuple[Any, Callable[[], VisualisedModel], Any]:
    """Return the page, what gives its model, and its render context."""
    models: list[VisualisedModel] = []

    class Short(VisualisedModel):
        def __init__(self, **keywords: Any) -> None:
            super().__init__(horizon_days=horizon_days, **keywords)
            models.append(self)

    monkeypatch.setattr(mesa_page, "VisualisedModel", Short)
    page, context = solara.render(solara.AppLayout(children=[Page()]), handle_error=False)
    return page, lambda: models[-1], context


def slide(page: Any, label: str, value: float) -> None:
    (control,) = [found for found in widgets(page) if getattr(found, "label", "") == label]
    control.v_model = value


def errors(page: Any) -> list[Any]:
    """Return what Mesa's page says went wrong in a step."""
    return [found for found in widgets(page) if getattr(found, "type", "") == "error"]
