"""What every level of a capability is worth here, as a curve over the levels tried."""

from __future__ import annotations

import numpy as np

from modelops_abm import formats
from modelops_abm.app.decide.numbers import Money, between, digits_for
from modelops_abm.app.drawing import layers
from modelops_abm.app.drawing.axes import (
    Axis,
    Extent,
    Option,
    level_axis,
    round_axis,
    signed,
    stop_words,
    tick_lines,
    value_axis,
)
from modelops_abm.app.drawing.bands import Bands
from modelops_abm.app.drawing.tables import Table
from modelops_abm.experiments import LevelWorth
from modelops_abm.experiments.phrases import level_word

HEIGHT = 168
"""Of the chart, in pixels."""
_GRID = {"left": 40, "right": 92, "top": 10, "bottom": 26}


def money_of_levels(worth: LevelWorth) -> Money:
    """Return the unit that suits the net values."""
    return Money(*formats.money_scale(float(np.abs(worth.samples["npv"].mean(axis=1)).max())))


def option(worth: LevelWorth) -> Option:
    """Return the chart."""
    money = money_of_levels(worth)
    shown = _bands(worth, money)
    axis = round_axis(shown.extent.with_room_for(Extent(0.0, 0.0)), 4)
    return {
        "grid": _GRID,
        "xAxis": [level_axis()],
        "yAxis": [value_axis(axis)],
        "tooltip": layers.tooltip(_texts(worth, money)),
        "series": [
            tick_lines(axis, signed),
            stop_words(),
            *layers.futures("levels", shown, "var(--plan)"),
            *layers.average("levels-average", shown, "var(--plan)"),
            layers.line("levels", shown.months, shown.mean, "var(--plan)"),
            layers.zero_line(1.0),
            _here(worth, money, axis),
        ],
    }


def finding(worth: LevelWorth) -> str:
    """Return what the chart shows, in a sentence."""
    money = money_of_levels(worth)
    levels = (
        f"{level_word(level)} {_amount(worth, level, money)}{money.short}"
        for level in worth.levels[1:]
    )
    return f"Worth of {worth.capability} against {_start(worth)}: {', '.join(levels) or 'none'}."


def against(worth: LevelWorth) -> str:
    """Return what the levels are compared with, in words."""
    return f"{money_of_levels(worth).unit} against {_start(worth)}, rest kept"


def table(worth: LevelWorth) -> Table:
    """Return the same numbers as a table."""
    money = money_of_levels(worth)
    rows = [(_word(level), *_cells(worth, level, money)) for level in worth.levels]
    columns = ("Level", "Worth", "95 of 100 futures")
    return Table(f"Worth of {worth.capability}, {against(worth)}", columns, rows)


def _start(worth: LevelWorth) -> str:
    start = worth.levels[0]
    return f"{'no' if start == 0.0 else level_word(start)} {worth.capability}"


def _word(level: float) -> str:
    return level_word(level).capitalize()


def _bands(worth: LevelWorth, money: Money) -> Bands:
    """Return the worth by level, the levels in place of months."""
    rows = []
    for level in worth.levels:
        difference = worth.worth(level)
        known = difference.estimate
        low, high = difference.futures or (0.0, 0.0)
        rows.append((known.mean or 0.0, known.half_width or 0.0, low, high))
    mean, half_width, low, high = np.array(rows).T / money.size
    return Bands(np.array(worth.levels), mean, half_width, low, high)


def _amount(worth: LevelWorth, level: float, money: Money) -> str:
    known = worth.worth(level).estimate
    return money.difference(known.mean or 0.0, known.half_width)


def _cells(worth: LevelWorth, level: float, money: Money) -> tuple[str, str]:
    difference = worth.worth(level)
    if level == worth.levels[0]:
        return "0", formats.NOTHING
    low, high = (end / money.size for end in difference.futures or (0.0, 0.0))
    futures = between(low, high, digits_for(difference, money.size))
    return _amount(worth, level, money), futures


def _texts(worth: LevelWorth, money: Money) -> list[str]:
    cells = ((_word(level), *_cells(worth, level, money)) for level in worth.levels)
    return [f"{name}\n{amount}{money.short} ({futures})" for name, amount, futures in cells]


def _here(worth: LevelWorth, money: Money, axis: Axis) -> Option:
    mean = (worth.worth(worth.here).estimate.mean or 0.0) / money.size
    words = f"{_amount(worth, worth.here, money)}{money.short}\n{{small|you are here}}"
    has_room = layers.has_room_above(axis, mean, HEIGHT, _GRID)
    return layers.point(
        "here",
        worth.here,
        mean,
        words,
        at_end=worth.here > layers.AT_END,
        below="" if has_room else "center",
    )
