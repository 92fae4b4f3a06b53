"""Charts over time: axes in months, panels with headings, labels at line ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from modelops_abm import formats
from modelops_abm.charts.clock import Clock
from modelops_abm.charts.palette import CONTROL, HAIRLINE, INK, INK_2, INK_3, SURFACE, readable
from modelops_abm.charts.sheet import POINTS, Picture, text_style, width_of, write

HEADING = 13.0
LABEL = 12.0
LINE = 2.2
_HEADING_ABOVE = 14.0
_LABEL_GAP = 16.0
_NARROWEST_BAR = 9.0


class Box(NamedTuple):
    """A place in the body of a picture, in pixels from its top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Pixels of the right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Pixels of the lower edge."""
        return self.top + self.height


class EndLabel(NamedTuple):
    """Words to write at a height of a chart's right edge."""

    value: float
    words: str
    colour: str
    bold: bool = True


@dataclass(frozen=True)
class Chart:
    """Axes over the days of a run, at a place of a picture."""

    picture: Picture
    axes: Axes
    box: Box
    clock: Clock

    def heading(self, words: str, unit: str, *, left: float | None = None) -> None:
        """Write a heading and the unit of the vertical axis above the chart."""
        x = self.box.left if left is None else left
        write_heading(self.picture, x, self.box.top - _HEADING_ABOVE, words, unit)

    def y_of(self, value: float) -> float:
        """Return where a value is in the body of the picture."""
        low, high = self.axes.get_ylim()
        return self.box.bottom - (value - low) / (high - low) * self.box.height

    def x_of(self, day: float) -> float:
        """Return where a day is in the body of the picture."""
        return self.box.left + day / self.clock.horizon_days * self.box.width

    def line(
        self, days: ArrayLike, values: ArrayLike, colour: str, *, dashed: bool = False
    ) -> None:
        """Draw a line."""
        self.axes.plot(
            days,
            values,
            color=colour,
            linewidth=LINE * POINTS,
            linestyle=(0, (4, 2.2)) if dashed else "-",
            marker="",
            solid_joinstyle="round",
            clip_on=False,
        )

    def band(
        self, values: ArrayLike, edges: ArrayLike, colour: str, above: ArrayLike | float = 0.0
    ) -> NDArray[np.float64]:
        """Draw an area of steps on top of another, and return its upper edge."""
        low = np.broadcast_to(np.asarray(above, dtype=float), np.shape(values))
        high: NDArray[np.float64] = low + np.asarray(values, dtype=float)
        self.axes.stairs(
            high, edges, baseline=low, fill=True, facecolor=colour, edgecolor="none", linewidth=0.0
        )
        return high

    def steps(self, values: ArrayLike, edges: ArrayLike, colour: str, *, width: float) -> None:
        """Draw a line of steps, a value for each bin."""
        self.axes.stairs(
            values,
            edges,
            baseline=None,
            fill=False,
            edgecolor=colour,
            linewidth=width * POINTS,
            linestyle="-",
            clip_on=False,
        )

    def bars(
        self,
        edges: NDArray[np.int64],
        heights: ArrayLike,
        bottoms: ArrayLike,
        colour: str,
        label: str,
    ) -> None:
        """Draw a bar for each bin, with gaps between unless they are too narrow for it."""
        days = np.diff(edges).astype(float)
        gap = 2.5 / self.box.width * self.clock.horizon_days
        wide = self.box.width / len(days) >= _NARROWEST_BAR
        self.axes.bar(
            (edges[:-1] + edges[1:]) / 2.0,
            heights,
            np.maximum(days - gap, 0.5 * days) if wide else days,
            bottoms,
            color=colour,
            edgecolor=SURFACE,
            linewidth=0.6 * POINTS if wide else 0.0,
            label=label,
        )

    def label_ends(self, labels: Sequence[EndLabel], *, day: float | None = None) -> None:
        """Write labels right of a day, or of the chart, near the height of their values."""
        x = self.box.right if day is None else self.x_of(day)
        heights = spread(
            [self.y_of(label.value) for label in labels],
            _LABEL_GAP,
            self.box.top + 2.0,
            self.box.bottom - 2.0,
        )
        for label, y in zip(labels, heights, strict=True):
            write(
                self.picture.plane,
                x + 12.0,
                y,
                label.words,
                size=LABEL,
                colour=readable(label.colour),
                bold=label.bold,
                along="center",
                over=day is not None,
            )


