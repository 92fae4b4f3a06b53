"""Text that is not what it seems: letters that were lost, identifiers that look the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import zip_longest

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
    if text.isascii():  # most are
        return " ".join(text.split()).lower()
    for _, step in _STEPS:
        text = step(text)
    return " ".join(text.split())


def difference(one: str, other: str) -> str:
    """Return in what two texts of one appearance differ, in words, with the characters' names."""
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
