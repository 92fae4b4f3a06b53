"""Processes that work for another: Ctrl-C does not strike them, and none is orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.patience import PATIENCE_SECONDS
from tests.unit.cli.conftest import REPOSITORY

unix = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")

WITH_A_WORKER = """
import os, signal, time
from modelops_abm.experiments.workers import worker_processes

signal.signal(signal.SIGINT, lambda *_: None)
with worker_processes(1) as pool:
    worker = pool.submit(os.getpid)
    print("begun", flush=True)
    print(worker.result(), flush=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep({seconds})
"""


@contextmanager
def parent_of_a_worker(seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Start a process that starts a worker, in a group of their own, and end both."""
    with subprocess.Popen(
        [sys.executable, "-c", WITH_A_WORKER.format(seconds=seconds)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "begun\n"
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@unix
def test_no_interrupt_of_the_group_strikes_a_worker_not_even_while_it_starts() -> None:
    with parent_of_a_worker(0.0) as process:
        while process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.01)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert int(out) != process.pid


@unix
def test_a_worker_ends_with_the_process_that_has_it_even_if_that_is_killed() -> None:
    with parent_of_a_worker(PATIENCE_SECONDS) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        process.kill()
        # Ends when nobody is left who holds the output.
        process.communicate(timeout=PATIENCE_SECONDS)
    assert worker != process.pid
