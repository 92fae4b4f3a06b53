"""Diagrams of the page as SVG: boxes, arrows between them, and the statechart of a model.

Watch sets boxes of HTML and needs rectangle and arrow head alone; Understand draws boxes and arrows
whole. The statechart comes last, from the table of transitions and with all its words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import htpy as h
from markupsafe import Markup as Safe

from modelops_abm import formats
from modelops_abm.charts import figure
from modelops_abm.charts.palette import STATES
from modelops_abm.core.outcomes import ISSUES
from modelops_abm.core.statechart import (
    PRODUCTION_STATES,
    STAGE_OF_STATE,
    TRANSITIONS,
    Stage,
    State,
    Transition,
    Trigger,
)


class Box(figure.Box):
    """A rectangle, in pixels, that CSS can place."""

    __slots__ = ()

    @property
    def style(self) -> str:
        """Its place in CSS."""
        return (
            f"left:{self.left:.0f}px;top:{self.top:.0f}px;"
            f"width:{self.width:.0f}px;height:{self.height:.0f}px"
        )


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


# --------------------------------------------------------------------------------------
# The statechart of a model, drawn from the table of transitions with all their words.


WIDTH, HEIGHT = 445, 260


class Way(NamedTuple):
    """Where the arrow of a transition goes, and its words stand."""

    corners: tuple[Point, ...]
    place: Point
    anchor: str = "middle"


_PLACES: dict[State, Box] = {
    State.IDEA: Box(1, 2, 92, 30),
    State.BUILD: Box(1, 58, 92, 30),
    State.DEPLOYMENT: Box(1, 114, 92, 30),
    State.ONLINE: Box(161, 101, 84, 56),
    State.RETRAINING: Box(328, 18, 108, 48),
    State.OFFLINE_ISSUE: Box(328, 105, 108, 48),
    State.OFFLINE_DRIFT: Box(328, 192, 108, 48),
    State.RETIRED: Box(1, 226, 92, 30),
}
_PRODUCTION = Box(150, 1, 294, 258)
_LEFT, _RIGHT = 185.0, 217.0
_WAYS: dict[tuple[State, Trigger], Way] = {
    (State.IDEA, Trigger.BUILD_BEGINS): Way(((47, 33), (47, 57)), (53, 49), "start"),
    (State.BUILD, Trigger.BUILD_DONE): Way(((47, 89), (47, 113)), (53, 105), "start"),
    (State.BUILD, Trigger.BUILD_FAILED): Way(
        ((94, 73), (104, 73), (104, 233), (94, 233)), (109, 92), "start"
    ),
    (State.DEPLOYMENT, Trigger.GOES_LIVE): Way(((94, 129), (160, 129)), (122, 123)),
    (State.ONLINE, Trigger.RETRAINING_BEGINS): Way(
        ((_LEFT, 100), (_LEFT, 32), (327, 32)), (256, 26)
    ),
    (State.RETRAINING, Trigger.RETRAINING_DONE): Way(
        ((327, 52), (_RIGHT, 52), (_RIGHT, 100)), (272, 67)
    ),
    (State.RETRAINING, Trigger.RETRAINING_STOPS): Way(
        ((327, 52), (_RIGHT, 52), (_RIGHT, 100)), (272, 81)
    ),
    (State.ONLINE, Trigger.ISSUE_STRIKES): Way(((246, 119), (327, 119)), (286, 113)),
    (State.OFFLINE_ISSUE, Trigger.ISSUE_RESOLVED): Way(((327, 141), (246, 141)), (288, 156)),
    (State.RETRAINING, Trigger.ISSUE_STRIKES): Way(((394, 67), (394, 104)), (389, 90), "end"),
    (State.ONLINE, Trigger.DRIFT_FOUND): Way(
        ((_RIGHT, 158), (_RIGHT, 206), (327, 206)), (272, 200)
    ),
    (State.OFFLINE_DRIFT, Trigger.DRIFT_ADDRESSED): Way(
        ((327, 226), (_LEFT, 226), (_LEFT, 158)), (256, 242)
    ),
}
_RETIREMENTS: dict[Stage, tuple[Point, ...]] = {
    Stage.PRODUCTION: ((150, 241), (94, 241)),
    Stage.DEPLOYMENT: ((47, 145), (47, 225)),
}
"""Ways to retirement: from the frame of production, and from what comes before it."""


@cache
def statechart() -> Safe:
    """Return the statechart.

    Raises
    ------
    KeyError
        If the table has a transition for which there is no way, so that none is forgotten.
    """
    drawing = h.svg(
        ".statechart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{'; '.join(map(_spoken, _drawn()))}; retired from any state.",
    )[
        h.g(".production")[frame(_PRODUCTION, 10.0)],
        map(_transition, _drawn()),
        (arrow(corners) for corners in _RETIREMENTS.values()),
        words(53, 188, _word_of_retirement(), anchor="start"),
        words(122, 235, _word_of_retirement()),
        map(_state, State),
    ]
    return Safe(str(drawing))


def _drawn() -> list[Transition]:
    """Return the transitions with an arrow of their own."""
    return [each for each in TRANSITIONS if each.trigger is not Trigger.RETIRES]


def _word_of_retirement() -> str:
    # Two arrows stand for all retirements: were they called otherwise, this would fail.
    (word,) = {each.words for each in TRANSITIONS if each.trigger is Trigger.RETIRES}
    return word


def _spoken(transition: Transition) -> str:
    source, target = (STATES[state].words for state in (transition.source, transition.target))
    return f"{source} to {target}, {transition.words}"


def _transition(transition: Transition) -> h.Element:
    way = _WAYS[transition.source, transition.trigger]
    return h.g(data_transition=f"{transition.source.name} {transition.trigger.name}")[
        arrow(way.corners, tone=_tone(transition)),
        words(*way.place, transition.words, anchor=way.anchor),
    ]


def _tone(transition: Transition) -> str:
    """Return the state that an arrow leads into or out of, whose colour it has."""
    for state in (transition.target, transition.source):
        if state in PRODUCTION_STATES and state is not State.ONLINE:
            return _class_of(state)
    return ""


def _class_of(state: State) -> str:
    return state.name.lower().removeprefix("offline_")


def _state(state: State) -> h.Element:
    is_production = STAGE_OF_STATE[state] is Stage.PRODUCTION
    tone = _class_of(state) if is_production else ""
    return box(_PLACES[state], STATES[state].words, _below(state), tone=tone)


def _below(state: State) -> h.Node:
    if state is State.ONLINE:
        return "serving"
    if state is State.OFFLINE_ISSUE:
        return f"{formats.count_in_words(len(ISSUES))} causes"
    return None
