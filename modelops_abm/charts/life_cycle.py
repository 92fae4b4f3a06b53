"""The portfolio's process flow with what passed in a run, as a graph and as a picture."""

from __future__ import annotations

from collections import Counter

import networkx as nx

from modelops_abm import formats
from modelops_abm.charts.charts import Box, write_heading
from modelops_abm.charts.diagram import NUMBER, TITLE, draw_arrow, draw_badge, draw_box
from modelops_abm.charts.lifelines import arrived_later, passages, starting_states
from modelops_abm.charts.palette import (
    HAIRLINE,
    INK,
    INK_2,
    ISSUE,
    ONLINE,
    RAISED,
    RETRAINING,
    SURFACE,
    WORK,
    tint,
)
from modelops_abm.charts.sheet import MARGIN, Picture, source_of, write
from modelops_abm.charts.states_over_time import COUNTS_OF_STATE
from modelops_abm.charts.team_time import work_days
from modelops_abm.core.events import TaskClass
from modelops_abm.core.statechart import STAGE_OF_STATE, TRANSITIONS, Stage, State
from modelops_abm.runs.results import Run

type Graph = nx.DiGraph[str]

NODES: dict[str, tuple[State, ...]] = {
    "idea": (State.IDEA,),
    "build": (State.BUILD,),
    "deployment": (State.DEPLOYMENT,),
    "online": (State.ONLINE,),
    "repair": (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT),
    "retraining": (State.RETRAINING,),
    "retired": (State.RETIRED,),
}
"""Boxes of the flow and the states they stand for."""

_WORDS = {
    "idea": "Idea backlog",
    "build": "Build",
    "deployment": "Deployment",
    "online": "Online",
    "repair": "Repair",
    "retraining": "Retraining",
    "retired": "Retired",
}
_WORK_OF_NODE = {
    "build": "build",
    "deployment": "deploy",
    "repair": "repair",
    "retraining": "retrain",
}
_BOXES = {
    "idea": Box(98.0, 20.0, 126.0, 100.0),
    "build": Box(288.0, 20.0, 116.0, 100.0),
    "deployment": Box(468.0, 20.0, 120.0, 100.0),
    "online": Box(672.0, 54.0, 332.0, 96.0),
    "repair": Box(672.0, 236.0, 134.0, 76.0),
    "retraining": Box(870.0, 236.0, 134.0, 76.0),
    "retired": Box(1078.0, 20.0, 86.0, 100.0),
}
_FRAME = Box(652.0, 20.0, 372.0, 312.0)
_ROW_Y = 70.0
_COLOURS = {"online": ONLINE, "repair": ISSUE, "retraining": RETRAINING}


def life_cycle_graph(run: Run) -> Graph:
    """Return the flow as a graph.

    Returns
    -------
    networkx.DiGraph
        Nodes as in `NODES` with `models` (at the end), `at_start`, `arrived` (during the run);
        edges with `passed`, how many models went that way during the run.
    """
    node_of = {state: node for node, states in NODES.items() for state in states}
    start, arrived = _entries(run, node_of)
    graph: Graph = nx.DiGraph()
    for node, states in NODES.items():
        models = sum(int(run.daily[name].iloc[-1]) for s in states for name in COUNTS_OF_STATE[s])
        graph.add_node(node, models=models, at_start=start[node], arrived=arrived[node])
    for transition in TRANSITIONS:
        graph.add_edge(node_of[transition.source], node_of[transition.target], passed=0)
    for passage in passages(run):
        graph.edges[node_of[passage.source], node_of[passage.target]]["passed"] += 1
    return graph


def _entries(run: Run, node_of: dict[State, str]) -> tuple[Counter[str], Counter[str]]:
    start: Counter[str] = Counter()
    arrived: Counter[str] = Counter()
    later = arrived_later(run)
    for number, state in starting_states(run).items():
        (arrived if number in later else start)[node_of[state]] += 1
    return start, arrived


def life_cycle(run: Run) -> Picture:
    """Draw the process flow from idea backlog to retirement with both loops.

    Parameters
    ----------
    run
        What to draw.

    Returns
    -------
    Picture
        A box for each stage with its models at the end, an arrow for each way with the models
        that went it, and what the developers did in order of priority.
    """
    graph = life_cycle_graph(run)
    shows = (
        "Large numbers: models at the end of the run; small numbers at arrows: how often a model "
        f"went that way in {formats.span(run.scenario.horizon_days)}. "
        "#1 to #5: what developers do first."
    )
    picture = Picture(_finding(graph, run), shows, source_of(run), 346.0)
    _draw_frame(picture, graph)
    for node in NODES:
        _draw_node(picture, graph, node, run)
    _draw_way(picture, graph)
    _draw_loops(picture, graph)
    _draw_team(picture, run)
    return picture


def in_production(graph: Graph) -> int:
    """Return how many models are in production at the end."""
    return sum(
        graph.nodes[node]["models"]
        for node, states in NODES.items()
        if STAGE_OF_STATE[states[0]] is Stage.PRODUCTION
    )


def _finding(graph: Graph, run: Run) -> str:
    if not sum(graph.nodes[node]["models"] for node in graph):
        return "The portfolio is empty"
    delivered = graph.edges["deployment", "online"]["passed"]
    retired = _retired(graph, production=True) + _retired(graph, production=False)
    now = in_production(graph)
    return (
        f"{formats.plural(delivered, 'model')} delivered and {formats.number(retired)} retired in "
        f"{formats.span(run.scenario.horizon_days)}: {formats.number(now)} in production at the end"
    )


def _retired(graph: Graph, *, production: bool) -> int:
    return sum(
        edge["passed"]
        for source, _, edge in graph.in_edges("retired", data=True)
        if (STAGE_OF_STATE[NODES[source][0]] is Stage.PRODUCTION) is production
    )


