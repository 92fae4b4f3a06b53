"""Numbers in words, the same on the page, in pictures and in the terminal.

A true minus, a narrow no-break space before units, no sign at zero, and no more digits than are
known: with a half-width given, a number ends where the half-width's second digit stands, or with
its own fifth digit if that comes first. A half-width that is nothing but rounding counts as none.
"""

from __future__ import annotations

import math

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
NOTHING = "\u2013"
"""Stands for an outcome that does not exist."""
MONTH_DAYS = 365.0 / 12.0

_MONEY_UNITS = ((1e12, "T"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_CURRENCY = ("$", "$ of day 0")
_MOST_DIGITS, _MOST_OF_AN_END = 5, 6
"""Digits of a number, and of the ends of an interval, that are worth a place."""
_ROUNDING = 1e-9
"""A half-width smaller than this part of the number is rounding, not chance."""
_LARGEST_RATIO = 1e3
_OF_A_MONTH = 0.15
"""By so much of a month a number of months may be off."""
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """Return a number with thousands set apart: 1,095, −0.4, with `signed` +1.1; zero has no sign.

    Parameters
    ----------
    value
        The number.
    digits
        Digits after the decimal point.
    signed
        Whether a positive number has a sign, as differences do.
    """
    return _with_sign(f"{abs(value):,.{digits}f}", value, signed)


def known(value: float, half_width: float | None) -> float | None:
    """Return the half-width of a number; None if there is none, or nothing but rounding in it."""
    is_known = half_width is not None and half_width > _ROUNDING * abs(value)
    return half_width if is_known else None


def money(
    amount: float,
    *,
    half_width: float | None = None,
    signed: bool = False,
    of: float | None = None,
) -> str:
    """Return dollars: $9.8 M, −$146 k, $0.50, with `signed` +$1.9 M; zero is $0.

    Parameters
    ----------
    amount
        In dollars.
    half_width
        Half the width of the interval around it, in dollars; it decides on the digits.
    signed
        Whether a positive amount has a sign, as differences do.
    of
        An amount in the same sentence whose unit it takes, then with three digits at most, if it is
        not too small for that.
    """
    size, unit = _money_unit(abs(amount))
    width = known(amount, half_width)
    if of is not None and abs(amount) < abs(of) <= _LARGEST_RATIO * abs(amount):
        own, (size, unit) = size, _money_unit(abs(of))
        width = max(width or 0.0, abs(amount) / 10.0) if size > own else width
    if width is None:
        digits = _money_digits(abs(amount) / size, unit)
    else:
        digits = _known_digits(amount / size, width / size)
    text = f"${abs(amount) / size:,.{digits}f}{_after(unit)}"
    return _with_sign(text, amount, signed) if says_something(text) else "$0"


def money_and_error(
    amount: float, half_width: float | None, *, signed: bool = False, of: float | None = None
) -> str:
    """Return an amount with half its interval in the same unit: $418.0 k ±0.3 k.

    Parameters
    ----------
    amount, half_width, signed, of
        As for `money`.
    """
    text = money(amount, half_width=half_width, signed=signed, of=of)
    width = known(amount, half_width)
    if width is None:
        return text
    bare, space, unit = text.partition(NARROW_SPACE)
    size = next((size for size, name in _MONEY_UNITS if name == unit), 1.0)
    error = number(width / size, len(bare.partition(".")[2]))
    return f"{text} ±{error}{space}{unit}" if says_something(error) else text


def money_interval(low: float, high: float, *, signed: bool = False) -> str:
    """Return an interval of money: 0.1 to 2.2 M, −0.1 to +0.1 M.

    Parameters
    ----------
    low, high
        Its ends, in dollars.
    signed
        Whether its ends have signs even if both are positive: +0.1 to +2.2 M.
    """
    size, unit = _money_unit(max(abs(low), abs(high)))
    # Plain dollars have cents or none.
    text = _interval(low / size, high / size, signed=signed, tenths=bool(unit))
    return f"{text}{_after(unit)}"


def share(value: float | None, digits: int = 1) -> str:
    """Return a share in per cent: 96.7 %; never all or nothing unless it is exactly that."""
    if value is None or math.isnan(value):
        return NOTHING
    percent, step = 100.0 * value, 10.0**-digits
    # What is not all must not look like it: 99.97 % would round to 100.
    if 0.0 < percent < step / 2.0:
        return f"<{step:.{digits}f}{NARROW_SPACE}%"
    if 100.0 - step / 2.0 <= percent < 100.0:
        return f">{100.0 - step:.{digits}f}{NARROW_SPACE}%"
    return f"{number(percent, digits)}{NARROW_SPACE}%"


def share_interval(low: float, high: float) -> str:
    """Return an interval of shares: 1 to 4 %, with so many digits that its upper end is not 0."""
    ends = 100.0 * low, 100.0 * high
    digits = max(0, -math.floor(math.log10(2.0 * ends[1]))) if high > 0.0 else 0
    return f"{number(ends[0], digits)} to {number(ends[1], digits)}{NARROW_SPACE}%"


def rate(value: float) -> str:
    """Return a yearly rate in per cent with all its digits, as it was stated.

    >>> rate(0.07), rate(0.075)
    ('7\u202f%', '7.5\u202f%')
    """
    return f"{100.0 * value:.6g}{NARROW_SPACE}%"


def points(difference: float, *, half_width: float | None = None) -> str:
    """Return a difference of shares: +7.5 points.

    Parameters
    ----------
    difference
        As a share: 0.075 is 7.5 points.
    half_width
        Half the width of the interval around it, as a share; it decides on the digits.
    """
    width = known(difference, half_width)
    digits = 1 if width is None else _known_digits(100.0 * difference, 100.0 * width)
    return f"{number(100.0 * difference, digits, signed=True)} points"


def points_interval(low: float, high: float) -> str:
    """Return an interval of differences of shares: 6.1 to 8.9 points."""
    return f"{_interval(100.0 * low, 100.0 * high)} points"


def difference(value: float, *, half_width: float | None) -> str:
    """Return a difference of numbers with as many digits as are known: +14.1."""
    width = known(value, half_width)
    digits = 1 if width is None else _known_digits(value, width)
    return number(value, digits, signed=True)


def interval(low: float, high: float) -> str:
    """Return an interval of numbers: 12.1 to 16.3, −0.2 to +0.4."""
    return _interval(low, high)


def count_of(count: int, total: int) -> str:
    """Return how many of how many: 9 of 400, 0 of 400; a chance is never 0 % or 100 %."""
    return f"{number(count)} of {number(total)}"


def plural(count: float, noun: str) -> str:
    """Return a count with its noun: 1 model, 2 models, 1,095 days, 20 trajectories."""
    # By what is shown: 1.4 is shown as 1.
    if round(count) == 1:
        return f"{number(count)} {noun}"
    ends_in_ies = noun.endswith("y") and noun[-2] not in "aeiou"
    return f"{number(count)} {noun[:-1]}ies" if ends_in_ies else f"{number(count)} {noun}s"


def count_in_words(count: int) -> str:
    """Return a small count as a word: four; a larger one as a number."""
    return _WORDS[count] if count < len(_WORDS) else number(count)


def about(count: int) -> int:
    """Return a count with two digits, as many as a spread of few futures tells: 1,234 is 1,200."""
    return round(count, 1 - math.floor(math.log10(max(count, 1))))


def span(days: int) -> str:
    """Return a span of time in words: three years, 18 months, 200 days.

    Days that are no whole months, to a few of them, are told as days.
    """
    years, rest = divmod(days, 365)
    if years and not rest:
        return _counted(years, "year")
    months = days / MONTH_DAYS
    if days >= 60 and abs(months - round(months)) < _OF_A_MONTH:
        return _counted(round(months), "month")
    return _counted(days, "day")


def month_number(day: float) -> int:
    """Return the month that a day lies in, counted from 1.

    >>> month_number(0.0), month_number(183)
    (1, 7)
    """
    return int(day / MONTH_DAYS) + 1


def month_of(day: float) -> str:
    """Return the month that a day lies in, in words: month 24."""
    return f"month {month_number(day)}"


def payback(day: float | None) -> str:
    """Return when a plan has paid back: month 7, from the start, never.

    Parameters
    ----------
    day
        As `payback_days` of a comparison gives it: 0 if it is never behind, infinite if never paid
        back; None for a dash.
    """
    if day is None:
        return NOTHING
    if math.isinf(day):
        return "never"
    return month_of(day) if day > 0.0 else "from the start"


def months_in(days: float) -> int:
    """Return the months that a span of days lies in: 36 in three years, 14 in 400 days.

    The last one need not be whole: no day of the span is in a later `month_number`.
    """
    return max(1, math.ceil(days / MONTH_DAYS))


def amount(value: float | None, unit: str) -> str:
    """Return a number in the way that suits its unit; a dash for one that does not exist.

    Parameters
    ----------
    value
        The number, or None.
    unit
        A unit as outcomes have them: ``$``, ``share``, ``days``, ``models``, ``model-days``...
    """
    if value is None or math.isnan(value):
        return NOTHING
    if unit in _CURRENCY:
        return money(value)
    if unit == "share":
        return share(value)
    singular = unit.removesuffix("s") if round(value, 1) == 1.0 else unit
    return f"{_plain(value, unit)} {singular}"


def stated(value: object) -> str:
    """Return a value of a scenario as it is stated, to four digits: 10,000, 0.1234, none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.4g}"


def money_scale(largest: float) -> tuple[float, str]:
    """Return what to divide an axis of money by, and its unit: ``(1e6, "M $")``."""
    for size, unit in _MONEY_UNITS:
        if largest >= size:
            return size, f"{unit} $"
    return 1.0, "$"


def average(value: float) -> str:
    """Return an average of counts: 0.4, 23.4, 312; less than a tenth as such."""
    if 0.0 < value < 0.05:
        return "<0.1"
    return number(value, 1 if 0.0 < abs(value) < 99.95 else 0)


def digits_of(half_width: float) -> int:
    """Return the decimal places that show two digits of a half-width, or of another spread."""
    if not 0.0 < half_width < math.inf:
        return 1
    return max(0, min(12, 1 - math.floor(math.log10(half_width))))


def _known_digits(value: float, half_width: float) -> int:
    """Return the decimal places of a number that is known to a half-width."""
    return min(digits_of(half_width), _places(value, _MOST_DIGITS))


def _places(value: float, most: int) -> int:
    """Return the decimal places with which a number has so many digits, as far as it has."""
    if not 0.0 < abs(value) < math.inf:
        return 12
    # A little more than the number: just below a power of ten it is shown as that.
    return max(0, most - 1 - math.floor(math.log10(1.0005 * abs(value))))


def _plain(value: float, unit: str) -> str:
    """Return few digits of a number: none of a count, one of a time unless it is long."""
    digits = 1 if unit.endswith("days") and abs(value) < 99.95 else 0
    return number(value, digits)


def _with_sign(text: str, value: float, signed: bool) -> str:
    if not says_something(text) or (value > 0.0 and not signed):
        return text
    return (MINUS if value < 0.0 else "+") + text


def says_something(text: str) -> bool:
    """Return whether a number is more than zeros; what rounds to zero is zero, without a sign."""
    return any(digit in text for digit in "123456789")


def _money_unit(amount: float) -> tuple[float, str]:
    for size, unit in _MONEY_UNITS:
        # What would be shown as 1,000 k is 1 M.
        if amount >= 0.9995 * size:
            return size, unit
    return 1.0, ""


def _money_digits(scaled: float, unit: str) -> int:
    if not unit:
        return 0 if scaled >= 9.995 else 2
    return 1 if scaled < (9.95 if unit == "k" else 99.95) else 0


def _after(unit: str) -> str:
    return f"{NARROW_SPACE}{unit}" if unit else ""


def _interval(low: float, high: float, *, signed: bool = False, tenths: bool = True) -> str:
    largest = max(abs(low), abs(high))
    half_width = known(largest, (high - low) / 2.0) or 0.0
    digits = min(digits_of(half_width), _places(largest, _MOST_OF_AN_END))
    digits += digits == 1 and not tenths
    # Both ends have a sign if one must: −0.2 to +0.4; what is read as zero need not.
    signed = signed or float(f"{low:.{digits}f}") < 0.0
    return f"{number(low, digits, signed=signed)} to {number(high, digits, signed=signed)}"


def _counted(count: int, noun: str) -> str:
    return f"{count_in_words(count)} {noun}" + ("" if count == 1 else "s")
