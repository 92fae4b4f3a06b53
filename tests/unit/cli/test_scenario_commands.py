from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm.cli.entry import commands
from modelops_abm.clients import RULES, read_portfolio
from modelops_abm.scenario import catalogue, load_scenario
from modelops_abm.scenario.presets import PRESETS, preset
from modelops_abm.scenario.without_effect import without_effect
from tests.patience import PATIENCE_SECONDS
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]


def test_presets_has_a_sentence_for_each(modelops: Command) -> None:
    code, out, err = modelops("presets")
    assert (code, err) == (0, "")
    for name in PRESETS:
        line = next(line for line in out.splitlines() if line.startswith(f"{name} "))
        assert len(line.split()) > 3


def test_show_lists_every_value(modelops: Command) -> None:
    code, out, err = modelops("show")
    assert (code, err) == (0, "")
    for quantity in catalogue():
        if quantity.name not in ("name", "description"):
            assert quantity.name in out


def test_show_wide(modelops: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    _, out, _ = modelops("show", "team.developers", "--set", "team.developers=5")
    assert "Allowed" in out
    assert "team.developers *" in out
    assert "set on the command line" in " ".join(out.split())
    assert max(len(line) for line in out.splitlines()) <= 120


@pytest.mark.parametrize("name", PRESETS)
def test_show_json_says_whose_values(modelops: Command, name: str) -> None:
    _, out, _ = modelops("show", "--preset", name, "--json")
    values = {entry["name"]: entry for entry in json.loads(out)["values"]}
    assert list(values) == [quantity.name for quantity in catalogue()]
    for entry in values.values():
        is_label = entry["name"] in ("name", "description")
        assert is_label or entry["is_default"] or entry["source"].startswith(f"preset {name}")


def test_show_a_part_of_a_file(modelops: Command) -> None:
    Path("plan.toml").write_text("[team]\ndevelopers = 5\n")
    _, out, _ = modelops("show", "plan.toml", "team.dev", "discount")
    assert "team.developers *" in out
    assert "file plan.toml" in out
    assert "finance.discount_rate" in out
    assert "team.focus" not in out


def test_schema_is_one_json_object(modelops: Command) -> None:
    code, out, err = modelops("schema")
    assert (code, err) == (0, "")
    assert json.loads(out)["title"] == "Scenario of modelops_abm"


@pytest.mark.parametrize("ending", ["toml", "yaml", "json"])
def test_template_writes_what_it_would_run(modelops: Command, ending: str) -> None:
    file = f"plan.{ending}"
    code, out, err = modelops("template", "--scenario", file, "--preset", "small_team")
    assert (code, err) == (0, "")
    assert file in out
    assert load_scenario(file) == preset("small_team")


def test_template_of_a_portfolio_can_be_read(modelops: Command) -> None:
    assert modelops("template", "--portfolio", "models.csv").code == 0
    assert len(read_portfolio("models.csv").models) == 2


def test_template_replaces_nothing_unasked(modelops: Command) -> None:
    Path("plan.toml").write_text("mine")
    code, out, err = modelops("template", "--scenario", "plan.toml", "--portfolio", "models.csv")
    assert (code, out) == (1, "")
    assert err == "Error: plan.toml: is there already; --force replaces it\n"
    assert list(Path().iterdir()) == [Path("plan.toml")]
    assert modelops("template", "--scenario", "plan.toml", "--force").code == 0
    assert load_scenario("plan.toml") == preset("reference")


def test_check_reports_all_problems_of_all_files(modelops: Command) -> None:
    Path("good.toml").write_text("[team]\ndevelopers = 5\n")
    Path("bad.toml").write_text("[team]\ndevelopers = 0\nfocus = 2\n")
    Path("bad.csv").write_text("id,users\na,ten\na,-1\n")
    code, out, err = modelops("check", "good.toml", "bad.toml", "bad.csv", "none.csv", "what")
    assert code == 1
    first, remark = out.splitlines()
    assert first == "good.toml: fine; scenario reference, 1 value unlike the reference"
    assert "values, none set by you, without effect: each of automation, monitoring" in remark
    for words in (
        "bad.toml, line 2: team.developers",
        "bad.toml, line 3: team.focus",
        "bad.csv, row 2, column users",
        "bad.csv, row 3, column users",
        "none.csv",
        "what: the file cannot be read",
        "4 of 5 files",
    ):
        assert words in err


def test_check_holds_a_portfolio_against_the_scenario(modelops: Command) -> None:
    Path("models.csv").write_text("id,stage,deployed_at\na,production,2026-05-03\n")
    code, _, err = modelops("check", "models.csv")
    assert code == 1
    assert "start_date" in err
    Path("later.toml").write_text("start_date = 2026-06-01\n")
    code, out, err = modelops("check", "models.csv", "later.toml")
    assert (code, err) == (0, "")
    assert "models.csv: fine; 1 model (1 in production)" in out


def test_check_says_what_is_not_taken_as_it_may_be_expected(modelops: Command) -> None:
    Path("m.csv").write_text("id,stage,deployed_at,owner\nN1,deployment,2026-09-01,Team A\n")
    code, out, err = modelops("check", "m.csv")
    assert (code, out) == (1, "")
    assert err.startswith("m.csv, row 1: 'owner' is not a known column; known are id, name, ")
    assert "(--ignore-unknown-columns on the command line)" in err
    code, out, err = modelops("check", "m.csv", "--ignore-unknown-columns")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "m.csv: fine; 1 model (1 in deployment)",
        "  ignored: owner",
        "  not used: deployed_at of 1 model (N1): "
        "a model goes live when its work is done, not on a planned day",
    ]


