"""What holds for the indices of any decision, exactly, at any sample of points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from numpy.typing import NDArray
from SALib.analyze import sobol as salib

from modelops_abm.experiments.sensitivity import problem_of
from modelops_abm.experiments.sensitivity_sobol import (
    Decision,
    decision_of,
    indices_of,
    sobol_positions,
)

type Floats = NDArray[np.float64]

BASE_POINTS = 32
INPUTS = ("x0", "x1", "x2")
POSITIONS = sobol_positions(len(INPUTS), BASE_POINTS, 1)


@st.composite
def choices(draw: st.DrawFn, fewest: int = 2, most: int = 5) -> Floats:
    """Draw outcomes of alternatives that are linear in the inputs: alternatives x points."""
    count = draw(st.integers(fewest, most))
    slopes = st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4)
    weights = np.array(draw(st.lists(slopes, min_size=count, max_size=count)))
    return np.asarray(weights[:, :3] @ POSITIONS.T + 0.3 * weights[:, 3:])


def decided(outcomes: Floats, names: list[str] | None = None) -> Decision:
    names = names or [f"alternative {place}" for place in range(len(outcomes))]
    return decision_of(names, INPUTS, np.repeat(outcomes[:, :, None], 2, axis=2), 1)


@given(choices(), st.randoms(use_true_random=False))
def test_the_order_of_alternatives_does_not_matter(outcomes: Floats, random: object) -> None:
    best = np.sort(outcomes, axis=0)[::-1]
    assume((best[0] - best[1]).min() > 1e-9)
    order = list(range(len(outcomes)))
    random.shuffle(order)  # type: ignore[attr-defined]
    names = [f"alternative {place}" for place in order]
    own, other = decided(outcomes), decided(outcomes[order], names)
    assert dict(own.wins) == dict(other.wins)
    assert dict(own.turns) == dict(other.turns)
    for name in ("first", "total", "first_half_width", "total_half_width"):
        np.testing.assert_allclose(
            getattr(own.indices, name), getattr(other.indices, name), rtol=1e-9, atol=1e-12
        )


@given(choices())
def test_a_total_index_is_the_chance_of_a_change_by_that_of_a_difference(outcomes: Floats) -> None:
    found = decided(outcomes)
    differ = 1.0 - sum(each.share**2 for each in found.wins.values())
    turned = [each.share for each in found.turns.values()]
    np.testing.assert_allclose(found.indices.total * differ, turned if differ else 0.0, atol=1e-12)


@given(choices())
def test_an_input_without_influence_has_no_total_index_at_all(outcomes: Floats) -> None:
    idle = outcomes.reshape(len(outcomes), BASE_POINTS, -1).copy()
    idle[:, :, 2] = idle[:, :, 0]  # another value of x1 leaves all as it is
    found = decided(idle.reshape(outcomes.shape))
    assert found.turns["x1"].count == 0
    assert found.indices.total[1] == found.indices.total_half_width[1] == 0.0


@given(choices(most=2))
def test_two_alternatives_have_the_indices_of_the_sign(outcomes: Floats) -> None:
    sign = (outcomes[1] - outcomes[0] > 0.0).astype(float)
    own, other = decided(outcomes).indices, indices_of(INPUTS, sign, 1)
    for name in ("first", "total", "first_half_width", "total_half_width"):
        np.testing.assert_allclose(getattr(own, name), getattr(other, name), atol=1e-9)


@given(choices(most=3))
def test_indices_of_one_answer_are_those_of_salib(outcomes: Floats) -> None:
    answers = outcomes[0] - outcomes[-1]
    assume(np.ptp(answers) > 1e-6)
    own = indices_of(INPUTS, answers, 1)
    known = salib.analyze(
        problem_of(INPUTS), answers, calc_second_order=False, num_resamples=1000, seed=1
    )
    np.testing.assert_allclose(own.first, known["S1"], atol=1e-9)
    np.testing.assert_allclose(own.total, known["ST"], atol=1e-9)
    wide = np.concatenate([own.first_half_width, own.total_half_width])
    theirs = np.concatenate([known["S1_conf"], known["ST_conf"]])
    np.testing.assert_allclose(wide, theirs, rtol=0.25, atol=1e-9)  # two bootstraps of 1,000


@given(choices())
def test_the_same_points_have_the_same_intervals(outcomes: Floats) -> None:
    found = [indices_of(INPUTS, outcomes[0], 0).total_half_width.tolist() for _ in range(2)]
    assert found[0] == found[1]


@pytest.mark.parametrize("winner", [0, 2])
def test_nothing_decides_where_one_wins_everywhere(winner: int) -> None:
    outcomes = np.zeros((3, len(POSITIONS)))
    outcomes[winner] = 1.0
    found = decided(outcomes)
    assert found.wins[f"alternative {winner}"].share == 1.0
    assert not np.any([found.indices.first, found.indices.total])
    assert found.told.share == 1.0
