"""What a key figure is, and how this plan comes to it: the drawer behind the (i) of a figure.

Rows add up, or divide, to what the figure shows: averages over the same futures as it has, at the
values as set. Nothing here is a text about figures in general but the definition.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide.figures import DEFINITIONS, LEVELS, figures
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.charts.amounts import notation_of
from modelops_abm.core.outcomes import MAINTENANCE, TOTALS
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.words import IS_BASELINE, chance


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
    notation = notation_of(comparison)

    def money(amount: float) -> str:
        return formats.number(amount / notation.money.size, notation.digits + 1)

    def row(words: str, name: str, sign: float = 1.0) -> Step:
        plan, baseline = comparison.means(name)
        return Step(words, money(sign * plan), money(sign * baseline))

    rate = formats.rate(comparison.plan.scenario.finance.discount_rate)
    value = f"Value of the predictions, {notation.money.unit}"
    whole, apart = comparison.means("npv"), comparison.means("net_value")
    discounted = (money(one - other) for one, other in zip(whole, apart, strict=True))
    return [
        row(value, "value"),
        row("Cost of predictions", "cost", -1.0),
        row("Capital of capabilities", "capital", -1.0),
        row("Their upkeep", "upkeep", -1.0),
        row("Payroll of the team", "payroll", -1.0),
        _both(f"Discounted at {rate} a year", discounted),
        _both("Net value, discounted", map(money, whole), is_result=True),
    ]


def _both(words: str, sides: Iterable[str], *, is_result: bool = False) -> Step:
    """Return a line with what there is with the plan, and without."""
    plan, baseline = sides
    return Step(words, plan, baseline, is_result)


def _availability(comparison: Comparison) -> list[Step]:
    days, served = map(comparison.mean_totals, ("production_days", "served_days"))
    lost = (formats.number(whole - part) for whole, part in zip(days, served, strict=True))
    means = map(formats.share, comparison.means("availability"))
    return [
        _both("Model-days in production", map(formats.number, days)),
        _both("of which none served", lost),
        _both("Served, average of the futures", means, is_result=True),
    ]


def _upkeep(comparison: Comparison) -> list[Step]:
    flows = [name for name in TOTALS if name.startswith("developer_days_")]
    names = {name: name.removeprefix("developer_days_") for name in flows}
    kept = [name for name in flows if names[name] in MAINTENANCE]

    def days(of: Sequence[str]) -> Iterable[str]:
        sides = zip(*map(comparison.mean_totals, of), strict=True)
        return map(formats.number, map(sum, sides))

    means = map(formats.share, comparison.means("maintenance_share"))
    return [
        *(_both(f"Developer-days on {_WORK[names[name]]}", days([name])) for name in kept),
        _both("of developer-days in all", days(flows)),
        _both("Share, average of the futures", means, is_result=True),
    ]


_WORK = {"repair": "repairs", "respond": "requests", "retrain": "retrainings"}


def _idea_to_live(comparison: Comparison) -> list[Step]:
    means = comparison.means("idea_to_production_median_days")
    delivered = comparison.means("models_delivered")
    months = (_or_dash(each / formats.MONTH_DAYS, 1) for each in means)
    return [
        _both("Developer-days on builds and deployments", map(formats.number, _new(comparison))),
        _both("Models that go live", (formats.number(each, 1) for each in delivered)),
        _both("Days of the middle one of them", (_or_dash(each, 0) for each in means)),
        _both("Months, average of the futures", months, is_result=True),
    ]


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
    middle = formats.NOTHING if paid.day is None else f"day {paid.day:,.0f}"
    if not paid.is_typical:
        middle = "it never does" if paid.futures else formats.NOTHING
    return [
        Step("Futures that pay back", paid.count),
        Step(f"The middle one of all {formats.number(paid.futures)}", middle),
        Step("That is", paid.when, is_result=True),
    ]


def _loss(comparison: Comparison) -> list[Step]:
    loss = comparison.finance.loss
    count, interval = chance(loss)
    return [
        Step("Futures that end below the baseline", count),
        Step("Interval of the chance", interval),
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


def _or_dash(value: float, digits: int) -> str:
    return formats.NOTHING if math.isnan(value) else formats.number(value, digits)


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
                    f" {shown.range}, in 95 of 100 futures" if shown.range else "",
                ],
            ]
        )


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
