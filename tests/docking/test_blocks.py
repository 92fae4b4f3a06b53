"""The ensemble engine gives the same bits however its replications are divided up, and who asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from modelops_abm.compiled_engine.inputs import Prepared, prepared
from modelops_abm.compiled_engine.run import Block, prepare_kernel, run_block, run_in_full
from modelops_abm.core import outcomes
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset
from tests.docking.varied import varied

SEED, REPLICATIONS, THREADS = 9, 20, 8
NAMES = tuple(outcome.name for outcome in outcomes.DAILY)
SOME = ("npv", "availability", "models_online", "waiting_repair")


@pytest.fixture(scope="module", autouse=True)
def _kernel() -> None:
    prepare_kernel()


def organisation() -> Scenario:
    return with_values(preset("all_five"), {"horizon_days": 90}, source="docking")


def in_blocks(scenario: Prepared, size: int, wanted: Sequence[str]) -> Block:
    blocks = [
        run_block(scenario, SEED, first, size, wanted) for first in range(0, REPLICATIONS, size)
    ]
    return Block(
        np.concatenate([block.totals for block in blocks]),
        np.concatenate([block.series for block in blocks]),
    )


def same_bits(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()


def same_block(one: Block, other: Block) -> bool:
    return all(map(same_bits, one, other))


@pytest.mark.parametrize("wanted", [(), SOME, NAMES], ids=["no series", "some", "all series"])
@pytest.mark.parametrize("size", [20, 5, 4, 1])
def test_a_block_is_its_replications_in_full(size: int, wanted: tuple[str, ...]) -> None:
    scenario = organisation()
    block = in_blocks(prepared(scenario), size, wanted)
    runs = [run_in_full(scenario, SEED, replication) for replication in range(REPLICATIONS)]
    assert same_bits(block.totals, np.array([run.totals for run in runs]))
    assert block.series.shape == (REPLICATIONS, len(wanted), scenario.horizon_days if wanted else 0)
    for place, name in enumerate(wanted):
        days = np.array([run.daily[:, NAMES.index(name)] for run in runs])
        assert same_bits(np.ascontiguousarray(block.series[:, place]), days)


def test_the_order_of_the_wanted_series_is_the_callers() -> None:
    scenario = prepared(organisation())
    one = run_block(scenario, SEED, 0, 3, SOME).series
    other = run_block(scenario, SEED, 0, 3, SOME[::-1]).series
    assert same_bits(one, np.ascontiguousarray(other[:, ::-1]))


def test_a_scenario_may_run_again_and_again() -> None:
    scenario = prepared(organisation())
    words, tables = scenario.words.copy(), [np.array(table) for table in scenario.tables]
    first = run_block(scenario, SEED, 0, REPLICATIONS, SOME)
    assert same_block(first, run_block(scenario, SEED, 0, REPLICATIONS, SOME))
    assert (scenario.words == words).all()
    pairs = zip(tables, scenario.tables, strict=True)
    assert all(before.tobytes() == after.tobytes() for before, after in pairs)


def test_no_replications_and_no_days_of_interest() -> None:
    block = run_block(prepared(organisation()), SEED, 0, 0, SOME)
    assert block.totals.shape == (0, len(outcomes.TOTALS))
    assert block.series.shape[0] == 0


def test_threads_do_not_disturb_each_other() -> None:
    """Each runs its own scenarios, and all the same one, at the same time."""
    own = [prepared(varied(number)) for number in range(2 * THREADS)]
    shared = prepared(organisation())
    jobs = [
        (scenario, first, wanted)
        for scenario in [*own, *[shared] * THREADS]
        for first, wanted in ((0, ()), (5, SOME), (10, NAMES))
    ]

    def run(job: tuple[Prepared, int, tuple[str, ...]]) -> Block:
        scenario, first, wanted = job
        return run_block(scenario, SEED, first, 5, wanted)

    serial = [run(job) for job in jobs]
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(3):
            assert all(map(same_block, pool.map(run, jobs), serial))


def test_whole_runs_in_threads() -> None:
    numbers = range(THREADS)
    serial = [run_in_full(varied(number), SEED, 0) for number in numbers]
    with ThreadPoolExecutor(THREADS) as pool:
        parallel = list(pool.map(lambda number: run_in_full(varied(number), SEED, 0), numbers))
    for one, other in zip(serial, parallel, strict=True):
        assert all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


# Neither engine needs the other

MESA_ALONE = """
from modelops_abm.mesa_engine.model import ModelOpsModel
model = ModelOpsModel(scenario, rng=7)
while model.running:
    model.step()
print(repr(list(model.totals.values())))
"""
ENSEMBLE_ALONE = """
from modelops_abm.compiled_engine.run import run_in_full
print(repr(run_in_full(scenario, 7, 0).totals.tolist()))
"""
BOTH_NEED = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None
from modelops_abm.scenario import Scenario
scenario = Scenario.model_validate({{"horizon_days": 10}})
"""
OF_MESA = ("mesa", "modelops_abm.mesa_engine")
OF_ENSEMBLE = ("modelops_abm.compiled_engine",)


def alone(blocked: tuple[str, ...], code: str) -> str:
    """Run an engine in a process in which some modules cannot be imported; return its totals."""
    whole = BOTH_NEED.format(blocked=blocked) + code
    run = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_each_engine_works_without_the_other() -> None:
    assert alone(OF_ENSEMBLE, MESA_ALONE) == alone(OF_MESA, ENSEMBLE_ALONE)


def test_a_blocked_engine_is_indeed_not_there() -> None:
    whole = BOTH_NEED.format(blocked=OF_ENSEMBLE) + ENSEMBLE_ALONE
    run = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError" in run.stderr
