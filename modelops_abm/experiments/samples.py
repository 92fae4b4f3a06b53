"""Outcomes of several scenarios over the same replications, as they come in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.experiments.looks import checked_looks
from modelops_abm.parameters import Scenario
from modelops_abm.results import summary_values
from modelops_abm.simulate import Batch, stream

type Floats = NDArray[np.float64]
Samples = Mapping[str, Floats]
"""Scenarios x replications of each outcome; NaN where it does not exist."""

LOOKS = (25, 100, 200)
"""Replications after which there is something to see."""

_SUMMARY = {outcome.name: outcome for outcome in outcomes.SUMMARY}


class Running(TypedDict, total=False):
    """Keywords that every experiment with many scenarios takes.

    Attributes
    ----------
    seed
        Seed of the luck that all scenarios share; 0 if not given.
    progress
        Called with the replications done and those at the last look; one counts when every
        scenario has it.
    executor
        Where to run; threads on all cores if None.
    cancel
        Set it from another thread to stop soon.
    """

    seed: int
    progress: Callable[[int, int], None] | None
    executor: Executor | None
    cancel: threading.Event | None


def sampled(
    scenarios: Sequence[Scenario],
    looks: Sequence[int],
    wanted: Sequence[str],
    **running: Unpack[Running],
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
    running
        See `Running`.

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
        for batch in _batches(scenarios, start, look, running):
            for name in wanted:
                kept[name].append(outcome_of(name, batch.totals))
            if (progress := running.get("progress")) is not None:
                progress(batch.first + batch.totals.shape[1], looks[-1])
        yield {name: np.concatenate(parts, axis=1) for name, parts in kept.items()}


def outcome_of(name: str, totals: Floats) -> Floats:
    """Return an outcome of the run summary, or else a total, from totals along the last axis."""
    if name in _SUMMARY:
        return summary_values(_SUMMARY[name], totals)
    return np.array(totals[..., outcomes.TOTALS.index(name)])


def _batches(
    scenarios: Sequence[Scenario], start: int, look: int, running: Running
) -> Iterator[Batch]:
    return stream(
        scenarios,
        look - start,
        first=start,
        seed=running.get("seed", 0),
        executor=running.get("executor"),
        cancel=running.get("cancel"),
    )


def _check_names(wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in _SUMMARY and name not in outcomes.TOTALS:
            raise ValueError(f"{name!r} is no outcome; see outcomes.SUMMARY and outcomes.TOTALS")
