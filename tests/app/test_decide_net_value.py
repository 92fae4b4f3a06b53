from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from modelops_abm import formats
from modelops_abm.app.decide.figures import figures
from modelops_abm.app.decide.sentences import second_line
from modelops_abm.charts.amounts import money_of
from modelops_abm.charts.comparison import course, net_value
from modelops_abm.charts.echarts import Space, option
from modelops_abm.charts.figure import Band, Flag, Line
from modelops_abm.experiments import Comparison
from tests.app.comparisons import WEEKS, answer_of, made_comparison, quick_plan

SPACE = Space(226, 32, 112)
RISE = np.arange(WEEKS) * 1.0


def series_of(option: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return the values of the series that have any, by their ids."""
    return {
        entry["id"]: np.array([point[0] for point in entry["data"]], dtype=float)
        for entry in option["series"]
        if entry["data"] and isinstance(entry["data"][-1], list)
    }


def test_the_chart_draws_the_bands(comparison: Comparison) -> None:
    lines = series_of(option(net_value(comparison), SPACE))
    size = money_of(comparison).size
    for name, bands in (
        ("plan", comparison.plan.bands["npv"]),
        ("difference", comparison.bands["npv"]),
    ):
        near = {"abs": 1e-3 * np.abs(bands["97.5%"] / size).max()}
        assert lines[name] == pytest.approx(bands["mean"].to_numpy() / size, **near)
        top = lines[f"{name}-futures-low"] + lines[f"{name}-futures-height"]
        assert top == pytest.approx(bands["97.5%"].to_numpy() / size, **near)
        dark = lines[f"{name}-average-height"]
        assert dark == pytest.approx(2.0 * bands["half_width"].to_numpy() / size, **near)


def test_axes_show_every_value_and_zero(comparison: Comparison) -> None:
    figure = net_value(comparison)
    for axis, panel in zip(option(figure, SPACE)["yAxis"], figure.panels, strict=True):
        ends = [
            end for band in panel.layers if isinstance(band, Band) for end in (band.low, band.high)
        ]
        assert axis["min"] <= min(0.0, np.min(ends))
        assert axis["max"] >= max(0.0, np.max(ends))


def test_axes_hold_what_was_shown_before(comparison: Comparison) -> None:
    figure = net_value(comparison)
    wider = [(low - 1.0, high + 2.0) for low, high in figure.extents]
    held = figure.holding(wider)
    assert held.extents == tuple(wider)
    assert figure.holding(figure.extents).extents == figure.extents


def test_every_period_has_its_exact_values(comparison: Comparison) -> None:
    texts = option(net_value(comparison), SPACE)["tooltip"]["texts"]
    assert len(texts) == len(comparison.bands["npv"])
    assert "Difference" in texts[-1]


@pytest.mark.parametrize(
    ("gain", "day", "words"),
    [
        (1.0, 0.0, "The plan is ahead from the start."),
        (1.0, 200.0, "The plan is ahead for good from month 7 on."),
        (
            1.0,
            math.inf,
            "The plan ends ahead on average, though it pays back in 0 of 10 futures only.",
        ),
        (-1.0, math.inf, "The plan ends behind and does not pay back."),
        (
            -1.0,
            50.0,
            "The plan ends behind on average, though it pays back in 10 of 10 futures, typically"
            " month 2.",
        ),
    ],
)
def test_the_finding_says_of_payback_what_all_other_words_say(
    gain: float, day: float, words: str
) -> None:
    comparison = made_comparison(np.full(10, gain), course=RISE, paybacks=[day] * 10)
    assert net_value(comparison).finding == words
    (flag,) = (layer for layer in net_value(comparison).panels[1].layers if isinstance(layer, Flag))
    assert (flag.x is not None) == (0.0 < day < math.inf)
    said = "".join(part.text for part in second_line(answer_of(comparison), None))
    figure = next(each for each in figures(comparison) if each.name == "payback")
    assert comparison.payback().endswith(
        {math.inf: "400 days."}.get(day, f", typically {formats.payback(day)}.")
    )
    assert figure.value == formats.payback(day)
    assert "never" in figure.value if math.isinf(day) else figure.value in said


@pytest.mark.parametrize(
    ("gain", "day", "others", "words"),
    [
        (1.0, 0.0, math.inf, "The plan is typically ahead from the start."),
        (1.0, 200.0, math.inf, "The plan is typically ahead for good from month 7 on."),
        (
            -1.0,
            math.inf,
            200.0,
            "The plan ends behind on average, and pays back in 4 of 10 futures only.",
        ),
    ],
)
def test_the_finding_says_of_all_futures_what_is_so_in_all(
    gain: float, day: float, others: float, words: str
) -> None:
    paybacks = [day] * 6 + [others] * 4
    comparison = made_comparison(np.full(10, gain), course=RISE, paybacks=paybacks)
    assert net_value(comparison).finding == words


def test_over_time_is_shown_by_the_baseline_that_was_run_longest(comparison: Comparison) -> None:
    bands = comparison.baseline.bands
    own_course = bands["availability"]
    lower = own_course.assign(mean=own_course["mean"] - 0.1)
    more = replace(comparison.baseline, bands={**bands, "availability": lower})
    longer = replace(comparison, longer=more)
    own, better = (
        {line.name: line.y for line in figure.panels[0].layers if isinstance(line, Line)}
        for figure in (course(each, "availability") for each in (comparison, longer))
    )
    for side in ("plan", "baseline"):
        assert better[side] == pytest.approx(own[side] - 10.0, nan_ok=True)


def test_what_cannot_be_told_has_no_finding_on_time() -> None:
    comparison = made_comparison([-1.0, 1.0] * 5, course=RISE)
    assert net_value(comparison).finding == "At the end plan and baseline cannot be told apart."


def test_payback_before_everything_is_in_place_says_so() -> None:
    comparison = made_comparison(np.ones(10), course=RISE, paybacks=[10.0] * 10, in_place_day=130.0)
    said = "".join(part.text for part in second_line(answer_of(comparison), None))
    assert (
        "Pays back in 10 of 10 futures, typically month 1 of 14, while it is being built." in said
    )
    assert net_value(comparison).finding == "The plan is ahead for good from month 1 on."


def test_without_a_capability_nothing_is_different() -> None:
    comparison = made_comparison(np.zeros(10), course=RISE * 0.0, plan=quick_plan())
    assert net_value(comparison).finding == "This is the baseline: nothing is different."


def test_the_table_ends_with_the_last_period(comparison: Comparison) -> None:
    content = net_value(comparison).as_table()
    last = comparison.bands["npv"].index[-1] + 1
    assert content.rows[-1][0] == f"{last / (365 / 12):.0f}"
    assert len(content.columns) == len(content.rows[0])
