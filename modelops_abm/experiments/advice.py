"""What to buy with a budget: the answer to the question itself, over what an organisation may be.

The road map comes from `optimise`, with its safe one and its regret. What else is told of it - what
it does to every outcome, its returns, where it fails - is of the very futures by which the
optimisation tells its worth, so that one road map has one number. docs/decisions/0055.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from modelops_abm import formats
from modelops_abm.arrays import Flags, Floats
from modelops_abm.core import outcomes
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.finance import Return, returns_on
from modelops_abm.experiments.information import Asking
from modelops_abm.experiments.optimisation import REPLICATIONS, optimise
from modelops_abm.experiments.optimisation_results import Optimised, steps_of
from modelops_abm.experiments.optimisation_search import Measured, expected_shortfall
from modelops_abm.experiments.optimisation_words import in_short
from modelops_abm.experiments.road_maps import (
    FINALISTS_OF_ADVICE,
    LEVELS,
    TRIALS_OF_ADVICE,
    Decisions,
    RoadMap,
    Step,
    nothing_of,
    with_road_map,
)
from modelops_abm.experiments.running import Keeping, outcome_of, refuses_unknown, totals_of
from modelops_abm.experiments.spread import NINE_OF_TEN
from modelops_abm.experiments.statistics import Estimate, PairedDifference, estimate
from modelops_abm.experiments.words import (
    INTERVAL,
    ON_PAID,
    ON_WHOLE_COST,
    PAID,
    WHOLE_COST,
    Difference,
    capitalised,
    known_money,
    level_of_capability,
    return_in_words,
    settling_as_json,
    settling_in_words,
)
from modelops_abm.representation import Reported, Row, Table, numbers, words
from modelops_abm.runs import replicate
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.runs.summary import LABELS, OUTCOMES
from modelops_abm.scenario import Scenario, catalogue
from modelops_abm.scenario.names import name_in_words, value_said
from modelops_abm.text import all_of

UNKIND = 0.1
"""Share of the futures that are called unkind: those in which the road map is worth least."""
_ENOUGH = 0.9
"""Share of the futures in which the capital is enough that is told, if none was asked for."""
_TOLD_APART = 3
_ALMOST = 1e-6
_MEDIAN = "50.0%"
_LEVELS_SEEN = 64


class Apart(NamedTuple):
    """A value that sets organisations apart in which the road map is worth least.

    Attributes
    ----------
    name
        Dotted name of the value.
    there, elsewhere
        Its median in those futures, and in the others.
    lower
        Chance that it is lower in one of those than in one of the others: far from a half.
    """

    name: str
    there: float
    elsewhere: float
    lower: float


class Stage(NamedTuple):
    """A step of the road map, and when it is done."""

    step: Step
    """What is raised, to which level, from which day on."""
    done_day: int | None
    """Day at whose end half of the futures have it in place; None if they have not within the
    run."""


@dataclass(frozen=True, repr=False)
class Advice(Reported):
    """What to buy with a budget, and what there is to know before.

    Attributes
    ----------
    found
        The optimisation.
    values
        Outcomes of the run summary with the recommended road map, and without, future by future.
    draws
        Values that the organisation has in these futures, by dotted name; empty at the values as
        set.
    stages
        The steps of the road map with when they are in place, the first to begin first.
    settles
        What may be asked before deciding, and what its answer is worth, what is worth most first
        (`evidence.settling.advised`); None if that was not looked at.
    as_set
        Over what the organisation may be, also what the road map is worth at the values as set,
        in $ of day 0; None where that is `worth`.

    See Also
    --------
    advise : gives it, and has an example.
    """

    found: Optimised
    values: Mapping[str, tuple[Floats, Floats]]
    draws: Mapping[str, NDArray[Any]]
    stages: tuple[Stage, ...]
    settles: Mapping[str, Asking] | None = None
    as_set: PairedDifference | None = None

    def _facts(self) -> dict[str, str]:
        return {"capital": formats.money(self.capital), "buy": repr(self.in_short)}

    @property
    def capital(self) -> float:
        """The budget: what may be spent on capital over the whole time, in $."""
        assert self.found.capital is not None, "advice has a budget"
        return self.found.capital

    @property
    def plan(self) -> Scenario:
        """The organisation, with the plan that was given."""
        return self.found.plan

    @property
    def road_map(self) -> RoadMap:
        """What to buy; it may be nothing."""
        return self.found.recommended

    @property
    def is_to_buy(self) -> bool:
        """Whether anything is recommended."""
        return bool(self.road_map.steps)

    @property
    def in_short(self) -> str:
        """The road map in a few words."""
        return in_short(self.road_map, self.plan)

    @property
    def measured(self) -> Measured:
        """What the road map does against doing nothing, in futures that had no part in choosing."""
        return self.found.confirmed.recommended

    @property
    def worth(self) -> PairedDifference:
        """What the road map is worth against doing nothing, in $ of day 0: the one number of it."""
        return self.measured.worth

    def difference(self, outcome: str) -> PairedDifference:
        """Return the paired difference that the road map makes to an outcome of the run summary.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        plan, baseline = self.values[outcome]
        return PairedDifference(plan - baseline)

    @property
    def range(self) -> tuple[float, float]:
        """The 5th and the 95th percentile of the worth, in $ of day 0."""
        low, high = np.quantile(self.worth.values, NINE_OF_TEN)
        return float(low), float(high)

    @property
    def unkind(self) -> Estimate:
        """Mean of the worth in the worst tenth of the futures, with its interval."""
        return expected_shortfall(self.worth.values, UNKIND)

    @property
    def returns(self) -> tuple[Return, Return]:
        """Return on what is paid, and on the whole cost, the team's time included."""
        return returns_on(self.worth.values, *self._costs)

    @property
    def _share_that_holds(self) -> float:
        chance = self.found.capital_chance
        return _ENOUGH if chance is None else chance

    @property
    def enough(self) -> Estimate:
        """Capital that is enough in the share of the futures that was asked for, or nine of ten."""
        return self.measured.enough_capital(self._share_that_holds)

    @property
    def over_budget(self) -> float:
        """Share of the futures in which the road map takes more capital than the budget."""
        # Spending up to the budget itself is within it, whatever rounding says.
        return float(np.mean(self.measured.capital > self.capital * (1.0 + _ALMOST)))

    @cached_property
    def worse(self) -> dict[str, PairedDifference]:
        """Outcomes that get surely worse by the road map, by name.

        The interval of each is as wide as it takes for all that are looked at to hold together
        (Bonferroni).
        """
        if not self.is_to_buy:
            return {}
        level = 1.0 - (1.0 - LEVEL) / len(outcomes.BETTER)
        found = {}
        for name, direction in outcomes.BETTER.items():
            gain = estimate(direction * self.difference(name).values, level)
            if gain.high is not None and gain.high < 0.0:
                found[name] = self.difference(name)
        return found

    @cached_property
    def apart(self) -> tuple[Apart, ...]:
        """Values that set the worst tenth of the futures apart, those that do so most first.

        By rank sums (Wilcoxon 1945, doi:10.2307/3001968), at an error of 5 % for all values
        together.
        """
        if not self.is_to_buy:
            return ()
        gains = self.worth.values
        is_unkind = np.zeros(len(gains), dtype=bool)
        # Of equals the first: their order must not depend on the sorting.
        is_unkind[np.argsort(gains, kind="stable")[: max(round(UNKIND * len(gains)), 1)]] = True
        numeric = {name: each for name, each in self.draws.items() if each.dtype.kind in "if"}
        found = [_apart(name, each, is_unkind) for name, each in numeric.items()]
        surely = _surely(int(is_unkind.sum()), len(gains), max(len(found), 1))
        told = [each for each in found if abs(each.lower - 0.5) > surely]
        return tuple(sorted(told, key=lambda each: -abs(each.lower - 0.5))[:_TOLD_APART])

    @property
    def _costs(self) -> tuple[Floats, Floats]:
        names = ("discounted_investment", "discounted_capability_time")
        paid, time = (self.difference(name).values for name in names)
        return paid, time

    # What it says.

    def sentence(self) -> str:
        """Return what to buy, its worth, how sure, where it fails, and what to find out."""
        return "\n".join(self.told.values())

    @cached_property
    def told(self) -> dict[str, str]:
        """Paragraphs of the sentence, by what each is about; one that says nothing is left out."""
        found, settling = self.found, settling_in_words(self.settles)
        if not self.is_to_buy:
            told = {
                "What to buy": self._nothing(),
                "How sure that is": found.settled_in_words,
                "What to find out first": settling,
            }
        else:
            told = {
                "What to buy": f"{self._story()} {self._cost()}",
                "What it is worth": self._worth(),
                "How sure that is": f"{found.others_in_words} {found.settled_in_words}".strip(),
                "Where things are unkind": self._unkind(),
                "What is safe": self._safe(),
                "What gets worse": self._worse(),
                "What to find out first": settling,
            }
        return {about: words for about, words in told.items() if words}

    def _nothing(self) -> str:
        found, search = self.found, self.found.search
        chance = found.capital_chance
        surely = "" if chance is None else f" {how_it_holds(chance)}"
        budget = f"{formats.money(self.capital)} of capital{surely}"
        if not search.affordable and search.cheapest is not None:
            spent = formats.money(search.cheapest.tightest(*found.limits).mean or 0.0)
            cheapest = in_short(search.cheapest.road_map, self.plan)
            how = how_it_holds(chance)
            return (
                f"Buy nothing: {budget} are too little for anything that was looked at. The"
                f" cheapest, {cheapest}, takes {spent} {how}."
            )
        where = "" if self.found.over is None else " over what the organisation may be"
        return (
            f"Buy nothing: no road map within {budget} is known to be worth more than doing"
            f" nothing{where}."
        )

    def _story(self) -> str:
        """Return the road map as a story: buy this first, then that."""
        parts = [_stage_in_words(stage) for stage in self.stages]
        (what, when), *others = parts
        told = f"Buy {what}{' first' if others else ''} {when}"
        return f"{', '.join((told, *(f'then {what} {when}' for what, when in others)))}."

    def _cost(self) -> str:
        capital = self.measured.total_capital
        spent = formats.money(capital.mean or 0.0, half_width=capital.half_width)
        budget, told = formats.money(self.capital), f"It takes {spent} of capital on average"
        if self.over_budget == 0.0:
            return f"{told}."
        count = round(self.over_budget * len(self.measured.capital))
        futures = formats.count_of(count, len(self.measured.capital))
        enough = formats.money(self.enough.mean or 0.0, half_width=self.enough.half_width)
        share = formats.share(self._share_that_holds, 0)
        return (
            f"{told}, and more than the budget of {budget} in {futures} futures; in {share} of them"
            f" {enough} are enough."
        )

    def _worth(self) -> str:
        worth, span = self.worth, formats.span(self.plan.horizon_days)
        where = "" if self.found.over is None else "Over what the organisation may be "
        paid = worth.higher
        amount = known_money(worth, signed=True).removeprefix("+")
        if worth.verdict == "cannot tell yet":
            amount = Difference.of("npv", worth.estimate).interval
        said = (
            f"{where}it is worth {amount} on average over {span}, pays in"
            f" {formats.count_of(paid.count, paid.n)} futures, and is worth"
            f" {formats.money_interval(*self.range)} in nine of ten of them.{self._otherwise()}"
        )
        on_paid, on_whole = (return_in_words(*each)[0] for each in self.returns)
        return (
            f"{capitalised(said)} It returns {on_paid} per $ {ON_PAID}, and {on_whole} per $"
            f" {ON_WHOLE_COST}, the team's time included."
        )

    def _otherwise(self) -> str:
        """Return that it does not earn at the values as set, if it does not."""
        if self.as_set is None or self.as_set.verdict == "earns":
            return ""
        if self.as_set.verdict == "loses":
            return f" At the values as set it loses {known_money(self.as_set)}."
        interval = Difference.of("npv", self.as_set.estimate).interval
        return f" At the values as set it cannot be told if it earns: {interval}."

    def _unkind(self) -> str:
        mean, half_width = self.unkind.mean or 0.0, self.unkind.half_width
        amount = formats.money(abs(mean), half_width=half_width)
        verb = "loses" if mean < 0.0 else "is still worth"
        said = f"Where things are unkind, in the worst tenth of the futures, it {verb} {amount}."
        if self.found.over is None:
            return said
        if not self.apart:
            return f"{said} No single assumption sets these apart from the others."
        told = [
            f"{value_said(each.name, _value(each.name, each.there), 'of')} instead of"
            f" {_value(each.name, each.elsewhere)}"
            for each in self.apart
        ]
        return f"{said} These organisations typically have {all_of(told)}."

    def _safe(self) -> str:
        over = self.found.over
        if over is None:
            return ""
        return over.safe_in_words(self.found.measured, self.road_map, self.plan)

    def _worse(self) -> str:
        if not self.worse:
            return "Nothing that is counted gets surely worse by it."
        told = [
            f"{_label(name).lower()} ({Difference.of(name, each.estimate).with_unit})"
            for name, each in self.worse.items()
        ]
        return f"What gets worse by it: {all_of(told)}."

    def tables(self) -> tuple[Table, ...]:
        """Return the road map, its worth, what gets worse, what sets unkind futures apart.

        The futures one by one, with what the organisation has in each, are kept, but not shown.
        """
        if not self.is_to_buy:
            return (Table("futures", numbers=self.table),)
        return (
            self._stages_table(),
            self._worth_table(),
            *((self._worse_table(),) if self.worse else ()),
            *((self._apart_table(),) if self.apart else ()),
            Table("futures", numbers=self.table),
        )

    def table(self) -> pd.DataFrame:
        """Return the worth in each future, with the values that the organisation has there."""
        return pd.DataFrame({"worth": self.worth.values, **self.draws})

    def _stages_table(self) -> Table:
        rows = [
            Row(
                (
                    capitalised(level_of_capability(stage.step.capability, stage.step.level)),
                    formats.month_of(stage.step.start_day),
                    formats.NOTHING if stage.done_day is None else formats.month_of(stage.done_day),
                )
            )
            for stage in self.stages
        ]
        caption = "In place: in half of the futures by then."
        return Table("road-map", (*words("Buy"), *numbers("from", "in place")), rows, caption)

    def _worth_table(self) -> Table:
        paid, time = self._costs
        npv = Difference.of("npv", self.worth.estimate)
        invested = Difference.of("discounted_investment", estimate(paid))
        whole = Difference.of("discounted_investment", estimate(paid + time))
        higher = self.worth.higher
        on_paid, on_whole = self.returns
        rows = [
            ("Worth against doing nothing", npv.text, npv.interval),
            ("Nine of ten futures", formats.money_interval(*self.range), ""),
            (
                "Pays",
                formats.count_of(higher.count, higher.n),
                formats.share_interval(higher.low, higher.high),
            ),
            ("Worst tenth, mean", *_money_known(self.unkind)),
            ("Worst 5 in 100, mean (CVaR)", *_money_known(self.measured.downside)),
            (PAID, invested.text, invested.interval),
            (WHOLE_COST, whole.text, whole.interval),
            (f"Return per $ {ON_PAID}", *return_in_words(*on_paid)),
            (f"Return per $ {ON_WHOLE_COST}", *return_in_words(*on_whole)),
        ]
        if self.found.over is not None:
            rows.append(
                ("Regret against knowing", self.found.over.regrets[self.road_map].words, "")
            )
        return Table(
            "worth",
            (*words("What it is worth"), *numbers("", INTERVAL)),
            [Row(row) for row in rows],
        )

    def _worse_table(self) -> Table:
        rows = []
        for name, each in self.worse.items():
            difference = Difference.of(name, each.estimate)
            before = estimate(self.values[name][1]).mean
            unit = OUTCOMES[name].unit
            rows.append(
                Row(
                    (
                        _label(name),
                        formats.amount(before, unit),
                        difference.text,
                        difference.interval,
                    )
                )
            )
        columns = (*words("What gets worse by it"), *numbers("without", "change", INTERVAL))
        return Table("worse", columns, rows)

    def _apart_table(self) -> Table:
        rows = [
            Row(
                (
                    name_in_words(each.name),
                    _value(each.name, each.there),
                    _value(each.name, each.elsewhere),
                )
            )
            for each in self.apart
        ]
        columns = (*words("What sets unkind futures apart"), *numbers("there", "elsewhere"))
        return Table("unkind", columns, rows, "Medians.")

    def notes(self) -> str:
        """Return by what futures it is told, and what the budget limits."""
        told = formats.plural(self.found.replications, "future")
        drawn = ", each with an organisation of its own" if self.found.over is not None else ""
        return (
            "The budget limits capital over the whole time,"
            f" {how_it_holds(self.found.capital_chance)}; upkeep and the"
            f" team's time come on top, and are in the worth. Chosen of"
            f" {formats.plural(self.found.tried, 'road map')}; told from {told} that had no part in"
            f" choosing{drawn}."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the advice as plain data: what the sentences and tables say, with all digits."""
        over = self.found.over
        low, high = self.range
        (on_paid, paid_interval), (on_whole, whole_interval) = self.returns
        return {
            "version": simulator_version(),
            "seed": self.found.seed,
            "plan": self.plan.model_dump(mode="json", exclude_none=True),
            "capital": self.capital,
            "capital_chance": self.found.capital_chance,
            "advice": self.sentence().splitlines(),
            "buy": [{**stage.step._asdict(), "done_day": stage.done_day} for stage in self.stages],
            "road_map": steps_of(self.road_map),
            "worth": asdict(self.worth.estimate),
            "worth_at_the_values_as_set": None
            if self.as_set is None
            else asdict(self.as_set.estimate),
            "pays": asdict(self.worth.higher),
            "nine_of_ten": [low, high],
            "worst_tenth": asdict(self.unkind),
            "worst_5_percent": asdict(self.measured.downside),
            "capital_spent": asdict(self.measured.total_capital),
            "share_over_budget": self.over_budget,
            "capital_that_is_enough": {"share": self._share_that_holds, **asdict(self.enough)},
            "return_on_investment": on_paid,
            "return_interval": paid_interval,
            "return_on_whole_cost": on_whole,
            "whole_cost_interval": whole_interval,
            "worse": {
                name: {"difference": asdict(each.estimate), "unit": OUTCOMES[name].unit}
                for name, each in self.worse.items()
            },
            "unkind": [each._asdict() for each in self.apart],
            "safe": None if over is None else steps_of(over.safe),
            "regret": None if over is None else asdict(over.regrets[self.road_map]),
            "worth_finding_out": settling_as_json(self.settles),
        }


def _stage_in_words(stage: Stage) -> tuple[str, str]:
    """Return what is bought, and when: full monitoring, (month 1 to 5)."""
    step, start = stage.step, formats.month_of(stage.step.start_day)
    what = level_of_capability(step.capability, step.level)
    if stage.done_day is None:
        return what, f"(from {start} on, and not in place within the time in half of the futures)"
    end = formats.month_of(stage.done_day)
    return what, f"({start if start == end else f'{start} to {end.removeprefix("month ")}'})"


def _label(outcome: str) -> str:
    return LABELS.get(outcome, OUTCOMES[outcome].meaning.partition(";")[0])


_IN_DAYS = "_days"
"""How the names of values in days end."""


def _value(name: str, value: float) -> str:
    """Return a value with three digits, without powers of ten, in $, per cent or days if it is."""
    unit = next((each.unit for each in catalogue() if each.name == name), "")
    if unit.startswith(("share", "probability")):
        return formats.share(value)
    days = f" {unit.partition(' ')[0]}" if name.endswith(_IN_DAYS) else ""
    return f"{'$' if unit.startswith('$') else ''}{float(f'{value:.3g}'):,.12g}{days}"


def _money_known(known: Estimate) -> tuple[str, str]:
    shown = formats.money(known.mean or 0.0, half_width=known.half_width, signed=True)
    return shown, Difference.of("npv", known).interval


def _apart(name: str, column: NDArray[Any], is_unkind: Flags) -> Apart:
    """Return how a value differs between the worst futures and the others."""
    ranks, count = rankdata(column), int(is_unkind.sum())
    pairs = count * (len(column) - count)
    # Of all pairs of one and another, those in which it is higher in the worst, ties as half.
    higher = (float(ranks[is_unkind].sum()) - count * (count + 1) / 2.0) / pairs
    there, elsewhere = (float(np.median(column[which])) for which in (is_unkind, ~is_unkind))
    return Apart(name, there, elsewhere, 1.0 - higher)


def _surely(count: int, total: int, values: int) -> float:
    """Return how far from a half such a chance must be to be no chance, of so many values."""
    deviation = np.sqrt((total + 1.0) / (12.0 * count * (total - count)))
    return float(ndtri(1.0 - (1.0 - LEVEL) / (2.0 * values)) * deviation)


def how_it_holds(chance: float | None) -> str:
    """Return how surely a budget holds: on average, or in 90 % of the futures."""
    return "on average" if chance is None else f"in {formats.share(chance, 0)} of the futures"


@refuses_unknown
def advise(
    plan: Scenario,
    capital: float,
    *,
    chance: float | None = None,
    levels: Sequence[float] = LEVELS,
    starts: Sequence[float] | None = None,
    trials: int = TRIALS_OF_ADVICE,
    replications: int = REPLICATIONS,
    finalists: int = FINALISTS_OF_ADVICE,
    reserved: int = 0,
    **keeping: Unpack[Keeping],
) -> Advice:
    """Say what to buy with a budget: what first, what it is worth, where it fails.

    Parameters
    ----------
    plan
        The organisation; what it plans is one of the road maps that are looked at.
    capital
        The budget: what may be spent on capital over the whole time, in $.
    chance
        In which share of the futures it must hold, such as 0.9; None if on average.
    levels, starts
        As `Decisions` has them.
    trials, replications, finalists, reserved
        As `optimise` has them.
    keeping
        See `running.Keeping`. With `draws` it is advice over what the organisation may be
        (`optimisation.draws_needed` says how many it takes; `evidence.default.drawn_like` draws
        organisations like the plan's); without, at the values as set.

    Raises
    ------
    Cancelled, InputError, ValueError
        As `optimise` does.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> few = {"levels": (1.0,), "starts": (0.0,), "trials": 8, "replications": 16, "finalists": 2}
    >>> advise(plan, 1.0, **few).sentence().splitlines()[0][:44]
    'Buy nothing: $1.00 of capital are too little'
    """
    found = optimise(
        Decisions(plan, tuple(levels), starts),
        capital=capital,
        capital_chance=chance,
        trials=trials,
        replications=replications,
        finalists=finalists,
        reserved=reserved,
        **keeping,
    )
    road_map, draws = found.recommended, keeping.get("draws")
    quietly: Keeping = {**keeping, "progress": None}
    scenarios = [with_road_map(plan, each) for each in (road_map, nothing_of(plan))]
    totals = totals_of(scenarios, replications, **quietly)
    values = {}
    for outcome in outcomes.SUMMARY:
        with_it, without = outcome_of(outcome.name, totals)
        values[outcome.name] = (with_it, without)
    stages = _stages(plan, road_map, quietly)
    if draws is None:
        return Advice(found, values, {}, stages)
    as_set: Keeping = {**quietly, "draws": None}
    with_it, without = outcome_of("npv", totals_of(scenarios, replications, **as_set))
    columns = draws.part(0, replications).columns
    return Advice(found, values, columns, stages, as_set=PairedDifference(with_it - without))


def _stages(plan: Scenario, road_map: RoadMap, keeping: Keeping) -> tuple[Stage, ...]:
    """Return the steps in the order of their begin, with when half of the futures have them."""
    if not road_map.steps:
        return ()
    draws = keeping.get("draws")
    levels = [f"level_{name}" for name in dict.fromkeys(each.capability for each in road_map.steps)]
    count = _LEVELS_SEEN if draws is None else min(_LEVELS_SEEN, len(draws))
    bands = replicate(
        with_road_map(plan, road_map),
        count,
        seed=keeping.get("seed", 0),
        daily=levels,
        engine=keeping.get("engine", "ensemble"),
        model_class=keeping.get("model_class"),
        draws=None if draws is None else draws.part(0, count),
        executor=keeping.get("executor"),
        cancel=keeping.get("cancel"),
    ).bands
    stages = []
    for step in road_map.in_order:
        course = bands[f"level_{step.capability}"][_MEDIAN].to_numpy()
        there = np.flatnonzero(course >= step.level - _ALMOST)
        stages.append(Stage(step, int(there[0]) if len(there) else None))
    never = plan.horizon_days
    order = sorted(stages, key=lambda each: (each.step.start_day, each.done_day or never))
    return tuple(order)
