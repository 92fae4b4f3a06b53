"""Decay and drift: what a metric by day and model says of how models lose their power.

What is followed is the skill above chance, of which power is a share (`rules.power`); its logarithm
falls by a straight line as a model decays, bends down where a drift sets in,

    log(skill) = level - decay t + log(1 - severity (1 - exp(-(t - onset) / growth))) + noise,

and jumps up where the model is retrained, which begins the next cycle with a level of its own. When
that was is stated (versions, a registry), or else found: jumps that penalised least squares over
pieces of straight lines shows (`restorations`).

In each cycle everything that may have happened is weighed: no drift, or one that set in at any of
the readings with any severity. So a drift that is smaller than the noise, or began the day before
a retraining, counts by how likely it was to be seen, and no threshold decides what a drift is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
from scipy.stats import beta

from modelops_abm.arrays import Floats
from modelops_abm.clients.quality import Quality, QualityLog
from modelops_abm.errors import InputError, Problem
from modelops_abm.evidence.estimates import Estimate, estimate, normalised
from modelops_abm.evidence.statements import Count, Evidence, Statement
from modelops_abm.formats import plural
from modelops_abm.representation import Represented
from modelops_abm.rules import DAYS_PER_YEAR

STEP_DAYS = 7.0
"""Readings are averaged over this long, or as long as lies between them: days err together."""
FEWEST_READINGS = 8
"""Steps of a model from which its noise can be told."""
_LOSSES = np.concatenate([[0.0], np.geomspace(0.01, 0.9, 18)])
"""Yearly loss of power of one model; 0 for one that does not decay."""
_MEAN_LOSSES = np.geomspace(0.01, 0.7, 19)
_DECAYING = np.linspace(0.3, 0.99, 4)
_SPREAD = 0.5
"""cv of the losses of models that decay, and of severities: those of the scenario's defaults."""
_RATES = np.geomspace(0.03, 40.0, 27)
"""Onsets of drift per model-year without drift."""
_UNLIKE = (0.0, 0.6)
"""Averaged over: how unlike models are in that rate, as a standard deviation of its logarithm."""
_SEVERITIES = (np.arange(20) + 0.5) / 20.0
_MEAN_SEVERITIES = 1.0 / (1.0 + np.exp(-np.linspace(-3.0, 0.8, 13)))
_GROWTHS = (6.0, 12.0, 20.0, 40.0)
"""Averaged over: days within which the loss of a drift grows."""
_MENDED = (25.0, np.inf)
"""Averaged over: mean days until a drift is mended, which ends the cycle; or never before its time.

A cycle that ends early is a sign of a drift that somebody saw, if drifts are mended at all.
"""
_ONSETS_IN_STEP = 3
"""Days of a step at which a drift may set in."""
_INEXACT = 0.02
"""What is added to the noise: no drift follows a curve better, nor do the points of the grid."""
_PENALTY = 3.0
"""Of a further piece in the search for jumps, in units of log(readings) of squared noise."""
_SMALLEST_JUMP = 2.5
"""Of the level at a retraining, in units of what noise leaves of its size."""


@dataclass(frozen=True, slots=True)
class Track:
    """The skill of one model over time.

    Raises
    ------
    InputError
        If days do not rise, or a skill is not above 0.
    """

    name: str
    """Of the model."""
    days: Floats
    """Rising; of any origin."""
    skill: Floats
    """How much better than chance, above 0, in any unit."""
    restored: tuple[float, ...] | None = None
    """Days on which it was retrained or its drift was mended; None if nobody says, so that jumps
    are looked for."""

    def __post_init__(self) -> None:
        """Refuse what has no logarithm or no order."""
        sound = self.days.shape == self.skill.shape and bool(np.all(np.diff(self.days) > 0.0))
        if not sound or not bool(np.all((self.skill > 0.0) & np.isfinite(self.skill))):
            message = "quality needs rising days, and as many skills above 0"
            raise InputError([Problem(message, field=self.name)])


def tracks_of(
    log: QualityLog, retrained: Mapping[str, Sequence[date]] | None = None
) -> tuple[Track, ...]:
    r"""Return the skill of each model of a log, with the days on which it was retrained.

    Parameters
    ----------
    log
        What `read_quality` gives. Where it has versions, their changes are retrainings.
    retrained
        Days by model, from a registry; compared whatever the capitals.

    Examples
    --------
    >>> from modelops_abm.clients.quality import read_quality
    >>> text = "day,model,metric,value,version\n2025-01-06,a,AUC,.7,1\n2025-01-13,a,AUC,.8,2\n"
    >>> tracks_of(read_quality(text.encode()))[0].restored
    (739260.5,)
    """
    days_of = {name.casefold(): days for name, days in (retrained or {}).items()}
    return tuple(
        Track(
            model,
            np.array([row.day.toordinal() for row in rows], dtype=np.float64),
            np.array([row.skill for row in rows]),
            _restored(rows, days_of.get(model.casefold())),
        )
        for model, rows in log.by_model.items()
    )


