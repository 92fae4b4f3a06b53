"""The examples in docstrings do what they say, and the names that users import have some."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import modelops_abm
from modelops_abm import charts, clients, experiments, runs, scenario

PACKAGE = Path(modelops_abm.__file__).parent
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
