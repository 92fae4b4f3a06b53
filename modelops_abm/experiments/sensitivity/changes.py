"""Where along an assumption another alternative becomes the best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import LEVEL
from modelops_abm.experiments.ranking import Ranking, rank

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BestAt:
    """Which alternatives may be the best at a value of an assumption.

    Attributes
    ----------
    value
        Of the assumption.
    ranking
        Of the alternatives there.
    is_usual
        Whether the scenario itself has this value.
    """

    value: Any
    ranking: Ranking[str]
    is_usual: bool


@dataclass(frozen=True, slots=True)
class WinnerChange:
    """A value at which the winner is another than nearer to the value as it is.

    Attributes
    ----------
    value
        The nearest value at which this can be told.
    before
        Which alternatives may be the best at all values from the last change to here.
    after
        Which may be the best here: none of `before`.
    """

    value: Any
    before: tuple[str, ...]
    after: tuple[str, ...]


def best_along(
    alternatives: Sequence[str],
    values: Sequence[Any],
    outcomes: Floats,
    usual: tuple[Any, Floats],
) -> tuple[BestAt, ...]:
    """Return which alternatives may be the best at each value, the usual one at its place.

    With 95 % confidence the best is among them at all values of the assumption at once, as each
    takes an equal part of the permitted error (Bonferroni).

    Parameters
    ----------
    alternatives
        Their names.
    values
        Of the assumption, in order.
    outcomes
        Alternatives x values x replications.
    usual
        The value that the scenario has, and its outcomes: alternatives x replications.
    """
    usual_value, at_usual = usual
    places = list(zip(values, np.moveaxis(outcomes, 1, 0), strict=True))
    middle = next((i for i, each in enumerate(values) if _is_same(each, usual_value)), None)
    if middle is None:
        middle = _place_of(usual_value, values)
        places.insert(middle, (usual_value, at_usual))
    level = 1.0 - (1.0 - LEVEL) / len(places)
    return tuple(
        BestAt(value, rank(alternatives, found, level), place == middle)
        for place, (value, found) in enumerate(places)
    )


def changes_along(best: Sequence[BestAt]) -> tuple[WinnerChange, ...]:
    """Return where the winner changes, going outwards from the value as it is.

    Parameters
    ----------
    best
        As `best_along` gives it.
    """
    middle = next(place for place, each in enumerate(best) if each.is_usual)
    held = best[middle].ranking.may_be_best
    above, held = _changes(best[middle + 1 :], held)
    below, _ = _changes(best[:middle][::-1], held)
    return (*below[::-1], *above)


def _changes(
    best: Iterable[BestAt], held: tuple[str, ...]
) -> tuple[list[WinnerChange], tuple[str, ...]]:
    """Return the changes on the way, and what may be the best up to the first of them."""
    changes: list[WinnerChange] = []
    up_to_first = held
    for each in best:
        here = each.ranking.may_be_best
        both = tuple(name for name in held if name in here)
        if not both:
            changes.append(WinnerChange(each.value, held, here))
        held = both or here
        up_to_first = up_to_first if changes else held
    return changes, up_to_first


def _is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same up to rounding."""
    if _are_numbers(one, other):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(each, int | float) for each in values)


def _place_of(value: Any, values: Sequence[Any]) -> int:
    """Return the place of a value among growing numbers; what is no number comes first."""
    if not _are_numbers(value, *values):
        return 0
    return sum(each < value for each in values)
