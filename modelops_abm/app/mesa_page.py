"""The model in Mesa's own page, for those who know Mesa: sliders, life cycle, plots.

    modelops-abm page --mesa

It is made of Mesa's components alone, so that it can be taken as a start for a page of one's own.
What it cannot do is what `modelops_abm.app.page` is for: baseline, many futures, honest ranges.

Mesa plays the model in one thread while Solara draws it in another. So a day is one piece to
whoever reads (`VisualisedModel.between_days`), and the next begins when the last picture is drawn.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import pandas as pd
import solara
from mesa import DataCollector
from mesa.visualization import SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter
from reacton.core import get_render_context

from modelops_abm import ModelOpsModel
from modelops_abm.app.access import protect_what_serves
from modelops_abm.charts import life_cycle
from modelops_abm.charts.matplotlib import picture
from modelops_abm.charts.palette import WORK, light
from modelops_abm.core.outcomes import CAPABILITIES
from modelops_abm.core.registry import simulator_version
from modelops_abm.runs.results import Run, daily_table, event_table
from modelops_abm.runs.single import mesa_developers, mesa_models

protect_what_serves()

SEED = 0
MODEL_PARAMS: dict[str, Any] = {
    "rng": {"type": "InputText", "value": str(SEED), "label": "Seed"},
    "developers": {
        "type": "SliderInt",
        "value": 8,
        "label": "Developers",
        "min": 1,
        "max": 20,
        "step": 1,
    },
    **{
        name: {
            "type": "SliderFloat",
            "value": 0.0,
            "label": f"{name.capitalize()}: level of investment",
            "min": 0.0,
            "max": 1.0,
            "step": 0.05,
        }
        for name in CAPABILITIES
    },
}
"""What can be set; it holds from the next reset on."""
PLOTS: tuple[tuple[dict[str, str], int], ...] = (
    ({"value": light("earns"), "cost": light("costs")}, 0),
    ({"availability": light("online")}, 1),
    (
        {
            "models_online": light("online"),
            "models_retraining": light("retraining"),
            "models_offline_drift": light("drift"),
            "models_idea": light("ink-3"),
        },
        1,
    ),
    (
        {
            f"developer_days_{work}": light(WORK[work].colour)
            for work in ("repair", "retrain", "capability", "build")
        },
        1,
    ),
)
"""Daily outcomes that are drawn together, with their colours; and the number of the tab."""


_LONGEST_WAIT_SECONDS = 10.0
"""For a picture that another thread draws; a day that comes meanwhile harms nothing."""


class VisualisedModel(ModelOpsModel):
    """The model as Mesa's page makes it, from what was entered.

    Parameters
    ----------
    rng
        Seed, as a number or as its digits. Anything else counts as `SEED`, and `seed_problem`
        says so.
    scenario
        Of Mesa, which hands it over; what is set here are the keywords.
    drawing
        Solara's render context, which draws the model; None if nothing does.
    keywords
        As for `ModelOpsModel`.
    """

    def __init__(
        self,
        *,
        rng: int | str = SEED,
        scenario: object = None,
        drawing: Any = None,
        **keywords: Any,
    ) -> None:
        seed, self_problem = seed_of(rng)
        super().__init__(rng=seed, **keywords)
        self.seed_problem = self_problem
        self._days = threading.RLock()
        self._drawing = drawing
        self.datacollector = WholeDays(self.datacollector.model_reporters, self._days)

    def between_days(self) -> AbstractContextManager[Any]:
        """Return a context in which no other thread runs a day."""
        return self._days

    def _advance_time(self, until: float) -> None:
        """Run days as one piece, up to the horizon; every way of Mesa to run comes here."""
        self._wait_until_drawn()
        with self._days:
            until = min(until, self.parameters.horizon_days)
            if self.running and until > self.time:  # else another thread was faster
                super()._advance_time(until)

    def _wait_until_drawn(self) -> None:
        """Wait for what another thread draws.

        Without that a thread that plays faster than another draws would keep it drawing for good:
        Solara gives up after a hundred times ("Too many renders triggered"), and the page is gone.
        """
        if self._drawing is None:
            return
        if self._drawing.thread_lock.acquire(timeout=_LONGEST_WAIT_SECONDS):
            self._drawing.thread_lock.release()


class WholeDays(DataCollector):
    """A data collector that may be read in one thread while another collects.

    Parameters
    ----------
    reporters
        Of the model.
    days
        Held while a day is run, and collected.
    """

    def __init__(self, reporters: Mapping[str, Any], days: AbstractContextManager[Any]) -> None:
        super().__init__(dict(reporters))  # type: ignore[no-untyped-call]
        self._days = days

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """Return the outcomes of the days that are closed."""
        with self._days:
            days: pd.DataFrame = super().get_model_vars_dataframe()  # type: ignore[no-untyped-call]
        return days


def seed_of(entered: int | str) -> tuple[int, str]:
    """Return the seed that was entered, and what is wrong with it; empty if nothing."""
    text = str(entered).strip()
    if text.isdecimal() and text.isascii() and len(text) <= 18:
        return int(text), ""
    return SEED, f"A seed is a whole number of 0 or more, not “{text[:40]}”; this is seed {SEED}."


def run_so_far(model: ModelOpsModel) -> Run:
    """Return a run that has not ended as one that ends today, for the pictures of `charts`.

    Parameters
    ----------
    model
        With at least one day closed.
    """
    days = model.datacollector.model_vars
    return Run(
        scenario=model.parameters.model_copy(update={"horizon_days": model.day}),
        seed=model.seed,
        replication=model.replication,
        engine="mesa",
        version=simulator_version(),
        summary=model.summary(),
        totals=dict(model.totals),
        daily=daily_table({name: list(values[: model.day]) for name, values in days.items()}),
        events=event_table(list(model.event_log)),
        models=mesa_models(model),
        developers=mesa_developers(model),
    )


@solara.component
def LifeCycle(model: VisualisedModel) -> None:
    """Show where the models are, and what has passed so far."""
    update_counter.get()
    if model.seed_problem:
        solara.Warning(model.seed_problem)
    with model.between_days():
        day, run = model.day, run_so_far(model) if model.day else None
    if run is None:
        solara.Text("Step or play: the life cycle shows what has passed.")
        return
    figure = life_cycle(run)
    solara.FigureMatplotlib(picture(figure), dependencies=[model, day])
    solara.Text(f"{figure.finding}.")


@solara.component
def Page() -> None:
    """Show the model of one visitor."""
    drawing = get_render_context()
    model = solara.use_memo(lambda: VisualisedModel(drawing=drawing), [])
    SolaraViz(
        model,
        components=[
            (LifeCycle, 0),
            *(make_plot_component(outcomes, page=page) for outcomes, page in PLOTS),
        ],
        model_params={**MODEL_PARAMS, "drawing": drawing},
        name="ModelOps with Mesa",
        play_interval=1,
        render_interval=7,  # a picture a week: Matplotlib takes longer than the seven days
    )
