"""Net value so far, of plan and baseline, and the difference between them, future by future."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from modelops_abm import formats
from modelops_abm.app.decide.numbers import Money, between, digits_for, money_of
from modelops_abm.app.drawing import layers
from modelops_abm.app.drawing.axes import (
    FONT,
    Axis,
    Extent,
    Option,
    month_axis,
    month_word,
    months,
    round_axis,
    signed,
    tick_lines,
    value_axis,
)
from modelops_abm.app.drawing.layers import Bands, bands_of
from modelops_abm.app.drawing.tables import Table
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.variants import raised

HEIGHT = 220
"""Of the chart, in pixels."""
_LEFT, _RIGHT = 44, 112
_UPPER, _LOWER = (12, 82), (134, 56)
"""Top and height of the two grids, in pixels."""
_TITLE_TOP = 110
_AT_ONCE_MONTHS = 2.5
_BUILT_SHARE = 0.1


@dataclass(frozen=True)
class NetValue:
    """What the chart shows, in the unit of money.

    Attributes
    ----------
    money
        The unit.
    plan, baseline, difference
        Net present value so far, by period.
    """

    money: Money
    plan: Bands
    baseline: Bands
    difference: Bands

    @property
    def extents(self) -> tuple[Extent, Extent]:
        """What the upper and the lower value axis must show; both show zero."""
        zero = Extent(0.0, 0.0)
        upper = self.plan.extent.with_room_for(self.baseline.extent).with_room_for(zero)
        return upper, self.difference.extent.with_room_for(zero)


def net_value(comparison: Comparison) -> NetValue:
    """Return what the chart shows of a comparison."""
    money = money_of(comparison)
    tables = (comparison.plan.bands, comparison.baseline.bands, comparison.bands)
    return NetValue(money, *(bands_of(bands["npv"], money.size) for bands in tables))


def unit(comparison: Comparison) -> str:
    """Return the unit of the chart in words."""
    rate = comparison.plan.scenario.finance.discount_rate
    return f"{money_of(comparison).unit}, discounted at {formats.share(rate, 0)}"


def option(comparison: Comparison, extents: tuple[Extent, ...]) -> Option:
    """Return the chart; its value axes show at least the extents, the upper one first."""
    shown = net_value(comparison)
    horizon = comparison.finance.horizon_days
    upper, lower = round_axis(extents[0], 4), round_axis(extents[1], 4)
    return {
        "grid": [_grid(_UPPER), _grid(_LOWER)],
        "title": [_lower_title(), month_word(_RIGHT, 13)],
        "xAxis": [month_axis(horizon, 0, labelled=False), month_axis(horizon, 1)],
        "yAxis": [value_axis(upper, 0), value_axis(lower, 1)],
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "tooltip": layers.tooltip(_texts(shown)),
        "series": [
            tick_lines(upper),
            *_upper_series(shown),
            tick_lines(lower, signed, grid=1),
            *_lower_series(shown, comparison, lower),
        ],
    }


def finding(comparison: Comparison) -> str:
    """Return what the difference shows over time, in a sentence."""
    difference = net_value(comparison).difference
    if not np.any(difference.mean) and not np.any(difference.half_width):
        return "The plan is the baseline: nothing is different."
    low = difference.mean - difference.half_width
    high = difference.mean + difference.half_width
    if low[-1] > 0.0:
        return _ahead(comparison, difference, low)
    if high[-1] < 0.0:
        since = _month_since(difference, high < 0.0)
        start = "the start" if since <= _AT_ONCE_MONTHS else f"month {since:.0f} on"
        return f"The plan is behind from {start} and does not catch up."
    return "At the end plan and baseline cannot be told apart."


def table(comparison: Comparison) -> Table:
    """Return the same numbers as a table, one row a quarter."""
    shown = net_value(comparison)
    size = shown.money.size
    digits = digits_for(comparison.difference("npv"), size)
    rows = []
    for place in quarters(shown.plan):
        means = (
            formats.number(bands.mean[place], digits) for bands in (shown.plan, shown.baseline)
        )
        difference = shown.difference
        rows.append(
            (
                f"{difference.months[place]:.0f}",
                *means,
                formats.number(difference.mean[place], digits, signed=True),
                between(difference.low[place], difference.high[place], digits),
            )
        )
    columns = ("Month", "Plan", "Baseline", "Difference", "95 of 100 futures")
    return Table(f"Net value so far, {unit(comparison)}", columns, rows)


def quarters(bands: Bands) -> list[int]:
    """Return the periods that end a quarter, and the last one."""
    quarter = np.floor(bands.months / 3.0 + 1e-9)
    ends = np.flatnonzero(np.diff(quarter) > 0) + 1
    return sorted({*(int(place) for place in ends), len(bands.months) - 1})


def _ahead(comparison: Comparison, difference: Bands, low: layers.Floats) -> str:
    since = _month_since(difference, low > 0.0)
    if since <= _AT_ONCE_MONTHS:
        return "The plan is ahead from the start."
    earlier = difference.months <= since
    behind = np.mean(difference.mean[earlier] + difference.half_width[earlier] < 0.0) > 0.5
    until = f"{'Behind' if behind else 'No gain'} for the first {_span(since)}"
    built = _month_built(comparison)
    work = f" (the team builds it until month {built:.0f})" if built is not None else ""
    return f"{until}{work}, then the plan pulls ahead."


def _month_since(difference: Bands, holds: np.ndarray) -> float:
    """Return the month from which something holds up to the end."""
    fails = np.flatnonzero(~holds)
    return float(difference.months[fails[-1]]) if len(fails) else 0.0


def _month_built(comparison: Comparison) -> float | None:
    """Return the month in which the work on capabilities ends on average, if there is any."""
    work = bands_of(comparison.plan.bands["developer_days_capability"])
    going_on = np.flatnonzero(work.mean > _BUILT_SHARE * work.mean.max())
    return float(math.ceil(work.months[going_on[-1]])) if work.mean.max() > 0.0 else None


def _span(months: float) -> str:
    whole = max(1, round(months))
    years, rest = divmod(whole, 12)
    return formats.span(years * 365) if years and not rest else formats.plural(whole, "month")


def _grid(place: tuple[int, int]) -> Option:
    top, height = place
    return {"left": _LEFT, "right": _RIGHT, "top": top, "height": height}


def _lower_title() -> Option:
    style = {"fontSize": 12, "lineHeight": 16, "fontWeight": 600, "fontFamily": FONT}
    return {
        "text": "Plan minus baseline, each future with the same luck",
        "left": _LEFT,
        "top": _TITLE_TOP,
        "padding": 0,
        "textStyle": style | {"color": "var(--ink-2)"},
    }


def _upper_series(shown: NetValue) -> list[Option]:
    plan, baseline = shown.plan, shown.baseline
    digits = 1
    return [
        *layers.futures("plan", plan, "var(--plan)", label="95 of 100 futures"),
        *layers.average("plan-average", plan, "var(--plan)"),
        layers.edge("baseline-low", baseline.months, baseline.low, "var(--baseline)"),
        layers.edge("baseline-high", baseline.months, baseline.high, "var(--baseline)"),
        layers.line(
            "baseline",
            baseline.months,
            baseline.mean,
            "var(--baseline)",
            dashed=True,
            label=f"Baseline {formats.number(baseline.mean[-1], digits)}",
        ),
        layers.line(
            "plan",
            plan.months,
            plan.mean,
            "var(--plan)",
            label=f"Plan {formats.number(plan.mean[-1], digits)}",
        ),
    ]


def _lower_series(shown: NetValue, comparison: Comparison, axis: Axis) -> list[Option]:
    difference = shown.difference
    digits = digits_for(comparison.difference("npv"), shown.money.size)
    worth = formats.number(difference.mean[-1], digits, signed=True)
    half_width = shown.money.half_width(difference.half_width[-1] * shown.money.size)
    known = f"\n{{small|average {half_width}}}" if difference.half_width[-1] > 0.0 else ""
    label = f"{worth}{shown.money.short}{known}"
    return [
        *layers.futures("difference", difference, "var(--plan)", grid=1),
        *layers.average("difference-average", difference, "var(--plan)", grid=1),
        layers.line(
            "difference", difference.months, difference.mean, "var(--plan)", grid=1, label=label
        ),
        layers.zero_line(months(comparison.finance.horizon_days), grid=1),
        _payback_mark(comparison, axis),
    ]


def _payback_mark(comparison: Comparison, axis: Axis) -> Option:
    """Return the mark of the median payback, if there is one within the horizon."""
    day = comparison.finance.median_payback_day
    months = formats.months_in(comparison.finance.horizon_days)
    is_there = day is not None and math.isfinite(day) and raised(comparison.plan.scenario)
    at = day / formats.MONTH_DAYS if is_there and day is not None else None
    words = "" if at is None else f"payback, {formats.month_of(day or 0.0)}"
    return layers.flag("payback", at, 0.5 * axis.high, words, months, grid=1)


def _texts(shown: NetValue) -> list[str]:
    """Return the exact values of every period."""
    named = (("Plan", shown.plan), ("Baseline", shown.baseline), ("Difference", shown.difference))
    return [
        "\n".join(
            [f"Month {month:.1f}", *(f"{name} {_exact(bands, place)}" for name, bands in named)]
        )
        for place, month in enumerate(shown.plan.months)
    ]


def _exact(bands: Bands, place: int) -> str:
    return (
        f"{formats.number(bands.mean[place], 2)}"
        f" ({between(bands.low[place], bands.high[place], 2)})"
    )
