"""A comparison of a plan with its baseline in words, as a table, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from rich.table import Table

from modelops_abm import formats
from modelops_abm.core import outcomes
from modelops_abm.scenario import Scenario, is_baseline
from modelops_abm.scenario.capabilities import COSTS_HOLD_WITHIN, MODELS_OF_COSTS
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from modelops_abm.experiments import Comparison, Estimate, Share

FIGURES = {
    "npv": "Net present value",
    "availability": "Production time served",
    "maintenance_share": "Team time on maintenance",
    "models_delivered": "Models delivered",
}
"""Outcomes of the answer, in its words."""
INTERVAL = f"95{formats.NARROW_SPACE}% interval"
_UNITS = {outcome.name: outcome.unit for outcome in outcomes.SUMMARY}
BASELINE = "This is the baseline"
CAUTION = (
    "Intervals are luck only. The assumptions are as set, and many of them are judgement:"
    " 'modelops-abm show'."
)


def size_caution(scenario: Scenario) -> str:
    """Return that a portfolio is not of the size for which capabilities' costs are stated.

    Nothing if it is, or if no capability is raised.
    """
    imported = scenario.imported
    models = scenario.portfolio.initial_models
    if imported is not None:
        models = sum(each.stage == "production" for each in imported.models)
    apart = max(models, 1) / MODELS_OF_COSTS
    is_near = 1.0 / COSTS_HOLD_WITHIN <= apart <= COSTS_HOLD_WITHIN
    if is_near or is_baseline(scenario):
        return ""
    wrong = "high" if apart > 1.0 else "low"
    return (
        f"What capabilities cost and take is stated for about {MODELS_OF_COSTS} models and does not"
        f" grow with the portfolio, which has {formats.plural(models, 'model')} at the start: the"
        f" plan's worth is likely too {wrong} unless effort_days, capital_cost and upkeep_per_year"
        " of its capabilities are set."
    )


class Subject(NamedTuple):
    """What is compared with the baseline, in words that fit into sentences."""

    name: str
    are: str
    lose: str
    they_pay: str


ALL_FIVE = Subject("all five capabilities", "are", "lose", "They pay for themselves")
THIS_PLAN = Subject("this plan", "is", "loses", "It pays for itself")


class Difference(NamedTuple):
    """The mean difference of an outcome over all futures; NaN for what does not exist."""

    outcome: str
    mean: float
    half_width: float

    @classmethod
    def of(cls, outcome: str, estimate: Estimate) -> Self:
        """Return the difference that an estimate gives."""
        mean, half_width = (
            math.nan if value is None else value for value in (estimate.mean, estimate.half_width)
        )
        return cls(outcome, mean, half_width)

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out zero."""
        return abs(self.mean) > self.half_width

    @property
    def text(self) -> str:
        """The difference with as many digits as are known."""
        if math.isnan(self.mean):
            return formats.NOTHING
        unit, known = _UNITS[self.outcome], self.half_width
        if unit.startswith("$"):
            return formats.money(self.mean, half_width=known, signed=True)
        if unit == "share":
            return formats.points(self.mean, half_width=known)
        return formats.difference(self.mean, half_width=known)

    @property
    def interval(self) -> str:
        """The 95 % interval; a dash if there is none, or nothing but rounding in it."""
        if formats.known(self.mean, self.half_width) is None:
            return formats.NOTHING
        low, high = self.mean - self.half_width, self.mean + self.half_width
        unit = _UNITS[self.outcome]
        if unit.startswith("$"):
            return formats.money_interval(low, high)
        return (
            formats.points_interval(low, high) if unit == "share" else formats.interval(low, high)
        )

    @property
    def width(self) -> str:
        """Half the width of the interval; a dash like `interval`."""
        known = formats.known(self.mean, self.half_width)
        if known is None:
            return formats.NOTHING
        unit = _UNITS[self.outcome]
        if unit == "share":
            return formats.number(100.0 * known, 1)
        if unit.startswith("$"):
            return formats.money(known)
        return formats.difference(known, half_width=known).removeprefix("+")


class Sentence(NamedTuple):
    """A sentence with the figure that it is about, which may be set apart."""

    before: str
    figure: str
    after: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.figure}{self.after}"


def verdict(comparison: Comparison, subject: Subject) -> str:
    """Return what a plan is worth, that it loses, or that it cannot be told."""
    return sentence(comparison, subject).text


