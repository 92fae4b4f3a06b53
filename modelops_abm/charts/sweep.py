"""Figures of a sweep: what each input does on average, and how two of them go together."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.charts.figure import Axis, Cell, Cells, Dot, Figure, Line, Panel, value_axis
from modelops_abm.charts.layout import shortened
from modelops_abm.core import outcomes
from modelops_abm.experiments.sweep import SweepResult
from modelops_abm.scenario.names import name_in_words, name_said, value_said

_ACROSS, _MOST_CELLS = 3, 12
_OUTCOMES = {outcome.name: outcome for outcome in outcomes.SUMMARY}


def sweep_effects(result: SweepResult, outcome: str = "npv") -> Figure:
    """Return how an outcome changes with each input, on average over the others.

    Parameters
    ----------
    result
        A sweep.
    outcome
        Name of an outcome of the run summary.

    Raises
    ------
    ValueError
        If there is no such outcome.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = tuple(map(experiments.parse_input, ("team.developers=4,8", "team.focus=0.5,0.7")))
    >>> sweep = experiments.Sweep(plan, inputs, experiments.grid(inputs))
    >>> effects = sweep_effects(experiments.run_sweep(sweep, 5), "availability")
    >>> [panel.title for panel in effects.panels]
    ['Team', 'Time for hands-on work']
    """
    effects = {entry.name: result.effect(entry.name, outcome) for entry in result.inputs}
    size, unit = _axis_unit(outcome, [effect["difference"] for effect in effects.values()])
    # One axis for all inputs: with one each, an input that moves nothing would look like the rest.
    y = _common_axis(effects.values(), size)
    panels = [
        _effect(name_in_words(name), unit if place == 0 else "", effect, size, y)
        for place, (name, effect) in enumerate(effects.items())
    ]
    return Figure(
        _finding(effects, outcome),
        tuple(tuple(panels[at : at + _ACROSS]) for at in range(0, len(panels), _ACROSS)),
        f"{_words(outcome)} by input",
        unit,
        "Difference to the scenario as it is, average over the other inputs of"
        f" {formats.plural(len(result.points), 'point')}, all in the same"
        f" {formats.plural(result.replications, 'future')}. Bars: 95 % interval of the average.",
        _source(result),
    )


def _effect(title: str, unit: str, effect: pd.DataFrame, size: float, y: Axis) -> Panel:
    values = effect["value"]
    is_number = pd.api.types.is_numeric_dtype(values) and values.dtype != bool
    x = values.to_numpy(float) if is_number else np.arange(len(effect), dtype=float)
    means, widths = (
        effect[name].to_numpy(float) / size for name in ("difference", "difference_half_width")
    )
    line = [Line("effect", x, means, "plan 50%", 2.2)] if is_number else []
    dots = [
        Dot(f"at {place}", float(x[place]), float(means[place]), "plan", float(widths[place]))
        for place in range(len(x))
    ]
    along = value_axis(x, steps=5) if is_number else _named_axis(values.tolist())
    # More room than an axis has of itself: the first and last dot stand there with their intervals.
    room = 0.06 * (along.high - along.low)
    axis = Axis(along.low - room, along.high + room, along.ticks, along.labels)
    return Panel(title, unit, axis, y, (*line, *dots), height=200.0)


def _named_axis(values: Sequence[object]) -> Axis:
    """Return an axis of values that are no numbers, one beside the other."""
    places = tuple(map(float, range(len(values))))
    end = max(len(values) - 1.0, 1.0)
    return Axis(0.0, end, places, tuple(formats.stated(value) for value in values))


def can_be_heat_map(result: SweepResult) -> bool:
    """Return whether a sweep has two inputs, with few enough values for a table of numbers."""
    counts = result.inputs_table.nunique()
    return len(counts) == 2 and int(counts.max()) <= _MOST_CELLS


def sweep_heat_map(result: SweepResult, outcome: str = "npv") -> Figure:
    """Return an outcome at every pair of values of two inputs.

    Raises
    ------
    ValueError
        If the sweep has not two inputs, or too many values of one for a table of numbers.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = tuple(map(experiments.parse_input, ("team.developers=4,8", "team.focus=0.5,0.7")))
    >>> sweep = experiments.Sweep(plan, inputs, experiments.grid(inputs))
    >>> sweep_heat_map(experiments.run_sweep(sweep, 5), "availability").title
    'Availability by two inputs'
    """
    if not can_be_heat_map(result):
        raise ValueError(f"a heat map is of two inputs with {_MOST_CELLS} values each at most")
    down, across = (entry.name for entry in result.inputs)
    summary = result.summary(outcome)
    best = summary.iloc[int(summary["mean"].argmax())]
    finding = (
        f"{_words(outcome)} is highest with {value_said(down, formats.stated(best[down]))} and"
        f" {value_said(across, formats.stated(best[across]))}: {_level(outcome, best['mean'])}"
    )
    return Figure(
        finding,
        ((_heat_map(summary, down, across, outcome),),),
        f"{_words(outcome)} by two inputs",
        shows=f"Average of {formats.plural(result.replications, 'future')}, the same for every"
        " cell; small: difference to the scenario as it is, ± half its 95 % interval.",
        source=_source(result),
    )


def _heat_map(summary: pd.DataFrame, down: str, across: str, outcome: str) -> Cells:
    means, differences, widths = (
        summary.pivot_table(index=down, columns=across, values=name, dropna=False)
        for name in ("mean", "difference", "difference_half_width")
    )
    shades = _shades(means.to_numpy(float))
    rows = tuple(
        (
            formats.stated(value),
            False,
            tuple(
                _cell(outcome, shades[row, place], *(
                    float(table.to_numpy(float)[row, place])
                    for table in (means, differences, widths)
                ))
                for place in range(means.shape[1])
            ),
        )
        for row, value in enumerate(means.index)
    )  # fmt: skip
    heads = tuple(formats.stated(value) for value in means.columns)
    return Cells(name_in_words(across), name_in_words(down), heads, rows)


def _cell(
    outcome: str, shade: float, mean: float, difference: float, half_width: float
) -> Cell | None:
    if np.isnan(mean):
        return None
    colour = f"plan {55.0 * shade:.0f}%" if shade > 0.0 else ""
    return Cell(_level(outcome, mean), _difference(outcome, difference, half_width), colour)


def _shades(means: Floats) -> Floats:
    """Return how far each mean is from the lowest to the highest, from 0 to 1."""
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    return np.asarray((means - low) / (high - low) if high > low else np.full_like(means, 0.5))


def _finding(effects: dict[str, pd.DataFrame], outcome: str) -> str:
    """Say which input moves the outcome most."""
    reach = {name: float(np.ptp(effect["difference"])) for name, effect in effects.items()}
    name = max(reach, key=lambda each: reach[each])
    moved = _level(outcome, reach[name])
    if len(effects) == 1:
        return f"{_words(outcome)} moves by {moved} with {name_said(name)}, on average"
    return f"{_words(outcome)} moves most with {name_said(name)}: by {moved} on average"


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


def _common_axis(effects: Collection[pd.DataFrame], size: float) -> Axis:
    """Return an axis that holds every mean with its interval."""
    means, widths = (
        np.concatenate([effect[name] for effect in effects]) / size
        for name in ("difference", "difference_half_width")
    )
    widths = np.nan_to_num(widths)
    return value_axis([means - widths, means + widths], steps=6)


def _source(result: SweepResult) -> str:
    ran = f"seed {result.seed}, {result.engine} engine"
    return f"Scenario {shortened(result.scenario.name)}, {ran}. modelops_abm {result.version}."
