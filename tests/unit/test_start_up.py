"""What is loaded when: nothing heavy before it is needed.

Names of modules are compared and no times, which depend on the machine.
"""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import modelops_abm
from modelops_abm import experiments, runs
from modelops_abm.cli.entry import command_of, commands

REPOSITORY = Path(__file__).resolve().parents[2]
ENGINES = {"mesa", "numba"}
NUMBERS = {"numpy", "pandas", "pyarrow", "scipy"}
PICTURES = {"matplotlib", "networkx", "pptx", "solara"}
STUDIES = {"SALib", "distributed", "optuna"}
HEAVY = ENGINES | NUMBERS | PICTURES | STUDIES
LIGHT = {"click", "pydantic", "rich"}
WHAT_RUNS_NEED = {"numba"} | NUMBERS

IMPORTS = {
    "import modelops_abm; dir(modelops_abm)": HEAVY | LIGHT,
    "from modelops_abm import formats": HEAVY | LIGHT,
    "from modelops_abm.core import outcomes": HEAVY | LIGHT,
    "from modelops_abm import load_scenario, preset; preset('reference')": HEAVY,
    "from modelops_abm import read_portfolio; import modelops_abm.clients.federal": HEAVY,
    "from modelops_abm.runs.output import check_place": HEAVY,
    "from modelops_abm import replicate, simulate": HEAVY - WHAT_RUNS_NEED,
    "from modelops_abm.experiments import compare, credit, parse_input": HEAVY - WHAT_RUNS_NEED,
    "from modelops_abm import Scenario, simulate; simulate(Scenario(), engine='ensemble')": {
        *("mesa", "networkx", "matplotlib")
    },
    "from modelops_abm.cli import main; main(['simulate', '--days', '5', '--quiet'])": {
        *("modelops_abm.compiled_engine", "modelops_abm.runs.replications", "matplotlib")
    },
    "from modelops_abm.charts import palette; palette.light('plan 15%')": HEAVY | LIGHT,
    "from modelops_abm.charts import compare, worth_and_payback": PICTURES | STUDIES,
    "import modelops_abm.charts.matplotlib": {"matplotlib.pyplot", "solara"},
}
"""What each loads none of."""

COMMANDS = (
    ("presets",),
    ("show",),
    ("schema",),
    ("check", "plan.toml", "models.csv"),
    ("template", "--scenario", "new.toml", "--portfolio", "new.csv"),
    ("simulate", "--help"),
    ("compare", "--help"),
    ("page", "--help"),
)
"""Commands that run nothing."""


def loaded_by(code: str, folder: Path | None = None) -> set[str]:
    """Return the names of the modules that a program has loaded at its end."""
    told = f"import sys; {code}; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("statement", IMPORTS)
def test_what_is_not_needed_is_not_loaded(statement: str) -> None:
    assert IMPORTS[statement] & loaded_by(statement, REPOSITORY) == set()


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_that_runs_nothing_loads_no_engine(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "plan.toml").write_text("horizon_days = 5\n")
    (tmp_path / "models.csv").write_text("id\na\n")
    path = f"sys.path.insert(0, {str(REPOSITORY)!r})"
    run = f"{path}; from modelops_abm.cli import main; assert main({list(arguments)!r}) == 0"
    assert HEAVY & loaded_by(run, tmp_path) == set()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_none_of_the_commands(option: str) -> None:
    loaded = loaded_by(f"from modelops_abm.cli import main; main(['{option}'])", REPOSITORY)
    assert (HEAVY | {"pydantic", "rich", "yaml"}) & loaded == set()
    own = {name for name in loaded if name.startswith("modelops_abm.cli.")}
    assert own == {"modelops_abm.cli.entry"}


@pytest.mark.parametrize("name", commands.commands)
def test_help_says_of_a_command_what_its_own_help_says_first(name: str) -> None:
    first = commands.commands[name].get_short_help_str(limit=1_000)
    assert command_of(name).get_short_help_str(limit=1_000) == first


@pytest.mark.parametrize(
    "package", [modelops_abm, experiments, runs], ids=lambda package: package.__name__
)
def test_public_names_exist(package: ModuleType) -> None:
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert not isinstance(getattr(package, name), ModuleType), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="attribute simulat"):
        modelops_abm.simulat  # noqa: B018


def test_no_module_is_hidden_by_what_its_package_offers() -> None:
    """Python binds a module to its package, where a function of its name would take its place."""
    for module in pkgutil.walk_packages(modelops_abm.__path__, "modelops_abm."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    hidden = []
    for name in [name for name in sys.modules if name.startswith("modelops_abm.")]:
        package, _, short = name.rpartition(".")
        if getattr(sys.modules[package], short, None) is not sys.modules[name]:
            hidden.append(name)
    assert hidden == []
