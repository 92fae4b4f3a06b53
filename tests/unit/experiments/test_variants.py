from __future__ import annotations

import pytest

from modelops_abm.experiments.plans import level_of, raised, start_of, with_levels, without
from modelops_abm.scenario import baseline_of
from tests.unit.experiments.plans import small

STARTED = {"capabilities.lineage.start_level": 0.5}


def test_only_what_rises_above_its_start_is_raised() -> None:
    assert raised(small(autoscaling=0.1, automation=1.0)) == ("automation", "autoscaling")
    assert raised(small(STARTED, lineage=0.5)) == ()
    assert raised(small(STARTED, lineage=0.2)) == ()
    assert raised(small(STARTED, lineage=0.6)) == ("lineage",)


def test_a_level_never_aims_below_the_start() -> None:
    plan = small(STARTED, lineage=0.2)
    assert start_of(plan, "lineage") == level_of(plan, "lineage") == 0.5


def test_a_level_it_has_already_changes_nothing() -> None:
    plan = small(STARTED, lineage=0.2, rollback=1.0)
    assert with_levels(plan, {"lineage": 0.5, "rollback": 1.0}) == plan


def test_another_level_forgets_who_set_the_old_one() -> None:
    plan = small(rollback=1.0, lineage=1.0)
    changed = with_levels(plan, {"rollback": 0.5})
    assert level_of(changed, "rollback") == 0.5
    assert level_of(changed, "lineage") == 1.0
    names = {entry.name for entry in plan.sources} - {entry.name for entry in changed.sources}
    assert names == {"capabilities.rollback.maximum"}


def test_without_all_that_is_raised_is_the_baseline() -> None:
    plan = small(STARTED, lineage=0.8, rollback=1.0)
    assert without(plan, raised(plan)).capabilities == baseline_of(plan).capabilities


@pytest.mark.parametrize("level", [-0.1, 1.01, float("nan")])
def test_a_level_that_cannot_be_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        with_levels(small(), {"rollback": level})
