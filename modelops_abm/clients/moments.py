"""Moments as clients write them, and the time for which a log was kept.

Nothing is guessed: whether the day or the month comes first is shown by a number above 12 somewhere
in the file, or somebody says so; and a moment without an offset is on a clock that is said too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from modelops_abm.clients.cells import day_number_remedy
from modelops_abm.clients.problems import Mistake
from modelops_abm.errors import InputError
from modelops_abm.text import all_of, printable

type DateOrder = Literal["day-first", "month-first"]


class Stamp(NamedTuple):
    """A moment as it is written."""

    local: datetime
    """The clock that was read, without its zone."""
    offset: timedelta | None
    """What it is ahead of UTC, if that is written."""
    timed: bool
    """Whether it has a time of the day."""

    def on(self, clock: tzinfo) -> datetime:
        """Return it in UTC; a clock is needed if it has no offset."""
        if self.offset is not None:
            return (self.local - self.offset).replace(tzinfo=UTC)
        return self.local.replace(tzinfo=clock).astimezone(UTC)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = f"(?P<named>{'|'.join(_MONTHS)})[a-z]*\\.?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_DAYS = (
    r"(?P<full>[0-9]{4})(?P<mark>[-/.])(?P<first>[0-9]{1,2})(?P=mark)(?P<second>[0-9]{1,2})",
    rf"(?P<first>[0-9]{{1,2}})(?P<mark>[-/.])(?P<second>[0-9]{{1,2}})(?P=mark){_YEAR}",
    rf"(?P<first>[0-9]{{1,2}})[-/. ]{_MONTH},?[-/. ]{_YEAR}",
    rf"{_MONTH} (?P<first>[0-9]{{1,2}})(st|nd|rd|th)?,? (?P<year>[0-9]{{4}})",
)
_TIME = (
    r"([T ]|, ?| - | at )(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(:(?P<seconds>[0-9]{2}([.,][0-9]{1,9})?))?( ?(?P<half>[ap])\.?m\.?)?"
    r"( ?(?P<zone>Z|UTC|GMT|(UTC|GMT)?[+-][0-9]{2}(:?[0-9]{2})?))?"
)
_WEEKDAY = r"((mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_WRITTEN = tuple(re.compile(f"{_WEEKDAY}{day}({_TIME})?", re.IGNORECASE) for day in _DAYS)
_NUMBERED = _WRITTEN[1]
"""Two numbers and a year: whether the day or the month is first is not known by itself."""
_MILLISECONDS = re.compile("1[0-9]{12}")
"""Since 1970, from 2001 on, as MLflow has them: such a number is nothing else."""
_LONGEST_MOMENT = 60
_YEARS = range(1990, 2101)
"""Before it are what tools write where there is none: 0 in seconds, in days of a spreadsheet."""


def order_of(cells: Iterable[tuple[int, str]], stated: DateOrder | None = None) -> DateOrder | None:
    """Return whether dates such as 05/02/2024 have the day or the month first.

    A number above 12 shows it for the whole file, which one tool has written; otherwise somebody
    must say so.

    Parameters
    ----------
    cells
        Row and cell of all moments of the file.
    stated
        What somebody says.

    Returns
    -------
    DateOrder or None
        None if no date is written in that way.

    Raises
    ------
    Mistake
        If it is not known, some show one and others the other, or all show what is not stated.

    Examples
    --------
    >>> order_of([(2, "05/02/2024"), (3, "29/2/2024 01:16")])
    'day-first'
    >>> order_of([(2, "2024-02-05")]) is None
    True
    """
    first: dict[DateOrder | None, tuple[int, str]] = {}
    for row, cell in cells:
        if found := _numbers_of(cell):
            # The first cell of each kind: two that contradict each other are both named.
            first.setdefault(_shown_order(*found), (row, cell))
    orders = [order for order in first if order is not None]
    seen = [f"'{printable(cell)}' in row {row}" for row, cell in first.values()]
    if len(orders) > 1:
        reason = f"has dates with the day first and with the month first ({all_of(seen)})"
        raise Mistake(reason, "write all in one way")
    # Where nothing shows what is wrong the others would be misread.
    if stated and orders and orders[0] != stated:
        shown, (row, cell) = orders[0], first[orders[0]]
        reason = (
            f"has dates with the {shown.replace('-', ' ')}, as '{printable(cell)}' in row {row}"
        )
        raise Mistake(reason, f"say --dates {shown}")
    if stated or orders or not first:
        return stated or next(iter(orders), None)
    reason = f"has dates of which the day or the month may be first (the first is {seen[0]})"
    raise Mistake(reason, "say which: --dates day-first or --dates month-first")


def _numbers_of(cell: str) -> tuple[int, int] | None:
    """Return the two numbers of a date with the year last; None if it is no such date."""
    # A cell that is far too long is no date, nor is 45/13, and told so when it is read.
    found = _NUMBERED.fullmatch(" ".join(cell[:_LONGEST_MOMENT].split()))
    numbers = (int(found["first"]), int(found["second"])) if found else (13, 13)
    return numbers if min(numbers) <= 12 else None


def _shown_order(first: int, second: int) -> DateOrder | None:
    if first > 12:
        return "day-first"
    return "month-first" if second > 12 else None


_EXAMPLE = "2024-03-15 09:30, and +01:00 after it"


def read_stamp(cell: str, order: DateOrder | None = None, example: str = _EXAMPLE) -> Stamp:
    """Return the moment that is written in a cell.

    Parameters
    ----------
    cell
        ISO 8601, numbers with the year last, or an English name of the month; with or without time
        of the day, and an offset or UTC after it; or 13 digits, milliseconds since 1970.
    order
        As `order_of` gives it.
    example
        What could stand there, for who writes something else.

    Raises
    ------
    Mistake
        If it is no moment, or no day of the calendar.

    Examples
    --------
    >>> read_stamp("12/Mar/24 9:41 PM").local
    datetime.datetime(2024, 3, 12, 21, 41)
    >>> read_stamp("2024-03-12T09:41:00+01:00").offset
    datetime.timedelta(seconds=3600)
    """
    text = " ".join(cell[: _LONGEST_MOMENT + 1].split())
    if _MILLISECONDS.fullmatch(text):
        moment = datetime(1970, 1, 1) + timedelta(milliseconds=int(text))
        return Stamp(moment, timedelta(), timed=True)
    found = next(filter(None, (pattern.fullmatch(text) for pattern in _WRITTEN)), None)
    if found is None or len(cell) > _LONGEST_MOMENT:
        raise Mistake("is not a moment", day_number_remedy(text) or f"write for example {example}")
    try:
        local = datetime(*_day_of(found, order), *_clock_of(found))  # type: ignore[arg-type]
    except Mistake:
        raise
    except ValueError:
        raise Mistake("is no day or time of the calendar", "write an existing one") from None
    if local.year not in _YEARS:
        raise Mistake("is far from today", f"write a year from {_YEARS[0]} to {_YEARS[-1]}")
    return Stamp(local, _offset_of(found["zone"]), found["hour"] is not None)


def _day_of(found: re.Match[str], order: DateOrder | None) -> tuple[int, int, int]:
    parts = found.groupdict()
    first = int(parts["first"])
    if parts.get("full"):
        return int(parts["full"]), first, int(parts["second"])
    # Tools that write two digits are of this century.
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    if parts.get("named"):
        return year, _MONTHS.index(parts["named"].lower()) + 1, first
    second = int(parts["second"])
    order = order or _shown_order(first, second)
    if order is None:
        raise Mistake("may have the day or the month first", "write it as in 2024-03-15")
    return (year, first, second) if order == "month-first" else (year, second, first)


def _clock_of(found: re.Match[str]) -> tuple[int, ...]:
    if found["hour"] is None:
        return ()
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    whole, _, part = (found["seconds"] or "0").replace(",", ".").partition(".")
    return hour, int(found["minute"]), int(whole), int(part[:6].ljust(6, "0"))


def _offset_of(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    digits = re.sub("[^0-9]", "", zone).ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if ahead >= timedelta(hours=24):
        raise Mistake("has an offset that no clock has", "write +hh:mm or -hh:mm")
    # The sign alone says which way: UTC-05, -0500 and -05:00 are the same.
    return -ahead if "-" in zone else ahead


def read_zone(text: str) -> tzinfo:
    """Return a time zone by its name or its offset: UTC, Europe/Berlin, +01:00.

    Raises
    ------
    InputError
        If there is no such zone.

    Examples
    --------
    >>> str(read_zone("+01:00"))
    'UTC+01:00'
    """
    if text.upper() in ("UTC", "Z"):
        return UTC
    try:
        if re.fullmatch("[+-][0-9]{2}:?[0-9]{2}", text):
            return timezone(_offset_of(text) or timedelta())
        return ZoneInfo(text)
    except (Mistake, ZoneInfoNotFoundError, ValueError, OSError):
        known = "write a name such as Europe/Berlin, UTC, or an offset such as +01:00"
        raise InputError(f"'{printable(text)}' is no time zone; {known}") from None


@dataclass(frozen=True, slots=True)
class Window:
    """The time for which a log was kept, in UTC.

    Attributes
    ----------
    since, until
        From its beginning to its export.
    since_stated, until_stated
        Whether somebody says so; otherwise it is the first or the latest moment in the file.
    days
        Its first and its last day, by the clock of the log.
    """

    since: datetime
    until: datetime
    since_stated: bool
    until_stated: bool
    days: tuple[date, date]

    @property
    def years(self) -> float:
        """How long it is, in years of 365 days."""
        return (self.until - self.since) / timedelta(days=365)

    def in_words(self) -> str:
        """Return from which to which day it is, both included, and who says so."""
        first, last = self.days
        ends = f"from {first} to {last}"
        taken = [
            words
            for words, stated in (
                ("its first moment (--since)", self.since_stated),
                ("its latest moment (--until)", self.until_stated),
            )
            if not stated
        ]
        return f"{ends}, {all_of(taken)} as nobody says otherwise" if taken else ends


def window_of(
    moments: Sequence[datetime],
    since: date | datetime | None,
    until: date | datetime | None,
    zone: str | None = None,
) -> Window:
    """Return the time for which a log was kept: as stated, or as far as its moments reach.

    Parameters
    ----------
    moments
        All moments of the log; at least one.
    since, until
        What is stated; a day is the whole of it.
    zone
        Of what is stated without one.

    Raises
    ------
    Mistake
        If it would end before it begins.
    """
    clock = read_zone(zone or "UTC")
    first = _at(since, clock) if since else min(moments)
    last = _at(until, clock, whole_day=True) if until else max(moments)
    if last < first:
        reason = f"would end ({last:%Y-%m-%d}) before it begins ({first:%Y-%m-%d})"
        raise Mistake(reason, "correct --since or --until")
    days = first.astimezone(clock).date(), last.astimezone(clock).date()
    if until is not None and not isinstance(until, datetime):  # it ends as the next one begins
        days = days[0], until
    return Window(first, last, since is not None, until is not None, days)


def _at(stated: date | datetime, clock: tzinfo, *, whole_day: bool = False) -> datetime:
    if not isinstance(stated, datetime):
        # A day that ends something is meant whole: until the next begins.
        day = stated + timedelta(days=whole_day)
        return datetime(day.year, day.month, day.day, tzinfo=clock).astimezone(UTC)
    return (stated if stated.tzinfo else stated.replace(tzinfo=clock)).astimezone(UTC)
