"""The statechart of a model, drawn from the one table of transitions, with counts of a run."""

from __future__ import annotations

import networkx as nx

from modelops_abm import formats
from modelops_abm.charts.charts import Box
from modelops_abm.charts.diagram import TITLE, Point, draw_arrow, draw_box, draw_dot, write_passed
from modelops_abm.charts.lifelines import arrived_later, counts, starting_states
from modelops_abm.charts.palette import HAIRLINE, INK, INK_2, ONLINE, RAISED, STATES, SURFACE, tint
from modelops_abm.charts.sheet import Picture, source_of, write
from modelops_abm.charts.states_over_time import COUNTS_OF_STATE, state_flows
from modelops_abm.core.statechart import PRODUCTION_STATES, TRANSITIONS, State, Trigger
from modelops_abm.runs.results import Run
from modelops_abm.version import __version__

type Chart = nx.MultiDiGraph[State]

_BOXES = {
    State.IDEA: Box(58.0, 64.0, 180.0, 62.0),
    State.BUILD: Box(58.0, 168.0, 180.0, 62.0),
    State.DEPLOYMENT: Box(58.0, 272.0, 180.0, 62.0),
    State.ONLINE: Box(450.0, 150.0, 170.0, 100.0),
    State.RETRAINING: Box(910.0, 64.0, 230.0, 62.0),
    State.OFFLINE_ISSUE: Box(910.0, 176.0, 230.0, 62.0),
    State.OFFLINE_DRIFT: Box(910.0, 272.0, 230.0, 62.0),
    State.RETIRED: Box(450.0, 410.0, 170.0, 62.0),
}
_EARLY_FRAME = Box(36.0, 26.0, 224.0, 330.0)
_PRODUCTION_FRAME = Box(366.0, 26.0, 798.0, 330.0)
_EARLY_STATES = (State.IDEA, State.BUILD, State.DEPLOYMENT)

_WAYS: dict[tuple[State, Trigger], tuple[list[Point], Point, str]] = {
    (State.IDEA, Trigger.BUILD_BEGINS): ([(100, 130), (100, 164)], (110, 151), "left"),
    (State.BUILD, Trigger.BUILD_DONE): ([(100, 234), (100, 268)], (110, 255), "left"),
    (State.DEPLOYMENT, Trigger.GOES_LIVE): (
        [(242, 303), (313, 303), (313, 186), (446, 186)],
        (313, 322),
        "center",
    ),
    (State.ONLINE, Trigger.RETRAINING_BEGINS): (
        [(510, 146), (510, 82), (906, 82)],
        (740, 75),
        "center",
    ),
    (State.RETRAINING, Trigger.RETRAINING_DONE): (
        [(906, 108), (560, 108), (560, 146)],
        (740, 125),
        "center",
    ),
    (State.ONLINE, Trigger.ISSUE_STRIKES): ([(624, 194), (906, 194)], (765, 187), "center"),
    (State.OFFLINE_ISSUE, Trigger.ISSUE_RESOLVED): ([(906, 220), (624, 220)], (765, 237), "center"),
    (State.ONLINE, Trigger.DRIFT_FOUND): (
        [(560, 254), (560, 290), (906, 290)],
        (740, 283),
        "center",
    ),
    (State.OFFLINE_DRIFT, Trigger.DRIFT_ADDRESSED): (
        [(906, 316), (510, 316), (510, 254)],
        (740, 333),
        "center",
    ),
    (State.RETRAINING, Trigger.ISSUE_STRIKES): ([(1025, 130), (1025, 172)], (1015, 155), "right"),
}
"""Where each transition is drawn: its corners, the place of its words, and how they stand there.

Retirement, which may come in any state, is drawn from the frames."""


def statechart_graph(run: Run | None = None) -> Chart:
    """Return states and transitions as a graph.

    Parameters
    ----------
    run
        Whose counts to add, if any.

    Returns
    -------
    networkx.MultiDiGraph
        An edge for each row of `statechart.TRANSITIONS`, its key the trigger, with `words`. With a
        run, edges have `passed` (how often); nodes `models` (at the end), `at_start`, `arrived`
        (during the run) and, in production, `time_share` (None if there was no such time).
    """
    graph: Chart = nx.MultiDiGraph()
    graph.add_nodes_from(State)
    for transition in TRANSITIONS:
        graph.add_edge(
            transition.source, transition.target, key=transition.trigger, words=transition.words
        )
    if run is not None:
        _add_counts(graph, run)
    return graph


def _add_counts(graph: Chart, run: Run) -> None:
    passed, starting = counts(run), starting_states(run)
    for source, _, trigger, edge in graph.edges(keys=True, data=True):
        edge["passed"] = passed[source, Trigger(trigger)]
    arrived = arrived_later(run)
    for state, node in graph.nodes(data=True):
        node["models"] = sum(int(run.daily[name].iloc[-1]) for name in COUNTS_OF_STATE[state])
        here = [number for number, start in starting.items() if start is state]
        node["arrived"] = len(arrived.intersection(here))
        node["at_start"] = len(here) - node["arrived"]
    production = float(run.daily["production_days"].sum())
    for state, flow in state_flows(run).items():
        graph.nodes[state]["time_share"] = float(flow.sum()) / production if production else None


