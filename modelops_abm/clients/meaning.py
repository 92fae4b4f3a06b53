"""What somebody may have meant by a word: another word for the same, or a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_LONGEST_COMPARED = 60


def _by_other_words(words: Mapping[str, str]) -> dict[str, str]:
    return {other: word for word, others in words.items() for other in others.split(", ")}


COLUMNS_BY_OTHER_WORDS = _by_other_words(
    {
        "id": "identifier, key, code, model id, model key, model code, model number, asset id, "
        "use case id, uid, uuid",
        "name": "model name, title, display name, use case, use case name",
        "archetype": "type, kind, category, model type",
        "stage": "status, state, phase, current stage, lifecycle stage, life cycle stage",
        "deployed_at": "deployed, deployed on, deployment date, date implemented, go live, "
        "go live date, live since, live date, production date, in production since, launch date, "
        "launched, launched at, release date",
        "retired_at": "retired, retired on, retirement date, date retired, end date, end of life, "
        "decommissioned, decommissioned at, sunset date, planned retirement",
        "users": "user count, number of users, active users, current users",
        "addressable_users": "potential users, target users, possible users, market size",
        "predictions_per_user_day": "predictions per user, predictions per user per day, "
        "predictions per user and day",
        "value_per_prediction": "benefit per prediction, revenue per prediction, unit value",
        "cost_per_prediction": "cost per inference, cost per call, unit cost, inference cost",
        "cost_of_wrong_prediction": "cost of error, cost per error, error cost, "
        "cost of a wrong prediction",
        "yearly_power_loss": "decay, decay rate, yearly decay, annual decay, yearly loss",
        "capacity_per_day": "capacity, daily capacity, predictions per day at most",
        "build_effort_days": "build effort, development effort, effort to build",
        "deployment_effort_days": "deployment effort, effort to deploy",
        "retraining_interval_days": "retraining interval, retrain interval, retrained every",
        "last_retrained_at": "last retrained, last retraining, last trained, retrained at, "
        "retrained on, trained at, last training date",
        "regulated": "is regulated, under regulation",
    }
)
STAGES_BY_OTHER_WORDS = _by_other_words(
    {
        "idea": "backlog, proposed, planned, ideation, concept, requested",
        "build": "development, in development, building, in build, training, prototype",
        "deployment": "deploying, in deployment, pilot, staging, rollout, roll out",
        "production": "live, active, prod, in production, operation, running, deployed, online",
        "retired": "decommissioned, archived, sunset, inactive, end of life, offline",
    }
)


def meant(word: str, known: Iterable[str], by_other_words: Mapping[str, str]) -> str:
    """Return which of the known words somebody may have meant, or an empty string.

    Words that are merely spelt alike, as resolved_at and retired_at, do not count: at most one
    letter in five may be wrong, missing, too many or changed with its neighbour.
    """
    plain = " ".join(re.split(r"[\W_]+", word.casefold())).strip()[:_LONGEST_COMPARED]
    if plain in by_other_words:
        return by_other_words[plain]
    slips = {name: _slips(plain, name.replace("_", " ")) for name in known}
    nearest = min(slips, key=lambda name: slips[name])
    return nearest if slips[nearest] <= min(2, max(1, len(plain) // 5)) else ""


def _slips(one: str, other: str) -> int:
    """Return the slips of the pen between two words (optimal string alignment distance)."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        row = [at]
        for place, wanted in enumerate(other, start=1):
            best = min(last[place] + 1, row[-1] + 1, last[place - 1] + (letter != wanted))
            swapped = at > 1 and place > 1 and one[at - 2 : at] == wanted + other[place - 2]
            row.append(min(best, before_last[place - 2] + 1) if swapped else best)
        before_last, last = last, row
    return last[-1]
