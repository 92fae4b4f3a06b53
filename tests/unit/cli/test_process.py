"""What only a process of its own shows: imports, signals, pipes, encodings."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from modelops_abm.compiled import code_cache
from tests.patience import PATIENCE_SECONDS
from tests.unit.cli.conftest import REPOSITORY, WAITING, Outcome

Process = Callable[..., subprocess.CompletedProcess[str]]

COLOUR = r"\x1b\[(3|9)[0-9]"
unix = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of Unix")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_every_encoding_will_do(process: Process, encoding: str) -> None:
    code = "import sys; from modelops_abm.cli import main; sys.exit(main({}))"
    arguments = ["simulate", "--days", "5", "--set", 'name="Prüfung → 1"']
    done = process(code.format(arguments), PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 days" in done.stdout


@unix
@pytest.mark.parametrize("arguments", [["schema"], ["show"], ["--help"]], ids=" ".join)
def test_a_reader_that_goes_away(tmp_path: Path, arguments: list[str]) -> None:
    there, here = os.pipe()
    os.close(there)
    done = subprocess.run(
        [sys.executable, "-m", "modelops_abm", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=here,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(here)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk(process: Process) -> None:
    code = (
        "import sys; from modelops_abm.cli import main; "
        "sys.stdout = open('/dev/full', 'w'); sys.exit(main(['presets']))"
    )
    done = process(code)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the output could not be written: no space left")


ENDLESS = ["simulate", "--days", "36500", "--output", "results/run"]
ENDLESS_COMMANDS = {
    "one run": ENDLESS,
    "many runs": [*ENDLESS, "--replications", "1000000"],
    "many runs with Mesa": [*ENDLESS, "--replications", "9", "--engine", "mesa"],
    "compare": ["compare", "--preset", "all_five", "--replications", "1000000"],
}
endless = pytest.mark.parametrize(
    "arguments", ENDLESS_COMMANDS.values(), ids=ENDLESS_COMMANDS.keys()
)


def stopped(
    arguments: list[str], folder: Path, when: Callable[[], None], **environment: str
) -> tuple[int, str, str]:
    """Start a command, send it Ctrl-C, and return exit code, output and errors."""
    code = (
        "import sys; from modelops_abm.cli import main; print('ready', flush=True); "
        f"sys.exit(main({arguments!r}))"
    )
    with subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        started.stdout.readline()
        when()
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=PATIENCE_SECONDS)
    return started.returncode, out, WAITING.sub("", err).strip()


STOPPED_ANSWER = (130, "", "Stopped; nothing was written.")


@unix
@endless
def test_interrupt_while_simulating(tmp_path: Path, arguments: list[str]) -> None:
    assert stopped(arguments, tmp_path, partial(time.sleep, 2.5)) == STOPPED_ANSWER
    assert list(tmp_path.rglob("*")) == []


@unix
@pytest.mark.slow(20)
@endless
def test_interrupt_at_any_moment(tmp_path: Path, arguments: list[str]) -> None:
    for seconds in np.linspace(0.05, 3.0, 12):
        assert stopped(arguments, tmp_path, partial(time.sleep, seconds)) == STOPPED_ANSWER
    assert list(tmp_path.rglob("*")) == []


@unix
@pytest.mark.slow(10)
@pytest.mark.parametrize("files", [1, 40, 80])
def test_interrupt_while_compiling(tmp_path: Path, files: int) -> None:
    work, cache = tmp_path / "work", tmp_path / "cache"
    work.mkdir()

    def compiled() -> None:
        while len(list(cache.rglob("compiled-*/[!.]*"))) < files:
            time.sleep(0.1)
        time.sleep(1.0)

    arguments = ENDLESS_COMMANDS["many runs"]
    answer = stopped(arguments, work, compiled, MODELOPS_ABM_CACHE_DIR=str(cache))
    assert answer == STOPPED_ANSWER
    assert list(work.rglob("*")) == []


@unix
def test_interrupt_while_saving(process: Process, tmp_path: Path) -> None:
    done = process("""
