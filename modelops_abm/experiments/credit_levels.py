"""What other levels are worth: each level of one capability, and every single change of a plan.

First the levels of one capability with the rest of the plan kept; then which single change of any
level helps most; then both in sentences made of the measured numbers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Unpack

import pandas as pd

from modelops_abm.arrays import Floats
from modelops_abm.experiments.credit_reasons import OUTCOMES, Reasons, reasons_of
from modelops_abm.experiments.plans import (
    STOPS,
    check_level,
    level_of,
    raised,
    start_of,
    with_levels,
)
from modelops_abm.experiments.running import (
    LOOKS,
    Keeping,
    Samples,
    difference_table,
    refuses_unknown,
    sampled,
)
from modelops_abm.experiments.statistics import PairedDifference, Ranking, moved_with, rank
from modelops_abm.experiments.words import known_money, level_of_capability, level_word
from modelops_abm.representation import Represented
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, Scenario, baseline_of
from modelops_abm.text import all_of


@dataclass(frozen=True, repr=False)
class LevelWorth(Represented):
    """A plan with one capability at several levels, over the same replications.

    Attributes
    ----------
    plan, seed
        What was run.
    capability
        The capability.
    levels
        Those tried, rising: the start level first, and the plan's own.
    samples
        Of each outcome of `credit_reasons.OUTCOMES`: levels x replications.
    focus
        Share of a developer's day that is worked, by replication, if it is drawn.
    """

    plan: Scenario
    seed: int
    capability: CapabilityName
    levels: tuple[float, ...]
    samples: Samples
    focus: Floats | None = None

    @property
    def replications(self) -> int:
        """Number of replications of each level."""
        return int(self.samples["npv"].shape[1])

    @property
    def here(self) -> float:
        """The plan's own level."""
        return level_of(self.plan, self.capability)

    def worth(self, level: float, against: float | None = None) -> PairedDifference:
        """Return the difference of NPV between two levels, in $ of day 0.

        Parameters
        ----------
        level
            One of `levels`.
        against
            Another one; the start level if None.

        Raises
        ------
        ValueError
            If a level has not been tried.
        """
        npv, start = self.samples["npv"], self.levels[0]
        other = npv[self._place(start if against is None else against)]
        return PairedDifference(npv[self._place(level)] - other)

    def known_with(self, whole: Floats) -> LevelWorth:
        """Return the worth of the levels with that of the whole plan better known.

        As `Credit.known_with`: then the plan's own level, and the capability in the credit of the
        plan, are one number.

        Parameters
        ----------
        whole
            What the plan is worth against its baseline, in $ of day 0, in these replications and
            more; of fewer, these alone count.
        """
        count = min(len(whole), self.replications)
        samples = {name: values[:, :count] for name, values in self.samples.items()}
        npv = samples["npv"]
        moved = npv[0] + moved_with(npv - npv[0], whole[:count], float(whole.mean()))
        focus = None if self.focus is None else self.focus[:count]
        return replace(self, samples={**samples, "npv": moved}, focus=focus)

    def ranking(self) -> Ranking[float]:
        """Return the levels by their NPV, highest first, and which may be the best of them.

        The best one tried looks a little better than it is, since chance has helped to choose it.
        """
        return rank(self.levels, self.samples["npv"])

    def table(self) -> pd.DataFrame:
        """Return the worth of each level against the start level; columns as of `Credit.table`."""
        return difference_table({level: self.worth(level) for level in self.levels})

    def reasons(self, level: float | None = None) -> Reasons:
        """Return what a level, by default the plan's own, changes against the start level.

        Raises
        ------
        ValueError
            If the level has not been tried.
        """
        chosen = self.here if level is None else level
        place = self._place(chosen)
        differences = {name: values[place] - values[0] for name, values in self.samples.items()}
        return reasons_of(self.plan, self.capability, chosen, differences, self.focus)

    def _place(self, level: float) -> int:
        if level not in self.levels:
            tried = ", ".join(f"{entry:g}" for entry in self.levels)
            raise ValueError(f"level {level:g} of {self.capability} was not tried ({tried} were)")
        return self.levels.index(level)


