"""Reading a client's table of usage: users and predictions of each model by day, week or month.

A day is the day that is written; a moment with an offset is put on the clock of `zone`, if one is
stated. Rows of one day and model that say the same count once; where they disagree none does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from modelops_abm.clients.days import Cells, by_model, counted, rhythm_of, told_apart, within
from modelops_abm.clients.logs import (
    AS_IT_IS,
    Field,
    Form,
    Kind,
    Reading,
    Source,
    label_of,
    nothing_usable,
    read_table,
    refused,
)
from modelops_abm.clients.problems import Mistake, RowProblem, grouped
from modelops_abm.formats import plural

USAGE = Kind(
    "usage",
    "a table of usage",
    (
        Field("day", "the day, or the first day of a week or month; 2025-03 for a month", True),
        Field("model", "which model", required=True),
        Field("users", "who used it on that day, or in that week or month"),
        Field("predictions", "how many it made on that day, or in that week or month"),
    ),
    tuple(
        Form(
            f"users and predictions by {name}",
            (name, "model", telling),
            {"day": name, "model": "model", "users": "users", "predictions": "predictions"},
        )
        for name in ("day", "date", "week", "month")
        for telling in ("users", "predictions")
    ),
    silent=("words",),
)
"""What a table of usage says, and the forms in which it is known."""

TEMPLATE = (
    "month,model,users,predictions\r\n2025-11,churn-01,120,14400\r\n2025-12,churn-01,150,18700\r\n"
)
"""A table to fill in: a model is called as the portfolio's id; replace both rows."""


class Use(NamedTuple):
    """How a model was used on a day, or in a week or month that begins with it.

    Attributes
    ----------
    row
        Row in the file.
    day
        As written.
    model
        As the log calls it.
    users, predictions
        None where the row does not say.
    """

    row: int
    day: date
    model: str
    users: float | None
    predictions: float | None


@dataclass(frozen=True)
class UsageLog:
    """What a table of usage says.

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
    table: tuple[Use, ...]
    period: str
    period_days: float
    problems: tuple[RowProblem, ...]
    notes: tuple[str, ...]

    @property
    def by_model(self) -> dict[str, tuple[Use, ...]]:
        """The rows of each model in order of time."""
        return by_model(self.table)

    def sentence(self) -> str:
        """Return what was understood, before anything is computed."""
        days = [use.day for use in self.table]
        users = sum(use.users is not None for use in self.table)
        predictions = sum(use.predictions is not None for use in self.table)
        return (
            f"table of usage of {counted(use.model for use in self.table)} by {self.period}, from"
            f" {min(days)} to {max(days)}; users in {plural(users, 'row')}, predictions"
            f" in {plural(predictions, 'row')}. Read as {self.form}."
        )


def read_usage(source: Source, reading: Reading = AS_IT_IS, *, name: str | None = None) -> UsageLog:
    r"""Read a table of usage.

    Parameters
    ----------
    source
        Path of the file, or its content.
    reading
        How it is to be read, as far as the file does not show it.
    name
        What to call it in messages; by default the file's name.

    Raises
    ------
    InputError
        If the file as a whole cannot be read. Rows that cannot are in `UsageLog.problems`.

    Examples
    --------
    >>> log = read_usage(b"month,model,users\n2025-01,churn,80\n2025-02,churn,120\n")
    >>> log.period, [use.users for use in log.table]
    ('month', [80.0, 120.0])
    """
    label = label_of(source, name)
    try:
        table = read_table(source, USAGE, reading)
        cells = Cells(table, reading.dates, reading.zone)
        chosen, notes = table.chosen(reading.rows_meant), list[str]()
        inside = within(_uses(cells, chosen), reading.since, reading.until, notes)
        found = told_apart(inside, lambda use: (use.day, use.model), cells, notes)
        problems = grouped(cells.problems)
        if not found:
            raise nothing_usable("row", problems)
    except Mistake as mistake:
        raise refused(mistake, label) from None
    rhythm = rhythm_of((use.model, use.day) for use in found)
    found.sort(key=lambda use: (use.model, use.day))
    return UsageLog(
        label, table.in_words(), tuple(found), rhythm.word, rhythm.days, problems, tuple(notes)
    )


def _uses(cells: Cells, chosen: Sequence[bool]) -> Iterator[Use]:
    days, models = cells.days(), cells.table.cells("model")
    users, predictions = cells.numbers("users"), cells.numbers("predictions")
    unreadable = cells.unreadable
    for at, record in enumerate(cells.table.rows):
        if not chosen[at] or record.row in unreadable:
            continue
        day, model, numbers = days[at], models[at], (users[at], predictions[at])
        if day is None or not model:
            lacking = "day" if day is None else "model"
            cells.leave_out(record.row, f"says no {lacking}", "give it one")
        elif numbers == (None, None):
            cells.leave_out(record.row, "says neither users nor predictions", "give it one of them")
        elif min(number for number in numbers if number is not None) < 0.0:
            cells.leave_out(record.row, "has a number below 0", "correct it")
        else:
            yield Use(record.row, day, model, *numbers)
