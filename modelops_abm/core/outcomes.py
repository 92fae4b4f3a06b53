"""Every outcome, declared once: name, unit, meaning, and how it comes about.

Daily outcomes are what happens in a day (a flow, additive), what is there at its end (a state), or
a share of two flows. Totals are the sums of the flows over a run, and tallies counted at events.
Each outcome of the run summary is a sum of totals, divided by another if it is a mean or a share;
without anything to divide by it does not exist and is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from modelops_abm.core import registry

Kind = Literal["flow", "state", "share"]

CAPABILITIES = registry.capability_names()
WORK = ("repair", "respond", "retrain", "capability", "deploy", "build")
MAINTENANCE = ("repair", "respond", "retrain")
ISSUES = registry.issues()
HAZARDS = tuple(each.name for each in registry.hazards())
ISSUE_CAUSES = (*ISSUES, "shared")
"""Causes of the state of being offline for an issue."""
OFFLINE_CAUSES = (*HAZARDS, "retraining", "shared")
LOSSES = ("adoption", "usage", "offline", "capacity", "decay", "drift", "rollback")
RETIREMENT_REASONS = ("obsolete", "abandoned", "planned", "failed")


@dataclass(frozen=True, slots=True)
class DailyOutcome:
    """An outcome of every day.

    Attributes
    ----------
    name, unit, meaning
        The name is the same everywhere.
    kind
        flow: happens in the day and adds up; state: at its end; share: of two flows, None where
        there is nothing to divide by.
    """

    name: str
    unit: str
    meaning: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOutcome(DailyOutcome):
    """A daily outcome that is a flow divided by another.

    Attributes
    ----------
    of, per
        Names of the two flows.
    """

    of: str
    per: str


@dataclass(frozen=True, slots=True)
class SummaryOutcome:
    """An outcome of a whole run.

    Attributes
    ----------
    name, unit, meaning
        The name is the same everywhere.
    of
        Names of the totals that are added up.
    per
        Names of the totals whose sum it is divided by; empty for none.
    """

    name: str
    unit: str
    meaning: str
    of: tuple[str, ...]
    per: tuple[str, ...] = ()


def _flow(name: str, unit: str, meaning: str) -> DailyOutcome:
    return DailyOutcome(name, unit, meaning, "flow")


def _money(name: str) -> DailyOutcome:
    (meaning,) = (each.meaning for each in registry.MONEY if each.name == name)
    return _flow(name, "$", meaning)


def _state(name: str, unit: str, meaning: str) -> DailyOutcome:
    return DailyOutcome(name, unit, meaning, "state")


MODEL_DAY_COLUMNS = (
    "activity",
    "serving_version",
    "users",
    "usage",
    "power",
    "capacity",
    "value_today",
    "cost_today",
)
"""What is kept of a model's day."""

MODEL_FLOWS: tuple[DailyOutcome, ...] = (
    _flow("production_days", "model-days", "Time of the models in production"),
    _flow("served_days", "model-days", "Production time in which a version served"),
    _flow("power_days", "model-days", "Production time weighted by predictive power"),
    _flow("demand", "predictions", "Predictions that users asked for"),
    _flow("served", "predictions", "Predictions that users got"),
    _flow("unserved", "predictions", "Predictions that users asked for and did not get"),
    _money("value"),
    _money("cost"),
    _flow("ideal_value", "$", "Value at full power, always served, without limit of capacity"),
    *(
        _flow(f"lost_{cause}", "$", f"Ideal value lost to {words}")
        for cause, words in zip(
            LOSSES,
            (
                "fewer users",
                "less use per user",
                "time not served",
                "demand beyond capacity",
                "slow decay",
                "drift",
                "the older version that serves after a rollback",
            ),
            strict=True,
        )
    ),
)
"""What every model's day adds, in the order of `rules.day.DayFlows`."""

CAPABILITY_MONEY_FLOWS: tuple[DailyOutcome, ...] = (
    _money("capital"),
    _money("upkeep"),
)

_CAPABILITY_TIME = "Payroll of the team's time on capability work, discounted to the start"

