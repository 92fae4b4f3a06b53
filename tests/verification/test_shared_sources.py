"""Sources that models share: a renewal process of failures, and availability with a common cause.

Of ODD 7.6. A source works for an exponential time, then waits for its repair; with a developer
for each, an alternating renewal process (for example Gross, Shortle, Thompson & Harris 2008).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from modelops_abm.core.events import LogKind
from tests.verification.checks import check_distribution, check_mean, seed_of
from tests.verification.organisations import (
    constant,
    daily,
    exponential,
    fixed_portfolio,
    quiet,
    runs,
)

PER_YEAR, REPAIR_DAYS = 18.25, 5.0
PER_DAY = PER_YEAR / 365.0
SOURCES, MODELS = 3, 24
HORIZON_DAYS, REPLICATIONS = 700, 60


def test_failures_of_sources_are_a_renewal_process() -> None:
    """Whether the days or their rates cut the time, it works for an exponential time.

    Only the first spells of each source are taken, so that the horizon does not prefer short ones.
    """
    name = "time until a source fails"
    scenario = quiet(
        {
            "horizon_days": 2_000,
            "team.developers": 40,
            "incidents.shared_sources": 40,
            "incidents.shared_per_year": PER_YEAR,
            "efforts.shared_repair": exponential(REPAIR_DAYS),
        }
    )
    found: list[float] = []
    for model in runs(scenario, seed=seed_of(name), replications=4):
        since = dict.fromkeys(range(40), 0.0)
        spells: dict[int, list[float]] = {number: [] for number in range(40)}
        for record in model.event_log:
            if record.kind == LogKind.SOURCE_FAILED:
                spells[record.model].append(record.time - since[record.model])
            elif record.kind == LogKind.SOURCE_RESTORED:
                since[record.model] = record.time
        assert all(len(each) >= 20 for each in spells.values())
        found += [spell for each in spells.values() for spell in each[:20]]
    check_distribution(name, found, stats.expon(scale=1.0 / PER_DAY).cdf)


def up_at(time: float) -> float:
    """Return the probability that a source works, after it has worked at 0; repairs exponential."""
    total = PER_DAY + 1.0 / REPAIR_DAYS
    steady = 1.0 / REPAIR_DAYS / total
    return steady + (1.0 - steady) * math.exp(-total * time)


def days_up(end: float) -> float:
    """Return how long a source works on average until a time."""
    total = PER_DAY + 1.0 / REPAIR_DAYS
    steady = 1.0 / REPAIR_DAYS / total
    return steady * end + (1.0 - steady) * -math.expm1(-total * end) / total


def test_availability_with_a_common_cause() -> None:
    """The mean is that of each model alone; the spread is that of the sources, not of the models.

    With models M_s at source s, the share of them down at a time has the variance
    a (1 - a) x sum of (M_s / M)^2: not a (1 - a) / M, as it would be without a common cause.
    """
    name = "availability with a common cause"
    scenario = quiet(
        {
            **fixed_portfolio(MODELS),
            "horizon_days": HORIZON_DAYS,
            "team.developers": SOURCES,
            "incidents.shared_sources": SOURCES,
            "incidents.shared_per_year": PER_YEAR,
            "efforts.shared_repair": exponential(REPAIR_DAYS),
        }
    )
    available, failures, squares = [], [], []
    up = up_at(math.inf)
    for model in runs(scenario, seed=seed_of(name), replications=REPLICATIONS):
        available.append(math.fsum(daily(model, "served_days")) / (HORIZON_DAYS * MODELS))
        failures.append(model.totals["source_failures"])
        counts = np.bincount(model.models["source"], minlength=SOURCES)
        concentration = float(np.sum((counts / MODELS) ** 2))
        # At the ends of some days, long after each other and after the start.
        down = np.array(daily(model, "models_offline_shared")[99::100]) / MODELS
        squares.append(float(np.mean((down - (1.0 - up)) ** 2)) / concentration)
    check_mean(name, available, days_up(HORIZON_DAYS) / HORIZON_DAYS)
    check_mean(f"{name}: failures", failures, SOURCES * PER_DAY * days_up(HORIZON_DAYS))
    check_mean(f"{name}: variance", squares, up * (1.0 - up))


def test_automation_makes_failures_rarer_and_lineage_repairs_shorter() -> None:
    for automation, lineage in ((1.0, 0.0), (0.0, 1.0), (0.6, 0.5)):
        name = f"failures of sources, automation {automation:g}, lineage {lineage:g}"
        scenario = quiet(
            {
                "horizon_days": 1_500,
                "team.developers": SOURCES,
                "incidents.shared_sources": SOURCES,
                "incidents.shared_per_year": PER_YEAR,
                "efforts.shared_repair": constant(REPAIR_DAYS),
                "capabilities.automation.start_level": automation,
                "capabilities.lineage.start_level": lineage,
            }
        )
        repair = REPAIR_DAYS * (1.0 - 0.3 * automation) * (1.0 - 0.3 * lineage)
        rate = PER_DAY * (1.0 - 0.5 * automation)
        # A renewal process of cycles of mean m and variance v: its number of failures until T
        # comes to T / m + (v - m^2) / (2 m^2), and the first one needs no repair before it.
        mean, variance = repair + 1.0 / rate, 1.0 / rate**2
        expected = (1_500.0 + repair) / mean + (variance - mean**2) / (2.0 * mean**2)
        counts = [
            model.totals["source_failures"] / SOURCES
            for model in runs(scenario, seed=seed_of(name), replications=40)
        ]
        check_mean(name, counts, expected)
