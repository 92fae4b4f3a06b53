"""What is registered from outside by one entry and one rule runs in both engines, and shows.

The files are those of the guides in docs/guides, word for word.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modelops_abm.core import outcomes, registry
from tests.docking import registered
from tests.guides import GUIDES, ROOT, commands_of, files_of

CAPABILITY, CAUSE = GUIDES / "add-a-capability.md", GUIDES / "add-a-cause.md"
CARD = GUIDES / "add-a-card.md"
"""Run by `tests/app/test_guide.py`, as it needs the page."""
BOTH = os.pathsep.join(["release_gate.py", "security.py"])
"""Registered together where something is simulated, so that there is one kernel to compile."""
OTHERS = [GUIDES / "add-an-experiment.md", GUIDES / "add-an-outcome.md"]
"""The other guides with a file; `tests/unit/test_readme.py` runs the code of those without."""


def python(folder: Path, *arguments: str, extensions: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with extensions."""
    environment = {**os.environ, registry.VARIABLE: extensions, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files of the guides."""
    where = tmp_path_factory.mktemp("guides")
    for guide in (CAPABILITY, CAUSE):
        for name, text in files_of(guide).items():
            (where / name).write_text(text, encoding="utf-8")
    return where


@pytest.fixture(scope="module")
def answers(folder: Path) -> dict[str, Any]:
    """Return what `tests.docking.registered` answers where both are registered."""
    run = python(folder, "-m", "tests.docking.registered", extensions=BOTH)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.mark.slow(12)
def test_both_engines_agree_where_the_registered_cause_strikes(answers: dict[str, Any]) -> None:
    assert answers["struck"]["security"] > 10
    assert answers["struck"]["pipeline"] > 10


@pytest.mark.slow(12)
def test_without_effect_it_changes_nothing_else(answers: dict[str, Any]) -> None:
    """Not one draw: the event log and all totals have the same bits as without it."""
    here = registered.run_of(registered.PLAIN)
    there = answers["no effect"]
    assert json.loads(json.dumps(here["log"])) == there["log"]
    assert len(there["log"]) > 500
    for name, total in here["totals"].items():
        assert there["totals"][name] == total, name
    more = set(there["totals"]) - set(here["totals"])
    assert more == {
        "state_days_security",
        "unserved_days_security",
        "level_rise_release_gate",
    }
    assert all(there["totals"][name] == 0.0 for name in more)


@pytest.mark.slow(12)
def test_its_rule_acts(answers: dict[str, Any]) -> None:
    without, with_gate = answers["power"]
    assert with_gate > without
    assert answers["full"]["state_days_security"] > answers["full"]["unserved_days_security"] > 0.0


@pytest.mark.slow(12)
def test_it_is_in_outcomes_values_sliders_and_tables(answers: dict[str, Any]) -> None:
    assert {"models_offline_security", "level_release_gate"} <= set(answers["daily"])
    assert "capabilities.release_gate.bad_chance" in answers["show"]
    assert "incidents.security_per_year" in answers["show"]
    assert "Probability that a retraining restores badly." in answers["show"]
    assert "Security issues per year of serving." in answers["show"]
    assert "release_gate_alone" in answers["presets"]
    assert "security" in answers["simulate"]
    assert "capabilities.release_gate.maximum" in answers["sliders"]
    assert "Release gate" in answers["takes"]
    assert "security_coverage" in answers["schema"]


@pytest.mark.slow(12)
def test_experiments_know_it(answers: dict[str, Any]) -> None:
    assert "unserved_days_security" in answers["experiments"]["outcomes"]
    assert answers["experiments"]["shares"] == ["automation", "release_gate"]
    assert answers["experiments"]["words"] == "full automation and release gate"


@pytest.mark.slow(8)
@pytest.mark.parametrize("guide", [CAPABILITY, CAUSE], ids=lambda guide: guide.stem)
def test_the_commands_of_a_guide_run(guide: Path, folder: Path) -> None:
    (name,) = files_of(guide)
    for command in commands_of(guide):
        runs_nothing = command[0] == "show"
        run_as_shown(folder, command, name if runs_nothing else BOTH)


@pytest.mark.slow(60)
@pytest.mark.parametrize("guide", [CAPABILITY, CAUSE], ids=lambda guide: guide.stem)
def test_the_commands_of_a_guide_run_with_its_file_alone(guide: Path, folder: Path) -> None:
    """Which has a kernel of its own."""
    (name,) = files_of(guide)
    for command in commands_of(guide):
        run_as_shown(folder, command, name)


def run_as_shown(folder: Path, command: list[str], extensions: str) -> None:
    run = python(folder, "-m", "modelops_abm", *command, extensions=extensions)
    assert run.returncode == 0, run.stderr
    assert run.stdout


@pytest.mark.slow(12)
@pytest.mark.parametrize("guide", OTHERS, ids=lambda guide: guide.stem)
def test_the_code_of_another_guide_runs(guide: Path, tmp_path: Path) -> None:
    (program,) = files_of(guide).values()
    run = python(tmp_path, "-c", program)
    assert run.returncode == 0, run.stderr


def test_a_scenario_has_what_is_registered(folder: Path) -> None:
    """Also where a program imports the file itself, before the package."""
    program = (
        "import release_gate, security, pickle\n"
        "from modelops_abm.scenario import Scenario, with_values\n"
        "values = {'capabilities.release_gate.caught': 0.5}\n"
        "scenario = with_values(Scenario(), values, source='x')\n"
        "assert pickle.loads(pickle.dumps(scenario)) == scenario\n"
        "print(scenario.capabilities.release_gate.caught, scenario.efforts.security_repair.mean)\n"
    )
    run = python(folder, "-c", program)
    assert run.stdout == "0.5 3.0\n", run.stderr


def test_a_row_and_a_kind_say_their_repair_of_what_is_registered(folder: Path) -> None:
    """A file has the column only where the list states it."""
    program = (
        "import security\n"
        "from modelops_abm.clients import portfolio_csv, read_portfolio\n"
        "from modelops_abm.rules.constants import own_numbers\n"
        "from modelops_abm.scenario import Archetype, Scenario\n"
        "rows = read_portfolio(b'id,security_repair_days\\na,7\\nb,\\n', name='x')\n"
        "law = {'family': 'gamma', 'mean': 5.0, 'cv': 0.1}\n"
        "kind = Archetype(name='k', share=1.0, security_repair_days=law)\n"
        "assert read_portfolio(portfolio_csv(rows).encode(), name='x') == rows\n"
        "bare = rows.model_copy(update={'models': rows.models[1:]})\n"
        "assert 'security' not in portfolio_csv(bare)\n"
        "efforts = [own_numbers(Scenario(), kind, row).efforts.security for row in rows.models]\n"
        "print([(round(each.first), round(each.first * each.second, 6)) for each in efforts])\n"
    )
    run = python(folder, "-c", program)
    assert run.stdout == "[(100, 7.0), (100, 5.0)]\n", run.stderr


def test_a_row_and_a_kind_are_told_why_they_cannot_say_a_rate_that_is_registered(
    folder: Path,
) -> None:
    program = (
        "import security\n"
        "from modelops_abm.clients import read_portfolio\n"
        "from modelops_abm.scenario import InputError, read_scenario\n"
        "kind = '[[archetypes]]\\nname = \"k\"\\nshare = 1.0\\nsecurity_issues_per_year = 3.0'\n"
        "for read in (\n"
        "    lambda: read_scenario(kind.encode(), 'plan.toml'),\n"
        "    lambda: read_portfolio(b'id,security_per_year\\na,7\\n', name='rows.csv'),\n"
        "):\n"
        "    try:\n"
        "        read()\n"
        "    except InputError as error:\n"
        "        print(error)\n"
    )
    run = python(folder, "-c", program)
    kind, row = run.stdout.splitlines()
    why = "how often a security issue strikes follows from a rule with numbers of its own, which"
    assert kind.startswith("plan.toml, line 4: archetypes[k].security_issues_per_year: ")
    assert row.startswith("rows.csv, row 1: 'security_per_year' is not a known column; ")
    assert all(why in each and "did you mean" not in each for each in (kind, row))


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("from modelops_abm.scenario import Scenario; import security", "registered too late"),
        ("import release_gate; release_gate.add_capability(release_gate.Capability("
         "name='release_gate', does=''))", "is registered already"),
        ("from modelops_abm.core.registry import *; add_capability(Capability("
         "name='rollback', does=''))", "belongs to the package"),
        ("from modelops_abm.core.registry import *; add_capability(Capability("
         "name='Gate', does=''))", "must be a Python name in lower case"),
        ("from modelops_abm.core.registry import *; add_capability(Capability("
         "name='gate', does='', rules={'mood': max}))", "there is no point 'mood'"),
        ("from modelops_abm.core.registry import *; add_cause(Cause(name='fire'))",
         "fire must be an issue with a rate"),
    ],
)  # fmt: skip
def test_what_cannot_be_registered_is_refused(folder: Path, program: str, problem: str) -> None:
    run = python(folder, "-c", program)
    assert run.returncode == 1
    assert problem in run.stderr


def test_orders_and_layouts_are_those_of_the_registry() -> None:
    from modelops_abm.compiled_engine import layout  # after the registry, as everything
    from modelops_abm.rules.constants import Levels
    from modelops_abm.rules.money import net_value
    from modelops_abm.scenario import Capabilities

    names = registry.capability_names()
    assert tuple(Capabilities.model_fields)[: len(names)] == names == Levels._fields
    assert len(names) == layout.CAPABILITIES == len(outcomes.LEVEL_STATES)
    assert len(outcomes.HAZARDS) == layout.HAZARDS == layout.MODEL["counts"].shape[0]
    assert len(outcomes.OFFLINE_CAUSES) == layout.CAUSES
    assert len(outcomes.WORK) == layout.CLASSES == layout.ACTIVITIES - 1
    arguments = net_value.py_func.__code__.co_varnames[: len(registry.MONEY)]  # type: ignore[attr-defined]
    assert arguments == tuple(flow.name for flow in registry.MONEY)
    signs = [flow.sign for flow in registry.MONEY]
    assert net_value(1.0, 10.0, 100.0, 1000.0, 10000.0) == sum(
        sign * 10.0**place for place, sign in enumerate(signs)
    )


VERSION = """
from modelops_abm.core.registry import simulator_version
print(simulator_version())
"""


def test_a_changed_rule_is_another_version_of_what_simulates(folder: Path, tmp_path: Path) -> None:
    def version(extensions: Path | None) -> str:
        run = python(tmp_path, "-c", VERSION, extensions=str(extensions or ""))
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    changed = tmp_path / "release_gate.py"
    text = (folder / "release_gate.py").read_text(encoding="utf-8")
    changed.write_text(text.replace("return share * gate.bad_share", "return 0.0"), "utf-8")
    plain, gated, otherwise = map(version, (None, folder / "release_gate.py", changed))
    assert plain == registry.simulator_version()
    assert "+" not in plain
    assert gated.startswith(f"{plain}+")
    assert otherwise.startswith(f"{plain}+")
    assert gated != otherwise