TEAM_MONEY_FLOWS: tuple[DailyOutcome, ...] = (
    _money("payroll"),
    _flow("net_value", "$", "Value less cost, payroll, capital and upkeep"),
    _flow("discounted_net_value", "$ of day 0", "Net value discounted to the start"),
    _flow("discounted_investment", "$ of day 0", "Capital and upkeep discounted to the start"),
    _flow("discounted_capability_time", "$ of day 0", _CAPABILITY_TIME),
)


def _because_of(cause: str) -> str:
    if cause == "shared":
        return "a shared source that has failed"
    if cause == "compliance":
        return "a compliance issue or a late answer to a request"
    return f"a {cause} issue" if cause in ISSUES else cause


STATE_TIME_FLOWS: tuple[DailyOutcome, ...] = tuple(
    _flow(f"state_days_{cause}", "model-days", f"Time in the state {words}")
    for cause, words in zip(
        OFFLINE_CAUSES,
        (
            *(
                f"offline because of {_because_of(cause)}" if cause in ISSUE_CAUSES else cause
                for cause in OFFLINE_CAUSES
            ),
        ),
        strict=True,
    )
)

UNSERVED_TIME_FLOWS: tuple[DailyOutcome, ...] = tuple(
    _flow(f"unserved_days_{cause}", "model-days", f"Time that no version served: {words}")
    for cause, words in zip(
        OFFLINE_CAUSES,
        (
            cause if cause != "compliance" else "compliance, late answers to requests included"
            for cause in OFFLINE_CAUSES
        ),
        strict=True,
    )
)

DEVELOPER_FLOWS: tuple[DailyOutcome, ...] = (
    *(
        _flow(f"developer_days_{work}", "days", f"Calendar days of developers on {work}")
        for work in WORK
    ),
    _flow("developer_days_idle", "days", "Calendar days of developers without work"),
)
"""Time of the developers, in the order of `events.TaskClass`."""

LEVEL_FLOWS: tuple[DailyOutcome, ...] = tuple(
    _flow(f"level_rise_{name}", "level", f"Rise of the level of {name}") for name in CAPABILITIES
)

LEVEL_STATES = tuple(f"level_{name}" for name in CAPABILITIES)

# In the order of `statechart.State`, being offline by hazard: the compiled engine counts by place.
MODEL_COUNTS: tuple[str, ...] = (
    "models_idea",
    "models_build",
    "models_deployment",
    "models_online",
    "models_retraining",
    *(f"models_offline_{cause}" for cause in (*HAZARDS, "shared")),
    "models_retired",
)
"""Names of the counts of models by state; every model is in exactly one."""

STATES: tuple[DailyOutcome, ...] = (
    *(
        _state(name, "models", words)
        for name, words in zip(
            MODEL_COUNTS,
            (
                "Ideas in the backlog, those not worth building included",
                "Models in build, waiting included",
                "Models in deployment, waiting included",
                "Models online",
                "Models in retraining",
                *(
                    f"Models offline because of {_because_of(cause)}"
                    for cause in (*HAZARDS, "shared")
                ),
                "Models retired",
            ),
            strict=True,
        )
    ),
    _state("models_rolled_back", "models", "Models whose previous version serves"),
    *(_state(f"waiting_{work}", "tasks", f"Tasks of the class {work} that wait") for work in WORK),
    *(
        _state(level, "level", f"Level of {name}")
        for level, name in zip(LEVEL_STATES, CAPABILITIES, strict=True)
    ),
    _state("developers", "developers", "Developers in the team"),
    _state("users", "users", "Users of the models in production"),
    _state("npv", "$ of day 0", "Net present value so far"),
)

SHARES: tuple[ShareOutcome, ...] = (
    ShareOutcome(
        "availability",
        "share",
        "Served share of the production time",
        "share",
        of="served_days",
        per="production_days",
    ),
    ShareOutcome(
        "power",
        "share",
        "Mean predictive power over production time",
        "share",
        of="power_days",
        per="production_days",
    ),
)

FLOWS_OF_EVENTS: tuple[DailyOutcome, ...] = (
    *STATE_TIME_FLOWS,
    *UNSERVED_TIME_FLOWS,
    *DEVELOPER_FLOWS,
)
"""Those added up in the course of a day; all others are known when it closes."""

