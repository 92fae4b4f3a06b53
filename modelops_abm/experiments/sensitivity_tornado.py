"""One assumption at a time: how far each moves the answer, and where another winner comes.

First where along the values of one assumption the best alternative changes, as far as that can be
told; then the effects of all assumptions, in words and tables; then the run. docs/decisions/0021
and 0023.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Unpack

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.experiments.inputs import Input, Range
from modelops_abm.experiments.running import Keeping, refuses_unknown
from modelops_abm.experiments.sensitivity import (
    MOST_NAMED,
    MOST_ROWS,
    NOTHING_MOVES,
    RANGES,
    Question,
    most,
    names_in_words,
    with_rest,
)
from modelops_abm.experiments.statistics import PairedDifference, Ranking, rank
from modelops_abm.representation import (
    Column,
    Reported,
    Represented,
    Row,
    Table,
    numbers,
    plain_rows,
    words,
)
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import Distribution
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.names import name_in_words
from modelops_abm.text import all_of, any_of


@dataclass(frozen=True, slots=True)
class BestAt:
    """Which alternatives may be the best at a value of an assumption.

    Attributes
    ----------
    value
        Of the assumption.
    ranking
        Of the alternatives there.
    is_usual
        Whether the scenario itself has this value.
    """

    value: Any
    ranking: Ranking[str]
    is_usual: bool


@dataclass(frozen=True, slots=True)
class WinnerChange:
    """A value at which the winner is another than nearer to the value as it is.

    Attributes
    ----------
    value
        The nearest value at which this can be told.
    before
        Which alternatives may be the best at all values from the last change to here.
    after
        Which may be the best here: none of `before`.
    """

    value: Any
    before: tuple[str, ...]
    after: tuple[str, ...]


def best_along(
    alternatives: Sequence[str],
    values: Sequence[Any],
    outcomes: Floats,
    usual: tuple[Any, Floats],
) -> tuple[BestAt, ...]:
    """Return which alternatives may be the best at each value, the usual one at its place.

    With 95 % confidence the best is among them at all values of the assumption at once, as each
    takes an equal part of the permitted error (Bonferroni).

    Parameters
    ----------
    alternatives
        Their names.
    values
        Of the assumption, in order.
    outcomes
        Alternatives x values x replications.
    usual
        The value that the scenario has, and its outcomes: alternatives x replications.
    """
    usual_value, at_usual = usual
    places = list(zip(values, np.moveaxis(outcomes, 1, 0), strict=True))
    middle = next((i for i, each in enumerate(values) if _is_same(each, usual_value)), None)
    if middle is None:
        # The value as it is lies between those tried; changes are told from there outwards.
        middle = _place_of(usual_value, values)
        places.insert(middle, (usual_value, at_usual))
    level = 1.0 - (1.0 - LEVEL) / len(places)
    return tuple(
        BestAt(value, rank(alternatives, found, level), place == middle)
        for place, (value, found) in enumerate(places)
    )


def changes_along(best: Sequence[BestAt]) -> tuple[WinnerChange, ...]:
    """Return where the winner changes, going outwards from the value as it is.

    Parameters
    ----------
    best
        As `best_along` gives it.
    """
    middle = next(place for place, each in enumerate(best) if each.is_usual)
    held = best[middle].ranking.may_be_best
    above, held = _changes(best[middle + 1 :], held)
    # The stretch around the middle is one: what was ruled out of it above must not win in it below.
    below, _ = _changes(best[:middle][::-1], held)
    return (*below[::-1], *above)


def _changes(
    best: Iterable[BestAt], held: tuple[str, ...]
) -> tuple[list[WinnerChange], tuple[str, ...]]:
    """Return the changes on the way, and what may be the best up to the first of them."""
    changes: list[WinnerChange] = []
    up_to_first = held
    for each in best:
        here = each.ranking.may_be_best
        # No change is told while one name may be the best at all values so far; where intervals
        # overlap it would be a guess.
        both = tuple(name for name in held if name in here)
        if not both:
            changes.append(WinnerChange(each.value, held, here))
        held = both or here
        up_to_first = up_to_first if changes else held
    return changes, up_to_first


def _is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same up to rounding."""
    if _are_numbers(one, other):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(each, int | float) for each in values)


