"""Beliefs: their files, their words, and what a plan takes of them."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelops_abm import InputError, Scenario, preset, with_values
from modelops_abm.clients import illustrative_portfolio
from modelops_abm.evidence.belief import (
    NOTHING_YET,
    Belief,
    Contradiction,
    load_belief,
    save_belief,
)
from modelops_abm.evidence.interview import told
from modelops_abm.evidence.statements import Count, about, exactly
from modelops_abm.experiments import draws_of


@pytest.fixture
def belief() -> Belief:
    scenario = Scenario()
    evidence = (about("outages_per_month", 28.0), Count("incidents.compliance_per_year", 3, 9.0))
    return Belief(
        scenario,
        evidence,
        draws_of(scenario, 50),
        effective=40.0,
        predictions={"availability": np.array([0.9, np.nan, 0.95])},
        contradictions=(Contradiction("outages_per_month", 22.0, 34.0, 3.0, 12.0),),
        at_edge=("team.focus",),
        seed=4,
        version="1",
        runs=99,
    )


def test_a_file_holds_all_of_it(belief: Belief, tmp_path: Path) -> None:
    path = tmp_path / "belief.parquet"
    save_belief(belief, path)
    found = load_belief(path)
    assert found.scenario == belief.scenario
    assert found.evidence == belief.evidence
    assert found.contradictions == belief.contradictions
    assert found.at_edge == belief.at_edge
    assert (found.seed, found.version, found.runs) == (4, "1", 99)
    for name, column in belief.draws.columns.items():
        np.testing.assert_array_equal(found.draws.columns[name], column)
    np.testing.assert_array_equal(
        found.predictions["availability"], belief.predictions["availability"]
    )
    assert found.to_json() == belief.to_json()
    assert found.drawn(20, seed=1).table().equals(belief.drawn(20, seed=1).table())


def test_a_file_is_not_replaced_unasked(belief: Belief, tmp_path: Path) -> None:
    path = tmp_path / "belief.parquet"
    save_belief(belief, path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="is there already"):
        save_belief(belief, path)
    assert path.read_bytes() == before


def test_another_ending_is_refused(belief: Belief, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.parquet"):
        save_belief(belief, tmp_path / "belief.csv")
    with pytest.raises(InputError, match=r"ends in \.parquet"):
        load_belief(tmp_path / "belief.csv")


def _changed(path: Path, change: object = None, **columns: object) -> None:
    table = pq.read_table(path)
    head = json.loads(table.schema.metadata[b"modelops_abm belief"])
    head.update(change or {})  # type: ignore[call-overload]
    for name, values in columns.items():
        table = table.drop_columns([name]) if name in table.column_names else table
        table = table.append_column(name, pa.array(values))
    pq.write_table(table.replace_schema_metadata({b"modelops_abm belief": json.dumps(head)}), path)


@pytest.mark.parametrize(
    ("change", "columns", "message"),
    [
        ({"format": 7}, {}, "another version"),
        ({"scenario": "team = 3"}, {}, "team"),
        ({"evidence": [{"kind": "statement"}]}, {}, "is no belief, or damaged"),
        ({"effective": "many"}, {}, "is no belief, or damaged"),
        ({"predictions": {"no": [1.0]}}, {}, "no organisation shows"),
        ({}, {"team.focus": [7.0] * 50}, "values that are not allowed"),
        ({}, {"team.focus": [float("nan")] * 50}, "values that are not allowed"),
        ({}, {"team.fokus": [0.5] * 50}, "no such name"),
        ({}, {"team.focus": [None] * 50}, "another kind"),
        ({}, {"team.focus": ["half"] * 50}, "another kind"),
        ({}, {"drift.decay_alert": ["a" * 100_000] * 50}, "values that are not allowed"),
    ],
)
def test_a_hostile_file_is_refused(
    belief: Belief, tmp_path: Path, change: dict, columns: dict, message: str
) -> None:
    path = tmp_path / "belief.parquet"
    save_belief(belief, path)
    _changed(path, change, **columns)
    with pytest.raises(InputError, match=message):
        load_belief(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no belief, or damaged"),
        (b"PAR1", "is no belief, or damaged"),
        (b"PAR1" + b"\x00" * 100 + b"PAR1", "is no belief, or damaged"),
        (b"{}", "is JSON; expected is the Parquet file"),
        (b"%PDF-1.7", "is a PDF document; expected is the Parquet file"),
    ],
)
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "belief.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        load_belief(path)


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "belief.parquet"
    pq.write_table(pa.table({"team.focus": [0.5]}), path)
    with pytest.raises(InputError, match="but no belief"):
        load_belief(path)


def test_a_contradiction_is_said_with_what_the_others_say(belief: Belief) -> None:
    words = belief.sentence().replace("\u202f", " ")
    assert "Outages a month of 22 to 34 outages a month does not go with the rest" in words
    assert "have 3 to 12 outages a month" in words
    assert "At the end of the range that was thought possible: Time for hands-on work." in words
    assert "Few organisations fit all that was said" in words


def test_the_bound_that_an_identity_gives_is_computed() -> None:
    scenario = with_values(Scenario(), {"portfolio.initial_models": 22}, source="test")
    evidence = (
        exactly("outages_per_month", 28.0),
        exactly("availability", 0.98, "logit-normal"),
        exactly("time_to_restore_hours", 30.0),
        exactly("models_live", 22.0),
    )
    belief = Belief(scenario, evidence, draws_of(scenario, 50), 300.0)
    words = " ".join(belief.doubts()).replace("\u202f", " ")
    # 2 % of 22 models' hours of a month, by 28 outages.
    assert "28 outages a month and 98 % availability of 22 models" in words
    assert "do not go together unless they are back in under 11.5 hours" in words
    # Hours of 28.6 to 31.5 by 28 outages, of what 22 models have in a month.
    assert "With those hours availability is 94.5 to 95 %" in words
    ways = belief.conflicts()[0].ways
    assert [way.nearest for way in ways] == [
        "Outages and hours",
        "Availability",
        "Keep all, loosely",
    ]
    assert ways[0].dropped == ("availability",)
    fitting = (*evidence[:2], exactly("time_to_restore_hours", 11.0), evidence[3])
    assert not Belief(scenario, fitting, draws_of(scenario, 50), 300.0).doubts()


def test_what_was_learned_is_told_line_by_line(belief: Belief) -> None:
    lines = {line.name: line for line in belief.lines()}
    assert list(lines) == [*belief.learned.index]
    assert [line.moved for line in lines.values()] == [*(belief.learned["narrower"] > NOTHING_YET)]
    assert lines["team.focus"].at_edge
    for line in lines.values():
        assert line.low <= line.middle <= line.high
        assert (line.times == "nothing yet") is not line.moved
    assert belief.counted().endswith("draws count: few.")
    assert len(belief.headline()) <= 2


def test_a_plan_gives_what_it_decides_and_the_belief_the_rest(belief: Belief) -> None:
    plan = with_values(preset("all_five"), {"horizon_days": 500, "team.focus": 0.5}, source="test")
    scenario, table = belief.of_plan(plan, ["team.focus"])
    assert scenario.capabilities.monitoring.maximum == 1.0
    assert (scenario.horizon_days, scenario.team.focus) == (500, 0.5)
    assert "team.focus" not in table.columns
    assert len(table.columns) == len(belief.draws.columns) - 1
    as_it_is, _ = belief.of_plan(belief.scenario)
    assert as_it_is == belief.scenario


def test_a_portfolio_is_no_answer(belief: Belief) -> None:
    listed = with_values(
        Scenario(),
        {"imported": illustrative_portfolio(), "start_date": date(2026, 1, 1)},
        source="portfolio ours.csv",
        confidence="client",
    )
    known = dataclasses.replace(belief, scenario=listed, evidence=(), contradictions=(), at_edge=())
    assert known.sentence().startswith("Nothing was said beside the portfolio")


def test_what_was_answered_and_needs_no_fit_is_said_to_be_set(belief: Belief) -> None:
    silent = dataclasses.replace(belief, evidence=(), contradictions=(), at_edge=())
    assert silent.sentence() == "Nothing was said, so that all is as it was thought before."
    answers = {"people": exactly("team.developers", 12.0, source="the lead")}
    known = dataclasses.replace(silent, scenario=told(Scenario(), answers).scenario)
    assert known.sentence().startswith("What was answered is set (team 12), and what goes by")
