"""Setting values of a scenario: by their dotted names, or laid over it as a file states them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from modelops_abm.errors import InputError, Problem
from modelops_abm.scenario.fields import (
    DISTRIBUTION_PARTS,
    Path,
    nearest_full_name,
    scenario_leaves,
    section_at,
)
from modelops_abm.scenario.problems import problems_of
from modelops_abm.scenario.quantity import Distribution, Section
from modelops_abm.scenario.scenario import Scenario, SourceKind
from modelops_abm.scenario.sections import OF_KIND, ModelKind
from modelops_abm.scenario.sources import LABELS, changed_names, with_sources
from modelops_abm.text import any_of, comma_complaint, printable

_ONE_NAME = {"shape": "cv"}
"""The part of a distribution that another one of its parts states as well."""
_COLUMN = re.compile(r"line 1, column (\d+)")
_BARE_WORDS = re.compile(r"[^\W\d][\w .-]*")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def with_values(
    scenario: Scenario,
    values: Mapping[str, Any],
    *,
    source: str,
    confidence: SourceKind = "user",
) -> Scenario:
    """Return a scenario with other values.

    Parameters
    ----------
    scenario
        The scenario to depart from.
    values
        Values by dotted name, such as ``capabilities.monitoring.maximum``. A number for a
        distribution sets its mean and keeps family and spread; its parts have names too, such as
        ``model.market_size.cv``.
    source, confidence
        Whose values they are; recorded for every value that changes.

    Raises
    ------
    InputError
        With every unknown name, or every value that is stated under two names, or everything that
        is wrong with the values.

    Examples
    --------
    >>> plan = with_values(Scenario(), {"team.developers": 5}, source="the client, in May")
    >>> plan.team.developers, plan.sources[0].source
    (5, 'the client, in May')
    >>> with_values(Scenario(), {"team.developer": 5}, source="the client")
    Traceback (most recent call last):
    ...
    modelops_abm.errors.InputError: team.developer: no such name; did you mean team.developers?
    """
    unknown = [problem for name in values if (problem := problem_with(name)) is not None]
    if unknown:
        raise InputError(unknown)
    # Two names for one value would be settled by their order, which nobody sees.
    twice = stated_twice({name: stated_parts(name, value) for name, value in values.items()})
    if twice:
        raise InputError(twice)
    # A range need not hold around another value; it goes when a new source takes its place.
    leaves = {_leaf_of(name) for name in values}
    ranged = any(each.is_uncertain and each.name in leaves for each in scenario.sources)
    base = scenario.model_copy(update={"sources": ()}) if ranged else scenario
    changed = with_changes(base, _nested(values)).model_copy(update={"sources": scenario.sources})
    names = [name for name in changed_names(scenario, changed) if name not in LABELS]
    return with_sources(changed, names, source, confidence)


def stated_parts(name: str, value: Any) -> frozenset[str]:
    """Return what a value states, by the one name of each: of a distribution its parts.

    A number for a distribution states its mean; the shape of a Weibull states its spread.

    Parameters
    ----------
    name
        Dotted name of a value, or of a part of a distribution.
    value
        Its value, as `with_values` takes it.
    """
    leaf = _leaf_of(name) or name
    if section_at(Scenario, tuple(leaf.split("."))) is not Distribution:
        return frozenset({name})
    return frozenset(f"{leaf}.{_ONE_NAME.get(part, part)}" for part in _parts(name, leaf, value))


def _parts(name: str, leaf: str, value: Any) -> Iterable[str]:
    if name != leaf:
        return (name.removeprefix(f"{leaf}."),)
    if isinstance(value, Distribution):
        return Distribution.model_fields
    return value if isinstance(value, Mapping) else ("mean",)


def stated_twice(stated: Mapping[str, Collection[str]]) -> list[Problem]:
    """Return a problem for each pair of names that state the same.

    Parameters
    ----------
    stated
        The `stated_parts` of each name.
    """
    first: dict[str, str] = {}
    problems: list[Problem] = []
    for name, parts in stated.items():
        for other in sorted({first[part] for part in parts if part in first}):
            message = f"states the same as {printable(other, 200)}; give one of them"
            problems.append(Problem(message, field=printable(name, 200)))
        first.update((part, name) for part in parts if part not in first)
    return problems


def problem_with(name: str) -> Problem | None:
    """Return what is wrong with a name, if anything is."""
    leaf = _leaf_of(name)
    if leaf == name:
        return None
    parts = name.split(".")
    shown_name = printable(name, 200)
    if leaf is None:
        return _unknown(shown_name, parts)
    if section_at(Scenario, tuple(leaf.split("."))) is not Distribution:
        return Problem(f"{leaf} can only be set as a whole", field=shown_name)
    if name[len(leaf) + 1 :] not in DISTRIBUTION_PARTS:
        return Problem(f"a distribution has {any_of(list(DISTRIBUTION_PARTS))}", field=shown_name)
    return None


def _leaf_of(name: str) -> str | None:
    """Return the value that a name is, or is a part of."""
    while name:
        if name in scenario_leaves():
            return name
        name = name.rpartition(".")[0]
    return None


def _unknown(name: str, parts: list[str]) -> Problem:
    inside = [leaf for leaf in scenario_leaves() if leaf.startswith(f"{name}.")]
    if inside:
        return Problem(f"is a section; set one of its values, such as {inside[0]}", field=name)
    if parts[0] == "sources":
        return Problem("sources are recorded with the values that are set", field=name)
    return Problem("no such name", field=name, suggestion=nearest_full_name(name, parts))


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted name as nested mappings."""
    # A distribution and a part of it may be named in either order; both ways give one mapping.
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *outer, last = name.split(".")
        section = nested
        for part in outer:
            section = _opened(section, part)
        section[last] = _beside(section.get(last), _plain(value))
    return nested


