"""What is asked of every point of a sensitivity analysis, and the words that the analyses share.

The words claim no more than the intervals allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.alternatives import names_of, outcomes_at, variants_of
from modelops_abm.experiments.inputs import Input, check_inputs, varied
from modelops_abm.experiments.running import Keeping, refuses_unknown
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.experiments.sweep import Point
from modelops_abm.experiments.words import mean_of
from modelops_abm.representation import Represented, Row
from modelops_abm.runs.summary import OUTCOMES
from modelops_abm.scenario import InputError, Scenario
from modelops_abm.scenario.names import name_said
from modelops_abm.text import any_of


def problem_of(names: tuple[str, ...]) -> dict[str, object]:
    """Return inputs with positions from 0 to 1, as SALib takes them."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


@dataclass(frozen=True, repr=False)
class Question(Represented):
    """An outcome of a plan, as a function of its assumptions.

    Attributes
    ----------
    plan
        The plan, with the assumptions as they are.
    inputs
        The assumptions that are varied. In the plan and in its alternatives they are the same.
    outcome
        Name of an outcome of the run summary.
    against_baseline
        Whether the difference that the plan makes is asked for, future by future, and not the
        outcome itself. Then there is a decision too: which alternative has the highest outcome.
    with_each
        Whether each capability that the plan raises may be chosen alone.

    Raises
    ------
    InputError
        If there is nothing to choose, but each capability may be chosen.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> from modelops_abm.experiments import parse_input
    >>> question = Question(preset("all_five"), (parse_input("team.focus=0.5..0.9"),))
    >>> question.subject
    'the worth of the plan in net present value'
    >>> list(question.alternatives)
    ['the baseline', 'the plan']
    """

    plan: Scenario
    inputs: tuple[Input, ...]
    outcome: str = "npv"
    against_baseline: bool = True
    with_each: bool = False

    def __post_init__(self) -> None:
        if self.with_each and not self.against_baseline:
            raise InputError(
                "a plan that is asked for alone leaves nothing to choose; to choose among its"
                " capabilities, ask for its difference from the baseline"
            )

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Names of the alternatives, the plan last; of a plan asked for alone that is all."""
        if not self.against_baseline:
            return ("the plan",)
        return names_of(self.plan, with_each=self.with_each)

    @refuses_unknown
    def outcomes(
        self,
        points: Sequence[Point],
        replications: int,
        *,
        first: int = 0,
        **keeping: Unpack[Keeping],
    ) -> Floats:
        """Return the outcome of every alternative at every point, common random numbers for all.

        Returns
        -------
        array
            Alternatives x points x those replications in which it exists for all of them.

        Raises
        ------
        Cancelled
            If `cancel` was set.
        InputError
            If the plan does not take a value, or the outcome exists in no replication.
        """
        check_inputs(self.plan, self.inputs)
        plans = [varied(self.plan, point) if point else self.plan for point in points]
        # The names are those of the plan as it is: at a point where a level is varied to 0 it would
        # have fewer alternatives, and the array no shape.
        names = self.alternatives
        alternatives = [tuple(variants_of(plan, names).values()) for plan in plans]
        return outcomes_at(points, alternatives, self.outcome, replications, first=first, **keeping)

    def answers(self, outcomes: Floats) -> Floats:
        """Return the answer: the plan's outcome, or what that is more than the baseline's.

        Parameters
        ----------
        outcomes
            Alternatives first, as `Question.outcomes` gives them.
        """
        return np.asarray(outcomes[-1] - outcomes[0] if self.against_baseline else outcomes[-1])

    @property
    def unit(self) -> str:
        """The unit of the outcome."""
        return OUTCOMES[self.outcome].unit

    @property
    def subject(self) -> str:
        """What is asked about, in words: the worth of the plan in net present value."""
        words = "net present value" if self.outcome == "npv" else self.outcome.replace("_", " ")
        return f"the worth of the plan in {words}" if self.against_baseline else words

    def level(self, value: float) -> str:
        """Return an answer in its unit."""
        if self.unit == "share" and self.against_baseline:
            return formats.points(value)
        return formats.amount(value, self.unit)

    def span(self, low: float, high: float) -> str:
        """Return an interval of answers in short: 1.2 to 2.3 M."""
        if self.unit.startswith("$"):
            return formats.money_interval(low, high)
        if self.unit == "share":
            words = formats.points_interval(low, high)
            return words.replace(" points", f"{formats.NARROW_SPACE}%")
        return formats.interval(low, high)

    def interval(self, answer: PairedDifference) -> str:
        """Return the 95 % interval of a mean answer; the answer itself if there is none."""
        low, high = answer.estimate.low, answer.estimate.high
        return self.level(mean_of(answer)) if low is None or high is None else self.span(low, high)

    def to_json(self, replications: int, seed: int) -> dict[str, Any]:
        """Return what was asked as plain data."""
        return {
            "version": simulator_version(),
            "seed": seed,
            "replications": replications,
            "scenario": self.plan.model_dump(mode="json", exclude_none=True),
            "outcome": self.outcome,
            "against_baseline": self.against_baseline,
            "unit": self.unit,
            "alternatives": list(self.alternatives),
        }


# --------------------------------------------------------------------------------------
# The words that the analyses share.

MOST_NAMED, MOST_ROWS = 3, 20
"""Assumptions that a sentence names, and that a table shows."""
NOTHING_MOVES = "None of these assumptions changes anything"
RANGES = "Ranges are what the sources leave open; many are judgement."


def names_in_words(names: Sequence[str]) -> list[str]:
    """Return names of assumptions as they stand within a sentence."""
    return [name_said(name) for name in names]


def most(names: Sequence[str], what: str) -> str:
    """Return which assumption does something most, if it is one of a few."""
    if not 0 < len(names) <= MOST_NAMED:
        return f"Which assumption {what} cannot be told yet"
    return f"What {what} is {any_of(names_in_words(names))}"


def with_rest(rows: Sequence[Row], count: int) -> list[Row]:
    """Return the first rows, and how many there are beyond them.

    Parameters
    ----------
    rows
        The rows, or the first of them.
    count
        How many there are.
    """
    shown = list(rows[:MOST_ROWS])
    if count > MOST_ROWS:
        shown.append(Row((f"... {formats.number(count - MOST_ROWS)} that matter less",)))
    return shown
