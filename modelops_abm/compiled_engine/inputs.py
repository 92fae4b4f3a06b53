"""A scenario as the kernel takes it: its numbers as words, and what is of any length as tables."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from modelops_abm.compiled_engine.addresses import to_words
from modelops_abm.compiled_engine.layout import (
    CAPABILITY,
    Floats,
    Integers,
    Priorities,
    Records,
    Setting,
    Tables,
)
from modelops_abm.core.events import TaskClass
from modelops_abm.core.randomness import index_of_identifier
from modelops_abm.core.statechart import Stage
from modelops_abm.rules.constants import constants_of
from modelops_abm.rules.money import discount_factor
from modelops_abm.rules.population import ClientFacts, KindLaws, client_facts, laws_of
from modelops_abm.rules.sampling import law_of
from modelops_abm.scenario import CAPABILITY_NAMES, PortfolioModel, Scenario


class Prepared(NamedTuple):
    """A scenario as the kernel takes it: the words of a `Setting`, and the tables."""

    words: Integers
    tables: Tables
    horizon_days: int


def prepared(scenario: Scenario) -> Prepared:
    """Return a scenario as the kernel takes it."""
    return Prepared(to_words(_setting(scenario)), _tables(scenario), scenario.horizon_days)


def _setting(scenario: Scenario) -> Setting:
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
        best_idea_first=portfolio.backlog_order == "value_per_effort",
        preemptive=team.preemption == "maintenance",
        developers=team.developers,
        focus=team.focus,
        payroll_per_year=team.payroll_per_year,
        discount_rate=scenario.finance.discount_rate,
        package_days=scenario.capabilities.package_days,
    )


def _tables(scenario: Scenario) -> Tables:
    entries = scenario.imported.models if scenario.imported is not None else ()
    return Tables(
        np.array([_laws_row(laws_of(kind)) for kind in scenario.kinds()]),
        np.array([entry.share for entry in scenario.archetypes] or [1.0]),
        _facts(entries, scenario),
        _client(entries, [entry.name for entry in scenario.archetypes]),
        _intervals(entries),
        _capabilities(scenario),
        _discounts(scenario),
    )


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


def _client(entries: tuple[PortfolioModel, ...], archetypes: list[str]) -> Integers:
    rows = [
        (
            Stage[entry.stage.upper()],
            -1 if entry.archetype is None else archetypes.index(entry.archetype),
            int(entry.regulated),
            index_of_identifier(entry.id),
        )
        for entry in entries
    ]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 4)


def _intervals(entries: tuple[PortfolioModel, ...]) -> Floats:
    intervals = [entry.retraining_interval_days for entry in entries]
    return np.array([math.nan if days is None else days for days in intervals], dtype=np.float64)


def _discounts(scenario: Scenario) -> Floats:
    """Return what a power for each day of each replication would cost more time for."""
    # By the scalar function and not over an array, whose powers have other bits (0001).
    rate, days = scenario.finance.discount_rate, range(scenario.horizon_days)
    return np.array([discount_factor(rate, day) for day in days])


def _capabilities(scenario: Scenario) -> Records:
    records = np.zeros(len(CAPABILITY_NAMES), CAPABILITY)
    for record, name in zip(records, CAPABILITY_NAMES, strict=True):
        section = getattr(scenario.capabilities, name)
        record["level"] = section.start_level
        for field in ("maximum", "start_day", "effort_days", "capital_cost", "upkeep_per_year"):
            record[field] = getattr(section, field)
        record["streams"] = section.streams
    return records
