"""Everything that a scenario states, one entry per value: for tables, sliders and documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal, get_origin

from pydantic.fields import FieldInfo

from modelops_abm.parameters.distribution import Distribution
from modelops_abm.parameters.names import choices_of, scenario_leaves, section_in
from modelops_abm.parameters.provenance import source_of, value_at
from modelops_abm.parameters.quantity import facts_of
from modelops_abm.parameters.scenario import Scenario

Kind = Literal[
    "float", "int", "flag", "choice", "order", "text", "date", "distribution", "list", "portfolio"
]
_KIND_OF_TYPE: dict[Any, Kind] = {
    float: "float",
    int: "int",
    bool: "flag",
    str: "text",
    date: "date",
    Distribution: "distribution",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value that a scenario states: what it means, and where its default comes from."""

    name: str
    """Dotted name."""
    kind: Kind
    """Kind of value; an `order` lists all its choices, a `list` is one of archetypes."""
    default: Any
    """Value in the reference scenario."""
    meaning: str
    """What it means."""
    unit: str = ""
    """Unit in words; empty for what is no number."""
    bounds: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Allowed range: ``ge``, ``gt``, ``le``, ``lt``; of the mean for a distribution."""
    plausible: tuple[float, float] | None = None
    """Range found in the sources, if any was."""
    choices: tuple[str, ...] = ()
    """Words that are allowed, for a choice or an order."""
    source: str = ""
    """Where the default comes from."""
    confidence: str = ""
    """How well the default is supported."""

    @property
    def is_number(self) -> bool:
        """Whether it is a number or a distribution of one."""
        return self.kind in ("float", "int", "distribution")


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

    @property
    def is_default(self) -> bool:
        """Whether it is the default."""
        return bool(self.value == self.quantity.default)


@cache
def catalogue() -> tuple[Quantity, ...]:
    """Return every value of a scenario, in order, `sources` apart."""
    reference = Scenario()
    return tuple(
        _quantity(name, declared, value_at(reference, name))
        for name, declared in scenario_leaves().items()
    )


def _quantity(name: str, declared: FieldInfo, default: Any) -> Quantity:
    facts = facts_of(declared)
    plausible = facts.get("plausible")
    return Quantity(
        name=name,
        kind=_kind(declared.annotation),
        default=default,
        meaning=declared.description or "",
        unit=facts.get("unit", ""),
        bounds=facts.get("bounds", {}),
        plausible=(plausible[0], plausible[1]) if plausible else None,
        choices=choices_of(declared.annotation),
        source=facts.get("source", ""),
        confidence=facts.get("confidence", ""),
    )


def _kind(annotation: Any) -> Kind:
    if annotation in _KIND_OF_TYPE:
        return _KIND_OF_TYPE[annotation]
    is_list = get_origin(annotation) is tuple
    if section_in(annotation) is not None:
        return "list" if is_list else "portfolio"
    return "order" if is_list else "choice"


def describe(scenario: Scenario) -> tuple[StatedValue, ...]:
    """Return every value of a scenario, in the catalogue's order, with whose value it is."""
    return tuple(_stated(quantity, scenario) for quantity in catalogue())


def _stated(quantity: Quantity, scenario: Scenario) -> StatedValue:
    value = value_at(scenario, quantity.name)
    named = source_of(scenario, quantity.name)
    if named is not None:
        return StatedValue(quantity, value, named.source, named.confidence)
    if value == quantity.default:
        return StatedValue(quantity, value, quantity.source, quantity.confidence)
    return StatedValue(quantity, value, "nobody says whose value it is", "user")
