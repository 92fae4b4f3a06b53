"""Reading a client's time sheets: who worked how long on what, by day or week.

Activities are what words of the file are said to mean (`MEANINGS`); nothing is guessed of them.
Decided, and said where it happened: equal rows are two entries; a row without hours, or with more
than a week has, is left out; days are those that are written, whatever the zone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from modelops_abm.clients.cells import read_number
from modelops_abm.clients.logs import (
    AS_IT_IS,
    Cells,
    Field,
    Form,
    Kind,
    LogTable,
    Reading,
    Source,
    counted_in_words,
    label_of,
    read_table,
    refusing,
)
from modelops_abm.clients.moments import DateOrder, read_stamp
from modelops_abm.clients.problems import Mistake, RowProblem, rows_in_words
from modelops_abm.clients.rows import says_total
from modelops_abm.errors import InputError
from modelops_abm.formats import number, plural
from modelops_abm.scenario.fields import nearest
from modelops_abm.scenario.sections import EffortParameters
from modelops_abm.text import printable

UNKNOWN = "unknown"
BUILD, UPKEEP, OTHER, ABSENT = "build", "upkeep", "other", "absent"
MEANINGS: Mapping[str, str] = {
    BUILD: "new models: ideas, building, deploying",
    UPKEEP: "keeping what is live: repairs, retraining, requests, support",
    OTHER: "work of the team on neither",
    ABSENT: "no work of the team: holidays, illness, work for others",
    **{
        name: f"upkeep, namely {name.replace('_', ' ')}; with a task its effort can be told"
        for name in EffortParameters.model_fields
    },
}
"""What an activity may mean, each with what it stands for."""
HOURS_PER_DAY = 8.0
_HOURS_PER_WEEK = 168.0
_CLOCK = re.compile(r"([0-9]{1,3}):([0-9]{2})(:[0-9]{2})?")
_THREE_DECIMALS = re.compile(r"[0-9]{1,3}\.[0-9]{3}")
_ISO_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})")

TIMESHEETS = Kind(
    "timesheets",
    "a time sheet",
    (
        Field("date", "the day, or the first day of the week, or 2025-W07", required=True),
        Field("activity", "what was done, in words that are given a meaning", required=True),
        Field("hours", "how long, as 1.5 or 1:30; or else days"),
        Field("days", f"how long, in days of {HOURS_PER_DAY:g} hours"),
        Field("person", "who; any word that tells people apart"),
        Field("task", "ticket or model it was for: what one repair took is added up by it"),
    ),
    (
        Form(
            "the table of modelops-abm template",
            ("date", "person", "hours", "activity"),
            {
                "date": "date",
                "activity": "activity",
                "hours": "hours",
                "person": "person",
                "task": "task",
            },
        ),
        Form(
            "Tempo, worklogs",
            ("issue key", "hours", "work date"),
            {
                "date": "work date",
                "activity": ("activity name", "account name", "account key", "project key"),
                "hours": "hours",
                "person": ("username", "full name"),
                "task": "issue key",
            },
        ),
        Form(
            "Harvest, detailed time",
            ("date", "client", "project", "task", "hours"),
            {
                "date": "date",
                "activity": "task",
                "hours": "hours",
                "person": ("employee id", "last name"),
                "task": "external reference url",
            },
        ),
        Form(
            "Toggl, detailed report",
            ("user", "project", "description", "start date", "duration"),
            {
                "date": "start date",
                "activity": ("task", "project"),
                "hours": "duration",
                "person": ("email", "user"),
            },
        ),
        Form(
            "Clockify, detailed report",
            ("project", "user", "start date", "duration (decimal)"),
            {
                "date": "start date",
                "activity": ("task", "project"),
                "hours": "duration (decimal)",
                "person": ("email", "user"),
            },
        ),
    ),
    template=(
        "date,person,hours,activity,task\r\n"
        "2025-11-03,A,3.5,pipeline_repair,INC-1\r\n"
        "2025-11-03,A,4,build,claims-reader\r\n"
        "2025-11-04,B,8,upkeep,\r\n"
    ),
    silent=("zone",),
)
"""What time sheets say, and the forms in which they are known."""


class Entry(NamedTuple):
    """One row of time sheets.

    Attributes
    ----------
    row
        In the file.
    day
        As it is written; of a week the first.
    person, task
        Empty if not given.
    hours
        Above 0.
    activity
        One of `MEANINGS`, or `UNKNOWN`.
    """

    row: int
    day: date
    person: str
    hours: float
    activity: str
    task: str


@dataclass(frozen=True)
class TimeSheets:
    """What time sheets say; see `IncidentLog` for what the logs have in common.

    Attributes
    ----------
    source, form, rows, problems, notes
        As of every log.
    table
        The entries, by day.
    """

    source: str
    form: str
    table: tuple[Entry, ...]
    rows: int
    problems: tuple[RowProblem, ...]
    notes: tuple[str, ...]

    @property
    def hours(self) -> dict[str, float]:
        """Hours by activity."""
        found: Counter[str] = Counter()
        for entry in self.table:
            found[entry.activity] += entry.hours  # type: ignore[assignment]
        return dict(found)

    def sentence(self) -> str:
        """Return what was understood, before anything is computed."""
        people = len({entry.person for entry in self.table if entry.person})
        of_whom = f" of {plural(people, 'person') if people == 1 else f'{people} people'}"
        hours = ", ".join(f"{name} {number(amount)}" for name, amount in self.hours.items())
        first, last = self.table[0].day, self.table[-1].day
        return (
            f"time sheets with {plural(len(self.table), 'entry')}{of_whom if people else ''} "
            f"from {first} to {last}; hours: {hours}. Read as {self.form}."
        )


def read_timesheets(
    source: Source, reading: Reading = AS_IT_IS, *, name: str | None = None
) -> TimeSheets:
    r"""Read time sheets.

    Raises
    ------
    InputError
        If the file as a whole cannot be read. Rows that cannot are in `TimeSheets.problems`.

    See Also
    --------
    modelops_abm.clients.incidents.read_incidents : for the parameters.

    Examples
    --------
    >>> sheets = read_timesheets(
    ...     b"date,person,hours,activity\n2025-11-03,A,1:30,support\n2025-11-03,A,6,build\n",
    ...     Reading(words={"Support": "upkeep"}),
    ... )
    >>> sheets.hours
    {'upkeep': 1.5, 'build': 6.0}
    """
    with refusing(label := label_of(source, name)):
        table = read_table(source, TIMESHEETS, reading)
        if not table.places.keys() & {"hours", "days"}:
            reason = "has no column of hours or days"
            raise Mistake(reason, "map one: --map hours=COLUMN or --map days=COLUMN")
        cells = Cells(table, reading, "date")
        entries = sorted(_entries(cells, _checked(reading.words)), key=lambda entry: entry.day)
        first, last = reading.first_day or date.min, reading.last_day or date.max
        inside = [entry for entry in entries if first <= entry.day <= last]
        problems = cells.told("entry", inside)
        notes = tuple(_notes(table, reading, len(entries) - len(inside), inside))
        rows = len(table.rows) + len(table.problems)
        return TimeSheets(label, table.in_words(), tuple(inside), rows, problems, notes)


def _checked(activities: Mapping[str, str]) -> dict[str, str]:
    for word, meaning in activities.items():
        if meaning not in MEANINGS:
            hint = nearest(meaning, MEANINGS)
            meant = f"; did you mean {hint}?" if hint else ""
            message = f"'{printable(word)}' cannot mean '{printable(meaning)}'"
            raise InputError(f"{message}; activities are {', '.join(MEANINGS)}{meant}")
    own = {name: name for name in MEANINGS}
    return own | {word.strip().casefold(): meaning for word, meaning in activities.items()}


def _entries(cells: Cells, activities: Mapping[str, str]) -> Iterator[Entry]:
    """Yield what the rows say; what cannot be used is told to the cells."""
    table = cells.table
    days, hours, shifts = map(table.cells, ("date", "hours", "days"))
    people, words, tasks = map(table.cells, ("person", "activity", "task"))
    for at, row in cells.usable():
        if label := next(filter(says_total, (people[at], words[at], tasks[at])), ""):
            reason, remedy = "looks like a total", "it is left out, as its hours stand above"
            cells.leave_out(row, reason, remedy, (), label)
            continue
        field, cell = ("hours", hours[at]) if hours[at] else ("days", shifts[at])
        day = cells.read_cell("date", row, days[at], partial(_date, cells.order))
        time = cells.read_cell(field, row, cell, partial(_amount, field))
        # No time at all is an entry of nothing, and no mistake.
        if day is not None and time:
            meaning = activities.get(words[at].casefold(), UNKNOWN)
            yield Entry(row, day, people[at], time, meaning, tasks[at])


def _date(order: DateOrder | None, cell: str) -> date:
    if not cell:
        raise Mistake("says not when", "fill it in")
    if week := _ISO_WEEK.fullmatch(cell):
        try:
            return date.fromisocalendar(int(week[1]), int(week[2]), 1)
        except ValueError:
            raise Mistake("is no week of the calendar", "write an existing one") from None
    return read_stamp(cell, order).local.date()


def _notes(
    table: LogTable, reading: Reading, outside: int, inside: Sequence[Entry]
) -> Iterator[str]:
    """Yield what was decided; so many entries are of days that are not meant."""
    if only := reading.rows_meant:
        yield f"read alone: {plural(sum(table.chosen(only)), 'row')} of {', '.join(only)}"
    if outside:
        yield f"outside of the days that are stated: {plural(outside, 'row')}"
    if "hours" not in table.places:
        yield f"days are taken as {HOURS_PER_DAY:g} hours"
    if len(inside) > 1 and all(entry.hours < 1.0 for entry in inside):
        parts = "parts of a day, as a spreadsheet stores times, are no hours"
        yield f"no entry is as long as an hour: {parts}"
    # Equal but for their numbers: two short tasks of one day may well be.
    rows: dict[tuple[object, ...], list[int]] = {}
    for entry in inside:
        rows.setdefault(entry[1:], []).append(entry.row)
    if twice := [row for same in rows.values() for row in same[1:]]:
        yield f"equal to an entry above, and counted: {rows_in_words(twice)}"
    numbers = (record.row for record in table.rows)
    words = dict(zip(numbers, table.cells("activity"), strict=True))
    unknown = Counter(words[each.row] for each in inside if each.activity == UNKNOWN)
    if unknown:
        shown = counted_in_words({word or "none": count for word, count in unknown.items()})
        example = printable(next(iter(unknown)))
        yield (
            f"of these activities it is not known what they mean: {shown}; say so: "
            f"--word '{example}=upkeep'"
        )


def _amount(field: str, cell: str) -> float:
    """Return the hours in a cell of hours, or of days."""
    if not cell:
        raise Mistake("has no hours", "fill it in")
    if clock := _CLOCK.fullmatch(cell):
        hours = int(clock[1]) + int(clock[2]) / 60.0 + int((clock[3] or ":0")[1:]) / 3600.0
    else:
        # 1.333 can be no thousand hours of a week: with one more digit it means one thing.
        plain = f"{cell}0" if _THREE_DECIMALS.fullmatch(cell) else cell
        hours = read_number(plain) * (HOURS_PER_DAY if field == "days" else 1.0)
    if not 0.0 <= hours <= _HOURS_PER_WEEK:
        raise Mistake("is no time that an entry can have", f"write 0 to {_HOURS_PER_WEEK:g} hours")
    return hours
