"""Dates as they stand in the federal inventory: one explicit rule for every shape.

A spreadsheet has mangled many of them. The number 2023 shown as a date is 7/15/1905, and
"Dec-23" became 23-Dec; others are prose. Each is read as a `Period`, the days that it may mean.
"""

from __future__ import annotations

import re
from calendar import month_abbr, monthrange
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from modelops_abm.scenario.portfolio import EARLIEST_DAY, LATEST_DAY

_SPREADSHEET_EPOCH = date(1899, 12, 30)
_MONTHS = {name: number for number, name in enumerate(month_abbr) if name}


class Period(NamedTuple):
    """The days that a date may mean, from the first to the last."""

    first: date
    last: date

    @property
    def middle(self) -> date:
        """Return the day that stands for the period; the later one of two."""
        return self.first + timedelta(days=((self.last - self.first).days + 1) // 2)

    def within(self, first: date, last: date) -> Period | None:
        """Return the part of the period between two days, or None if there is none."""
        start, end = max(first, self.first), min(last, self.last)
        return Period(start, end) if start <= end else None


class Shape(StrEnum):
    """How a date is written in the file."""

    BLANK = "blank"
    NOT_APPLICABLE = "not applicable"
    DAY = "month/day/year"
    LOST_SLASH = "month/day/year with a slash lost"
    YEAR_AS_DAY_NUMBER = "year shown as a day of 1905"
    YEAR_MONTH = "two-digit year and month"
    ISO_DAY = "year-month-day with a remark"
    ISO_MONTH = "year-month with a remark"
    YEARS = "range of years"
    CALENDAR_YEAR = "calendar year in prose"
    FISCAL_YEAR = "fiscal year in prose"
    FISCAL_QUARTER = "quarter of a fiscal year"
    BEFORE_YEAR = "before a year"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"
    UNREADABLE = "not a date"


class DateReading(NamedTuple):
    """What a cell says."""

    shape: Shape
    period: Period | None
    """The days it may mean; None if it is not known."""


def read_federal_date(cell: str) -> DateReading:
    """Return what a date cell of the inventory means; whatever it holds, it does not raise."""
    text = " ".join(cell.split())
    for shape, pattern, period_of in _RULES:
        match = pattern.fullmatch(text)
        if match is not None:
            try:
                return DateReading(shape, period_of(match))
            except (ValueError, KeyError):  # no such day or month: 2/30/2024, 23-Foo
                break
    return DateReading(Shape.UNREADABLE, None)


def _unknown(_: re.Match[str]) -> None:
    return None


def _day(match: re.Match[str]) -> Period:
    month, day, year = (int(part) for part in match.groups())
    return _single(date(year, month, day))


def _year_of_day_number(match: re.Match[str]) -> Period:
    month, day = int(match[1]), int(match[2])
    return _year((date(1905, month, day) - _SPREADSHEET_EPOCH).days)


def _iso_day(match: re.Match[str]) -> Period:
    return _single(date.fromisoformat(match[1]))


def _iso_month(match: re.Match[str]) -> Period:
    return _months(int(match[1]), int(match[2]), 1)


def _year_month(match: re.Match[str]) -> Period:
    return _months(2000 + int(match[1]), _MONTHS[match[2]], 1)


def _calendar_year(match: re.Match[str]) -> Period:
    return _year(int(match[1]))


def _fiscal_year(match: re.Match[str]) -> Period:
    """Return a fiscal year of the federal government: 2025 began on 1 October 2024."""
    return _months(int(match[1]) - 1, 10, 12)


def _fiscal_quarter(match: re.Match[str]) -> Period:
    quarter, year = int(match[1]), 2000 + int(match[2])
    return _months(year - 1, 10, 3) if quarter == 1 else _months(year, 3 * quarter - 5, 3)


def _single(day: date) -> Period:
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise ValueError(f"{day} is out of range")
    return Period(day, day)


def _year(year: int) -> Period:
    return _months(year, 1, 12)


def _months(year: int, month: int, count: int) -> Period:
    """Return the period of some months from the given one."""
    years, last_month = divmod(month + count - 2, 12)
    end = date(year + years, last_month + 1, monthrange(year + years, last_month + 1)[1])
    return Period(_single(date(year, month, 1)).first, _single(end).last)


_RULES: tuple[tuple[Shape, re.Pattern[str], Callable[[re.Match[str]], Period | None]], ...] = (
    (Shape.BLANK, re.compile(""), _unknown),
    (Shape.NOT_APPLICABLE, re.compile(r"N/?A( ?-.*)?"), _unknown),
    (Shape.YEAR_AS_DAY_NUMBER, re.compile(r"(\d{1,2})/(\d{1,2})/1905"), _year_of_day_number),
    (Shape.DAY, re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})"), _day),
    (Shape.LOST_SLASH, re.compile(r"(\d{1,2})/(\d{1,2})(\d{4})"), _day),
    (Shape.YEAR_MONTH, re.compile(r"(\d\d)-([A-Z][a-z]{2})"), _year_month),
    (Shape.ISO_DAY, re.compile(r"(\d{4}-\d\d-\d\d)\b.*"), _iso_day),
    (Shape.ISO_MONTH, re.compile(r"(\d{4})-(\d\d)\b.*"), _iso_month),
    (Shape.YEARS, re.compile(r"(?:Current model: )?(\d{4})-\d{4}"), _calendar_year),
    (Shape.CALENDAR_YEAR, re.compile(r".*\(calendar (\d{4})\)"), _calendar_year),
    (Shape.FISCAL_YEAR, re.compile(r"Scheduled for FY(\d{4})"), _fiscal_year),
    (Shape.FISCAL_QUARTER, re.compile(r"Q([1-4])FY(\d\d)"), _fiscal_quarter),
    (Shape.BEFORE_YEAR, re.compile(r"Pre-\d{4}"), _unknown),
    (Shape.NOT_YET, re.compile(r"TBD|TODO|Ongoing|On-going development"), _unknown),
    (Shape.UNKNOWN, re.compile(r"Unknown"), _unknown),
)
"""Tried in this order; of a range of years the first counts, as the columns ask when it began."""
