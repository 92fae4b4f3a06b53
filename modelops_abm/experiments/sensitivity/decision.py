"""The decision: which of several alternatives wins, and which assumptions decide on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import Share, share
from modelops_abm.experiments.ranking import rank
from modelops_abm.experiments.sensitivity.indices import Indices, indices_of
from modelops_abm.experiments.winners import may_lead, winners, wins
from modelops_abm.representation import Represented

type Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Decision(Represented):
    """Which alternative wins while all assumptions vary together.

    Attributes
    ----------
    wins
        In which share of the independent points each alternative wins.
    told
        In which share of them the winner can be told from all others, as far as luck goes.
    indices
        Of the winner. Total: the chance that another value of this input alone changes the winner,
        as a part of the chance that two independent points have different winners. First-order: 1
        less the same ratio for points that share this input alone. All 0 if one wins everywhere.
    turns
        In which share of the base points another value of each input, drawn from its range, changes
        the winner.
    """

    wins: Mapping[str, Share]
    told: Share
    indices: Indices
    turns: Mapping[str, Share]

    @property
    def may_win_most(self) -> tuple[str, ...]:
        """Alternatives that may win most often, as far as the intervals tell."""
        low, high = zip(*((each.low, each.high) for each in self.wins.values()), strict=True)
        return tuple(may_lead(list(self.wins), low, high))

    def table(self) -> pd.DataFrame:
        """Return how often each alternative wins, an alternative a row."""
        rows = [(each.share, each.low, each.high) for each in self.wins.values()]
        index = pd.Index(list(self.wins), name="alternative")
        return pd.DataFrame(rows, columns=["share", "low", "high"], index=index)


def decision_of(
    alternatives: Sequence[str], inputs: tuple[str, ...], outcomes: Floats, seed: int = 0
) -> Decision:
    """Return which alternative wins at the points of `sobol.sobol_positions`, and why.

    Parameters
    ----------
    alternatives
        Their names; of equals the first wins.
    inputs
        Names of the inputs.
    outcomes
        Alternatives x points x replications; the highest mean wins.
    seed
        Decides on the bootstrap.
    """
    against_first = outcomes - outcomes[0]  # what all share would round differently in each
    won = winners(against_first.mean(axis=2))
    by_base = won.reshape(-1, len(inputs) + 2)
    ends = [0, -1]
    independent = against_first.reshape(len(alternatives), *by_base.shape, -1)[:, :, ends]
    turned = np.sum(by_base[:, 1:-1] != by_base[:, :1], axis=0).tolist()
    return Decision(
        wins=wins(alternatives, by_base[:, ends].ravel()),
        told=_told(independent.reshape(len(alternatives), -1, outcomes.shape[2])),
        indices=indices_of(inputs, np.eye(len(alternatives))[won], seed),
        turns={
            name: share(count, len(by_base)) for name, count in zip(inputs, turned, strict=True)
        },
    )


def _told(outcomes: Floats) -> Share:
    """Return the share of points at which the winner can be told from all others."""
    names = range(len(outcomes))
    decided = [rank(names, outcomes[:, point]).is_decided for point in range(outcomes.shape[1])]
    return share(sum(decided), len(decided))
