"""How scenarios and results show themselves: a line in a terminal, a table in a notebook."""

from __future__ import annotations

import dataclasses
import html
import math
from collections.abc import Mapping
from typing import Any

_LONGEST_TEXT, _MOST_NAMES = 40, 6
_MOST_ROWS = 20


class Represented:
    """Shows itself in a line, and as a table in a notebook.

    A dataclass that inherits it is made with ``repr=False``.
    """

    def __repr__(self) -> str:
        """Return the class with its fields in short, however much they hold."""
        facts = ", ".join(f"{name}={text}" for name, text in self._facts().items())
        return f"{type(self).__name__}({facts})"

    def _repr_html_(self) -> str:
        """Return the same for a notebook, with the first rows of the table."""
        facts = html.escape(", ".join(f"{name} {text}" for name, text in self._facts().items()))
        head = f"<p><b>{type(self).__name__}</b> {facts}</p>"
        table = self._table()
        if table is None:
            return head
        more = f"<p>{len(table):,} rows, the first {_MOST_ROWS} here</p>"
        shown = table.head(_MOST_ROWS).to_html(float_format=in_short)
        return f"{head}{shown}{more if len(table) > _MOST_ROWS else ''}"

    def _facts(self) -> dict[str, str]:
        """Return what the line says, by name: every field that holds something."""
        itself: Any = self
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(itself)}
        return {name: in_short(value) for name, value in values.items() if value is not None}

    def _table(self) -> Any:
        """Return the table that a notebook shows, a `pandas.DataFrame`; None if there is none."""
        table = getattr(self, "table", None)
        return None if table is None else table()


def in_short(value: object) -> str:
    """Return a value in a few words: itself if it is small, otherwise what it is and how large."""
    match value:
        case bool() | None:
            return str(value)
        case int() | float():
            return f"{value:,.6g}"
        case str():
            short = value if len(value) <= _LONGEST_TEXT else f"{value[: _LONGEST_TEXT - 1]}…"
            return repr(short)
        case Mapping():
            return _names(list(value))
        case tuple() | list():
            return _names(value)
    if (half_width := getattr(value, "half_width", None)) is not None:
        return f"{getattr(value, 'mean', math.nan):,.6g} ± {float(f'{half_width:.2g}'):,.6g}"
    if (shape := getattr(value, "shape", None)) is not None:
        return f"<{' x '.join(f'{length:,}' for length in shape)} {type(value).__name__}>"
    name = getattr(value, "name", None)
    return repr(name) if isinstance(name, str) else f"<{type(value).__name__}>"


def _names(values: tuple[Any, ...] | list[Any]) -> str:
    """Return a few values one by one, and of many how many there are."""
    if len(values) <= _MOST_NAMES:
        return f"[{', '.join(in_short(each) for each in values)}]"
    return f"<{len(values):,} {type(values[0]).__name__}>"
