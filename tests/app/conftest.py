"""What tests of the page share: a comparison and a credit that are quick to run."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from types import ModuleType

import pytest

from modelops_abm.app.state.answer import BANDS, PERIOD_DAYS
from modelops_abm.experiments import Comparison, Credit, compare, credit
from tests.app.comparisons import quick_plan

REPLICATIONS = 16


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """Return a plan against its baseline, with the bands of the page."""
    plan = quick_plan(automation=0.5, rollback=1.0)
    return compare(plan, REPLICATIONS, daily=BANDS, period_days=PERIOD_DAYS)


@pytest.fixture(scope="session")
def quick_credit() -> Credit:
    """Return the credit of the two capabilities of the same plan."""
    return credit(quick_plan(automation=0.5, rollback=1.0), REPLICATIONS)


@pytest.fixture(scope="session")
def solara_server() -> ModuleType:
    """Return Solara's server, which imports what others call deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from solara.server import starlette
    return starlette


@pytest.fixture
def own_loop() -> Iterator[None]:
    """Set aside the event loop of Playwright, which runs on in a process with browser tests."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)
