"""One row of a portfolio file as a model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from modelops_abm.clients.cells import COLUMNS
from modelops_abm.clients.header import Header
from modelops_abm.clients.row_problem import Mistake, RowProblem
from modelops_abm.clients.table import Record
from modelops_abm.parameters.errors import Problem
from modelops_abm.parameters.portfolio import PortfolioModel, contradictions
from modelops_abm.parameters.problems import problems_of
from modelops_abm.parameters.wording import printable


class Entry(NamedTuple):
    """What became of one row."""

    row: int
    """Number of the row as in a spreadsheet."""
    id: str
    """The id in it, empty if there is none."""
    model: PortfolioModel | None
    """The model, or None if anything is wrong."""
    problems: list[RowProblem]
    """Everything that is wrong with the row by itself."""


def read_entry(record: Record, header: Header, start_date: date | None) -> Entry:
    """Return the model in a row, or everything that is wrong with the row."""
    if len(record.cells) != len(header.names):
        return Entry(record.row, "", None, [_wrong_length(record, header)])
    cells = {name: cell for at, name in header.known if (cell := record.cells[at]).strip()}
    values, problems = _read_cells(cells, record.row)
    model, invalid = _validate(values, cells, record.row)
    problems += invalid
    sound = {name: value for name, value in values.items() if name not in _columns_of(problems)}
    problems += _contradictions(sound, cells, record.row, start_date)
    return Entry(record.row, str(values.get("id", "")), None if problems else model, problems)


def _wrong_length(record: Record, header: Header) -> RowProblem:
    found, wanted = len(record.cells), len(header.names)
    remedy = "give every column a cell, empty if not known"
    if found > wanted:
        remedy = "quote cells that hold the separator, and write decimals with a point"
    return RowProblem(f"the row has {found} cells, the header has {wanted}", remedy, record.row)


def _read_cells(cells: dict[str, str], row: int) -> tuple[dict[str, Any], list[RowProblem]]:
    values: dict[str, Any] = {}
    problems = []
    for name, cell in cells.items():
        try:
            values[name] = COLUMNS[name](cell)
        except Mistake as mistake:
            problems.append(_in_cell(row, name, cells, mistake.reason, mistake.remedy))
    return values, problems


def _validate(
    values: dict[str, Any], cells: dict[str, str], row: int
) -> tuple[PortfolioModel | None, list[RowProblem]]:
    try:
        return PortfolioModel.model_validate(values), []
    except ValidationError as error:
        return None, [
            _invalid(found, cells, row)
            for found in problems_of(error, root=PortfolioModel)
            if found.field
        ]


def _invalid(problem: Problem, cells: dict[str, str], row: int) -> RowProblem:
    reason = "is not allowed" if problem.field in cells else "there is no value"
    return _in_cell(row, problem.field, cells, reason, problem.message)


def _in_cell(row: int, name: str, cells: dict[str, str], reason: str, remedy: str) -> RowProblem:
    return RowProblem(reason, remedy, row, (name,), printable(cells.get(name, "")))


def _columns_of(problems: list[RowProblem]) -> set[str]:
    return {column for problem in problems for column in problem.columns}


def _contradictions(
    sound: dict[str, Any], cells: dict[str, str], row: int, start_date: date | None
) -> Iterator[RowProblem]:
    """Yield contradictions among the sound values; with an unsound stage its dates are left."""
    stage_is_sound = ("stage" in sound) == ("stage" in cells)
    partial = PortfolioModel.model_construct(None, **sound)
    for columns, message in contradictions(partial, start_date if stage_is_sound else None):
        yield RowProblem(message, "correct one of them", row, columns)