def _restored(
    rows: Sequence[Quality], retrained: Sequence[date] | None
) -> tuple[float, ...] | None:
    if any(row.version for row in rows):
        return tuple(
            (before.day.toordinal() + after.day.toordinal()) / 2.0
            for before, after in pairwise(row for row in rows if row.version)
            if before.version != after.version
        )
    return None if retrained is None else tuple(float(day.toordinal()) for day in retrained)


@dataclass(frozen=True, slots=True)
class Steps:
    """A track in equal steps: the mean of what was read in each."""

    days: Floats
    logs: Floats
    noise: float
    """Standard deviation of one of them."""
    step: float
    """Days."""


def steps_of(track: Track) -> Steps:
    """Return a track in steps of `STEP_DAYS`, or of what lies between its readings."""
    between = float(np.median(np.diff(track.days))) if track.days.size > 1 else STEP_DAYS
    step = max(STEP_DAYS, between)
    place = np.floor((track.days - track.days[0]) / step + 1e-9).astype(int)
    count = np.bincount(place)
    kept = count > 0
    days = np.bincount(place, track.days)[kept] / count[kept]
    logs = np.log(np.bincount(place, track.skill)[kept] / count[kept])
    return Steps(days, logs, _noise(logs), step)


def _noise(logs: Floats) -> float:
    """Return the standard deviation of the noise, from second differences.

    A line and slow bends vanish in them; their median does not see jumps.
    """
    if logs.size < FEWEST_READINGS:
        return np.nan
    bends = logs[2:] - 2.0 * logs[1:-1] + logs[:-2]
    robust = float(np.median(np.abs(bends))) / 0.6745 / np.sqrt(6.0)
    return max(float(robust), 1e-4)


def restorations(steps: Steps) -> Floats:
    """Return the days at which the skill jumped up, found by penalised least squares.

    The steps are cut into pieces of straight lines such that squares and a penalty for each piece
    are least together (optimal partitioning, Jackson et al. 2005, doi:10.1109/LSP.2001.838216, by
    dynamic programming; exact). Of the cuts, those count at which the level rises by more than
    noise explains.

    Examples
    --------
    >>> days = np.arange(0.0, 700.0, 7.0)
    >>> logs = -0.3 * np.where(days < 350.0, days, days - 350.0) / 365.0
    >>> noise = np.random.default_rng(1).normal(0.0, 0.01, days.size)
    >>> restorations(Steps(days, logs + noise, 0.01, 7.0))
    array([346.5])
    """
    starts = _pieces(steps)
    found = []
    for before, at, after in zip(starts, starts[1:], [*starts[2:], steps.days.size], strict=False):
        middle = (steps.days[at - 1] + steps.days[at]) / 2.0
        left, left_error = _line_at(steps, before, at, middle)
        right, right_error = _line_at(steps, at, after, middle)
        if right - left > _SMALLEST_JUMP * np.hypot(left_error, right_error):
            found.append(middle)
    return np.array(found)


def _pieces(steps: Steps) -> list[int]:
    """Return where pieces begin: the last piece is chosen for every end, from the first end on."""
    size = steps.days.size
    penalty = _PENALTY * np.log(size) * steps.noise**2
    least, last = np.zeros(size + 1), np.zeros(size + 1, dtype=int)
    least[0] = -penalty
    sums = _sums(steps)
    for end in range(1, size + 1):
        costs = least[:end] + penalty + _squares_left(sums[:, end, np.newaxis] - sums[:, :end])
        last[end] = int(costs.argmin())
        least[end] = costs[last[end]]
    starts = [int(last[size])]
    while starts[0] > 0:
        starts.insert(0, int(last[starts[0]]))
    return starts


def _sums(steps: Steps) -> Floats:
    """Return what lines need of all readings before each: number, t, t^2, z, t z, z^2."""
    t, z = (steps.days - steps.days[0]) / DAYS_PER_YEAR, steps.logs - steps.logs.mean()
    rows = np.stack([np.ones_like(t), t, t * t, z, t * z, z * z])
    return np.concatenate([np.zeros((6, 1)), np.cumsum(rows, axis=1)], axis=1)


