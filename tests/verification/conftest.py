"""Every check of this folder finds what was recorded for the page; see `record.py`."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.verification import findings
from tests.verification.recorded import RECORDER, same_as_recorded


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Compare what a test found, unless it is recorded just now."""
    first, first_effect = len(findings.findings), len(findings.effects)
    outcome = yield
    if not item.config.pluginmanager.has_plugin(RECORDER):
        for finding in [*findings.findings[first:], *findings.effects[first_effect:]]:
            same_as_recorded(finding)
    return outcome
