"""The renderer of the report: a figure as SVG that needs no script, in the colours of the page."""

from __future__ import annotations

import htpy as h

from modelops_abm.arrays import Floats
from modelops_abm.charts import layout
from modelops_abm.charts.figure import Figure
from modelops_abm.charts.palette import Colour, split

HATCH = "hatch"
"""Identifier of the pattern of hatched areas, which the page around the figure holds."""
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_DASHES = {"solid": None, "dashed": "5 4", "dotted": "1 3"}


def chart(figure: Figure, width: float, *, scale: float = 1.0) -> h.Element:
    """Return a figure without its words, which are its text alternative.

    Parameters
    ----------
    figure
        What is drawn.
    width
        Of its place, in pixels.
    scale
        Of the height of the panels.
    """
    sheet = layout.drawing(figure, width=width, margin=0.0, is_whole=False, scale=scale)
    return h.svg(
        ".chart",
        viewBox=f"0 0 {sheet.width:g} {sheet.height:g}",
        role="img",
        aria_label=figure.finding,
    )[map(_element, sheet.shapes)]


def _element(shape: layout.Shape) -> h.Node:
    match shape:
        case layout.Polyline(points, colour, width, stroke):
            return h.polyline(
                points=_listed(points),
                fill="none",
                stroke=_variable(colour),
                stroke_opacity=_strength(colour),
                stroke_width=f"{width:g}",
                stroke_linejoin="round",
                stroke_dasharray=_DASHES[stroke],
            )
        case layout.Polygon(points, fill, edge, width, is_hatched):
            paint = _paint(fill, edge, width)
            if is_hatched:
                paint |= {"fill": f"url(#{HATCH})", "fill_opacity": None}
            return h.polygon(points=_listed(points), **paint)
        case layout.Circle(x, y, radius, fill, edge):
            # A tenth of a pixel cannot be seen; more digits would only make the report longer.
            place = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": f"{radius:g}"}
            return h.circle(**place, **_paint(fill, edge, 1.6 if edge else 0.0))
        case layout.Rectangle(box, fill, edge, width, radius):
            place = {
                "x": f"{box.left:.1f}",
                "y": f"{box.top:.1f}",
                "width": f"{box.width:.1f}",
                "height": f"{box.height:.1f}",
                "rx": f"{radius:g}",
            }
            dashes = {} if fill else {"stroke_dasharray": "3 2"}
            return h.rect(**place, **_paint(fill, edge, width), **dashes)
        case layout.Text():
            return h.text(
                x=f"{shape.x:.1f}",
                y=f"{shape.y:.1f}",
                font_size=f"{shape.size:g}",
                font_weight="600" if shape.is_strong else None,
                fill=_variable(shape.colour),
                text_anchor=_ANCHORS[shape.anchor],
                dominant_baseline="central" if shape.is_centred else None,
                class_="halo" if shape.has_halo else None,
            )[shape.text]


def _paint(fill: Colour, edge: Colour, width: float) -> dict[str, str | None]:
    return {
        "fill": _variable(fill) if fill else "none",
        "fill_opacity": _strength(fill) if fill else None,
        "stroke": _variable(edge) if edge else None,
        "stroke_width": f"{width:g}" if edge else None,
    }


def _variable(colour: Colour) -> str:
    return f"var(--{split(colour)[0]})"


def _strength(colour: Colour) -> str | None:
    strength = split(colour)[1]
    return f"{strength:g}" if strength < 1.0 else None


def _listed(points: Floats) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
