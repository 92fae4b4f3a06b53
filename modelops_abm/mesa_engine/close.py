"""The steps in which a day closes, and the opening of the next; `day` has their order.

`compiled_engine.close` does the same over records.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

from mesa import DataCollector

from modelops_abm.core import outcomes
from modelops_abm.core.events import RetirementReason, TaskClass
from modelops_abm.core.statechart import Cause, Serving, Stage, State
from modelops_abm.mesa_engine.dispatch import Dispatch
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.rules.constants import Levels, common_rates, source_rate
from modelops_abm.rules.day import demand_scale, seasons
from modelops_abm.rules.money import discount_factor, net_value, payroll_of
from modelops_abm.rules.population import middle


class Close(Dispatch):
    """The books of an organisation, and the models in production.

    Attributes
    ----------
    today
        Daily outcomes of the last day closed.
    totals
        Sums of the flows and tallies so far, by the names of `outcomes.TOTALS`.
    closed_today
        The models that were in production on the last day closed, by number.
    datacollector
        Mesa's, which collects at the end of each day.
    """

    today: dict[str, float | None]
    totals: dict[str, float]
    closed_today: tuple[MLModel, ...]
    datacollector: DataCollector

    def _begin_books(self) -> None:
        self.totals = dict.fromkeys(outcomes.TOTALS, 0.0)
        self.today = {}
        self.closed_today = ()
        self._in_production: list[MLModel] = []
        self._departed: list[MLModel] = []
        parameters = self.parameters
        self._seasons = seasons(
            parameters.usage.season, parameters.start_date, parameters.horizon_days
        )
        self._delivery_days: dict[str, list[float]] = {name: [] for name in outcomes.MEDIANS}
        self._forget_state_time()

    def tally(self, name: str, amount: float) -> None:
        """Add to a tally of `outcomes.TALLIES`."""
        self.totals[name] += amount

    def count_delivery(self, since_idea_days: float, since_begun_days: float) -> None:
        """Count a model that goes live, and how long that took."""
        self.tally("models_delivered", 1.0)
        self.totals["has_delivered"] = 1.0
        for name, days in zip(outcomes.MEDIANS, (since_idea_days, since_begun_days), strict=True):
            self.tally(f"{name}_days", days)
            # In order of length and not of delivery: the median is in the middle.
            found = self._delivery_days[name]
            insort(found, days)
            half = len(found) // 2
            self.totals[f"{name}_median_days"] = middle(found[-half - 1], found[half])

    def add_to_production(self, number: int) -> None:
        """Count a model among those in production from now on, and open its day."""
        ml_model = self.ml_models[number]
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

    def integrate_models(self) -> None:
        """Integrate the stocks of every model that was in production today, by number."""
        flows = [0.0] * len(outcomes.MODEL_FLOWS)
        # Of yesterday: their last day is over, and who looks at them sees no value of today.
        for ml_model in self._departed:
            ml_model.value_today = ml_model.cost_today = 0.0
        self.closed_today = tuple(self._in_production)
        for ml_model in self._in_production:
            flows = _sums(flows, ml_model.close_day())
        self._book(outcomes.MODEL_FLOWS, [*flows])
        self._book(outcomes.STATE_TIME_FLOWS, self._state_days)
        self._book(outcomes.UNSERVED_TIME_FLOWS, self._unserved_days)
        self._forget_state_time()

    def account_developers(self) -> None:
        """Enter the developers' day into the ledgers, by number."""
        days = [0.0] * len(TaskClass)
        for developer in self.developers:
            days = _sums(days, developer.close_day(self.calendar.now))
        self._book(outcomes.DEVELOPER_FLOWS, days)

    def raise_levels(self) -> None:
        """Raise the capability levels by the work put in, and count what that costs."""
        upkeep = capital = 0.0
        rises = []
        # Of each model for the part of the day in which it was in production.
        models = self._today("production_days")
        for capability in self.capabilities:
            # Of the level at the start of the day, so before it rises.
            upkeep += capability.upkeep(models)
            rises.append(capability.close_day())
            capital += capability.capital(rises[-1])
        self._book(outcomes.LEVEL_FLOWS, rises)
        self._book(outcomes.CAPABILITY_MONEY_FLOWS, [capital, upkeep])
        self.levels = Levels(*(capability.level for capability in self.capabilities))

    def book_money(self) -> None:
        """Book the day's payroll and net value, and discount them."""
        today, team = self.today, self.in_force.team
        # Whole numbers, of which sums are the same in any order; all others are added by `_sums`.
        paid = sum(developer.is_paid(self.day) for developer in self.developers)
        payroll = payroll_of(paid, team.payroll_per_year)
        net = net_value(
            self._today("value"),
            self._today("cost"),
            payroll,
            self._today("capital"),
            self._today("upkeep"),
        )
        factor = discount_factor(self.parameters.finance.discount_rate, self.day)
        investment = self._today("capital") + self._today("upkeep")
        time = payroll_of(self._today("developer_days_capability"), team.payroll_per_year)
        booked = [payroll, net, net * factor, investment * factor, time * factor]
        self._book(outcomes.TEAM_MONEY_FLOWS, booked)
        today["npv"] = self.totals["discounted_net_value"]

    def retire_abandoned(self) -> None:
        """Retire the models that hardly anybody uses, by number; forget those retired today."""
        # Retiring does not touch this list, and who retired in the course of the day was on it
        # until now, for the hours in which it served.
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

    def _receive_dated_requests(self) -> None:
        """Let the requests of this day come to the models in production, by number and kind."""
        today = [kind for kind, law in enumerate(self.request_laws) if law.day == self.day]
        for ml_model in self._in_production if today else ():
            for kind in today:
                ml_model.receive_request(kind)

    def open_day(self) -> None:
        """Let dated requests come, judge mild drifts again, refresh every rate."""
        self._receive_dated_requests()
        for ml_model in self._in_production:
            ml_model.judge_drift_again()
        self.refresh_rates()
        for ml_model in self._in_production:
            ml_model.open_day()
        self.open_sources()
        self.calendar.request_dispatch()

    def open_sources(self) -> None:
        """Take over the rate of today in every shared source, and plan which of them fail."""
        rate = source_rate(self.constants.rates, self.levels)
        for source in self.sources:
            source.open_day(rate)

    def in_production(self) -> Sequence[MLModel]:
        """Return the models that were in production today, by number; some may have left."""
        return self._in_production

    def refresh_rates(self) -> None:
        """Take over what the rates of all models have in common on this day."""
        scale = demand_scale(self.constants.demand_factor, self._seasons[self.day])
        self.common_rates = common_rates(self.constants.rates, self.levels, scale)

    def end(self) -> None:
        """Count what is still going on at the horizon."""
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
        self.today["developers"] = sum(developer.left_at is None for developer in self.developers)
        # Not the built-in `sum`, which compensates for rounding: the other engine does not (0001).
        users = 0.0
        for ml_model in self._in_production:
            users += ml_model.users
        self.today["users"] = users
        self.tally("user_days", users)
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


def _sums(totals: Sequence[float], amounts: Sequence[float]) -> list[float]:
    """Add in the order given, so that both engines round alike."""
    return [total + amount for total, amount in zip(totals, amounts, strict=True)]


_COUNT_OF_STATE: dict[tuple[State, Cause | None], str] = {
    (State.IDEA, None): "models_idea",
    (State.BUILD, None): "models_build",
    (State.DEPLOYMENT, None): "models_deployment",
    (State.ONLINE, None): "models_online",
    (State.RETRAINING, Cause.RETRAINING): "models_retraining",
    **{
        (State.OFFLINE_ISSUE, Cause[issue.upper()]): f"models_offline_{issue}"
        for issue in outcomes.ISSUE_CAUSES
    },
    (State.OFFLINE_DRIFT, Cause.DRIFT): "models_offline_drift",
    (State.RETIRED, None): "models_retired",
}
