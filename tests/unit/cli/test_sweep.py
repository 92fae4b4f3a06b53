"""The command ``sweep``: what it prints, keeps, and says of mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.patience import PATIENCE_SECONDS, until

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
        until(lambda: process.poll() is not None or [*tmp_path.glob("kept/runs/*.parquet")])
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
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


def test_a_table_of_points_of_ones_own(modelops: Callable, tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    file.write_text("team.developers,drift.decay_alert\n4,never\n8,always\n", encoding="utf-8")
    folder = tmp_path / "out"
    outcome = modelops("sweep", *SMALL, "--points", str(file), "--output", str(folder))
    assert outcome.code == 0, outcome.err
    assert "at 2 points" in outcome.out
    described = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))
    assert described["design"] == "table"
    assert described["inputs"][1] == 'drift.decay_alert="never","always"'
    assert pd.read_parquet(folder / "points.parquet")["team.developers"].tolist() == [4, 8]


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        ("team.developers\n0\n", (), "ours.csv, row 2: team.developers is 0"),
        ("team.developers\n4\n", ("--vary", "team.focus=0.5,0.6"), "says all"),
        ("team.developers\n4\n", ("--design", "grid"), "says all"),
    ],
)
def test_what_is_no_table_of_points(
    modelops: Callable, tmp_path: Path, text: str, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "ours.csv").write_text(text, encoding="utf-8")
    folder = tmp_path / "out"
    outcome = modelops(
        "sweep", *SMALL, "--points", str(tmp_path / "ours.csv"), *arguments, "--output", str(folder)
    )
    assert outcome.code != 0
    assert words in " ".join(outcome.err.split())
    assert not list(folder.glob("points*"))


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        (("team.focus=0.7..0.9",), "around the value, which is 0.6"),
        (("team.focus=0.5..0.7", "team.focus=0.4..0.7"), "team.focus: is known twice"),
        (("team.focos=0.5..0.7", "x"), "did you mean team.focus"),
    ],
)
def test_what_is_known_wrongly_is_told(
    modelops: Callable, ranges: tuple[str, ...], words: str
) -> None:
    known = [part for text in ranges for part in ("--know", text)]
    outcome = modelops("show", "team.focus", *known)
    assert outcome.code == 1
    assert words in " ".join(outcome.err.split())
    assert "0.5 to 0.7" in modelops("show", "team.focus", "--know", "team.focus=0.5..0.7").out


def test_nothing_to_vary_is_told(modelops: Callable) -> None:
    outcome = modelops("sweep")
    assert outcome.code == 2
    assert "'--vary' NAME=VALUES, or a table of points: --points FILE" in " ".join(
        outcome.err.split()
    )


def test_a_switch_is_an_assumption_too(modelops: Callable) -> None:
    plan = ("--preset", "all_five", "--days", "90", "--replications", "3", "--json")
    outcome = modelops(
        "sensitivity", *plan, "--vary", "drift.decay_alert", "--know", "team.focus=0.5..0.7"
    )
    assert outcome.code == 0, outcome.err
    (effect,) = json.loads(outcome.out)["effects"]
    assert effect["input"] == "drift.decay_alert"
    valued = modelops(
        "voi", *plan, "--points", "32", "--vary", "retraining.serves_while_retraining"
    )
    assert valued.code == 0, valued.err
    assert {*json.loads(valued.out)["partial"]} == {"retraining.serves_while_retraining"}