@pytest.mark.parametrize("file", ["models.tsv", "models.txt", "models.dat", "models"])
def test_check_and_simulate_take_a_portfolio_of_any_name(modelops: Command, file: str) -> None:
    Path(file).write_text("id\tname\tstage\nA1\tAlpha\tproduction\n")
    code, out, _ = modelops("check", file)
    assert (code, out) == (0, f"{file}: fine; 1 model (1 in production)\n")
    assert modelops("simulate", "--portfolio", file, "--days", "2", "--quiet").code == 0


def test_check_and_simulate_say_the_same_of_another_file(modelops: Command) -> None:
    Path("incidents.csv").write_text("incident_id,opened_on,resolved_on,service\n1,,,a\n")
    words = "incidents.csv: the file is no portfolio: it looks like an incident log; "
    assert modelops("check", "incidents.csv").err.startswith(words)
    code, _, err = modelops("simulate", "--portfolio", "incidents.csv")
    assert (code, err.removeprefix("Error: ")[: len(words)]) == (1, words)


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_check_reads_a_pipe_once(modelops: Command) -> None:
    os.mkfifo("pipe")
    content = "id,deployed_at\na,\n"
    writer = threading.Thread(target=Path("pipe").write_text, args=(content,), daemon=True)
    writer.start()
    Path("other.toml").write_text("[team]\ndevelopers = 5\n")
    code, out, err = modelops("check", "pipe", "other.toml")
    writer.join(PATIENCE_SECONDS)
    assert (code, err) == (0, "")
    assert "pipe: fine; 1 model (1 in production)" in out


def test_check_explains_how_a_portfolio_is_read(modelops: Command) -> None:
    words = " ".join(modelops("check", "--help").out.split())
    for rule in RULES:
        assert rule.replace("`", "") in words


def test_check_with_archetypes_that_the_scenario_lacks(modelops: Command) -> None:
    Path("models.csv").write_text("id,archetype\na,language\nb,\nc,vision\n")
    code, _, err = modelops("check", "models.csv")
    assert code == 1
    assert err.startswith(
        "models.csv, column archetype: is not an archetype of the scenario (none) in 2 rows: 2, 4 "
        "(row 2: 'language', row 4: 'vision'); write one of them, or leave the cell empty\n"
    )


