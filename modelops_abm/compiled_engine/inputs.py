"""A scenario as the kernel takes it: its numbers as words, and what is of any length as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from modelops_abm.compiled_engine.addresses import to_words
from modelops_abm.compiled_engine.layout import (
    CAPABILITY,
    DAY_OF_CHANGES,
    NEW_VALUE,
    OWN_WORDS,
    Floats,
    Integers,
    Integers2,
    Priorities,
    Records,
    Setting,
    Tables,
)
from modelops_abm.core.events import TaskClass
from modelops_abm.core.randomness import index_of_identifier
from modelops_abm.core.statechart import Stage
from modelops_abm.rules.capability import full_level
from modelops_abm.rules.constants import (
    NO_OWN_RATES,
    Levels,
    OwnNumbers,
    constants_of,
    own_numbers,
)
from modelops_abm.rules.day import seasons
from modelops_abm.rules.money import discount_factor
from modelops_abm.rules.population import ClientFacts, KindLaws, client_facts, laws_of
from modelops_abm.rules.requests import REQUEST_WORDS, request_laws
from modelops_abm.rules.sampling import law_of
from modelops_abm.scenario import CAPABILITY_NAMES, PortfolioModel, Scenario
from modelops_abm.scenario.scenario import DayOfChanges, timeline
from modelops_abm.scenario.sections import OF_KIND
from modelops_abm.scenario.timeline import CHANGEABLE


class Prepared(NamedTuple):
    """A scenario as the kernel takes it: the words of each `Setting`, and the tables.

    The first row of words is the setting at the start; the others are those of the timeline.
    """

    words: Integers
    tables: Tables
    horizon_days: int


def prepared(scenario: Scenario) -> Prepared:
    """Return a scenario as the kernel takes it."""
    entries = scenario.imported.models if scenario.imported is not None else ()
    own, days = _own(scenario, entries), timeline(scenario)
    settings = [_setting(each, own) for each in (scenario, *(entry.scenario for entry in days))]
    words = np.array([to_words(setting) for setting in settings])
    tables = _tables(scenario, entries, own, days, words.strides[0])
    return Prepared(words, tables, scenario.horizon_days)


def _setting(scenario: Scenario, own: list[OwnNumbers]) -> Setting:
    portfolio, team = scenario.portfolio, scenario.team
    return Setting(
        constants=constants_of(scenario),
        productivity=law_of(team.productivity),
        priorities=Priorities(*(TaskClass[name.upper()].value for name in team.priority_order)),
        horizon_days=scenario.horizon_days,
        initial_models=portfolio.initial_models,
        initial_ideas=portfolio.initial_ideas,
        initial_builds=portfolio.initial_builds,
        ideas_per_year=portfolio.ideas_per_year,
        imported=scenario.imported is not None,
        own_rates=any(each.rates is not NO_OWN_RATES for each in own),
        shared_sources=scenario.incidents.shared_sources,
        best_idea_first=portfolio.backlog_order == "value_per_effort",
        preemptive=team.preemption == "maintenance",
        developers=team.developers,
        focus=team.focus,
        payroll_per_year=team.payroll_per_year,
        maxima=Levels(*(getattr(scenario.capabilities, name).maximum for name in Levels._fields)),
        discount_rate=scenario.finance.discount_rate,
        package_days=scenario.capabilities.package_days,
    )


def _tables(
    scenario: Scenario,
    entries: tuple[PortfolioModel, ...],
    own: list[OwnNumbers],
    days: Sequence[DayOfChanges],
    setting_bytes: int,
) -> Tables:
    return Tables(
        np.array([_laws_row(laws_of(kind)) for kind in scenario.kinds()]),
        np.array([entry.share for entry in scenario.archetypes] or [1.0]),
        np.concatenate([to_words(row) for row in own]).reshape(len(own), OWN_WORDS),
        _facts(entries, scenario),
        _client(entries, scenario),
        _requests(scenario),
        _capabilities(scenario),
        _discounts(scenario),
        np.array(seasons(scenario.usage.season, scenario.start_date, scenario.horizon_days)),
        _timeline(days, setting_bytes),
        _new_values(days),
    )


def _timeline(days: Sequence[DayOfChanges], setting_bytes: int) -> Records:
    records, first = np.zeros(len(days), DAY_OF_CHANGES), 0
    for place, (record, entry) in enumerate(zip(records, days, strict=True), 1):
        record["day"], record["setting"] = entry.day, place * setting_bytes
        record["first"], record["count"] = first, len(entry.values)
        first += len(entry.values)
    return records


def _new_values(days: Sequence[DayOfChanges]) -> Records:
    values = [pair for entry in days for pair in entry.values.items()]
    records = np.zeros(len(values), NEW_VALUE)
    for record, (name, value) in zip(records, values, strict=True):
        record["number"], record["value"] = CHANGEABLE.index(name), value
    return records


def _requests(scenario: Scenario) -> Integers2:
    words = [to_words(law) for law in request_laws(scenario)]
    return np.array(words, dtype=np.int64).reshape(len(words), REQUEST_WORDS)


def _laws_row(laws: KindLaws) -> list[float]:
    """Return an archetype's laws as a row of numbers, three for each distribution."""
    row: list[float] = []
    for law in laws:
        row.extend((law,) if isinstance(law, float) else map(float, law))
    return row


