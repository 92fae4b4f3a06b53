"""What Python and a notebook show of scenarios and results: short, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modelops_abm import charts, compare, illustrative_portfolio, replicate, simulate
from modelops_abm.experiments import (
    Estimate,
    Question,
    Sweep,
    credit,
    grid,
    level_worth,
    run_sweep,
    side_by_side,
    tornado,
    try_single_changes,
    why,
)
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.representation import in_short
from modelops_abm.scenario import Scenario, baseline_of, with_values

NAME = "<b>plan</b> & more"
PLAN = with_values(
    Scenario(name=NAME),
    {
        "horizon_days": 10,
        "portfolio.initial_models": 3,
        "capabilities.rollback.maximum": 1.0,
        "capabilities.lineage.maximum": 0.5,
    },
    source="the test",
)
INPUTS = (parse_input("team.developers=2..3"),)
SWEEP = Sweep(PLAN, INPUTS, grid(INPUTS))
SHOWN: dict[str, Callable[[], object]] = {
    "scenario": lambda: PLAN,
    "portfolio": illustrative_portfolio,
    "run": lambda: simulate(PLAN, engine="ensemble"),
    "ensemble": lambda: replicate(PLAN, 3, daily=("npv",)),
    "comparison": lambda: compare(PLAN, 3),
    "difference": lambda: compare(PLAN, 3).difference("npv"),
    "finance": lambda: compare(PLAN, 3).finance,
    "side by side": lambda: side_by_side({"a": PLAN, "b": baseline_of(PLAN)}, 3, baseline="b"),
    "credit": lambda: credit(PLAN, 3),
    "levels": lambda: level_worth(PLAN, "rollback", replications=3),
    "reasons": lambda: why(PLAN, "rollback", 3),
    "single changes": lambda: try_single_changes(PLAN, 3),
    "sweep": lambda: SWEEP,
    "result of a sweep": lambda: run_sweep(SWEEP, 3),
    "question": lambda: Question(PLAN, INPUTS),
    "tornado": lambda: tornado(Question(PLAN, INPUTS), 3, points_each=2),
}


@pytest.mark.parametrize("made", SHOWN.values(), ids=SHOWN.keys())
def test_a_line_is_enough_and_in_html_names_are_text(made: Callable[[], object]) -> None:
    shown = made()
    assert repr(shown).startswith(f"{type(shown).__name__}(")
    assert len(repr(shown)) < 300
    assert "\n" not in repr(shown)
    text = shown._repr_html_()  # type: ignore[attr-defined]
    assert text.startswith(f"<p><b>{type(shown).__name__}</b>")
    assert NAME not in text
    assert len(text) < 30_000


def test_the_line_says_what_matters() -> None:
    assert repr(PLAN) == f"Scenario(name='{NAME}', horizon_days=10, changed=4)"
    assert repr(replicate(PLAN, 3)).endswith("seed=0, engine='ensemble', replications=3)")
    comparison = compare(PLAN, 3)
    assert f"npv_difference={comparison.finance.npv.mean:,.6g} ± " in repr(comparison)
    assert repr(comparison.difference("npv")).startswith("PairedDifference(n=3, mean=")
    assert [in_short(each) for each in (2_803_694.1, 24, 1e-9)] == ["2,803,690", "24", "1e-09"]
    assert in_short(Estimate(9, 4_021_660.2, 1e6, 789_757.9)) == "4,021,660 ± 790,000"
    assert repr(illustrative_portfolio()).endswith("models=24)")


def test_a_picture_is_shown_as_a_picture() -> None:
    png = charts.team_time(simulate(PLAN, engine="ensemble"))._repr_png_()
    assert png.startswith(b"\x89PNG\r\n")
