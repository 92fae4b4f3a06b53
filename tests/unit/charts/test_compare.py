"""A plan beside its baseline."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelops_abm import charts, formats
from modelops_abm.charts.figure import Bar, Line, Panel, Rows
from modelops_abm.charts.runs import difference_so_far, key_figures, losses, payback_day
from modelops_abm.runs.results import Run


@pytest.mark.parametrize(
    ("difference", "day"),
    [
        ([0.0, 0.0], None),
        ([1.0, 2.0], 0),
        ([-1.0, 2.0], 1),
        ([-1.0, 2.0, -1.0, 0.0], 3),
        ([-1.0, -2.0], math.inf),
        ([3.0, -2.0], math.inf),
    ],
)
def test_payback_is_the_first_day_from_which_it_stays_paid(
    difference: list[float], day: float | None
) -> None:
    assert payback_day(np.array(difference)) == day


def test_lines_are_net_value_so_far_and_the_difference(plan: Run, baseline: Run) -> None:
    above, below = charts.compare(plan, baseline).panels
    drawn = _lines(above)
    runs = {"plan": plan, "baseline": baseline}
    most, _ = formats.money_scale(max(float(run.daily["npv"].abs().max()) for run in runs.values()))
    for name, run in runs.items():
        np.testing.assert_allclose(drawn[name][1:] * most, run.daily["npv"])
        assert drawn[name][0] == 0.0
    worth = plan.daily["npv"].iloc[-1] - baseline.daily["npv"].iloc[-1]
    assert difference_so_far(plan, baseline)[-1] == worth
    size, _ = formats.money_scale(float(np.abs(difference_so_far(plan, baseline)).max()))
    assert _lines(below)["difference"][-1] * size == pytest.approx(worth)


def _lines(panel: Panel) -> dict[str, np.ndarray]:
    return {line.name: line.y for line in panel.layers if isinstance(line, Line)}


def test_key_figures_are_of_both_runs(plan: Run, baseline: Run) -> None:
    figures = {figure.words: figure for figure in key_figures(plan, baseline)}
    delivered = figures["Models delivered"]
    assert delivered.value == f"{plan.summary['models_delivered']:.0f}"
    assert delivered.versus == f"vs {baseline.summary['models_delivered']:.0f}"
    assert set(figures) >= {"Net present value", "Availability", "Payback"}


def test_bars_are_what_each_loses(plan: Run, baseline: Run) -> None:
    ((body,),) = charts.compare_leakage(plan, baseline).parts
    assert isinstance(body, Rows)
    before, after = losses(baseline), losses(plan)
    for row, (name, lost) in zip(body.rows, before.items(), strict=True):
        outline, filled = (bar for bar in row.marks if isinstance(bar, Bar))
        assert (outline.end, outline.is_outline) == (lost, True)
        assert (filled.end, filled.is_outline) == (after[name], False)
    assert body.axis.high == max(*before.values(), *after.values())


def test_titles_follow_the_sign(plan: Run, baseline: Run) -> None:
    assert "is worth +$" in charts.compare(plan, baseline).finding
    assert "loses $" in charts.compare(baseline, plan).finding
    assert "earn the same" in charts.compare(plan, plan).finding
    assert "less on the way" in charts.compare_leakage(plan, baseline).finding
    assert "more on the way" in charts.compare_leakage(baseline, plan).finding
    assert "lose the same" in charts.compare_leakage(plan, plan).finding


@pytest.mark.parametrize("draw", [entry.draw for entry in charts.COMPARISONS])
def test_runs_of_different_length_are_not_compared(draw: object, plan: Run, nothing: Run) -> None:
    assert callable(draw)
    with pytest.raises(ValueError, match="same length, not 730 and 1 days"):
        draw(plan, nothing)
