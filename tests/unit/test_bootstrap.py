"""The bootstrap in run.py: which Python it takes, what it does to .venv, what it says."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import run
from modelops_abm.version import __version__

RUN = Path(run.__file__).resolve()
DIGEST = "digest of the requirement files"
FOUND = run.Contents("3.13.0", "/somewhere/.venv", ["added-by-hand==1.0", "mesa==3.5.1"], [])
STAMP = run.Stamp(
    run.Contents("3.13.0", "/somewhere/.venv", ["mesa==3.5.1"], ["odd.py"]), DIGEST, False
)

FILES_THAT_SAY_WHAT_TO_INSTALL = (
    "pyproject.toml",
    "requirements-build.txt",
    "requirements-dev.txt",
    "requirements.txt",
)

posix_only = pytest.mark.skipif(os.name == "nt", reason="the fake interpreters are shell scripts")


@pytest.fixture
def fake_python(tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """Return a maker of commands that answer the probe as the wanted interpreter would."""

    def make(name: str, version: tuple[int, int, int], **facts: object) -> tuple[str, ...]:
        answer = {
            "version": version,
            "implementation": "cpython",
            "free_threaded": False,
            "wide": True,
            "venv": True,
            **facts,
        }
        return script(tmp_path / name, f"echo '{json.dumps(answer)}'")

    return make


def script(path: Path, body: str) -> tuple[str, ...]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return (str(path),)


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return environment variables of a machine on which no place holds a Python."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(run, "_own_interpreter", lambda: "")
    monkeypatch.setattr(run, "_usual_places", lambda environ: iter(()))
    return {"PATH": ""}


# --- Which interpreter


def test_the_running_interpreter_is_recognised() -> None:
    found = run.probe([sys.executable])
    assert found is not None
    assert found.version == tuple(sys.version_info[:3])
    assert found.problem == ""


@posix_only
@pytest.mark.parametrize(
    ("version", "facts", "words"),
    [
        ((3, 11, 7), {}, "3.11.7 is too old"),
        ((3, 15, 0), {}, "newer than the pinned packages"),
        ((3, 13, 1), {"implementation": "pypy"}, "not CPython"),
        ((3, 14, 0), {"free_threaded": True}, "free-threaded"),
        ((3, 12, 9), {"wide": False}, "32-bit"),
        ((3, 12, 9), {"venv": False}, "python3-venv"),
    ],
)
def test_an_unsuitable_interpreter_is_refused_with_its_reason(
    fake_python: Callable[..., tuple[str, ...]],
    version: tuple[int, int, int],
    facts: dict[str, object],
    words: str,
) -> None:
    found = run.probe(fake_python("python", version, **facts))
    assert found is not None
    assert words in found.problem


@posix_only
@pytest.mark.parametrize("body", ["exit 127", "echo 'pyenv: python3.13: command not found' >&2"])
def test_a_shim_that_exists_and_fails_is_not_an_interpreter(tmp_path: Path, body: str) -> None:
    assert run.probe(script(tmp_path / "python3.13", body)) is None


def test_a_program_that_is_not_there_is_not_an_interpreter(tmp_path: Path) -> None:
    assert run.probe([str(tmp_path / "python3.13")]) is None


@posix_only
def test_newest_on_path_is_taken_past_a_failing_shim(
    tmp_path: Path,
    fake_python: Callable[..., tuple[str, ...]],
    nothing_installed: dict[str, str],
) -> None:
    script(tmp_path / "shims" / "python3.14", "exit 127")
    script(tmp_path / "shims" / "python3.13", "exit 127")
    fake_python("bin/python3.12", (3, 12, 4))
    expected = fake_python("bin/python3.13", (3, 13, 2))
    fake_python("bin/python3", (3, 11, 7))
    path = os.pathsep.join(["", str(tmp_path / "shims"), str(tmp_path / "bin")])
    found = run.find_interpreter(run.candidates({**nothing_installed, "PATH": path}))
    assert (found.command, found.version) == (expected, (3, 13, 2))


@posix_only
def test_newest_of_pyenv_is_taken_when_path_has_only_an_old_one(
    tmp_path: Path, fake_python: Callable[..., tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_own_interpreter", lambda: "")
    fake_python("bin/python3", (3, 11, 7))
    for minor, patch in ((9, 18), (12, 9), (13, 2), (13, 10)):
        expected = fake_python(f"pyenv/versions/3.{minor}.{patch}/bin/python", (3, minor, patch))
    environ = {"PATH": str(tmp_path / "bin"), "PYENV_ROOT": str(tmp_path / "pyenv")}
    assert run.find_interpreter(run.candidates(environ)).command == expected


@posix_only
def test_the_environment_is_never_made_from_itself(
    tmp_path: Path,
    fake_python: Callable[..., tuple[str, ...]],
    nothing_installed: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "ENVIRONMENT", tmp_path / ".venv")
    fake_python(".venv/bin/python3.13", (3, 13, 2))
    environ = {**nothing_installed, "PATH": str(tmp_path / ".venv" / "bin")}
    assert list(run.candidates(environ)) == []


@posix_only
def test_when_nothing_fits_the_message_says_what_was_seen_and_what_to_do(
    tmp_path: Path, fake_python: Callable[..., tuple[str, ...]]
) -> None:
    old = fake_python("python3", (3, 11, 7))
    shim = script(tmp_path / "python3.13", "exit 127")
    with pytest.raises(run.SetUpError) as caught:
        run.find_interpreter(iter([old, shim]))
    message = str(caught.value)
    assert f"{old[0]}: Python 3.11.7 is too old" in message
    assert f"{shim[0]}: does not run" in message
    assert "3.12, 3.13, 3.14" in message
    assert "Install one" in message


def test_main_ends_with_2_and_no_traceback_when_nothing_fits(
    tmp_path: Path,
    nothing_installed: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in FILES_THAT_SAY_WHAT_TO_INSTALL:
        (tmp_path / name).touch()
    monkeypatch.setattr(run, "REPOSITORY", tmp_path)
    monkeypatch.setattr(run, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(run, "candidates", lambda environ: iter(()))
    assert run.main(["--no-page"]) == 2
    assert "no Python was found" in capsys.readouterr().err


# --- What is done to .venv


@pytest.mark.parametrize(
    ("stamp", "found", "development", "work"),
    [
        (STAMP, FOUND, False, "nothing"),
        (STAMP, FOUND, True, "install"),
        (STAMP._replace(development=True), FOUND, True, "nothing"),
        (STAMP._replace(requirements="another"), FOUND, False, "install"),
        (None, FOUND, False, "rebuild"),
        (STAMP, None, False, "rebuild"),
        (STAMP, FOUND._replace(python="3.13.1"), False, "rebuild"),
        (STAMP, FOUND._replace(folder="/elsewhere/.venv"), False, "rebuild"),
        (STAMP, FOUND._replace(packages=["mesa==3.5.0"]), False, "rebuild"),
        (STAMP, FOUND._replace(damaged=["mesa/model.py"]), False, "rebuild"),
        (STAMP, FOUND._replace(damaged=["odd.py"]), False, "nothing"),
    ],
)
def test_work_to_do(
    stamp: run.Stamp | None, found: run.Contents | None, development: bool, work: str
) -> None:
    assert run.work_to_do(stamp, found, DIGEST, development) == work


def test_the_digest_changes_with_each_file_that_says_what_to_install(tmp_path: Path) -> None:
    for name in FILES_THAT_SAY_WHAT_TO_INSTALL:
        (tmp_path / name).write_text("a\n")
    digests = {run.requirements_digest(tmp_path)}
    for name in FILES_THAT_SAY_WHAT_TO_INSTALL:
        (tmp_path / name).write_text("b\n")
        digests.add(run.requirements_digest(tmp_path))
    assert len(digests) == 5
    assert all(len(digest) == hashlib.sha256().digest_size * 2 for digest in digests)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"python": "3.13.0"}', '"abc"', '[["3.13.0"], "", true]']
)
def test_a_stamp_that_is_not_whole_is_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / run.STAMP_NAME).write_text(text)
    assert run.read_stamp(tmp_path) is None


def test_a_whole_stamp_is_read_back(tmp_path: Path) -> None:
    (tmp_path / run.STAMP_NAME).write_text(json.dumps(STAMP))
    assert run.read_stamp(tmp_path) == STAMP


def test_the_lock_makes_the_second_wait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = []

    def second() -> None:
        with run.locked(tmp_path / "lock"):
            order.append("second")

    with run.locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        deadline = time.monotonic() + 10
        while "waiting" not in capsys.readouterr().err and time.monotonic() < deadline:
            time.sleep(0.01)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


@pytest.mark.parametrize("port", ["70000", "-1", "65536", "9" * 5_000, "http", ""])
def test_a_port_that_is_none_is_refused_before_anything_is_set_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    monkeypatch.setattr(run, "prepare", lambda **_keywords: pytest.fail("it was set up"))
    monkeypatch.delenv(run.READY_VARIABLE, raising=False)
    with pytest.raises(SystemExit) as caught:
        run.run_project([f"--port={port}"])
    assert caught.value.code == 2
    assert "give a number from 0 to 65535" in capsys.readouterr().err
    assert run._parser().parse_args(["--port", "65535"]).port == 65_535


def test_a_failed_command_is_told_with_its_last_lines() -> None:
    program = "for i in range(40): print('line', i)\nraise SystemExit(1)"
    with pytest.raises(run.SetUpError, match=r"(?s)It failed.*line 28\n.*line 39$") as caught:
        run._run_quietly([sys.executable, "-c", program], "It failed.")
    assert "line 27" not in str(caught.value)


def test_a_package_that_is_another_than_pinned_is_told_apart_from_a_network_that_fails() -> None:
    program = f"print('ERROR: THESE PACKAGES {run.WRONG_HASH}'); raise SystemExit(1)"
    with pytest.raises(run.SetUpError, match="not the one that was pinned") as caught:
        run._run_quietly([sys.executable, "-c", program], "No network.")
    assert "No network" not in str(caught.value)


def test_everything_from_a_registry_is_installed_by_its_hash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(run, "_run_quietly", lambda command, failure: commands.append(command))
    run._install("python", "requirements.txt")
    fetching = [command for command in commands if "--no-deps" not in command]
    assert [command[-1] for command in fetching] == ["requirements-build.txt", "requirements.txt"]
    for command in fetching:
        assert {"--require-hashes", "--only-binary", "--no-build-isolation"} <= set(command)
    assert commands[-1][-2:] == ["--editable", "."]
    assert "--no-build-isolation" in commands[-1]


# --- How it starts


def test_old_interpreters_can_read_the_file() -> None:
    ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 7))
    RUN.read_bytes().decode("ascii")


def test_too_old_an_interpreter_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "OLDEST_THAT_STARTS", (99, 0))
    assert run.main([]) == 2
    assert "needs Python 3.8 or newer" in capsys.readouterr().err


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of run.py alone in a folder."""
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "run.py").write_bytes(RUN.read_bytes())
    return folder


def test_importing_does_nothing(copy: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", "import run"], cwd=copy, capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert [path.name for path in copy.iterdir()] == ["run.py"]


def test_help_needs_no_environment(copy: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "run.py", "--help"], cwd=copy, capture_output=True, check=True
    )
    assert b"--no-page" in done.stdout
    assert [path.name for path in copy.iterdir()] == ["run.py"]


def test_the_version_is_the_same_everywhere() -> None:
    declared = tomllib.loads((RUN.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert declared["project"]["version"] == __version__
    assert f"version: {__version__}\n" in (RUN.parent / "CITATION.cff").read_text(encoding="utf-8")


def test_interruption_is_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(development: bool) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "prepare", interrupted)
    assert run.main([]) == 130
    assert capsys.readouterr() == ("", "")
