"""The life cycle of the portfolio and the statechart of a model, with what passed in a run.

Both are drawn from the one table of transitions. Where the statechart stands is said by
`charts.placement`, for files and for the page.
"""

from __future__ import annotations

from collections import Counter

import networkx as nx

from modelops_abm import formats
from modelops_abm.charts.figure import (
    Arrow,
    Badge,
    Block,
    Box,
    Diagram,
    Disc,
    Figure,
    Frame,
    Table,
    Words,
)
from modelops_abm.charts.layout import HEADING, LABEL, MARGIN, width_of
from modelops_abm.charts.lives import arrived_later, counts, passages, starting_states
from modelops_abm.charts.palette import STATES, WORK, Colour
from modelops_abm.charts.placement import IN_FILES, Way, placed_statechart
from modelops_abm.charts.runs import COUNTS_OF_STATE, source_of, state_flows, work_days
from modelops_abm.charts.timeline import team_in_words
from modelops_abm.core.statechart import (
    PRODUCTION_STATES,
    STAGE_OF_STATE,
    TRANSITIONS,
    Stage,
    State,
    Trigger,
)
from modelops_abm.runs.results import Run
from modelops_abm.version import __version__

type Flow = nx.DiGraph[str]
type Chart = nx.MultiDiGraph[State]
type Shapes = list[Frame | Arrow | Words | Badge | Disc | Block]

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
_FLOW_WORDS = {
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
_FLOW = {
    "idea": Box(98.0, 20.0, 126.0, 100.0),
    "build": Box(288.0, 20.0, 116.0, 100.0),
    "deployment": Box(468.0, 20.0, 120.0, 100.0),
    "online": Box(672.0, 54.0, 332.0, 96.0),
    "repair": Box(672.0, 236.0, 134.0, 76.0),
    "retraining": Box(870.0, 236.0, 134.0, 76.0),
    "retired": Box(1078.0, 20.0, 86.0, 100.0),
}
_FLOW_FRAME = Box(652.0, 20.0, 372.0, 312.0)
_FLOW_Y = 70.0
_FLOW_COLOURS: dict[str, Colour] = {
    "online": "online",
    "repair": "issue",
    "retraining": "retraining",
}


def heading(x: float, y: float, words: str, unit: str = "") -> Shapes:
    """Return a heading in bold with its unit after it."""
    after = x + width_of(words, HEADING, strong=True) + 8.0
    return [Words(x, y, words, HEADING, "ink", is_strong=True), Words(after, y, unit)]


def _number(x: float, y: float, number: int) -> Words:
    text = formats.number(number)
    return Words(x, y, text, colour="ink", is_strong=True, anchor="center")


# The life cycle


def life_cycle_graph(run: Run) -> Flow:
    """Return the flow as a graph.

    Returns
    -------
    networkx.DiGraph
        Nodes as in `NODES` with `models` (at the end), `at_start`, `arrived` (during the run);
        edges with `passed`, how many models went that way during the run. Of the graph:
        `builds_failed`.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> graph = life_cycle_graph(run)
    >>> passed = graph.edges["deployment", "online"]["passed"]
    >>> passed == run.summary["models_delivered"]
    True
    """
    node_of = {state: node for node, states in NODES.items() for state in states}
    start, arrived = _entries(run, node_of)
    graph: Flow = nx.DiGraph()
    for node, states in NODES.items():
        models = sum(int(run.daily[name].iloc[-1]) for s in states for name in COUNTS_OF_STATE[s])
        graph.add_node(node, models=models, at_start=start[node], arrived=arrived[node])
    graph.graph["builds_failed"] = counts(run)[State.BUILD, Trigger.BUILD_FAILED]
    for transition in TRANSITIONS:
        # All ways of the table first: one that no model went is drawn with a 0.
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


def life_cycle(run: Run) -> Figure:
    """Return the process flow from idea backlog to retirement with both loops.

    A box for each stage with its models at the end, an arrow for each way with the models that
    went it, and what the developers did in order of priority.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> life_cycle(run).title
    'Life cycle'
    """
    graph = life_cycle_graph(run)
    frame = f"{formats.plural(_in_production(graph), 'model')} at the end"
    shapes: Shapes = [
        Frame(_FLOW_FRAME, "surface", "online 60%", 1.6),
        *heading(_FLOW_FRAME.left + 20.0, _FLOW_FRAME.top + 24.0, "In production", frame),
        *(shape for node in NODES for shape in _node(graph, node, run)),
        *_way_through(graph),
        *_loops(graph),
        *_team(run),
    ]
    return Figure(
        _finding_of_flow(graph, run),
        ((Diagram(346.0, tuple(shapes)),),),
        "Life cycle",
        shows="Large numbers: models at the end of the run; small numbers at arrows: how often a"
        f" model went that way in {formats.span(run.scenario.horizon_days)}."
        f" #1 to #{len(run.scenario.priorities)}: what developers do first.",
        source=source_of(run),
        table=lambda: Table(
            "Models by stage",
            ("Stage", "At the end", "At the start"),
            [
                (
                    _FLOW_WORDS[node],
                    formats.number(facts["models"]),
                    formats.number(facts["at_start"]),
                )
                for node, facts in graph.nodes(data=True)
            ],
        ),
    )


def _in_production(graph: Flow) -> int:
    """Return how many models are in production at the end."""
    return sum(
        graph.nodes[node]["models"]
        for node, states in NODES.items()
        if STAGE_OF_STATE[states[0]] is Stage.PRODUCTION
    )


def _finding_of_flow(graph: Flow, run: Run) -> str:
    if not sum(graph.nodes[node]["models"] for node in graph):
        return "The portfolio is empty"
    delivered = graph.edges["deployment", "online"]["passed"]
    retired = _gone(graph, production=True) + _gone(graph, production=False)
    return (
        f"{formats.plural(delivered, 'model')} delivered and {formats.number(retired)} retired in "
        f"{formats.span(run.scenario.horizon_days)}: {formats.number(_in_production(graph))} in"
        " production at the end"
    )


def _gone(graph: Flow, *, production: bool) -> int:
    """Return how many models were retired from production, or from before it."""
    return sum(
        edge["passed"]
        for source, _, edge in graph.in_edges("retired", data=True)
        if (STAGE_OF_STATE[NODES[source][0]] is Stage.PRODUCTION) is production
    )


def _node(graph: Flow, node: str, run: Run) -> Shapes:
    box, colour = _FLOW[node], _FLOW_COLOURS.get(node)
    x, facts = box.left + 12.0, graph.nodes[node]
    shapes: Shapes = [
        Frame(box, f"{colour} 12%", colour) if colour else Frame(box),
        Words(x, box.top + 22.0, _FLOW_WORDS[node], HEADING, "ink", is_strong=True),
        Words(x, box.top + 54.0, formats.number(facts["models"]), 22.0, "ink", is_strong=True),
    ]
    if facts["at_start"] and node != "retired":
        shapes.append(
            Words(x, box.bottom - 11.0, f"{formats.number(facts['at_start'])} at the start")
        )
    if node in _WORK_OF_NODE:
        shapes.append(Badge(box.right - 10.0, box.top, _priority(run, _WORK_OF_NODE[node])))
    return shapes


def _priority(run: Run, work: str) -> str:
    return f"#{run.scenario.priorities.index(work) + 1}"


def _way_through(graph: Flow) -> Shapes:
    edges = graph.edges
    ways = (
        (MARGIN, _FLOW["idea"].left, graph.nodes["idea"]["arrived"], "new"),
        (_FLOW["idea"].right, _FLOW["build"].left, edges["idea", "build"]["passed"], "begun"),
        (
            _FLOW["build"].right,
            _FLOW["deployment"].left,
            edges["build", "deployment"]["passed"],
            "built",
        ),
        (
            _FLOW["deployment"].right,
            _FLOW_FRAME.left,
            edges["deployment", "online"]["passed"],
            "live",
        ),
        (_FLOW_FRAME.right, _FLOW["retired"].left, _gone(graph, production=True), ""),
    )
    shapes: Shapes = []
    for left, right, passed, words in ways:
        middle = (left + right) / 2.0 - 2.0
        shapes += [
            Arrow(((left + 4.0, _FLOW_Y), (right - 4.0, _FLOW_Y))),
            _number(middle, _FLOW_Y - 8.0, passed),
            Words(middle, _FLOW_Y + 19.0, words, anchor="center"),
        ]
    return [*shapes, *_other_retired(graph)]


def _other_retired(graph: Flow) -> Shapes:
    """Say below the box how many of the retired did not come from production in this run."""
    start, early = graph.nodes["retired"]["at_start"], _gone(graph, production=False)
    lines = [f"{formats.number(start)} at the start"] if start else []
    failed = graph.graph["builds_failed"]
    if failed:
        lines += [formats.plural(failed, "build"), "failed"]
    if early > failed:
        lines += [f"{formats.number(early - failed)} before", "production"]
    box = _FLOW["retired"]
    return [
        Words(box.right, box.bottom + 18.0 + 16.0 * row, line, anchor="right")
        for row, line in enumerate(lines)
    ]


def _loops(graph: Flow) -> Shapes:
    top, bottom = _FLOW["online"].bottom + 4.0, _FLOW["repair"].top - 4.0
    shapes: Shapes = []
    for node, word, again in (("repair", "offline", "back"), ("retraining", "begun", "done")):
        left = _FLOW[node].left + 14.0
        there, back = graph.edges["online", node]["passed"], graph.edges[node, "online"]["passed"]
        shapes += _along(left, top, bottom, there, word, node)
        shapes += _along(left + 66.0, bottom, top, back, again, node)
    y = _FLOW["repair"].centre
    left, right = _FLOW["repair"].right + 4.0, _FLOW["retraining"].left - 4.0
    middle = (left + right) / 2.0
    return [
        *shapes,
        Arrow(((right, y), (left, y)), "issue"),
        _number(middle, y - 8.0, graph.edges["retraining", "repair"]["passed"]),
        Words(middle, y + 19.0, "offline", anchor="center"),
    ]


def _along(x: float, start: float, end: float, passed: int, word: str, node: str) -> Shapes:
    middle = (start + end) / 2.0
    number = Words(x + 7.0, middle - 2.0, formats.number(passed), colour="ink", is_strong=True)
    return [
        Arrow(((x, start), (x, end)), _FLOW_COLOURS[node]),
        number,
        Words(x + 7.0, middle + 13.0, word),
    ]


def _team(run: Run) -> Shapes:
    """Return what the developers did, in the order of their priorities."""
    days = work_days(run)
    total = sum(days.values())
    team = team_in_words(run.scenario)
    left, top = 98.0, 176.0
    order = run.scenario.priorities
    shapes = heading(left, top, f"What {team} did", "% of their time, by priority")
    for row, name in enumerate([*order, "idle"]):
        y, length = top + 26.0 + 24.0 * row, 270.0 * days[name] / total
        if name != "idle":
            shapes.append(Badge(left + 34.0, y, _priority(run, name)))
        words, colour = WORK[name]
        share = formats.share(days[name] / total, 0)
        shapes += [
            Words(left + 46.0, y, words, colour="ink", is_centred=True),
            Block(Box(left + 150.0, y - 7.0, length, 14.0), colour),
            Words(left + 158.0 + length, y, share, is_centred=True),
        ]
    return shapes


# The statechart


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

    Examples
    --------
    >>> from modelops_abm.core.statechart import State
    >>> [words for _, _, words in statechart_graph().out_edges(State.IDEA, data="words")]
    ['work begins', 'retired']
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


def statechart(run: Run | None = None) -> Figure:
    """Return the statechart of a model, from idea to retirement.

    A box for each state and an arrow for each transition; one from the edge of a frame starts in
    every state inside.

    Parameters
    ----------
    run
        Whose counts and shares of time to write at it; without one, the table alone.

    Examples
    --------
    >>> statechart().title
    'Statechart'
    """
    graph = statechart_graph(run)
    frames = "An arrow from the edge of a frame starts in any state inside."
    if run is None:
        finding = "A model in production is in one of four states"
        source = f"modelops_abm {__version__}."
        shows = f"States of a model and the transitions between them. {frames}"
    else:
        finding, source = _finding_of_states(graph), source_of(run)
        shows = (
            "Boxes: share of production time, and models at the end. Arrows: "
            f"how often in {formats.span(run.scenario.horizon_days)}. {frames}"
        )
    placed = placed_statechart(IN_FILES)
    frames_words = (
        (placed.early, "Before production", "hairline"),
        (placed.production, "In production", "online 60%"),
    )
    shapes: Shapes = []
    for frame, words, edge in frames_words:
        shapes += [
            Frame(frame, "surface", edge, 1.6),
            Words(frame.left + 14.0, frame.top + 22.0, words, is_strong=True),
        ]
    shapes += [
        *(shape for state, box in placed.boxes.items() for shape in _state(graph, state, box)),
        *(shape for way in placed.ways for shape in _way(graph, way)),
        *_entry(graph, placed.boxes),
    ]
    return Figure(
        finding,
        ((Diagram(placed.size[1] + 14.0, tuple(shapes)),),),
        "Statechart",
        shows=shows,
        source=source,
        table=lambda: Table(
            "Transitions",
            ("From", "To", "What happens", "How often"),
            [
                (STATES[one].words, STATES[other].words, edge["words"], _passed(edge))
                for one, other, edge in graph.edges(data=True)
            ],
        ),
    )


def _finding_of_states(graph: Chart) -> str:
    if graph.nodes[State.ONLINE]["time_share"] is None:
        return "No model is in production at any time"
    offline = sum(
        graph.nodes[state]["time_share"] for state in (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
    )
    return (
        f"A model in production is offline {formats.share(offline, 0)} of the time, "
        f"and in retraining {formats.share(graph.nodes[State.RETRAINING]['time_share'], 0)}"
    )


def _state(graph: Chart, state: State, box: Box) -> Shapes:
    words, colour = STATES[state]
    width = 1.8 if state is State.ONLINE else 1.3
    inside = Frame(box, f"{colour} 12%", colour, width)
    lines = _lines(graph, state)
    y = box.centre + 5.0 - 9.0 * len(lines)
    shapes: Shapes = [
        inside if state in PRODUCTION_STATES else Frame(box),
        Words(box.middle, y, words, HEADING, "ink", is_strong=True, anchor="center"),
    ]
    return [
        *shapes,
        *(
            Words(box.middle, y + 18.0 * (row + 1), line, anchor="center")
            for row, line in enumerate(lines)
        ),
    ]


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


def _way(graph: Chart, way: Way) -> Shapes:
    """Return an arrow, and a line of words for each thing that it stands for."""
    colour = STATES[way.tone].colour if way.tone is not State.ONLINE else "control"
    x, y = way.place
    shapes: Shapes = [Arrow(way.corners, colour)]
    for row, words in enumerate(way.words):
        edges = [
            graph.edges[each.source, each.target, each.trigger]
            for each in way.transitions
            if each.words == words
        ]
        shapes += _passing(x, y + IN_FILES.line * row, words, _passed(*edges), way.anchor)
    return shapes


def _passed(*edges: dict[str, int]) -> str:
    """Return how often a model went these ways; nothing if they are those of no run."""
    if "passed" not in edges[0]:
        return ""
    return formats.number(sum(edge["passed"] for edge in edges))


def _passing(x: float, y: float, words: str, passed: str, across: str = "left") -> Shapes:
    """Return what a transition is, and how often it was made, in a line."""
    gap = 6.0 if passed and words else 0.0
    number = width_of(passed, LABEL, strong=True)
    whole = number + gap + width_of(words, LABEL)
    left = x - {"left": 0.0, "center": whole / 2.0, "right": whole}[across]
    count = Words(left + whole - number, y, passed, colour="ink", is_strong=True)
    return [Words(left, y, words), count]


def _entry(graph: Chart, boxes: dict[State, Box]) -> Shapes:
    idea, online = boxes[State.IDEA], boxes[State.ONLINE]
    x, node = idea.right - 30.0, graph.nodes[State.IDEA]
    known = "models" in node
    proposed = formats.number(node["arrived"] + node["at_start"]) if known else ""
    start = formats.number(graph.nodes[State.ONLINE]["at_start"]) if known else ""
    left, low = online.left - 52.0, online.bottom - 20.0
    return [
        Disc(x, 10.0),
        Arrow(((x, 10.0), (x, idea.top - 1.0))),
        *_passing(x + 10.0, 14.0, "proposed", proposed),
        Disc(left, low),
        Arrow(((left, low), (online.left - 1.0, low))),
        *_passing(left, low + 22.0, "at start", "", "center"),
        *_passing(left, low + 38.0, "", start, "center"),
    ]
