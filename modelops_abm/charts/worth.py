"""What a plan is worth over many futures: how often how much, and by when it has paid back."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from modelops_abm import formats
from modelops_abm.charts.charts import LABEL, Box, EndLabel, time_chart, value_axis, write_heading
from modelops_abm.charts.clock import Clock
from modelops_abm.charts.palette import CONTROL, COSTS, EARNS, HAIRLINE, INK, INK_3, PLAN, tint
from modelops_abm.charts.rows import in_plain_numbers, round_numbers
from modelops_abm.charts.sheet import POINTS, Picture, shortened, text_style, write
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.statistics import share
from modelops_abm.experiments.words import known_money

type Floats = NDArray[np.float64]

_WORTH, _PAYBACK = Box(84.0, 66.0, 470.0, 300.0), Box(660.0, 66.0, 400.0, 300.0)
_MOST_BINS, _DOT = 40, 8.0
_FEWEST_FOR_ENDS = 40
_ROUNDING = 1e-9


def worth_and_payback(comparison: Comparison) -> Picture:
    """Draw in how many futures a plan is worth how much, and how many have paid back by when.

    Parameters
    ----------
    comparison
        A plan and its baseline over the same futures, at least one.
    """
    worth = comparison.difference("npv").values
    shows = (
        f"Net present value less that of the baseline, in the same {_futures(comparison)}. Dot:"
        " average with its 95 % interval. Paid back: the plan has earned at least what it cost, for"
        " good; shaded: 95 % interval."
    )
    plan = comparison.plan
    source = f"Scenario {shortened(plan.scenario.name)}, seed {plan.seed}."
    picture = Picture(_finding(comparison), shows, f"{source} modelops_abm {plan.version}.", 410.0)
    _draw_worth(picture, comparison, worth)
    _draw_payback(picture, comparison)
    return picture


def _finding(comparison: Comparison) -> str:
    if comparison.is_of_baseline:
        return "The plan is the baseline"
    worth = comparison.difference("npv")
    over = formats.span(comparison.finance.horizon_days)
    match worth.verdict:
        case "earns":
            return f"The plan is worth {known_money(worth)} over {over}"
        case "loses":
            return f"The plan loses {known_money(worth)} over {over}"
        case _:
            futures = formats.plural(comparison.replications, "future")
            return f"After {futures} the plan cannot be told from the baseline"


def _futures(comparison: Comparison) -> str:
    """Return how many futures there are, and between which ends most of them lie."""
    count = formats.plural(comparison.replications, "future")
    ends = comparison.difference("npv").futures
    if ends is None or comparison.replications < _FEWEST_FOR_ENDS:
        return count
    return f"{count}; 95 of 100: {formats.money_interval(*ends)}"


def _draw_worth(picture: Picture, comparison: Comparison, worth: Floats) -> None:
    size, unit = formats.money_scale(float(np.abs(worth).max()))
    edges = _edges(worth) / size
    counts, _ = np.histogram(worth / size, edges)
    colours = [tint(EARNS if left >= 0.0 else COSTS, 0.55) for left in edges[:-1]]
    axes = picture.axes_at(*_WORTH)
    axes.bar(
        edges[:-1],
        counts,
        np.diff(edges),
        align="edge",
        color=colours,
        edgecolor="white",
        linewidth=0.6 * POINTS,
    )
    _set_scales(axes, edges, float(counts.max()))
    _draw_average(picture, axes, comparison, size)
    write_heading(picture, _WORTH.left, _WORTH.top - 42.0, "Futures by what the plan is worth")
    words = f"Against the baseline, {unit}"
    write(picture.plane, _WORTH.right, _WORTH.bottom + 42.0, words, size=LABEL, across="right")


def _edges(worth: Floats) -> Floats:
    """Return edges of bins of one width, zero among them, so that a bin earns or loses."""
    low, high = min(0.0, float(worth.min())), max(0.0, float(worth.max()))
    if not high > low:
        return np.array([-0.5, 0.0, 0.5])
    finest = np.histogram_bin_edges(worth, "fd") if np.ptp(worth) > 0.0 else np.array([low, high])
    width = max(float(np.diff(finest).max()), (high - low) / _MOST_BINS)
    first, last = np.floor(low / width - _ROUNDING), np.ceil(high / width + _ROUNDING)
    return width * np.arange(first, last + 1.0)


def _set_scales(axes: Axes, edges: Floats, most: float) -> None:
    style = text_style(LABEL, INK_3)
    room = 0.03 * (edges[-1] - edges[0])
    axes.set_xlim(edges[0] - room, edges[-1] + room)
    axes.set_ylim(0.0, 1.05 * most)
    across = round_numbers(*axes.get_xlim(), most=6)
    up = [tick for tick in round_numbers(0.0, 1.05 * most, most=5) if tick == int(tick)]
    axes.set_xticks(across, in_plain_numbers(across), **style)
    axes.set_yticks(up, in_plain_numbers(up), **style)
    axes.tick_params(axis="both", length=0.0, pad=6.0 * POINTS)
    axes.set_axisbelow(True)
    axes.yaxis.grid(visible=True, color=HAIRLINE, linewidth=POINTS, linestyle="-")
    axes.axvline(0.0, color=CONTROL, linewidth=POINTS, linestyle="-")


def _draw_average(picture: Picture, axes: Axes, comparison: Comparison, size: float) -> None:
    """Draw the average and its interval above the bars, with its words."""
    npv = comparison.finance.npv
    mean, half_width = npv.mean or 0.0, npv.half_width or 0.0
    left, right = axes.get_xlim()
    y = _WORTH.top - 12.0
    values = np.clip(np.array([mean - half_width, mean, mean + half_width]) / size, left, right)
    places = _WORTH.left + (values - left) / (right - left) * _WORTH.width
    ends, line = [places[0], places[2]], 3.0 * POINTS
    picture.plane.plot(ends, [y, y], color=PLAN, linewidth=line, linestyle="-", marker="")
    picture.plane.plot([places[1]], [y], color=PLAN, marker="o", markersize=_DOT * POINTS)
    is_left = places[1] < _WORTH.left + 0.6 * _WORTH.width
    x = places[2] + 12.0 if is_left else places[0] - 12.0
    words = f"average {known_money(comparison.difference('npv'), signed=True)}"
    write(
        picture.plane, x, y, words, size=LABEL, colour=INK, across="left" if is_left else "right",
        along="center",
    )  # fmt: skip


def _draw_payback(picture: Picture, comparison: Comparison) -> None:
    finance = comparison.finance
    chart = time_chart(picture, _PAYBACK, Clock(finance.horizon_days))
    days = np.unique([0.0, *finance.payback_days[np.isfinite(finance.payback_days)]])
    paid = [
        share(int(np.sum(finance.payback_days <= day)), comparison.replications) for day in days
    ]
    edges = np.append(days, max(float(finance.horizon_days), days[-1] + 1.0))
    low, middle, high = (
        100.0 * np.array([getattr(each, name) for each in paid])
        for name in ("low", "share", "high")
    )
    chart.band(high - low, edges, tint(PLAN, 0.25), low)
    chart.steps(middle, edges, PLAN, width=2.2)
    value_axis(chart, 0.0, 100.0)
    chart.label_ends([EndLabel(middle[-1], formats.share(paid[-1].share, 0), PLAN)])
    write_heading(picture, _PAYBACK.left, _PAYBACK.top - 42.0, "Futures that have paid back", "%")
