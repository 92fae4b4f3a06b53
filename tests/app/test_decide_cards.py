from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from modelops_abm import formats
from modelops_abm.app.decide import comparison_card, credit_card, tray_card
from modelops_abm.app.decide.chart_cards import legend
from modelops_abm.app.decide.comparison_card import difference_of, side_by_side, toggled
from modelops_abm.app.decide.credit_card import known_credit
from modelops_abm.app.decide.sentences import common_end
from modelops_abm.app.decide.tray_card import Item
from modelops_abm.app.drawing.cards import losses_rows
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.estimation import CreditSoFar
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.tray import Kept
from modelops_abm.charts.comparison import (
    COURSES,
    Course,
    course,
    losses_of_plan,
    lost_by_cause,
    team_time_of_plan,
)
from modelops_abm.charts.echarts import Space, option
from modelops_abm.charts.figure import Band, Bar, Rows
from modelops_abm.evidence.belief import Belief
from modelops_abm.experiments import Comparison, Credit, draws_of
from modelops_abm.experiments.credit_shares import QUESTIONS
from modelops_abm.scenario import with_values
from tests.app.comparisons import answer_of, made_comparison, quick_plan

HOSTILE = '<img src=x onerror="alert(1)">'


def test_shares_of_team_time_are_all_of_it(comparison: Comparison) -> None:
    figure = team_time_of_plan(comparison)
    (panel,) = figure.panels
    assert panel.key is not None
    *_, top = (layer for layer in panel.layers if isinstance(layer, Band))
    assert top.high == pytest.approx(100.0)
    plan = {row.name: float(row.cells[0]) for row in panel.key.rows}
    assert sum(plan.values()) == pytest.approx(100.0, abs=3.0)  # whole numbers
    repair = comparison.plan.summaries()["maintenance_share"].mean() * 100.0
    assert plan["repair"] + plan["retrain"] == pytest.approx(repair, abs=1.1)
    assert formats.share(repair / 100.0, 0) in figure.finding


def test_names_of_areas_do_not_lie_on_each_other(comparison: Comparison) -> None:
    (panel,) = team_time_of_plan(comparison).panels
    assert panel.key is not None
    crowded = replace(panel.key, rows=tuple(row._replace(at=0.0) for row in panel.key.rows))
    for key in (panel.key, crowded):
        text = str(legend(key, Space(152, 4, 8, bottom=24)))
        tops = [float(top) for top in re.findall(r'team-row" style="top: (\d+)px', text)]
        assert len(tops) == len(key.rows)
        assert all(below - above >= 16 for above, below in pairwise(tops))
        assert min(tops) >= 13


def test_losses_add_up_to_what_the_ideal_lacks(comparison: Comparison) -> None:
    lost = lost_by_cause(comparison)
    table = comparison.leakage()
    for side, amounts in (("plan", lost.plan), ("baseline", lost.baseline)):
        missing = table.at["ideal_value", side] - table.at["value", side]
        assert sum(amounts.values()) * lost.money.size == pytest.approx(missing)
    assert lost.shares[0] == pytest.approx(
        sum(lost.plan.values()) * lost.money.size / table.at["ideal_value", "plan"]
    )


def test_every_loss_begins_where_the_one_before_ends(comparison: Comparison) -> None:
    figure = losses_of_plan(comparison)
    ((body,),) = figure.parts
    assert isinstance(body, Rows)
    bars = [[bar for bar in row.marks if isinstance(bar, Bar)] for row in body.rows]
    for one, other in pairwise(bars):
        assert [bar.end for bar in one] == [bar.start for bar in other]
    text = str(losses_rows(figure))
    drawn = re.findall(r'class="baseline" x="([\d.]+)%" width="([\d.]+)%"', text)
    ends = [float(x) + float(width) for x, width in drawn]
    assert [float(x) for x, _ in drawn[1:]] == pytest.approx(ends[:-1], abs=0.35)


@pytest.mark.parametrize("name", list(COURSES))
def test_outcomes_over_time_have_chart_finding_and_table(
    comparison: Comparison, name: Course
) -> None:
    figure = course(comparison, name)
    drawn = option(figure, Space(152, 34, 90))
    bands = [layer for layer in figure.panels[0].layers if isinstance(layer, Band)]
    assert len(drawn["tooltip"]["texts"]) == len(bands[0].x)
    assert drawn["yAxis"][0]["max"] >= max(np.nanmax(band.high) for band in bands)
    assert "with the plan" in figure.finding
    assert len(figure.as_table().rows) >= 4


