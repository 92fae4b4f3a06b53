"""``--belief`` on every command that runs an experiment, and ``--require-chance``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm import preset, with_values
from modelops_abm.evidence.belief import TOO_NARROW, Belief, load_belief, save_belief
from modelops_abm.evidence.statements import exactly
from modelops_abm.experiments import draws_of
from modelops_abm.scenario import CAPABILITY_NAMES

REQUIRED = ("--require-chance", "0.5")
NAMES = [
    "team.developers",
    "portfolio.initial_models",
    "drift.onsets_per_year",
    "usage.growth_days",
]
FEW = ("--replications", "4")
SHORT = ("--days", "200", "--replications", "20")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    scenario = with_values(preset("all_five"), {"horizon_days": 300}, source="test")
    save_belief(Belief(scenario, (), draws_of(scenario, 30, names=NAMES), 30.0), "belief.parquet")
    return "belief.parquet"


def test_tells_both_answers(modelops: Callable, file: str) -> None:
    outcome = modelops("compare", "--belief", file, "--days", "60", "--replications", "50")
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.replace("\u202f", " ").split())
    assert "60 days, seed 0, 50 futures, draws of belief.parquet" in words
    assert "Over what the organisation may be: it pays in" in words
    assert "is what nobody knows" in words
    assert all(len(line) <= 100 for line in outcome.out.splitlines())


def test_what_is_to_be_doubted_of_a_belief_is_said_with_every_answer(
    modelops: Callable, file: str
) -> None:
    belief = load_belief(file)
    said = (exactly("team.developers", 8.0),)
    thin = dataclasses.replace(belief, evidence=said, effective=12.0, at_edge=("team.developers",))
    save_belief(thin, "thin.parquet")
    for command in (("compare",), ("advise", "--budget", "1e5", "--trials", "2")):
        outcome = modelops(*command, "--belief", "thin.parquet", "--days", "30", *FEW)
        words = " ".join(outcome.out.split())
        assert "Of the belief in thin.parquet: Few organisations fit all that was said." in words
        assert TOO_NARROW in words
        assert "At the end of the range that was thought possible" in words
    told = json.loads(
        modelops("compare", "--belief", "thin.parquet", "--days", "30", *FEW, "--json").out
    )
    assert len(told["belief"]["doubts"]) == 3
    sound = modelops("compare", "--belief", file, "--days", "30", *FEW)
    assert "Of the belief in" not in sound.out


def test_published_is_the_belief_that_ships(modelops: Callable) -> None:
    outcome = modelops("compare", "--belief", "published", "--preset", "all_five", *SHORT)
    assert outcome.code == 0, outcome.err
    assert "Over what the organisation may be: it pays in" in " ".join(outcome.out.split())
    assert "only the plan is taken" not in outcome.out


def test_what_a_scenario_states_of_another_organisation_is_said_to_be_left_out(
    modelops: Callable, tmp_path: Path
) -> None:
    """Under its name stand figures of the organisation of the belief."""
    plan = tmp_path / "ours.toml"
    plan.write_text(
        "name = 'ours'\n[portfolio]\ninitial_models = 4\n[team]\ndevelopers = 2\n"
        "[capabilities.rollback]\nmaximum = 1.0\n"
    )
    asked = ("compare", str(plan), "--belief", "published", *SHORT)
    said = " ".join(modelops(*asked).out.split())
    assert "of the scenario ours, of which only the plan is taken" in said
    assert ": models at the start and team differ." in said
    held = " ".join(modelops(*asked, "--set", "team.developers=2").out.split())
    assert ": models at the start differ." in held


def test_json_has_both(modelops: Callable, file: str) -> None:
    said = json.loads(modelops("compare", "--belief", file, *SHORT, "--json").out)
    assert said["belief"]["draws"] == 30
    assert said["pays"]["n"] == said["replications"] == 20
    assert said["at_the_values_as_set"]["horizon_days"] == 200


def test_a_plan_that_is_named_is_taken_and_what_is_set_is_not_drawn(
    modelops: Callable, file: str
) -> None:
    said = json.loads(
        modelops(
            *("compare", "--belief", file, "--preset", "monitoring_alone", *SHORT, "--json"),
            *("--set", "team.developers=3"),
        ).out
    )
    assert said["plan"]["team"]["developers"] == 3
    capabilities = said["plan"]["capabilities"]
    levels = [capabilities[name]["maximum"] for name in CAPABILITY_NAMES]
    assert levels == [float(name == "monitoring") for name in CAPABILITY_NAMES]


def test_a_chance_that_is_required_decides_the_exit_code(modelops: Callable) -> None:
    plan = ("compare", "--preset", "all_five", *SHORT)
    assert modelops(*plan, "--require-chance", "0").code == 0
    outcome = modelops(*plan, "--set", "finance.discount_rate=0.1", "--require-chance", "1")
    # 200 days do not pay back in every future.
    assert outcome.code == 4
    assert "required are 100%" in outcome.err


def test_what_does_not_go_together_is_refused(modelops: Callable, file: str) -> None:
    for wrong in (("--portfolio", "illustrative"), ("--know", "team.focus=0.4..0.6")):
        outcome = modelops("compare", "--belief", file, *wrong)
        assert outcome.code == 1
        assert f"{wrong[0]} is known before a belief: give it to 'fit'" in outcome.err
    others = ("--preset", "all_five", "--preset", "small_team", "--against", "reference")
    outcome = modelops("compare", "--belief", "ranges", *others)
    assert outcome.code == 1
    assert "the ranges of one say nothing of the others" in outcome.err
    outcome = modelops("compare", "--preset", "all_five", "--against", "reference", *REQUIRED)
    assert outcome.code == 1
    assert "for one plan against its own baseline" in outcome.err


def test_several_plans_stop_when_all_are_known(modelops: Callable, file: str) -> None:
    plans = ("--preset", "all_five", "--preset", "monitoring_alone", "--days", "60")
    outcome = modelops(
        *("compare", "--belief", file, *plans, "--against", "reference"),
        *("--replications", "200", "--half-width", "1e9", "--json"),
    )
    assert outcome.code == 0, outcome.err
    said = json.loads(outcome.out)
    assert said["replications"] == 100
    assert set(said["over"]) == {"all_five", "monitoring_alone"}


def test_a_file_that_is_none_is_refused(modelops: Callable, file: str) -> None:
    Path(file).write_bytes(b"hostile")
    outcome = modelops("compare", "--belief", file)
    assert outcome.code == 1
    assert "is no belief, or damaged" in outcome.err


COMMANDS = {
    "credit": ("--preset", "monitoring_alone", "--days", "60"),
    "sweep": ("--vary", "capabilities.rollback.maximum=0,1", "--days", "60"),
    "simulate": ("--days", "60"),
    "stories": ("no_incidents",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_both_answers(modelops: Callable, file: str, command: str) -> None:
    arguments = (command, *COMMANDS[command], "--belief", file, "--replications", "50")
    outcome = modelops(*arguments, "--output", "kept")
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.replace("\u202f", " ").split())
    assert "As set: " in words
    assert "Over what the organisation may be: " in words
    assert "draws of belief.parquet" in words
    assert all(len(line) <= 100 for line in outcome.out.splitlines())
    said = json.loads(modelops(*arguments, "--json").out)
    assert said["belief"]["draws"] == 30
    assert "at_the_values_as_set" in said


def test_a_single_run_has_no_belief(modelops: Callable, file: str) -> None:
    outcome = modelops("simulate", "--belief", file)
    assert outcome.code == 2
    assert "--belief needs --replications N" in outcome.err


def test_voi_tells_what_to_ask(modelops: Callable, file: str) -> None:
    arguments = ("voi", "--belief", file, "--days", "60", "--points", "40", "--replications", "2")
    outcome = modelops(*arguments, "--output", "kept")
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.split())
    assert "As set: " in words
    assert "How many hours until" in words
    assert "Drift events per model" in words
    assert all(len(line) <= 100 for line in outcome.out.splitlines())
    said = json.loads(modelops(*arguments, "--json").out)
    assert set(said["asks"]) < set(said["partial"])
    outcome = modelops(*arguments, "--vary", "drift")
    assert outcome.code == 1
    assert "a belief has what is known of every value" in outcome.err


def test_sensitivity_tells_what_drives_the_answer(modelops: Callable, file: str) -> None:
    arguments = ("sensitivity", "--belief", file, "--days", "60", "--replications", "40")
    outcome = modelops(*arguments, "--output", "kept")
    assert outcome.code == 0, outcome.err
    assert "rank correlation" in outcome.out
    assert all(len(line) <= 100 for line in outcome.out.splitlines())
    assert Path("kept", "drivers.png").exists()
    said = json.loads(modelops(*arguments, "--json").out)
    assert [each["input"] for each in said["drivers"]]
    for wrong in (("--vary", "drift"), ("--points", "8"), ("--each",), ("--method", "sobol")):
        outcome = modelops(*arguments, *wrong)
        assert outcome.code == 1
        assert f"{wrong[0]} is for ranges" in outcome.err
