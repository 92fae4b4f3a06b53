"""Futures worth watching: the best, the middle and the worst of those that Decide has run."""

from __future__ import annotations

import numpy as np

from modelops_abm.app.state.session import Session
from modelops_abm.experiments.paired import PairedDifference


def notable_futures(session: Session) -> dict[str, int]:
    """Return numbers of futures by what is special about them; none before Decide has run."""
    answer = session.answer.value
    if answer is None or answer.comparison is None:
        return {}
    comparison = answer.comparison
    if comparison.plan.scenario != session.plan.scenario:
        return {}
    return notable(comparison.difference("npv"))


def notable(difference: PairedDifference) -> dict[str, int]:
    """Return the futures in which a plan gains most, as usual, and least.

    Parameters
    ----------
    difference
        Of net present value, by future from 0.
    """
    order = np.argsort(difference.values, kind="stable")
    if not len(order):
        return {}
    return {
        "The plan gains most": int(order[-1]),
        "It gains as usual": int(order[len(order) // 2]),
        "It gains least": int(order[0]),
    }
