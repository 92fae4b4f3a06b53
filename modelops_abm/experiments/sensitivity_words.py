"""Words that the sensitivity analyses share; they claim no more than the intervals allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from modelops_abm import formats
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.sensitivity import Question
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.experiments.words import mean_of
from modelops_abm.representation import Row
from modelops_abm.runs.summary import OUTCOMES
from modelops_abm.text import any_of

MOST_NAMED, MOST_ROWS = 3, 20
"""Assumptions that a sentence names, and that a table shows."""
NOTHING_MOVES = "None of these assumptions changes anything"
RANGES = "Ranges are what the sources leave open; many are judgement."


def subject(question: Question) -> str:
    """Return what is asked about: the worth of the plan in net present value."""
    words = "net present value" if question.outcome == "npv" else question.outcome.replace("_", " ")
    return f"the worth of the plan in {words}" if question.against_baseline else words


def level(question: Question, value: float) -> str:
    """Return an answer in its unit."""
    unit = OUTCOMES[question.outcome].unit
    if unit == "share" and question.against_baseline:
        return formats.points(value)
    return formats.amount(value, unit)


def span(question: Question, low: float, high: float) -> str:
    """Return an interval of answers in short: 1.2 to 2.3 M."""
    unit = OUTCOMES[question.outcome].unit
    if unit.startswith("$"):
        return formats.money_interval(low, high)
    if unit == "share":
        words = formats.points_interval(low, high)
        return words.replace(" points", f"{formats.NARROW_SPACE}%")
    return formats.interval(low, high)


def interval(question: Question, answer: PairedDifference) -> str:
    """Return the 95 % interval of a mean answer; the answer itself if there is none."""
    low, high = answer.estimate.low, answer.estimate.high
    if low is None or high is None:
        return level(question, mean_of(answer))
    return span(question, low, high)


def names_in_words(names: Sequence[str]) -> list[str]:
    """Return names of assumptions as they stand within a sentence."""
    return [in_words(name).lower() for name in names]


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


def asked_as_json(question: Question, replications: int, seed: int) -> dict[str, Any]:
    """Return what was asked as plain data."""
    return {
        "version": simulator_version(),
        "seed": seed,
        "replications": replications,
        "scenario": question.plan.model_dump(mode="json", exclude_none=True),
        "outcome": question.outcome,
        "against_baseline": question.against_baseline,
        "unit": OUTCOMES[question.outcome].unit,
        "alternatives": list(question.alternatives),
    }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain data, its index first."""
    rows = table.reset_index().to_dict(orient="records")
    return [{str(name): value for name, value in row.items()} for row in rows]
