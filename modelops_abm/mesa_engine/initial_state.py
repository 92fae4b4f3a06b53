"""The organisation at the start: developers, models in production, ideas, builds in progress."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from modelops_abm.core.events import RetirementReason
from modelops_abm.core.randomness import Origin, entity_key, index_of_identifier
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.rules.constants import OwnNumbers, own_numbers
from modelops_abm.rules.day import Stocks
from modelops_abm.rules.population import (
    NOTHING_KNOWN,
    Attributes,
    ClientFacts,
    KindLaws,
    archetype_index,
    client_facts,
    draw_attributes,
    initial_production,
    laws_of,
    worth_building,
)
from modelops_abm.scenario.portfolio import PortfolioModel
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.sections import Archetype as DeclaredArchetype


class Portfolio(Protocol):
    """What bringing in models asks of the organisation."""

    parameters: Scenario
    seed: int
    replication: int

    def add_model(self, entity: int, facts: ClientFacts = NOTHING_KNOWN) -> MLModel:
        """Add the next model, in the state of an idea."""


@dataclass(frozen=True, slots=True)
class Archetype:
    """A kind of model as the scenario names it; the only one has no name."""

    name: str
    laws: KindLaws
    declared: DeclaredArchetype | None
    own: OwnNumbers


class Population:
    """Draws what models are like, by the scenario's archetypes."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._archetypes = [
            Archetype(
                entry.name if entry else "",
                laws_of(kind),
                entry,
                own_numbers(scenario, entry, None),
            )
            for entry, kind in zip(scenario.archetypes or (None,), scenario.kinds(), strict=True)
        ]
        self._shares = np.array([entry.share for entry in scenario.archetypes] or [1.0])

    def archetype(self, entity: int, entry: PortfolioModel | None) -> Archetype:
        """Return the archetype that a client names for a model, or a drawn one."""
        if entry is not None and entry.archetype is not None:
            return next(kind for kind in self._archetypes if kind.name == entry.archetype)
        return self._archetypes[archetype_index(entity, self._shares)]

    def attributes(self, entity: int, archetype: Archetype, facts: ClientFacts) -> Attributes:
        """Return the attributes of a model: what the client knows, and the rest drawn."""
        return draw_attributes(archetype.laws, entity, facts)

    def own(self, archetype: Archetype, entry: PortfolioModel | None) -> OwnNumbers:
        """Return what a model of an archetype, with a client's row, has of its own."""
        if entry is None:
            return archetype.own
        return own_numbers(self._scenario, archetype.declared, entry)


def populate(model: Portfolio) -> None:
    """Bring in the initial models, ideas and builds, or a client's portfolio instead."""
    portfolio = model.parameters.portfolio
    if model.parameters.imported is not None:
        for entry in model.parameters.imported.models:
            _add_client_model(model, entry)
        return
    for index in range(portfolio.initial_models):
        entity = _entity(model, Origin.INITIAL_MODEL, index)
        _start_in_production(model.add_model(entity), entity, NOTHING_KNOWN)
    # All of them before any is proposed, as the best are found among all.
    ideas = [
        model.add_model(_entity(model, Origin.INITIAL_IDEA, index))
        for index in range(portfolio.initial_ideas)
    ]
    best = sorted(
        (idea for idea in ideas if worth_building(idea.score)),
        key=lambda idea: (-idea.score, idea.number),
    )
    in_build = {idea.number for idea in best[: portfolio.initial_builds]}
    for idea in ideas:
        if idea.number in in_build:
            idea.resume_build()
        else:
            idea.propose()


def _entity(model: Portfolio, origin: Origin, index: int) -> int:
    return entity_key(model.seed, model.replication, origin.value, index)


def _start_in_production(ml_model: MLModel, entity: int, facts: ClientFacts) -> None:
    constants = ml_model.model.constants
    start = initial_production(ml_model.attributes, entity, facts, constants.past_interval_days)
    usage = constants.initial_usage_share * ml_model.attributes.traits.full_usage
    if not math.isnan(facts.usage):
        usage = facts.usage
    ml_model.start_in_production(
        Stocks(start.users, usage, 1.0, start.users, usage),
        start.base_power,
        start.age_days,
        ml_model.retraining_interval_days - start.retrained_days_ago,
    )
    planned = not math.isnan(facts.retires_in_days)
    ml_model.plan_retirement(
        start.life_left_days,
        RetirementReason.PLANNED if planned else RetirementReason.OBSOLETE,
    )


def _add_client_model(model: Portfolio, entry: PortfolioModel) -> None:
    """Add a client's model where it stands."""
    entity = _entity(model, Origin.CLIENT_MODEL, index_of_identifier(entry.id))
    facts = client_facts(entry, model.parameters.start_date)
    ml_model = model.add_model(entity, facts)
    if entry.stage == "production":
        _start_in_production(ml_model, entity, facts)
    elif entry.stage == "retired":
        ml_model.start_retired()
    elif entry.stage == "build":
        ml_model.resume_build()
    elif entry.stage == "deployment":
        ml_model.resume_deployment()
    else:
        ml_model.propose()
    # One in production has been given its date, and one that is retired needs none.
    if entry.stage in ("idea", "build", "deployment") and entry.retired_at is not None:
        ml_model.plan_retirement(facts.retires_in_days, RetirementReason.PLANNED)
