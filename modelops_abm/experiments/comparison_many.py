"""Several plans side by side: which is the best, or which may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.comparison import Comparison, over_table
from modelops_abm.experiments.spread import over_in_words
from modelops_abm.experiments.statistics import PairedDifference, Ranking, estimate, rank
from modelops_abm.experiments.words import CAUTION, CAUTION_OVER, INTERVAL, Difference, chance
from modelops_abm.representation import Column, Reported, Row, Table, numbers, plain_rows, words
from modelops_abm.runs.results import Ensemble
from modelops_abm.scenario.words import size_caution, team_caution
from modelops_abm.text import all_of, printable


@dataclass(frozen=True, repr=False)
class SideBySide(Reported):
    """Several plans and one baseline over the same replications.

    Attributes
    ----------
    baseline
        Name of the scenario that the others are compared with.
    comparisons
        Every other scenario against it, by name, in the order in which they were given.

    See Also
    --------
    side_by_side : gives it, and has an example.
    """

    baseline: str
    comparisons: Mapping[str, Comparison]

    @property
    def replications(self) -> int:
        """Number of replications that all scenarios share."""
        return next(iter(self.comparisons.values())).replications

    @property
    def ensembles(self) -> dict[str, Ensemble]:
        """The ensemble of every scenario, the baseline first."""
        first = next(iter(self.comparisons.values())).baseline
        plans = {name: comparison.plan for name, comparison in self.comparisons.items()}
        return {self.baseline: first, **plans}

    def difference(self, outcome: str, one: str, other: str) -> PairedDifference:
        """Return an outcome of one scenario less that of another, the baseline or not.

        Raises
        ------
        KeyError
            If there is no such outcome or scenario.
        """
        first, second = (self.ensembles[name].outcome(outcome) for name in (one, other))
        return PairedDifference(first - second)

    def ranking(self, outcome: str = "npv") -> Ranking[str]:
        """Return all scenarios by an outcome, the highest first, and which may be the highest.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        names = list(self.ensembles)
        samples = [self.ensembles[name].outcome(outcome) for name in names]
        return rank(names, np.array(samples))

    def pairs(self, outcome: str = "npv") -> pd.DataFrame:
        """Return how every scenario fares against every other in an outcome, a pair a row.

        Each pair comes once, the one with the higher mean first. Columns: `mean` difference and
        `half_width` of its 95 % interval; `beats`, the share of the futures in which the first has
        the higher outcome, with its interval `beats_low` to `beats_high`; `n` that count.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        # The interval of each pair holds by itself. Which is the best is for `ranking` to say,
        # which allows for there being many.
        rows = {
            (one, other): self.difference(outcome, one, other)
            for one, other in combinations(self.ranking(outcome).order, 2)
        }
        return pd.DataFrame(
            [
                (paired.estimate.mean, paired.estimate.half_width, *_higher(paired))
                for paired in rows.values()
            ],
            index=pd.MultiIndex.from_tuples(rows, names=["one", "other"]),
            columns=["mean", "half_width", "beats", "beats_low", "beats_high", "n"],
            dtype=float,
        )

    def table(self, outcome: str = "npv") -> pd.DataFrame:
        """Return how every scenario fares in an outcome of the run summary, one a row.

        Columns: mean and half the width of its interval; the same of the difference to the
        baseline; the share of the replications that beat it with its interval (all NaN for the
        baseline itself); and for how many replications the difference exists.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        rows = {name: self._row(outcome, name) for name in self.ensembles}
        columns = ["mean", "half_width", "difference", "difference_half_width",
                   "beats", "beats_low", "beats_high", "n"]  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=float)

    @property
    def as_set(self) -> SideBySide | None:
        """The same at the values as set, if it is over draws."""
        alone = {
            name: each.over.as_set
            for name, each in self.comparisons.items()
            if each.over is not None
        }
        return SideBySide(self.baseline, alone) if alone else None

    def sentence(self) -> str:
        """Return which scenario is the best, or which may be; over draws, also as set."""
        if (as_set := self.as_set) is None:
            return self._best_in_words()
        best = next(name for name in self.ranking().order if name != self.baseline)
        over = self._best_in_words()
        return over_in_words(as_set.sentence(), over, self.comparisons[best].unknown)

    def _best_in_words(self) -> str:
        ranking = self.ranking()
        names = [printable(name) for name in ranking.may_be_best]
        first, *rest = ranking.order
        if not ranking.is_decided:
            futures = formats.plural(self.replications, "future")
            return (
                f"After {futures} the best cannot be told: with 95{formats.NARROW_SPACE}%"
                f" confidence it is among {all_of(names)}."
            )
        ahead = Difference.of("npv", self.difference("npv", first, rest[0]).estimate)
        size = ahead.text.lstrip("+")
        if first == self.baseline:
            return f"No plan is worth it: the baseline is ahead of the best of them by {size}."
        return f"{names[0]} is the best, ahead of {printable(rest[0])} by {size} on average."

    def tables(self) -> tuple[Table, ...]:
        """Return the scenarios, the pairs of them, and net present value by future."""
        plans = Table("npv", *self._plans_in_words(), numbers=self.table)
        pairs = Table("pairs", *self._pairs_in_words(), numbers=self.pairs)
        over = () if self.as_set is None else (over_table(self.comparisons),)
        return *over, plans, pairs, Table("npv-by-future", numbers=self._npv_by_future)

    def _plans_in_words(self) -> tuple[tuple[Column, ...], list[Row]]:
        headings = ("NPV", "against baseline", INTERVAL, "ahead in", "payback")
        levels, ranking = self.table("npv")["mean"], self.ranking()
        rows = [
            Row(
                (
                    printable(name),
                    formats.money(float(levels[name])),
                    *self._against_in_words(name),
                ),
                is_strong=name in ranking.may_be_best,
            )
            for name in ranking.order
        ]
        return (*words("Scenario"), *numbers(*headings)), rows

    def _against_in_words(self, name: str) -> tuple[str, str, str, str]:
        if name == self.baseline:
            return "", "", "", ""
        comparison = self.comparisons[name]
        worth = Difference.of("npv", comparison.finance.npv)
        difference = comparison.difference("npv")
        ahead = formats.count_of(difference.higher.count, difference.higher.n)
        return worth.text, worth.interval, ahead, comparison.paid_back.when

    def _pairs_in_words(self) -> tuple[tuple[Column, ...], list[Row]]:
        if len(self.comparisons) < 2:  # the pair stands among the scenarios
            return (), []
        rows = []
        for one, other in self.pairs("npv").index:
            paired = self.difference("npv", one, other)
            difference = Difference.of("npv", paired.estimate)
            pair = f"{printable(one)} / {printable(other)}"
            rows.append(Row((pair, difference.text, difference.interval, *chance(paired.higher))))
        headings = ("difference", INTERVAL, "ahead in", INTERVAL)
        return (*words("One against the other"), *numbers(*headings)), rows

    def _npv_by_future(self) -> pd.DataFrame:
        return pd.DataFrame(
            {name: each.summaries()["npv"] for name, each in self.ensembles.items()}
        )

    def notes(self) -> str:
        """Return what the figures leave out."""
        cautions = {
            name: size_caution(each.plan.scenario) for name, each in self.comparisons.items()
        }
        sizes = [f"{printable(name)}: {caution}" for name, caution in cautions.items() if caution]
        plans = (each.plan.scenario for each in self.comparisons.values())
        teams = dict.fromkeys(filter(None, map(team_caution, plans)))
        return "\n".join((*teams, *sizes, CAUTION if self.as_set is None else CAUTION_OVER))

    def to_json(self) -> dict[str, Any]:
        """Return scenarios, figures, pairs and finance views as plain data."""
        ranking = self.ranking()
        return {
            "version": simulator_version(),
            "seed": next(iter(self.ensembles.values())).seed,
            "replications": self.replications,
            "scenarios": {
                name: each.scenario.model_dump(mode="json", exclude_none=True)
                for name, each in self.ensembles.items()
            },
            "npv": _rows(self.table("npv")),
            "pairs": [
                {"one": one, "other": other, **row}
                for (one, other), row in _rows(self.pairs("npv")).items()
            ],
            "finance": {
                name: comparison.finance_as_json() for name, comparison in self.comparisons.items()
            },
            "order": list(ranking.order),
            "may_be_best": list(ranking.may_be_best),
            **({} if self.as_set is None else {"over": self._over_as_json()}),
        }

    def _over_as_json(self) -> dict[str, Any]:
        return {
            name: each.over_as_json(each.over)
            for name, each in self.comparisons.items()
            if each.over is not None
        }

    def _row(self, outcome: str, name: str) -> tuple[float | None, ...]:
        own = estimate(self.ensembles[name].outcome(outcome))
        if name == self.baseline:
            return own.mean, own.half_width, None, None, None, None, None, None
        difference = self.comparisons[name].difference(outcome)
        paired = difference.estimate
        return own.mean, own.half_width, paired.mean, paired.half_width, *_higher(difference)


def _higher(paired: PairedDifference) -> tuple[float, float, float, int]:
    """Return how often the first is higher: share, its interval, and the futures that count."""
    higher = paired.higher
    return higher.share, higher.low, higher.high, higher.n


def _rows(table: pd.DataFrame) -> dict[Any, dict[str, float | None]]:
    """Return the rows of a table of numbers by its index, None for NaN."""
    return dict(zip(table.index, plain_rows(table.astype(float)), strict=True))
