"""The decision over replications, the table of a swing, and utilities of a choice."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from modelops_abm.experiments import value_of_information as voi
from modelops_abm.experiments.inputs import Choice, parse_input
from modelops_abm.experiments.intervals import estimate
from modelops_abm.experiments.ranking import rank
from modelops_abm.experiments.sensitivity import Morris, Question, Swing, Tornado, sobol
from modelops_abm.experiments.sensitivity.decision import decision_of
from modelops_abm.experiments.sensitivity.morris import deviation_half_width
from modelops_abm.experiments.sensitivity.sobol import sobol_positions
from modelops_abm.parameters import InputError
from tests.unit.experiments.plans import small

SEVERITY = parse_input("drift.severity=0.1..0.5")
POINTS = 4


def test_the_highest_mean_wins_not_the_first_future() -> None:
    """At each point the second is ahead in the first future, and behind on average."""
    second = np.tile([3.0, -4.0], (3 * 2, 1))
    found = decision_of(("a", "b"), ("x",), np.stack([np.zeros_like(second), second]))
    assert found.wins["a"].share == 1.0


def test_a_winner_is_told_only_where_luck_allows() -> None:
    """At the first base point the second is ahead in every future, at the other by luck."""
    sure, unsure = [1.0, 1.1, 0.9, 1.0], [5.0, -4.0, 3.0, -3.0]
    second = np.array([sure] * 3 + [unsure] * 3)
    found = decision_of(("a", "b"), ("x",), np.stack([np.zeros_like(second), second]))
    assert found.wins["b"].share == 1.0
    assert (found.told.count, found.told.n) == (2, 4)


def test_turns_are_counted_against_the_point_itself() -> None:
    """Of own, mixed and other point of two base points, the mixed one differs from its own once."""
    second = np.array([1.0, -1.0, -1.0, 1.0, 1.0, -1.0])[:, None]
    found = decision_of(("a", "b"), ("x",), np.stack([np.zeros_like(second), second]))
    assert (found.turns["x"].count, found.turns["x"].n) == (1, 2)
    assert found.wins["b"].count == 2


def test_the_seed_of_points_decides_on_points() -> None:
    assert (sobol_positions(2, 4, 1) == sobol_positions(2, 4, 1)).all()
    assert (sobol_positions(2, 4, 1) != sobol_positions(2, 4, 2)).any()


def test_sobol_answers_are_means() -> None:
    question = Question(small(rollback=1.0), (SEVERITY,), against_baseline=False)
    one, two = (sobol(question, 2, count).answers for count in (1, 2))
    assert (one != two).all()


def test_the_table_of_a_swing_has_levels_and_changes() -> None:
    answers = np.array([[1.0, 2.0, 3.0], [5.0, 7.0, 6.0]])
    base = np.array([1.0, 1.0, 4.0])
    table = Swing(SEVERITY, (0.1, 0.5), answers, base, ()).table()
    assert list(table["mean"]) == [2.0, 6.0]
    assert list(table["change"]) == [0.0, 4.0]
    assert list(table["half_width"]) == [estimate(row).half_width for row in answers]
    assert list(table["change_half_width"]) == [estimate(r - base).half_width for r in answers]


def test_reach_is_the_highest_less_the_lowest() -> None:
    answers = np.array([[2.0, 3.0], [0.0, 1.0], [5.0, 9.0]])
    found = Swing(SEVERITY, (1, 2, 3), answers, answers[0], ())
    assert found.reach.values.tolist() == [5.0, 8.0]
    assert found.at(1).values.tolist() == [0.0, 1.0]


def test_only_one_that_can_be_told_moves_most() -> None:
    luck = np.random.default_rng(0).normal(0.0, 0.1, (2, 20))
    swings = tuple(
        Swing(SEVERITY, (1, 2), np.stack([luck[0], reach + luck[1]]), luck[0], ())
        for reach in (1.0, 3.0)
    )
    question = Question(small(rollback=1.0), (SEVERITY,))
    found = Tornado(question, luck[0], rank("a", luck[:1]), swings)
    assert found.may_move_most == (swings[1],)


def test_effects_have_their_own_intervals() -> None:
    """The deviation's is that of all resamples of four trajectories, which can be listed."""
    effects = np.array([[3.0], [-1.0], [2.0], [-4.0]])
    wide = deviation_half_width(effects, 0)
    table = Morris(Question(small(), ()), 4, 1, ("x",), effects, wide).table()
    assert table.loc["x", "mean_half_width"] == estimate(effects[:, 0]).half_width
    assert table.loc["x", "half_width"] == estimate(np.abs(effects[:, 0])).half_width
    listed = effects[np.array(list(product(range(4), repeat=4))), 0].std(axis=1, ddof=1)
    assert wide[0] == pytest.approx(1.96 * listed.std(), rel=0.1)


