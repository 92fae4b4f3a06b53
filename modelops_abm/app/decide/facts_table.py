"""What a capability takes and changes, number by number, with where each comes from."""

from __future__ import annotations

from collections.abc import Iterable

import htpy as h

from modelops_abm import formats
from modelops_abm.app.decide.measures import measure_of, shown
from modelops_abm.app.drawing.confidence import confidence_badge
from modelops_abm.parameters import Distribution, Scenario, StatedValue, describe
from modelops_abm.parameters.quantity import Confidence
from modelops_abm.parameters.wording import range_in_words

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
    """Return the facts as a table: value, range, confidence, and the source where there is one."""
    return h.table(".facts")[
        h.thead[
            h.tr[
                h.th(scope="col")[h.span(".spoken")["What"]],
                h.th(".number", scope="col")["Here"],
                h.th(scope="col"),
                h.th(scope="col")["Range"],
                h.th(scope="col")["Confidence"],
            ]
        ],
        h.tbody[(_row(fact) for fact in facts)],
    ]


def value_in_words(fact: StatedValue, value: object) -> str:
    """Return a value with its unit."""
    quantity = fact.quantity
    if not quantity.is_number:
        return shown(quantity, value)
    number = value.mean if isinstance(value, Distribution) else float(str(value))
    return measure_of(quantity).words(number)


def plausible_range(fact: StatedValue) -> str:
    """Return the range found in the sources, or else what is allowed."""
    quantity = fact.quantity
    if quantity.plausible is not None:
        low, high = (f"{end:,.3g}" if end < 1000 else f"{end:,.0f}" for end in quantity.plausible)
        return f"{low} to {high}"
    bounds = quantity.bounds
    if {"ge", "le"} <= set(bounds) and bounds["le"] <= 1.0:
        return f"{bounds['ge']:g} to {bounds['le']:g}"
    return range_in_words(bounds) if bounds else formats.NOTHING


def source_in_words(fact: StatedValue) -> str:
    """Return where a value comes from; empty if nobody has said."""
    return "" if fact.source == _NO_SOURCE else fact.source


def confidence_of(fact: StatedValue) -> str:
    """Return how well a value is supported: that of the default, or whose value it is."""
    return fact.confidence if fact.confidence in _KINDS else "Yours"


def _row(fact: StatedValue) -> h.Element:
    quantity, source = fact.quantity, source_in_words(fact)
    default = "" if fact.is_default else f"default {shown(quantity, quantity.default)}"
    return h.tr(class_={"changed": not fact.is_default}, data_key=quantity.name)[
        h.th(scope="row")[
            h.button(".link", data_action="explain", data_value=quantity.name)[_meaning(fact)],
            source and h.span(".source")[source],
        ],
        h.td(".number")[h.strong[shown(quantity, fact.value)]],
        h.td(".unit")[quantity.unit, default and h.span(".source")[default]],
        h.td[_range(fact)],
        h.td[confidence_badge(confidence_of(fact))],
    ]


def _range(fact: StatedValue) -> str:
    return plausible_range(fact) if fact.quantity.is_number else ""


def _meaning(fact: StatedValue) -> str:
    """Return the first clause of a meaning, short enough for a row."""
    return fact.quantity.meaning.partition(". ")[0].partition(";")[0].rstrip(".")
