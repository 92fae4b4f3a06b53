"""The README is true: its commands and code run, its tables and figures are the program's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from modelops_abm import main_job
from modelops_abm.cli import main
from modelops_abm.clients import RULES
from modelops_abm.clients.cells import COLUMNS
from modelops_abm.formats import NARROW_SPACE

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("block", blocks("sh"))
def test_commands_run(block: str) -> None:
    for line in block.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "modelops-abm"
        assert main(arguments) == 0, line


@pytest.mark.parametrize("block", blocks("python"))
def test_code_runs(block: str) -> None:
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})


def test_there_is_something_to_run() -> None:
    assert len(blocks("sh")) >= 3
    assert len(blocks("python")) >= 3


def test_columns_are_those_that_are_read() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert documented == list(COLUMNS)


def test_rules_are_those_of_the_reader() -> None:
    words = " ".join(README.split())
    assert " - ".join(["", *RULES]).strip() in words


@pytest.mark.slow(12)
def test_answer_is_what_the_main_job_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main_job.run(output_directory=Path("results")) == 0
    shown = shown_under("main job")
    assert shown == printed(capsys)[: len(shown)]


@pytest.mark.slow(6)
def test_a_story_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["stories", "half_the_team_leaves"]) == 0
    _, _, *found = printed(capsys)  # which scenario ran, and an empty line
    assert shown_under("story") == found


def shown_under(name: str) -> list[str]:
    """Return the lines that stand under a comment with this name."""
    (shown,) = re.findall(rf"<!-- {name} -->\n```text\n(.*?)```", README, re.DOTALL)
    return shown.splitlines()


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that were printed, without blanks at their ends."""
    text = capsys.readouterr().out.replace(NARROW_SPACE, " ")
    return [line.rstrip() for line in text.splitlines()]
