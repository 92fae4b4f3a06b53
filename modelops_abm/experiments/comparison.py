"""A plan against its baseline: what a comparison holds, says, tabulates and draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.core import outcomes
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.finance import Finance, returns_of
from modelops_abm.experiments.information import Asking
from modelops_abm.experiments.spread import (
    NINE_OF_TEN,
    Over,
    Unknown,
    over_in_words,
    unknown_as_json,
    unknown_of,
)
from modelops_abm.experiments.statistics import PairedDifference, Share, estimate, without_rounding
from modelops_abm.experiments.words import (
    CAUTION,
    CAUTION_OVER,
    INTERVAL,
    IS_BASELINE,
    ON_PAID,
    ON_WHOLE_COST,
    PAID,
    THIS_PLAN,
    WHOLE_COST,
    Difference,
    PaidBack,
    Sentence,
    Subject,
    capitalised,
    chance,
    return_in_words,
    settling_as_json,
    settling_in_words,
    worth_in_words,
)
from modelops_abm.representation import Reported, Row, Table, in_short, numbers, words
from modelops_abm.runs.results import Ensemble
from modelops_abm.runs.summary import FIGURES_OF_TABLE, LABELS, LEAKAGE, OUTCOMES
from modelops_abm.scenario import fingerprint_of, levels_reached
from modelops_abm.scenario.words import size_caution, team_caution
from modelops_abm.text import printable


@dataclass(frozen=True, repr=False)
class Comparison(Reported):
    """A plan and its baseline over the same replications.

    Attributes
    ----------
    plan, baseline
        Both ensembles, with bands of each daily outcome asked for.
    finance
        The finance view.
    bands
        Of each daily outcome asked for: the difference, in tables like those of the ensembles.
    over
        If it is over draws of what the organisation may be: the same at the values as set, and the
        difference of net present value in the futures of some draws once more.
    settles
        What may be found out of the organisation before deciding, what is worth most first; None
        if that was not looked at (`evidence.settling`).
    longer
        The baseline over more replications, these the first of them, if it was run before; then
        averages are told by it, and those of the plan as it and the paired difference.

    Examples
    --------
    >>> from modelops_abm import compare, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> comparison = compare(plan, 20)
    >>> comparison.replications, comparison.difference("npv").verdict
    (20, 'loses')
    >>> list(comparison.table().columns[:2])
    ['plan', 'baseline']
    """

    plan: Ensemble
    baseline: Ensemble
    finance: Finance
    bands: Mapping[str, pd.DataFrame]
    over: Over[Comparison] | None = None
    settles: Mapping[str, Asking] | None = None
    longer: Ensemble | None = None

    def _facts(self) -> dict[str, str]:
        return {
            "plan": in_short(self.plan.scenario),
            "baseline": in_short(self.baseline.scenario),
            "seed": in_short(self.plan.seed),
            "replications": in_short(self.replications),
            "npv_difference": in_short(self.finance.npv),
        }

    @property
    def replications(self) -> int:
        """Number of paired replications."""
        return self.plan.replications

    @cached_property
    def is_of_baseline(self) -> bool:
        """Whether the plan does nothing that its baseline does not: no other level, no other value.

        A level to invest up to that lies below the start level builds nothing, as none does.
        """
        plan, baseline = (levels_reached(side.scenario) for side in (self.plan, self.baseline))
        return fingerprint_of(plan) == fingerprint_of(baseline)

    def difference(self, outcome: str) -> PairedDifference:
        """Return the paired difference of an outcome of the run summary.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        found = self._differences.get(outcome)
        if found is None:
            found = PairedDifference(
                _apart(self.plan.outcome(outcome), self.baseline.outcome(outcome))
            )
            self._differences[outcome] = found
        return found

    @cached_property
    def _differences(self) -> dict[str, PairedDifference]:
        # Those that were asked for: a page writes one in many places, each with its interval.
        return {}

    @cached_property
    def is_worth_nothing(self) -> bool:
        """Whether the plan is worth exactly as much as its baseline in every future."""
        return not self.difference("npv").values.any()

    def means(self, outcome: str) -> tuple[float, float]:
        """Return the mean of an outcome of the run summary with the plan, and without; NaN if none.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        sides = self._sides if self.longer is None else (self.plan, self.longer)
        plan, baseline = (estimate(side.outcome(outcome)).mean for side in sides)
        if self.longer is not None and baseline is not None:
            apart = self.difference(outcome).estimate.mean
            plan = None if apart is None else baseline + apart
        return math.nan if plan is None else plan, math.nan if baseline is None else baseline

    def mean_totals(self, name: str) -> tuple[float, float]:
        """Return the mean of a total of a replication with the plan, and without; as `means`.

        Raises
        ------
        KeyError
            If there is no such total.
        """
        plan, baseline = (float(side.totals[name].mean()) for side in self._sides)
        if self.longer is None:
            return plan, baseline
        better = float(self.longer.totals[name].mean())
        return better + (plan - baseline), better

    def course(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the bands of a daily outcome with the plan, and without; as `means` has them.

        Raises
        ------
        KeyError
            If it was not asked for.
        """
        plan, baseline = (side.bands[name] for side in self._sides)
        if self.longer is None:
            return plan, baseline
        better = self.longer.bands[name]
        move = better["mean"] + self.bands[name]["mean"] - plan["mean"]
        levels = [column for column in plan.columns if column not in ("half_width", "n")]
        return plan.assign(**{column: plan[column] + move for column in levels}), better

    def table(self) -> pd.DataFrame:
        """Return `means` of plan and baseline, and the difference with its interval, by outcome.

        The difference is over the `n` futures in which both have the outcome; so it need not be
        that of the two means, each of which is over its own.
        """
        rows = {}
        for name in (outcome.name for outcome in outcomes.SUMMARY):
            apart = self.difference(name).estimate
            known = (math.nan if each is None else each for each in (apart.mean, apart.half_width))
            rows[name] = (*self.means(name), *known, apart.n)
        columns = ["plan", "baseline", "difference", "half_width", "n"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def leakage(self) -> pd.DataFrame:
        """Return the rows of the table that say where the value went, from ideal to realised.

        What was lost, by cause, and the realised value add up to the ideal value.
        """
        return self.table().loc[list(LEAKAGE)]

    @property
    def chance(self) -> Share:
        """In how many futures the plan is worth more than nothing, with the interval of that."""
        return self.difference("npv").higher

    @property
    def unknown(self) -> Unknown | None:
        """What of the spread is what nobody knows; None without draws, or if it is not told."""
        if self.over is None:
            return None
        return unknown_of(self.difference("npv").values, self.over.again)

    def sentence(self) -> str:
        """Return what the plan is worth, and in how many futures it pays for itself.

        Over draws, first at the values as set, then over what the organisation may be.
        """
        if self.over is None or self.is_of_baseline:
            return f"{self.verdict().text}\n{self.payback()}".strip()
        as_set = self.over.as_set.verdict().text
        both = over_in_words(as_set, self.over_in_words(), self.unknown)
        return "\n".join(filter(None, (both, settling_in_words(self.settles))))

    def over_in_words(self, plan: str = "it") -> str:
        """Return how often a plan pays over draws, and what it is worth: average, middle, range."""
        paid = formats.count_of(self.chance.count, self.chance.n)
        mean = Difference.of("npv", self.finance.npv)
        average = mean.text if mean.is_told else mean.interval
        # A few organisations of great worth make much of the average.
        middle = formats.money(float(np.median(self.difference("npv").values)), signed=True)
        return (
            f"{plan} pays in {paid} futures, {average} on average, {middle} or more in half of"
            f" them, {formats.money_interval(*self.percentiles)} in nine of ten."
        )

    def verdict(
        self, subject: Subject = THIS_PLAN, *, worth: str = "", interval: str = ""
    ) -> Sentence:
        """Return what a plan is worth, that it loses, or that it cannot be told.

        Parameters
        ----------
        subject
            What the plan is called.
        worth
            The worth in words, with its sign; by default it has the digits that are known.
        interval
            The interval of the average in words, which stands where that cannot be told from zero.
        """
        if self.is_of_baseline:
            return Sentence(f"{IS_BASELINE}: nothing in the plan departs from it.", "", "")
        npv = Difference.of("npv", self.finance.npv)
        span = f"over {formats.span(self.finance.horizon_days)}"
        futures = formats.plural(self.replications, "future")
        if self.is_worth_nothing:
            every = formats.count_of(self.replications, self.replications)
            before = f"{capitalised(subject.name)} {subject.are} worth "
            after = f" {span}: {every} futures end as the baseline does."
            return Sentence(before, npv.text, after)
        if not npv.is_told:
            before = f"After {futures} {subject.name} cannot be told from the baseline: "
            # Of one future there is no interval.
            known = npv.text if npv.interval == formats.NOTHING else interval or npv.interval
            return Sentence(before, known, " on average.")
        figure = worth or npv.text
        if npv.mean > 0.0:
            return worth_in_words(subject, figure, self.finance.horizon_days)
        loss = self.finance.loss
        below = f"{formats.count_of(loss.count, loss.n)} futures end below the baseline."
        return Sentence(
            f"{capitalised(subject.name)} {subject.lose} ",
            figure.lstrip(formats.MINUS),
            f" {span}. {below}",
        )

    def payback(self, subject: Subject = THIS_PLAN) -> str:
        """Return in how many futures a plan pays for itself, and when.

        Nothing of a baseline, and of a plan that is worth as much: nothing is to be paid back.
        """
        if self.is_of_baseline or self.is_worth_nothing:
            return ""
        within = formats.span(self.finance.horizon_days)
        paid = self.paid_back
        told = f"{subject.they_pay} in {paid.count} futures within {within}{paid.typically}"
        return f"{told}{paid.as_baseline}."

    @property
    def paid_back(self) -> PaidBack:
        """In how many futures the plan pays back, and when the middle one does."""
        return PaidBack.of(self.finance)

    @property
    def percentiles(self) -> tuple[float, float]:
        """The 5th and the 95th percentile of the difference of net present value, in $ of day 0."""
        # Of single futures: the interval of their mean is narrower. Net present value exists in
        # every one.
        low, high = np.quantile(self.difference("npv").values, NINE_OF_TEN)
        return float(low), float(high)

    def tables(self) -> tuple[Table, ...]:
        """Return the key figures, the finance view, and the outcomes of both sides by future.

        The latter two are kept, but not shown.
        """
        headings = ("Average per future", "baseline", "plan")
        over = () if self.over is None else (over_table({"plan": self}),)
        return (
            *over,
            self.key_figures(FIGURES_OF_TABLE, headings),
            self._finance_table(),
            Table("plan", numbers=self.plan.summaries),
            Table("baseline", numbers=self.baseline.summaries),
        )

    def key_figures(self, names: Sequence[str], headings: tuple[str, str, str]) -> Table:
        """Return baseline, plan and difference with its interval, an outcome a row.

        Parameters
        ----------
        names
            Of outcomes that are among the key figures.
        headings
            Of the table, of the baseline and of the plan.

        Raises
        ------
        KeyError
            If an outcome is none of them.
        """
        first, *others = headings
        figures = self._figures
        return Table(
            "figures",
            (*words(first), *numbers(*others, "difference", INTERVAL)),
            [Row((LABELS[name], *_cells(name, figures[name]))) for name in names],
            numbers=self.table,
        )

    def _finance_table(self) -> Table:
        view = self.finance
        npv = Difference.of("npv", view.npv)
        investment = Difference.of("discounted_investment", view.investment)
        whole = Difference.of("discounted_investment", view.whole_cost)
        on_paid, on_whole_cost = returns_of(view)
        span = formats.span(view.horizon_days)
        rows = (
            (LABELS["npv"], npv.text, npv.interval),
            (PAID, investment.text, investment.interval),
            (WHOLE_COST, whole.text, whole.interval),
            (f"Return per $ {ON_PAID}", *return_in_words(*on_paid)),
            (f"Return per $ {ON_WHOLE_COST}", *return_in_words(*on_whole_cost)),
            (f"Payback within {span}, median", self.paid_back.when, ""),
            ("No payback in the time", *chance(view.never)),
            ("Loss", *chance(view.loss)),
            ("5th to 95th percentile", formats.money_interval(*self.percentiles), ""),
        )
        columns = (*words("Plan against baseline"), *numbers("", INTERVAL))
        return Table("finance", columns, [Row(cells) for cells in rows])

    def notes(self) -> str:
        """Return what the figures leave out."""
        plan = self.plan.scenario
        read = CAUTION if self.over is None else CAUTION_OVER
        return "\n".join(filter(None, (team_caution(plan), size_caution(plan), read)))

    def to_json(self) -> dict[str, Any]:
        """Return scenarios, figures and finance view as plain data."""
        return {
            "version": simulator_version(),
            "seed": self.plan.seed,
            "replications": self.replications,
            "plan": self.plan.scenario.model_dump(mode="json", exclude_none=True),
            "baseline": self.baseline.scenario.model_dump(mode="json", exclude_none=True),
            "figures": {
                name: {
                    **{key: _or_none(value) for key, value in figure.items()},
                    "n": int(figure["n"]),
                }
                for name, figure in self._figures.items()
            },
            "finance": self.finance_as_json(),
            **({} if self.over is None else self.over_as_json(self.over)),
        }

    def over_as_json(self, over: Over[Comparison]) -> dict[str, Any]:
        """Return what it has over draws besides as plain data."""
        return {
            "at_the_values_as_set": over.as_set.finance_as_json(),
            "pays": asdict(self.chance),
            "nine_of_ten": list(self.percentiles),
            **unknown_as_json(self.unknown),
            "worth_finding_out": settling_as_json(self.settles),
        }

    def finance_as_json(self) -> dict[str, Any]:
        """Return the finance view as plain data."""
        view = self.finance
        return {
            "horizon_days": view.horizon_days,
            "npv": asdict(view.npv),
            "investment": asdict(view.investment),
            "return_on_investment": view.return_on_investment,
            "return_interval": view.return_interval,
            "whole_cost": asdict(view.whole_cost),
            "return_on_whole_cost": view.return_on_whole_cost,
            "whole_cost_interval": view.whole_cost_interval,
            "loss": asdict(view.loss),
            "may_happen": self.percentiles,
            "median_payback_day": _or_none(view.median_payback_day),
            "never": asdict(view.never),
        }

    @cached_property
    def _figures(self) -> dict[str, dict[str, float]]:
        """The rows of `table` by outcome."""
        return {
            str(name): {str(key): float(value) for key, value in row.items()}
            for name, row in self.table().iterrows()
        }

    @property
    def _sides(self) -> tuple[Ensemble, Ensemble]:
        return self.plan, self.baseline


def over_table(comparisons: Mapping[str, Comparison]) -> Table:
    """Return comparisons over draws beside those at the values as set, by name of the plan."""
    rows = []
    for name, drawn in comparisons.items():
        assert drawn.over is not None
        for where, each in (("as set", drawn.over.as_set), ("over what it may be", drawn)):
            npv = Difference.of("npv", each.finance.npv)
            pays = formats.count_of(each.chance.count, each.chance.n)
            nine_of_ten = formats.money_interval(*each.percentiles)
            label = capitalised(where) if len(comparisons) == 1 else f"{printable(name)}, {where}"
            rows.append(Row((label, npv.text, npv.interval, nine_of_ten, pays)))
    headings = numbers("average", INTERVAL, "nine of ten", "pays")
    return Table("over", (*words("Worth of the plan"), *headings), rows)


def _apart(plan: Floats, baseline: Floats) -> Floats:
    """Return the paired differences of an outcome."""
    return without_rounding(plan - baseline, np.abs(baseline))


def _cells(name: str, figure: Mapping[str, float]) -> tuple[str, str, str, str]:
    difference = Difference(name, figure["difference"], figure["half_width"])
    baseline, plan = (_level(name, figure[key], difference) for key in ("baseline", "plan"))
    return baseline, plan, difference.text, difference.interval


def _level(name: str, value: float, difference: Difference) -> str:
    """Return an average; money with as many digits as its difference has."""
    if math.isnan(value):
        return formats.NOTHING
    unit = OUTCOMES[name].unit
    if unit.startswith("$"):
        return formats.money(value, half_width=difference.half_width)
    return formats.share(value) if unit == "share" else formats.average(value)


def _or_none(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