def test_fair_shares_add_up_to_what_the_verdict_says(
    quick_credit: Credit, comparison: Comparison
) -> None:
    few = replace(quick_credit, worths={"npv": quick_credit.worths["npv"][:, :9]})
    answer = answer_of(comparison)
    known = known_credit(answer, CreditSoFar(answer.plan, few))
    assert known is not None
    shown = credit_card.shares_of(known, comparison, "share")
    means = [share.estimate.mean or 0.0 for share in shown.shares.values()]
    assert means == sorted(means, reverse=True)
    assert sum(means) == pytest.approx(comparison.difference("npv").estimate.mean)
    assert sum(means) != pytest.approx(few.together().estimate.mean)
    text = str(credit_card.rows(shown))
    assert text.count('data-action="explain"') == len(shown.shares)
    assert "Together" in text


def test_the_credit_over_organisations_has_the_marks_of_that(
    quick_credit: Credit, comparison: Comparison
) -> None:
    as_set = credit_card.shares_of(quick_credit, comparison)
    over = replace(as_set, is_over=True)
    for name, mark in as_set.intervals.items():
        other = over.intervals[name]
        assert mark.unknown is None is mark.ring
        assert (other.unknown, other.ring) == (mark.futures, mark.middle)
        assert (other.futures, other.middle) == (None, None), "these are chance alone, as set"
        assert (other.average, other.is_told) == (mark.average, mark.is_told)


def test_the_credit_says_what_costs_and_what_cannot_be_told(
    quick_credit: Credit, comparison: Comparison
) -> None:
    n = quick_credit.replications
    luck = np.random.default_rng(2).normal(0.0, 1e3, n)
    values = np.array([np.full(n, worth) for worth in (0.0, -2e5, 0.0, -2e5)])
    values[2:] += luck - luck.mean()
    values[1::2] += np.random.default_rng(3).normal(0.0, 1e3, n)
    made = replace(quick_credit, worths={"npv": values})
    said = {
        question: credit_card.finding(credit_card.shares_of(made, comparison, question))
        for question in QUESTIONS
    }
    assert re.fullmatch(r"Automation costs .*; rollback cannot be told from zero\.", said["share"])
    assert re.fullmatch(
        r"The plan would earn .* more without automation; dropping rollback makes no difference"
        r" that can be told\.",
        said["dropped"],
    )
    assert said["alone"].startswith("Automation alone would cost ")


def test_of_one_capability_all_is_its_own_and_nothing_is_run() -> None:
    answer = answer_of(made_comparison([1e5, 2e5, 4e5]))
    known = known_credit(answer, None)
    assert known is not None
    for question in QUESTIONS:
        worth = known.worth("automation", question)
        assert worth.estimate == answer.comparison.difference("npv").estimate


def kept(name: str, comparison: Comparison) -> Item:
    return Item(name, comparison, 0)


def test_names_of_scenarios_are_text() -> None:
    items = [Item(tray_card.THIS_PLAN, None), kept(HOSTILE, made_comparison([1.0, 2.0, 3.0]))]
    money = tray_card.money_of_items(items)
    for text in (str(tray_card.scenarios(items, money)), str(side_by_side(items, money))):
        assert "<img" not in text
        assert "&lt;img" in text


def test_a_free_name_differs_from_those_in_the_tray(comparison: Comparison) -> None:
    plan = Plan("test", comparison.plan.scenario)
    first = tray_card.free_name(plan, ())
    second = tray_card.free_name(plan, (Kept(first, plan),))
    assert first != second
    assert second.startswith(first)


def test_a_name_says_what_else_was_changed() -> None:
    plan = Plan("reference", quick_plan(automation=0.5)).changed(
        {"horizon_days": 730, "team.developers": 9, "drift.onsets_per_year": 3.0}
    )
    name = "Half automation, two years, 9 developers, drift events per model: 3 a year"
    assert tray_card.free_name(plan, ()) == name
    later = plan.changed({"capabilities.automation.start_day": 200.0, "drift.severity": 0.3})
    # What does not fit is left out as a whole.
    assert tray_card.free_name(later, ()) == (
        "Half automation, from month 7, two years, 9 developers"
    )


def test_plans_of_other_horizons_are_not_compared() -> None:
    longer = with_values(quick_plan(automation=1.0), {"horizon_days": 500}, source="test")
    one, other = made_comparison([1.0, 2.0]), made_comparison([1.0, 2.0], plan=longer)
    items = [kept("one", one), kept("other", other)]
    assert str(side_by_side(items, tray_card.money_of_items(items))).count("another horizon") == 2


def test_a_scenario_of_other_futures_waits_for_those_of_this_plan() -> None:
    own = answer_of(made_comparison([1.0, 2.0]))
    other = made_comparison([1.0, 2.0], plan=quick_plan(lineage=1.0))
    reseeded = replace(other, plan=replace(other.plan, seed=1))
    finer = answer_of(other, aim=1600)
    for answer, is_known in (
        (answer_of(other), True),
        (answer_of(reseeded), False),
        (finer, False),
    ):
        items = tray_card.items_of(own, (Kept("kept", answer.plan, answer),))
        assert [item.comparison is not None for item in items] == [True, is_known]


