"""Logs with a row for each day and model: what usage and quality have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Protocol, Self

from modelops_abm.clients.logs import Cells, Reading
from modelops_abm.clients.problems import Mistake, RowProblem, rows_in_words
from modelops_abm.formats import plural
from modelops_abm.text import printable

_PERIODS = ((1.5, "day"), (10.0, "week"), (45.0, "month"))
_MOST_NAMED = 8


class OfDay(Protocol):
    """A row that speaks of a model on a day: a named tuple, the row's number first."""

    @property
    def row(self) -> int:
        """Its number in the file."""

    @property
    def day(self) -> date:
        """The day."""

    @property
    def model(self) -> str:
        """What the log calls the model."""

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


@dataclass(frozen=True)
class DayLog[Row: OfDay]:
    """What a table with a row for each day and model says.

    Attributes
    ----------
    source
        Name of the file.
    form
        Which form it has, and which column was taken for what.
    table
        By model, then day.
    period, period_days
        ``day``, ``week``, ``month`` or ``reading``; what most often lies between two rows.
    problems, notes
        What could not be used, with its rows; what was decided.
    """

    source: str
    form: str
    table: tuple[Row, ...]
    period: str
    period_days: float
    problems: tuple[RowProblem, ...]
    notes: tuple[str, ...]

    @property
    def by_model(self) -> dict[str, tuple[Row, ...]]:
        """The rows of each model in order of time."""
        return by_model(self.table)

    @classmethod
    def of(
        cls,
        label: str,
        cells: Cells,
        rows: Iterable[Row],
        reading: Reading,
        subject: Callable[[Row], tuple[object, ...]],
        chosen: Callable[[list[Row], list[str]], list[Row]] = lambda rows, notes: rows,
    ) -> Self:
        """Return the log of a table.

        Parameters
        ----------
        label
            Name of the file.
        cells, rows
            The table, and what its rows say.
        reading
            How it is to be read.
        subject
            What a row speaks of: of the same one row is kept.
        chosen
            Which of the rows are meant, if not all; it adds to the notes why.

        Raises
        ------
        Mistake
            If no row can be used.
        """
        notes: list[str] = []
        inside = _within(rows, reading, notes)
        found = chosen(_told_apart(inside, subject, cells, notes), notes)
        notes += cells.names.notes()
        problems = cells.told("row", found)
        rhythm = rhythm_of((row.model, row.day) for row in found)
        table = tuple(sorted(found, key=lambda row: (row.model, row.day)))
        form = cells.table.in_words()
        return cls(label, form, table, rhythm.word, rhythm.days, problems, tuple(notes))


def _told_apart[T: OfDay](
    rows: Iterable[T], subject: Callable[[T], tuple[object, ...]], cells: Cells, notes: list[str]
) -> list[T]:
    """Return one row of those that speak of the same; where they disagree, none.

    Rows are alike if they are the same but for their number; how many are is noted.
    """
    of_subject: dict[tuple[object, ...], list[T]] = defaultdict(list)
    for row in rows:
        of_subject[subject(row)].append(row)
    found, alike = [], list[int]()
    for key, same in of_subject.items():
        # The first of a row is its number, in which all differ.
        if all(row[1:] == same[0][1:] for row in same):
            alike += [row.row for row in same[1:]]
            found.append(same[0])
            continue
        cells.leave_out(
            (row.row for row in same),
            "stands more than once, with different numbers",
            "they are left out; keep one row for each day and model",
            value=" ".join(map(str, key)),
        )
    if alike:
        notes.append(
            f"stands more than once and is the same, so counts once: {rows_in_words(alike)}"
        )
    return found


def _within[T: OfDay](rows: Iterable[T], reading: Reading, notes: list[str]) -> list[T]:
    """Return the rows of days in a time that is stated; how many are outside is noted."""
    first, last = reading.first_day, reading.last_day
    if first and last and last < first:
        raise Mistake(f"would end ({last}) before it begins ({first})", "correct since or until")
    kept, outside = [], []
    for row in rows:
        if (first and row.day < first) or (last and row.day > last):
            outside.append(row.row)
        else:
            kept.append(row)
    if outside:
        notes.append(f"outside of the time that is stated: {rows_in_words(outside)}")
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
    # Days that stand twice, in two metrics say, are no gap.
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
    # Logs name models by id or by name, and write both as they like.
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
