from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from modelops_abm import formats, with_values
from modelops_abm.app.decide.figure_drawer import steps, why_none
from modelops_abm.app.decide.figures import (
    Figure,
    figures,
    figures_card,
    further_figures,
    waiting_figures,
)
from modelops_abm.core import outcomes
from modelops_abm.experiments import Comparison, compare
from modelops_abm.experiments.statistics import estimate
from modelops_abm.runs.summary import FIGURES_OF_PAGE
from tests.app.comparisons import made_comparison, quick_plan


def named(comparison: Comparison) -> dict[str, Figure]:
    shown = (*figures(comparison), *further_figures(comparison))
    return {figure.name: figure for figure in shown}


def test_net_value_has_digits_that_match_its_range() -> None:
    figure = named(made_comparison(np.linspace(0.0, 2.4e6, 400), baseline_npv=8.8e6))["npv"]
    assert (figure.value, figure.versus) == ("$10.0\u202fM", "vs 8.8")
    assert (figure.change, figure.range) == ("+1.2", "(0.1 to 2.3)")


def test_figures_are_the_means_and_paired_differences(comparison: Comparison) -> None:
    shown = named(comparison)
    plan, baseline = (
        side.summaries()["models_delivered"] for side in (comparison.plan, comparison.baseline)
    )
    assert shown["models_delivered"].value == f"{plan.mean():.1f}"
    assert shown["models_delivered"].versus == f"vs {baseline.mean():.1f}"
    assert shown["models_delivered"].interval.middle == pytest.approx((plan - baseline).mean())
    # What is also published is drawn where it lies, beside the baseline.
    availability = estimate(comparison.plan.outcome("availability"))
    assert shown["availability"].interval.average == (availability.low, availability.high)
    assert shown["availability"].dashed == comparison.means("availability")[1]


def test_payback_of_hardly_any_future_ends_at_the_horizon() -> None:
    figure = named(made_comparison(np.ones(100), paybacks=[30.0] + [np.inf] * 99))["payback"]
    assert (figure.value, figure.range) == ("never", "in 99 of 100")
    low, high = figure.interval.futures or (np.nan, np.nan)
    assert 0.0 <= low <= high == figure.ticks[1]


def test_payback_counts_those_that_never_pay() -> None:
    days = [30.0] * 50 + [300.0] * 49 + [np.inf]
    figure = named(made_comparison(np.ones(100), paybacks=days))["payback"]
    assert figure.label == "Payback, of 14 months"
    assert (figure.value, figure.range) == ("month 10", "in 99 of 100; 1 to 10")


def test_payback_of_a_range_without_an_end_counts_only_those_that_never_pay() -> None:
    days = [30.0] * 50 + [300.0] * 30 + [np.inf] * 20
    figure = named(made_comparison(np.ones(100), paybacks=days))["payback"]
    assert figure.range == "in 80 of 100"


def test_payback_that_most_never_see_is_none() -> None:
    days = [300.0] * 10 + [np.inf] * 90
    figure = named(made_comparison(np.ones(100), paybacks=days))["payback"]
    assert (figure.value, figure.range) == ("never", "in 90 of 100")


@pytest.mark.parametrize(
    ("losers", "value", "words"),
    [
        (0, "0 of 400", "lose (0 to 1\u202f%)"),
        (9, "2\u202f%", "9 of 400 (1 to 4\u202f%)"),
        (400, "400 of 400", "lose (99 to 100\u202f%)"),
    ],
)
def test_a_chance_is_never_none_or_certain(losers: int, value: str, words: str) -> None:
    gains = np.where(np.arange(400) < losers, -1e5, 1e5)
    figure = named(made_comparison(gains))["loss"]
    assert (figure.value, figure.range) == (value, words)


def test_the_baseline_differs_from_nothing() -> None:
    shown = named(made_comparison(np.zeros(20), plan=quick_plan(), paybacks=[0.0] * 20))
    assert (shown["npv"].change, shown["npv"].range) == ("no difference", "")
    assert shown["payback"].value == shown["loss"].value == "\u2013"


