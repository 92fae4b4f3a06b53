"""The statechart of a model, drawn from the table of transitions with all their words."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import htpy as h
from markupsafe import Markup as Safe

from modelops_abm import formats
from modelops_abm.app.drawing.box import Box
from modelops_abm.app.drawing.diagram import Point, arrow, box, frame, words
from modelops_abm.charts.palette import STATES
from modelops_abm.outcomes import ISSUES
from modelops_abm.statechart import (
    PRODUCTION_STATES,
    STAGE_OF_STATE,
    TRANSITIONS,
    Stage,
    State,
    Transition,
    Trigger,
)

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
    (State.DEPLOYMENT, Trigger.GOES_LIVE): Way(((94, 129), (160, 129)), (122, 123)),
    (State.ONLINE, Trigger.RETRAINING_BEGINS): Way(
        ((_LEFT, 100), (_LEFT, 32), (327, 32)), (256, 26)
    ),
    (State.RETRAINING, Trigger.RETRAINING_DONE): Way(
        ((327, 52), (_RIGHT, 52), (_RIGHT, 100)), (272, 67)
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