@refuses_unknown
def stream_level_worth(
    plan: Scenario,
    capability: CapabilityName,
    levels: Sequence[float] = STOPS,
    looks: Sequence[int] = LOOKS,
    **keeping: Unpack[Keeping],
) -> Iterator[LevelWorth]:
    """Yield what each level of a capability is worth, better known from look to look.

    Parameters
    ----------
    plan
        The plan; all but this capability stays as it is.
    levels
        Levels to try, 0 to 1. The start level and the plan's own are tried anyway; what is below
        the start level is not, as nothing is ever taken away.
    looks
        After how many replications of each level to yield.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled, InputError
        As `stream_credit` does; an InputError also if there is no such capability.
    ValueError
        If a level is not from 0 to 1, or the looks are none or do not grow.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> list(stream_level_worth(plan, "rollback", (0.0, 1.0), looks=(5, 10)))[-1].levels
    (0.0, 1.0)
    """
    tried = _to_try(levels, start_of(plan, capability), level_of(plan, capability))
    scenarios = [with_levels(plan, {capability: level}) for level in tried]
    drawn = {} if (draws := keeping.get("draws")) is None else draws.columns
    for samples in sampled(scenarios, looks, OUTCOMES, **keeping):
        count = samples["npv"].shape[1]
        focus = drawn["team.focus"][:count] if "team.focus" in drawn else None
        yield LevelWorth(plan, keeping.get("seed", 0), capability, tried, samples, focus)


@refuses_unknown
def level_worth(
    plan: Scenario,
    capability: CapabilityName,
    levels: Sequence[float] = STOPS,
    replications: int = 200,
    **keeping: Unpack[Keeping],
) -> LevelWorth:
    """Return what each level of a capability is worth, from replications of every level.

    See Also
    --------
    stream_level_worth : for the other parameters and the errors.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> level_worth(plan, "rollback", (0.0, 0.5, 1.0), 10).levels
    (0.0, 0.5, 1.0)
    """
    return next(stream_level_worth(plan, capability, levels, (replications,), **keeping))


@refuses_unknown
def why(
    plan: Scenario, capability: CapabilityName, replications: int = 200, **keeping: Unpack[Keeping]
) -> Reasons:
    """Return why a capability earns or costs: what the plan changes by raising it.

    See Also
    --------
    stream_level_worth : for the parameters and the errors; its results give the same reasons.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> why(plan, "rollback", 10).capability
    'rollback'
    """
    return level_worth(plan, capability, (), replications, **keeping).reasons()


def _to_try(levels: Sequence[float], start: float, own: float) -> tuple[float, ...]:
    """Return the start level and what lies above it, the plan's own level included."""
    for level in levels:
        check_level(level)
    return (start, *sorted({level for level in (*levels, own) if level > start}))


# --------------------------------------------------------------------------------------
# Which single change of a plan's levels helps most.


@dataclass(frozen=True, slots=True, repr=False)
class LevelChange(Represented):
    """Another level of one capability."""

    capability: CapabilityName
    """Which one."""
    level: float
    """From 0 to 1."""


@dataclass(frozen=True, repr=False)
class SingleChanges(Represented):
    """A plan with one of its levels changed, every such change over the same replications.

    Attributes
    ----------
    plan, seed
        What was run.
    changes
        Those tried.
    npv
        In $ of day 0: the baseline, the plan as it is and each change x replications.
    """

    plan: Scenario
    seed: int
    changes: tuple[LevelChange, ...]
    npv: Floats

    @property
    def replications(self) -> int:
        """Number of replications of each change."""
        return int(self.npv.shape[1])

    def worth(self, change: LevelChange | None) -> PairedDifference:
        """Return the NPV of the changed plan against the baseline; None is the plan as it is.

        Raises
        ------
        ValueError
            If the change has not been tried.
        """
        return PairedDifference(self.npv[self._place(change)] - self.npv[0])

    def gain(self, change: LevelChange) -> PairedDifference:
        """Return the NPV of the changed plan against the plan as it is.

        Raises
        ------
        ValueError
            If the change has not been tried.
        """
        return PairedDifference(self.npv[self._place(change)] - self.npv[1])

    def ranking(self) -> Ranking[LevelChange | None]:
        """Return the changes by their NPV, highest first, and which may be the best of them.

        None is the plan as it is. The best one tried looks a little better than it is, since chance
        has helped to choose it.
        """
        # Without the baseline, which is in the first row.
        return rank((None, *self.changes), self.npv[1:])

    def table(self) -> pd.DataFrame:
        """Return the gain of each change over the plan as it is; columns as of `Credit.table`."""
        return difference_table(
            {(change.capability, change.level): self.gain(change) for change in self.changes}
        )

    def _place(self, change: LevelChange | None) -> int:
        return 1 if change is None else 2 + self.changes.index(change)


def single_changes(plan: Scenario) -> tuple[LevelChange, ...]:
    """Return what may be changed: each level up or down to the next stop, or down to its start.

    Of a plan that raises nothing, each to every stop above its start: what to begin with.
    """
    is_of_plan = bool(raised(plan))
    return tuple(
        LevelChange(name, level)
        for name in CAPABILITY_NAMES
        for level in (
            _other_levels(level_of(plan, name), start_of(plan, name))
            if is_of_plan
            else (stop for stop in STOPS if stop > start_of(plan, name))
        )
    )


