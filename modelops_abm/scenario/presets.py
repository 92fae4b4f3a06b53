"""Scenarios by name and by keyword: whom each describes, and whose values it takes.

Most are data: `presets.toml`, beside this file, holds their values, each with its reason. Those
with one capability, and with all of them, follow from the capabilities that there are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from modelops_abm.core.registry import BUILT_IN_CAPABILITIES
from modelops_abm.errors import InputError, Problem
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


_TITLES = {
    "reference": "No capabilities",
    "all_five": "All five capabilities",
    "start_up": "Start-up",
}
"""Where they are not the name in words."""
_VOUCHES = re.compile(r"\bpreset ([a-z0-9_]+)(?=:)")


def title_of(name: str) -> str:
    """Return what a preset is called in words; another name stays as it is.

    >>> title_of("small_team"), title_of("Our bank")
    ('Small team', 'Our bank')
    """
    return _TITLES.get(name, name.replace("_", " ").capitalize() if name in PRESETS else name)


def with_titles(words: str) -> str:
    """Return words about a source in which presets are called in words.

    >>> with_titles("judgement: preset small_team: too few")
    'judgement: preset “Small team”: too few'
    """
    return _VOUCHES.sub(lambda found: f"preset “{title_of(found[1])}”", words)


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


# --------------------------------------------------------------------------------------
# Scenarios by keyword, as `mesa.batch_run` and sliders pass them.


PLAIN_NAMES: dict[str, str] = {
    "horizon_days": "horizon_days",
    "initial_models": "portfolio.initial_models",
    "initial_ideas": "portfolio.initial_ideas",
    "ideas_per_year": "portfolio.ideas_per_year",
    "developers": "team.developers",
    "preemption": "team.preemption",
    "retraining_interval_days": "retraining.interval_days",
    **{name: f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES},
}
"""Short names for the values that are varied most; a capability means its level of investment."""


def scenario_of(scenario: Scenario | None, keywords: Mapping[str, Any]) -> Scenario:
    """Return a scenario with values replaced by keyword.

    Parameters
    ----------
    scenario
        The one to start from. If None, the preset named by the keyword `preset`, or else the
        reference organisation.
    keywords
        `PLAIN_NAMES`, or dotted names with two underscores for a dot.

    Raises
    ------
    InputError
        If a name is unknown, a value not allowed, or two keywords state the same.
    TypeError
        If it is no scenario, or a preset is named as well.
    """
    values = dict(keywords)
    name = values.pop("preset", None)
    if scenario is None:
        scenario = preset(name or "reference")
    elif not isinstance(scenario, Scenario):
        raise TypeError(f"scenario must be a Scenario, not {type(scenario).__name__}")
    elif name is not None:
        raise TypeError("give either a scenario or the name of a preset, not both")
    if not values:
        return scenario
    dotted: dict[str, Any] = {}
    for key, entry in values.items():
        full_name = PLAIN_NAMES.get(key, key.replace("__", "."))
        if full_name in dotted:
            raise InputError(Problem(f"{key} states it a second time", field=full_name))
        dotted[full_name] = entry
    try:
        return with_values(scenario, dotted, source="set by keyword")
    except InputError as error:
        # What is suggested is written as a keyword is.
        plain = {full_name: name for name, full_name in PLAIN_NAMES.items()}
        meant = (each.suggestion for each in error.problems)
        words = (plain.get(name, name.replace(".", "__")) for name in meant)
        pairs = zip(error.problems, words, strict=True)
        raise InputError(replace(each, suggestion=word) for each, word in pairs) from None


def plain_values(scenario: Scenario) -> dict[str, Any]:
    """Return the values of a scenario that have plain names, by these names."""
    return {name: attrgetter(dotted)(scenario) for name, dotted in PLAIN_NAMES.items()}
