"""Which road map to take: searched with few futures, decided with fresh ones.

The best of many that were tried looks better than it is, as chance has helped to choose it: the
winner's curse. So futures are never used twice. The search and its second look have their own; the
finalists are measured again in others, which decide; and what the chosen one is worth is told by a
third set, which had no part in any choice. Over draws of what the organisation may be, that set
tells of all finalists, so that a road map has one worth wherever it stands (0055).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Unpack

import numpy as np

from modelops_abm.experiments.optimisation_over import RUNS_OF_EACH, OverBelief, regrets_of, safest
from modelops_abm.experiments.optimisation_results import (
    Confirmed,
    Finalist,
    Optimised,
    frontier,
    ranking_of,
    searched_of,
    spread_out,
)
from modelops_abm.experiments.optimisation_search import (
    FUTURES_OF_SPENDING,
    Limits,
    Measured,
    Measuring,
    Told,
    is_small,
    searched,
    spend_of,
    worst_of,
)
from modelops_abm.experiments.road_maps import (
    FINALISTS,
    TRIALS,
    Decisions,
    RoadMap,
    nothing_of,
    road_map_of,
)
from modelops_abm.experiments.running import Keeping, refuses_unknown
from modelops_abm.experiments.statistics import rank
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.runs.replications import Drawn
from modelops_abm.scenario import CAPABILITY_NAMES

REPLICATIONS = 400
"""Fresh futures of each finalist, unless asked otherwise."""
_FIRST_LOOK, _SECOND_LOOK = 16, 4
_FIRST_LOOK_OVER, _SECOND_LOOK_OVER = 4, 2
"""Over draws, where organisations differ by more than chance: larger parts of the replications."""
_FEWEST = 8
_PROMISING = 4
_ROUNDS = 3
_DECIDED = ("maximum", "start_day")
_SHOWN_SPENDING = 32


@refuses_unknown
def optimise(
    decisions: Decisions,
    *,
    budget_per_year: float | None = None,
    capital: float | None = None,
    capital_chance: float | None = None,
    trials: int = TRIALS,
    replications: int = REPLICATIONS,
    finalists: int = FINALISTS,
    reserved: int = 0,
    **keeping: Unpack[Keeping],
) -> Optimised:
    """Return the road map that is worth most, and what else there is to know for a decision.

    Every road map is compared with doing nothing over common random numbers. If there are no more
    than `trials`, all are tried, and the best of all is among those that may be with 95 %
    confidence; else Optuna suggests which. The promising are measured in more futures, and the
    finalists, the plan and doing nothing in fresh ones, which alone decide.

    Parameters
    ----------
    decisions
        What may be decided, and the plan.
    budget_per_year
        What may be spent on average in any year beyond what doing nothing spends: capital, upkeep,
        and the payroll of developers who are added. In $; None for any amount.
    capital
        What may be spent on capital over the whole time, on average, beyond what doing nothing
        spends. In $; None for any amount.
    capital_chance
        In which share of the futures that budget must hold, above 0 and below 1; None if it must on
        average.
    trials
        How many road maps the search looks at, at most.
    replications
        Fresh futures of each finalist; the search takes a sixteenth, then a quarter of it; over
        draws a quarter, then half.
    finalists
        How many of the best; those of the frontier of worth or downside against spending come on
        top, as many of each at most.
    reserved
        So many futures, the first, have no part in any choice, be it more than `replications`: in
        these the road map can be told later as any plan is.
    keeping
        See `running.Keeping`; `progress` is called with the work done and about all there is. With
        `draws` the road map is the best on average over what the organisation may be, and the
        result tells the safe one as well (`optimisation_over`); `draws_needed` says how many it
        takes.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        With everything that the scenario does not take.
    ValueError
        If a number is not allowed.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> from modelops_abm.experiments import Decisions
    >>> decisions = Decisions(plan, levels=(0.0, 1.0), starts=(0.0,))
    >>> found = optimise(decisions, budget_per_year=1e5, trials=8, replications=16, finalists=2)
    >>> len(found.finalists) >= 2
    True
    """
    if min(trials, finalists) < 1 or replications < 2:
        raise ValueError("there must be a trial, a finalist, and two replications")
    if capital_chance is not None and not 0.0 < capital_chance < 1.0:
        raise ValueError(f"capital_chance must be above 0 and below 1, not {capital_chance!r}")
    draws, needed = keeping.get("draws"), draws_needed(replications, reserved)
    if draws is not None and len(draws) < needed:
        raise ValueError(
            f"over draws it takes {needed:,} of them (draws_needed), not {len(draws):,}"
        )
    limits = (budget_per_year, capital, capital_chance)
    first = max(replications, reserved)
    race = _Race(decisions, limits, finalists, replications, first, keeping)
    found = race.look(trials)
    chosen = race.look_again(found)
    rechecked = race.recheck(chosen)
    return race.result(rechecked, found)


def draws_needed(replications: int = REPLICATIONS, reserved: int = 0) -> int:
    """Return how many draws `optimise` takes for so many fresh futures of each finalist.

    >>> draws_needed(400), draws_needed(400, reserved=1_600)
    (1000, 2200)
    """
    _, several = _looks(replications, is_over=True)
    return max(replications, reserved) + several + replications


def _looks(replications: int, *, is_over: bool) -> tuple[int, int]:
    """Return how many futures the first look takes, and that and the second together."""
    first, second = (
        (_FIRST_LOOK_OVER, _SECOND_LOOK_OVER) if is_over else (_FIRST_LOOK, _SECOND_LOOK)
    )
    few = max(replications // first, _FEWEST)
    return few, max(replications // second, few)


@dataclass
class _Race:
    """The rounds of an optimisation, each with fewer road maps and more futures."""

    decisions: Decisions
    limits: Limits
    finalists: int
    replications: int
    first: int
    keeping: Keeping
    is_complete: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        # Futures by number: the first are those of the last check, in which `compare` tells of any
        # plan, so that a road map has the same worth there. From `first` on come the first look
        # with `_few`, the second with those up to `_several`, and the re-check. None is used twice.
        self._draws = _what_is_not_decided(self.keeping.get("draws"), self.decisions)
        self._few, self._several = _looks(self.replications, is_over=self._draws is not None)
        self.keeping = {**self.keeping, "draws": self._draws}
        self._runs = Measuring(self.decisions.plan, self.keeping)
        self._plan = road_map_of(self.decisions.plan)
        # A dictionary as a set with an order: one entry if the plan does nothing.
        self._always = tuple({nothing_of(self.decisions.plan): None, self._plan: None})
        self._work = _Work(self.keeping.get("progress"))

    def look(self, trials: int) -> list[Measured]:
        """Return every road map that was looked at, plan and doing nothing among them."""
        self.is_complete = is_small(self.decisions, trials)
        seed = self.keeping.get("seed", 0)
        most = min(trials, self.decisions.size)
        self._work.plan(most * self._few, self._after_look(most))
        found = searched(
            self.decisions,
            self._first_look,
            trials,
            limits=self.limits,
            is_safe=self._draws is not None,
            seed=seed,
        )
        known = {each.road_map for each in found}
        # The plan may be none of the road maps that are open: with a level of 0.7, say.
        others = [each for each in self._always if each not in known]
        return found + (self._first_look(others) if others else [])

    def look_again(self, found: Sequence[Measured]) -> list[Measured]:
        """Return the road maps that are worth fresh futures, after a look in more."""
        promising = self._promising(found, _PROMISING * self.finalists)
        count = self._several - self._few
        self._work.plan(len(promising) * count, 2 * self._most * self.replications)
        if count:
            # Futures that the first look has not seen, though they too only help to choose.
            # Spending is known from the first look; `followed_by` takes the worth alone.
            more = self._runs.measure(
                [each.road_map for each in promising],
                count,
                first=self.first + self._few,
                of_spending=1,
                told=self._work.told(len(promising)),
            )
            promising = [
                each.followed_by(other) for each, other in zip(promising, more, strict=True)
            ]
        return self._promising(promising, self.finalists)

    def recheck(self, chosen: Sequence[Measured]) -> list[Finalist]:
        """Return the finalists, measured in futures that the search has not seen."""
        self._work.plan(len(chosen) * self.replications, 2 * self.replications)
        # From the first future on that the search has not used.
        fresh = self._runs.measure(
            [each.road_map for each in chosen],
            self.replications,
            first=self.first + self._several,
            of_spending=self._futures_of_spending,
            told=self._work.told(len(chosen)),
        )
        pairs = [Finalist(*pair) for pair in zip(chosen, fresh, strict=True)]
        return sorted(pairs, key=lambda pair: -pair.rechecked.mean_gain)

    def result(self, rechecked: Sequence[Finalist], found: Sequence[Measured]) -> Optimised:
        """Return the result, with the worth of the best finalist told by further futures."""
        confidence = self._level if self.is_complete else LEVEL
        within = [each for each in rechecked if each.rechecked.is_within(*self.limits)]
        # There is always one: to do nothing spends nothing.
        best = ranking_of(within, confidence).order[0]
        if self._draws is not None:
            return self._over(rechecked, [each.rechecked for each in within], best, found)
        road_maps = list(dict.fromkeys((best, self._plan)))
        self._work.plan(len(road_maps) * self.replications, 0)
        told = self._work.told(len(road_maps))
        # Not in those that have chosen the best, which flatter it.
        last = self._runs.measure(
            road_maps, self.replications, of_spending=self._several, told=told
        )
        return self._told(rechecked, found, Confirmed(recommended=last[0], plan=last[-1]))

    def _told(
        self,
        finalists: Sequence[Finalist],
        found: Sequence[Measured],
        confirmed: Confirmed,
        over: OverBelief | None = None,
    ) -> Optimised:
        budget, capital, chance = self.limits
        return Optimised(
            decisions=self.decisions,
            budget_per_year=budget,
            seed=self.keeping.get("seed", 0),
            search=searched_of(self.decisions, found, self.limits),
            is_complete=self.is_complete,
            # Of all there are, three rounds may each lose the best, so they share the error.
            # Otherwise only the last one is claimed of: the best of those re-checked.
            confidence=self._level if self.is_complete else LEVEL,
            finalists=tuple(finalists),
            confirmed=confirmed,
            levels=self._runs.levels(confirmed.recommended.road_map),
            capital=capital,
            capital_chance=chance,
            over=over,
        )

    def _over(
        self,
        rechecked: Sequence[Finalist],
        within: Sequence[Measured],
        best: RoadMap,
        found: Sequence[Measured],
    ) -> Optimised:
        """Return the result over draws: all finalists are told by futures that chose none."""
        count = self.replications
        road_maps = [each.road_map for each in rechecked]
        allowed = [each.road_map for each in within]
        pairs = max(count // RUNS_OF_EACH, 1)
        self._work.plan(len(road_maps) * count + len(allowed) * pairs, 0)
        told = self._work.told(len(road_maps))
        spending = self._futures_of_spending
        last = self._runs.measure(road_maps, count, of_spending=spending, told=told)
        by_road_map = {each.road_map: each for each in last}
        again = self._runs.again(allowed, pairs, 0, self._work.told(len(allowed)))
        repeats = [
            np.array([by_road_map[each].gains[:pairs], other.gains])
            for each, other in zip(allowed, again, strict=True)
        ]
        to_do = [each for each in within if each.road_map.steps]
        safe = safest(within)
        assert safe is not None, "to do nothing is always within the budget"
        over = OverBelief(
            safe=safe,
            safe_to_do=safest(to_do),
            regrets=dict(zip(allowed, regrets_of(np.array(repeats)), strict=True)),
            draws=count,
        )
        finalists = [Finalist(each.searched, by_road_map[each.road_map]) for each in rechecked]
        finalists.sort(key=lambda each: -each.rechecked.mean_gain)
        confirmed = Confirmed(recommended=by_road_map[best], plan=by_road_map[self._plan])
        return self._told(finalists, found, confirmed, over)

    @property
    def _level(self) -> float:
        """Confidence of each round, so that all together have 95 % (Bonferroni)."""
        return 1.0 - (1.0 - LEVEL) / _ROUNDS

    @property
    def _futures_of_spending(self) -> int:
        """In how many futures the spending of a finalist is measured, which runs each year again.

        It hardly varies by chance, but organisations differ: with a budget for a year as many as
        show the worth, without one some.
        """
        if self._draws is None:
            return self._several
        per_year, *_ = self.limits
        return _SHOWN_SPENDING if per_year is None else self.replications

    @property
    def _most(self) -> int:
        return 3 * self.finalists + len(self._always)

    def _after_look(self, tried: int) -> int:
        """Return about how much work comes after the first look."""
        again = min(tried, _PROMISING * self._most) * (self._several - self._few)
        return again + min(tried, self._most) * self.replications + 2 * self.replications

    def _first_look(self, road_maps: Sequence[RoadMap]) -> list[Measured]:
        return self._runs.measure(
            road_maps,
            self._few,
            first=self.first,
            of_spending=FUTURES_OF_SPENDING,
            told=self._work.told(len(road_maps)),
        )

    def _promising(self, measured: Sequence[Measured], most: int) -> list[Measured]:
        """Return the best, the frontiers, the plan and doing nothing, each once."""
        within = [each for each in measured if each.excess(*self.limits) <= 0.0]
        always = [each for each in measured if each.road_map in self._always]
        worth = frontier(within, spend_of, lambda each: each.mean_gain)
        safe = frontier(within, spend_of, worst_of)
        safest = sorted(within, key=lambda each: -worst_of(each))[:most]
        kept = [
            *self._best(within, most),
            *spread_out(worth, spend_of, most),
            *spread_out(safe, spend_of, most),
            *(safest if self._draws is not None else ()),
            *always,
        ]
        return list({each.road_map: each for each in kept}.values())

    def _best(self, within: Sequence[Measured], most: int) -> list[Measured]:
        """Return the best; of a complete set all that may be the best, unless they are too many."""
        ordered = sorted(within, key=lambda each: -each.mean_gain)
        if not self.is_complete:
            return ordered[:most]
        gains = np.array([each.gains for each in ordered])
        candidates = rank(ordered, gains, self._level).may_be_best
        limit = max(most, _PROMISING * self.finalists)
        # If more may be the best than can be re-checked, the claim is given up, not stretched.
        self.is_complete = len(candidates) <= limit
        return [*candidates[:limit], *ordered[:most]]


def _what_is_not_decided(draws: Drawn | None, decisions: Decisions) -> Drawn | None:
    """Return draws without what a road map decides, which it would be told otherwise by them."""
    if draws is None:
        return None
    names = [f"capabilities.{name}.{part}" for name in CAPABILITY_NAMES for part in _DECIDED]
    return draws.without([*names, "team.developers"] if decisions.developers else names)


class _Work:
    """Tells of the progress of work in rounds, of which the later can only be guessed."""

    def __init__(self, progress: Callable[[int, int], None] | None) -> None:
        self._progress = progress
        self._before = self._done = self._all = 0

    def plan(self, work: int, afterwards: int) -> None:
        """Begin a round of so much work, with about so much after it."""
        self._before = self._done
        self._all = self._done + work + afterwards

    def told(self, road_maps: int) -> Told:
        """Return what tells of a part of the round, from runs with the baseline among them."""
        start = self._done

        def tell(done: int, _: int) -> None:
            # The baseline runs along, but is no road map; and progress never goes back.
            self._done = max(self._done, start + done * road_maps // (road_maps + 1))
            if self._progress is not None:
                self._progress(min(self._done, self._all), self._all)

        return tell
