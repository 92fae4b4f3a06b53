"""What an optimisation found: the efficient frontier, the finalists, and what to recommend.

First the frontier, of alternatives that no other beats in both of two respects. Then the result:
what it says is made of the measured numbers alone, and of fresh futures, as the search flatters
what it chose. Last, how a search went.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.optimisation_over import OverBelief
from modelops_abm.experiments.optimisation_search import Limits, Measured, spend_of, worst_of
from modelops_abm.experiments.optimisation_words import (
    against_nothing,
    budget_in_full,
    budget_in_words,
    in_short,
    interval_of,
    known_to,
    road_map_in_words,
    size_of,
    with_error,
)
from modelops_abm.experiments.road_maps import Decisions, RoadMap, nothing_of, road_map_of
from modelops_abm.experiments.statistics import Estimate, PairedDifference, Ranking, rank
from modelops_abm.experiments.words import CAUTION, INTERVAL, known_money
from modelops_abm.representation import Reported, Represented, Row, Table, numbers, words
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import Scenario
from modelops_abm.text import all_of


def frontier[Alternative](
    alternatives: Sequence[Alternative],
    cost: Callable[[Alternative], float],
    value: Callable[[Alternative], float],
) -> list[Alternative]:
    """Return the alternatives that are worth more than every one that costs as much or less.

    Parameters
    ----------
    alternatives
        What there is to choose from.
    cost, value
        What each costs, and what it is worth.

    Returns
    -------
    list
        The cheapest first, each worth more than the one before. Of equal ones, the first given.
    """
    best = -np.inf
    efficient: list[Alternative] = []
    # Of equal cost the most valuable first, which then shuts out the others.
    for each in sorted(alternatives, key=lambda each: (cost(each), -value(each))):
        if value(each) > best:
            best = value(each)
            efficient.append(each)
    return efficient


def spread_out[Alternative](
    efficient: Sequence[Alternative], cost: Callable[[Alternative], float], most: int
) -> list[Alternative]:
    """Return so many alternatives at most, ends included, as evenly over the cost as may be."""
    if len(efficient) <= most:
        return list(efficient)
    costs = np.array([cost(each) for each in efficient])
    aims = np.linspace(costs[0], costs[-1], most)
    places = {int(np.argmin(np.abs(costs - aim))) for aim in aims}
    return [efficient[place] for place in sorted(places)]


# --------------------------------------------------------------------------------------
# The result of an optimisation: finalists, the frontier, and the road map to recommend.
#
# What it says is made of the measured numbers alone.


LAST_PART = 0.25
"""Part of the trials in which a search that has settled finds nothing better."""


@dataclass(frozen=True, repr=False)
class Finalist(Represented):
    """A road map that was measured again in fresh futures.

    Attributes
    ----------
    searched
        What the search saw of it: too good if chance has helped to choose it.
    rechecked
        What it does in futures that had no part in the search.
    """

    searched: Measured
    rechecked: Measured

    @property
    def road_map(self) -> RoadMap:
        """The road map."""
        return self.rechecked.road_map


@dataclass(frozen=True, repr=False)
class Searched(Represented):
    """How the search went.

    Attributes
    ----------
    tried
        Number of different road maps that it measured.
    best_came
        Which of them in their order was the best within the budget, from 1.
    neighbours, unseen_neighbours
        How many road maps differ from that one in one thing, and how many of them it left out.
    affordable
        How many that do anything are within the budget, as far as a few futures tell.
    cheapest
        The one of those that do anything that spends least, in its dearest year or, under a limit,
        of what that leaves least room for (`Measured.tightest`); None without any.
    """

    tried: int
    best_came: int
    neighbours: int
    unseen_neighbours: int
    affordable: int
    cheapest: Measured | None

    @property
    def is_settled(self) -> bool:
        """Whether its last quarter found nothing better, and nothing near the best is unseen."""
        return self.best_came <= (1.0 - LAST_PART) * self.tried and not self.unseen_neighbours


@dataclass(frozen=True, repr=False)
class Confirmed(Represented):
    """The recommended road map in futures that had no part in finding or choosing it.

    Attributes
    ----------
    recommended, plan
        It, and the plan that was given, against doing nothing.
    """

    recommended: Measured
    plan: Measured


@dataclass(frozen=True, repr=False)
class Optimised(Reported):
    """What was found for a plan.

    Attributes
    ----------
    decisions
        The road maps that were open, and the plan.
    budget_per_year
        What may be spent beyond doing nothing in a year on average, in $; None for any amount.
    seed
        Of the random numbers and of the search.
    search
        How the search went.
    is_complete
        Whether these are all there are, and every one that may be the best is a finalist.
    confidence
        With which the re-check holds the best finalist among those that may be: 95 %; more with
        `is_complete`, so that over all rounds together it is 95 % for the best of all.
    finalists
        Those measured again, the plan and doing nothing among them; highest worth first.
    confirmed
        The worth of the recommended one, and of the plan, in futures that decided nothing: what the
        re-check says of it may owe something to chance, which has helped to choose it.
    levels
        How the levels of the recommended one rise: capabilities x days, mean over futures.
    capital
        What may be spent on capital in all, in $; None for any amount.
    capital_chance
        In which share of the futures that holds; None if on average.
    over
        If it is over draws of what the organisation may be: what else is known for a decision. The
        finalists are then told by futures that chose none of them.

    See Also
    --------
    optimise : gives it, and has an example.
    """

    decisions: Decisions
    budget_per_year: float | None
    seed: int
    search: Searched
    is_complete: bool
    confidence: float
    finalists: tuple[Finalist, ...]
    confirmed: Confirmed
    levels: Floats
    capital: float | None = None
    capital_chance: float | None = None
    over: OverBelief | None = None

    @property
    def plan(self) -> Scenario:
        """The plan that was given."""
        return self.decisions.plan

    @property
    def recommended(self) -> RoadMap:
        """The road map to recommend, which may be to do nothing."""
        return self.confirmed.recommended.road_map

    @property
    def tried(self) -> int:
        """Number of different road maps that the search measured."""
        return self.search.tried

    @property
    def best(self) -> Measured:
        """The recommended road map, as it was re-checked: the worth that is told of it."""
        return self._rechecked(self.recommended)

    @property
    def given(self) -> Measured:
        """The plan that was given, as it was re-checked."""
        return self._rechecked(road_map_of(self.plan))

    @property
    def gain(self) -> PairedDifference:
        """The net present value of the recommended road map less that of the plan, re-checked."""
        # Both were re-checked in the same futures.
        return PairedDifference(self.best.gains - self.given.gains)

    def replications_to_tell(self, measured: Measured) -> int | None:
        """Return about how many replications tell whether a finalist is within the budget.

        None if that is known, or more than can be said.
        """
        if measured.fit(*self.limits) != "not known":
            return None
        spent = measured.tightest(*self.limits)
        apart = abs(measured.excess(*self.limits))
        # Spending is measured in a part of the futures, so n of these stand for all replications.
        needed = spent.replications_for(apart) if apart > 0.0 else None
        return None if needed is None else math.ceil(needed * self.replications / spent.n)

    @property
    def limits(self) -> Limits:
        """What may be spent in a year, and on capital in all, and how surely."""
        return self.budget_per_year, self.capital, self.capital_chance

    @property
    def has_budget(self) -> bool:
        """Whether there is any limit to what may be spent."""
        return (self.budget_per_year, self.capital) != (None, None)

    def measured(self, road_map: RoadMap) -> Measured:
        """Return what a finalist does in fresh futures: the worth that is told of it.

        Raises
        ------
        StopIteration
            If it is none of the finalists.
        """
        return self._rechecked(road_map)

    def _rechecked(self, road_map: RoadMap) -> Measured:
        return next(each.rechecked for each in self.finalists if each.road_map == road_map)

    @property
    def replications(self) -> int:
        """Number of fresh futures of each finalist."""
        return len(self.confirmed.recommended.gains)

    @property
    def ranking(self) -> Ranking[RoadMap]:
        """The finalists within the budget by their worth, and which may be the best."""
        return ranking_of(self.within_budget, self.confidence)

    @property
    def within_budget(self) -> tuple[Finalist, ...]:
        """The finalists that are known to be within the budget."""
        return tuple(each for each in self.finalists if each.rechecked.is_within(*self.limits))

    def frontier(self, *, downside: bool = False) -> list[Finalist]:
        """Return the finalists within the budget that none beats for the same spending.

        Parameters
        ----------
        downside
            Whether beaten in the worst 5 % of futures, not on average.
        """
        return frontier(
            self.within_budget,
            lambda each: spend_of(each.rechecked),
            lambda each: worst_of(each.rechecked) if downside else each.rechecked.mean_gain,
        )

    def table(self) -> pd.DataFrame:
        """Return the finalists, one a row, with how their worth is known, spending and risk.

        Worth is in $ of day 0, spending and capital in $ as they are paid; `..._half_width` is half
        of a 95 % interval.
        """
        ranking = self.ranking
        plan, nothing = road_map_of(self.plan), nothing_of(self.plan)
        efficient = {each.road_map for each in self.frontier()}
        safe = {each.road_map for each in self.frontier(downside=True)}
        rows = [
            {
                **steps_of(each.road_map),
                "is_plan": each.road_map == plan,
                "is_nothing": each.road_map == nothing,
                "is_recommended": each.road_map == self.recommended,
                "is_within_budget": each in self.within_budget,
                "budget": each.rechecked.fit(*self.limits),
                "may_be_best": each.road_map in ranking.may_be_best,
                "on_frontier": each.road_map in efficient,
                "on_downside_frontier": each.road_map in safe,
                **_columns("searched", each.searched.worth.estimate),
                **_columns("worth", each.rechecked.worth.estimate),
                **_columns("worst_5_percent", each.rechecked.downside),
                "share_that_loses": float(np.mean(each.rechecked.gains < 0.0)),
                **_columns("spend", each.rechecked.total_spend),
                **{
                    name: value
                    for year, spend in enumerate(each.rechecked.yearly_spend, start=1)
                    for name, value in _columns(f"spend_year_{year}", spend).items()
                },
                **self._columns_over(each),
            }
            for each in self.finalists
        ]
        return pd.DataFrame(rows)

    def _columns_over(self, finalist: Finalist) -> dict[str, Any]:
        """Return what is known of a finalist over draws besides; nothing without."""
        if self.over is None:
            return {}
        regret = self.over.regrets.get(finalist.road_map)
        return {
            **_columns("capital", finalist.rechecked.total_capital),
            "is_safe": finalist.road_map == self.over.safe,
            "regret_low": None if regret is None else regret.low,
            "regret_high": None if regret is None else regret.high,
        }

    def sentence(self) -> str:
        """Return what to do, what it is worth, and whether the search has settled."""
        paragraphs = (
            f"{self._recommendation()} {self._worth_in_words()}".strip(),
            self._undecided(),
            self._against_the_plan(),
            self._over_in_words(),
            self.settled_in_words,
        )
        return "\n".join(filter(None, paragraphs))

    def _over_in_words(self) -> str:
        """Return what not knowing the organisation costs, and which road map is safe."""
        if self.over is None:
            return ""
        regret = self.over.regrets[self.recommended]
        known = (
            "Of the organisations that it may be, each has a finalist that suits it best: knowing"
            f" which it is before deciding would be worth {regret.words} on average."
        )
        return f"{known}\n{self.over.safe_in_words(self.measured, self.recommended, self.plan)}"

    def _recommendation(self) -> str:
        """Return the road map to recommend as an instruction."""
        if self.recommended == nothing_of(self.plan):
            return self._nothing()
        told = road_map_in_words(self.recommended, self.plan)
        # By the last futures, as those of the re-check have helped to choose it.
        if self.confirmed.recommended.worth.verdict == "earns":
            return told
        return f"The best that was found may be one by chance: {told[:1].lower()}{told[1:]}"

    def _nothing(self) -> str:
        """Return why to do nothing: nothing is worth it, or nothing is affordable."""
        cheapest = self.search.cheapest
        if not self.has_budget or cheapest is None or self.search.affordable:
            return f"Do nothing: no re-checked road map{self._known_within()} is worth more."
        spent = formats.money(cheapest.tightest(*self.limits).mean or 0.0)
        budget, _ = budget_in_full(*self.limits)
        return (
            f"Nothing can be recommended: of {formats.plural(self.tried - 1, 'road map')} that"
            f" {'is' if self.tried == 2 else 'were'} looked at none is within the budget of"
            f" {budget}. The cheapest, {in_short(cheapest.road_map, self.plan)}, spends {spent}"
            f" {self._of_it}."
        )

    def _worth_in_words(self) -> str:
        """Return what the recommended road map is worth, costs, and what else may be as good."""
        if self.recommended == nothing_of(self.plan):
            return ""
        best = self.best
        span = formats.span(self.plan.horizon_days)
        amount = best.worth.estimate.mean
        spent = with_error(best.total_spend, of=amount)
        dearest = with_error(best.dearest_year, of=amount)
        worth = (
            f"is worth {known_money(best.worth)} ({interval_of(best.worth.estimate)})"
            if best.worth.verdict == "earns"
            else against_nothing(best.worth)
        )
        return (
            f"It {worth} over {span}, and spends {spent}, at most {dearest} in a year on average."
            f" {self.others_in_words}".rstrip()
        )

    def _against_the_plan(self) -> str:
        """Return how the recommended road map does beside the plan that was given."""
        plan, nothing = road_map_of(self.plan), nothing_of(self.plan)
        if plan == nothing:
            return "The plan given does nothing."
        if self.recommended == plan:
            return "It is the plan that was given."
        gain = self.gain
        size = f"{known_money(gain)} ({interval_of(size_of(gain).estimate)})"
        if gain.verdict == "cannot tell yet":
            said = f"It cannot be told from the plan given: {interval_of(gain.estimate)} on average"
        elif gain.verdict == "earns":
            said = f"Against the plan given it is worth {size} more"
        else:
            said = f"Against the plan given it is worth {size} less"
        return f"{said}{self._plan_and_budget()}."

    def _undecided(self) -> str:
        """Return what would be worth more, but may be over the budget; if anything is."""
        better = [
            each.rechecked
            for each in self.finalists
            if each.rechecked.fit(*self.limits) == "not known"
            and each.rechecked.mean_gain > self.best.mean_gain
        ]
        if not better:
            return ""
        first, needed = better[0], self.replications_to_tell(better[0])
        told = (
            ""
            if needed is None
            else f"; about {formats.number(formats.about(needed))} futures would tell"
        )
        return (
            f"Worth more, {known_money(first.worth)}, but not known to be within the budget:"
            f" {in_short(first.road_map, self.plan)}, which spends"
            f" {interval_of(first.tightest(*self.limits))} {self._of_it}{told}."
        )

    @property
    def settled_in_words(self) -> str:
        """Whether the search has settled, by its own evidence; nothing if it saw all."""
        search = self.search
        if search.tried >= self.decisions.size:
            return ""
        tried, near = formats.number(search.tried), formats.number(search.neighbours)
        if search.is_settled:
            last = formats.number(search.tried - search.best_came)
            return (
                f"The search has settled: the last {last} of its {tried} road maps were no better,"
                f" and all {near} that differ from the best in one thing were looked at."
            )
        reasons = []
        if search.best_came > (1.0 - LAST_PART) * search.tried:
            reasons.append(
                f"it came upon its best in the last quarter of the {tried} that it tried"
            )
        if search.unseen_neighbours:
            unseen = formats.count_of(search.unseen_neighbours, search.neighbours)
            reasons.append(
                f"{unseen} road maps that differ from the best in one thing were not looked at"
            )
        return f"The search has not settled: {all_of(reasons)}. More trials may find a better one."

    def _certainty(self) -> str:
        """Return which figures to trust, and why."""
        tried = formats.plural(self.tried, "road map")
        possible = formats.number(self.decisions.size)
        measured = f"all {tried}" if self.is_complete else f"{tried} of {possible} possible"
        share = formats.share(LEVEL, 0)
        among = "all of them" if self.is_complete else "those re-checked"
        among += self._known_within(verb="are")
        if self.over is not None:
            return (
                f"The search measured {measured}, and chance helps to choose the best of many; so a"
                " re-check chose among the finalists, and their worth is told from"
                f" {formats.plural(self.replications, 'future')} more, each with an organisation of"
                f" its own. With {share} confidence the best of {among} is one of those marked."
            )
        return (
            f"The search measured {measured}, and chance helps to choose the best of many: worth is"
            f" told from {formats.plural(self.replications, 'future')} that the search has not"
            f" seen, the re-check. With {share} confidence the best of {among} is one of those"
            f" marked."
            f"{self._last_check()}"
        )

    def _last_check(self) -> str:
        """Return the worth of the recommended one where chance had no part in choosing it."""
        if self.recommended == nothing_of(self.plan):
            return ""
        worth = self.confirmed.recommended.worth
        said = (
            f"was worth {known_money(worth)} ({interval_of(worth.estimate)})"
            if worth.verdict == "earns"
            else against_nothing(worth)
        )
        if self.over is not None:
            return ""
        return f" In as many others, which had no part in any choice, the recommended one {said}."

    @property
    def others_in_words(self) -> str:
        """What the recommended road map cannot be told from, if it is from anything."""
        others = [each for each in self.ranking.may_be_best if each != self.recommended]
        nothing = nothing_of(self.plan)
        if not others:
            confidence = formats.share(LEVEL, 0)
            within = self._known_within()
            return f"With {confidence} confidence no other finalist{within} is better."
        road_maps = [each for each in others if each != nothing]
        names = [formats.plural(len(road_maps), "other finalist")] if road_maps else []
        is_said = self.best.worth.verdict != "earns"
        names += ["doing nothing"] if nothing in others and not is_said else []
        if not names:
            return ""
        where = "re-check" if self.over is None else "last futures"
        return f"In the {where} it cannot be told from {all_of(names)}."

    def _known_within(self, *, verb: str = "is") -> str:
        return f" that {verb} known to be within the budget" if self.has_budget else ""

    @property
    def _of_it(self) -> str:
        return budget_in_full(*self.limits)[1]

    def _plan_and_budget(self) -> str:
        fit = self.given.fit(*self.limits)
        if fit == "within":
            return ""
        return f"; but that plan is {budget_in_words(self.given, fit, *self.limits)} {self._of_it}"

    def tables(self) -> tuple[Table, ...]:
        """Return the finalists, and those of them that are worth most for what they spend.

        Over draws, what else is known of those that matter for a decision comes between.
        """
        over = () if self.over is None else (self._over_table(self.over),)
        return self._finalists_table(), *over, self._frontier_table()

    def _over_table(self, over: OverBelief) -> Table:
        """Return the road maps that matter for a decision, with what they risk and miss."""
        names = {
            self.recommended: "Best on average",
            over.safe: "Safe: the worst 5 % are best",
            over.safe_to_do: "Safe, of those that do something",
            road_map_of(self.plan): "Plan given",
        }
        rows = []
        for road_map in filter(None, names):
            called = [name for each, name in names.items() if each == road_map]
            measured, regret = self.measured(road_map), over.regrets.get(road_map)
            cells = (
                f"{called[0]}: {in_short(road_map, self.plan)}",
                known_money(measured.worth, signed=True),
                formats.money(worst_of(measured), half_width=measured.downside.half_width),
                formats.share(measured.worth.higher.share, 0),
                formats.NOTHING if regret is None else regret.words,
            )
            rows.append(Row(cells, is_strong=road_map == self.recommended))
        columns = numbers("worth", "worst 5 in 100", "pays", "regret")
        return Table(
            "over-belief",
            (*words("Over what it may be"), *columns),
            rows,
            "worst 5 in 100: their mean, CVaR   regret: expected loss against knowing which it is",
        )

    def _finalists_table(self) -> Table:
        known = known_to([each.rechecked.dearest_year for each in self.finalists])
        rows = [
            Row(
                (
                    self._mark(each),
                    self._named(each),
                    *_worth_of(each),
                    formats.money(each.rechecked.dearest_year.mean or 0.0),
                )
            )
            for each in self.finalists
        ]
        return Table(
            "finalists",
            (*words("", "Finalists, against doing nothing"), *numbers("worth", INTERVAL, "a year")),
            rows,
            f"* recommended   · may be the best   a year: in the dearest one{known}",
            numbers=self.table,
        )

    def _mark(self, finalist: Finalist) -> str:
        if finalist.road_map == self.recommended:
            return "*"
        return "·" if finalist.road_map in self.ranking.may_be_best else ""

    def _named(self, finalist: Finalist) -> str:
        """Return a finalist in short, with how it stands to the budget."""
        text = in_short(finalist.road_map, self.plan)
        if finalist.road_map == road_map_of(self.plan) and finalist.road_map.steps:
            text = f"plan given: {text}"
        fit = finalist.rechecked.fit(*self.limits)
        if fit == "within":
            return text
        if fit == "over":  # its cost stands beside it
            return f"{text} (over the budget)"
        return f"{text} ({budget_in_words(finalist.rechecked, fit, *self.limits)})"

    def _frontier_table(self) -> Table:
        efficient = self.frontier()
        known = known_to([each.rechecked.total_spend for each in efficient])
        rows = []
        for each in efficient:
            worst = each.rechecked.downside
            spent = formats.money(each.rechecked.total_spend.mean or 0.0)
            in_worst = formats.money(worst.mean or 0.0, half_width=worst.half_width)
            worth, _ = _worth_of(each)
            road_map = in_short(each.road_map, self.plan)
            rows.append(Row((spent, road_map, worth, in_worst, interval_of(worst))))
        return Table(
            "frontier",
            (
                *numbers("Spent"),
                *words("Most worth for it"),
                *numbers("worth", "worst 5 in 100", "interval"),
            ),
            rows,
            f"Spent: over {formats.span(self.plan.horizon_days)}{known}",
        )

    def notes(self) -> str:
        """Return which figures to trust, and what they leave out."""
        return f"{self._certainty()}\n{CAUTION}"

    def to_json(self) -> dict[str, Any]:
        """Return the recommended road map, how the search went, and the finalists as plain data."""
        return {
            "version": simulator_version(),
            "seed": self.seed,
            "plan": self.plan.model_dump(mode="json", exclude_none=True),
            "road_maps": self.decisions.size,
            "tried": self.tried,
            "is_complete": self.is_complete,
            "confidence": self.confidence,
            "recommended": {
                **steps_of(self.recommended),
                "worth": _plain(self.best.worth.estimate),
                "worst_5_percent": _plain(self.best.downside),
                "spend": _plain(self.best.total_spend),
                "yearly_spend": [_plain(year) for year in self.best.yearly_spend],
                "against_plan": _plain(self.gain.estimate),
                "last_check": _plain(self.confirmed.recommended.worth.estimate),
            },
            "search": {
                "is_settled": self.search.is_settled,
                "best_came": self.search.best_came,
                "neighbours": self.search.neighbours,
                "unseen_neighbours": self.search.unseen_neighbours,
                "affordable": self.search.affordable,
            },
            "finalists": [
                {str(name): value for name, value in row.items() if not _is_nan(value)}
                for row in self.table().to_dict(orient="records")
            ],
            **({} if self.capital is None else {"capital": self.capital}),
            **({} if self.capital_chance is None else {"capital_chance": self.capital_chance}),
            **({} if self.over is None else {"over": self._over_as_json(self.over)}),
        }

    def _over_as_json(self, over: OverBelief) -> dict[str, Any]:
        regret = over.regrets[self.recommended]
        to_do = over.safe_to_do
        return {
            "draws": over.draws,
            "pays": asdict(self.best.worth.higher),
            "regret": asdict(regret),
            "safe": self._with_worth(over.safe),
            "safe_to_do": None if to_do is None else self._with_worth(to_do),
        }

    def _with_worth(self, road_map: RoadMap) -> dict[str, Any]:
        measured = self.measured(road_map)
        return {
            **steps_of(road_map),
            "worth": _plain(measured.worth.estimate),
            "worst_5_percent": _plain(measured.downside),
        }


def _worth_of(finalist: Finalist) -> tuple[str, str]:
    fresh = finalist.rechecked.worth
    return known_money(fresh, signed=True), interval_of(fresh.estimate)


def _plain(estimate: Estimate) -> dict[str, Any]:
    return {"mean": estimate.mean, "half_width": estimate.half_width, "n": estimate.n}


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def searched_of(
    decisions: Decisions,
    found: Sequence[Measured],
    limits: Limits,
) -> Searched:
    """Return how a search went, from what it measured in its order.

    Parameters
    ----------
    decisions
        What could be decided.
    found
        Every road map that was measured, doing nothing among them.
    limits
        What may be spent.
    """
    nothing = nothing_of(decisions.plan)
    within = [each for each in found if each.excess(*limits) <= 0.0]
    doing = [each for each in found if each.road_map != nothing]
    # There is always one: to do nothing spends nothing.
    best = max(within, key=lambda each: each.mean_gain)
    neighbours = set(decisions.neighbours(best.road_map))
    return Searched(
        tried=len(found),
        best_came=1 + next(place for place, each in enumerate(found) if each is best),
        neighbours=len(neighbours),
        unseen_neighbours=len(neighbours - {each.road_map for each in found}),
        affordable=sum(each.excess(*limits) <= 0.0 for each in doing),
        cheapest=min(doing, key=lambda each: each.tightest(*limits).mean or 0.0, default=None),
    )


def steps_of(road_map: RoadMap) -> dict[str, Any]:
    """Return a road map as plain data: the team, and level and start day of each step.

    Those of a capability's second stage have the number 2, and so on.
    """
    data: dict[str, Any] = {"developers": road_map.developers}
    for name, steps in groupby(road_map.steps, key=lambda step: step.capability):
        for stage, (_, level, start_day) in enumerate(steps, 1):
            number = f"_{stage}" if stage > 1 else ""
            data[f"{name}_level{number}"] = level
            data[f"{name}_start_day{number}"] = start_day
    return data


def ranking_of(finalists: Sequence[Finalist], confidence: float) -> Ranking[RoadMap]:
    """Return finalists in the order of their worth in fresh futures."""
    gains = np.array([each.rechecked.gains for each in finalists])
    return rank([each.road_map for each in finalists], gains, confidence)


def _columns(name: str, estimate: Estimate) -> dict[str, float | None]:
    return {name: estimate.mean, f"{name}_half_width": estimate.half_width}
