"""What each event of a plan does to its worth: with it minus without it, in the same futures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from threading import Event as Flag
from types import MappingProxyType

import numpy as np

from modelops_abm.app.state.answer import BANDS, PERIOD_DAYS
from modelops_abm.app.state.event_changes import without
from modelops_abm.app.state.events import events_of
from modelops_abm.app.state.plan import ON_THE_PAGE, Plan
from modelops_abm.arrays import Floats
from modelops_abm.experiments import Comparison, PairedDifference, comparisons
from modelops_abm.scenario import Scenario, with_values

LOOKS = (50, 200)
"""After how many futures effects are told."""
MOST_WEIGHED = 20
"""Events that are weighed one by one, the first of them: each takes a comparison of its own."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class EventEffects:
    """What the events of a plan change in what it is worth against its baseline.

    Attributes
    ----------
    plan, seed
        The plan, and the seed of the futures.
    each
        By key of the event: worth with all events minus worth without this one, future by future;
        of the first `MOST_WEIGHED`.
    together
        The same without any of them; None before the first estimate.
    changed, unchanged
        Plan and baseline with all of them, and without any, in the same futures; None before the
        first estimate.
    """

    plan: Plan
    seed: int
    each: Mapping[str, PairedDifference] = field(default_factory=lambda: MappingProxyType({}))
    together: PairedDifference | None = None
    changed: Comparison | None = None
    unchanged: Comparison | None = None


def event_effects(
    plan: Plan, seed: int, cancel: Flag | None = None, executor: Executor | None = None
) -> Iterator[EventEffects]:
    """Yield what each event does, as futures come in; nothing for a plan without events.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    """
    scenario = plan.scenario
    keys = [event.key for event in events_of(scenario)]
    if not keys:
        return
    run = partial(comparisons, seed=seed, cancel=cancel, executor=executor, looks=LOOKS)
    # Run side by side, look by look: all of them are of the same futures, so that what all share
    # falls out of the differences.
    whole, bare = (
        run(each, daily=BANDS, period_days=PERIOD_DAYS)
        for each in (scenario, _without(scenario, keys))
    )
    each = {key: run(_without(scenario, [key])) for key in keys[:MOST_WEIGHED] if len(keys) > 1}
    for with_all, with_none in zip(whole, bare, strict=True):
        worth = with_all.difference("npv").values
        together = _difference(worth, with_none)
        found = {key: _difference(worth, next(known)) for key, known in each.items()}
        yield EventEffects(plan, seed, found or {keys[0]: together}, together, with_all, with_none)


def _difference(worth: Floats, other: Comparison) -> PairedDifference:
    """Return by how much a plan is worth more than it is otherwise, future by future."""
    values = worth - other.difference("npv").values
    # What is added up from other amounts, as of another payroll, differs by rounding alone.
    smallest = _ROUNDING * np.max(np.abs(worth), initial=0.0)
    return PairedDifference(np.where(np.abs(values) > smallest, values, 0.0))


def _without(scenario: Scenario, keys: list[str]) -> Scenario:
    return with_values(scenario, without(scenario, keys), source=ON_THE_PAGE)
