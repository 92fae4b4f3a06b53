"""Tables of points of one's own: a value of each named input in every row, CSV or Parquet."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from modelops_abm.clients.problems import Mistake
from modelops_abm.clients.table import (
    Record,
    decode,
    read_bytes,
    records,
    refuse_other_formats,
    separated,
)
from modelops_abm.experiments.inputs import Choice, Input, Range
from modelops_abm.experiments.sweep import MOST_POINTS, Point
from modelops_abm.scenario import InputError, Problem, catalogue, parse_assignment
from modelops_abm.scenario.changes import problem_with, stated_parts, stated_twice
from modelops_abm.text import printable

ENDINGS = (".csv", ".tsv", ".parquet")
WEIGHT = "weight"
"""Column that is no value, for draws: how likely a row is."""
_NAMELESS = Problem("a column has no name")
_MOST_TOLD = 20
_MOST_SINGLE = 12
"""Values of an input that are listed one by one."""


@dataclass(frozen=True)
class PointTable:
    """Points of a table.

    Attributes
    ----------
    names
        Dotted names, as the columns stand.
    points
        A value of each name, a row each.
    places
        Where each stands: ``points.csv, row 2``.
    weights
        How likely each is, if a column `weight` says so.
    """

    names: tuple[str, ...]
    points: tuple[Point, ...]
    places: tuple[str, ...]
    weights: tuple[float, ...] | None = None

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What is varied: the values of each column, or of many numbers their range."""
        return tuple(_input(name, [point[name] for point in self.points]) for name in self.names)


def read_points(path: str | os.PathLike[str], *, may_weigh: bool = False) -> PointTable:
    r"""Read a table of points: the first row, or the columns' names, are dotted names.

    A cell of a CSV file is written as ``--set`` reads a value; rows are counted as in a
    spreadsheet, the header being row 1. Whether a scenario takes the values is told when they are
    used.

    Parameters
    ----------
    path
        A file that ends in .csv, .tsv or .parquet.
    may_weigh
        Whether there may be a column `weight`.

    Raises
    ------
    InputError
        With everything that is wrong: file, row, column, and what would be right.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "team.developers,team.preemption\n4,none\n8,maintenance\n"
    >>> _ = Path("ours.csv").write_text(text, encoding="utf-8")
    >>> read_points("ours.csv").points[0]["team.preemption"]
    'none'
    """
    file = os.fspath(path)
    name = printable(Path(file).name, 255)
    if Path(file).suffix.lower() not in ENDINGS:
        raise InputError.at(name, f"a table of points ends in {', '.join(ENDINGS)}")
    try:
        content = read_bytes(file)
        is_parquet = Path(file).suffix.lower() == ".parquet"
        header, rows = _parquet(content) if is_parquet else _csv(content)
    except Mistake as mistake:
        raise InputError.at(name, f"{mistake.reason}; {mistake.remedy}") from None
    _check_header(name, header, may_weigh=may_weigh)
    return _table(name, header, rows)


def _csv(content: bytes) -> tuple[list[str], Sequence[tuple[int, list[Any]]]]:
    text, separator = separated(decode(content), {each.name for each in catalogue()})
    found = list(records(text, separator))
    for each in found:
        if not isinstance(each, Record):
            raise Mistake(
                f"{each.place}: {each.reason}" if each.place else each.reason, each.remedy
            )
    rows = [each for each in found if isinstance(each, Record)]
    if not rows:
        raise Mistake("is empty", "the first row must name the columns, such as team.developers")
    header = [cell.strip() for cell in rows[0].cells]
    return header, [(each.row, [*each.cells]) for each in rows[1:]]


def _parquet(content: bytes) -> tuple[list[str], Sequence[tuple[int, list[Any]]]]:
    if not content.startswith(b"PAR1"):
        refuse_other_formats(content)
    try:
        table = pq.read_table(io.BytesIO(content))
        columns = [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError, ValueError):
        raise Mistake("cannot be read as Parquet", "write it again") from None
    # As a file has them: the header is row 1.
    rows = [(2 + number, list(row)) for number, row in enumerate(zip(*columns, strict=True))]
    return [str(each) for each in table.column_names], rows


