"""Translation of pydantic's validation errors into problems in a user's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import takewhile
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from modelops_abm.errors import Problem, place_in_words
from modelops_abm.scenario.fields import Path, facts_at, field_at, nearest, section_at, suggestion
from modelops_abm.scenario.portfolio import RATES_OF_REGISTERED
from modelops_abm.scenario.quantity import Distribution, Section, choices_of
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.text import any_of, printable, range_in_words, shown, without_comma

_MOST_SUGGESTIONS = 200
"""Unknown names for which the nearest is looked up, which takes a while; nobody reads more."""


def problems_of(
    error: ValidationError,
    *,
    root: type[Section] = Scenario,
    data: object = None,
    file: str = "",
    lines: Mapping[Path, int] | None = None,
) -> list[Problem]:
    """Return the problems in a validation error, in a user's words.

    Parameters
    ----------
    error
        What pydantic found.
    root
        The section that was validated.
    data
        What was validated; with it, entries of lists are called by their names.
    file
        Name of the file that it came from.
    lines
        Line of every path in the file, as far as known.

    Returns
    -------
    list of Problem
        In the order of the lines.

    Examples
    --------
    >>> try:
    ...     _ = Scenario.model_validate({"team": {"developer": 5}})
    ... except ValidationError as error:
    ...     print(*problems_of(error, file="ours.toml"))
    ours.toml: team.developer: no such name; did you mean developers?
    """
    found = []
    # A file can hold a million wrong names; looking up what each may mean would take minutes.
    for number, details in enumerate(error.errors(include_url=False)):
        path = _whole_path(details)
        line = _line(path, lines or {})
        problem = _problem(details, path, root, data, place_in_words(file, line))
        if number < _MOST_SUGGESTIONS and problem.message == "no such name":
            problem = replace(problem, suggestion=suggestion(root, path))
        found.append((line or 0, problem))
    return [problem for _, problem in sorted(found, key=lambda entry: entry[0])]


def _line(path: Path, lines: Mapping[Path, int]) -> int | None:
    """Return the line of a path, or of the innermost section around it."""
    # What is missing has no line of its own: the section that should hold it has one.
    inner = (path[:length] for length in range(len(path), 0, -1))
    return next(
        (lines[told] for outer in inner for told in (outer, _in_one(outer)) if told in lines), None
    )


def _in_one(path: Path) -> Path:
    """Return a path in which the last names are one, as a change has it in quotes."""
    names = list(takewhile(lambda name: isinstance(name, str), reversed(path)))
    return (*path[: len(path) - len(names)], ".".join(map(str, reversed(names))))


def _problem(
    details: ErrorDetails, path: Path, root: type[Section], data: object, place: str
) -> Problem:
    message, meant = _message(details, root, path)
    return Problem(
        message=message,
        place=place,
        field=dotted(path, data),
        value=_value_in_words(details),
        suggestion=meant,
    )


def _whole_path(details: ErrorDetails) -> Path:
    """Return the path of the value to blame, which a section's own check states apart."""
    inner: Path = tuple(details.get("ctx", {}).get("path", ()))
    # The distribution is sound; it is its quantity that bounds the mean.
    if details["type"] == "mean_out_of_bounds":
        inner = ("mean",)
    return tuple(details["loc"]) + inner


def _value_in_words(details: ErrorDetails) -> str:
    """Return the value to blame as it is shown, or an empty string if that would not help."""
    value = details["input"]
    inner = _whole_path(details)[len(details["loc"]) :]
    for name in inner:
        value = _entry(value, name)
    # A whole section is named by its path; its content would fill the message.
    is_whole = isinstance(value, Mapping | Section) and not details["type"].endswith("_type")
    if is_whole or details["type"] in ("missing", "extra_forbidden") or (inner and value is None):
        return ""
    return shown(value)


def _entry(container: object, name: str | int) -> object:
    """Return an entry of a section, table or list; a bare number is its own mean."""
    if isinstance(container, Mapping):
        return container.get(name)
    if isinstance(container, list | tuple) and isinstance(name, int):
        return container[name] if name < len(container) else None
    if isinstance(container, Section) and isinstance(name, str):
        return getattr(container, name, None)
    return container if name == "mean" else None


def dotted(path: Path, data: object = None) -> str:
    """Return a path as a dotted name, with entries of lists called by their id or name."""
    words = ""
    for name in path:
        data = _entry(data, name)
        if isinstance(name, int):
            words += f"[{_label(data) or f'entry {name + 1}'}]"
        else:
            words += f"{'.' if words else ''}{printable(name)}"
    return words


def _label(entry: object) -> str:
    label = _entry(entry, "id") or _entry(entry, "name")
    return printable(label) if isinstance(label, str) else ""


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "string": "text",
    "date": "a date such as 2026-01-31",
    "tuple": "a list",
}
"""What a value should be, by the first word of the type of a pydantic error."""


def _message(details: ErrorDetails, root: type[Section], path: Path) -> tuple[str, str]:
    """Return what is wrong and allowed, and what may have been meant."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return RATES_OF_REGISTERED.get(str(path[-1]), "no such name"), ""
    if kind == "missing":
        return "must be given", ""
    if kind == "literal_error":
        return _choice(details, root, path)
    if kind in ("misfit", "value_error"):
        return str(context.get("message", context.get("error"))), ""
    if kind.startswith(("greater_than", "less_than")) or kind == "mean_out_of_bounds":
        return f"allowed is {_range(root, path, context)}", ""
    if kind in ("string_too_short", "string_too_long"):
        return _length(context), ""
    if kind == "too_long":
        return f"must have at most {context['max_length']:,} entries", ""
    typed = details["input"]
    advice = without_comma(typed.strip()) if isinstance(typed, str) else ""
    return _expected(details, root, path) + (advice and f"; {advice}"), ""


def _choice(details: ErrorDetails, root: type[Section], path: Path) -> tuple[str, str]:
    field, value = field_at(root, path), details["input"]
    allowed = choices_of(field.annotation) if field else ()
    meant = nearest(value, allowed) if isinstance(value, str) else ""
    return f"allowed is {any_of(list(allowed))}", meant


def _range(root: type[Section], path: Path, context: Mapping[str, Any]) -> str:
    facts = facts_at(root, path)
    limits = {name: at for name, at in context.items() if isinstance(at, int | float | date)}
    words = range_in_words(facts.get("bounds") or limits)
    return f"{words} ({facts['unit']})" if "unit" in facts else words


def _length(context: Mapping[str, Any]) -> str:
    if "min_length" in context:
        return "must not be empty"
    return f"must have at most {context['max_length']} characters"


def _expected(details: ErrorDetails, root: type[Section], path: Path) -> str:
    kind, given = details["type"], details["input"]
    section = section_at(root, path)
    if kind in ("model_type", "model_attributes_type", "dict_type") and section is not None:
        return f"expected {_section_in_words(section)}"
    wanted = _KINDS.get(kind.partition("_")[0])
    if wanted is None:
        return details["msg"]
    if kind == "tuple_type" and isinstance(given, Mapping):
        return f"expected a list, in TOML [[{dotted(path)}]] for each of its entries"
    allowed = _range(root, path, {})
    each = " of numbers, each" if kind == "tuple_type" else ","
    return f"expected {wanted}{each} {allowed}" if allowed else f"expected {wanted}"


def _section_in_words(section: type[Section]) -> str:
    if section is Distribution:
        return "a number, which is its mean, or a distribution with family, mean and cv"
    examples = any_of(list(section.model_fields)[:3])
    return f"a section with names such as {examples}"
