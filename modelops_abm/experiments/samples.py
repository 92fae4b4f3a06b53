"""Outcomes of several scenarios over the same replications, as they come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.experiments.looks import checked_looks
from modelops_abm.experiments.running import Keeping, refuses_unknown, totals_of
from modelops_abm.parameters import Scenario
from modelops_abm.results import summary_values

type Floats = NDArray[np.float64]
Samples = Mapping[str, Floats]
"""Scenarios x replications of each outcome; NaN where it does not exist."""

LOOKS = (25, 100, 200)
"""Replications after which there is something to see."""

_SUMMARY = {outcome.name: outcome for outcome in outcomes.SUMMARY}


@refuses_unknown
def sampled(
    scenarios: Sequence[Scenario],
    looks: Sequence[int],
    wanted: Sequence[str],
    **keeping: Unpack[Keeping],
) -> Iterator[Samples]:
    """Yield the outcomes of scenarios that share their luck after so many replications.

    Parameters
    ----------
    scenarios
        What to run.
    looks
        After how many replications to yield; all replications so far come each time.
    wanted
        Names of outcomes of the run summary, or else of totals; nothing else is kept.
    keeping
        See `Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If the looks are none or do not grow, or there is no outcome of a name.
    """
    _check_names(wanted)
    kept: dict[str, list[Floats]] = {name: [] for name in wanted}
    for start, look in pairwise((0, *checked_looks(looks))):
        keeping_on = keeping.copy()
        keeping_on["progress"] = _progress_of(keeping, len(scenarios), start, looks[-1])
        totals = totals_of(scenarios, look - start, first=start, **keeping_on)
        for name in wanted:
            kept[name].append(outcome_of(name, totals))
        yield {name: np.concatenate(parts, axis=1) for name, parts in kept.items()}


def _progress_of(
    keeping: Keeping, scenarios: int, start: int, aim: int
) -> Callable[[int, int], None] | None:
    """Return what tells of replications that all scenarios have, from the runs of a look."""
    progress = keeping.get("progress")
    if progress is None or scenarios == 0:
        return None
    return lambda done, _: progress(start + done // scenarios, aim)


def outcome_of(name: str, totals: Floats) -> Floats:
    """Return an outcome of the run summary, or else a total, from totals along the last axis."""
    if name in _SUMMARY:
        return summary_values(_SUMMARY[name], totals)
    return np.array(totals[..., outcomes.TOTALS.index(name)])


def _check_names(wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in _SUMMARY and name not in outcomes.TOTALS:
            raise ValueError(f"{name!r} is no outcome; see outcomes.SUMMARY and outcomes.TOTALS")
