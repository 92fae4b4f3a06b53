"""A store keeps what is run, once, through every way in which it may be left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modelops_abm.core import outcomes
from modelops_abm.experiments import parquet_rows
from modelops_abm.experiments.store import PAYBACKS, STORE_DESCRIPTION, Store
from modelops_abm.scenario import InputError

TOTALS = len(outcomes.TOTALS)


def some_totals(scenarios: int, replications: int, start: float = 0.0) -> np.ndarray:
    count = scenarios * replications * TOTALS
    values = start + np.arange(count, dtype=np.float64) / 7.0
    return values.reshape(scenarios, replications, TOTALS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def test_gives_back_what_it_was_given_to_the_bit(folder: Path) -> None:
    totals = some_totals(2, 3)
    totals[0, 0, :3] = (-1.7e308, -0.0, 5e-324)
    with Store(folder) as store:
        store.runs.add(["a", "b"], 4, totals)
    with Store(folder) as store:
        assert store.runs.size == 6
        for place, name in enumerate(("a", "b")):
            found = store.runs.rows(name, 4, 3)
            assert found.tobytes() == totals[place].tobytes()


def test_knows_what_is_missing(folder: Path) -> None:
    with Store(folder) as store:
        store.runs.add(["a"], 2, some_totals(1, 3))
        assert store.runs.first_missing("a", 0, 9) == 0
        assert store.runs.first_missing("a", 2, 9) == 5
        assert store.runs.first_missing("a", 3, 2) == 5
        assert store.runs.first_missing("other", 3, 2) == 3
        with pytest.raises(KeyError):
            store.runs.rows("a", 2, 9)


def test_what_is_there_is_neither_changed_nor_doubled(folder: Path) -> None:
    with Store(folder) as store:
        store.runs.add(["a"], 0, some_totals(1, 2))
    with Store(folder) as store:
        store.runs.add(["a"], 0, some_totals(1, 4, start=1e6))
        assert store.runs.size == 4
    with Store(folder) as store:
        assert store.runs.size == 4
        assert np.array_equal(store.runs.rows("a", 0, 2), some_totals(1, 2)[0])
        assert np.array_equal(store.runs.rows("a", 2, 2), some_totals(1, 4, start=1e6)[0, 2:])


def test_many_files_are_put_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "_SECONDS_KEPT_BACK", 0.0)
    with Store(folder) as store:
        for number in range(30):
            store.runs.add(["a"], number, some_totals(1, 1, start=number))
        assert len(list(folder.glob("*.parquet"))) == 30
    assert len(list(folder.glob("*.parquet"))) == 1
    with Store(folder) as store:
        assert store.runs.size == 30
        assert store.runs.rows("a", 29, 1)[0, 0] == 29.0


def test_putting_the_same_rows_together_again_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill between the new file and the end of the old ones."""
    with monkeypatch.context() as patch:
        patch.setattr(parquet_rows, "_SECONDS_KEPT_BACK", 0.0)
        patch.setattr(parquet_rows, "_delete", lambda paths: None)
        with Store(folder) as store:
            for number in range(30):
                store.runs.add(["a"], number, some_totals(1, 1, start=number))
    assert len(list(folder.glob("*.parquet"))) == 31
    Store(folder).close()
    assert len(list(folder.glob("*.parquet"))) == 1
    with Store(folder) as store:
        assert store.runs.size == 30


def test_what_is_kept_is_cut_into_files_that_can_be_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_rows, "_MOST_ROWS", 4)
    with Store(folder) as store:
        store.runs.add(["a", "b"], 0, some_totals(2, 5))
    assert len(list(folder.glob("*.parquet"))) == 3
    with Store(folder) as store:
        assert store.runs.rows("b", 0, 5).tobytes() == some_totals(2, 5)[1].tobytes()


def test_a_file_that_was_not_finished_does_not_count(folder: Path) -> None:
    with Store(folder) as store:
        store.runs.add(["a"], 0, some_totals(1, 2))
    (folder / ".modelops-abm-0123.tmp").write_bytes(b"PAR1 half")
    with Store(folder) as store:
        assert store.runs.size == 2


def test_the_totals_are_one_table(folder: Path) -> None:
    with Store(folder) as store:
        store.runs.add(["a", "b"], 0, some_totals(2, 3))
        store.paybacks.add(["a/b"], 0, np.array([[[1.0], [np.inf], [0.0]]]))
    (folder / "_set-aside-1.parquet").write_bytes(b"damaged")
    table = pd.read_parquet(folder)
    assert list(table["scenario"]) == ["a"] * 3 + ["b"] * 3
    values = table[list(outcomes.TOTALS)].to_numpy()
    assert np.array_equal(values, some_totals(2, 3).reshape(6, TOTALS))


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_not_kept(folder: Path, number: float) -> None:
    totals = some_totals(1, 2)
    totals[0, 1, 7] = number
    with Store(folder) as store:
        with pytest.raises(ValueError, match="there cannot be such numbers"):
            store.runs.add(["a"], 0, totals)
        assert store.runs.size == 0


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"seed": 1}, "its runs are of seed 0, these of seed 1"),
        ({"engine": "mesa"}, "its runs are of engine ensemble, these of engine mesa"),
    ],
)
def test_runs_of_another_kind_are_not_mixed(
    folder: Path, other: dict[str, object], words: str
) -> None:
    Store(folder).close()
    with pytest.raises(InputError, match=words):
        Store(folder, **other)  # type: ignore[arg-type]
    Store(folder).close()


