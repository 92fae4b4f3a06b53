"""Why a capability earns or costs: what it changes, measured under the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.experiments.intervals import LEVEL, estimate
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.variants import start_of
from modelops_abm.parameters import CapabilityName, Scenario
from modelops_abm.representation import Represented

type Floats = NDArray[np.float64]

LOSSES = tuple(f"lost_{cause}" for cause in outcomes.LOSSES)
COUNTS = ("models_delivered", "restorations", "drift_days_undetected")
_DEVELOPER_DAYS = tuple(outcome.name for outcome in outcomes.DEVELOPER_FLOWS)
OUTCOMES = (
    "npv",
    "net_value",
    "ideal_value",
    *LOSSES,
    "cost",
    "capital",
    "upkeep",
    *_DEVELOPER_DAYS,
    *COUNTS,
)
"""Outcomes whose differences are the reasons."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a capability changes.

    Attributes
    ----------
    change
        By how much.
    is_told
        Whether it can be told from zero, also when it is picked out of all the reasons: the
        intervals that decide hold for all of them together with 95 % confidence (Bonferroni).
    """

    change: PairedDifference
    is_told: bool


@dataclass(frozen=True, repr=False)
class Reasons(Represented):
    """What raising a capability from its start level changes, with the rest of the plan kept.

    Attributes
    ----------
    capability, level, start
        The capability, its level, and the level that it starts at.
    developers
        Size of the team.
    npv
        What it is worth, in $ of day 0.
    net_value
        The same without discounting, in $.
    money
        What adds up to `net_value`, in $, above 0 if it earns. `ideal_value`: what the models could
        earn at full power, always served; `lost_...`: what is lost of it, by cause; `predictions`:
        cost of the predictions; `investment`: capital and upkeep.
    developer_days
        Work of the team by class, and idle; 0 in all. A calendar day of a developer is `focus`
        developer-days.
    counts
        `models_delivered`; `restorations` (returns from offline); `drift_days_undetected`.
    """

    capability: CapabilityName
    level: float
    start: float
    developers: int
    npv: PairedDifference
    net_value: PairedDifference
    money: Mapping[str, Reason]
    developer_days: Mapping[str, Reason]
    counts: Mapping[str, Reason]

    @property
    def replications(self) -> int:
        """Number of replications."""
        return self.npv.estimate.n


def reasons_of(
    plan: Scenario,
    capability: CapabilityName,
    level: float,
    differences: Mapping[str, Floats],
) -> Reasons:
    """Return the reasons that paired differences give.

    Parameters
    ----------
    differences
        Of each of `OUTCOMES`: with the capability at the level less at its start level.
    """
    money, days = _money(differences), _developer_days(differences, plan.team.focus)
    counts = {name: differences[name] for name in COUNTS}
    level_each = 1.0 - (1.0 - LEVEL) / (len(money) + len(days) + len(counts))
    return Reasons(
        capability=capability,
        level=level,
        start=start_of(plan, capability),
        developers=plan.team.developers,
        npv=PairedDifference(differences["npv"]),
        net_value=PairedDifference(differences["net_value"]),
        money=_reasons(money, level_each),
        developer_days=_reasons(days, level_each),
        counts=_reasons(counts, level_each),
    )


def _money(differences: Mapping[str, Floats]) -> dict[str, Floats]:
    return {
        "ideal_value": differences["ideal_value"],
        **{name: 0.0 - differences[name] for name in LOSSES},
        "predictions": 0.0 - differences["cost"],
        "investment": 0.0 - (differences["capital"] + differences["upkeep"]),
    }


def _developer_days(differences: Mapping[str, Floats], focus: float) -> dict[str, Floats]:
    return {
        name.removeprefix("developer_days_"): focus * differences[name] for name in _DEVELOPER_DAYS
    }


def _reasons(changes: Mapping[str, Floats], level: float) -> dict[str, Reason]:
    return {
        name: Reason(PairedDifference(change), _is_told(change, level))
        for name, change in changes.items()
    }


def _is_told(change: Floats, level: float) -> bool:
    result = estimate(change, level)
    low, high = result.low, result.high
    return low is not None and high is not None and not low <= 0.0 <= high
