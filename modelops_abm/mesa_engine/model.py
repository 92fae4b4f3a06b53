"""The Mesa model: an organisation, its portfolio of ML models, its developers, day by day."""

from __future__ import annotations

import secrets
from bisect import insort
from collections.abc import Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import mesa
from mesa import DataCollector
from mesa.experimental.scenarios import Scenario as MesaScenario

from modelops_abm.compiled import prepare
from modelops_abm.core import outcomes
from modelops_abm.core.events import NOBODY, LogKind, LogRecord, Rank, RetirementReason, TaskClass
from modelops_abm.core.randomness import Origin, checked_seed, entity_key
from modelops_abm.core.statechart import Cause, Serving, Stage, State
from modelops_abm.identity import identity
from modelops_abm.mesa_engine.agent_sets import RegisteredAgents
from modelops_abm.mesa_engine.calendar import Calendar
from modelops_abm.mesa_engine.capability import CapabilityStock
from modelops_abm.mesa_engine.developer import Developer
from modelops_abm.mesa_engine.initial_state import Population, populate
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.scheduler import Scheduler, Task
from modelops_abm.plain_keywords import plain_values, scenario_of
from modelops_abm.rules.constants import Levels, common_rates, constants_of, start_levels
from modelops_abm.rules.money import discount_factor, net_value, payroll_per_day
from modelops_abm.rules.population import NOTHING_KNOWN, ClientFacts, arrival_gap
from modelops_abm.rules.sampling import law_of
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES
from modelops_abm.scenario.scenario import Scenario

CLOSE_OF_A_DAY = (
    "integrate_models",
    "account_developers",
    "raise_levels",
    "book_money",
    "retire_abandoned",
    "collect",
)
"""What happens at the end of a day, in this order; then the next day opens."""

_DEVELOPER_REPORTERS = ("number", "activity", "task_number")
DEFAULT_SEED = 0


