"""Experiments on a Dask cluster of separate processes, also while a worker is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

from modelops_abm.cli import main
from modelops_abm.evidence.fit import Size, fit
from modelops_abm.evidence.statements import about
from modelops_abm.experiments import Sweep, grid, run_sweep, workers as workers_module
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.workers import cluster_workers
from modelops_abm.scenario import InputError, Scenario, with_values
from tests.patience import PATIENCE_SECONDS, until

distributed = pytest.importorskip("distributed")
REPOSITORY = Path(__file__).resolve().parents[3]
WORKERS = 2

pytestmark = [
    pytest.mark.slow(14),
    pytest.mark.filterwarnings("default"),  # Dask's own
]


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of Dask beside the test, in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[object, list[subprocess.Popen[bytes]]]]:
    """Give a client of a scheduler with two workers of one thread each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    with ExitStack() as stack:
        stack.enter_context(
            started("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        )
        workers = [
            stack.enter_context(
                started(
                    "dask_worker",
                    address,
                    "--nthreads",
                    "1",
                    "--no-nanny",
                    "--no-dashboard",
                    "--local-directory",
                    str(tmp_path / str(number)),
                )
            )
            for number in range(WORKERS)
        ]
        client = stack.enter_context(distributed.Client(address, timeout=PATIENCE_SECONDS))
        client.wait_for_workers(WORKERS, timeout=PATIENCE_SECONDS)
        yield client, workers


INPUTS = (parse_input("team.developers=4..12"), parse_input("team.focus=0.4,0.6,0.8"))
SWEEP = Sweep(Scenario(), INPUTS, grid(INPUTS))


def test_a_cluster_gives_the_same_to_the_bit(cluster: tuple) -> None:
    client, _ = cluster
    here = totals_of(SWEEP.scenarios(), 9)
    there = totals_of(SWEEP.scenarios(), 9, executor=client.get_executor())
    assert there.tobytes() == here.tobytes()


def test_a_belief_is_fitted_there_to_the_same_bits(cluster: tuple) -> None:
    client, _ = cluster
    evidence = (about("outages_per_month", 8.0), about("upkeep_share", 0.5, "logit-normal"))
    few = with_values(Scenario(), {"portfolio.initial_models": 4}, source="test")
    size = Size(draws=80, rounds=(20,), checked=10)
    executor = client.get_executor()
    here, there = (
        fit(few, evidence, size=size, executor=each).draws.columns for each in (None, executor)
    )
    assert all(here[name].tobytes() == there[name].tobytes() for name in here)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_worker_that_is_killed_costs_only_time(cluster: tuple) -> None:
    client, workers = cluster
    killed = threading.Event()

    def kill(done: int, total: int) -> None:
        if 4 * done > total and not killed.is_set():
            os.killpg(workers[0].pid, signal.SIGKILL)
            killed.set()

    result = run_sweep(SWEEP, 80, executor=client.get_executor(), progress=kill)
    assert killed.is_set()
    until(lambda: len(client.scheduler_info()["workers"]) == 1)
    assert np.array_equal(result.totals, run_sweep(SWEEP, 80).totals)


def test_a_command_finds_there_what_it_finds_here(
    cluster: tuple, capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = cluster
    command = ["credit", "--preset", "all_five", "--days", "100", "--replications", "9", "--json"]
    assert main(command) == 0
    here = capsys.readouterr().out
    assert main([*command, "--cluster", client.scheduler.address]) == 0
    assert capsys.readouterr().out == here


def test_workers_of_another_version_are_refused(
    cluster: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = cluster
    monkeypatch.setattr(workers_module, "simulator_version", lambda: "99.0")
    with (
        pytest.raises(InputError, match=r"has modelops_abm .*, and this is 99\.0"),
        cluster_workers(client.scheduler.address),
    ):
        pass
