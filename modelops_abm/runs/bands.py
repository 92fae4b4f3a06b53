"""Daily outcomes by period, and their bands over replications in bounded memory.

First days are summarised by periods, weeks say; then mean, interval and quantiles of each period
are gathered as replications come in. docs/decisions/0015.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from modelops_abm.arrays import Floats, Integers
from modelops_abm.core import outcomes
from modelops_abm.runs.quantiles import Histograms, exact_quantiles, half_widths

_DAILY = {outcome.name: outcome for outcome in outcomes.DAILY}


@dataclass(frozen=True, slots=True)
class Series:
    """Daily outcomes to keep, and the periods by which they are summarised.

    In a period a flow is its mean per day, a state its value at the end, and a share the ratio of
    its two flows over the period, so that a day with one model does not weigh like one with fifty.

    Attributes
    ----------
    names
        Of outcomes in `outcomes.DAILY`.
    period_days
        Length of a period in days, 1 or more; the last one of a run may be shorter.

    Raises
    ------
    ValueError
        If there is no such outcome, or the length is not a whole number of 1 or more.

    Examples
    --------
    >>> Series(["availability", "net_value"], period_days=30).period_days
    30
    """

    names: tuple[str, ...]
    period_days: int = 1

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in _DAILY:
                raise ValueError(f"{name!r} is not a daily outcome; see outcomes.DAILY")
        if not _is_count(self.period_days):
            raise ValueError(
                f"period_days must be a whole number of 1 or more, not {self.period_days!r}"
            )

    def last_days(self, horizon_days: int) -> Integers:
        """Return the last day of each period of a run."""
        ends = np.arange(self.period_days, horizon_days + self.period_days, self.period_days)
        return np.minimum(ends, horizon_days) - 1


def _is_count(value: object) -> bool:
    """Return whether a value is a whole number of 1 or more."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= 1


def outcomes_behind(wanted: Iterable[Series]) -> tuple[str, ...]:
    """Return the daily outcomes that series are made from, each once."""
    return tuple(dict.fromkeys(name for series in wanted for name in _behind(series)))


def _behind(series: Series) -> Iterable[str]:
    for name in series.names:
        outcome = _DAILY[name]
        if isinstance(outcome, outcomes.ShareOutcome) and series.period_days > 1:
            yield from (outcome.of, outcome.per)
        else:
            yield name


def by_period(days: Mapping[str, Floats], series: Series) -> Floats:
    """Return outcomes by period: replications x `series.names` x periods.

    Parameters
    ----------
    days
        Replications x days for each of the `outcomes_behind`; NaN for what does not exist.
    """
    return np.stack([_summarised(days, name, series) for name in series.names], axis=1)


def _summarised(days: Mapping[str, Floats], name: str, series: Series) -> Floats:
    if series.period_days == 1:
        return days[name]
    outcome = _DAILY[name]
    if isinstance(outcome, outcomes.ShareOutcome):
        amount, divisor = (_sums(days[flow], series) for flow in (outcome.of, outcome.per))
        return np.divide(amount, divisor, out=np.full_like(amount, np.nan), where=divisor != 0.0)
    last_days = series.last_days(days[name].shape[1])
    if outcome.kind == "state":
        return days[name][:, last_days]
    return _sums(days[name], series) / np.diff(last_days, prepend=-1)


def _sums(days: Floats, series: Series) -> Floats:
    return np.add.reduceat(days, np.arange(0, days.shape[1], series.period_days), axis=1)


# --------------------------------------------------------------------------------------
# Bands of daily outcomes over replications, period by period, in bounded memory.


EXACT_UP_TO = 512
BAND_SHARES = (0.025, 0.25, 0.5, 0.75, 0.975)


