"""Text: made safe to show, put into words, compared with what it looks like.

For every message, cell and name that holds what somebody else wrote. Numbers on the page and in
pictures are `formats`'s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
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

_MISREAD = re.compile(
    "\u00c3[\u00a0-\u00bf\u0152\u0153\u0160\u0161\u0178\u017e\u0192\u02c6\u2030\u20ac"
    "\u2013\u2014\u2020\u2021\u2026\u201a\u201e\u2122]"
    "|\u00c2[\u00a0-\u00bf]|\u00e2\u20ac[^\\s]|\u00ef\u00bb\u00bf"
)
"""UTF-8 read as Windows-1252. Quotation marks may follow a capital in good text: left out."""
_LOST = "\ufffd"

_SMALL = "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u04bb\u0501\u03bf\u03bd"
_CYRILLIC = (
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0405\u0408"
)
_GREEK = "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
_SIGNS = "\u2010\u2011\u2012\u2013\u2014\u2212\u2018\u2019\u02bc"
_ALIKE = str.maketrans(
    _SMALL + _CYRILLIC + _GREEK + _SIGNS,
    "aeopcyxisjhdov" + "ABEKMHOPCTYXISJ" + "ABEZHIKMNOPTYX" + "------'''",
)
"""Characters that cannot be told from a letter or sign of ASCII, as that one."""
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0")


def printable(text: str, longest: int = _LONGEST) -> str:
    """Return text that is safe in one line of a message: escaped, and shortened if it is long."""
    short = text if len(text) <= longest else text[:longest] + "..."
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short)


def file_label(name: str, longest: int = 200) -> str:
    r"""Return what to call a file of any name, in one line: its end if it is long.

    >>> file_label("plan\x072.toml")
    'plan?2.toml'
    """
    shown_name = "".join(char if char.isprintable() else "?" for char in name)
    return shown_name.strip()[-longest:] or "unnamed file"


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
    is not known of a number such as 1,234. This is the rule of every number that somebody typed,
    in a field, in a scenario file, in a cell.

    >>> without_comma("0,125"), without_comma("1,234,567"), without_comma("1,200")
    ('write 0.125', 'write 1234567', 'write 1200, or 1.2 for the fraction')
    """
    if _GROUPED_BY_POINTS.fullmatch(text):
        return f"write {text.replace('.', '').replace(',', '.')}"
    # 1,234 is both: nobody can tell which is meant but who wrote it.
    is_grouped, is_decimal = _GROUPED.fullmatch(text), _DECIMAL_COMMA.fullmatch(text)
    with_point = re.sub(r"^([-+]?)\.", r"\g<1>0.", text.replace(",", "."))
    if is_grouped and is_decimal:
        return both_readings(with_point)
    if is_grouped:
        return f"write {text.replace(',', '')}"
    return f"write {with_point}" if is_decimal else ""


def comma_complaint(text: str) -> str:
    """Return what is wrong with a number that has a comma, and what to write; else nothing.

    >>> comma_complaint("0,125"), comma_complaint("12")
    ('a number is written without commas: write 0.125', '')
    """
    advice = without_comma(text)
    return advice and f"a number is written without commas: {advice}"


_STATED = re.compile(r"[=:]\s*([-+]?[0-9.]*[0-9],[0-9][0-9.,]*)\s*(?:[,}#]|$)")


def comma_in_line(line: str) -> str:
    """Return `comma_complaint` of a number that a line of a file states, if there is one.

    For a line that could not be read: TOML and JSON end a number at its comma.

    >>> comma_in_line("severity = 0,125  # a guess")
    'a number is written without commas: write 0.125'
    """
    found = _STATED.search(line)
    return comma_complaint(found[1].rstrip(",")) if found else ""


def both_readings(text: str) -> str:
    """Return how to write a number such as 1.200 so that it cannot mean the other thing."""
    fraction = text.rstrip("0").rstrip(".") if text.endswith("0") else f"{text}0"
    return f"write {text.replace('.', '')}, or {fraction} for the fraction"


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


def any_of(words: Sequence[str]) -> str:
    """Return words in a sentence of which one is enough.

    >>> any_of(["a", "b", "c"])
    'a, b or c'
    """
    return _in_a_row(words, "or")


def all_of(words: Sequence[str]) -> str:
    """Return words in a sentence that speaks of all of them.

    >>> all_of(["a", "b", "c"])
    'a, b and c'
    """
    return _in_a_row(words, "and")


def _in_a_row(words: Sequence[str], joint: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def damaged(text: str) -> str:
    """Return what shows that letters of a text were lost on its way, or an empty string."""
    if text.isascii():
        return ""
    if _LOST in text:
        return _LOST
    found = _MISREAD.search(text)
    return found[0] if found else ""


def _visible(text: str) -> str:
    return "".join(
        character
        for character in text
        if unicodedata.category(character) != "Cf"
        and character not in _INVISIBLE
        and not "\ufe00" <= character <= "\ufe0f"
    )


_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("in how letters with accents are encoded", lambda text: unicodedata.normalize("NFC", text)),
    ("in characters that cannot be seen", _visible),
    ("in blanks", lambda text: " ".join(text.split())),
    ("in forms of the same character", lambda text: unicodedata.normalize("NFKC", text)),
    ("in characters that look alike", lambda text: text.translate(_ALIKE)),
    ("in capital and small letters", lambda text: unicodedata.normalize("NFC", text.casefold())),
)
"""What two texts may differ in and still look the same, and how that is taken away."""


def appearance(text: str) -> str:
    """Return what a text looks like; texts that a reader may take for one another share it."""
    if text.isascii():  # most are, and none of the steps but two changes anything
        return " ".join(text.split()).lower()
    for _, step in _STEPS:
        text = step(text)
    return " ".join(text.split())


def difference(one: str, other: str) -> str:
    """Return in what two texts of one appearance differ, in words, with the characters' names."""
    # The first step that makes them equal names the difference.
    for words, step in _STEPS:
        one_after, other_after = step(one), step(other)
        if one_after == other_after:
            return f"{words} ({_characters(one, other)})"
        one, other = one_after, other_after
    return f"in blanks ({_characters(one, other)})"


def _characters(one: str, other: str) -> str:
    pairs = zip_longest(one, other, fillvalue="")
    first = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return " and ".join(_called(character) for character in first)


def _called(character: str) -> str:
    if not character:
        return "nothing"
    return unicodedata.name(character, f"U+{ord(character):04X}")
