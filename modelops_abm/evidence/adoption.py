"""Adoption: what counts of users or sales say of Bass diffusion, model by model and together.

The fitting form is that of Srinivasan and Mason (1986, doi:10.1287/mksc.5.2.169): in the interval
from t to t' the market of m gains m (F(t') - F(t)), with

    F(t) = (1 - exp(-(p + q) t)) / (1 + q / p exp(-(p + q) t)),

and least squares over the intervals. Counts of active users err in the count as well, and an error
of a count stands in two differences with opposite signs. So the errors of the differences have the
covariance I + r D W D', where W weighs a count's error by its size and r is what part it has; r is
averaged over (0 for sales, whose errors are each interval's own).

Time is the calendar's. In the model, users come while a model serves, weighted by its power, so
that one of 85 % power and service spreads as with 0.85 p and 0.85 q: `statements` divides by it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize
from scipy.special import ndtri

from modelops_abm.arrays import Flags, Floats
from modelops_abm.clients.usage import UsageLog, Use
from modelops_abm.errors import InputError, Problem
from modelops_abm.evidence.estimates import Estimate, estimate, normalised
from modelops_abm.evidence.statements import Evidence
from modelops_abm.formats import plural
from modelops_abm.representation import Represented
from modelops_abm.rules import DAYS_PER_YEAR

_INNOVATION = (1e-5, 20.0)
_IMITATION = (1e-3, 60.0)
"""Where p and q are looked for, per year."""
FEWEST_INTERVALS = 5
"""Intervals that two coefficients, a market and their errors can be told from."""
_POINTS = 45
_LOOKS = 7
_WORTH_A_LOOK = 12.0
"""Log-likelihood below the best that is left out: 1 in 160,000."""
_PARTS_OF_COUNTS = (0.0, 0.5, 5.0, 500.0)
"""Averaged over: what part of the errors a count's own have."""
_HEAD_STARTS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Years before the first reading in which it may have begun, if nobody says."""
_BETWEEN_MODELS = (0.0, 0.15, 0.3, 0.6, 1.2)
"""Averaged over: how unlike models are, as a standard deviation of log p and log q."""
_BENDS = 8.0
"""How much larger the end of a market's range may be than its start, to be an end."""
_WIDEST = 3.0
"""Standard error of a market, as part of it, above which it is no better known."""
_ROUNDING = 1.0 / 12.0
"""Variance that rounding to whole users leaves."""
RUNNING = (0.70, 1.0)
"""Power times service of models that are in use, between which 90 % of organisations lie."""
USE = (0.50, 0.95)
"""Use by user as a share of full use: the range of `portfolio.initial_usage_share`."""
_MOST_INTERVALS = 36
_MANY = 12
"""Rows that hardly ever rise one after the other, unless they are counted up."""
_MOST_RESETS, _ONE_ROW = 0.1, 3.0
"""Part of the steps at which a counter begins again, and rows' worth that it may have by then."""
_AT_THE_START = 0.1
"""Share of the most users below which a first count is one of the beginning."""
_LEFT, _STILL_THERE = 0.7, 0.85
"""Shares of the most users: below the one in the end, they left; above the other, they had not."""


@dataclass(frozen=True, slots=True)
class Series:
    """New users or sales of one product, interval by interval.

    Attributes
    ----------
    name
        Of the model.
    years
        Ends of the intervals, rising: one more than there are intervals. Since going live, or, if
        `begins` is false, since the first reading.
    new
        What each interval brought; below 0 where a count fell.
    counted
        Whether they are differences of counts, which err themselves.
    begins
        Whether it is known that nobody used it at the first of the times.

    Raises
    ------
    InputError
        If times do not rise, are not one more than the numbers, or a number is not finite.
    """

    name: str
    years: Floats
    new: Floats
    counted: bool = False
    begins: bool = True

    def __post_init__(self) -> None:
        """Refuse what is no series."""
        rises = self.years.size == self.new.size + 1 and bool(np.all(np.diff(self.years) > 0.0))
        if not rises or not np.all(np.isfinite(self.new)):
            message = "a series needs rising times, one more than there are finite numbers"
            raise InputError([Problem(message, field=self.name)])