# First in the daily outcomes and in the totals: the compiled engine has one place for a flow in
# both.
FLOWS: tuple[DailyOutcome, ...] = (
    *MODEL_FLOWS,
    *FLOWS_OF_EVENTS,
    *LEVEL_FLOWS,
    *CAPABILITY_MONEY_FLOWS,
    *TEAM_MONEY_FLOWS,
)
DAILY: tuple[DailyOutcome, ...] = (*FLOWS, *STATES, *SHARES)

MEDIANS = ("idea_to_production", "begun_to_live")
"""Times of a model delivered of which the totals have the sum and, as it is so far, the median."""

# Retirements last, by `events.RetirementReason`: the compiled engine counts them by place.
TALLIES: tuple[str, ...] = (
    "outages",
    "restorations",
    "restore_waiting_days",
    "restore_working_days",
    "drift_days_undetected",
    "retrainings",
    "user_days",
    "models_delivered",
    # 1 as soon as a model has gone live: there is a median then.
    "has_delivered",
    *(f"{name}_days" for name in MEDIANS),
    *(f"{name}_median_days" for name in MEDIANS),
    "failed_build_days",
    "source_failures",
    "load_reviews",
    "capacity_steps",
    "requests_received",
    "requests_in_time",
    "requests_late",
    "requests_withdrawn",
    "requests_open",
    *(f"retired_{reason}" for reason in RETIREMENT_REASONS),
)
"""Counted at events instead of daily: outages, returns from offline, drift, retrainings,
deliveries, failed builds, failures of shared sources, reviews of load and what they added,
requests, retirements. Users are counted at the end of each day.

A median is no sum: it is what it is at the last delivery of a run.
"""

TOTALS: tuple[str, ...] = (*(outcome.name for outcome in FLOWS), *TALLIES)

_DEVELOPER_DAYS = tuple(outcome.name for outcome in DEVELOPER_FLOWS)


def _total(name: str, unit: str, meaning: str) -> SummaryOutcome:
    return SummaryOutcome(name, unit, meaning, (name,))


def _share_of_team(name: str, meaning: str, *work: str) -> SummaryOutcome:
    return SummaryOutcome(
        name, "share", meaning, tuple(f"developer_days_{entry}" for entry in work), _DEVELOPER_DAYS
    )


_SUMMED_UP = (*(each.name for each in registry.MONEY), "demand", "served", "unserved")

