"""Where along an assumption the winner changes, and what may be the largest of several."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments import BestAt, Indices, WinnerChange
from modelops_abm.experiments.alternatives import may_lead, winners, wins
from modelops_abm.experiments.sensitivity_tornado import best_along, changes_along
from modelops_abm.experiments.statistics import Ranking

LUCK = np.random.default_rng(0).normal(size=30)


def along(usual: int, *sets: str) -> tuple[BestAt, ...]:
    """Return which may be the best at 0, 1, 2 ...; each letter is an alternative."""
    return tuple(
        BestAt(place, Ranking(tuple(names), tuple(names)), place == usual)
        for place, names in enumerate(sets)
    )


@pytest.mark.parametrize(
    ("usual", "sets", "changes"),
    [
        (1, ["a", "a", "a"], []),
        (1, ["a", "b", "b"], [(0, "b", "a")]),
        (1, ["b", "b", "a"], [(2, "b", "a")]),
        (1, ["a", "b", "c"], [(0, "b", "a"), (2, "b", "c")]),
        (0, ["a", "b", "a"], [(1, "a", "b"), (2, "b", "a")]),
        (2, ["a", "b", "c"], [(0, "b", "a"), (1, "c", "b")]),
        (1, ["ab", "b", "bc"], []),
        (0, ["a", "ab", "b"], [(2, "a", "b")]),
        (2, ["a", "ab", "b"], [(0, "b", "a")]),
        (1, ["a", "ab", "b"], [(0, "b", "a")]),  # no one is best at all three
        (0, ["ab", "bc", "ca"], [(2, "b", "ca")]),  # nor here
    ],
)
def test_the_winner_changes_where_none_of_those_so_far_can_win(
    usual: int, sets: list[str], changes: list[tuple[int, str, str]]
) -> None:
    found = changes_along(along(usual, *sets))
    assert found == tuple(WinnerChange(at, tuple(old), tuple(new)) for at, old, new in changes)


@pytest.mark.parametrize(
    ("values", "usual", "places"),
    [
        ((4, 8), 6, [4, 6, 8]),
        ((4, 8), 2, [2, 4, 8]),
        ((4, 8), 9, [4, 8, 9]),
        ((4, 8), 4.0, [4, 8]),
        ((0.1, 0.3), 0.1 + 0.2, [0.1, 0.3]),
        (("fifo", "value"), "value", ["fifo", "value"]),
        (("fifo", "value"), "risk", ["risk", "fifo", "value"]),
    ],
)
def test_the_usual_value_stands_at_its_place(values: tuple, usual: object, places: list) -> None:
    outcomes = np.zeros((2, len(values), 30)) + LUCK
    found = best_along("ab", values, outcomes, (usual, outcomes[:, 0]))
    assert [each.value for each in found] == places
    (now,) = (each.value for each in found if each.is_usual)
    assert now == (pytest.approx(usual) if isinstance(usual, float) else usual)


def test_what_is_best_at_all_values_holds_at_once() -> None:
    """What just decides at one value does not if it must hold at two."""
    luck = (LUCK - LUCK.mean()) / LUCK.std(ddof=1)
    behind = luck - 2.2 / np.sqrt(30)  # between the quantiles for 0.05 and 0.025: 2.05 and 2.36
    one = np.stack([np.zeros((1, 30)), behind[None]])
    two = np.repeat(one, 2, axis=1)
    assert best_along("ab", (1,), one, (1, one[:, 0]))[0].ranking.is_decided
    assert not best_along("ab", (1, 2), two, (1, two[:, 0]))[0].ranking.is_decided


def test_of_equals_the_first_wins() -> None:
    assert winners(np.array([[1.0, 2.0, 0.0], [1.0, 1.0, 3.0], [1.0, 2.0, 3.0]])).tolist() == [
        0,
        0,
        1,
    ]


def test_who_never_wins_has_an_interval_too() -> None:
    found = wins("abc", np.array([0, 2, 2, 2]))
    assert [each.count for each in found.values()] == [1, 0, 3]
    assert found["b"].low == 0.0 < found["b"].high < 1.0


def test_what_reaches_the_highest_lower_end_may_lead() -> None:
    assert may_lead("abc", [1.0, 3.0, 0.0], [2.9, 5.0, 3.0]) == ["b", "c"]


def an_index(total: list[float], half_width: list[float]) -> Indices:
    names = tuple("abcd"[: len(total)])
    zeros = np.zeros(len(total))
    return Indices(names, zeros, zeros, np.array(total), np.array(half_width))


def test_a_largest_index_is_named_only_if_it_is_told() -> None:
    assert an_index([0.1, 0.9, 0.2], [0.05, 0.1, 0.1]).may_be_largest == ("b",)
    assert an_index([0.1, 0.5, 0.4], [0.05, 0.1, 0.1]).may_be_largest == ("b", "c")
    assert an_index([0.1, 0.5, 0.4], [0.2, 0.6, 0.5]).may_be_largest == ("b", "c", "a")
