"""Values of a scenario in words: with unit, what is allowed, whose it is, what may mislead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from modelops_abm.formats import money, plural
from modelops_abm.scenario import (
    Archetype,
    Distribution,
    ImportedPortfolio,
    Quantity,
    Scenario,
    StatedValue,
    is_baseline,
)
from modelops_abm.scenario.capabilities import COSTS_HOLD_WITHIN, MODELS_OF_COSTS
from modelops_abm.scenario.fields import stated_by_entries
from modelops_abm.scenario.knowledge import PERCENT, Knowledge, Spread, Weights
from modelops_abm.scenario.portfolio import ILLUSTRATIVE
from modelops_abm.scenario.presets import PRESETS, Departure, kinds_of, requests_of, with_titles
from modelops_abm.scenario.requests import RequestKind
from modelops_abm.scenario.scenario import timeline
from modelops_abm.scenario.sources import is_by_size, preset_of, source_of
from modelops_abm.scenario.timeline import Change
from modelops_abm.text import all_of, any_of, range_in_words

_NONE = "none"
_DAYS_TOLD = 8


def value_in_words(stated: StatedValue) -> str:
    """Return a value with its unit: 8 developers, 500 users (lognormal, cv 0.5)."""
    if is_by_size(stated.quantity.name, stated.value):
        return stated.stands_for or "by size"
    return _in_words(stated.value, stated.quantity.unit)


class OfEntry(NamedTuple):
    """What an entry of a list states, in words: a kind of model, a kind of request."""

    entry: str
    name: str
    value: str
    reason: str


def entries_in_words(scenario: Scenario, name: str) -> list[OfEntry]:
    """Return what every entry of a list states of itself, with its unit and a preset's reason.

    Parameters
    ----------
    scenario
        The scenario.
    name
        Name of the list: `archetypes` or `requests`.

    Examples
    --------
    >>> from modelops_abm.scenario.presets import preset
    >>> entries_in_words(preset("three_kinds"), "archetypes")[0].value
    '0.4 share of the ideas'
    """
    reasons: Mapping[str, Mapping[str, Departure]] = {}
    if scenario.name in PRESETS:
        reasons = (kinds_of if name == "archetypes" else requests_of)(scenario.name)
    return [
        row
        for each in getattr(scenario, name)
        for row in _of_entry(each, stated_by_entries(name), reasons.get(each.name, {}))
    ]


def _of_entry(
    entry: Archetype | RequestKind, fields: Sequence[Quantity], reasons: Mapping[str, Departure]
) -> Iterator[OfEntry]:
    for field in fields:
        value, why = getattr(entry, field.name), reasons.get(field.name)
        if field.name == "name" or value in (None, False):
            continue
        # A value that somebody has set has not the preset's reason.
        states = why is not None and getattr(value, "mean", value) == why.value
        words = f"{why.confidence}: {why.reason}" if why is not None and states else ""
        yield OfEntry(entry.name, field.name, _in_words(value, field.unit), words)


def left_out_in_words(field: Quantity) -> str:
    """Return what holds for a field that an entry of a list leaves out; empty if nothing does.

    >>> [left_out_in_words(field) for field in stated_by_entries("requests")][3:6]
    ['all', '5 developer-days (lognormal, cv 0.5)', 'must be given']
    """
    if field.is_required:
        return "must be given"
    return "" if field.default is None else _in_words(field.default, field.unit)


def _in_words(value: Any, unit: str) -> str:
    if isinstance(value, Distribution):
        spread = "" if value.family == "constant" else f" ({value.family}, cv {value.cv:.3g})"
        return with_unit(_number(value.mean), unit) + spread
    if isinstance(value, bool):
        return "yes (true)" if value else "no (false)"
    if isinstance(value, int | float):
        return with_unit(_number(value), unit)
    return _other(value)


def with_unit(number: str, unit: str) -> str:
    """Return a number with its unit, that of money before it: 24 models, $2,500 per model."""
    return f"${number}{unit[1:]}" if unit.startswith("$") else f"{number} {unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _other(value: Any) -> str:
    if isinstance(value, ImportedPortfolio):
        return f"{plural(len(value.models), 'model')} from {value.source}"
    if isinstance(value, tuple) and all(isinstance(entry, float) for entry in value) and value:
        return ", ".join(map(_number, value))
    if isinstance(value, tuple) and value and isinstance(value[0], Change):
        return "; ".join(map(change_in_words, value))
    if isinstance(value, tuple):
        return ", ".join(getattr(entry, "name", str(entry)) for entry in value) or _NONE
    return _NONE if value is None else str(value)


def change_in_words(change: Change) -> str:
    """Return a change as the command line takes it: 180:team.developers=4."""
    values = ", ".join(f"{name}={_plain(value)}" for name, value in change.values.items())
    return f"{change.day}:{values}"


def changes_in_words(scenario: Scenario) -> str:
    """Return what changes on which days of a scenario in a sentence; nothing if nothing does."""
    days = timeline(scenario)
    told = [
        f"day {day}: {', '.join(f'{name}={_plain(value)}' for name, value in values.items())}"
        for day, _, values in days[:_DAYS_TOLD]
    ]
    if len(days) > _DAYS_TOLD:
        told.append(f"and on {plural(len(days) - _DAYS_TOLD, 'later day')}")
    return f"Values change: {'; '.join(told)}." if told else ""


def _plain(value: float) -> str:
    return f"{value:.10g}"


def allowed_in_words(quantity: Quantity) -> str:
    """Return the range or the words that are allowed; empty if the kind of value says it all."""
    if quantity.kind == "choice":
        return any_of(list(quantity.choices))
    if quantity.kind == "months":
        return f"a list of {len(quantity.default)} numbers, {range_in_words(quantity.bounds)}"
    return range_in_words(quantity.bounds)


def knowledge_in_words(quantity: Quantity) -> str:
    """Return over what a value is uncertain while nobody states it, or why it is not.

    >>> from modelops_abm.scenario import catalogue
    >>> known = {each.name: knowledge_in_words(each) for each in catalogue()}
    >>> known["drift.growth_days"], known["retraining.serves_while_retraining"]
    ('5 to 90', 'yes 90 %, no 10 %')
    >>> known["team.productivity"]
    'fixed: the unit of the efforts, which carry what is not known of it'
    """
    words = _range_in_words(quantity)
    if quantity.fixed:
        return f"{words}; {quantity.fixed}" if words else f"fixed: {quantity.fixed}"
    return _weights_in_words(quantity.knowledge) or words


def known_in_words(stated: StatedValue) -> str:
    """Return the same of a value of a scenario, which may say itself what is known of it."""
    known, quantity = stated.knowledge, stated.quantity
    if known == quantity.knowledge and (known is not None or stated.is_default):
        return knowledge_in_words(quantity)
    if isinstance(known, Spread):
        ends = f"{_rounded(known.low)} to {_rounded(known.high)}"
        return ends if known.percent == PERCENT else f"{ends} ({known.percent:g} %)"
    return _weights_in_words(known) or "as stated"


def _weights_in_words(known: Knowledge | None) -> str:
    if not isinstance(known, Weights):
        return ""
    total = sum(weight for _, weight in known.values)
    return ", ".join(f"{_word(value)} {100.0 * part / total:.3g} %" for value, part in known.values)


def _range_in_words(quantity: Quantity) -> str:
    known = quantity.knowledge
    if quantity.plausible is None:
        return ""
    words = " to ".join(_rounded(end) for end in quantity.plausible)
    if not isinstance(known, Spread) or not known.in_proportion_to:
        return words
    ends = " to ".join(_rounded(end) for end in (known.low, known.high))
    sized = f"{ends} in proportion to {all_of([*known.in_proportion_to])}"
    return f"{words}; {sized}" if ends != words else sized


def _rounded(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 100.0 else f"{value:,.0f}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def source_in_words(stated: StatedValue | Quantity) -> str:
    """Return how well a value is supported, and by what; empty if it makes no claim."""
    if not stated.source.removeprefix(stated.confidence).lstrip("; :,"):
        return stated.confidence
    if stated.source.startswith(stated.confidence):
        return stated.source
    return f"{stated.confidence}: {stated.source}" if stated.confidence else stated.source


def plain_source(stated: StatedValue) -> str:
    """Return the same for who reads no files: presets by their titles, and not that a user has it.

    >>> from modelops_abm.scenario import describe
    >>> from modelops_abm.scenario.presets import preset
    >>> values = {each.quantity.name: each for each in describe(preset("small_team"))}
    >>> plain_source(values["team.developers"]).partition(" too")[0]
    'judgement: preset “Small team”:'
    """
    return with_titles(source_in_words(stated).removeprefix("user: "))


def size_caution(scenario: Scenario) -> str:
    """Return that a portfolio is not of the size for which capabilities' costs are stated.

    Nothing if it is, or if no capability is raised.
    """
    models = scenario.models_at_start()
    apart = max(models, 1) / MODELS_OF_COSTS
    is_near = 1.0 / COSTS_HOLD_WITHIN <= apart <= COSTS_HOLD_WITHIN
    if is_near or is_baseline(scenario):
        return ""
    return (
        f"What capabilities take and cost is stated for about {MODELS_OF_COSTS} models: half of it"
        " whatever the size, half for each model. The portfolio, which has"
        f" {plural(models, 'model')} at the start, is far from that size: check effort_days,"
        " capital_cost and upkeep_per_year of its capabilities, and their parts per model."
    )


def team_caution(scenario: Scenario) -> str:
    """Return that a client's portfolio is run with a team that nobody has stated.

    Nothing if there is no such portfolio, or if somebody vouches for the number of developers: a
    file with a source, ``--set`` (even to the default). A preset speaks of an organisation of its
    own, so its team is asked for as the default is.
    """
    imported, team = scenario.imported, scenario.team
    if imported is None or not imported.models or imported.source == ILLUSTRATIVE:
        return ""
    stated = source_of(scenario, "team.developers")
    if stated is None and team.developers == Scenario().team.developers:
        whose = "the product's default"
    elif stated is not None and (preset := preset_of(stated)):
        whose = f"that of {preset}"
    else:
        return ""
    changes = any("team.developers" in each.values for each in scenario.changes)
    at_start = " at the start" if changes else ""
    return (
        f"The portfolio is given, the team is {whose}:"
        f" {plural(team.developers, 'developer')}{at_start}, {money(team.payroll_per_year)} a year"
        " each. State yours, as every figure depends on it: team.developers and"
        " team.payroll_per_year; if these are yours, name their source."
    )
