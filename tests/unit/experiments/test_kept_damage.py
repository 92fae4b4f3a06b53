"""Kept runs that are damaged are told, set aside and run again; no wrong number is ever read."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelops_abm.core import outcomes
from modelops_abm.experiments import parquet_rows
from modelops_abm.experiments.parquet_rows import Parts
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.store import Store
from modelops_abm.scenario import InputError, with_values
from modelops_abm.scenario.presets import preset

COLUMNS = ("first", "second", "third")
VALUES = np.arange(24.0).reshape(2, 4, 3) / 7.0
MUTATIONS = 400


def opened(folder: Path, **changes: object) -> Parts:
    arguments = {"key": "scenario", "columns": COLUMNS, "origin": "seed 0", **changes}
    return Parts(folder, **arguments)  # type: ignore[arg-type]


def written(folder: Path) -> Path:
    """Keep some rows, and return the file that has them."""
    kept = opened(folder)
    kept.add(["a", "b"], 3, VALUES)
    kept.close()
    (file,) = folder.glob("*.parquet")
    return file


def named(folder: Path, content: bytes) -> Path:
    """Write a file under the name that its content should have."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{hashlib.sha256(content).hexdigest()}.parquet"
    file.write_bytes(content)
    return file


def named_table(folder: Path, table: pa.Table) -> Path:
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream)
    return named(folder, stream.getvalue().to_pybytes())


