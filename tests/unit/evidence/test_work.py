"""What time sheets say of upkeep and of repairs: by hand, and how often its ranges hold."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import binom

from modelops_abm.clients.timesheets import read_timesheets
from modelops_abm.evidence.estimates import time_to_end
from modelops_abm.evidence.statements import Statement
from modelops_abm.evidence.work import WorkFindings, work_findings

MONDAY = date(2025, 1, 6)


def _found(entries: list[tuple[int, float, str, str]]) -> WorkFindings:
    rows = [
        f"{MONDAY + timedelta(days=day)},A,{hours:.4f},{activity},{task}"
        for day, hours, activity, task in entries
    ]
    text = "\n".join(["date,person,hours,activity,task", *rows])
    return work_findings(read_timesheets(text.encode(), name="sheets.csv"))


def _weeks(upkeep: list[float], build: list[float], unknown: float = 0.0) -> WorkFindings:
    entries = [(7 * week, hours, "upkeep", "") for week, hours in enumerate(upkeep)]
    entries += [(7 * week + 1, hours, "build", "") for week, hours in enumerate(build)]
    if unknown:
        entries += [(7 * week + 2, unknown, "meeting", "") for week in range(len(build))]
    return _found(entries)


def test_the_share_is_that_of_all_hours_and_as_well_known_as_weeks_are_alike() -> None:
    even, uneven = (
        _weeks([20, 20, 20, 21], [20, 20, 20, 19]),
        _weeks([5, 35, 10, 31], [35, 5, 30, 9]),
    )
    assert even.upkeep.middle == pytest.approx(81 / 160)
    assert uneven.upkeep.middle == pytest.approx(81 / 160)
    assert even.upkeep.low > uneven.upkeep.low
    assert even.upkeep.high < uneven.upkeep.high
    (share,) = even.statements()
    assert isinstance(share, Statement)
    assert (share.about, share.family, share.source) == (
        "upkeep_share",
        "logit-normal",
        "sheets.csv",
    )


def test_hours_of_which_nobody_says_what_they_were_for_may_be_either() -> None:
    known, half = (
        _weeks([10, 11, 9, 10], [30, 29, 31, 30]),
        _weeks([10, 11, 9, 10], [30, 29, 31, 30], 40),
    )
    assert half.upkeep.middle == known.upkeep.middle
    assert (half.unknown, known.unknown) == (0.5, 0.0)
    assert half.upkeep.low < 10 / 80 < known.upkeep.low
    assert half.upkeep.high > 50 / 80
    assert "50.0\u202f% of them on what nobody says" in half.sentence()


def test_too_few_weeks_or_one_activity_alone_state_nothing() -> None:
    assert _weeks([10, 20, 10], [30, 20, 30]).statements() == ()
    assert _weeks([10, 20, 10, 10], [0.0, 0.0, 0.0, 0.0]).statements() == ()
    assert "not known how much on upkeep" in _weeks([10, 20, 10], [30, 20, 30]).sentence()


def test_repairs_count_as_upkeep_absence_not_at_all() -> None:
    found = _found([(day, 4.0, what, "") for day in range(0, 35, 7) for what in
                    ("pipeline_repair", "build", "other", "absent")])  # fmt: skip
    assert found.hours == 60.0
    assert found.upkeep.middle == pytest.approx(1 / 3)


def test_what_a_repair_takes_is_added_up_by_task_and_the_last_week_may_go_on() -> None:
    entries = [(3, 4.0, "pipeline_repair", "T1"), (4, 4.0, "pipeline_repair", "T1")]
    entries += [(7, 16.0, "pipeline_repair", "T2"), (14, 24.0, "pipeline_repair", "T3")]
    entries += [(20, 12.0, "pipeline_repair", "T4"), (40, 6.0, "pipeline_repair", "T5")]
    entries += [(day, 8.0, "build", "") for day in range(0, 42, 7)]
    found = _found(entries)
    lasting = found.efforts["pipeline_repair"]
    assert lasting == time_to_end(np.array([1.0, 2.0, 3.0, 1.5]), np.array([0.75]))
    share, effort = found.statements()
    assert (share.about, effort.about) == ("upkeep_share", "efforts.pipeline_repair")
    assert "5 tasks of pipeline repair: " in found.sentence()


def test_ranges_of_the_share_hold_90_percent() -> None:
    random, sheets, inside = np.random.default_rng(31), 200, 0
    for _ in range(sheets):
        shares = random.beta(6.0, 9.0, 26)
        hours = random.uniform(60.0, 160.0, 26)
        found = _weeks([*(shares * hours)], [*((1.0 - shares) * hours)])
        inside += found.upkeep.low <= 0.4 <= found.upkeep.high
    assert binom.ppf(1e-4, sheets, 0.9) <= inside <= binom.ppf(1 - 1e-4, sheets, 0.9)
