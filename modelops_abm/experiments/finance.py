"""The finance view of a plan against its paired baseline.

A plan has two returns, on what is paid and on its whole cost, which has the team's time as well.
The same team is paid the same with the plan and without, so payroll cancels in the difference of
net present value; what the time is taken from (models that come later, repairs that wait) is in
there instead, as value that is lacking. The time is a cost all the same, which nobody invoices: it
is part of what is put in. It is not taken off the gain, where it would count twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from modelops_abm.arrays import Floats
from modelops_abm.experiments.statistics import ROUNDING, Estimate, Share, estimate, share
from modelops_abm.representation import Represented
from modelops_abm.runs.quantiles import t_quantile

NEVER = math.inf


@dataclass(frozen=True, repr=False)
class Finance(Represented):
    """What a plan is worth to whoever pays for it.

    Attributes
    ----------
    horizon_days
        Everything holds within this horizon.
    npv
        Difference of net present value, in $ of day 0.
    investment
        Difference of discounted capital and upkeep, in $ of day 0: what is paid.
    whole_cost
        The same with the payroll of the team's time on capability work, in $ of day 0.
    return_on_investment
        Return on what is paid: mean difference of NPV per mean investment; None without investment.
    return_interval
        Its 95 % interval (Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x); None if the
        investment cannot be told from 0.
    return_on_whole_cost, whole_cost_interval
        Return on the whole cost, the team's time included, and its interval; as above.
    loss
        Share of the replications in which the plan loses money against the baseline.
    fifth_percentile
        Of the difference of NPV, in $ of day 0.
    payback_days
        First day from which the cumulative discounted difference stays at 0 or above, for each
        replication; infinite if that is not within the horizon, NaN if the plan is worth nothing in
        it and never behind, so that there is nothing to pay back.
    """

    horizon_days: int
    npv: Estimate
    investment: Estimate
    whole_cost: Estimate
    return_on_investment: float | None
    return_interval: tuple[float, float] | None
    return_on_whole_cost: float | None
    whole_cost_interval: tuple[float, float] | None
    loss: Share
    fifth_percentile: float | None
    payback_days: Floats

    @property
    def median_payback_day(self) -> float | None:
        """Median day of payback; infinite if it is beyond the horizon.

        None without replications in which there is anything to pay back. With an even number it is
        the later of the two middle days.
        """
        return self.payback_quantile(0.5)

    def payback_quantile(self, share_of_replications: float) -> float | None:
        """Return the day by which more than a share of the replications has paid back.

        Of those in which there is anything to pay back; None without any. Infinite if it is beyond
        the horizon. It is the day of one of them: between a day and never there is nothing to
        interpolate.

        Parameters
        ----------
        share_of_replications
            From 0 to 1.
        """
        days = np.sort(self.payback_days[~np.isnan(self.payback_days)])
        place = min(int(share_of_replications * len(days)), len(days) - 1)
        return float(days[place]) if len(days) else None

    @property
    def never(self) -> Share:
        """Share of the replications that do not pay back within the horizon."""
        count = int(np.sum(np.isinf(self.payback_days)))
        return share(count, len(self.payback_days))


def payback_days(difference_so_far: Floats) -> Floats:
    """Return the day of payback of each replication: of pictures and words, the one definition.

    It is the first day from which the difference so far stays at 0 or above: 0 if it is never
    below, `NEVER` if it is below at the end.

    Parameters
    ----------
    difference_so_far
        Discounted net value of plan less baseline from the start to the end of each day,
        replications by days.
    """
    negative = difference_so_far < 0.0
    days = difference_so_far.shape[1]
    # The last day below 0: the first one from the back.
    last = np.where(negative.any(axis=1), days - 1 - np.argmax(negative[:, ::-1], axis=1), -1)
    return np.where(last == days - 1, NEVER, last + 1.0)


def finance(
    horizon_days: int, npv: Floats, investment: Floats, time: Floats, paybacks: Floats
) -> Finance:
    """Return the finance view from paired differences, one for each replication.

    Parameters
    ----------
    horizon_days
        How long was run.
    npv, investment, time
        Difference of net present value, of capital with upkeep, and of the payroll of the team's
        time on capability work, all in $ of day 0.
    paybacks
        Days of payback.
    """
    # Who never is behind nor ahead, has paid nothing back.
    paybacks = np.where((npv == 0.0) & (paybacks == 0.0), math.nan, paybacks)
    gain, spent, whole = estimate(npv), estimate(investment), estimate(investment + time)
    # The ratio of the means, not the mean of ratios, which one future that spends next to nothing
    # decides.
    returns = returns_on(npv, investment, time)
    (on_paid, paid_interval), (on_whole_cost, whole_cost_interval) = returns
    return Finance(
        horizon_days=horizon_days,
        npv=gain,
        investment=spent,
        whole_cost=whole,
        return_on_investment=on_paid,
        return_interval=paid_interval,
        return_on_whole_cost=on_whole_cost,
        whole_cost_interval=whole_cost_interval,
        loss=share(int(np.sum(npv < 0.0)), len(npv)),
        fifth_percentile=float(np.quantile(npv, 0.05)) if len(npv) else None,
        payback_days=paybacks,
    )


type Return = tuple[float | None, tuple[float, float] | None]
"""A return and its 95 % interval; None for what does not exist."""


def returns_of(view: Finance) -> tuple[Return, Return]:
    """Return both returns of a plan: on what is paid, and on the whole cost."""
    return (
        (view.return_on_investment, view.return_interval),
        (view.return_on_whole_cost, view.whole_cost_interval),
    )


def returns_on(npv: Floats, investment: Floats, time: Floats) -> tuple[Return, Return]:
    """Return both returns of paired differences, one for each replication; see `finance`."""
    found = []
    for cost in (investment, investment + time):
        gain, spent = estimate(npv).mean, estimate(cost).mean
        ratio = None if gain is None or not spent else gain / spent
        found.append((ratio, _fieller(npv, cost)))
    on_paid, on_whole_cost = found
    return on_paid, on_whole_cost


def _fieller(numerator: Floats, denominator: Floats) -> tuple[float, float] | None:
    """Return the interval of a ratio of means (Fieller 1954), or None if it is not bounded."""
    n = len(numerator)
    if n < 2:
        return None
    top, bottom = estimate(numerator), estimate(denominator)
    assert top.mean is not None
    assert bottom.mean is not None
    assert bottom.half_width is not None
    # If the investment may be 0 the ratio may be anything, and the set is no interval.
    if abs(bottom.mean) <= bottom.half_width:
        return None
    covariance = np.cov(numerator, denominator) / n
    t_squared = t_quantile(n - 1) ** 2
    a = bottom.mean**2 - t_squared * covariance[1, 1]
    b = top.mean * bottom.mean - t_squared * covariance[0, 1]
    c = top.mean**2 - t_squared * covariance[0, 0]
    # Not negative but for rounding, as `a` is above 0 here; and of rounding no root is taken, which
    # would be many times larger: of a plan that loses just what is paid the interval is a point.
    apart = b * b - a * c
    root = math.sqrt(apart) if apart > ROUNDING * b * b else 0.0
    return float((b - root) / a), float((b + root) / a)
