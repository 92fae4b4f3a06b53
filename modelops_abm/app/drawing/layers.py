"""What lies in a chart: lines with their names at the end, and the two bands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.app.drawing.axes import Axis, Extent, Option, months, text_style

# --------------------------------------------------------------------------------------
# A daily outcome over many futures, as charts draw it: its average and the two bands.


type Floats = NDArray[np.float64]

_FEWEST_MONTHS = 6
_LOW, _HIGH = "2.5%", "97.5%"


class Bands(NamedTuple):
    """A daily outcome by period, in the unit of a chart."""

    months: Floats
    mean: Floats
    half_width: Floats
    low: Floats
    high: Floats

    @property
    def extent(self) -> Extent:
        """What an axis must show of it."""
        values = np.concatenate([self.low, self.high, self.mean])
        present = values[np.isfinite(values)]
        return Extent(float(present.min()), float(present.max())) if len(present) else Extent(0, 1)


def by_month(bands: Bands) -> Bands:
    """Return bands by month: the averages of the periods that end in each, if there are several.

    Half-widths and ranges are those of a typical period of the month.
    """
    number = np.ceil(bands.months - 1e-9)
    kept = np.unique(number)
    if len(kept) < _FEWEST_MONTHS or len(kept) > len(bands.months) / 2.0:
        return bands
    members = number == kept[:, np.newaxis]
    means = (_means(values, members) for values in bands[1:])
    return Bands(np.minimum(kept, bands.months[-1]), *means)


def _means(values: Floats, members: NDArray[np.bool_]) -> Floats:
    """Return the mean of each row of members; NaN if it has no value."""
    held = members & np.isfinite(values)
    count = held.sum(axis=1)
    total = np.where(held, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def bands_of(table: pd.DataFrame, size: float = 1.0) -> Bands:
    """Return what a table of bands holds, divided by the size of the chart's unit."""
    columns = (table[name].to_numpy() / size for name in ("mean", "half_width", _LOW, _HIGH))
    return Bands(np.array([months(day + 1.0) for day in table.index]), *columns)


def quarters(bands: Bands) -> list[int]:
    """Return the periods that end a quarter, and the last one."""
    quarter = np.floor(bands.months / 3.0 + 1e-9)
    ends = np.flatnonzero(np.diff(quarter) > 0) + 1
    return sorted({*(int(place) for place in ends), len(bands.months) - 1})


_ENCODE = {"x": 1, "y": 0}
"""Points are written as value, time: ECharts stacks the first of two numbers."""

_FUTURES_TINT, _AVERAGE_TINT = "15%", "34%"
_SEEN_DIGITS = 5
"""Digits of the largest value of a curve that make a difference on a screen."""


def line(
    name: str,
    xs: Floats,
    ys: Floats,
    colour: str,
    *,
    grid: int = 0,
    dashed: bool = False,
    label: str = "",
) -> Option:
    """Return a line; its label stands at its end."""
    return {
        **_curve(name, _points(xs, ys), grid),
        "z": 5,
        "lineStyle": {"color": colour, "width": 2, "type": [5, 4] if dashed else "solid"},
        "itemStyle": {"color": colour},
        **end_label(label, colour),
    }


def edge(name: str, xs: Floats, ys: Floats, colour: str, *, grid: int = 0) -> Option:
    """Return a dotted line, the edge of a band that is not filled."""
    return {
        **_curve(name, _points(xs, ys), grid),
        "z": 3,
        "lineStyle": {"color": colour, "width": 1, "type": [1, 3]},
        "itemStyle": {"color": colour},
    }


def futures(
    name: str, bands: Bands, colour: str, *, grid: int = 0, label: str = ""
) -> list[Option]:
    """Return the light band: 95 of 100 futures."""
    return _band(name, bands, (bands.low, bands.high), f"{colour} {_FUTURES_TINT}", grid, label)


