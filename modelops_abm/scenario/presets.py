"""Scenarios with names: whom each describes, and whose values it takes.

Most are data: `presets.toml`, beside this file, holds their values, each with its reason. Those
with one capability, and with all of them, follow from the capabilities that there are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from modelops_abm.core.registry import BUILT_IN_CAPABILITIES
from modelops_abm.errors import InputError, Problem
from modelops_abm.formats import count_in_words
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES
from modelops_abm.scenario.changes import with_values
from modelops_abm.scenario.fields import nearest
from modelops_abm.scenario.scenario import Scenario, SourceKind
from modelops_abm.text import printable


class _Departure(NamedTuple):
    """A value that is not the default, and why."""

    value: Any
    reason: str
    confidence: SourceKind = "judgement"


class _Preset(NamedTuple):
    description: str
    departures: Mapping[str, _Departure]


def _of_capabilities() -> Iterator[tuple[str, _Preset]]:
    """Yield the reference with one capability alone, for each, and with all of them."""
    one = "The reference organisation with {} at its full level, and no other capability."
    every = "The reference organisation with all five capabilities at their full level."
    others = count_in_words(len(CAPABILITY_NAMES) - 1)
    for name in CAPABILITY_NAMES:
        only = _Departure(1.0, f"the whole investment in {name}, nothing in the other {others}")
        yield f"{name}_alone", _Preset(one.format(name), {f"capabilities.{name}.maximum": only})
    together = _Departure(1.0, "the whole investment in all five capabilities")
    # By its name it has five, also where more are registered.
    maxima = {f"capabilities.{name}.maximum": together for name in BUILT_IN_CAPABILITIES}
    yield "all_five", _Preset(every, maxima)


def _of_file() -> Iterator[tuple[str, _Preset]]:
    stated = tomllib.loads(files(__package__).joinpath("presets.toml").read_text("utf-8"))
    for name, preset_ in stated.items():
        values = {value: _Departure(*facts) for value, facts in preset_["values"].items()}
        yield name, _Preset(preset_["description"], values)


_PRESETS = {"reference": _Preset("", {}), **dict(_of_capabilities()), **dict(_of_file())}

PRESETS: Mapping[str, str] = MappingProxyType(
    {
        name: preset_.description
        or "An organisation of middling size with two dozen internal models and no ModelOps yet."
        for name, preset_ in _PRESETS.items()
    }
)
"""Whom each preset describes, by its name."""


def preset(name: str) -> Scenario:
    """Return the preset with a name.

    Raises
    ------
    InputError
        If there is none; it suggests the nearest name.

    Examples
    --------
    >>> preset("small_team").team.developers
    5
    """
    if name in _PRESETS:
        return _scenario(name)
    known = ", ".join(PRESETS)
    message = f"there is no preset '{printable(name)}'; known are {known}"
    raise InputError(Problem(message, suggestion=nearest(name, PRESETS)))


@cache
def _scenario(name: str) -> Scenario:
    """Return a preset in which every value that departs carries its reason."""
    description, departures = _PRESETS[name]
    scenario = Scenario(name=name, description=description)
    # One by one, as each has a reason of its own.
    for value_name, (value, reason, confidence) in departures.items():
        source = f"preset {name}: {reason}"
        scenario = with_values(scenario, {value_name: value}, source=source, confidence=confidence)
    return scenario
