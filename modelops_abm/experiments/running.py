"""Running many scenarios over the same replications, and keeping what was run.

First the totals of scenarios, from a store as far as it has them, which every experiment runs
through; then outcomes from look to look; then paired differences as a table. A run is decided by
scenario, seed and number alone, so the store need not know which experiment asked.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import cache, wraps
from itertools import batched, pairwise
from typing import Any, TypedDict, Unpack, get_args

import numpy as np
import pandas as pd

from modelops_abm.arrays import Floats
from modelops_abm.core import outcomes
from modelops_abm.experiments.statistics import PairedDifference, checked_looks
from modelops_abm.experiments.store import Store
from modelops_abm.runs import Batch, Engine, ModelClass, Series, engine_in_words, stream
from modelops_abm.runs.batches import KeptRuns
from modelops_abm.runs.replications import Drawn
from modelops_abm.runs.resources import bytes_of_results, check_memory
from modelops_abm.runs.results import summary_values
from modelops_abm.scenario import Scenario, fingerprint_of
from modelops_abm.scenario.fields import nearest

_BYTES_PER_SCENARIO = 10_000
SCENARIOS_AT_ONCE, SCENARIOS_ELSEWHERE = 128, 1024
"""Scenarios that run side by side, block by block of replications; the rest waits its turn. Another
executor than ours may have many workers."""


class Running(TypedDict, total=False):
    """Keywords that every experiment with several scenarios takes."""

    seed: int
    """Seed of the random numbers that all scenarios share; 0 if not given."""
    progress: Callable[[int, int], None] | None
    """Called with the replications done and those at the last look; one counts when every scenario
    has it."""
    executor: Executor | None
    """Where to run; threads on all cores if None."""
    cancel: threading.Event | None
    """Set it from another thread to stop soon."""
    draws: Drawn | None
    """What the organisation may be (`draws_of`, `joint_draws`, a belief): replication n of every
    scenario has the values of draw n in place of its own. If None, all are as they say."""


class Keeping(Running, total=False):
    """Keywords that every experiment takes whose runs can be kept."""

    engine: Engine
    """``ensemble`` if not given, or ``mesa``."""
    model_class: ModelClass | None
    """A subclass of `ModelOpsModel` to run on the Mesa engine; its runs cannot be kept."""
    store: Store | None
    """Keeps what is run, and knows what was run before; it must be of the same seed and engine."""
    kept: KeptRuns | None
    """Runs of some of the scenarios, daily outcomes too, that are in memory from before."""


def refuses_unknown[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Have a function refuse keywords that its ``**name: Unpack[...]`` does not list.

    Type checkers do so already; Python itself takes them all.

    Raises
    ------
    TypeError
        At the call, for a keyword that is not known; the message names the nearest that is.
    """

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        known = _keywords_of(function)
        for name in kwargs:
            if name not in known:
                near = nearest(name, known)
                hint = f"; did you mean {near!r}?" if near else ""
                raise TypeError(
                    f"{function.__name__}() got an unexpected keyword argument {name!r}{hint}"
                )
        return function(*args, **kwargs)

    return checked


@cache
def _keywords_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's parameters and of its unpacked keywords."""
    *named, unpacked = inspect.signature(function, eval_str=True).parameters.values()
    (keywords,) = get_args(unpacked.annotation)
    return (*(each.name for each in named), *inspect.get_annotations(keywords))


@refuses_unknown
def totals_of(
    scenarios: Sequence[Scenario],
    replications: int,
    *,
    first: int = 0,
    **keeping: Unpack[Keeping],
) -> Floats:
    """Return the totals of every replication of every scenario: both x `outcomes.TOTALS`.

    Parameters
    ----------
    scenarios
        What to run, any number of them.
    replications, first
        How many of each, and the number of the first.
    keeping
        See `Keeping`; `progress` is called with the replications done and all there are, over all
        scenarios, those included that a store knows.

    Raises
    ------
    Cancelled
        If `cancel` was set; a store has then what was run.
    InputError
        If there is not enough memory for it.
    ValueError
        If a number is not allowed, or the store is of another seed or engine.
    """
    work = _Work(scenarios, first, replications, keeping)
    for places, start in work.missing():
        work.run(places, start)
    return work.totals


def check_room(scenarios: int, replications: int) -> None:
    """Check that so many replications of so many scenarios fit into memory.

    Raises
    ------
    InputError
        If they do not.
    """
    needed = scenarios * (_BYTES_PER_SCENARIO + bytes_of_results(Scenario(), replications))
    check_memory(needed, "take fewer points or replications")


