"""Single cells of a portfolio file."""

from __future__ import annotations

from datetime import date

import pytest

from modelops_abm.clients.cells import (
    COLUMNS,
    read_count,
    read_date,
    read_flag,
    read_number,
    read_stage,
    read_text,
)
from modelops_abm.clients.row_problem import Mistake
from modelops_abm.parameters.portfolio import PortfolioModel


def test_every_field_of_a_model_has_a_column() -> None:
    assert tuple(COLUMNS) == tuple(PortfolioModel.model_fields)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("5", 5.0), (" 0.50 ", 0.5), (".5", 0.5), ("5.", 5.0), ("+1e3", 1000.0), ("0e5", 0.0)],
)
def test_numbers_are_read_as_written(cell: str, number: float) -> None:
    assert read_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("0,5", "write 0.5 with a decimal point"),
        ("1,500", "write 1.500 with a decimal point, or 1500 without a thousands separator"),
        ("12.5 %", "write it as a share: 0.125"),
        ("many %", "write it as a share, for example 0.15"),
        ("\u20ac5", "write the amount in $ as a plain number such as 0.5"),
        ("1\u202f000", "write digits only, with a point for decimals: 12345.6"),
    ],
)
def test_a_mistake_says_what_would_be_right(cell: str, remedy: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_number(cell)
    assert caught.value.remedy == remedy


def test_a_count_that_may_mean_thousands_is_refused() -> None:
    with pytest.raises(Mistake, match=r"write 1234, or 1\.2340 for the fraction"):
        read_count("1.234")
    assert read_count("1.2340") == 1.234
    assert read_count("0.125") == 0.125
    assert read_number("1.234") == 1.234


def test_dates_are_iso_only() -> None:
    assert read_date(" 2024-02-29 ") == date(2024, 2, 29)
    with pytest.raises(Mistake, match="write 2024-03-15"):
        read_date("45366")


@pytest.mark.parametrize(
    ("cell", "flag"), [("yes", True), ("TRUE", True), ("1", True), ("No", False), ("0", False)]
)
def test_flags_are_read_in_any_case(cell: str, flag: bool) -> None:
    assert read_flag(cell) is flag


def test_a_stage_is_read_in_any_case() -> None:
    assert read_stage("Production ") == "production"


def test_a_formula_is_text_like_any_other() -> None:
    assert read_text(" =HYPERLINK(1) ") == "=HYPERLINK(1)"
