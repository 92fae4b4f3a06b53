"""What experiments find over draws of the organisation, beside what they find as set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelops_abm.experiments import (
    Draws,
    Story,
    Sweep,
    compare,
    credit,
    draws_of,
    grid,
    level_worth,
    parse_input,
    run_sweep,
    story,
    tell,
)
from modelops_abm.experiments.averages import average
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.store import Store
from modelops_abm.representation import Reported
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset

SMALL = {"horizon_days": 120, "portfolio.initial_models": 4, "portfolio.initial_ideas": 3}
PLAN = with_values(preset("monitoring_alone"), SMALL, source="test")
COUNT = 60


def drawn(count: int = COUNT, scenario: Scenario = PLAN) -> Draws:
    names = ["team.developers", "team.focus", "drift.onsets_per_year", "efforts.retraining"]
    return draws_of(scenario, count, seed=1, names=names)


def told(result: Reported) -> str:
    """Return all that a result says; it must be plain data too."""
    itself: Any = result
    json.dumps(itself.to_json(), allow_nan=False)
    words = f"{itself.sentence()} {result.notes()}"
    assert words.startswith("As set: ") or "\nAs set: " in words
    assert "Over what the organisation may be: " in words
    assert "luck" not in words
    return words


def test_credit_shares_out_what_comparisons_find() -> None:
    plan = with_values(PLAN, {"capabilities.rollback.maximum": 1.0}, source="test")
    found = credit(plan, COUNT, draws=drawn())
    whole = compare(plan, COUNT, draws=drawn())
    assert found.over is not None
    assert whole.over is not None
    pairs = (found, whole), (found.over.as_set, whole.over.as_set)
    for shared, compared in pairs:
        expected = compared.difference("npv").values
        np.testing.assert_array_equal(shared.together().values, expected)
    np.testing.assert_array_equal(found.over.again, whole.over.again)
    assert found.unknown == whole.unknown
    assert "is what nobody knows" in told(found)
    assert [row.cells[0] for row in found.tables()[0].rows][-1] == "together"
    assert found.tables()[0].columns[3].heading == "as set"


def test_a_level_s_developer_days_are_of_each_draw() -> None:
    draws = drawn(8)
    days = level_worth(PLAN, "monitoring", (), 8, draws=draws).reasons().developer_days
    for number, scenario in enumerate(draws.scenarios()):
        alone = level_worth(scenario, "monitoring", (), number + 1).reasons().developer_days
        for name, reason in days.items():
            assert reason.change.values[number] == alone[name].change.values[number]


def test_a_sweep_does_not_draw_what_it_varies(tmp_path: Path) -> None:
    inputs = (parse_input("team.developers=2,9"),)
    with Store(tmp_path / "runs") as store:
        found = run_sweep(Sweep(PLAN, inputs, grid(inputs)), COUNT, draws=drawn(), store=store)
        size = store.runs.size
        again = run_sweep(Sweep(PLAN, inputs, grid(inputs)), COUNT, draws=drawn(), store=store)
        assert store.runs.size == size
    np.testing.assert_array_equal(found.totals, again.totals)
    rest = drawn().without(["team.developers"])
    for place, developers in enumerate((2, 9), start=1):
        scenario = with_values(PLAN, {"team.developers": developers}, source="test")
        (own,) = totals_of([scenario], COUNT, draws=rest)
        np.testing.assert_array_equal(found.totals[place], own)
    assert found.over is not None
    assert found.over.as_set.over is None
    assert "Served share of the production time" in told(found.about("availability"))
    assert found.tables()[0].columns[-1].heading == "as set"


def test_a_sweep_of_all_that_is_drawn_is_as_set() -> None:
    inputs = (parse_input("team.developers=2,9"),)
    draws = draws_of(PLAN, 5, names=["team.developers"])
    found = run_sweep(Sweep(PLAN, inputs, grid(inputs)), 5, draws=draws)
    assert found.over is None
    alone = run_sweep(Sweep(PLAN, inputs, grid(inputs)), 5)
    np.testing.assert_array_equal(found.totals, alone.totals)


def test_averages_are_over_draws_and_as_set() -> None:
    found = average(PLAN, COUNT, draws=drawn())
    assert found.over is not None
    assert found.ensemble.draws is not None
    assert found.over.as_set.ensemble.draws is None
    assert "is what nobody knows" in told(found)
    unknown = found.unknown
    assert unknown is not None
    # Teams of other sizes are paid otherwise, whatever happens to them.
    assert unknown.share > 0.5


@pytest.fixture
def no_incidents() -> Story:
    return story("no_incidents")._replace(organisation=SMALL)


def test_a_story_is_of_the_same_organisations(no_incidents: Story) -> None:
    draws = draws_of(PLAN, 20, names=["team.focus", "incidents.pipeline_per_year"])
    found = tell([no_incidents], 20, draws=draws)
    quiet, pressed = (side[0].plan.draws for side in (found.quiet, found.pressed))
    assert quiet is not None
    assert pressed is not None
    assert list(pressed.columns) == ["team.focus"]
    assert quiet["team.focus"].equals(pressed["team.focus"])
    assert "incidents.pipeline_per_year" in quiet
    assert "Lowest without the plan" in told(found)


def test_what_changes_on_a_day_is_known_before_as_well() -> None:
    small = {**SMALL, "horizon_days": 200}
    half = story("half_the_team_leaves")._replace(organisation=small)
    assert half.known == {*SMALL, "team.developers"}
    draws = draws_of(PLAN, 4, names=["team.developers"])
    assert tell([half], 4, draws=draws).as_set is None


def test_stories_are_told_of_another_organisation(no_incidents: Story) -> None:
    plan = with_values(preset("all_five"), {"team.developers": 3, **SMALL}, source="test")
    found = tell([no_incidents], 4, plans={"all_five": plan})
    assert found.quiet[0].plan.scenario.team.developers == 3
    assert found.as_set is None
