"""Which uncertain values drive an answer over draws of the organisation: no run is made for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.experiments.alternatives import may_lead
from modelops_abm.experiments.information import held_out, terms_of
from modelops_abm.experiments.running import Keeping, draws_in, refuses_unknown
from modelops_abm.experiments.sensitivity import MOST_ROWS, Question, most, with_rest
from modelops_abm.experiments.spread import (
    OVER_DRAWS,
    Unknown,
    both_ways,
    count_again,
    over_in_words,
    unknown_as_json,
    unknown_of,
)
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.experiments.words import INTERVAL, mean_of
from modelops_abm.representation import Reported, Row, Table, numbers, plain_rows, words
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import InputError
from modelops_abm.scenario.names import name_in_words

FEWEST = 32
"""Draws of which it can be told what drives an answer."""


@dataclass(frozen=True, repr=False)
class Drivers(Reported):
    """How far each uncertain value drives an answer, over draws of all of them.

    Attributes
    ----------
    question
        What was asked.
    columns
        By name the values of all draws.
    answers
        The answer in one future of each draw.
    as_set
        The answer at the values as set, over as many futures.
    unknown
        What of the spread of the answers is what nobody knows; None if that is not told.
    seed
        Of the chances.

    See Also
    --------
    drivers : gives it, and has an example.
    """

    question: Question
    columns: Mapping[str, NDArray[Any]]
    answers: Floats
    as_set: PairedDifference
    unknown: Unknown | None
    seed: int = 0

    @property
    def replications(self) -> int:
        """Number of draws, each in a future of its own."""
        return len(self.answers)

    def table(self) -> pd.DataFrame:
        """Return how far each value drives the answer, the first the most.

        `correlation` is that of ranks (Spearman 1904, doi:10.2307/1412159) with the ends of its
        95 % interval, `low` and `high` (Fisher 1921, with the variance of Bonett and Wright 2000,
        doi:10.1007/BF02294183); NaN of words. `alone` is the part of the variance of the ranks of
        the answer that the value explains by itself, a first-order index, by regression on draws
        that are predicted by others; 0 or more.
        """
        ranks = rankdata(self.answers)
        rows = {
            name: (*_correlation(column, ranks), _explained(column, ranks))
            for name, column in self.columns.items()
        }
        table = pd.DataFrame.from_dict(
            rows, orient="index", columns=["correlation", "low", "high", "alone"]
        ).rename_axis("input")
        known = table.fillna(0.0).to_numpy()
        # By the larger: no correlation sees an effect that turns round.
        strength = np.maximum(known[:, 0] ** 2, known[:, 3])
        return pd.DataFrame(table.iloc[np.argsort(-strength, kind="stable")])

    @property
    def may_drive_most(self) -> tuple[str, ...]:
        """Values whose correlation may be the largest, the largest estimate first."""
        table = self.table().dropna()
        ends = np.sort(np.abs(table[["low", "high"]].to_numpy()), axis=1)
        same_sign = np.sign(table["low"]) == np.sign(table["high"])
        # An interval across zero leaves open that there is no size at all.
        low = np.where(same_sign, ends[:, 0], 0.0)
        names = list(map(str, table.index))
        return tuple(may_lead(names, low.tolist(), ends[:, 1].tolist()) if low.any() else ())

    @property
    def finding(self) -> str:
        """Which value drives the answer most, if that can be told, without a full stop."""
        return most(self.may_drive_most, f"drives {self.question.subject} most")

    def sentence(self) -> str:
        """Return the answer at the values as set, and what drives it over draws."""
        what = self.question.subject
        as_set, over = (
            f"{what} is {self.question.level(mean_of(each))} on average."
            for each in (self.as_set, PairedDifference(self.answers))
        )
        return over_in_words(as_set, f"{over} {self.finding}.", self.unknown)

    def tables(self) -> tuple[Table]:
        """Return how far each value drives the answer."""
        rows = []
        for name, row in self.table().head(MOST_ROWS).iterrows():
            known = ("", "")
            if not math.isnan(row["correlation"]):
                ends = (_in_words(row[end]) for end in ("low", "high"))
                known = (_in_words(row["correlation"]), " to ".join(ends))
            rows.append(Row((name_in_words(str(name)), *known, formats.share(row["alone"], 0))))
        columns = (*words("Value"), *numbers("rank correlation", INTERVAL, "explains alone"))
        return (Table("drivers", columns, with_rest(rows, len(self.columns)), numbers=self.table),)

    def notes(self) -> str:
        """Return what the figures are."""
        return (
            "Rank correlation: from −1 to 1, of each value with the answer, while all others vary"
            " as the belief has them; values that are believed to go together share what they do."
            " Explains alone: part of the variance of the ranks of the answer."
            f" {OVER_DRAWS}, each by itself."
        )

    def to_json(self) -> dict[str, Any]:
        """Return what was asked, and how far each value drives the answer, as plain data."""
        asked = self.question.to_json(self.replications, self.seed)
        return {
            **asked,
            "drivers": plain_rows(self.table().reset_index()),
            "may_drive_most": list(self.may_drive_most),
            "at_the_values_as_set": mean_of(self.as_set),
            **unknown_as_json(self.unknown),
        }


def _correlation(column: NDArray[Any], ranks: Floats) -> tuple[float, float, float]:
    """Return the rank correlation of a value with its interval; NaN of words."""
    if column.dtype.kind not in "iuf":
        return math.nan, math.nan, math.nan
    if np.ptp(column) == 0 or np.ptp(ranks) == 0:
        return 0.0, 0.0, 0.0
    found = float(np.corrcoef(rankdata(column), ranks)[0, 1])
    error = math.sqrt((1.0 + found**2 / 2.0) / (len(ranks) - 3))
    # Of a correlation of 1 there is no score.
    middle = math.atanh(np.clip(found, -1.0 + 1e-12, 1.0 - 1e-12))
    wide = float(ndtri(0.5 + LEVEL / 2.0)) * error
    return found, math.tanh(middle - wide), math.tanh(middle + wide)


def _explained(column: NDArray[Any], ranks: Floats) -> float:
    design = np.column_stack([np.ones(len(ranks)), terms_of(column)])
    left = np.mean((held_out(design, ranks[None])[0] - ranks) ** 2)
    variance = float(np.var(ranks))
    return max(0.0, 1.0 - float(left) / variance) if variance > 0.0 else 0.0


def _in_words(correlation: float) -> str:
    return formats.number(correlation, 2)


@refuses_unknown
def drivers(question: Question, replications: int = 400, **keeping: Unpack[Keeping]) -> Drivers:
    """Tell which uncertain values drive an answer, over draws of all of them.

    Parameters
    ----------
    question
        What is asked; its inputs do not count.
    replications
        How many draws, each in one future.
    keeping
        See `running.Keeping`; with draws.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If fewer than 32 draws are asked for, each capability may be chosen, or the outcome does not
        exist in every future.
    ValueError
        If there are no draws, or not so many.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> from modelops_abm.experiments import draws_of
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> draws = draws_of(plan, 40, names=["team.focus", "drift.severity"])
    >>> sorted(drivers(Question(plan, ()), 40, draws=draws).columns)
    ['drift.severity', 'team.focus']
    """
    draws = draws_in(keeping)
    if replications < FEWEST:
        raise InputError(f"at least {FEWEST} draws are needed, not {replications}")
    if question.with_each:
        raise InputError("what drives an answer has a size, and which alternative wins has none")
    again, repeats = count_again(replications), draws.again()
    over, alone = both_ways(keeping)

    def asked(count: int, settings: Keeping, first: int = 0) -> Floats:
        found = question.outcomes([{}], count, first=first, **settings)
        if found.shape[2] < count:
            raise InputError(f"'{question.outcome}' does not exist in every future")
        return np.asarray(question.answers(found)[0])

    answers, as_set = (asked(replications, each) for each in (over, alone))
    pairs = asked(again, {**keeping, "progress": None, "draws": repeats}, repeats.first)
    return Drivers(
        question,
        {name: column[:replications] for name, column in draws.columns.items()},
        answers,
        PairedDifference(as_set),
        unknown_of(answers, pairs),
        keeping.get("seed", 0),
    )
