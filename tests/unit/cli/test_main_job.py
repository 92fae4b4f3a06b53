from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from modelops_abm import compare, replicate, terminal
from modelops_abm.cli import main_job
from modelops_abm.cli.entry import INTERNAL_ERROR, READER_GONE
from modelops_abm.core import outcomes
from modelops_abm.experiments import Comparison, share
from modelops_abm.experiments.finance import finance
from modelops_abm.experiments.words import ALL_FIVE, THIS_PLAN, Difference, Subject, chance
from modelops_abm.formats import NARROW_SPACE, NOTHING
from modelops_abm.runs.manifest import MANIFEST
from modelops_abm.runs.results import Run
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.presets import scenario_of
from modelops_abm.version import __version__

DAYS, FUTURES = 40, 6


def plain(text: str) -> str:
    return text.replace(NARROW_SPACE, " ")


def forty_days(name: str) -> Scenario:
    return scenario_of(None, {"preset": name, "horizon_days": DAYS})


@pytest.fixture(scope="module")
def small() -> Comparison:
    return compare(forty_days("all_five"), FUTURES, baseline=forty_days("reference"))


def with_npv(small: Comparison, npv: list[float], paybacks: list[float]) -> Comparison:
    values = np.array(npv)
    view = finance(1095, values, np.full(len(npv), 1e5), np.zeros(len(npv)), np.array(paybacks))
    return dataclasses.replace(small, finance=view)


@pytest.mark.parametrize(
    ("npv", "subject", "words"),
    [
        ([1.8e6, 2.0e6], ALL_FIVE, "All five capabilities are worth +$1.900 M over three years."),
        ([1.8e6, 2.0e6], THIS_PLAN, "This plan is worth +$1.900 M over three years."),
        (
            [-8e5, -1e6],
            THIS_PLAN,
            "This plan loses $900 k over three years. 64 of 64 futures end below the baseline.",
        ),
        ([-1e5, 1e5], THIS_PLAN, "futures this plan cannot be told from the baseline: −"),
    ],
)
def test_verdict(small: Comparison, npv: list[float], subject: Subject, words: str) -> None:
    assert words in plain(with_npv(small, npv * 32, [1.0]).verdict(subject).text)


def test_cannot_be_told_says_after_how_many(small: Comparison) -> None:
    told = plain(with_npv(small, [-1e5, 1e5] * 32, [1.0]).verdict(ALL_FIVE).text)
    assert told.startswith(f"After {FUTURES} futures all five capabilities cannot be told")
    assert told.endswith("−25 to +25 k on average.")


def test_payback(small: Comparison) -> None:
    early = with_npv(small, [1.0, 2.0, 3.0], [275.0, 300.0, math.inf])
    assert early.payback(ALL_FIVE) == (
        "They pay for themselves in 2 of 3 futures within three years, typically month 10."
    )
    never = with_npv(small, [1.0, 2.0], [math.inf, math.inf])
    assert never.payback(THIS_PLAN) == "It pays for itself in 0 of 2 futures within three years."


@pytest.mark.parametrize(
    ("count", "n", "words"),
    [
        (9, 400, ("9 of 400", "1 to 4 %")),
        (0, 400, ("0 of 400", "0 to 1 %")),
        (0, 100_000, ("0 of 100,000", "0.000 to 0.004 %")),
        (400, 400, ("400 of 400", "99 to 100 %")),
    ],
)
def test_chance(count: int, n: int, words: tuple[str, str]) -> None:
    assert tuple(map(plain, chance(share(count, n)))) == words


