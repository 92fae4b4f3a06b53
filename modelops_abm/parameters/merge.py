"""Laying some values over a scenario, as files and overrides do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from modelops_abm.errors import InputError
from modelops_abm.parameters.distribution import Distribution
from modelops_abm.parameters.model_kind import ModelKind
from modelops_abm.parameters.names import Path
from modelops_abm.parameters.problems import problems_of
from modelops_abm.parameters.quantity import Section
from modelops_abm.parameters.scenario import Scenario


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
    distribution is laid over the one in `model`. Lists are replaced as a whole.

    Raises
    ------
    InputError
        With everything that is wrong; `file` and `lines` say where.
    """
    values = merged(base, changes)
    values["archetypes"] = _archetypes(values["archetypes"], _kind(values["model"], base.model))
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
    if "family" in change or "shape" in change:
        del kept["cv"]
    return {**kept, **change}


def _kind(values: Any, fallback: ModelKind) -> ModelKind:
    """Return the attributes in `model`, or others if those are wrong and reported anyway."""
    try:
        return ModelKind.model_validate(values)
    except ValidationError:
        return fallback


def _archetypes(entries: Any, kind: ModelKind) -> Any:
    if not isinstance(entries, list | tuple):
        return entries
    return [_archetype(entry, kind) for entry in entries]


def _archetype(entry: Any, kind: ModelKind) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    laid = {
        name: _laid_over(getattr(kind, name), change)
        for name, change in entry.items()
        if name in ModelKind.model_fields and change is not None
    }
    return {**entry, **laid}
