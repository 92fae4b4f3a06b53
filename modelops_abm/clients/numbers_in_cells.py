"""Why a cell is not a number, and what the client probably meant."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from modelops_abm.clients.row_problem import Mistake

_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([,.'\u2019_\s][0-9]{3})+([.,][0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_UNKNOWN = re.compile(r"[+-]?(nan|inf|infinity)|#?n/?a|null|none|unknown|tbd|[-?]+", re.IGNORECASE)
_CURRENCY_CODE = re.compile(r"\b(usd|eur|gbp|chf|jpy)\b", re.IGNORECASE)


def explain_number(text: str) -> Mistake:
    """Return the mistake in a cell that should hold a number and does not."""
    if _UNKNOWN.fullmatch(text):
        return Mistake("is not a finite number", "leave the cell empty if it is not known")
    if text.endswith("%"):
        return Mistake("is a percentage", _share(text[:-1].strip()))
    if _has_currency(text):
        return Mistake("has a currency", "write the amount in $ as a plain number such as 0.5")
    if _DECIMAL_COMMA.fullmatch(text):
        return Mistake("has a comma", _without_comma(text))
    if _GROUPED.fullmatch(text):
        return Mistake(
            "has thousands separators", "write digits only, with a point for decimals: 12345.6"
        )
    return Mistake("is not a number", "write a number such as 12.5, or leave the cell empty")


def _share(text: str) -> str:
    if _PLAIN.fullmatch(text) is None:
        return "write it as a share, for example 0.15"
    return f"write it as a share: {(Decimal(text) / 100).normalize():f}"


def _has_currency(text: str) -> bool:
    symbol = any(unicodedata.category(character) == "Sc" for character in text)
    return symbol or _CURRENCY_CODE.search(text) is not None


def _without_comma(text: str) -> str:
    if _GROUPED.fullmatch(text) is None:
        return f"write {text.replace(',', '.')} with a decimal point"
    return both_readings(text.replace(",", "."))


def both_readings(text: str) -> str:
    """Return how to write a number such as 1.200 so that it cannot mean the other thing."""
    fraction = text.rstrip("0").rstrip(".") if text.endswith("0") else f"{text}0"
    return f"write {text.replace('.', '')}, or {fraction} for the fraction"
