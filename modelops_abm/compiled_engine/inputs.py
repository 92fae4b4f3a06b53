"""A scenario as the kernel takes it: its numbers as words, and what is of any length as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled_engine.addresses import SLOT_BYTES, leaves, to_words
from modelops_abm.compiled_engine.layout import (
    CAPABILITY,
    DAY_OF_CHANGES,
    NEW_VALUE,
    OWN_WORDS,
    Floats,
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
from modelops_abm.rules.constants import NO_OWN_RATES, Levels, OwnNumbers, constants_of, own_numbers
from modelops_abm.rules.day import seasons
from modelops_abm.rules.money import fill_with_factors
from modelops_abm.rules.population import ClientFacts, client_facts, laws_of
from modelops_abm.rules.requests import REQUEST_WORDS, request_laws
from modelops_abm.rules.sampling import law_of
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, PortfolioModel, Scenario
from modelops_abm.scenario.columns import with_columns
from modelops_abm.scenario.scenario import DayOfChanges, streams_of_size, timeline
from modelops_abm.scenario.sections import OF_KIND
from modelops_abm.scenario.timeline import CHANGEABLE


class Prepared(NamedTuple):
    """A scenario as the kernel takes it: the words of each `Setting`, and the tables.

    The first row of words is the setting at the start; the others are those of the timeline.
    """

    words: Integers2
    tables: Tables
    horizon_days: int

    def of(self, _number: int) -> Prepared:
        """Return what a replication takes: all take the same."""
        return self

    def part(self, _first: int, _count: int) -> Prepared:
        """Return what some replications take."""
        return self

    def runs(self, first: int, count: int) -> Iterator[tuple[Prepared, int, int]]:
        """Yield what the kernel runs in one go: of whom, the first replication, and how many."""
        yield self, first, count


class PreparedRows(NamedTuple):
    """Scenarios that differ in values only as the kernel takes them: one for each replication.

    Attributes
    ----------
    words
        Rows x settings x words.
    tables
        Those that differ have an axis for the rows in front.
    horizon_days
        The same for all.
    first
        Number of the replication that takes the first row.
    """

    words: Integers2
    tables: Tables
    horizon_days: int
    first: int

    def of(self, number: int) -> Prepared:
        """Return what a replication takes."""
        row = number - self.first
        own = {name: table[row] for name, table in self._differing().items()}
        return Prepared(self.words[row], self.tables._replace(**own), self.horizon_days)

    def part(self, first: int, count: int) -> PreparedRows:
        """Return what some replications take: all that is to be sent to a worker."""
        rows = slice(first - self.first, first - self.first + count)
        own = {name: table[rows] for name, table in self._differing().items()}
        return PreparedRows(self.words[rows], self.tables._replace(**own), self.horizon_days, first)

    def runs(self, first: int, count: int) -> Iterator[tuple[Prepared, int, int]]:
        """Yield what the kernel runs in one go: replication by replication."""
        for number in range(first, first + count):
            yield self.of(number), number, 1

    def _differing(self) -> dict[str, NDArray[Any]]:
        tables = self.tables._asdict().items()
        return {name: table for name, table in tables if table.ndim > _AXES.get(name, table.ndim)}


class PreparedEach(NamedTuple):
    """Any scenarios as the kernel takes them, one for each replication from the first on."""

    each: tuple[Prepared, ...]
    first: int

    @property
    def horizon_days(self) -> int:
        """The longest of all."""
        return max(one.horizon_days for one in self.each)

    def of(self, number: int) -> Prepared:
        """Return what a replication takes."""
        return self.each[number - self.first]

    def part(self, first: int, count: int) -> PreparedEach:
        """Return what some replications take."""
        return PreparedEach(self.each[first - self.first : first - self.first + count], first)

    def runs(self, first: int, count: int) -> Iterator[tuple[Prepared, int, int]]:
        """Yield what the kernel runs in one go: replication by replication."""
        for number in range(first, first + count):
            yield self.of(number), number, 1


type Inputs = Prepared | PreparedRows | PreparedEach
_AXES = {"kinds": 2, "capabilities": 1, "discounts": 1}
"""Of the tables that differ where values do."""


def prepared(scenario: Scenario) -> Prepared:
    """Return a scenario as the kernel takes it."""
    return Prepared(*_inputs(scenario), scenario.horizon_days)


def prepared_rows(
    scenario: Scenario, columns: Mapping[str, NDArray[Any]], first: int
) -> PreparedRows:
    """Return scenarios that differ in values only, as the kernel takes them.

    Parameters
    ----------
    scenario
        What they have in common.
    columns
        Values by dotted name, one for each; see `scenario.columns`, which has checked them.
    first
        Number of the replication that takes the first.
    """
    words, tables = _inputs(with_columns(scenario, columns))
    rows = len(next(iter(columns.values())))
    # Some may depend on no setting, as the levels that are in place.
    words = np.ascontiguousarray(np.broadcast_to(words, (rows, *words.shape[-2:])))
    return PreparedRows(words, tables, scenario.horizon_days, first)


def prepared_each(scenarios: Sequence[Scenario], first: int) -> PreparedEach:
    """Return scenarios as the kernel takes them: that of a replication, and of those after it."""
    return PreparedEach(tuple(map(prepared, scenarios)), first)


def _inputs(scenario: Scenario) -> tuple[Integers2, Tables]:
    """Return the words and tables; where values are columns, with an axis for their rows."""
    entries = scenario.imported.models if scenario.imported is not None else ()
    own, days = _own(scenario, entries), timeline(scenario)
    settings = [_setting(each, own) for each in (scenario, *(entry.scenario for entry in days))]
    words = [to_words(setting) for setting in settings]
    shape = np.broadcast_shapes(*(each.shape for each in words))
    stacked = np.stack([np.broadcast_to(each, shape) for each in words], axis=-2)
    return stacked, _tables(scenario, entries, own, days, shape[-1] * SLOT_BYTES)


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
        _kinds(scenario),
        np.array([entry.share for entry in scenario.archetypes] or [1.0]),
        np.concatenate([to_words(row) for row in own]).reshape(len(own), OWN_WORDS),
        _facts(entries, scenario),
        _client(entries, scenario),
        _requests(scenario),
        _capabilities(scenario),
        _discounts(scenario),
        _seasons(scenario.usage.season, scenario.start_date, scenario.horizon_days),
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


def _kinds(scenario: Scenario) -> Floats:
    """Return a row of numbers for each archetype, three for each distribution."""
    rows = [[np.asarray(each) for each in leaves(laws_of(kind))] for kind in scenario.kinds()]
    shape = np.broadcast_shapes(*{each.shape for row in rows for each in row})
    kinds = np.empty((*shape, len(rows), len(rows[0])))
    for number, row in enumerate(rows):
        for place, each in enumerate(row):
            kinds[..., number, place] = each
    return kinds


@lru_cache(maxsize=16)
def _seasons(factors: tuple[float, ...], start: date, days: int) -> Floats:
    return np.array(seasons(factors, start, days))


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
    rates = np.asarray(scenario.finance.discount_rate)
    factors = np.empty((rates.size, scenario.horizon_days))
    for rate, row in zip(rates.flat, factors, strict=True):
        fill_with_factors(float(rate), row)
    return factors.reshape(*rates.shape, scenario.horizon_days)


def _capabilities(scenario: Scenario) -> Records:
    models = scenario.models_at_start()
    # By name, and then by capability: each a number or a column.
    values = [_capability(scenario, name, models) for name in CAPABILITY_NAMES]
    shape = np.broadcast_shapes(*{np.shape(each) for entry in values for each in entry.values()})
    records = np.zeros((*shape, len(values)), CAPABILITY)
    for place, entry in enumerate(values):
        for field, each in entry.items():
            records[field][..., place] = each
    return records


def _capability(scenario: Scenario, name: CapabilityName, models: int) -> dict[str, Any]:
    section = getattr(scenario.capabilities, name)
    copied = ("maximum", "start_day", "upkeep_per_year", "upkeep_per_model_year")
    return {
        **{field: getattr(section, field) for field in copied},
        "level": section.start_level,
        "effort_days": _full_level(section.effort_days, section.effort_per_model_days, models),
        "capital_cost": _full_level(section.capital_cost, section.capital_per_model, models),
        "streams": _streams(section.streams, models, scenario.team.developers),
    }


# As Python it takes columns, too; a product and a sum have the same bits either way.
_full_level: Callable[..., Any] = full_level.py_func  # type: ignore[attr-defined]


def _streams(given: Any, models: Any, developers: Any) -> Any:
    """Return what `Scenario.streams_of` does, of columns a column."""
    columns = np.broadcast_arrays(given, models, developers)
    of_size = [streams_of_size(*row) for row in zip(*(each.flat for each in columns), strict=True)]
    return np.array(of_size).reshape(columns[0].shape)
