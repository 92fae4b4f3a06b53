"""Incidents by their rates, lives, and every draw of yes or no, at the default parameters.

The number of incidents less their accumulated rate is a martingale, whatever else happens, so
each count is checked against the rates of ODD 7.3 times the days that the current version served.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats

from modelops_abm.core.events import LogKind, RetirementReason
from modelops_abm.core.statechart import Cause, Serving
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.day import DayFlows
from modelops_abm.scenario import Scenario
from tests.verification.checks import (
    check_distribution,
    check_martingale,
    check_share,
    seed_of,
)
from tests.verification.organisations import (
    changed,
    constant,
    fixed_portfolio,
    quiet,
    run,
)

YEAR = 365.0


class Exposed(MLModel):
    """Accumulates by itself, from the specification, what its hazards should come to."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.compensators = [0.0] * 4
        self.drift_free_days = 0.0
        self.break_compensator = 0.0

    def close_day(self) -> DayFlows:
        """Add the day that ends, at the rates of its start."""
        stocks, capacity, levels = self.stocks, self.day_capacity, self.model.levels
        flows = super().close_day()
        served = self.service.current
        incidents = self.model.parameters.incidents
        load = stocks.users * stocks.usage / (capacity * (1 + 3 * levels.autoscaling))
        overload = min(max(0.0, load - 0.8) / 0.2, 5.0)
        rates = (
            incidents.pipeline_per_year * (1 - 0.5 * levels.automation),
            incidents.capacity_per_year * overload,
            incidents.compliance_per_year
            * (1 - 0.6 * levels.lineage)
            * (incidents.regulated_multiplier if self.regulated else 1.0),
        )
        for cause, rate in enumerate(rates):
            self.compensators[cause] += rate / YEAR * served
        self.break_compensator += rates[0] / YEAR * self.service.previous
        self.compensators[3] += (
            self.model.parameters.drift.onsets_per_year / YEAR * self.drift_free_days
        )
        self.drift_free_days = 0.0
        return flows

    def open_day(self) -> None:
        """Remember the capacity that the day's rates are made of."""
        self.day_capacity = self.capacity
        super().open_day()

    def _account(self) -> None:
        drifting = self.condition is not None and self.condition.drifting
        before = self.service.current
        super()._account()
        if not drifting:
            self.drift_free_days += self.service.current - before


def exposed(scenario: Scenario, seed: int, replication: int) -> ModelOpsModel:
    """Return a run whose models accumulate their hazards."""
    return run(scenario, seed=seed, replication=replication, ml_model_class=Exposed)


def counts_of(log: Any) -> Counter[Cause]:
    found: Counter[Cause] = Counter()
    for record in log:
        if record.kind == LogKind.ISSUE_STRUCK:
            found[Cause(record.cause)] += 1
        elif record.kind == LogKind.DRIFT_SET_IN:
            found[Cause.DRIFT] += 1
    return found


LEVELS = {f"capabilities.{name}.start_level": 0.5 for name in ("automation", "lineage")}
SCENARIOS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "half levels": LEVELS,
    "autoscaling": {"capabilities.autoscaling.start_level": 0.1},
    "no service while retraining": {"retraining.serves_while_retraining": False},
    "rollback": {"capabilities.rollback.start_level": 1.0},
}


@pytest.mark.parametrize("case", SCENARIOS)
def test_incidents_by_served_time(case: str) -> None:
    name = f"incidents, {case}"
    found: Counter[Cause] = Counter()
    expected = [0.0] * 4
    broken, breaks_expected = 0, 0.0
    scenario = changed(Scenario(), {**SCENARIOS[case], "incidents.compliance_per_year": 5.0})
    for replication in range(3):
        model = exposed(scenario, seed_of(name), replication)
        found += counts_of(model.event_log)
        broken += sum(record.kind == LogKind.PREVIOUS_BROKE for record in model.event_log)
        for entry in model.ml_models:
            assert isinstance(entry, Exposed)
            breaks_expected += entry.break_compensator
            for cause, amount in enumerate(entry.compensators):
                expected[cause] += amount
    for cause in (Cause.PIPELINE, Cause.COMPLIANCE, Cause.DRIFT):
        check_martingale(f"{name}: {cause.name.lower()}", found[cause], expected[cause])
    if case != "autoscaling":
        check_martingale(f"{name}: capacity", found[Cause.CAPACITY], expected[Cause.CAPACITY])
    if case == "rollback":
        check_martingale(f"{name}: previous versions that break", broken, breaks_expected)
    else:
        assert broken == 0


def test_incidents_per_served_year_of_a_fixed_portfolio() -> None:
    """The same from the summary alone: 12 pipeline issues per year served, and so on."""
    scenario = quiet(
        {
            **fixed_portfolio(40, regulated=True),
            "incidents.pipeline_per_year": 12.0,
            "incidents.compliance_per_year": 1.2,
            "team.developers": 5,
        }
    )
    model = run(scenario, seed=seed_of("incidents per served year"))
    years = model.totals["served_days"] / YEAR
    found = counts_of(model.event_log)
    check_martingale("pipeline issues per served year", found[Cause.PIPELINE], 12.0 * years)
    check_martingale("regulated compliance issues", found[Cause.COMPLIANCE], 3 * 1.2 * years)