def test_runs_of_another_version_are_not_mixed(folder: Path) -> None:
    Store(folder).close()
    path = folder / STORE_DESCRIPTION
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": "0.0.1\x1b[31m"}))
    with pytest.raises(InputError, match=r"its runs are of version 0\.0\.1") as caught:
        Store(folder)
    assert "\x1b" not in str(caught.value)


DESCRIPTIONS: dict[str, str] = {
    "nothing": "",
    "empty": "{}",
    "list": "[]",
    "null": "null",
    "half": '{"seed": 0}',
    "cut": '{"seed": 0, "engine": "ensemble", "ver',
    "more": '{"seed":0,"engine":"a","x":1}',
    "text for a number": '{"seed":"0","engine":"ensemble","version":"0.1.0"}',
    "true": '{"seed":true,"engine":"ensemble","version":"0.1.0"}',
    "other types": '{"seed":[],"engine":{},"version":null}',
    "infinite": '{"seed":1e999,"engine":"ensemble","version":"0.1.0"}',
    "many digits": f'{{"seed":{"9" * 5000},"engine":"ensemble","version":"0.1.0"}}',
    "nested": "[" * 100_000,
    "nested within the limit": '{"seed":' * 900 + "0" + "}" * 900,
    "zeros": "\0" * 60,
    "large": " " * 1_000_000 + "{}",
}


@pytest.mark.parametrize("content", DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
def test_a_description_that_says_nothing_is_named(folder: Path, content: str) -> None:
    Store(folder).close()
    (folder / STORE_DESCRIPTION).write_text(content)
    with pytest.raises(
        InputError, match=rf"{STORE_DESCRIPTION} cannot be read; choose another folder"
    ):
        Store(folder)


def test_a_description_that_is_gone_is_named(folder: Path) -> None:
    with Store(folder) as store:
        store.runs.add(["a"], 0, some_totals(1, 2))
    (folder / STORE_DESCRIPTION).unlink()
    with pytest.raises(
        InputError, match=rf"{STORE_DESCRIPTION} is gone; choose another folder, or del"
    ):
        Store(folder)


@pytest.mark.skipif(os.name == "nt", reason="no such pipes here")
def test_a_pipe_in_the_place_of_the_description_is_named(folder: Path) -> None:
    Store(folder).close()
    (folder / STORE_DESCRIPTION).unlink()
    os.mkfifo(folder / STORE_DESCRIPTION)
    with pytest.raises(InputError, match=STORE_DESCRIPTION):
        Store(folder)


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_is_in_the_way_of_the_paybacks_is_told(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    Store(folder).close()
    if kind == "link":
        (folder / PAYBACKS).symlink_to(tmp_path, target_is_directory=True)
    else:
        (folder / PAYBACKS).write_text("")
    with pytest.raises(InputError, match="_paybacks is in the way"):
        Store(folder)


def test_a_folder_of_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds something else"):
        Store(folder)
    assert sorted(path.name for path in folder.iterdir() if path.suffix == ".txt") == ["thesis.txt"]


def test_a_file_in_its_place_is_named(folder: Path) -> None:
    folder.write_text("not a folder")
    with pytest.raises(InputError, match="cannot keep runs there"):
        Store(folder)


def test_only_one_process_at_a_time(folder: Path) -> None:
    program = f"""
        from pathlib import Path
        from modelops_abm.experiments.store import Store
        from modelops_abm.scenario import InputError
        try:
            Store(Path({str(folder)!r}))
        except InputError as error:
            print(error)
    """
    with Store(folder):
        said = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            check=True,
        )
    assert "another process is writing to it" in said.stdout


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_killed_process_loses_only_what_it_kept_back(folder: Path) -> None:
    program = f"""
        import os, signal
        from pathlib import Path
        import numpy as np
        from modelops_abm.experiments.store import Store
        store = Store(Path({str(folder)!r}))
        store.runs.add(["a"], 0, np.ones((1, 2, {TOTALS})))
        store.runs.flush()
        store.runs.add(["a"], 2, np.ones((1, 2, {TOTALS})))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Store(folder) as store:
        assert store.runs.first_missing("a", 0, 4) == 2


@pytest.mark.skipif(os.name == "nt", reason="no such permissions here")
def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(InputError, match="cannot keep runs there"):
        Store(folder)
