"""What a plan would be worth if one of its values were at the ends of its range."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from modelops_abm.app.state.plan import Plan
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.samples import sampled
from modelops_abm.parameters import InputError, Quantity, baseline_of
from modelops_abm.simulate.sharing import Account, Rank, new_caller

LOOKS = (16, 48, 100)


@dataclass(frozen=True)
class Effect:
    """The worth of a plan at some values of one of its numbers, over the same futures.

    Attributes
    ----------
    name
        Dotted name of the number.
    worths
        Worth of the plan against its baseline, by value; the plan's own value under None.
    changes
        The same less that of the plan as it is, by value.
    """

    name: str
    worths: Mapping[float | None, PairedDifference]
    changes: Mapping[float, PairedDifference]


def ends_of(quantity: Quantity) -> tuple[float, float] | None:
    """Return the ends of the range found in the sources; None if there are none to try."""
    if not quantity.is_number or quantity.plausible is None or quantity.name == "horizon_days":
        return None
    return quantity.plausible


def stream_effect(
    plan: Plan,
    quantity: Quantity,
    seed: int,
    cancel: threading.Event,
    *,
    may_run: Callable[[Plan], bool],
    account: Account,
) -> Iterator[Effect]:
    """Yield what the ends of a range do to the worth of a plan, better known from look to look.

    Parameters
    ----------
    plan
        The plan.
    quantity
        The number whose range is tried; it must have `ends_of`.
    seed
        Seed of the futures.
    cancel
        Set it from another thread to stop soon.
    may_run
        Whether the visitor has agreed to so large a plan.
    account
        The visitor's, of what is used of the shared threads.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If an end of the range does not go with the rest of the plan, or makes it larger than the
        visitor has agreed to.
    """
    ends = ends_of(quantity)
    assert ends is not None
    whole = quantity.kind == "int"
    values = [int(end) if whole else end for end in ends]
    plans = [plan, *(plan.changed({quantity.name: value}) for value in values)]
    for value, there in zip((plan.value(quantity.name), *values), plans, strict=True):
        if not may_run(there):
            raise InputError(_unagreed(quantity, value))
    scenarios = [side for entry in plans for side in (entry.scenario, baseline_of(entry.scenario))]
    caller = new_caller(Rank.LAST, account=account)
    looks = sampled(scenarios, LOOKS, ("npv",), seed=seed, cancel=cancel, executor=caller)
    for samples in looks:
        npv = samples["npv"]
        own, *others = npv[0::2] - npv[1::2]
        worths = dict(zip((None, *values), map(PairedDifference, (own, *others)), strict=True))
        changes = {
            value: PairedDifference(other - own)
            for value, other in zip(values, others, strict=True)
        }
        yield Effect(quantity.name, worths, changes)


def _unagreed(quantity: Quantity, value: float) -> str:
    return (
        f"At {value:,.4g} {quantity.unit} the plan is larger than you have agreed to run:"
        " set that value and say yes to running it first."
    )
