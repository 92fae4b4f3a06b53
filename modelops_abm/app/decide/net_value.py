"""Net value so far, of plan and baseline, and the difference between them, future by future."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import solara

from modelops_abm import formats
from modelops_abm.app.decide.figures import Money, between, digits_for, money_of
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
from modelops_abm.app.drawing.cards import Table
from modelops_abm.app.drawing.layers import Bands, bands_of, quarters
from modelops_abm.app.state.answer import Answer
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.words import IS_BASELINE

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


def finding(comparison: Comparison) -> str:
    """Return what the difference shows over time, in a sentence.

    From when on a plan is ahead is when it pays back in the middle one of the futures, as in all
    other words about it.
    """
    if comparison.is_of_baseline:
        return f"{IS_BASELINE}: nothing is different."
    match comparison.difference("npv").verdict:
        case "earns":
            return _ahead(comparison)
        case "loses":
            return _behind(comparison)
        case _:
            return "At the end plan and baseline cannot be told apart."


def payback_mark(comparison: Comparison) -> tuple[float, str] | None:
    """Return where to mark the median payback, in months, and its words; None if nowhere."""
    day = comparison.finance.median_payback_day
    if comparison.is_of_baseline or day is None or not 0.0 < day < math.inf:
        return None
    return day / formats.MONTH_DAYS, f"payback, {formats.payback(day)}"


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


def _ahead(comparison: Comparison) -> str:
    day = comparison.finance.median_payback_day
    if day is None or math.isinf(day):
        return "The plan ends ahead on average, though most futures do not pay back."
    if day == 0.0:
        return "The plan is ahead from the start."
    built = _month_built(comparison)
    work = "" if built is None else f"; the team builds it until month {built:.0f}"
    return f"The plan is ahead for good from {formats.payback(day)} on{work}."


def _behind(comparison: Comparison) -> str:
    day = comparison.finance.median_payback_day
    if day is not None and math.isfinite(day):
        return "The plan ends behind on average, though most futures pay back."
    return "The plan ends behind and does not pay back."


def _month_built(comparison: Comparison) -> float | None:
    """Return the month in which the work on capabilities ends on average, if there is any."""
    work = bands_of(comparison.plan.bands["developer_days_capability"])
    going_on = np.flatnonzero(work.mean > _BUILT_SHARE * work.mean.max())
    return float(math.ceil(work.months[going_on[-1]])) if work.mean.max() > 0.0 else None


# --------------------------------------------------------------------------------------
# Axes that only grow while the futures of one plan stream in.


def use_grown(
    shown: tuple[Extent, ...] | None, answer: Answer | None, what: str = ""
) -> tuple[Extent, ...] | None:
    """Return extents that hold what the chart has shown of the plan so far (a hook).

    Parameters
    ----------
    shown
        What must be shown now; None for nothing.
    answer
        What it is part of; another plan starts afresh.
    what
        Which of several things the chart shows; another one starts afresh.
    """
    memory: solara.Ref[tuple[str, tuple[Extent, ...]] | None] = solara.use_ref(None)
    if shown is None or answer is None:
        return shown
    key = f"{answer.plan.key} {what}"
    known, before = memory.current or ("", ())
    if known == key:
        shown = tuple(
            extent.with_room_for(earlier) for extent, earlier in zip(shown, before, strict=True)
        )
    memory.current = (key, shown)
    return shown


# --------------------------------------------------------------------------------------
# The chart of the net value: plan and baseline above, their difference below.


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
