"""Designs cover what they say, and come out the same every time."""

from __future__ import annotations

import pytest

from modelops_abm.experiments import DESIGNS, grid, latin_hypercube, points_of, sobol_points
from modelops_abm.experiments.inputs import Choice, Range
from modelops_abm.scenario import InputError

FOCUS = Range("team.focus", 0.4, 0.8)
SIZE = Range("model.market_size", 10.0, 1000.0, is_logarithmic=True)
DEVELOPERS = Range("team.developers", 4, 12, is_whole=True)
PREEMPTION = Choice("team.preemption", ("none", "maintenance"))


def test_a_grid_has_every_combination() -> None:
    points = grid([PREEMPTION, FOCUS], 3)
    assert [tuple(point.values()) for point in points] == [
        ("none", 0.4),
        ("none", pytest.approx(0.6)),
        ("none", 0.8),
        ("maintenance", 0.4),
        ("maintenance", pytest.approx(0.6)),
        ("maintenance", 0.8),
    ]


def test_a_grid_has_every_whole_number_unless_they_are_many() -> None:
    assert [point["team.developers"] for point in grid([DEVELOPERS])] == list(range(4, 13))
    many = Range("team.developers", 1, 101, is_whole=True)
    assert [point["team.developers"] for point in grid([many])] == [1, 26, 51, 76, 101]
    assert len(grid([FOCUS])) == 5


def test_a_latin_hypercube_has_each_part_of_every_input_once() -> None:
    points = latin_hypercube([FOCUS, DEVELOPERS], 36, seed=3)
    parts = sorted(int((point["team.focus"] - 0.4) / 0.4 * 36.0) for point in points)
    assert parts == list(range(36))
    for developers in range(4, 13):
        assert sum(point["team.developers"] == developers for point in points) == 4


def test_a_sobol_sequence_is_balanced() -> None:
    points = sobol_points([FOCUS, SIZE, PREEMPTION], 64, seed=1)
    assert sum(point["team.focus"] < 0.6 for point in points) == 32
    assert sum(point["model.market_size"] < 100.0 for point in points) == 32
    assert sum(point["team.preemption"] == "none" for point in points) == 32


@pytest.mark.parametrize("design", DESIGNS)
def test_the_same_seed_gives_the_same_points(design: str) -> None:
    inputs = [FOCUS, SIZE]
    first, again = (points_of(design, inputs, 8, seed=7) for _ in range(2))  # type: ignore[arg-type]
    assert first == again
    if design != "grid":
        assert points_of(design, inputs, 8, seed=8) != first  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="must be one of grid, latin, sobol, not 'Grid'"):
        points_of("Grid", inputs)  # type: ignore[arg-type]


def test_too_many_points_are_refused_before_they_are_made() -> None:
    with pytest.raises(InputError, match="100,000 points, not 1,000,000,000"):
        grid([Range(f"x{number}", 0.0, 1.0) for number in range(9)], 10)
    with pytest.raises(InputError, match="points"):
        latin_hypercube([FOCUS], 0)


def test_a_sobol_sequence_has_a_power_of_two_of_points() -> None:
    with pytest.raises(InputError, match="64 or 128, not 100"):
        sobol_points([FOCUS], 100)