KINDS: dict[str, dict[str, Any]] = {
    "scorecard": {
        "pipeline_issues_per_year": 4.0,
        "compliance_issues_per_year": 2.0,
        "drift_onsets_per_year": 1.0,
        "regulated": True,
    },
    "ranking": {"pipeline_issues_per_year": 24.0, "drift_onsets_per_year": 8.0},
}


def test_incidents_of_kinds_by_their_own_rates() -> None:
    """Each kind by its own rates, the scenario's where it says nothing; regulation times three."""
    name = "incidents by kind"
    kinds = [{"name": kind, "share": 0.5, **own} for kind, own in KINDS.items()]
    values = {"archetypes": kinds, "portfolio.initial_models": 80, "team.developers": 20}
    found = {kind: Counter[Cause]() for kind in KINDS}
    served, drift_free = dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, 0.0)
    scenario = changed(Scenario(), values)
    for replication in range(2):
        model = exposed(scenario, seed_of(name), replication)
        for entry in model.ml_models:
            assert isinstance(entry, Exposed)
            served[entry.archetype] += entry.served_total / YEAR
            drift_free[entry.archetype] += entry.compensators[3] / scenario.drift.onsets_per_year
            found[entry.archetype] += Counter(
                {Cause(cause): count for cause, count in enumerate(entry.exposure.counts)}
            )
    rates = {
        "scorecard": {Cause.PIPELINE: 4.0, Cause.COMPLIANCE: 2.0 * 3.0, Cause.DRIFT: 1.0},
        "ranking": {Cause.PIPELINE: 24.0, Cause.COMPLIANCE: 1.2, Cause.DRIFT: 8.0},
    }
    for kind, by_cause in rates.items():
        for cause, rate in by_cause.items():
            years = drift_free[kind] if cause is Cause.DRIFT else served[kind]
            words = f"{name}: {kind}, {cause.name.lower()}"
            check_martingale(words, found[kind][cause], rate * years)


def test_times_between_incidents_of_models_that_always_serve_are_exponential() -> None:
    """Repairs take no time, so that gaps are the thresholds divided by the rate."""
    scenario = quiet(
        {
            **fixed_portfolio(30),
            "incidents.pipeline_per_year": 36.5,
            "efforts.pipeline_repair": constant(0.0),
        }
    )
    model = run(scenario, seed=seed_of("gaps between incidents"))
    struck: dict[int, list[float]] = {number: [0.0] for number in range(30)}
    for record in model.event_log:
        if record.kind == LogKind.ISSUE_STRUCK:
            struck[record.model].append(record.time)
    gaps = np.concatenate([np.diff(times[:60]) for times in struck.values()])
    check_distribution("gaps between incidents", gaps, stats.expon(scale=10.0).cdf)


def test_lives_and_what_is_left_of_them() -> None:
    """Useful lives have a mean of three years; of an initial model a uniform share is left."""
    lives, lefts, retired = [], [], 0
    scenario = changed(Scenario(), {"horizon_days": 365, "portfolio.initial_models": 300})
    model = run(scenario, seed=seed_of("lives"))
    for entry in model.ml_models:
        life = entry.attributes.useful_life_days
        lives.append(life)
        if entry.went_live_at is None:
            continue
        ends = entry.went_live_at + life
        if entry.number < 300:
            lefts.append(ends / life)
        if entry.retirement_reason is RetirementReason.OBSOLETE:
            assert entry.retired_at == pytest.approx(ends, abs=1e-6)
            retired += 1
        elif entry.retirement_reason is None:
            assert ends >= 365
    assert retired > 20
    scale = 1095.0 / math.gamma(1.5)
    check_distribution("lives", lives, stats.weibull_min(c=2.0, scale=scale).cdf)
    check_distribution("shares of life left", lefts, stats.uniform.cdf)


def test_yes_or_no_by_probability() -> None:
    """Self-healing, and an image at hand, by cause and at half the level of rollback."""
    name = "self-healing and images"
    scenario = changed(
        Scenario(),
        {
            "capabilities.automation.start_level": 0.8,
            "capabilities.rollback.start_level": 0.5,
            "incidents.compliance_per_year": 12.0,
            "portfolio.initial_models": 60,
            "team.developers": 40,
            "drift.onsets_per_year": 6.0,
            "capabilities.rollback.switch_days": 0.0,
        },
    )
    model = run(scenario, seed=seed_of(name))
    struck, served, healed = Counter[int](), Counter[int](), 0
    for record in model.event_log:
        if record.kind in (LogKind.ISSUE_STRUCK, LogKind.DRIFT_FOUND):
            struck[record.cause] += 1
        elif record.kind == LogKind.PREVIOUS_SERVES:
            served[record.cause] += 1
        healed += record.kind == LogKind.SELF_HEALED
    coverage = {Cause.PIPELINE: 0.9, Cause.CAPACITY: 0.0, Cause.COMPLIANCE: 0.5, Cause.DRIFT: 0.9}
    for cause, share in coverage.items():
        assert struck[cause] > 50
        check_share(f"{name}: {cause.name.lower()}", served[cause], struck[cause], 0.5 * share)
    check_share(f"{name}: healed", healed, struck[Cause.PIPELINE], 0.3 * 0.8)
    assert {entry.serving for entry in model.ml_models} <= set(Serving)
