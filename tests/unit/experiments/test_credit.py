from __future__ import annotations

import threading

import numpy as np
import pytest

from modelops_abm.experiments import Credit, compare, credit, stream_credit
from modelops_abm.experiments.credit_shares import combinations, stream_shares
from modelops_abm.runs import Cancelled, simulate
from modelops_abm.scenario import CAPABILITY_NAMES, baseline_of
from tests.unit.experiments.plans import small

OUTCOMES = ("npv", "availability", "models_delivered", "developer_days_repair")
NEVER = {"capabilities.lineage.start_day": 10_000.0}


@pytest.fixture(scope="module")
def three() -> Credit:
    """Return the credit of automation, rollback and a lineage that never starts."""
    plan = small(NEVER, automation=1.0, rollback=0.5, lineage=1.0)
    return credit(plan, 12, seed=3, outcomes=OUTCOMES)


def test_every_combination_is_run() -> None:
    plan = small(automation=1.0, monitoring=0.4, lineage=1.0)
    scenarios = combinations(plan, ("automation", "monitoring", "lineage"))
    levels = [
        tuple(getattr(scenario.capabilities, name).maximum for name in CAPABILITY_NAMES)
        for scenario in scenarios
    ]
    assert len(set(levels)) == 8
    assert levels[0b101] == (1.0, 0.0, 0.0, 1.0, 0.0)
    assert scenarios[0].capabilities == baseline_of(plan).capabilities
    assert scenarios[-1] == plan


