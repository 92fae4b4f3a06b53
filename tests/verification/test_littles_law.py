"""Little's law on every stage and every queue: the mean number is the rate times the mean stay.

The number comes from the daily counts, rate and stay from the event log, which know nothing of
each other. Over whole runs the law is exact but for counting once a day, whose error has mean 0
when the sum over the days is a trapezium's and who comes or goes at the very instant of a count
counts half; it is averaged over replications.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

import pytest

from modelops_abm.core.events import LogRecord, TaskClass
from modelops_abm.core.statechart import State
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario
from tests.unit.engine.lives import lives_of, waits_of
from tests.verification.checks import check_mean, seed_of
from tests.verification.organisations import Ran, changed, daily, exponential, runs

REPLICATIONS = 24
HORIZON_DAYS = 240
SCENARIOS: dict[str, dict[str, object]] = {
    "defaults": {},
    "no preemption, few developers": {
        "team.preemption": "none",
        "team.developers": 5,
        "team.productivity": {"family": "gamma", "mean": 1.0, "cv": 0.4},
    },
    "frequent": {
        "incidents.pipeline_per_year": 50.0,
        "efforts.pipeline_repair": exponential(0.5),
        "retraining.interval_days": 20.0,
        "efforts.retraining": exponential(1.0),
        "portfolio.ideas_per_year": 150.0,
        "model.build_effort_days": exponential(6.0),
        "model.deployment_effort_days": exponential(2.0),
        "model.useful_life_years": exponential(0.2),
    },
}


class Numbers:
    """Means over time by the event log, numbers just after the first assignments, and the halves.

    A day is counted before the next opens, so that of those who come as it opens (drifts that are
    judged again) the half is missed, and of those who go then (who changes on a day) counted too
    much.
    """

    def __init__(self) -> None:
        # Nobody asks for answers here.
        others = ("IDLE", "CAPABILITY", "RESPOND")
        waiting = (entry for entry in TaskClass if entry.name not in others)
        self.means = {f"waiting_{entry.name.lower()}": 0.0 for entry in waiting}
        self.first = defaultdict[str, float](float)
        self.missed = defaultdict[str, float](float)

    def add(self, name: str, begin: float, end: float) -> None:
        """Add a stay to the arrival rate times the mean stay."""
        self.means[name] = self.means.get(name, 0.0) + (end - begin) / HORIZON_DAYS
        self.first[name] += begin <= 0.0 < end
        self.missed[name] += 0.5 * (begin.is_integer() and begin > 0.0)
        self.missed[name] -= 0.5 * (end.is_integer() and 0.0 < end < HORIZON_DAYS)


def numbers_by_the_log(start: Mapping[int, State], log: list[LogRecord]) -> Numbers:
    numbers = Numbers()
    for life in lives_of(start, log, HORIZON_DAYS).values():
        for stay in life.stays:
            name = stay.state.name.lower()
            if stay.state is State.OFFLINE_ISSUE:
                assert stay.cause is not None
                name = f"offline_{stay.cause.name.lower()}"
            numbers.add(f"models_{name}", stay.begin, stay.end)
    for span in waits_of(start, log, HORIZON_DAYS):
        numbers.add(f"waiting_{span.task_class.name.lower()}", span.begin, span.end)
    return numbers


def mean_of_counts(run: Ran, name: str, first: float) -> float:
    """Mean over time of a count that is taken at the end of each day."""
    counts = daily(run, name)
    return (math.fsum(counts) + (first - counts[-1]) / 2.0) / HORIZON_DAYS


@pytest.mark.parametrize("case", SCENARIOS)
def test_littles_law(case: str) -> None:
    scenario = changed(Scenario(), {"horizon_days": HORIZON_DAYS, **SCENARIOS[case]})
    seed = seed_of(f"Little, {case}")
    found: defaultdict[str, list[float]] = defaultdict(list)
    for replication, run in enumerate(runs(scenario, seed=seed, replications=REPLICATIONS)):
        begun = ModelOpsModel(scenario, rng=seed, replication=replication)
        start = {entry.number: entry.state for entry in begun.ml_models}
        numbers = numbers_by_the_log(start, run.event_log)
        for name, mean in numbers.means.items():
            counted = mean_of_counts(run, name, numbers.first[name])
            counted += numbers.missed[name] / HORIZON_DAYS
            found[name].append(counted - mean)
    assert len(found) == 14
    for name, differences in found.items():
        assert max(map(abs, differences)) > 0.0
        check_mean(f"Little, {case}: {name}", differences, 0.0)
