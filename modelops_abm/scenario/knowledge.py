"""What is known of a value beside the value itself: a range that holds most of it, or weights.

The value is the median of what is known. A half of the range that ends in the bound itself, 0 or
for a share 1, has no logarithm there; it is half of a normal distribution, cut at the bound
(docs/decisions/0048).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

type SpreadFamily = Literal["lognormal", "logit-normal"]

PERCENT = 90.0
"""What a range holds of the values that are thought possible, in per cent, unless it says other."""
PERCENT_ALLOWED = 1.0, 99.9
"""The least and the most that it may hold."""
DECIDED = "the plan decides on it"
"""Why a value is not uncertain that is chosen."""
UNREGISTERED = "who registered it gave no range"


@dataclass(frozen=True, slots=True)
class Spread:
    """What is known of a number; of a distribution, of its mean.

    Attributes
    ----------
    low, high
        Between them lie `percent` of the values that are thought possible, half of the rest below
        and half above.
    family
        ``lognormal`` for what is positive, ``logit-normal`` for shares; each half of its own width,
        so that they meet in the value.
    percent
        Between 0 and 100.
    in_proportion_to
        Other numbers with an exponent each. The range holds where they are as they are; where they
        are drawn so many times larger, it is so many times larger to the power of the exponent.
    """

    low: float
    high: float
    family: SpreadFamily = "lognormal"
    percent: float = PERCENT
    in_proportion_to: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weights:
    """What is known of a switch."""

    values: tuple[tuple[Any, float], ...]
    """What it may be, with a weight above 0 each."""
    reason: str = ""
    """Why."""


type Knowledge = Spread | Weights


def family_within(bounds: Mapping[str, float]) -> SpreadFamily:
    """Return the family of a number with these bounds: a share's if none may be above 1.

    >>> family_within({"ge": 0.0, "le": 1.0})
    'logit-normal'
    """
    highest = bounds.get("le", bounds.get("lt"))
    return "logit-normal" if highest is not None and highest <= 1.0 else "lognormal"
