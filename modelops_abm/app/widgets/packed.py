"""Data on its way to the browser, as text.

Solara looks for elements in every list and mapping that a component is given, at each rendering;
for a chart of some thousand numbers that takes longer than everything else. It does not look into
text.
"""

from __future__ import annotations

import json
import math
from typing import Any


def packed(value: Any) -> str:
    """Return data as JSON; NaN and infinity, which that does not know, become null."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return packed(_finite(value))


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {name: _finite(entry) for name, entry in value.items()}
        case list() | tuple():
            return [_finite(entry) for entry in value]
        case float() if not math.isfinite(value):
            return None
    return value
