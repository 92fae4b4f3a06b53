"""Scenarios that differ in values only: one scenario that holds a column where they differ.

Building and checking a scenario takes longer than running it. Where thousands are wanted that
differ in numbers, flags and words, what the kernel takes is made of columns, all rows at once, and
bounds are checked so too. What is checked of a single scenario stays the rule: a row in doubt is
built, and says itself what is wrong (docs/decisions/0048).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops_abm.arrays import Flags
from modelops_abm.scenario.fields import Quantity, catalogue, value_at
from modelops_abm.scenario.quantity import LARGEST_MEAN, Distribution, Section, spread_at
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.sections import OF_KIND

type Column = NDArray[Any]

NOT_ABOVE = {
    "capabilities.monitoring.delay_with_days": "capabilities.monitoring.delay_without_days"
}
"""Values that may not be above others: what a scenario refuses beside the bounds of each value."""
_DTYPES = {"float": "fi", "distribution": "fi", "int": "i", "flag": "b", "choice": "U"}
"""Kinds of value that may be a column, and of what type of numpy."""
_LENGTHS = ("horizon_days", "incidents.shared_sources")
"""What decides how long the tables are, or which numbers a client's rows may name."""


def takes(scenario: Scenario, columns: Mapping[str, Column]) -> bool:
    """Return whether these values may be columns of a scenario.

    They may if nothing else depends on them but numbers: no table has another length, and no day
    another set of changes.
    """
    changed = {name for change in scenario.changes for name in change.values}
    # A client's row that states a mean has the spread of the scenario.
    lent = set() if scenario.imported is None else set(OF_KIND.values())
    return all(
        name in _quantities()
        and name not in changed
        and name not in _LENGTHS
        and column.dtype.kind in _DTYPES.get(_quantities()[name].kind, "")
        and (name not in lent or _keeps_spread(value_at(scenario, name), column))
        for name, column in columns.items()
    )


def _keeps_spread(now: Any, means: Column) -> bool:
    """Return whether a value, if it is a distribution, has its spread at each of the means."""
    if not isinstance(now, Distribution):
        return True
    spread = now.family, now.cv
    return all(spread_at(*spread, mean) == spread for mean in means.tolist())


def with_columns(scenario: Scenario, columns: Mapping[str, Column]) -> Scenario:
    """Return a scenario with columns in place of values, of a distribution in place of its mean.

    It is for what computes with values alike whether they are one or many, and for nothing else: it
    cannot be run, printed or saved.

    Parameters
    ----------
    columns
        By dotted name, all of one length; `takes` tells whether they may be.

    Examples
    --------
    >>> two = with_columns(Scenario(), {"team.focus": np.array([0.5, 0.75])})
    >>> 2.0 * two.team.focus
    array([1. , 1.5])
    """
    typed = {
        tuple(name.split(".")): column.astype(np.int64 if quantity.kind == "int" else np.float64)
        if (quantity := _quantities()[name]).is_number
        else column
        for name, column in columns.items()
    }
    return _with_columns(scenario, typed)


def _with_columns[S: Section](section: S, columns: Mapping[tuple[str, ...], Column]) -> S:
    update: dict[str, Any] = {}
    for name, paths in groupby(sorted(columns), lambda path: path[0]):
        inner = {path[1:]: columns[path] for path in paths}
        old = getattr(section, name)
        if isinstance(old, Distribution):
            update[name] = old.model_copy(update={"mean": inner[()]})
        else:
            update[name] = inner[()] if () in inner else _with_columns(old, inner)
    return section.model_copy(update=update)


def in_doubt(scenario: Scenario, columns: Mapping[str, Column]) -> list[int]:
    """Return the rows of columns that a scenario may refuse: each of them is to be built, to see.

    Every other row is allowed if the first one is, which speaks for the names.
    """
    count = max(map(len, columns.values()), default=0)
    doubtful = np.zeros(count, dtype=np.bool_)
    doubtful[:1] = True
    for name, column in columns.items():
        doubtful |= ~_is_within(column, _quantities()[name])
    for name, limit in NOT_ABOVE.items():
        if name in columns or limit in columns:
            doubtful |= ~(_column(scenario, columns, name) <= _column(scenario, columns, limit))
    return [int(place) for place in np.flatnonzero(doubtful)]


def _is_within(column: Column, quantity: Quantity) -> Flags:
    if not quantity.is_number:
        return np.isin(column, quantity.choices) | (column.dtype.kind == "b")
    bounds = quantity.bounds
    most = (
        bounds.get("le", LARGEST_MEAN)
        if quantity.kind == "distribution"
        else bounds.get("le", np.inf)
    )
    # Of NaN every comparison is false.
    within = (column >= bounds.get("ge", -np.inf)) & (column <= most)
    strictly = (column > bounds.get("gt", -np.inf)) & (column < bounds.get("lt", np.inf))
    return np.asarray(within & strictly)


def _column(scenario: Scenario, columns: Mapping[str, Column], name: str) -> Any:
    return columns[name] if name in columns else value_at(scenario, name)


@cache
def _quantities() -> Mapping[str, Quantity]:
    return {each.name: each for each in catalogue()}
