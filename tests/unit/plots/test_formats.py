"""Numbers in words."""

from __future__ import annotations

import math

import pytest

from modelops_abm.plots import formats


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0.0, "$0"),
        (0.001, "$0"),
        (-0.001, "$0"),
        (0.5, "$0.50"),
        (9.994, "$9.99"),
        (9.996, "$10"),
        (999.4, "$999"),
        (999.6, "$1.0 k"),
        (9_940.0, "$9.9 k"),
        (9_960.0, "$10 k"),
        (146_000.0, "$146 k"),
        (999_400.0, "$999 k"),
        (999_600.0, "$1.0 M"),
        (9.8e6, "$9.8 M"),
        (99.96e6, "$100 M"),
        (-4.16e6, "−$4.2 M"),
        (3.2e9, "$3.2 bn"),
        (7.7e15, "$7,700 T"),
    ],
)
def test_money(amount: float, words: str) -> None:
    assert formats.money(amount) == words.replace(" ", formats.NARROW_SPACE)


def test_signed_money_has_a_sign_unless_it_is_zero() -> None:
    assert formats.money(1.1e6, signed=True) == f"+$1.1{formats.NARROW_SPACE}M"
    assert formats.money(-1.1e6, signed=True) == f"−$1.1{formats.NARROW_SPACE}M"
    assert formats.money(0.0, signed=True) == "$0"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.967, "97 %"),
        (0.0, "0 %"),
        (-1e-17, "0 %"),
        (0.001, "<1 %"),
        (1.0, "100 %"),
        (-0.05, "−5 %"),
        (None, "none"),
        (math.nan, "none"),
    ],
)
def test_share(value: float | None, words: str) -> None:
    assert formats.share(value) == words.replace(" ", formats.NARROW_SPACE)


def test_other_numbers() -> None:
    assert formats.points(0.0749) == "+7.5 points"
    assert formats.points(-1e-9) == "0.0 points"
    assert formats.plural(1, "model") == "1 model"
    assert formats.plural(1078, "model") == "1,078 models"
    assert [formats.average(value) for value in (0.0, 0.01, 23.44, 312.4)] == [
        "0",
        "<0.1",
        "23.4",
        "312",
    ]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "one day"),
        (45, "45 days"),
        (61, "two months"),
        (365, "one year"),
        (548, "18 months"),
        (1095, "three years"),
        (36_500, "100 years"),
    ],
)
def test_span(days: int, words: str) -> None:
    assert formats.span(days) == words


@pytest.mark.parametrize(
    ("largest", "scale"),
    [(0.0, (1.0, "$")), (5e3, (1e3, "k $")), (2e6, (1e6, "M $"))],
)
def test_scale_of_an_axis_of_money(largest: float, scale: tuple[float, str]) -> None:
    assert formats.money_scale(largest) == scale
