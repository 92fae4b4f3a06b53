"""What a user does wrong: exit code, one clear line on standard error, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm.cli import entry
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["simulate", "--preset", "al_five"], "did you mean all_five?"),
        (["simulate", "all_five"], "write --preset all_five"),
        (["simulate", "models.csv"], "write --portfolio models.csv"),
        (["simulate", "missing.toml"], "missing.toml: there is no such file"),
        (["simulate", "folder.toml"], "it is a folder, not a file"),
        (["simulate", "binary.toml"], "is a binary file, not text"),
        (["simulate", "plan.txt"], "must end in .toml"),
        (["simulate", "--set", "team.developer=3"], "did you mean team.developers?"),
        (["simulate", "--set", "team.developers"], "write name=value"),
        (["simulate", "--set", "team.developers=-1"], "1 to 10,000 (developers)"),
        (["simulate", "--set", "team=3"], "is a section"),
        (
            ["simulate", "--set", "team.developers=3", "--set", "team.developers=9"],
            "team.developers: is set twice, to 3 and to 9",
        ),
        (
            ["simulate", "--set", "drift.severity=0.3", "--set", "drift.severity.mean=0.2"],
            "drift.severity.mean: states the same as drift.severity",
        ),
        (
            ["simulate", "--set", "horizon_days=20", "--days", "30"],
            "horizon_days: is set by --set and by --days",
        ),
        (
            ["simulate", "--set", "imported={source='a'}", "--portfolio", "illustrative"],
            "imported: is set by --set and by --portfolio",
        ),
        (["simulate", "--days", "0"], "1 to 36,500 (days)"),
        (["simulate", "--days", "1000000000"], "1 to 36,500 (days)"),
        (["simulate", "--portfolio", "missing.csv"], "no such file"),
        (["simulate", "--portfolio", "folder.toml"], "a portfolio is a CSV file"),
        (["simulate", "--portfolio", "binary.csv"], "NUL bytes"),
        (["simulate", "--output", "binary.csv"], "binary.csv is a file, not a folder"),
        (["simulate", "--output", "binary.csv/run"], "binary.csv is a file, not a folder"),
        (["simulate", "--replications", "9", "--output", "binary.csv"], "is a file, not a folder"),
        (["compare", "missing.toml"], "there is no such file"),
        (["compare", "models.csv"], "write --portfolio models.csv"),
        (["compare", "--set", "team.developer=3"], "did you mean team.developers?"),
        (["show", "moniter"], "did you mean monitoring?"),
        (["show", "missing.toml"], "there is no such file"),
        (["template", "--scenario", "plan.txt"], "must end in .toml"),
        (["template", "--portfolio", "nowhere/models.csv"], "cannot be written"),
        (["check", "missing.toml"], "there is no such file"),
    ],
)
def test_bad_input(modelops: Command, arguments: list[str], words: str) -> None:
    Path("folder.toml").mkdir()
    for name in ("binary.toml", "binary.csv"):
        Path(name).write_bytes(bytes(range(256)))
    before = sorted(Path().iterdir())
    code, out, err = modelops(*arguments)
    assert (code, out) == (1, "")
    assert words in err
    assert "Traceback" not in err
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Usage"),
        (["simulat"], "Did you mean 'simulate'?"),
        (["simulate", "--sede", "1"], "--seed"),
        (["simulate", "--seed", "-1"], "'-1' is not a whole number from 0 to"),
        (["simulate", "--seed", "1.5"], "'1.5' is not a whole number from 0 to"),
        (["simulate", "--seed", str(2**63)], "is not a whole number from 0 to"),
        (["simulate", "--replication", "-1"], "--replication"),
        (["simulate", "--days", "ten"], "--days"),
        (["simulate", "plan.toml", "--preset", "reference"], "not both"),
        (["simulate", "--csv"], "need --output"),
        (["simulate", "--json", "--quiet"], "not both"),
        (["simulate", "--replications", "1"], "1 is a single run"),
        (["simulate", "--replications", "0"], "is not a whole number from 2 to 1,000,000"),
        (["simulate", "--replications", "1000001"], "is not a whole number from 2 to 1,000,000"),
        (["simulate", "--replications", "9" * 40], "is not a whole number from 2 to 1,000,000"),
        (["simulate", "--replications", "9", "--replication", "0"], "--replication: only for one"),
        (["simulate", "--replications", "9", "--csv", "--pictures"], "--csv, --pictures: only for"),
        (["simulate", "--replications", "9", "--model-days"], "--model-days: only for one run"),
        (["simulate", "--engine", "ensemble"], "add --replications N"),
        (["simulate", "--engine", "abm"], "--engine"),
        (["credit", "plan.toml", "--preset", "all_five"], "not both"),
        (["compare", "--replications", "1"], "1 is a single run"),
        (["compare", "--half-width", "0"], "'0' is not a number of dollars above 0"),
        (["compare", "--half-width", "nan"], "'nan' is not a number of dollars above 0"),
        (["show", "a.toml", "b.toml"], "one scenario file only"),
        (["compare", "--require-chance", "80"], "'80' is no share of 0 to 1: write 0.8 or 80%"),
        (["compare", "--require-chance", "most"], "write 0.8 or 80%"),
        (["template"], "--scenario FILE"),
        (["template", "--portfolio", "a.csv", "--preset", "reference"], "--scenario FILE too"),
        (["check"], "FILE"),
    ],
)
def test_wrong_usage(modelops: Command, arguments: list[str], words: str) -> None:
    code, out, err = modelops(*arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_all_wrong_assignments_are_named(modelops: Command) -> None:
    _, _, err = modelops("show", "--set", "a", "--set", "b")
    assert "'a' is no assignment" in err
    assert "'b' is no assignment" in err


def test_all_rows_of_a_portfolio_are_named_before_anything_runs(modelops: Command) -> None:
    Path("models.csv").write_text("id,users\na,ten\nb,-1\n")
    code, out, err = modelops("simulate", "--portfolio", "models.csv", "--output", "out")
    assert (code, out) == (1, "")
    assert "row 2, column users" in err
    assert "row 3, column users" in err
    assert not Path("out").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_must_not_be_written(modelops: Command) -> None:
    Path("locked").mkdir(mode=0o500)
    code, _, err = modelops("simulate", "--output", "locked/run", "--days", "1")
    assert code == 1
    assert "permission denied" in err


def test_something_else_in_the_place_of_results_stays(modelops: Command) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years of work")
    Path("mine/run.json").write_text("{}")
    code, out, err = modelops("simulate", "--output", "mine", "--days", "1")
    assert (code, out) == (1, "")
    assert "mine/run.json: is in the way" in err
    assert Path("mine/run.json").read_text() == "{}"
    assert sorted(path.name for path in Path("mine").iterdir()) == ["run.json", "thesis.txt"]


def test_an_error_of_the_program_asks_for_a_report(
    modelops: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("of the program")

    monkeypatch.setattr("modelops_abm.cli.show.json_schema", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv(entry.DEBUG_VARIABLE, raising=False)
    code, out, err = modelops("schema")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    (saved,) = tmp_path.glob("modelops-abm-error-*.txt")
    assert str(saved) in err
    assert "ZeroDivisionError: of the program" in saved.read_text()
    monkeypatch.setenv(entry.DEBUG_VARIABLE, "1")
    assert "Traceback" in modelops("schema").err