def _opened(section: dict[str, Any], part: str) -> dict[str, Any]:
    """Return an inner mapping; a number that is there already is the mean of a distribution."""
    inner = section.get(part, {})
    section[part] = inner if isinstance(inner, dict) else {"mean": inner}
    opened: dict[str, Any] = section[part]
    return opened


def _beside(stated: Any, value: Any) -> Any:
    """Return a value of a distribution of which some parts were stated before."""
    if not isinstance(stated, dict):
        return value
    return {**stated, **(value if isinstance(value, dict) else {"mean": value})}


def _plain(value: Any) -> Any:
    """Return a value as a file would give it; NumPy's numbers become Python's."""
    if isinstance(value, Distribution):
        return value.model_dump()
    if isinstance(value, Section):
        return value
    is_numpy_scalar = type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0
    return value.item() if is_numpy_scalar else value


def parse_assignment(text: str) -> tuple[str, Any]:
    """Return name and value of an assignment such as ``team.developers=5``.

    The value is in the syntax of TOML, for example ``0.8``, ``true``, ``["a", "b"]`` or
    ``{mean = 3, cv = 0.2}``; a word needs no quotes.

    Raises
    ------
    InputError
        If it is no assignment, or the value cannot be read.

    Examples
    --------
    >>> parse_assignment("drift.severity = {mean = 0.2, cv = 0.3}")
    ('drift.severity', {'mean': 0.2, 'cv': 0.3})
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        example = "for example team.developers=5"
        raise InputError(f"'{printable(text)}' is no assignment; write name=value, {example}")
    return name, _parse_value(name, value)


def parse_range(text: str) -> tuple[str, dict[str, Any]]:
    """Return name and range, or weights, of what is known of a value.

    ``team.focus=0.5..0.7`` is a range that holds 90 % of what is thought possible,
    ``drift.decay_alert=always:3,never:1`` the weights of a switch.

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> parse_range("team.focus=0.5..0.7")
    ('team.focus', {'low': 0.5, 'high': 0.7})
    >>> parse_range("drift.decay_alert=always:3,never:1")
    ('drift.decay_alert', {'weights': {'always': 3.0, 'never': 1.0}})
    """
    name, _, known = (part.strip() for part in text.partition("="))
    low, dots, high = known.partition("..")
    parts = [part.rpartition(":")[::2] for part in known.split(",")]
    try:
        if dots and name:
            return name, {"low": _finite(low), "high": _finite(high)}
        if name and all(word.strip() for word, _ in parts):
            return name, {"weights": {word.strip(): _finite(weight) for word, weight in parts}}
    except ValueError:
        pass
    message = "what is known is a range or weights: team.focus=0.5..0.7 or"
    raise InputError(f"'{printable(text)}': {message} drift.decay_alert=always:3,never:1")


def _finite(text: str) -> float:
    """Read a number as it is written everywhere else, with a point and no more."""
    if _NUMBER.fullmatch(text.strip()) is None:
        raise ValueError(text)
    return float(text)


def _parse_value(name: str, text: str) -> Any:
    # TOML reads 1_000 and 0x1F too; a text with a line break could hold a second assignment, which
    # is why the number of names is looked at.
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return _word_or_number(name, text)
    return parsed["value"] if len(parsed) == 1 else _word_or_number(name, text)


def _word_or_number(name: str, text: str) -> Any:
    if _NUMBER.fullmatch(text) and len(text) < 100:
        return float(text)
    if _BARE_WORDS.fullmatch(text):
        return text
    if complaint := comma_complaint(text):
        raise InputError(
            Problem(
                complaint,
                field=printable(name, 200),
                value=f"'{printable(text)}'",
            )
        )
    message = "a value must be a number, true, false, a word, a list in [...] or text in quotes"
    if text[0] in "[{":
        message = _unreadable(text)
    raise InputError(Problem(message, field=printable(name, 200), value=f"'{printable(text)}'"))


def _unreadable(text: str) -> str:
    """Return why a list or a table cannot be read."""
    start = "value = "
    try:
        tomllib.loads(f"{start}{text}")
    except tomllib.TOMLDecodeError as error:
        if found := _COLUMN.search(str(error)):
            rest = printable(text[int(found[1]) - 1 - len(start) :], 40)
            return f"cannot be read from {rest} on; text in a list needs quotes"
        return "ends before all of its brackets and quotes are closed"
    except (ValueError, RecursionError):
        pass
    return "cannot be read as one value"


def with_changes(
    base: Scenario,
    changes: Mapping[str, Any],
    *,
    file: str = "",
    lines: Mapping[Path, int] | None = None,
) -> Scenario:
    """Return a scenario with nested changes; what they leave out is as in the base.

    A distribution given as a number takes it as its mean, and keeps family and spread. One given
    with a family but no spread takes the family's own default spread. What an archetype says of a
    distribution is laid over the one in `model`, or over the scenario's (`OF_KIND`). Lists are
    replaced as a whole.

    Raises
    ------
    InputError
        With everything that is wrong; `file` and `lines` say where.
    """
    values = merged(base, changes)
    # Last, as what an archetype leaves out is as in the scenario with its changes.
    values["archetypes"] = _archetypes(values["archetypes"], _laid_under(values, base))
    try:
        return Scenario.model_validate(values)
    except ValidationError as error:
        raise InputError(problems_of(error, data=values, file=file, lines=lines)) from None


def merged(base: Section, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a section with changes laid over them, not validated yet."""
    values = {name: getattr(base, name) for name in type(base).model_fields}
    for name, change in changes.items():
        values[name] = _laid_over(values.get(name), change)
    return values


