"""Every experiment that was killed goes on where it was, and finds the same to the bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.cli.conftest import REPOSITORY, Outcome

SHORT = ("--preset", "all_five", "--days", "120")
DRIFT = ("--vary", "drift.severity=0.1..0.5", "--vary", "team.developers=4..12")
COMMANDS: dict[str, tuple[str, ...]] = {
    "sweep": ("sweep", *SHORT, *DRIFT, "--replications", "24"),
    "compare": ("compare", *SHORT, "--replications", "2000"),
    "side by side": ("compare", *SHORT, "--preset", "small_team", "--against", "reference",
                     "--replications", "1200"),
    "credit": ("credit", *SHORT, "--replications", "100"),
    "tornado": ("sensitivity", *SHORT, *DRIFT, "--replications", "150"),
    "morris": ("sensitivity", "--method", "morris", *SHORT, *DRIFT, "--replications", "30"),
    "sobol": ("sensitivity", "--method", "sobol", "--points", "16", *SHORT, *DRIFT,
              "--replications", "20"),
    "voi": ("voi", *SHORT, *DRIFT, "--points", "32", "--replications", "20"),
    "optimise": ("optimise", *SHORT, "--trials", "24", "--replications", "120"),
}  # fmt: skip


KILLED = """
import os, signal, sys
import modelops_abm.experiments.parquet_rows as rows
from modelops_abm.cli import main

write = rows.write_whole
def write_and_die(*arguments, **named):
    write(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
rows.write_whole, rows._SECONDS_KEPT_BACK = write_and_die, 0.0
sys.exit(main(sys.argv[1:]))
"""


def killed(arguments: tuple[str, ...], folder: Path) -> None:
    """Run a command that is killed as soon as it has kept something."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, f"it ended before it was killed: {done.stderr}"


def tables_in(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.name: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


@pytest.mark.slow(7)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_killed_command_goes_on(
    modelops: Callable[..., Outcome], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    killed((*arguments, "--output", "kept"), tmp_path)
    assert list((tmp_path / "kept" / "runs").rglob("*.parquet"))
    assert not tables_in(tmp_path / "kept")
    again = modelops(*arguments, "--output", "kept", "--json")
    alone = modelops(*arguments, "--output", "alone", "--json")
    assert (again.code, again.err) == (0, "")
    assert again.out == alone.out
    expected = tables_in(tmp_path / "alone")
    assert expected
    for name, table in tables_in(tmp_path / "kept").items():
        pd.testing.assert_frame_equal(table, expected[name], check_exact=True)
    runs = [pd.read_parquet(tmp_path / folder / "runs") for folder in ("kept", "alone")]
    assert len(runs[0]) == len(runs[1])
    assert not runs[0].duplicated(["scenario", "replication"]).any()