def _squares_left(sums: Floats) -> Floats:
    """Return the squares that the best line leaves of each piece."""
    n, t, tt, z, tz, zz = sums
    across = np.maximum(tt - t * t / n, 1e-12)
    along = tz - t * z / n
    left = zz - z * z / n - np.where(n > 1, along**2 / across, 0.0)
    return np.asarray(np.maximum(left, 0.0))


def _line_at(steps: Steps, first: int, end: int, day: float) -> tuple[float, float]:
    """Return the level of a piece's line at a day, with its standard error."""
    days, logs = steps.days[first:end], steps.logs[first:end]
    if days.size < 3:
        return float(logs.mean()), steps.noise / np.sqrt(days.size)
    _, at_zero = np.polyfit(days - day, logs, 1)
    spread = float(np.sum((days - days.mean()) ** 2))
    error = steps.noise * np.sqrt(1.0 / days.size + (day - days.mean()) ** 2 / spread)
    return float(at_zero), float(error)


@dataclass(frozen=True, repr=False)
class Decay(Represented):
    """What the quality of many models says of decay and drift.

    Attributes
    ----------
    loss
        Mean yearly loss of power of the models that decay, as a share.
    decaying
        Share of the models that decay.
    onsets
        Drifts as if so many had been counted in so many model-years; None if nothing is told.
    severity
        Mean share of power that a drift takes in the end.
    models, model_years, restored
        How much was seen: models, years, restorations.
    searched
        Whether restorations had to be looked for.
    left_out
        Models of which too little was read, by name.
    """

    loss: Estimate | None = None
    decaying: Estimate | None = None
    onsets: Count | None = None
    severity: Estimate | None = None
    models: int = 0
    model_years: float = 0.0
    restored: int = 0
    searched: bool = False
    left_out: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """Return what was found, and what cannot be told."""
        short = plural(len(self.left_out), "model")
        left = f"Of {short} there are fewer than {FEWEST_READINGS} readings: left out."
        others = (left,) if self.left_out else ()
        if self.loss is None or self.severity is None or self.decaying is None:
            return ("Nothing can be told of decay and drift.", *others)
        seen = (
            f"{plural(self.models, 'model')}, {self.model_years:.1f} model-years,"
            f" {plural(self.restored, 'retraining')}"
        )
        searched = (
            "Nobody says when models were retrained: jumps of the metric were taken for it. A"
            " retraining that does not stand out of the noise is missed, so that decay looks slower"
            " than it is: give versions or a registry.",
        )
        return (
            f"Seen: {seen}.",
            f"Loss of power in a year: {self.loss.in_words()}, of models that decay.",
            f"Share of models that decay: {self.decaying.in_words()}.",
            self._of_drift(),
            *(searched if self.searched else ()),
            *others,
        )

    def _of_drift(self) -> str:
        if self.onsets is None or self.severity is None:
            return "Nothing can be told of drift: noise would hide any."
        low, middle, high = self.onsets.quantiles(np.array([0.05, 0.5, 0.95]))
        rate = Estimate(low, middle, high).in_words("a model-year")
        if not self.onsets.events:
            return f"Drift: none was seen; at most {high:.2g} set in a model-year."
        return f"Drift: {rate} set in, each takes {self.severity.in_words()} of the power."

    def statements(self, source: str) -> Evidence:
        """Return what follows for a scenario's decay and drift; nothing of what is left open.

        Where restorations had to be looked for, nothing is said of decay: those that were missed
        make it look slower.
        """
        found: list[Statement | Count | None] = []
        if not self.searched and self.loss is not None and self.decaying is not None:
            found.append(self.loss.statement("model.yearly_power_loss", source))
            found.append(
                self.decaying.statement("model.decaying_share", source, family="logit-normal")
            )
        if self.onsets is not None:
            found.append(
                Count("drift.onsets_per_year", self.onsets.events, self.onsets.years, source)
            )
        if self.severity is not None and self.onsets is not None and self.onsets.events:
            found.append(self.severity.statement("drift.severity", source, family="logit-normal"))
        return tuple(each for each in found if each is not None)


@dataclass(frozen=True, slots=True)
class _Cycle:
    """The steps between two restorations."""

    days: Floats
    """Since the cycle began."""
    logs: Floats
    length: float
    """Days until it ended."""
    noise: float
    step: float
    typical: float
    """Mean length of the cycles of the model, in days."""
    is_open: bool
    """Whether it is the log that ended, and not the cycle."""


