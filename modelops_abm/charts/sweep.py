"""Pictures of a sweep: what each input does on average, and how two of them go together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from modelops_abm import formats
from modelops_abm.charts.charts import LABEL, LINE, Box, write_heading
from modelops_abm.charts.palette import CONTROL, HAIRLINE, INK, INK_2, INK_3, PLAN, SURFACE, tint
from modelops_abm.charts.rows import in_plain_numbers, round_numbers
from modelops_abm.charts.sheet import MARGIN, POINTS, WIDTH, Picture, shortened, text_style, write
from modelops_abm.core import outcomes
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.sweep import SweepResult

_PANELS_ACROSS, _PANEL, _PANEL_GAP = 3, Box(0.0, 40.0, 300.0, 200.0), 40.0
_CELL, _WIDEST_CELL, _HEADS = 46.0, 150.0, 190.0
_MOST_CELLS = 12
_OUTCOMES = {outcome.name: outcome for outcome in outcomes.SUMMARY}


def sweep_effects(result: SweepResult, outcome: str = "npv") -> Picture:
    """Draw how an outcome changes with each input, on average over the others.

    Parameters
    ----------
    result
        A sweep.
    outcome
        Name of an outcome of the run summary.
    """
    effects = {entry.name: result.effect(entry.name, outcome) for entry in result.inputs}
    lines = -(-len(effects) // _PANELS_ACROSS)
    shows = (
        "Difference to the scenario as it is, average over the other inputs of"
        f" {formats.plural(len(result.points), 'point')}, all in the same"
        f" {formats.plural(result.replications, 'future')}. Bars: 95 % interval of the average."
    )
    height = lines * (_PANEL.bottom + _PANEL_GAP)
    picture = Picture(_finding(effects, outcome), shows, _source(result), height)
    size, unit = _axis_unit(outcome, [effect["difference"] for effect in effects.values()])
    low, high = _common_range(effects.values(), size)
    step = (WIDTH - 2.0 * MARGIN + 40.0) / _PANELS_ACROSS
    for place, (name, effect) in enumerate(effects.items()):
        left = MARGIN + 52.0 + step * (place % _PANELS_ACROSS)
        top = _PANEL.top + (place // _PANELS_ACROSS) * (_PANEL.bottom + _PANEL_GAP)
        axes = picture.axes_at(left, top, _PANEL.width, _PANEL.height)
        write_heading(picture, left, top - 14.0, in_words(name), unit if place == 0 else "")
        _draw_effect(axes, effect, size, (low, high))
    return picture


def can_be_heat_map(result: SweepResult) -> bool:
    """Return whether a sweep has two inputs, with few enough values for a table of numbers."""
    counts = result.inputs_table.nunique()
    return len(counts) == 2 and int(counts.max()) <= _MOST_CELLS


def sweep_heat_map(result: SweepResult, outcome: str = "npv") -> Picture:
    """Draw an outcome at every pair of values of two inputs.

    Raises
    ------
    ValueError
        If the sweep has not two inputs, or too many values of one for a table of numbers.
    """
    if not can_be_heat_map(result):
        raise ValueError(f"a heat map is of two inputs with {_MOST_CELLS} values each at most")
    down, across = (entry.name for entry in result.inputs)
    summary = result.summary(outcome)
    cells = {
        name: summary.pivot_table(index=down, columns=across, values=name, dropna=False)
        for name in ("mean", "difference", "difference_half_width")
    }
    best = summary.iloc[int(summary["mean"].argmax())]
    finding = (
        f"{_words(outcome)} is highest at {in_words(down).lower()} {formats.stated(best[down])} and"
        f" {in_words(across).lower()} {formats.stated(best[across])}:"
        f" {_level(outcome, best['mean'])}"
    )
    shows = (
        f"Average of {formats.plural(result.replications, 'future')}, the same for every cell;"
        " small: difference to the scenario as it is, ± half its 95 % interval."
    )
    picture = Picture(finding, shows, _source(result), 70.0 + _CELL * len(cells["mean"]))
    _draw_cells(picture, cells, outcome)
    return picture


def _draw_effect(
    axes: Axes, effect: pd.DataFrame, size: float, limits: tuple[float, float]
) -> None:
    is_number = pd.api.types.is_numeric_dtype(effect["value"]) and effect["value"].dtype != bool
    x = effect["value"].to_numpy(float) if is_number else np.arange(len(effect), dtype=float)
    means, widths = (
        effect[name].to_numpy(float) / size for name in ("difference", "difference_half_width")
    )
    if is_number:
        axes.plot(
            x, means, color=tint(PLAN, 0.5), linewidth=LINE * POINTS, linestyle="-", marker=""
        )
    axes.vlines(x, means - widths, means + widths, color=PLAN, linewidth=3.0 * POINTS)
    axes.plot(
        x, means, color=PLAN, marker="o", markersize=8.0 * POINTS, linestyle="", markeredgewidth=0.0
    )
    room = 0.06 * (x.max() - x.min() or 1.0)
    axes.set_xlim(x.min() - room, x.max() + room)
    axes.set_ylim(*limits)
    _write_ticks(axes, x, effect["value"].tolist(), limits)


def _write_ticks(
    axes: Axes, places: NDArray[np.float64], values: Sequence[Any], limits: tuple[float, float]
) -> None:
    style = text_style(LABEL, INK_3)
    if isinstance(values[0], bool | str):
        axes.set_xticks(places, [formats.stated(value) for value in values], **style)
    else:
        across = round_numbers(*axes.get_xlim(), most=6)
        axes.set_xticks(across, in_plain_numbers(across), **style)
    ticks = round_numbers(*limits, most=7)
    axes.set_yticks(ticks, in_plain_numbers(ticks), **style)
    axes.tick_params(axis="both", length=0.0, pad=6.0 * POINTS)
    axes.yaxis.grid(visible=True, which="major", color=HAIRLINE, linewidth=POINTS, linestyle="-")
    if limits[0] < 0.0 < limits[1]:
        axes.axhline(0.0, color=CONTROL, linewidth=POINTS, zorder=1.5)


def _draw_cells(picture: Picture, cells: dict[str, pd.DataFrame], outcome: str) -> None:
    means = cells["mean"]
    left, top = MARGIN + _HEADS, 64.0
    width = min(_WIDEST_CELL, (WIDTH - MARGIN - left) / len(means.columns))
    write_heading(picture, left, 18.0, in_words(str(means.columns.name)))
    write_heading(picture, MARGIN, top - 14.0, in_words(str(means.index.name)))
    for place, value in enumerate(means.columns):
        write(
            picture.plane,
            left + width * (place + 0.5),
            top - 14.0,
            formats.stated(value),
            across="center",
        )
    for place, value in enumerate(means.index):
        write(
            picture.plane,
            MARGIN,
            top + _CELL * (place + 0.5),
            formats.stated(value),
            along="center",
        )
    shades = _shades(means.to_numpy(float))
    for row, column in product(range(means.shape[0]), range(means.shape[1])):
        found = {name: float(table.to_numpy(float)[row, column]) for name, table in cells.items()}
        box = Box(left + width * column, top + _CELL * row, width, _CELL)
        if not np.isnan(found["mean"]):
            _draw_cell(picture, box, shades[row, column], found, outcome)


def _draw_cell(
    picture: Picture, box: Box, shade: float, found: dict[str, float], outcome: str
) -> None:
    centre, middle = box.left + box.width / 2.0, box.top + box.height / 2.0
    picture.plane.barh(
        middle,
        box.width - 2.0,
        box.height - 2.0,
        box.left,
        color=tint(PLAN, 0.55 * shade) if shade > 0.0 else SURFACE,
        linewidth=0.0,
    )
    level = _level(outcome, found["mean"])
    write(picture.plane, centre, middle - 1.0, level, colour=INK, across="center")
    words = _difference(outcome, found["difference"], found["difference_half_width"])
    write(picture.plane, centre, middle + 15.0, words, size=10.0, colour=INK_2, across="center")


def _shades(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each mean is from the lowest to the highest, from 0 to 1."""
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    return np.asarray((means - low) / (high - low) if high > low else np.full_like(means, 0.5))


