"""Ctrl-C and compiled code: no crash, nothing lost, whatever it strikes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from modelops_abm.compiled import between_functions

REPOSITORY = Path(__file__).resolve().parents[2]
unix = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")

STORM = """
import random, signal
from modelops_abm.compiled import direct, prepare
from modelops_abm.rules.hazards import Hazards, exposed

prepare()
rates = Hazards(0.1, 0.2, 0.3, 0.4)
expected = exposed(rates, rates, 0.5)
signal.signal(signal.SIGALRM, signal.default_int_handler)
struck = 0
for _ in range({times}):
    call = random.choice((exposed, direct(exposed)))
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(2e-5, 2e-4))
        while True:
            assert call(rates, rates, 0.5) == expected
    except KeyboardInterrupt:
        struck += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(struck)
"""

IN_THE_CODE_GENERATOR = """
import os, signal
import numba
from numba.core.codegen import JITCodeLibrary
from modelops_abm.compiled import compiling

made = JITCodeLibrary._object_compiled_hook
strikes = iter([True])

def made_and_interrupted(module, code):
    if next(strikes, False):
        os.kill(os.getpid(), signal.SIGINT)
    made(module, code)

JITCodeLibrary._object_compiled_hook = made_and_interrupted

@numba.njit
def twice(number):
    return 2.0 * number

try:
    with compiling([]):
        twice(1.0)
except KeyboardInterrupt:
    print("interrupted", next(strikes, "once"))
print(twice(2.0))
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )


@unix
def test_no_interrupt_crashes_a_call_of_compiled_code() -> None:
    done = run(STORM.format(times=2_000))
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) == 2_000


@unix
def test_an_interrupt_in_the_code_generator_waits_for_the_end_of_the_function() -> None:
    done = run(IN_THE_CODE_GENERATOR)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["interrupted", "once", "4.0"]


def test_an_interrupt_waits_until_the_end_if_nothing_is_compiled() -> None:
    reached = []

    @between_functions()
    def work() -> None:
        signal.raise_signal(signal.SIGINT)
        reached.append("end")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_within_another_strikes_once() -> None:
    reached = []

    @between_functions()
    def work() -> None:
        with between_functions():
            signal.raise_signal(signal.SIGINT)
        reached.append("inner")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["inner"]


def test_the_handler_that_was_there_decides() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: seen.append(number))
    try:
        with between_functions():
            signal.raise_signal(signal.SIGINT)
            assert seen == []
        assert seen == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_are_left_alone() -> None:
    handlers = []

    def enter() -> None:
        with between_functions():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]
