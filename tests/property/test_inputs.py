"""Values of an input always lie where it says, whole numbers with equal shares."""

from __future__ import annotations

from hypothesis import given, strategies as st

from modelops_abm.experiments.inputs import Range


@given(
    st.floats(1e-3, 1e3), st.floats(1.1, 1e3), st.booleans(), st.floats(0.0, 1.0), st.integers(1, 9)
)
def test_values_stay_in_the_range(
    low: float, factor: float, is_logarithmic: bool, position: float, count: int
) -> None:
    entry = Range("team.focus", low, low * factor, is_logarithmic=is_logarithmic)
    slack = 1e-12 * entry.high
    assert entry.low - slack <= entry.at(position) <= entry.high + slack
    assert (entry.at(0.0), entry.at(1.0)) == (entry.low, entry.high)
    points = entry.points(count)
    assert len(points) == count
    assert list(points) == sorted(set(points))
    if count > 1:
        assert (points[0], points[-1]) == (entry.low, entry.high)


@given(st.integers(0, 9), st.integers(1, 9), st.integers(1, 12))
def test_whole_numbers_come_once_each(low: int, more: int, count: int) -> None:
    entry = Range("team.developers", low, low + more, is_whole=True)
    points = entry.points(count)
    assert len(set(points)) == len(points) == min(count, more + 1)
    assert all(isinstance(point, int) for point in points)
    parts = [entry.at((place + 0.5) / (more + 1)) for place in range(more + 1)]
    assert parts == list(range(low, low + more + 1))
