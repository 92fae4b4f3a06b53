"""Draws of what is known of a scenario: organisations that it may be, keyed and frozen.

A draw of a value is named by seed, number of the draw and dotted name, so that one more uncertain
value moves no other. Which values are uncertain, and what is known of them: docs/decisions/0048.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from modelops_abm.arrays import Floats, Integers
from modelops_abm.core.randomness import chain, checked_seed, fill_with_uniforms, key_of_name
from modelops_abm.experiments.assumptions import SWITCH, whose, why_not
from modelops_abm.experiments.inputs import varied
from modelops_abm.experiments.sweep import Point
from modelops_abm.representation import Represented
from modelops_abm.scenario import (
    Distribution,
    InputError,
    Problem,
    Quantity,
    Scenario,
    catalogue,
    fingerprint_of,
)
from modelops_abm.scenario.columns import NOT_ABOVE, in_doubt, takes
from modelops_abm.scenario.fields import mean_at, nearest_full_name, value_at
from modelops_abm.scenario.knowledge import DECIDED, Knowledge, Spread, Weights
from modelops_abm.scenario.quantity import LARGEST_MEAN, with_mean
from modelops_abm.scenario.sources import LABELS, own_knowledge
from modelops_abm.text import printable

type Column = NDArray[Any]
type Known = tuple[dict[str, Knowledge], dict[str, str]]

MOST_DRAWS = 1_000_000
_LEAST_FACTOR = 1e-3
"""Of a size that is drawn so small that it would divide by nothing."""
_LARGEST = 700.0
"""Logarithm of about the largest number."""
AGAIN = 1 << 40
"""Replications of the same draws begin so many numbers later: nobody runs as many."""


@dataclass(frozen=True, repr=False)
class Draws(Represented):
    """Organisations that a scenario may be: so many values of each thing that is uncertain.

    Attributes
    ----------
    scenario
        The scenario; what is not drawn is as it says.
    columns
        By dotted name the values of all draws, read-only; of a distribution its mean.
    seed, first
        Which draws: those of the seed from this number on.
    left_out
        Why each other value is not drawn, by its name.
    source
        A digest of what they are drawn from, so that draws of the same number are the same; if
        empty, that of the draws themselves.
    """

    scenario: Scenario
    columns: Mapping[str, Column]
    seed: int = 0
    first: int = 0
    left_out: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def __len__(self) -> int:
        """Return how many draws there are."""
        return max(map(len, self.columns.values()), default=0)

    @cached_property
    def key(self) -> str:
        """What tells their runs from those of other draws, whatever their numbers are."""
        return _digest(self._origin, *sorted(self.columns))

    @cached_property
    def _origin(self) -> str:
        return self.source or _digest(self.first % AGAIN, *_content(self.columns))

    def part(self, first: int, count: int) -> Draws:
        """Return so many draws from a number on.

        Raises
        ------
        ValueError
            If there are not so many.
        """
        start = first - self.first
        if start < 0 or start + count > len(self):
            end = self.first + len(self) - 1
            raise ValueError(
                f"there are draws {self.first:,} to {end:,}, not {first:,} to {first + count - 1:,}"
            )
        columns = {name: each[start : start + count] for name, each in self.columns.items()}
        frozen = MappingProxyType(columns)
        return replace(self, columns=frozen, first=first, source=self._origin)

    def again(self, times: int = 1) -> Draws:
        """Return the same draws for replications of other numbers: with other chances.

        Parameters
        ----------
        times
            Which other ones: 1, 2, 3 ...

        Examples
        --------
        >>> draws = draws_of(Scenario(), 3, names=["team.focus"])
        >>> draws.again().points == draws.points, draws.again().first == draws.first
        (True, False)
        """
        return replace(self, first=self.first + times * AGAIN, source=self._origin)

    def without(self, names: Iterable[str]) -> Draws | None:
        """Return the draws of all other values, and None if there is none: these are as set.

        Names are dotted; that of a distribution's part, or of a section, means all of it.
        """
        gone = [name.removesuffix(".mean") for name in names]
        columns = {
            name: column
            for name, column in self.columns.items()
            if not any(name == other or name.startswith(f"{other}.") for other in gone)
        }
        frozen = MappingProxyType(columns)
        return replace(self, columns=frozen, source=self._origin) if columns else None

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The draws one by one: a value of everything that is uncertain."""
        values = [column.tolist() for column in self.columns.values()]
        names = tuple(self.columns)
        return tuple(
            MappingProxyType(dict(zip(names, row, strict=True)))
            for row in zip(*values, strict=True)
        )

    def table(self) -> pd.DataFrame:
        """Return the draws as a table: a row each, by its number."""
        numbers = pd.RangeIndex(self.first, self.first + len(self), name="draw")
        return pd.DataFrame({name: column.copy() for name, column in self.columns.items()}, numbers)

    def scenarios(self) -> list[Scenario]:
        """Return the scenario of each draw; a distribution keeps its spread, if the mean has it.

        Raises
        ------
        InputError
            If values do not go together, with the number of the draw.
        """
        numbers = range(self.first, self.first + len(self))
        return [self.applied_to(self.scenario, number) for number in numbers]

    def applied_to(self, scenario: Scenario, number: int) -> Scenario:
        """Return a scenario, this or another, with the values of a draw.

        Raises
        ------
        InputError
            If the values do not go together, with the number of the draw.
        """
        row = number - self.first
        # Not of `points`, which are of all draws: one is built to check the names.
        values = {
            name: _whole(scenario, name, *column[row : row + 1].tolist())
            for name, column in self.columns.items()
        }
        try:
            return varied(scenario, values)
        except InputError as error:
            raise InputError([*error.problems, Problem(f"this is draw {number}")]) from None

    def check(self, scenario: Scenario) -> None:
        """Check that a scenario takes the values of all draws, which takes no time for each.

        Raises
        ------
        InputError
            If the values of a draw do not go together, with its number.
        """
        is_columns = takes(scenario, self.columns)
        for row in in_doubt(scenario, self.columns) if is_columns else range(len(self)):
            self.applied_to(scenario, self.first + row)


