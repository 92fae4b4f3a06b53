"""Availability, users and predictions over time, with and without the plan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from modelops_abm import formats
from modelops_abm.app.decide.figures import between
from modelops_abm.app.drawing import layers
from modelops_abm.app.drawing.axes import (
    Extent,
    Option,
    month_axis,
    round_axis,
    tick_lines,
    value_axis,
)
from modelops_abm.app.drawing.cards import Table
from modelops_abm.app.drawing.layers import Bands, bands_of, by_month, quarters
from modelops_abm.experiments import Comparison
from modelops_abm.runs.summary import LABELS

type Name = Literal["availability", "users", "served"]

TITLES: dict[Name, str] = {
    "availability": LABELS["availability"],
    "users": "Users",
    "served": "Predictions",
}
"""What can be shown, with its title."""
HEIGHT = 152
"""Of the chart, in pixels."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 90, 8, 24
_SHARE_DIGITS = 1


@dataclass(frozen=True)
class OverTime:
    """What the chart shows, in its unit.

    Attributes
    ----------
    name
        The outcome.
    unit
        The unit in words.
    digits
        Digits of its numbers.
    plan, baseline
        The outcome by period.
    """

    name: Name
    unit: str
    digits: int
    plan: Bands
    baseline: Bands

    @property
    def extent(self) -> Extent:
        """What the value axis must show."""
        return self.plan.extent.with_room_for(self.baseline.extent)


def over_time(comparison: Comparison, name: Name) -> OverTime:
    """Return what the chart shows of an outcome."""
    size, unit, digits = _unit(comparison, name)
    plan, baseline = (
        by_month(bands_of(ensemble.bands[name], size))
        for ensemble in (comparison.plan, comparison.baseline)
    )
    return OverTime(name, unit, digits, plan, baseline)


def option(shown: OverTime, extent: Extent, horizon_days: int) -> Option:
    """Return the chart; its value axis shows at least the extent."""
    axis = round_axis(extent, 3)
    plan, baseline = shown.plan, shown.baseline
    return {
        "grid": {"left": _LEFT, "right": _RIGHT, "top": _TOP, "bottom": _BOTTOM},
        "xAxis": [month_axis(horizon_days, most=4)],
        "yAxis": [value_axis(axis)],
        "tooltip": layers.tooltip(_texts(shown)),
        "series": [
            tick_lines(axis),
            *layers.futures("baseline", baseline, "var(--baseline)"),
            *layers.futures("plan", plan, "var(--plan)"),
            *layers.average("baseline-average", baseline, "var(--baseline)"),
            *layers.average("plan-average", plan, "var(--plan)"),
            layers.line(
                "baseline",
                baseline.months,
                baseline.mean,
                "var(--baseline)",
                dashed=True,
                label=f"Baseline {_at_end(baseline, shown)}",
            ),
            layers.line(
                "plan",
                plan.months,
                plan.mean,
                "var(--plan)",
                label=f"Plan {_at_end(plan, shown)}",
            ),
        ],
    }


def finding(shown: OverTime) -> str:
    """Return what the chart shows, in a sentence."""
    return (
        f"{TITLES[shown.name]}, {shown.unit}: at the end {_at_end(shown.plan, shown)}"
        f" with the plan, {_at_end(shown.baseline, shown)} without."
    )


def table(shown: OverTime) -> Table:
    """Return the same numbers as a table, one row a quarter."""
    rows = [
        (
            f"{shown.plan.months[place]:.0f}",
            *(
                cell
                for bands in (shown.plan, shown.baseline)
                for cell in _cells(bands, place, shown)
            ),
        )
        for place in quarters(shown.plan)
    ]
    columns = ("Month", "Plan", "95 of 100", "Baseline", "95 of 100")
    return Table(f"{TITLES[shown.name]}, {shown.unit}", columns, rows)


def _cells(bands: Bands, place: int, shown: OverTime) -> tuple[str, str]:
    digits = shown.digits + _SHARE_DIGITS
    return (
        formats.number(bands.mean[place], digits),
        between(bands.low[place], bands.high[place], digits),
    )


def _unit(comparison: Comparison, name: Name) -> tuple[float, str, int]:
    """Return what to divide an outcome by, what unit that gives, and the digits that suit."""
    if name == "availability":
        return 0.01, "%, by month", 0
    largest = float(
        max(
            np.nanmax(ensemble.bands[name]["97.5%"].to_numpy())
            for ensemble in (comparison.plan, comparison.baseline)
        )
    )
    word = "users" if name == "users" else "a day"
    if largest >= 1e6:
        return 1e6, f"M {word}", 1
    return (1e3, f"k {word}", 1) if largest >= 1e4 else (1.0, word, 0)


def _at_end(bands: Bands, shown: OverTime) -> str:
    """Return the mean of the last month; a share is never all unless it is exactly that."""
    last = float(bands.mean[-1])
    if math.isnan(last):
        return formats.NOTHING
    almost_all = shown.name == "availability" and 99.5 <= last < 100.0
    return formats.number(last, shown.digits + almost_all)


def _texts(shown: OverTime) -> list[str]:
    """Return the exact values of every period."""
    return [
        f"Month {month:.1f}\n"
        + "\n".join(
            f"{name} {' ('.join(_cells(bands, place, shown))})"
            for name, bands in (("Plan", shown.plan), ("Baseline", shown.baseline))
        )
        for place, month in enumerate(shown.plan.months)
    ]