@refuses_unknown
def stream_single_changes(
    plan: Scenario, looks: Sequence[int] = LOOKS, **keeping: Unpack[Keeping]
) -> Iterator[SingleChanges]:
    """Yield what each single change of a level brings, better known from look to look.

    A level may go up or down to the next stop, of 0, 0.25, 0.5, 0.75 and 1, or down to its start;
    of a plan that raises nothing, up to every stop.

    Parameters
    ----------
    plan
        The plan.
    looks
        After how many replications of each change to yield.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled, InputError
        As `stream_credit` does.
    ValueError
        If the looks are none or do not grow.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> len(list(stream_single_changes(plan, (5, 10))))
    2
    """
    changes = single_changes(plan)
    changed = [with_levels(plan, {change.capability: change.level}) for change in changes]
    # In the order that `SingleChanges._place` counts on.
    for samples in sampled([baseline_of(plan), plan, *changed], looks, ("npv",), **keeping):
        yield SingleChanges(plan, keeping.get("seed", 0), changes, samples["npv"])


@refuses_unknown
def try_single_changes(
    plan: Scenario, replications: int = 200, **keeping: Unpack[Keeping]
) -> SingleChanges:
    """Return what each single change of a level brings.

    See Also
    --------
    stream_single_changes : for the other parameters and the errors.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> len(try_single_changes(plan, 10).changes) > 1
    True
    """
    return next(stream_single_changes(plan, (replications,), **keeping))


def _other_levels(level: float, start: float) -> list[float]:
    """Return the next stop above a level, the next below, and the start, as far as they differ."""
    above = [stop for stop in STOPS if stop > level][:1]
    below = [max(start, stop) for stop in STOPS if stop < level][-1:]
    return sorted({*above, *below, start} - {level})


# --------------------------------------------------------------------------------------
# Which level or change to prefer, in sentences made of the measured numbers alone.


def _signed(worth: PairedDifference) -> str:
    return known_money(worth, signed=True)


def best_level(levels: LevelWorth, written: Callable[[PairedDifference], str] = _signed) -> str:
    """Return which level tried is best, what it is worth here, and what cannot be told.

    Parameters
    ----------
    levels
        Those that were tried.
    written
        How a worth is written; by default with the digits that are known.
    """
    if len(levels.levels) == 1:
        return "No other level was tried."
    ranking, here = levels.ranking(), levels.here
    best = ranking.order[0]
    candidates = [level_word(level) for level in sorted(ranking.may_be_best)]
    # Another level is named only if the plan's own is known to be worse; else the best of many by
    # chance would win.
    if here not in ranking.may_be_best:
        gain = written(levels.worth(best, against=here))
        unsure = _not_told_from([word for word in candidates if word != level_word(best)])
        found = f"{level_word(best)}, worth {gain} against {level_word(here)}{unsure}"
    elif ranking.is_decided:
        found = f"{level_word(here)}, the plan's own"
    else:
        found = f"can't tell {all_of(candidates)} apart"
    return f"Best level tried: {found}."


class Writing(Protocol):
    """How what a change is worth is written, with a sign; and a plan, without."""

    def __call__(self, worth: PairedDifference, /, *, signed: bool = False) -> str:
        """Return an amount in words."""


def best_single_change(changes: SingleChanges, written: Writing = known_money) -> str:
    """Return which single change helps most, what the plan is worth then, and what is not told.

    Parameters
    ----------
    changes
        What was tried.
    written
        How amounts are written; beside others they have the unit and the digits of those.
    """
    ranking = changes.ranking()
    best = ranking.order[0]
    if best is None and ranking.is_decided:
        return "No single change of a level helps."
    if best is None or None in ranking.may_be_best:
        return "No single change of a level can be told to help yet."
    others = [_change(change) for change in ranking.may_be_best[1:] if change is not None]
    gain = written(changes.gain(best), signed=True)
    found = f"The best single change is {_change(best)}, worth {gain}{_not_told_from(others)}."
    # Of a baseline that is all it would be worth.
    is_of_plan = changes.worth(None).values.any()
    return f"{found} {_then(changes.worth(best), written)}" if is_of_plan else found


def _not_told_from(others: list[str]) -> str:
    return f"; can't tell it from {all_of(others)}" if others else ""


def _then(worth: PairedDifference, written: Writing) -> str:
    if worth.verdict == "cannot tell yet":
        return "The plan then cannot be told from the baseline."
    verb = "is then worth" if worth.verdict == "earns" else "still loses"
    return f"The plan {verb} {written(worth)}."


def _change(change: LevelChange) -> str:
    return level_of_capability(change.capability, change.level)
