"""Inputs: values of a scenario that an experiment varies, and over what."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelops_abm.scenario import (
    InputError,
    Problem,
    Scenario,
    catalogue,
    parse_assignment,
    with_values,
)
from modelops_abm.scenario.changes import stated_parts, stated_twice
from modelops_abm.text import printable

_TO, _LOG = "..", "log:"
_LARGEST = sys.float_info.max
_DECIMAL_COMMA = re.compile(r"[-+]?0,[0-9]{2,}|(?=.*,)(?:.*,)?[-+]?0[0-9]+(?:,.*)?")
"""What most likely has a comma for a point: 0,125, and 0,05 also among others."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number of a scenario that may lie anywhere between two others.

    Attributes
    ----------
    name
        Dotted name of the value, as `with_values` takes it.
    low, high
        The ends, both included, in the unit of the value.
    is_whole
        Whether only whole numbers count.
    is_logarithmic
        Whether equal ratios count alike, not equal differences.

    Raises
    ------
    ValueError
        If the low end is above the high one, or equal ratios begin at 0 or below.

    Examples
    --------
    >>> Range("team.focus", 0.5, 0.9).points(3)
    (0.5, 0.7, 0.9)
    """

    name: str
    low: float
    high: float
    is_whole: bool = False
    is_logarithmic: bool = False

    def __post_init__(self) -> None:
        """Refuse ends in the wrong order, and equal ratios from 0."""
        if not self.low <= self.high or (self.is_logarithmic and self.low <= 0.0):
            raise ValueError(f"{self.low!r} to {self.high!r} is no range of {self.name}")

    @property
    def text(self) -> str:
        """What `parse_input` reads as this range."""
        return f"{self.name}={_LOG if self.is_logarithmic else ''}{self.low}{_TO}{self.high}"

    def at(self, position: float) -> float | int:
        """Return the value at a position from 0 to 1; whole numbers have equal parts of it."""
        if self.is_whole:
            # To round a real number instead would make both ends half as likely as the rest.
            count = int(self.high) - int(self.low) + 1
            return int(self.low) + min(int(position * count), count - 1)
        if position <= 0.0 or position >= 1.0:  # the ends to the bit
            return self.low if position <= 0.0 else self.high
        if self.is_logarithmic:
            return float(self.low * (self.high / self.low) ** position)
        return self.low + (self.high - self.low) * position

    def points(self, count: int) -> tuple[float | int, ...]:
        """Return so many values at equal distances or ratios, ends included; none twice."""
        if self.is_whole:
            first, last = int(self.low), int(self.high)
            count = min(count, last - first + 1)
            steps = range(count) if count > 1 else range(1)
            return tuple(first + round(step * (last - first) / max(count - 1, 1)) for step in steps)
        if count == 1 or self.low == self.high:
            return (self.low,)
        inner = (self.at(step / (count - 1)) for step in range(1, count - 1))
        # 0.3 between 0.1 and 0.5, and not 0.30000000000000004.
        return (self.low, *(float(f"{value:.15g}") for value in inner), self.high)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a scenario that may be one of several.

    Attributes
    ----------
    name
        Dotted name of the value.
    values
        What it may be: one or more, none twice.

    Examples
    --------
    >>> Choice("team.preemption", ("maintenance", "none")).text
    'team.preemption="maintenance","none"'
    """

    name: str
    values: tuple[Any, ...]

    @property
    def text(self) -> str:
        """What `parse_input` reads as this choice."""
        return f"{self.name}={','.join(_stated(value) for value in self.values)}"

    def at(self, position: float) -> Any:
        """Return the value at a position from 0 to 1, of which each has an equal part."""
        return self.values[min(int(position * len(self.values)), len(self.values) - 1)]

    def points(self, count: int) -> tuple[Any, ...]:
        """Return all values, however many are asked for."""
        del count
        return self.values


type Input = Range | Choice


