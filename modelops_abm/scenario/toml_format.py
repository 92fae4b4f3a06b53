"""Scenario files in TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import tomli_w

from modelops_abm.scenario.document import (
    DEEPEST,
    WITHOUT_SOURCE,
    Document,
    UnreadableError,
    check_nesting,
    header,
    too_deep,
    too_long_number,
)
from modelops_abm.scenario.quantity import Distribution, Section, facts_of
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.sources import unsourced_names
from modelops_abm.scenario.toml_lines import lines_of

_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_TOO_MANY_PARTS = re.compile(
    rf"(?:^|[\[{{,])[ \t]*(?:[\w\"'-]+[ \t]*\.[ \t]*){{{DEEPEST}}}", re.MULTILINE
)
"""A dotted name that is nested too deeply; `tomllib` takes minutes for very long ones."""
_TWICE = ("Cannot overwrite", "Cannot declare", "Duplicate inline table key")


def read(text: str) -> Document:
    """Read TOML; raise `UnreadableError` if it is none."""
    if found := _TOO_MANY_PARTS.search(text):
        raise too_deep(text.count("\n", 0, found.end()) + 1)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _in_words(str(error), text) from None
    except ValueError:
        raise too_long_number(text) from None
    except RecursionError:
        raise too_deep() from None
    check_nesting(data)
    return Document(data, lambda: lines_of(text))


def _in_words(message: str, text: str) -> UnreadableError:
    found = _POSITION.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    words = _POSITION.sub("", message)
    if words.startswith(_TWICE):
        return UnreadableError(f"a name or section is given twice ({words})", line)
    return UnreadableError(f"not valid TOML: {words}", line)


def write(scenario: Scenario) -> str:
    """Return a scenario as TOML, with the units as comments."""
    unsourced = unsourced_names(scenario)
    lines = [*header(scenario), "", *_values(scenario)]
    if unsourced:
        lines.append(f"{WITHOUT_SOURCE} = {literal(unsourced)}")
    return "\n".join([*lines, *_inner_sections(scenario, ""), ""])


def literal(value: Any) -> str:
    """Return a value in TOML on one line."""
    if isinstance(value, Section):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {literal(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(entry) for entry in value)}]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")


def _values(section: Section) -> Iterator[str]:
    """Yield a line for every value that is no section and no list of sections."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if value is not None and not _is_inner(value):
            unit = facts_of(field).get("unit")
            yield f"{name} = {literal(value)}" + (f"  # {unit}" if unit else "")


def _is_inner(value: Any) -> bool:
    """Tell whether a value gets headers of its own; an empty list of sections is left out."""
    if isinstance(value, tuple):
        return not value or isinstance(value[0], Section)
    return isinstance(value, Section) and not isinstance(value, Distribution)


def _inner_sections(section: Section, prefix: str) -> Iterator[str]:
    for name in type(section).model_fields:
        value, path = getattr(section, name), prefix + name
        if isinstance(value, tuple) and _is_inner(value):
            for entry in value:
                yield from ("", f"[[{path}]]", *_values(entry))
        elif value is not None and _is_inner(value):
            yield from ("", f"[{path}]", *_values(value), *_inner_sections(value, f"{path}."))
