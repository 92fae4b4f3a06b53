"""The Mesa model: an organisation, its portfolio of ML models, its developers, day by day."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import mesa
from mesa import DataCollector
from mesa.agentset import _HardKeyAgentSet
from mesa.experimental.scenarios import Scenario as MesaScenario
from mesa.time import Event

from modelops_abm.compiled import prepare
from modelops_abm.core import outcomes
from modelops_abm.core.events import NOBODY, LogKind, LogRecord, Rank, TaskClass
from modelops_abm.core.randomness import Origin, checked_seed, entity_key
from modelops_abm.mesa_engine.calendar import Calendar, cancel
from modelops_abm.mesa_engine.capability import CapabilityStock
from modelops_abm.mesa_engine.day import live_day
from modelops_abm.mesa_engine.developer import Developer
from modelops_abm.mesa_engine.initial_state import Population, populate
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.scheduler import Scheduler
from modelops_abm.mesa_engine.sources import SharedSource
from modelops_abm.mesa_engine.timeline import Timeline
from modelops_abm.rules.constants import constants_of, start_levels
from modelops_abm.rules.population import NOTHING_KNOWN, ClientFacts, arrival_exposure, arrival_time
from modelops_abm.rules.requests import request_laws
from modelops_abm.rules.sampling import law_of
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES
from modelops_abm.scenario.identity import identity
from modelops_abm.scenario.presets import plain_values, scenario_of
from modelops_abm.scenario.scenario import Scenario, timeline

_DEVELOPER_REPORTERS = ("number", "activity", "task_number")
DEFAULT_SEED = 0


class ModelOpsModel(mesa.Model, Timeline):  # type: ignore[type-arg]
    """An organisation with its models and developers over the days of a scenario.

    Parameters
    ----------
    scenario
        What is simulated; the reference organisation if left out. One of Mesa's own scenarios
        (`mesa.experimental.scenarios`) will do as well: its values are `keywords`, its `rng` the
        seed.
    rng
        Seed, a whole number of 0 or more, by which all draws are keyed. None takes a fresh one,
        which `seed` tells.
    replication
        Number of the replication, 0 or more.
    ml_model_class, developer_class
        Subclasses of the agents to use instead.
    scheduler_class
        Subclass of the scheduler to use instead; its `key` orders what waits.
    model_reporters
        More for the data collector to keep each day, beside the daily outcomes: a function of the
        model for each name.
    collect_agents
        Whether the data collector also keeps every agent's day, by the class of the agents.
    keywords
        Values of the scenario by plain names (`developers=5`, `automation=1.0`) or by dotted
        names with two underscores for a dot (`capabilities__automation__streams=2`), for
        `mesa.batch_run` and sliders; and `preset="small_team"` in place of a scenario.

    Attributes
    ----------
    seed, replication
        By which all draws are keyed.
    parameters
        The scenario, with every value.
    in_force, constants
        The scenario with the values of today, and what the rules need of it.
    scenario
        What Mesa's tools ask for: one of Mesa's scenarios, with the values that have plain names.
    day
        The day that is open.
    ml_models, developers, capabilities, sources
        By number; retired models and developers who have left among them.
    levels
        Levels of the capabilities on this day.
    today
        Daily outcomes of the last day closed.
    totals
        Sums of the flows and tallies so far, by the names of `outcomes.TOTALS`.
    closed_today
        The models that were in production on the last day closed, by number.
    event_log
        What happened, in order.
    scheduler, datacollector
        Who works on what; Mesa's data collector, with the daily outcomes.

    Raises
    ------
    InputError
        If a keyword is no name, or a value is not allowed; with all of them.
    ValueError
        If seed or replication is no whole number of 0 or more, one of Mesa's scenarios has another
        seed, or a reporter the name of a daily outcome.
    TypeError
        If it is no scenario, or a preset is named beside one.

    Notes
    -----
    An agent that is removed in any of Mesa's ways (`agent.remove()`, `model.agents.remove(agent)`,
    a selection in place) leaves the organisation at once: a developer the team and, from the next
    day, the payroll, and the work in hand goes back to the queue with its progress; a model retires
    as planned, and its work is withdrawn. Both stay in `developers` and `ml_models`, by number.
    `add_developer` lets one more join, and `Developer.join` one who has left come back.

    Examples
    --------
    >>> model = ModelOpsModel(rng=1, horizon_days=60)
    >>> while model.running:
    ...     if model.day == 30:
    ...         model.developers[0].remove()
    ...         model.ml_models[3].remove()
    ...     model.step()
    >>> model.developers[0].left_at, model.developers[0].task
    (30.0, None)
    >>> model.ml_models[3].stage.name, model.ml_models[3].retired_at
    ('RETIRED', 30.0)
    >>> ledgers = sum(sum(developer.ledger_days) for developer in model.developers)
    >>> round(ledgers, 6)
    450.0
    """

    def __init__(
        self,
        scenario: Scenario | MesaScenario[Any] | None = None,
        *,
        rng: int | None = DEFAULT_SEED,
        replication: int = 0,
        ml_model_class: type[MLModel] = MLModel,
        developer_class: type[Developer] = Developer,
        scheduler_class: type[Scheduler] = Scheduler,
        model_reporters: Mapping[str, Callable[[ModelOpsModel], Any]] | None = None,
        collect_agents: bool = False,
        **keywords: Any,
    ) -> None:
        of_mesa = scenario if isinstance(scenario, MesaScenario) else None
        if isinstance(scenario, MesaScenario):
            rng, keywords = _seed_and_keywords(scenario, rng, keywords)
            scenario = None
        self.seed = secrets.randbelow(2**32) if rng is None else checked_seed(rng)
        # Mesa's generator is for whoever asks Mesa to shuffle: all draws here are keyed (0002).
        super().__init__(rng=self.seed)
        # In place of Mesa's own set, from which an agent can be lost, and before the first agent.
        self._all_agents = RegisteredAgents([], random=self.random)
        prepare()
        self.replication = checked_seed(replication, "replication")
        # Under another name than Mesa's, which writes an attribute of its own on what is called
        # `scenario`; this one is frozen.
        self.parameters = scenario_of(scenario, keywords)
        plain = plain_values(self.parameters)
        self.scenario = of_mesa or MesaScenario(rng=self.seed, **plain)
        self.in_force = self.parameters
        self._to_come = timeline(self.parameters)
        self.constants = constants_of(self.in_force)
        self.request_laws = request_laws(self.parameters)
        self.calendar = Calendar(self, self.parameters.horizon_days)
        self.day = 0
        self.event_log: list[LogRecord] = []
        self.ml_models = []
        self._begin_books()
        self._ml_model_class, self._developer_class = ml_model_class, developer_class
        self._scheduler_class = scheduler_class
        self._population = Population(self.parameters)
        self._arrivals = 0
        self._ideas_since = self._idea_left = 0.0
        self._arrival: Event | None = None
        self._found()
        classes = {
            ml_model_class: ("number", "name", *outcomes.MODEL_DAY_COLUMNS),
            developer_class: _DEVELOPER_REPORTERS,
        }
        self.datacollector = _data_collector(model_reporters, classes if collect_agents else None)

    # The run

    def step(self) -> None:
        """Close the day that ends now and open the next, unless the run is over."""
        # Mesa calls this at t = 1, 2, ..., before all other events of that time: the day that ends
        # then closes first, and they belong to the day that opens.
        if self.running:
            live_day(self)

    def summary(self) -> dict[str, float | None]:
        """Return the outcomes of the run so far; None for what does not exist in it."""
        return outcomes.summarise(self.totals)

    def log(
        self,
        kind: LogKind,
        model: int = NOBODY,
        developer: int = NOBODY,
        cause: int = NOBODY,
        detail: float = 0.0,
    ) -> None:
        """Record an event."""
        self.event_log.append(
            LogRecord(self.calendar.now, int(kind), model, developer, int(cause), detail)
        )

    # Agents

    def add_model(self, entity: int, facts: ClientFacts = NOTHING_KNOWN) -> MLModel:
        """Add the next model, in the state of an idea.

        Parameters
        ----------
        entity
            Key of its draws.
        facts
            What a client knows about it.
        """
        number = len(self.ml_models)
        who = identity(self.parameters, number)
        archetype = self._population.archetype(entity, who.entry)
        attributes = self._population.attributes(entity, archetype, facts)
        own = self._population.own(archetype, who.entry)
        ml_model = self._ml_model_class(self, number, entity, who, attributes, archetype.name, own)
        self.ml_models.append(ml_model)
        return ml_model

    def register_agent(self, agent: mesa.Agent[Any]) -> None:
        """Take in an agent, as Mesa's agents ask when they are made."""
        # Before Mesa makes an ordinary set for a class that it does not know yet.
        empty = RegisteredAgents([], random=self.random)
        self._agents_by_type.setdefault(type(agent), empty)
        super().register_agent(agent)

    def deregister_agent(self, agent: mesa.Agent[Any]) -> None:
        """Forget an agent, as Mesa's agents ask when they are removed."""
        # Mesa takes it out by the method that would remove it from the model once more.
        for agents in (self._all_agents, self._agents_by_type[type(agent)]):
            assert isinstance(agents, RegisteredAgents)
            agents.forget(agent)
        super().deregister_agent(agent)

    def add_developer(self) -> Developer:
        """Let the developer with the next number join the team, and return them."""
        developer = self._new_developer()
        developer.join()
        return developer

    def _new_developer(self) -> Developer:
        productivity = law_of(self.parameters.team.productivity)
        developer = self._developer_class(self, len(self.developers), productivity)
        self.developers.append(developer)
        return developer

    def _found(self) -> None:
        team = self.parameters.team
        self.developers = []
        for _ in range(team.developers):
            self._new_developer()
        self.scheduler = self._scheduler_class(
            self.developers,
            [TaskClass[name.upper()] for name in team.priority_order],
            preemptive=team.preemption == "maintenance",
            best_idea_first=self.parameters.portfolio.backlog_order == "value_per_effort",
        )
        self.capabilities = [
            CapabilityStock(self, number, name) for number, name in enumerate(CAPABILITY_NAMES)
        ]
        # Before the models: work in hand at the start is less by these levels, and who is in
        # production opens its day at these rates.
        self.levels = start_levels(self.parameters)
        self.sources = [
            SharedSource(self, number) for number in range(self.parameters.incidents.shared_sources)
        ]
        self.refresh_rates()
        self.open_sources()
        populate(self)
        self._plan_arrival()
        if self.change_values():
            self.open_day()
        else:
            self._receive_dated_requests()
        self.calendar.request_dispatch()

    # Ideas

    def _plan_arrival(self) -> None:
        organisation = entity_key(self.seed, self.replication, Origin.ORGANISATION.value, 0)
        self._idea_left = arrival_exposure(organisation, self._arrivals)
        self._ideas_since = self.calendar.now
        self._arrivals += 1
        self.schedule_arrival()

    def schedule_arrival(self) -> None:
        """Put the arrival of the next idea on the calendar, at the rate in force."""
        cancel(self._arrival)
        rate = self.in_force.portfolio.ideas_per_year
        at = arrival_time(self._ideas_since, self._idea_left, rate)
        self._arrival = self.calendar.schedule(self._receive_idea, at, Rank.ARRIVAL)

    def _receive_idea(self) -> None:
        self._arrival = None
        # It was counted when its arrival was planned.
        number = self._arrivals - 1
        key = entity_key(self.seed, self.replication, Origin.ARRIVING_IDEA.value, number)
        self.add_model(key).propose()
        self._plan_arrival()


