"""The command ``fit``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm.evidence import correction, fit as fitting
from modelops_abm.evidence.belief import load_belief

ANSWERS = (
    *("--answer", "models_live=4", "--answer", "people=2"),
    *("--answer", "outages_per_month~4", "--answer", "upkeep_share=40%..60%"),
)
SIZE = fitting.Size(draws=80, rounds=(40, 40), checked=20)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make a fit little work, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(fitting.fit.__kwdefaults__, "size", SIZE)
    # So few draws are never enough, however long their chains.
    monkeypatch.setattr(correction, "_MOST_LONGER", 1)


def test_tells_what_was_learned_and_writes_the_belief(modelops: Callable) -> None:
    outcome = modelops("fit", *ANSWERS, "--output", "belief.parquet")
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.replace("\u202f", " ").split())
    assert "What it shows" in words
    assert "Outages a month" in words
    assert "compare --belief belief.parquet" in words
    belief = load_belief("belief.parquet")
    assert len(belief.draws) == SIZE.draws
    assert belief.scenario.portfolio.initial_models == 4
    assert [each.about for each in belief.evidence] == ["outages_per_month", "upkeep_share"]
    assert sorted(path.name for path in Path().iterdir()) == ["belief.parquet"]


def test_json_is_one_object_and_the_same_each_time(modelops: Callable) -> None:
    one, other = (json.loads(modelops("fit", *ANSWERS, "--json").out) for _ in range(2))
    assert one == other
    assert {"learned", "predicted", "contradictions", "effective_draws"} <= set(one)


def test_the_first_belief_is_told_as_soon_as_it_is_there(modelops: Callable) -> None:
    outcome = modelops("fit", *ANSWERS)
    assert "A first belief, rough, after 80 runs" in outcome.err
    assert outcome.err.count("What was learned") == 1
    assert "A first belief" not in outcome.out


def test_published_figures_count_where_nobody_answers(modelops: Callable) -> None:
    given = ("--published", "--draws", "50", "--output", "belief.parquet")
    outcome = modelops("fit", *ANSWERS, *given)
    assert outcome.code == 0, outcome.err
    belief = load_belief("belief.parquet")
    assert len(belief.draws) == 50
    said = {each.about: each for each in belief.evidence}
    assert len(said) == len(belief.evidence)
    assert {"time_to_restore_hours", "builds_to_production_share"} < set(said)
    # Answers go before figures, also before those of which they say as much.
    assert (said["upkeep_share"].low, said["upkeep_share"].high) == (0.4, 0.6)
    assert {"models_per_person", "outages_per_model_year"}.isdisjoint(said)


def test_what_is_there_is_not_replaced(modelops: Callable) -> None:
    Path("belief.parquet").write_text("mine")
    outcome = modelops("fit", *ANSWERS, "--output", "belief.parquet")
    assert outcome.code == 1
    assert "is there already" in outcome.err
    assert Path("belief.parquet").read_text() == "mine"


def test_wrong_answers_are_told_together(modelops: Callable) -> None:
    outcome = modelops(
        *("fit", "--answer", "outages=3", "--answer", "people=3", "--answer", "people=4")
    )
    assert outcome.code == 1
    assert "there is no such question" in outcome.err
    assert "is answered twice" in outcome.err
    assert modelops("fit", "--output", "belief.csv").code == 1


VERSIONS = "model,version,created_at,stage\n" + "".join(
    f"m{model},{at},2024-{1 + at:02}-{3 + 2 * model:02},Production\n"
    for model in range(4)
    for at in range(12)
)
SHEETS = "Day;Who;What;Time\n" + "".join(
    f"2024-{month:02}-{day:02};A;{what};{hours + day % 3}\n"
    for month in (1, 2, 3)
    for day in (3, 10, 17, 24)
    for what, hours in (("Support", 20), ("New", 12), ("Odd", 1))
)
HOW = """file = "sheets.csv"
kind = "timesheets"
[columns]
date = "Day"
activity = "What"
hours = "Time"
[words]
Support = "upkeep"
New = "build"
"""


def test_logs_become_statements_and_are_told_before(modelops: Callable) -> None:
    Path("versions.csv").write_text(VERSIONS + "m9,1,soon,\n")
    Path("sheets.csv").write_text(SHEETS)
    Path("how.toml").write_text(HOW)
    logs = ("--log", "how.toml", "--log", "versions.csv")
    outcome = modelops("fit", *logs, "--output", "belief.parquet", *ANSWERS)
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.replace("\u202f", " ").split())
    told, _, rest = words.partition("Learned most")
    assert "sheets.csv: time sheets with 36 entries" in told
    assert "on upkeep" in told
    assert "versions.csv: registry of 48 versions of 4 models" in told
    assert "versions.csv, row 50, column created_at: 'soon' is not a moment" in told
    assert "days on average, by 44 intervals of 4 models" in told
    assert "sheets.csv counts before the answer to upkeep_share." in rest
    found = {(each.about, each.source) for each in load_belief("belief.parquet").evidence}
    assert {("upkeep_share", "sheets.csv"), ("retraining_interval_days", "versions.csv")} < found
    assert sum(about == "upkeep_share" for about, _ in found) == 1
    # The order of the logs changes nothing.
    modelops("fit", *logs[2:], *logs[:2], "--output", "other.parquet", *ANSWERS)
    one, other = (load_belief(f"{name}.parquet").draws.columns for name in ("belief", "other"))
    assert all((one[name] == other[name]).all() for name in one)


def test_what_is_stated_is_not_weighed_and_json_stays_one_object(modelops: Callable) -> None:
    rows = "".join(
        f"2025-{month:02}-{day:02},A,{3 + day % 4},pipeline_repair,T{month}{day}\n"
        f"2025-{month:02}-{day:02},A,{day % 5 + 1},build,\n"
        for month in (1, 2, 3)
        for day in (2, 9, 16, 23)
    )
    Path("sheets.csv").write_text("date,person,hours,activity,task\n" + rows)
    given = ("--log", "sheets.csv", "--set", "efforts.pipeline_repair.mean=1", "--json")
    outcome = modelops("fit", *given, *ANSWERS[:4])
    assert outcome.code == 0, outcome.err
    assert {"learned", "predicted"} <= set(json.loads(outcome.out))
    assert "sheets.csv: time sheets" in outcome.err
    assert "of efforts.pipeline_repair is not weighed: it is not uncertain" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--log", "none.csv"], 1, "none.csv: there is no such file"),
        (["--log", "odd.csv"], 1, "odd.csv: is no log of a known form; say what it is: --kind"),
        (["--log", "bare.toml"], 1, "bare.toml: names no log"),
        (["--log", "a.csv", "--log", "b.csv"], 1, "b.csv: is an export of a model registry, as a"),
        (["--log", "a.csv", "--log", "a.csv"], 1, "make one file of them"),
        (["--zone", "UTC"], 2, "give --log FILE"),
        (["--log", "a.csv", "--kind", "log"], 1, "is no kind of log"),
    ],
)
def test_logs_that_cannot_be_used_are_told(
    modelops: Callable, arguments: list[str], code: int, words: str
) -> None:
    Path("odd.csv").write_text("a,b\n1,2\n")
    Path("bare.toml").write_text('zone = "UTC"\n')
    for name in ("a.csv", "b.csv"):
        Path(name).write_text(VERSIONS)
    outcome = modelops("fit", *arguments)
    assert outcome.code == code
    assert words in outcome.err
