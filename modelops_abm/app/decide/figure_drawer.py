"""What a key figure is, and how this plan comes to it: the drawer behind the (i) of a figure.

Rows add up, or divide, to what the figure shows, as they stand: averages over the same futures as
it has, at the values as set. Nothing here is a text about figures in general but the definition.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import htpy as h
import numpy as np
import solara

from modelops_abm import formats
from modelops_abm.app.decide.figures import DEFINITIONS, LEVELS, figures, level_in_words
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.charts.amounts import apportioned, as_printed, levels_of
from modelops_abm.core.outcomes import TOTALS
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.statistics import estimate
from modelops_abm.experiments.words import IS_BASELINE, chance
from modelops_abm.runs.results import Ensemble


class Step(NamedTuple):
    """A line of the arithmetic.

    Attributes
    ----------
    words
        What it is.
    plan, baseline
        What it is with the plan and without; empty where there is one number only.
    is_result
        Whether it is what the figure shows.
    """

    words: str
    plan: str
    baseline: str = ""
    is_result: bool = False


def steps(comparison: Comparison, name: str) -> list[Step]:
    """Return how a plan comes to a key figure.

    Parameters
    ----------
    comparison
        The plan and its baseline at the values as set.
    name
        One of `FIGURES_OF_PAGE`.
    """
    if comparison.is_of_baseline and name in ("payback", "loss"):
        return [Step(IS_BASELINE, formats.NOTHING, is_result=True)]
    return _STEPS[name](comparison)


def _net_value(comparison: Comparison) -> list[Step]:
    levels = levels_of(comparison)
    values, *costs = (
        comparison.mean_totals(name) for name in ("value", "cost", "capital", "upkeep", "payroll")
    )
    whole, apart = comparison.means("npv"), comparison.means("net_value")
    discounted = (whole[0] - apart[0], whole[1] - apart[1])
    lines = [values, *((-plan, -baseline) for plan, baseline in costs), discounted]
    rate = formats.rate(comparison.plan.scenario.finance.discount_rate)
    words = (
        f"Value of the predictions, {levels.money.unit}",
        "Cost of predictions",
        "Capital of capabilities",
        "Their upkeep",
        "Payroll of the team",
        f"Discounted at {rate} a year",
    )
    scaled = [(plan / levels.money.size, baseline / levels.money.size) for plan, baseline in lines]
    return _added_up(
        zip(words, scaled, strict=True),
        _both("Net value, discounted", (levels.plan, levels.baseline), is_result=True),
        levels.digits,
    )


def _added_up(
    lines: Iterable[tuple[str, tuple[float, float]]],
    result: Step,
    digits: int,
    unit: str = "",
    start: float = 0.0,
) -> list[Step]:
    """Return lines that add up to a result as it stands, with a digit more than that.

    Parameters
    ----------
    lines
        Words, and amounts of plan and baseline.
    result
        What they add up to, but for rounding.
    digits
        Digits of the result after the decimal point.
    unit
        What stands behind each number.
    start
        What stands above them, and is no line.
    """
    words, sides = zip(*lines, strict=True)
    columns = []
    for parts, said in zip(zip(*sides, strict=True), (result.plan, result.baseline), strict=True):
        told = _number_in(said) - start
        # What rounds to the result without doubt, and is nearest to the sum.
        step = 10.0 ** -(digits + 1)
        total = min(max(as_printed(sum(parts), digits + 1), told - 4.0 * step), told + 4.0 * step)
        found = apportioned(parts, round(total, digits + 1), digits + 1)
        columns.append([f"{formats.number(part, digits + 1)}{unit}" for part in found])
    return [*(Step(*row) for row in zip(words, *columns, strict=True)), result]


def _number_in(text: str) -> float:
    """Return a number as it is read, whatever unit it has."""
    plain = text.partition(formats.NARROW_SPACE)[0].replace(",", "").lstrip("<>")
    return float(plain.replace(formats.MINUS, "-"))


def _both(words: str, sides: Iterable[str], *, is_result: bool = False) -> Step:
    """Return a line with what there is with the plan, and without."""
    plan, baseline = sides
    return Step(words, plan, baseline, is_result)


def _level(comparison: Comparison, name: str, words: str) -> Step:
    """Return the line of a level that the figure shows."""
    plan, baseline = level_in_words(comparison, name)
    unit = LEVELS[name].of_level
    return Step(words, plan, baseline if baseline == formats.NOTHING else f"{baseline}{unit}", True)


_PER_CENT = f"{formats.NARROW_SPACE}%"


def _availability(comparison: Comparison) -> list[Step]:
    result = _level(comparison, "availability", "Served, average of the futures")
    lines = [
        (f"Down for {words}", (-100.0 * plan, -100.0 * baseline))
        for cause, words in _DOWN.items()
        for plan, baseline in [_shares(comparison, [f"unserved_days_{cause}"], ["production_days"])]
        if plan or baseline
    ]
    if not lines or formats.NOTHING in result:
        return [result]
    first = Step("Time in production", f"100{_PER_CENT}", f"100{_PER_CENT}")
    return [first, *_added_up(lines, result, LEVELS["availability"].digits, _PER_CENT, 100.0)]


_DOWN = {
    "pipeline": "a pipeline issue",
    "capacity": "a capacity issue",
    "compliance": "a compliance issue or a late answer",
    "drift": "a drift",
    "retraining": "a retraining",
    "shared": "a source that models share",
}


def _shares(comparison: Comparison, of: Sequence[str], per: Sequence[str]) -> tuple[float, float]:
    """Return the mean over the futures of a share of totals with the plan, and without."""

    def mean(side: Ensemble) -> float:
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = sum(side.totals[name] for name in of) / sum(side.totals[name] for name in per)
        return estimate(np.asarray(shares, dtype=float)).mean or 0.0

    plan, baseline = mean(comparison.plan), mean(comparison.baseline)
    if comparison.longer is None:
        return plan, baseline
    better = mean(comparison.longer)
    return better + (plan - baseline), better


def _upkeep(comparison: Comparison) -> list[Step]:
    flows = [name for name in TOTALS if name.startswith("developer_days_")]
    result = _level(comparison, "maintenance_share", "Share of all developer-days")
    lines = []
    for kind, words in _WORK.items():
        plan, baseline = _shares(comparison, [f"developer_days_{kind}"], flows)
        if plan or baseline:
            lines.append((words, (100.0 * plan, 100.0 * baseline)))
    if not lines or formats.NOTHING in result:
        return [result]
    return _added_up(lines, result, LEVELS["maintenance_share"].digits, _PER_CENT)


_WORK = {"repair": "Repairs", "respond": "Answers to requests", "retrain": "Retrainings"}


def _idea_to_live(comparison: Comparison) -> list[Step]:
    name = "idea_to_production_median_days"
    result = _level(comparison, name, "Months of 365/12 days, average of the futures")
    delivered = comparison.means("models_delivered")
    days = (
        _days_of(mean, said)
        for mean, said in zip(comparison.means(name), (result.plan, result.baseline), strict=True)
    )
    return [
        _both("Developer-days on builds and deployments", map(formats.number, _new(comparison))),
        _both("Models that go live", (formats.number(each, 1) for each in delivered)),
        _both("Days of the middle one of them", days),
        result,
    ]


def _days_of(days: float, months: str) -> str:
    """Return days that make the months which stand below them."""
    if math.isnan(days):
        return formats.NOTHING
    digits, told = LEVELS["idea_to_production_median_days"].digits, _number_in(months)
    near = sorted(range(round(days) - 5, round(days) + 6), key=lambda each: abs(each - days))
    made = (each for each in near if as_printed(each / formats.MONTH_DAYS, digits) == told)
    return formats.number(next(made, days))


def _new(comparison: Comparison) -> tuple[float, float]:
    """Return the developer-days for new models with the plan, and without."""
    build, deploy = map(comparison.mean_totals, ("developer_days_build", "developer_days_deploy"))
    return build[0] + deploy[0], build[1] + deploy[1]


def why_none(comparison: Comparison, name: str) -> str:
    """Return why a figure has no value with the plan; empty if it has one."""
    if name not in LEVELS or not math.isnan(comparison.means(name)[0]):
        return ""
    if name == "availability":
        return "No model is in production on any day, so that there is nothing to serve."
    scenario = comparison.plan.scenario
    days = formats.number(_new(comparison)[0])
    team = formats.plural(scenario.team.developers, "developer")
    return (
        f"No model goes live within {formats.span(scenario.horizon_days)}: repairs and retrainings"
        f" come first, and {team} had {days} days for builds and deployments."
    )


def _payback(comparison: Comparison) -> list[Step]:
    paid = comparison.paid_back
    if paid.day is None:
        words = "Every future ends as the baseline does: nothing to pay back"
        return [Step(words, formats.NOTHING, is_result=True)]
    middle = f"day {paid.day:,.0f}" if paid.is_typical else "it never does"
    others = paid.futures - paid.same
    return [
        Step("Futures that pay back", paid.count),
        Step("That never do", formats.count_of(others - paid.paid, paid.futures)),
        *([Step(_SAME, formats.count_of(paid.same, paid.futures))] if paid.same else []),
        Step(f"The middle one of {'the other' if paid.same else 'all'} {others:,}", middle),
        Step("That is", paid.when, is_result=True),
    ]


_SAME = "That end as the baseline does"


def _loss(comparison: Comparison) -> list[Step]:
    loss, gain = comparison.finance.loss, comparison.chance
    count, interval = chance(loss)
    same = loss.n - loss.count - gain.count
    return [
        Step("Futures that end below the baseline", count),
        *([Step(_SAME, formats.count_of(same, loss.n))] if same else []),
        Step("That end above it", formats.count_of(gain.count, loss.n)),
        Step("Interval of the chance of a loss", interval),
        Step(
            "Chance",
            count if loss.count in (0, loss.n) else formats.share(loss.share, 0),
            is_result=True,
        ),
    ]


_STEPS: Mapping[str, Callable[[Comparison], list[Step]]] = {
    "npv": _net_value,
    "availability": _availability,
    "maintenance_share": _upkeep,
    "idea_to_production_median_days": _idea_to_live,
    "payback": _payback,
    "loss": _loss,
}


# --------------------------------------------------------------------------------------
# The drawer.


@solara.component
def FigureDrawer(session: Session, name: str) -> None:
    """Explain a key figure: what it is, and how this plan comes to it."""
    answer = session.answer.value
    with solara.Div(classes=["drawer-body"]):
        Markup(h.p(".meaning")[DEFINITIONS[name]])
        if answer is None:
            Markup(h.p(".label")["First estimate in a moment"])
            return
        over = answer.over is not None
        shown = next(each for each in figures(answer.comparison) if each.name == name)
        Markup(
            h.fragment[
                h.h3["How this plan comes to it"],
                h.p(".label")[
                    f"Average of {formats.plural(answer.comparison.replications, 'future')}"
                    f"{', at the values as set' if over else ''}"
                ],
                (why := why_none(answer.comparison, name)) and h.p[why],
                arithmetic(steps(answer.comparison, name)),
                shown.change
                and h.p[
                    "Plan less baseline, of each future: ",
                    h.strong[shown.change],
                    _what_range(shown.range),
                ],
            ]
        )


def _what_range(words: str) -> str:
    """Return what a range is of; empty without one, and for words as they are."""
    return f" {words}{', in 95 of 100 futures' if words.startswith('(') else ''}" if words else ""


def arithmetic(lines: list[Step]) -> h.Element:
    """Return the arithmetic as a table."""
    has_baseline = any(line.baseline for line in lines)
    return scroll_region(
        "How this plan comes to it",
        h.table(".arithmetic")[
            has_baseline
            and h.thead[
                h.tr[
                    h.th(scope="col")[h.span(".spoken")["What"]],
                    h.th(".number.plan", scope="col")["plan"],
                    h.th(".number", scope="col")["baseline"],
                ]
            ],
            h.tbody[
                (
                    h.tr(class_={"result": line.is_result})[
                        h.th(scope="row")[line.words],
                        h.td(".number")[h.strong[line.plan] if line.is_result else line.plan],
                        has_baseline and h.td(".number")[line.baseline],
                    ]
                    for line in lines
                )
            ],
        ],
    )
