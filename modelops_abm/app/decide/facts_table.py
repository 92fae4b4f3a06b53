"""What a capability takes and changes, number by number, with where each comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable

import htpy as h

from modelops_abm import formats
from modelops_abm.app.decide.measures import measure_of, shown
from modelops_abm.app.drawing.confidence import confidence_badge
from modelops_abm.parameters import Distribution, Quantity, Scenario, StatedValue, describe
from modelops_abm.parameters.quantity import Confidence
from modelops_abm.text import range_in_words

_LEVEL = "level"
_THOUSANDS = 1e4
_NO_SOURCE = "no source found"
_KINDS = {kind.value for kind in Confidence}


def facts_of_capability(scenario: Scenario, capability: str) -> tuple[StatedValue, ...]:
    """Return every value that a scenario states about a capability."""
    section = f"capabilities.{capability}."
    return tuple(fact for fact in describe(scenario) if fact.quantity.name.startswith(section))


def fact_of(scenario: Scenario, name: str) -> StatedValue:
    """Return what a scenario states about a value."""
    return next(fact for fact in describe(scenario) if fact.quantity.name == name)


def facts_table(facts: Iterable[StatedValue]) -> h.Element:
    """Return the facts as a table: value, range, confidence, and below it the source if any."""
    return h.table(".facts")[
        h.thead[
            h.tr[
                h.th(scope="col")[h.span(".spoken")["What"]],
                h.th(".number", scope="col")["Here"],
                h.th(scope="col")[h.span(".spoken")["Unit"]],
                h.th(scope="col")["Range"],
                h.th(scope="col")["Confidence"],
            ]
        ],
        h.tbody[(row for fact in facts for row in _rows(fact))],
    ]


def value_in_words(fact: StatedValue, value: object) -> str:
    """Return a value with its unit."""
    quantity = fact.quantity
    if not quantity.is_number:
        return shown(quantity, value)
    number = value.mean if isinstance(value, Distribution) else float(str(value))
    if quantity.unit == _LEVEL:
        return f"{formats.number(100.0 * number)}{formats.NARROW_SPACE}%"
    return measure_of(quantity).words(number)


def plausible_range(fact: StatedValue) -> str:
    """Return the range found in the sources, or else what is allowed."""
    quantity = fact.quantity
    if quantity.unit == _LEVEL:
        return "0 to 100"
    bounds = quantity.bounds
    if quantity.plausible is not None:
        return _between(*quantity.plausible)
    if "ge" in bounds and bounds.get("le", math.inf) <= 1.0:
        return _between(bounds["ge"], bounds["le"])
    return range_in_words(bounds) if bounds else formats.NOTHING


def _between(low: float, high: float) -> str:
    """Return a range of plain numbers; thousands as k."""
    if high >= _THOUSANDS:
        return f"{low / 1e3:,.3g} to {high / 1e3:,.3g}{formats.NARROW_SPACE}k"
    return f"{low:,.4g} to {high:,.4g}"


def source_in_words(fact: StatedValue) -> str:
    """Return where a value comes from; empty if nobody has said."""
    return "" if fact.source == _NO_SOURCE else fact.source


def confidence_of(fact: StatedValue) -> str:
    """Return how well a value is supported: that of the default, or whose value it is."""
    return fact.confidence if fact.confidence in _KINDS else "Yours"


def _rows(fact: StatedValue) -> list[h.Element]:
    """Return the row of a fact, and one for whose value it is."""
    quantity = fact.quantity
    source = "; ".join(part for part in (_default(fact), source_in_words(fact)) if part)
    row = h.tr(class_={"sourced": bool(source)}, data_key=quantity.name)[
        h.th(scope="row", title=quantity.meaning)[
            h.button(".link", data_action="explain", data_value=quantity.name)[_name(quantity)]
        ],
        h.td(".number")[h.strong[_number(fact)]],
        h.td[_unit(quantity)],
        h.td[plausible_range(fact) if quantity.is_number else ""],
        h.td[confidence_badge(confidence_of(fact))],
    ]
    return [row, *([_source_row(quantity, source)] if source else [])]


def _source_row(quantity: Quantity, source: str) -> h.Element:
    return h.tr(".source", data_key=f"source of {quantity.name}")[h.td(colspan="5")[source]]


def _default(fact: StatedValue) -> str:
    return "" if fact.is_default else f"default {value_in_words(fact, fact.quantity.default)}"


def _name(quantity: Quantity) -> str:
    """Return the last part of a name in words, without the unit."""
    words = quantity.name.rpartition(".")[2].removesuffix("_days").removesuffix("_per_year")
    return words.replace("_", " ").capitalize()


def _number(fact: StatedValue) -> str:
    if fact.quantity.unit == _LEVEL:
        return formats.number(100.0 * float(fact.value))
    return shown(fact.quantity, fact.value)


def _unit(quantity: Quantity) -> str:
    return "%" if quantity.unit == _LEVEL else quantity.unit
