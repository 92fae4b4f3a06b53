"""What may be chosen instead of a plan, and in which futures its outcome exists."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm import replicate
from modelops_abm.experiments import alternatives
from modelops_abm.experiments.alternatives import (
    alternatives_of,
    names_of,
    outcomes_at,
    variants_of,
)
from modelops_abm.experiments.inputs import varied
from modelops_abm.experiments.plans import level_of, raised
from modelops_abm.experiments.running import totals_of
from modelops_abm.scenario import InputError, Scenario, baseline_of
from tests.unit.experiments.plans import small


def test_each_capability_alone_stands_between_baseline_and_plan() -> None:
    plan = small(automation=0.5, lineage=1.0)
    found = alternatives_of(plan, with_each=True)
    assert list(found) == ["the baseline", "automation alone", "lineage alone", "the plan"]
    assert found["the baseline"] == baseline_of(plan)
    assert found["the plan"] is plan
    assert raised(found["automation alone"]) == ("automation",)
    assert level_of(found["automation alone"], "automation") == 0.5


def test_a_single_capability_is_the_plan() -> None:
    assert names_of(small(lineage=1.0), with_each=True) == ("the baseline", "the plan")
    assert names_of(small(lineage=1.0, rollback=1.0)) == ("the baseline", "the plan")


def test_alternatives_stay_what_they_are_where_levels_are_varied() -> None:
    """Automation alone is without rollback also where the plan has rollback by a varied level."""
    found = variants_of(small(automation=1.0, rollback=0.5), ["automation alone", "the baseline"])
    assert raised(found["automation alone"]) == ("automation",)
    assert raised(found["the baseline"]) == ()


def a_run(monkeypatch: pytest.MonkeyPatch, found: list[list[list[float]]]) -> np.ndarray:
    """Return what is made of outcomes: points x alternatives x replications."""
    by_alternative = np.moveaxis(np.array(found), 1, 0)
    flat = by_alternative.reshape(-1, by_alternative.shape[2])
    monkeypatch.setattr(alternatives, "totals_of", lambda *_, **__: flat)
    monkeypatch.setattr(alternatives, "outcome_of", lambda _, totals: totals)
    points = [{"x": place} for place in range(len(found))]
    scenarios = [[small() for _ in at_point] for at_point in found]
    return outcomes_at(points, scenarios, "npv", flat.shape[1])


def test_a_future_without_the_outcome_somewhere_counts_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = a_run(monkeypatch, [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[7.0, np.nan, 9.0]] * 2])
    assert found.tolist() == [[[1.0, 3.0], [7.0, 9.0]], [[4.0, 6.0], [7.0, 9.0]]]


def test_an_outcome_that_exists_nowhere_says_where_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(InputError, match="missing most often at x = 1"):
        a_run(monkeypatch, [[[1.0, 2.0]], [[np.nan, np.nan]], [[np.nan, 3.0]]])


def test_no_future_is_refused() -> None:
    with pytest.raises(ValueError, match="replications must be 1 or more, not 0"):
        outcomes_at([{}], [[small()]], "npv", 0)


def test_a_move_that_changes_nothing_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The baseline does without rollback, whatever it takes to build; drift strikes both."""
    plan, run = small({"horizon_days": 60}, rollback=1.0), []
    points = [{}, {"capabilities.rollback.effort_days": 9.0}, {"drift.severity": 0.4}]
    scenarios = [list(alternatives_of(varied(plan, point)).values()) for point in points]
    each = [[replicate(one, 3).outcome("npv") for one in at] for at in scenarios]

    def counted(scenarios: list[Scenario], *known: int, **keeping: object) -> np.ndarray:
        run.append(len(scenarios))
        return totals_of(scenarios, *known, **keeping)

    monkeypatch.setattr(alternatives, "totals_of", counted)
    found = outcomes_at(points, scenarios, "npv", 3)
    assert run == [5]
    assert np.array_equal(found, np.moveaxis(np.array(each), 1, 0))
