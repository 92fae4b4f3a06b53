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
from modelops_abm.errors import InputError
from modelops_abm.formats import count_in_words
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES
from modelops_abm.scenario.changes import with_values
from modelops_abm.scenario.fields import known_by
from modelops_abm.scenario.scenario import Scenario, SourceKind
from modelops_abm.text import all_of


class Departure(NamedTuple):
    """A value that is not the default, and why."""

    value: Any
    reason: str
    confidence: SourceKind = "judgement"


type _Entries = Mapping[str, Mapping[str, Departure]]
"""What the entries of a list state, by their names."""


class _Preset(NamedTuple):
    description: str
    departures: Mapping[str, Departure]
    kinds: _Entries = MappingProxyType({})
    requests: _Entries = MappingProxyType({})


def _of_capabilities() -> Iterator[tuple[str, _Preset]]:
    """Yield the reference with one capability alone, for each, and with all of them."""
    one = "The reference organisation with {} at its full level, and no other capability."
    every = "The reference organisation with all five capabilities at their full level."
    others = count_in_words(len(CAPABILITY_NAMES) - 1)
    for name in CAPABILITY_NAMES:
        only = Departure(1.0, f"the whole investment in {name}, nothing in the other {others}")
        yield f"{name}_alone", _Preset(one.format(name), {f"capabilities.{name}.maximum": only})
    together = Departure(1.0, "the whole investment in all five capabilities")
    # By its name it has five, also where more are registered.
    maxima = {f"capabilities.{name}.maximum": together for name in BUILT_IN_CAPABILITIES}
    yield "all_five", _Preset(every, maxima)


def _of_file() -> Iterator[tuple[str, _Preset]]:
    stated = tomllib.loads(files(__package__).joinpath("presets.toml").read_text("utf-8"))
    for name, preset_ in stated.items():
        values = _departures(preset_["values"])
        lists = []
        for value, key in (("archetypes", "kinds"), ("requests", "requests")):
            entries = {each: _departures(own) for each, own in preset_.get(key, {}).items()}
            if entries:
                values[value] = _as_one(entries)
            lists.append(entries)
        yield name, _Preset(preset_["description"], values, *lists)


def _departures(stated: Mapping[str, Any]) -> dict[str, Departure]:
    return {name: Departure(*facts) for name, facts in stated.items()}


def _as_one(entries: _Entries) -> Departure:
    """Return a list of a preset as one value, which it is to a scenario."""
    values = [
        {"name": entry, **{name: departure.value for name, departure in own.items()}}
        for entry, own in entries.items()
    ]
    return Departure(
        values, f"{all_of([*entries])}, each value with its reason in docs/parameters.md"
    )


_RENAMED = {"firefighting": "no_preemption"}

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
        If there is none; it says the new name of one that had another, or the nearest.

    Examples
    --------
    >>> preset("small_team").team.developers
    5
    """
    if name in _RENAMED:
        raise InputError(f"the preset {name} is now called {_RENAMED[name]}")
    known_by(name, PRESETS, "preset")
    return _scenario(name)


def kinds_of(name: str) -> _Entries:
    """Return what each kind of model of a preset states of itself, and why; none if it has none.

    >>> kinds_of("three_kinds")["ranking models"]["retraining_interval_days"].value
    1.0
    """
    return _PRESETS[name].kinds


def requests_of(name: str) -> _Entries:
    """Return what each kind of request of a preset states, and why; none if it has none.

    >>> requests_of("three_kinds")["end of a vendor's version"]["deadline_days"].value
    60.0
    """
    return _PRESETS[name].requests


@cache
def _scenario(name: str) -> Scenario:
    """Return a preset in which every value that departs carries its reason."""
    description, departures, *_ = _PRESETS[name]
    scenario = Scenario(name=name, description=description)
    # One by one, as each has a reason of its own.
    for value_name, (value, reason, confidence) in departures.items():
        source = f"preset {name}: {reason}"
        scenario = with_values(scenario, {value_name: value}, source=source, confidence=confidence)
    return scenario
