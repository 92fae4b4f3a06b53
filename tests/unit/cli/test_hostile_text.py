"""Names and files that others wrote: no terminal obeys them, and no spreadsheet computes them."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.table import Table

from modelops_abm.terminal import console, say
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]

ESCAPE = "\x1b]0;owned\x07\x1b[2J"
HOSTILE = f"[red]a[/red]{ESCAPE}\u202eb\u200b\u2066\x9b31m"
STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def obeyed(text: str) -> set[str]:
    """Return what a terminal would obey or hide."""
    return {
        character
        for character in text
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character != "\n"
    }


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Return names of hostile files, in the folder in which commands run."""
    scenario = {"name": HOSTILE, "description": HOSTILE, "horizon_days": 5}
    stated = [{"concerns": ["team.developers"], "text": HOSTILE, "confidence": "user"}]
    names = {
        "named": f"named{ESCAPE}.json",
        "sources": "sources.json",
        "unknown": f"unknown{ESCAPE}.json",
        "portfolio": f"models{ESCAPE}.csv",
        "other": f"other{ESCAPE}.csv",
    }
    contents = {
        "named": json.dumps(scenario),
        "sources": json.dumps({**scenario, "team": {"developers": 3}, "sources": stated}),
        "unknown": json.dumps({HOSTILE: 1, "team": {HOSTILE: HOSTILE}}),
        "portfolio": "id,name\na\u202e,b\u200b\n[red]c[/red],d\n",
        "other": f'id,{ESCAPE}\na,{ESCAPE}\nb,"{ESCAPE}\n"\n',
    }
    for name, file in names.items():
        (tmp_path / file).write_text(contents[name], encoding="utf-8")
    return names


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "named", "sources", "unknown", "portfolio", "other"),
        ("show", "named"),
        ("show", "sources", "team"),
        ("show", "named", HOSTILE),
        ("show", "unknown"),
        ("simulate", "named"),
        ("simulate", "named", "--portfolio", "portfolio"),
        ("simulate", "named", "--portfolio", "other"),
        ("simulate", "named", "--replications", "2"),
        ("simulate", "named", "--quiet", "--output", f"out{ESCAPE}"),
        ("simulate", "--days", "5", "--output", f"out{ESCAPE}"),
        ("simulate", f"missing{ESCAPE}.toml"),
        ("simulate", "--set", f"{HOSTILE}=1"),
        ("simulate", "--set", f"team.developers={HOSTILE}"),
        ("simulate", "--preset", HOSTILE),
        ("simulate", f"--{HOSTILE}"),
        ("simulate", "--engine", HOSTILE),
        ("simulate", "--seed", HOSTILE),
        ("simulate", HOSTILE),
        (HOSTILE,),
        ("sweep", "--vary", HOSTILE),
        ("sweep", "--vary", "team.developers=3,4", "--outcome", HOSTILE),
        ("compare", "named", "--cluster", HOSTILE),
        ("optimise", "--levels", HOSTILE),
        ("optimise", "--budget-per-year", HOSTILE),
        ("template", "--scenario", f"new{ESCAPE}.toml"),
        ("template", "--portfolio", f"new{ESCAPE}.csv"),
        ("template", "--portfolio", f"nowhere{ESCAPE}/new.csv"),
        ("page", "--port", HOSTILE),
    ],
    ids=lambda arguments: "-".join(arguments)[:40].encode("ascii", "replace").decode(),
)
def test_no_terminal_obeys_what_others_wrote(
    modelops: Command, files: dict[str, str], arguments: tuple[str, ...]
) -> None:
    code, out, err = modelops(*(files.get(argument, argument) for argument in arguments))
    assert code in (0, 1, 2), err
    assert out or err or "--quiet" in arguments
    assert obeyed(out + err) == set()


def test_markup_in_names_is_text(modelops: Command, files: dict[str, str]) -> None:
    _, out, _ = modelops("simulate", files["named"])
    assert "[red]a[/red]" in out


def test_a_console_escapes_words_cells_and_titles(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title=HOSTILE)
    table.add_column(HOSTILE)
    table.add_row(HOSTILE)
    target = console()
    target.print(table)
    say(target, HOSTILE)
    out = capsys.readouterr().out
    assert obeyed(out) == set()
    assert "\\x1b[2J" in out


def test_no_cell_of_a_saved_table_is_a_formula(modelops: Command, tmp_path: Path) -> None:
    text = "id,name,users,value_per_prediction\n=1+1,@x,5,0.1\n-2,+3,6,0.2\n"
    Path("models.csv").write_text(text)
    arguments = ("--portfolio", "models.csv", "--days", "5", "--output", "o", "--csv", "--quiet")
    assert modelops("simulate", *arguments).code == 0
    rows, numbers = (
        list(csv.DictReader((tmp_path / "o" / name).read_text("utf-8").splitlines()))
        for name in ("models.csv", "daily.csv")
    )
    assert [(row["id"], row["name"]) for row in rows[:2]] == [("'=1+1", "'@x"), ("'-2", "'+3")]
    assert any(float(cell) < 0.0 for row in numbers for cell in row.values() if cell)
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(STARTS_OF_FORMULAS) or float(cell) < 0.0
