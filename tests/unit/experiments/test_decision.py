"""The decision over replications, the table of a swing, and utilities of a choice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from modelops_abm.experiments import (
    Morris,
    Question,
    Swing,
    Tornado,
    information_runs as voi,
    sobol,
)
from modelops_abm.experiments.inputs import Choice, parse_input
from modelops_abm.experiments.sensitivity_morris import deviation_half_width
from modelops_abm.experiments.sensitivity_sobol import decision_of, sobol_positions
from modelops_abm.experiments.statistics import estimate, rank
from modelops_abm.scenario import InputError
from tests.unit.experiments.plans import small

SEVERITY = parse_input("drift.severity=0.1..0.5")
FOCUS = parse_input("team.focus=0.4..0.8")
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
    monkeypatch: pytest.MonkeyPatch, found: Callable[[list[dict], int], np.ndarray]
) -> voi.ValueOfInformation:
    """Return a choice between two, with outcomes as a function of points and first replication."""
    monkeypatch.setattr(voi, "outcomes_at", lambda points, *_, first, **__: found(points, first))
    return voi.value_of_information(
        {"a": small(), "b": small(rollback=1.0)}, (SEVERITY, FOCUS), 64, 4
    )


def test_only_what_decides_is_worth_knowing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the second input decides on the sign; the first moves both alike."""

    def found(points: list[dict], first: int) -> np.ndarray:
        luck = np.random.default_rng(first).normal(0.0, 0.1, (2, len(points), 4))
        luck[1] += np.array([5.0 if p["team.focus"] > 0.6 else -4.0 for p in points])[:, None]
        return luck + np.array([100.0 * p["drift.severity"] for p in points])[:, None]

    chosen = a_choice(monkeypatch, found)
    assert list(chosen.partial) == ["team.focus", "drift.severity"]
    assert chosen.worth_knowing == ("team.focus",)
    assert chosen.partial["team.focus"].mean == pytest.approx(2.0, abs=0.5)  # 4 / 2 saved
    assert chosen.partial["drift.severity"].mean < 0.1
    assert chosen.spread_by == ("drift.severity",)  # the other one by chance alone, if at all
    assert chosen.table().loc["team.focus", "low"] == chosen.partial["team.focus"].low


def test_each_point_has_futures_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a move are those of its point, so that only the input differs."""
    seen: dict[int, list[dict]] = {}

    def found(points: list[dict], first: int) -> np.ndarray:
        seen[first] = [dict(point) for point in points]
        return np.random.default_rng(first).normal(size=(2, 1, 4)).repeat(len(points), axis=1)

    chosen = a_choice(monkeypatch, found)
    assert sorted(seen) == [4 * point for point in range(64)]
    for base, *moved in seen.values():
        assert all(sum(each[name] != base[name] for name in base) == 1 for each in moved)
    assert sum(len(points) - 1 for points in seen.values()) == 2 * chosen.moves
    assert all(each.high == 0.0 for each in chosen.partial.values())  # moved, nothing changes


@pytest.mark.parametrize("inputs", [1, 2, 3, 5, 12, 40])
def test_an_input_is_moved_once_at_a_point(inputs: int) -> None:
    """An interval over moves takes them for independent, which two of one point are not."""
    for points in (32, 50, 256):
        moves = voi._design(inputs, points, 0).moves
        assert len(moves) == inputs
        for own in moves:
            assert len(own.ends) == len(set(own.points.tolist())) >= voi.LEAST_MOVES
        if inputs > 3:
            assert len({tuple(own.points) for own in moves}) == inputs


def test_progress_is_over_all_points(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []

    def outcomes(points: list[dict], *_: object, **keeping: Any) -> np.ndarray:
        keeping["progress"](4, 4)
        return np.zeros((2, len(points), 4))

    monkeypatch.setattr(voi, "outcomes_at", outcomes)
    choice = {"a": small(), "b": small(rollback=1.0)}
    voi.value_of_information(choice, (SEVERITY,), 32, 4, progress=lambda *each: told.append(each))
    assert told[0] == (4, 128)
    assert told[-1] == (128, 128)


def test_a_choice_takes_two_futures_with_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="single future"):
        a_choice(monkeypatch, lambda points, _: np.zeros((2, len(points), 1)))


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
