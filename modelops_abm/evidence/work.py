"""What time sheets say: the share of the team's time on upkeep, and what a repair takes.

The share is a ratio of hours; what weeks differ by says how well it is known (the variance of a
ratio estimate, Cochran 1977, section 6.3, on the scale of the logarithm of the odds, with Student's
quantiles). Hours of which nobody says what they were for may be upkeep or not: one end of the range
takes them as none, the other as all.

What a repair takes is the sum of its hours, by task. A task with hours in the last week may go on:
it takes at least as much (`estimates`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.special import expit, logit, stdtrit

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.clients.timesheets import (
    ABSENT,
    BUILD,
    HOURS_PER_DAY,
    OTHER,
    UNKNOWN,
    Entry,
    TimeSheets,
)
from modelops_abm.evidence.estimates import Estimate, Lasting, time_to_end
from modelops_abm.evidence.statements import Evidence
from modelops_abm.formats import plural
from modelops_abm.representation import Represented
from modelops_abm.scenario.sections import EffortParameters

_FEWEST_WEEKS = 4
"""Weeks from which it can be told how unlike they are."""
_MAY_GO_ON = timedelta(days=7)
_NOT_UPKEEP = frozenset({BUILD, OTHER})


@dataclass(frozen=True, repr=False)
class WorkFindings(Represented):
    """What time sheets say of the team's time."""

    source: str
    """Name of the file."""
    weeks: int
    """With hours of the team's work."""
    hours: float
    """Of it, all together."""
    unknown: float
    """Share of them of which nobody says what they were for."""
    upkeep: Estimate
    """Share of the others that went into keeping what is live, with its range."""
    efforts: Mapping[str, Lasting]
    """Developer-days of a task, by the name of an effort of the scenario."""

    def statements(self) -> Evidence:
        """Return what a fit takes from it."""
        share = self.upkeep.statement("upkeep_share", self.source, "logit-normal")
        stated = [
            found.mean.statement(f"efforts.{name}", self.source)
            for name, found in self.efforts.items()
        ]
        return tuple(each for each in (share, *stated) if each is not None)

    def sentence(self) -> str:
        """Return what was found."""
        middle, low, high = (
            formats.share(each) for each in (self.upkeep.middle, self.upkeep.low, self.upkeep.high)
        )
        share = f"{middle} ({low} to {high})" if self.upkeep.is_known else "not known how much"
        parts = [
            f"{formats.number(self.hours)} hours in {plural(self.weeks, 'week')}: {share} on upkeep"
        ]
        if self.unknown:
            parts.append(f"{formats.share(self.unknown)} of them on what nobody says")
        parts += [
            f"{plural(found.ended + found.still_open, 'task')} of {name.replace('_', ' ')}: "
            f"{found.mean.in_words('developer-days')} on average"
            for name, found in self.efforts.items()
        ]
        return f"{'; '.join(parts)}. Ranges hold 90 %."


def work_findings(sheets: TimeSheets) -> WorkFindings:
    r"""Return what time sheets say.

    Examples
    --------
    >>> from modelops_abm.clients.timesheets import read_timesheets
    >>> rows = [
    ...     f"2025-{month:02}-{day:02},A,{hours},{activity}"
    ...     for month in (3, 4)
    ...     for day in (3, 10, 17, 24)
    ...     for hours, activity in ((10 + day % 4, "upkeep"), (30, "build"))
    ... ]
    >>> sheets = read_timesheets("\n".join(["date,person,hours,activity", *rows]).encode())
    >>> found = work_findings(sheets)
    >>> round(found.upkeep.low, 2), round(found.upkeep.high, 2), found.statements()[0].about
    (0.26, 0.29, 'upkeep_share')
    """
    hours = np.array(list(_by_week(sheets.table).values())).reshape(-1, 3)
    upkeep, known, unknown = hours.T
    total = float((known + unknown).sum())
    return WorkFindings(
        sheets.source,
        len(hours),
        total,
        float(unknown.sum()) / total if total else 0.0,
        _share(upkeep, known, unknown),
        dict(_efforts(sheets.table)),
    )


def _by_week(entries: Sequence[Entry]) -> dict[tuple[int, int], list[float]]:
    """Return hours of upkeep, of all that is known, and of what is not, by week."""
    weeks: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for entry in entries:
        if entry.activity == ABSENT:
            continue
        week = weeks[entry.day.isocalendar()[:2]]
        is_known = entry.activity != UNKNOWN
        week[0] += entry.hours * (is_known and entry.activity not in _NOT_UPKEEP)
        week[1] += entry.hours * is_known
        week[2] += entry.hours * (not is_known)
    return weeks


def _share(upkeep: Floats, known: Floats, unknown: Floats) -> Estimate:
    middle = upkeep.sum() / known.sum() if known.any() else np.nan
    if len(upkeep) < _FEWEST_WEEKS or not 0.0 < middle < 1.0:
        return Estimate(middle, middle, middle, has_low=False, has_high=False)
    everything = known + unknown
    low = _end(upkeep, everything, -1.0)
    high = _end(upkeep + unknown, everything, 1.0)
    return Estimate(low, float(middle), high)


def _end(part: Floats, whole: Floats, sign: float) -> float:
    """Return an end of the range of 90 % of a ratio of sums over weeks."""
    ratio, count = part.sum() / whole.sum(), len(part)
    squares = ((part - ratio * whole) ** 2).sum() * count / (count - 1)
    error = np.sqrt(squares) / whole.sum() / (ratio * (1.0 - ratio))
    return float(expit(logit(ratio) + sign * stdtrit(count - 1, 0.95) * error))


def _efforts(entries: Sequence[Entry]) -> Iterator[tuple[str, Lasting]]:
    last = entries[-1].day
    for name in EffortParameters.model_fields:
        taken: dict[str, float] = defaultdict(float)
        latest: dict[str, date] = {}
        for entry in entries:
            if entry.activity == name and entry.task:
                taken[entry.task] += entry.hours / HOURS_PER_DAY
                latest[entry.task] = entry.day
        if taken:
            ended = [days for task, days in taken.items() if last - latest[task] >= _MAY_GO_ON]
            others = [days for task, days in taken.items() if last - latest[task] < _MAY_GO_ON]
            yield name, time_to_end(np.array(ended), np.array(others))