def average(name: str, bands: Bands, colour: str, *, grid: int = 0) -> list[Option]:
    """Return the dark band: the 95 % interval of the average."""
    ends = bands.mean - bands.half_width, bands.mean + bands.half_width
    return _band(name, bands, ends, f"{colour} {_AVERAGE_TINT}", grid, "")


def area(name: str, xs: Floats, ys: Floats, colour: str, *, stack: str) -> Option:
    """Return an area that lies on those before it in a stack."""
    return {
        **_curve(name, _points(xs, ys)),
        "stack": stack,
        "lineStyle": {"color": "var(--surface)", "width": 1.2},
        "areaStyle": {"color": colour, "opacity": 1},
        "itemStyle": {"color": colour},
    }


def zero_line(end: float, *, grid: int = 0) -> Option:
    """Return a thin line at zero, up to the end of the axis along it."""
    return {
        **_curve(f"zero-{grid}", [[0, 0], [0, end]], grid),
        "z": 3,
        "lineStyle": {"color": "var(--control)", "width": 1},
        "tooltip": {"show": False},
    }


AT_END = 0.85
"""Beyond this part of the axis the words of a dot stand behind it."""


def point(
    name: str,
    x: float,
    y: float,
    words: str,
    *,
    at_end: bool,
    is_low: bool = False,
    below: Literal["", "left", "center", "right"] = "",
) -> Option:
    """Return a dot with words: behind it at the end of the axis, above or below it elsewhere.

    Parameters
    ----------
    name, x, y, words
        What it is, where it is, and what is said of it.
    at_end
        Whether it is at the end of the axis.
    is_low
        Whether it is near the foot of a chart, where words stand along the axis: those behind it
        then stand higher.
    below
        Which end of the words is below the dot, where there is no room above it.
    """
    if at_end:
        place = ("right", "left", "bottom" if is_low else "middle")
    else:
        place = ("bottom", below, "top") if below else ("top", "center", "bottom")
    return {
        "id": name,
        "type": "scatter",
        "encode": _ENCODE,
        "data": [[y, x]],
        "symbolSize": 9,
        "silent": True,
        "z": 7,
        "itemStyle": {"color": "var(--plan)", "opacity": 1},
        "label": _beside_point(words, *place),
        "tooltip": {"show": False},
    }


def _beside_point(words: str, position: str, align: str, vertical_align: str) -> Option:
    return {
        "show": True,
        "formatter": words,
        "position": position,
        "distance": 8,
        "align": align,
        "verticalAlign": vertical_align,
        "rich": {"small": text_style("var(--ink-3)") | {"lineHeight": 15}},
        **text_style("var(--plan)"),
        "fontWeight": 600,
        "lineHeight": 15,
    }


_WORDS_ABOVE_PIXELS = 46
"""What two lines of words above a dot take."""


def has_room_above(axis: Axis, value: float, height: int, grid: Mapping[str, int]) -> bool:
    """Return whether words find room above a dot in a chart.

    Parameters
    ----------
    axis, value
        The axis, and where the dot is on it.
    height, grid
        Height of the chart, and the margins of its grid, in pixels.
    """
    share = (axis.high - value) / (axis.high - axis.low)
    plot = height - grid["top"] - grid["bottom"]
    return grid["top"] + share * plot >= _WORDS_ABOVE_PIXELS


def waypoint(name: str, x: float, y: float, words: str, *, falls: bool) -> Option:
    """Return a ring on a curve, with words on the side that the curve leaves free."""
    return {
        "id": name,
        "type": "scatter",
        "encode": _ENCODE,
        "data": [[y, x]],
        "symbolSize": 7,
        "silent": True,
        "z": 6,
        "itemStyle": {"color": "var(--surface)", "borderColor": "var(--drift)", "borderWidth": 1.6},
        "label": {
            "show": True,
            "formatter": words,
            "position": "top" if falls else "bottom",
            "align": "left",
            "distance": 5,
            **text_style("var(--ink)"),
        },
        "tooltip": {"show": False},
    }