def test_the_worths_are_those_of_the_runs_one_by_one(three: Credit) -> None:
    assert three.capabilities == ("automation", "rollback", "lineage")
    for number, scenario in enumerate(combinations(three.plan, three.capabilities)):
        summary = simulate(scenario, seed=3, replication=7).summary
        for name in ("npv", "availability", "models_delivered"):
            assert three.worths[name][number, 7] == summary[name]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_shares_add_up_in_every_future(three: Credit, outcome: str) -> None:
    shares = sum(three.share(name, outcome).values for name in three.capabilities)
    np.testing.assert_allclose(shares, three.together(outcome).values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_capability_that_does_nothing_gets_nothing(three: Credit, outcome: str) -> None:
    """To the bit: neither a share nor a synergy, whatever the others do."""
    for given in (three.share, three.alone, three.last):
        assert not given("lineage", outcome).values.any()
    assert not three.synergy("lineage", "rollback", outcome).values.any()
    assert three.share("lineage", outcome).verdict == "cannot tell yet"


def test_all_together_is_the_difference_from_the_baseline(three: Credit) -> None:
    comparison = compare(three.plan, 12, seed=3)
    for name in ("npv", "availability"):
        assert np.array_equal(three.together(name).values, comparison.difference(name).values)


def test_a_share_is_the_gain_alone_and_half_of_the_synergies(three: Credit) -> None:
    synergies = three.synergy("automation", "rollback").values / 2.0
    expected = three.alone("automation").values + synergies
    np.testing.assert_allclose(three.share("automation").values, expected, rtol=1e-9)


def test_the_tables_hold_the_same_figures(three: Credit) -> None:
    table = three.table("availability")
    assert list(table.index) == ["automation", "rollback", "lineage"]
    assert table.loc["rollback", ("last", "mean")] == pytest.approx(
        three.last("rollback", "availability").values.mean()
    )
    pairs = three.synergy_table()
    assert list(pairs.index) == [
        ("automation", "rollback"),
        ("automation", "lineage"),
        ("rollback", "lineage"),
    ]
    assert pairs["n"].tolist() == [12, 12, 12]


def test_the_ranking_is_that_of_the_shares(three: Credit) -> None:
    means = {name: three.share(name, "availability").values.mean() for name in three.capabilities}
    ranking = three.ranking("availability")
    assert list(ranking.order) == sorted(means, key=lambda name: -means[name])
    assert ranking.may_be_best[0] == ranking.order[0]


def test_it_comes_look_by_look_and_more_futures_only_add() -> None:
    plan = small(monitoring=1.0, rollback=1.0)
    seen: list[tuple[int, int]] = []
    parts = list(stream_credit(plan, (3, 10), progress=lambda *done: seen.append(done)))
    assert [part.replications for part in parts] == [3, 10]
    assert np.array_equal(parts[1].worths["npv"], credit(plan, 10).worths["npv"])
    assert np.array_equal(parts[1].worths["npv"][:, :3], parts[0].worths["npv"])
    assert seen[-1] == (10, 10)
    assert all(total == 10 for _, total in seen)


def test_only_what_a_question_takes_is_run_and_the_rest_is_added_to_it(three: Credit) -> None:
    plan = three.plan
    ends = Credit.of_ends(plan, 3, *(three.worths["npv"][place] for place in (0, -1)))
    assert ends.questions == ()
    (dropped,) = stream_shares(plan, (12,), questions=["dropped"], known=ends, seed=3)
    assert dropped.questions == ("dropped",)
    not_run = np.isnan(dropped.worths["npv"]).all(axis=1)
    assert np.flatnonzero(not_run).tolist() == [1, 2, 4]  # each alone
    few, whole = stream_shares(plan, (4, 12), known=dropped, seed=3)
    assert few.questions == whole.questions == three.questions
    assert [few.replications_for(question) for question in few.questions] == [12, 4, 4]
    assert np.array_equal(whole.worths["npv"], three.worths["npv"])
    better = three.worths["npv"][-1] - three.worths["npv"][0] + 1e5
    for name in three.capabilities:
        for known in (dropped, few, whole):
            assert known.last(name).estimate == three.last(name).estimate
            moved = known.known_with(better)
            assert moved.last(name).estimate == three.known_with(better).last(name).estimate
        with pytest.raises(KeyError, match="answers dropped, not 'alone'"):
            dropped.alone(name)
    # Fair shares add up to what is known of the whole, over however many futures they are.
    shares = [few.known_with(better).share(name).estimate.mean or 0.0 for name in few.capabilities]
    assert sum(shares) == pytest.approx(better.mean())


def test_a_future_without_an_outcome_does_not_count() -> None:
    """Some futures deliver no model, so that there is no time from idea to production."""
    plan = small({"horizon_days": 60, "portfolio.initial_builds": 1}, automation=1.0, rollback=1.0)
    result = credit(plan, 24, outcomes=("idea_to_production_days",))
    worths = result.worths["idea_to_production_days"]
    complete = int(np.sum(~np.isnan(worths).any(axis=0)))
    assert 0 < complete < 24
    for name in result.capabilities:
        assert result.share(name, "idea_to_production_days").estimate.n == complete
    assert result.together("idea_to_production_days").estimate.n == complete


def test_what_starts_at_its_level_is_not_raised() -> None:
    plan = small({"capabilities.lineage.start_level": 0.5}, lineage=0.5, rollback=0.1)
    assert credit(plan, 2).capabilities == ("rollback",)
    with pytest.raises(KeyError, match="does not raise 'lineage'"):
        credit(plan, 2).share("lineage")


def test_the_baseline_has_nothing_to_share() -> None:
    result = credit(small(), 3)
    assert result.capabilities == ()
    assert result.together().estimate.mean == 0.0
    assert result.ranking().order == ()
    assert result.synergy_table().empty


def test_it_can_be_cancelled() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        credit(small(rollback=1.0), 100, cancel=cancel)


def test_unknown_outcomes_and_looks_that_do_not_grow_are_refused() -> None:
    with pytest.raises(ValueError, match="'nvp' is no outcome"):
        credit(small(), 2, outcomes=("nvp",))
    with pytest.raises(ValueError, match="grow"):
        next(stream_credit(small(), (20, 10)))
