"""Batches of replications: what passes from worker to answer, and what is kept of it in memory.

Kept are those of a baseline, which is the same under plan after plan (docs/decisions/0068).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Lock
from typing import Any
from weakref import WeakSet

import numpy as np
import pandas as pd

from modelops_abm.arrays import Floats
from modelops_abm.scenario import Scenario, fingerprint_of


@dataclass(frozen=True)
class Batch:
    """Consecutive replications of one or several scenarios: what passes from worker to answer.

    Attributes
    ----------
    first
        Number of the first replication.
    totals
        Scenarios x replications x `outcomes.TOTALS`.
    series
        For each of the series asked for: scenarios x replications x outcomes x periods. They are
        summarised by the worker, so that days that nobody asked for are neither kept nor copied.
    models, events
        The table of each scenario, if asked for, with the number of the replication in front.
    """

    first: int
    totals: Floats
    series: tuple[Floats, ...] = ()
    models: tuple[pd.DataFrame, ...] = ()
    events: tuple[pd.DataFrame, ...] = ()

    def beside(self, others: Sequence[Batch]) -> Batch:
        """Return it with the same replications of further scenarios."""
        batches = (self, *others)
        return Batch(
            self.first,
            np.concatenate([batch.totals for batch in batches]),
            tuple(map(np.concatenate, zip(*(batch.series for batch in batches), strict=True))),
            tuple(table for batch in batches for table in batch.models),
            tuple(table for batch in batches for table in batch.events),
        )

    def cut(self, edges: Sequence[int]) -> Iterator[Batch]:
        """Yield its replications in parts, none of which goes beyond one of the edges.

        Parameters
        ----------
        edges
            Numbers of replications, ascending. Tables of models and events are left out.
        """
        end = self.first + self.totals.shape[1]
        inside = [edge for edge in edges if self.first < edge < end]
        for start, stop in pairwise((self.first, *inside, end)):
            part = slice(start - self.first, stop - self.first)
            yield Batch(start, self.totals[:, part], tuple(each[:, part] for each in self.series))


class RunCache:
    """Replications of scenarios, the latest used, within so many bytes; for any threads.

    Parameters
    ----------
    most_bytes
        How much is kept at most.

    Examples
    --------
    Of two plans of one organisation, the second runs its own replications only:

    >>> from modelops_abm import preset, with_values
    >>> from modelops_abm.experiments import compare
    >>> from modelops_abm.scenario import baseline_of
    >>> half = with_values(preset("monitoring_alone"), {"horizon_days": 60}, source="example")
    >>> plans = [half, with_values(half, {"capabilities.rollback.maximum": 1.0}, source="example")]
    >>> baseline, cache = baseline_of(half), RunCache(50_000_000)
    >>> kept = cache.of(baseline)
    >>> worth = [compare(each, 20, baseline=baseline, kept=kept).finance.npv for each in plans]
    >>> worth[1] == compare(plans[1], 20).finance.npv
    True
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._batches: OrderedDict[tuple[Hashable, ...], Batch] = OrderedDict()
        self._gone: WeakSet[Any] = WeakSet()
        self._lock = Lock()

    def of(self, *scenarios: Scenario, owner: Hashable = None) -> KeptRuns:
        """Return the runs of scenarios, for `stream` to take and to add to.

        Parameters
        ----------
        scenarios
            Of which runs are kept, and of no others; of all that are run if none is named.
        owner
            Whose runs they are, if nobody else is to have them: see `forget`. It must be one that
            can be referred to weakly.
        """
        return KeptRuns(self, scenarios, owner)

    def forget(self, owner: Hashable) -> None:
        """Drop all runs of an owner for good: what is still under way for it is not kept."""
        with self._lock:
            self._gone.add(owner)
            for key in [each for each in self._batches if each[0] == owner]:
                self._bytes -= _bytes_of(self._batches.pop(key))

    def get(self, key: tuple[Hashable, ...]) -> Batch | None:
        """Return a block of replications; None if it is not kept."""
        with self._lock:
            if key in self._batches:
                self._batches.move_to_end(key)
            return self._batches.get(key)

    def add(self, key: tuple[Hashable, ...], batch: Batch) -> None:
        """Keep a block of replications, and drop those that were used longest ago."""
        # What is cut out of more would hold all of that.
        own = replace(batch, series=tuple(each.copy() for each in batch.series))
        with self._lock:
            if key not in self._batches and key[0] not in self._gone:
                self._batches[key] = own
                self._bytes += _bytes_of(own)
            while self._bytes > self._most_bytes:
                _, dropped = self._batches.popitem(last=False)
                self._bytes -= _bytes_of(dropped)


class KeptRuns:
    """The runs that a cache keeps of some scenarios; see `RunCache.of`."""

    def __init__(self, cache: RunCache, scenarios: tuple[Scenario, ...], owner: Hashable) -> None:
        self._cache, self._scenarios, self._owner = cache, scenarios, owner
        # With the scenario, so that no other gets its identity.
        self._keys: dict[int, tuple[Scenario, str]] = {}

    def key_of(self, scenario: Scenario) -> str | None:
        """Return by which key runs of a scenario are kept; None if they are not."""
        if self._scenarios and scenario not in self._scenarios:
            return None
        if id(scenario) not in self._keys:  # once: every look asks again, and it may be large
            self._keys[id(scenario)] = scenario, fingerprint_of(scenario)
        return self._keys[id(scenario)][1]

    def get(self, what: tuple[Hashable, ...]) -> Batch | None:
        """Return a block of replications, by all that decides what it holds; None if not kept."""
        return self._cache.get((self._owner, *what))

    def add(self, what: tuple[Hashable, ...], batch: Batch) -> None:
        """Keep a block of replications."""
        self._cache.add((self._owner, *what), batch)


def _bytes_of(batch: Batch) -> int:
    return batch.totals.nbytes + sum(each.nbytes for each in batch.series)
