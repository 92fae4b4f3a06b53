"""The statechart of the chosen model, drawn from the table of transitions, its state lit."""

from __future__ import annotations

from functools import cache

import htpy as h
from markupsafe import Markup as Safe

from modelops_abm.app.drawing.box import Box, arrow_head
from modelops_abm.app.watch.snapshot import Life
from modelops_abm.charts.palette import STATES
from modelops_abm.formats import plural
from modelops_abm.statechart import PRODUCTION_STATES, TRANSITIONS, State, Transition, Trigger

type Corners = tuple[tuple[int, int], ...]

WIDTH, HEIGHT = 360, 208
BOXES: dict[State, Box] = {
    State.IDEA: Box(0, 6, 50, 26),
    State.BUILD: Box(0, 47, 50, 26),
    State.DEPLOYMENT: Box(0, 88, 50, 26),
    State.ONLINE: Box(76, 78, 78, 46),
    State.RETRAINING: Box(242, 10, 110, 44),
    State.OFFLINE_ISSUE: Box(242, 80, 110, 44),
    State.OFFLINE_DRIFT: Box(242, 150, 110, 44),
    State.RETIRED: Box(0, 168, 50, 26),
}
PRODUCTION = Box(63, 0, 296, 204)
"""The frame around the states in production."""
WAYS: dict[tuple[State, Trigger], tuple[Corners, tuple[int, int]]] = {
    (State.IDEA, Trigger.BUILD_BEGINS): (((25, 32), (25, 45)), (0, 0)),
    (State.BUILD, Trigger.BUILD_DONE): (((25, 73), (25, 86)), (0, 0)),
    (State.DEPLOYMENT, Trigger.GOES_LIVE): (((50, 101), (74, 101)), (0, 0)),
    (State.ONLINE, Trigger.RETRAINING_BEGINS): (((104, 78), (104, 22), (240, 22)), (176, 17)),
    (State.RETRAINING, Trigger.RETRAINING_DONE): (((242, 42), (138, 42), (138, 76)), (190, 55)),
    (State.ONLINE, Trigger.ISSUE_STRIKES): (((154, 92), (240, 92)), (198, 87)),
    (State.OFFLINE_ISSUE, Trigger.ISSUE_RESOLVED): (((242, 112), (156, 112)), (198, 125)),
    (State.ONLINE, Trigger.DRIFT_FOUND): (((138, 124), (138, 162), (240, 162)), (190, 157)),
    (State.OFFLINE_DRIFT, Trigger.DRIFT_ADDRESSED): (
        ((242, 184), (104, 184), (104, 126)),
        (176, 197),
    ),
    (State.RETRAINING, Trigger.ISSUE_STRIKES): (((330, 54), (330, 78)), (292, 71)),
}
"""Corners of each transition's arrow, and where its words stand (none at 0, 0).

Retirement, which may come in any state, is an arrow from the frame and one from what is before."""
_WORDS: dict[tuple[State, Trigger], str] = {
    (State.ONLINE, Trigger.RETRAINING_BEGINS): "begins",
    (State.RETRAINING, Trigger.RETRAINING_DONE): "done",
    (State.RETRAINING, Trigger.ISSUE_STRIKES): "issue",
    (State.OFFLINE_DRIFT, Trigger.DRIFT_ADDRESSED): "addressed",
}
"""Shorter words than the table's, where there is less room."""
_SHORT = {State.IDEA: "Idea", State.DEPLOYMENT: "Deploy"}


def chart_of_states(plan: Life, baseline: Life, now: float) -> h.Element:
    """Return the statechart: the plan's state filled, the baseline's framed with dashes.

    Parameters
    ----------
    plan, baseline
        The chosen model in both organisations.
    now
        The day.
    """
    words = f"Plan: {STATES[plan.state].words}. Baseline: {STATES[baseline.state].words}."
    return h.svg(
        ".statechart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"States of the model. {words}",
    )[
        _arrows(),
        (_node(state, box, plan, now) for state, box in BOXES.items()),
        _frame(BOXES[baseline.state], 3.5, ".baseline-state"),
    ]


def _node(state: State, box: Box, plan: Life, now: float) -> h.Fragment:
    lit = plan.state is state
    name = state.name.lower().replace("_", "-")
    middle, centre = box.left + box.width / 2, box.top + box.height / 2
    lines = [_SHORT.get(state, STATES[state].words), *_below(state, plan, now)]
    first = centre + 4.5 - 8 * (len(lines) - 1)
    return h.fragment[
        _frame(box, 3, f".halo.{name}") if lit else None,
        _frame(box, 0, f".node.{name}{'.lit' if lit else ''}"),
        (
            h.text(
                class_=f"{'name' if not row else 'line'}{' lit ' + name if lit else ''}",
                x=f"{middle:g}",
                y=f"{first + 16 * row:g}",
                text_anchor="middle",
            )[line]
            for row, line in enumerate(lines)
        ),
    ]


def _below(state: State, plan: Life, now: float) -> list[str]:
    """Return the second line of a state: how long, or what may be the cause."""
    if plan.state is state and state in PRODUCTION_STATES:
        return [plural(int(max(0.0, now - plan.since)), "day")]
    return ["3 causes"] if state is State.OFFLINE_ISSUE else []


def _frame(box: Box, around: float, classes: str) -> h.VoidElement | h.Element:
    return h.rect(
        classes,
        x=f"{box.left - around:g}",
        y=f"{box.top - around:g}",
        width=f"{box.width + 2 * around:g}",
        height=f"{box.height + 2 * around:g}",
        rx=f"{6 + around:g}",
    )


@cache
def _arrows() -> Safe:
    """Return an arrow for each transition of the table; those to retirement share one."""
    marker = arrow_head("transition")
    parts = [
        _arrow(*WAYS[transition.source, transition.trigger], _words_of(transition))
        for transition in TRANSITIONS
        if transition.target is not State.RETIRED
    ]
    retirement = (
        h.path(".way", d=f"M{corners}", marker_end="url(#transition)")
        for corners in ("63 181L52 181", "25 114L25 166")
    )
    frame = _frame(PRODUCTION, 0, ".production-frame")
    return Safe(str(h.fragment[h.defs[marker], frame, parts, retirement]))


def _words_of(transition: Transition) -> str:
    return _WORDS.get((transition.source, transition.trigger), transition.words)


def _arrow(corners: Corners, place: tuple[int, int], words: str) -> h.Fragment:
    line = "L".join(f"{x} {y}" for x, y in corners)
    return h.fragment[
        h.path(".way", d=f"M{line}", marker_end="url(#transition)"),
        h.text(".words", x=str(place[0]), y=str(place[1]), text_anchor="middle")[words]
        if place[0]
        else None,
    ]
