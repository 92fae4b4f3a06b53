"""What is drawn over time is what is in the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from modelops_abm import charts, formats
from modelops_abm.charts.figure import Band, Bar, Bars, Figure, Line, Panel, Rows
from modelops_abm.charts.lives import lanes, spells
from modelops_abm.charts.palette import WORK
from modelops_abm.charts.runs import outlays, state_flows, waterfall
from modelops_abm.charts.timeline import bins_of
from modelops_abm.runs.results import Run


def _heights(panel: Panel) -> dict[str, np.ndarray]:
    """Return the heights of the bars by their name."""
    return {bars.name: bars.high - bars.low for bars in panel.layers if isinstance(bars, Bars)}


def _lines(panel: Panel) -> dict[str, Line]:
    return {line.name: line for line in panel.layers if isinstance(line, Line)}


def _rows(figure: Figure) -> Rows:
    body = figure.parts[0][0]
    assert isinstance(body, Rows)
    return body


def test_areas_are_the_average_numbers_of_models(any_run: Run) -> None:
    above, below = charts.states_over_time(any_run).panels
    bins = bins_of(any_run.scenario.horizon_days, shortest="week", at_most=160)
    areas = [layer for layer in above.layers if isinstance(layer, Band)]
    bottom = np.zeros(len(bins.days))
    for area, flow in zip(areas, state_flows(any_run).values(), strict=True):
        np.testing.assert_allclose(area.low, bottom)
        np.testing.assert_allclose((area.high - area.low) * bins.days, bins.sums(flow))
        bottom = area.high
    total = any_run.daily["production_days"].sum()
    assert (bottom * bins.days).sum() == pytest.approx(total, abs=1e-6)
    for line, name in zip(below.layers, ("idea", "build", "deployment"), strict=True):
        assert isinstance(line, Line)
        np.testing.assert_array_equal(line.y, any_run.daily[f"models_{name}"])


def test_bars_of_the_team_are_its_days(any_run: Run) -> None:
    (panel,) = charts.team_time(any_run).panels
    bins = bins_of(any_run.scenario.horizon_days, shortest="month", at_most=124)
    heights = _heights(panel)
    assert list(heights) == list(WORK)
    days_of_team = bins.days * any_run.scenario.team.developers
    for name, drawn in heights.items():
        days = bins.sums(any_run.daily[f"developer_days_{name}"])
        np.testing.assert_allclose(drawn / 100.0 * days_of_team, days, atol=1e-6)
    np.testing.assert_allclose(sum(heights.values()), 100.0)


def test_bars_of_money_add_up_to_the_totals(any_run: Run) -> None:
    above, below = charts.value_and_cost(any_run).panels
    bins = bins_of(any_run.scenario.horizon_days, shortest="month", at_most=124)
    unit = 1.0 if any_run.scenario.horizon_days <= 62 else formats.MONTH_DAYS
    heights = _heights(above)
    value = unit * bins.per_day(any_run.daily["value"])
    spent = unit * sum(bins.per_day(flow) for flow in outlays(any_run).values())
    size, _ = formats.money_scale(max(value.max(), spent.max()))
    totals = {name: flow.sum() for name, flow in outlays(any_run).items()}
    totals["value"] = any_run.daily["value"].sum()
    for name, total in totals.items():
        drawn = (heights[name] * bins.days).sum() * size / unit
        assert drawn == pytest.approx(total, abs=1e-6)
    np.testing.assert_allclose(_lines(above)["net"].y * size, value - spent, atol=1e-6)
    booked, discounted = _lines(below).values()
    ratio = booked.y[-1] / discounted.y[-1]
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
    figure = charts.model_timeline(plan, number)
    drawn = {
        row.label: [(bar.start, bar.end) for bar in row.marks if isinstance(bar, Bar)]
        for row in _rows(figure).rows
    }
    for lane in lanes(plan, number):
        np.testing.assert_allclose(np.array(drawn[lane.words]) * formats.MONTH_DAYS, lane.bars)
    assert plan.model_days is not None
    days = plan.model_days[plan.model_days["model"] == number]
    users, power, _ = (panel.layers[0] for panel in figure.panels)
    assert isinstance(users, Line)
    assert isinstance(power, Line)
    np.testing.assert_allclose(users.y, days["users"])
    np.testing.assert_allclose(power.y, 100.0 * days["power"])
    assert "Previous version serves" in drawn


def test_a_timeline_without_model_days_has_the_strips_only(plan: Run) -> None:
    assert charts.model_timeline(replace(plan, model_days=None), 0).panels == ()


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
    body = _rows(charts.leakage(any_run))
    bars = [bar for row in body.rows for bar in row.marks if isinstance(bar, Bar)]
    assert [(bar.start, bar.end) for bar in bars] == [
        (step.start, step.end) for step in (ideal, *lost, realised)
    ]
    assert body.axis.high >= ideal.end
