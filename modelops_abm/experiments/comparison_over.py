"""A plan against its baseline at the values as set, and over what the organisation may be.

Every draw is run with two lucks, and plan and baseline share draw and luck. So the spread of what a
plan is worth is split by the law of total variance: what differs between two futures of the same
organisation is chance, and the rest is what nobody knows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any, Unpack

import numpy as np

from modelops_abm import formats
from modelops_abm.experiments.comparison import Comparison
from modelops_abm.experiments.comparison_runs import Settings, compare
from modelops_abm.experiments.draws import Draws
from modelops_abm.experiments.running import refuses_unknown
from modelops_abm.experiments.statistics import Estimate, Floats, Share, estimate, share
from modelops_abm.experiments.words import INTERVAL, Difference
from modelops_abm.representation import Reported, Row, Table, numbers, words
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.words import size_caution, team_caution

LUCKS = 2
"""Futures of each draw: what differs between them is chance."""
_NINE_OF_TEN = (0.05, 0.95)


@dataclass(frozen=True, repr=False)
class ComparisonOver(Reported):
    """A plan against its baseline, at the values as set and over draws.

    Attributes
    ----------
    at
        At the values as set: luck only.
    over
        Over draws, `LUCKS` futures of each in turn.
    """

    at: Comparison
    over: Comparison

    @property
    def chance(self) -> Share:
        """Chance that the plan pays, over draws and luck."""
        return chance_of_paying(self.over)

    @property
    def unknown(self) -> float | None:
        """Share of the spread that is what nobody knows; the rest is chance. None without spread.

        An estimate from few draws may lie outside of 0 to 1, and is cut there.
        """
        return unknown_share(self.over.difference("npv").values)

    @property
    def average(self) -> Estimate:
        """Average worth of the plan over draws, in $ of day 0; its interval counts each once."""
        # Futures of the same draw are alike, and tell less than as many of different ones.
        return estimate(self.over.difference("npv").values.reshape(-1, LUCKS).mean(axis=1))

    @property
    def range(self) -> tuple[float, float]:
        """The 5th and the 95th percentile of what the plan is worth, in $ of day 0."""
        low, high = np.quantile(self.over.difference("npv").values, _NINE_OF_TEN)
        return float(low), float(high)

    def sentence(self) -> str:
        """Return the answer at the values as set, and over what the organisation may be."""
        if self.at.is_of_baseline:
            return self.at.verdict().text
        paid = formats.count_of(self.chance.count, self.chance.n)
        mean = Difference.of("npv", self.average)
        average = mean.text if mean.is_told else f"between {mean.interval}"
        over = (
            f"Over what the organisation may be it pays in {paid} futures:"
            f" {average} on average, {formats.money_interval(*self.range)} in nine of ten."
        )
        split = ""
        if self.unknown is not None:
            known = formats.share(1.0 - self.unknown, 0)
            split = (
                f"Of the spread, {formats.share(self.unknown, 0)} is what nobody knows, and {known}"
                " is chance."
            )
        return "\n".join(filter(None, (f"As set: {self.at.verdict().text}", over, split)))

    def tables(self) -> tuple[Table, ...]:
        """Return the answer at the values as set beside that over draws; then those of `over`."""
        rows = []
        both = (
            ("As set", self.at, self.at.finance.npv),
            ("Over what it may be", self.over, self.average),
        )
        for name, each, known in both:
            npv = Difference.of("npv", known)
            paying = chance_of_paying(each)
            ends = np.quantile(each.difference("npv").values, _NINE_OF_TEN)
            pays = formats.count_of(paying.count, paying.n)
            cells = (name, npv.text, npv.interval, formats.money_interval(*ends), pays)
            rows.append(Row(cells))
        columns = (
            *words("Worth of the plan"),
            *numbers("average", INTERVAL, "nine of ten", "pays"),
        )
        own = Table("over", columns, rows)
        return (own, *self.over.tables())

    def notes(self) -> str:
        """Return how the tables are to be read, and what they leave out."""
        plan, draws = self.over.plan.scenario, self.over.replications // LUCKS
        read = (
            f"The tables after the first are over {draws:,} draws of the organisation, with"
            f" {LUCKS} futures each; their intervals take futures for independent, and may be up to"
            " 1.4 times too narrow."
        )
        return "\n".join(filter(None, (team_caution(plan), size_caution(plan), read)))

    def to_json(self) -> dict[str, Any]:
        """Return both comparisons, the chance that the plan pays, and the split of the spread."""
        low, high = self.range
        return {
            **self.over.to_json(),
            "at_the_values_as_set": self.at.finance_as_json(),
            "pays": asdict(self.chance),
            "nine_of_ten": [low, high],
            "unknown_share": self.unknown,
        }


@refuses_unknown
def compare_over(
    plan: Scenario,
    organisations: Draws,
    *,
    baseline: Scenario | None = None,
    **settings: Unpack[Settings],
) -> ComparisonOver:
    """Compare a plan with its baseline at the values as set, and over draws with two lucks each.

    Parameters
    ----------
    plan, baseline
        As `compare` has them.
    organisations
        Draws of what the organisation may be; each is run with `LUCKS` lucks, and as many futures
        are run at the values as set.
    settings
        As `compare` has them. A store keeps what is run at the values as set.

    Raises
    ------
    Cancelled, InputError, ValueError
        As `compare` does.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> from modelops_abm.experiments import draws_of
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> found = compare_over(plan, draws_of(plan, 20))
    >>> found.over.replications, found.at.replications
    (40, 40)
    """
    count = LUCKS * len(organisations)
    at = compare(plan, count, baseline=baseline, **settings)
    over = settings.copy()
    over["draws"] = repeated(organisations)
    # As many of each as there are: a comparison that stops early would have half a draw.
    over["half_width"] = None
    return ComparisonOver(at, compare(plan, count, baseline=baseline, **over))


def repeated(draws: Draws, lucks: int = LUCKS) -> Draws:
    """Return draws of which each comes so many times in turn, from number 0 on."""
    columns = {name: np.repeat(column, lucks) for name, column in draws.columns.items()}
    for column in columns.values():
        column.flags.writeable = False
    return replace(draws, columns=MappingProxyType(columns), first=0)


def chance_of_paying(comparison: Comparison) -> Share:
    """Return in how many futures a plan is worth more than nothing, as a chance.

    Futures of the same draw are not independent; the interval counts each draw once.
    """
    values = comparison.difference("npv").values
    paying = share(int((values > 0.0).sum()), len(values))
    if comparison.plan.draws is None:
        return paying
    draws = share(round(paying.share * len(values) / LUCKS), len(values) // LUCKS)
    return replace(paying, low=draws.low, high=draws.high)


def unknown_share(values: Floats) -> float | None:
    """Return which share of the variance lies between draws, of `LUCKS` values of each in turn.

    >>> unknown_share(np.array([1.0, 1.0, 3.0, 3.0]))
    1.0
    >>> unknown_share(np.array([1.0, 3.0, 1.0, 3.0]))
    0.0
    """
    pairs = values.reshape(-1, LUCKS)
    if len(pairs) < 2 or np.ptp(values) == 0.0:
        return None
    within = float(pairs.var(axis=1, ddof=1).mean())
    # The mean of a draw has the variance between draws, and a part of that within.
    between = max(float(pairs.mean(axis=1).var(ddof=1)) - within / LUCKS, 0.0)
    return between / (between + within)
