"""The chart of the net value: plan and baseline above, their difference below."""

from __future__ import annotations

from modelops_abm import formats
from modelops_abm.app.decide.net_value import NetValue, net_value, payback_mark
from modelops_abm.app.decide.numbers import between, digits_for
from modelops_abm.app.drawing import layers
from modelops_abm.app.drawing.axes import (
    FONT,
    Axis,
    Extent,
    Option,
    month_axis,
    month_words,
    months,
    round_axis,
    signed,
    tick_lines,
    value_axis,
)
from modelops_abm.app.drawing.bands import Bands
from modelops_abm.experiments import Comparison

HEIGHT = 226
"""Of the chart, in pixels."""
_LEFT, _RIGHT = 32, 112
_UPPER, _LOWER = (8, 84), (122, 76)
"""Top and height of the two grids, in pixels."""
_TITLE_TOP = 102


def option(comparison: Comparison, extents: tuple[Extent, ...]) -> Option:
    """Return the chart; its value axes show at least the extents, the upper one first."""
    shown = net_value(comparison)
    horizon = comparison.finance.horizon_days
    upper, lower = round_axis(extents[0], 4), round_axis(extents[1], 4)
    return {
        "grid": [_grid(_UPPER), _grid(_LOWER)],
        "title": [_lower_title(), month_words(horizon, _RIGHT, 10)],
        "xAxis": [
            month_axis(horizon, 0, labelled=False),
            month_axis(horizon, 1, with_last=False),
        ],
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
    months = formats.months_in(comparison.finance.horizon_days)
    at, words = payback_mark(comparison) or (None, "")
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
