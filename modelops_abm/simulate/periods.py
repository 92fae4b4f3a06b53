"""Daily outcomes summarised by period: weeks, say, instead of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops_abm import outcomes

Floats = NDArray[np.float64]

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

    def last_days(self, horizon_days: int) -> NDArray[np.int64]:
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
