"""A sweep: at which values of the inputs to look, what was found there, and the run.

First the designs, which make points of inputs: a grid, a Latin hypercube, a Sobol sequence. Then
the result: outcomes of every point, paired with the scenario as it is, and the effect of each
input. Then running it. docs/decisions/0020.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, Unpack, get_args

import numpy as np
import pandas as pd
from scipy.stats import qmc

from modelops_abm import formats
from modelops_abm.arrays import Floats, Integers
from modelops_abm.core import outcomes
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.inputs import Input, Range, check_inputs, varied
from modelops_abm.experiments.running import (
    Keeping,
    check_room,
    engine_of,
    outcome_of,
    refuses_unknown,
    totals_of,
)
from modelops_abm.experiments.spread import (
    OVER_DRAWS,
    Over,
    Unknown,
    again_of,
    both_ways,
    count_again,
    over_in_words,
    unknown_as_json,
    unknown_of,
)
from modelops_abm.experiments.statistics import estimate
from modelops_abm.experiments.words import HALF_WIDTH, Difference
from modelops_abm.formats import number
from modelops_abm.representation import (
    Column,
    Reported,
    Represented,
    Row,
    Table,
    numbers,
    plain_rows,
)
from modelops_abm.runs.summary import OUTCOMES
from modelops_abm.scenario import InputError, Problem, Scenario
from modelops_abm.scenario.names import name_in_words, value_said
from modelops_abm.text import all_of

type Point = Mapping[str, Any]
"""A value for each input, by its name."""
type Design = Literal["grid", "latin", "sobol"]

DESIGNS: tuple[Design, ...] = get_args(Design.__value__)
MOST_POINTS = 100_000
_POINTS_EACH, _MOST_WHOLE_NUMBERS = 5, 20


def points_of(
    design: Design, inputs: Sequence[Input], points: int | None = None, *, seed: int = 0
) -> tuple[Point, ...]:
    """Return the points of a design.

    Parameters
    ----------
    design
        ``grid``, ``latin`` (hypercube) or ``sobol``.
    inputs
        What is varied.
    points
        How many: of a grid for each range, see `grid`; of the others in all, 64 if None.
    seed
        Decides on the points of a Latin hypercube or the scrambling of a Sobol sequence.

    Raises
    ------
    InputError
        If they are too many, or of a number that the design does not have.
    ValueError
        If there is no such design, or the seed is not a whole number of 0 or more.

    Examples
    --------
    >>> from modelops_abm.experiments import parse_input
    >>> inputs = [parse_input("team.developers=4..6")]
    >>> [point["team.developers"] for point in points_of("grid", inputs)]
    [4, 5, 6]
    """
    if design not in DESIGNS:
        raise ValueError(f"design must be one of {', '.join(DESIGNS)}, not {design!r}")
    match design:
        case "grid":
            return grid(inputs, points)
        case "latin":
            return latin_hypercube(inputs, 64 if points is None else points, seed=seed)
        case "sobol":
            return sobol_points(inputs, 64 if points is None else points, seed=seed)


def grid(inputs: Sequence[Input], points_each: int | None = None) -> tuple[Point, ...]:
    """Return every combination of the inputs' values, the last input changing fastest.

    Parameters
    ----------
    inputs
        What is varied: all values of a choice, of a range so many at equal distances or ratios.
    points_each
        How many values of a range; if None, 5, or every whole number of up to 20.

    Raises
    ------
    InputError
        If there are too many combinations, or none.

    Examples
    --------
    >>> from modelops_abm.experiments import parse_input
    >>> inputs = (parse_input("team.developers=4..5"), parse_input("drift.severity=0.1,0.2"))
    >>> [tuple(point.values()) for point in grid(inputs)]
    [(4, 0.1), (4, 0.2), (5, 0.1), (5, 0.2)]
    """
    if points_each is not None:
        _check_count(points_each)
    values = [entry.points(points_each or _usual_count(entry)) for entry in inputs]
    # Counted before they are made, as they may be billions.
    _check_count(math.prod(map(len, values)))
    names = [entry.name for entry in inputs]
    return tuple(_point(names, combination) for combination in itertools.product(*values))


def _usual_count(entry: Input) -> int:
    """Return how many values of an input a grid has, if nobody says otherwise."""
    if isinstance(entry, Range) and entry.is_whole:
        count = int(entry.high - entry.low) + 1
        return count if count <= _MOST_WHOLE_NUMBERS else _POINTS_EACH
    return _POINTS_EACH


def latin_hypercube(inputs: Sequence[Input], points: int, *, seed: int = 0) -> tuple[Point, ...]:
    """Return points of which each has its own part of every input (McKay et al. 1979).

    doi:10.1080/00401706.1979.10489755. The parts are as many as the points.

    Raises
    ------
    InputError
        If there are too many points, or none.
    ValueError
        If the seed is not a whole number of 0 or more.

    Examples
    --------
    >>> from modelops_abm.experiments import parse_input
    >>> points = latin_hypercube([parse_input("drift.severity=0..1")], 4)
    >>> sorted(int(4 * point["drift.severity"]) for point in points)
    [0, 1, 2, 3]
    """
    _check_count(points)
    sampler = qmc.LatinHypercube(len(inputs), rng=np.random.default_rng(seed))
    return at_positions(inputs, sampler.random(points))


def sobol_points(inputs: Sequence[Input], points: int, *, seed: int = 0) -> tuple[Point, ...]:
    """Return points of a scrambled Sobol sequence (Owen 1998, doi:10.1006/jcom.1998.0487).

    Raises
    ------
    InputError
        If their number is no power of two, for which alone the sequence is balanced, or is too
        large.
    ValueError
        If the seed is not a whole number of 0 or more.

    Examples
    --------
    >>> from modelops_abm.experiments import parse_input
    >>> points = sobol_points([parse_input("drift.severity=0..1")], 4)
    >>> sorted(int(4 * point["drift.severity"]) for point in points)
    [0, 1, 2, 3]
    """
    _check_count(points)
    # 0 of powers of two alone.
    if points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        raise InputError(
            f"a Sobol sequence has 1, 2, 4, 8 ... points: {below} or {2 * below}, not {points}"
        )
    sampler = qmc.Sobol(len(inputs), rng=np.random.default_rng(seed))
    return at_positions(inputs, sampler.random(points))


def at_positions(inputs: Sequence[Input], positions: Floats) -> tuple[Point, ...]:
    """Return the points at positions from 0 to 1: points x inputs."""
    names = [entry.name for entry in inputs]
    return tuple(
        _point(names, [entry.at(float(part)) for entry, part in zip(inputs, row, strict=True)])
        for row in positions
    )


def _point(names: Sequence[str], values: Sequence[Any]) -> Point:
    return MappingProxyType(dict(zip(names, values, strict=True)))


def _check_count(points: int) -> None:
    if not 1 <= points <= MOST_POINTS:
        raise InputError(
            f"a sweep has 1 to {number(MOST_POINTS)} points, not {number(points)}; vary fewer"
            " inputs, or take fewer values of each"
        )


# --------------------------------------------------------------------------------------
# What a sweep found: outcomes of every point, and the effect of each input.


MOST_LEVELS = 12
"""Values of an input that are told apart; of more, equal parts of its values are."""
_PARTS = 5
_MOST_ROWS, _ROWS_EACH_END = 20, 8
"""Points that are shown one by one; of more, so many at each end."""
_MOST_TOLD = 20
"""Wrong values of a table that are told one by one."""
_MEASURES = ["mean", "half_width", "n", "difference", "difference_half_width"]


@dataclass(frozen=True, repr=False)
class SweepResult(Reported):
    """The outcomes of every point of a sweep, and of the scenario it departs from.

    Attributes
    ----------
    scenario, inputs, points, seed, engine
        What was run.
    totals
        The scenario and then its points x replications x `outcomes.TOTALS`.
    version
        Of the package.
    outcome
        The outcome that sentences, tables and figures are about.
    over
        If it is over draws of what the organisation may be: the same at the values as set, and the
        totals of the scenario in the futures of some draws once more.

    See Also
    --------
    run_sweep : gives it, and has an example.
    """

    scenario: Scenario
    inputs: tuple[Input, ...]
    points: tuple[Point, ...]
    seed: int
    engine: str
    totals: Floats
    version: str = field(default_factory=simulator_version)
    outcome: str = "npv"
    over: Over[SweepResult] | None = None

    def about(self, outcome: str) -> SweepResult:
        """Return the same, to be told of another outcome of the run summary."""
        over = self.over and replace(self.over, as_set=self.over.as_set.about(outcome))
        return replace(self, outcome=outcome, over=over)

    @property
    def unknown(self) -> Unknown | None:
        """What of the spread of the scenario itself is what nobody knows; None without draws."""
        if self.over is None:
            return None
        again = outcome_of(self.outcome, self.over.again)
        return unknown_of(self._all_values(self.outcome)[0], again)

    @property
    def replications(self) -> int:
        """Number of replications of each point."""
        return int(self.totals.shape[1])

    def values(self, outcome: str) -> Floats:
        """Return an outcome: points x replications; NaN where it does not exist.

        Raises
        ------
        ValueError
            If there is no such outcome or total.
        """
        return self._all_values(outcome)[1:]

    def differences(self, outcome: str) -> Floats:
        """Return how far every point is from the scenario, replication by replication.

        Raises
        ------
        ValueError
            As of `values`.
        """
        values = self._all_values(outcome)
        return np.asarray(values[1:] - values[0])

    @cached_property
    def inputs_table(self) -> pd.DataFrame:
        """The values of the inputs: a row for each point."""
        rows = [[_in_cell(point[entry.name]) for entry in self.inputs] for point in self.points]
        table = pd.DataFrame(rows, columns=[entry.name for entry in self.inputs])
        return table.rename_axis(index="point")

    def table(self) -> pd.DataFrame:
        """Return every outcome of the run summary: a row for each point and replication."""
        repeated = self.inputs_table.loc[self.inputs_table.index.repeat(self.replications)]
        table = repeated.reset_index()
        table["replication"] = np.tile(np.arange(self.replications), len(self.points))
        found = {each.name: self.values(each.name).ravel() for each in outcomes.SUMMARY}
        return pd.concat([table, pd.DataFrame(found)], axis=1)

    def summary(self, outcome: str = "npv") -> pd.DataFrame:
        """Return an outcome of every point, with how far it is from the scenario itself.

        Columns: the inputs; `mean`, `half_width` of its 95 % interval and `n`; `difference` and
        `difference_half_width`, paired by replication.

        Raises
        ------
        ValueError
            As of `values`.
        """
        measured = pd.DataFrame(
            [
                _measured(values, differences)
                for values, differences in zip(
                    self.values(outcome), self.differences(outcome), strict=True
                )
            ],
            columns=_MEASURES,
        ).astype({name: float for name in _MEASURES if name != "n"})
        return pd.concat([self.inputs_table, measured.rename_axis(index="point")], axis=1)

    def effect(self, name: str, outcome: str = "npv") -> pd.DataFrame:
        """Return the average of an outcome over all points with the same value of an input.

        In every replication the points are averaged; the intervals are over the replications. Of an
        input with many values, equal parts of them are averaged.

        Returns
        -------
        DataFrame
            `value` (the mean of a part), and then the columns of `summary`; a row for each value or
            part.

        Raises
        ------
        KeyError
            If no input is of this name.
        ValueError
            As of `values`.
        """
        column = self.inputs_table[name]
        values, differences = self.values(outcome), self.differences(outcome)
        # Averaged within each replication first. Points share their random numbers and are no
        # independent sample; replications are.
        rows = [
            (value, *_measured(values[places].mean(axis=0), differences[places].mean(axis=0)))
            for value, places in _levels(column)
        ]
        return pd.DataFrame(rows, columns=["value", *_MEASURES])

    def sentence(self) -> str:
        """Return what the table is about."""
        what = OUTCOMES[self.outcome].meaning.rstrip(".")
        points = formats.plural(len(self.points), "point")
        if self.over is None:
            return f"{what} at {points}, highest first:"
        as_set, drawn = (_highest(each) for each in (self.over.as_set, self))
        split = over_in_words(f"{as_set}.", f"{drawn}.", self.unknown, "the scenario's own spread")
        return f"{what} at {points}.\n{split}"

    def tables(self) -> tuple[Table, Table]:
        """Return the points, the highest first, and every replication, which is not shown."""
        columns = (
            *(Column(name_in_words(entry.name), may_wrap=True) for entry in self.inputs),
            *numbers("mean", HALF_WIDTH, "difference", HALF_WIDTH),
            *(() if self.over is None else numbers("as set")),
        )
        summary = self.summary(self.outcome)
        if self.over is not None:
            summary["as_set"] = self.over.as_set.summary(self.outcome)["mean"]
        by_mean = summary.sort_values("mean", ascending=False)
        rows = [Row(self._cells(row)) for _, row in by_mean.iterrows()]
        points = Table("points", columns, _both_ends(rows), numbers=lambda: summary)
        return points, Table("replications", numbers=self.table)

    def _cells(self, row: pd.Series[Any]) -> tuple[str, ...]:
        values = [formats.stated(row[entry.name]) for entry in self.inputs]
        unit = OUTCOMES[self.outcome].unit
        level, width = (formats.amount(row[name], unit) for name in ("mean", "half_width"))
        difference = Difference(self.outcome, row["difference"], row["difference_half_width"])
        as_set = () if self.over is None else (formats.amount(row["as_set"], unit),)
        return (*values, level, width, difference.text, difference.width, *as_set)

    def notes(self) -> str:
        """Return how the differences are paired, and what the intervals leave out."""
        intervals = "Intervals are chance only" if self.over is None else OVER_DRAWS
        return (
            f"Differences are to the scenario as it is, future by future. {intervals}."
            " The highest of many looks a little better than it is."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the scenario and the summary of every point as plain data."""
        return {
            "version": self.version,
            "seed": self.seed,
            "engine": self.engine,
            "scenario": self.scenario.model_dump(mode="json", exclude_none=True),
            "outcome": self.outcome,
            "unit": OUTCOMES[self.outcome].unit,
            "summary": plain_rows(self.summary(self.outcome)),
            **self._over_as_json(),
        }

    def _over_as_json(self) -> dict[str, Any]:
        if self.over is None:
            return {}
        found = self.over.as_set.to_json()["summary"]
        return {"at_the_values_as_set": found, **unknown_as_json(self.unknown)}

    def _all_values(self, outcome: str) -> Floats:
        return outcome_of(outcome, self.totals)