def _seed_and_keywords(
    scenario: MesaScenario[Any], rng: int | None, keywords: Mapping[str, Any]
) -> tuple[int | None, dict[str, Any]]:
    """Return what one of Mesa's scenarios says, and what is said beside it, which wins."""
    said = scenario.to_dict()
    seed = said.pop("rng")
    for name in ("model", "_scenario_id"):  # of Mesa's own
        del said[name]
    if seed is not None and rng not in (DEFAULT_SEED, seed):
        raise ValueError("rng and scenario.rng must be the same")  # as Mesa says it
    return (rng if seed is None else seed), {**said, **keywords}


def _data_collector(
    more: Mapping[str, Callable[[ModelOpsModel], Any]] | None,
    agent_reporters: Mapping[type, Sequence[str]] | None,
) -> DataCollector:
    reporters: dict[str, Callable[[ModelOpsModel], Any]] = {
        outcome.name: partial(_today, name=outcome.name) for outcome in outcomes.DAILY
    }
    if taken := sorted(reporters.keys() & (more or {}).keys()):
        raise ValueError(f"{taken[0]!r} is a daily outcome already: give the reporter another name")
    reporters |= more or {}
    agents = {
        agent_class: {name: attrgetter(name) for name in names}
        for agent_class, names in (agent_reporters or {}).items()
    }
    return DataCollector(model_reporters=reporters, agenttype_reporters=agents or None)


