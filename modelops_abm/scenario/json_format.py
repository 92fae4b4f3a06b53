"""Scenario files in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modelops_abm.scenario import yaml_format
from modelops_abm.scenario.document import (
    Document,
    UnreadableError,
    as_data,
    check_nesting,
    too_deep,
    too_long_number,
)
from modelops_abm.scenario.fields import Path
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.text import printable


def read(text: str) -> Document:
    """Read JSON; raise `UnreadableError` if it is none."""
    try:
        data = json.loads(text, object_pairs_hook=_section)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"not valid JSON: {error.msg}", error.lineno) from None
    except ValueError:
        raise too_long_number(text) from None
    except RecursionError:
        raise too_deep() from None
    check_nesting(data)
    return Document(data, lambda: _lines(text))


def _section(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    section = {}
    for name, value in entries:
        if name in section:
            raise UnreadableError(f"{printable(name)} is given twice")
        section[name] = value
    return section


def _lines(text: str) -> Mapping[Path, int]:
    """Return the lines of a text that is, as nearly all JSON, YAML as well."""
    try:
        return yaml_format.read(text).lines()
    except UnreadableError:
        return {}


def write(scenario: Scenario) -> str:
    """Return a scenario as JSON."""
    return json.dumps(as_data(scenario), indent=2, default=str) + "\n"
