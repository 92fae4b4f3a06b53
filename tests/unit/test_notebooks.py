"""The notebooks run as people run them, and the repository holds what they show."""

from __future__ import annotations

import importlib.util
import math
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SLOW_SECONDS = {
    "4_which_assumptions_matter": 45,
    "6_extend_the_model": 25,
    "9_from_answers_to_a_decision": 80,
}
"""Processor time of those that take longest: CI runs them as its budget has room."""
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?")
DRAWS = re.compile(r"^(?:charts\.|road_map\(|spend_frontier\(|plt\.show\()", re.MULTILINE)


@pytest.fixture(scope="module")
def execute() -> ModuleType:
    """Return notebooks/execute.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """Return what each code cell shows: its name, and its text or the word for a picture."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            kinds = ("text/markdown", "text/html", "text/plain")  # the first is what a reader sees
            text = next((data[kind] for kind in kinds if kind in data), output.get("text", ""))
            found.append((cell.id, "a picture" if "image/png" in data else text))
    return found


def same(text: str, other: str) -> bool:
    """Tell whether two texts are equal, but for the last digits of numbers."""
    numbers, others = (NUMBER.findall(each) for each in (text, other))
    return NUMBER.sub("#", text) == NUMBER.sub("#", other) and all(
        math.isclose(*(float(each.replace(",", "")) for each in pair), rel_tol=1e-6)
        for pair in zip(numbers, others, strict=True)
    )


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_shows_is_in_the_repository(path: Path, execute: ModuleType) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    made_of = execute.made_of(code)
    assert notebook.metadata.get("made_of") == made_of, f"execute.py {path.stem}"
    for cell in notebook.cells:
        outputs = [output for output in cell.get("outputs", []) if output.get("name") != "stderr"]
        assert len(outputs) == len(cell.get("outputs", [])), f"{cell.id} warns"
        if cell.cell_type == "code" and DRAWS.search(cell.source):
            assert any("image/png" in output.get("data", {}) for output in outputs), cell.id
        for output in outputs:
            plain = output.get("data", {}).get("text/plain", "")
            assert len(plain) < 5000, f"{cell.id} shows more than anybody reads"
            assert not re.search(r"\d\.\d{9}", plain), f"{cell.id} shows more digits than are known"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.slow(SLOW_SECONDS[path.stem]))
        if path.stem in SLOW_SECONDS
        else path
        for path in NOTEBOOKS
    ],
    ids=lambda path: path.stem,
)
def test_a_notebook_run_again_shows_the_same(path: Path, execute: ModuleType) -> None:
    kept, again = shown(nbformat.read(path, as_version=4)), shown(execute.executed(path))
    assert [name for name, _ in again] == [name for name, _ in kept]
    for (name, text), (_, before) in zip(again, kept, strict=True):
        assert same(text, before), f"{name} showed {before!r} and now {text!r}"
