"""Single cells of a portfolio file."""

from __future__ import annotations

from datetime import date

import pytest

from modelops_abm.clients.cells import (
    COLUMNS,
    read_date,
    read_flag,
    read_number,
    read_stage,
    read_text,
)
from modelops_abm.clients.problems import Mistake
from modelops_abm.scenario.portfolio import PortfolioModel


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
        ("0,5", "write 0.5"),
        ("1,500", "write 1500, or 1.5 for the fraction"),
        ("12.5 %", "write it as a share: 0.125"),
        (
            "#DIV/0!",
            "mend the formula or widen the column, or leave the cell empty if it is not known",
        ),
        ("many %", "write it as a share, for example 0.15"),
        ("\u20ac5", "write the amount in $ as a plain number such as 0.5"),
        ("1\u202f000", "write digits only, with a point for decimals: 12345.6"),
    ],
)
def test_a_mistake_says_what_would_be_right(cell: str, remedy: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_number(cell)
    assert caught.value.remedy == remedy


def test_a_number_that_may_mean_thousands_is_refused() -> None:
    with pytest.raises(Mistake) as caught:
        read_number("1.234")
    assert caught.value.remedy == "write 1234, or 1.2340 for the fraction"
    with pytest.raises(Mistake) as caught:
        read_number("1.200")
    assert caught.value.remedy == "write 1200, or 1.2 for the fraction"
    assert read_number("1.2340") == 1.234
    assert read_number("0.125") == 0.125
    assert read_number("1.234e0") == 1.234


NOT_PLAIN = (
    "1.200", "-2.500", "12.345", "1,5", "1,200", "1 200", "1\u202f200", "1'200", "1_000", "1.2.3",
    "1,234.5", "1.234,5", "15%", "$5", "5 EUR", "5k", "1e", "1e400", "1e-400", "nan", "inf", "-inf",
    "0x10", "TRUE", "yes", "\uff11\uff12", "\u0663", "\u00bd", "'5", "=2+3", "~5", "<5", "5-10",
    "-", "n/a", "#N/A", "\u221212", "5\u200b", "#REF!", "1/2", "--5",
)  # fmt: skip


@pytest.mark.parametrize("column", [name for name, read in COLUMNS.items() if read is read_number])
def test_one_rule_for_the_numbers_of_every_column(column: str) -> None:
    for cell in NOT_PLAIN:
        with pytest.raises(Mistake):
            COLUMNS[column](cell)
    for cell in ("0", "007", "12", "+1.5", ".25", "1e3", "1.25E-2", "1000", " 3 ", "\u00a03"):
        assert COLUMNS[column](cell) == float(cell)


def test_a_day_is_written_in_iso_form_alone_or_in_a_moment() -> None:
    assert read_date(" 2024-02-29 ") == date(2024, 2, 29)
    for cell in (
        "2024-02-29T00:00:00Z",
        "2024-02-29 00:00:00",
        "2024-02-29T23:59",
        "2024-02-29T10:00:00.123456+02:00",
        "2024-02-29 10:00:00 UTC",
    ):
        assert read_date(cell) == date(2024, 2, 29)
    with pytest.raises(Mistake) as caught:
        read_date("45366")
    assert "write 2024-03-15" in caught.value.remedy
    for cell in ("2024-02-30T00:00Z", "2024-02-29T25:00", "2024-02-29Z", "20240229T000000Z"):
        with pytest.raises(Mistake):
            read_date(cell)


@pytest.mark.parametrize(
    ("cell", "flag"), [("yes", True), ("TRUE", True), ("1", True), ("No", False), ("0", False)]
)
def test_flags_are_read_in_any_case(cell: str, flag: bool) -> None:
    assert read_flag(cell) is flag


def test_a_stage_is_read_in_any_case() -> None:
    assert read_stage("Production ") == "production"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("live", "is not a stage (did you mean production?)"),
        ("deploymnt", "is not a stage (did you mean deployment?)"),
        ("In development", "is not a stage (did you mean build?)"),
        ("ideology", "is not a stage"),
    ],
)
def test_another_word_for_a_stage_is_refused_with_what_may_be_meant(cell: str, reason: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_stage(cell)
    assert caught.value.reason == reason


def test_a_formula_is_text_like_any_other() -> None:
    assert read_text(" =HYPERLINK(1) ") == "=HYPERLINK(1)"
    with pytest.raises(Mistake, match="in place of a value"):
        read_text("#NAME?")
