"""What the checks of the simulator found, as `tests/verification/record.py` has recorded it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LEVEL = 0.95
"""Of the intervals that are recorded."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    check
        Its name.
    kind
        What was compared: ``mean``, ``count``, ``share``, ``distribution`` (the largest distance of
        two distribution functions), ``dispersion`` (variance by mean), ``exact`` (the largest
        relative error), ``sign`` (a mean that should be above 0).
    theory, found
        What theory says, and what the simulator gave.
    half_width
        Half the 95 % interval; of ``exact`` the error that is permitted.
    p_value
        How often a correct simulator is at least so far from theory.
    n
        Independent samples; numbers compared if exact.
    """

    check: str
    kind: str
    theory: float
    found: float
    half_width: float
    p_value: float
    n: int

    @property
    def is_statistical(self) -> bool:
        """Whether it has a theoretical value around which luck spreads what is found."""
        return self.kind not in ("exact", "sign")

    @property
    def is_within(self) -> bool:
        """Whether it lies where 95 of 100 findings of a correct simulator do."""
        return not self.is_statistical or self.p_value >= 1.0 - LEVEL


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one theory.

    Attributes
    ----------
    file
        Name of the file of its tests.
    title
        The theory in words.
    findings
        What its checks found.
    """

    file: str
    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class MeasuredEffect:
    """What a capability at its full level changed in paired runs.

    Attributes
    ----------
    capability, measure
        What changed what.
    without
        The mean without the capability.
    change, half_width
        The mean difference that it makes, and half its 95 % interval.
    n
        Pairs of runs.
    """

    capability: str
    measure: str
    without: float
    change: float
    half_width: float
    n: int

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out zero."""
        return abs(self.change) > self.half_width


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is recorded.

    Attributes
    ----------
    version
        Of the package that was checked.
    groups
        The checks against theory.
    effects
        By capability and measure.
    """

    version: str
    groups: tuple[Group, ...]
    effects: dict[tuple[str, str], MeasuredEffect]

    def findings(self) -> Iterator[Finding]:
        """Return the findings of all groups."""
        return (finding for group in self.groups for finding in group.findings)


@cache
def record() -> Record:
    """Return what is recorded."""
    text = files(__package__).joinpath("record.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    effects = (MeasuredEffect(**entry) for entry in content["effects"])
    return Record(
        content["version"],
        tuple(_group(entry) for entry in content["groups"]),
        {(effect.capability, effect.measure): effect for effect in effects},
    )


def _group(entry: dict[str, Any]) -> Group:
    found = tuple(Finding(**finding) for finding in entry["findings"])
    return Group(entry["file"], entry["title"], found)
