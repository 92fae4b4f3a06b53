"""Every result answers the same five questions, whatever it is a result of."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

import pytest

from modelops_abm import replicate, simulate, with_values
from modelops_abm.experiments import (
    Decisions,
    Question,
    Sweep,
    advise,
    assumptions_of,
    compare,
    credit,
    grid,
    morris,
    optimise,
    parse_input,
    run_sweep,
    side_by_side,
    sobol,
    staffing,
    story,
    tell,
    tornado,
)
from modelops_abm.experiments.alternatives import alternatives_of
from modelops_abm.experiments.averages import averages_of
from modelops_abm.experiments.information_runs import value_of_information
from modelops_abm.representation import Result
from modelops_abm.scenario import baseline_of
from tests.unit.experiments.plans import small

PLAN = small(rollback=1.0, lineage=0.5)
INPUTS = (parse_input("team.developers=2..3"), parse_input("drift.severity=0.2..0.4"))
QUESTION = Question(PLAN, INPUTS, with_each=True)
RESULTS: dict[str, Callable[[], Result]] = {
    "run": lambda: simulate(PLAN, engine="ensemble"),
    "staffing": lambda: staffing(with_values(PLAN, {"team.developers": 1}, source="test"), 4),
    "stories": lambda: tell([story("no_incidents"), story("weekly_retraining")], 3),
    "averages": lambda: averages_of(replicate(PLAN, 4)),
    "comparison": lambda: compare(PLAN, 4),
    "side by side": lambda: side_by_side(
        {"baseline": baseline_of(PLAN), "a": PLAN, "b": small(rollback=1.0)}, 4, baseline="baseline"
    ),
    "credit": lambda: credit(PLAN, 4),
    "sweep": lambda: run_sweep(Sweep(PLAN, INPUTS, grid(INPUTS, 2)), 3),
    "tornado": lambda: tornado(QUESTION, 3, points_each=2),
    "morris": lambda: morris(Question(PLAN, INPUTS), 2, 2),
    "sobol": lambda: sobol(QUESTION, 4, 2),
    "information": lambda: value_of_information(alternatives_of(PLAN), INPUTS, 32, 2),
    "assumptions": lambda: assumptions_of(PLAN, ["drift"]),
    "advice": lambda: advise(
        small(rollback=1.0),
        2e5,
        levels=(1.0,),
        starts=(0.0,),
        trials=4,
        replications=8,
        finalists=2,
    ),
    "advice to buy nothing": lambda: advise(
        PLAN, 1.0, levels=(1.0,), starts=(0.0,), trials=4, replications=8, finalists=2
    ),
    "optimised": lambda: optimise(
        Decisions(PLAN, (1.0,), (0.0,)), trials=4, replications=8, finalists=2
    ),
}


@pytest.fixture(scope="module", params=RESULTS.values(), ids=RESULTS.keys())
def result(request: pytest.FixtureRequest) -> Result:
    return request.param()


def test_it_says_what_was_found_in_whole_sentences(result: Result) -> None:
    for paragraph in result.sentence().splitlines():
        assert paragraph[0].isupper()
        assert paragraph[-1] in ".:"
    assert all(paragraph.endswith(".") for paragraph in result.notes().splitlines())


def test_its_tables_have_a_cell_for_each_heading_and_names_of_their_own(result: Result) -> None:
    tables = result.tables()
    assert tables
    assert len({table.name for table in tables}) == len(tables)
    for table in tables:
        assert table.is_shown or table.numbers is not None, "for nothing"
        assert bool(table.rows) == table.is_shown
        assert all(0 < len(row.cells) <= len(table.columns) for row in table.rows)
        if table.numbers is not None:
            assert len(table.numbers().columns)


def test_it_is_plain_data_and_says_what_ran(result: Result) -> None:
    said = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert said
    assert {"version", "left_out"} & said.keys()


def test_its_figures_are_drawn_when_asked_for(result: Result) -> None:
    figures = result.figures()
    assert all(name.replace("-", "").isalpha() for name in figures)
    for draw in list(figures.values())[:1]:
        assert draw().finding


def test_what_has_no_figures_registered_has_none() -> None:
    assert averages_of(replicate(PLAN, 2)).figures() == {}


def test_a_notebook_shows_what_a_terminal_shows(result: Result) -> None:
    shown = result._repr_html_()  # type: ignore[attr-defined]
    for text in (*result.sentence().splitlines(), *result.notes().splitlines()):
        assert escape(text) in shown
    for table in result.tables():
        assert all(escape(row.cells[0]) in shown for row in table.rows)