def _whole(scenario: Scenario, name: str, value: Any) -> Any:
    now = value_at(scenario, name)
    if not isinstance(now, Distribution) or not isinstance(value, int | float):
        return value
    # What can be no mean is left as it is, for the scenario to refuse.
    return with_mean(now, float(value)) if 0.0 <= value <= LARGEST_MEAN else value


def draws_of(
    scenario: Scenario,
    count: int,
    *,
    seed: int = 0,
    first: int = 0,
    names: Iterable[str] | None = None,
) -> Draws:
    """Draw what is known of a scenario.

    Parameters
    ----------
    scenario
        The scenario.
    count
        How many draws.
    seed
        Decides on them, and is another than that of runs with the same seed.
    first
        Number of the first.
    names
        Which uncertain values; if None, all. The others are as the scenario says.

    Raises
    ------
    InputError
        If nothing is uncertain, or not what is named; or if they are too many, or none.
    ValueError
        If the seed, or the number of the first, is not a whole number of 0 or more.

    Examples
    --------
    >>> found = draws_of(Scenario(), 4, names=["team.focus", "drift.decay_alert"])
    >>> found.table().shape
    (4, 2)
    >>> later = draws_of(Scenario(), 1, first=3, names=["team.focus"])
    >>> later.points[0]["team.focus"] == found.points[3]["team.focus"]
    True
    """
    _check_count(count)
    seed, first = checked_seed(seed, "seed"), checked_seed(first, "first")
    known, left_out = known_of(scenario)
    chosen = tuple(known) if names is None else tuple(dict.fromkeys(names))
    if problems := [_not_uncertain(name, left_out) for name in chosen if name not in known]:
        raise InputError(problems)
    if not chosen:
        raise InputError("nothing is uncertain: the scenario states all its values")
    shares = {name: shares_of(name, count, seed, first) for name in chosen}
    drawn = draws_at(scenario, shares, seed=seed, first=first, known=(known, left_out))
    ranges = (f"{name} {known[name]!r}" for name in sorted(chosen))
    return replace(drawn, source=_digest(fingerprint_of(scenario), seed, *ranges))


def draws_at(
    scenario: Scenario,
    shares: Mapping[str, Floats],
    *,
    seed: int = 0,
    first: int = 0,
    known: Known | None = None,
) -> Draws:
    """Return the draws at given places within what is known.

    Parameters
    ----------
    scenario
        The scenario.
    shares
        By name of an uncertain value, which share of what is known of it lies below each draw:
        between 0 and 1, both excluded. Of what is in proportion to others, of its range where they
        are as they are drawn.
    seed, first
        What the draws are said to be of.
    known
        What `known_of` returned for the scenario, if it is at hand: asking takes longer than all
        else where draws are few.

    Raises
    ------
    InputError
        If a value is not uncertain.

    Examples
    --------
    >>> found = draws_at(Scenario(), {"team.focus": np.array([0.2, 0.5, 0.8])})
    >>> bool((np.diff(found.columns["team.focus"]) >= 0.0).all())
    True
    """
    each_known, left_out = known or known_of(scenario)
    if problems := [_not_uncertain(name, left_out) for name in shares if name not in each_known]:
        raise InputError(problems)
    drawing = _Drawing(scenario, {name: each_known[name] for name in shares}, shares)
    # In the catalogue's order, whatever the order of what is named.
    columns = {each.name: drawing.column(each) for each in catalogue() if each.name in shares}
    return _frozen(scenario, columns, seed, first, left_out)


