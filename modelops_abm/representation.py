"""How scenarios and results show themselves: a line, sentences, tables, figures, plain data.

A result knows what it found, so that it says, tabulates, dumps and draws it itself (`Result`). What
shows results - terminal, folder, page, notebook - knows how to lay out sentences, tables and
figures, and nothing of any experiment. `docs/decisions/0037` says why.
"""

from __future__ import annotations

import dataclasses
import html
import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_TEXT, _MOST_NAMES = 40, 6
_MOST_ROWS = 20
_DRAWN_BY = "modelops_abm.charts"

type Figures = Mapping[str, Callable[[], Any]]
"""What makes each figure, a `charts.Figure`, by the name of its file without an ending."""


class Result(Protocol):
    """What an experiment found, however it is shown."""

    def sentence(self) -> str:
        """Return what was found, in whole sentences; a line break begins a new paragraph."""

    def tables(self) -> Sequence[Table]:
        """Return the tables, in the order in which they are read."""

    def notes(self) -> str:
        """Return how to read them, and what they cannot tell; paragraphs as in `sentence`."""

    def to_json(self) -> dict[str, Any]:
        """Return everything that was found as plain data; None for what does not exist."""

    def figures(self) -> Figures:
        """Return the figures; one is drawn when it is asked for."""


class Column(NamedTuple):
    """A column of a table in words."""

    heading: str
    """What stands above it, with the unit if the cells do not have it."""
    is_number: bool = True
    """Whether its cells are aligned to the right, and never wrapped."""
    may_wrap: bool = False
    """Whether a long cell goes on in the next line."""


class Row(NamedTuple):
    """A row of a table in words; it may have fewer cells than there are columns."""

    cells: tuple[str, ...]
    """What stands in it."""
    is_strong: bool = False
    """Whether it is set in bold: a total, or what is recommended."""


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of a result: in words, to be read; with all its numbers, to be kept; or both.

    Attributes
    ----------
    name
        Of its files.
    columns, rows
        In words, with units and as many digits as are known. Without rows it is not shown.
    caption
        What stands below it.
    is_summary
        Whether it is one of several that stand below each other, all equally wide.
    heads
        How many of the first columns stand above the others where there is no room beside them.
    numbers
        Makes the table that is kept in files: every number in full, in the units of the outcomes.
        Not kept if there is none.
    """

    name: str
    columns: Sequence[Column] = ()
    rows: Sequence[Row] = ()
    caption: str = ""
    is_summary: bool = False
    heads: int = 1
    numbers: Callable[[], pd.DataFrame] | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it has anything to read."""
        return bool(self.columns)


def words(*headings: str) -> tuple[Column, ...]:
    """Return columns of words, which start at the left and go on in the next line."""
    return tuple(Column(heading, is_number=False, may_wrap=True) for heading in headings)


def numbers(*headings: str) -> tuple[Column, ...]:
    """Return columns of numbers in words, which end at the right."""
    return tuple(Column(heading) for heading in headings)


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


class Reported(Represented):
    """A result: it says, tabulates, dumps and draws itself; see `Result`.

    Its class defines `sentence`, `tables` and `to_json`.
    """

    def _repr_html_(self) -> str:
        """Return for a notebook what a terminal shows: what was found, and the tables to read."""
        itself: Any = self
        facts = html.escape(", ".join(f"{name} {text}" for name, text in self._facts().items()))
        tables = "".join(_in_html(table) for table in itself.tables() if table.is_shown)
        found, notes = (_paragraphs(text) for text in (itself.sentence(), self.notes()))
        return f"<p><b>{type(self).__name__}</b> {facts}</p>{found}{tables}{notes}"

    def notes(self) -> str:
        """Return how to read it; nothing if that is plain."""
        return ""

    def figures(self) -> Figures:
        """Return what draws each figure, by the name of its file without an ending.

        What draws is found by its name when it is asked for, as pandas finds its plotting backend:
        results need no Matplotlib, and pictures may know results without being known to them.
        """
        figures: Figures = importlib.import_module(_DRAWN_BY).figures_of(self)
        return figures


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())


def _in_html(table: Table) -> str:
    """Return a table in words as HTML, numbers to the right."""
    sides = [
        f'style="text-align: {"right" if each.is_number else "left"}"' for each in table.columns
    ]

    def line(tag: str, cells: Sequence[str]) -> str:
        pairs = zip(sides, cells, strict=False)  # a row may have fewer cells
        return "".join(f"<{tag} {side}>{html.escape(cell)}</{tag}>" for side, cell in pairs)

    head = line("th", [column.heading for column in table.columns])
    rows = "".join(
        f"<tr>{line('th' if row.is_strong else 'td', row.cells)}</tr>" for row in table.rows
    )
    caption = f"<p>{html.escape(table.caption)}</p>" if table.caption else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{caption}"


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table of numbers as plain data, None for what does not exist."""
    # JSON knows no NaN.
    return [
        {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in row.items()
        }
        for row in table.to_dict(orient="records")
    ]


def in_short(value: object) -> str:
    """Return a value in a few words: itself if it is small, otherwise what it is and how large."""
    match value:
        # Before whole numbers, of which it is one.
        case bool() | None:
            return str(value)
        case int() | float():
            return _digits(value, 6)
        case str():
            short = value if len(value) <= _LONGEST_TEXT else f"{value[: _LONGEST_TEXT - 1]}…"
            return repr(short)
        case Mapping():
            return _names(list(value))
        case tuple() | list():
            return _names(value)
    if (half_width := getattr(value, "half_width", None)) is not None:
        return f"{_digits(getattr(value, 'mean', math.nan), 6)} ± {_digits(half_width, 2)}"
    if (shape := getattr(value, "shape", None)) is not None:
        return f"<{' x '.join(f'{length:,}' for length in shape)} {type(value).__name__}>"
    name = getattr(value, "name", None)
    return repr(name) if isinstance(name, str) else f"<{type(value).__name__}>"


def _digits(value: float, count: int) -> str:
    """Return a number of so many digits; 2,803,690 is not 2.80369e+06."""
    return f"{float(f'{value:.{count}g}'):,.15g}"


def _names(values: tuple[Any, ...] | list[Any]) -> str:
    """Return a few values one by one, and of many how many there are."""
    if len(values) <= _MOST_NAMES:
        return f"[{', '.join(in_short(each) for each in values)}]"
    return f"<{len(values):,} {type(values[0]).__name__}>"
