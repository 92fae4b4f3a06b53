"""What is said of a sensitivity analysis claims no more than its intervals allow."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.intervals import estimate
from modelops_abm.experiments.ranking import rank
from modelops_abm.experiments.sensitivity import (
    Indices,
    Morris,
    Question,
    Sobol,
    Swing,
    Tornado,
)
from modelops_abm.experiments.sensitivity.changes import best_along
from modelops_abm.experiments.sensitivity.decision import decision_of
from modelops_abm.experiments.sensitivity.words import (
    morris_finding,
    sobol_finding,
    tornado_finding,
)
from modelops_abm.experiments.value_of_information import ValueOfInformation
from modelops_abm.plots.value_of_information import information_finding
from tests.unit.experiments.plans import small

NAMES = ("drift.severity", "team.focus")
INPUTS = tuple(parse_input(f"{name}=0.2..0.6") for name in NAMES)
QUESTION = Question(small(rollback=1.0), INPUTS)
LUCK = np.random.default_rng(0).normal(0.0, 0.1, (2, 3, 40))


def a_tornado(*worths: tuple[float, float]) -> Tornado:
    """Return what the plan is worth at the two values of each assumption; as assumed it is 1."""
    usual = np.stack([np.zeros(40), 1.0 + LUCK[0, 2]])
    swings = []
    for entry, pair, luck in zip(INPUTS, worths, LUCK, strict=True):
        answers = np.array(pair)[:, None] + luck[:2]
        outcomes = np.stack([np.zeros_like(answers), answers])
        best = best_along(QUESTION.alternatives, (0.2, 0.6), outcomes, (0.4, usual))
        swings.append(Swing(entry, (0.2, 0.6), answers, usual[1], best))
    return Tornado(QUESTION, usual[1], rank(QUESTION.alternatives, usual), tuple(swings))


@pytest.mark.parametrize(
    ("worths", "words"),
    [
        (
            ((0.5, 3.0), (0.9, 1.2)),
            "net present value most is drift: severity",
        ),
        (((0.5, 3.0), (0.9, 3.4)), "present value most is drift: severity or focus"),
        (
            ((-1.0, 3.0), (0.9, 1.2)),
            "severity alone could change the winner, at 0.2 to the baseline",
        ),
        (((1.0, -3.0), (-1.0, 1.2)), "drift: severity and focus could each change the winner"),
        (((0.0, 3.0), (0.9, 1.2)), "no assumption alone can be told to change the winner"),
    ],
)
def test_a_tornado_names_what_it_can_tell(
    worths: tuple[tuple[float, float], ...], words: str
) -> None:
    found = tornado_finding(a_tornado(*worths))
    assert found.startswith("As assumed, the plan is best; ")
    assert words in found


def screened(effects: list[list[float]]) -> str:
    return morris_finding(Morris(QUESTION, 4, 2, NAMES, np.array(effects), np.zeros(2)))


def test_screening_names_the_first_only_if_it_is_told() -> None:
    assert screened([[9.0, 1.0], [8.0, 2.0]] * 4).endswith("range is drift: severity")
    assert screened([[1.0, -7.0], [2.0, 8.0]] * 4).endswith("range is focus")
    assert screened([[9.0, 1.0], [1.0, 8.0]] * 4).endswith("is drift: severity or focus")


def shared_out(total: list[float], half_width: list[float], worth: np.ndarray) -> str:
    """Return what is said of indices of the answer, and of the worth at two base points."""
    zeros = np.zeros(2)
    indices = Indices(NAMES, zeros, zeros, np.array(total), np.array(half_width))
    outcomes = np.stack([np.zeros_like(worth), worth])[:, :, None]
    decision = decision_of(QUESTION.alternatives, NAMES, outcomes)
    return sobol_finding(Sobol(QUESTION, 2, 1, worth, indices, indices, decision))


def test_indices_name_the_first_only_if_it_is_told() -> None:
    always = np.ones(8)
    told = shared_out([0.9, 0.2], [0.1, 0.1], always)
    assert told.startswith("The plan wins at all 4 points; no other value of one assumption")
    assert told.endswith("largest part of the spread is drift: severity")
    unsure = shared_out([0.9, 0.8], [0.1, 0.1], always)
    assert unsure.endswith("largest part of the spread is drift: severity or focus")
    assert "Nothing that was varied" in shared_out([0.0, 0.0], [0.0, 0.0], always)


def test_a_winner_is_named_only_if_it_is_told() -> None:
    sometimes = np.array([1.0, -1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0])
    found = shared_out([0.9, 0.2], [0.1, 0.1], sometimes)
    assert found.startswith("The baseline or the plan wins most often")


def informed(utilities: np.ndarray, *values: list[float]) -> str:
    partial = {name: estimate(np.array(each)) for name, each in zip(NAMES, values, strict=True)}
    gain = estimate(utilities.max(axis=0) - utilities[0])
    return information_finding(
        ValueOfInformation(
            ("the baseline", "the plan"),
            INPUTS,
            utilities,
            np.repeat(utilities.mean(axis=1, keepdims=True), 2, axis=1),
            np.array([utilities] * 2),
            gain,
            gain,
            partial,
            2,
            0,
        )
    )


def test_the_value_of_information_names_what_it_can_tell() -> None:
    generator = np.random.default_rng(1)
    nothing = np.zeros(64)
    told = np.stack([nothing, generator.normal(1.0, 1.0, 64)])
    unsure = np.stack([nothing, np.tile([1.0, -1.0], 32)])
    first = informed(told, [5.0, 6.0] * 32, [1.0, 2.0] * 32)
    assert first.startswith("The plan is best on what is known")
    assert first.endswith("most of all drift: severity")
    second = informed(unsure, [5.0, 6.0] * 32, [4.0, 7.0] * 32)
    assert second.startswith("The baseline or the plan is best on what is known")
    assert second.endswith("most of all drift: severity or focus")
    assert informed(told, [-1.0, 2.0] * 8, [-1.0, 2.0] * 8).count("most of all") == 0
    always = np.stack([nothing, nothing - 1.0])
    assert "changed the choice at none of the points" in informed(always, [0.0] * 64, [0.0] * 64)


def test_chances_and_means_of_alternatives() -> None:
    utilities = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 3.0, 0.0]])
    zero = estimate(np.zeros(2))
    by_luck = np.array([[0.0, 0.5], [1.0, 1.5]])
    halves = np.array([utilities] * 2)
    found = ValueOfInformation(("a", "b"), INPUTS, utilities, by_luck, halves, zero, zero, {}, 2, 0)
    assert {name: each.count for name, each in found.chances.items()} == {"a": 2, "b": 2}
    assert {name: each.mean for name, each in found.means.items()} == {"a": 0.25, "b": 1.25}
    assert found.ranking.order == ("b", "a")
