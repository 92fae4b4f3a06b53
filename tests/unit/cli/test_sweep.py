"""The command ``sweep``: what it prints, keeps, and says of mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

SMALL = ("--set", "portfolio.initial_models=4", "--days", "90", "--replications", "4")
VARY = ("--vary", "team.developers=2,4", "--vary", "capabilities.automation.maximum=0,1")


def test_prints_every_point_highest_first(modelops: Callable) -> None:
    outcome = modelops("sweep", *SMALL, *VARY)
    assert outcome.code == 0, outcome.err
    assert "Net present value" in outcome.out
    assert "4 points" in outcome.out
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    rows = [line.split() for line in outcome.out.splitlines() if "±" not in line and "$" in line]
    assert len(rows) == 4


def test_json_holds_every_point(modelops: Callable) -> None:
    outcome = modelops("sweep", *SMALL, *VARY, "--json", "--outcome", "time_to_restore_days")
    assert outcome.code == 0
    said = json.loads(outcome.out)
    assert said["outcome"] == "time_to_restore_days"
    assert said["replications"] == 4
    assert len(said["summary"]) == 4
    assert said["summary"][0]["team.developers"] == 2
    assert said["inputs"] == ["team.developers=2,4", "capabilities.automation.maximum=0,1"]
    assert outcome.err == ""


def test_keeps_tables_pictures_and_runs_and_goes_on(modelops: Callable, tmp_path: Path) -> None:
    assert modelops("sweep", *SMALL, *VARY, "--output", "kept").code == 0
    folder = tmp_path / "kept"
    assert len(pd.read_parquet(folder / "replications.parquet")) == 16
    assert len(pd.read_parquet(folder / "points.parquet")) == 4
    for name in ("effects", "heat-map"):
        with Image.open(folder / f"{name}.png") as picture:
            assert picture.width == 2400
    more = (*SMALL[:-1], "6")
    assert modelops("sweep", *more, *VARY, "--output", "kept").code == 0
    assert len(pd.read_parquet(folder / "replications.parquet")) == 24
    alone = modelops("sweep", *more, *VARY, "--json").out
    again = modelops("sweep", *more, *VARY, "--json", "--output", "kept").out
    assert json.loads(alone) == json.loads(again)


def test_a_long_table_shows_both_ends(modelops: Callable) -> None:
    outcome = modelops("sweep", *SMALL, "--vary", "team.focus=0.4..0.8", "--points", "30")
    assert "14 more" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--vary", "team.developer=1..4"), "did you mean team.developers"),
        (("--vary", "team.developers=4..1", "--vary", "team.focus"), "to a greater one"),
        (("--vary", "team.focus=0.1..1.4"), "team.focus"),
        ((*VARY, "--outcome", "profit"), "there is no outcome"),
        ((*VARY, "--design", "sobol", "--points", "100"), "64 or 128"),
        ((), "Missing option '--vary'"),
    ],
)
def test_mistakes_are_said_without_a_traceback(
    modelops: Callable, arguments: tuple[str, ...], words: str
) -> None:
    outcome = modelops("sweep", *SMALL, *arguments)
    assert outcome.code in (1, 2)
    assert words in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.skipif(os.name == "nt", reason="no such signal there")
def test_who_stops_it_is_told_what_is_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "modelops_abm", "sweep", *VARY, "--output", "kept"]
    with subprocess.Popen(
        [*command, "--replications", "100000"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        limit = time.monotonic() + 60.0
        while not list(tmp_path.glob("kept/runs/*.parquet")) and time.monotonic() < limit:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60.0)
    assert process.returncode == 130, said
    assert "what was run is kept in kept" in said
    assert "Traceback" not in said


def test_damaged_runs_are_told_and_run_again(
    modelops: Callable, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = modelops("sweep", *SMALL, *VARY, "--json", "--output", "kept")
    for part in (tmp_path / "kept" / "runs").glob("*.parquet"):
        part.write_bytes(part.read_bytes()[:-1])
    again = modelops("sweep", *SMALL, *VARY, "--json", "--output", "kept")
    assert (again.code, again.out) == (0, whole.out)
    (said,) = caplog.messages
    assert "_set-aside-" in said
    modelops("sweep", *SMALL, *VARY, "--json", "--output", "kept")
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(
    "content", ["", "null", "[]", "[" * 100_000, '{"experiment":' + "9" * 5000]
)
def test_a_description_that_says_nothing_is_refused(
    modelops: Callable, tmp_path: Path, content: str
) -> None:
    assert modelops("sweep", *SMALL, *VARY, "--output", "kept").code == 0
    (tmp_path / "kept" / "experiment.json").write_text(content)
    outcome = modelops("sweep", *SMALL, *VARY, "--output", "kept")
    assert outcome.code == 1
    assert "experiment.json" in outcome.err
    assert "choose another folder" in outcome.err