@dataclass(frozen=True, repr=False)
class UserCounts(Represented):
    """What a table of usage gives of users and their use."""

    series: tuple[Series, ...]
    """New users of each model that has any."""
    per_user_day: Mapping[str, float]
    """Predictions by user and day of each model that says both."""
    users: float
    """Those of the last row of each model, added up."""
    notes: tuple[str, ...]
    """What was decided, in sentences."""

    def statements(self, source: str) -> Evidence:
        """Return what follows for the predictions of a user who uses a model fully.

        What a log shows is use as it is, which is part of full use (`USE`).
        """
        found = _mean_of_lognormal(list(self.per_user_day.values()))
        if found is None:
            return ()
        told = _at_full_service(found, USE).statement("model.predictions_per_user_day", source)
        return () if told is None else (told,)

    def sentences(self) -> tuple[str, ...]:
        """Return what was counted, and what was decided."""
        found = _mean_of_lognormal(list(self.per_user_day.values()))
        mean = f"Predictions by user and day: {found.in_words()}." if found else ""
        # A table of predictions alone says nothing of users.
        at_last = f"Users at last: {self.users:,.0f}." if self.users else "No row says users."
        return tuple(filter(None, (at_last, mean, *self.notes)))


def user_counts(log: UsageLog, live: Mapping[str, date] | None = None) -> UserCounts:
    """Return new users by interval, and predictions by user and day, from a table of usage.

    Days are averaged over a thirty-sixth of the log, but at least a row apart; the count of an
    interval stands in its middle. A model begins with the log if its first count is below a tenth
    of its largest, or when a registry says so. Where users leave in the end, the series ends
    before: in Bass diffusion nobody leaves.

    Parameters
    ----------
    log
        What `modelops_abm.clients.usage.read_usage` gives.
    live
        Days of going live by model; compared whatever the capitals.
    """
    since = {name.casefold(): day for name, day in (live or {}).items()}
    series, notes, last, counted_up = [], list[str](), 0.0, set[str]()
    for model, uses in log.by_model.items():
        counts = [(use.day.toordinal(), use.users) for use in uses if use.users is not None]
        if counts:
            last += counts[-1][1]
            found = _series(model, np.array(counts, float), log.period_days, since, notes)
            series.extend([found] if found else [])
        predictions = [use.predictions for use in uses if use.predictions is not None]
        if _starts_anew(predictions):
            counted_up.add(model)
            notes.append(
                f"Predictions of {model} rise and begin again at nothing, as a counter does: they"
                " are left out; give what was made in each time instead."
            )
        elif _never_fall(predictions) and _never_fall(_by_user(uses)):
            # More users make more predictions; that each of them makes more in every row is a sum.
            counted_up.add(model)
            notes.append(
                f"Predictions of {model} rise with every row, for each user too, as what is counted"
                " since the beginning does: they are left out; give what was made in each time."
            )
        elif _never_fall(predictions):
            notes.append(
                f"Predictions of {model} rise with every row: if they are counted since the"
                " beginning, give what was made in each time instead."
            )
    per_user_day = {
        model: found for model, found in _per_user_day(log).items() if model not in counted_up
    }
    return UserCounts(tuple(series), per_user_day, last, tuple(notes))


def _starts_anew(counts: Sequence[float]) -> bool:
    """Return whether counts rise but where they fall to what one row adds: a counter is reset."""
    steps = np.diff(counts)
    falls = np.flatnonzero(steps < 0.0)
    if len(counts) < _MANY or not 0 < falls.size <= _MOST_RESETS * steps.size:
        return False
    after = [np.array(counts)[falls + 1], np.append(steps, 0.0)[falls + 1]]
    return bool((np.concatenate(after) <= _ONE_ROW * np.median(steps[steps >= 0.0])).all())


def _never_fall(counts: Sequence[float]) -> bool:
    return len(counts) >= _MANY and all(one < other for one, other in pairwise(counts))


def _by_user(uses: Sequence[Use]) -> list[float]:
    return [(use.predictions or 0.0) / use.users for use in uses if use.users]


