"""The cache of compiled code: never stale, never damaged, never needed."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import pytest
from numba import types
from numba.core import event

from modelops_abm import compiled
from modelops_abm.compiled import code_cache
from modelops_abm.compiled_engine import kernel
from modelops_abm.rules.money import discount_factor

PACKAGE = Path(code_cache.__file__).parents[1]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    """Begin as a new process does."""
    code_cache.cache_folder.cache_clear()
    code_cache._say.cache_clear()


def test_a_changed_rule_gets_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(code_cache, "_PACKAGE", copy)
    before = code_cache.cache_folder()
    code_cache.cache_folder.cache_clear()
    assert code_cache.cache_folder() == before
    for name in (
        "rules/power.py",
        "core/randomness.py",
        "compiled_engine/ml_model.py",
        "compiled/internals.py",
    ):
        assert (copy / name).exists()
        with (copy / name).open("a", encoding="utf-8") as source:
            source.write("\n")
        code_cache.cache_folder.cache_clear()
        after = code_cache.cache_folder()
        assert after != before
        before = after


def test_every_compiled_function_is_in_a_file_that_counts() -> None:
    counted = {
        path for pattern in code_cache._SOURCES for path in code_cache._PACKAGE.glob(pattern)
    }
    assert kernel.run_block in compiled.everything()
    files = {Path(each.py_func.__code__.co_filename) for each in compiled.everything()}
    own = {path for path in files if path.is_relative_to(PACKAGE)}
    assert len(own) > 15
    assert own <= counted


def test_another_file_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(code_cache, "_PACKAGE", copy)
    before = code_cache.cache_folder()
    (copy / "results.py").write_text("", encoding="utf-8")
    code_cache.cache_folder.cache_clear()
    assert code_cache.cache_folder() == before


def test_folders_that_nobody_uses_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = 86_400.0
    for name, days in (
        ("compiled-0123456789abcdef", 31.0),
        ("compiled-fedcba9876543210", 29.0),
        ("compiled-by-me", 99.0),
    ):
        (tmp_path / name / "inside").mkdir(parents=True)
        os.utime(tmp_path / name, (time.time() - days * day,) * 2)
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path))
    folder = code_cache.cache_folder()
    assert folder is not None
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {folder.name, "compiled-fedcba9876543210", "compiled-by-me"}


def test_a_folder_that_is_used_stays_young(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path))
    folder = code_cache.cache_folder()
    assert folder is not None
    os.utime(folder, (0.0, 0.0))
    code_cache.cache_folder.cache_clear()
    assert code_cache.cache_folder() == folder
    assert folder.stat().st_mtime > 0.0


def test_without_a_writable_place_it_works_without_a_cache(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    program = (
        "from modelops_abm.compiled.code_cache import cache_folder\n"
        "from modelops_abm.compiled import prepare\n"
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


class Compilations(event.Listener):  # type: ignore[misc]
    """Counts what numba compiles."""

    def __init__(self) -> None:
        self.count = 0

    def on_start(self, event: object) -> None:
        """Nothing to count."""

    def on_end(self, event: object) -> None:
        """Count it."""
        self.count += 1


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a place for a cache of one's own."""
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def compilations() -> int:
    """Compile an equation as a new process would, and return how often numba had to."""
    forget()
    listener = Compilations()
    dispatcher = numba.njit(nogil=True, error_model="numpy")(discount_factor.py_func)
    code_cache.keep(dispatcher)
    with event.install_listener("numba:compile", listener):
        dispatcher.compile((types.float64, types.int64))
    assert dispatcher(0.1, 364) == discount_factor.py_func(0.1, 364)
    return listener.count


def entry_of(cache: Path) -> Path:
    (entry,) = cache.glob("compiled-*/*")
    return entry


def bit_flipped(content: bytes) -> bytes:
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]


