"""A plan beside its baseline."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelops_abm import charts, formats
from modelops_abm.charts.compare import difference_so_far, key_figures, payback_day
from modelops_abm.charts.leakage import losses
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
    picture = charts.compare(plan, baseline)
    above, below = (axes for axes in picture.axes if axes is not picture.plane)
    drawn = {line.get_color(): np.asarray(line.get_ydata()) for line in above.lines}
    millions = {"#1B4F9C": plan, "#6B7884": baseline}
    for colour, run in millions.items():
        np.testing.assert_allclose(drawn[colour][1:] * 1e6, run.daily["npv"])
        assert drawn[colour][0] == 0.0
    worth = plan.daily["npv"].iloc[-1] - baseline.daily["npv"].iloc[-1]
    assert difference_so_far(plan, baseline)[-1] == worth
    line = next(line for line in below.lines if line.get_color() == "#1B4F9C")
    unit, _ = formats.money_scale(np.abs(difference_so_far(plan, baseline)).max())
    assert np.asarray(line.get_ydata())[-1] * unit == pytest.approx(worth)


def test_key_figures_are_of_both_runs(plan: Run, baseline: Run) -> None:
    figures = {figure.words: figure for figure in key_figures(plan, baseline)}
    delivered = figures["Models delivered"]
    assert delivered.plan == f"{plan.summary['models_delivered']:.0f}"
    assert delivered.baseline == f"vs {baseline.summary['models_delivered']:.0f}"
    assert set(figures) >= {"Net present value", "Availability", "Payback"}


def test_bars_are_what_each_loses(plan: Run, baseline: Run) -> None:
    picture = charts.compare_leakage(plan, baseline)
    widths = {
        str(bars.get_label()): bars.patches[0].get_width() for bars in picture.plane.containers
    }
    before, after = losses(baseline), losses(plan)
    largest = max(*before.values(), *after.values())
    whole = max(widths.values())
    for name, lost in before.items():
        assert widths[f"baseline {name}"] / whole == pytest.approx(lost / largest)
        assert widths[f"plan {name}"] / whole == pytest.approx(after[name] / largest)


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