def flag(
    name: str, at: float | None, height: float, words: str, end: float, *, grid: int = 0
) -> Option:
    """Return an upright line with words on top; hidden if it is nowhere.

    Parameters
    ----------
    at
        Where it stands on the time axis; None for nowhere.
    height
        How high it is, on the value axis.
    words
        What it says.
    end
        End of the time axis; near it, the words stand to the left.
    """
    foot = 0.0 if at is None else round(at, 3)
    side = "right" if foot > 0.85 * end else "left" if foot < 0.15 * end else "center"
    label = {
        "show": at is not None,
        "formatter": words,
        "position": "top",
        "distance": 3,
        "align": side,
        **text_style("var(--ink)"),
    }
    return {
        "id": name,
        "type": "line",
        "xAxisIndex": grid,
        "yAxisIndex": grid,
        "encode": _ENCODE,
        "data": [[0.0, foot], {"value": [height, foot], "label": label}],
        "symbol": "circle",
        "symbolSize": 1,
        "showSymbol": True,
        "silent": True,
        "z": 6,
        "lineStyle": {"color": "var(--plan)", "width": 2, "opacity": 0.0 if at is None else 1.0},
        "itemStyle": {"color": "var(--plan)", "opacity": 0.0 if at is None else 1.0},
        "tooltip": {"show": False},
    }


def end_label(text: str, colour: str, *, bold: bool = True) -> Option:
    """Return what puts a label at the end of a line; nothing for no text."""
    if not text:
        return {}
    style = text_style(colour) | {"lineHeight": 15}
    weight = {"fontWeight": 600} if bold else {}
    return {
        "endLabel": {
            "show": True,
            "formatter": text,
            "distance": 8,
            "rich": {"small": style | {"color": "var(--ink-3)", "fontWeight": 400}},
            **style,
            **weight,
        },
        "labelLayout": {"moveOverlap": "shiftY"},
    }


def _band(
    name: str,
    bands: Bands,
    ends: tuple[Floats, Floats],
    fill: str,
    grid: int,
    label: str,
) -> list[Option]:
    """Return an area between two lines: the lower one, and what lies on top of it."""
    low, high = ends
    common = {
        "stack": name,
        "stackStrategy": "all",
        "z": 2,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
    }
    return [
        {**_curve(f"{name}-low", _points(bands.months, low), grid), **common},
        {
            **_curve(f"{name}-height", _points(bands.months, high - low), grid),
            **common,
            "areaStyle": {"color": fill, "opacity": 1},
            **end_label(label, "var(--ink-3)", bold=False),
        },
    ]


def _curve(name: str, points: Sequence[Sequence[float | None]], grid: int = 0) -> Option:
    """Return what all lines have in common."""
    return {
        "id": name,
        "type": "line",
        "xAxisIndex": grid,
        "yAxisIndex": grid,
        "encode": _ENCODE,
        "data": points,
        "showSymbol": False,
        "silent": True,
    }


def _points(xs: Floats, ys: Floats) -> list[list[float | None]]:
    """Return points for the browser, as exact as can be seen; a gap where there is no value."""
    largest = float(np.nanmax(np.abs(ys), initial=0.0))
    digits = _SEEN_DIGITS - math.ceil(math.log10(largest)) if largest > 0.0 else 0
    rounded = np.round(ys, digits).tolist()
    times = np.round(xs, 3).tolist()
    return [[None if math.isnan(y) else y, x] for x, y in zip(times, rounded, strict=True)]


def tooltip(texts: Sequence[str]) -> Option:
    """Return what shows the exact values of a point in time: a text for each, lines by newlines."""
    return {
        "trigger": "axis",
        "texts": list(texts),
        "backgroundColor": "var(--raised)",
        "borderColor": "var(--hairline)",
        "textStyle": text_style("var(--ink)"),
        "axisPointer": {"type": "line", "lineStyle": {"color": "var(--control)", "type": "solid"}},
    }