def joint_draws(
    scenario: Scenario,
    table: pd.DataFrame,
    count: int,
    *,
    weights: Floats | None = None,
    seed: int = 0,
    first: int = 0,
) -> Draws:
    """Draw rows of a table of values, so that what goes together stays together.

    Parameters
    ----------
    scenario
        The scenario; what is not in the table is as it says.
    table
        Columns are dotted names; rows are what it may be (`read_points`).
    count, seed, first
        As `draws_of` has them.
    weights
        How likely each row is, in any unit; if None, all alike.

    Raises
    ------
    InputError
        If there is no row, a weight is below 0 or all are 0, or a column is no value's name.
    ValueError
        As `draws_of` does.

    Examples
    --------
    >>> table = pd.DataFrame({"team.developers": [4, 40], "portfolio.initial_models": [12, 120]})
    >>> found = joint_draws(Scenario(), table, 3).table()
    >>> set(found["portfolio.initial_models"] / found["team.developers"])
    {3.0}
    """
    _check_count(count)
    seed, first = checked_seed(seed, "seed"), checked_seed(first, "first")
    names = {each.name for each in catalogue()}
    unknown = [str(name) for name in table.columns if name not in names]
    if unknown or table.empty:
        raise InputError([_no_name(name) for name in unknown] or "the table has no row")
    parts = np.ones(len(table)) if weights is None else np.asarray(weights, dtype=np.float64)
    is_sound = len(parts) == len(table) and np.isfinite(parts).all() and parts.min() >= 0.0
    if not is_sound or parts.sum() == 0.0:
        raise InputError("weights are a number of 0 or more for each row, and not all 0")
    rows = _places(parts, shares_of("a row", count, seed, first))
    everything = {str(name): _typed(column.to_numpy()) for name, column in table.items()}
    columns = {name: column[rows] for name, column in everything.items()}
    source = _digest(seed, *_content(everything), *_content({"weights": parts}))
    return replace(_frozen(scenario, columns, seed, first, {}), source=source)


def _typed(column: Column) -> Column:
    """Return a column of a table with numpy's own type; pandas keeps words as objects."""
    # Columns of a type go to the kernel as they are; of others a scenario is built for each row.
    is_words = column.dtype == object and all(isinstance(value, str) for value in column)
    return column.astype(np.str_) if is_words else column


def known_of(scenario: Scenario) -> tuple[dict[str, Knowledge], dict[str, str]]:
    """Return what is known of each value that is uncertain, and why the others are not.

    What the plan decides is not, but for the team while nobody states it: it is of the size of the
    portfolio.
    """
    known: dict[str, Knowledge] = {}
    left_out: dict[str, str] = {}
    for entry in catalogue():
        if entry.name in LABELS:
            continue
        own, reason = own_knowledge(scenario, entry), why_not(scenario, entry)
        if entry.knowledge is not None and reason in (SWITCH, DECIDED):
            reason = whose(scenario, entry)
        found = entry.knowledge if own is None else own
        if found is None or (own is None and reason):
            left_out[entry.name] = reason
        else:
            known[entry.name] = found
    return known, left_out


def shares_of(name: str, count: int, seed: int, first: int = 0) -> Floats:
    """Return which share of what is known of a value lies below each of its draws: see `draws_of`.

    >>> shares_of("team.focus", 2, 0, first=1)[0] == shares_of("team.focus", 2, 0)[1]
    np.True_
    """
    # From a name where the key of a run has its seed, so that no draw shares the random numbers of
    # a run.
    key = chain(chain(key_of_name("knowledge"), seed), key_of_name(f"knowledge of {name}"))
    numbers = np.empty(count)
    fill_with_uniforms(key, first, numbers)
    return numbers


def needed_for(scenario: Scenario, names: Iterable[str]) -> tuple[str, ...]:
    """Return which uncertain values have to be drawn for some of them: themselves and their size.

    >>> needed_for(Scenario(), ["team.developers"])
    ('team.developers', 'portfolio.initial_models')
    """
    known, _ = known_of(scenario)
    found = [name for name in names if name in known]
    for name in found:  # grows on the way
        spread = known[name]
        others = [*spread.in_proportion_to] if isinstance(spread, Spread) else []
        others += [NOT_ABOVE[name]] if name in NOT_ABOVE else []
        found += [other for other in others if other in known and other not in found]
    return tuple(found)


