"""Sweeps: what they cost beyond the simulation, how they spread over workers, what a kill costs.

    python benchmarks/sweep.py [--only overhead workers cluster kills] [--kills 50]

Ratios are of one run on one machine; they mean something on an otherwise idle one.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from modelops_abm.compiled_engine.inputs import prepared
from modelops_abm.compiled_engine.run import run_block
from modelops_abm.experiments import Sweep, grid, run_sweep
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.store import Store
from modelops_abm.experiments.workers import worker_processes
from modelops_abm.runs import prepare_ensemble
from modelops_abm.runs.resources import MOST_REPLICATIONS, cores
from modelops_abm.scenario.presets import preset

INPUTS = (
    parse_input("team.developers=4..12"),
    parse_input("capabilities.automation.maximum=0..1"),
    parse_input("drift.severity=0.1..0.5"),
)
SWEEP = Sweep(preset("all_five"), INPUTS, grid(INPUTS))
REPLICATIONS = 24
NO_PROFILER = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
"""A worker of Dask looks 100 times a second at what it does, which costs where no core is free."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    arguments.add_argument("--kills", type=int, default=50)
    chosen = arguments.parse_args()
    prepare_ensemble()
    for name in chosen.only:
        PARTS[name](chosen.kills)


def row(what: str, value: float, unit: str, aim: str = "") -> None:
    print(f"{what:74} {value:9,.2f} {unit:4} {aim}", flush=True)


def seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def overhead(_kills: int) -> None:
    """Time of a whole sweep, tables and store included, over that of its bare kernel calls.

    Time on the clock means something on an idle machine only; time of the processor on a busy one
    too, but it leaves out what is waited for.
    """
    clock, processor = [], []
    for _ in range(3):
        bare = both_times(bare_calls)
        with tempfile.TemporaryDirectory() as folder:
            whole = both_times(partial(whole_sweep, Path(folder)))
        clock.append(whole[0] / bare[0])
        processor.append(whole[1] / bare[1])
    row(f"{len(SWEEP.points)} points x {REPLICATIONS}: the bare simulation", bare[0], "s")
    for what, ratios in (("on the clock", clock), ("of the processor", processor)):
        beyond = 100.0 * (float(np.median(ratios)) - 1.0)
        row(f"  the sweep with store and table: beyond that {what}, median of 3", beyond, "%", "5")


def both_times(action: Callable[[], object]) -> tuple[float, float]:
    """Return seconds on the clock and of the processor."""
    began = time.process_time()
    passed = seconds(action)
    return passed, time.process_time() - began


def bare_calls() -> None:
    """Run the same replications on as many threads, without anything else."""
    settings = [prepared(each) for each in (SWEEP.scenario, *SWEEP.scenarios())]
    with ThreadPoolExecutor(cores()) as pool:
        blocks = [
            pool.submit(run_block, setting, 0, first, MOST_REPLICATIONS, ())
            for setting in settings
            for first in range(0, REPLICATIONS, MOST_REPLICATIONS)
        ]
        for block in blocks:
            block.result()


def whole_sweep(folder: Path) -> None:
    with Store(folder / "runs") as store:
        run_sweep(SWEEP, REPLICATIONS, store=store).table().to_parquet(folder / "table.parquet")


def workers(_kills: int) -> None:
    """Two processes against one, on the same work."""
    times = []
    for count in (1, 2):
        with worker_processes(count) as pool:
            run(pool)  # until every one of them has started
            times.append(seconds(lambda: run(pool)))
    row("one process", times[0], "s")
    row("two processes: times as fast", times[0] / times[1], "", "1.8")


def run(pool: Executor) -> None:
    totals_of(SWEEP.scenarios(), REPLICATIONS, executor=pool)


def cluster(_kills: int) -> None:
    """Two workers of a Dask cluster against one; scheduler and workers are processes."""
    times = []
    for count in (1, 2):
        with dask_cluster(count) as pool:
            run(pool)
            times.append(seconds(lambda: run(pool)))
    row("one Dask worker", times[0], "s")
    row("two Dask workers: times as fast", times[0] / times[1], "", "1.8")


@contextmanager
def dask_cluster(count: int) -> Iterator[Executor]:
    from distributed import Client

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    worker = ("dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    with ExitStack() as stack:
        stack.enter_context(
            beside("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        )
        for _ in range(count):
            stack.enter_context(beside(*worker))
        client = stack.enter_context(Client(address, timeout="60s"))
        client.wait_for_workers(count)
        yield client.get_executor()


@contextmanager
def beside(program: str, *arguments: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
        env={**os.environ, **NO_PROFILER, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def kills(count: int) -> None:
    """Kill a running sweep at random moments; go on with it each time, and compare at the end."""
    random.seed(0)
    truth = run_sweep(SWEEP, REPLICATIONS).totals
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--only", "killed"]
        environment = {**os.environ, "SWEEP_FOLDER": folder}
        alive = 0
        for _ in range(count):
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
            assert process.stdout is not None
            process.stdout.readline()  # says that the sweep runs
            threading.Event().wait(random.uniform(0.0, 3.0))
            process.send_signal(signal.SIGKILL)
            alive += process.wait() == -signal.SIGKILL
            process.stdout.close()
            done = kept(Path(folder))
            if done == truth.shape[0] * truth.shape[1]:
                restart(Path(folder))
        with Store(Path(folder) / "runs") as store:
            same = run_sweep(SWEEP, REPLICATIONS, store=store).totals.tobytes() == truth.tobytes()
    row(f"of {count} kills, met a running sweep", alive, "")
    row(f"killed {count} times; equal to the undisturbed sweep (1 is yes)", float(same), "", "1")


def kept(folder: Path) -> int:
    with Store(folder / "runs") as store:
        return store.runs.size


def restart(folder: Path) -> None:
    """Begin anew, half-way, so that there is something left to kill."""
    parts = sorted(folder.glob("runs/*.parquet"))
    for part in parts[: (len(parts) + 1) // 2]:
        part.unlink()


def killed(_kills: int) -> None:
    """The sweep that is killed."""
    with Store(Path(os.environ["SWEEP_FOLDER"]) / "runs") as store:
        print("running", flush=True)
        run_sweep(SWEEP, REPLICATIONS, store=store)


PARTS = {"overhead": overhead, "workers": workers, "cluster": cluster, "kills": kills}

if __name__ == "__main__":
    if sys.argv[1:] == ["--only", "killed"]:
        prepare_ensemble()
        killed(0)
    else:
        main()
