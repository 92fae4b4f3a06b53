"""A team that cannot carry its portfolio is told so; what team would do is run, not guessed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from modelops_abm import preset, replicate, with_values
from modelops_abm.core import outcomes
from modelops_abm.experiments import Staffing, staffing
from modelops_abm.experiments.team_size import WAITING_THAT_WILL_DO
from modelops_abm.runs.summary import MOST_WAITING, is_carried, waiting_share
from modelops_abm.scenario import Scenario

AMPLE = 24
BUSY = {
    "incidents.pipeline_per_year": 12.0,
    "drift.onsets_per_year": 2.5,
    "drift.severity": 0.35,
    "efforts.retraining": 5.0,
}
"""What keeps a team busy with upkeep."""


def team_of(developers: int, name: str = "reference", **values: object) -> Scenario:
    dotted = {each.replace("__", "."): value for each, value in values.items()}
    values = {"team.developers": developers, **BUSY, **dotted}
    return with_values(preset(name), values, source="test")


@cache
def availability(developers: int, models: int) -> tuple[float, float, float]:
    """Return the waiting share, availability and models abandoned of a team."""
    ensemble = replicate(team_of(developers, portfolio__initial_models=models), 20, seed=3)
    return (
        waiting_share(ensemble.values),
        float(ensemble.outcome("availability").mean()),
        float(ensemble.outcome("retired_abandoned").mean()),
    )


def totals(waiting: float, working: float) -> np.ndarray:
    row = dict.fromkeys(outcomes.TOTALS, 0.0)
    row |= {"restore_waiting_days": waiting, "restore_working_days": working}
    return np.array([[*row.values()]])


def test_the_share_is_of_the_time_to_restore() -> None:
    assert waiting_share(totals(30.0, 10.0)) == 0.75
    assert waiting_share(np.concatenate([totals(30.0, 10.0), totals(0.0, 60.0)])) == 0.3
    assert waiting_share(totals(0.0, 0.0)) == 0.0
    assert is_carried(totals(5.0, 5.0))
    assert not is_carried(totals(5.1, 5.0))


@pytest.mark.parametrize("models", [6, 24, 48])
@pytest.mark.parametrize("developers", [1, 2, 3, 4, 6, 8])
def test_who_cannot_carry_it_has_poor_availability(developers: int, models: int) -> None:
    """Beside a team for which nothing waits: what is said, and what is not, is borne out."""
    waiting, served, abandoned = availability(developers, models)
    _, ample, _ = availability(AMPLE, models)
    if waiting > MOST_WAITING:
        assert served < ample - 0.08
    if waiting <= WAITING_THAT_WILL_DO:
        assert served > ample - 0.04
        assert abandoned < 0.1


def test_the_team_that_would_do_is_the_smallest_that_does() -> None:
    found = staffing(team_of(2), 12, seed=5)
    assert not found.own.carries
    assert found.would_do is not None
    smaller = staffing(team_of(found.would_do.developers - 1), 12, seed=5)
    itself = staffing(team_of(found.would_do.developers), 12, seed=5)
    assert not smaller.own.would_do
    assert itself.own[2:] == found.would_do[2:]  # the same futures
    assert [each.developers for each in found.tried] == sorted(
        {each.developers for each in found.tried}
    )


def test_it_is_said_with_what_team_would_do() -> None:
    found = staffing(team_of(1), 12, seed=5)
    said = found.sentence()
    assert found.would_do is not None
    assert said.startswith("A team of 1 developer cannot carry this portfolio: ")
    assert f"a team of {found.would_do.developers} would do" in said
    assert "models are abandoned" in said
    assert "In the same 12 futures" in said
    assert "not a promise" in said
    (table,) = found.tables()
    assert len(table.rows) == len(found.tried)
    assert [row.is_strong for row in table.rows].count(True) == 1


def test_a_team_that_carries_it_is_not_compared() -> None:
    found = staffing(team_of(8), 8)
    assert (len(found.tried), found.would_do, found.tables()) == (1, None, ())
    assert "carries this portfolio" in found.sentence()


def test_work_that_is_not_interrupted_is_named_before_larger_teams() -> None:
    found = staffing(team_of(8, "no_preemption"), 20)
    assert not found.own.carries
    assert [(each.developers, each.preemption) for each in found.tried] == [
        (8, "none"),
        (8, "maintenance"),
    ]
    assert "the same team, if maintenance interrupts other work (team.preemption)," in (
        found.sentence()
    )


def test_no_team_may_do() -> None:
    """One whose models cannot be helped says so, and names how far it looked."""
    found = staffing(team_of(1, portfolio__initial_models=400, horizon_days=60), 2)
    none = Staffing(found.scenario, 2, 0, found.tried[:1])
    assert none.would_do is None
    assert "no larger team would do, up to 1 developer" in none.sentence()


def test_where_more_developers_change_nothing_their_number_is_not_why() -> None:
    """As in a run that ends before anybody can bring a model back."""
    found = staffing(team_of(2, portfolio__initial_models=10, horizon_days=1), 2)
    assert not found.own.carries
    assert found.tried[-1].waiting == pytest.approx(found.own.waiting)
    assert "cannot carry" not in found.sentence()
    assert "their number is not why" in found.sentence()


def test_of_many_models_fewer_futures_are_run() -> None:
    few = staffing(team_of(8, horizon_days=20)).replications
    many = staffing(team_of(80, portfolio__initial_models=300, horizon_days=20)).replications
    assert (few, many) == (20, 6)


def test_the_teams_that_are_tried_change_by_the_same_factor() -> None:
    leaving = {"day": 60, "team.developers": 1, "team.focus": 0.5}
    values = {"horizon_days": 200, "team.developers": 3, "changes": [leaving]}
    halved = with_values(preset("reference"), values, source="test")
    found = staffing(halved, 5)
    assert not found.own.carries
    would_do = found.would_do
    assert would_do is not None
    assert would_do.developers > 3
    # Of those who start, a third is left, rounded up; all else changes as it did.
    left = -(-would_do.developers // 3)
    again = {
        "horizon_days": 200,
        "team.developers": would_do.developers,
        "changes": [{**leaving, "team.developers": left}],
    }
    ensemble = replicate(with_values(preset("reference"), again, source="test"), 5)
    assert waiting_share(ensemble.values) == would_do.waiting
    # Larger at the start alone would not do: few are left.
    alone = with_values(halved, {"team.developers": would_do.developers}, source="test")
    assert waiting_share(replicate(alone, 5).values) > would_do.waiting
    assert f" ({left} from day 60 on) would do: " in found.sentence()
    assert found.sentence().startswith("A team of 3 developers (1 from day 60 on) cannot carry")
    assert found.own.later == ((60, 1),)
    assert found.tables()[0].rows[0].cells[0] == "3, then 1 developers"


def test_what_nobody_brings_back_has_waited() -> None:
    """Nothing is restored where nobody is left, and so nothing would have waited."""
    leaving = [{"day": 60, "team.developers": 0}]
    gone = with_values(preset("reference"), {"horizon_days": 300, "changes": leaving}, source="x")
    found = staffing(gone, 4)
    assert found.own.waiting > MOST_WAITING
    assert len(found.tried) == 1
    said = found.sentence()
    assert said.startswith("A team of 8 developers (0 from day 60 on) cannot carry this portfolio")
    assert said.endswith("From day 60 on nobody is there: no larger team at the start would do.")
    row = totals(10.0, 30.0)
    row[0, outcomes.TOTALS.index("state_days_pipeline")] = 60.0
    assert waiting_share(row) == 0.5


def test_of_a_team_that_changes_often_the_last_size_is_told() -> None:
    days = {30: 2, 60: 1, 90: 2, 120: 1}
    changes = [{"day": day, "team.developers": size} for day, size in days.items()]
    values = {"horizon_days": 150, "team.developers": 1, "changes": changes}
    found = staffing(with_values(preset("reference"), values, source="test"), 3)
    told = "(2 from day 30 on, 1 from day 60 on, in the end 1 from day 120 on)"
    assert told in found.sentence()
