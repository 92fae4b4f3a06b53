"""Models in production by state over time, and models on their way there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.charts.charts import Box, Chart, EndLabel, time_chart, value_axis
from modelops_abm.charts.clock import Clock, bins_of
from modelops_abm.charts.palette import BASELINE, INK, PLAN, PREVIOUS, STATES, tint
from modelops_abm.charts.sheet import Picture, source_of, write
from modelops_abm.core import outcomes
from modelops_abm.core.statechart import State
from modelops_abm.runs.results import Run

_LEFT, _WIDTH = 84.0, 860.0
_STAGES = (
    ("models_idea", "Idea backlog", BASELINE),
    ("models_build", "In build", PLAN),
    ("models_deployment", "In deployment", PREVIOUS),
)

COUNTS_OF_STATE: dict[State, tuple[str, ...]] = {
    State.IDEA: ("models_idea",),
    State.BUILD: ("models_build",),
    State.DEPLOYMENT: ("models_deployment",),
    State.ONLINE: ("models_online",),
    State.RETRAINING: ("models_retraining",),
    State.OFFLINE_ISSUE: tuple(f"models_offline_{cause}" for cause in outcomes.ISSUES),
    State.OFFLINE_DRIFT: ("models_offline_drift",),
    State.RETIRED: ("models_retired",),
}
"""Daily counts of `outcomes.MODEL_COUNTS` that make up each state."""


def state_flows(run: Run) -> dict[State, pd.Series[float]]:
    """Return the model-days of each day in each state of production, from the worst to the best."""
    daily = run.daily
    issue = sum((daily[f"state_days_{cause}"] for cause in outcomes.ISSUES), _nothing(daily))
    drift, retraining = daily["state_days_drift"], daily["state_days_retraining"]
    online = (daily["production_days"] - issue - drift - retraining).clip(lower=0.0)
    return {
        State.OFFLINE_ISSUE: issue,
        State.OFFLINE_DRIFT: drift,
        State.RETRAINING: retraining,
        State.ONLINE: online,
    }


def states_over_time(run: Run) -> Picture:
    """Draw how many models are in each state of production, and how many are on their way.

    Parameters
    ----------
    run
        What to draw.

    Returns
    -------
    Picture
        Averages by week (or day, month ...) above; the counts at the end of each day below.
    """
    clock = Clock(run.scenario.horizon_days)
    shows = (
        "Above: models in production by state; at the right averages over the run. "
        "Below: models on their way to production."
    )
    picture = Picture(_finding(run), shows, source_of(run), 520.0)
    _draw_states(time_chart(picture, Box(_LEFT, 30.0, _WIDTH, 270.0), clock, labelled=False), run)
    _draw_stages(time_chart(picture, Box(_LEFT, 362.0, _WIDTH, 120.0), clock), run)
    return picture


def _finding(run: Run) -> str:
    days = float(len(run.daily))
    production = float(run.daily["production_days"].sum())
    if production <= 0.0:
        return "No model is in production at any time"
    flows = state_flows(run)
    offline = float((flows[State.OFFLINE_ISSUE] + flows[State.OFFLINE_DRIFT]).sum())
    return (
        f"On average {formats.average(offline / days)} of {formats.average(production / days)} "
        f"models in production are offline: {formats.share(offline / production, 0)} of their time"
    )


def _draw_states(chart: Chart, run: Run) -> None:
    bins = bins_of(run.scenario.horizon_days, shortest="week", at_most=160)
    top = np.zeros(len(bins.days))
    labels = []
    for state, flow in state_flows(run).items():
        colour = STATES[state].colour
        strength = 0.5 if state is State.ONLINE else 0.85
        before = top
        top = chart.band(bins.per_day(flow), bins.edges, tint(colour, strength), before)
        words = f"{STATES[state].words} {formats.average(float(flow.mean()))}"
        labels.append(EndLabel(float(before[-1] + top[-1]) / 2.0, words, colour))
    chart.steps(top, bins.edges, STATES[State.ONLINE].colour, width=1.6)
    value_axis(chart, 0.0, float(top.max()), whole=True)
    chart.heading("Models in production", f"models, average of each {bins.word}")
    chart.label_ends(labels)
    in_all = f"{formats.average(float(run.daily['production_days'].mean()))} on average, of them"
    write(chart.picture.plane, chart.box.right + 12.0, chart.box.top - 14.0, in_all, colour=INK)


def _draw_stages(chart: Chart, run: Run) -> None:
    edges = np.arange(len(run.daily) + 1)
    labels = []
    for name, words, colour in _STAGES:
        counts = run.daily[name].to_numpy()
        chart.steps(counts, edges, colour, width=1.8)
        labels.append(EndLabel(float(counts[-1]), f"{words} {formats.number(counts[-1])}", colour))
    value_axis(
        chart, 0.0, max(float(run.daily[name].max()) for name, _, _ in _STAGES), steps=4, whole=True
    )
    chart.heading("On their way", "models, at the end of each day")
    chart.label_ends(labels)


def _nothing(daily: pd.DataFrame) -> pd.Series[float]:
    return pd.Series(0.0, index=daily.index)