def _facts(entries: tuple[PortfolioModel, ...], scenario: Scenario) -> Floats:
    rows = [client_facts(entry, scenario.start_date) for entry in entries]
    # In two dimensions without rows as well: an array of another shape would be another type, for
    # which the kernel would be compiled again.
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(ClientFacts._fields))


def _has_own(entry: PortfolioModel) -> bool:
    """Tell whether a row says something that its kind might say."""
    return entry.regulated is not None or any(getattr(entry, name) is not None for name in OF_KIND)


def _own(scenario: Scenario, entries: tuple[PortfolioModel, ...]) -> list[OwnNumbers]:
    """Return the rows of `Tables.own`."""
    kinds = scenario.archetypes or (None,)
    rows = [own_numbers(scenario, kind, None) for kind in kinds]
    stated = (entry for entry in entries if _has_own(entry))
    return rows + [own_numbers(scenario, kind, entry) for entry in stated for kind in kinds]


def _client(entries: tuple[PortfolioModel, ...], scenario: Scenario) -> Integers2:
    archetypes = [entry.name for entry in scenario.archetypes]
    # By whose row it is; the kind that is drawn tells which of its rows in `_own`.
    owns = np.cumsum([_has_own(entry) for entry in entries]) * max(1, len(archetypes))
    rows = [
        (
            Stage[entry.stage.upper()],
            -1 if entry.archetype is None else archetypes.index(entry.archetype),
            first if _has_own(entry) else -1,
            index_of_identifier(entry.id),
        )
        for entry, first in zip(entries, owns, strict=True)
    ]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 4)


def _discounts(scenario: Scenario) -> Floats:
    """Return what a power for each day of each replication would cost more time for."""
    # By the scalar function and not over an array, whose powers have other bits (0001).
    rate, days = scenario.finance.discount_rate, range(scenario.horizon_days)
    return np.array([discount_factor(rate, day) for day in days])


def _capabilities(scenario: Scenario) -> Records:
    records = np.zeros(len(CAPABILITY_NAMES), CAPABILITY)
    models = float(scenario.models_at_start())
    for record, name in zip(records, CAPABILITY_NAMES, strict=True):
        section = getattr(scenario.capabilities, name)
        record["level"] = section.start_level
        for field in ("maximum", "start_day", "upkeep_per_year", "upkeep_per_model_year"):
            record[field] = getattr(section, field)
        record["effort_days"] = full_level(
            section.effort_days, section.effort_per_model_days, models
        )
        record["capital_cost"] = full_level(section.capital_cost, section.capital_per_model, models)
        record["streams"] = scenario.streams_of(name)
    return records
