"""The cache of compiled code: named after the sources, never stale, never needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
    for name in ("rules/power.py", "randomness.py", "ensemble/life.py", "interrupts.py"):
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


def test_folders_that_nobody_uses_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = 86_400.0
    for name, days in (("compiled-old", 31.0), ("compiled-recent", 29.0), ("other", 99.0)):
        (tmp_path / name / "inside").mkdir(parents=True)
        os.utime(tmp_path / name, (time.time() - days * day,) * 2)
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path))
    folder = compiled.cache_folder()
    assert folder is not None
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {folder.name, "compiled-recent", "other"}


def test_a_folder_that_is_used_stays_young(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path))
    folder = compiled.cache_folder()
    assert folder is not None
    os.utime(folder, (0.0, 0.0))
    compiled.cache_folder.cache_clear()
    assert compiled.cache_folder() == folder
    assert time.time() - folder.stat().st_mtime < 60.0


def test_without_a_writable_place_it_works_without_a_cache(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    program = (
        "from modelops_abm.compiled import cache_folder, prepare\n"
        "from modelops_abm.rules.power import power\n"
        "prepare()\n"
        "print(cache_folder(), power(0.9, 0.5))\n"
    )
    assert run(program, MODELOPS_ABM_CACHE_DIR=str(blocked)) == ["None", "0.45"]


def run(program: str, **environment: str) -> list[str]:
    """Run a program in a process of its own and return the words that it prints."""
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.split()


COMPILING = """
from modelops_abm.simulate import prepare_ensemble, replicate
from modelops_abm import preset

told = []
prepare_ensemble(lambda done, total: told.append((done, total)))
dones = [done for done, _ in told]
assert dones == sorted(dones) and len({total for _, total in told}) <= 1
worth = replicate(preset("start_up"), 2).summaries()["npv"].sum()
print(len(told), *(told[-1] if told else ()), worth)
"""


@pytest.mark.slow
def test_two_processes_compile_at_once_and_a_third_finds_what_they_made(tmp_path: Path) -> None:
    environment = {"MODELOPS_ABM_CACHE_DIR": str(tmp_path)}
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: run(COMPILING, **environment), range(2))
    assert first[3] == second[3]
    dones = []
    for words in (first, second):
        told, done, total = map(int, words[:3])
        assert 100 < told <= done <= total
        dones.append(done)
    assert sum(dones) >= total  # what one of them found ready, the other had made and told
    assert run(COMPILING, **environment) == ["0", first[3]]


@pytest.mark.slow
def test_nothing_is_written_beside_the_package(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages"
    shutil.copytree(PACKAGE, installed / "modelops_abm")
    before = {path: path.stat().st_mtime_ns for path in installed.rglob("*")}
    cache = tmp_path / "cache"
    environment = {"MODELOPS_ABM_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    program = "from modelops_abm.compiled import prepare; from modelops_abm.rules import power"
    run(f"{program}; prepare()", PYTHONPATH=str(installed), **environment)
    assert {path: path.stat().st_mtime_ns for path in installed.rglob("*")} == before
    assert list(cache.rglob("*.nbc"))
