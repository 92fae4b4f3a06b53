from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from modelops_abm import main_job
from modelops_abm.formats import NARROW_SPACE
from modelops_abm.main_job import Figure, compare, payback_day, verdict
from modelops_abm.plain_keywords import scenario_of


def plain(text: str) -> str:
    return text.replace(NARROW_SPACE, " ")


def run_with(npv: list[float], **summary: float) -> Any:
    values = {"npv": npv[-1], "availability": 0.9, "maintenance_share": 0.5, "models_delivered": 9}
    return SimpleNamespace(summary={**values, **summary}, daily=pd.DataFrame({"npv": npv}))


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure(0, 0, 1.9e6, 4e5), "are worth +$1.90 M over three years."),
        (Figure(0, 0, -9e5, 1e5), "lose $900 k over three years."),
        (Figure(0, 0, 1e4, 1e5), "cannot be told from none over three years: −90 to +110 k"),
    ],
)
def test_verdict(figure: Figure, words: str) -> None:
    assert words in plain(verdict(figure, 1095))


def test_payback_is_the_day_from_which_it_stays_ahead() -> None:
    assert payback_day([0.0, 1.0]) == 0
    assert payback_day([-1.0, 2.0, -1.0, 0.0, 3.0]) == 3
    assert payback_day([1.0, -1.0]) is None


def test_comparison_is_of_pairs() -> None:
    """Each pair differs by 2 or 4: mean 3, standard deviation 1.054, whatever the levels."""
    pairs = [
        main_job.Pair(run_with([-1.0, 100.0 * number]), run_with([-2.0, 100.0 * number + gain]))
        for number, gain in enumerate([2.0, 4.0] * 5)
    ]
    comparison = compare(pairs)
    npv = comparison.figures["npv"]
    assert npv.difference == pytest.approx(3.0)
    assert npv.half_width == pytest.approx(2.262 * 1.0540926 / 10**0.5)
    assert npv.plan - npv.baseline == pytest.approx(3.0)
    assert comparison.npv_differences == [2.0, 4.0] * 5
    assert comparison.payback_days == [1] * 10


def test_students_quantile_is_that_of_ten_pairs() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    quantile = scipy_stats.t.ppf(0.975, main_job.PAIRS - 1)
    assert pytest.approx(quantile, abs=5e-4) == main_job.STUDENT_T


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the main job look at forty days only, in an empty folder."""

    def preset_of_forty_days(name: str) -> object:
        return scenario_of(None, {"preset": name, "horizon_days": 40})

    monkeypatch.setattr(main_job, "preset", preset_of_forty_days)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("short")
def test_main_job_prints_and_saves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_job.run(output_directory=Path("results"), show_page=False) == 0
    printed = capsys.readouterr()
    assert "All five capabilities" in printed.out
    for words in ("Net present value", "Models delivered", "interval", "Saved in results"):
        assert words in printed.out
    assert printed.err == ""
    assert {path.name for path in Path("results").iterdir()} == {
        "comparison.json",
        "reference",
        "all_five",
        "pictures",
    }
    comparison = json.loads(Path("results/comparison.json").read_text())
    assert set(comparison["figures"]) == set(main_job.FIGURES)
    assert len(comparison["npv_differences"]) == main_job.PAIRS
    assert list(Path("results/pictures").iterdir())


@pytest.mark.usefixtures("short")
def test_main_job_with_a_file_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    Path("results").write_text("mine")
    assert main_job.run(output_directory=Path("results"), show_page=False) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "is a file, not a folder" in printed.err
    assert Path("results").read_text() == "mine"


@pytest.mark.usefixtures("short")
def test_main_job_stopped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main_job, "_simulate", interrupted)
    assert main_job.run(output_directory=Path("results"), show_page=False) == 130
    assert "Stopped" in capsys.readouterr().err
    assert not Path("results").exists()
