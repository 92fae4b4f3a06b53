"""Nothing that users rely on is gone, and what is new is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interface.inventory import OFFERED, RUNS, differences, recorded, written


@pytest.mark.parametrize("section", OFFERED)
def test_what_is_offered_is_as_recorded(section: str) -> None:
    told = differences(recorded()[section], OFFERED[section]())
    assert not told, "\n".join(told)


@pytest.mark.parametrize("name", RUNS)
def test_what_is_written_is_as_recorded(name: str, tmp_path: Path) -> None:
    told = differences(recorded()["files"][name], written(name, tmp_path / "results"))
    assert not told, "\n".join(told)