def _check_header(file: str, header: Sequence[str], *, may_weigh: bool) -> None:
    values = [name for name in header if name != WEIGHT]
    place = f"{file}, row 1"
    problems = [
        Problem("names a column twice", place, printable(name, 200))
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    wrong = [problem_with(name) if name else _NAMELESS for name in dict.fromkeys(values)]
    problems.extend(replace(each, place=place) for each in wrong if each is not None)
    if WEIGHT in header and not may_weigh:
        problems.append(Problem("all points count alike; leave it out", place, WEIGHT))
    if not problems and not values:
        problems.append(Problem("names no value, such as team.developers", place))
    if not problems:
        twice = stated_twice({name: stated_parts(name, 0) for name in values})
        problems = [replace(each, place=place) for each in twice]
    if problems:
        raise InputError(problems[:_MOST_TOLD])


def _table(
    file: str, header: Sequence[str], rows: Sequence[tuple[int, Sequence[Any]]]
) -> PointTable:
    if not 1 <= len(rows) <= MOST_POINTS:
        raise InputError.at(file, f"has {len(rows):,} points; there may be 1 to {MOST_POINTS:,}")
    problems: list[Problem] = []
    read: list[dict[str, Any]] = []
    for number, cells in rows:
        place = f"{file}, row {number}"
        if len(cells) != len(header):
            message = f"has {len(cells)} cells, and the header names {len(header)} columns"
            problems.append(Problem(message, place))
        else:
            read.append(dict(_values(place, header, cells, problems)))
    weights = [row.pop(WEIGHT) for row in read if WEIGHT in row]
    if not problems and weights and math.fsum(weights) == 0.0:
        problems.append(Problem("must not be 0 in all rows", file, WEIGHT))
    if problems:
        more = len(problems) - _MOST_TOLD
        rest = [Problem(f"and {more:,} more like these")] if more > 0 else []
        raise InputError([*problems[:_MOST_TOLD], *rest])
    names = tuple(name for name in header if name != WEIGHT)
    places = tuple(f"{file}, row {number}" for number, _ in rows)
    points = tuple(MappingProxyType(row) for row in read)
    return PointTable(names, points, places, tuple(weights) or None)


def _values(
    place: str, header: Sequence[str], cells: Sequence[Any], problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(header, cells, strict=True):
        try:
            yield name, _weight(cell) if name == WEIGHT else _value(name, cell)
        except InputError as error:
            wrong = error.problems[0]
            problems.append(Problem(wrong.message, place, name, wrong.value))


def _value(name: str, cell: Any) -> Any:
    if cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell:
        raise InputError("is empty; every point needs a value")
    # Spreadsheets and pandas write TRUE and True.
    text = cell.strip() if isinstance(cell, str) else ""
    text = text.lower() if _KINDS.get(name) == "flag" else text
    value = parse_assignment(f"{name}={text}")[1] if text else cell
    # Tables make numbers with a point of whole ones, as where a cell of the column was empty once.
    if isinstance(value, float) and value.is_integer() and _KINDS.get(name) == "int":
        return int(value)
    return value


def _weight(cell: Any) -> float:
    try:
        weight = math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError):
        weight = math.nan
    if not 0.0 <= weight < math.inf:
        raise InputError(Problem("must be a number of 0 or more", value=printable(str(cell))))
    return weight


_KINDS: Mapping[str, str] = {each.name: each.kind for each in catalogue()}


def _input(name: str, values: Sequence[Any]) -> Input:
    # By what they are written as: the parts of a distribution have no hash.
    distinct = tuple({repr(value): value for value in values}.values())
    are_numbers = all(type(each) in (int, float) for each in distinct)
    if len(distinct) <= _MOST_SINGLE or not are_numbers:
        return Choice(name, distinct)
    is_whole = all(type(each) is int for each in distinct)
    return Range(name, min(distinct), max(distinct), is_whole=is_whole)
