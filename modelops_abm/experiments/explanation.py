"""Why a capability earns or costs, in sentences made of the measured numbers alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from modelops_abm import formats, outcomes
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.phrases import listed, mean_of
from modelops_abm.experiments.reasons import LOSSES, Reason, Reasons

MOST_NAMED = 3
MATERIAL = 0.1
"""A sentence names at most so many amounts of a kind, none below this part of the largest."""

_EARNING = {"earns": "earns", "loses": "costs", "cannot tell yet": "can't tell"}
_LOST_TO = {
    outcome.name: outcome.meaning.removeprefix("Ideal value ")
    for outcome in outcomes.MODEL_FLOWS
    if outcome.name in LOSSES
}
_SPENT = {"investment": "of capital and upkeep", "predictions": "for predictions"}
_MAINTENANCE = {"repair": "repair", "retrain": "retraining"}
_EXTRA_WORK = {
    "capability": "to set up",
    "repair": "for more repair",
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
    said = {verb: f"{verb} {listed(amounts)}" for verb, amounts in clauses.items() if amounts}
    good, bad = said.pop("saves", ""), ", and ".join(said.values())
    return f"It {', but '.join(part for part in (good, bad) if part)}." if good or bad else ""


def _saved(reasons: Reasons) -> list[str]:
    """Return the money no longer lost, and the maintenance no longer done."""
    return [
        *(
            f"{_money(worth)} {_LOST_TO[name]}"
            for name, worth in _named(reasons.money, _LOST_TO, 1)
        ),
        *(
            f"{_days(worth)} of {_MAINTENANCE[name]}"
            for name, worth in _named(reasons.developer_days, _MAINTENANCE, -1)
        ),
    ]


def _taken(reasons: Reasons) -> list[str]:
    """Return the money and the work that it takes."""
    return [
        *(f"{_money(worth)} {_SPENT[name]}" for name, worth in _named(reasons.money, _SPENT, -1)),
        *(
            f"{_days(worth)} {_EXTRA_WORK[name]}"
            for name, worth in _named(reasons.developer_days, _EXTRA_WORK, 1)
        ),
    ]


def _lost(reasons: Reasons) -> list[str]:
    """Return the money that is lost beyond what was lost without it."""
    return [
        f"{_money(worth)} more {_LOST_TO[name].removeprefix('lost ')}"
        for name, worth in _named(reasons.money, _LOST_TO, -1)
    ]


def _named(
    reasons: Mapping[str, Reason], names: Iterable[str], sign: int
) -> list[tuple[str, PairedDifference]]:
    """Return those reasons of a sign that a sentence should name, largest first."""
    material = MATERIAL * max(abs(mean_of(reason.change)) for reason in reasons.values())
    told = {name: reasons[name].change for name in names if reasons[name].is_told}
    sized = {name: worth for name, worth in told.items() if sign * mean_of(worth) >= material}
    return sorted(sized.items(), key=lambda item: -abs(mean_of(item[1])))[:MOST_NAMED]


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
        amount = _money(ideal.change)
        clauses.append(f"what its models could earn at their best {moves} by {amount}")
    sentence = ", and ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _money(worth: PairedDifference) -> str:
    return formats.money(abs(mean_of(worth)))


def _days(worth: PairedDifference) -> str:
    days = abs(mean_of(worth))
    return f"{formats.number(days, 0 if days >= 9.95 else 1)} developer-days"
