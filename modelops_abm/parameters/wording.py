"""How values, names and allowed ranges are put into words in messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+")
_GROUPED_BY_POINTS = re.compile(r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]+")
_OBEYED_OR_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f\ud800-\udfff]"
)
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How text begins that is a formula for some spreadsheet; apostrophes before it may be quotes."""
_LONGEST = 60
_MOST_DIGITS = 40


def printable(text: str, longest: int = _LONGEST) -> str:
    """Return text that is safe in one line of a message: escaped, and shortened if it is long."""
    short = text if len(text) <= longest else text[:longest] + "..."
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short)


def visible(text: str) -> str:
    """Return text with an escape for every character that a terminal or page would obey, or hide.

    Those are control characters but for the line break, what changes the direction of writing,
    what has no width, and halves of characters. For whatever others wrote: names, files, folders.
    """
    return _OBEYED_OR_HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)


def csv_text(text: str) -> str:
    """Return text as a cell that no spreadsheet takes for a formula: quoted by an apostrophe.

    That is text; a number, negative or not, is written as it is. See `text_of_csv`.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def text_of_csv(cell: str) -> str:
    """Return the text that `csv_text` has made a cell of: without the apostrophe that it added."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def without_comma(text: str) -> str:
    """Return what to write for a number with a comma in it, or an empty string for anything else.

    A comma is never read, neither as a decimal point nor between thousands: what one means by it
    is not known of a number such as 1,234. This is the rule of every number that is typed.
    """
    if _GROUPED_BY_POINTS.fullmatch(text):
        return f"write {text.replace('.', '').replace(',', '.')}"
    is_grouped, is_decimal = _GROUPED.fullmatch(text), _DECIMAL_COMMA.fullmatch(text)
    with_point = re.sub(r"^([-+]?)\.", r"\g<1>0.", text.replace(",", "."))
    if is_grouped and is_decimal:
        return f"write {with_point} or {text.replace(',', '')}, whichever is meant"
    if is_grouped:
        return f"write {text.replace(',', '')}"
    return f"write {with_point}" if is_decimal else ""


def shown(value: object) -> str:
    """Return a value as a message shows it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _shown_integer(value)
    if isinstance(value, str):
        return f"'{printable(value)}'"
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, list | tuple):
        return f"a list of length {len(value)}"
    if isinstance(value, float | date):
        return str(value)
    return printable(f"{type(value).__name__} {value!s}")


def _shown_integer(value: int) -> str:
    """Return an integer's digits; Python refuses to print very long ones."""
    digits = int(value.bit_length() * 0.30103) + 1
    return str(value) if digits <= _MOST_DIGITS else f"a whole number of about {digits} digits"


def number(value: float | date) -> str:
    """Return a bound in digits, with thousands set apart."""
    return str(value) if isinstance(value, date) else f"{value:,.10g}"


def range_in_words(bounds: Mapping[str, Any]) -> str:
    """Return the range that ``ge``, ``gt``, ``le`` and ``lt`` allow, or an empty string."""
    low, high = _low(bounds), _high(bounds)
    if "ge" in bounds and "le" in bounds:
        return f"{number(bounds['ge'])} to {number(bounds['le'])}"
    return ", ".join(words for words in (low, high) if words)


def _low(bounds: Mapping[str, Any]) -> str:
    if "gt" in bounds:
        return f"more than {number(bounds['gt'])}"
    return f"at least {number(bounds['ge'])}" if "ge" in bounds else ""


def _high(bounds: Mapping[str, Any]) -> str:
    if "lt" in bounds:
        return f"less than {number(bounds['lt'])}"
    return f"at most {number(bounds['le'])}" if "le" in bounds else ""


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence: ``a, b or c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def enumerated(words: list[str]) -> str:
    """Return words as a list of all of them in a sentence: ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