def _place_of(value: Any, values: Sequence[Any]) -> int:
    """Return the place of a value among growing numbers; what is no number comes first."""
    if not _are_numbers(value, *values):
        return 0
    return sum(each < value for each in values)


# --------------------------------------------------------------------------------------
# One assumption at a time: how far each moves the answer over its range.


POINTS_EACH = 5
"""Values of each range: enough to see that an effect turns round on the way."""
_ROUNDING = 1e-9


@dataclass(frozen=True, repr=False)
class Swing(Represented):
    """What one assumption does while all others stay as they are.

    Attributes
    ----------
    input
        The assumption.
    values
        At which values it was looked at.
    answers
        The answer at each: values x replications.
    base
        The answer with all assumptions as they are, by replication.
    best
        Which alternatives may be the best at each value and at the value as it is.
    """

    input: Input
    values: tuple[Any, ...]
    answers: Floats
    base: Floats
    best: tuple[BestAt, ...]

    @property
    def means(self) -> Floats:
        """Mean answer at each value."""
        return np.asarray(self.answers.mean(axis=1))

    def at(self, place: int) -> PairedDifference:
        """Return the answer at a value, by its place."""
        return PairedDifference(self.answers[place])

    @property
    def reach(self) -> PairedDifference:
        """The highest mean less the lowest, paired by replication; it is 0 or above.

        Picking the extremes makes it look a little larger than it is.
        """
        means = self.means
        return PairedDifference(self.answers[np.argmax(means)] - self.answers[np.argmin(means)])

    @property
    def has_effect(self) -> bool:
        """Whether any value changes the answer in any replication, by more than rounding."""
        change = np.max(np.abs(self.answers - self.base))
        return bool(change > _ROUNDING * np.max(np.abs(self.base)))

    @property
    def changes(self) -> tuple[WinnerChange, ...]:
        """Where the winner changes along the values."""
        return changes_along(self.best)

    @property
    def is_monotonic(self) -> bool:
        """Whether the answer cannot be told to turn round over the range."""
        steps = {
            PairedDifference(later - sooner).verdict for sooner, later in pairwise(self.answers)
        }
        return not {"earns", "loses"} <= steps

    def table(self) -> pd.DataFrame:
        """Return the answer at each value, and its change to the base, with half-widths."""
        rows = []
        for value, row in zip(self.values, self.answers, strict=True):
            level, change = (
                PairedDifference(row).estimate,
                PairedDifference(row - self.base).estimate,
            )
            rows.append(
                (str(value), level.mean, level.half_width, change.mean, change.half_width, level.n)
            )
        columns = ["value", "mean", "half_width", "change", "change_half_width", "n"]
        return pd.DataFrame(rows, columns=columns)

    def to_json(self) -> dict[str, Any]:
        """Return values, winners and where they change as plain data."""
        return {
            "input": self.input.name,
            "has_effect": self.has_effect,
            "is_monotonic": self.is_monotonic,
            "values": plain_rows(self.table()),
            "best": [
                {
                    "value": str(each.value),
                    "is_usual": each.is_usual,
                    "order": list(each.ranking.order),
                    "may_be_best": list(each.ranking.may_be_best),
                }
                for each in self.best
            ],
            "changes": [
                {"value": str(each.value), "from": list(each.before), "to": list(each.after)}
                for each in self.changes
            ],
        }


