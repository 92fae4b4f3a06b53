"""The arithmetic behind the (i) of each key figure makes, as it is read, what the figure shows."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from modelops_abm import formats, with_values
from modelops_abm.app.decide import figure_drawer
from modelops_abm.app.decide.figure_drawer import Step, steps
from modelops_abm.app.decide.figures import LEVELS, Figure, figures
from modelops_abm.charts.amounts import levels_of
from modelops_abm.core.outcomes import TOTALS
from modelops_abm.experiments import Comparison, compare
from modelops_abm.runs.summary import FIGURES_OF_PAGE
from modelops_abm.scenario import Scenario
from tests.app.comparisons import quick_plan

FUTURES = 6
DEVELOPERS = "developer_days_"
LATE = "capabilities.rollback.start_day"
PLANS = {
    "gains": quick_plan(rollback=1.0),
    "loses": with_values(
        quick_plan(automation=1.0, monitoring=1.0), {"horizon_days": 90}, source="test"
    ),
    "tiny": quick_plan(lineage=0.01),
    "too late": with_values(quick_plan(rollback=1.0), {LATE: 395.0}, source="test"),
    "after the end": with_values(quick_plan(rollback=1.0), {LATE: 500.0}, source="test"),
    "undiscounted": with_values(
        quick_plan(automation=0.5, rollback=0.5), {"finance.discount_rate": 0.0}, source="test"
    ),
    "huge": with_values(
        quick_plan(automation=1.0, monitoring=0.5),
        {"portfolio.initial_models": 270, "team.developers": 60, "horizon_days": 120},
        source="test",
    ),
    "nothing goes live": with_values(
        quick_plan(automation=1.0), {"team.developers": 1, "horizon_days": 200}, source="test"
    ),
    "one model": with_values(
        quick_plan(rollback=1.0),
        {"portfolio.initial_models": 1, "team.developers": 1},
        source="test",
    ),
    "nobody is paid": with_values(
        quick_plan(lineage=1.0), {"team.payroll_per_year": 0.0}, source="test"
    ),
    "the baseline": quick_plan(),
}


def made(plan: Scenario) -> list[Comparison]:
    """Return a plan over several futures, and beside a baseline that is known from more of them."""
    found = []
    for futures in range(1, FUTURES):
        own, more = (compare(plan, count) for count in (futures, futures + 3))
        found += [own, replace(own, longer=more.baseline)]
    return found


def digits_of(text: str) -> int:
    """Return the digits after the point of a number as it is read."""
    return len(text.split(formats.NARROW_SPACE)[0].partition(".")[2])


def read(text: str) -> float:
    """Return a number as it is read, without its unit."""
    (number,) = re.findall(r"[\d,]+(?:\.\d+)?", text)
    sign = -1.0 if formats.MINUS in text else 1.0
    return sign * float(number.replace(",", ""))


def sides(lines: Sequence[Step]) -> list[tuple[list[str], str]]:
    """Return of plan and baseline what their lines say, and the result below."""
    *above, result = lines
    assert result.is_result
    assert not any(line.is_result for line in above)
    columns = (
        ([line.plan for line in above], result.plan),
        ([line.baseline for line in above], result.baseline),
    )
    return [(parts, said) for parts, said in columns if said]


def of(figure: Figure) -> tuple[str, str]:
    """Return what a figure shows of the plan and, of a number for both, of the baseline."""
    value = figure.value.replace("$", "").split(formats.NARROW_SPACE)[0]
    if value == "none":  # no model goes live with the plan
        return formats.NOTHING, figure.range.removeprefix("vs ").removesuffix(" months")
    return value, figure.versus.removeprefix("months ").removeprefix("vs ")


@pytest.mark.parametrize("kind", PLANS)
def test_the_lines_of_every_figure_make_what_it_shows(kind: str) -> None:
    for comparison in made(PLANS[kind]):
        shown = {figure.name: figure for figure in figures(comparison)}
        for name in ("npv", "availability", "maintenance_share"):
            for parts, said in sides(steps(comparison, name)):
                if parts:
                    total = sum(map(read, parts))
                    assert round(total, digits_of(said)) == read(said), (name, parts, said)
        for parts, said in sides(steps(comparison, "idea_to_production_median_days")):
            if said != formats.NOTHING:
                assert round(read(parts[-1]) * 12.0 / 365.0, digits_of(said)) == read(said)
        for name in FIGURES_OF_PAGE[:4]:
            # What the drawer says last is what the figure shows, to the digit.
            told = [
                said.split(formats.NARROW_SPACE)[0] for _, said in sides(steps(comparison, name))
            ]
            for said, figure in zip(told, of(shown[name]), strict=True):
                assert said in (figure, formats.NOTHING), name
        for name in ("payback", "loss"):
            assert steps(comparison, name)[-1].plan == shown[name].value, name


@pytest.mark.parametrize("kind", PLANS)
def test_nothing_is_left_out_before_the_lines_are_rounded(kind: str) -> None:
    """Rounded lines are made to add up, which would hide a cause that is not among them."""
    for comparison in made(PLANS[kind]):
        for name, start, sign, causes, of, per in (
            ("availability", 1.0, -1.0, figure_drawer._DOWN, "unserved_days_", "production_days"),
            ("maintenance_share", 0.0, 1.0, figure_drawer._WORK, DEVELOPERS, DEVELOPERS),
        ):
            flows = [each for each in TOTALS if each.startswith(per)]
            parts = [figure_drawer._shares(comparison, [f"{of}{each}"], flows) for each in causes]
            for side, mean in enumerate(comparison.means(name)):
                if not math.isnan(mean):
                    whole = start + sign * sum(part[side] for part in parts)
                    assert whole == pytest.approx(mean, abs=1e-9), (name, side)
        lines = ("value", "cost", "capital", "upkeep", "payroll")
        value, *costs = map(comparison.mean_totals, lines)
        for side, mean in enumerate(comparison.means("net_value")):
            whole = value[side] - sum(cost[side] for cost in costs)
            assert whole == pytest.approx(mean, rel=1e-9, abs=1e-3)


@pytest.mark.parametrize("kind", PLANS)
def test_counts_of_futures_add_up_to_all(kind: str) -> None:
    for comparison in made(PLANS[kind]):
        for name in ("payback", "loss"):
            counts = [
                int(line.plan.split(" of ")[0])
                for line in steps(comparison, name)
                if re.match("Futures|That (never|end)", line.words) and " of " in line.plan
            ]
            assert not counts or sum(counts) == comparison.replications, (name, counts)
        paid = comparison.paid_back
        if paid.is_typical:
            day = read(next(s.plan for s in steps(comparison, "payback") if "middle" in s.words))
            assert formats.payback(day) == paid.when


@pytest.mark.parametrize("kind", PLANS)
def test_plan_and_baseline_differ_by_what_stands_beside_them_but_for_rounding(kind: str) -> None:
    for comparison in made(PLANS[kind]):
        for figure in figures(comparison)[:4]:
            plan, baseline = of(figure)
            change = re.sub(r"[^\d.,]", "", figure.change)
            if not change or "with" in figure.range or "where" in figure.range:
                continue
            if "$" in figure.change:  # in a smaller unit
                assert plan == baseline or abs(read(plan) - read(baseline)) < 0.11
                continue
            apart = read(plan) - read(baseline)
            within = sum(0.5 * 10.0 ** -digits_of(each) for each in (plan, baseline, change))
            assert abs(apart - read(figure.change)) <= within + 1e-9, figure


@pytest.mark.parametrize("kind", PLANS)
def test_a_level_is_the_mean_of_its_futures_rounded(kind: str) -> None:
    for comparison in made(PLANS[kind]):
        for figure in figures(comparison)[:4]:
            plan, _ = of(figure)
            if not plan.replace(formats.MINUS, "")[:1].isdecimal():  # none, or more than 99.9
                continue
            is_money = figure.name not in LEVELS
            size = levels_of(comparison).money.size if is_money else LEVELS[figure.name].size
            mean = comparison.means(figure.name)[0] / size
            assert abs(read(plan) - mean) <= 0.5 * 10.0 ** -digits_of(plan) + 1e-9, figure
