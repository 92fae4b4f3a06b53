"""The JSON Schema of scenario files, for editors and other programs."""

from __future__ import annotations

from typing import Any

from modelops_abm.scenario.document import WITHOUT_SOURCE
from modelops_abm.scenario.scenario import Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = {
    "type": "number",
    "minimum": 0.0,
    "maximum": 1e12,
    "description": "The mean; family and coefficient of variation stay as they are.",
}
_SHAPE = {
    "type": "number",
    "minimum": 0.3,
    "maximum": 60.0,
    "description": "Shape of a Weibull, instead of cv.",
}
_UNSOURCED = {
    "type": "array",
    "items": {"type": "string"},
    "default": [],
    "description": "Values in a saved file that differ from the default, and have no source.",
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files (draft 2020-12).

    Units, allowed ranges, sources and plausible ranges of the numbers stand beside the keywords
    of the standard. What two values together may be (for example that the shares of archetypes
    add up) is beyond a schema; loading a file checks it.
    """
    schema = Scenario.model_json_schema()
    schema["$defs"]["Distribution"] = _distribution(schema["$defs"]["Distribution"])
    schema["properties"][WITHOUT_SOURCE] = dict(_UNSOURCED)
    return {
        "$schema": _DIALECT,
        **schema,
        "title": "Scenario of modelops_abm",
        "description": "What differs from the reference scenario.",
    }


def _distribution(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a distribution in a file, which may be partial or a mean alone."""
    description = whole.pop("description", "")
    whole.pop("required", None)
    whole["properties"]["shape"] = dict(_SHAPE)
    return {"description": description, "anyOf": [dict(_NUMBER), whole]}
