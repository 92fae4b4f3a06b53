"""Requests with a deadline: who is late where nobody waits, and when random ones come.

Of ODD 7.7. With a developer for each model an answer takes its effort and no more, so that it is
late with the probability that the effort exceeds the deadline.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from modelops_abm.core.events import LogKind
from tests.verification.checks import check_distribution, check_share, seed_of
from tests.verification.organisations import (
    constant,
    exponential,
    fixed_portfolio,
    quiet,
    runs,
)

MODELS, EFFORT_DAYS, DEADLINE_DAYS, SAVING = 30, 5.0, 8.0, 0.5


def asked(kind: dict[str, Any], lineage: float = 0.0, horizon_days: int = 400) -> Any:
    """Return an organisation that is asked, and in which every answer begins at once."""
    common = {"name": "audit", "effort": exponential(EFFORT_DAYS), "lineage_saving": SAVING}
    return quiet(
        {
            **fixed_portfolio(MODELS),
            "horizon_days": horizon_days,
            "team.developers": MODELS,
            "team.focus": 1.0,
            "team.productivity": constant(1.0),
            "capabilities.lineage.start_level": lineage,
            "capabilities.lineage.maximum": lineage,
            "requests": [{**common, "deadline_days": DEADLINE_DAYS, **kind}],
        }
    )


@pytest.mark.parametrize("lineage", [0.0, 1.0])
def test_an_answer_is_late_if_its_effort_exceeds_the_deadline(lineage: float) -> None:
    name = f"late answers, lineage {lineage:g}"
    late = trials = 0
    for model in runs(asked({"day": 10}, lineage), seed=seed_of(name), replications=20):
        assert model.totals["requests_received"] == MODELS
        late += int(model.totals["requests_late"])
        trials += MODELS
    mean = EFFORT_DAYS * (1.0 - SAVING * lineage)
    check_share(name, late, trials, math.exp(-DEADLINE_DAYS / mean))


def test_random_requests_come_after_an_exponential_time_in_which_none_is_open() -> None:
    """Only the first of each model are taken, so that the horizon does not prefer short times."""
    name, per_year, taken = "time until a request", 36.5, 10
    found: list[float] = []
    scenario = asked({"per_year": per_year}, horizon_days=1_000)
    for model in runs(scenario, seed=seed_of(name), replications=4):
        since = dict.fromkeys(range(MODELS), 0.0)
        times: dict[int, list[float]] = {number: [] for number in range(MODELS)}
        for record in model.event_log:
            if record.kind == LogKind.REQUEST_RECEIVED:
                times[record.model].append(record.time - since[record.model])
            elif record.kind == LogKind.REQUEST_ANSWERED:
                since[record.model] = record.time
        assert all(len(each) >= taken for each in times.values())
        found += [time for each in times.values() for time in each[:taken]]
    check_distribution(name, found, stats.expon(scale=365.0 / per_year).cdf)