def test_rounding_is_no_interval() -> None:
    """Sums of the same amounts differ in their last digits: that is not luck."""
    spent = Difference("capital", 3.6e5, 8e-12)
    assert (plain(spent.text), spent.interval) == ("+$360 k", NOTHING)
    assert Difference("availability", 0.0, 0.0).text == "0.0 points"
    assert Difference("time_to_restore_days", math.nan, math.nan).text == NOTHING


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the main job look at forty days of six futures, in an empty folder."""
    monkeypatch.setattr(main_job, "preset", forty_days)
    monkeypatch.setattr(main_job, "REPLICATIONS", FUTURES)
    monkeypatch.setattr(terminal, "FIRST_LINE_SECONDS", 1e6)  # even where it takes long
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("short")
def test_main_job_prints_and_saves(capsys: pytest.CaptureFixture[str], small: Comparison) -> None:
    assert main_job.run(output_directory=Path("results")) == 0
    printed = capsys.readouterr()
    assert small.verdict(ALL_FIVE).text in " ".join(printed.out.split("\n"))
    for words in ("Net present value", "Models delivered", "interval", "Saved in results"):
        assert words in printed.out
    assert printed.err == ""
    assert {path.name for path in Path("results").iterdir()} == {
        "comparison.json",
        MANIFEST,
        "reference",
        "all_five",
        "pictures",
    }
    assert list(Path("results/pictures").iterdir())


@pytest.mark.usefixtures("short")
def test_what_is_saved_is_the_comparison(small: Comparison) -> None:
    main_job.run(output_directory=Path("results"))
    saved = json.loads(Path("results/comparison.json").read_text())
    assert (saved["seed"], saved["replications"], saved["version"]) == (0, FUTURES, __version__)
    assert list(saved["figures"]) == [outcome.name for outcome in outcomes.SUMMARY]
    estimate = small.difference("npv").estimate
    npv = saved["figures"]["npv"]
    assert set(npv) == {"plan", "baseline", "difference", "half_width", "n"}
    assert (npv["difference"], npv["half_width"]) == (estimate.mean, estimate.half_width)
    assert npv["n"] == FUTURES
    assert saved["finance"]["npv"]["mean"] == small.finance.npv.mean
    assert saved["finance"]["loss"]["count"] == small.finance.loss.count
    assert saved["finance"]["may_happen"][0] == pytest.approx(small.finance.fifth_percentile)


@pytest.mark.usefixtures("short")
def test_the_example_is_replication_0_of_the_ensemble() -> None:
    """Pictures and saved runs come from the Mesa engine, the figures from the compiled one."""
    main_job.run(output_directory=Path("results"))
    for name in (main_job.BASELINE, main_job.PLAN):
        example = Run.load(Path("results") / name)
        assert (example.seed, example.replication, example.engine) == (0, 0, "mesa")
        totals = replicate(forty_days(name), 1).totals.loc[0]
        assert dict(example.totals) == totals.to_dict()


@pytest.mark.usefixtures("short")
def test_main_job_with_a_file_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    Path("results").write_text("mine")
    assert main_job.run(output_directory=Path("results")) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "is a file, not a folder" in printed.err
    assert Path("results").read_text() == "mine"


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("said", ["", "Stopped; what is in results is complete."])
def test_main_job_stopped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt(*filter(None, [said]))

    monkeypatch.setattr(main_job, "_simulate", interrupted)
    assert main_job.run(output_directory=Path("results")) == 130
    assert (said or "Stopped; no result is half-written.") in capsys.readouterr().err
    assert not Path("results").exists()


@pytest.mark.usefixtures("short")
def test_whoever_reads_a_line_and_goes_finds_the_results_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    gone: IO[str]
    with os.fdopen(writer, "w", buffering=1, encoding="utf-8") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        assert main_job.run(output_directory=Path("results")) == READER_GONE
    assert capfd.readouterr().err == ""
    assert Run.load(Path("results") / main_job.PLAN).replication == 0


@pytest.mark.usefixtures("short")
def test_an_error_of_the_program_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(main_job, "_simulate", lambda: 1 / 0)
    assert main_job.run(output_directory=Path("results")) == INTERNAL_ERROR
    assert "error of the program, not yours (ZeroDivisionError)" in capsys.readouterr().err
