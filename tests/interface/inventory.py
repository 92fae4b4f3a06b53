"""What users rely on, read from the program itself: lists of lines, by section and thing.

Names of modules are not in it, as they are no promise; only `ROOMS` says where things are now.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import importlib.util
import inspect
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import click
import pyarrow.parquet

import modelops_abm
from modelops_abm.app.mesa_page import MODEL_PARAMS
from modelops_abm.cli import main
from modelops_abm.cli.entry import command_of, commands
from modelops_abm.clients import template_csv
from modelops_abm.scenario import catalogue
from modelops_abm.scenario.presets import PRESETS

Lines = dict[str, list[str]]
"""What there is, by the thing it is about."""
Inventory = dict[str, Any]
"""`Lines` by section; of files by section and run."""

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = Path(modelops_abm.__file__).parent
RECORDED = Path(__file__).with_name("interface.json")
ROOMS: Mapping[str, Sequence[str]] = {
    "the package": ("modelops_abm",),
    "scenario": ("modelops_abm.scenario",),
    "runs": ("modelops_abm.runs",),
    "clients": ("modelops_abm.clients",),
    "charts": ("modelops_abm.charts",),
    "experiments": (
        *("modelops_abm.experiments", "modelops_abm.experiments.inputs"),
        "modelops_abm.experiments.information",
    ),
}
"""Where the names are that Python users import."""
WITH_MEMBERS = ("the package", "experiments")
"""Where the members of classes are promised, too."""

SMALL = ("--set", "portfolio.initial_models=3", "--days", "40")
PLAN = ("--preset", "all_five", *SMALL)
FEW = (*PLAN, "--replications", "2")
TWO = ("--set", "capabilities.automation.maximum=1", "--set", "capabilities.rollback.maximum=1")
RUNS: Mapping[str, Sequence[str]] = {
    "simulate": (*PLAN, "--csv", "--pictures", "--model-days"),
    "simulate, many": FEW,
    "benchmarks": ("--set", "portfolio.initial_models=3", "--replications", "2"),
    "compare": FEW,
    "compare, several": (*FEW, "--preset", "automation_alone"),
    "credit": (*TWO, *SMALL, "--replications", "2"),
    "sweep": (*FEW, "--vary", "team.developers=4,5"),
    "sweep, two": (*FEW, "--vary", "team.developers=4,5", "--vary", "team.focus=0.5,0.6"),
    "sensitivity": (*FEW, "--vary", "team.focus"),
    "sensitivity, morris": (*FEW, "--vary", "team.focus", "--method", "morris", "--points", "2"),
    "sensitivity, sobol": (*FEW, "--vary", "team.focus", "--method", "sobol", "--points", "4"),
    "voi": (*FEW, "--vary", "team.focus", "--points", "32"),
    "optimise": (
        *(*PLAN, "--levels", "1", "--starts", "0", "--trials", "4", "--finalists", "2"),
        *("--replications", "16"),
    ),
}
"""A quick run of every command that writes results; before a comma is the command."""


# --- The command line ---------------------------------------------------------------------------


def command_line() -> Lines:
    """Return the arguments and options of each command, with their defaults."""
    found = {"modelops-abm": sorted(_parameters(commands))}
    for name in sorted(commands.commands):
        found[name] = sorted(_parameters(command_of(name)))
    return found


def _parameters(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        shown = parameter.to_info_dict()
        kind = shown["type"]
        allowed = kind.get("choices") or [kind.get("min"), kind.get("max")]
        facts = {
            "takes": None if shown.get("is_flag") else kind["name"],
            "allowed": None if set(allowed) == {None} else "..".join(str(end) for end in allowed),
            "default": _stated(parameter.default),
            "values": None if shown["nargs"] == 1 else shown["nargs"],
            "repeated": shown["multiple"] or None,
            "required": shown["required"] or None,
        }
        told = [f"{fact} {value}" for fact, value in facts.items() if value is not None]
        spelling = " ".join(shown["opts"]) if shown["param_type_name"] == "option" else "argument"
        yield ", ".join([spelling, *told])


def _stated(default: Any) -> Any:
    """Return a default that is one: not click's mark of none, whatever that is."""
    is_stated = isinstance(default, str | int | float) and default is not False
    return default if is_stated and "UNSET" not in repr(default) else None