import os, signal, sys
import pandas as pd
from modelops_abm.cli import main

write = pd.DataFrame.to_parquet
def write_and_interrupt(table, path):
    write(table, path)
    os.kill(os.getpid(), signal.SIGINT)
pd.DataFrame.to_parquet = write_and_interrupt
sys.exit(main(['simulate', '--days', '5', '--output', 'results/run']))
""")
    assert done.returncode == 130
    assert done.stderr.strip() == "Stopped; nothing was written."
    assert list(tmp_path.rglob("*")) == []


@unix
def test_no_colour_and_no_progress_unless_it_is_a_terminal(process: Process) -> None:
    code = "import sys; from modelops_abm.cli import main; sys.exit(main({}))"
    done = process(code.format(["simulate", "--days", "5"]))
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stderr


@unix
def test_a_terminal_has_progress_and_respects_no_color(tmp_path: Path) -> None:
    out = in_terminal(["simulate", "--days", "20"], tmp_path, {})
    assert "Simulating 20 days" in out
    assert re.search(COLOUR, out)
    out = in_terminal(["simulate", "--days", "20"], tmp_path, {"NO_COLOR": "1"})
    assert "Simulating 20 days" in out
    assert not re.search(COLOUR, out)


@unix
def test_many_runs_have_progress_with_the_time_left(tmp_path: Path) -> None:
    arguments = ["simulate", "--days", "200", "--replications", "300"]
    out = in_terminal(arguments, tmp_path, {})
    assert "Simulating 300 futures" in out
    assert re.search(r"\d:\d\d:\d\d", out)


def in_terminal(arguments: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run a command in a pseudo-terminal and return all that it printed."""
    import pty

    leader, follower = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-m", "modelops_abm", *arguments],
        cwd=folder,
        env={
            **kept,
            "PYTHONPATH": str(REPOSITORY),
            "TERM": "xterm",
            "COLUMNS": "80",
            **environment,
        },
        stdin=follower,
        stdout=follower,
        stderr=follower,
    ):
        os.close(follower)
        printed = b""
        while chunk := read_terminal(leader):
            printed += chunk
    os.close(leader)
    return printed.decode()


def read_terminal(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # the other side is closed
        return b""


def test_a_hostile_environment_changes_nothing(
    modelops: Callable[..., Outcome], process: Process, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    folder = code_cache.cache_folder()
    assert folder is not None
    arguments = ["simulate", "--days", "5"]
    done = process(
        f"import sys; from modelops_abm.cli import main; sys.exit(main({arguments!r}))",
        MODELOPS_ABM_CACHE_DIR=str(folder.parent),
        COLUMNS="0",
        LINES="²",
        TERM="dumb",
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONOPTIMIZE="2",
        HOME=str(tmp_path / "file"),
        TMPDIR=str(tmp_path / "nowhere"),
        MPLBACKEND="junk",
        NUMBA_DISABLE_JIT="1",
        NUMBA_NUM_THREADS="0",
        NUMBA_CACHE_DIR=str(tmp_path / "file"),
        NUMBA_CACHE_LOCATOR_CLASSES="Junk",
    )
    assert done.returncode == 0, done.stderr
    assert amounts(done.stdout) == amounts(modelops(*arguments).out)


def amounts(text: str) -> list[str]:
    """Return the amounts of money in a text, however it is wrapped."""
    return re.findall(r"\$[\d,.]+", text)


@pytest.mark.parametrize("width", ["0", "²", "-5", "abc", "", "1" * 30])
def test_a_width_that_is_none_is_not_taken(
    modelops: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    expected = amounts(modelops("simulate", "--days", "5").out)
    monkeypatch.setenv("COLUMNS", width)
    outcome = modelops("simulate", "--days", "5")
    assert outcome.code == 0, outcome.err
    assert expected
    assert amounts(outcome.out) == expected
