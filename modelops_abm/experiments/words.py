"""Words that experiments share: differences, levels, amounts, chances, what intervals leave out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

import numpy as np

from modelops_abm import formats
from modelops_abm.experiments.finance import Finance
from modelops_abm.experiments.information import Asking, Worth
from modelops_abm.experiments.plans import STOPS
from modelops_abm.experiments.statistics import Estimate, PairedDifference, Share
from modelops_abm.runs.summary import OUTCOMES
from modelops_abm.scenario import CapabilityName
from modelops_abm.scenario.capabilities import words_of

INTERVAL = f"95{formats.NARROW_SPACE}% interval"
HALF_WIDTH = f"±95{formats.NARROW_SPACE}%"
"""Headings of the columns that say how well a mean is known."""
CAUTION = (
    "Intervals are chance only. The assumptions are as set, and many of them are judgement:"
    " 'modelops-abm show'."
)
CAUTION_OVER = (
    "Intervals are over draws of what the organisation may be, and over chance; plan and baseline"
    " have the same draw and the same chances in each future."
)

IS_BASELINE = "This is the baseline"

PAID, WHOLE_COST = "Investment: capital and upkeep", "Whole cost: with the team's time"
ON_PAID, ON_WHOLE_COST = "paid", "of the whole cost"
"""What a plan costs, and on what its two returns are: see `experiments.finance`."""

_WORDS = dict(zip(STOPS, ("none", "some", "half", "most", "full"), strict=True))


def level_word(level: float) -> str:
    """Return a level in words: none, some, half, most, full; between them 60 %."""
    return _WORDS.get(level, formats.share(level, 0))


def level_of_capability(capability: CapabilityName, level: float) -> str:
    """Return a level with its capability: no automation, half lineage, 60 % rollback."""
    return f"{'no' if level == 0.0 else level_word(level)} {words_of(capability)}"


def mean_of(difference: PairedDifference) -> float:
    """Return the mean; NaN if there is none."""
    mean = difference.estimate.mean
    return math.nan if mean is None else mean


def known_money(worth: PairedDifference, *, signed: bool = False) -> str:
    """Return an amount with as many digits as are known; without `signed` its size alone."""
    mean, half_width = mean_of(worth), worth.estimate.half_width
    return formats.money(mean if signed else abs(mean), half_width=half_width, signed=signed)


def worth_of_knowing(worth: Worth) -> tuple[str, str]:
    """Return what information is worth, and its interval; or what bound is known.

    A dash where it was worth nothing at every point, which tells no interval.
    """
    if worth.high is None:
        # Half of it for a half-width: a bound has a digit or two, and no more.
        known = formats.money(worth.low, half_width=worth.low / 2.0) if worth.low > 0.0 else ""
        return (f"at least {known}" if known else formats.NOTHING), "cannot be told"
    if worth.high == 0.0:
        return formats.money(0.0), formats.NOTHING
    interval = formats.money_interval(worth.low, worth.high)
    if worth.low == 0.0:
        return f"at most {formats.money(worth.high, half_width=worth.high / 2.0)}", interval
    half_width = (worth.high - worth.low) / 2.0
    return formats.money(worth.mean, half_width=half_width), interval


def return_in_words(
    per_dollar: float | None, interval: tuple[float, float] | None
) -> tuple[str, str]:
    """Return what a dollar returns, and its interval; a dash for what does not exist."""
    if per_dollar is None:
        return formats.NOTHING, formats.NOTHING
    low, high = (per_dollar, per_dollar) if interval is None else interval
    half_width = (high - low) / 2.0
    if formats.known(per_dollar, half_width) is None:
        return formats.money(per_dollar), formats.NOTHING
    known = formats.money(per_dollar, half_width=half_width)
    return known, formats.money_interval(low, high)


def settling_in_words(settles: Mapping[str, Asking] | None) -> str:
    """Return what is most worth finding out before deciding; nothing if that was not looked at.

    Parameters
    ----------
    settles
        What may be asked, what is worth most first; None if that was not looked at.
    """
    if settles is None:
        return ""
    nothing = "No single answer can be told to be worth finding out."
    if not settles:  # all is answered
        return nothing
    asks, worth = next(iter(settles.values()))
    # What an answer may be worth at most decides on whether to ask.
    most = worth.mean if worth.high is None else worth.high
    if most == 0.0 or (worth.low, worth.mean) == (0.0, 0.0):
        return nothing
    amount = formats.money(most, half_width=most / 2.0)
    least = "up to" if worth.low > 0.0 else "$0 to"
    # Without an upper end it is an estimate, and no bound.
    return f"First find out, worth {'about' if worth.high is None else least} {amount}: {asks}"


def settling_as_json(settles: Mapping[str, Asking] | None) -> dict[str, Any] | None:
    """Return what may be asked before deciding as plain data; None if that was not looked at."""
    if settles is None:
        return None
    return {name: {"asks": asks, **asdict(worth)} for name, (asks, worth) in settles.items()}


class Subject(NamedTuple):
    """What is compared with the baseline, in words that fit into sentences."""

    name: str
    are: str
    lose: str
    they_pay: str


def worth_in_words(subject: Subject, figure: str, horizon_days: int) -> Sentence:
    """Return what a plan that earns is worth."""
    before = f"{capitalised(subject.name)} {subject.are} worth "
    return Sentence(before, figure, f" over {formats.span(horizon_days)}.")


ALL_FIVE = Subject("all five capabilities", "are", "lose", "They pay for themselves")
THIS_PLAN = Subject("this plan", "is", "loses", "It pays for itself")


class Difference(NamedTuple):
    """The mean difference of an outcome over all futures; NaN for what does not exist."""

    outcome: str
    mean: float
    half_width: float

    @classmethod
    def of(cls, outcome: str, estimate: Estimate) -> Self:
        """Return the difference that an estimate gives."""
        # NaN spares every reader the case of None: all comparisons are false.
        mean, half_width = (
            math.nan if value is None else value for value in (estimate.mean, estimate.half_width)
        )
        return cls(outcome, mean, half_width)

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out zero."""
        return abs(self.mean) > self.half_width

    @property
    def text(self) -> str:
        """The difference with as many digits as are known."""
        if math.isnan(self.mean):
            return formats.NOTHING
        unit, known = OUTCOMES[self.outcome].unit, self.half_width
        if unit.startswith("$"):
            return formats.money(self.mean, half_width=known, signed=True)
        if unit == "share":
            return formats.points(self.mean, half_width=known)
        return formats.difference(self.mean, half_width=known)

    @property
    def with_unit(self) -> str:
        """The difference where no heading has its unit: +60.3 days."""
        unit = OUTCOMES[self.outcome].unit
        return self.text if unit == "share" or unit.startswith("$") else f"{self.text} {unit}"

    @property
    def interval(self) -> str:
        """The 95 % interval; a dash if there is none, or nothing but rounding in it."""
        if formats.known(self.mean, self.half_width) is None:
            return formats.NOTHING
        low, high = self.mean - self.half_width, self.mean + self.half_width
        unit = OUTCOMES[self.outcome].unit
        if unit.startswith("$"):
            return formats.money_interval(low, high)
        return (
            formats.points_interval(low, high) if unit == "share" else formats.interval(low, high)
        )

    @property
    def width(self) -> str:
        """Half the width of the interval; a dash like `interval`."""
        known = formats.known(self.mean, self.half_width)
        if known is None:
            return formats.NOTHING
        unit = OUTCOMES[self.outcome].unit
        if unit == "share":
            return formats.number(100.0 * known, formats.digits_of(100.0 * known))
        if unit.startswith("$"):
            return formats.money(known)
        return formats.difference(known, half_width=known).removeprefix("+")


