from __future__ import annotations

import math

import pytest

from modelops_abm import formats


def plain(text: str) -> str:
    """Return a text with an ordinary space for every narrow one, so that tests can be read."""
    return text.replace(formats.NARROW_SPACE, " ")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (9_812_345.0, "$9.8 M"),
        (146_200.0, "$146 k"),
        (1_460.0, "$1.5 k"),
        (999_600.0, "$1.0 M"),
        (999_400.0, "$999 k"),
        (-400_000.0, "−$400 k"),
        (2.5e9, "$2.5 bn"),
        (1.2e13, "$12.0 T"),
        (0.5, "$0.50"),
        (42.4, "$42"),
        (0.0, "$0"),
        (-0.001, "$0"),
    ],
)
def test_money(amount: float, words: str) -> None:
    assert plain(formats.money(amount)) == words


def test_money_has_as_many_digits_as_are_known() -> None:
    assert plain(formats.money(4_912_345.0, half_width=800_000.0, signed=True)) == "+$4.91 M"
    assert plain(formats.money(4_912_345.0, half_width=1_800_000.0, signed=True)) == "+$4.9 M"
    assert plain(formats.money(-4_912_345.0, half_width=25_000_000.0)) == "−$5 M"


def test_a_half_width_of_rounding_adds_no_digits() -> None:
    exact = 133_272.444278076
    assert plain(formats.money(exact, half_width=1e-11)) == "$133 k"
    assert plain(formats.money(exact, half_width=2.0)) == "$133.27 k"
    assert formats.points(0.0183612345, half_width=1e-9) == "+1.8361 points"
    assert formats.difference(-0.4443219, half_width=1e-18) == "−0.4"
    assert plain(formats.money_interval(exact, exact + 1e-9)) == "133.3 to 133.3 k"


def test_amounts_of_a_sentence_share_their_unit() -> None:
    assert plain(formats.money_and_error(418_231.0, 288.0)) == "$418.23 k ±0.29 k"
    assert plain(formats.money_and_error(418_231.0, 288.0, of=2.5e6)) == "$0.418 M"
    assert plain(formats.money_and_error(418_231.0, 20.0)) == "$418.23 k ±0.02 k"
    assert plain(formats.money_and_error(418_231.0, 2_880.0, of=2.5e6)) == "$0.418 M ±0.003 M"
    assert plain(formats.money_and_error(418_231.0, None)) == "$418 k"
    assert plain(formats.money(214_000.0, of=2.5e6)) == "$0.214 M"
    assert plain(formats.money(3.0, of=2.5e6)) == "$3.00"


def test_money_interval_names_its_unit_once() -> None:
    assert plain(formats.money_interval(100_000.0, 2_200_000.0)) == "0.1 to 2.2 M"
    assert plain(formats.money_interval(-1_050_000.0, 1_050_000.0)) == "−1.1 to +1.1 M"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.967, "96.7 %"),
        (0.0, "0.0 %"),
        (1.0, "100.0 %"),
        (0.00001, "<0.1 %"),
        (0.99999, ">99.9 %"),
        (-0.02, "−2.0 %"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_share(value: float | None, words: str) -> None:
    assert plain(formats.share(value)) == words


def test_signs() -> None:
    assert formats.number(1095.0) == "1,095"
    assert formats.number(1.14, 1, signed=True) == "+1.1"
    assert formats.number(-0.44, 1) == "−0.4"
    assert formats.number(-0.04, 1, signed=True) == "0.0"
    assert formats.points(0.075) == "+7.5 points"
    assert formats.points(-0.075, half_width=0.2) == "−8 points"
    assert formats.points_interval(0.061, 0.0894) == "6.1 to 8.9 points"
    assert formats.difference(14.123, half_width=2.0) == "+14.1"
    assert formats.interval(-0.21, 0.4) == "−0.21 to +0.40"


def test_a_half_width_of_nothing_or_no_bounds_is_no_crash() -> None:
    assert formats.interval(3.0, 3.0) == "3.0 to 3.0"
    assert formats.difference(3.0, half_width=math.nan) == "+3.0"


def test_counts_and_spans() -> None:
    assert formats.count_of(0, 400) == "0 of 400"
    assert formats.plural(1, "model") == "1 model"
    assert formats.plural(2133, "model") == "2,133 models"
    assert formats.span(1095) == "three years"
    assert formats.span(365) == "one year"
    assert formats.span(547) == "18 months"
    assert formats.span(30) == "30 days"
    assert formats.span(200) == "200 days"
    for days in (1, 365, 400, 1095):  # no day of a horizon lies beyond its last month
        assert formats.months_in(days) == formats.month_number(days - 0.01)
    assert formats.month_of(0) == "month 1"
    assert formats.month_of(729.9) == "month 24"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (19_754_374.7, "$ of day 0", "$19.8 M"),
        (0.98941, "share", "98.9 %"),
        (1.3379, "days", "1.3 days"),
        (34_346.6, "model-days", "34,347 model-days"),
        (1.0, "models", "1 model"),
        (47.0, "models", "47 models"),
        (52_539_420.3, "predictions", "52,539,420 predictions"),
        (None, "days", "–"),
    ],
)
def test_amount_by_unit(value: float | None, unit: str, words: str) -> None:
    assert plain(formats.amount(value, unit)) == words


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((0.011, 0.042), "1 to 4 %"),
        ((0.0, 0.0), "0 to 0 %"),
        ((0.0, 0.000_04), "0.000 to 0.004 %"),
        ((0.99, 1.0), "99 to 100 %"),
    ],
)
def test_an_interval_of_shares_never_ends_at_nothing(ends: tuple[float, float], words: str) -> None:
    assert plain(formats.share_interval(*ends)) == words


def test_a_count_for_people_has_two_digits() -> None:
    assert [formats.about(count) for count in (0, 7, 1_234, 98_765)] == [0, 7, 1_200, 99_000]


def test_a_rate_has_all_its_digits() -> None:
    assert [plain(formats.rate(value)) for value in (0.0, 0.07, 0.075)] == ["0 %", "7 %", "7.5 %"]
