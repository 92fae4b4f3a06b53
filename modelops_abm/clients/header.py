"""The header of a portfolio file: which column stands where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modelops_abm.clients.file_kinds import refuse_other_tables
from modelops_abm.clients.meaning import COLUMNS_BY_OTHER_WORDS, meant
from modelops_abm.clients.row_problem import RowProblem
from modelops_abm.clients.table import Record, column_name
from modelops_abm.text import all_of, printable

MOST_COLUMNS = 500
"""Columns of the widest file that is looked at; a portfolio has twenty."""
_MOST_NAMED = 20
IGNORED_IF_ASKED = "others are ignored if asked (--ignore-unknown-columns on the command line)"


@dataclass(frozen=True)
class Header:
    """The columns of a file, in its order."""

    names: tuple[str, ...]
    """Name of the column at every position, as it is compared."""
    problems: tuple[RowProblem, ...]
    """What is wrong with the header."""
    known: tuple[tuple[int, str], ...]
    """Position and name of every column that can be read, once each."""
    unknown: tuple[str, ...] = ()
    """Names of the columns that cannot be read."""

    @property
    def nameless(self) -> tuple[int, ...]:
        """Positions of the columns without a name, in which nothing may stand."""
        return tuple(at for at, name in enumerate(self.names) if not name)


def read_header(
    record: Record, columns: Sequence[str], required: str, *, ignore_unknown: bool = False
) -> Header:
    """Return what the first row says; unknown, repeated and missing columns are problems.

    Raises
    ------
    Mistake
        If the table is of another kind.
    """
    if len(record.cells) > MOST_COLUMNS:
        return Header((), (_too_wide(record),), ())
    names = tuple(column_name(cell) for cell in record.cells)
    refuse_other_tables(names, columns)
    known = {name: at for at, name in reversed(list(enumerate(names))) if name in columns}
    unknown = tuple(dict.fromkeys(name for name in names if name and name not in columns))
    problems = list(_repeated(names, record.row))
    if unknown and not ignore_unknown:
        problems.insert(0, _unknown(unknown, [*columns], record.row))
    if required not in known:
        problems.insert(0, _missing(names, required, record.row))
    places = sorted((at, name) for name, at in known.items())
    return Header(names, tuple(problems), tuple(places), unknown)


def _too_wide(record: Record) -> RowProblem:
    reason = f"the header names {len(record.cells):,} columns"
    return RowProblem(reason, f"at most {MOST_COLUMNS} are looked at", (record.row,))


def _unknown(names: Sequence[str], columns: Sequence[str], row: int) -> RowProblem:
    """Say once which columns are unknown, which may be meant, and what can be done."""
    shown = all_of([f"'{printable(name)}'" for name in names[:_MOST_NAMED]])
    left = len(names) - _MOST_NAMED
    more = f" and {left:,} more" if left > 0 else ""
    verb = "is not a known column" if len(names) == 1 else "are not known columns"
    meanings = {name: meant(name, columns, COLUMNS_BY_OTHER_WORDS) for name in names[:_MOST_NAMED]}
    likely = [f"{other} for '{printable(name)}'" for name, other in meanings.items() if other]
    if len(names) == 1:
        likely = [other for other in meanings.values() if other]
    hint = f"did you mean {all_of(likely)}? Known" if likely else "known"
    remedy = f"{hint} are {', '.join(columns)}; {IGNORED_IF_ASKED}"
    return RowProblem(f"{shown}{more} {verb}", remedy, (row,))


def _repeated(names: tuple[str, ...], row: int) -> Iterator[RowProblem]:
    for name in dict.fromkeys(names):
        places = [str(at) for at, other in enumerate(names, start=1) if other == name]
        if name and len(places) > 1:
            reason = f"names columns {' and '.join(places)}"
            yield RowProblem(
                reason, "keep one of them", (row,), (printable(name),), printable(name)
            )


def _missing(names: tuple[str, ...], required: str, row: int) -> RowProblem:
    found = printable(", ".join(names))
    reason = f"the column {required} is missing (found: {found})"
    return RowProblem(reason, "the first row must name the columns", (row,), (required,))