def flipped(content: bytes, place: int, bit: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def mutations(content: bytes, count: int) -> Iterator[bytes]:
    """Yield damaged content: bits in every kind of place, cuts, additions, zeros, turns."""
    luck = random.Random(13)
    length = len(content)
    for number in range(count):
        place, bit = luck.randrange(1, length), luck.randrange(8)
        match number % 8:
            case 0:  # the magic number and the first header
                yield flipped(content, luck.randrange(40), bit)
            case 1:  # the footer, its length and the magic number
                yield flipped(content, length - 1 - luck.randrange(600), bit)
            case 2:
                yield content[:place]
            case 3:
                yield content + bytes(luck.randrange(1, 9))
            case 4:  # a block that never reached the disk
                yield content[:place] + b"\xff" * min(512, length - place) + content[place + 512 :]
            case 5:
                yield content[place:] + content[:place]
            case _:
                yield flipped(content, place, bit)


def test_no_wrong_number_is_read_from_a_damaged_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = written(tmp_path)
    content = file.read_bytes()
    aside = tmp_path / f"_set-aside-{file.name}"
    for number, damaged in enumerate(mutations(content, MUTATIONS)):
        caplog.clear()
        file.write_bytes(damaged)
        assert opened(tmp_path).size == 0, number
        assert aside.read_bytes() == damaged
        (said,) = caplog.messages
        assert aside.name in said
        aside.unlink()
    file.write_bytes(content)
    assert opened(tmp_path).rows("b", 3, 4).tobytes() == VALUES[1].tobytes()


def test_a_file_that_was_made_to_deceive_ends_in_no_other_error(tmp_path: Path) -> None:
    """Whoever gives it the right name can have any number read, but nothing worse."""
    content = written(tmp_path / "kept").read_bytes()
    for number, damaged in enumerate(mutations(content, MUTATIONS // 2)):
        folder = tmp_path / str(number)
        named(folder, damaged)
        assert opened(folder).size <= 8
        shutil.rmtree(folder)


def table_of(**changes: pa.Array) -> pa.Table:
    """Return a table such as is kept, with some columns in place of its own."""
    arrays = {
        "scenario": pa.array(["a", "b"]).dictionary_encode(),
        "replication": pa.array([0, 1], pa.int64()),
        **{name: pa.array([1.0, 2.0]) for name in COLUMNS},
        **changes,
    }
    return pa.table(arrays).replace_schema_metadata({b"modelops_abm": b"seed 0"})


FOREIGN: dict[str, pa.Table] = {
    "NaN": table_of(first=pa.array([1.0, np.nan])),
    "infinity": table_of(second=pa.array([1.0, -np.inf])),
    "a missing number": table_of(third=pa.array([1.0, None])),
    "whole numbers": table_of(first=pa.array([1, 2])),
    "text": table_of(first=pa.array(["1", "2"])),
    "single precision": table_of(first=pa.array([1.0, 2.0], pa.float32())),
    "lists": table_of(first=pa.array([[1.0], [2.0]])),
    "structs": table_of(first=pa.array([{"x": 1.0}, {"x": 2.0}])),
    "a missing key": table_of(scenario=pa.array(["a", None]).dictionary_encode()),
    "keys of another type": table_of(scenario=pa.array([1, 2])),
    "a negative replication": table_of(replication=pa.array([0, -1], pa.int64())),
    "half a replication": table_of(replication=pa.array([0.0, 0.5])),
    "a replication twice": table_of(
        scenario=pa.array(["a", "a"]).dictionary_encode(), replication=pa.array([1, 1], pa.int64())
    ),
    "a further column": table_of(fourth=pa.array([1.0, 2.0])),
    "a missing column": table_of().drop_columns(["third"]),
    "a column twice": table_of().append_column("third", pa.array([1.0, 2.0])),
    "another order": table_of().select(["replication", "scenario", *COLUMNS]),
    "no rows": table_of().slice(0, 0),
    "no origin": table_of().replace_schema_metadata(None),
    "another origin": table_of().replace_schema_metadata({b"modelops_abm": b"seed 1"}),
}


def test_a_table_as_it_should_be_is_read(tmp_path: Path) -> None:
    named_table(tmp_path, table_of())
    assert opened(tmp_path).size == 2


@pytest.mark.parametrize("table", FOREIGN.values(), ids=FOREIGN.keys())
def test_anything_else_than_kept_rows_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, table: pa.Table
) -> None:
    file = named_table(tmp_path, table)
    assert opened(tmp_path).size == 0
    assert (tmp_path / f"_set-aside-{file.name}").exists()
    assert len(caplog.messages) == 1


def test_a_small_file_that_holds_very_many_rows_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = parquet_rows._MOST_ROWS + 1
    table = pa.table(
        {
            "scenario": pa.array(np.zeros(rows, np.int32)),
            "replication": pa.array(np.arange(rows)),
            **{name: pa.array(np.zeros(rows)) for name in COLUMNS},
        }
    )
    keys = pa.DictionaryArray.from_arrays(table["scenario"].combine_chunks(), pa.array(["a"]))
    table = table.set_column(0, "scenario", keys)
    file = named_table(tmp_path, table.replace_schema_metadata({b"modelops_abm": b"seed 0"}))

    def read(self: pq.ParquetFile) -> pa.Table:
        raise AssertionError("it is read")

    monkeypatch.setattr(pq.ParquetFile, "read", read)
    assert opened(tmp_path).size == 0
    assert (tmp_path / f"_set-aside-{file.name}").exists()


def test_a_small_file_with_a_very_long_key_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(scenario=pa.array(["a" * 2_000_000, "b"]).dictionary_encode())
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream, compression="zstd")
    assert stream.tell() < 10_000
    monkeypatch.setattr(parquet_rows, "_LARGEST_PART_BYTES", 1_000_000)
    named(tmp_path, stream.getvalue().to_pybytes())
    assert opened(tmp_path).size == 0


def test_never_is_a_day_of_payback_and_nothing_else_that_is_no_number(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.paybacks.add(["a/b"], 0, np.array([[[np.inf], [0.0], [12.0]]]))
        for day in (np.nan, -1.0, -np.inf):
            with pytest.raises(ValueError, match="cannot be"):
                store.paybacks.add(["a/b"], 3, np.array([[[day]]]))
    with Store(tmp_path) as store:
        assert store.paybacks.rows("a/b", 0, 3)[:, 0].tolist() == [np.inf, 0.0, 12.0]


@pytest.mark.parametrize(
    "changes",
    [{"origin": "seed 1"}, {"key": "pair"}, {"columns": ("first", "third", "second")}],
    ids=["origin", "key", "columns"],
)
def test_files_of_another_store_or_table_are_not_read(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    file = written(tmp_path / "first")
    (tmp_path / "second").mkdir()
    shutil.copy(file, tmp_path / "second")
    assert opened(tmp_path / "second").size == 8
    assert opened(tmp_path / "second", **changes).size == 0


def test_files_that_changed_places_are_not_read(tmp_path: Path) -> None:
    kept = opened(tmp_path)
    for start in (0, 4):
        kept.add(["a"], start, VALUES[:1] + start)
        kept.flush()
    first, second = sorted(tmp_path.glob("*.parquet"))
    content = first.read_bytes()
    second.replace(first)
    second.write_bytes(content)
    assert opened(tmp_path).size == 0
    assert len(list(tmp_path.glob("_set-aside-*"))) == 2


def test_files_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    named_table(tmp_path, table_of())
    named_table(tmp_path, table_of(first=pa.array([1.0, 3.0])))
    with pytest.raises(InputError, match="contradict each other about replication 1 of b"):
        opened(tmp_path)


def test_what_an_earlier_version_kept_without_a_checksum_is_run_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = written(tmp_path)
    file.rename(tmp_path / f"{'0' * 32}.parquet")
    assert opened(tmp_path).size == 0
    assert "is damaged or of an earlier version" in caplog.text


def test_what_others_put_there_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = written(tmp_path)
    for name in ("copy of it.parquet", "notes.txt"):
        shutil.copy(file, tmp_path / name)
    before = sorted(tmp_path.iterdir())
    kept = opened(tmp_path)
    assert kept.size == 8
    kept.close()
    assert sorted(tmp_path.iterdir()) == before
    (said,) = caplog.messages
    assert "copy of it.parquet is none of the runs" in said


@pytest.mark.skipif(os.name == "nt", reason="no such names here")
def test_a_name_that_steers_a_terminal_does_not_reach_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "\x1b[31m.parquet").write_text("")
    opened(tmp_path)
    assert "x1b[31m.parquet" in caplog.text
    assert "\x1b" not in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="no such links and pipes here")
def test_of_a_link_the_content_counts_and_is_not_touched(tmp_path: Path) -> None:
    file = written(tmp_path / "kept")
    precious = tmp_path / "precious"
    file.rename(precious)
    file.symlink_to(precious)
    assert opened(file.parent).size == 8
    damaged = precious.read_bytes()[1:]
    precious.write_bytes(damaged)
    assert opened(file.parent).size == 0
    assert precious.read_bytes() == damaged


def link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name == "nt", reason="no such files here")
@pytest.mark.parametrize(
    "make", [getattr(os, "mkfifo", None), os.mkdir, link_to_device], ids=["pipe", "folder", "link"]
)
def test_what_is_no_file_is_set_aside(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / f"{0:064}.parquet")
    assert opened(tmp_path).size == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"_set-aside-{0:064}.parquet"]


