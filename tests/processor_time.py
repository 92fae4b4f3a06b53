"""How much processor time the tests take, of each folder and the dearest of them.

    .venv/bin/pytest -p tests.processor_time [--slow-budget 190] [FOLDER...]

Counted is what a test takes with all that it starts: commands, servers, browsers. So it says the
same on a busy machine, which durations do not. What several tests share counts for the first. In
one process: leave out `-n`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from contextlib import suppress
from operator import itemgetter

import psutil
import pytest

SHOWN = 40
_found: dict[str, float] = defaultdict(float)
_before = 0.0


def spent() -> float:
    """Return the processor seconds of this process, its children, and those that have ended."""
    this = psutil.Process()
    seconds = 0.0
    for process in [this, *this.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds += times.user + times.system
            seconds += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return seconds


def pytest_collection_finish() -> None:
    """Leave out what collecting took."""
    global _before
    _before = spent()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count a test, with what it sets up and takes down."""
    global _before
    found = yield
    now = spent()
    _found[item.nodeid] += now - _before
    _before = now
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was found, dearest first; cases of one test together."""
    folders: dict[str, float] = defaultdict(float)
    tests: dict[str, float] = defaultdict(float)
    for name, seconds in _found.items():
        file, *_ = name.partition("::")
        folders["/".join(file.split("/")[:3]).removesuffix(".py")] += seconds
        tests[name.partition("[")[0]] += seconds
    terminalreporter.section(f"processor seconds: {sum(_found.values()):.0f}")
    for counted in (folders, tests):
        dearest = sorted(counted.items(), key=itemgetter(1), reverse=True)
        for name, seconds in dearest[:SHOWN]:
            terminalreporter.line(f"{seconds:8.1f}  {name}")
        terminalreporter.line("")