def test_what_is_compiled_is_found_again_without_a_word(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert [compilations(), compilations(), compilations()] == [1, 0, 0]
    assert caplog.messages == []


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda content: b"",
    "cut in the checksum": lambda content: content[:20],
    "cut": lambda content: content[:-1],
    "zeros": lambda content: bytes(len(content)),
    "zeros at the end": lambda content: content[: len(content) // 2].ljust(len(content), b"\0"),
    "a bit": bit_flipped,
    "longer": lambda content: content + b"\0",
    "no checksum": lambda content: content[32:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_entry_is_compiled_again_with_a_word(
    cache: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[bytes], bytes]
) -> None:
    compilations()
    entry = entry_of(cache)
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert compilations() == 1
    (said,) = caplog.messages
    assert f"Compiled code in {entry.parent} is not as it was written" in said
    assert entry_of(cache).stat().st_size > 32
    assert compilations() == 0
    assert len(caplog.messages) == 1


def test_an_entry_in_the_place_of_another_is_compiled_again(
    cache: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    compilations()
    entry = entry_of(cache)
    monkeypatch.setattr(code_cache._Cache, "_key", lambda *_: "the key of another version")
    monkeypatch.setattr(code_cache._Cache, "_path", lambda *_: entry)
    assert compilations() == 1
    assert "is not as it was written" in caplog.text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_a_pipe_in_the_place_of_an_entry_does_not_hang(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    compilations()
    entry = entry_of(cache)
    entry.unlink()
    os.mkfifo(entry)
    assert [compilations(), compilations()] == [1, 0]
    assert "is not as it was written" in caplog.text


def test_what_cannot_be_loaded_is_compiled_again(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a change of what the pickle names, which no checksum tells."""
    compilations()
    entry = entry_of(cache)
    key = []
    made = code_cache._digest

    def told(text: str, payload: bytes) -> bytes:
        key.append(text)
        return made(text, payload)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code_cache, "_digest", told)
        compilations()
    payload = pickle.dumps(("not", "what", "numba", "expects"))
    entry.write_bytes(made(key[0], payload) + payload)
    assert [compilations(), compilations()] == [1, 0]
    assert "is not as it was written" in caplog.text


class Malicious:
    """Runs something when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._mark,))


@pytest.mark.parametrize("length", [0, 32])
def test_nothing_is_unpickled_before_its_checksum_is_verified(
    cache: Path, tmp_path: Path, length: int
) -> None:
    mark = tmp_path / "mark"
    pickle.loads(pickle.dumps(Malicious(mark)))
    mark.unlink()
    compilations()
    entry_of(cache).write_bytes(bytes(length) + pickle.dumps(Malicious(mark)))
    assert compilations() == 1
    assert not mark.exists()


def test_a_cache_that_is_deleted_meanwhile_is_made_again(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = code_cache.cache_folder()
    assert folder is not None
    dispatcher = numba.njit(discount_factor.py_func)
    code_cache.keep(dispatcher)
    shutil.rmtree(cache)
    dispatcher.compile((types.float64, types.int64))
    assert entry_of(cache).parent == folder
    assert caplog.messages == []


def test_a_full_disk_costs_only_the_cache(
    cache: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", replace)
    assert [compilations(), compilations()] == [1, 1]
    assert list(cache.glob("compiled-*/*")) == []
    assert "cannot be kept" in caplog.text
    assert "no space left on device" in caplog.text
    assert "MODELOPS_ABM_CACHE_DIR" in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="no such permissions here")
def test_a_folder_that_can_only_be_read_is_read(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    compilations()
    folder = entry_of(cache).parent
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    assert compilations() == 0
    entry_of(cache).chmod(0)
    assert compilations() == 1
    assert "permission denied" in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="no such permissions here")
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_in_which_others_can_write_is_not_used(
    cache: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    compilations()
    folder = entry_of(cache).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(mode)
    assert compilations() == 1
    assert code_cache.cache_folder() is None
    assert "other users can write there" in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="no such owners here")
def test_a_folder_of_another_user_is_not_used(
    cache: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    compilations()
    folder = entry_of(cache).parent
    if os.geteuid() == 0:
        os.chown(folder, 4712, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert compilations() == 1
    assert code_cache.cache_folder() is None
    assert "it belongs to another user" in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="no such owners here")
def test_an_entry_of_another_user_is_not_loaded(
    cache: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    compilations()
    monkeypatch.setattr(code_cache, "_is_trusted", lambda status: stat.S_ISDIR(status.st_mode))
    assert compilations() == 1
    assert "is not as it was written" in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="no such permissions here")
@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_an_entry_that_others_can_write_is_not_loaded(
    cache: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    before = os.umask(0)
    try:
        compilations()
    finally:
        os.umask(before)
    entry = entry_of(cache)
    assert entry.stat().st_mode & 0o777 == 0o600
    entry.chmod(mode)
    assert compilations() == 1
    assert "is not as it was written" in caplog.text
    assert compilations() == 0


def test_what_a_killed_process_had_begun_to_write_is_deleted(cache: Path) -> None:
    compilations()
    folder = entry_of(cache).parent
    old, new, mine = (folder / f".{name}.part" for name in ("0" * 32, "1" * 32, "mine"))
    for path in (old, new, mine):
        path.write_bytes(b"half")
    for path in (old, mine):
        os.utime(path, (time.time() - 61.0,) * 2)
    assert compilations() == 0
    assert [path.exists() for path in (old, new, mine)] == [False, True, True]


def test_without_a_home_nothing_is_written_where_one_stands(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODELOPS_ABM_CACHE_DIR", raising=False)
    monkeypatch.setattr(code_cache, "user_cache_path", lambda _: Path("~/.cache/modelops-abm"))
    assert code_cache.cache_folder() is None
    assert "nothing says where the user's home is" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_a_place_is_shown_without_what_steers_a_terminal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a\x1b[31m").write_text("")
    monkeypatch.setenv("MODELOPS_ABM_CACHE_DIR", str(tmp_path / "a\x1b[31m"))
    assert code_cache.cache_folder() is None
    assert "\x1b" not in caplog.text


def test_another_setting_of_the_compiler_gets_a_new_folder(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code_cache.cache_folder()
    forget()
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)
    assert code_cache.cache_folder() != before


def test_a_worker_process_leaves_the_words_to_the_one_that_has_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_cache.multiprocessing, "parent_process", lambda: object())
    code_cache._say("something")
    assert caplog.messages == []


def test_a_function_of_another_package_is_not_kept(cache: Path) -> None:
    """The name of the folder says nothing of its source."""
    dispatcher = numba.njit(lambda number: number + 1.0)
    code_cache.keep(dispatcher)
    assert dispatcher(1.0) == 2.0
    assert list(cache.rglob("*")) == []


COMPILING = """
from modelops_abm.runs import prepare_ensemble, replicate
from modelops_abm import preset

told = []
prepare_ensemble(lambda done, total: told.append((done, total)))
dones = [done for done, _ in told]
assert dones == sorted(dones) and len({total for _, total in told}) <= 1
worth = replicate(preset("start_up"), 2).summaries()["npv"].sum()
print(len(told), *(told[-1] if told else ()), worth)
"""


@pytest.mark.slow(90)
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


@pytest.mark.slow(5)
def test_nothing_is_written_beside_the_package(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages"
    shutil.copytree(PACKAGE, installed / "modelops_abm")
    before = {path: path.stat().st_mtime_ns for path in installed.rglob("*")}
    cache = tmp_path / "cache"
    environment = {"MODELOPS_ABM_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    program = "from modelops_abm.compiled import prepare; from modelops_abm.rules import power"
    run(f"{program}; prepare()", PYTHONPATH=str(installed), **environment)
    assert {path: path.stat().st_mtime_ns for path in installed.rglob("*")} == before
    assert list(cache.rglob("compiled-*/*"))
