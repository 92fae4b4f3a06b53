"""What changes on the way: a line across every time axis, in files and on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from modelops_abm.charts import echarts, layout
from modelops_abm.charts.diagrams import life_cycle, life_cycle_graph
from modelops_abm.charts.figure import Axis, Figure, Panel, Rows, time_axis
from modelops_abm.charts.lives import (
    busiest_model,
    lanes,
    model_timeline,
    open_requests,
    other_lanes,
)
from modelops_abm.charts.runs import (
    compare,
    compare_team_time,
    states_over_time,
    team_time,
    value_and_cost,
)
from modelops_abm.charts.timeline import changes_in_words, team_in_words, time_axis_of
from modelops_abm.runs import simulate
from modelops_abm.runs.results import Run
from modelops_abm.scenario import Scenario, with_values

TEN = [
    {"day": 20, "team.developers": 6},
    {"day": 60, "team.developers": 4},
    {"day": 62, "team.focus": 0.5},
    {"day": 100, "usage.demand_factor": 1.5},
    {"day": 140, "team.developers": 9},
    {"day": 143, "capabilities.monitoring.maximum": 0.8},
    {"day": 146, "incidents.pipeline_per_year": 3.0},
    {"day": 200, "portfolio.ideas_per_year": 40.0},
    {"day": 250, "retraining.interval_days": 45},
    {"day": 280, "efforts.retraining": 9.0},
]
SPACE = echarts.Space(226, 32, 112)


@pytest.fixture(scope="module")
def changing() -> Run:
    """Return a run in which ten values change."""
    values: dict[str, Any] = {"horizon_days": 300, "changes": TEN}
    return simulate(with_values(Scenario(), values, source="test"), seed=1, model_days=True)


def figures(run: Run) -> list[Figure]:
    model = busiest_model(run)
    assert model is not None
    return [
        states_over_time(run),
        team_time(run),
        value_and_cost(run),
        model_timeline(run, model),
        compare(run, run),
        compare_team_time(run, run),
    ]


def time_axes(figure: Figure) -> list[Axis]:
    parts = [part for row in figure.parts for part in row]
    panels = [part.x for part in parts if isinstance(part, Panel)]
    return [*panels, *(part.axis for part in parts if isinstance(part, Rows))]


def test_every_time_axis_has_a_line_for_each_change(changing: Run) -> None:
    for figure in figures(changing):
        axes = time_axes(figure)
        assert axes
        for axis in axes:
            assert [change.label for change in axis.changes] == list("ABCDEFGHIJ")
        drawn = layout.drawing(figure).shapes
        lines = [
            each.points
            for each in drawn
            if isinstance(each, layout.Polyline) and each.stroke == "dashed"
        ]
        upright = [points for points in lines if points[0][0] == points[1][0]]
        assert len(upright) == 10 * len(axes), figure.title


def test_the_page_draws_them_too(changing: Run) -> None:
    figure = value_and_cost(changing)
    panel = figure.panels[1]
    series = echarts.option(Figure("", ((panel,),)), SPACE)["series"]
    (lines,) = (each for each in series if each["id"] == "changes-0")
    (letters,) = (each for each in series if each["id"] == "change-letters-0")
    assert [mark["xAxis"] for mark in lines["markLine"]["data"]] == [
        round(change.at, 3) for change in panel.x.changes
    ]
    shown = "".join(each["label"]["formatter"] for each in letters["data"])
    assert shown == "AB–CDE–GHIJ"


def test_the_figure_says_once_what_they_are(changing: Run) -> None:
    for figure in figures(changing):
        assert figure.explained.count("Dashed upright lines are changes:") == 1
        assert "B day 60, team 6 to 4; C day 62, time for hands-on work 0.6 to 0.5;" in figure.words
        assert "J day 280, effort of a retraining 3 to 9." in figure.explained
        words = " ".join(
            each.text for each in layout.drawing(figure).shapes if isinstance(each, layout.Text)
        )
        assert "Dashed upright lines are changes:" in words


def test_letters_stand_apart_and_cover_nothing(changing: Run) -> None:
    for figure in figures(changing):
        texts = [each for each in layout.drawing(figure).shapes if isinstance(each, layout.Text)]
        tags = [each for each in texts if re.fullmatch("[A-J](–[A-J])?", each.text)]
        assert {letter for tag in tags for letter in tag.text if letter != "–"} >= set("ABDEGHIJ")
        for tag in tags:
            half = layout.width_of(tag.text, tag.size, strong=True) / 2.0
            for other in tags:
                if other is not tag and other.y == tag.y:
                    apart = half + layout.width_of(other.text, other.size, strong=True) / 2.0
                    assert abs(other.x - tag.x) >= apart


def test_what_is_near_has_one_letter() -> None:
    axis = time_axis(1000, [(100, "a"), (110, "b"), (119, "c"), (500, "d")])
    assert [label for _, label in axis.tags(0.011)] == ["A–C", "D"]
    assert [label for _, label in axis.tags(0.0)] == ["A", "B", "C", "D"]


def test_changes_in_words_follow_each_other(changing: Run) -> None:
    words = dict(changes_in_words(changing.scenario))
    assert words[60] == "team 6 to 4"
    assert words[140] == "team 4 to 9"
    assert team_in_words(changing.scenario) == "4 to 9 developers"
    assert "Calendar days of 4 to 9 developers" in team_time(changing).shows


def test_nothing_changes_nothing_is_drawn() -> None:
    assert time_axis_of(Scenario()) == time_axis(Scenario().horizon_days)
    assert team_in_words(Scenario()) == "8 developers"
    series = echarts.option(
        Figure("", ((Panel("", "", time_axis(300), time_axis(300), ()),),)), SPACE
    )["series"]
    assert not [each for each in series if each["id"].startswith("change")]


def test_failed_builds_and_sources_are_named_in_pictures() -> None:
    values = {
        "horizon_days": 300,
        "portfolio.success_share": 0.1,
        "incidents.shared_sources": 1,
        "incidents.shared_per_year": 12.0,
    }
    run = simulate(with_values(Scenario(), values, source="test"), seed=1)
    failed = int((run.events["kind"] == "build_failed").sum())
    assert failed
    graph = life_cycle_graph(run)
    assert graph.graph["builds_failed"] == failed
    words = [
        each.text
        for each in layout.drawing(life_cycle(run)).shapes
        if isinstance(each, layout.Text)
    ]
    assert f"{failed} builds" in words
    model = busiest_model(run)
    assert model is not None
    assert "Offline: shared source" in [lane.words for lane in lanes(run, model)]


def test_requests_are_open_until_they_are_answered() -> None:
    values = {
        "horizon_days": 200,
        "requests": [{"name": "audit", "per_year": 4.0, "deadline_days": 20.0}],
    }
    run = simulate(with_values(Scenario(), values, source="test"), seed=1)
    spells = [spell for number in run.models["number"] for spell in open_requests(run, number)]
    kinds = run.events["kind"]
    assert len(spells) == int((kinds == "request_received").sum()) > 0
    ended = int((kinds == "request_answered").sum())
    assert sum(end < 200.0 for _, end in spells) >= ended
    assert all(0.0 <= start <= end <= 200.0 for start, end in spells)
    shown = {lane.words for number in run.models["number"] for lane in other_lanes(run, number)}
    assert "Requests open" in shown
