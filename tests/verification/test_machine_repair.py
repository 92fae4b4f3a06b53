"""The machine-repair problem with c repairers (finite-source M/M/c//K).

K models that always serve when online, pipeline issues only, exponential repairs, c developers.
Theory: birth-death equations, for example Gross, Shortle, Thompson & Harris 2008, section 2.8.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest

from modelops_abm.core.events import LogKind, LogRecord
from tests.verification.checks import check_mean, seed_of
from tests.verification.organisations import (
    daily,
    exponential,
    fixed_portfolio,
    quiet,
    run,
    runs,
)

HORIZON_DAYS = 230
WARM_UP_DAYS = 30
REPLICATIONS = 24
CASES = [(4, 1, 0.5, 0.4), (8, 2, 1.0, 0.3), (12, 3, 0.4, 0.9), (3, 5, 1.0, 0.5)]


def shares_down(sources: int, repairers: int, rate: float, mean_repair: float) -> list[float]:
    """Probabilities of 0, 1, ... sources down in the long run."""
    weights = [1.0]
    for down in range(1, sources + 1):
        up = (sources - down + 1) * rate
        weights.append(weights[-1] * up * mean_repair / min(down, repairers))
    return [weight / math.fsum(weights) for weight in weights]


def restorations(log: Iterable[LogRecord]) -> tuple[list[float], list[float]]:
    """Times waited and times down of the issues that struck after the warm-up."""
    struck: dict[int, float] = {}
    waits, downs = [], []
    for record in log:
        if record.kind == LogKind.ISSUE_STRUCK:
            struck[record.model] = record.time
        elif record.kind == LogKind.WORK_STARTED and struck[record.model] > WARM_UP_DAYS:
            waits.append(record.time - struck[record.model])
        elif record.kind == LogKind.ISSUE_RESOLVED and struck[record.model] > WARM_UP_DAYS:
            downs.append(record.detail)
    return waits, downs


@pytest.mark.parametrize(("sources", "repairers", "rate", "mean_repair"), CASES)
def test_machine_repair(sources: int, repairers: int, rate: float, mean_repair: float) -> None:
    name = f"machine repair {sources}/{repairers}"
    scenario = quiet(
        {
            "horizon_days": HORIZON_DAYS,
            **fixed_portfolio(sources),
            "incidents.pipeline_per_year": rate * 365.0,
            "efforts.pipeline_repair": exponential(mean_repair),
            "team.developers": repairers,
        }
    )
    shares = shares_down(sources, repairers, rate, mean_repair)
    down = math.fsum(n * share for n, share in enumerate(shares))
    queue = math.fsum(max(0, n - repairers) * share for n, share in enumerate(shares))
    busy = math.fsum(min(n, repairers) * share for n, share in enumerate(shares))
    arrivals = rate * (sources - down)
    found: dict[str, list[float]] = {key: [] for key in ("up", "wait", "down", "busy", "waited")}
    for model in runs(scenario, seed=seed_of(name), replications=REPLICATIONS):
        days = HORIZON_DAYS - WARM_UP_DAYS
        served = daily(model, "served_days")[WARM_UP_DAYS:]
        repair = daily(model, "developer_days_repair")[WARM_UP_DAYS:]
        waits, downs = restorations(model.event_log)
        found["up"].append(math.fsum(served) / (days * sources))
        found["busy"].append(math.fsum(repair) / days)
        found["wait"].append(math.fsum(waits) / len(waits))
        found["down"].append(math.fsum(downs) / len(downs))
        found["waited"].append(sum(wait > 0.0 for wait in waits) / len(waits))
    check_mean(f"{name}: availability", found["up"], 1.0 - down / sources)
    check_mean(f"{name}: developers at work", found["busy"], busy)
    check_mean(f"{name}: mean waiting", found["wait"], queue / arrivals)
    check_mean(f"{name}: mean time to restore", found["down"], down / arrivals)
    weights = [(sources - n) * share for n, share in enumerate(shares)]
    waiting = math.fsum(weights[repairers:]) / math.fsum(weights)
    check_mean(f"{name}: share that waits", found["waited"], waiting)


def waits_for_repairs_that_were_done(log: Iterable[LogRecord]) -> list[float]:
    struck: dict[int, float] = {}
    waited: dict[int, float] = {}
    found = []
    for record in log:
        if record.kind == LogKind.ISSUE_STRUCK:
            struck[record.model] = record.time
        elif record.kind == LogKind.WORK_STARTED:
            waited[record.model] = record.time - struck[record.model]
        elif record.kind == LogKind.ISSUE_RESOLVED:
            found.append(waited[record.model])
    return found


def test_the_summary_counts_what_the_event_log_tells() -> None:
    scenario = quiet(
        {
            "horizon_days": 100,
            **fixed_portfolio(6),
            "incidents.pipeline_per_year": 200.0,
            "incidents.compliance_per_year": 100.0,
            "efforts.pipeline_repair": exponential(0.3),
            "efforts.compliance_repair": exponential(0.3),
            "team.developers": 2,
        }
    )
    for replication in range(2):
        seed = seed_of("machine repair: summary")
        model = run(scenario, seed=seed, replication=replication)
        downs = [entry.detail for entry in model.event_log if entry.kind == LogKind.ISSUE_RESOLVED]
        mean = math.fsum(downs) / len(downs)
        summary = model.summary()
        assert summary["time_to_restore_days"] == pytest.approx(mean, rel=1e-9)
        waited = waits_for_repairs_that_were_done(model.event_log)
        waiting = math.fsum(waited) / len(downs)
        assert summary["time_to_restore_waiting_days"] == pytest.approx(waiting, rel=1e-9)
        assert summary["time_to_restore_working_days"] == pytest.approx(mean - waiting, rel=1e-9)
