"""The renderer of the page: panels of a figure as an option of Apache ECharts.

A colour becomes a variable of the page's style, ``var(--plan) 15%``, so that it follows the theme
without a round trip. Series have an ``id``, so that ECharts moves them when they change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from modelops_abm.arrays import Floats
from modelops_abm.charts.figure import Axis, Band, Dot, Figure, Flag, Line, Panel
from modelops_abm.charts.palette import Colour

type Option = dict[str, Any]

FONT = "Inter, system-ui, sans-serif"
_ENCODE = {"x": 1, "y": 0}
"""Points are written as value, place: ECharts stacks the first of two numbers."""
_SEEN_DIGITS = 5
"""Digits of the largest value of a curve that make a difference on a screen."""
_TITLED = 38
"""Room above a panel below another one, for its title."""
_NARROW = 24
"""A margin that has no room for words, in pixels."""
_GLYPH, _BESIDE = 7.0, 11
"""Width of a digit, and of what stands between a number and its plot, in pixels."""
_AT_END = 0.85
"""Beyond this part of the axis the words of a dot stand behind it."""
_FOOT = 0.3
_ONE_LINE = 15
"""Letters that have room at the end of a line."""
_TAG = 0.03
"""Part of the axis from the letter of a change to the next one."""
_WORDS_ABOVE = 46.0
"""What two lines of words above a dot take, in pixels."""
# ECharts' own axis would put numbers at its ends, which are not round, and choose others than the
# files have. It only scales; `_numbers` and `_words_below` draw what the figure says.
_BARE: Option = {
    "axisLine": {"show": False},
    "axisTick": {"show": False},
    "splitLine": {"show": False},
    "axisLabel": {"show": False},
}


class Space(NamedTuple):
    """The place of a chart, and the margins of its plots, in pixels."""

    height: int
    left: int
    right: int
    top: int = 8
    bottom: int = 28
    most: int = 8
    """Numbers along the horizontal axis at most."""


class _Grid(NamedTuple):
    """A panel in a chart: its number, where its plot is, and whether it has the common axis."""

    panel: Panel
    number: int
    top: float
    height: float
    is_last: bool


def option(figure: Figure, space: Space) -> Option:
    """Return a chart of the panels of a figure, one below the other."""
    space = space._replace(left=_room_for_numbers(figure.panels, space.left))
    grids = _grids(figure.panels, space)
    texts = next((panel.texts for panel in figure.panels if panel.texts), ())
    return {
        "grid": [
            {"left": space.left, "right": space.right, "top": grid.top, "height": grid.height}
            for grid in grids
        ],
        "title": [_title(grid, space) for grid in grids if grid.number],
        "xAxis": [_axis(grid.panel.x, grid.number) for grid in grids],
        "yAxis": [_axis(grid.panel.y, grid.number) for grid in grids],
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "tooltip": _tooltip(texts),
        "series": [series for grid in grids for series in _series(grid, space)],
    }


def _room_for_numbers(panels: Sequence[Panel], left: int) -> int:
    """Return the left margin: wider than asked where a number beside a plot would be cut."""
    longest = max((len(words) for panel in panels for words in panel.y.labels), default=0)
    return left if left <= _NARROW else max(left, round(_GLYPH * longest) + _BESIDE)


def _grids(panels: Sequence[Panel], space: Space) -> list[_Grid]:
    free = space.height - space.top - space.bottom - _TITLED * (len(panels) - 1)
    whole, top, grids = sum(panel.height for panel in panels), float(space.top), []
    for number, panel in enumerate(panels):
        height = round(free * panel.height / whole)
        grids.append(_Grid(panel, number, top, height, number == len(panels) - 1))
        top += height + _TITLED
    return grids


def _title(grid: _Grid, space: Space) -> Option:
    style = {"fontSize": 12, "lineHeight": 16, "fontWeight": 600, "fontFamily": FONT}
    return {
        "text": grid.panel.title,
        "left": space.left,
        "top": grid.top - 20,
        "padding": 0,
        "textStyle": style | {"color": "var(--ink-2)"},
    }


def _axis(axis: Axis, number: int) -> Option:
    return {"type": "value", "gridIndex": number, "min": axis.low, "max": axis.high, **_BARE}


def _series(grid: _Grid, space: Space) -> list[Option]:
    panel = grid.panel
    series = [_numbers(grid)] if space.left > _NARROW else []
    if grid.is_last:
        series.append(_words_below(grid, space))
    if panel.y.signed:
        series.append(_zero(grid))
    if panel.x.changes:
        series += _changes(grid)
    # The number of series is to stay the same from one answer to the next: `chart.vue` merges only
    # then, and else the chart starts again. A layer that is nowhere for now is hidden, not left
    # out.
    for layer in panel.layers:
        match layer:
            case Line():
                series.append(_line(layer, grid))
            case Band():
                series += _band(layer, grid)
            case Dot():
                series.append(_dot(layer, grid))
            case Flag():
                series.append(_flag(layer, grid))
            case _:
                raise TypeError(f"the page draws no {type(layer).__name__}")
    return series


def _numbers(grid: _Grid) -> Option:
    """Return thin lines across a plot at round numbers, with the numbers beside them."""
    axis = grid.panel.y
    marks = [
        {"yAxis": tick, "label": {"formatter": words}}
        for tick, words in zip(axis.ticks, axis.labels, strict=True)
    ]
    # Marks of a series without points: it adds nothing to the tooltip, and moves nothing.
    return _words_along(f"ticks-{grid.number}", marks, "var(--hairline)", grid.number)


def _words_below(grid: _Grid, space: Space) -> Option:
    """Return the words along the horizontal axis; the last one stays within the chart."""
    axis = grid.panel.x.thinned(space.most)
    marks: list[Option] = []
    for tick, words in zip(axis.ticks, axis.labels, strict=True):
        is_tight = space.right < _NARROW and axis.share(tick) > 0.9
        label = {"formatter": words}
        if is_tight:
            label["align"] = "right"
        marks.append({"xAxis": tick, "label": label})
    return _words_along("along", marks, "transparent", grid.number)


def _words_along(name: str, marks: list[Option], colour: str, number: int) -> Option:
    """Return lines across a plot with words at their start."""
    return {
        "id": name,
        "type": "line",
        "xAxisIndex": number,
        "yAxisIndex": number,
        "data": [],
        "silent": True,
        "tooltip": {"show": False},
        "markLine": {
            "silent": True,
            "symbol": "none",
            # The numbers belong to the axis: they jump with it, while lines glide.
            "animation": False,
            "label": _text() | {"position": "start", "distance": 8},
            "lineStyle": {"color": colour, "width": 1, "type": "solid"},
            "data": marks,
        },
    }


def _changes(grid: _Grid) -> list[Option]:
    """Return a line across a plot for each change, and its letter beside the head of it."""
    axis, top = grid.panel.x, grid.panel.y.high
    marks = [{"xAxis": round(each.at, 3), "label": {"show": False}} for each in axis.changes]
    lines = _words_along(f"changes-{grid.number}", marks, "var(--ink-2)", grid.number)
    lines["z"] = 4
    lines["markLine"]["lineStyle"]["type"] = [4, 3]
    letters = {
        "id": f"change-letters-{grid.number}",
        "type": "scatter",
        "xAxisIndex": grid.number,
        "yAxisIndex": grid.number,
        "encode": _ENCODE,
        "symbolSize": 1,
        "silent": True,
        "z": 6,
        # Not by its opacity, which the letter would have as well.
        "itemStyle": {"color": "transparent"},
        "tooltip": {"show": False},
        "data": [
            {"value": [top, round(at, 3)], "label": {"formatter": label}}
            for at, label in axis.tags(_TAG)
        ],
        "label": {
            "show": True,
            "position": "right",
            "distance": 2,
            "verticalAlign": "top",
            **_text("var(--ink)"),
            "fontSize": 10,
            "fontWeight": 600,
            "textBorderColor": "var(--surface)",
            "textBorderWidth": 2,
        },
    }
    return [lines, letters]


def _zero(grid: _Grid) -> Option:
    # Value, place, as `_ENCODE` has it. It keeps out of the tooltip, as does everything that has
    # other points than the lines: the tooltip takes its words by the index of the point.
    points = [[0, grid.panel.x.low], [0, grid.panel.x.high]]
    return {
        **_curve(f"zero-{grid.number}", points, grid.number),
        "z": 3,
        "lineStyle": {"color": "var(--control)", "width": 1},
        "tooltip": {"show": False},
    }


def _line(line: Line, grid: _Grid) -> Option:
    strokes = {"solid": "solid", "dashed": [5, 4], "dotted": [1, 3]}
    colour = variable(line.colour)
    # A short one stands in the line itself: below it would be the words along the axis.
    start = "\u00a0\u00a0" if len(line.label) + len(line.note) < _ONE_LINE else "\n"
    note = f"{start}{{small|{line.note}}}" if line.note else ""
    return {
        **_curve(line.name, _points(line.x, line.y), grid.number),
        "z": 3 if line.stroke == "dotted" else 5,
        "lineStyle": {"color": colour, "width": line.width, "type": strokes[line.stroke]},
        "itemStyle": {"color": colour},
        **_end_label(f"{line.label}{note}", colour),
    }


def _band(band: Band, grid: _Grid) -> list[Option]:
    """Return an area between two lines: the lower one, and what lies on top of it."""
    colour = variable(band.colour)
    # At least 1.5 wide: ECharts clips by the width of the line, and words at its end are drawn in a
    # corner if the clip ends where the last of many points is.
    edge: Option = {"color": "var(--surface)", "width": 1.5} if band.is_part else {"opacity": 0}
    fill: Option = {"color": colour, "opacity": 1}
    if band.is_hatched:  # the browser makes the pattern, which is no text
        edge = {"color": colour, "width": 1.5, "opacity": 0.8}
        fill = {"color": {"hatch": colour}, "opacity": 1}
    common = {
        "stack": f"{band.name}-{grid.number}",
        # By default ECharts stacks only values of the same sign: a band across zero would be torn.
        "stackStrategy": "all",
        "z": 1 if band.is_hatched else 2,
        "tooltip": {"show": False},
    }
    low = _curve(f"{band.name}-low", _points(band.x, band.low), grid.number)
    height = _curve(f"{band.name}-height", _points(band.x, band.high - band.low), grid.number)
    return [
        {**low, **common, "lineStyle": edge if band.is_hatched else {"opacity": 0}},
        {
            **height,
            **common,
            "lineStyle": edge,
            "areaStyle": fill,
            **_end_label(band.label, "var(--ink-3)", bold=False),
        },
    ]


def _dot(dot: Dot, grid: _Grid) -> Option:
    """Return a dot with words: behind it at the end of the axis, above or below it elsewhere."""
    is_ring = dot.shape == "ring"
    colour = variable(dot.colour)
    ring = {"color": "var(--surface)", "borderColor": colour, "borderWidth": 1.6}
    return {
        "id": dot.name,
        "type": "scatter",
        "xAxisIndex": grid.number,
        "yAxisIndex": grid.number,
        "encode": _ENCODE,
        "data": [[dot.y, dot.x]],
        "symbolSize": 7 if is_ring else 9,
        "silent": True,
        "z": 6 if is_ring else 7,
        "itemStyle": ring if is_ring else {"color": colour, "opacity": 1},
        "label": _beside_ring(dot, grid) if is_ring else _beside(dot, grid),
        "tooltip": {"show": False},
    }


def _beside(dot: Dot, grid: _Grid) -> Option:
    axis = grid.panel.y
    if grid.panel.x.share(dot.x) > _AT_END:
        is_low = axis.share(dot.y) < _FOOT
        place = ("right", "left", "bottom" if is_low else "middle")
    elif grid.top + (1.0 - axis.share(dot.y)) * grid.height >= _WORDS_ABOVE:
        place = ("top", "center", "bottom")
    else:
        place = ("bottom", _free_side(grid), "top")
    note = f"\n{{small|{dot.note}}}" if dot.note else ""
    return {
        "show": True,
        "formatter": f"{dot.words}{note}",
        "position": place[0],
        "distance": 8,
        "align": place[1],
        "verticalAlign": place[2],
        "rich": {"small": _text("var(--ink-3)") | {"lineHeight": 15}},
        **_text(variable(dot.colour)),
        "fontWeight": 600,
        "lineHeight": 15,
    }


def _beside_ring(dot: Dot, grid: _Grid) -> Option:
    return {
        "show": True,
        "formatter": dot.words,
        "position": "top" if _falls(grid) else "bottom",
        "align": "left",
        "distance": 5,
        **_text("var(--ink)"),
    }


def _falls(grid: _Grid) -> bool:
    """Return whether the first line of a plot ends lower than it begins."""
    line = next(layer for layer in grid.panel.layers if isinstance(layer, Line))
    return bool(line.y[-1] < line.y[0])


def _free_side(grid: _Grid) -> str:
    """Return the side on which a curve leaves room below; around the middle of a band."""
    if any(isinstance(layer, Band) for layer in grid.panel.layers):
        return "center"
    return "right" if _falls(grid) else "left"


def _flag(flag: Flag, grid: _Grid) -> Option:
    """Return an upright line with words on top; hidden if it is nowhere."""
    end, height = grid.panel.x.high, 0.5 * grid.panel.y.high
    # Nowhere is at zero and transparent, so that the series is there and glides to its place.
    foot, opacity = (0.0, 0.0) if flag.x is None else (round(flag.x, 3), 1.0)
    side = "right" if foot > 0.85 * end else "left" if foot < 0.15 * end else "center"
    label = {
        "show": flag.x is not None,
        "formatter": flag.words,
        "position": "top",
        "distance": 3,
        "align": side,
        **_text("var(--ink)"),
    }
    return {
        **_curve(flag.name, [], grid.number),
        "data": [[0.0, foot], {"value": [height, foot], "label": label}],
        "symbol": "circle",
        "symbolSize": 1,
        "showSymbol": True,
        "z": 6,
        "lineStyle": {"color": "var(--plan)", "width": 2, "opacity": opacity},
        "itemStyle": {"color": "var(--plan)", "opacity": opacity},
        "tooltip": {"show": False},
    }


def _end_label(text: str, colour: str, *, bold: bool = True) -> Option:
    if not text:
        return {}
    style = _text(colour) | {"lineHeight": 15}
    return {
        "endLabel": {
            "show": True,
            "formatter": text,
            "distance": 8,
            "rich": {"small": style | {"color": "var(--ink-3)", "fontWeight": 400}},
            **style,
            **({"fontWeight": 600} if bold else {}),
        },
        # The browser moves labels apart, whose letters only it can measure.
        "labelLayout": {"moveOverlap": "shiftY"},
    }


def _curve(name: str, points: Sequence[Sequence[float | None]], number: int) -> Option:
    """Return what all lines have in common."""
    return {
        "id": name,
        "type": "line",
        "xAxisIndex": number,
        "yAxisIndex": number,
        "encode": _ENCODE,
        "data": points,
        "showSymbol": False,
        "silent": True,
    }


def _points(xs: Floats, ys: Floats) -> list[list[float | None]]:
    """Return points for the browser, as exact as can be seen; a gap where there is no value."""
    # Rounded by the largest value, not each by itself: a chart travels as text, again and again
    # while futures stream in, and digits that nobody sees are most of it.
    largest = float(np.nanmax(np.abs(ys), initial=0.0))
    digits = _SEEN_DIGITS - math.ceil(math.log10(largest)) if largest > 0.0 else 0
    rounded = np.round(ys, digits).tolist()
    places = np.round(xs, 3).tolist()
    return [[None if math.isnan(y) else y, x] for x, y in zip(places, rounded, strict=True)]


def _tooltip(texts: Sequence[str]) -> Option:
    """Return what shows the exact values of a point in time: a text for each, lines by newlines."""
    return {
        "trigger": "axis",
        "texts": list(texts),
        "backgroundColor": "var(--raised)",
        "borderColor": "var(--hairline)",
        "textStyle": _text("var(--ink)"),
        "axisPointer": {"type": "line", "lineStyle": {"color": "var(--control)", "type": "solid"}},
    }


def _text(colour: str = "var(--ink-2)") -> Option:
    return {"color": colour, "fontSize": 12, "fontFamily": FONT}


def variable(colour: Colour) -> str:
    """Return a colour as the page's charts take it.

    >>> variable("plan 15%")
    'var(--plan) 15%'
    """
    name, _, strength = colour.partition(" ")
    return f"var(--{name}) {strength}".rstrip()