def a_choice(
    monkeypatch: pytest.MonkeyPatch, found: np.ndarray, outcome: str = "npv"
) -> voi.ValueOfInformation:
    monkeypatch.setattr(voi, "outcomes_at", lambda *_, **__: found)
    return voi.value_of_information(
        {"a": small(), "b": small(rollback=1.0)}, (SEVERITY,), 32, 4, outcome=outcome
    )


def test_halves_are_the_even_and_the_odd_futures(monkeypatch: pytest.MonkeyPatch) -> None:
    found = np.random.default_rng(0).normal(size=(2, 32, 4))
    chosen = a_choice(monkeypatch, found)
    assert chosen.halves[0].tolist() == pytest.approx((found[:, :, 0] + found[:, :, 2]) / 2)
    assert chosen.halves[1].tolist() == pytest.approx((found[:, :, 1] + found[:, :, 3]) / 2)
    assert chosen.utilities.tolist() == pytest.approx(found.mean(axis=2))
    assert chosen.perfect == voi.perfect_information(chosen.utilities)
    assert chosen.at_least == voi.crossed_information(chosen.halves)
    assert chosen.replications == 4


def test_a_choice_takes_two_futures_with_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="single future"):
        a_choice(monkeypatch, np.zeros((2, 32, 1)), "availability")


def test_perfect_information_takes_the_choice_that_is_best_as_known() -> None:
    utilities = np.array([[1.0, 1.0, 1.0], [0.0, 5.0, 2.0]])
    assert voi.perfect_information(utilities) == estimate(np.array([1.0, 0.0, 0.0]))


def test_a_half_of_the_luck_chooses_for_the_other() -> None:
    """One half holds the second for better at both points, the other for worse: as good as none."""
    halves = np.array([[[0.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [-1.0, -1.0]]])
    assert voi.crossed_information(halves).mean == 0.0
    own = np.array([[[0.0, 0.0], [3.0, -1.0]], [[0.0, 0.0], [1.0, -2.0]]])
    by_first, by_second = [1.0 - 1.0, 0.0 + 2.0], [3.0 - 0.0, 0.0 - 0.0]
    assert voi.crossed_information(own).mean == np.mean([by_first, by_second])


@pytest.mark.parametrize(
    ("entry", "groups"),
    [
        (Choice("x", (1, 2, 3)), 3),
        (parse_input("team.developers=4..15"), 12),
        (parse_input("team.developers=4..16"), None),
        (SEVERITY, None),
    ],
)
def test_few_values_are_groups(entry: object, groups: int | None) -> None:
    assert voi._groups(entry) == groups  # type: ignore[arg-type]


def test_the_worth_most_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the second input decides on the sign."""
    positions = np.random.default_rng(0).random((32, 2))
    found = np.zeros((2, 32, 2))
    found[1] = np.where(positions[:, 1] > 0.5, 3.0, -2.0)[:, None]
    monkeypatch.setattr(voi, "outcomes_at", lambda *_, **__: found)
    inputs = (SEVERITY, parse_input("team.focus=0.4..0.8"))
    chosen = voi.value_of_information({"a": small(), "b": small(rollback=1.0)}, inputs, 32, 2)
    assert list(chosen.partial) == ["team.focus", "drift.severity"]
    assert chosen.may_be_worth_most == ("team.focus",)


def test_a_fold_neither_chooses_nor_says_what_is_best_as_known() -> None:
    """One far point, left out, may not make its own alternative the best as known."""
    utilities = np.stack([np.zeros(40), np.full(40, -1.0)])
    utilities[1, 3] = 30.0
    position = (np.arange(40) + 0.5) / 40
    assert voi.partial_information(position, utilities, groups=1).mean == 0.0