def _series(
    model: str, counts: Floats, spacing: float, since: Mapping[str, date], notes: list[str]
) -> Series | None:
    days, users = counts.T
    # Three quarters, so that months, which are not alike, do not fall into one.
    width = max(0.75 * spacing, (days[-1] - days[0] + spacing) / _MOST_INTERVALS)
    place = np.floor((days - days[0]) / width + 1e-9).astype(int)
    sizes = np.bincount(place)
    kept = sizes > 0
    middles = np.bincount(place, days)[kept] / sizes[kept] + spacing / 2.0
    levels = np.bincount(place, users)[kept] / sizes[kept]
    end = _until_they_leave(levels)
    if end < levels.size:
        left = date.fromordinal(int(middles[end - 1]))
        notes.append(f"Users of {model} leave from {left} on: adoption is read until then.")
    middles, levels = middles[:end], levels[:end]
    live = since.get(model.casefold())
    begins = live is not None or bool(levels[0] < _AT_THE_START * levels.max())
    begin = float(live.toordinal()) if live is not None else days[0]
    if not begins:
        begin = middles[0]
    elif begin < middles[0]:
        middles, levels = np.append(begin, middles), np.append(0.0, levels)
    if middles.size < 2:
        return None
    return Series(model, (middles - begin) / DAYS_PER_YEAR, np.diff(levels), True, begins)


def _until_they_leave(levels: Floats) -> int:
    """Return how many levels there are before users leave for good; all if they do not."""
    if levels[-1] > _LEFT * levels.max():
        return int(levels.size)
    return int(np.flatnonzero(levels > _STILL_THERE * levels.max())[-1]) + 1


def _per_user_day(log: UsageLog) -> dict[str, float]:
    found = {}
    for model, uses in log.by_model.items():
        rows = [use for use in uses if use.users and use.predictions is not None]
        made = sum(use.predictions or 0.0 for use in rows)
        user_days = sum((use.users or 0.0) * _days_in(use.day, log) for use in rows)
        if made and user_days:
            found[model] = made / user_days
    return found


def _days_in(day: date, log: UsageLog) -> float:
    if log.period == "month":
        return float(monthrange(day.year, day.month)[1])
    return max(1.0, log.period_days)


def adopted(innovation: Floats | float, imitation: Floats | float, years: Floats | float) -> Floats:
    """Return F, the share of a market that has adopted after so many years.

    >>> adopted(0.24, 3.0, np.array([0.5, 1.0])).round(2)
    array([0.23, 0.65])
    """
    faded = np.exp(-(np.asarray(innovation) + imitation) * years)
    return np.asarray((1.0 - faded) / (1.0 + imitation / np.asarray(innovation) * faded))


@dataclass(frozen=True, repr=False)
class Adoption(Represented):
    """Bass diffusion of one model: what its series says, and the best point.

    Attributes
    ----------
    name
        Of the model.
    intervals
        How many there were.
    innovation, imitation
        p and q per year of the calendar.
    market
        m, the users in the end.
    best
        p, q and m of the least squares; None where the series says nothing.
    reason
        Why it says nothing, or what is left open; empty if all is told.
    """

    name: str
    intervals: int
    innovation: Estimate | None = None
    imitation: Estimate | None = None
    market: Estimate | None = None
    best: tuple[float, float, float] | None = None
    reason: str = ""

    def sentence(self) -> str:
        """Return what was found in one sentence."""
        if self.innovation is None or self.imitation is None or self.market is None:
            return f"{self.name}: nothing can be told of its adoption, as {self.reason}."
        told = (
            f"{self.name}: p {self.innovation.in_words('a year')}, q"
            f" {self.imitation.in_words('a year')}, market {self.market.in_words()}"
        )
        return f"{told}; {self.reason}." if self.reason else f"{told}."


@dataclass(frozen=True, repr=False)
class Adoptions(Represented):
    """Bass diffusion of many models, each alone and all together."""

    models: tuple[Adoption, ...]
    """Each series alone, in their order."""
    innovation: Estimate | None = None
    imitation: Estimate | None = None
    """p and q of a typical model, per year of the calendar, from all series together."""
    market: Estimate | None = None
    """Mean market of a model, over those whose own is told; None for fewer than three."""
    used: int = 0
    """How many series say something."""

    def sentences(self) -> tuple[str, ...]:
        """Return what was found, together first, then model by model."""
        if self.innovation is None or self.imitation is None:
            return tuple(model.sentence() for model in self.models)
        together = (
            f"Adoption of {plural(self.used, 'model')} together: p"
            f" {self.innovation.in_words('a year')}, q {self.imitation.in_words('a year')}."
        )
        return (together, *(model.sentence() for model in self.models))

    def statements(self, source: str, running: tuple[float, float] = RUNNING) -> Evidence:
        """Return what they say of p, q and the market of a scenario.

        Parameters
        ----------
        source
            Who says so.
        running
            Power times service in the time of the log, as a range that holds 90 %. Coefficients of
            the scenario are those at full power and service.
        """
        found = [
            _at_full_service(each, running).statement(about, source)
            for about, each in (
                ("model.innovation_per_year", self.innovation),
                ("model.imitation_per_year", self.imitation),
            )
            if each is not None
        ]
        if self.market is not None:
            found.append(self.market.statement("model.market_size", source))
        return tuple(each for each in found if each is not None)


