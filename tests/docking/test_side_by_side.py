"""The engines lie side by side: files of the same names hold what they share in one order."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import modelops_abm

ROOT = Path(modelops_abm.__file__).parent
MESA, COMPILED = ROOT / "mesa_engine", ROOT / "compiled_engine"
SHARED = sorted(
    {path.name for path in MESA.glob("*.py")} & {path.name for path in COMPILED.glob("*.py")}
)


def functions_of(path: Path) -> list[str]:
    """Return the names of all functions of a file in their order, without leading underscores."""
    found = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    return [node.name.lstrip("_") for node in sorted(found, key=lambda node: node.lineno)]


def test_most_files_have_their_like() -> None:
    assert {path.name for path in MESA.glob("*.py")} - set(SHARED) == {
        "model.py",
        "organisation.py",
    }
    assert len(SHARED) > 12


@pytest.mark.parametrize("name", SHARED)
def test_what_both_have_stands_in_the_same_order(name: str) -> None:
    mesa, compiled = functions_of(MESA / name), functions_of(COMPILED / name)
    assert [each for each in mesa if each in compiled] == [
        each for each in compiled if each in mesa
    ]
