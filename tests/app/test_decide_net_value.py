from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelops_abm.app.decide import net_value, net_value_chart
from modelops_abm.experiments import Comparison
from tests.app.comparisons import WEEKS, made_comparison, quick_plan

RISE = np.arange(WEEKS) * 1.0


def series_of(option: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return the values of the series that have any, by their ids."""
    return {
        entry["id"]: np.array([point[0] for point in entry["data"]], dtype=float)
        for entry in option["series"]
        if entry["data"] and isinstance(entry["data"][-1], list)
    }


def test_the_chart_draws_the_bands(comparison: Comparison) -> None:
    shown = net_value.net_value(comparison)
    lines = series_of(net_value_chart.option(comparison, shown.extents))
    size = shown.money.size
    for name, bands in (
        ("plan", comparison.plan.bands["npv"]),
        ("difference", comparison.bands["npv"]),
    ):
        near = {"abs": 1e-3 * np.abs(bands["97.5%"] / size).max()}
        assert lines[name] == pytest.approx(bands["mean"].to_numpy() / size, **near)
        top = lines[f"{name}-low"] + lines[f"{name}-height"]
        assert top == pytest.approx(bands["97.5%"].to_numpy() / size, **near)
        dark = lines[f"{name}-average-height"]
        assert dark == pytest.approx(2.0 * bands["half_width"].to_numpy() / size, **near)


def test_axes_show_every_value_and_zero(comparison: Comparison) -> None:
    shown = net_value.net_value(comparison)
    option = net_value_chart.option(comparison, shown.extents)
    for axis, bands in zip(option["yAxis"], (shown.plan, shown.difference), strict=True):
        assert axis["min"] <= min(0.0, bands.low.min())
        assert axis["max"] >= max(0.0, bands.high.max())


def test_every_period_has_its_exact_values(comparison: Comparison) -> None:
    option = net_value_chart.option(comparison, net_value.net_value(comparison).extents)
    periods = len(comparison.bands["npv"])
    assert len(option["tooltip"]["texts"]) == periods
    assert "Difference" in option["tooltip"]["texts"][-1]


@pytest.mark.parametrize(
    ("course", "words"),
    [
        (RISE + 10.0, "The plan is ahead from the start."),
        (np.where(RISE < 20, 0.0, RISE), "No gain for the first 7 months, then the plan pulls"),
        (np.where(RISE < 20, -5.0, RISE), "Behind for the first 7 months, then the plan pulls"),
        (np.where(RISE < 20, 0.0, -RISE), "The plan is behind from month 7 on and does not catch"),
        (RISE * 0.0 + 0.5, "At the end plan and baseline cannot be told apart."),
    ],
)
def test_the_finding_follows_the_difference(course: np.ndarray, words: str) -> None:
    comparison = made_comparison(np.ones(10), course=course, baseline_npv=1.0)
    assert net_value.finding(comparison).startswith(words)


def test_without_a_capability_nothing_is_different() -> None:
    comparison = made_comparison(np.zeros(10), course=RISE * 0.0, plan=quick_plan())
    comparison.bands["npv"]["half_width"] = 0.0
    assert net_value.finding(comparison) == "The plan is the baseline: nothing is different."


def test_the_table_ends_with_the_last_period(comparison: Comparison) -> None:
    content = net_value.table(comparison)
    last = comparison.bands["npv"].index[-1] + 1
    assert content.rows[-1][0] == f"{last / (365 / 12):.0f}"
    assert len(content.columns) == len(content.rows[0])
