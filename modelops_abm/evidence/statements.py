"""Statements about an organisation: of what, how much, how well it is known, and who says so.

A statement is about a measure, which every run of a scenario shows, or about a value of the
scenario itself. Whoever says it, an interview, a log or a publication, says it in this form, and
the fit (docs/decisions/0049) asks each the same: how likely it is, were a number the true one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy.special import gammaincinv, logit, ndtri

from modelops_abm.arrays import Floats
from modelops_abm.errors import InputError, Problem
from modelops_abm.scenario.knowledge import PERCENT, SpreadFamily

type How = Literal["exactly", "about", "between", "computed"]

EXACTLY = 0.05
"""What "exactly" leaves open either way: what is counted in a window depends on the window."""
ABOUT = 0.20
"""What "about" leaves open either way."""


@dataclass(frozen=True, slots=True)
class Statement:
    """How much something is, as a range that holds `percent` of what is thought possible.

    Attributes
    ----------
    about
        Name of a measure or dotted name of a value of the scenario.
    low, middle, high
        The range in the unit of what it is about, and its median.
    family
        ``lognormal`` for what is positive, ``logit-normal`` for shares; each half of the range with
        its own width.
    how
        How it was said; ``computed`` for what follows from a log.
    percent
        Between 0 and 100.
    source
        Who says so: a file, a person, a publication.

    Raises
    ------
    InputError
        If the numbers do not rise from above 0 (of a share to below 1), or `percent` is none.
    """

    about: str
    low: float
    middle: float
    high: float
    family: SpreadFamily = "lognormal"
    how: How = "between"
    percent: float = PERCENT
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a range that is none."""
        limit = np.inf if self.family == "lognormal" else 1.0
        if not 0.0 < self.low < self.middle < self.high < limit:
            what = "above 0" if self.family == "lognormal" else "between 0 and 1"
            message = f"{self.low:g} to {self.high:g} is no range of numbers {what}"
            raise InputError([Problem(message, field=self.about)])
        if not 0.0 < self.percent < 100.0:
            raise InputError([Problem("a range holds 0 to 100 %", field=self.about)])

    @property
    def range(self) -> tuple[float, float]:
        """The ends of 90 % of what it leaves open, whatever its own range holds.

        >>> half = Statement("users", 50.0, 100.0, 200.0, percent=50.0)
        >>> [round(end) for end in half.range]
        [18, 542]
        """
        if self.percent == PERCENT:
            return self.low, self.high
        all_of_it = widened(self, ndtri(0.5 + PERCENT / 200) / ndtri(0.5 + self.percent / 200))
        return all_of_it.low, all_of_it.high

    def log_likelihood(self, values: Floats) -> Floats:
        """Return how likely the statement is, were each of the values true; 0 at the middle.

        Parameters
        ----------
        values
            Of any shape, in the statement's unit; what is not a number is impossible.

        Examples
        --------
        >>> said = about("outages_per_month", 28.0)
        >>> chances = said.log_likelihood(np.array([14.0, 28.0, 33.6]))
        >>> [round(float(chance), 2) for chance in chances]
        [-19.55, -0.0, -1.35]
        """
        to = np.log if self.family == "lognormal" else logit
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = to(values) - to(self.middle)
        below, above = to(self.middle) - to(self.low), to(self.high) - to(self.middle)
        units = distance / np.where(distance < 0.0, below, above) * ndtri(0.5 + self.percent / 200)
        return np.asarray(np.where(np.isnan(units), -np.inf, -0.5 * units**2))


@dataclass(frozen=True, slots=True)
class Count:
    """So many events in so many years of exposure: evidence of a rate, also if there are none.

    Raises
    ------
    InputError
        If there are fewer events than none, or no years.
    """

    about: str
    """As `Statement` has it; a rate per year."""
    events: int
    """How many were seen."""
    years: float
    """Of exposure, for example model-years in production."""
    source: str = ""
    """Who says so."""

    def __post_init__(self) -> None:
        """Refuse what cannot be counted."""
        if self.events < 0 or not 0.0 < self.years < np.inf:
            raise InputError([Problem("a count needs events and years", field=self.about)])

    def log_likelihood(self, values: Floats) -> Floats:
        """Return how likely the count is under each rate (Poisson); 0 at the best.

        Examples
        --------
        >>> none_in_three_years = Count("incidents.compliance_per_year", 0, 3.0)
        >>> none_in_three_years.log_likelihood(np.array([0.0, 1.0]))
        array([ 0., -3.])
        """
        expected = np.asarray(values, dtype=np.float64) * self.years
        with np.errstate(divide="ignore", invalid="ignore"):
            of_events = self.events * np.log(expected / self.events) if self.events else 0.0
        found = of_events - (expected - self.events)
        return np.asarray(np.where(np.isnan(found) | (expected < 0.0), -np.inf, found))

    @property
    def range(self) -> tuple[float, float]:
        """The ends of 90 % of the rates that it leaves open."""
        low, high = self.quantiles(np.array([0.05, 0.95]))
        return float(low), float(high)

    def quantiles(self, shares: Floats) -> Floats:
        """Return the rates below which such shares lie (Gamma with Jeffreys' prior, 1/2)."""
        return np.asarray(gammaincinv(self.events + 0.5, shares) / self.years)