@dataclass
class _Seen:
    """What is gathered from track to track."""

    models: int = 0
    days: float = 0.0
    restored: int = 0
    searched: bool = False
    left_out: list[str] = field(default_factory=list)


def decay_of(tracks: Sequence[Track]) -> Decay:
    """Return what the tracks of many models say together.

    Models share the rate of drifts but for a lognormal spread, and the mean severity; of those that
    decay the loss is lognormal, as in the scenario. Everything is weighed on one grid.

    Parameters
    ----------
    tracks
        One for each model.
    """
    seen = _Seen()
    rate_kernels = [_kernel(spread) for spread in _UNLIKE]
    laws = _laws_of_loss()
    # Axes: how unlike, mean loss x share that decays, growth x mending, mean severity, rate.
    drifts = (len(_GROWTHS) * len(_MENDED), _MEAN_SEVERITIES.size, _RATES.size)
    shape = (len(_UNLIKE), laws.shape[0], *drifts)
    total = np.zeros(shape)
    for track in tracks:
        cycles = _cycles(track, seen)
        if not cycles:
            continue
        own = sum((_log_likelihood(cycle) for cycle in cycles), np.zeros(()))
        # By drift: the best of all losses is what the others are measured by.
        highest = own.max(axis=0)
        by_law = np.tensordot(laws, np.exp(own - highest), axes=1)
        for place, kernel in enumerate(rate_kernels):
            total[place] += _blurred(by_law, highest, kernel)
    if not seen.models:
        return Decay(left_out=tuple(seen.left_out))
    return _decay(normalised(total), seen)


def _blurred(by_law: Floats, highest: Floats, kernel: Floats) -> Floats:
    """Return the likelihood by the mean rate of all models, from that by a model's own."""
    top = highest.max(axis=-1, keepdims=True)
    return np.asarray(np.log((by_law * np.exp(highest - top)) @ kernel.T + 1e-300) + top)


def _cycles(track: Track, seen: _Seen) -> list[_Cycle]:
    """Return the cycles of a track; too short ones say nothing."""
    steps = steps_of(track)
    if not np.isfinite(steps.noise):
        seen.left_out.append(track.name)
        return []
    restored = restorations(steps) if track.restored is None else np.array(track.restored)
    first, last = steps.days[0] - steps.step / 2.0, steps.days[-1] + steps.step / 2.0
    inside = np.unique(restored[(restored > first) & (restored < last)])
    seen.models += 1
    seen.days += last - first
    seen.restored += inside.size
    seen.searched |= track.restored is None
    ends = np.concatenate([[first], inside, [last]])
    found = []
    for begin, end in pairwise(ends):
        within = (steps.days >= begin) & (steps.days < end)
        # A step in which it was retrained is of two minds.
        mixed = np.abs(steps.days - begin) < steps.step / 2.0 if begin > first else False
        within &= ~np.asarray(mixed)
        if within.sum() >= 3:
            days, logs = steps.days[within] - begin, steps.logs[within]
            length, typical = float(end - begin), float((last - first) / (inside.size + 1))
            found.append(
                _Cycle(days, logs, length, steps.noise, steps.step, typical, bool(end == last))
            )
    return found


def _log_likelihood(cycle: _Cycle) -> Floats:
    """Return how likely a cycle is, by loss, growth x mending, mean severity and rate of drifts.

    Its level is averaged over, flat: squares are those around the mean.
    """
    decay = -np.log1p(-_LOSSES) / DAYS_PER_YEAR
    between = cycle.step / _ONSETS_IN_STEP
    onsets = np.arange(between / 2.0, cycle.length, between)
    since = np.maximum(cycle.days - onsets[:, np.newaxis], 0.0)
    gone = -np.expm1(-since[:, np.newaxis] / np.array(_GROWTHS)[:, np.newaxis])
    # Axes: onset, growth, severity, reading.
    shapes = np.log1p(-_SEVERITIES[:, np.newaxis] * gone[:, :, np.newaxis, :])
    shapes -= shapes.mean(axis=-1, keepdims=True)
    t, z = cycle.days - cycle.days.mean(), cycle.logs - cycle.logs.mean()
    # Of |z + decay t - shape|^2, what depends on the shape, and then what does not.
    with_decay = z + decay[:, np.newaxis] * t
    none = np.sum(with_decay**2, axis=-1)
    shifted = np.sum(shapes**2, axis=-1)[..., np.newaxis] - 2.0 * (shapes @ with_decay.T)
    scale = -0.5 / (cycle.noise**2 + _INEXACT**2)
    # By loss: what a drift explains differs between losses by more than a number can hold.
    highest = np.maximum((scale * shifted).max(axis=(0, 1, 2)), 0.0)
    of_drift = np.exp(scale * shifted - highest)  # onset, growth, severity, loss
    weighed = np.einsum("ogsl,ms->oglm", of_drift, _weights_of_severity(), optimize=True)
    mended = _chances_of_end(cycle, onsets)
    rate = _RATES / DAYS_PER_YEAR
    # Chances of an onset in each part of the cycle, and of none.
    at = np.exp(-rate * (onsets[:, np.newaxis] - between / 2.0)) * -np.expm1(-rate * between)
    drifts = np.einsum("oglm,oe,or->lgemr", weighed, mended, at, optimize=True)
    drifts = drifts.reshape(_LOSSES.size, -1, *drifts.shape[3:])
    without = np.exp(-rate * onsets.size * between - highest[:, np.newaxis])
    by_loss = (highest + scale * none)[:, np.newaxis, np.newaxis, np.newaxis]
    return np.asarray(np.log(drifts + without[:, np.newaxis, np.newaxis] + 1e-300) + by_loss)


