"""Totals that are counted at events are what the event log and the days say."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm import preset, simulate, with_values
from modelops_abm.runs.results import Run

DAYS = 400


@pytest.fixture(name="run", scope="module")
def _run() -> Run:
    values = {
        "horizon_days": DAYS,
        "incidents.shared_sources": 2,
        "requests": [{"name": "audit", "per_year": 1.0, "deadline_days": 10.0, "effort": 8.0}],
    }
    return simulate(with_values(preset("small_team"), values, source="test"), seed=2)


def _count(run: Run, *kinds: str) -> int:
    counted = run.events["kind"].astype(str).value_counts()
    return int(sum(counted.get(kind, 0) for kind in kinds))


def test_an_outage_is_whatever_takes_a_model_offline(run: Run) -> None:
    begun = ("issue_struck", "drift_found", "ban_began")
    assert all(_count(run, kind) for kind in begun)
    assert run.totals["outages"] == _count(run, *begun)


def test_who_does_not_come_back_is_offline_at_the_end_or_retired(run: Run) -> None:
    left = run.totals["outages"] - run.totals["restorations"]
    daily = run.daily.iloc[-1]
    open_at_end = sum(daily[name] for name in daily.index if name.startswith("models_offline_"))
    gone = sum(run.totals[f"retired_{reason}"] for reason in ("obsolete", "abandoned", "planned"))
    assert open_at_end <= left <= open_at_end + gone


def test_a_retraining_is_one_on_schedule_or_one_that_addresses_a_drift(run: Run) -> None:
    assert run.totals["retrainings"] == _count(run, "retrained", "drift_addressed") > 0


def test_user_days_are_the_users_of_each_day(run: Run) -> None:
    users = 0.0
    for today in run.daily["users"].to_numpy(dtype=np.float64):
        users += today
    assert run.totals["user_days"] == users > 0.0