type Evidence = tuple[Statement | Count, ...]


def evidence_as_json(each: Statement | Count) -> dict[str, Any]:
    """Return a statement or count as plain data."""
    kind = "count" if isinstance(each, Count) else "statement"
    return {"kind": kind, **asdict(each)}


def evidence_of(data: dict[str, Any]) -> Statement | Count:
    """Return a statement or count from plain data, as `evidence_as_json` makes it.

    Raises
    ------
    InputError, KeyError, TypeError
        If it is none.
    """
    kind = data.pop("kind")
    return Count(**data) if kind == "count" else Statement(**data)


def exactly(
    what: str, value: float, family: SpreadFamily = "lognormal", source: str = ""
) -> Statement:
    """Return that something is so much, give or take what a window decides (`EXACTLY`)."""
    return _around(what, value, EXACTLY, "exactly", family, source)


def about(
    what: str, value: float, family: SpreadFamily = "lognormal", source: str = ""
) -> Statement:
    """Return that something is about so much, give or take a fifth (`ABOUT`); of a share, its odds.

    >>> said = about("availability", 0.98, "logit-normal")
    >>> round(said.low, 3), round(said.high, 3)
    (0.976, 0.983)
    """
    return _around(what, value, ABOUT, "about", family, source)


def between(
    what: str, low: float, high: float, family: SpreadFamily = "lognormal", source: str = ""
) -> Statement:
    """Return that something lies in a range, most likely in the middle of it.

    >>> round(between("time_to_restore_hours", 20.0, 50.0).middle, 1)
    31.6
    """
    return Statement(what, low, middle_of(low, high, family), high, family, source=source)


def _around(
    what: str, value: float, part: float, how: How, family: SpreadFamily, source: str
) -> Statement:
    low, high = (scaled(value, by, family) for by in (1.0 / (1.0 + part), 1.0 + part))
    return Statement(what, low, value, high, family, how, source=source)


def scaled(value: float, by: float, family: SpreadFamily) -> float:
    """Return so many times a number, or of a share so many times its odds.

    >>> scaled(10.0, 2.0, "lognormal"), scaled(0.5, 3.0, "logit-normal")
    (20.0, 0.75)
    """
    return _back(_odds(value, family) * by, family)


def widened(said: Statement, by: float = 2.0) -> Statement:
    """Return a statement whose range is so many times as wide, by ratios or ratios of odds.

    >>> said = widened(between("time_to_restore_hours", 20.0, 80.0))
    >>> [round(end, 9) for end in (said.low, said.middle, said.high)]
    [10.0, 40.0, 160.0]
    """
    low, middle, high = (_odds(each, said.family) for each in (said.low, said.middle, said.high))
    ends = (_back(middle * (end / middle) ** by, said.family) for end in (low, high))
    return replace(said, low=next(ends), high=next(ends), how="between")


def middle_of(low: float, high: float, family: SpreadFamily) -> float:
    """Return the middle of a range by ratios, or of a share by ratios of odds."""
    return middle_of_many((low, high), family)


def middle_of_many(values: Sequence[float], family: SpreadFamily) -> float:
    """Return the middle of numbers by ratios, or of shares by ratios of odds.

    >>> round(middle_of_many((2.0, 4.0, 8.0), "lognormal"), 9)
    4.0
    """
    product = math.prod(_odds(value, family) for value in values)
    return _back(product ** (1.0 / len(values)), family)


def _odds(value: float, family: SpreadFamily) -> float:
    """Return what a factor acts on: the number, or the odds of a share; NaN where it has none."""
    limit = np.inf if family == "lognormal" else 1.0
    if not 0.0 < value < limit:
        return np.nan
    return value if family == "lognormal" else value / (1.0 - value)


def _back(odds: float, family: SpreadFamily) -> float:
    return float(odds if family == "lognormal" else odds / (1.0 + odds))