class _Work:
    """The totals of many replications, as far as they are known."""

    def __init__(
        self, scenarios: Sequence[Scenario], first: int, count: int, keeping: Keeping
    ) -> None:
        self._scenarios, self._first, self._end = scenarios, first, first + count
        self._keeping = keeping
        is_elsewhere = keeping.get("executor") is not None
        self._at_once = SCENARIOS_ELSEWHERE if is_elsewhere else SCENARIOS_AT_ONCE
        self._store = checked_store(keeping)
        self._keys = [] if self._store is None else keys_of(scenarios, keeping)
        self._done = 0
        # Before the array is made: a system that promises more memory than it has would end the
        # process later, at a write.
        check_room(len(scenarios), count)
        self.totals = np.empty((len(scenarios), count, len(outcomes.TOTALS)))

    def missing(self) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield what is to be run: places of scenarios, and the first replication they lack.

        What a store knows is filled in on the way.
        """
        # Those that begin at the same replication run side by side, and each only what it lacks.
        lacking: dict[int, list[int]] = {}
        for place in range(len(self._scenarios)):
            lacking.setdefault(self._filled_in(place), []).append(place)
        self._report()
        for start, places in lacking.items():
            if start < self._end:
                for some in batched(places, self._at_once):
                    yield some, start

    def run(self, places: Sequence[int], start: int) -> None:
        """Run scenarios from a replication on."""
        scenarios = [self._scenarios[place] for place in places]
        for batch in batches_of(scenarios, start, self._end, self._keeping):
            begin = batch.first - self._first
            count = batch.totals.shape[1]
            self.totals[list(places), begin : begin + count] = batch.totals
            if self._store is not None:
                keys = [self._keys[place] for place in places]
                self._store.runs.add(keys, batch.first, batch.totals)
            self._done += count * len(places)
            self._report()

    def _filled_in(self, place: int) -> int:
        """Fill in what the store knows of a scenario; return the first replication it lacks."""
        if self._store is None:
            return self._first
        key, count = self._keys[place], self._end - self._first
        # Only an unbroken beginning counts, as what is run is a range; a later row is run again,
        # and dropped as the same to the bit.
        start = self._store.runs.first_missing(key, self._first, count)
        known = start - self._first
        self.totals[place, :known] = self._store.runs.rows(key, self._first, known)
        self._done += known
        return start

    def _report(self) -> None:
        if (progress := self._keeping.get("progress")) is not None:
            progress(self._done, self.totals.shape[0] * self.totals.shape[1])


def batches_of(
    scenarios: Sequence[Scenario],
    first: int,
    end: int,
    keeping: Keeping,
    series: Sequence[Series] = (),
) -> Iterator[Batch]:
    """Yield the replications of scenarios from one number on and before another, in order.

    Parameters
    ----------
    scenarios, first, end
        What to run, and which replications.
    keeping
        How; the store is left alone, and `progress` is not called.
    series
        Daily outcomes to keep; see `stream`.
    """
    draws = keeping.get("draws")
    if draws is not None and end == first:
        return iter(())
    return stream(
        scenarios,
        end - first,
        first=first,
        series=series,
        # Only those: all are laid out before the first is run.
        draws=None if draws is None else draws.part(first, end - first),
        seed=keeping.get("seed", 0),
        engine=keeping.get("engine", "ensemble"),
        model_class=keeping.get("model_class"),
        executor=keeping.get("executor"),
        cancel=keeping.get("cancel"),
        kept=keeping.get("kept"),
    )


def engine_of(keeping: Keeping) -> str:
    """Return what a result says it was run by."""
    return engine_in_words(keeping.get("engine", "ensemble"), keeping.get("model_class"))


def draws_in(keeping: Keeping) -> Drawn:
    """Return the draws that an experiment is over.

    Raises
    ------
    ValueError
        If there are none.
    """
    draws = keeping.get("draws")
    if draws is None:
        raise ValueError("draws= must say what the organisation may be")
    return draws


def keys_of(scenarios: Sequence[Scenario], keeping: Keeping) -> list[str]:
    """Return by which keys a store keeps the runs of scenarios, and of what they may be."""
    draws = keeping.get("draws")
    over = "" if draws is None else f"+{draws.key}"
    return [f"{fingerprint_of(each)}{over}" for each in scenarios]


def checked_store(keeping: Keeping) -> Store | None:
    """Return the store, which must be of the runs that are asked for.

    Raises
    ------
    ValueError
        If it is of another seed or engine, or a class of one's own is to run.
    """
    store = keeping.get("store")
    if store is not None and keeping.get("model_class") is not None:
        raise ValueError("a store keeps no runs of a model_class: nothing tells when it changes")
    asked = (keeping.get("seed", 0), keeping.get("engine", "ensemble"))
    if store is not None and store.provenance[:2] != asked:
        raise ValueError(f"the store keeps runs of {store.provenance[:2]}, not of {asked}")
    return store


# --------------------------------------------------------------------------------------
# Outcomes of several scenarios over the same replications, as they come in.


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
    """Yield the outcomes of scenarios with common random numbers after so many replications.

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
    # Replications are numbered, so those of one look are the first of the next; only what is new is
    # run.
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
    """Return an outcome of the run summary, or else a total, from totals along the last axis.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    _check_names((name,))
    if name in _SUMMARY:
        return summary_values(_SUMMARY[name], totals)
    return np.array(totals[..., outcomes.TOTALS.index(name)])


def _check_names(wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in _SUMMARY and name not in outcomes.TOTALS:
            raise ValueError(f"{name!r} is no outcome; see outcomes.SUMMARY and outcomes.TOTALS")


# --------------------------------------------------------------------------------------
# Paired differences as a table.


def difference_table(differences: Mapping[Any, PairedDifference]) -> pd.DataFrame:
    """Return differences as a table, one a row.

    Columns: `mean`; `half_width` of its 95 % interval; `futures_low` and `futures_high`, between
    which 95 of 100 futures lie; `n`, the replications that count.
    """
    columns = ["mean", "half_width", "futures_low", "futures_high"]
    rows = [
        (entry.estimate.mean, entry.estimate.half_width, *(entry.futures or (None, None)))
        for entry in differences.values()
    ]
    table = pd.DataFrame(rows, columns=columns, dtype=np.float64)
    table["n"] = [entry.estimate.n for entry in differences.values()]
    return table.set_axis(pd.Index(list(differences)), axis=0)
