"""Charts of rows: a label, a value with its interval on a common axis, and the value in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from modelops_abm import formats
from modelops_abm.charts.charts import LABEL, write_heading
from modelops_abm.charts.palette import CONTROL, HAIRLINE, INK, INK_2, INK_3, PLAN, readable, tint
from modelops_abm.charts.sheet import (
    MARGIN,
    POINTS,
    WIDTH,
    Picture,
    text_style,
    width_of,
    wrapped,
    write,
)

ROW = 34.0
_HEAD, _AXIS, _GAP = 34.0, 34.0, 18.0
_BAR, _DOT, _SMALL_DOT = 18.0, 9.0, 6.0
_LINE, _THIN_LINE = 3.0, 1.5


class Mark(NamedTuple):
    """A value on the axis.

    Attributes
    ----------
    value
        The value; NaN for none.
    low, high
        Ends of its interval; NaN for none.
    colour
        Its colour.
    bar_from
        Where a bar begins that ends at the value; None for a dot instead.
    offset
        How far below the middle of its row the dot and the interval lie, in heights of a row.
    is_small
        Whether they are drawn small, so that several have room in a row.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")
    colour: str = PLAN
    bar_from: float | None = None
    offset: float = 0.0
    is_small: bool = False


class Row(NamedTuple):
    """A row of a chart.

    Attributes
    ----------
    label
        What it is about.
    marks
        Its values.
    words
        Its value in words.
    is_strong
        Whether the label is set in bold.
    """

    label: str
    marks: Sequence[Mark]
    words: str
    is_strong: bool = False


class Scale(NamedTuple):
    """How values are written along the axis.

    Attributes
    ----------
    heading, unit
        What the axis shows, and in which unit.
    size
        What values are divided by for the axis.
    limits
        Ends that the axis does not go beyond; what lies there is drawn at its end.
    """

    heading: str
    unit: str
    size: float = 1.0
    limits: tuple[float, float] = (-math.inf, math.inf)

    def on_axis(self, value: float) -> float:
        """Return where a value is drawn."""
        return min(max(value, self.limits[0]), self.limits[1]) / self.size


def money_scale(heading: str, values: Sequence[float]) -> Scale:
    """Return the scale of amounts of money that are as large as these, in $."""
    known = [abs(value) for value in values if np.isfinite(value)]
    size, unit = formats.money_scale(max(known, default=0.0))
    return Scale(heading, unit, size)


def height_of(rows: Sequence[Row]) -> float:
    """Return how many pixels a chart of rows is high."""
    return _HEAD + ROW * len(rows) + _AXIS


def draw_rows(picture: Picture, top: float, rows: Sequence[Row], scale: Scale) -> Axes:
    """Draw a chart of rows over the whole width of a picture, and return its axes."""
    labels = max((width_of(row.label, LABEL, bold=row.is_strong) for row in rows), default=0.0)
    words = max((width_of(row.words, LABEL) for row in rows), default=0.0)
    left, right = MARGIN + min(labels, 420.0) + _GAP, WIDTH - MARGIN - min(words, 330.0) - _GAP
    axes = picture.axes_at(left, top + _HEAD, right - left, ROW * len(rows))
    axes.set_ylim(float(len(rows)), 0.0)
    _value_axis(axes, rows, scale)
    write_heading(picture, left, top + 14.0, scale.heading, scale.unit)
    for place, row in enumerate(rows):
        _draw_row(picture, axes, place, row, scale, top, right)
    return axes


def _draw_row(
    picture: Picture,
    axes: Axes,
    place: int,
    row: Row,
    scale: Scale,
    top: float,
    right: float,
) -> None:
    middle = top + _HEAD + ROW * (place + 0.5)
    label = wrapped(row.label, 420.0, LABEL)[0] if row.label else ""
    write(
        picture.plane,
        MARGIN,
        middle,
        label,
        size=LABEL,
        colour=INK if row.is_strong else INK_2,
        bold=row.is_strong,
        along="center",
    )
    colour = readable(row.marks[0].colour) if row.marks else INK_2
    write(picture.plane, right + _GAP, middle, row.words, size=LABEL, colour=colour, along="center")
    for mark in row.marks:
        _draw_mark(axes, place + 0.5, mark, scale)


def _draw_mark(axes: Axes, y: float, mark: Mark, scale: Scale) -> None:
    value, low, high = (scale.on_axis(place) for place in (mark.value, mark.low, mark.high))
    if mark.bar_from is not None:
        start = scale.on_axis(mark.bar_from)
        colour = tint(mark.colour, 0.55)
        axes.barh(y, value - start, _BAR / ROW, start, color=colour, linewidth=0.0)
    if np.isfinite(low) and np.isfinite(high):
        axes.plot(
            [low, high],
            [y + mark.offset] * 2,
            color=mark.colour,
            linewidth=(_THIN_LINE if mark.is_small else _LINE) * POINTS,
            linestyle="-",
            marker="",
            solid_capstyle="butt",
            clip_on=False,
        )
    if mark.bar_from is None and np.isfinite(value):
        axes.plot(
            [value],
            [y + mark.offset],
            color=mark.colour,
            marker="o",
            markersize=(_SMALL_DOT if mark.is_small else _DOT) * POINTS,
            markeredgewidth=0.0,
            linestyle="",
            clip_on=False,
        )


def _value_axis(axes: Axes, rows: Sequence[Row], scale: Scale) -> None:
    """Set the range to hold zero and every value, with light lines at round numbers."""
    ends = [scale.on_axis(end) for row in rows for mark in row.marks for end in _ends(mark)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    if not high > low:
        high = low + 1.0
    room = 0.03 * (high - low)
    low, high = low - (room if low < 0.0 else 0.0), high + (room if high > 0.0 else 0.0)
    ticks = round_numbers(low, high, most=7)
    axes.set_xlim(low, high)
    axes.set_xticks(ticks, in_plain_numbers(ticks), **text_style(LABEL, INK_3))
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0.0, pad=6.0 * POINTS, bottom=True, labelbottom=True)
    axes.xaxis.grid(
        visible=True, which="major", color=HAIRLINE, linewidth=POINTS, linestyle="-", alpha=1.0
    )
    axes.axvline(0.0, color=CONTROL, linewidth=POINTS, linestyle="-", zorder=2.5)


def _ends(mark: Mark) -> list[float]:
    """Return what the axis must reach for a mark."""
    places = (mark.value, mark.low, mark.high, mark.bar_from)
    return [place for place in places if place is not None and np.isfinite(place)]


def round_numbers(low: float, high: float, *, most: int) -> list[float]:
    """Return round numbers at equal distances between two others, about so many at most."""
    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10])
    return [float(tick) for tick in locator.tick_values(low, high) if low <= tick <= high]


def in_plain_numbers(ticks: Sequence[float]) -> list[str]:
    """Return numbers at equal distances with the digits that tell them apart."""
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    digits = next((digits for digits in range(6) if abs(step - round(step, digits)) < 1e-9), 6)
    return [formats.number(tick, digits) if abs(tick) > step / 1e3 else "0" for tick in ticks]
