"""Tables of points of one's own: what is read, what it means, and what is wrong where."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from modelops_abm.experiments.draws import draws_of, joint_draws
from modelops_abm.experiments.inputs import Choice, Range
from modelops_abm.experiments.point_tables import PointTable, read_points
from modelops_abm.experiments.sweep import Sweep, run_sweep
from modelops_abm.scenario import InputError, Scenario

SHORT = Scenario(horizon_days=40)
TEXT = """\
team.developers,team.preemption,retraining.serves_while_retraining
4,none,true
8,maintenance,FALSE
"""


def written(folder: Path, text: str, name: str = "ours.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def table_of(folder: Path, text: str) -> PointTable:
    return read_points(written(folder, text))


def test_numbers_and_switches_are_read(tmp_path: Path) -> None:
    found = table_of(tmp_path, TEXT)
    assert [tuple(point.values()) for point in found.points] == [
        (4, "none", True),
        (8, "maintenance", False),
    ]
    assert found.places == ("ours.csv, row 2", "ours.csv, row 3")
    assert found.inputs[1] == Choice("team.preemption", ("none", "maintenance"))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_separators_and_blank_rows_are_those_of_spreadsheets(
    tmp_path: Path, separator: str
) -> None:
    text = TEXT.replace(",", separator).replace("4", "\n4", 1)
    found = table_of(tmp_path, f"\ufeff{text}")
    assert found.points == table_of(tmp_path, TEXT).points
    assert found.places[0] == "ours.csv, row 3"


def test_parquet_is_read_alike(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "team.developers": [4.0, 8.0],
            "team.preemption": ["none", "maintenance"],
            "retraining.serves_while_retraining": [True, False],
        }
    )
    table.to_parquet(tmp_path / "ours.parquet")
    found = read_points(tmp_path / "ours.parquet")
    assert found.points == table_of(tmp_path, TEXT).points
    table.loc[1, "team.developers"] = None
    table.to_parquet(tmp_path / "ours.parquet")
    with pytest.raises(InputError, match=r"ours.parquet, row 3: team.developers: is empty"):
        read_points(tmp_path / "ours.parquet")


def test_many_numbers_are_a_range(tmp_path: Path) -> None:
    rows = "\n".join(f"{number},{number / 100}" for number in range(20, 40))
    found = table_of(tmp_path, f"team.developers,team.focus\n{rows}\n")
    assert found.inputs == (
        Range("team.developers", 20, 39, is_whole=True),
        Range("team.focus", 0.2, 0.39),
    )


def test_a_sweep_runs_every_row(tmp_path: Path) -> None:
    found = table_of(tmp_path, TEXT)
    result = run_sweep(Sweep(SHORT, found.inputs, found.points, found.places), 3)
    assert result.inputs_table["team.preemption"].tolist() == ["none", "maintenance"]
    assert result.totals.shape[:2] == (3, 3)
    assert (result.values("availability") >= 0.0).all()


def test_draws_make_a_table_that_is_read_back_as_they_are(tmp_path: Path) -> None:
    drawn = draws_of(SHORT, 4, seed=3)
    drawn.table().to_parquet(tmp_path / "draws.parquet", index=False)
    assert read_points(tmp_path / "draws.parquet").points == drawn.points
    drawn.table().to_csv(tmp_path / "draws.csv", index=False)
    assert read_points(tmp_path / "draws.csv").points == drawn.points


def test_rows_may_have_weights_for_draws(tmp_path: Path) -> None:
    file = written(tmp_path, "team.focus,weight\n0.5,0\n0.6,3\n")
    found = read_points(file, may_weigh=True)
    assert (found.names, found.weights) == (("team.focus",), (0.0, 3.0))
    table = pd.DataFrame([dict(point) for point in found.points])
    drawn = joint_draws(SHORT, table, 9, weights=found.weights)
    assert {*drawn.columns["team.focus"].tolist()} == {0.6}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ours.csv: is empty"),
        ("team.focus\n", "has 0 points"),
        ("team.focos\n1\n", "ours.csv, row 1: team.focos: no such name; did you mean team.focus"),
        ("team.focus,team.focus\n1,1\n", "row 1: team.focus: names a column twice"),
        ("team.focus,\n1,1\n", "row 1: a column has no name"),
        ("team\n1\n", "row 1: team: is a section"),
        ("model.market_size,model.market_size.mean\n1,1\n", "row 1: .*states the same as"),
        ("team.focus,weight\n0.5,1\n", "row 1: weight: all points count alike"),
        ("weight\n1\n", "row 1: weight"),
        ("team.focus;drift.severity\n0,5;0.2\n", "row 2: team.focus is '0,5'.*write 0.5"),
        ("team.focus,drift.severity\n0.5\n", "row 2: has 1 cells, and the header names 2"),
        ("team.focus,drift.severity\n0.5,\n", "row 2: drift.severity: is empty"),
        ('team.focus\n"0.5\n', "never closes"),
        ("team.focus\n0.5\n[\n", "row 3: team.focus is '\\['; ends before all"),
        ("\n".join(["team.focus", *["x y:"] * 30]), "and 10 more like these"),
    ],
)
def test_what_is_wrong_is_told_with_row_and_column(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        table_of(tmp_path, text)


@pytest.mark.parametrize("weights", ["-1", "nan", "x", "true", "inf"])
def test_what_is_no_weight(tmp_path: Path, weights: str) -> None:
    file = written(tmp_path, f"team.focus,weight\n0.5,{weights}\n")
    with pytest.raises(InputError, match="row 2: weight"):
        read_points(file, may_weigh=True)
    with pytest.raises(InputError, match="must not be 0 in all rows"):
        read_points(written(tmp_path, "team.focus,weight\n0.5,0\n"), may_weigh=True)


def test_other_files_are_refused(tmp_path: Path) -> None:
    for name, content, words in (
        ("ours.xlsx", b"x", r"ends in \.csv"),
        ("ours.parquet", b"PAR1 but no more", "cannot be read|is a Parquet"),
        ("ours.parquet", b"%PDF-1.7", "is a PDF document"),
        ("ours.csv", b"\xff\xfea", "UTF-16"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=words):
            read_points(tmp_path / name)
    with pytest.raises(InputError, match="no such file"):
        read_points(tmp_path / "none.csv")


def test_values_that_a_scenario_does_not_take_are_told_with_their_rows(tmp_path: Path) -> None:
    found = table_of(tmp_path, "team.developers,team.preemption\n0,none\n4,none\n5,sometimes\n")
    with pytest.raises(InputError) as caught:
        Sweep(SHORT, found.inputs, found.points, found.places).scenarios()
    first, second = map(str, caught.value.problems)
    assert first.startswith("ours.csv, row 2: team.developers is 0")
    assert second.startswith("ours.csv, row 4: team.preemption is 'sometimes'")