def test_abandoned_models_are_a_figure(comparison: Comparison) -> None:
    """As an average; where they are rare, in how many futures."""
    starved = {"team.developers": 1, "portfolio.initial_models": 24}
    found = compare(with_values(quick_plan(automation=0.5), starved, source="test"), 10)
    figure = named(found)["retired_abandoned"]
    plan, baseline = (
        side.outcome("retired_abandoned").mean() for side in (found.plan, found.baseline)
    )
    assert baseline > 1.0
    assert (figure.value, figure.versus) == (f"{plan:.1f}", f"vs {baseline:.1f}")
    assert "hardly anybody used" in str(figures_card((figure,)))
    assert named(comparison)["retired_abandoned"].change == "no difference"
    rare = made_comparison(np.full(400, 1e5))
    rare.plan.values[7, outcomes.TOTALS.index("retired_abandoned")] = 1.0
    counted = named(rare)["retired_abandoned"]
    assert (counted.change, counted.range) == ("differ", "in 1 of 400")


def test_the_card_has_all_figures_with_or_without_an_answer(comparison: Comparison) -> None:
    for text in (str(figures_card(figures(comparison))), str(waiting_figures(1095))):
        assert text.count('class="figure"') == len(FIGURES_OF_PAGE)
        assert text.count("<svg") == len(FIGURES_OF_PAGE)


def test_lines_of_a_figure_are_of_the_futures_that_it_is_of(comparison: Comparison) -> None:
    """Those of the baseline are of more futures, if it was run over more."""
    more = replace(comparison.baseline, values=comparison.baseline.values * 2.0)
    longer = replace(comparison, longer=more)
    name, totals = (
        "idea_to_production_median_days",
        ("developer_days_build", "developer_days_deploy"),
    )
    plan, baseline = (
        sum(side.totals[total].mean() for total in totals)
        for side in (comparison.plan, comparison.baseline)
    )
    line = next(step for step in steps(longer, name) if "on builds" in step.words)
    assert line.baseline == formats.number(2.0 * baseline)
    assert line.plan == formats.number(2.0 * baseline + plan - baseline)
    told = longer.table().loc["production_days", ["plan", "baseline"]]
    assert tuple(told) == longer.means("production_days")
    assert told["baseline"] == 2.0 * comparison.table().loc["production_days", "baseline"]


def test_a_rate_is_written_whole() -> None:
    plan = with_values(quick_plan(automation=0.5), {"finance.discount_rate": 0.075}, source="test")
    words = [step.words for step in steps(compare(plan, 2), "npv")]
    assert f"Discounted at 7.5{formats.NARROW_SPACE}% a year" in words


@pytest.mark.parametrize("name", ["payback", "loss"])
def test_of_the_baseline_the_drawer_says_no_more_than_the_figure(name: str) -> None:
    nothing = made_comparison(np.zeros(20), plan=quick_plan(), paybacks=[0.0] * 20)
    (line,) = steps(nothing, name)
    assert line.plan == named(nothing)[name].value


def test_where_there_is_no_value_it_is_said_what_is_so_and_why() -> None:
    """A team that is busy with what is there delivers nothing; without a model none is served."""
    nothing = {f"portfolio.initial_{what}": 0 for what in ("models", "ideas", "builds")}
    for changes, words in (
        ({"portfolio.initial_models": 12}, "repairs and retrainings come first, and 1 developer"),
        ({**nothing, "portfolio.ideas_per_year": 0.0}, "had 0 days for builds and deployments"),
    ):
        changes |= {"team.developers": 1, "horizon_days": 120}
        found = compare(with_values(quick_plan(), changes, source="test"), 5)
        live = named(found)["idea_to_production_median_days"]
        assert (live.value, live.versus) == ("none", "goes live")
        assert live.range == "with the plan and without"
        assert words in why_none(found, "idea_to_production_median_days")
    served = named(found)["availability"]
    assert (served.value, served.versus) == ("none", "in production")
    assert "nothing to serve" in why_none(found, "availability")