class Bands:
    """Mean with its interval, and quantiles, of daily outcomes in each period.

    Up to `EXACT_UP_TO` replications are kept and the quantiles are exact. With more of them, they
    are counted in bins, as many at a time, and a quantile is at most one bin off (see
    `quantiles.Histograms`). What is returned does not depend on how the replications came in.

    Parameters
    ----------
    series
        The outcomes and the length of the periods.
    horizon_days
        Length of the runs.
    """

    def __init__(self, series: Series, horizon_days: int) -> None:
        self._series = series
        self._last_days = series.last_days(horizon_days)
        self._kept: list[Floats] = []
        self._kept_count = 0
        self._moments = _Moments.of(np.empty((0, len(series.names) * len(self._last_days))))
        self._histograms: Histograms | None = None

    def add(self, values: Floats) -> None:
        """Add replications in their order: replications x outcomes x periods."""
        self._kept.append(values.reshape(len(values), -1))
        self._kept_count += len(values)
        # In portions of one size, however the replications come: the first sets the bins, which
        # must not depend on the executor.
        while self._kept_count > EXACT_UP_TO:
            together = np.concatenate(self._kept)
            self._absorb(together[:EXACT_UP_TO])
            self._kept = [together[EXACT_UP_TO:]]
            self._kept_count -= EXACT_UP_TO

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return a table for each outcome: a row for each period, named by its last day.

        Its columns are the mean over the replications, half the width of the 95 % interval of that
        mean by Student's t, the quantiles of `BAND_SHARES`, and the number of replications in
        which the outcome exists. NaN stands for what cannot be said.
        """
        kept = np.concatenate(self._kept) if self._kept else np.empty((0, len(self._moments.n)))
        moments = self._moments.merged_with(_Moments.of(kept))
        quantiles = zip(BAND_SHARES, self._quantiles(kept), strict=True)
        columns = {
            "mean": np.where(moments.n > 0, moments.mean, np.nan),
            "half_width": half_widths(moments.n, moments.variance),
            **{f"{share:.1%}": values for share, values in quantiles},
            "n": moments.n,
        }
        days = pd.Index(np.tile(self._last_days, len(self._series.names)), name="day")
        table = pd.DataFrame(columns, index=days)
        return {
            name: table.iloc[start : start + len(self._last_days)]
            for place, name in enumerate(self._series.names)
            for start in (place * len(self._last_days),)
        }

    def _absorb(self, values: Floats) -> None:
        """Count values that need not be kept any longer."""
        self._moments = self._moments.merged_with(_Moments.of(values))
        if self._histograms is None:
            self._histograms = Histograms(values)
        else:
            self._histograms.count(values)

    def _quantiles(self, kept: Floats) -> Floats:
        shares = np.array(BAND_SHARES)
        if self._histograms is None:
            return exact_quantiles(kept, shares)
        return self._histograms.with_values(kept).quantiles(shares)


class _Moments(NamedTuple):
    """Number, mean and sum of squared deviations from it, of each cell."""

    n: Integers
    mean: Floats
    squares: Floats

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Return the moments of replications x cells; NaN values do not exist."""
        exists = ~np.isnan(values)
        n = exists.sum(axis=0)
        mean = np.where(exists, values, 0.0).sum(axis=0) / np.maximum(n, 1)
        deviations = np.where(exists, values - mean, 0.0)
        return cls(n, mean, (deviations * deviations).sum(axis=0))

    def merged_with(self, other: Self) -> Self:
        """Return the moments of both together (Chan, Golub and LeVeque 1983)."""
        n = self.n + other.n
        part = other.n / np.maximum(n, 1)
        apart = other.mean - self.mean
        # Not the sum of the squares less that of the mean, which has no digit left where a large
        # mean varies little.
        squares = self.squares + other.squares + apart * apart * self.n * part
        return type(self)(n, self.mean + apart * part, squares)

    @property
    def variance(self) -> Floats:
        """Unbiased variance; of no meaning for fewer than two values."""
        return self.squares / np.maximum(self.n - 1, 1)
