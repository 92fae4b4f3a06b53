"""What a plan is worth against its baseline: main numbers, net value, the difference."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm import formats
from modelops_abm.charts.charts import Box, Chart, EndLabel, time_chart, value_axis
from modelops_abm.charts.clock import Clock
from modelops_abm.charts.pairing import check_pair, luck_of
from modelops_abm.charts.palette import BASELINE, COSTS, EARNS, HAIRLINE, INK, INK_2, PLAN, tint
from modelops_abm.charts.sheet import MARGIN, POINTS, WIDTH, Picture, source_of, width_of, write
from modelops_abm.experiments.finance import payback_days
from modelops_abm.runs.results import Run
from modelops_abm.runs.summary import LABELS

_LEFT, _WIDTH = 84.0, 900.0


class KeyFigure(NamedTuple):
    """A number of the plan beside the baseline's."""

    words: str
    plan: str
    baseline: str
    change: str


def compare(plan: Run, baseline: Run) -> Picture:
    """Draw what a plan is worth against its baseline.

    Parameters
    ----------
    plan, baseline
        Runs of the same length, and for a fair comparison of the same seed and replication.

    Returns
    -------
    Picture
        Main numbers, both discounted net values so far, and their difference.

    Raises
    ------
    ValueError
        If the runs are not of the same length.
    """
    check_pair(plan, baseline)
    rate = formats.share(plan.scenario.finance.discount_rate, 0)
    shows = f"{luck_of(plan, baseline)} Net value is discounted at {rate} a year to the start."
    picture = Picture(_finding(plan, baseline), shows, source_of(plan, baseline), 610.0)
    _draw_figures(picture, key_figures(plan, baseline))
    clock = Clock(plan.scenario.horizon_days)
    above = time_chart(picture, Box(_LEFT, 150.0, _WIDTH, 220.0), clock, labelled=False)
    _draw_both(above, plan, baseline)
    below = time_chart(picture, Box(_LEFT, 426.0, _WIDTH, 146.0), clock)
    _draw_difference(below, difference_so_far(plan, baseline))
    return picture


def difference_so_far(plan: Run, baseline: Run) -> NDArray[np.float64]:
    """Return plan minus baseline of the discounted net value so far, at the end of each day."""
    difference: NDArray[np.float64] = (plan.daily["npv"] - baseline.daily["npv"]).to_numpy()
    return difference


def payback_day(difference: NDArray[np.float64]) -> float | None:
    """Return the day of payback; None if the difference is zero, so that there is none to pay."""
    return float(payback_days(difference[np.newaxis])[0]) if difference.any() else None


def key_figures(plan: Run, baseline: Run) -> list[KeyFigure]:
    """Return the main numbers of both runs."""
    paid = payback_day(difference_so_far(plan, baseline))
    return [
        _money_figure(LABELS["npv"], plan, baseline),
        _share_figure(LABELS["availability"], "availability", plan, baseline),
        _share_figure(LABELS["new_model_share"], "new_model_share", plan, baseline),
        _count_figure(LABELS["models_delivered"], "models_delivered", plan, baseline),
        KeyFigure(
            LABELS["payback"],
            formats.payback(paid),
            f"{'in' if paid is None or math.isinf(paid) else 'of'}"
            f" {formats.span(plan.scenario.horizon_days)}",
            "",
        ),
    ]


def _finding(plan: Run, baseline: Run) -> str:
    worth = float(difference_so_far(plan, baseline)[-1])
    over = f"over {formats.span(plan.scenario.horizon_days)}"
    if not difference_so_far(plan, baseline).any():
        return f"Plan and baseline earn the same {over}"
    if worth < 0.0:
        return f"In this future the plan loses {formats.money(-worth)} against the baseline {over}"
    return f"In this future the plan is worth {formats.money(worth, signed=True)} {over}"


def _money_figure(words: str, plan: Run, baseline: Run) -> KeyFigure:
    own, other = (float(run.daily["npv"].iloc[-1]) for run in (plan, baseline))
    return KeyFigure(
        words,
        formats.money(own),
        f"vs {formats.money(other)}",
        formats.money(own - other, signed=True),
    )