def _at_full_service(found: Estimate, running: tuple[float, float]) -> Estimate:
    """Return a coefficient at full power and service; what is not known of both adds up."""
    least, most = running
    middle = found.middle / np.sqrt(least * most)
    own = np.log(most / least) / 2.0
    low, high = (
        float(middle * np.exp(side * np.hypot(np.log(found.middle / end), own)))
        for side, end in ((-1.0, found.low), (1.0, found.high))
    )
    return Estimate(low, float(middle), high, found.has_low, found.has_high)


@dataclass(frozen=True, slots=True)
class _Surface:
    """Likelihood of a series over a grid of log p x log q, and the market that fits best there."""

    innovation: Floats
    imitation: Floats
    log_likelihood: Floats
    market: Floats
    spread: Floats = field(repr=False)
    """Standard error of the market, as part of it."""

    @property
    def box(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return where p and q are worth a look."""
        worth = self.log_likelihood > self.log_likelihood.max() - _WORTH_A_LOOK
        return _ends(self.innovation, worth.any(axis=1)), _ends(self.imitation, worth.any(axis=0))


def _ends(points: Floats, worth: Flags) -> tuple[float, float]:
    """Return the points next to the first and last that are worth a look."""
    places = np.flatnonzero(worth)
    last = points.size - 1
    return float(points[max(places[0] - 1, 0)]), float(points[min(places[-1] + 1, last)])


def _adoption(series: Series, surface: _Surface | None, reason: str) -> Adoption:
    if surface is None:
        return Adoption(series.name, series.new.size, reason=reason)
    chances = normalised(surface.log_likelihood)
    innovation = _within(estimate(surface.innovation, chances.sum(axis=1)), _INNOVATION)
    imitation = _within(estimate(surface.imitation, chances.sum(axis=0)), _IMITATION)
    market = _market(surface, chances)
    return Adoption(
        series.name,
        series.new.size,
        innovation,
        imitation,
        market,
        _best(series, surface),
        _left_open(innovation, imitation, market, series.begins),
    )


def _why_not(series: Series) -> str:
    if series.new.size < FEWEST_INTERVALS:
        return f"there are fewer than {FEWEST_INTERVALS} intervals"
    if series.new.sum() <= 0.0:
        return "use does not grow"
    if np.count_nonzero(series.new) < 3:
        return "use changes in fewer than three intervals"
    return ""


def _own_surface(series: Series) -> _Surface:
    """Look closer and closer at where p and q may be, until a look shows no smaller place."""
    box = (_INNOVATION, _IMITATION)
    for _ in range(_LOOKS):
        surface = _surface(series, box)
        smaller = surface.box
        if _size(smaller) > 0.7 * _size(box):
            break
        box = smaller
    return surface


def _size(box: tuple[tuple[float, float], tuple[float, float]]) -> float:
    return float(np.prod([np.log(high / low) for low, high in box]))


def _surface(series: Series, box: tuple[tuple[float, float], tuple[float, float]]) -> _Surface:
    innovation, imitation = (np.geomspace(low, high, _POINTS) for low, high in box)
    log_likelihood, market, spread = _likelihood(
        series, innovation[:, np.newaxis], imitation[np.newaxis, :]
    )
    return _Surface(innovation, imitation, log_likelihood, market, spread)


def _likelihood(
    series: Series, innovation: Floats, imitation: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the likelihood of p and q, the best market and its relative standard error.

    What else is not known is averaged over: the part of the counts' errors, and the start.
    """
    starts = (0.0,) if series.begins else _HEAD_STARTS
    parts = _PARTS_OF_COUNTS if series.counted else (0.0,)
    cases = [
        _of_case(series, innovation, imitation, start, _whitener(series, part))
        for start in starts
        for part in parts
    ]
    likelihoods = np.stack([case[0] for case in cases])
    together = np.logaddexp.reduce(likelihoods)
    weights = np.exp(likelihoods - together)
    markets = np.stack([case[1] for case in cases])
    market = np.sum(weights * markets, axis=0)
    # Of the market, what each case leaves open and what they differ by, as parts of it.
    spreads = np.minimum(np.stack([case[2] for case in cases]), _WIDEST)
    ratio = markets / market
    variance = np.sum(weights * (spreads * ratio) ** 2 + weights * (ratio - 1.0) ** 2, axis=0)
    return together, market, np.minimum(np.sqrt(variance), _WIDEST)


def _whitener(series: Series, part: float) -> Floats:
    """Return the matrix that makes the errors of the differences independent and equal."""
    size = series.new.size
    if part == 0.0:
        return np.eye(size)
    levels = np.concatenate([[0.0], np.cumsum(series.new)])
    own = (np.maximum(levels, 0.0) / max(levels.max(), 1.0)) ** 2
    # Where nobody is known to have begun, the first reading is a count and errs as the others.
    own[0] = 0.0 if series.begins else own[1:].mean()
    change = np.diff(np.eye(size + 1), axis=0)
    covariance = np.eye(size) + part * (change * own) @ change.T
    # Of equal determinant, so that likelihoods of different parts can be compared.
    factor = np.linalg.cholesky(covariance)
    factor /= np.exp(np.mean(np.log(np.diag(factor))))
    return np.asarray(np.linalg.inv(factor))


def _of_case(
    series: Series, innovation: Floats, imitation: Floats, start: float, whitener: Floats
) -> tuple[Floats, Floats, Floats]:
    grid = np.broadcast_shapes(innovation.shape, imitation.shape)
    at = series.years + start
    shares = adopted(innovation[..., np.newaxis], imitation[..., np.newaxis], at)
    gains = np.diff(np.broadcast_to(shares, (*grid, at.size)), axis=-1) @ whitener.T
    seen = whitener @ series.new
    strength = np.maximum(np.einsum("...n,...n->...", gains, gains), 1e-300)
    market = np.maximum((gains @ seen) / strength, 1e-12)
    left = np.maximum(seen @ seen - market**2 * strength, 0.0)
    free = max(series.new.size - 3, 1)
    left = left + (_ROUNDING if series.counted else 1e-9) * series.new.size
    # The market is averaged over, flat in its logarithm, and the size of the errors: that leaves
    # the sum of squares to the power of half of what is left of the intervals.
    log_likelihood = -0.5 * (series.new.size - 1) * np.log(left)
    spread = np.sqrt(left / free / strength) / market
    return log_likelihood, market, spread


def _within(found: Estimate, limits: tuple[float, float]) -> Estimate:
    """Return an estimate on a grid of its own: open only where that ends with the limits."""
    has_low = found.has_low or found.low > 3.0 * limits[0]
    has_high = found.has_high or found.high < limits[1] / 3.0
    return Estimate(found.low, found.middle, found.high, has_low, has_high)


def _market(surface: _Surface, chances: Floats) -> Estimate:
    """Return the market: what differs along the grid, and what each point leaves open."""
    steps = ndtri((np.arange(9) + 0.5) / 9)
    points = surface.market[..., np.newaxis] * np.exp(surface.spread[..., np.newaxis] * steps)
    order = np.argsort(points, axis=None)
    weights = np.broadcast_to(chances[..., np.newaxis] / steps.size, points.shape).ravel()[order]
    low, middle, high = np.interp((0.05, 0.5, 0.95), np.cumsum(weights), points.ravel()[order])
    # Far more is nearly as likely: that is a series which has not begun to bend.
    is_bounded = bool(high < _BENDS * low)
    return Estimate(float(low), float(middle), float(high), has_high=is_bounded)


def _best(series: Series, surface: _Surface) -> tuple[float, float, float]:
    """Return p, q and m of the least squares, from the best point of the grid on."""
    at = np.unravel_index(int(surface.log_likelihood.argmax()), surface.log_likelihood.shape)
    start = np.log([surface.innovation[at[0]], surface.imitation[at[1]]])

    def cost(logs: Floats) -> float:
        innovation, imitation = np.exp(np.clip(logs, -20.0, 6.0))
        return -float(_likelihood(series, innovation, imitation)[0])

    found = minimize(cost, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-8})
    innovation, imitation = np.exp(np.clip(found.x, -20.0, 6.0))
    market = float(_likelihood(series, innovation, imitation)[1])
    return float(innovation), float(imitation), market


