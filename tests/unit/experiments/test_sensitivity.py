"""Sensitivity analysis: what is asked of every point, and what is made of the answers."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments import Question, Swing, morris, sobol, tornado
from modelops_abm.experiments.information_runs import value_of_information
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.running import outcome_of, totals_of
from modelops_abm.experiments.sensitivity_sobol import decision_of, sobol_positions
from modelops_abm.experiments.sensitivity_tornado import best_along
from modelops_abm.experiments.statistics import rank
from modelops_abm.experiments.sweep import at_positions
from modelops_abm.scenario import InputError, baseline_of, with_values
from tests.unit.experiments.plans import small

PLAN = small(rollback=1.0)
SEVERITY = parse_input("drift.severity=0.1..0.5")
LUCK = np.random.default_rng(0).normal(0.0, 0.01, 40)


def swing(*means: float, base: float = 1.0) -> Swing:
    answers = np.array(means)[:, None] + LUCK * np.arange(1, len(means) + 1)[:, None]
    outcomes = np.stack([np.zeros_like(answers), answers])
    usual = np.stack([np.zeros_like(LUCK), base + LUCK])
    values = tuple(range(len(means)))
    best = best_along(("the baseline", "the plan"), values, outcomes, (-1, usual))
    return Swing(SEVERITY, values, answers, usual[1], best)


def test_an_answer_is_plan_less_baseline_under_the_same_luck() -> None:
    question = Question(PLAN, (SEVERITY,))
    outcomes = question.outcomes([{}, {"drift.severity": 0.3}], 3)
    found = question.answers(outcomes)
    changed = with_values(PLAN, {"drift.severity": 0.3}, source="test")
    for place, plan in enumerate((PLAN, changed)):
        npv = [outcome_of("npv", totals_of([each], 3))[0] for each in (plan, baseline_of(plan))]
        assert list(found[place]) == list(npv[0] - npv[1])
        assert [list(each) for each in outcomes[:, place]] == [list(npv[1]), list(npv[0])]


def test_the_answer_of_a_plan_alone_is_its_own() -> None:
    question = Question(PLAN, (SEVERITY,), against_baseline=False)
    outcomes = question.outcomes([{}], 3)
    assert outcomes.shape == (1, 1, 3)
    assert list(question.answers(outcomes)[0]) == list(outcome_of("npv", totals_of([PLAN], 3))[0])


def test_a_plan_alone_leaves_nothing_to_choose() -> None:
    with pytest.raises(InputError, match="nothing to choose"):
        Question(PLAN, (SEVERITY,), against_baseline=False, with_each=True)


def test_what_moves_plan_and_baseline_alike_has_no_effect_of_rounding() -> None:
    payroll = parse_input("team.payroll_per_year=100000..200000")
    question = Question(PLAN, (payroll,))
    ends = [{"team.payroll_per_year": value} for value in (1e5, 2e5)]
    assert np.ptp(question.answers(question.outcomes(ends, 6)), axis=0).max() > 0.0
    found = morris(question, 4, 6)
    assert not found.effects.any()
    assert found.sentence() == "None of these assumptions changes anything."


def test_morris_knows_no_winner() -> None:
    with pytest.raises(InputError, match="has no size"):
        morris(Question(small(rollback=1.0, lineage=1.0), (SEVERITY,), with_each=True), 2, 2)


def test_a_swing_that_turns_round_is_told_and_one_that_does_not() -> None:
    assert swing(1.0, 2.0, 3.0).is_monotonic
    assert not swing(1.0, 3.0, 1.5).is_monotonic


def test_a_swing_changes_the_winner_only_across_zero() -> None:
    assert [change.value for change in swing(-1.0, 1.0).changes] == [0, 1]
    assert not swing(0.5, 1.0).changes
    assert [change.value for change in swing(-1.0, -0.5).changes] == [0]  # as assumed it earns


def test_an_assumption_without_effect_is_told() -> None:
    assert not Swing(SEVERITY, (0, 1), np.array([1.0 + LUCK] * 2), 1.0 + LUCK, ()).has_effect
    assert swing(1.0, 1.1).has_effect


def test_the_tornado_has_the_largest_first_and_nothing_of_what_does_nothing() -> None:
    idle = parse_input("capabilities.lineage.effort_days=50..200")  # lineage is not raised
    found = tornado(Question(PLAN, (idle, SEVERITY)), 3)
    assert [each.input.name for each in found.effective] == ["drift.severity"]
    assert found.swings[0].input is SEVERITY
    assert len(found.swings[0].values) == 5


def test_the_tornado_knows_which_is_best_everywhere() -> None:
    plan = small(rollback=1.0, lineage=1.0)
    found = tornado(Question(plan, (SEVERITY,), with_each=True), 4, points_each=2)
    names = ("the baseline", "rollback alone", "lineage alone", "the plan")
    assert found.question.alternatives == names
    (own,) = found.swings
    assert [each.value for each in own.best] == [0.1, plan.drift.severity.mean, 0.5]
    assert [each.is_usual for each in own.best] == [False, True, False]
    outcomes = found.question.outcomes([{}, {SEVERITY.name: 0.1}, {SEVERITY.name: 0.5}], 4)
    for place, each in zip((1, 0, 2), own.best, strict=True):
        assert each.ranking == rank(names, outcomes[:, place], 1.0 - 0.05 / 3.0)
    assert found.best == rank(names, outcomes[:, 0])
    assert list(found.winners().index) == [SEVERITY.name] * 3


def test_nothing_decides_on_a_plan_alone() -> None:
    found = sobol(Question(PLAN, (SEVERITY,), "availability", against_baseline=False), 4, 2)
    assert found.decision is None


def test_sobol_decides_among_what_it_ran() -> None:
    plan = small(rollback=1.0, lineage=1.0)
    question = Question(plan, (SEVERITY,), with_each=True)
    found = sobol(question, 4, 3)
    points = at_positions((SEVERITY,), sobol_positions(1, 4))
    outcomes = question.outcomes(points, 3)
    again = decision_of(question.alternatives, (SEVERITY.name,), outcomes)
    assert found.decision is not None
    assert found.decision.wins == again.wins
    assert found.decision.turns == again.turns
    assert sum(each.count for each in again.wins.values()) == 8
    answers = (outcomes[3] - outcomes[0]).mean(axis=1)
    assert found.answers.tolist() == answers.tolist()


@pytest.mark.parametrize("base_points", [0, 1, 3, 12])
def test_a_base_sample_is_a_power_of_two(base_points: int) -> None:
    with pytest.raises(InputError, match="2, 4, 8"):
        sobol(Question(PLAN, (SEVERITY,)), base_points, 2)


@pytest.mark.parametrize(
    ("names", "inputs", "points", "replications", "words"),
    [
        (["a"], (SEVERITY,), 32, 2, "two alternatives"),
        (["a", "b"], (), 32, 2, "nothing is uncertain"),
        (["a", "b"], (SEVERITY,), 8, 2, "at least 32"),
        (["a", "b"], (SEVERITY,), 32, 1, "two replications"),
    ],
)
def test_a_choice_that_cannot_be_valued_is_refused(
    names: list[str], inputs: tuple, points: int, replications: int, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        value_of_information(dict.fromkeys(names, PLAN), inputs, points, replications)