def parse_input(text: str) -> Input:
    """Return the input that text describes.

    ``team.developers=4..12`` is a range, ``model.market_size=log:50..10000`` one of equal ratios,
    and ``capabilities.automation.maximum=0,0.5,1`` a choice. Values are written as
    `parse_assignment` reads them. Whether a scenario has such a value is told when it is run.

    Raises
    ------
    InputError
        With what is wrong, and what would be right.

    Examples
    --------
    >>> parse_input("team.developers=4..6").points(3)
    (4, 5, 6)
    >>> parse_input("model.market_size=log:10..1000").points(3)
    (10, 100.0, 1000)
    >>> parse_input("team.developers=6..4")
    Traceback (most recent call last):
    ...
    modelops_abm.errors.InputError: team.developers: a range goes from a number to a greater one,
    for example 4..12 or 0,0.5,1; not '6..4'
    """
    name, equals, stated = (part.strip() for part in text.partition("="))
    if not (name and equals and stated):
        raise InputError(
            f"'{printable(text)}' says nothing to vary; write name=low..high or name=value,value,"
            " for example team.developers=4..12"
        )
    return _parse_range(name, stated) if _TO in stated else _parse_choice(name, stated)


def varied(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return a scenario with the values of an experiment.

    Raises
    ------
    InputError
        With everything that is wrong with the values.
    """
    return with_values(scenario, values, source="varied by the experiment")


def check_inputs(scenario: Scenario, inputs: Sequence[Input]) -> None:
    """Check that a scenario takes every value that the inputs may have, each by itself.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    names = [entry.name for entry in inputs]
    problems = [
        Problem("is varied twice", field=name) for name in sorted({*names}) if names.count(name) > 1
    ]
    # A value and a part of it, as its mean, are two names for the same thing.
    parts = {
        entry.name: frozenset().union(
            *(stated_parts(entry.name, value) for value in entry.points(2))
        )
        for entry in inputs
    }
    problems.extend(stated_twice(parts))
    for entry in inputs:
        try:
            # What a value may be is an interval, so the ends of a range speak for all between; a
            # choice gives all its values whatever the count.
            for value in entry.points(2):
                varied(scenario, {entry.name: value})
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)


def _parse_range(name: str, stated: str) -> Range:
    is_logarithmic = stated.startswith(_LOG)
    low, _, high = stated.removeprefix(_LOG).partition(_TO)
    ends = [_number(name, end) for end in (low, high)]
    # This refuses infinity and NaN as well, of which every comparison is false.
    if not (all(abs(end) <= _LARGEST for end in ends) and ends[0] < ends[1]):
        raise _misstated(name, stated, "a range goes from a number to a greater one")
    if is_logarithmic and ends[0] <= 0.0:
        raise _misstated(name, stated, "a range of equal ratios must begin above 0")
    is_whole = any(entry.name == name and entry.kind == "int" for entry in catalogue())
    if is_whole and not all(float(end).is_integer() for end in ends):
        raise _misstated(name, stated, "its ends must be whole numbers")
    if is_whole and is_logarithmic:
        raise _misstated(name, stated, "whole numbers have no equal ratios")
    return Range(name, ends[0], ends[1], is_whole, is_logarithmic)


def _number(name: str, text: str) -> float:
    value = parse_assignment(f"{name}={text}")[1] if text.strip() else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _misstated(name, text, "a range needs a number at both ends")
    return value


def _parse_choice(name: str, stated: str) -> Choice:
    """Read values in the syntax of TOML, or words; `[` and `{` may hold commas of their own."""
    if _DECIMAL_COMMA.fullmatch(stated):
        raise _misstated(name, stated, "a comma separates values, and decimals have a point")
    values: list[Any] = []
    for part in _parts(stated):
        value = parse_assignment(f"{name}={part}")[1]
        # In Python 1 equals True; here they are two values.
        if any(
            isinstance(other, bool) == isinstance(value, bool) and other == value
            for other in values
        ):
            raise _misstated(name, stated, "names a value twice")
        values.append(value)
    return Choice(name, tuple(values))


def _parts(stated: str) -> list[str]:
    """Split at the commas outside brackets."""
    parts, depth = [""], 0
    for character in stated:
        depth += (character in "[{") - (character in "]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _stated(value: Any) -> str:
    """Return a value in the syntax of TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_stated(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_stated, value)) + "]"
    return json.dumps(value) if isinstance(value, str | bool) else str(value)


def _misstated(name: str, stated: str, what: str) -> InputError:
    example = "for example 4..12 or 0,0.5,1"
    return InputError(
        Problem(f"{what}, {example}; not '{printable(stated.strip())}'", field=printable(name))
    )