def _laid_over(old: object, change: Any) -> Any:
    if isinstance(old, Distribution):
        return _distribution(old, change)
    if isinstance(old, Section) and isinstance(change, Mapping):
        return merged(old, change)
    return change


def _distribution(old: Distribution, change: Any) -> Any:
    if isinstance(change, int | float) and not isinstance(change, bool):
        change = {"mean": change}
    if not isinstance(change, Mapping):
        return change
    kept = {"family": old.family, "mean": old.mean, "cv": old.cv}
    # A spread belongs to its family: that of the old one may be impossible in the new.
    if "family" in change or "shape" in change:
        del kept["cv"]
    return {**kept, **change}


def _laid_under(values: Mapping[str, Any], base: Scenario) -> dict[str, Any]:
    """Return what an archetype's attributes are laid over, by name."""
    model = _section(values["model"], base.model)
    found = {name: getattr(model, name) for name in ModelKind.model_fields}
    for name, whole in OF_KIND.items():
        section, _, field = whole.partition(".")
        found[name] = getattr(_section(values[section], getattr(base, section)), field)
    return found


def _section[S: Section](values: Any, fallback: S) -> S:
    """Return a section with its changes, or another if those are wrong and reported anyway."""
    try:
        return type(fallback).model_validate(values)
    except ValidationError:
        return fallback


def _archetypes(entries: Any, under: Mapping[str, Any]) -> Any:
    if not isinstance(entries, list | tuple):
        return entries
    return [_archetype(entry, under) for entry in entries]


def _archetype(entry: Any, under: Mapping[str, Any]) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    laid = {
        name: _laid_over(under[name], change)
        for name, change in entry.items()
        if name in under and change is not None
    }
    return {**entry, **laid}