class ModelOpsModel(mesa.Model):  # type: ignore[type-arg]
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
    collect_agents
        Whether the data collector also keeps every agent's day, by the class of the agents.
    keywords
        Values of the scenario by plain names (`developers=5`, `automation=1.0`) or by dotted
        names with two underscores for a dot (`capabilities__automation__streams=2`), for
        `mesa.batch_run` and sliders. See `plain_keywords`.

    Attributes
    ----------
    parameters
        The scenario, with every value.
    scenario
        What Mesa's tools ask for: one of Mesa's scenarios, with the values that have plain names.
    day
        The day that is open.
    ml_models, developers, capabilities
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
    """

    def __init__(
        self,
        scenario: Scenario | MesaScenario[Any] | None = None,
        *,
        rng: int | None = DEFAULT_SEED,
        replication: int = 0,
        ml_model_class: type[MLModel] = MLModel,
        developer_class: type[Developer] = Developer,
        collect_agents: bool = False,
        **keywords: Any,
    ) -> None:
        of_mesa = scenario if isinstance(scenario, MesaScenario) else None
        if isinstance(scenario, MesaScenario):
            rng, keywords = _seed_and_keywords(scenario, rng, keywords)
            scenario = None
        self.seed = secrets.randbelow(2**32) if rng is None else checked_seed(rng)
        super().__init__(rng=self.seed)
        self._all_agents = RegisteredAgents([], random=self.random)
        prepare()
        self.replication = checked_seed(replication, "replication")
        self.parameters = scenario_of(scenario, keywords)
        plain = plain_values(self.parameters)
        self.scenario = of_mesa or MesaScenario(rng=self.seed, **plain)
        self.constants = constants_of(self.parameters)
        self.calendar = Calendar(self, self.parameters.horizon_days)
        self.day = 0
        self.totals = dict.fromkeys(outcomes.TOTALS, 0.0)
        self.today: dict[str, float | None] = {}
        self.event_log: list[LogRecord] = []
        self.ml_models: list[MLModel] = []
        self._in_production: list[MLModel] = []
        self._departed: list[MLModel] = []
        self._forget_state_time()
        self.closed_today: tuple[MLModel, ...] = ()
        self._ml_model_class = ml_model_class
        self._population = Population(self.parameters)
        self._arrivals = 0
        self._found(developer_class)
        classes = {
            ml_model_class: ("number", "name", *outcomes.MODEL_DAY_COLUMNS),
            developer_class: _DEVELOPER_REPORTERS,
        }
        self.datacollector = _data_collector(classes if collect_agents else None)

    # The run

    def step(self) -> None:
        """Close the day that ends now and open the next, unless the run is over."""
        if not self.running:
            return
        for stage in CLOSE_OF_A_DAY:
            getattr(self, stage)()
        self.day += 1
        if self.day < self.parameters.horizon_days:
            self.open_day()
        else:
            self._end()

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

    def tally(self, name: str, amount: float) -> None:
        """Add to a tally of `outcomes.TALLIES`."""
        self.totals[name] += amount

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
        ml_model = self._ml_model_class(self, number, entity, who, attributes, archetype.name)
        self.ml_models.append(ml_model)
        return ml_model

    def register_agent(self, agent: mesa.Agent[Any]) -> None:
        """Take in an agent, as Mesa's agents ask when they are made."""
        empty = RegisteredAgents([], random=self.random)
        self._agents_by_type.setdefault(type(agent), empty)
        super().register_agent(agent)

    def deregister_agent(self, agent: mesa.Agent[Any]) -> None:
        """Forget an agent, as Mesa's agents ask when they are removed."""
        for agents in (self._all_agents, self._agents_by_type[type(agent)]):
            assert isinstance(agents, RegisteredAgents)
            agents.forget(agent)
        super().deregister_agent(agent)

    def let_go(self, developer: Developer) -> None:
        """Do without a developer from now on; what they work on waits for somebody else.

        They are paid for a day of which they have worked a part.
        """
        if developer.task is not None:
            self.interrupt(developer.task, held=False)
        self.scheduler.dismiss(developer)

    def add_to_production(self, ml_model: MLModel) -> None:
        """Count a model among those in production from now on, and open its day."""
        insort(self._in_production, ml_model, key=lambda entry: entry.number)
        ml_model.open_day()

    def enter_state_time(self, cause: Cause, days: float, *, served: bool) -> None:
        """Enter time that a model was not online, and whether anything served meanwhile."""
        self._state_days[cause] += days
        if not served:
            self._unserved_days[cause] += days

    def _forget_state_time(self) -> None:
        self._state_days = [0.0] * len(outcomes.OFFLINE_CAUSES)
        self._unserved_days = [0.0] * len(outcomes.OFFLINE_CAUSES)

    def _found(self, developer_class: type[Developer]) -> None:
        team = self.parameters.team
        productivity = law_of(team.productivity)
        self.developers = [
            developer_class(self, number, productivity) for number in range(team.developers)
        ]
        self.scheduler = Scheduler(
            self.developers,
            [TaskClass[name.upper()] for name in team.priority_order],
            preemptive=team.preemption == "maintenance",
            best_idea_first=self.parameters.portfolio.backlog_order == "value_per_effort",
        )
        self.capabilities = [
            CapabilityStock(self, number, name) for number, name in enumerate(CAPABILITY_NAMES)
        ]
        self.levels = start_levels(self.parameters)
        self.common_rates = common_rates(self.constants.rates, self.levels)
        populate(self)
        self._plan_arrival()
        self.calendar.request_dispatch()

    # Ideas

    def _plan_arrival(self) -> None:
        organisation = entity_key(self.seed, self.replication, Origin.ORGANISATION.value, 0)
        gap = arrival_gap(organisation, self._arrivals, self.parameters.portfolio.ideas_per_year)
        self._arrivals += 1
        self.calendar.schedule(self._receive_idea, self.calendar.now + gap, Rank.ARRIVAL)

    def _receive_idea(self) -> None:
        number = self._arrivals - 1
        key = entity_key(self.seed, self.replication, Origin.ARRIVING_IDEA.value, number)
        self.add_model(key).propose()
        self._plan_arrival()

    # Work

    def submit(self, task: Task) -> None:
        """Take in a task; it may be assigned at the end of this instant."""
        self.scheduler.submit(task)
        self.calendar.request_dispatch()

    def withdraw(self, task: Task) -> None:
        """Forget a task and free its developer."""
        developer = self._developer_of(task)
        if developer is not None:
            developer.leave(task)
        self.scheduler.withdraw(task)
        self.calendar.request_dispatch()

    def interrupt(self, task: Task, *, held: bool) -> None:
        """Stop the work on a task, which keeps its progress; `held` until it is released."""
        developer = self._developer_of(task)
        assert developer is not None
        self._lay_down(developer, task)
        self.scheduler.interrupt(task, held=held)
        self.calendar.request_dispatch()

    def dispatch(self) -> None:
        """Assign work until there is nobody or nothing more to assign."""
        while (assignment := self.scheduler.next_assignment()) is not None:
            developer = self.developers[assignment.worker.number]
            if assignment.interrupts is not None:
                self._lay_down(developer, assignment.interrupts)
            self._begin(developer, assignment.task)

    def complete_task(self, developer: Developer, task: Task) -> None:
        """Take over a task that a developer has completed."""
        started_at = developer.started_at
        self.scheduler.finish(task)
        waited = self.calendar.now - task.submitted_at
        self._log_work(LogKind.WORK_COMPLETED, developer, task, waited)
        if task.task_class is TaskClass.CAPABILITY:
            self.capabilities[task.number].submit_package(task.stream)
        else:
            self.ml_models[task.number].work_completed(task, started_at)
        self.calendar.request_dispatch()

    def deliver_capability_work(self, task: Task, effort_days: float) -> None:
        """Credit developer-days of work on a package to its capability."""
        self.capabilities[task.number].deliver(effort_days)

    def _begin(self, developer: Developer, task: Task) -> None:
        capability = task.task_class is TaskClass.CAPABILITY
        if task.effort_left is None:
            package = self.parameters.capabilities.package_days
            task.effort_left = package if capability else self._effort_of(task)
        developer.begin(task)
        self._log_work(LogKind.WORK_STARTED, developer, task, task.effort_left)
        if not capability:
            self.ml_models[task.number].work_began(task)

    def _effort_of(self, task: Task) -> float:
        return self.ml_models[task.number].effort_of(task)

    def _lay_down(self, developer: Developer, task: Task) -> None:
        developer.leave(task)
        assert task.effort_left is not None
        self._log_work(LogKind.WORK_INTERRUPTED, developer, task, task.effort_left)

    def _developer_of(self, task: Task) -> Developer | None:
        return None if task.worker is None else self.developers[task.worker.number]

    def _log_work(self, kind: LogKind, developer: Developer, task: Task, detail: float) -> None:
        self.log(kind, task.number, developer.number, task.task_class, detail)

    # The order of a day

    def integrate_models(self) -> None:
        """Integrate the stocks of every model that was in production today, by number."""
        flows = [0.0] * len(outcomes.MODEL_FLOWS)
        for ml_model in self._departed:
            ml_model.value_today = ml_model.cost_today = 0.0
        self.closed_today = tuple(self._in_production)
        for ml_model in self._in_production:
            flows = _added(flows, ml_model.close_day())
        self._book(outcomes.MODEL_FLOWS, [*flows])
        self._book(outcomes.STATE_TIME_FLOWS, self._state_days)
        self._book(outcomes.UNSERVED_TIME_FLOWS, self._unserved_days)
        self._forget_state_time()

    def account_developers(self) -> None:
        """Enter the developers' day into the ledgers, by number."""
        days = [0.0] * len(TaskClass)
        for developer in self.developers:
            days = _added(days, developer.close_day(self.calendar.now))
        self._book(outcomes.DEVELOPER_FLOWS, days)

    def raise_levels(self) -> None:
        """Raise the capability levels by the work put in, and count what that costs."""
        upkeep = capital = 0.0
        rises = []
        for capability in self.capabilities:
            upkeep += capability.upkeep()
            rises.append(capability.close_day())
            capital += capability.capital(rises[-1])
        self._book(outcomes.LEVEL_FLOWS, rises)
        self._book(outcomes.CAPABILITY_MONEY_FLOWS, [capital, upkeep])
        self.levels = Levels(*(capability.level for capability in self.capabilities))

    def book_money(self) -> None:
        """Book the day's payroll and net value, and discount them."""
        today, team = self.today, self.parameters.team
        paid = sum(developer.is_paid(self.day) for developer in self.developers)
        payroll = payroll_per_day(paid, team.payroll_per_year)
        net = net_value(
            self._today("value"),
            self._today("cost"),
            payroll,
            self._today("capital"),
            self._today("upkeep"),
        )
        factor = discount_factor(self.parameters.finance.discount_rate, self.day)
        investment = self._today("capital") + self._today("upkeep")
        self._book(outcomes.TEAM_MONEY_FLOWS, [payroll, net, net * factor, investment * factor])
        today["npv"] = self.totals["discounted_net_value"]

    def retire_abandoned(self) -> None:
        """Retire the models that hardly anybody uses, by number; forget those retired today."""
        for ml_model in self._in_production:
            if ml_model.is_abandoned():
                ml_model.retire(RetirementReason.ABANDONED)
        stay = Stage.PRODUCTION
        self._departed = [entry for entry in self._in_production if entry.stage is not stay]
        self._in_production = [entry for entry in self._in_production if entry.stage is stay]

    def collect(self) -> None:
        """Count what is there at the end of the day, and collect."""
        self._count_states()
        today = self.today
        for name, value in zip(outcomes.LEVEL_STATES, self.levels, strict=True):
            today[name] = value
        for share in outcomes.SHARES:
            today[share.name] = outcomes.ratio(self._today(share.of), self._today(share.per))
        self.datacollector.collect(self)

    def open_day(self) -> None:
        """Refresh every rate that depends on capability levels or demand."""
        self.common_rates = common_rates(self.constants.rates, self.levels)
        for ml_model in self._in_production:
            ml_model.open_day()
        self.calendar.request_dispatch()

    def _end(self) -> None:
        self.running = False
        for ml_model in self._in_production:
            ml_model.end()

    def _count_states(self) -> None:
        counts = dict.fromkeys(outcomes.MODEL_COUNTS, 0)
        for ml_model in self.ml_models:
            counts[_COUNT_OF_STATE[ml_model.state, ml_model.cause]] += 1
        counts["models_rolled_back"] = sum(
            ml_model.serving is Serving.PREVIOUS for ml_model in self._in_production
        )
        self.today.update(counts)
        users = 0.0
        for ml_model in self._in_production:
            users += ml_model.users
        self.today["users"] = users
        for task_class, waiting in self.scheduler.waiting.items():
            self.today[f"waiting_{task_class.name.lower()}"] = waiting

    def _book(self, flows: Sequence[outcomes.DailyOutcome], amounts: Sequence[float]) -> None:
        """Enter flows into today's outcomes and add them to the totals."""
        for flow, amount in zip(flows, amounts, strict=True):
            self.today[flow.name] = amount
            self.totals[flow.name] += amount

    def _today(self, name: str) -> float:
        value = self.today[name]
        assert value is not None
        return value


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


