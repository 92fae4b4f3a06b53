"""The model in Mesa's own page, for those who know Mesa: sliders, life cycle, plots.

    modelops-abm page --mesa

It is made of Mesa's components alone, so that it can be taken as a start for a page of one's own.
What it cannot do is what `modelops_abm.app.page` is for: baseline, many futures, honest ranges.
"""

from __future__ import annotations

from typing import Any

import solara
from mesa.visualization import SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from modelops_abm import ModelOpsModel
from modelops_abm.app.access import protect_what_serves
from modelops_abm.outcomes import CAPABILITIES
from modelops_abm.plots import life_cycle, palette
from modelops_abm.results import Run, daily_table, event_table
from modelops_abm.simulate.tables import mesa_developers, mesa_models
from modelops_abm.version import __version__

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
    ({"value": palette.EARNS, "cost": palette.COSTS}, 0),
    ({"availability": palette.ONLINE}, 1),
    (
        {
            "models_online": palette.ONLINE,
            "models_retraining": palette.RETRAINING,
            "models_offline_drift": palette.DRIFT,
            "models_idea": palette.INK_3,
        },
        1,
    ),
    (
        {
            f"developer_days_{work}": palette.WORK[work].colour
            for work in ("repair", "retrain", "capability", "build")
        },
        1,
    ),
)
"""Daily outcomes that are drawn together, with their colours; and the number of the tab."""


class VisualisedModel(ModelOpsModel):
    """The model as Mesa's page makes it, from what was entered.

    Parameters
    ----------
    rng
        Seed, as a number or as its digits. Anything else counts as `SEED`, and `seed_problem`
        says so.
    scenario
        Of Mesa, which hands it over; what is set here are the keywords.
    keywords
        As for `ModelOpsModel`.
    """

    def __init__(self, *, rng: int | str = SEED, scenario: object = None, **keywords: Any) -> None:
        seed, self_problem = seed_of(rng)
        super().__init__(rng=seed, **keywords)
        self.seed_problem = self_problem


def seed_of(entered: int | str) -> tuple[int, str]:
    """Return the seed that was entered, and what is wrong with it; empty if nothing."""
    text = str(entered).strip()
    if text.isdecimal() and text.isascii() and len(text) <= 18:
        return int(text), ""
    return SEED, f"A seed is a whole number of 0 or more, not “{text[:40]}”; this is seed {SEED}."


def run_so_far(model: ModelOpsModel) -> Run:
    """Return a run that has not ended as one that ends today, for the pictures of `plots`.

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
        version=__version__,
        summary=model.summary(),
        totals=dict(model.totals),
        daily=daily_table({name: list(values[: model.day]) for name, values in days.items()}),
        events=event_table(list(model.event_log)),
        models=mesa_models(model),
        developers=mesa_developers(model),
    )


@solara.component
def LifeCycle(model: ModelOpsModel) -> None:
    """Show where the models are, and what has passed so far."""
    update_counter.get()
    problem = getattr(model, "seed_problem", "")
    if problem:
        solara.Warning(problem)
    if not model.day:
        solara.Text("Step or play: the life cycle shows what has passed.")
        return
    figure = life_cycle(run_so_far(model))
    solara.FigureMatplotlib(figure, dependencies=[model, model.day])
    solara.Text(f"{figure.finding}.")


@solara.component
def Page() -> None:
    """Show the model of one visitor."""
    model = solara.use_memo(VisualisedModel, [])
    SolaraViz(
        model,
        components=[
            (LifeCycle, 0),
            *(make_plot_component(outcomes, page=page) for outcomes, page in PLOTS),
        ],
        model_params=MODEL_PARAMS,
        name="ModelOps with Mesa",
        play_interval=1,
        render_interval=7,
    )
