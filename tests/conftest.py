"""What every test shares: markers by folder, shared data, Hypothesis profiles, the slow budget."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter
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
# What the terminal or the user of this machine asks of the program: the tests say what they want.
ASKED_OF_THE_PROGRAM = re.compile(
    "COLUMNS|LINES|FORCE_COLOR|NO_COLOR|CLICOLOR.*|TTY_.*|MODELOPS_ABM_EXTENSIONS|SOLARA_.*|"
    "PYTHONWARNINGS|PYTHONOPTIMIZE|(?i:(HTTPS?|ALL)_PROXY)"  # a page on this machine needs none
)
for variable in [name for name in os.environ if ASKED_OF_THE_PROGRAM.fullmatch(name)]:
    del os.environ[variable]

TESTS = Path(__file__).resolve().parent
SHARED_DATA = TESTS.parent.parent / "shared" / "data"
USUAL_SLOW_SECONDS = 20.0
FOLDERS = ("unit", "property", "verification", "docking", "baseline", "interface", "app")

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
        help="run slow tests that take about this long together, by the seconds that their marks"
        " state; 0 (the default) leaves them all out",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests that the budget has no room for.

    What their marks state decides, not what they take: the same tests run on every machine, and in
    every process of xdist. Those marked ``first`` come first, then cheap ones, and one case of each
    before the next.
    """
    budget: float = config.getoption("--slow-budget")
    slow = {item: mark for item in items if (mark := item.get_closest_marker("slow"))}
    if not budget:
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=list(slow))
        return
    cases = Counter[object]()
    order = []
    for item, mark in slow.items():
        test = (item.path, getattr(item, "originalname", item.name))
        order.append((not mark.kwargs.get("first"), cases[test], seconds_of(mark), item))
        cases[test] += 1
    no_room = pytest.mark.skip(reason=f"no room in the budget of {budget:g} s for slow tests")
    for *_, seconds, item in sorted(order, key=itemgetter(0, 1, 2)):
        if seconds <= budget:
            budget -= seconds
        else:
            item.add_marker(no_room)


def seconds_of(mark: pytest.Mark) -> float:
    """Return the processor time of a slow test as its mark states it: ``slow(seconds)``."""
    return float(mark.args[0]) if mark.args else USUAL_SLOW_SECONDS
