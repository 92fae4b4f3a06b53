"""Numbers in words: money, shares, counts and spans of time as the page writes them."""

from __future__ import annotations

import math

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
NONE = "none"
MONTH_DAYS = 365.0 / 12.0

_MONEY_UNITS = ((1e12, "T"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def money(amount: float, *, signed: bool = False) -> str:
    """Return dollars in words: $9.8 M, −$146 k, $0.50; zero has no sign."""
    words = _magnitude(abs(amount))
    if not any(digit in words for digit in "123456789"):
        return "$0"
    return _sign(amount, signed) + words


def _magnitude(amount: float) -> str:
    for size, unit in _MONEY_UNITS:
        if amount >= 0.9995 * size:
            value = amount / size
            digits = 1 if value < (9.95 if unit == "k" else 99.95) else 0
            return f"${value:,.{digits}f}{NARROW_SPACE}{unit}"
    return f"${amount:.0f}" if amount >= 9.995 else f"${amount:.2f}"


def money_scale(largest: float) -> tuple[float, str]:
    """Return what to divide an axis of money by, and its unit: ``(1e6, "M $")``."""
    for size, unit in _MONEY_UNITS:
        if largest >= size:
            return size, f"{unit} $"
    return 1.0, "$"


def share(value: float | None, digits: int = 0) -> str:
    """Return a share in per cent; small ones as less than the last digit."""
    if value is None or math.isnan(value):
        return NONE
    step = 10.0**-digits
    percent = 100.0 * value
    if 0.0 < percent < step / 2.0:
        return f"<{step:.{digits}f}{NARROW_SPACE}%"
    return f"{plain(percent, digits)}{NARROW_SPACE}%"


def points(difference: float) -> str:
    """Return a difference of shares: +7.5 points."""
    return f"{signed(100.0 * difference, 1)} points"


def signed(value: float, digits: int) -> str:
    """Return a number with its sign; zero has none."""
    words = f"{abs(value):,.{digits}f}"
    if not any(digit in words for digit in "123456789"):
        return words
    return _sign(value, True) + words


def plain(value: float, digits: int = 0) -> str:
    """Return a number with thousands apart and a true minus."""
    rounded = round(value, digits) + 0.0  # adding zero takes the sign off a negative one
    return f"{rounded:,.{digits}f}".replace("-", MINUS)


def average(value: float) -> str:
    """Return an average of counts: 0.4, 23.4, 312; less than a tenth as such."""
    if 0.0 < value < 0.05:
        return "<0.1"
    return plain(value, 1 if 0.0 < value < 99.95 else 0)


def plural(count: float, noun: str) -> str:
    """Return a count with its noun: 1 model, 2 models."""
    return f"{plain(count)} {noun}" + ("" if round(count) == 1 else "s")


def span(days: int) -> str:
    """Return a span of time in words: three years, 18 months, 45 days."""
    years, rest = divmod(days, 365)
    if years and not rest:
        return _counted(years, "year")
    if days >= 60:
        return _counted(round(days / MONTH_DAYS), "month")
    return _counted(days, "day")


def _counted(number: int, noun: str) -> str:
    word = _WORDS[number] if number < len(_WORDS) else f"{number:,}"
    return f"{word} {noun}" + ("" if number == 1 else "s")


def _sign(value: float, always: bool) -> str:
    if value < 0.0:
        return MINUS
    return "+" if always else ""
