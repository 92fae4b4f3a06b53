"""Reading a client's table of usage: users and predictions of each model by day, week or month.

A day is the day that is written; a moment with an offset is put on the clock of `zone`, if one is
stated. Rows of one day and model that say the same count once; where they disagree none does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from modelops_abm.clients.days import DayLog, counted
from modelops_abm.clients.logs import (
    AS_IT_IS,
    Cells,
    Field,
    Form,
    Kind,
    Reading,
    Source,
    label_of,
    read_table,
    refusing,
)
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
    template=(
        "month,model,users,predictions\r\n2025-11,churn-01,120,14400\r\n2025-12,churn-01,150,18700\r\n"
    ),
    silent=("words",),
)
"""What a table of usage says, and the forms in which it is known."""


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


class UsageLog(DayLog[Use]):
    """What a table of usage says."""

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

    Raises
    ------
    InputError
        If the file as a whole cannot be read. Rows that cannot are in `UsageLog.problems`.

    See Also
    --------
    modelops_abm.clients.incidents.read_incidents : for the parameters.

    Examples
    --------
    >>> log = read_usage(b"month,model,users\n2025-01,churn,80\n2025-02,churn,120\n")
    >>> log.period, [use.users for use in log.table]
    ('month', [80.0, 120.0])
    """
    with refusing(label := label_of(source, name)):
        cells = Cells(read_table(source, USAGE, reading), reading, "day")
        uses = _without_totals(cells, [*_uses(cells)])
        return UsageLog.of(label, cells, uses, reading, lambda use: (use.day, use.model))


_MOST = 1e12
"""Users, or predictions of a month, that anybody has."""
_FEWEST_SUMS = 3
"""Different sums that a model must give to be a total and no accident."""


def _without_totals(cells: Cells, uses: list[Use]) -> list[Use]:
    """Leave out a model that gives the sum of all others on each of its days: a total."""
    sums: dict[date, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for use in uses:
        for place, number in enumerate((1.0, use.users, use.predictions)):
            sums[use.day][place] += number or 0.0
    given: dict[str, set[float]] = defaultdict(set)
    for use in uses:
        count, *whole = sums[use.day]
        own = (use.users or 0.0, use.predictions or 0.0)
        is_sum = count > 2.0 and all(map(math.isclose, whole, (2.0 * each for each in own)))
        given[use.model].add(sum(own) if is_sum else math.nan)
    totals = {
        model
        for model, found in given.items()
        if len(found) >= _FEWEST_SUMS and not any(map(math.isnan, found))
    }
    for name in totals:
        reason, remedy = "gives the sum of all others on each of its days", "it is left out"
        where = [use.row for use in uses if use.model == name]
        cells.leave_out(where, reason, remedy, cells.table.names("model"), name)
    return [use for use in uses if use.model not in totals]


def _uses(cells: Cells) -> Iterator[Use]:
    days, models = cells.days(), cells.models()
    users, predictions = cells.numbers("users"), cells.numbers("predictions")
    for at, row in cells.usable():
        day, model, numbers = days[at], models[at], (users[at], predictions[at])
        if day is None or not model:
            lacking = "day" if day is None else "model"
            cells.leave_out(row, f"says no {lacking}", "give it one")
        elif numbers == (None, None):
            cells.leave_out(row, "says neither users nor predictions", "give it one of them")
        # One of them is there, as the case before has it.
        elif min(number for number in numbers if number is not None) < 0.0:
            cells.leave_out(row, "has a number below 0", "correct it")
        elif max(number for number in numbers if number is not None) > _MOST:
            cells.leave_out(row, f"has a number above {_MOST:,.0f}", "correct it")
        else:
            yield Use(row, day, model, *numbers)
