"""Amounts of one plan that are read together, in the same unit and with matching digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from modelops_abm import formats
from modelops_abm.experiments import Comparison, PairedDifference

_MOST_OF_A_UNIT = 40.0
"""A plan whose futures differ from the baseline by less than this part of a unit has a smaller."""
_OF_LEVELS = 1
"""Digits of net values beside a difference in a smaller unit."""
_ALMOST = 1e-9
_MOST_OF_TWO_DIGITS = 35.4
"""The largest two digits of an interval that are both worth a place."""


class Money(NamedTuple):
    """The unit in which amounts are shown."""

    size: float
    """What an amount is divided by."""
    unit: str
    """The unit in words: ``M $``."""

    @property
    def short(self) -> str:
        """The unit behind a number: a narrow space and M; empty for plain dollars."""
        prefix = self.unit.removesuffix("$").strip()
        return f"{formats.NARROW_SPACE}{prefix}" if prefix else ""

    def with_unit(self, number: str) -> str:
        """Return a number in this unit with it, for a sentence: +3.6 is +$3.6 M."""
        sign = number[0] if number[0] in f"+{formats.MINUS}" else ""
        return f"{sign}${number.removeprefix(sign)}{self.short}"

    def all_with_unit(self, numbers: str) -> str:
        """Return a range in this unit with it, for a sentence: 0.1 to 2.2 M, −$70 to $0."""
        if self.short:
            return f"{numbers}{self.short}"
        return " to ".join(map(self.with_unit, numbers.split(" to ")))

    def level(self, amount: float, digits: int) -> str:
        """Return an amount with its unit: $12.15 M; nothing is $0."""
        return self.with_unit(formats.number(amount / self.size, digits)) if amount else "$0"

    def half_width(self, amount: float) -> str:
        """Return half the width of an interval with two digits, or one: ±0.15 M, ±0.06 M."""
        scaled = amount / self.size
        text = formats.number(scaled, formats.digits_of(scaled))
        known = text.rstrip("0").rstrip(".") if "." in text else text
        return f"±{self.all_with_unit(known)}"

    def difference(self, amount: float, half_width: float | None) -> str:
        """Return a difference with the digits that its interval supports: +0.44, +0.443."""
        digits = _digits_within(2.0 * (half_width or 0.0) / self.size)
        return formats.number(amount / self.size, digits, signed=True)

    def worth(self, difference: PairedDifference) -> str:
        """Return the average of a difference with the digits that suit its futures: +1.4.

        So it is the same in every place, and does not lose digits while more futures come in.
        """
        mean = difference.estimate.mean
        if mean is None:
            return formats.NOTHING
        digits = digits_for(difference, self.size) if mean else 0
        return formats.number(mean / self.size, digits, signed=True)


class Notation(NamedTuple):
    """How the worth of a plan is written, wherever it stands: a unit, and digits.

    The unit is that of the net values of plan and baseline, or a smaller one of a plan that makes
    next to nothing of them: $70 is no $0.00007 M. The digits suit the range of 95 of 100
    futures, which more futures do not narrow: a number keeps its digits while it gets better known.
    """

    money: Money
    """The unit."""
    digits: int
    """Digits after the decimal point of the worth of the whole plan."""

    def worth(self, amount: float | None) -> str:
        """Return what a plan is worth: +3.6; a dash if nobody knows."""
        return self._written(amount, self.digits)

    def in_dollars(self, amount: float | None, *, is_part: bool = False) -> str:
        """Return what a plan, or a part of one, is worth with its unit, for a sentence: +$3.6 M."""
        text = self.part(amount) if is_part else self.worth(amount)
        return self.money.with_unit(text) if amount else text.replace("0", "$0")

    def part(self, amount: float | None) -> str:
        """Return what a part of a plan is worth, with a digit more than the whole: +0.80."""
        return self._written(amount, self.digits + 1)

    def between(self, difference: PairedDifference, *, signed: bool = False) -> str:
        """Return the range of 95 of 100 futures of a whole plan: 0.1 to 2.2; empty without any."""
        if difference.futures is None:
            return ""
        low, high = (end / self.money.size for end in difference.futures)
        return between(low, high, self.digits, signed=signed)

    def interval(self, difference: PairedDifference) -> str:
        """Return the interval of the average with its unit: −0.26 to +0.24 M; empty without any."""
        known = difference.estimate
        if known.low is None or known.high is None:
            return ""
        low, high = known.low / self.money.size, known.high / self.money.size
        ends = between(low, high, formats.digits_of((high - low) / 2.0))
        return self.money.all_with_unit(ends)

    def _written(self, amount: float | None, digits: int) -> str:
        if amount is None:
            return formats.NOTHING
        return formats.number(amount / self.money.size, digits if amount else 0, signed=True)


def notation_of(comparison: Comparison) -> Notation:
    """Return how the worth of a plan is written; see `Notation`.

    Over what the organisation may be it has the unit of the values as set, beside which it stands,
    and digits that suit its own range.
    """
    as_set = comparison if comparison.over is None else comparison.over.as_set
    money = money_of(as_set)
    return Notation(money, digits_for(comparison.difference("npv"), money.size))


def money_of(comparison: Comparison) -> Money:
    """Return the unit that suits what a plan is worth beside its net value; see `Notation`."""
    whole = max(map(abs, comparison.means("npv")))
    unit, apart = Money(*formats.money_scale(whole)), comparison.difference("npv")
    largest = max(map(abs, (apart.estimate.mean or 0.0, *(apart.futures or ()))))
    if 0.0 < largest < unit.size / _MOST_OF_A_UNIT:
        return Money(*formats.money_scale(largest))
    return unit


class Levels(NamedTuple):
    """Net present value of plan and baseline, as all of the page writes them."""

    money: Money
    """The unit."""
    digits: int
    """Digits after the decimal point."""
    plan: str
    """With the plan: 16.8."""
    baseline: str
    """Without it: 13.1."""


def levels_of(comparison: Comparison) -> Levels:
    """Return net present value of plan and baseline, in the unit and with the digits of all."""
    notation = notation_of(comparison)
    money = Money(*formats.money_scale(max(map(abs, comparison.means("npv")))))
    digits = notation.digits if money == notation.money else _OF_LEVELS
    means = (formats.number(mean / money.size, digits) for mean in comparison.means("npv"))
    return Levels(money, digits, *means)


def as_printed(value: float, digits: int) -> float:
    """Return a number as it is read with so many digits."""
    return float(f"{value:.{digits}f}")


def apportioned(parts: Sequence[float], total: float, digits: int) -> list[float]:
    """Return parts with so many digits that add up to a total as it stands.

    Each is rounded down or up, those up that are nearest to it, so that none is off by more than
    one of the last digit; nothing stays nothing.

    Parameters
    ----------
    parts
        What adds up to the total, but for rounding.
    total
        The total, with no more digits than the parts get.

    Examples
    --------
    >>> apportioned([2.4, 1.4, 1.2], 5.0, 0)
    [3.0, 1.0, 1.0]
    """
    step = 10.0**-digits
    down = [math.floor(part / step + _ALMOST) for part in parts]
    rests = [part / step - low for part, low in zip(parts, down, strict=True)]
    lacking = round(total / step) - sum(down)
    places = [place for place, part in enumerate(parts) if part]
    order = sorted(places, key=lambda place: -rests[place])
    while order and lacking:
        sign = 1 if lacking > 0 else -1
        for place in (order if sign > 0 else order[::-1])[: abs(lacking)]:
            down[place] += sign
        lacking = round(total / step) - sum(down)
    return [round(low * step, digits) for low in down]


def digits_for(difference: PairedDifference, size: float) -> int:
    """Return the digits that suit the range of futures, in units of a size."""
    if difference.futures is None:
        return 1
    low, high = difference.futures
    return formats.digits_of((high - low) / size)


def _digits_within(width: float) -> int:
    """Return the decimal places of a number that is known to within a width.

    They show two digits of the width if those are at most 35, else one: the rule by which the
    Particle Data Group rounds errors, applied to the whole width of the interval (Navas et al.
    2024, Review of Particle Physics, section 5.3, doi:10.1103/PhysRevD.110.030001).
    """
    digits = formats.digits_of(width)
    return digits - (digits > 0 and width * 10.0**digits > _MOST_OF_TWO_DIGITS)


def between(low: float, high: float, digits: int, *, signed: bool = False) -> str:
    """Return a range: 0.1 to 2.2, −0.7 to +3.2; with `signed` +0.1 to +2.2."""
    # By what is read: what rounds to zero is not below it.
    has_sign = signed or as_printed(low, digits) < 0.0
    ends = (formats.number(end, digits, signed=has_sign) for end in (low, high))
    return " to ".join(ends)
