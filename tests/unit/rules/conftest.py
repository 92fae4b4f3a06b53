"""Every equation is compiled before the first test, as before every run."""

from __future__ import annotations

import pytest

from modelops_abm.compiled import prepare


@pytest.fixture(scope="session", autouse=True)
def _compiled_equations() -> None:
    prepare()