def program() -> Lines:
    """Return how the program is started, and what it heeds in the environment."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sources = [*PACKAGE.rglob("*.py"), REPOSITORY / "run.py"]
    words = "".join(path.read_text(encoding="utf-8") for path in sources)
    return {
        "scripts": [*project["scripts"], "python -m modelops_abm"],
        "extras": list(project["optional-dependencies"]),
        "environment": sorted(set(re.findall(r"MODELOPS_ABM_[A-Z_]+", words))),
        "run.py": _options_of_run(),
        "sliders of Mesa's page": list(MODEL_PARAMS),
    }


def _options_of_run() -> list[str]:
    specification = importlib.util.spec_from_file_location("run", REPOSITORY / "run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    printed = io.StringIO()
    with redirect_stdout(printed), suppress(SystemExit):
        module.run_project(["--help"])
    return sorted(set(re.findall(r"--[a-z-]+(?: [A-Z]+)?", printed.getvalue())))


# --- Python ---------------------------------------------------------------------------------------


def names() -> Lines:
    """Return the public names of the rooms, with their parameters and members."""
    found = {}
    for room, places in ROOMS.items():
        values = {name: value for place in places for name, value in _public(place)}
        found[room] = sorted(line for entry in values.items() for line in _of_name(room, *entry))
    return found


def _public(place: str) -> Iterator[tuple[str, Any]]:
    module = importlib.import_module(place)
    own = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == place
    ]
    for name in getattr(module, "__all__", own):
        yield name, getattr(module, name)


def _of_name(room: str, name: str, value: Any) -> Iterator[str]:
    yield name
    if inspect.isfunction(value):
        yield from (f"{name}({parameter})" for parameter in _signature(value))
    elif inspect.isclass(value) and room in WITH_MEMBERS:
        yield from (f"{name}({parameter})" for parameter in _signature(value))
        yield from (f"{name}.{member}" for member in _members(value))


def _signature(value: Callable[..., Any]) -> Iterator[str]:
    try:
        parameters = inspect.signature(value).parameters.values()
    except ValueError:  # some types of the standard library tell none
        return
    for parameter in parameters:
        default = parameter.default
        is_plain = default is None or isinstance(default, str | int | float)
        yield f"{parameter.name}={default!r}" if is_plain else parameter.name


def _members(value: type) -> set[str]:
    own = [base for base in value.__mro__ if base.__module__.startswith("modelops_abm")]
    members = {name for base in own for name in [*vars(base), *inspect.get_annotations(base)]}
    if dataclasses.is_dataclass(value):
        members |= {field.name for field in dataclasses.fields(value)}
    return {name for name in members if not name.startswith("_") and name != "model_config"}


# --- Files ----------------------------------------------------------------------------------------


def read() -> Lines:
    """Return what scenario and portfolio files may say, and how they may end."""
    return {
        "portfolio, columns": template_csv().splitlines()[0].split(","),
        "scenario, values": [
            f"{value.name}: {value.kind}{value.unit and f', {value.unit}'}" for value in catalogue()
        ],
        "scenario, presets": list(PRESETS),
    }


def written(name: str, folder: Path) -> Lines:
    """Return the files that one of `RUNS` writes into a folder, with their columns and keys."""
    printed = io.StringIO()
    command = [name.partition(",")[0], *RUNS[name], "--output", str(folder), "--json"]
    with redirect_stdout(printed), redirect_stderr(io.StringIO()):
        assert main(command) == 0, name
    found = {"--json": sorted(_keys(json.loads(printed.getvalue())))}
    for path in sorted(path for path in folder.rglob("*.*") if path.is_file()):
        inside = path.relative_to(folder).as_posix()
        if not inside.startswith("runs/"):  # whose contents are our own business
            found[inside] = _contents(path)
    return found


def _contents(path: Path) -> list[str]:
    match path.suffix:
        case ".parquet":
            schema = pyarrow.parquet.read_schema(path)
            return [
                f"{name}: {kind}" for name, kind in zip(schema.names, schema.types, strict=True)
            ]
        case ".csv":
            return path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        case ".json":
            return sorted(_keys(json.loads(path.read_text(encoding="utf-8"))))
        case _:
            return []


def _keys(value: Any, before: str = "", depth: int = 3) -> set[str]:
    """Return the paths to all keys of an object; of a scenario, only that it is one."""
    if isinstance(value, list):
        parts = [_keys(part, f"{before}[]", depth) for part in value]
        return {key for part in parts for key in part}
    if not isinstance(value, dict) or not depth:
        return set()
    found: set[str] = set()
    for key, inner in value.items():
        shown = re.sub(r"^[\w-]*\.?[\w-]+\.(png|csv|parquet|json)$", "<file>", str(key))
        found.add(f"{before}.{shown}".strip("."))
        is_scenario = isinstance(inner, dict) and "horizon_days" in inner
        if not is_scenario:
            found |= _keys(inner, f"{before}.{shown}".strip("."), depth - 1)
    return found


# --- The page -------------------------------------------------------------------------------------


def keys_of_the_page() -> Lines:
    """Return the keys that the page listens to, as its sources say them."""
    folder = PACKAGE / "app"
    python = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")]
    keys = {
        key.value
        for tree in python
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    templates = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.vue"))
    known = re.compile(r"mod\+(shift\+)?[a-z]|escape")
    heard = set(re.findall(r"""\bkey === ["'](\w+)["']""", templates))
    return {"of the page": sorted({key for key in keys if known.fullmatch(key)} | heard)}


# --- All together ---------------------------------------------------------------------------------


OFFERED: Mapping[str, Callable[[], Lines]] = {
    "command line": command_line,
    "program": program,
    "python": names,
    "read": read,
    "keys": keys_of_the_page,
}
"""Sections of the inventory that need neither a run nor a browser."""


def differences(known: Lines, now: Lines) -> list[str]:
    """Return what is gone and what is new, each as a sentence that says what to do."""
    before, after = _told(known), _told(now)
    return [
        *(f"gone: {line}" for line in sorted(before - after)),
        *(f"new, see tests/interface/record.py: {line}" for line in sorted(after - before)),
    ]


def _told(lines: Lines) -> set[str]:
    return {f"{thing}: {line}" for thing, those in lines.items() for line in [*those, "is there"]}


def recorded() -> Inventory:
    """Return what is recorded."""
    content: Inventory = json.loads(RECORDED.read_text(encoding="utf-8"))
    return content
