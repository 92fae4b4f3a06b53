"""One row of a portfolio file as a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from modelops_abm.clients.cells import COLUMNS
from modelops_abm.clients.header import Header
from modelops_abm.clients.row_problem import Mistake, RowProblem
from modelops_abm.clients.table import Record
from modelops_abm.errors import Problem
from modelops_abm.scenario.portfolio import PortfolioModel, contradictions
from modelops_abm.scenario.problems import problems_of
from modelops_abm.text import printable


class Entry(NamedTuple):
    """What became of one row."""

    row: int
    """Number of the row as in a spreadsheet."""
    values: dict[str, Any]
    """What its cells say, as far as each can be read."""
    model: PortfolioModel | None
    """The model, or None if anything is wrong."""
    problems: list[RowProblem]
    """Everything that is wrong with the row by itself."""
    joined: tuple[str, ...] = ()
    """Columns in which a line break was read as a blank."""

    @property
    def id(self) -> str:
        """The id in it, empty if there is none."""
        return str(self.values.get("id", ""))


def read_entry(record: Record, header: Header, start_date: date | None) -> Entry:
    """Return the model in a row, or everything that is wrong with the row."""
    if len(record.cells) != len(header.names):
        return Entry(record.row, {}, None, [_wrong_length(record, header)])
    cells = {name: cell for at, name in header.known if (cell := record.cells[at]).strip()}
    joined = _join_lines(cells, record.separator)
    values, problems = _read_cells(cells, record.row)
    model, invalid = _validate(values, cells, record.row)
    problems += [*_in_nameless(record, header), *invalid]
    sound = {name: value for name, value in values.items() if name not in _columns_of(problems)}
    problems += _contradictions(sound, cells, record.row, start_date)
    return Entry(record.row, values, None if problems else model, problems, joined)


def _join_lines(cells: dict[str, str], separator: str) -> tuple[str, ...]:
    """Make the lines of a name one; with a separator in it, a quotation mark may be missing."""
    name = cells.get("name", "")
    lines = [line.strip() for line in re.split(r"[\r\n]+", name.strip())]
    if len(lines) == 1 or separator in name or not all(lines):
        return ()
    cells["name"] = " ".join(lines)
    return ("name",)


def _wrong_length(record: Record, header: Header) -> RowProblem:
    found, wanted = len(record.cells), len(header.names)
    remedy = "give every column a cell, empty if not known"
    if found > wanted:
        remedy = "quote cells that hold the separator, and write decimals with a point"
    return RowProblem(
        f"the row has {found} cells, the header has {wanted}",
        remedy,
        (record.row,),
        rule=f"there are {'more' if found > wanted else 'fewer'} cells than in the header",
    )


def _in_nameless(record: Record, header: Header) -> Iterator[RowProblem]:
    for at in header.nameless:
        if record.cells[at].strip():
            value = printable(record.cells[at].strip())
            reason = "stands in a column without a name"
            remedy = "name the column, or delete it"
            yield RowProblem(reason, remedy, (record.row,), (f"{at + 1}",), value)


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
    if problem.field in cells:
        reason = f"is not possible: {problem.message}"
        return _in_cell(row, problem.field, cells, reason, "correct it")
    return _in_cell(row, problem.field, cells, "there is no value", problem.message)


def _in_cell(row: int, name: str, cells: dict[str, str], reason: str, remedy: str) -> RowProblem:
    return RowProblem(reason, remedy, (row,), (name,), printable(cells.get(name, "")))


def _columns_of(problems: list[RowProblem]) -> set[str]:
    return {column for problem in problems for column in problem.columns}


def _contradictions(
    sound: dict[str, Any], cells: dict[str, str], row: int, start_date: date | None
) -> Iterator[RowProblem]:
    """Yield contradictions among the sound values; with an unsound stage its dates are left."""
    stage_is_sound = ("stage" in sound) == ("stage" in cells)
    partial = PortfolioModel.model_construct(None, **sound)
    for found in contradictions(partial, start_date if stage_is_sound else None):
        yield RowProblem(
            found.message, "correct one of them", (row,), found.fields, rule=found.rule
        )
