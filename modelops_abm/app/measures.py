"""How a value of a scenario stands in a field of the page, and how what is typed is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelops_abm import formats
from modelops_abm.scenario import Distribution, InputError, Quantity, parse_assignment
from modelops_abm.text import printable, range_in_words, without_comma

_SPACES = dict.fromkeys(map(ord, " \t\u00a0\u2009" + formats.NARROW_SPACE))
# Only spaces set thousands apart: a comma may be a decimal sign, and is refused with advice.
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}( \d{3})+(\.\d*)?")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_LONGEST = 40
_MOST_READ = 7
"""Characters of a number beyond which it is rounded where it is only read."""
_WORDS_OF_FLAGS = {True: "Yes", False: "No"}


@dataclass(frozen=True)
class Measure:
    """How a number stands in a field.

    Attributes
    ----------
    before, after
        What stands before and after it.
    per_unit
        What the field shows for a value of 1: 100 for a share in per cent.
    """

    before: str = ""
    after: str = ""
    per_unit: float = 1.0

    def entry(self, value: float) -> str:
        """Return the number as it stands in the field, where it can be typed again.

        Spaces set thousands apart, as a comma is refused.
        """
        text = self.text(value)
        # A third of something has more digits than are read with ease; cut, it would be another
        # number once it is entered again.
        if float(text.replace(",", "")) / self.per_unit != value:
            return repr(value * self.per_unit)
        return text.replace(",", formats.NARROW_SPACE)

    def text(self, value: float) -> str:
        """Return the number as it is shown, with thousands set apart."""
        shown = round(value * self.per_unit, 10)  # 0.07 * 100 is not quite 7
        text = f"{shown:,.10g}" if abs(shown) < 1e10 else f"{shown:.10g}"
        whole, _, decimals = text.partition(".")
        # As everywhere: dollars have cents below 10, or where there are any.
        has_cents = self.before == "$" and (decimals or 0.0 < abs(shown) < 10.0)
        if not has_cents or "e" in text or len(decimals) >= 2:
            return text
        return f"{whole}.{decimals:0<2}"

    def words(self, value: float) -> str:
        """Return the number with what stands before and after it."""
        return f"{self.number(value)}{self.after}"

    def number(self, value: float) -> str:
        """Return the number to be read, with what stands before it.

        >>> Measure("$").number(0.5), Measure("$").number(10_000 / 24)
        ('$0.50', '$417')
        """
        shown = round(value * self.per_unit, 10)
        if len(f"{shown:.10g}".strip("-")) > _MOST_READ:  # a part of something, as 1/24
            value = (round(shown) if abs(shown) >= 100.0 else float(f"{shown:.4g}")) / self.per_unit
        return f"{self.before}{self.text(value)}"

    def read(self, typed: str, quantity: Quantity) -> float | int:
        """Return the value that was typed.

        Raises
        ------
        InputError
            If it is no number, or not allowed; the message says what is, as the field shows it.
        """
        bare, allowed = self._bare(typed), self.allowed(quantity)
        number = _number(bare)
        if number is None:
            advice = without_comma(bare) or allowed
            raise InputError(f"'{printable(typed, _LONGEST)}' is no number: {advice}")
        value = number / self.per_unit
        if not _is_within(value, quantity.bounds):
            raise InputError(f"{printable(typed.strip(), _LONGEST)} is not allowed: {allowed}")
        if quantity.kind != "int":
            return value
        if value != int(value):
            raise InputError(f"{printable(typed, _LONGEST)} is no whole number: {allowed}")
        return int(value)

    def allowed(self, quantity: Quantity) -> str:
        """Return what is allowed, as the field shows it."""
        bounds = {name: round(at * self.per_unit, 10) for name, at in quantity.bounds.items()}
        return f"{self.before}{range_in_words(bounds)}{self.after}"

    def _bare(self, typed: str) -> str:
        """Return what was typed without what stands around the number; each space is plain."""
        text = typed.translate(dict.fromkeys(_SPACES, " ")).replace(formats.MINUS, "-")
        tight = text.replace(" ", "")
        # Who types over a field may leave its "$" or "%", with or without the space before it.
        for around in (self.before, self.after):
            bare = around.translate(_SPACES)
            tight = tight.removeprefix(bare).removesuffix(bare) if bare else tight
        found = re.search(" *".join(map(re.escape, tight)), text)
        return found.group() if found else text


def _number(text: str) -> float | None:
    """Return a number, in which only spaces may set thousands apart; None if it is none."""
    if _GROUPED.fullmatch(text):
        text = text.replace(" ", "")
    return float(text) if _NUMBER.fullmatch(text) and len(text) < _LONGEST else None


def _is_within(value: float, bounds: Mapping[str, float]) -> bool:
    checks = {"ge": value.__ge__, "gt": value.__gt__, "le": value.__le__, "lt": value.__lt__}
    return all(checks[name](float(at)) for name, at in bounds.items())


_SHARES = ("level", "probability", "share")
"""How the units of shares begin; what stands behind says of what."""


def is_share(quantity: Quantity) -> bool:
    """Return whether a value is a share, which is written in per cent as on the rail."""
    return quantity.is_number and quantity.unit.partition(" ")[0] in _SHARES


def is_money(quantity: Quantity) -> bool:
    """Return whether a value is in dollars, which stand before it."""
    return quantity.unit.startswith("$")


def unit_of(quantity: Quantity) -> str:
    """Return the unit of a number as it is shown: % of power for a share of power."""
    if is_share(quantity):
        return " ".join(["%", *quantity.unit.split()[1:]])
    return quantity.unit


def measure_of(quantity: Quantity) -> Measure:
    """Return how a number of the catalogue stands in a field, with the unit that it has there."""
    if is_share(quantity):
        return Measure("", f"{formats.NARROW_SPACE}{unit_of(quantity)}", 100.0)
    if is_money(quantity):
        return Measure("$", _after(quantity.unit[1:].strip()))
    return Measure("", _after(quantity.unit))


def _after(unit: str) -> str:
    return f" {unit}" if unit else ""


def shown(quantity: Quantity, value: Any) -> str:
    """Return a value of the catalogue as it stands in a field: a number, a word, a list of them."""
    if isinstance(value, Distribution):
        return measure_of(quantity).entry(value.mean)
    if isinstance(value, bool):
        return _WORDS_OF_FLAGS[value]
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if quantity.is_number:
        return measure_of(quantity).entry(value)
    return str(value)


def read(quantity: Quantity, typed: str) -> Any:
    """Return the value of the catalogue that was typed or chosen.

    Raises
    ------
    InputError
        If it is no value of this kind; what is allowed besides is checked with the scenario.
    """
    if quantity.is_number:
        return measure_of(quantity).read(typed, quantity)
    if quantity.kind == "flag":
        return typed == _WORDS_OF_FLAGS[True]
    if quantity.kind == "months":
        return parse_assignment(f"{quantity.name}=[{typed}]")[1]
    if quantity.kind == "order":
        return [word.strip() for word in typed.split(",")]
    if quantity.kind == "date":
        return parse_assignment(f"{quantity.name}={typed}")[1]
    return typed.strip()


def options_of(quantity: Quantity) -> tuple[tuple[str, str], ...]:
    """Return what can be chosen for a value, as pairs of value and word; empty to type it."""
    if quantity.kind == "flag":
        return tuple((word, word) for word in _WORDS_OF_FLAGS.values())
    if quantity.kind == "choice":
        return tuple((word, word.replace("_", " ").capitalize()) for word in quantity.choices)
    return ()