def sentence(comparison: Comparison, subject: Subject, *, worth: str = "") -> Sentence:
    """Return what a plan is worth, that it loses, or that it cannot be told.

    Parameters
    ----------
    comparison
        The plan and its baseline.
    subject
        What the plan is called.
    worth
        The worth in words, with its sign; by default it has the digits that are known.
    """
    if comparison.is_of_baseline:
        return Sentence(f"{BASELINE}: nothing in the plan departs from it.", "", "")
    npv = Difference.of("npv", comparison.finance.npv)
    span = f"over {formats.span(comparison.finance.horizon_days)}"
    name = subject.name[0].upper() + subject.name[1:]
    if not npv.is_told:
        futures = formats.plural(comparison.replications, "future")
        before = f"After {futures} {subject.name} cannot be told from the baseline: "
        return Sentence(before, npv.interval, " on average.")
    figure = worth or npv.text
    if npv.mean > 0.0:
        return Sentence(f"{name} {subject.are} worth ", figure, f" {span}.")
    loss = comparison.finance.loss
    below = f"{formats.count_of(loss.count, loss.n)} futures end below the baseline."
    return Sentence(f"{name} {subject.lose} ", figure.lstrip(formats.MINUS), f" {span}. {below}")


def payback(comparison: Comparison, subject: Subject) -> str:
    """Return in how many futures a plan pays for itself, and when; nothing of a baseline."""
    if comparison.is_of_baseline:
        return ""
    never, median = comparison.finance.never, comparison.finance.median_payback_day
    paid = formats.count_of(never.n - never.count, never.n)
    span = formats.span(comparison.finance.horizon_days)
    typically = ""
    if median is not None and math.isfinite(median):
        typically = f", typically {'by ' if median > 0.0 else ''}{formats.payback(median)}"
    return f"{subject.they_pay} in {paid} futures within {span}{typically}."


def spread(comparison: Comparison) -> str:
    """Return the range from the 5th to the 95th percentile of the difference in words."""
    return formats.money_interval(*percentiles(comparison))


def percentiles(comparison: Comparison) -> tuple[float, float]:
    """Return the 5th and the 95th percentile of the difference of net present value."""
    differences = comparison.plan.summaries()["npv"] - comparison.baseline.summaries()["npv"]
    return float(differences.quantile(0.05)), float(differences.quantile(0.95))


def chance(share: Share) -> tuple[str, str]:
    """Return how many of how many, and the interval of the chance: 9 of 400, 1 to 4 %."""
    low, high = 100.0 * share.low, 100.0 * share.high
    digits = max(0, -math.floor(math.log10(2.0 * high)))  # so many that the upper end is not 0
    interval = f"{formats.number(low, digits)} to {formats.number(high, digits)}"
    return formats.count_of(share.count, share.n), f"{interval}{formats.NARROW_SPACE}%"


def difference_table(
    comparison: Comparison, labels: Mapping[str, str], columns: tuple[str, str, str]
) -> Table:
    """Return baseline, plan and difference with its interval, an outcome a row.

    Parameters
    ----------
    labels
        Names of outcomes with what they are called here.
    columns
        Headings of the table, of the baseline and of the plan.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(columns[0], overflow="fold", min_width=_longest_word(labels.values()))
    for column in (*columns[1:], "difference", INTERVAL):
        table.add_column(column, justify="right", no_wrap=True)
    figures = _figures(comparison)
    for name, label in labels.items():
        table.add_row(label, *_cells(name, figures[name]))
    return table


def _longest_word(texts: Iterable[str]) -> int:
    return max(len(word) for text in texts for word in text.split())


def _figures(comparison: Comparison) -> dict[str, dict[str, float]]:
    return {
        str(name): {str(key): float(value) for key, value in row.items()}
        for name, row in comparison.table().iterrows()
    }


def _cells(name: str, figure: Mapping[str, float]) -> tuple[str, str, str, str]:
    difference = Difference(name, figure["difference"], figure["half_width"])
    baseline, plan = (_level(name, figure[key], difference) for key in ("baseline", "plan"))
    return baseline, plan, difference.text, difference.interval


def _level(name: str, value: float, difference: Difference) -> str:
    """Return an average; money with as many digits as its difference has."""
    if math.isnan(value):
        return formats.NOTHING
    if _UNITS[name].startswith("$"):
        return formats.money(value, half_width=difference.half_width)
    return formats.share(value) if _UNITS[name] == "share" else formats.average(value)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data; None for what does not exist."""
    figures = _figures(comparison)
    return {
        "version": __version__,
        "seed": comparison.plan.seed,
        "replications": comparison.replications,
        "plan": comparison.plan.scenario.model_dump(mode="json", exclude_none=True),
        "baseline": comparison.baseline.scenario.model_dump(mode="json", exclude_none=True),
        "figures": {
            name: {**{key: _or_none(value) for key, value in figure.items()}, "n": int(figure["n"])}
            for name, figure in figures.items()
        },
        "finance": finance_as_json(comparison),
    }


def finance_as_json(comparison: Comparison) -> dict[str, Any]:
    """Return the finance view of a comparison as plain data; None for what does not exist."""
    view = comparison.finance
    return {
        "horizon_days": view.horizon_days,
        "npv": asdict(view.npv),
        "investment": asdict(view.investment),
        "return_on_investment": view.return_on_investment,
        "return_interval": view.return_interval,
        "loss": asdict(view.loss),
        "may_happen": percentiles(comparison),
        "median_payback_day": _or_none(view.median_payback_day),
        "never": asdict(view.never),
    }


def _or_none(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
