"""Rows of a table that look like a total, an average or a note instead of a model.

A row that states a stage is a model: that is how a client says so. Of the others, the words of
totals and notes in its id or name tell, or the arithmetic: the first or the last row gives nothing
but numbers, and each is the sum or the mean of those in all other rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

Row = Mapping[str, object]
"""What a row gives, by column; numbers are floats."""

_TOTAL = (
    "(grand |sub-?)?totals?|overall|all models|sum|gesamt|gesamtsumme|zwischensumme|insgesamt"
    "|summe|somme|total g\u00e9n\u00e9ral|sous-total|totale|suma|soma|totaal|subtotaal|razem"
    "|yhteens\u00e4"
    "|\u0438\u0442\u043e\u0433\u043e|\u5408\u8ba1|\u5408\u8a08|\u603b\u8ba1|\u5c0f\u8ba1"
)
_AVERAGE = (
    "average|averages|avg|mittelwert|durchschnitt|moyenne|promedio|media aritmetica|gemiddelde"
)
_STATISTIC = "mean|median|min|max|minimum|maximum|count|number of models|anzahl|std|stdev"
_OF = r"( (of|for|over|all|models|aller|der|de|des)\b.*| ?\(.*\)| [0-9]+( models| rows)?)?"
_SAYS_SO = re.compile(f"({_TOTAL}|{_AVERAGE}){_OF}")
_SAYS_SO_AS_LABEL = re.compile(f"({_TOTAL}|{_AVERAGE}|{_STATISTIC}){_OF}")
_SPEAKS_OF_ONE = re.compile(f"\\b({_TOTAL}|{_AVERAGE})\\b")
_NOTE = re.compile(
    r"(\*|\u2020|\u00a9|(sources?|notes?|remarks?|comments?|legend|quelle|hinweis|stand|as of) ?:"
    r"|(stand|as of|page) [0-9]|(exported|generated|prepared|printed|updated) (on|at|by|from) ).*"
)
_LARGEST_BLOCK = 1_000
"""Rows above a subtotal that are looked at."""
_FEWEST_FOR_MEAN = 4
"""Rows of which a mean in one column alone is no accident."""


def summary_rows(rows: Sequence[Row]) -> dict[int, str]:
    """Return which rows look like no model, by their position, each with what tells.

    Parameters
    ----------
    rows
        What the rows give, in the order of the file.
    """
    found: dict[int, str] = {}
    numbers = [_numbers(row) for row in rows]
    for at, row in enumerate(rows):
        if "stage" not in row and (reason := _by_words(row, numbers, at)):
            found[at] = reason
    others = [at for at in range(len(rows)) if at not in found]
    for at in {*others[:1], *others[-1:]}:
        rest = [rows[other] for other in others if other != at]
        if reason := _by_arithmetic(rows[at], rest):
            found[at] = reason
    return found


def _by_words(row: Row, numbers: Sequence[Mapping[str, float]], at: int) -> str:
    id_, name = _plain(row.get("id")), _plain(row.get("name"))
    label = id_ or name
    if _SAYS_SO_AS_LABEL.fullmatch(label) or _SAYS_SO.fullmatch(name):
        return "looks like a total or an average"
    if _NOTE.fullmatch(label) and set(row) <= {"id"}:
        return "looks like a note below the table"
    if (_SPEAKS_OF_ONE.search(id_) or _SPEAKS_OF_ONE.search(name)) and _ends_block(numbers, at):
        return "looks like a subtotal: its numbers are the sums of the rows above it"
    return ""


def _plain(text: object) -> str:
    return " ".join(str(text or "").casefold().split()).strip(" :.=*#-_\u2211\u00f8")


def _ends_block(numbers: Sequence[Mapping[str, float]], at: int) -> bool:
    """Tell whether the numbers of a row are the sums of two or more rows directly above it.

    No number of a portfolio is negative: once a total is above the row's own, it stays there.
    """
    own = numbers[at]
    totals = dict.fromkeys(own, 0.0)
    for size in range(1, min(at, _LARGEST_BLOCK) + 1 if own else 1):
        above = numbers[at - size]
        totals = {name: total + above.get(name, 0.0) for name, total in totals.items()}
        unlike = [name for name in own if not math.isclose(totals[name], own[name])]
        if size > 1 and not unlike:
            return True
        if any(totals[name] > own[name] for name in unlike):
            return False
    return False


def _by_arithmetic(row: Row, others: Sequence[Row]) -> str:
    numbers = _numbers(row)
    if not numbers or set(row) - set(numbers) - {"id", "name"}:
        return ""
    agreements = list(_agreements(numbers, others))
    if "" in agreements:
        return ""
    if "sum" in agreements or len(agreements) > 1 or len(others) >= _FEWEST_FOR_MEAN:
        words = " or ".join(f"the {word}" for word in ("sum", "mean") if word in agreements)
        columns = " and ".join(numbers)
        return f"looks like a total: in {columns} it gives {words} of all other rows"
    return ""


def _agreements(numbers: Mapping[str, float], others: Sequence[Row]) -> Iterator[str]:
    """Yield of each number whether it is the sum or the mean of the others, or neither."""
    for name, own in numbers.items():
        given = [value for other in others if isinstance(value := other.get(name), float)]
        total = math.fsum(given)
        if len(given) < 2 or own == 0.0:
            yield ""
        elif math.isclose(own, total, rel_tol=1e-6):
            yield "sum"
        elif min(given) < max(given) and math.isclose(own, total / len(given), rel_tol=1e-4):
            yield "mean"
        else:
            yield ""


def _numbers(row: Row) -> dict[str, float]:
    return {name: value for name, value in row.items() if isinstance(value, float)}
