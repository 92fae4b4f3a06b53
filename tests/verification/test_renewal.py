"""Undetected drift and the saw-tooth of power as renewal processes.

Retraining and drift fixes take no time, so each restoration is a renewal: drift sets in after an
exponential time X, is noticed after another, Y, and otherwise ended unseen by the retraining that
is due R days after the last restoration. A cycle lasts min(R, X + Y).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from scipy import integrate, stats

from modelops_abm.core.events import LogKind
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario
from tests.verification.checks import (
    check_distribution,
    check_equal,
    check_mean,
    check_share,
    seed_of,
)
from tests.verification.organisations import constant, daily, fixed_portfolio, quiet, run

AT_ONCE = {
    "efforts.retraining": constant(0.0),
    "efforts.drift_investigation": constant(0.0),
    "team.developers": 3,
}
INTERVAL_DAYS = 30.0
CYCLES = 12
MODELS = 60
RENEWED = (LogKind.RETRAINED, LogKind.DRIFT_ADDRESSED)


@dataclass
class Cycles:
    """The first cycles of every model, from its event log."""

    lengths: list[float] = field(default_factory=list)
    undetected: list[float] = field(default_factory=list)
    onsets: int = 0
    addressed: int = 0


def cycles_of(model: ModelOpsModel) -> Cycles:
    cycles = Cycles()
    for number in range(MODELS):
        began, onset, detected, done = 0.0, math.inf, math.inf, 0
        for record in model.event_log:
            if record.model != number or done == CYCLES:
                continue
            if record.kind == LogKind.DRIFT_SET_IN:
                onset = record.time
            elif record.kind == LogKind.DRIFT_DETECTED:
                detected = record.time
            elif record.kind in RENEWED:
                cycles.lengths.append(record.time - began)
                cycles.undetected.append(max(0.0, min(detected, record.time) - onset))
                cycles.onsets += onset < math.inf
                cycles.addressed += record.kind == LogKind.DRIFT_ADDRESSED
                began, onset, detected, done = record.time, math.inf, math.inf, done + 1
        assert done == CYCLES
    return cycles


def drifting(per_day: float, delay_days: float, offline_loss: float) -> Scenario:
    return quiet(
        {
            **AT_ONCE,
            "horizon_days": math.ceil(CYCLES * INTERVAL_DAYS) + 1,
            **fixed_portfolio(MODELS),
            "drift.onsets_per_year": per_day * 365.0,
            "drift.offline_loss": offline_loss,
            "retraining.interval_days": INTERVAL_DAYS,
            "capabilities.monitoring.delay_without_days": delay_days,
            "capabilities.monitoring.delay_with_days": delay_days,
        }
    )


@pytest.mark.parametrize(("per_day", "delay_days"), [(1 / 40, 30.0), (1 / 10, 8.0), (1 / 100, 3.0)])
@pytest.mark.parametrize("offline_loss", [0.0, 1.0])
def test_undetected_drift(per_day: float, delay_days: float, offline_loss: float) -> None:
    """Whether a drift found is fixed offline or by a retraining, both are renewals."""
    name = f"undetected drift {per_day:.3g}/{delay_days:g}/{offline_loss:g}"
    onset, late = stats.expon(scale=1 / per_day), stats.expon(scale=delay_days)

    def not_yet_noticed(time: float) -> float:
        noticed_late, _ = integrate.quad(lambda x: onset.pdf(x) * late.sf(time - x), 0.0, time)
        return float(onset.sf(time) + noticed_late)

    length, _ = integrate.quad(not_yet_noticed, 0.0, INTERVAL_DAYS)
    healthy = float(onset.cdf(INTERVAL_DAYS)) / per_day
    model = run(drifting(per_day, delay_days, offline_loss), seed=seed_of(name))
    cycles = cycles_of(model)
    check_mean(f"{name}: length of a cycle", cycles.lengths, length)
    check_mean(f"{name}: undetected days in a cycle", cycles.undetected, length - healthy)
    probability = float(onset.cdf(INTERVAL_DAYS))
    check_share(f"{name}: cycles with a drift", cycles.onsets, len(cycles.lengths), probability)
    noticed = 1.0 - not_yet_noticed(INTERVAL_DAYS)
    if offline_loss == 0.0:
        check_share(f"{name}: cycles with a fix", cycles.addressed, len(cycles.lengths), noticed)
    else:
        assert cycles.addressed == 0


def test_drift_is_noticed_after_an_exponential_delay_that_monitoring_shortens() -> None:
    for monitoring in (0.0, 0.5, 1.0):
        name = f"delay at level {monitoring:g}"
        scenario = quiet(
            {
                **AT_ONCE,
                "horizon_days": 400,
                **fixed_portfolio(30),
                "drift.onsets_per_year": 60.0,
                "capabilities.monitoring.start_level": monitoring,
            }
        )
        model = run(scenario, seed=seed_of(name))
        onsets: dict[int, float] = {}
        delays = []
        for record in model.event_log:
            if record.kind == LogKind.DRIFT_SET_IN:
                onsets[record.model] = record.time
            elif record.kind == LogKind.DRIFT_DETECTED:
                since = onsets[record.model]
                if since < 400.0 - 300.0:
                    delays.append(record.time - since)
        mean = 30.0 ** (1.0 - monitoring)
        check_distribution(name, delays, stats.expon(scale=mean).cdf)


def test_the_summary_counts_the_undetected_days_that_the_event_log_tells() -> None:
    """An identity, up to drifts that the end of the run or a retraining cuts short."""
    scenario = drifting(1 / 15, 10.0, 0.15)
    model = run(scenario, seed=seed_of("undetected drift: summary"))
    since: dict[int, float] = {}
    days = []
    for record in model.event_log:
        if record.kind == LogKind.DRIFT_SET_IN:
            since[record.model] = record.time
        elif record.kind in (LogKind.DRIFT_DETECTED, *RENEWED) and record.model in since:
            days.append(record.time - since.pop(record.model))
    days += [scenario.horizon_days - onset for onset in since.values()]
    found = model.summary()["drift_days_undetected"]
    check_equal("undetected drift: summary and event log", found, math.fsum(days), 1e-9)


def saw_tooth(restored_share: float, horizon_days: int) -> Scenario:
    return quiet(
        {
            **AT_ONCE,
            "horizon_days": horizon_days,
            **fixed_portfolio(2),
            "model.decaying_share": 1.0,
            "model.yearly_power_loss": constant(0.4),
            "retraining.interval_days": INTERVAL_DAYS,
            "retraining.restored_share": restored_share,
        }
    )


@pytest.mark.parametrize("restored_share", [0.0, 0.5, 0.95, 1.0])
def test_the_saw_tooth_of_power(restored_share: float) -> None:
    """Teeth by the recursion b' = b exp(-dR) + r (1 - b exp(-dR)); the mean over whole periods.

    A day counts with its power at the start, before that day's events, so that a tooth shows the
    days 1 to R after its restoration; against the mean over time that leaves half a day's decay.
    """
    periods, decay = 20, -math.log(0.6) / 365.0
    horizon_days = int(periods * INTERVAL_DAYS) + 1
    model = run(saw_tooth(restored_share, horizon_days), seed=seed_of("saw-tooth"))
    peaks, peak = [], 1.0
    for _ in range(periods):
        peaks.append(peak)
        low = peak * math.exp(-decay * INTERVAL_DAYS)
        peak = low + restored_share * (1.0 - low)
    found = [
        record.detail
        for record in model.event_log
        if record.kind == LogKind.RETRAINED and record.model == 0
    ]
    name = f"saw-tooth, {restored_share:g} restored"
    check_equal(f"{name}: power after each retraining", found, [*peaks[1:], peak], 1e-9)
    days = np.array(daily(model, "power")[1:]).reshape(periods, -1)
    shape = np.exp(-decay * np.arange(1, int(INTERVAL_DAYS) + 1))
    check_equal(f"{name}: power by day", days, np.outer(peaks, shape), 1e-9)
    tooth = (1.0 - math.exp(-decay * INTERVAL_DAYS)) / (decay * INTERVAL_DAYS)
    mean = math.fsum(peaks) / periods * tooth
    check_equal(f"{name}: mean power", days.mean(), mean, decay / 2 * 1.01)
    fixed_point = restored_share / (1.0 - (1.0 - restored_share) * math.exp(-decay * INTERVAL_DAYS))
    if restored_share >= 0.5:
        assert peaks[-1] == pytest.approx(fixed_point, rel=1e-4)


def test_the_alert_on_decay_comes_where_power_crosses_the_threshold() -> None:
    """Without scheduled retraining: at ln(b / 0.9) / decay days after every restoration."""
    decay = -math.log(0.6) / 365.0
    scenario = quiet(
        {
            **AT_ONCE,
            **fixed_portfolio(40),
            "model.decaying_share": 1.0,
            "model.yearly_power_loss": constant(0.4),
            "drift.decay_alert": "always",
        }
    )
    model = run(scenario, seed=seed_of("decay alert"))
    restored = dict.fromkeys(range(40), (0.0, 1.0))
    crossed: dict[int, float] = {}
    delays = []
    for record in model.event_log:
        if record.kind == LogKind.DECAY_SET_IN:
            at, power = restored[record.model]
            assert record.time - at == pytest.approx(math.log(power / 0.9) / decay, rel=1e-6)
            crossed[record.model] = record.time
        elif record.kind == LogKind.DECAY_NOTICED:
            if crossed[record.model] < 600.0:  # later ones may fall behind the horizon
                delays.append(record.time - crossed[record.model])
            assert record.detail < 0.9
        elif record.kind == LogKind.RETRAINED:
            restored[record.model] = (record.time, record.detail)
    check_distribution("decay alert: delays", delays, stats.expon(scale=30.0).cdf)