class _Drawing:
    """Draws values one after the other, those that make the size before what is in proportion."""

    def __init__(
        self, scenario: Scenario, known: Mapping[str, Knowledge], shares: Mapping[str, Floats]
    ) -> None:
        self._scenario, self._known, self._shares = scenario, known, shares
        self._quantities = {each.name: each for each in catalogue()}
        self._drawn: dict[str, Column] = {}

    def column(self, quantity: Quantity) -> Column:
        """Return all draws of a value."""
        if quantity.name not in self._drawn:
            self._drawn[quantity.name] = self._draw(quantity)
        return self._drawn[quantity.name]

    def _draw(self, quantity: Quantity) -> Column:
        known, uniforms = self._known[quantity.name], self._shares[quantity.name]
        if isinstance(known, Weights):
            values, weights = zip(*known.values, strict=True)
            return np.asarray(values)[_places(np.asarray(weights), uniforms)]
        found = quantiles(known, mean_at(self._scenario, quantity.name), uniforms)
        for name, exponent in known.in_proportion_to.items():
            found = found * self._factor(name) ** exponent
        if limit := NOT_ABOVE.get(quantity.name):
            found = np.minimum(found, self._level(limit))
        return allowed(found, quantity)

    def _factor(self, name: str) -> Floats | float:
        """Return how many times larger a value is drawn than it is."""
        now = mean_at(self._scenario, name)
        if name not in self._known or now == 0.0:
            return 1.0
        return np.maximum(self._level(name) / now, _LEAST_FACTOR)

    def _level(self, name: str) -> Floats:
        is_drawn = name in self._known
        found = self.column(self._quantities[name]) if is_drawn else mean_at(self._scenario, name)
        return np.asarray(found, dtype=np.float64)


def quantiles(known: Spread, median: float, shares: Floats) -> Floats:
    """Return below what values such shares of what is known lie.

    Parameters
    ----------
    known
        The range.
    median
        The value itself, in the range.
    shares
        From 0 to 1, both excluded.

    Examples
    --------
    >>> ends = quantiles(Spread(50.0, 1000.0), 200.0, np.array([0.05, 0.5, 0.95]))
    >>> [round(float(end), 6) for end in ends]
    [50.0, 200.0, 1000.0]
    """
    # In units of the ends of the range: -1 at the low one, 1 at the high one.
    position = ndtri(shares) / ndtri(0.5 + known.percent / 200.0)
    below = _half(known, median, known.low, np.maximum(-position, 0.0))
    above = _half(known, median, known.high, np.maximum(position, 0.0))
    return np.where(position < 0.0, below, above)


def _half(known: Spread, median: float, end: float, part: Floats) -> Floats:
    """Return the values on the way from the median to an end, at such parts of it."""
    highest = np.inf if known.family == "lognormal" else 1.0
    if not (min(median, end) > 0.0 and max(median, end) < highest):
        # At the bound itself there is no logarithm: a normal distribution, which is cut there.
        return np.clip(median + (end - median) * part, 0.0, highest)
    to, back = (np.log, np.exp) if known.family == "lognormal" else (logit, expit)
    start = to(median)
    # A range over hundreds of powers of ten would leave the numbers there are.
    return np.asarray(back(np.clip(start + (to(end) - start) * part, -_LARGEST, _LARGEST)))


def allowed(values: Floats, quantity: Quantity) -> Column:
    """Return values cut at the bounds that a value has, and whole where it is."""
    bounds = quantity.bounds
    least = bounds.get("ge", np.nextafter(bounds.get("gt", -np.inf), np.inf))
    most = bounds.get("le", np.nextafter(bounds.get("lt", np.inf), -np.inf))
    if quantity.kind == "int":
        return np.clip(np.rint(values), least, most).astype(np.int64)
    return np.clip(values, least, most)


def _places(weights: Floats, uniforms: Floats) -> Integers:
    ends = np.cumsum(weights)
    places = np.searchsorted(ends, uniforms * ends[-1], side="right")
    # Rounding could lead past the last that has any weight.
    return np.asarray(np.minimum(places, np.flatnonzero(weights)[-1]))


def _frozen(
    scenario: Scenario, columns: dict[str, Column], seed: int, first: int, left_out: dict[str, str]
) -> Draws:
    for column in columns.values():
        column.flags.writeable = False
    return Draws(scenario, MappingProxyType(columns), seed, first, MappingProxyType(left_out))


def _content(columns: Mapping[str, Column]) -> Iterator[object]:
    for name, column in columns.items():
        yield name
        # An array of objects holds addresses, not what is there.
        is_plain = column.dtype.kind in "biuf"
        yield column.dtype, column.tobytes().hex() if is_plain else column.tolist()


def _digest(*facts: object) -> str:
    return hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_DRAWS:
        raise InputError(f"there may be 1 to {MOST_DRAWS:,} draws, not {count:,}")


def _not_uncertain(name: str, left_out: Mapping[str, str]) -> Problem:
    if name in left_out:
        return Problem(
            f"is not uncertain ({left_out[name]}); state a range", field=printable(name, 200)
        )
    return _no_name(name)


def _no_name(name: str) -> Problem:
    meant = nearest_full_name(name, name.split("."))
    return Problem("no such name", field=printable(name, 200), suggestion=meant)
