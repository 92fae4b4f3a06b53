"""Whose value it is: the sources that travel with a scenario's values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from typing import Any

from modelops_abm.parameters.names import scenario_leaves
from modelops_abm.parameters.scenario import Scenario, SourceKind, ValueSource

LABELS = frozenset({"name", "description"})
"""Values that say nothing about the simulated system; nobody need vouch for them."""


def value_at(scenario: Scenario, name: str) -> Any:
    """Return the value with a dotted name; of a part of a distribution too."""
    return reduce(getattr, name.split("."), scenario)


def changed_names(before: Scenario, after: Scenario) -> list[str]:
    """Return the dotted names of the values in which two scenarios differ, in order."""
    return [
        name
        for name in scenario_leaves()
        if name not in LABELS and value_at(before, name) != value_at(after, name)
    ]


def concerns(source: ValueSource, name: str) -> bool:
    """Tell whether a source speaks of a value, of a part of it, or of a section around it."""
    stated = source.name
    return stated == name or stated.startswith(f"{name}.") or name.startswith(f"{stated}.")


def source_of(scenario: Scenario, name: str) -> ValueSource | None:
    """Return who vouches for a value: the last source that names it, or else its section."""
    found = [source for source in scenario.sources if concerns(source, name)]
    exact = [source for source in found if source.name == name]
    return next(reversed(exact or found), None)


def unsourced_names(scenario: Scenario) -> list[str]:
    """Return the names of the values that are not the default and that nobody vouches for."""
    changed = changed_names(Scenario(), scenario)
    return [name for name in changed if source_of(scenario, name) is None]


def with_sources(
    scenario: Scenario, names: Collection[str], source: str, confidence: SourceKind
) -> Scenario:
    """Return a scenario in which a source vouches for values, in place of earlier ones."""
    if not names:
        return scenario
    kept = [entry for entry in scenario.sources if not _is_replaced(entry, names)]
    added = [ValueSource(name=name, source=source, confidence=confidence) for name in names]
    return scenario.model_copy(update={"sources": (*kept, *added)})


def _is_replaced(entry: ValueSource, names: Iterable[str]) -> bool:
    return any(entry.name == name or entry.name.startswith(f"{name}.") for name in names)
