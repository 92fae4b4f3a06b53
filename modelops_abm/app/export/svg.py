"""Charts over time as SVG that needs no script: panels, bands, lines, words at their ends.

Colours come from the style of the page, by class; a chart is as wide as its view box at full size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import htpy as h
import numpy as np

from modelops_abm import formats
from modelops_abm.app.drawing.axes import Axis
from modelops_abm.app.drawing.diagrams import Box
from modelops_abm.app.drawing.layers import Floats
from modelops_abm.charts.charts import spread

_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_MOST_MONTHS = 8
_LINE_HEIGHT = 16.0
_AFTER_LINE = 8.0


class Label(NamedTuple):
    """Words at the right end of a panel, at the height of a value."""

    value: float
    words: str
    css_class: str


@dataclass(frozen=True, slots=True)
class Panel(Box):
    """A rectangle with months across and values up, in pixels."""

    months: float
    axis: Axis

    def x(self, month: float) -> float:
        """Return where a month is."""
        return self.left + self.width * month / self.months

    def y(self, value: float) -> float:
        """Return where a value is."""
        share = (value - self.axis.low) / (self.axis.high - self.axis.low)
        return self.bottom - self.height * share

    def points(self, months: Floats, values: Floats) -> str:
        """Return points as a path lists them; what does not exist is left out."""
        return " ".join(
            f"{self.x(month):.1f},{self.y(value):.1f}"
            for month, value in zip(months, values, strict=True)
            if np.isfinite(value)
        )


def chart(width: int, height: int, finding: str, *content: h.Node) -> h.Element:
    """Return a chart whose finding is its text alternative."""
    return h.svg(".chart", viewBox=f"0 0 {width} {height}", role="img", aria_label=finding)[content]


def grid(panel: Panel, words: Callable[[float], str]) -> list[h.Element]:
    """Return lines at the round numbers of the value axis, with the numbers left of them."""
    return [
        h.g[
            h.line(
                class_="zero" if tick == 0.0 else "grid",
                x1=f"{panel.left:.1f}",
                x2=f"{panel.right:.1f}",
                y1=f"{panel.y(tick):.1f}",
                y2=f"{panel.y(tick):.1f}",
            ),
            write(panel.left - _AFTER_LINE, panel.y(tick), words(tick), "value"),
        ]
        for tick in panel.axis.ticks
    ]


def month_axis(panel: Panel) -> list[h.Element]:
    """Return the numbers of the months below a panel."""
    last = round(panel.months)
    step = next((step for step in _MONTH_STEPS if last / step <= _MOST_MONTHS), last)
    ticks = range(0, last + 1, step)
    return [
        write(panel.x(tick), panel.bottom + 18.0, _month(tick, last=ticks[-1]), "month")
        for tick in ticks
    ]


def _month(number: int, *, last: int) -> str:
    return f"month {number}" if number == last else str(number)


def band(panel: Panel, months: Floats, low: Floats, high: Floats, css_class: str) -> h.Element:
    """Return the area between two lines."""
    there, back = panel.points(months, low), panel.points(months[::-1], high[::-1])
    return h.polygon(class_=css_class, points=f"{there} {back}")


def line(panel: Panel, months: Floats, values: Floats, css_class: str) -> h.Element:
    """Return a line."""
    return h.polyline(class_=f"line {css_class}", points=panel.points(months, values))


def end_labels(panel: Panel, labels: Sequence[Label]) -> list[h.Element]:
    """Return words at the right of a panel, none on another."""
    wanted = [panel.y(label.value) for label in labels]
    low, high = panel.top + _LINE_HEIGHT / 2.0, panel.bottom
    return [
        write(panel.right + _AFTER_LINE, y, label.words, f"end {label.css_class}")
        for y, label in zip(spread(wanted, _LINE_HEIGHT, low, high), labels, strict=True)
    ]


def write(x: float, y: float, words: str, css_class: str) -> h.Element:
    """Return words whose middle is at a height."""
    return h.text(class_=css_class, x=f"{x:.1f}", y=f"{y:.1f}", dominant_baseline="central")[words]


def flag(panel: Panel, month: float, words: str) -> list[h.Element]:
    """Return a mark on the line of zero, with words above it."""
    x, zero = panel.x(month), panel.y(0.0)
    middle = min(max(x, panel.left + 70.0), panel.right - 70.0)
    return [
        h.line(
            ".flag", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=f"{zero - 26.0:.1f}", y2=f"{zero + 5.0:.1f}"
        ),
        write(middle, zero - 36.0, words, "flag-words"),
    ]


def stacked(panel: Panel, months: Floats, parts: Iterable[tuple[str, Floats]]) -> list[h.Element]:
    """Return areas that lie on each other, the first at the bottom."""
    low, areas = np.zeros(len(months)), []
    for css_class, values in parts:
        areas.append(band(panel, months, low, low + values, css_class))
        low = low + values
    return areas


def plain(digits: int, *, signed: bool = False) -> Callable[[float], str]:
    """Return how the numbers of an axis are written."""
    return lambda value: formats.number(value, digits, signed=signed)