def _left_open(innovation: Estimate, imitation: Estimate, market: Estimate, begins: bool) -> str:
    reasons = []
    if not market.has_high:
        reasons.append("growth has not slowed, so nothing says where it ends")
    if not innovation.has_low:
        reasons.append("p cannot be told from nothing: those who look at nobody are too few to see")
    if not imitation.has_low:
        reasons.append("q cannot be told from nothing: growth slows from the first day")
    if not (innovation.has_high and imitation.has_high):
        reasons.append("it was adopted faster than the intervals can show")
    if not begins:
        reasons.append("it was in use before the first reading, and nobody says since when")
    return "; ".join(reasons)


def adoptions_of(series: Sequence[Series]) -> Adoptions:
    """Return what many series say, each alone and all together.

    Together, models are alike but for a lognormal spread of p and q, which is averaged over
    (`_BETWEEN_MODELS`); so a model of few readings borrows from the others, and many models that
    differ do not make a typical one look better known than it is.

    Examples
    --------
    >>> colour_tv = [747, 1480, 2646, 5118, 5777, 5982, 5962, 4631]
    >>> told = adoptions_of([Series("Colour TV", np.arange(9.0), np.array(colour_tv, float))])
    >>> p, q, m = told.models[0].best
    >>> round(p, 4), round(q, 4), round(m)  # Mahajan, Mason & Srinivasan 1986: .0185, .6159, 39,659
    (0.0185, 0.6159, 39659)
    """
    reasons = [_why_not(each) for each in series]
    own = [
        None if reason else _own_surface(each) for each, reason in zip(series, reasons, strict=True)
    ]
    alone = tuple(map(_adoption, series, own, reasons))
    usable = [each for each, reason in zip(series, reasons, strict=True) if not reason]
    if not usable:
        return Adoptions(alone)
    boxes = [surface.box for surface in own if surface is not None]
    box = tuple(
        (min(each[axis][0] for each in boxes), max(each[axis][1] for each in boxes))
        for axis in (0, 1)
    )
    surfaces = [_surface(each, (box[0], box[1])) for each in usable]
    chances = _together(surfaces)
    return Adoptions(
        alone,
        _within(estimate(surfaces[0].innovation, chances.sum(axis=1)), _INNOVATION),
        _within(estimate(surfaces[0].imitation, chances.sum(axis=0)), _IMITATION),
        _mean_market(alone),
        len(usable),
    )