@dataclass(frozen=True, repr=False)
class Tornado(Reported):
    """What every assumption does alone.

    Attributes
    ----------
    question
        What was asked.
    base
        The answer with all assumptions as they are, by replication.
    best
        The alternatives, with all assumptions as they are.
    swings
        Of every assumption, the largest reach first.
    seed
        Of the random numbers.

    See Also
    --------
    tornado : gives it, and has an example.
    """

    question: Question
    base: Floats
    best: Ranking[str]
    swings: tuple[Swing, ...]
    seed: int = 0

    @property
    def replications(self) -> int:
        """Number of replications in which the answer exists at every point."""
        return len(self.base)

    @property
    def effective(self) -> tuple[Swing, ...]:
        """Those that change anything."""
        return tuple(swing for swing in self.swings if swing.has_effect)

    @property
    def turning(self) -> tuple[Swing, ...]:
        """Those that change the winner."""
        return tuple(swing for swing in self.swings if swing.changes)

    @property
    def may_move_most(self) -> tuple[Swing, ...]:
        """Those whose reach may be the largest, the largest estimate first."""
        swings = self.effective
        if not swings:
            return ()
        return rank(swings, np.array([swing.reach.values for swing in swings])).may_be_best

    def table(self) -> pd.DataFrame:
        """Return `Swing.table` of every assumption, one below the other."""
        tables = {swing.input.name: swing.table() for swing in self.swings}
        return pd.concat(tables, names=["input", "point"]) if tables else pd.DataFrame()

    def winners(self) -> pd.DataFrame:
        """Return which alternative is the best at each value, and which may be."""
        rows = [
            (
                *(swing.input.name, str(each.value), each.is_usual),
                *(best.order[0], best.is_decided, ", ".join(best.may_be_best)),
            )
            for swing in self.swings
            for each in swing.best
            for best in (each.ranking,)
        ]
        columns = ["input", "value", "is_usual", "best", "is_told", "may_be_best"]
        return pd.DataFrame(rows, columns=columns).set_index("input")

    @property
    def finding(self) -> str:
        """What is best as assumed, which assumptions change that, and which moves most."""
        if not self.effective:
            return NOTHING_MOVES
        names = [swing.input.name for swing in self.may_move_most]
        moves = most(names, f"moves {self.question.subject} most")
        if not self.question.against_baseline:
            return moves
        return f"{self._as_assumed()}; {self._turning_in_words()}. {moves}"

    def _as_assumed(self) -> str:
        best = self.best.may_be_best
        if not self.best.is_decided and len(best) > MOST_NAMED:
            return "As assumed, it cannot be told what is best"
        outcome = self.question.outcome
        has = "is best" if outcome == "npv" else f"has the highest {outcome.replace('_', ' ')}"
        return f"As assumed, {any_of(best)} {has}"

    def _turning_in_words(self) -> str:
        turning = self.turning
        names = names_in_words([swing.input.name for swing in turning])
        if not turning:
            return "no assumption alone can be told to change the winner"
        if len(turning) == 1:
            first = turning[0].changes[0]
            where = f"at {formats.stated(first.value)} to {any_of(first.after[:MOST_NAMED])}"
            return f"{names[0]} alone could change the winner, {where}"
        if len(turning) <= MOST_NAMED:
            return f"{all_of(names)} could each change the winner alone"
        count = formats.count_in_words(len(turning))
        return f"{count} assumptions could each change the winner alone"

    def sentence(self) -> str:
        """Return the finding."""
        return f"{self.finding}."

    def tables(self) -> tuple[Table, ...]:
        """Return the effects, and where the winner changes if there is a choice."""
        effects = Table("effects", *self._effects_in_words(), numbers=self.table)
        if not self.question.against_baseline:
            return (effects,)
        return effects, self._changes_table()

    def _effects_in_words(self) -> tuple[Sequence[Column], Sequence[Row]]:
        rows = []
        for swing in self.effective[:MOST_ROWS]:
            means = swing.means.tolist()
            extremes = (swing.at(means.index(end(means))) for end in (min, max))
            known = (self.question.interval(each) for each in (*extremes, swing.reach))
            ends = (formats.stated(swing.values[0]), formats.stated(swing.values[-1]))
            rows.append(Row((name_in_words(swing.input.name), *ends, *known)))
        headings = numbers("from", "to", "lowest", "highest", "apart")
        return (*words("Assumption"), *headings), with_rest(rows, len(self.effective))

    def _changes_table(self) -> Table:
        rows = [
            Row(
                (
                    name_in_words(swing.input.name),
                    formats.stated(change.value),
                    any_of(change.before),
                    any_of(change.after),
                )
            )
            for swing in self.turning
            for change in swing.changes
        ]
        columns = (*words("The winner changes with"), *numbers("at"), *words("from", "to"))
        return Table("winners", columns if rows else (), rows, numbers=self.winners)

    def notes(self) -> str:
        """Return what the intervals are of, where the answer turns round, and how one wins."""
        turns = [each.input.name for each in self.effective if not each.is_monotonic]
        turning_round = (
            f" The answer turns round on the way over {all_of(names_in_words(turns))}."
            if turns
            else ""
        )
        winning = (
            " The highest average wins; a change is told with 95 % confidence for each assumption"
            " by itself, and its values are the nearest to the present one at which it can be told."
            if self.question.against_baseline
            else ""
        )
        return (
            "95 % intervals of the lowest and the highest average over the values of an assumption,"
            f" and of the difference between the two.{turning_round}{winning} {RANGES}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return what was asked, and what every assumption does, as plain data."""
        return {
            **self.question.to_json(self.replications, self.seed),
            "may_be_best": list(self.best.may_be_best),
            "effects": [swing.to_json() for swing in self.swings],
        }


@refuses_unknown
def tornado(
    question: Question,
    replications: int = 100,
    *,
    points_each: int = POINTS_EACH,
    **keeping: Unpack[Keeping],
) -> Tornado:
    """Vary one assumption at a time.

    Parameters
    ----------
    question
        What is asked, and over what.
    replications
        How many at each point.
    points_each
        Values of each range, ends included.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If the plan does not take a value, or the outcome exists in no replication.
    ValueError
        If a number is not allowed, there is no such outcome, or the store is of another seed or
        engine.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> from modelops_abm.experiments import parse_input
    >>> inputs = (parse_input("team.focus=0.5..0.7"), parse_input("drift.severity=0.1..0.4"))
    >>> found = tornado(Question(plan, inputs), 5)
    >>> sorted(swing.input.name for swing in found.swings)
    ['drift.severity', 'team.focus']
    """
    values = [entry.points(points_each) for entry in question.inputs]
    points = [
        {entry.name: value}
        for entry, chosen in zip(question.inputs, values, strict=True)
        for value in chosen
    ]
    # All points in one call, so that every difference is over the same futures.
    outcomes = question.outcomes([{}, *points], replications, **keeping)
    names, usual, rest = question.alternatives, outcomes[:, 0], outcomes[:, 1:]
    edges = np.cumsum([len(chosen) for chosen in values])[:-1]
    base = question.answers(usual)
    swings = [
        Swing(
            entry,
            chosen,
            question.answers(part),
            base,
            best_along(names, chosen, part, (_usual(question, entry), usual)),
        )
        # Not strict: `split` makes one part even where there is no input.
        for entry, chosen, part in zip(
            question.inputs, values, np.split(rest, edges, axis=1), strict=False
        )
    ]
    swings.sort(key=lambda swing: -(swing.reach.estimate.mean or 0.0))
    seed = keeping.get("seed", 0)
    return Tornado(question, base, rank(names, usual), tuple(swings), seed)


def _usual(question: Question, entry: Input) -> Any:
    """Return the value as it is; of a distribution the mean, which is what a number changes."""
    value = value_at(question.plan, entry.name)
    return value.mean if isinstance(value, Distribution) and isinstance(entry, Range) else value
