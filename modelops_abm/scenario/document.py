"""The content of a scenario file, whatever its format, before it is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from modelops_abm.scenario.fields import Path
from modelops_abm.scenario.quantity import Section
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.sources import unsourced_names

DEEPEST = 20
"""How deeply sections and lists of a file may be nested; a scenario needs six."""
WITHOUT_SOURCE = "without_source"
"""Name in saved files of the list of values that differ from the default without a source.

It keeps a saved scenario from being credited to the file when it is loaded again."""

_TOO_MANY_DIGITS = re.compile(r"[0-9_]{4300,}")


class Document(NamedTuple):
    """What a file says."""

    data: Any
    """Its values; a mapping in every file that makes sense."""
    lines: Callable[[], Mapping[Path, int]]
    """Returns the line of every path, as far as it can be told."""


class UnreadableError(Exception):
    """Text that is not what its format demands."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def check_nesting(data: Any) -> None:
    """Raise an error if values are nested too deeply."""
    level = [data]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise too_deep()


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def too_deep(line: int | None = None) -> UnreadableError:
    """Return the error about values that are nested too deeply."""
    return UnreadableError(f"nested more than {DEEPEST} levels deep", line)


def too_long_number(text: str) -> UnreadableError:
    """Return the error about a number with thousands of digits."""
    found = _TOO_MANY_DIGITS.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else None
    return UnreadableError("a number has too many digits", line)


def as_data(scenario: Scenario) -> dict[str, Any]:
    """Return everything in a scenario as nested mappings and lists, what is None left out."""
    labels, rest = {}, section_data(scenario)
    for name in ("name", "description"):
        labels[name] = rest.pop(name)
    unsourced = unsourced_names(scenario)
    return {**labels, **({WITHOUT_SOURCE: unsourced} if unsourced else {}), **rest}


def section_data(section: Section) -> dict[str, Any]:
    """Return everything in a section as nested mappings and lists, what is None left out."""
    return section.model_dump(exclude_none=True)


def header(scenario: Scenario) -> list[str]:
    """Return the comment lines at the top of a saved file."""
    name = "".join(char if char.isprintable() else " " for char in scenario.name)
    return [
        f"# Scenario {name!r} of modelops_abm {_version()}.",
        "# What is left out of a scenario file is as in the reference scenario.",
    ]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # only needed to save

    try:
        return version("modelops-abm")
    except PackageNotFoundError:
        return "(not installed)"
