"""Net value so far, of plan and baseline, and the difference between them, future by future."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from modelops_abm import formats
from modelops_abm.app.decide.numbers import Money, between, digits_for, money_of
from modelops_abm.app.drawing.axes import Extent
from modelops_abm.app.drawing.bands import Bands, Floats, bands_of, quarters
from modelops_abm.app.drawing.tables import Table
from modelops_abm.experiments import Comparison

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


def _ahead(comparison: Comparison, difference: Bands, low: Floats) -> str:
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
