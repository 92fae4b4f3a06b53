"""The curve of an equation, drawn by the rule that computes it."""

from __future__ import annotations

from typing import Literal

import htpy as h
import numpy as np

from modelops_abm.app.decide.equations import Equation
from modelops_abm.app.drawing import layers
from modelops_abm.app.drawing.axes import (
    Axis,
    Extent,
    Option,
    level_axis,
    number_axis,
    round_axis,
    stop_words,
    tick_lines,
    value_axis,
)
from modelops_abm.app.drawing.formula import formula
from modelops_abm.parameters import Scenario

HEIGHT = 112
"""Of the chart, in pixels."""
_POINTS, _STEPS, _FOOT = 61, 4, 0.3
_NEAR_START = 0.3
_GRID = {"left": 40, "right": 92, "top": 14, "bottom": 26}


def equation_text(equation: Equation, scenario: Scenario) -> h.Element:
    """Return an equation with the scenario's numbers, and what its variable stands for."""
    variable = equation.variable
    return h.div(".equation")[
        h.p(".formula")[
            f"{equation.result} = ",
            formula(equation.expression, equation.values(scenario)),
            f" {equation.unit}",
        ],
        h.p(".label")[h.i[variable.symbol], f": {variable.meaning}"],
    ]


def option(equation: Equation, scenario: Scenario, here: float | None) -> Option:
    """Return the curve; `here` is where the plan stands on it."""
    variable = equation.variable
    xs = np.linspace(0.0, variable.high, _POINTS)
    ys = np.array([equation.at(scenario, float(x)) for x in xs])
    axis = round_axis(Extent(min(0.0, float(ys.min())), float(ys.max())), _STEPS)
    along = level_axis() if variable.is_level else number_axis(variable.high)
    return {
        "grid": _GRID,
        "xAxis": [along],
        "yAxis": [value_axis(axis)],
        "tooltip": layers.tooltip(
            [
                f"{variable.symbol} = {x:.3g}: {y:.3g} {equation.unit}"
                for x, y in zip(xs, ys, strict=True)
            ]
        ),
        "series": [
            tick_lines(axis),
            *([stop_words()] if variable.is_level else []),
            layers.line(equation.name, xs, ys, "var(--drift)"),
            *_half(equation, scenario, here),
            _mark(equation, scenario, here, axis),
        ],
    }


def finding(equation: Equation, scenario: Scenario) -> str:
    """Return what the curve shows, in a sentence."""
    variable = equation.variable
    first, last = (equation.at(scenario, end) for end in (0.0, variable.high))
    return (
        f"{equation.result.capitalize()}: {first:.3g} {equation.unit} where the {variable.meaning}"
        f" is 0, {last:.3g} where it is {variable.high:g}."
    )


def _half(equation: Equation, scenario: Scenario, here: float | None) -> list[Option]:
    """Return a mark at half the level, where the plan's own mark leaves room for it."""
    if here is None or _NEAR_START < here <= layers.AT_END:
        return []
    half = equation.at(scenario, 0.5)
    words = f"{half:.3g} at half"
    return [layers.waypoint("half", 0.5, half, words, falls=_falls(equation, scenario))]


def _falls(equation: Equation, scenario: Scenario) -> bool:
    """Return whether the curve ends lower than it begins."""
    first, last = (equation.at(scenario, end) for end in (0.0, equation.variable.high))
    return last < first


def _mark(equation: Equation, scenario: Scenario, here: float | None, axis: Axis) -> Option:
    at = equation.variable.high if here is None else here
    value = equation.at(scenario, at)
    words = f"{value:.3g}" + ("" if here is None else "\n{small|you are here}")
    side: Literal["left", "right"] = "right" if _falls(equation, scenario) else "left"
    return layers.point(
        "here",
        at,
        value,
        words,
        at_end=at > layers.AT_END * equation.variable.high,
        below="" if layers.has_room_above(axis, value, HEIGHT, _GRID) else side,
        is_low=value < axis.low + _FOOT * (axis.high - axis.low),
    )
