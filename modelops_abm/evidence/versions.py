"""Versions in a registry: how often models are trained anew, and how long until they are live.

What a registry shows is when trainings were done, whatever for and after whatever waiting, as the
measure `retraining_interval_days` has it, and not the interval that was planned. Intervals of all
models are taken together, each counted once: their mean is days in production by training, those
of the interval that has not ended included. How well it is known, `estimates` says; and nothing
says when a model was retired: one end of the range takes it as right after its last training, the
other as one interval later. Trainings before a model went live are tries of a build. As intervals
of one model are alike, the range is as wide as if there were fewer: by 1 + (m - 1) r, of m
intervals a model and r what models explain of the variance of logarithms (Kish 1965).

Months until live are those from the first version. Work before it is in no registry: one end of the
range takes it as none, the other as twice the time in all (judgement).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
from scipy.special import stdtrit

from modelops_abm.arrays import Floats
from modelops_abm.clients.registry import RegistryLog, Version, trainings
from modelops_abm.evidence.estimates import Estimate, time_to_end
from modelops_abm.evidence.statements import Evidence
from modelops_abm.formats import MONTH_DAYS, number, plural
from modelops_abm.representation import Represented

_DAY = timedelta(days=1)
_FEWEST = 3
"""Models, or intervals, from which it can be told how unlike they are."""
_WORK_BEFORE = 2.0
"""How many times longer it takes from the first work on, at most."""


@dataclass(frozen=True, repr=False)
class VersionFindings(Represented):
    """What a registry says of trainings and of going live."""

    source: str
    """Name of the file or server."""
    intervals: int
    """How many lie between two trainings of a model in production."""
    retrained: int
    """Of how many models."""
    unlike: float
    """How many intervals count as one, as those of a model are alike; 1 if they are not."""
    interval: Estimate | None
    """Days between two trainings; None if fewer than three intervals are there."""
    gone_live: int
    """Models of which it is said when they went live."""
    months: Estimate | None
    """From their first version until then, the median; None of fewer than three."""

    def statements(self) -> Evidence:
        """Return what a fit takes from it."""
        found = []
        if self.interval is not None:
            found.append(self.interval.statement("retraining_interval_days", self.source))
        if self.months is not None:
            low, middle, high = self.months.low, self.months.middle, self.months.high
            begun = Estimate(low, middle * np.sqrt(_WORK_BEFORE), high * _WORK_BEFORE)
            found.append(begun.statement("begun_to_live_months", self.source))
        return tuple(each for each in found if each is not None)

    def sentences(self) -> tuple[str, ...]:
        """Return what was found, and how well it can be known."""
        return (self._of_intervals(), self._of_months())

    def _of_intervals(self) -> str:
        of = f"{plural(self.intervals, 'interval')} of {plural(self.retrained, 'model')}"
        if self.interval is None:
            return f"Between trainings: {of}, too few for a mean."
        told = f"Between trainings of a model: {self.interval.in_words('days')} on average, by {of}"
        if self.retrained < _FEWEST:
            return f"{told}; how unlike models are cannot be told of so few. Ranges hold 90 %."
        alike = f"; {number(self.unlike, 1)} count as one" if self.unlike > 1.05 else ""
        return f"{told}{alike}. Ranges hold 90 %."

    def _of_months(self) -> str:
        if self.months is None:
            count = plural(self.gone_live, "model")
            return f"From first version to live: said of {count}, too few for a range."
        return (
            f"From first version to live: {self.months.in_words('months')}, the median of"
            f" {self.gone_live}; work before it takes nothing to as much again."
        )


def version_findings(log: RegistryLog) -> VersionFindings:
    r"""Return what a registry says.

    Examples
    --------
    >>> from modelops_abm.clients.registry import read_registry
    >>> rows = [
    ...     f"m{model},{month},2025-{month:02}-{3 + model:02},Production"
    ...     for model in range(4)
    ...     for month in range(1, 13)
    ... ]
    >>> head = "model,version,created_at,stage"
    >>> found = version_findings(read_registry("\n".join([head, *rows]).encode()))
    >>> found.intervals, round(found.interval.middle, 1), found.statements()[0].about
    (44, 29.5, 'retraining_interval_days')
    """
    ended, still_open, retired = _intervals(log)
    lengths = [each for each in ended.values() if each.size]
    months = np.array([*log.months_to_production().values()])
    alike = _count_as_one(lengths)
    return VersionFindings(
        log.source,
        sum(each.size for each in lengths),
        len(lengths),
        alike,
        _mean(lengths, still_open, retired, alike),
        months.size,
        _median(np.maximum(months, 1.0 / MONTH_DAYS)),
    )


def _intervals(log: RegistryLog) -> tuple[dict[str, Floats], Floats, int]:
    """Return the days between trainings of each model since it went live, and those so far.

    Last, how many models were retired, so that nobody knows how long the last one lasted.
    """
    live = log.live_since
    ended, still_open, retired = dict[str, Floats](), list[float](), 0
    for model, versions in log.by_model.items():
        if model not in live:
            continue
        moments = [each for each in trainings(versions) if each.date() >= live[model]]
        ended[model] = np.array([(after - before) / _DAY for before, after in pairwise(moments)])
        if moments and _is_live(versions):
            still_open.append((log.window.until - moments[-1]) / _DAY)
        elif moments:
            retired += 1
    return ended, np.array(still_open), retired


def _is_live(versions: Sequence[Version]) -> bool:
    return any(version.in_use for version in versions)


def _mean(
    lengths: Sequence[Floats], still_open: Floats, retired: int, alike: float
) -> Estimate | None:
    if sum(each.size for each in lengths) < _FEWEST:
        return None
    together = np.sort(np.concatenate(lengths))
    if np.unique(together).size < _FEWEST:
        # Days, all the same by a calendar: each may be off by what rounding to days leaves.
        together = together + np.linspace(-0.5, 0.5, together.size)
    found = time_to_end(together, still_open).mean
    if not found.is_known:
        return None
    low, high = ((end / found.middle) ** np.sqrt(alike) for end in (found.low, found.high))
    shortest = _days_by_training(together, still_open)
    longest = shortest * (1.0 + retired / together.size)
    middle = float(np.sqrt(shortest * longest))
    return Estimate(float(shortest * low), middle, float(longest * high))


def _days_by_training(ended: Floats, still_open: Floats) -> float:
    """Return days in production by training: the mean that a run shows, whatever the distribution.

    A model's clock starts with a training, which is not counted, so that regular trainings would be
    half a one too few for each model (the renewal function, Cox 1962, section 4.2).
    """
    unlike = min(float(ended.var() / ended.mean() ** 2), 1.0)
    since = np.count_nonzero(still_open)
    trainings = ended.size + 0.5 * (1.0 - unlike) * since
    return float((ended.sum() + still_open.sum()) / trainings)


def _count_as_one(lengths: Sequence[Floats]) -> float:
    """Return how many intervals tell as much as one would if models were not unlike."""
    sizes = np.array([each.size for each in lengths], dtype=np.float64)
    models, count = sizes.size, sizes.sum()
    if models < 2 or count <= models:
        return 1.0
    logs = [np.log(each) for each in lengths]
    means = np.array([each.mean() for each in logs])
    overall = float(means @ sizes / count)
    between = float(sizes @ (means - overall) ** 2) / (models - 1)
    within = sum(float(((each - each.mean()) ** 2).sum()) for each in logs) / (count - models)
    a_model = (count - float((sizes**2).sum()) / count) / (models - 1)
    total = between + (a_model - 1.0) * within
    explained = max(between - within, 0.0) / total if total > 0.0 else 0.0
    return 1.0 + max(float((sizes**2).sum()) / count - 1.0, 0.0) * explained


def _median(months: Floats) -> Estimate | None:
    """Return the median of what is lognormal, by Student's quantiles."""
    if months.size < _FEWEST:
        return None
    logs = np.log(months)
    error = float(logs.std(ddof=1) / np.sqrt(logs.size) * stdtrit(logs.size - 1, 0.95))
    middle = float(np.exp(logs.mean()))
    return Estimate(middle * float(np.exp(-error)), middle, middle * float(np.exp(error)))
