"""Numbers in words, whatever their size: few digits, one unit, and the number they stand for."""

from __future__ import annotations

import re

from hypothesis import example, given, strategies as st

from modelops_abm import formats

SIZES = {"": 1.0, "k": 1e3, "M": 1e6, "bn": 1e9, "T": 1e12}
MAGNITUDES = st.floats(1e-3, 1e12) | st.sampled_from([999.4, 999.5, 999_499.0, 999_500.0, 999.5e6])
NUMBERS = st.builds(lambda size, sign: sign * size, MAGNITUDES, st.sampled_from([-1.0, 1.0]))
WIDTHS = st.none() | st.floats(0.0, 1e12)
NUMBER = r"[0-9,]+(?:\.[0-9]+)?"
UNIT = r"(?:\u202f(k|M|bn|T))?"


def read(text: str) -> float:
    return float(text.replace(",", "").replace(formats.MINUS, "-").replace("+", ""))


def places(number: str) -> int:
    return len(number.partition(".")[2])


def digits_of(number: str) -> int:
    """Return how many digits a number with decimals has; a whole number has those it needs."""
    bare = number.lstrip("+" + formats.MINUS).replace(",", "").replace(".", "").lstrip("0")
    return len(bare) if "." in number else 0


def is_rounded(number: str, value: float) -> bool:
    step = 10.0 ** -places(number)
    return abs(read(number) - value) <= 0.5 * step * (1.0 + 1e-6)


@given(NUMBERS, WIDTHS, st.booleans(), st.none() | NUMBERS)
@example(133_272.444278076, 1e-11, False, None)
@example(-999_499.9, None, True, None)
@example(999_960.0, 100.0, True, None)
def test_money_is_read_back(
    amount: float, half_width: float | None, signed: bool, of: float | None
) -> None:
    text = formats.money(amount, half_width=half_width, signed=signed, of=of)
    if text == "$0":
        assert abs(amount) < 0.005 or (half_width or 0.0) > abs(amount)
        return
    parts = re.fullmatch(rf"([+\u2212]?)\$({NUMBER}){UNIT}", text)
    assert parts is not None, text
    sign, number, unit = parts[1], parts[2], parts[3] or ""
    assert sign == (formats.MINUS if amount < 0.0 else "+" * signed)
    assert digits_of(number) <= 5
    assert unit == "T" or read(number) < 1000.0
    assert is_rounded(number, abs(amount) / SIZES[unit])
    if half_width is None and of is None:
        assert 10.0 ** -places(number) <= 0.101 * read(number) or abs(amount) < 0.1


@given(NUMBERS, WIDTHS)
def test_an_error_has_the_unit_and_the_places_of_its_amount(
    amount: float, half_width: float | None
) -> None:
    money, _, error = formats.money_and_error(amount, half_width).partition(" ±")
    if error:
        bare, _, unit = money.partition(formats.NARROW_SPACE)
        known, _, other = error.partition(formats.NARROW_SPACE)
        assert (unit, places(bare)) == (other, places(known))
        assert half_width is not None
        assert is_rounded(known, half_width / SIZES[unit])


@given(NUMBERS, NUMBERS)
def test_an_interval_has_one_unit_and_both_its_ends(one: float, other: float) -> None:
    low, high = sorted((one, other))
    text = formats.money_interval(low, high)
    end = rf"([+\u2212]?{NUMBER})"
    parts = re.fullmatch(rf"{end} to {end}{UNIT}", text)
    assert parts is not None, text
    for value, number in ((low, parts[1]), (high, parts[2])):
        assert digits_of(number) <= 6
        assert is_rounded(number, value / SIZES[parts[3] or ""])


@given(NUMBERS, WIDTHS)
def test_differences_have_few_digits_and_a_sign(value: float, half_width: float | None) -> None:
    points = formats.points(value / 100.0, half_width=half_width and half_width / 100.0)
    for number in (
        formats.difference(value, half_width=half_width),
        points.removesuffix(" points"),
    ):
        assert half_width is None or digits_of(number) <= 5 or places(number) == 1
        assert re.fullmatch(NUMBER, number.lstrip("+" + formats.MINUS)), number
        if read(number):
            assert number[0] == (formats.MINUS if value < 0.0 else "+")