def test_check_names_what_has_no_effect_and_an_unusual_size(
    modelops: Command, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text(
        "[incidents]\nregulated_multiplier = 5.0\n[drift]\nonsets_per_year = 0.0\nseverity = 0.3\n"
        "[portfolio]\ninitial_models = 270\n[capabilities.lineage]\nmaximum = 1.0\n"
    )
    code, out, err = modelops("check", "mine.toml")
    assert (code, err) == (0, "")
    _, size, *remarks = out.splitlines()
    assert "stated for about 24 models" in size
    assert "which has 270 models at the start, is far from that size: check effort_days" in size
    assert remarks[:2] == [
        "  set without effect: drift.severity (no drift occurs)",
        "  set without effect: incidents.regulated_multiplier (no model is regulated; "
        "archetypes and a portfolio file say which are)",
    ]
    (tmp_path / "models.csv").write_text("id,regulated\na,yes\n")
    assert "regulated_multiplier" not in modelops("check", "mine.toml", "models.csv").out
    told = out.replace("\n", " ")
    for reason in without_effect(load_scenario(tmp_path / "mine.toml")).values():
        assert reason.partition(" ")[2] in told, reason
    assert told.count("is not built") == 1


@pytest.mark.parametrize("command", [("simulate",), ("compare", "--replications", "4")])
def test_a_run_tells_of_what_was_set_and_changes_nothing(
    modelops: Command, command: tuple[str, ...]
) -> None:
    plan = ("--set", "capabilities.rollback.maximum=1", "--days", "30")
    unused = ("--set", "incidents.regulated_multiplier=5")
    told = " ".join(modelops(*command, *plan, *unused).out.split())
    assert "Set without effect: incidents.regulated_multiplier (no model is regulated;" in told
    assert "without effect" not in modelops(*command, *plan).out


def test_a_plan_of_another_size_is_compared_with_a_caution(modelops: Command) -> None:
    plan = ("compare", "--preset", "all_five", "--days", "20", "--replications", "2")
    few = " ".join(modelops(*plan, "--set", "portfolio.initial_models=2").out.split())
    assert "has 2 models at the start, is far from that size" in few
    assert "stated for about" not in modelops(*plan).out


def test_check_says_what_a_portfolio_inside_a_scenario_states_in_vain(modelops: Command) -> None:
    models = "[[imported.models]]\nid = 'N1'\nstage = 'build'\ndeployed_at = 2026-09-01\n"
    Path("plan.toml").write_text(f"[imported]\nsource = 'x'\n{models}")
    _, out, _ = modelops("check", "plan.toml")
    assert "  not used: deployed_at of 1 model (N1): a model goes live when" in out


def test_show_tells_what_a_kind_of_model_states_itself(modelops: Command) -> None:
    """With unit and reason; what somebody has set has no reason of the preset's any more."""
    code, out, err = modelops("show", "--preset", "three_kinds", "archetypes")
    assert (code, err) == (0, "")
    words = " ".join(out.split())
    assert "Of the kind ranking models:" in words
    assert "retraining_interval_days 1 days measured: Xin et al. 2021" in words
    assert "regulated yes (true) judgement: credit decisions are supervised" in words
    kind = '[{name = "ours", share = 1.0, pipeline_issues_per_year = 3.0}]'
    code, out, _ = modelops("show", "--set", f"archetypes={kind}", "archetypes")
    assert code == 0
    assert "Of the kind ours:" in out
    assert "pipeline_issues_per_year 3 per model-year" in " ".join(out.split())
    assert "Of the kind" not in modelops("show", "--preset", "three_kinds", "team")[1]


def test_show_tells_what_an_entry_of_a_list_may_say_and_what_requests_state(
    modelops: Command,
) -> None:
    code, out, err = modelops("show", "requests")
    assert (code, err) == (0, "")
    words = " ".join(out.split())
    assert "What an entry of requests may say:" in words
    assert "deadline_days must be given Allowed: more than 0, at most 36,500, days" in words
    assert "effort 5 developer-days (lognormal, cv 0.5) Allowed: 0 to 100,000" in words
    words = " ".join(modelops("show", "changes").out.split())
    assert "team.focus Allowed: more than 0, at most 1, developer-days per day" in words
    words = " ".join(modelops("show", "--preset", "regulated_bank", "requests").out.split())
    assert "Of the request internal audit: per_year 0.3" in words
    assert "judgement: a plan of audits comes round in three to four years" in words
    (entry,) = json.loads(modelops("show", "--json", "requests").out)["values"]
    (deadline,) = [each for each in entry["entry"] if each["name"] == "deadline_days"]
    assert (deadline["unit"], deadline["is_required"]) == ("days", True)
    assert "What an entry" not in modelops("show").out


def test_help_says_whole_what_each_command_does(modelops: Command) -> None:
    said = " ".join(modelops("--help").out.split())
    for name, command in commands.commands.items():
        assert f"{name} {command.help}" in said