def _together(surfaces: Sequence[_Surface]) -> Floats:
    """Return the chances of a typical p and q: each model's own, blurred by how unlike they are."""
    first = surfaces[0]
    steps = [np.log(points[1] / points[0]) for points in (first.innovation, first.imitation)]
    own = [normalised(surface.log_likelihood) for surface in surfaces]
    total = np.zeros_like(own[0])
    cases = []
    for spread in _BETWEEN_MODELS if len(surfaces) > 1 else (0.0,):
        # Never less than half a step: a peak between two points of the grid would be missed.
        width = [max(spread / step, 0.5 if len(surfaces) > 1 else 0.0) for step in steps]
        total = sum(
            (np.log(gaussian_filter(each, width, mode="nearest") + 1e-300) for each in own),
            np.zeros_like(own[0]),
        )
        cases.append(total)
    return normalised(np.logaddexp.reduce(np.stack(cases)))


def _mean_market(models: Sequence[Adoption]) -> Estimate | None:
    """Return the mean market of a model, from those whose own is told: three or more."""
    return _mean_of_lognormal(
        [m.market.middle for m in models if m.market is not None and m.market.is_known]
    )


def _mean_of_lognormal(values: Sequence[float]) -> Estimate | None:
    """Return the mean of what models differ in lognormally, from three or more of them."""
    if len(values) < 3:
        return None
    logs = np.log(values)
    # The mean of the logarithms and half their variance both err.
    variance = float(logs.var(ddof=1))
    error = np.sqrt(variance / logs.size + variance**2 / (2.0 * (logs.size - 1)))
    middle = float(np.exp(logs.mean() + variance / 2.0))
    width = float(np.exp(1.645 * max(error, 0.01)))
    return Estimate(middle / width, middle, middle * width)
