"""Dates as they stand in the federal inventory, one example of every shape."""

from __future__ import annotations

from datetime import date

import pytest

from modelops_abm.clients.federal import Period, Shape, read_federal_date


def _day(year: int, month: int, day: int) -> Period:
    return Period(date(year, month, day), date(year, month, day))


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


KNOWN = [
    ("7/1/2023", Shape.DAY, _day(2023, 7, 1)),
    (" 12/31/2024 ", Shape.DAY, _day(2024, 12, 31)),
    ("10/12023", Shape.LOST_SLASH, _day(2023, 10, 1)),
    ("7/15/1905", Shape.YEAR_AS_DAY_NUMBER, _year(2023)),
    ("7/7/1905", Shape.YEAR_AS_DAY_NUMBER, _year(2015)),
    ("23-Dec", Shape.YEAR_MONTH, Period(date(2023, 12, 1), date(2023, 12, 31))),
    ("24-Feb", Shape.YEAR_MONTH, Period(date(2024, 2, 1), date(2024, 2, 29))),
    ("2022-11-16 (first formal action)", Shape.ISO_DAY, _day(2022, 11, 16)),
    ("2024-02-15 (kick-off); 2024-08-23 (plan)", Shape.ISO_DAY, _day(2024, 2, 15)),
    ("2022-08 (estimated)", Shape.ISO_MONTH, Period(date(2022, 8, 1), date(2022, 8, 31))),
    ("2015-2022", Shape.YEARS, _year(2015)),
    ("Current model: 2019-2023", Shape.YEARS, _year(2019)),
    ("To Be Determined (calendar 2025)", Shape.CALENDAR_YEAR, _year(2025)),
    ("Scheduled for FY2025", Shape.FISCAL_YEAR, Period(date(2024, 10, 1), date(2025, 9, 30))),
    ("Q4FY25", Shape.FISCAL_QUARTER, Period(date(2025, 7, 1), date(2025, 9, 30))),
    ("Q1FY25", Shape.FISCAL_QUARTER, Period(date(2024, 10, 1), date(2024, 12, 31))),
]
UNKNOWN = [
    ("", Shape.BLANK),
    (" ", Shape.BLANK),
    ("N/A", Shape.NOT_APPLICABLE),
    ("N/A ", Shape.NOT_APPLICABLE),
    ("NA", Shape.NOT_APPLICABLE),
    ("N/A -Consolidated into another use case.", Shape.NOT_APPLICABLE),
    ("Pre-2021", Shape.BEFORE_YEAR),
    ("TBD", Shape.NOT_YET),
    ("On-going development", Shape.NOT_YET),
    ("Unknown", Shape.UNKNOWN),
    ("2/30/2024", Shape.UNREADABLE),
    ("23-Foo", Shape.UNREADABLE),
    ("1/1/1850", Shape.UNREADABLE),
    ("1/1/1905", Shape.UNREADABLE),
    ("0000-00", Shape.UNREADABLE),
    ("soon", Shape.UNREADABLE),
]


@pytest.mark.parametrize(("cell", "shape", "period"), KNOWN)
def test_a_date_is_read_as_the_days_that_it_may_mean(
    cell: str, shape: Shape, period: Period
) -> None:
    assert read_federal_date(cell) == (shape, period)


@pytest.mark.parametrize(("cell", "shape"), UNKNOWN)
def test_what_is_no_date_is_unknown(cell: str, shape: Shape) -> None:
    assert read_federal_date(cell) == (shape, None)


def test_the_middle_stands_for_a_period() -> None:
    assert _year(2023).middle == date(2023, 7, 2)
    assert _day(2023, 5, 1).middle == date(2023, 5, 1)


def test_part_of_a_period() -> None:
    assert _year(2023).within(date(2023, 12, 1), date(2024, 6, 1)) == Period(
        date(2023, 12, 1), date(2023, 12, 31)
    )
    assert _year(2023).within(date(2024, 1, 1), date(2024, 6, 1)) is None
