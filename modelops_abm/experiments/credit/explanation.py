"""Why a capability earns or costs, in sentences made of the measured numbers alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from modelops_abm import formats, outcomes
from modelops_abm.experiments.credit.reasons import LOSSES, Reason, Reasons
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.phrases import listed, mean_of

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
_SPARED_WORK = {"repair": "of repair", "retrain": "of retraining"}
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
    less = _named(reasons.money, _LOST_TO, 1)
    return [
        *(f"{_money(change)} {_LOST_TO[name]}" for name, change in less),
        *_work(reasons, _SPARED_WORK, -1),
    ]


def _taken(reasons: Reasons) -> list[str]:
    """Return the money and the work that it takes."""
    spent = _named(reasons.money, _SPENT, -1)
    return [
        *(f"{_money(change)} {_SPENT[name]}" for name, change in spent),
        *_work(reasons, _EXTRA_WORK, 1),
    ]


def _lost(reasons: Reasons) -> list[str]:
    """Return the money that is lost beyond what was lost without it."""
    more = _named(reasons.money, _LOST_TO, -1)
    return [
        f"{_money(change)} more {_LOST_TO[name].removeprefix('lost ')}" for name, change in more
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
        amount = _money(ideal.change)
        clauses.append(f"what the models could earn at their best {moves} by {amount}")
    sentence = ", and ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _money(change: PairedDifference) -> str:
    return formats.money(abs(mean_of(change)))


def _days(change: PairedDifference) -> str:
    days = abs(mean_of(change))
    return formats.number(days, 0 if days >= 9.95 else 1)
