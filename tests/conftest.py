"""What every test shares: markers by folder, shared data, Hypothesis profiles, the slow budget."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests.offline import sitecustomize as offline

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As in a job that a shell has put into the background: every program that a test starts would
    # inherit it, and those that a test stops by Ctrl-C would never end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["MPLBACKEND"] = "Agg"  # before anything imports Matplotlib, and for child processes

TESTS = Path(__file__).resolve().parent
SHARED_DATA = TESTS.parent.parent / "shared" / "data"
FOLDERS = ("unit", "property", "verification", "twin", "baseline", "interface", "app")

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def missing(what: str) -> NoReturn:
    """Skip the test for something the machine lacks; fail where everything is required."""
    if os.environ.get("MODELOPS_ABM_REQUIRE_ALL"):
        pytest.fail(f"{what} (required by MODELOPS_ABM_REQUIRE_ALL)", pytrace=False)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def _stays_on_this_machine() -> Iterator[None]:
    """Fail a test in which anything asks for more than this machine."""
    offline.attempts.clear()
    yield
    assert offline.attempts == []


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of data files that lies beside the repository, not in it."""
    if not SHARED_DATA.is_dir():
        missing(f"no shared data: {SHARED_DATA} is not there")
    return SHARED_DATA


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by the folder it is in."""
    folder = item.path.relative_to(TESTS).parts[0]
    if folder in FOLDERS:
        item.add_marker(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the time that slow tests may take."""
    parser.addoption(
        "--slow-budget",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="start slow tests until they took this long together (in each worker process, so "
        "about this long by the clock); 0 (the default) leaves them all out",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let the budget watch the tests."""
    config.pluginmanager.register(SlowBudget(config.getoption("--slow-budget")))


class SlowBudget:
    """Runs slow tests until their time is used up; leaves the rest out and says so."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.used = 0.0

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Without a budget, deselect; each xdist worker does the same, so they agree."""
        if self.seconds > 0:
            return
        slow = [item for item in items if item.get_closest_marker("slow")]
        if slow:
            items[:] = [item for item in items if not item.get_closest_marker("slow")]
            config.hook.pytest_deselected(items=slow)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Count what a slow test takes, with its fixtures."""
        start = time.monotonic()
        try:
            return (yield)
        finally:
            if item.get_closest_marker("slow"):
                self.used += time.monotonic() - start

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a slow test when the time is used up."""
        if item.get_closest_marker("slow") and self.used >= self.seconds:
            pytest.skip(f"the budget of {self.seconds:g} s for slow tests is used up")
