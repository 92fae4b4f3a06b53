"""Time of a replication beside that of earlier commits: processes that take turns.

    python benchmarks/against.py COMMIT... [--tries 100]

Each commit is taken out of the repository with `git archive` into a folder of its own, and compiles
there. The least of many short tries is what a machine takes that other work leaves alone. Where
code and memory happen to lie changes the time by some per cent from process to process, so there
are several of each. The first line is the code here.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPLICATIONS, PROCESSES = 20, 3
# In a process of its own, with the package of the folder that it starts in.
PROGRAM = f"""
import sys, time
from modelops_abm.compiled_engine.inputs import prepared
from modelops_abm.compiled_engine.run import prepare_kernel, run_block
from modelops_abm.scenario import Scenario

prepare_kernel()
reference = prepared(Scenario())
for _ in sys.stdin:
    began = time.thread_time()
    run_block(reference, 1, 0, {REPLICATIONS}, ())
    print(time.thread_time() - began, flush=True)
"""


class Timer:
    """A process that runs the reference and tells how long that took."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self) -> float:
        """Return the processor time of a replication, from one more try."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        print(file=process.stdin, flush=True)
        return float(process.stdout.readline()) / REPLICATIONS

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("commits", nargs="+", metavar="COMMIT", help="what to compare with")
    arguments.add_argument("--tries", type=int, default=100, help="of each, in turn")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folders = [_taken_out(commit, Path(place) / commit) for commit in given.commits]
        least = measured([ROOT, *folders], given.tries)
    for name, seconds in zip(["here", *given.commits], least, strict=True):
        print(f"{name:20} {seconds * 1e3:9.4f} ms {least[0] / seconds:7.3f} here / it")


def _taken_out(commit: str, folder: Path) -> Path:
    """Write a commit's package into a folder."""
    command = ["git", "-C", str(ROOT), "archive", commit, "modelops_abm"]
    archive = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def measured(folders: Sequence[Path], tries: int) -> list[float]:
    """Return the least time of a replication with the package in each folder."""
    timers = [[Timer(folder) for _ in range(PROCESSES)] for folder in folders]
    least = [float("inf")] * len(folders)
    for _ in range(tries):
        for place, same in enumerate(timers):
            least[place] = min(least[place], *(timer.seconds() for timer in same))
    for timer in (timer for same in timers for timer in same):
        timer.close()
    return least


if __name__ == "__main__":
    main()