def time_chart(picture: Picture, box: Box, clock: Clock, *, labelled: bool = True) -> Chart:
    """Add a chart with the days of a run across it."""
    axes = picture.axes_at(*box)
    axes.set_xlim(0.0, float(clock.horizon_days))
    axes.margins(0.0)
    days, labels = clock.ticks()
    axes.set_xticks(days, labels if labelled else [""] * len(days), **_tick_text())
    for axis in ("x", "y"):
        axes.tick_params(
            axis=axis, which="both", length=0.0, pad=6.0 * POINTS, direction="out", rotation=0.0
        )
    axes.tick_params(axis="x", top=False, labeltop=False, bottom=True, labelbottom=True)
    axes.tick_params(axis="y", right=False, labelright=False, left=True, labelleft=True)
    return Chart(picture, axes, box, clock)


def value_axis(
    chart: Chart,
    low: float,
    high: float,
    *,
    steps: int = 5,
    whole: bool = False,
) -> None:
    """Set the range of a chart to hold two values, with light lines at (whole) round numbers."""
    if not high > low:
        low, high = min(low, 0.0), max(high, 0.0)
    if not high > low:
        high = 1.0
    locator = MaxNLocator(nbins=steps, steps=[1, 2, 2.5, 5, 10], integer=whole)
    ticks = np.asarray(locator.tick_values(low, high), dtype=float)
    step = ticks[1] - ticks[0]
    room = 0.02 * (high - low)
    low, high = (low - room if low < 0.0 else low), high + room
    ticks = ticks[(ticks > low - 1e-9 * step) & (ticks < high + 1e-9 * step)]
    chart.axes.set_ylim(low, high)
    labels = [_in_steps_of(step)(tick) for tick in ticks]
    chart.axes.set_yticks(ticks, labels, **_tick_text())
    chart.axes.yaxis.grid(
        visible=True, which="major", color=HAIRLINE, linewidth=POINTS, linestyle="-", alpha=1.0
    )
    if ticks[0] <= 0.0 <= ticks[-1]:
        chart.axes.axhline(0.0, color=CONTROL, linewidth=POINTS, linestyle="-", zorder=2.5)


def _in_steps_of(step: float) -> Callable[[float], str]:
    digits = next((digits for digits in range(6) if abs(step - round(step, digits)) < 1e-9), 6)
    return lambda value: formats.number(value, digits) if abs(value) > step / 1e3 else "0"


def _tick_text() -> dict[str, Any]:
    return text_style(LABEL, INK_3)


def write_heading(picture: Picture, x: float, y: float, words: str, unit: str = "") -> None:
    """Write a heading in bold with its unit after it."""
    write(picture.plane, x, y, words, size=HEADING, colour=INK, bold=True)
    after = x + width_of(words, HEADING, bold=True) + 8.0
    write(picture.plane, after, y, unit, size=LABEL, colour=INK_2)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places at least a gap apart, in the same order and as near as may be to the old.

    Parameters
    ----------
    places
        Where the labels would like to be.
    gap
        The least distance between neighbours.
    low, high
        Where they should stay between, if there is room.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[tuple[float, list[int]]] = []
    for index in order:
        groups.append((max(low, min(places[index], high)), [index]))
        while len(groups) > 1 and _crowded(groups[-2], groups[-1], gap):
            last, before = groups.pop(), groups.pop()
            groups.append(_merged(before, last, low, high, gap))
    result = [0.0] * len(places)
    for centre, members in groups:
        start = centre - gap * (len(members) - 1) / 2.0
        for offset, index in enumerate(members):
            result[index] = start + gap * offset
    return result


def _crowded(upper: tuple[float, list[int]], lower: tuple[float, list[int]], gap: float) -> bool:
    needed = gap * (len(upper[1]) + len(lower[1])) / 2.0
    return lower[0] - upper[0] < needed - 1e-9


def _merged(
    upper: tuple[float, list[int]],
    lower: tuple[float, list[int]],
    low: float,
    high: float,
    gap: float,
) -> tuple[float, list[int]]:
    members = upper[1] + lower[1]
    centre = (upper[0] * len(upper[1]) + lower[0] * len(lower[1])) / len(members)
    half = gap * (len(members) - 1) / 2.0
    return max(min(centre, high - half), low + half), members
