"""The process flow and the statechart as graphs: what they count is what is in the run."""

from __future__ import annotations

import networkx as nx
import pytest

from modelops_abm.charts import life_cycle_graph, statechart_graph
from modelops_abm.charts.diagrams import NODES
from modelops_abm.core.statechart import PRODUCTION_STATES, TRANSITIONS, State, Trigger
from modelops_abm.runs.results import Run


def _in_log(run: Run, *kinds: str) -> int:
    return int(run.events["kind"].isin(kinds).sum())


def test_boxes_hold_the_models_of_the_run(any_run: Run) -> None:
    graph = life_cycle_graph(any_run)
    assert set(graph) == set(NODES)
    assert sum(node["models"] for _, node in graph.nodes(data=True)) == len(any_run.models)
    stages = [] if any_run.models.empty else list(any_run.models["stage"])
    for node in ("idea", "build", "deployment", "retired"):
        assert graph.nodes[node]["models"] == stages.count(node)
    production = sum(graph.nodes[node]["models"] for node in ("online", "repair", "retraining"))
    assert production == stages.count("production")


def test_arrows_count_the_event_log(any_run: Run) -> None:
    edges = life_cycle_graph(any_run).edges
    assert edges["idea", "build"]["passed"] == _in_log(any_run, "build_began")
    assert edges["build", "deployment"]["passed"] == _in_log(any_run, "build_done")
    assert edges["deployment", "online"]["passed"] == _in_log(any_run, "went_live")
    assert edges["online", "retraining"]["passed"] == _in_log(any_run, "retraining_began")
    assert edges["retraining", "online"]["passed"] == _in_log(any_run, "retrained")
    away = edges["online", "repair"]["passed"] + edges["retraining", "repair"]["passed"]
    assert away == _in_log(any_run, "issue_struck", "drift_found")
    back = edges["repair", "online"]["passed"]
    assert back == _in_log(any_run, "issue_resolved", "drift_addressed")
    retired = sum(edges[edge]["passed"] for edge in edges if edge[1] == "retired")
    assert retired == _in_log(any_run, "retired", "build_failed")


def test_what_comes_in_stays_or_goes_out(any_run: Run) -> None:
    for graph in (life_cycle_graph(any_run), statechart_graph(any_run)):
        _conserves(graph)


def _conserves(graph: nx.Graph) -> None:
    for node, facts in graph.nodes(data=True):
        entered = facts["at_start"] + facts["arrived"]
        entered += sum(edge["passed"] for *_, edge in graph.in_edges(node, data=True))
        left = sum(edge["passed"] for *_, edge in graph.out_edges(node, data=True))
        assert facts["models"] == entered - left


def test_the_statechart_is_the_table() -> None:
    graph = statechart_graph()
    drawn = {(source, Trigger(key), end) for source, end, key in graph.edges(keys=True)}
    assert drawn == {(each.source, each.trigger, each.target) for each in TRANSITIONS}
    assert set(graph) == set(State)


def test_shares_of_time_add_up(any_run: Run, nothing: Run) -> None:
    shares = [statechart_graph(any_run).nodes[state]["time_share"] for state in PRODUCTION_STATES]
    if any_run is nothing:
        assert shares == [None] * len(shares)
    else:
        assert sum(shares) == pytest.approx(1.0)


def test_the_run_with_retraining_interrupted_shows_it(baseline: Run) -> None:
    edge = statechart_graph(baseline).edges[
        State.RETRAINING, State.OFFLINE_ISSUE, Trigger.ISSUE_STRIKES
    ]
    assert edge["words"] == "issue interrupts"
    assert edge["passed"] > 0