def test_scenarios_are_compared_over_the_futures_of_both() -> None:
    one, other = made_comparison([1.0, 2.0, 3.0, 4.0]), made_comparison([3.0, 1.0])
    difference = difference_of(one, other)
    assert difference.values.tolist() == [-2.0, 1.0]
    assert difference.higher.count == 1


def test_the_best_scenario_is_marked() -> None:
    items = [
        kept("worse", made_comparison([1e5, 2e5])),
        kept("better", made_comparison([3e5, 4e5])),
    ]
    text = str(tray_card.scenarios(items, tray_card.money_of_items(items)))
    assert text.index("better") < text.index(">best<")
    assert text.count(">best<") == 1


def test_a_kept_plan_of_fewer_futures_says_so_and_is_not_ranked() -> None:
    this = Item("This plan", made_comparison([1e5, 2e5, 1e5]), aim=3)
    for worth in ([3e5, 4e5, 3e5], [3e5, 4e5]):
        items = [this, Item("kept", made_comparison(worth), 0, aim=3)]
        money, is_whole = tray_card.money_of_items(items), len(worth) == 3
        text = str(tray_card.scenarios(items, money))
        assert (">best<" in text) == is_whole
        for words in (text, str(side_by_side(items, money))):
            assert ("so far, 2 of 3 futures" in words) == (not is_whole)


def test_nothing_is_best_that_the_futures_do_not_decide_or_that_is_of_another_organisation() -> (
    None
):
    close = [
        kept("worse", made_comparison([1e5, 2e5, 3e5, 9e5])),
        kept("better", made_comparison([3e5, 1e5, 4e5, 8e5])),
    ]
    other = with_values(quick_plan(automation=1.0), {"team.developers": 5}, source="test")
    apart = [close[0], kept("other", made_comparison([5e6, 5.1e6, 5e6, 5.1e6], plan=other))]
    for items in (close, apart):
        text = str(tray_card.scenarios(items, tray_card.money_of_items(items)))
        assert ">best<" not in text


def test_at_most_four_scenarios_stand_side_by_side() -> None:
    items = [kept(f"scenario {place}", made_comparison([1.0, 2.0])) for place in range(6)]
    assert tray_card.chosen_first(items) == (0, 1, 2, 3)
    assert toggled((0, 1, 2, 3), 5) == (0, 1, 2, 5)
    text = str(side_by_side(items[:4], tray_card.money_of_items(items)))
    assert "scenario 3" in text


def test_a_plan_that_was_kept_stands_once_beside_the_others() -> None:
    this, other = made_comparison([1e5, 2e5]), made_comparison([2e5, 3e5])
    items = [Item("This plan", this), kept("the same", this), kept("another", other)]
    assert comparison_card._chosen(items, (0, 1, 2)) == (0, 2)
    assert "the same" not in (text := str(comparison_card.columns(items, (0, 2))))
    assert "another" in text


def test_names_of_plans_leave_out_what_all_have_in_common() -> None:
    plan = replace(Plan.of_preset("all_five"), changes={"team.developers": 4})
    less = replace(plan, changes={**plan.changes, "capabilities.automation.maximum": 0.0})
    later = replace(plan, changes={**plan.changes, "horizon_days": 365})
    assert common_end([plan, less]) == ", 4 developers"
    assert common_end([plan, later]) == ", 4 developers"
    assert common_end([plan, replace(plan, changes={})]) == ""
    assert common_end([plan]) == ", 4 developers"


def test_a_scenario_of_another_organisation_or_horizon_is_not_compared() -> None:
    plan = quick_plan(automation=1.0)
    later = with_values(plan, {"capabilities.automation.start_day": 90.0}, source="test")
    other = with_values(plan, {"team.developers": 5}, source="test")
    items = [
        kept(name, made_comparison([1e5, 2e5], plan=each))
        for name, each in {"this": plan, "later": later, "other": other}.items()
    ]
    assert tray_card.chosen_first(items) == (0, 1)
    text = str(tray_card.scenarios(items, tray_card.money_of_items(items)))
    assert text.count("Another organisation: not compared") == 1


def test_the_credit_of_another_belief_is_not_that_of_the_plan(
    quick_credit: Credit, comparison: Comparison
) -> None:
    answer, scenario = answer_of(comparison), comparison.plan.scenario
    found = CreditSoFar(answer.plan, quick_credit)
    assert known_credit(answer, found) is not None
    belief = OwnBelief(Belief(scenario, (), draws_of(scenario, 20, seed=0), 20.0))
    other = answer.plan.with_belief(belief)
    assert other.scenario == scenario
    assert known_credit(replace(answer, plan=other), found) is None