def test_what_is_set_aside_replaces_nothing(tmp_path: Path) -> None:
    for content in ("first", "second", "third"):
        (tmp_path / f"{0:064}.parquet").write_text(content)
        opened(tmp_path)
    aside = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert sorted(aside.values()) == ["first", "second", "third"]
    assert all(name.startswith("_set-aside-") for name in aside)


def test_many_are_named_in_one_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(9):
        (tmp_path / f"{number:064}.parquet").write_bytes(b"")
    opened(tmp_path)
    (said,) = caplog.messages
    assert said.count("_set-aside-") == 3
    assert "and 6 more" in said


def test_what_cannot_be_set_aside_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{0:064}.parquet").write_bytes(b"")

    def rename(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(InputError, match="is damaged, and stays: permission denied"):
        opened(tmp_path)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def flip(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(flipped(content, len(content) // 3, 5))


@pytest.mark.parametrize("damage", [cut, flip, Path.unlink])
def test_an_experiment_finds_the_same_to_the_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(parquet_rows, "_SECONDS_KEPT_BACK", 0.0)
    small = {"horizon_days": 30, "portfolio.initial_models": 3}
    names = ("reference", "all_five")
    scenarios = [with_values(preset(name), small, source="test") for name in names]
    for count in (2, 4, 6):
        with Store(tmp_path) as store:
            expected = totals_of(scenarios, count, store=store)
    files = sorted(tmp_path.glob("*.parquet"))
    damage(files[len(files) // 2])
    with Store(tmp_path) as store:
        assert store.runs.size < 12
        assert totals_of(scenarios, 6, store=store).tobytes() == expected.tobytes()
    with Store(tmp_path) as store:
        assert store.runs.size == 12
    assert len(pd.read_parquet(tmp_path)) == 12


def test_a_file_says_of_what_its_runs_are(tmp_path: Path) -> None:
    with Store(tmp_path, seed=7) as store:
        store.runs.add(["a"], 0, np.ones((1, 1, len(outcomes.TOTALS))))
    (file,) = tmp_path.glob("*.parquet")
    stated = json.loads(pq.read_schema(file).metadata[b"modelops_abm"])
    assert (stated["seed"], stated["engine"]) == (7, "ensemble")