def statechart(run: Run | None = None) -> Picture:
    """Draw the statechart of a model, from idea to retirement.

    Parameters
    ----------
    run
        Whose counts and shares of time to write at it; without one, the table alone.

    Returns
    -------
    Picture
        A box for each state and an arrow for each transition; one from the edge of a frame starts
        in every state inside.
    """
    graph = statechart_graph(run)
    frames = "An arrow from the edge of a frame starts in any state inside."
    if run is None:
        finding = "A model in production is in one of four states"
        source = f"modelops_abm {__version__}."
        shows = f"States of a model and the transitions between them. {frames}"
    else:
        finding, source = _finding(graph), source_of(run)
        shows = (
            "Boxes: share of production time, and models at the end. Arrows: "
            f"how often in {formats.span(run.scenario.horizon_days)}. {frames}"
        )
    picture = Picture(finding, shows, source, 486.0)
    _draw_frames(picture)
    for state in State:
        _draw_state(picture, graph, state)
    for (state, trigger), (corners, place, across) in _WAYS.items():
        _draw_way(picture, graph, state, trigger, corners, place, across)
    _draw_retirement(picture, graph)
    _draw_entries(picture, graph)
    return picture


def _finding(graph: Chart) -> str:
    if graph.nodes[State.ONLINE]["time_share"] is None:
        return "No model is in production at any time"
    offline = sum(
        graph.nodes[state]["time_share"] for state in (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
    )
    return (
        f"A model in production is offline {formats.share(offline, 0)} of the time, "
        f"and in retraining {formats.share(graph.nodes[State.RETRAINING]['time_share'], 0)}"
    )


def _draw_frames(picture: Picture) -> None:
    for frame, words, edge in (
        (_EARLY_FRAME, "Before production", HAIRLINE),
        (_PRODUCTION_FRAME, "In production", tint(ONLINE, 0.6)),
    ):
        draw_box(picture, frame, fill=SURFACE, edge=edge, width=1.6)
        write(picture.plane, frame.left + 14.0, frame.top + 22.0, words, colour=INK_2, bold=True)


def _draw_state(picture: Picture, graph: Chart, state: State) -> None:
    box, (words, colour) = _BOXES[state], STATES[state]
    inside = state in PRODUCTION_STATES
    fill, edge = (tint(colour, 0.12), colour) if inside else (RAISED, HAIRLINE)
    draw_box(picture, box, fill=fill, edge=edge, width=1.8 if state is State.ONLINE else 1.3)
    lines = _lines(graph, state)
    middle = box.left + box.width / 2.0
    y = box.top + box.height / 2.0 + 5.0 - 9.0 * len(lines)
    write(picture.plane, middle, y, words, size=TITLE, colour=INK, bold=True, across="center")
    for line in lines:
        y += 18.0
        write(picture.plane, middle, y, line, across="center")


def _lines(graph: Chart, state: State) -> list[str]:
    node = graph.nodes[state]
    if "models" not in node:
        return ["pipeline, capacity, compliance"] if state is State.OFFLINE_ISSUE else []
    models = f"{formats.number(node['models'])} at the end"
    part = node.get("time_share")
    if part is None:
        return [models]
    if state is State.ONLINE:
        return [f"{formats.share(part, 0)} of the time", models]
    return [f"{formats.share(part, 0)} of the time, {models}"]


def _draw_way(
    picture: Picture,
    graph: Chart,
    state: State,
    trigger: Trigger,
    corners: list[Point],
    place: Point,
    across: str,
) -> None:
    edge = next(
        edge for _, _, key, edge in graph.out_edges(state, keys=True, data=True) if key == trigger
    )
    draw_arrow(picture, corners)
    write_passed(picture, *place, edge["words"], _passed(edge), across=across)


def _passed(edge: dict[str, int]) -> str:
    return formats.number(edge["passed"]) if "passed" in edge else ""


def _draw_retirement(picture: Picture, graph: Chart) -> None:
    box = _BOXES[State.RETIRED]
    middle, bottom = box.left + box.width / 2.0, _PRODUCTION_FRAME.bottom
    draw_arrow(picture, [(middle, bottom), (middle, box.top - 4.0)])
    words = _retired(graph, PRODUCTION_STATES)
    write_passed(picture, middle + 10.0, bottom + 31.0, "retired", words)
    x, y = 148.0, box.top + box.height / 2.0
    draw_arrow(picture, [(x, _EARLY_FRAME.bottom), (x, y), (box.left - 4.0, y)])
    words = _retired(graph, _EARLY_STATES)
    write_passed(picture, (x + box.left) / 2.0, y - 7.0, "retired", words, across="center")


def _retired(graph: Chart, states: tuple[State, ...]) -> str:
    edges = [graph.edges[state, State.RETIRED, Trigger.RETIRES] for state in states]
    if "passed" not in edges[0]:
        return ""
    return formats.number(sum(edge["passed"] for edge in edges))


def _draw_entries(picture: Picture, graph: Chart) -> None:
    idea, online = _BOXES[State.IDEA], _BOXES[State.ONLINE]
    x = idea.right - 30.0
    draw_dot(picture, x, 10.0)
    draw_arrow(picture, [(x, 10.0), (x, idea.top - 4.0)])
    node = graph.nodes[State.IDEA]
    known = "models" in node
    proposed = formats.number(node["arrived"] + node["at_start"]) if known else ""
    write_passed(picture, x + 10.0, 14.0, "proposed", proposed)
    draw_dot(picture, 398.0, 220.0)
    draw_arrow(picture, [(398.0, 220.0), (online.left - 4.0, 220.0)])
    start = formats.number(graph.nodes[State.ONLINE]["at_start"]) if known else ""
    write_passed(picture, 398.0, 242.0, "at start", across="center")
    write_passed(picture, 398.0, 258.0, "", start, across="center")