def _chances_of_end(cycle: _Cycle, onsets: Floats) -> Floats:
    """Return how much likelier the end of a cycle is after each onset than without drift."""
    rates = 1.0 / np.array(_MENDED)
    not_yet = np.exp(-(cycle.length - onsets)[:, np.newaxis] * rates)
    return np.asarray(not_yet * (1.0 if cycle.is_open else 1.0 + cycle.typical * rates))


def _weights_of_severity() -> Floats:
    """Return the chances of each severity, by mean severity: beta with the cv of the default."""
    means = _MEAN_SEVERITIES[:, np.newaxis]
    together = (1.0 - means) / (_SPREAD**2 * means) - 1.0
    half = (_SEVERITIES[1] - _SEVERITIES[0]) / 2.0
    edges = np.append(_SEVERITIES - half, 1.0)
    return np.asarray(np.diff(beta.cdf(edges, means * together, (1.0 - means) * together), axis=1))


def _laws_of_loss() -> Floats:
    """Return the chances of each yearly loss, by mean loss x share that decays."""
    logs = np.log(_LOSSES[1:])
    width = np.sqrt(np.log1p(_SPREAD**2))
    means = np.log(_MEAN_LOSSES[:, np.newaxis]) - width**2 / 2.0
    decaying = np.exp(-0.5 * ((logs - means) / width) ** 2)
    decaying /= decaying.sum(axis=1, keepdims=True)
    shares = _DECAYING[np.newaxis, :, np.newaxis]
    found = np.concatenate(
        [
            np.broadcast_to(1.0 - shares, (_MEAN_LOSSES.size, _DECAYING.size, 1)),
            shares * decaying[:, np.newaxis, :],
        ],
        axis=-1,
    )
    return np.asarray(found.reshape(-1, _LOSSES.size))


def _kernel(spread: float) -> Floats:
    """Return the chances of a model's rate, by the mean rate of all."""
    if spread == 0.0:
        return np.eye(_RATES.size)
    logs = np.log(_RATES)
    found = np.exp(-0.5 * ((logs - (logs[:, np.newaxis] - spread**2 / 2.0)) / spread) ** 2)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _decay(chances: Floats, seen: _Seen) -> Decay:
    by_law = chances.sum(axis=(0, 2, 3, 4)).reshape(_MEAN_LOSSES.size, _DECAYING.size)
    by_drift = chances.sum(axis=(0, 1, 2))
    return Decay(
        estimate(_MEAN_LOSSES, by_law.sum(axis=1)),
        estimate(_DECAYING, by_law.sum(axis=0)),
        _count(by_drift.sum(axis=0)),
        estimate(_MEAN_SEVERITIES, by_drift.sum(axis=1)),
        seen.models,
        float(seen.days / DAYS_PER_YEAR),
        seen.restored,
        seen.searched,
        tuple(seen.left_out),
    )


def _count(chances: Floats) -> Count | None:
    """Return the count that says of a rate what the chances say, by its mean and variance."""
    # The likelihood of a count is that of a rate under a prior flat in the rate, not its logarithm.
    weights = chances * _RATES
    weights = weights / weights.sum()
    if weights[-2:].sum() > 0.01:
        return None
    mean = float(weights @ _RATES)
    variance = float(weights @ (_RATES - mean) ** 2)
    events = max(round(mean**2 / variance - 1.0), 0)
    return Count("drift.onsets_per_year", events, (events + 1) / mean)
