"""An ML model of the portfolio: life cycle, statechart, users, value."""

from __future__ import annotations

import math
from typing import Any

import mesa
from mesa.time import Event

from modelops_abm.compiled import direct
from modelops_abm.core.events import (
    FIRST_REQUEST_STREAM,
    NOBODY,
    STEP_STREAM,
    LogKind,
    Rank,
    RetirementReason,
    TaskClass,
)
from modelops_abm.core.statechart import (
    STAGE_OF_STATE,
    Cause,
    Serving,
    Stage,
    State,
    Trigger,
    activity,
    target,
)
from modelops_abm.mesa_engine.calendar import cancel
from modelops_abm.mesa_engine.hazards import Exposure
from modelops_abm.mesa_engine.organisation import Organisation
from modelops_abm.mesa_engine.power import Condition
from modelops_abm.mesa_engine.requests import Requests
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.mesa_engine.service import ServiceDay
from modelops_abm.rules.constants import (
    NO_OWN_RATES,
    NOTHING_OWN,
    OwnNumbers,
    given,
    with_own_rates,
)
from modelops_abm.rules.day import (
    CommonRates,
    DayFlows,
    DayStart,
    Stocks,
    close_day,
    demand,
    is_loaded,
    open_day,
)
from modelops_abm.rules.hazards import previous_threshold
from modelops_abm.rules.maintenance import (
    build_succeeds,
    first_review_days,
    image_at_hand,
    maintenance_effort,
    new_work_effort,
    self_heals,
    step_effort,
)
from modelops_abm.rules.population import (
    Attributes,
    score,
    shared_source,
    work_left,
    worth_building,
)
from modelops_abm.rules.power import power
from modelops_abm.rules.requests import concerns
from modelops_abm.scenario.identity import Identity

NO_STOCKS = Stocks(0.0, 0.0, 1.0, 0.0, 0.0)


