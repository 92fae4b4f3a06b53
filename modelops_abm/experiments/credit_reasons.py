"""Why a capability earns or costs: changes under common random numbers, in sentences.

First the reasons, as paired differences, each with whether it can be told when picked out of all;
then the sentences, which name only what can be told, and of that what matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.core import outcomes
from modelops_abm.experiments.plans import start_of
from modelops_abm.experiments.statistics import PairedDifference, estimate
from modelops_abm.experiments.words import mean_of
from modelops_abm.representation import Represented
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import CapabilityName, Scenario
from modelops_abm.text import all_of

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
    """One thing that a capability changes."""

    change: PairedDifference
    """By how much."""
    is_told: bool
    """Whether it can be told from zero, also when it is picked out of all the reasons: the
    intervals that decide hold for all of them together with 95 % confidence (Bonferroni)."""


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
    focus: Floats | None = None,
) -> Reasons:
    """Return the reasons that paired differences give.

    Parameters
    ----------
    differences
        Of each of `OUTCOMES`: with the capability at the level less at its start level.
    focus
        Share of a developer's day that is worked, by replication; that of the plan if None.
    """
    money = _money(differences)
    days = _developer_days(differences, plan.team.focus if focus is None else focus)
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
        # From 0.0, as the minus sign alone makes -0.0 of what changes nothing.
        "ideal_value": differences["ideal_value"],
        **{name: 0.0 - differences[name] for name in LOSSES},
        "predictions": 0.0 - differences["cost"],
        "investment": 0.0 - (differences["capital"] + differences["upkeep"]),
    }


def _developer_days(differences: Mapping[str, Floats], focus: float | Floats) -> dict[str, Floats]:
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


# --------------------------------------------------------------------------------------
# Why a capability earns or costs, in sentences made of the measured numbers alone.


MOST_NAMED = 3
MATERIAL = 0.1
"""A sentence names at most so many amounts of a kind, none below this part of the largest."""
ALWAYS_NAMED = ("investment", "capability")
"""What a capability takes by itself, named however small."""

_EARNING = {"earns": "earns", "loses": "costs", "cannot tell yet": "can't tell"}
_LOST_TO = {
    outcome.name: outcome.meaning.removeprefix("Ideal value ")
    for outcome in outcomes.MODEL_FLOWS
    if outcome.name in LOSSES
}
_SPENT = {"investment": "of capital and upkeep", "predictions": "for predictions"}
_SPARED_WORK = {
    "repair": "of repair",
    "respond": "of answering requests",
    "retrain": "of retraining",
}
_EXTRA_WORK = {
    "capability": "to set up",
    "repair": "for more repair",
    "respond": "for answering more requests",
    "retrain": "for more retraining",
}


def earning(worth: PairedDifference) -> str:
    """Return whether something earns or costs: `earns`, `costs`, `can't tell`."""
    return _EARNING[worth.verdict]


def explanation(reasons: Reasons) -> str:
    """Return in one or two sentences why a capability earns or costs.

    Only what can be told from zero is named, and of that what matters, largest first.
    """
    if reasons.level <= reasons.start:
        return "It stays at the level that it starts at, so it changes nothing."
    sentences = [sentence for sentence in (_saves_and_takes(reasons), _builds(reasons)) if sentence]
    if not sentences:
        futures = formats.plural(reasons.replications, "future")
        return f"After {futures} nothing that it changes can be told from zero."
    return " ".join(sentences)


def _saves_and_takes(reasons: Reasons) -> str:
    clauses = {"saves": _saved(reasons), "takes": _taken(reasons), "loses": _lost(reasons)}
    said = {verb: f"{verb} {all_of(amounts)}" for verb, amounts in clauses.items() if amounts}
    good, bad = said.pop("saves", ""), ", and ".join(said.values())
    return f"It {', but '.join(part for part in (good, bad) if part)}." if good or bad else ""


def _saved(reasons: Reasons) -> list[str]:
    """Return the money no longer lost, and the maintenance no longer done."""
    less = _named(reasons.money, _LOST_TO, 1)
    return [
        *(f"{_explanation_money(change)} {_LOST_TO[name]}" for name, change in less),
        *_work(reasons, _SPARED_WORK, -1),
    ]


def _taken(reasons: Reasons) -> list[str]:
    """Return the money and the work that it takes."""
    spent = _named(reasons.money, _SPENT, -1)
    return [
        *(f"{_explanation_money(change)} {_SPENT[name]}" for name, change in spent),
        *_work(reasons, _EXTRA_WORK, 1),
    ]


def _lost(reasons: Reasons) -> list[str]:
    """Return the money that is lost beyond what was lost without it."""
    more = _named(reasons.money, _LOST_TO, -1)
    return [
        f"{_explanation_money(change)} more {_LOST_TO[name].removeprefix('lost ')}"
        for name, change in more
    ]


def _work(reasons: Reasons, words: Mapping[str, str], sign: int) -> list[str]:
    """Return amounts of work; their unit stands with the first."""
    named = _named(reasons.developer_days, words, sign)
    return [
        f"{_days(change)} {'' if place else 'developer-days '}{words[name]}"
        for place, (name, change) in enumerate(named)
    ]


def _named(
    reasons: Mapping[str, Reason], names: Iterable[str], sign: int
) -> list[tuple[str, PairedDifference]]:
    """Return those reasons of a sign that a sentence should name, largest first."""
    material = MATERIAL * max(abs(mean_of(reason.change)) for reason in reasons.values())
    sizes = {name: sign * mean_of(reasons[name].change) for name in names if reasons[name].is_told}
    named = [
        name for name, size in sizes.items() if size >= (0.0 if name in ALWAYS_NAMED else material)
    ]
    largest = sorted(named, key=lambda name: -sizes[name])[:MOST_NAMED]
    return [(name, reasons[name].change) for name in largest]


def _builds(reasons: Reasons) -> str:
    """Return how many models more or fewer the team builds, and what they could earn."""
    models, ideal = reasons.counts["models_delivered"], reasons.money["ideal_value"]
    clauses = []
    if models.is_told:
        count = formats.average(abs(mean_of(models.change)))
        more = "more" if mean_of(models.change) > 0.0 else "fewer"
        clauses.append(f"the team of {reasons.developers} then builds {count} models {more}")
    if ideal.is_told:
        moves = "rises" if mean_of(ideal.change) > 0.0 else "falls"
        amount = _explanation_money(ideal.change)
        clauses.append(f"what the models could earn at their best {moves} by {amount}")
    sentence = ", and ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _explanation_money(change: PairedDifference) -> str:
    return formats.money(abs(mean_of(change)))


def _days(change: PairedDifference) -> str:
    days = abs(mean_of(change))
    return formats.number(days, 0 if days >= 9.95 else 1)
