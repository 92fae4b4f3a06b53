"""The header of a portfolio file: which column stands where."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from modelops_abm.clients.row_problem import RowProblem
from modelops_abm.clients.table import Record, column_name
from modelops_abm.parameters.names import nearest
from modelops_abm.parameters.wording import printable

MOST_COLUMNS = 500
"""Columns of the widest file that is looked at; a portfolio has twenty."""


@dataclass(frozen=True)
class Header:
    """The columns of a file, in its order."""

    names: tuple[str, ...]
    """Name of the column at every position, as it is compared."""
    problems: tuple[RowProblem, ...]
    """What is wrong with the header."""
    known: tuple[tuple[int, str], ...]
    """Position and name of every column that can be read, once each."""


def read_header(record: Record, columns: Collection[str], required: str) -> Header:
    """Return what the first row says; unknown, repeated and missing columns are problems."""
    if len(record.cells) > MOST_COLUMNS:
        return Header((), (_too_wide(record),), ())
    names = tuple(column_name(cell) for cell in record.cells)
    known = {name: at for at, name in reversed(list(enumerate(names))) if name in columns}
    problems = [*_unknown(names, columns, record.row), *_repeated(names, record.row)]
    if required not in known:
        problems.insert(0, _missing(names, required, record.row))
    places = sorted((at, name) for name, at in known.items())
    return Header(names, tuple(problems), tuple(places))


def _too_wide(record: Record) -> RowProblem:
    reason = f"the header names {len(record.cells):,} columns"
    return RowProblem(reason, f"at most {MOST_COLUMNS} are looked at", record.row)


def _unknown(names: tuple[str, ...], columns: Collection[str], row: int) -> Iterator[RowProblem]:
    for at, name in enumerate(names, start=1):
        if not name:
            remedy = "name the column, or delete it"
            yield RowProblem(f"column {at} has no name", remedy, row, (str(at),))
        elif name not in columns:
            near = nearest(name, columns)
            remedy = f"did you mean {near}?" if near else f"known are {', '.join(columns)}"
            yield RowProblem(
                "is not a known column", remedy, row, (printable(name),), printable(name)
            )


def _repeated(names: tuple[str, ...], row: int) -> Iterator[RowProblem]:
    for name in dict.fromkeys(names):
        places = [str(at) for at, other in enumerate(names, start=1) if other == name]
        if name and len(places) > 1:
            reason = f"names columns {' and '.join(places)}"
            yield RowProblem(reason, "keep one of them", row, (printable(name),), printable(name))


def _missing(names: tuple[str, ...], required: str, row: int) -> RowProblem:
    found = printable(", ".join(names))
    reason = f"the column {required} is missing (found: {found})"
    return RowProblem(reason, "the first row must name the columns", row, (required,))
