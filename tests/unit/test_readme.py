"""README and pages are true: commands and code run, tables and figures are the program's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from modelops_abm.cli import main, main_job
from modelops_abm.clients import RULES
from modelops_abm.clients.cells import COLUMNS
from modelops_abm.formats import NARROW_SPACE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "docs" / "start").glob("*.md"))
PORTFOLIO = ROOT / "docs" / "portfolio.md"
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
"""Their commands need what they have set up before, and are run by tests of their own."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(language: str, pages: Sequence[Path]) -> list[Any]:
    """Return what stands in blocks of a language, each with where it stands."""
    return [
        pytest.param(found[1], id=f"{page.stem}-{text_of(page).count(chr(10), 0, found.start())}")
        for page in pages
        for found in re.finditer(
            rf"^```{language}\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE
        )
    ]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("block", blocks("sh", PAGES))
def test_commands_run(block: str) -> None:
    for line in block.replace("\\\n", "").splitlines():
        program, *arguments = shlex.split(line)
        assert program == "modelops-abm"
        assert main(arguments) == 0, line


@pytest.mark.parametrize("block", blocks("python", [*PAGES, *GUIDES]))
def test_code_runs(block: str) -> None:
    exec(compile(block, "a page", "exec"), {"__name__": "page"})


def test_there_is_something_to_run() -> None:
    assert len(blocks("sh", PAGES)) >= 10
    assert len(blocks("python", PAGES)) >= 7
    assert len(blocks("python", PAGES[:1])) == 2  # the README's: one in Python, one with Mesa


def test_columns_are_those_that_are_read() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", text_of(PORTFOLIO), re.MULTILINE)
    assert documented == list(COLUMNS)


def test_rules_are_those_of_the_reader() -> None:
    words = " ".join(text_of(PORTFOLIO).split())
    assert " - ".join(["", *RULES]).strip() in words


@pytest.mark.slow(12, first=True)
def test_answer_is_what_the_main_job_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main_job.run(output_directory=Path("results")) == 0
    shown = shown_under("main job", ROOT / "README.md")
    assert shown == printed(capsys)[: len(shown)]


@pytest.mark.slow(6)
def test_a_story_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["stories", "half_the_team_leaves"]) == 0
    _, _, *found = printed(capsys)  # which scenario ran, and an empty line
    assert shown_under("story", ROOT / "docs" / "change.md") == found


def shown_under(name: str, page: Path) -> list[str]:
    """Return the lines that stand under a comment with this name."""
    (shown,) = re.findall(rf"<!-- {name} -->\n```text\n(.*?)```", text_of(page), re.DOTALL)
    return shown.splitlines()


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that were printed, without blanks at their ends."""
    text = capsys.readouterr().out.replace(NARROW_SPACE, " ")
    return [line.rstrip() for line in text.splitlines()]