def _share_figure(words: str, name: str, plan: Run, baseline: Run) -> KeyFigure:
    own, other = plan.summary[name], baseline.summary[name]
    change = formats.NOTHING if own is None or other is None else formats.points(own - other)
    return KeyFigure(words, formats.share(own, 1), f"vs {formats.share(other, 1)}", change)


def _count_figure(words: str, name: str, plan: Run, baseline: Run) -> KeyFigure:
    own, other = plan.summary[name] or 0.0, baseline.summary[name] or 0.0
    return KeyFigure(
        words,
        formats.number(own),
        f"vs {formats.number(other)}",
        formats.number(own - other, signed=True),
    )


def _draw_figures(picture: Picture, figures: list[KeyFigure]) -> None:
    step = (WIDTH - 2.0 * MARGIN) / len(figures)
    for number, figure in enumerate(figures):
        x = MARGIN + step * number
        if number:
            picture.plane.plot(
                [x - 16.0, x - 16.0],
                [4.0, 82.0],
                color=HAIRLINE,
                linewidth=POINTS,
                linestyle="-",
                marker="",
            )
        write(picture.plane, x, 16.0, figure.words)
        write(picture.plane, x, 48.0, figure.plan, size=20.0, colour=INK, bold=True)
        after = x + width_of(figure.plan, 20.0, bold=True) + 8.0
        write(picture.plane, after, 48.0, figure.baseline, colour=INK_2)
        write(picture.plane, x, 74.0, figure.change, colour=INK, bold=True)


def _draw_both(chart: Chart, plan: Run, baseline: Run) -> None:
    days = np.arange(len(plan.daily) + 1)
    lines = [np.append(0.0, run.daily["npv"].to_numpy()) for run in (plan, baseline)]
    size, unit = formats.money_scale(float(np.abs(lines).max()))
    chart.line(days, lines[1] / size, BASELINE, dashed=True)
    chart.line(days, lines[0] / size, PLAN)
    value_axis(chart, float(np.min(lines)) / size, float(np.max(lines)) / size)
    chart.heading("Net value so far", f"{unit}, discounted")
    labels = (("Plan", PLAN), ("Baseline", BASELINE))
    chart.label_ends(
        [
            EndLabel(line[-1] / size, f"{words} {formats.money(line[-1])}", colour)
            for line, (words, colour) in zip(lines, labels, strict=True)
        ]
    )


def _draw_difference(chart: Chart, difference: NDArray[np.float64]) -> None:
    days = np.arange(len(difference) + 1)
    line = np.append(0.0, difference)
    size, unit = formats.money_scale(float(np.abs(line).max()))
    for side, colour in ((line >= 0.0, EARNS), (line <= 0.0, COSTS)):
        chart.axes.fill_between(
            days,
            line / size,
            0.0,
            where=side,
            interpolate=True,
            color=tint(colour, 0.2),
            linewidth=0.0,
        )
    chart.line(days, line / size, PLAN)
    value_axis(chart, float(line.min()) / size, float(line.max()) / size, steps=4)
    chart.heading("Plan minus baseline", f"{unit}, so far")
    chart.label_ends([EndLabel(line[-1] / size, formats.money(line[-1], signed=True), PLAN)])
    paid = payback_day(difference)
    if paid is not None and 0.0 < paid < math.inf:
        _mark_payback(chart, paid)


def _mark_payback(chart: Chart, day: float) -> None:
    words = f"payback, {formats.payback(day)}"
    x, zero = chart.x_of(day), chart.y_of(0.0)
    half = width_of(words, 12.0, bold=True) / 2.0
    middle = min(max(x, chart.box.left + half + 6.0), chart.box.right - half - 6.0)
    chart.picture.plane.plot(
        [x, x],
        [zero - 26.0, zero + 6.0],
        color=INK,
        linewidth=1.5 * POINTS,
        linestyle="-",
        marker="",
    )
    write(chart.picture.plane, middle, zero - 32.0, words, colour=INK, bold=True, across="center")