SUMMARY: tuple[SummaryOutcome, ...] = (
    SummaryOutcome("npv", "$ of day 0", "Net present value", ("discounted_net_value",)),
    _total("net_value", "$", "Value less cost, payroll, capital and upkeep"),
    *(
        _total(outcome.name, outcome.unit, outcome.meaning)
        for outcome in (*MODEL_FLOWS, *CAPABILITY_MONEY_FLOWS, *TEAM_MONEY_FLOWS)
        if outcome.name in _SUMMED_UP
    ),
    _total("discounted_investment", "$ of day 0", "Capital and upkeep discounted to the start"),
    _total("discounted_capability_time", "$ of day 0", _CAPABILITY_TIME),
    SummaryOutcome(
        "availability",
        "share",
        "Served share of the production time",
        ("served_days",),
        ("production_days",),
    ),
    _total("production_days", "model-days", "Time of the models in production"),
    *(
        _total(outcome.name, outcome.unit, outcome.meaning)
        for outcome in (*STATE_TIME_FLOWS, *UNSERVED_TIME_FLOWS)
    ),
    _total("outages", "outages", "Times that a model went offline, for whatever reason"),
    SummaryOutcome(
        "time_to_restore_days",
        "days",
        "Mean time from going offline to being online again",
        ("restore_waiting_days", "restore_working_days"),
        ("restorations",),
    ),
    SummaryOutcome(
        "time_to_restore_waiting_days",
        "days",
        "Part of it until somebody works on it",
        ("restore_waiting_days",),
        ("restorations",),
    ),
    SummaryOutcome(
        "time_to_restore_working_days",
        "days",
        "Part of it being worked on",
        ("restore_working_days",),
        ("restorations",),
    ),
    _total("retrainings", "retrainings", "Retrainings done, those that address a drift included"),
    _total("user_days", "user-days", "Users of the models in production, day by day"),
    _total("drift_days_undetected", "model-days", "Time with a drift that nobody has noticed"),
    SummaryOutcome(
        "mean_power",
        "share",
        "Mean predictive power over production time",
        ("power_days",),
        ("production_days",),
    ),
    _share_of_team(
        "maintenance_share",
        "Share of developer time on repair, requests and retraining",
        *MAINTENANCE,
    ),
    _share_of_team(
        "new_model_share", "Share of developer time on build and deployment", "deploy", "build"
    ),
    _share_of_team("capability_share", "Share of developer time on capability work", "capability"),
    _share_of_team("idle_share", "Share of developer time without work", "idle"),
    _total("models_delivered", "models", "Models that went live"),
    SummaryOutcome(
        "idea_to_production_days",
        "days",
        "Mean time from idea to production of the models delivered, from day 0 for older ideas;"
        " a faster team also builds older ideas, so that it can rise",
        ("idea_to_production_days",),
        ("models_delivered",),
    ),
    SummaryOutcome(
        "idea_to_production_median_days",
        "days",
        "Median time from idea to production of the models delivered; it can rise as the mean can",
        ("idea_to_production_median_days",),
        ("has_delivered",),
    ),
    SummaryOutcome(
        "begun_to_live_days",
        "days",
        "Mean time from the first work on a model delivered to going live, from day 0 for builds"
        " under way at the start: how fast the team is, however old the ideas",
        ("begun_to_live_days",),
        ("models_delivered",),
    ),
    SummaryOutcome(
        "begun_to_live_median_days",
        "days",
        "Median time from the first work on a model delivered to going live",
        ("begun_to_live_median_days",),
        ("has_delivered",),
    ),
    _total("requests_received", "requests", "Requests with a deadline received"),
    _total("requests_in_time", "requests", "Requests answered before their deadline"),
    _total("requests_late", "requests", "Requests not answered by their deadline"),
    _total("requests_withdrawn", "requests", "Requests whose model retired before the deadline"),
    _total("requests_open", "requests", "Requests open at the horizon, before their deadline"),
    *(
        _total(f"retired_{reason}", "models", f"Models retired: {reason}")
        for reason in RETIREMENT_REASONS
    ),
    _total("source_failures", "failures", "Failures of shared sources"),
    _total("load_reviews", "reviews", "Reviews of the load of a model"),
    _total("capacity_steps", "steps", "Steps of capacity that reviews of the load led to"),
    _total("failed_build_days", "days", "Calendar days of developers on builds that failed"),
    _total("ideal_value", "$", "Value at full power, always served, without limit of capacity"),
    *(
        _total(outcome.name, outcome.unit, outcome.meaning)
        for outcome in MODEL_FLOWS
        if outcome.name.startswith("lost_")
    ),
)


BETTER: Mapping[str, int] = {
    "availability": 1,
    "mean_power": 1,
    "models_delivered": 1,
    "new_model_share": 1,
    "outages": -1,
    "time_to_restore_days": -1,
    "drift_days_undetected": -1,
    "maintenance_share": -1,
    "idea_to_production_median_days": -1,
    "requests_late": -1,
    "retired_abandoned": -1,
}
"""Outcomes that somebody watches beside the money, and whether more of it is better or worse."""


def summarise(totals: Mapping[str, float]) -> dict[str, float | None]:
    """Return every outcome of the run summary.

    Parameters
    ----------
    totals
        Every name of `TOTALS` with its sum over the run.
    """
    return {outcome.name: _value(outcome, totals) for outcome in SUMMARY}


def _value(outcome: SummaryOutcome, totals: Mapping[str, float]) -> float | None:
    amount = _sum(outcome.of, totals)
    if not outcome.per:
        return amount
    return ratio(amount, _sum(outcome.per, totals))


def ratio(amount: float, divisor: float) -> float | None:
    """Return a mean or share, or None if there is nothing to divide by."""
    # None and not NaN: what does not exist must not look like a number that went wrong.
    return amount / divisor if divisor else None


def _sum(names: tuple[str, ...], totals: Mapping[str, float]) -> float:
    """Add in the order of the names, without the compensation of the built-in `sum`."""
    total = 0.0
    for name in names:
        total += totals[name]
    return total
