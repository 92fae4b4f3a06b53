"""Whose value it is: the sources that travel with a scenario's values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic import ValidationError

from modelops_abm.errors import InputError, Problem
from modelops_abm.formats import plural
from modelops_abm.scenario.capabilities import BY_SIZE
from modelops_abm.scenario.fields import (
    Quantity,
    catalogue,
    nearest_full_name,
    scenario_leaves,
    value_at,
)
from modelops_abm.scenario.knowledge import PERCENT, Knowledge, Spread, Weights, family_within
from modelops_abm.scenario.problems import problems_of
from modelops_abm.scenario.scenario import Scenario, SourceKind, ValueSource, misstated_range
from modelops_abm.text import printable

LABELS = frozenset({"name", "description"})
"""Values that say nothing about the simulated system; nobody need vouch for them."""


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
    # The exact name goes before the section, and of several the last: a later source speaks of a
    # later value.
    found = [source for source in scenario.sources if concerns(source, name)]
    exact = [source for source in found if source.name == name]
    return next(reversed(exact or found), None)


def preset_of(source: ValueSource) -> str | None:
    """Return the preset that vouches for a value, as in "preset start_up"; None if it is none."""
    preset, _, reason = source.source.partition(":")
    return preset if reason and preset.startswith("preset ") else None


def own_knowledge(scenario: Scenario, quantity: Quantity) -> Knowledge | None:
    """Return what a scenario itself says is known of a value; None if it says nothing of it."""
    named = source_of(scenario, quantity.name)
    if named is None or named.name != quantity.name or not named.is_uncertain:
        return None
    if named.weights is not None:
        values = {
            word: word == "true" if quantity.kind == "flag" else word for word in named.weights
        }
        pairs = tuple((values[word], weight) for word, weight in named.weights.items())
        return Weights(pairs, named.source)
    percent = PERCENT if named.percent is None else named.percent
    # Both are there, as the scenario has checked.
    low, high = (cast("float", end) for end in (named.low, named.high))
    return Spread(low, high, family_within(quantity.bounds), percent)


def with_range(
    scenario: Scenario,
    name: str,
    *,
    low: float | None = None,
    high: float | None = None,
    percent: float | None = None,
    weights: Mapping[str, float] | None = None,
    source: str,
) -> Scenario:
    """Return a scenario with what is known of a value as it is; its earlier source stays.

    Parameters
    ----------
    scenario
        The scenario.
    name
        Dotted name of the value.
    low, high, percent, weights
        See `ValueSource`: a range of a number, or weights of a switch.
    source
        Who says so; where somebody vouches for the value already, that source stays.

    Raises
    ------
    InputError
        If it is no range of this value.

    Examples
    --------
    >>> known = with_range(Scenario(), "team.focus", low=0.5, high=0.7, source="time sheets")
    >>> known.sources[0].high
    0.7
    """
    before = source_of(scenario, name)
    whose = {"source": before.source, "confidence": before.confidence} if before else {}
    known = {"low": low, "high": high, "percent": percent, "weights": weights}
    try:
        stated = ValueSource.model_validate({"name": name, "source": source, **whose, **known})
    except ValidationError as error:
        wrong = problems_of(error, root=ValueSource)
        raise InputError(
            [replace(each, field=f"{printable(name, 200)}: {each.field}") for each in wrong]
        ) from None
    if misstated := misstated_range(scenario, stated):
        part, message = misstated
        where = f"{name}: {part}" if part in ("low", "high") else name
        is_unknown = part == "name" and not any(each.startswith(name) for each in scenario_leaves())
        meant = nearest_full_name(name, name.split(".")) if is_unknown else ""
        raise InputError(Problem(message, field=printable(where, 200), suggestion=meant))
    # Of a value alone; a section's source stays with the section's other values.
    kept = tuple(entry for entry in scenario.sources if entry.name != name)
    return scenario.model_copy(update={"sources": (*kept, stated)})


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
    # A source of a whole section stays: it still speaks of the section's other values.
    kept = [
        entry
        for entry in scenario.sources
        if not any(entry.name == name or entry.name.startswith(f"{name}.") for name in names)
    ]
    added = [ValueSource(name=name, source=source, confidence=confidence) for name in names]
    return scenario.model_copy(update={"sources": (*kept, *added)})


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A value of one scenario, and whose it is."""

    quantity: Quantity
    """What it is a value of."""
    value: Any
    """The value."""
    source: str
    """Whose value it is; for a default where that comes from."""
    confidence: str
    """How well it is supported."""
    stands_for: str = ""
    """What it stands for in this scenario, where it leaves that to others; else empty."""
    knowledge: Knowledge | None = None
    """What is known of it in this scenario; None if it is fixed, or stated without a range."""

    @property
    def is_default(self) -> bool:
        """Whether it is the default."""
        return bool(self.value == self.quantity.default)


def describe(scenario: Scenario) -> tuple[StatedValue, ...]:
    """Return every value of a scenario, in the catalogue's order, with whose value it is.

    Examples
    --------
    >>> team = next(each for each in describe(Scenario()) if each.quantity.name == "team.focus")
    >>> team.value, team.confidence
    (0.6, 'judgement')
    """
    return tuple(_stated(quantity, scenario) for quantity in catalogue())


def _stated(quantity: Quantity, scenario: Scenario) -> StatedValue:
    value = value_at(scenario, quantity.name)
    named = source_of(scenario, quantity.name)
    if named is not None:
        source, confidence = named.source, str(named.confidence)
    elif value == quantity.default:
        source, confidence = quantity.source, quantity.confidence
    else:
        source, confidence = "nobody says whose value it is", "user"
    nobodys = quantity.knowledge if named is None and value == quantity.default else None
    return StatedValue(
        quantity,
        value,
        source,
        confidence,
        stands_for(scenario, quantity.name),
        own_knowledge(scenario, quantity) or nobodys,
    )


def stands_for(scenario: Scenario, name: str) -> str:
    """Return what a value that leaves it to others stands for in a scenario; else nothing.

    >>> stands_for(Scenario(), "capabilities.rollback.streams")
    'by size: 1 developer'
    """
    if not is_by_size(name, value_at(scenario, name)):
        return ""
    return f"by size: {plural(scenario.streams_of(name.split('.')[1]), 'developer')}"


def is_by_size(name: str, value: object) -> bool:
    """Tell whether a value with a dotted name is a number of streams that goes by size."""
    return name.endswith(".streams") and value == BY_SIZE
