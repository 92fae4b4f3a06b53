"""Reading a client's portfolio from CSV: one row per model, only the id required.

`RULES` says how. Whatever else cannot be read is a problem, and all problems are reported together,
those of one kind as one.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from modelops_abm.clients.cells import COLUMNS
from modelops_abm.clients.problems import Mistake, RowProblem, grouped, rows_in_words
from modelops_abm.clients.rows import Entry, read_entry, read_header, summary_rows
from modelops_abm.clients.table import (
    Record,
    column_name,
    decode,
    file_problem,
    read_bytes,
    records,
    refuse_other_tables,
    refuse_other_texts,
    separated,
)
from modelops_abm.errors import InputError
from modelops_abm.scenario.portfolio import (
    STAGE_NAMES,
    ImportedPortfolio,
    PortfolioModel,
    no_archetype,
)
from modelops_abm.text import any_of, appearance, difference, file_label, printable

_EMPTY = Mistake("is empty", "the first row must name the columns, at least id")
_LONGEST_TITLE = 20
"""Rows in which the header is looked for if it is not the first."""

RULES = (
    "UTF-8; commas, semicolons or tabs; the first row names the columns.",
    'An empty cell or a missing column means "not known" and falls back to the scenario.',
    "A stage is given for every model or for none: without any, all are in production.",
    "Numbers have digits and a decimal point, nothing else; 1.200 may mean 1200 and is refused in "
    "every column.",
    "Dates are YYYY-MM-DD, counted from the scenario's `start_date`; of a moment, the day is taken "
    "as it is written.",
    "Two ids that look the same are refused, also if they differ in capitals or blanks.",
    "A row that looks like a total or a note is refused, unless it gives a stage.",
    "Unknown columns are refused, or ignored with `--ignore-unknown-columns`; columns without a "
    "name must be empty.",
)
"""How a portfolio file is read, as docs/portfolio.md and `check` say it."""

Source = str | os.PathLike[str] | bytes


class PortfolioCheck(NamedTuple):
    """What a portfolio file holds, row by row."""

    accepted: tuple[PortfolioModel, ...]
    """Models of the rows with which nothing is wrong, in the order of the file."""
    problems: tuple[RowProblem, ...]
    """Everything that is wrong; the file can be used if there is nothing."""
    rows: int | None = None
    """Rows below the header that hold anything; None if the file breaks off before its end."""
    unknown_columns: tuple[str, ...] = ()
    """Names of the columns that are not read."""
    notes: tuple[str, ...] = ()
    """What was read otherwise than it stands, in sentences."""


def portfolio_bytes(path: str | os.PathLike[str]) -> bytes:
    r"""Return what is in a portfolio file or pipe, for who reads it more than once.

    Raises
    ------
    InputError
        If it cannot be read, or is too large.

    Examples
    --------
    >>> from pathlib import Path
    >>> _ = Path("two.csv").write_bytes(b"id,users\nchurn,180\nfraud,20\n")
    >>> check_portfolio(portfolio_bytes("two.csv")).rows
    2
    """
    try:
        return read_bytes(path)
    except Mistake as mistake:
        raise InputError(file_problem(mistake).in_file(_label(path))) from None


def read_portfolio(
    path_or_bytes: Source,
    *,
    name: str | None = None,
    start_date: date | None = None,
    archetypes: Collection[str] | None = None,
    ignore_unknown_columns: bool = False,
) -> ImportedPortfolio:
    r"""Read a portfolio from a CSV file.

    Parameters
    ----------
    path_or_bytes
        Path of the file, or its content.
    name
        What to call it in messages and as the portfolio's source; by default the file's name.
    start_date
        Date of day 0. If given, dates that contradict a model's stage on it are problems too.
    archetypes
        Names of the scenario's kinds of model. If given, all others are problems too.
    ignore_unknown_columns
        Whether columns that a portfolio does not have are left out instead of refused.

    Returns
    -------
    ImportedPortfolio
        The models in the order of the rows; none if there is only a header.

    Raises
    ------
    InputError
        With every problem in the file: file, row, column, value, reason, and what would be right.

    Examples
    --------
    >>> read_portfolio(b"id,users\nchurn,180\n").models[0].users
    180.0
    >>> read_portfolio(b"id,users\nchurn,1.800\n", name="models.csv")
    Traceback (most recent call last):
    ...
    modelops_abm.errors.InputError: models.csv, row 2, column users: '1.800' could mean thousands or
    a fraction; write 1800, or 1.8 for the fraction
    """
    label = name or _label(path_or_bytes)
    check = check_portfolio(
        path_or_bytes,
        start_date=start_date,
        archetypes=archetypes,
        ignore_unknown_columns=ignore_unknown_columns,
    )
    if check.problems:
        raise InputError([problem.in_file(label) for problem in check.problems])
    return ImportedPortfolio(source=file_label(label), models=check.accepted)


def check_portfolio(
    path_or_bytes: Source,
    *,
    start_date: date | None = None,
    archetypes: Collection[str] | None = None,
    ignore_unknown_columns: bool = False,
) -> PortfolioCheck:
    r"""Check a CSV file and return accepted models and problems; it never raises for bad input.

    Rows whose ids are the same, or look the same, are all rejected, as nobody can tell which is
    meant.

    See Also
    --------
    read_portfolio : for the parameters.

    Examples
    --------
    >>> checked = check_portfolio(b"id,users\nchurn,180\nchurn,20\nfraud,-5\n")
    >>> for problem in checked.problems:
    ...     print(problem.place, "-", problem.message)
    column id - stands more than once, in 2 rows: 2, 3 (row 2: 'churn'); give every model its own
    row 4, column users - '-5' is not possible: allowed is 0 to 1,000,000,000 (users); correct it
    """
    try:
        # From the outside in: bytes, text, table, header, rows. What fails on the way ends it, as
        # nothing further in could be trusted; only of rows are all problems looked for.
        text = _text_in(read_bytes(path_or_bytes))
        if not text.strip():
            raise _EMPTY
        refuse_other_texts(text)
        rows = list(records(*separated(text, COLUMNS.keys())))
        if not rows:
            raise _EMPTY
        fits = _Scenario(start_date, archetypes)
        return _check_rows(rows, fits, ignore_unknown_columns)
    except Mistake as mistake:
        return PortfolioCheck((), (file_problem(mistake),))


def _text_in(content: bytes) -> str:
    """Return the text of a file; a table of another kind is told by its header in any encoding."""
    try:
        return decode(content)
    except Mistake:
        # Before the encoding is blamed: whoever exports an incident log saves it again for nothing.
        rows = records(*separated(content.decode("latin-1"), COLUMNS.keys()))
        first = next(rows, None)
        if isinstance(first, Record):
            refuse_other_tables([column_name(cell) for cell in first.cells], [*COLUMNS])
        raise


class _Scenario(NamedTuple):
    """What the rows must fit; None where it is not known."""

    start_date: date | None
    archetypes: Collection[str] | None


def _check_rows(
    rows: list[Record | RowProblem], scenario: _Scenario, ignore_unknown: bool
) -> PortfolioCheck:
    first, *others = rows
    if isinstance(first, RowProblem):
        return PortfolioCheck((), (first,))
    header = read_header(first, [*COLUMNS], "id", ignore_unknown=ignore_unknown)
    problems = list(header.problems)
    if "id" not in header.names:
        problems = [_header_below(others) or problems[0], *problems[1:]]
        return PortfolioCheck((), tuple(problems), unknown_columns=header.unknown)
    entries = [
        _with_archetype(read_entry(row, header, scenario.start_date), scenario.archetypes)
        for row in others
        if isinstance(row, Record)
    ]
    broken = [row for row in others if isinstance(row, RowProblem)]  # at most the last
    check = _combine(entries, [*problems, *broken])
    whole = None if broken else len(entries)
    return check._replace(rows=whole, unknown_columns=header.unknown)


def _with_archetype(entry: Entry, known: Collection[str] | None) -> Entry:
    """Refuse an archetype that the scenario does not have."""
    named = entry.values.get("archetype")
    if known is None or named is None or named in known:
        return entry
    remedy = "write one of them, or leave the cell empty"
    problem = RowProblem(
        no_archetype(known), remedy, (entry.row,), ("archetype",), printable(named)
    )
    return entry._replace(model=None, problems=[*entry.problems, problem])


def _header_below(rows: list[Record | RowProblem]) -> RowProblem | None:
    """Return where the header stands if there is a title above it."""
    for row in rows[:_LONGEST_TITLE]:
        if isinstance(row, Record) and "id" in map(column_name, row.cells):
            reason = f"the column id is missing; row {row.row} looks like the header"
            return RowProblem(reason, "delete the rows above it", (1,), ("id",))
    return None


def _combine(entries: list[Entry], problems: list[RowProblem]) -> PortfolioCheck:
    """Return the rows together: each without fault in itself, and what only all of them show."""
    # In this order: a row that is no model at all says nothing of stages, and of totals only rows
    # are left whose cells count. A row that is taken out is not told a second time for its id.
    entries = [_with_repeated_header(entry) for entry in entries]
    if any("stage" in entry.values for entry in entries):
        entries = [_with_stage(entry) for entry in entries]
    entries = _with_summaries(entries)
    same_ids = list(_same_ids(entries))
    problems += [problem for entry in entries for problem in entry.problems] + same_ids
    rejected = {row for problem in same_ids for row in problem.rows}
    models = (entry.model for entry in entries if entry.row not in rejected)
    accepted = tuple(model for model in models if model)
    return PortfolioCheck(accepted, grouped(problems), notes=tuple(_notes(entries)))


def _with_repeated_header(entry: Entry) -> Entry:
    """Refuse a row that names the columns once more."""
    if entry.id.lower() != "id" or not entry.problems:
        return entry
    return _instead(entry, RowProblem("repeats the header", "delete it", (entry.row,)))


def _instead(entry: Entry, problem: RowProblem) -> Entry:
    """Return a row of which nothing is read, for one reason."""
    return Entry(entry.row, {}, None, [problem])


def _with_stage(entry: Entry) -> Entry:
    """Refuse an empty stage beside given ones: that it is not known does not mean production."""
    is_unreadable = any(problem.columns == ("stage",) for problem in entry.problems)
    if "stage" in entry.values or is_unreadable or not entry.values:
        return entry
    reason = "there is no stage, though other rows give one"
    problem = RowProblem(reason, f"write {any_of([*STAGE_NAMES])}", (entry.row,), ("stage",))
    others = [problem for problem in entry.problems if "stage" not in problem.columns]
    return entry._replace(model=None, problems=[problem, *others])


def _with_summaries(entries: list[Entry]) -> list[Entry]:
    """Refuse rows that look like a total or a note; what else is wrong with them is left."""
    reasons = summary_rows([entry.values for entry in entries])
    return [
        _instead(entry, _about_summary(entry, reasons[at])) if at in reasons else entry
        for at, entry in enumerate(entries)
    ]


def _about_summary(entry: Entry, reason: str) -> RowProblem:
    remedy = "delete the row; if it is a model, say so by giving a stage in every row"
    label = " ".join(str(entry.values[name]) for name in ("id", "name") if name in entry.values)
    return RowProblem(reason, remedy, (entry.row,), value=printable(label))


def _same_ids(entries: list[Entry]) -> Iterator[RowProblem]:
    """Yield every id that stands more than once, or looks the same as another, with its rows."""
    rows_of: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        if entry.id:
            rows_of[appearance(entry.id)][entry.id].append(entry.row)
    for alike in rows_of.values():
        (first, first_rows), *others = alike.items()
        for id_, rows in alike.items():
            if len(rows) > 1:
                yield _about_ids("stands more than once,", rows, id_)
        for id_, rows in others:
            reason = f"looks the same as '{printable(id_)}' in row {rows[0]}, but differs"
            how = difference(first, id_)
            rule = "looks the same as another id"
            yield _about_ids(f"{reason} {how}", [first_rows[0], *rows], first, rule)


def _about_ids(reason: str, rows: list[int], id_: str, rule: str = "") -> RowProblem:
    remedy = "give every model its own"
    return RowProblem(reason, remedy, tuple(rows), ("id",), printable(id_), rule)


def _notes(entries: list[Entry]) -> Iterator[str]:
    rows = [entry.row for entry in entries if entry.joined]
    if rows:
        yield f"a line break in the name was read as a blank in {rows_in_words(rows)}"


def _label(source: Source) -> str:
    return "the uploaded file" if isinstance(source, bytes) else Path(source).name
