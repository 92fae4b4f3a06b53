"""Which level or change to prefer, in sentences made of the measured numbers alone."""

from __future__ import annotations

from modelops_abm.experiments.credit.changes import LevelChange, SingleChanges
from modelops_abm.experiments.credit.levels import LevelWorth
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.phrases import (
    known_money,
    level_of_capability,
    level_word,
    listed,
)


def best_level(levels: LevelWorth) -> str:
    """Return which level tried is best, what it is worth here, and what cannot be told."""
    if len(levels.levels) == 1:
        return "No other level was tried."
    ranking, here = levels.ranking(), levels.here
    best = ranking.order[0]
    candidates = [level_word(level) for level in sorted(ranking.may_be_best)]
    if here not in ranking.may_be_best:
        gain = known_money(levels.worth(best, against=here), signed=True)
        unsure = _not_told_from([word for word in candidates if word != level_word(best)])
        found = f"{level_word(best)}, worth {gain} against {level_word(here)}{unsure}"
    elif ranking.is_decided:
        found = f"{level_word(here)}, the plan's own"
    else:
        found = f"can't tell {listed(candidates)} apart"
    return f"Best level tried: {found}."


def best_single_change(changes: SingleChanges) -> str:
    """Return which single change helps most, what the plan is worth then, and what is not told."""
    ranking = changes.ranking()
    best = ranking.order[0]
    if best is None and ranking.is_decided:
        return "No single change of a level helps."
    if best is None or None in ranking.may_be_best:
        return "No single change of a level can be told to help yet."
    others = [_change(change) for change in ranking.may_be_best[1:] if change is not None]
    gain = known_money(changes.gain(best), signed=True)
    return (
        f"The best single change is {_change(best)}, worth {gain}{_not_told_from(others)}."
        f" {_then(changes.worth(best))}"
    )


def _not_told_from(others: list[str]) -> str:
    return f"; can't tell it from {listed(others)}" if others else ""


def _then(worth: PairedDifference) -> str:
    if worth.verdict == "cannot tell yet":
        return "The plan then cannot be told from the baseline."
    verb = "is then worth" if worth.verdict == "earns" else "still loses"
    return f"The plan {verb} {known_money(worth)}."


def _change(change: LevelChange) -> str:
    return level_of_capability(change.capability, change.level)
