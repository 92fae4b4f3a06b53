"""Net value so far, of plan and baseline, and the difference between them, future by future."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from modelops_abm import formats, verdict
from modelops_abm.app.decide.numbers import Money, between, digits_for, money_of
from modelops_abm.app.drawing.axes import Extent
from modelops_abm.app.drawing.bands import Bands, bands_of, quarters
from modelops_abm.app.drawing.tables import Table
from modelops_abm.experiments import Comparison

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
        return f"{verdict.BASELINE}: nothing is different."
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
