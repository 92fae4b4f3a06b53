"""Picture of a road map: which capability is built when, and what is spent in each year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modelops_abm import formats
from modelops_abm.charts.charts import LABEL, Box, Chart, time_chart, write_heading
from modelops_abm.charts.clock import Clock
from modelops_abm.charts.frontier import source_of_search
from modelops_abm.charts.palette import COSTS, HAIRLINE, INK, PLAN, tint
from modelops_abm.charts.sheet import MARGIN, POINTS, Picture, write
from modelops_abm.experiments.optimisation_results import Optimised
from modelops_abm.experiments.optimisation_search import YEAR_DAYS
from modelops_abm.experiments.optimisation_words import interval_of, with_error
from modelops_abm.experiments.road_maps import Step, nothing_of
from modelops_abm.experiments.words import known_money, level_word
from modelops_abm.scenario import CAPABILITY_NAMES

_LEFT, _WIDTH, _ROW = 190.0, 720.0, 52.0
_TOP, _GAP, _SPENDING = 34.0, 92.0, 130.0
_THICK = 0.62
_DONE = 0.995


def road_map(found: Optimised) -> Picture:
    """Draw the recommended road map: how the levels rise, and the spending of each year.

    Parameters
    ----------
    found
        An optimisation.
    """
    steps = found.recommended.in_order
    rows = max(len(steps), 1)
    team = formats.plural(found.recommended.developers, "developer")
    shows = (
        f"With {team}. Bars are as thick as the level that is reached, on average over futures;"
        " full is the height of the light band. Spending is what it adds to doing nothing, ± half"
        " the 95 % interval of the mean."
    )
    below = _TOP + rows * _ROW + _GAP
    picture = Picture(_finding(found), shows, source_of_search(found), below + _SPENDING + 40.0)
    clock = Clock(found.plan.horizon_days)
    above = time_chart(picture, Box(_LEFT, _TOP, _WIDTH, rows * _ROW), clock)
    above.axes.set_ylim(float(rows), 0.0)
    above.axes.set_yticks([])
    write_heading(picture, MARGIN, _TOP - 14.0, "Capability")
    for row, step in enumerate(steps):
        _draw_step(picture, above, row, step, found)
    _draw_spending(picture, below, found, clock)
    return picture


def _finding(found: Optimised) -> str:
    if found.recommended == nothing_of(found.plan):
        is_dear = found.budget_per_year is not None and not found.search.affordable
        return (
            "No road map that was looked at is within the budget"
            if is_dear
            else "Doing nothing is the best road map found"
        )
    worth = found.best.worth
    if worth.verdict != "earns":
        return "The best road map found cannot be told from doing nothing"
    span = formats.span(found.plan.horizon_days)
    known = f"{known_money(worth)} ({interval_of(worth.estimate)})"
    return f"The recommended road map is worth {known} over {span}"


def _draw_step(picture: Picture, chart: Chart, row: int, step: Step, found: Optimised) -> None:
    levels = found.levels[CAPABILITY_NAMES.index(step.capability)]
    days, middle = np.arange(1.0, len(levels) + 1.0), row + 0.5
    half = 0.5 * _THICK
    horizon = float(found.plan.horizon_days)
    chart.axes.barh(middle, horizon, _THICK, 0.0, color=tint(PLAN, 0.06), linewidth=0.0)
    thickness = half * levels
    chart.axes.fill_between(
        days, middle - thickness, middle + thickness, color=tint(PLAN, 0.75), linewidth=0.0
    )
    chart.axes.plot(
        [step.start_day] * 2,
        [middle - half, middle + half],
        color=INK,
        linewidth=2.0 * POINTS,
        linestyle="-",
        marker="",
    )
    y = chart.box.top + _ROW * middle
    name = step.capability.capitalize()
    write(picture.plane, MARGIN, y, name, size=13.0, colour=INK, bold=True, along="center")
    words = f"{level_word(step.level)}, {_reached(step, levels, found)}"
    write(picture.plane, chart.box.right + 16.0, y, words, size=LABEL, along="center")


def _reached(step: Step, levels: NDArray[np.float64], found: Optimised) -> str:
    start = float(getattr(found.plan.capabilities, step.capability).start_level)
    there = np.flatnonzero(levels >= start + _DONE * (step.level - start))
    if not len(there):
        return f"not reached in {formats.span(found.plan.horizon_days)}"
    return f"reached by {formats.month_of(float(there[0]))}"


def _draw_spending(picture: Picture, top: float, found: Optimised, clock: Clock) -> None:
    """Draw a bar for each year, with the budget across them."""
    spending = found.best.yearly_spend
    years = [year.mean or 0.0 for year in spending]
    budget, horizon = found.budget_per_year, found.plan.horizon_days
    highest = max(*years, budget or 0.0, 0.0) or 1.0
    chart = time_chart(picture, Box(_LEFT, top, _WIDTH, _SPENDING), clock)
    chart.axes.set_ylim(min(0.0, *years), 1.08 * highest)
    chart.axes.set_yticks([])
    write_heading(picture, MARGIN, top - 14.0, "Spending", "in each year, $")
    for place, spent in enumerate(years):
        start, end = place * YEAR_DAYS, min((place + 1) * YEAR_DAYS, horizon)
        chart.axes.bar(
            (start + end) / 2.0, spent, 0.94 * (end - start), color=tint(PLAN, 0.3), linewidth=0.0
        )
        words, x = with_error(spending[place]), chart.x_of((start + end) / 2.0)
        y = chart.y_of(max(spent / 2.0, 0.09 * highest))
        write(picture.plane, x, y, words, size=13.0, colour=INK, across="center", along="center")
    chart.axes.axhline(0.0, color=HAIRLINE, linewidth=POINTS)
    if budget is not None:
        chart.axes.axhline(budget, color=COSTS, linewidth=1.5 * POINTS, linestyle="--")
        words = f"budget {formats.money(budget)}"
        y = chart.y_of(budget)
        write(
            picture.plane,
            chart.box.right + 16.0,
            y,
            words,
            size=LABEL,
            colour=COSTS,
            along="center",
        )