def _highest(result: SweepResult) -> str:
    """Return at which point the mean is highest, and how high."""
    means = result.summary(result.outcome)["mean"]
    if means.isna().all():
        return "it exists nowhere"
    place = int(means.to_numpy(dtype=np.float64, na_value=-np.inf).argmax())
    values = (
        value_said(entry.name, formats.stated(result.points[place][entry.name]))
        for entry in result.inputs
    )
    level = formats.amount(float(means[place]), OUTCOMES[result.outcome].unit)
    return f"highest with {all_of(list(values))}, {level}"


def _levels(column: pd.Series[Any]) -> list[tuple[Any, Integers]]:
    """Return the values of an input, or the means of equal parts of them, with their points."""
    values = column.unique().tolist()
    if len(values) <= MOST_LEVELS or not pd.api.types.is_numeric_dtype(column):
        return [(value, np.flatnonzero(column == value)) for value in _sorted(values)]
    order = np.argsort(column.to_numpy(), kind="stable")
    parts = np.array_split(order, _PARTS)
    return [(float(column.iloc[places].mean()), places) for places in parts]


def _sorted(values: Sequence[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return list(values)


def _measured(values: Floats, differences: Floats) -> tuple[float | None, ...]:
    level, difference = estimate(values), estimate(differences)
    return level.mean, level.half_width, level.n, difference.mean, difference.half_width


def _in_cell(value: Any) -> Any:
    """Return a value that a column of a table takes."""
    return value if isinstance(value, str | bool | int | float) else str(value)


def _both_ends(rows: list[Row]) -> list[Row]:
    """Return rows, or of many those at both ends, with how many there are between."""
    if len(rows) <= _MOST_ROWS:
        return rows
    left_out = formats.number(len(rows) - 2 * _ROWS_EACH_END)
    return [*rows[:_ROWS_EACH_END], Row((f"... {left_out} more",)), *rows[-_ROWS_EACH_END:]]


# --------------------------------------------------------------------------------------
# Running a sweep.


@dataclass(frozen=True, repr=False)
class Sweep(Represented):
    """A scenario, and the points at which it is looked at.

    Attributes
    ----------
    scenario
        The scenario from which every point departs.
    inputs
        What is varied.
    points
        A value of every input each.
    places
        Where each point stands, if they are of a table: in a message.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> from modelops_abm.experiments import grid, parse_input
    >>> inputs = (parse_input("team.developers=6,8"),)
    >>> [dict(point) for point in Sweep(preset("all_five"), inputs, grid(inputs)).points]
    [{'team.developers': 6}, {'team.developers': 8}]
    """

    scenario: Scenario
    inputs: tuple[Input, ...]
    points: tuple[Point, ...]
    places: tuple[str, ...] = ()

    def scenarios(self) -> list[Scenario]:
        """Return the scenario of every point.

        Raises
        ------
        InputError
            With everything that is wrong with the inputs; or with the first point whose values do
            not go together. Of a table, with every value that is wrong, and where it stands.
        """
        if self.places:
            return self._of_table()
        check_inputs(self.scenario, self.inputs)
        names = {entry.name for entry in self.inputs}
        for point in self.points:
            if {*point} != names:
                raise InputError(f"a point has values of {sorted(point)}, not of {sorted(names)}")
        return [self._at(point) for point in self.points]

    def _of_table(self) -> list[Scenario]:
        found: list[Scenario] = []
        problems: list[Problem] = []
        for place, point in zip(self.places, self.points, strict=True):
            try:
                found.append(varied(self.scenario, point))
            except InputError as error:
                problems.extend(replace(each, place=place) for each in error.problems)
            if len(problems) > _MOST_TOLD:
                problems.append(Problem("and perhaps more below: these come first"))
                break
        if problems:
            raise InputError(problems)
        return found

    def _at(self, point: Point) -> Scenario:
        try:
            return varied(self.scenario, point)
        except InputError as error:
            values = ", ".join(f"{name}={value}" for name, value in point.items())
            raise InputError(
                [*error.problems, *InputError(f"this is at {values}").problems]
            ) from None


@refuses_unknown
def run_sweep(sweep: Sweep, replications: int, **keeping: Unpack[Keeping]) -> SweepResult:
    """Run a scenario, and every point of a sweep, over the same replications.

    Parameters
    ----------
    sweep
        What is run.
    replications
        How many of each point.
    keeping
        See `running.Keeping`. With a store, what was run before is not run again. With draws, which
        do without the inputs, the same is run at the values as set.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If the scenario does not take a value, or there is not enough memory for it.
    ValueError
        If a number is not allowed, or the store is of another seed or engine.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> from modelops_abm.experiments import parse_input
    >>> inputs = (parse_input("team.developers=4,8"),)
    >>> result = run_sweep(Sweep(plan, inputs, grid(inputs)), 5)
    >>> result.summary("availability").shape[0], result.replications
    (2, 5)
    """
    check_room(1 + len(sweep.points), replications)
    scenarios = [sweep.scenario, *sweep.scenarios()]
    result = SweepResult(
        scenario=sweep.scenario,
        inputs=sweep.inputs,
        points=sweep.points,
        seed=keeping.get("seed", 0),
        engine=engine_of(keeping),
        totals=np.empty((0, 0, 0)),
    )
    # What is varied is known at each point, also where it is one of what is drawn.
    draws = keeping.get("draws")
    keeping["draws"] = draws and draws.without(entry.name for entry in sweep.inputs)
    if keeping["draws"] is None:
        return replace(result, totals=totals_of(scenarios, replications, **keeping))
    over, as_set = both_ways(keeping)
    drawn, alone = (totals_of(scenarios, replications, **each) for each in (over, as_set))
    again = again_of([sweep.scenario], 0, count_again(replications), over)[0]
    return replace(result, totals=drawn, over=Over(replace(result, totals=alone), again))
