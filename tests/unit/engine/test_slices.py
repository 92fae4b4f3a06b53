"""A replication that is cut into slices has the same bits, wherever it is cut."""

from __future__ import annotations

import random
from collections.abc import Generator

import numpy as np
import pytest

from modelops_abm.compiled_engine.inputs import prepared
from modelops_abm.compiled_engine.run import SLICE_SECONDS, Block, Pace, block_in_slices, run_block
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset

DAILY = ("npv", "users", "models_online")


class FakeClock:
    """A clock that moves by so much whenever it is read, in slices' lengths."""

    def __init__(self, *steps: float) -> None:
        self._now, self._steps, self._read = 0.0, steps, 0

    def __call__(self) -> float:
        self._read += 1
        self._now += SLICE_SECONDS * self._steps[self._read % len(self._steps)]
        return self._now


def ended(steps: Generator[None, None, Block]) -> tuple[int, Block]:
    """Return how many slices there were, and the block."""
    slices = 1
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return slices, end.value
        slices += 1


@pytest.mark.parametrize("name", ["all_five", "no_preemption", "regulated_bank"])
@pytest.mark.parametrize("wanted", [(), DAILY])
def test_slices_have_the_bits_of_the_whole(name: str, wanted: tuple[str, ...]) -> None:
    scenario = prepared(with_values(preset(name), {"horizon_days": 400}, source="test"))
    whole = run_block(scenario, 3, 5, 3, wanted)
    chance = random.Random(0)
    clocks = (
        FakeClock(0.0),
        FakeClock(1.0),
        FakeClock(*(chance.choice((0.0, 0.1, 0.4, 2.0)) for _ in range(31))),
    )
    for clock in clocks:
        _, block = ended(block_in_slices(scenario, 3, 5, 3, wanted, Pace(clock)))
        assert block.totals.tobytes() == whole.totals.tobytes()
        assert block.series.tobytes() == whole.series.tobytes()


def test_it_is_cut_by_time_and_not_by_size() -> None:
    scenario = prepared(Scenario(horizon_days=64))
    slow, _ = ended(block_in_slices(scenario, 0, 0, 2, (), Pace(FakeClock(1.0))))
    fast, _ = ended(block_in_slices(scenario, 0, 0, 2, (), Pace(FakeClock(0.0))))
    assert (slow, fast) == (2 * 65, 2)


def test_what_is_known_to_be_fast_is_run_in_one_go() -> None:
    pace = Pace()
    assert pace.replications(8) == 0
    pace.learn(4, SLICE_SECONDS)
    assert (pace.replications(8), pace.replications(3)) == (4, 3)
    pace.learn(1, 2.0 * SLICE_SECONDS)
    assert pace.replications(8) == 0


def test_a_slice_grows_only_as_far_as_was_measured() -> None:
    pace = Pace()
    assert pace.days(0, 0.0) == 1
    assert pace.days(1, 0.0) == 2
    assert pace.days(64, SLICE_SECONDS / 10.0) == 128
    assert pace.days(64, 4.0 * SLICE_SECONDS) == 16
    assert pace.days(1, 100.0 * SLICE_SECONDS) == 1


def test_two_runs_in_slices_do_not_meet() -> None:
    """Their memory is their own, although they go on in turns."""
    first, second = (
        prepared(with_values(preset(name), {"horizon_days": 60}, source="test"))
        for name in ("all_five", "reference")
    )
    runs = [block_in_slices(one, 0, 0, 1, DAILY, Pace(FakeClock(1.0))) for one in (first, second)]
    blocks: list[Block] = []
    while runs:
        for run in tuple(runs):
            try:
                next(run)
            except StopIteration as end:
                blocks.append(end.value)
                runs.remove(run)
    for one, block in zip((first, second), blocks, strict=True):
        assert np.array_equal(block.totals, run_block(one, 0, 0, 1, DAILY).totals, equal_nan=True)
