"""What is drawn over time is what is in the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle, StepPatch

from modelops_abm import charts, formats
from modelops_abm.charts.clock import bins_of
from modelops_abm.charts.leakage import waterfall
from modelops_abm.charts.lifelines import spells
from modelops_abm.charts.model_timeline import lanes
from modelops_abm.charts.palette import WORK
from modelops_abm.charts.states_over_time import state_flows
from modelops_abm.charts.value_and_cost import outlays
from modelops_abm.runs.results import Run


def _charts(picture: charts.Picture) -> list[Axes]:
    return [axes for axes in picture.axes if axes is not picture.plane]


def _heights(axes: Axes) -> dict[str, np.ndarray]:
    """Return the heights of the bars by their label."""
    return {
        str(bars.get_label()): np.array([bar.get_height() for bar in bars])
        for bars in axes.containers
    }


def test_areas_are_the_average_numbers_of_models(any_run: Run) -> None:
    above, below = _charts(charts.states_over_time(any_run))
    bins = bins_of(any_run.scenario.horizon_days, shortest="week", at_most=160)
    areas = [patch for patch in above.patches if isinstance(patch, StepPatch) and patch.get_fill()]
    bottom = np.zeros(len(bins.days))
    for area, flow in zip(areas, state_flows(any_run).values(), strict=True):
        drawn = area.get_data()
        np.testing.assert_allclose(drawn.baseline, bottom)
        np.testing.assert_allclose((drawn.values - drawn.baseline) * bins.days, bins.sums(flow))
        bottom = drawn.values
    total = any_run.daily["production_days"].sum()
    assert (bottom * bins.days).sum() == pytest.approx(total, abs=1e-6)
    for line, name in zip(below.patches, ("idea", "build", "deployment"), strict=True):
        np.testing.assert_array_equal(line.get_data().values, any_run.daily[f"models_{name}"])


def test_bars_of_the_team_are_its_days(any_run: Run) -> None:
    (chart,) = _charts(charts.team_time(any_run))
    bins = bins_of(any_run.scenario.horizon_days, shortest="month", at_most=124)
    heights = _heights(chart)
    assert list(heights) == list(WORK)
    days_of_team = bins.days * any_run.scenario.team.developers
    for name, drawn in heights.items():
        days = bins.sums(any_run.daily[f"developer_days_{name}"])
        np.testing.assert_allclose(drawn / 100.0 * days_of_team, days, atol=1e-6)
    np.testing.assert_allclose(sum(heights.values()), 100.0)


def test_bars_of_money_add_up_to_the_totals(any_run: Run) -> None:
    above, below = _charts(charts.value_and_cost(any_run))
    bins = bins_of(any_run.scenario.horizon_days, shortest="month", at_most=124)
    unit = 1.0 if any_run.scenario.horizon_days <= 62 else formats.MONTH_DAYS
    heights = _heights(above)
    value = unit * bins.per_day(any_run.daily["value"])
    spent = unit * sum(bins.per_day(flow) for flow in outlays(any_run).values())
    size, _ = formats.money_scale(max(value.max(), spent.max()))
    totals = {name: -flow.sum() for name, flow in outlays(any_run).items()}
    totals["value"] = any_run.daily["value"].sum()
    for name, total in totals.items():
        drawn = (heights[name] * bins.days).sum() * size / unit
        assert drawn == pytest.approx(total, abs=1e-6)
    net = above.patches[-1]
    assert isinstance(net, StepPatch)
    np.testing.assert_allclose(net.get_data().values * size, value - spent, atol=1e-6)
    booked, discounted = (line.get_ydata() for line in below.lines[:2])
    ratio = np.asarray(booked)[-1] / np.asarray(discounted)[-1]
    net_value, npv = any_run.daily["net_value"].sum(), any_run.daily["npv"].iloc[-1]
    assert ratio == pytest.approx(net_value / npv)


def test_strips_cover_the_life_of_a_model(any_run: Run) -> None:
    for number in list(any_run.models["number"][:40]) if len(any_run.models) else []:
        drawn = sorted(bar for lane in lanes(any_run, number) for bar in lane.bars)
        life = spells(any_run, number)
        assert drawn == [(spell.start, spell.end) for spell in life]


def test_bars_of_a_timeline_are_its_lanes(plan: Run) -> None:
    number = charts.busiest_model(plan)
    assert number is not None
    chart, *stocks = _charts(charts.model_timeline(plan, number))
    drawn = {
        str(collection.get_label()): [
            (path.vertices[:, 0].min(), path.vertices[:, 0].max())
            for path in collection.get_paths()
        ]
        for collection in chart.collections
        if isinstance(collection, PolyCollection)
    }
    for lane in lanes(plan, number):
        np.testing.assert_allclose(drawn[lane.words], lane.bars)
    days = plan.model_days
    assert days is not None
    days = days[days["model"] == number]
    users = stocks[0].patches[0]
    assert isinstance(users, StepPatch)
    np.testing.assert_allclose(users.get_data().values, days["users"])
    np.testing.assert_allclose(stocks[1].patches[0].get_data().values, 100.0 * days["power"])
    assert "Previous version serves" in drawn


def test_a_timeline_without_model_days_has_the_strips_only(plan: Run) -> None:
    assert len(_charts(charts.model_timeline(replace(plan, model_days=None), 0))) == 1


def _widths(picture: charts.Picture) -> dict[str, Rectangle]:
    return {str(bars.get_label()): bars.patches[0] for bars in picture.plane.containers}


def test_the_waterfall_falls_from_ideal_to_realised_value(any_run: Run) -> None:
    ideal, *lost, realised = waterfall(any_run)
    assert ideal.end == any_run.daily["ideal_value"].sum()
    assert realised.end == any_run.daily["value"].sum()
    level = ideal.end
    for step in lost:
        assert step.start == level
        level = step.end
    assert level == pytest.approx(realised.end, abs=1e-6 * max(1.0, ideal.end))
    drops = [step.start - step.end for step in lost]
    assert drops == sorted(drops, reverse=True)
    bars = _widths(charts.leakage(any_run))
    if ideal.end > 0.0:
        scale = bars["Ideal value"].get_width() / ideal.end
        for step in (*lost, realised):
            width = bars[step.words].get_width()
            assert width == pytest.approx((step.end - step.start) * scale, abs=1e-6)