def _added(totals: Sequence[float], amounts: Sequence[float]) -> list[float]:
    """Add in the order given, so that both engines round alike."""
    return [total + amount for total, amount in zip(totals, amounts, strict=True)]


def _data_collector(agent_reporters: Mapping[type, Sequence[str]] | None) -> DataCollector:
    reporters = {outcome.name: partial(_today, name=outcome.name) for outcome in outcomes.DAILY}
    agents = {
        agent_class: {name: attrgetter(name) for name in names}
        for agent_class, names in (agent_reporters or {}).items()
    }
    return DataCollector(model_reporters=reporters, agenttype_reporters=agents or None)


def _today(model: ModelOpsModel, name: str) -> float | None:
    return model.today[name]


_COUNT_OF_STATE: dict[tuple[State, Cause | None], str] = {
    (State.IDEA, None): "models_idea",
    (State.BUILD, None): "models_build",
    (State.DEPLOYMENT, None): "models_deployment",
    (State.ONLINE, None): "models_online",
    (State.RETRAINING, Cause.RETRAINING): "models_retraining",
    (State.OFFLINE_ISSUE, Cause.PIPELINE): "models_offline_pipeline",
    (State.OFFLINE_ISSUE, Cause.CAPACITY): "models_offline_capacity",
    (State.OFFLINE_ISSUE, Cause.COMPLIANCE): "models_offline_compliance",
    (State.OFFLINE_DRIFT, Cause.DRIFT): "models_offline_drift",
    (State.RETIRED, None): "models_retired",
}
