"""Money over time: what the models earn, what they and the team cost, what is left."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import formats
from modelops_abm.charts.charts import LINE, Box, Chart, EndLabel, time_chart, value_axis
from modelops_abm.charts.clock import Clock, bins_of
from modelops_abm.charts.palette import COSTS, DEPLOY, EARNS, INK, PLAN, SURFACE, tint
from modelops_abm.charts.sheet import Picture, source_of
from modelops_abm.runs.results import Run

type Amounts = NDArray[np.float64]

_LEFT, _WIDTH = 84.0, 850.0
_VALUE = ("Value", tint(EARNS, 0.7), EARNS)
_OUTLAYS = {
    "payroll": ("Payroll", DEPLOY, "#5A6F84"),
    "cost": ("Predictions", tint(COSTS, 0.8), COSTS),
    "investment": ("Capabilities", tint(PLAN, 0.85), PLAN),
}


def outlays(run: Run) -> dict[str, pd.Series[float]]:
    """Return each day's payroll, cost of predictions, and capital with upkeep."""
    daily = run.daily
    return {
        "payroll": daily["payroll"],
        "cost": daily["cost"],
        "investment": daily["capital"] + daily["upkeep"],
    }


def value_and_cost(run: Run) -> Picture:
    """Draw value, costs and net value over the run.

    Parameters
    ----------
    run
        What to draw.

    Returns
    -------
    Picture
        Money per month above; net value so far, as booked and discounted, below.
    """
    clock = Clock(run.scenario.horizon_days)
    rate = formats.share(run.scenario.finance.discount_rate, 0)
    shows = (
        "Above: value of the predictions and what is spent. Below: net value so far, "
        f"as booked and discounted at {rate} a year. Totals at the right."
    )
    picture = Picture(_finding(run), shows, source_of(run), 560.0)
    _draw_flows(time_chart(picture, Box(_LEFT, 30.0, _WIDTH, 250.0), clock, labelled=False), run)
    _draw_sum(time_chart(picture, Box(_LEFT, 342.0, _WIDTH, 180.0), clock), run)
    return picture


def _finding(run: Run) -> str:
    net = float(run.daily["net_value"].sum())
    value = float(run.daily["value"].sum())
    spent = value - net
    verb = "earns" if net >= 0.0 else "loses"
    return (
        f"The portfolio {verb} {formats.money(abs(net))} over "
        f"{formats.span(run.scenario.horizon_days)}, after {formats.money(spent)} of costs"
    )


def _draw_flows(chart: Chart, run: Run) -> None:
    bins = bins_of(run.scenario.horizon_days, shortest="month", at_most=124)
    unit_days = 1.0 if chart.clock.unit == "day" else formats.MONTH_DAYS
    value = unit_days * bins.per_day(run.daily["value"])
    flows = {name: unit_days * bins.per_day(flow) for name, flow in outlays(run).items()}
    spent = np.sum(list(flows.values()), axis=0)
    net = value - spent
    low, high = -float(spent.max()), float(value.max())
    size, unit = formats.money_scale(max(high, -low))
    chart.bars(bins.edges, value / size, np.zeros(len(value)), _VALUE[1], "value")
    bottom = np.zeros(len(value))
    for name, flow in flows.items():
        chart.bars(bins.edges, -flow / size, bottom, _OUTLAYS[name][1], name)
        bottom = bottom - flow / size
    chart.steps(net / size, bins.edges, SURFACE, width=4.5)
    chart.steps(net / size, bins.edges, INK, width=LINE)
    value_axis(chart, min(low, float(net.min())) / size, high / size, steps=6)
    per = "day" if chart.clock.unit == "day" else "month"
    chart.heading(
        "Earned and spent", f"{unit} a {per}" + ("" if bins.word == per else f", by {bins.word}")
    )
    chart.label_ends(_flow_labels(run, value / size, net / size, flows, size))


def _flow_labels(
    run: Run, value: Amounts, net: Amounts, flows: dict[str, Amounts], size: float
) -> list[EndLabel]:
    labels = [
        EndLabel(
            float(value[-1]),
            f"{_VALUE[0]} {formats.money(float(run.daily['value'].sum()))}",
            _VALUE[2],
        ),
        EndLabel(
            float(net[-1]), f"Net value {formats.money(float(run.daily['net_value'].sum()))}", INK
        ),
    ]
    bottom = 0.0
    for name, flow in flows.items():
        words, _, colour = _OUTLAYS[name]
        total = -float(outlays(run)[name].sum())
        labels.append(
            EndLabel(bottom - flow[-1] / size / 2.0, f"{words} {formats.money(total)}", colour)
        )
        bottom -= flow[-1] / size
    return labels


def _draw_sum(chart: Chart, run: Run) -> None:
    days = np.arange(len(run.daily) + 1)
    booked = _so_far(run.daily["net_value"])
    discounted = np.append(0.0, run.daily["npv"].to_numpy())
    both = np.append(booked, discounted)
    size, unit = formats.money_scale(float(np.abs(both).max()))
    chart.line(days, booked / size, INK)
    chart.line(days, discounted / size, PLAN)
    value_axis(chart, float(both.min()) / size, float(both.max()) / size)
    chart.heading("Net value so far", unit)
    chart.label_ends(
        [
            EndLabel(booked[-1] / size, f"As booked {formats.money(booked[-1])}", INK),
            EndLabel(discounted[-1] / size, f"Discounted {formats.money(discounted[-1])}", PLAN),
        ]
    )


def _so_far(daily: pd.Series[float]) -> Amounts:
    return np.append(0.0, daily.to_numpy().cumsum())
