"""What each capability is expected to change, and by which outcomes that is measured.

The expectations are those of the deck that this simulator answers to. Nothing of them is coded as
such: they must follow from the rules, which `tests/verification/test_directions.py` checks in
paired runs of a fixed portfolio, where no new model dilutes the averages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from modelops_abm.scenario import CapabilityName


class Direction(IntEnum):
    """Whether an outcome falls or rises."""

    LESS = -1
    MORE = 1


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a capability is expected to change."""

    words: str
    """The change in words."""
    directions: Mapping[str, Direction] = field(hash=False)
    """Names of measures with the direction that each must have."""


@dataclass(frozen=True, slots=True)
class EffectKind:
    """A kind of effect, a column of the table."""

    name: str
    """Its key."""
    words: str
    """Its heading."""
    measure: str
    """Name of the measure that stands for it."""
    better: Direction
    """Which direction is to be wished for."""
    meaning: str
    """What the measure is."""


_LESS, _MORE = Direction.LESS, Direction.MORE

EFFECT_KINDS: tuple[EffectKind, ...] = (
    EffectKind(
        "developer time",
        "Developer time",
        "maintenance",
        _LESS,
        "calendar days of developers on repair and retraining",
    ),
    EffectKind(
        "time unserved",
        "Time not served",
        "time unserved",
        _LESS,
        "model-days in which no version serves",
    ),
    EffectKind(
        "value per prediction",
        "Value of a prediction",
        "value per prediction",
        _MORE,
        "realised value of the predictions served, by their number",
    ),
    EffectKind(
        "adoption", "Users", "adoption", _MORE, "share of the market that has adopted at the end"
    ),
    EffectKind(
        "usage", "Use per user", "usage", _MORE, "use at the end, relative to satisfied users'"
    ),
)

MODELS = 12
CONDITIONS: Mapping[str, Any] = {
    "horizon_days": 365,
    "team.developers": 4,
    "portfolio.ideas_per_year": 0.0,
    "model.useful_life_years": {"family": "constant", "mean": 100.0},
}
"""Where the effects are measured: the reference organisation's models, team and troubles, with so
many half-grown models, and without new models or retirements."""

_SERVED = Expectation("more, via time served", {"adoption": _MORE})

EXPECTATIONS: Mapping[CapabilityName, Mapping[str, Expectation]] = {
    "automation": {
        "developer time": Expectation(
            "less on repair and retraining, more on new models",
            {"maintenance": _LESS, "repair": _LESS, "retraining": _LESS},
        ),
        "time unserved": Expectation("less", {"time unserved": _LESS}),
        "adoption": _SERVED,
    },
    "monitoring": {
        "time unserved": Expectation(
            "less to drift, no major drift",
            {"time unserved, drift": _LESS, "days in major drift": _LESS},
        ),
        "value per prediction": Expectation(
            "kept", {"value per prediction": _MORE, "power": _MORE}
        ),
        "adoption": Expectation("more, via power", {"adoption": _MORE}),
        "usage": Expectation("more, via power", {"usage": _MORE}),
    },
    "rollback": {
        "time unserved": Expectation(
            "much less",
            {
                "time unserved": _LESS,
                "time unserved, issues": _LESS,
                "time unserved, drift": _LESS,
            },
        ),
        "value per prediction": Expectation(
            "slightly less while rolled back", {"value per prediction": _LESS}
        ),
        "adoption": _SERVED,
    },
    "lineage": {
        "developer time": Expectation(
            "less: fewer compliance repairs", {"maintenance": _LESS, "repair": _LESS}
        ),
        "time unserved": Expectation(
            "less to compliance", {"time unserved": _LESS, "time unserved, compliance": _LESS}
        ),
        "adoption": _SERVED,
    },
    "autoscaling": {
        "developer time": Expectation(
            "less on overload issues", {"maintenance": _LESS, "repair": _LESS}
        ),
        "time unserved": Expectation(
            "less", {"time unserved": _LESS, "time unserved, capacity": _LESS}
        ),
        "adoption": _SERVED,
        "usage": Expectation("more: demand met", {"demand met": _MORE}),
    },
}
"""What each capability is expected to change; nothing is expected of what is not listed."""