@dataclass(frozen=True, slots=True)
class PaidBack:
    """When a plan pays back, over all its futures: what every word and mark about it is made of.

    A future has paid back on the first day from which the difference so far, discounted, stays at 0
    or above. Of a plan two things are said: in how many futures that is within the horizon, and the
    day of the middle one of all of them, those that never pay back last. So it has no day if half
    of the futures or more never do. Futures that end as the baseline does, and were never behind,
    have nothing to pay back: they are told by themselves.

    Attributes
    ----------
    paid, futures
        How many futures pay back within the horizon, and of how many.
    day
        Of the middle one: 0 from the start, infinite if it never does, None without any that has
        something to pay back.
    same
        How many end as the baseline does.
    """

    paid: int
    futures: int
    day: float | None
    same: int = 0

    @classmethod
    def of(cls, view: Finance) -> Self:
        """Return what the finance view of a plan knows of it."""
        days = view.payback_days
        same = int(np.count_nonzero(np.isnan(days)))
        # Told by those that never do, as the finance view counts them.
        never = view.never
        return cls(never.n - never.count - same, never.n, view.median_payback_day, same)

    @property
    def is_typical(self) -> bool:
        """Whether most futures pay back, so that there is a day to tell."""
        return self.day is not None and math.isfinite(self.day)

    @property
    def when(self) -> str:
        """The day in words: month 9, from the start, never."""
        return formats.payback(self.day)

    @property
    def count(self) -> str:
        """In how many futures: 120 of 200."""
        return formats.count_of(self.paid, self.futures)

    @property
    def count_of_when(self) -> str:
        """In how many futures `when` is so: where most never pay back, that many never do."""
        so = self.paid if self.is_typical else self.futures - self.paid - self.same
        return formats.count_of(so, self.futures)

    @property
    def as_baseline(self) -> str:
        """How many have nothing to pay back, behind a semicolon; empty if none.

        >>> PaidBack(30, 200, 150.0, 70).as_baseline
        '; 70 end as the baseline does'
        """
        if not self.same:
            return ""
        ends = "end as the baseline does" if self.same > 1 else "ends as the baseline does"
        return f"; {formats.number(self.same)} {ends}"

    @property
    def typically(self) -> str:
        """The day behind a comma, if most futures pay back: typically month 9."""
        return f", typically {self.when}" if self.is_typical else ""

    @property
    def text(self) -> str:
        """Both: in 120 of 200 futures, typically month 9.

        >>> PaidBack(120, 200, 250.0).text
        'in 120 of 200 futures, typically month 9'
        >>> PaidBack(80, 200, math.inf).text
        'in 80 of 200 futures'
        """
        return f"in {self.count} futures{self.typically}"


class Sentence(NamedTuple):
    """A sentence with the figure that it is about, which may be set apart."""

    before: str
    figure: str
    after: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.figure}{self.after}"


def chance(share: Share) -> tuple[str, str]:
    """Return how many of how many, and the interval of the chance: 9 of 400, 1 to 4 %."""
    interval = formats.share_interval(share.low, share.high)
    return formats.count_of(share.count, share.n), interval


def capitalised(words: str) -> str:
    """Return words that begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"
