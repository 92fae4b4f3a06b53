"""Diagrams of the page as SVG: boxes, arrows between them, and the statechart of a model.

Of the life cycle, Watch sets the boxes in HTML and needs their places and arrow heads alone;
Understand draws boxes and arrows whole. Both have the statechart, which comes last.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

import htpy as h
from markupsafe import Markup as Safe

from modelops_abm.charts.figure import Box, Point
from modelops_abm.charts.palette import STATES
from modelops_abm.charts.placement import ON_PAGE, Measures, Way, placed_statechart
from modelops_abm.core.statechart import PRODUCTION_STATES, TRANSITIONS, State, Transition


def css_place(box: Box) -> str:
    """Return the place of a box in CSS."""
    edges = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
    return ";".join(f"{edge}:{pixels:.0f}px" for edge, pixels in edges.items())


def arrow_head(identifier: str, classes: str = "head") -> h.Element:
    """Return the head of an arrow, for ``marker-end`` of the lines that name it."""
    return h.marker(
        id=identifier,
        viewBox="0 0 8 8",
        refX="7",
        refY="4",
        markerWidth="7",
        markerHeight="7",
        markerUnits="userSpaceOnUse",
        orient="auto",
    )[h.path(class_=classes, d="M0 0 8 4 0 8z")]


# --------------------------------------------------------------------------------------
# Boxes and arrows of diagrams, as SVG.


_CORNER = 6.0
_HEAD = 7.0


def box(place: Box, title: h.Node, *below: h.Node, tone: str = "") -> h.Element:
    """Return a box with a title, and lines below it if there are any.

    Parameters
    ----------
    tone
        A class of the box: what its colour stands for.
    """
    first = place.centre + 4.5 - 8.0 * len(below)
    return h.g(f".box.{tone}" if tone else ".box")[
        frame(place),
        h.text(".name", x=_text(place.middle), y=_text(first), text_anchor="middle")[title],
        (
            h.text(x=_text(place.middle), y=_text(first + 1.0 + 16.0 * row), text_anchor="middle")[
                line
            ]
            for row, line in enumerate(below, start=1)
        ),
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
        h.path(".line", d=_rounded([*corners[:-1], end])), h.path(".head", d=_head(end, tip))
    ]


def words(x: float, y: float, content: h.Node, *, anchor: str = "middle") -> h.Element:
    """Return words beside something."""
    return h.text(".words", x=_text(x), y=_text(y), text_anchor=anchor)[content]


def _rounded(corners: Sequence[Point]) -> str:
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


# --------------------------------------------------------------------------------------
# The statechart of a model, as `charts.placement` places it, with a word for every transition.


_ANCHORS = {"left": "start", "center": "middle", "right": "end"}


@cache
def statechart() -> Safe:
    """Return the statechart with what is to be said of its states, as Understand shows it."""
    lines = {
        State.ONLINE: ("serving",),
        State.OFFLINE_ISSUE: ("until repaired",),
    }
    spoken = "; ".join(_spoken(each) for each in TRANSITIONS if each.target is not State.RETIRED)
    return Safe(str(drawn_statechart(ON_PAGE, f"{spoken}; retired from any state.", lines)))


def drawn_statechart(
    measures: Measures,
    spoken: str,
    lines: Mapping[State, Sequence[str]],
    *,
    short: Mapping[State, str] | None = None,
    lit: State | None = None,
    dashed: State | None = None,
) -> h.Element:
    """Return the statechart.

    Parameters
    ----------
    measures
        Its sizes.
    spoken
        What it says to a screen reader.
    lines
        What stands below the names of some states.
    short
        Names of some states where there is less room.
    lit, dashed
        States that are marked by filling, and by a frame of dashes.
    """
    placed = placed_statechart(measures)
    names = {state: each.words for state, each in STATES.items()} | dict(short or {})
    return h.svg(
        ".statechart",
        viewBox=f"0 0 {_text(placed.size[0])} {_text(placed.size[1])}",
        role="img",
        aria_label=spoken,
    )[
        _ways(measures),
        (
            _state(state, place, (names[state], *lines.get(state, ())), is_lit=state is lit)
            for state, place in placed.boxes.items()
        ),
        dashed is not None and h.g(".dashed")[_around(placed.boxes[dashed])],
    ]


def _spoken(transition: Transition) -> str:
    source, target = (STATES[state].words for state in (transition.source, transition.target))
    return f"{source} to {target}, {transition.words}"


@cache
def _ways(measures: Measures) -> Safe:
    """Return what is the same on every day: the frame, the arrows and their words."""
    placed = placed_statechart(measures)
    drawn = h.fragment[
        h.g(".production")[frame(placed.production, 10.0)],
        (_way(way, measures.line) for way in placed.ways),
    ]
    return Safe(str(drawn))


def _way(way: Way, line: float) -> h.Element:
    x, y = way.place
    told = ", ".join(f"{each.source.name} {each.trigger.name}" for each in way.transitions)
    return h.g(data_transitions=told)[
        arrow(way.corners, tone="" if way.tone is State.ONLINE else _tone(way.tone)),
        (
            words(x, y + line * row, each, anchor=_ANCHORS[way.anchor])
            for row, each in enumerate(way.words)
        ),
    ]


def _state(state: State, place: Box, lines: Sequence[str], *, is_lit: bool) -> h.Fragment:
    tone = _tone(state) if state in PRODUCTION_STATES else ""
    name, *below = lines
    marked = f"{tone}.lit".lstrip(".") if is_lit else tone
    return h.fragment[
        is_lit and h.g(f".halo.{tone}" if tone else ".halo")[_around(place)],
        box(place, name, *below, tone=marked),
    ]


def _around(place: Box) -> h.VoidElement | h.Element:
    """Return a frame a little larger than a box."""
    return frame(Box(place.left - 3.0, place.top - 3.0, place.width + 6.0, place.height + 6.0), 9.0)


def _tone(state: State) -> str:
    return state.name.lower().removeprefix("offline_")
