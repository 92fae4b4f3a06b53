"""Examples in docstrings do what they say, what users import has some, and errors are named."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import modelops_abm
from modelops_abm import charts, clients, experiments, runs, scenario
from modelops_abm.representation import Reported

PACKAGE = Path(modelops_abm.__file__).parent
ERRORS = "InputError|ResultError|ValueError|KeyError|TypeError|Cancelled|TooLateError"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
WITH_EXAMPLES = sorted(
    path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
    for path in PACKAGE.rglob("*.py")
    if re.search(r"^\s*>>> ", path.read_text(encoding="utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_do_what_they_say(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name.removesuffix(".__init__"))
    tried = doctest.testmod(module, optionflags=OPTIONS)
    assert tried.attempted
    assert not tried.failed


def without_example(room: ModuleType) -> list[str]:
    """Return the functions that a room offers without showing how one is called."""
    offered = {name: getattr(room, name) for name in room.__all__}
    return [
        name
        for name, thing in offered.items()
        if inspect.isfunction(thing) and ">>> " not in (thing.__doc__ or "")
    ]


def test_every_function_that_is_offered_shows_how_it_is_called() -> None:
    for room in (modelops_abm, scenario, runs, experiments, clients):
        assert without_example(room) == [], room
    # It draws all that there is, which takes seconds; `files_of_pictures` shows how.
    assert without_example(charts) == ["save_pictures"]


def test_every_result_shows_how_it_is_read_or_what_gives_it() -> None:
    results = {
        name: thing
        for room in (modelops_abm, experiments)
        for name in room.__all__
        if inspect.isclass(thing := getattr(room, name)) and issubclass(thing, Reported)
    }
    assert len(results) > 10
    bare = [
        name
        for name, thing in results.items()
        if not re.search(r">>> |See Also\n", thing.__doc__ or "")
    ]
    assert bare == []


def test_an_error_that_a_function_raises_is_named_in_its_docstring() -> None:
    texts = {
        path: text
        for room in ("charts", "clients", "core", "evidence", "experiments", "runs", "scenario")
        for path in (PACKAGE / room).glob("*.py")
        if "raise " in (text := path.read_text(encoding="utf-8"))
    }
    count, unsaid = 0, []
    for path, text in texts.items():
        for function in public_functions(ast.parse(text)):
            raised = set(re.findall(rf"\braise ({ERRORS})\b", ast.unparse(function)))
            count += bool(raised)
            if any(name not in (ast.get_docstring(function) or "") for name in raised):
                unsaid.append(f"{path.name}: {function.name}")
    assert count > 50
    assert unsaid == []


def public_functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    for outer in (module, *(each for each in module.body if isinstance(each, ast.ClassDef))):
        for each in outer.body:
            if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
                yield each
