"""A plan in words: its levels, equal ones together."""

from __future__ import annotations

from modelops_abm import formats
from modelops_abm.app.state.plan import Plan
from modelops_abm.experiments.phrases import level_word, listed
from modelops_abm.experiments.variants import level_of, raised
from modelops_abm.parameters import CAPABILITY_NAMES, CapabilityName, Scenario
from modelops_abm.verdict import Subject

BASELINE = "the baseline"


def plan_words(scenario: Scenario) -> str:
    """Return a plan in words: half automation and lineage, full monitoring and some rollback."""
    groups = _by_level(scenario)
    if not groups:
        return BASELINE
    if len(groups) == 1:
        (level, names), *_ = groups.items()
        if len(names) == len(CAPABILITY_NAMES):
            return _everything(level)
    parts = [f"{level_word(level)} {listed(names)}" for level, names in groups.items()]
    if len(parts) == 1 or len(raised(scenario)) == len(parts):
        return listed(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def plan_name(scenario: Scenario) -> str:
    """Return a plan in words that stand alone, as the name of a scenario."""
    return _capitalised(plan_words(scenario).removeprefix("the "))


def full_name(plan: Plan) -> str:
    """Return the name of a plan with what else the visitor has changed in it."""
    others = {name for name in plan.changes if not name.startswith("capabilities.")}
    parts = [plan_name(plan.scenario)]
    if "horizon_days" in others:
        parts.append(formats.span(plan.scenario.horizon_days))
    if "team.developers" in others:
        parts.append(formats.plural(plan.scenario.team.developers, "developer"))
    assumed = len(others - {"horizon_days", "team.developers"})
    if assumed:
        parts.append(f"{formats.plural(assumed, 'assumption')} changed")
    return ", ".join(parts)


def subject_of(scenario: Scenario) -> Subject:
    """Return a plan as the subject of a sentence."""
    are, lose, pay = ("is", "loses", "It pays for itself")
    if len(raised(scenario)) > 1:
        are, lose, pay = ("are", "lose", "They pay for themselves")
    return Subject(plan_words(scenario), are, lose, pay)


def _everything(level: float) -> str:
    if level == 1.0:
        return "all five capabilities in full"
    word = level_word(level)
    return f"all five capabilities {'by ' if word == 'half' else 'at '}{word}"


def _by_level(scenario: Scenario) -> dict[float, list[CapabilityName]]:
    groups: dict[float, list[CapabilityName]] = {}
    for name in raised(scenario):
        groups.setdefault(level_of(scenario, name), []).append(name)
    return groups


def _capitalised(words: str) -> str:
    return words[0].upper() + words[1:]
