from __future__ import annotations

import pytest

from modelops_abm.charts.amounts import Money

MILLIONS = Money(1e6, "M $")


@pytest.mark.parametrize(
    ("half_width", "words"),
    [
        (0.31, "+1.2"),  # known to within 0.62: one digit of it is enough
        (0.15, "+1.23"),  # 0.30: two
        (0.048, "+1.23"),
        (0.0176, "+1.235"),  # 0.0352
        (0.0178, "+1.23"),  # 0.0356
        (0.005, "+1.235"),
        (0.0, "+1.2"),
        (None, "+1.2"),
    ],
)
def test_a_difference_has_the_digits_that_its_interval_supports(
    half_width: float | None, words: str
) -> None:
    scaled = None if half_width is None else half_width * 1e6
    assert MILLIONS.difference(1.2347e6, scaled) == words
