"""Reading a client's portfolio from CSV: one row per model, only the id required.

UTF-8; separated by commas, semicolons or tabs; decimals with a point; dates as YYYY-MM-DD; an
empty cell means "not known". Rows without anything in them are skipped. Whatever else cannot be
read is a problem, and all problems are reported together.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import NamedTuple

from modelops_abm.clients.cells import COLUMNS
from modelops_abm.clients.entry import Entry, read_entry
from modelops_abm.clients.header import read_header
from modelops_abm.clients.row_problem import Mistake, RowProblem
from modelops_abm.clients.table import (
    decode,
    file_problem,
    find_separator,
    read_bytes,
    records,
)
from modelops_abm.parameters.errors import InputError
from modelops_abm.parameters.portfolio import ImportedPortfolio, PortfolioModel
from modelops_abm.parameters.wording import printable

_EMPTY = Mistake("is empty", "the first row must name the columns, at least id")
_MOST_ROWS_NAMED = 10

Source = str | os.PathLike[str] | bytes


class PortfolioCheck(NamedTuple):
    """What a portfolio file holds, row by row."""

    accepted: tuple[PortfolioModel, ...]
    """Models of the rows with which nothing is wrong, in the order of the file."""
    problems: tuple[RowProblem, ...]
    """Everything that is wrong; the file can be used if there is nothing."""
    rows: int | None = None
    """Rows below the header that hold anything; None if the file breaks off before its end."""


def read_portfolio(
    path_or_bytes: Source, *, name: str | None = None, start_date: date | None = None
) -> ImportedPortfolio:
    """Read a portfolio from a CSV file.

    Parameters
    ----------
    path_or_bytes
        Path of the file, or its content.
    name
        What to call it in messages and as the portfolio's source; by default the file's name.
    start_date
        Date of day 0. If given, dates that contradict a model's stage on it are problems too.

    Returns
    -------
    ImportedPortfolio
        The models in the order of the rows; none if there is only a header.

    Raises
    ------
    InputError
        With every problem in the file: file, row, column, value, reason, and what would be right.
    """
    label = name or _label(path_or_bytes)
    check = check_portfolio(path_or_bytes, start_date=start_date)
    if check.problems:
        raise InputError([problem.in_file(label) for problem in check.problems])
    return ImportedPortfolio(source=_printable(label), models=check.accepted)


def check_portfolio(path_or_bytes: Source, *, start_date: date | None = None) -> PortfolioCheck:
    """Check a CSV file and return accepted models and problems; it never raises for bad input.

    Rows with the same id are all rejected, as nobody can tell which is meant.
    """
    try:
        text = decode(read_bytes(path_or_bytes))
        if not text.strip():
            raise _EMPTY
    except Mistake as mistake:
        return PortfolioCheck((), (file_problem(mistake),))
    return _check_rows(text, start_date)


def _check_rows(text: str, start_date: date | None) -> PortfolioCheck:
    rows = records(text, find_separator(text, COLUMNS.keys()))
    first = next(rows, None)
    if first is None:
        return PortfolioCheck((), (file_problem(_EMPTY),))
    if isinstance(first, RowProblem):
        return PortfolioCheck((), (first,))
    header = read_header(first, COLUMNS, required="id")
    problems = list(header.problems)
    if "id" not in header.names:
        return PortfolioCheck((), tuple(problems))
    entries: list[Entry] = []
    for row in rows:
        if isinstance(row, RowProblem):  # it is the last
            return _combine(entries, [*problems, row])
        entries.append(read_entry(row, header, start_date))
    return _combine(entries, problems)._replace(rows=len(entries))


def _combine(entries: list[Entry], problems: list[RowProblem]) -> PortfolioCheck:
    """Return the rows together, each without fault in itself or not, with repeated ids found."""
    rows_of: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        problems += entry.problems
        rows_of[entry.id].append(entry.row)
    repeated = {id_: rows for id_, rows in rows_of.items() if id_ and len(rows) > 1}
    problems += [_repeated(id_, rows) for id_, rows in repeated.items()]
    problems.sort(key=lambda problem: problem.row or 0)
    models = (entry.model for entry in entries if entry.id not in repeated)
    return PortfolioCheck(tuple(model for model in models if model), tuple(problems))


def _repeated(id_: str, rows: list[int]) -> RowProblem:
    places = [str(row) for row in rows[:_MOST_ROWS_NAMED]]
    if len(rows) > _MOST_ROWS_NAMED:
        places.append(f"{len(rows) - _MOST_ROWS_NAMED} more")
    reason = f"is the id of rows {' and '.join(places)}"
    return RowProblem(reason, "give every model its own", rows[-1], ("id",), printable(id_))


def _label(source: Source) -> str:
    return "the uploaded file" if isinstance(source, bytes) else Path(source).name


def _printable(label: str) -> str:
    """Return a label that is fit to be the source of a portfolio, whatever the file is called."""
    characters = (character if character.isprintable() else "?" for character in label)
    return "".join(characters).strip()[-200:] or "unnamed file"
