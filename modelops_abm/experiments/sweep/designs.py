"""Designs: at which values of the inputs a sweep looks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from modelops_abm.experiments.inputs import Input, Range
from modelops_abm.formats import number
from modelops_abm.parameters import InputError

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
    """
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
        What is varied: all values of a choice, of a range so many at equal distances.
    points_each
        How many values of a range; if None, 5, or every whole number of up to 20.

    Raises
    ------
    InputError
        If there are too many combinations.
    """
    if points_each is not None:
        _check_count(points_each)
    values = [entry.points(points_each or _usual_count(entry)) for entry in inputs]
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
        If there are too many points.
    """
    _check_count(points)
    sampler = qmc.LatinHypercube(len(inputs), rng=np.random.default_rng(seed))
    return at_positions(inputs, sampler.random(points))


def sobol_points(inputs: Sequence[Input], points: int, *, seed: int = 0) -> tuple[Point, ...]:
    """Return points of a scrambled Sobol sequence (Owen 1998, doi:10.1006/jcom.1998.0487).

    Raises
    ------
    InputError
        If their number is no power of two, for which alone the sequence is balanced, or too large.
    """
    _check_count(points)
    if points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        raise InputError(
            f"a Sobol sequence has 1, 2, 4, 8 ... points: {below} or {2 * below}, not {points}"
        )
    sampler = qmc.Sobol(len(inputs), rng=np.random.default_rng(seed))
    return at_positions(inputs, sampler.random(points))


def at_positions(inputs: Sequence[Input], positions: NDArray[np.float64]) -> tuple[Point, ...]:
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