def _today(model: ModelOpsModel, name: str) -> float | None:
    return model.today[name]


# --------------------------------------------------------------------------------------
# The set of a model's agents: who is taken out of it is removed from the model.


# Mesa's class is private, and `tests/unit/test_internals_of_others.py` tells if it changes. The
# public one holds agents weakly.
class RegisteredAgents(_HardKeyAgentSet[Any]):
    """Mesa's set of all agents, or of those of a class, without a way to lose one silently.

    Mesa's own forgets an agent that is taken out of it, and the agent acts on. Sets that are made
    from it (`select`, `groupby`, a copy) may be changed at will: they are selections.
    """

    _leaving: mesa.Agent[Any] | None = None

    def forget(self, agent: mesa.Agent[Any]) -> None:
        """Expect Mesa to take this agent out next, which is removed already."""
        self._leaving = agent

    def remove(self, agent: mesa.Agent[Any]) -> None:
        """Remove an agent from the model.

        Raises
        ------
        KeyError
            If it is not in the set.
        """
        # Mesa calls this at the end of `agent.remove()`; anybody else means to begin with that.
        if agent is self._leaving or agent not in self:
            self._leaving = None
            super().remove(agent)
        else:
            agent.remove()

    def discard(self, agent: mesa.Agent[Any]) -> None:
        """Remove an agent from the model if it is in the set."""
        if agent in self:
            self.remove(agent)

    def _update(self, agents: Iterable[mesa.Agent[Any]]) -> RegisteredAgents:
        """Keep these agents in this order, and remove the others from the model."""
        # A dictionary, which keeps the order: iteration must not depend on addresses in memory.
        kept = dict.fromkeys(agents)
        for agent in tuple(self):
            if agent not in kept:
                agent.remove()
        super()._update(kept)
        return self
