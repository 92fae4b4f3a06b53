"""The cache of compiled code: named after the sources, never stale, never needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_abm import compiled

PACKAGE = Path(compiled.__file__).parent


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    compiled.cache_folder.cache_clear()
    yield
    compiled.cache_folder.cache_clear()


def test_a_changed_rule_gets_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "_PACKAGE", copy)
    before = compiled.cache_folder()
    compiled.cache_folder.cache_clear()
    assert compiled.cache_folder() == before
    for name in ("rules/power.py", "randomness.py", "ensemble/life.py"):
        with (copy / name).open("a", encoding="utf-8") as source:
            source.write("\n")
        compiled.cache_folder.cache_clear()
        after = compiled.cache_folder()
        assert after != before
        before = after


def test_another_file_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "_PACKAGE", copy)
    before = compiled.cache_folder()
    (copy / "results.py").write_text("", encoding="utf-8")
    compiled.cache_folder.cache_clear()
    assert compiled.cache_folder() == before


def test_without_a_writable_place_it_works_without_a_cache(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    program = (
        "from modelops_abm.compiled import cache_folder, prepare\n"
        "from modelops_abm.rules.power import power\n"
        "prepare()\n"
        "print(cache_folder(), power(0.9, 0.5))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "MODELOPS_ABM_CACHE_DIR": str(blocked),
            "PYTHONPATH": str(PACKAGE.parent),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["None", "0.45"]
