"""Boxes and arrows of diagrams, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

import htpy as h

from modelops_abm.app.drawing.box import Box

type Point = tuple[float, float]

_CORNER = 6.0
_HEAD = 7.0


def box(place: Box, title: h.Node, below: h.Node = None, *, tone: str = "") -> h.Element:
    """Return a box with a title, and a second line if there is one.

    Parameters
    ----------
    tone
        A class of the box: what its colour stands for.
    """
    first = place.centre + (4.5 if below is None else -3.5)
    return h.g(f".box.{tone}" if tone else ".box")[
        frame(place),
        h.text(".name", x=_text(place.middle), y=_text(first), text_anchor="middle")[title],
        below is not None
        and h.text(x=_text(place.middle), y=_text(first + 17.0), text_anchor="middle")[below],
    ]


def frame(place: Box, radius: float = 7.0) -> h.VoidElement | h.Element:
    """Return the outline of a box."""
    return h.rect(
        x=_text(place.left),
        y=_text(place.top),
        width=_text(place.width),
        height=_text(place.height),
        rx=_text(radius),
    )


def badge(middle: float, centre: float, words: h.Node) -> h.Element:
    """Return a small label on the edge of a box."""
    return h.g(".badge")[
        frame(Box(middle - 13.0, centre - 9.0, 26.0, 18.0), 4.0),
        h.text(x=_text(middle), y=_text(centre + 4.3), text_anchor="middle")[words],
    ]


def arrow(corners: Sequence[Point], *, tone: str = "") -> h.Element:
    """Return an arrow along corners, which are rounded.

    Parameters
    ----------
    tone
        A class of the arrow: what its colour stands for.
    """
    *_, before, tip = corners
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    end = (tip[0] - _HEAD * math.cos(angle), tip[1] - _HEAD * math.sin(angle))
    return h.g(f".arrow.{tone}" if tone else ".arrow")[
        h.path(".line", d=_way([*corners[:-1], end])), h.path(".head", d=_head(end, tip))
    ]


def words(x: float, y: float, content: h.Node, *, anchor: str = "middle") -> h.Element:
    """Return words beside something."""
    return h.text(".words", x=_text(x), y=_text(y), text_anchor=anchor)[content]


def _way(corners: Sequence[Point]) -> str:
    """Return a path along corners that takes each of them in a small curve."""
    parts = [f"M{_pair(corners[0])}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{_pair(into)}Q{_pair(corner)} {_pair(out)}")
    return "".join([*parts, f"L{_pair(corners[-1])}"])


def _towards(corner: Point, other: Point) -> Point:
    """Return the point near a corner on the way to another."""
    length = math.dist(corner, other)
    part = min(_CORNER, length / 2.0) / length
    return (
        corner[0] + part * (other[0] - corner[0]),
        corner[1] + part * (other[1] - corner[1]),
    )


def _head(end: Point, tip: Point) -> str:
    across = ((tip[1] - end[1]) * 0.55, (end[0] - tip[0]) * 0.55)
    one = (end[0] + across[0], end[1] + across[1])
    other = (end[0] - across[0], end[1] - across[1])
    return f"M{_pair(one)}L{_pair(tip)}L{_pair(other)}z"


def _pair(point: Point) -> str:
    return f"{_text(point[0])} {_text(point[1])}"


def _text(value: float) -> str:
    return f"{round(value, 1):g}"
