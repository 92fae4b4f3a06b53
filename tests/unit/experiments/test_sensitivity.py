"""Sensitivity analysis: what is asked of every point, and what is made of the answers."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.samples import outcome_of
from modelops_abm.experiments.sensitivity import Question, Swing, sobol, tornado
from modelops_abm.experiments.sensitivity.question import mean_answers
from modelops_abm.experiments.value_of_information import value_of_information
from modelops_abm.parameters import InputError, baseline_of, with_values
from tests.unit.experiments.plans import small

PLAN = small(rollback=1.0)
SEVERITY = parse_input("drift.severity=0.1..0.5")
LUCK = np.random.default_rng(0).normal(0.0, 0.01, 40)


def swing(*means: float, base: float = 1.0) -> Swing:
    answers = np.array(means)[:, None] + LUCK * np.arange(1, len(means) + 1)[:, None]
    return Swing(SEVERITY, tuple(range(len(means))), answers, base + LUCK)


def test_an_answer_is_plan_less_baseline_under_the_same_luck() -> None:
    question = Question(PLAN, (SEVERITY,))
    found = question.answers([{}, {"drift.severity": 0.3}], 3)
    changed = with_values(PLAN, {"drift.severity": 0.3}, source="test")
    for place, plan in enumerate((PLAN, changed)):
        npv = [outcome_of("npv", totals_of([each], 3))[0] for each in (plan, baseline_of(plan))]
        assert list(found[place]) == list(npv[0] - npv[1])


def test_a_replication_without_an_answer_at_one_point_counts_at_none() -> None:
    answers = np.array([[1.0, np.nan, 3.0], [5.0, np.nan, 7.0]])
    assert list(mean_answers(answers)) == [2.0, 6.0]
    with pytest.raises(ValueError, match="does not exist"):
        mean_answers(np.full((2, 3), np.nan))


def test_a_swing_that_turns_round_is_told_and_one_that_does_not() -> None:
    assert swing(1.0, 2.0, 3.0).is_monotonic
    assert not swing(1.0, 3.0, 1.5).is_monotonic


def test_a_swing_turns_the_decision_only_across_zero() -> None:
    assert swing(-1.0, 1.0).turns_the_decision
    assert not swing(0.5, 1.0).turns_the_decision
    assert swing(-1.0, -0.5).turns_the_decision  # the base earns


def test_an_assumption_without_effect_is_told() -> None:
    assert not Swing(SEVERITY, (0, 1), np.array([1.0 + LUCK] * 2), 1.0 + LUCK).has_effect
    assert swing(1.0, 1.1).has_effect


def test_the_tornado_has_the_largest_first_and_nothing_of_what_does_nothing() -> None:
    idle = parse_input("capabilities.lineage.effort_days=50..200")  # lineage is not raised
    found = tornado(Question(PLAN, (idle, SEVERITY)), 3)
    assert [each.input.name for each in found.effective] == ["drift.severity"]
    assert found.swings[0].input is SEVERITY
    assert len(found.swings[0].values) == 5


def test_an_input_that_never_turns_the_sign_never_flips_it() -> None:
    found = sobol(Question(PLAN, (SEVERITY,), "availability", against_baseline=False), 4, 2)
    assert found.decision is None
    assert [each.count for each in found.flips] == [0]
    assert found.positive.share == 1.0


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
