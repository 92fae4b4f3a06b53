from __future__ import annotations

import threading

import numpy as np
import pytest

from modelops_abm.experiments import level_worth, stream_level_worth, why
from modelops_abm.experiments.plans import with_levels
from modelops_abm.runs import Cancelled, replicate
from modelops_abm.scenario import InputError
from tests.unit.experiments.plans import small

PLAN = small(rollback=0.6, monitoring=1.0)


def test_a_level_is_worth_what_it_adds_to_the_start_level_in_each_future() -> None:
    levels = level_worth(PLAN, "rollback", replications=6, seed=2)
    assert levels.levels == (0.0, 0.25, 0.5, 0.6, 0.75, 1.0)
    for level in levels.levels:
        values = [
            replicate(with_levels(PLAN, {"rollback": aim}), 6, seed=2).summaries()["npv"].to_numpy()
            for aim in (level, 0.0)
        ]
        assert np.array_equal(levels.worth(level).values, values[0] - values[1])


def test_the_rest_of_the_plan_is_kept() -> None:
    """Monitoring alone is not what rollback adds to monitoring."""
    kept = level_worth(PLAN, "rollback", (1.0,), 6).worth(1.0)
    alone = level_worth(small(rollback=0.6), "rollback", (1.0,), 6).worth(1.0)
    assert not np.array_equal(kept.values, alone.values)


def test_the_start_level_and_the_plans_own_are_always_tried() -> None:
    plan = small({"capabilities.lineage.start_level": 0.3}, lineage=0.4)
    levels = level_worth(plan, "lineage", (0.0, 0.25, 0.5), 2)
    assert levels.levels == (0.3, 0.4, 0.5)
    assert levels.here == 0.4
    assert not levels.worth(0.3).values.any()
    assert level_worth(small(), "lineage", (), 2).levels == (0.0,)


def test_worths_may_be_set_against_any_level() -> None:
    levels = level_worth(PLAN, "rollback", (0.5, 1.0), 5)
    expected = levels.worth(1.0).values - levels.worth(0.5).values
    np.testing.assert_allclose(levels.worth(1.0, against=0.5).values, expected)
    with pytest.raises(ValueError, match=r"level 0\.3 of rollback was not tried"):
        levels.worth(0.3)


def test_the_table_and_the_ranking_are_of_the_worths() -> None:
    levels = level_worth(PLAN, "rollback", (0.5, 1.0), 8)
    means = {level: levels.worth(level).values.mean() for level in levels.levels}
    assert levels.table()["mean"].to_dict() == pytest.approx(means)
    assert levels.ranking().order == tuple(sorted(means, key=lambda level: -means[level]))


def test_it_comes_look_by_look() -> None:
    parts = list(stream_level_worth(PLAN, "rollback", (1.0,), (3, 7)))
    assert [part.replications for part in parts] == [3, 7]
    expected = level_worth(PLAN, "rollback", (1.0,), 7).samples["npv"]
    assert np.array_equal(parts[-1].samples["npv"], expected)


def test_its_reasons_are_those_of_why() -> None:
    levels = level_worth(PLAN, "rollback", replications=6)
    ours, theirs = levels.reasons(), why(PLAN, "rollback", 6)
    assert ours.level == theirs.level == 0.6
    assert np.array_equal(ours.npv.values, theirs.npv.values)
    assert np.array_equal(ours.npv.values, levels.worth(0.6).values)
    assert levels.reasons(1.0).level == 1.0


def test_a_level_that_cannot_be_is_refused() -> None:
    for level in (-0.5, 1.5):
        with pytest.raises(ValueError, match="from 0 to 1"):
            level_worth(PLAN, "rollback", (level,), 2)


def test_a_capability_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no capability 'rolback'.*did you mean rollback"):
        why(small(rollback=1.0), "rolback", 2)  # type: ignore[arg-type]


def test_it_can_be_cancelled() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        why(PLAN, "rollback", 50, cancel=cancel)