class MLModel(mesa.Agent[Any]):
    """A model from idea to retirement.

    Parameters
    ----------
    model
        The Mesa model, which is the organisation.
    number
        Number from 0, in the order of arrival.
    entity
        Key of its draws.
    who
        Its name, origin and a client's row.
    attributes
        What it drew once.
    archetype
        Name of its archetype; empty if the scenario has none.
    own
        What it has of its own, by its archetype or a client's row, beside the scenario.

    Attributes
    ----------
    state, cause
        State of the statechart, and why it is not online.
    serving
        Which version serves.
    stocks
        Users, use, remembered availability, and their ideal values, at the start of the day.
    capacity
        Predictions per day that it can serve by itself.
    build_days
        Calendar days that developers have spent on its build in the run.
    source
        Number of the shared source that it reads from 0, -1 if it reads none.
    arrived_at, begun_at, went_live_at, retired_at
        Days since the start of the run, None for what has not happened; one that was live at the
        start went live on a day below 0.
    retirement_reason
        Why it left; None if it has not.
    score
        As an idea: $ a year at full adoption for each developer-day of build and deployment.
    work, retraining, capacity_step, requests
        What is to be done for it: build, deployment or repair; retraining; a step of capacity;
        answers by the number of the kind of request.
    value_today, cost_today, value_total, cost_total, served_total
        $ of the last day closed and of the run; days on which a version served.
    exposure, condition
        Its hazards; its power in production, None before.

    See Also
    --------
    ModelOpsModel : takes a subclass, of which `docs/guides/subclass-an-agent.md` has an example.

    Examples
    --------
    >>> from modelops_abm import ModelOpsModel
    >>> class Quick(MLModel):
    ...     def effort_of(self, task):
    ...         return 0.5 * super().effort_of(task)
    >>> model = ModelOpsModel(rng=1, horizon_days=20, ml_model_class=Quick)
    >>> {type(each).__name__ for each in model.ml_models}
    {'Quick'}
    """

    model: Organisation

    def __init__(
        self,
        model: Organisation,
        number: int,
        entity: int,
        who: Identity,
        attributes: Attributes,
        archetype: str = "",
        own: OwnNumbers = NOTHING_OWN,
    ) -> None:
        super().__init__(model)
        self.number = number
        self.entity = entity
        self.who = who
        self.name = who.name
        self.attributes = attributes
        self.archetype = archetype
        self.own = own
        self.regulated = own.regulated
        self.capacity = attributes.capacity
        self.score = score(attributes)
        self.arrived_at = model.calendar.now
        self.begun_at: float | None = None
        self.went_live_at: float | None = None
        self.retired_at: float | None = None
        self.retirement_reason: RetirementReason | None = None
        self._planned_reason: RetirementReason | None = None
        self.state = State.IDEA
        self.cause: Cause | None = None
        self.serving = Serving.NONE
        self.stocks = NO_STOCKS
        self.day_start: DayStart | None = None
        self.service = ServiceDay(model.calendar.now)
        # From the start, although nothing strikes before production: thresholds are keyed, not
        # drawn in turn.
        self.exposure = Exposure(entity, number, model.calendar, self.strike, self.break_previous)
        self.condition: Condition | None = None
        self.work: Task | None = None
        self.retraining: Task | None = None
        self.capacity_step: Task | None = None
        self.requests = {
            kind: Requests(self, kind, law)
            for kind, law in enumerate(model.request_laws)
            if concerns(law.who, self._archetype_number(), self.regulated)
        }
        self.is_banned = False
        self.build_days = 0.0
        sources, entry = model.parameters.incidents.shared_sources, who.entry
        stated = math.nan if entry is None or entry.shared_source is None else entry.shared_source
        self.source = shared_source(entity, sources, float(stated))
        self.value_today = self.cost_today = 0.0
        self.served_total = self.value_total = self.cost_total = 0.0
        self._offline_since = 0.0
        self._issue_number = 0
        self._retrainings_begun = 0
        self._steps_begun = 0
        self._retraining_stints = 0
        self._switch: Event | None = None
        self._healing: Event | None = None
        self._due: Event | None = None
        self._review: Event | None = None
        self._retirement: Event | None = None

    def _archetype_number(self) -> int:
        names = [each.name for each in self.model.parameters.archetypes]
        return names.index(self.archetype) if names else 0

    # What observers ask

    @property
    def stage(self) -> Stage:
        """Stage of the life cycle."""
        return STAGE_OF_STATE[self.state]

    @property
    def activity(self) -> str:
        """State in words, with the cause if offline."""
        return activity(self.state, self.cause)

    @property
    def serving_version(self) -> str:
        """Version that serves: current, previous or none."""
        return self.serving.name.lower()

    @property
    def retraining_interval_days(self) -> float:
        """Days between scheduled retrainings: the model's own, or the scenario's of now."""
        return given(self.own.interval_days, self.model.constants.retraining_interval_days)

    @property
    def users(self) -> float:
        """Users at the start of the day."""
        return self.stocks.users

    @property
    def usage(self) -> float:
        """Predictions per user and day at the start of the day."""
        return self.stocks.usage

    @property
    def power(self) -> float | None:
        """Predictive power of the current version, now; None outside production."""
        if self.condition is None or self.stage is not Stage.PRODUCTION:
            return None
        return power(self.condition.base(), self.condition.loss())

    def log(self, kind: LogKind, cause: int = NOBODY, detail: float = 0.0) -> None:
        """Record an event of this model."""
        self.model.log(kind, self.number, NOBODY, cause, detail)

    def _fire(self, trigger: Trigger) -> None:
        self.state = target(self.state, trigger)

    # A day

    def open_day(self) -> None:
        """Take over the values that hold for this day, or the rest of it."""
        assert self.condition is not None
        now = self.model.calendar.now
        self.service = ServiceDay(now)
        self.day_start = direct(open_day)(
            now,
            self.condition.health,
            self.stocks.users,
            self.stocks.usage,
            self.capacity,
            self.regulated,
            self._rates_today(),
        )
        self.exposure.set_rates(self.day_start.rates, drifting=self.condition.drifting)
        self._plan_incident()

    def _rates_today(self) -> CommonRates:
        common = self.model.common_rates
        if self.own.rates is NO_OWN_RATES:
            return common
        constants = self.model.constants.rates
        own = direct(with_own_rates)(common, constants, self.model.levels, self.own.rates)
        rates: CommonRates = own
        return rates

    def close_day(self) -> DayFlows:
        """Integrate the stocks over the day and return what it did."""
        # Who has left has accounted for its last hours then.
        if self.stage is Stage.PRODUCTION:
            self._account()
        assert self.day_start is not None
        constants, start = self.model.constants, self.day_start
        day = direct(close_day)(
            self.attributes.traits,
            self.stocks,
            self.service.shares(),
            start.base,
            start.loss,
            start.capacity,
            self.model.common_rates.demand_scale,
            constants.previous_version,
            constants.usage,
            constants.capacity_cost_share * self.capacity,
        )
        self.stocks = day.stocks
        self.value_today, self.cost_today = day.flows.value, day.flows.cost
        self.served_total += day.flows.served_share
        self.value_total += self.value_today
        self.cost_total += self.cost_today
        flows: DayFlows = day.flows
        return flows

    def is_abandoned(self) -> bool:
        """Return whether hardly anybody uses it any more."""
        floor = self.model.constants.abandonment_share * self.attributes.traits.full_usage
        return self.stage is Stage.PRODUCTION and self.stocks.usage < floor

    def end(self) -> None:
        """Count what is still going on at the end of the run."""
        assert self.condition is not None
        self.condition.count_undetected()
        for requests in self.requests.values():
            requests.count_open()

    def _account(self) -> None:
        """Account for the time since the last change of what serves."""
        days = self.service.account(self.model.calendar.now, self.serving)
        if self.serving is Serving.CURRENT:
            self.exposure.accumulate(days)
        if self.cause is not None:
            self.model.enter_state_time(self.cause, days, served=self.serving is not Serving.NONE)

    def _plan_incident(self) -> None:
        if self.serving is Serving.CURRENT:
            self.exposure.plan(self.model.day + 1.0)
        elif self.serving is Serving.PREVIOUS:
            self.exposure.plan_previous(self.model.day + 1.0)
        else:
            self.exposure.forget()

    # Idea, build, deployment

    def _submit_work(
        self, task_class: TaskClass, cause: Cause | None = None, *, interrupted: bool = False
    ) -> None:
        self.work = Task(
            task_class,
            self.number,
            self.model.calendar.now,
            cause,
            score=self.score,
            interrupted=interrupted,
        )
        self.model.submit(self.work)

    def propose(self) -> None:
        """Enter the backlog as an idea; there is no work on one that is not worth building."""
        self.log(LogKind.IDEA_ARRIVED, detail=self.score)
        if worth_building(self.score):
            self._submit_work(TaskClass.BUILD)

    def resume_build(self) -> None:
        """Be in build at the start, with work left to do."""
        self._begin_build()
        self._submit_work(TaskClass.BUILD, interrupted=True)

    def resume_deployment(self) -> None:
        """Be in deployment at the start, with work left to do."""
        self._begin_build()
        self._fire(Trigger.BUILD_DONE)
        self._submit_work(TaskClass.DEPLOY, interrupted=True)

    def _begin_build(self) -> None:
        self._fire(Trigger.BUILD_BEGINS)
        self.begun_at = self.model.calendar.now

    # Production

    def enter_production(self, stocks: Stocks, base: float) -> None:
        """Go online with these stocks and this power; the caller plans what comes due."""
        now = self.model.calendar.now
        self._fire(Trigger.GOES_LIVE)
        self.went_live_at = now
        self.stocks = stocks
        self.serving = Serving.CURRENT
        self.condition = Condition(self, base, self.attributes.decay)
        self.model.add_to_production(self.number)
        for requests in self.requests.values():
            requests.plan()

    def start_in_production(
        self, stocks: Stocks, base: float, age_days: float, retraining_due_in_days: float
    ) -> None:
        """Be in production at the start, with a past."""
        self._fire(Trigger.BUILD_BEGINS)
        self._fire(Trigger.BUILD_DONE)
        self.enter_production(stocks, base)
        self.went_live_at = -age_days
        self._plan_retraining(max(0.0, retraining_due_in_days))
        self._plan_review(first_review_days(self.entity, self.model.constants.review_days))

    def start_retired(self) -> None:
        """Be retired at the start."""
        self._fire(Trigger.RETIRES)
        self.retirement_reason = RetirementReason.PLANNED

    def go_live(self) -> None:
        """Enter production with the first users still to come."""
        now = self.model.calendar.now
        assert self.begun_at is not None
        self.model.count_delivery(now - self.arrived_at, now - self.begun_at)
        usage = self.model.constants.go_live_usage_share * self.attributes.traits.full_usage
        self.enter_production(Stocks(0.0, usage, 1.0, 0.0, usage), 1.0)
        if self._planned_reason is None:
            self.plan_retirement(self.attributes.useful_life_days, RetirementReason.OBSOLETE)
        self._plan_retraining(self.retraining_interval_days)
        self._plan_review(self.model.constants.review_days)
        self.log(LogKind.WENT_LIVE)
        self._act_on_what_waited()

    def plan_retirement(self, in_days: float, reason: RetirementReason) -> None:
        """Plan the end of the useful life, or a client's own date."""
        self._planned_reason = reason
        self._retirement = self.model.calendar.schedule(
            self._retire_as_planned, self.model.calendar.now + in_days, Rank.RETIREMENT, self.number
        )

    def _retire_as_planned(self) -> None:
        assert self._planned_reason is not None
        self._retirement = None
        self.retire(self._planned_reason)

    def _plan_retraining(self, in_days: float) -> None:
        cancel(self._due)
        calendar = self.model.calendar
        self._due = calendar.schedule(
            self._come_due, calendar.now + in_days, Rank.RETRAINING_DUE, self.number
        )

    def _come_due(self) -> None:
        self._due = None
        self.request_retraining(Cause.RETRAINING)

    def request_retraining(self, cause: Cause) -> None:
        """Submit a request for retraining, unless there is one already or it is under way."""
        if self.retraining is not None:
            return
        self.log(LogKind.RETRAINING_REQUESTED, cause)
        now = self.model.calendar.now
        self.retraining = Task(
            TaskClass.RETRAIN,
            self.number,
            now,
            Cause.RETRAINING,
            held=self.state is not State.ONLINE,
        )
        self.model.submit(self.retraining)

    # Incidents and drift

    def strike(self, cause: Cause) -> None:
        """Be struck by an incident."""
        # First of all, as in all that changes what serves: the time until now is that of the state
        # until now, and at its exposure.
        self._account()
        number = self.exposure.count(cause)
        if cause is Cause.DRIFT:
            self._begin_drift(number)
            return
        self._issue_number = number
        # Before it goes offline, where the request is held: only one that waits can be.
        if self.state is State.RETRAINING:
            self._interrupt_retraining()
        self.log(LogKind.ISSUE_STRUCK, cause)
        self._go_offline(Trigger.ISSUE_STRIKES, cause, number)
        model = self.model
        if cause is Cause.PIPELINE and self_heals(
            model.constants.care, model.levels, self.entity, number
        ):
            at = model.calendar.now + model.constants.care.self_healing_days
            self._healing = model.calendar.schedule(
                self._self_heal, at, Rank.SELF_HEALING, self.number
            )
        else:
            self._submit_work(TaskClass.REPAIR, cause)

    def judge_drift_again(self) -> None:
        """Take the model offline if the mild drift for which it is to be retrained has grown."""
        condition = self.condition
        assert condition is not None
        if self.state is not State.ONLINE or not condition.drift_mild:
            return
        loss = condition.loss()
        if loss >= self.model.constants.care.offline_loss:
            # The fix is a retraining too. Who is online and has such a drift has a request.
            assert self.retraining is not None
            self.model.withdraw(self.retraining)
            self.retraining = None
            self._go_offline_for_drift(loss)

    def lose_source(self) -> None:
        """Go offline because the source that it shares has failed."""
        self._account()
        if self.state is State.RETRAINING:
            self._interrupt_retraining()
        # Of a retraining in which it did not serve; the older version reads the same source.
        cancel(self._switch)
        self._switch = None
        self.log(LogKind.ISSUE_STRUCK, Cause.SHARED)
        self._go_offline(Trigger.ISSUE_STRIKES, Cause.SHARED, 0)

    def regain_source(self, began_at: float) -> None:
        """Return online because its source has been repaired, work on which began at a time."""
        self._account()
        # Who goes offline while somebody works on it waits for nobody.
        duration = self._count_restoration(max(began_at, self._offline_since))
        self.log(LogKind.ISSUE_RESOLVED, Cause.SHARED, duration)
        self._return_online(Trigger.ISSUE_RESOLVED)

    def receive_request(self, kind: int) -> None:
        """Receive a request of a kind, if it concerns the model."""
        if kind in self.requests:
            self.requests[kind].receive()

    def on_deadline_missed(self) -> None:
        """Stop serving because a request is late, now or on the return online."""
        if self.state in (State.ONLINE, State.RETRAINING):
            self._begin_ban()

    def on_drift_detected(self) -> None:
        """Act on a detected drift now, or when the model is online again."""
        assert self.condition is not None
        self.condition.drift_pending = True
        if self.state is State.ONLINE:
            self._act_on_drift()

    def _begin_drift(self, number: int) -> None:
        assert self.condition is not None
        self.condition.begin_drift(number)
        # It goes on serving, worse. Only the hazard of drift rests while one is active, so what
        # comes next is planned anew.
        self.exposure.set_drifting(True)
        self._plan_incident()

    def _act_on_drift(self) -> None:
        """Take the model offline for a severe drift, or request a retraining for a mild one."""
        assert self.condition is not None
        self.condition.drift_pending = False
        # As it is now: since the detection it may have grown, while the model was not online.
        loss = self.condition.loss()
        if loss < self.model.constants.care.offline_loss:
            self.condition.drift_mild = True
            self.request_retraining(Cause.DRIFT)
            return
        self._go_offline_for_drift(loss)

    def _go_offline_for_drift(self, loss: float) -> None:
        assert self.condition is not None
        self._account()
        self.condition.drift_mild = False
        number = self._issue_number = self.condition.drift_number
        self.log(LogKind.DRIFT_FOUND, Cause.DRIFT, loss)
        self._go_offline(Trigger.DRIFT_FOUND, Cause.DRIFT, number)
        self._submit_work(TaskClass.REPAIR, Cause.DRIFT)

    def _go_offline(self, trigger: Trigger, cause: Cause, number: int) -> None:
        self._leave_online(trigger, cause, self.model.calendar.now)
        self._stop_serving(cause, number)

    def _leave_online(self, trigger: Trigger, cause: Cause, since: float) -> None:
        self._fire(trigger)
        self.cause = cause
        self._offline_since = since
        self.model.tally("outages", 1.0)
        # Nobody retrains it meanwhile: the request waits until it is online again.
        if self.retraining is not None and not self.retraining.held:
            self.model.scheduler.hold(self.retraining)

    def _stop_serving(self, cause: Cause, number: int) -> None:
        """Let the current version stop; a previous one may take over."""
        model = self.model
        self.serving = Serving.NONE
        # As nobody is exposed now, this takes the planned incident off the calendar.
        self._plan_incident()
        if cause is Cause.SHARED:
            return
        if image_at_hand(model.constants.care, model.levels, self.entity, cause.value, number):
            at = model.calendar.now + model.constants.care.switch_days
            self._switch = model.calendar.schedule(
                self._serve_previous, at, Rank.SWITCH, self.number
            )

    def _serve_previous(self) -> None:
        assert self.cause is not None
        self._account()
        self._switch = None
        self.serving = Serving.PREVIOUS
        # By what it was drawn whether there is one.
        number = self._issue_number
        if self.cause is Cause.RETRAINING:
            number = self._retraining_stints - 1
        left = previous_threshold(self.entity, self.cause.value, number)
        self.exposure.begin_previous(left)
        self._plan_incident()
        self.log(LogKind.PREVIOUS_SERVES, self.cause)

    def break_previous(self) -> None:
        """Let the previous version break: nobody serves until the model is online again."""
        assert self.cause is not None
        self._account()
        self.serving = Serving.NONE
        self._plan_incident()
        self.log(LogKind.PREVIOUS_BROKE, self.cause)

    def _return_online(self, trigger: Trigger) -> None:
        """Go online with the current version, and act on what has waited for that."""
        self._fire(trigger)
        self.cause = None
        cancel(self._switch)
        self._switch = None
        self.serving = Serving.CURRENT
        self._plan_incident()
        self._act_on_what_waited()

    def _act_on_what_waited(self) -> None:
        """Act on what a model meets that comes back online, or goes live: the first thing first."""
        # One place for all that waits for this, in the order of decision 0040.
        if any(requests.is_late for requests in self.requests.values()):
            self._begin_ban()
            return
        assert self.condition is not None
        if self.source >= 0 and self.model.sources[self.source].is_down:
            self.lose_source()
        if self.state is State.ONLINE and self.condition.drift_pending:
            self._act_on_drift()
        # Any of these may have taken it offline again.
        if self.state is State.ONLINE and self.retraining is not None and self.retraining.held:
            self.model.scheduler.release(self.retraining)

    def _count_restoration(self, started_at: float) -> float:
        """Count a return from offline, and return how long it took."""
        now, model = self.model.calendar.now, self.model
        model.tally("restorations", 1.0)
        model.tally("restore_waiting_days", started_at - self._offline_since)
        model.tally("restore_working_days", now - started_at)
        return now - self._offline_since

    def _resolve_issue(self, started_at: float) -> None:
        assert self.cause is not None
        self._account()
        cause = self.cause
        self.log(LogKind.ISSUE_RESOLVED, cause, self._count_restoration(started_at))
        self._return_online(Trigger.ISSUE_RESOLVED)
        # A repair brings back what there was; whether that is enough is for a review to say.
        if cause is Cause.CAPACITY:
            self.review_load(Cause.CAPACITY)

    def _self_heal(self) -> None:
        self._healing = None
        self.log(LogKind.SELF_HEALED, Cause.PIPELINE)
        # Nobody was waited for: all of the time counts as time of repair.
        self._resolve_issue(self._offline_since)
        # A request that was held may be assigned again; after a developer's work `complete` asks.
        self.model.calendar.request_dispatch()

    def _begin_ban(self) -> None:
        """Go offline for the requests that are late; no version serves."""
        self._account()
        if self.state is State.RETRAINING:
            self._interrupt_retraining()
        late = [each.deadline_at for each in self.requests.values() if each.is_late]
        self.is_banned = True
        self.log(LogKind.BAN_BEGAN, Cause.COMPLIANCE, min(late))
        # From the deadline on it should not have served, whatever it was offline for.
        self._leave_online(Trigger.BAN_BEGINS, Cause.COMPLIANCE, min(late))
        self.serving = Serving.NONE
        cancel(self._switch)
        self._switch = None
        self._plan_incident()

    def _answer(self, requests: Requests) -> None:
        """Take over the answer to a request, which may end a ban."""
        begun_at = requests.begun_at
        requests.answer()
        if self.is_banned and not any(each.is_late for each in self.requests.values()):
            self._account()
            self.is_banned = False
            # Work may have begun before the deadline: then nothing was waited for.
            began = max(begun_at, self._offline_since)
            self.log(LogKind.BAN_ENDED, Cause.COMPLIANCE, self._count_restoration(began))
            self._return_online(Trigger.BAN_ENDS)

    def _end_drift_fix(self, started_at: float) -> None:
        self._account()
        # The fix was a retraining too, so that a request for one is void.
        if self.retraining is not None:
            self.model.withdraw(self.retraining)
            self.retraining = None
        self._restore_power()
        self.log(LogKind.DRIFT_ADDRESSED, Cause.DRIFT, self._count_restoration(started_at))
        self._return_online(Trigger.DRIFT_ADDRESSED)

    def _begin_retraining(self) -> None:
        self._account()
        self._fire(Trigger.RETRAINING_BEGINS)
        self.cause = Cause.RETRAINING
        self.log(LogKind.RETRAINING_BEGAN, Cause.RETRAINING)
        # One that goes on after an interruption stops serving again: whether a previous version is
        # at hand is drawn for each stint, the effort once.
        if not self.model.constants.serves_while_retraining:
            number, self._retraining_stints = self._retraining_stints, self._retraining_stints + 1
            self._stop_serving(Cause.RETRAINING, number)

    def _interrupt_retraining(self) -> None:
        assert self.retraining is not None
        self.model.interrupt(self.retraining, held=True)

    def stop_retraining(self) -> None:
        """Come back online because the developer leaves; the request waits as interrupted."""
        assert self.retraining is not None
        self._account()
        self.model.interrupt(self.retraining, held=False)
        self.log(LogKind.RETRAINING_STOPPED, Cause.RETRAINING)
        self._return_online(Trigger.RETRAINING_STOPS)

    def _end_retraining(self) -> None:
        assert self.condition is not None
        self._account()
        self._restore_power()
        self.log(LogKind.RETRAINED, Cause.RETRAINING, self.condition.health.restored)
        self._return_online(Trigger.RETRAINING_DONE)

    def _restore_power(self) -> None:
        """Restore power, end any drift, and plan the next retraining."""
        assert self.condition is not None
        self.condition.restore()
        self.model.tally("retrainings", 1.0)
        self.exposure.set_drifting(False)
        self._plan_retraining(self.retraining_interval_days)

    # Capacity

    def review_load(self, cause: int = NOBODY) -> None:
        """Ask for more capacity if demand takes too much of it and nobody has asked yet."""
        model, stocks = self.model, self.stocks
        model.tally("load_reviews", 1.0)
        if self.capacity_step is not None:
            return
        # What yesterday has left: nobody has counted today's yet.
        asked = direct(demand)(stocks.users, stocks.usage, model.common_rates.demand_scale)
        target = model.constants.care.target_load
        if not direct(is_loaded)(asked, self.capacity, model.common_rates, target):
            return
        self.log(LogKind.CAPACITY_REQUESTED, cause, asked)
        now = model.calendar.now
        # Never held: it does not matter to it whether the model is online.
        self.capacity_step = Task(
            TaskClass.RETRAIN, self.number, now, Cause.CAPACITY, stream=STEP_STREAM
        )
        model.submit(self.capacity_step)

    def _add_capacity(self) -> None:
        self.capacity *= 1.0 + self.model.constants.care.capacity_growth
        self.model.tally("capacity_steps", 1.0)
        self.log(LogKind.CAPACITY_ADDED, detail=self.capacity)

    def _plan_review(self, in_days: float) -> None:
        calendar = self.model.calendar
        self._review = calendar.schedule(
            self._review_as_planned, calendar.now + in_days, Rank.LOAD_REVIEW, self.number
        )

    def _review_as_planned(self) -> None:
        self._plan_review(self.model.constants.review_days)
        self.review_load()

    # Work on this model

    def effort_of(self, task: Task) -> float:
        """Return the developer-days of a task when work on it first starts; to be asked once."""
        care, levels = self.model.constants.care, self.model.levels
        if task.task_class in (TaskClass.BUILD, TaskClass.DEPLOY):
            attributes, is_build = self.attributes, task.task_class is TaskClass.BUILD
            drawn = attributes.build_effort_days if is_build else attributes.deployment_effort_days
            effort: float = new_work_effort(care, levels, drawn)
            # Interrupted before anybody began: it was in progress at the start.
            return work_left(effort, self.entity) if task.interrupted else effort
        if task is self.capacity_step:
            self._steps_begun += 1
            return step_effort(care, levels, self.entity, self._steps_begun - 1)
        if task.stream >= FIRST_REQUEST_STREAM:
            return self.requests[task.stream - FIRST_REQUEST_STREAM].effort()
        assert task.cause is not None
        # By the number of the issue or drift, and for a retraining by that of those begun: a
        # request that is withdrawn takes no effort from the next.
        occurrence = self._issue_number
        if task.cause is Cause.RETRAINING:
            occurrence, self._retrainings_begun = (
                self._retrainings_begun,
                self._retrainings_begun + 1,
            )
        cause, efforts = task.cause.value, self.own.efforts
        own, retraining = efforts[cause], efforts[Cause.RETRAINING]
        return maintenance_effort(care, levels, own, retraining, self.entity, cause, occurrence)

    def work_began(self, task: Task) -> None:
        """Change state because a developer has begun or taken up a task."""
        if task.task_class is TaskClass.BUILD and self.state is State.IDEA:
            self._begin_build()
            self.log(LogKind.BUILD_BEGAN)
        elif task is self.retraining:
            self._begin_retraining()

    def _end_build(self) -> None:
        """Go on to deployment, or leave the portfolio if the build has failed."""
        model = self.model
        if build_succeeds(model.constants.care, model.levels, self.entity):
            self._fire(Trigger.BUILD_DONE)
            self.log(LogKind.BUILD_DONE)
            self._submit_work(TaskClass.DEPLOY)
            return
        model.tally("failed_build_days", self.build_days)
        self.retire(RetirementReason.FAILED)

    def work_completed(self, task: Task, started_at: float) -> None:
        """Change state because a task is done, begun for the last time at `started_at`."""
        if task is self.retraining:
            self.retraining = None
            self._end_retraining()
            return
        if task is self.capacity_step:
            self.capacity_step = None
            self._add_capacity()
            return
        if task.stream >= FIRST_REQUEST_STREAM:
            self._answer(self.requests[task.stream - FIRST_REQUEST_STREAM])
            return
        self.work = None
        if task.task_class is TaskClass.BUILD:
            self._end_build()
        elif task.task_class is TaskClass.DEPLOY:
            self.go_live()
        elif task.cause is Cause.DRIFT:
            self._end_drift_fix(started_at)
        else:
            self._resolve_issue(started_at)

    # The end

    def retire(self, reason: RetirementReason) -> None:
        """Leave the portfolio from any other state, at once.

        Raises
        ------
        IllegalTransitionError
            If it has left before.
        """
        if self.stage is Stage.PRODUCTION:
            self._account()
        # Developers are freed while the tasks still say who they are.
        for task in (self.work, self.retraining, self.capacity_step):
            if task is not None:
                self.model.withdraw(task)
        self.work = self.retraining = self.capacity_step = None
        for requests in self.requests.values():
            requests.withdraw()
        self.is_banned = False
        for event in (self._switch, self._healing, self._due, self._review, self._retirement):
            cancel(event)
        self.exposure.forget()
        if self.condition is not None:
            self.condition.forget()
        has_failed = reason is RetirementReason.FAILED
        self._fire(Trigger.BUILD_FAILED if has_failed else Trigger.RETIRES)
        self.cause, self.serving = None, Serving.NONE
        self.retired_at, self.retirement_reason = self.model.calendar.now, reason
        self.model.tally(f"retired_{reason.name.lower()}", 1.0)
        if has_failed:
            self.log(LogKind.BUILD_FAILED, detail=self.build_days)
        else:
            self.log(LogKind.RETIRED, reason)
        self.model.calendar.request_dispatch()

    def remove(self) -> None:
        """Retire at once, as planned by whoever asks for it.

        After the end of the run it changes nothing but Mesa's set of agents.
        """
        if self.stage is not Stage.RETIRED and self.model.running:
            self.retire(RetirementReason.PLANNED)
        super().remove()
