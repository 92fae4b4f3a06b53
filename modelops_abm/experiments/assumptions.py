"""Which assumptions of a scenario an experiment varies, which it leaves out, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from modelops_abm import formats
from modelops_abm.experiments.inputs import Choice, Input, Range
from modelops_abm.representation import Reported, Table
from modelops_abm.scenario import Distribution, InputError, Problem, Quantity, Scenario, catalogue
from modelops_abm.scenario.fields import DISTRIBUTION_PARTS, nearest_full_name, value_at
from modelops_abm.scenario.knowledge import DECIDED, Weights
from modelops_abm.scenario.names import name_said
from modelops_abm.scenario.sources import LABELS, own_knowledge, source_of
from modelops_abm.scenario.without_effect import ATTRIBUTES
from modelops_abm.text import all_of, printable

LOGARITHMIC_FROM = 20.0
"""A plausible range whose ends differ by this factor or more is varied in equal ratios."""
FIXED = "fixed: "
"""What begins a reason that the declaration of a value gives."""
SWITCH = "a switch: vary it by its name"
REPLACED = "the portfolio replaces it"
OVERLAID = "every archetype states its own"
_GIVEN = "given: "
_OF_PORTFOLIOS = tuple(f"portfolio.initial_{what}" for what in ("models", "ideas", "builds"))
_MOST_NAMED = 6


@dataclass(frozen=True, repr=False)
class Assumptions(Reported):
    """What is varied, and what is not.

    Attributes
    ----------
    inputs
        What is varied, and over what.
    left_out
        Why each other value is not varied, by its dotted name, in the catalogue's order.

    See Also
    --------
    assumptions_of : gives it, and has an example.
    """

    inputs: tuple[Input, ...]
    left_out: Mapping[str, str]

    def sentence(self) -> str:
        """Return what is varied and what is left out."""
        reasons = list(self.left_out.values())
        counts = {
            "fixed": sum(reason.startswith(FIXED) for reason in reasons),
            "of words, not numbers, varied by name": reasons.count(SWITCH),
            "that the plan decides on": reasons.count(DECIDED),
            "that a portfolio or archetypes replace": reasons.count(REPLACED)
            + reasons.count(OVERLAID),
        }
        parts = [f"{count} {words}" for words, count in counts.items() if count]
        given = [name for name, reason in self.left_out.items() if reason.startswith(_GIVEN)]
        if given:
            parts.append(f"{len(given)} that the scenario states ({_named(given)})")
        rest = len(reasons) - sum(counts.values()) - len(given)
        parts.extend([f"{rest} that move the answer less alone"] if rest else [])
        varied = f"Varied: {formats.plural(len(self.inputs), 'assumption')}."
        return f"{varied} Left out: {all_of(parts)}." if parts else varied

    def tables(self) -> tuple[Table]:
        """Return `table`, which is kept and not shown."""
        return (Table("assumptions", numbers=self.table),)

    def to_json(self) -> dict[str, Any]:
        """Return what is varied over what, and why the rest is not, as plain data."""
        return {
            "inputs": [entry.text for entry in self.inputs],
            "left_out": dict(self.left_out),
        }

    def table(self) -> pd.DataFrame:
        """Return every value with what it is varied over, or why it is not varied."""
        rows = [(entry.name, True, entry.text.partition("=")[2], "") for entry in self.inputs]
        rows += [(name, False, "", reason) for name, reason in self.left_out.items()]
        columns = ["input", "is_varied", "values", "reason"]
        return pd.DataFrame(rows, columns=columns).set_index("input")

    def only(self, inputs: Sequence[Input], reason: str) -> Assumptions:
        """Return the same with some of the inputs; the others are left out for a reason."""
        kept = {entry.name for entry in inputs}
        fewer = {entry.name: reason for entry in self.inputs if entry.name not in kept}
        return Assumptions(tuple(inputs), MappingProxyType({**self.left_out, **fewer}))


def assumptions_of(scenario: Scenario, names: Iterable[str] | None = None) -> Assumptions:
    """Return which values of a scenario are uncertain: over the range of their sources.

    A range belongs to the value that it was found for. So it counts for a value that is the
    default; a value that a file, a preset, the command line or a client states is known, unless
    it is varied by its own name.

    Parameters
    ----------
    scenario
        The scenario.
    names
        Which values, or sections of values; if None, all. What is left out for a reason counts if
        it is named itself and has a range.

    Raises
    ------
    InputError
        If there is no value of a name, no range is known for it, or nothing is left to vary.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> found = assumptions_of(preset("reference"), ["drift"])
    >>> [entry.name for entry in found.inputs][:2]
    ['drift.onsets_per_year', 'drift.severity']
    """
    left_out = {
        entry.name: reason
        for entry in catalogue()
        if entry.name not in LABELS and (reason := why_not(scenario, entry))
    }
    ranges = {**_known(), **_own(scenario)}
    if names is None:
        inputs = [entry for name, entry in ranges.items() if name not in left_out]
        if not inputs:
            raise InputError("every value with a range is stated: name with --vary what may vary")
        return Assumptions(tuple(inputs), MappingProxyType(left_out))
    chosen, beside = _named_inputs(names, ranges, left_out)
    return Assumptions(tuple(chosen.values()), MappingProxyType(beside))


def _named_inputs(
    names: Iterable[str], ranges: Mapping[str, Input], left_out: Mapping[str, str]
) -> tuple[dict[str, Input], dict[str, str]]:
    """Return what is varied of values and sections, and what of the sections is left out."""
    chosen: dict[str, Input] = {}
    beside: dict[str, str] = {}
    problems: list[Problem] = []
    for name in names:
        inside = {
            key: entry
            for key, entry in ranges.items()
            # A value that is named itself is varied though somebody states it
            # (docs/decisions/0030).
            if key == name or (_is_in(key, name) and key not in left_out)
        }
        problems.extend([] if inside else [_nothing_in(name, left_out)])
        chosen.update(inside)
        beside.update((key, why) for key, why in left_out.items() if _is_in(key, name))
    if problems:
        raise InputError(problems)
    return chosen, {key: why for key, why in beside.items() if key not in chosen}


def why_not(scenario: Scenario, entry: Quantity) -> str:
    """Return why a value is not uncertain; empty if it is."""
    if own_knowledge(scenario, entry) is not None:
        return ""
    # The first reason that holds is told, so the order matters: what is fixed is not uncertain at
    # all.
    if entry.fixed:
        return entry.fixed if entry.fixed == DECIDED else f"{FIXED}{entry.fixed}"
    if isinstance(entry.knowledge, Weights):
        return whose(scenario, entry) or SWITCH
    if scenario.imported is not None and entry.name in _OF_PORTFOLIOS:
        return REPLACED
    if _is_overlaid(scenario, entry.name):
        return OVERLAID
    return whose(scenario, entry)


def _is_overlaid(scenario: Scenario, name: str) -> bool:
    kinds = scenario.archetypes if name in ATTRIBUTES else ()
    return bool(kinds) and all(getattr(kind, ATTRIBUTES[name]) is not None for kind in kinds)


def whose(scenario: Scenario, entry: Quantity) -> str:
    """Return who states a value, in words; empty if it is the default and nobody states it."""
    value, default = value_at(scenario, entry.name), entry.default
    if isinstance(value, Distribution) and value != default and value.mean == default.mean:
        return ""  # its spread is stated; the range is one of the mean
    named = source_of(scenario, entry.name)
    if named is not None:
        return f"{_GIVEN}{named.source}"
    return "" if value == default else f"{_GIVEN}nobody says by whom"


def _named(names: Sequence[str]) -> str:
    words = [name_said(name) for name in names[:_MOST_NAMED]]
    more = len(names) - len(words)
    return all_of([*words, f"{more} more"] if more else words)


@cache
def _known() -> dict[str, Input]:
    """Return what every value may be as far as that is known, by its name."""
    found = {quantity.name: _input_of(quantity) for quantity in catalogue()}
    return {name: entry for name, entry in found.items() if entry is not None}


def _own(scenario: Scenario) -> dict[str, Input]:
    """Return what values may be as far as the scenario itself says so."""
    return {
        entry.name: _choice(entry.name, known)
        if isinstance(known, Weights)
        else _range(entry, known.low, known.high)
        for entry in catalogue()
        if (known := own_knowledge(scenario, entry)) is not None
    }


def _input_of(quantity: Quantity) -> Input | None:
    if isinstance(quantity.knowledge, Weights):
        return _choice(quantity.name, quantity.knowledge)
    return None if quantity.plausible is None else _range(quantity, *quantity.plausible)


def _choice(name: str, known: Weights) -> Choice:
    return Choice(name, tuple(value for value, _ in known.values))


def _range(quantity: Quantity, low: float, high: float) -> Range:
    is_whole = quantity.kind == "int"
    low, high = (int(low), int(high)) if is_whole else (low, high)
    is_logarithmic = not is_whole and low > 0.0 and high >= LOGARITHMIC_FROM * low
    return Range(quantity.name, low, high, is_whole=is_whole, is_logarithmic=is_logarithmic)


def _is_in(name: str, section: str) -> bool:
    return name == section or name.startswith(f"{section}.")


def _nothing_in(name: str, left_out: Mapping[str, str]) -> Problem:
    is_part = name.rpartition(".")[2] in DISTRIBUTION_PARTS
    outer = name.rpartition(".")[0] if is_part else name
    inside = [entry.name for entry in catalogue() if _is_in(entry.name, outer)]
    reasons = {left_out[key] for key in inside if key in left_out}
    if inside == [name] and left_out.get(name, "").startswith(FIXED):
        return Problem(
            f"is {left_out[name]}; to vary it, state values: name=low..high or name=value,value",
            field=printable(name),
        )
    if reasons and not is_part:
        why = "; ".join(sorted(reasons))
        return Problem(
            f"nothing in it is uncertain ({why}); name one of its values to vary it",
            field=printable(name),
        )
    if inside:
        return Problem(
            "no plausible range is known; state one, such as name=low..high", field=printable(name)
        )
    suggestion = nearest_full_name(name, name.split("."))
    return Problem("no such name", field=printable(name, 200), suggestion=suggestion)
