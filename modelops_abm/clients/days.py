"""Logs with a row for each day and model: what usage and quality have in common."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Protocol

from modelops_abm.clients.cells import read_number
from modelops_abm.clients.logs import DateOrder, LogTable, order_of, read_stamp, read_zone
from modelops_abm.clients.problems import Mistake, RowProblem, rows_in_words
from modelops_abm.formats import plural
from modelops_abm.text import printable

_MONTH = re.compile("(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
_PERIODS = ((1.5, "day"), (10.0, "week"), (45.0, "month"))
_MOST_NAMED = 8


class Cells:
    """Reads the cells of a table row by row, and keeps what cannot be read with its place.

    Parameters
    ----------
    table
        The table.
    dates
        Whether the day or the month is first, if somebody says so.
    zone
        The clock whose days count, for moments with an offset; as they are written if not given.
    """

    def __init__(self, table: LogTable, dates: DateOrder | None, zone: str | None) -> None:
        self.table = table
        self.problems = list(table.problems)
        self._clock = read_zone(zone) if zone else None
        cells = zip((row.row for row in table.rows), table.cells("day"), strict=True)
        plain = [(row, cell) for row, cell in cells if not _MONTH.fullmatch(cell)]
        self._order = order_of(plain, dates)

    def days(self, field: str = "day") -> list[date | None]:
        """Return the day in each row; of a month (2025-03) the first; None if there is none."""
        return [self._read(field, at, cell, self._day) for at, cell in self._cells(field)]

    def numbers(self, field: str) -> list[float | None]:
        """Return the number in each row; None if there is none or it cannot be read."""
        return [self._read(field, at, cell, read_number) for at, cell in self._cells(field)]

    def _cells(self, field: str) -> Iterator[tuple[int, str]]:
        return zip((row.row for row in self.table.rows), self.table.cells(field), strict=True)

    def _day(self, cell: str) -> date:
        if month := _MONTH.fullmatch(cell):
            return date(int(month["year"]), int(month["month"]), 1)
        stamp = read_stamp(cell, self._order)
        if stamp.offset is None or self._clock is None:
            return stamp.local.date()
        return stamp.on(self._clock).astimezone(self._clock).date()

    def _read[T](self, field: str, row: int, cell: str, how: Callable[[str], T]) -> T | None:
        if not cell:
            return None
        try:
            return how(cell)
        except Mistake as mistake:
            name = " or ".join(self.table.names(field))
            self.leave_out(row, mistake.reason, mistake.remedy, (name,), cell)
            return None

    def leave_out(
        self, row: int, reason: str, remedy: str, columns: Sequence[str] = (), value: str = ""
    ) -> None:
        """Keep that a row cannot be used, and why."""
        self.problems.append(RowProblem(reason, remedy, (row,), tuple(columns), printable(value)))

    @property
    def unreadable(self) -> set[int]:
        """Rows of which something could not be read."""
        return {row for problem in self.problems for row in problem.rows}


class OfDay(Protocol):
    """A row that speaks of a model on a day: a named tuple, the row's number first."""

    @property
    def row(self) -> int:
        """Its number in the file."""

    @property
    def day(self) -> date:
        """The day."""

    def __getitem__(self, part: slice, /) -> tuple[object, ...]: ...


class OfModel(Protocol):
    """A row that speaks of a model."""

    @property
    def model(self) -> str:
        """What the log calls the model."""


def by_model[T: OfModel](rows: Iterable[T]) -> dict[str, tuple[T, ...]]:
    """Return the rows of each model, in the order in which they are given."""
    found: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[row.model].append(row)
    return {model: tuple(each) for model, each in found.items()}


def told_apart[T: OfDay](
    rows: Iterable[T], subject: Callable[[T], tuple[object, ...]], cells: Cells, notes: list[str]
) -> list[T]:
    """Return one row of those that speak of the same; where they disagree, none.

    Parameters
    ----------
    rows
        The rows; they are alike if they are the same but for their number.
    subject
        What a row speaks of.
    cells
        Keeps those that disagree.
    notes
        Gets the sentence about those that are alike.
    """
    of_subject: dict[tuple[object, ...], list[T]] = defaultdict(list)
    for row in rows:
        of_subject[subject(row)].append(row)
    found, alike = [], list[int]()
    for key, same in of_subject.items():
        if all(row[1:] == same[0][1:] for row in same):
            alike += [row.row for row in same[1:]]
            found.append(same[0])
            continue
        cells.problems.append(
            RowProblem(
                "stands more than once, with different numbers",
                "they are left out; keep one row for each day and model",
                tuple(row.row for row in same),
                value=printable(" ".join(str(part) for part in key)),
            )
        )
    if alike:
        notes.append(f"stands more than once and is the same, so counts once: {_rows(alike)}")
    return found


def within[T: OfDay](
    rows: Iterable[T],
    since: date | datetime | None,
    until: date | datetime | None,
    notes: list[str],
) -> list[T]:
    """Return the rows of days in a time that is stated; how many are outside is noted."""
    first = since.date() if isinstance(since, datetime) else since
    last = until.date() if isinstance(until, datetime) else until
    if first and last and last < first:
        raise Mistake(f"would end ({last}) before it begins ({first})", "correct since or until")
    kept, outside = [], []
    for row in rows:
        if (first and row.day < first) or (last and row.day > last):
            outside.append(row.row)
        else:
            kept.append(row)
    if outside:
        notes.append(f"outside of the time that is stated: {_rows(outside)}")
    return kept


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a model is read: ``day``, ``week``, ``month``, or ``reading``."""

    word: str
    days: float


def rhythm_of(days: Iterable[tuple[str, date]]) -> Rhythm:
    """Return what most often lies between two days of one model.

    >>> rhythm_of([("a", date(2025, 1, 1)), ("a", date(2025, 2, 1)), ("a", date(2025, 3, 1))]).word
    'month'
    """
    of_model: dict[str, list[int]] = defaultdict(list)
    for model, day in days:
        of_model[model].append(day.toordinal())
    gaps = [
        after - before
        for each in of_model.values()
        for before, after in pairwise(sorted(each))
        if after > before
    ]
    between = float(median(gaps)) if gaps else 1.0
    return Rhythm(next((w for most, w in _PERIODS if between < most), "reading"), between)


def beside(
    named: Iterable[str], models: Iterable[tuple[str, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a log names and no portfolio has, and ids of models that no log names.

    Parameters
    ----------
    named
        What the log calls its models.
    models
        Id and name of every model; it is named if it is called as either, whatever the capitals.

    Examples
    --------
    >>> beside(["Churn", "old"], [("churn", "Customer churn"), ("fraud", "Fraud")])
    (('old',), ('fraud',))
    """
    here = {name.casefold(): name for name in named}
    called = [(id_, {id_.casefold(), name.casefold()}) for id_, name in models]
    known = {word for _, words in called for word in words}
    only_here = tuple(name for word, name in here.items() if word not in known)
    return only_here, tuple(id_ for id_, words in called if not words & here.keys())


def counted(names: Iterable[str]) -> str:
    """Return how many models there are, and which: 2 models (churn 24, fraud 12)."""
    counts = Counter(names)
    shown = [f"{printable(name)} {count:,}" for name, count in list(counts.items())[:_MOST_NAMED]]
    left = len(counts) - _MOST_NAMED
    more = f" and {left:,} more" if left > 0 else ""
    return f"{plural(len(counts), 'model')} ({', '.join(shown)}{more})"


def _rows(rows: Iterable[int]) -> str:
    return rows_in_words(sorted(rows))
