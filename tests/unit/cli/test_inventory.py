"""The command ``inventory``: a public file becomes a portfolio, and what was not taken is said."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from modelops_abm.clients import read_portfolio
from modelops_abm.clients.federal import COLUMNS
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]

# name, agency, agency's name, stage, impact, initiated, acquired, implemented, retired
ROWS = [
    ("Chatbot", "ABC", "", "In production", "Both", "", "", "7/15/1905", ""),
    ("=1+1", "ABC", "", "Ideation", "Perhaps", "", "", "N/A", ""),
    ("Gone", "XYZ", "", "Retired", "Neither", "", "", "", "3/4/2024"),
]


@pytest.fixture(name="file")
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with Path("public.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *ROWS])
    return Path("public.csv")


def test_one_agency_becomes_a_portfolio_that_reads_back(modelops: Command, file: Path) -> None:
    code, out, err = modelops("inventory", str(file), "--agency", "abc", "--output", "abc.csv")
    assert (code, err) == (0, "")
    assert "public.csv: 2 models (1 in the backlog, 1 in production)" in out
    assert "1 x Date Implemented: year shown as a day of 1905" in out
    assert "--portfolio abc.csv --set start_date=2025-01-01" in out
    models = read_portfolio("abc.csv", start_date=date(2025, 1, 1)).models
    assert [model.id for model in models] == ["abc/chatbot", "abc/1-1"]
    assert (models[0].deployed_at, models[0].regulated) == (date(2023, 7, 2), True)


def test_the_portfolio_runs(modelops: Command, file: Path) -> None:
    modelops("inventory", str(file), "--output", "all.csv")
    settings = ("--set", "start_date=2025-01-01", "--set", "horizon_days=3")
    code, out, _ = modelops("simulate", "--portfolio", "all.csv", *settings)
    assert code == 0
    assert "3 models" in out


def test_every_value_not_taken_as_it_stands_is_listed(modelops: Command, file: Path) -> None:
    assert modelops("inventory", str(file), "--notes", "notes.csv").code == 0
    with Path("notes.csv").open(newline="") as stream:
        notes = list(csv.DictReader(stream))
    assert [(note["row"], note["value"]) for note in notes] == [
        ("2", "7/15/1905"),
        ("3", "N/A"),
        ("3", "Perhaps"),
    ]


def test_nothing_is_written_over_and_nothing_at_all_after_a_mistake(
    modelops: Command, file: Path
) -> None:
    Path("kept.csv").write_text("mine")
    wanted = ("--output", "kept.csv", "--notes", "notes.csv")
    code, _, err = modelops("inventory", str(file), *wanted)
    assert code == 1
    assert "kept.csv: is there already; --force replaces it" in err
    assert modelops("inventory", str(file), "--agency", "AB", *wanted, "--force").code == 1
    assert Path("kept.csv").read_text() == "mine"
    assert not Path("notes.csv").exists()
    assert modelops("inventory", str(file), *wanted, "--force").code == 0
    assert Path("kept.csv").read_text() != "mine"


def test_mistakes_say_what_would_be_right(modelops: Command, file: Path) -> None:
    _, _, err = modelops("inventory", str(file), "--agency", "AB")
    assert "no use case of agency 'AB'; did you mean ABC?" in err
    _, _, err = modelops("inventory", str(file), "--output", "a.csv", "--notes", "a.csv")
    assert "--output and --notes need a file each" in err
    _, _, err = modelops("check", str(file))
    assert "modelops-abm inventory FILE --output portfolio.csv" in err
