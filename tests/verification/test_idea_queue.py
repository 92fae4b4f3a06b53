"""The backlog as a queue: Erlang C, Pollaczek-Khinchine, priorities by size, Poisson arrivals.

Only ideas, which arrive at random, are built and deployed in one go, and retire at once. One unit
of work is a small part of a day so that thousands of ideas fit into a short run.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core.events import LogKind
from modelops_abm.runs import simulate
from modelops_abm.scenario import Scenario
from tests.verification.checks import (
    check_dispersion,
    check_distribution,
    check_mean,
    seed_of,
)
from tests.verification.organisations import constant, exponential, quiet, run

IDEAS_PER_DAY = 40.0
HORIZON_DAYS = 28
WARM_UP_DAYS = 3
REPLICATIONS = 18
NEXT_TO_NOTHING_DAYS = 1e-7


def organisation(developers: int, build: Mapping[str, Any], **changes: Any) -> Scenario:
    return quiet(
        {
            "horizon_days": HORIZON_DAYS,
            "portfolio.ideas_per_year": IDEAS_PER_DAY * 365.0,
            "portfolio.backlog_order": "first_in_first_out",
            "model.build_effort_days": dict(build),
            "model.deployment_effort_days": constant(NEXT_TO_NOTHING_DAYS),
            "model.useful_life_years": constant(1e-6),
            "team.developers": developers,
        },
        **changes,
    )


def erlang_c(developers: int, load: float) -> float:
    """Probability that an idea waits."""
    terms = [load**n / math.factorial(n) for n in range(developers)]
    last = load**developers / math.factorial(developers) * developers / (developers - load)
    return last / (math.fsum(terms) + last)


def waits(scenario: Scenario, seed: int, replication: int) -> list[float]:
    """Times from arrival to the start of the build, of the ideas after the warm-up."""
    log = run_in_full(scenario, seed, replication).log  # the Mesa engine's is the same, and slow
    arrived: dict[int, float] = {}
    found = []
    for time, kind, model in zip(
        *(log[name].tolist() for name in ("time", "kind", "model")), strict=True
    ):
        if kind == LogKind.IDEA_ARRIVED:
            arrived[model] = time
        elif kind == LogKind.BUILD_BEGAN and arrived[model] > WARM_UP_DAYS:
            found.append(time - arrived[model])
    return found


def check_waits(name: str, scenario: Scenario, mean_wait: float, share: float | None) -> None:
    means, shares = [], []
    for replication in range(REPLICATIONS):
        found = waits(scenario, seed_of(name), replication)
        means.append(math.fsum(found) / len(found))
        shares.append(sum(wait > 0.0 for wait in found) / len(found))
    check_mean(f"{name}: mean wait", means, mean_wait)
    if share is not None:
        check_mean(f"{name}: share that waits", shares, share)


@pytest.mark.parametrize(("developers", "utilisation"), [(1, 0.6), (3, 0.75)])
def test_erlang_c(developers: int, utilisation: float) -> None:
    load = developers * utilisation
    mean_build = load / IDEAS_PER_DAY
    probability = erlang_c(developers, load)
    expected = probability * mean_build / (developers - load)
    scenario = organisation(developers, exponential(mean_build))
    check_waits(f"Erlang C, {developers} developers", scenario, expected, probability)


@pytest.mark.parametrize(
    ("family", "cv"), [("constant", 0.0), ("lognormal", 0.5), ("gamma", 1.5), ("weibull", 0.7)]
)
def test_pollaczek_khinchine(family: str, cv: float) -> None:
    utilisation = 0.6
    mean_build = utilisation / IDEAS_PER_DAY
    expected = utilisation * mean_build * (1.0 + cv**2) / (2.0 * (1.0 - utilisation))
    scenario = organisation(1, {"family": family, "mean": mean_build, "cv": cv})
    check_waits(f"Pollaczek-Khinchine, {family}", scenario, expected, utilisation)


def test_the_best_value_per_effort_first_is_the_shortest_job_first() -> None:
    """All else equal the score is one over the effort; the mean wait is Phipps's (1956)."""
    utilisation = 0.7
    mean_build = utilisation / IDEAS_PER_DAY
    work = stats.expon(scale=mean_build)

    def load_below(effort: float) -> float:
        part, _ = integrate.quad(lambda x: x * work.pdf(x), 0.0, effort)
        return IDEAS_PER_DAY * float(part)

    residual = IDEAS_PER_DAY * work.moment(2) / 2.0
    share, _ = integrate.quad(
        lambda x: work.pdf(x) / (1.0 - load_below(x)) ** 2, 0.0, 1.0, limit=200
    )
    same_value = {
        f"model.{field}": constant(value)
        for field, value in {
            "market_size": 10.0,
            "predictions_per_user_day": 1.0,
            "value_per_prediction": 1.0,
            "cost_per_prediction": 0.0,
        }.items()
    }
    best_first = {"portfolio.backlog_order": "value_per_effort", **same_value}
    scenario = organisation(1, exponential(mean_build), **best_first)
    check_waits("shortest job first", scenario, residual * share, None)


@pytest.mark.parametrize("developers", [1, 4])
def test_developers_work_for_as_long_as_there_is_work(developers: int) -> None:
    """Utilisation is the load per developer, at any focus and productivity."""
    name = f"utilisation, {developers} developers"
    mean_build = 0.5 * developers / IDEAS_PER_DAY
    speed = 0.6 * 1.4
    scenario = organisation(
        developers,
        constant(mean_build * speed),
        team__focus=0.6,
        team__productivity=constant(1.4),
    )
    shares = []
    for replication in range(REPLICATIONS):
        run = simulate(scenario, seed=seed_of(name), replication=replication, engine="ensemble")
        idle = run.daily["developer_days_idle"].tolist()[WARM_UP_DAYS:]
        shares.append(1.0 - math.fsum(idle) / len(idle) / developers)
    check_mean(name, shares, 0.5)


def test_ideas_arrive_at_random() -> None:
    """Gaps are exponential, counts of days dispersed as Poisson's, and ideas are keyed."""
    name = "arrivals"
    scenario = quiet(
        {
            "horizon_days": HORIZON_DAYS,
            "portfolio.ideas_per_year": IDEAS_PER_DAY * 365.0,
            "team.developers": 1,
        }
    )
    model = run(scenario, seed=seed_of(name))
    times = [record.time for record in model.event_log if record.kind == LogKind.IDEA_ARRIVED]
    gaps = np.array([late - early for early, late in itertools.pairwise([0.0, *times])])
    check_distribution(f"{name}: gaps", gaps, stats.expon(scale=1.0 / IDEAS_PER_DAY).cdf)
    counts = np.bincount(np.floor(times).astype(int), minlength=HORIZON_DAYS)
    check_dispersion(f"{name}: counts", [int(count) for count in counts], IDEAS_PER_DAY)
    assert [entry.number for entry in model.ml_models] == list(range(len(times)))
