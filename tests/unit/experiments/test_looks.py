from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments import estimate
from modelops_abm.experiments.statistics import FEWEST, LOOKS, checked_looks, is_known, looks_up_to


@pytest.mark.parametrize(
    ("replications", "looks"),
    [
        (1, (1,)),
        (16, (16,)),
        (60, (16, 48, 60)),
        (400, LOOKS),
        (1000, (*LOOKS, 800, 1000)),
        (1600, (*LOOKS, 800, 1600)),
    ],
)
def test_looks_end_at_the_last_replication(replications: int, looks: tuple[int, ...]) -> None:
    assert looks_up_to(replications) == looks


@pytest.mark.parametrize("looks", [(), (0,), (0, 5), (5, 5), (5, 3), (-1,), (2.5, 5)])
def test_looks_must_be_whole_numbers_that_grow(looks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="grow from 1 on"):
        checked_looks(looks)


def test_a_mean_is_known_when_its_interval_is_narrow_and_there_are_enough_values() -> None:
    values = np.random.default_rng(0).normal(0.0, 1.0, FEWEST)
    reached = estimate(values).half_width
    assert reached is not None
    assert is_known(values, reached)
    assert not is_known(values, 0.999 * reached)
    assert not is_known(np.zeros(FEWEST - 1), 1.0)
    assert is_known(np.zeros(FEWEST), 1.0)