def _draw_frame(picture: Picture, graph: Graph) -> None:
    draw_box(picture, _FRAME, fill=SURFACE, edge=tint(ONLINE, 0.6), width=1.6)
    words = f"{formats.plural(in_production(graph), 'model')} at the end"
    write_heading(picture, _FRAME.left + 20.0, _FRAME.top + 24.0, "In production", words)


def _draw_node(picture: Picture, graph: Graph, node: str, run: Run) -> None:
    box, colour = _BOXES[node], _COLOURS.get(node)
    fill, edge = (tint(colour, 0.12), colour) if colour else (RAISED, HAIRLINE)
    draw_box(picture, box, fill=fill, edge=edge)
    x = box.left + 12.0
    write(picture.plane, x, box.top + 22.0, _WORDS[node], size=TITLE, colour=INK, bold=True)
    number = formats.number(graph.nodes[node]["models"])
    write(picture.plane, x, box.top + 54.0, number, size=NUMBER, colour=INK, bold=True)
    start = graph.nodes[node]["at_start"]
    if start and node != "retired":
        write(picture.plane, x, box.bottom - 11.0, f"{formats.number(start)} at the start")
    if node in _WORK_OF_NODE:
        draw_badge(picture, box.right - 10.0, box.top, _priority(run, _WORK_OF_NODE[node]))


def _priority(run: Run, work: str) -> str:
    return f"#{run.scenario.team.priority_order.index(work) + 1}"


def _draw_way(picture: Picture, graph: Graph) -> None:
    new, boxes = graph.nodes["idea"]["arrived"], _BOXES
    _across(picture, MARGIN, boxes["idea"].left, new, "new")
    for source, end, word in (
        ("idea", "build", "begun"),
        ("build", "deployment", "built"),
    ):
        passed = graph.edges[source, end]["passed"]
        _across(picture, boxes[source].right, boxes[end].left, passed, word)
    live = graph.edges["deployment", "online"]["passed"]
    _across(picture, boxes["deployment"].right, _FRAME.left, live, "live")
    retired = _retired(graph, production=True)
    _across(picture, _FRAME.right, boxes["retired"].left, retired, "")
    _note_other_retired(picture, graph)


def _note_other_retired(picture: Picture, graph: Graph) -> None:
    """Say below the box how many of the retired did not come from production in this run."""
    start, early = graph.nodes["retired"]["at_start"], _retired(graph, production=False)
    lines = [f"{formats.number(start)} at the start"] if start else []
    if early:
        lines += [f"{formats.number(early)} before", "production"]
    box = _BOXES["retired"]
    for row, line in enumerate(lines):
        write(picture.plane, box.right, box.bottom + 18.0 + 16.0 * row, line, across="right")


def _across(picture: Picture, left: float, right: float, passed: int, word: str) -> None:
    draw_arrow(picture, [(left + 4.0, _ROW_Y), (right - 4.0, _ROW_Y)])
    middle = (left + right) / 2.0 - 2.0
    write(
        picture.plane,
        middle,
        _ROW_Y - 8.0,
        formats.number(passed),
        colour=INK,
        bold=True,
        across="center",
    )
    write(picture.plane, middle, _ROW_Y + 19.0, word, across="center")


def _draw_loops(picture: Picture, graph: Graph) -> None:
    top, bottom = _BOXES["online"].bottom + 4.0, _BOXES["repair"].top - 4.0
    for node, word, again in (("repair", "offline", "back"), ("retraining", "begun", "done")):
        left = _BOXES[node].left + 14.0
        _along(picture, left, top, bottom, graph.edges["online", node]["passed"], word, node)
        back = graph.edges[node, "online"]["passed"]
        _along(picture, left + 66.0, bottom, top, back, again, node)
    middle = _BOXES["repair"].top + 38.0
    left, right = _BOXES["repair"].right + 4.0, _BOXES["retraining"].left - 4.0
    draw_arrow(picture, [(right, middle), (left, middle)], ISSUE)
    passed, x = formats.number(graph.edges["retraining", "repair"]["passed"]), (left + right) / 2.0
    write(picture.plane, x, middle - 8.0, passed, colour=INK, bold=True, across="center")
    write(picture.plane, x, middle + 19.0, "offline", across="center")


def _along(
    picture: Picture, x: float, start: float, end: float, passed: int, word: str, node: str
) -> None:
    draw_arrow(picture, [(x, start), (x, end)], _COLOURS[node])
    middle = (start + end) / 2.0
    write(picture.plane, x + 7.0, middle - 2.0, formats.number(passed), colour=INK, bold=True)
    write(picture.plane, x + 7.0, middle + 13.0, word)


def _draw_team(picture: Picture, run: Run) -> None:
    """Draw what the developers did, in the order of their priorities."""
    days = work_days(run)
    total = sum(days.values())
    team = formats.plural(run.scenario.team.developers, "developer")
    left, top = 98.0, 176.0
    write_heading(picture, left, top, f"What {team} did", "% of their time, by priority")
    order = [TaskClass[name.upper()].name.lower() for name in run.scenario.team.priority_order]
    for row, name in enumerate([*order, "idle"]):
        y = top + 26.0 + 24.0 * row
        if name != "idle":
            draw_badge(picture, left + 34.0, y, _priority(run, name))
        write(picture.plane, left + 46.0, y, WORK[name].words, colour=INK, along="center")
        length = 270.0 * days[name] / total
        picture.plane.barh(y, length, 14.0, left + 150.0, color=WORK[name].colour, linewidth=0.0)
        words = formats.share(days[name] / total, 0)
        write(picture.plane, left + 158.0 + length, y, words, colour=INK_2, along="center")
