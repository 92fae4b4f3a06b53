"""The renderer of files: a figure by Matplotlib, as PNG, SVG and PDF.

Whatever a user's settings of Matplotlib could change is set here by hand, and nothing global is
changed, not even for a moment: figures may be made in many threads, without pyplot.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle

from modelops_abm.charts import layout
from modelops_abm.charts.figure import Figure
from modelops_abm.charts.palette import Colour, light, readable, split

_DPI = 100
DESCRIBED = {".png": "Description", ".svg": "Description", ".pdf": "Subject"}
"""Endings of the files that are written, and where each has what a figure shows in words."""
_DASHES: dict[str, Any] = {"solid": "-", "dashed": (0, (4, 2.2)), "dotted": (0, (1, 2.5))}


def picture(figure: Figure) -> Picture:
    """Return a figure as one of Matplotlib."""
    sheet = layout.drawing(figure)
    paper = Picture(
        figsize=(sheet.width / _DPI, sheet.height / _DPI),
        dpi=_DPI,
        facecolor=light("surface"),
        edgecolor=light("surface"),
        linewidth=0.0,
        frameon=True,
    )
    # Settings can ask for a layout engine, which would move what `layout` has placed.
    paper.set_layout_engine("none")
    FigureCanvasAgg(paper)
    # One plane over the whole paper, in pixels from the top left: y grows downwards.
    plane = paper.add_axes((0.0, 0.0, 1.0, 1.0))
    plane.set(xlim=(0.0, sheet.width), ylim=(sheet.height, 0.0))
    plane.set_axis_off()
    # With an order of its own each, or Matplotlib draws all lines above all areas.
    for order, shape in enumerate(sheet.shapes):
        _draw(plane, shape, order + 1.0)
    return paper


def png(figure: Figure, *, dots_per_inch: int) -> bytes:
    """Return a figure as a PNG file."""
    content = io.BytesIO()
    save(figure, content, ".png", dots_per_inch=dots_per_inch)
    return content.getvalue()


def save(
    figure: Figure, target: Path | IO[bytes], suffix: str, *, dots_per_inch: int = 200
) -> None:
    """Write a figure as the ending of a file says, with its finding as description."""
    paper = picture(figure)
    metadata: dict[str, str | None] = {
        "Title": figure.finding.removesuffix("."),
        DESCRIBED[suffix]: figure.words,
    }
    if suffix != ".png":  # so that the same figure is the same file
        metadata["Date" if suffix == ".svg" else "CreationDate"] = None
    paper.savefig(
        target,
        format=suffix.removeprefix("."),
        dpi=dots_per_inch,
        facecolor=paper.get_facecolor(),
        edgecolor="none",
        transparent=False,
        # "tight", which settings can ask for, would cut the margins off.
        bbox_inches=None,
        metadata=metadata,
    )


def _draw(plane: Axes, shape: layout.Shape, order: float) -> None:
    match shape:
        case layout.Polyline(points, colour, width, stroke):
            plane.plot(
                *points.T,
                color=_paint(colour),
                linewidth=width * layout.POINTS,
                linestyle=_DASHES[stroke],
                marker="",
                solid_joinstyle="round",
                solid_capstyle="butt",
                clip_on=False,
                zorder=order,
            )
        case layout.Polygon(points, fill, edge, width, is_hatched):
            style = _style("" if is_hatched else fill, edge, width, order)
            style |= {"hatch": "////" if is_hatched else ""}
            plane.add_patch(Polygon(points, closed=True, **style))
        case layout.Circle(x, y, radius, fill, edge):
            plane.add_patch(Circle((x, y), radius, **_style(fill, edge, 1.6 if edge else 0, order)))
        case layout.Rectangle():
            _draw_rectangle(plane, shape, order)
        case layout.Text():
            _write(plane, shape, order)


def _draw_rectangle(plane: Axes, shape: layout.Rectangle, order: float) -> None:
    box, style = shape.box, _style(shape.fill, shape.edge, shape.width, order)
    if shape.fill:
        style["facecolor"] = light(shape.fill)  # opaque: no line of the grid shows through
    else:
        style["linestyle"] = (0, (3, 2))
    if shape.radius:
        rounded = f"round,pad=0,rounding_size={shape.radius}"
        corner = (box.left, box.top)
        patch: Any = FancyBboxPatch(corner, box.width, box.height, boxstyle=rounded, **style)
    else:
        patch = Rectangle((box.left, box.top), box.width, box.height, **style)
    plane.add_patch(patch)


def _style(fill: Colour, edge: Colour, width: float, order: float) -> dict[str, Any]:
    return {
        "facecolor": _paint(fill) if fill else "none",
        "edgecolor": _paint(edge) if edge else "none",
        "linewidth": width * layout.POINTS,
        "linestyle": "-",
        "hatch": "",
        "clip_on": False,
        "zorder": order,
    }


def _paint(colour: Colour) -> tuple[str, float]:
    name, strength = split(colour)
    return light(name), strength


def _write(plane: Axes, text: layout.Text, order: float) -> None:
    style: dict[str, Any] = {}
    if text.has_halo:
        style["bbox"] = {
            "facecolor": light("surface"), "edgecolor": "none", "pad": 1.0, "linewidth": 0.0,
        }  # fmt: skip
    plane.text(
        text.x,
        text.y,
        layout.drawable(text.text),
        ha=text.anchor,
        va="center" if text.is_centred else "baseline",
        fontproperties=layout.font_of(text.size, strong=text.is_strong),
        color=readable(text.colour),
        # A user's words may hold dollar signs, which would make a formula of what is between.
        parse_math=False,
        usetex=False,
        zorder=order,
        clip_on=False,
        **style,
    )
