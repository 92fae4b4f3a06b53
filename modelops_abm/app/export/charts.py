"""The charts of the report: what the cards of the page show, drawn without a browser."""

from __future__ import annotations

import math

import htpy as h

from modelops_abm import formats
from modelops_abm.app.decide import net_value, over_time, team_time
from modelops_abm.app.drawing.axes import Axis, round_axis
from modelops_abm.app.drawing.bands import Bands
from modelops_abm.app.export.svg import (
    Label,
    Panel,
    band,
    chart,
    end_labels,
    flag,
    grid,
    line,
    month_axis,
    plain,
    stacked,
    write,
)
from modelops_abm.experiments import Comparison

_WHOLE, _HALF = 960, 470
_LEFT, _RIGHT, _LABELS = 44.0, 140.0, 100.0


def net_value_chart(comparison: Comparison) -> h.Element:
    """Return the net value so far of plan and baseline, and the difference below it."""
    shown = net_value.net_value(comparison)
    months = shown.plan.months[-1]
    width = _WHOLE - _LEFT - _RIGHT
    upper, lower = (round_axis(extent, 4) for extent in shown.extents)
    above = Panel(_LEFT, 10.0, width, 150.0, months, upper)
    below = Panel(_LEFT, 206.0, width, 100.0, months, lower)
    money = shown.money
    difference = shown.difference
    worth = money.difference(
        difference.mean[-1] * money.size, difference.half_width[-1] * money.size
    )
    return chart(
        _WHOLE,
        336,
        net_value.finding(comparison),
        grid(above, plain(upper.digits)),
        _pair(above, shown.plan, shown.baseline, digits=1),
        write(_LEFT, 184.0, "Plan minus baseline, each future with the same luck", "heading"),
        grid(below, plain(lower.digits, signed=True)),
        _banded(below, difference, "plan"),
        end_labels(below, [Label(difference.mean[-1], f"{worth}{money.short}", "plan")]),
        _payback(below, comparison),
        month_axis(below),
    )


def course_chart(comparison: Comparison, name: over_time.Name) -> h.Element:
    """Return the course of an outcome, with and without the plan."""
    shown = over_time.over_time(comparison, name)
    axis = round_axis(shown.extent, 4)
    width = _HALF - _LEFT - _LABELS
    panel = Panel(_LEFT, 10.0, width, 130.0, shown.plan.months[-1], axis)
    return chart(
        _HALF,
        170,
        over_time.finding(shown),
        grid(panel, plain(axis.digits)),
        _pair(panel, shown.plan, shown.baseline, digits=shown.digits),
        month_axis(panel),
    )


def team_time_chart(comparison: Comparison) -> h.Element:
    """Return the shares of the team's time with the plan, from repair at the bottom up."""
    shown = team_time.team_time(comparison)
    axis = Axis(0.0, 100.0, (0.0, 50.0, 100.0))
    panel = Panel(_LEFT, 10.0, _HALF - _LEFT - 30.0, 180.0, shown.months[-1], axis)
    parts = ((f"work-{kind}", values) for kind, values in shown.shares.items())
    return chart(
        _HALF,
        220,
        team_time.finding(shown),
        grid(panel, plain(0)),
        stacked(panel, shown.months, parts),
        month_axis(panel),
    )


def _pair(panel: Panel, plan: Bands, baseline: Bands, digits: int) -> list[h.Element]:
    """Return plan and baseline, each with what may happen and how well the average is known."""
    ends = [
        Label(bands.mean[-1], f"{name} {formats.number(bands.mean[-1], digits)}", css_class)
        for name, css_class, bands in (("Plan", "plan", plan), ("Baseline", "base", baseline))
        if math.isfinite(bands.mean[-1])
    ]
    return [
        *_banded(panel, baseline, "base"),
        *_banded(panel, plan, "plan"),
        *end_labels(panel, ends),
    ]


def _banded(panel: Panel, bands: Bands, css_class: str) -> list[h.Element]:
    average = bands.mean - bands.half_width, bands.mean + bands.half_width
    return [
        band(panel, bands.months, bands.low, bands.high, f"futures {css_class}"),
        band(panel, bands.months, *average, f"average {css_class}"),
        line(panel, bands.months, bands.mean, css_class),
    ]


def _payback(panel: Panel, comparison: Comparison) -> list[h.Element]:
    mark = net_value.payback_mark(comparison)
    return [] if mark is None else flag(panel, *mark)
