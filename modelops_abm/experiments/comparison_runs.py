"""Futures of a baseline and its plans in the same luck: those that are kept, then those to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.finance import payback_days
from modelops_abm.experiments.running import Keeping, batches_of, checked_store
from modelops_abm.experiments.store import Store, pair_of
from modelops_abm.runs import Batch, Series
from modelops_abm.scenario import Scenario, fingerprint_of

type Floats = NDArray[np.float64]

_NET_VALUE = Series(("discounted_net_value",))


@dataclass(frozen=True)
class Futures:
    """Consecutive replications of a baseline and its plans.

    Attributes
    ----------
    first
        Number of the first.
    totals
        Scenarios x replications x `outcomes.TOTALS`.
    paybacks
        Day of payback of every scenario against the baseline: scenarios x replications.
    daily
        Daily outcomes that are wanted: scenarios x replications x outcomes x periods; None if none.
    """

    first: int
    totals: Floats
    paybacks: Floats
    daily: Floats | None = None


def futures_of(
    scenarios: Mapping[str, Scenario],
    baseline: str,
    looks: Sequence[int],
    wanted: Series,
    keeping: Keeping,
) -> Iterator[Futures]:
    """Yield the replications of scenarios in order, none of the parts going beyond a look.

    A store has no daily outcomes: if they are wanted, all is run again.

    Parameters
    ----------
    scenarios, baseline
        What to run, by name, and which of them is the baseline.
    looks
        Numbers of replications, ascending; the last is how many there are.
    wanted
        Daily outcomes that are wanted.
    keeping
        How to run; `progress` is not called.

    Raises
    ------
    Cancelled
        If `cancel` was set; a store has then what was run.
    ValueError
        If a number is not allowed, or the store is of another seed or engine.
    """
    store = checked_store(keeping)
    place = list(scenarios).index(baseline)
    kept = None if store is None else _Kept(store, list(scenarios.values()), place)
    known = 0 if kept is None or wanted.names else kept.count(looks[-1])
    if kept is not None:
        for start, end in pairwise((0, *(look for look in looks if look < known), known)):
            if end > start:
                yield kept.futures(start, end)
    series = [_NET_VALUE, wanted] if wanted.names else [_NET_VALUE]
    for batch in batches_of(list(scenarios.values()), known, looks[-1], keeping, series):
        for part in batch.cut(looks):
            futures = _paired(part, place)
            if kept is not None:
                kept.add(futures)
            yield futures


def _paired(batch: Batch, baseline: int) -> Futures:
    net_value, *wanted = batch.series
    by_day = net_value[:, :, 0]
    paybacks = np.array(
        [payback_days(np.cumsum(each - by_day[baseline], axis=1)) for each in by_day]
    )
    return Futures(batch.first, batch.totals, paybacks, wanted[0] if wanted else None)


class _Kept:
    """What a store has of some scenarios and a baseline.

    Parameters
    ----------
    store
        The store.
    scenarios, baseline
        The scenarios, and the place of the baseline among them.
    """

    def __init__(self, store: Store, scenarios: Sequence[Scenario], baseline: int) -> None:
        self._store = store
        self._keys = [fingerprint_of(each) for each in scenarios]
        self._pairs = [pair_of(key, self._keys[baseline]) for key in self._keys]

    def count(self, most: int) -> int:
        """Return how many replications it has of all of them, counted from the first."""
        runs, paybacks = self._store.runs, self._store.paybacks
        return min(
            *(runs.first_missing(key, 0, most) for key in self._keys),
            *(paybacks.first_missing(pair, 0, most) for pair in self._pairs),
        )

    def futures(self, start: int, end: int) -> Futures:
        """Return replications that are there."""
        runs, paybacks = self._store.runs, self._store.paybacks
        return Futures(
            start,
            np.array([runs.rows(key, start, end - start) for key in self._keys]),
            np.array([paybacks.rows(pair, start, end - start)[:, 0] for pair in self._pairs]),
        )

    def add(self, futures: Futures) -> None:
        """Keep replications."""
        self._store.runs.add(self._keys, futures.first, futures.totals)
        self._store.paybacks.add(self._pairs, futures.first, futures.paybacks[:, :, np.newaxis])
