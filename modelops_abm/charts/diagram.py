"""Boxes, frames and arrows of the drawn graphs, in pixels of a picture's body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import FancyBboxPatch, Polygon
from numpy.typing import NDArray

from modelops_abm.charts.charts import Box
from modelops_abm.charts.palette import CONTROL, HAIRLINE, INK, INK_2, RAISED, SURFACE
from modelops_abm.charts.sheet import POINTS, Picture, width_of, write

TITLE = 13.0
NUMBER = 22.0
_HEAD, _HEAD_WIDTH = 8.0, 7.0
_CORNER = 8.0

type Point = tuple[float, float]


def draw_box(
    picture: Picture,
    box: Box,
    *,
    edge: str = HAIRLINE,
    fill: str = RAISED,
    width: float = 1.3,
    dashed: bool = False,
) -> None:
    """Draw a box with round corners."""
    picture.plane.add_patch(
        FancyBboxPatch(
            (box.left, box.top),
            box.width,
            box.height,
            boxstyle=f"round,pad=0,rounding_size={_CORNER}",
            facecolor=fill,
            edgecolor=edge,
            linewidth=width * POINTS,
            linestyle=(0, (4, 3)) if dashed else "-",
            hatch="",
        )
    )


def draw_badge(picture: Picture, right: float, middle: float, words: str) -> None:
    """Draw a small badge, a priority, its right edge and middle given."""
    width = width_of(words, 12.0, bold=True) + 10.0
    box = Box(right - width, middle - 9.0, width, 18.0)
    picture.plane.add_patch(
        FancyBboxPatch(
            (box.left, box.top),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=4",
            facecolor=SURFACE,
            edgecolor=CONTROL,
            linewidth=POINTS,
            linestyle="-",
            hatch="",
        )
    )
    write(picture.plane, box.left + 5.0, middle + 4.5, words, bold=True, colour=INK_2)


def draw_arrow(picture: Picture, points: Sequence[Point], colour: str = CONTROL) -> None:
    """Draw an arrow along straight pieces with round corners."""
    end, before = np.array(points[-1]), np.array(points[-2])
    along = (end - before) / np.hypot(*(end - before))
    across = np.array([-along[1], along[0]]) * _HEAD_WIDTH / 2.0
    base = end - along * _HEAD
    line = _rounded([*points[:-1], (float(base[0]), float(base[1]))])
    picture.plane.plot(
        *line.T,
        color=colour,
        linewidth=1.5 * POINTS,
        linestyle="-",
        marker="",
        solid_joinstyle="round",
        solid_capstyle="butt",
    )
    head = Polygon([end, base + across, base - across], closed=True)
    head.set(facecolor=colour, edgecolor=colour, linewidth=0.0, hatch="")
    picture.plane.add_patch(head)


def draw_dot(picture: Picture, x: float, y: float) -> None:
    """Draw the dot from which an entry comes."""
    picture.plane.plot(
        [x],
        [y],
        marker="o",
        markersize=9.0 * POINTS,
        color=INK,
        markeredgewidth=0.0,
        linestyle="none",
    )


def write_passed(
    picture: Picture,
    x: float,
    y: float,
    words: str,
    passed: str = "",
    *,
    across: str = "left",
) -> None:
    """Write what a transition is, and how often it was made, in a line."""
    gap = 6.0 if passed and words else 0.0
    number = width_of(passed, 12.0, bold=True)
    whole = number + gap + width_of(words, 12.0)
    left = x - {"left": 0.0, "center": whole / 2.0, "right": whole}[across]
    write(picture.plane, left, y, words)
    if passed:
        write(picture.plane, left + whole - number, y, passed, colour=INK, bold=True)


def _rounded(points: Sequence[Point], radius: float = 6.0) -> NDArray[np.float64]:
    """Return a line whose corners are curves (quadratic Bézier)."""
    places = [np.array(point, dtype=float) for point in points]
    line = [places[0]]
    for before, corner, after in zip(places, places[1:], places[2:], strict=False):
        into, out = _towards(corner, before, radius), _towards(corner, after, radius)
        line.extend(
            (1 - part) ** 2 * into + 2 * part * (1 - part) * corner + part**2 * out
            for part in np.linspace(0.0, 1.0, 7)
        )
    return np.array([*line, places[-1]])


def _towards(
    corner: NDArray[np.float64], other: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    length = float(np.hypot(*(other - corner)))
    moved: NDArray[np.float64] = corner + (other - corner) * min(1.0, radius / max(length, 1e-9))
    return moved
