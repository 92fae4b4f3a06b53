from __future__ import annotations

import math
import re

import htpy as h
import numpy as np
import pytest
from hypothesis import given, strategies as st

from modelops_abm.app.drawing.cards import table
from modelops_abm.app.drawing.formula import formula
from modelops_abm.app.drawing.interval_mark import Interval, Scale, confidence_badge, interval_mark
from modelops_abm.app.widgets.markup import Markup
from modelops_abm.charts.figure import Table
from modelops_abm.charts.timeline import Bands, by_month
from modelops_abm.experiments import PairedDifference

finite = st.floats(-1e9, 1e9, allow_nan=False)


def test_a_mark_shows_both_bands_and_zero() -> None:
    interval = Interval(5.0, (4.0, 6.0), (0.0, 10.0))
    text = str(interval_mark(interval, Scale(-10.0, 10.0)))
    assert re.search(r'class="futures" x="50.0%" width="50.0%"', text)
    assert re.search(r'class="average" x="70.0%" width="10.0%"', text)
    assert re.search(r'class="tick" x1="50.0%"', text)
    assert re.search(r'class="dot" cx="75.0%"', text)


def test_a_mark_is_grey_if_the_average_cannot_be_told_from_zero() -> None:
    told, untold = (
        Interval.of(PairedDifference(np.array(values))) for values in ([1.0, 1.1], [-5.0, 5.0])
    )
    scale = Scale.around([told, untold])
    assert "untold" not in str(interval_mark(told, scale))
    assert "untold" in str(interval_mark(untold, scale))
    assert "untold" in str(interval_mark(told, scale, muted=True))


@given(st.lists(finite, min_size=1, max_size=5), finite)
def test_a_scale_holds_everything(values: list[float], also: float) -> None:
    scale = Scale.around([Interval(value, None, None) for value in values], also)
    assert all(0.0 <= scale.percent(value) <= 100.0 for value in (*values, also))
    assert scale.low < min(*values, also) or scale.high > max(*values, also)


def text_of(expression: str, **values: float) -> str:
    return re.sub(r"</?i>", "", str(formula(expression, values))).replace("\u2009", "")


@pytest.mark.parametrize(
    ("expression", "values", "text"),
    [
        ("rate * (1 - r * a)", {"rate": 12, "r": 0.5}, "12×(1 \u2212 0.5×a)"),
        ("w ** (1 - m) * f ** m", {"w": 30, "f": 1}, "30<sup>1 \u2212 m</sup>×1<sup>m</sup>"),
        ("(1 - x) ** (t / 365)", {"x": 0.15}, "(1 \u2212 0.15)<sup>t / 365</sup>"),
        ("a / (b * c)", {}, "a / (b×c)"),
        ("a - (b - c)", {}, "a \u2212 (b \u2212 c)"),
        ("1 - exp(-t / g)", {"g": 20}, "1 \u2212 exp(\u2212t / 20)"),
        ("min(max(0, u), 5)", {}, "min(max(0, u), 5)"),
    ],
)
def test_formulas_keep_their_brackets(expression: str, values: dict[str, float], text: str) -> None:
    assert text_of(expression, **values) == text


@pytest.mark.parametrize("expression", ["a if b else c", "[1]", "a.b", "'text'", "f(x=1)(2)"])
def test_a_formula_holds_nothing_else(expression: str) -> None:
    with pytest.raises(ValueError, match="a formula cannot hold"):
        formula(expression, {})


@pytest.mark.parametrize(
    ("confidence", "bars"), [("measured", 4), ("survey", 3), ("vendor", 2), ("judgement", 1)]
)
def test_a_badge_has_a_bar_for_each_degree(confidence: str, bars: int) -> None:
    assert str(confidence_badge(confidence)).count('class="on"') == bars


def test_markup_shows_what_a_page_would_obey_or_hide() -> None:
    element = Markup(h.p["a\u202eb\u200b\x1b\u202f"])
    assert element.kwargs["html"] == "<p>a\\u202eb\\u200b\\x1b\u202f</p>"


def test_a_table_escapes_its_cells() -> None:
    text = str(table(Table("<b>", ("a", "b"), [("<i>", "<u>")])))
    assert "<i>" not in text
    assert "&lt;u&gt;" in text


def test_by_month_averages_the_periods_of_each_month() -> None:
    months = np.arange(1, 49) / 4.0
    values = np.arange(48.0)
    bands = Bands(months, *(values for _ in range(4)))
    monthly = by_month(bands)
    assert monthly.months.tolist() == list(range(1, 13))
    assert monthly.mean.tolist() == [
        values[4 * place : 4 * place + 4].mean() for place in range(12)
    ]


def test_by_month_leaves_short_runs_alone() -> None:
    bands = Bands(np.array([0.2, 0.5, 1.1]), *(np.zeros(3) for _ in range(4)))
    assert by_month(bands) is bands


def test_by_month_has_a_gap_where_a_month_has_no_value() -> None:
    months = np.arange(1, 49) / 4.0
    values = np.where(months <= 1.0, math.nan, 1.0)
    monthly = by_month(Bands(months, *(values for _ in range(4))))
    assert math.isnan(monthly.mean[0])
    assert monthly.mean[1] == 1.0