def _finding(effects: dict[str, pd.DataFrame], outcome: str) -> str:
    """Say which input moves the outcome most."""
    reach = {name: float(np.ptp(effect["difference"])) for name, effect in effects.items()}
    name = max(reach, key=lambda each: reach[each])
    moved = _level(outcome, reach[name])
    if len(effects) == 1:
        return f"{_words(outcome)} moves by {moved} with {in_words(name).lower()}, on average"
    return f"{_words(outcome)} moves most with {in_words(name).lower()}: by {moved} on average"


def _words(outcome: str) -> str:
    return "Net present value" if outcome == "npv" else outcome.replace("_", " ").capitalize()


def _level(outcome: str, value: float) -> str:
    return formats.amount(value, _OUTCOMES[outcome].unit)


def _difference(outcome: str, value: float, half_width: float) -> str:
    unit = _OUTCOMES[outcome].unit
    if np.isnan(half_width) or half_width == 0.0:
        return formats.NOTHING
    if unit.startswith("$"):
        sign = "+" if value > 0.0 else ""
        return f"{sign}{formats.money_and_error(value, half_width)}"
    if unit == "share":
        known = formats.points(half_width, half_width=half_width)
        words = formats.points(value, half_width=half_width)
    else:
        known = formats.difference(half_width, half_width=half_width)
        words = formats.difference(value, half_width=half_width)
    return f"{words} ±{known.removeprefix('+').removesuffix(' points')}"


def _axis_unit(outcome: str, means: Sequence[pd.Series[float]]) -> tuple[float, str]:
    unit = _OUTCOMES[outcome].unit
    if unit.startswith("$"):
        return formats.money_scale(float(np.nanmax(np.abs(np.concatenate(means)))))
    return (0.01, "%") if unit == "share" else (1.0, unit)


def _common_range(effects: Any, size: float) -> tuple[float, float]:
    """Return a range that holds every mean with its interval."""
    means, widths = (
        np.concatenate([effect[name] for effect in effects]) / size
        for name in ("difference", "difference_half_width")
    )
    widths = np.nan_to_num(widths)
    low, high = float(np.nanmin(means - widths)), float(np.nanmax(means + widths))
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def _source(result: SweepResult) -> str:
    name = shortened(result.scenario.name)
    luck = f"seed {result.seed}, {result.engine} engine"
    return f"Scenario {name}, {luck}. modelops_abm {result.version}."
