"""Rows of numbers that are kept in Parquet files as they come, each once."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from modelops_abm.parameters import InputError, Problem
from modelops_abm.parameters.reading import open_file
from modelops_abm.parameters.wording import printable

type Floats = NDArray[np.float64]

_ENDING, UNFINISHED = ".parquet", ".part"
_SECONDS_KEPT_BACK, _ROWS_KEPT_BACK, _MOST_PARTS = 2.0, 50_000, 20
_REPLICATION = "replication"


class Parts:
    """A row of numbers for each replication of whatever a key names, in a folder of Parquet files.

    A file appears whole or not at all, two seconds at most after what it holds was run. Files are
    never changed; when it is closed, many of them are put together.

    Parameters
    ----------
    folder
        Where the files are; made when the first is written.
    key
        What a key names: the heading of its column.
    columns
        Headings of the numbers.

    Raises
    ------
    InputError
        If a file is damaged.
    """

    def __init__(self, folder: Path, key: str, columns: Sequence[str]) -> None:
        self._folder = folder
        self._headings = _Headings(key, tuple(columns))
        self._known: dict[str, dict[int, Floats]] = {}
        self._kept_back: list[_Rows] = []
        self._written_at = time.monotonic()
        delete(folder.glob(f"*{UNFINISHED}"))
        for file in self._files():
            for rows in _read(file, self._headings):
                self._learn(rows)

    @property
    def size(self) -> int:
        """Number of rows, over all keys."""
        return sum(len(rows) for rows in self._known.values())

    def first_missing(self, key: str, first: int, count: int) -> int:
        """Return the first of some replications that is not there.

        Parameters
        ----------
        key
            What they are replications of.
        first, count
            Number of the first replication, and how many there are; the end if all are there.
        """
        rows = self._known.get(key, {})
        return next(
            (each for each in range(first, first + count) if each not in rows), first + count
        )

    def rows(self, key: str, first: int, count: int) -> Floats:
        """Return the rows of replications that are there: replications x columns.

        Raises
        ------
        KeyError
            If one is not there.
        """
        rows = self._known.get(key, {})
        found = [rows[each] for each in range(first, first + count)]
        return np.array(found).reshape(count, len(self._headings.columns))

    def add(self, keys: Sequence[str], first: int, values: Floats) -> None:
        """Keep rows; what is there already is left as it is.

        Parameters
        ----------
        keys
            What they are replications of.
        first
            Number of the first replication.
        values
            Keys x replications x columns.

        Raises
        ------
        InputError
            If they cannot be written.
        """
        for key, rows in zip(keys, values, strict=True):
            new = _Rows.of(key, first, rows).without(self._known.get(key, {}))
            if new.numbers:
                self._learn(new)
                self._kept_back.append(new)
        waited = time.monotonic() - self._written_at
        count = sum(len(each.numbers) for each in self._kept_back)
        if waited > _SECONDS_KEPT_BACK or count > _ROWS_KEPT_BACK:
            self.flush()

    def flush(self) -> None:
        """Write what is not written yet.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        if self._kept_back:
            self._write(self._kept_back)
            self._kept_back = []
        self._written_at = time.monotonic()

    def close(self) -> None:
        """Write what is not written yet, and put the files together.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        self.flush()
        files = self._files()
        if len(files) > _MOST_PARTS:
            self._write([_Rows.all(key, rows) for key, rows in self._known.items()])
            delete(files)

    def _learn(self, rows: _Rows) -> None:
        known = self._known.setdefault(rows.key, {})
        known.update(zip(rows.numbers, rows.values, strict=True))

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_ENDING}"))

    def _write(self, rows: Sequence[_Rows]) -> None:
        path = self._folder / f"{uuid.uuid4().hex}{_ENDING}"
        try:
            self._folder.mkdir(exist_ok=True)
            _write_whole(_table(rows, self._headings), path)
        except OSError as error:
            raise unusable(self._folder, (error.strerror or str(error)).lower()) from None


class _Headings(NamedTuple):
    """Headings of the columns: of the key, and of the numbers."""

    key: str
    columns: tuple[str, ...]


class _Rows(NamedTuple):
    """Replications of one thing: their numbers, and a row of values each."""

    key: str
    numbers: tuple[int, ...]
    values: Floats

    @classmethod
    def of(cls, key: str, first: int, values: Floats) -> _Rows:
        return cls(key, tuple(range(first, first + len(values))), values)

    @classmethod
    def all(cls, key: str, rows: dict[int, Floats]) -> _Rows:
        numbers = tuple(sorted(rows))
        return cls(key, numbers, np.array([rows[number] for number in numbers]))

    def without(self, known: dict[int, Floats]) -> _Rows:
        if not known:
            return self
        new = [place for place, number in enumerate(self.numbers) if number not in known]
        return _Rows(self.key, tuple(self.numbers[place] for place in new), self.values[new])


def unusable(folder: Path, reason: str) -> InputError:
    """Return the error that says why a folder cannot keep runs."""
    return InputError(Problem(f"cannot keep runs there: {reason}", printable(str(folder), 200)))


def delete(paths: Iterable[Path]) -> None:
    """Delete files, as far as that is possible."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _table(rows: Sequence[_Rows], headings: _Headings) -> pa.Table:
    """Return rows as a table: key, replication, and a column for each number."""
    keys = np.repeat([each.key for each in rows], [len(each.numbers) for each in rows])
    values = np.concatenate([each.values for each in rows])
    columns: dict[str, Any] = {
        headings.key: pa.array(keys).dictionary_encode(),
        _REPLICATION: pa.array([number for each in rows for number in each.numbers], pa.int64()),
    }
    columns.update({name: values[:, place] for place, name in enumerate(headings.columns)})
    return pa.table(columns)


def _read(file: Path, headings: _Headings) -> Iterator[_Rows]:
    try:
        with open_file(file) as stream:
            table = pq.read_table(stream, columns=[headings.key, _REPLICATION, *headings.columns])
        keys = table.column(headings.key).to_numpy()
        numbers = table.column(_REPLICATION).to_numpy()
        values = np.column_stack([table.column(name).to_numpy() for name in headings.columns])
    except (OSError, ValueError, KeyError) as error:
        reason = f"{file.name} is damaged ({type(error).__name__}); delete it, and what it held is"
        raise unusable(file.parent, f"{reason} run again") from None
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
    for places in np.split(order, edges):
        if len(places):
            yield _Rows(keys[places[0]], tuple(numbers[places].tolist()), values[places])


def _write_whole(table: pa.Table, path: Path) -> None:
    """Write a table so that it is on the disk, whole, when it has its name."""
    unfinished = path.with_suffix(UNFINISHED)
    with unfinished.open("wb") as stream:
        pq.write_table(table, stream, compression="zstd")
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
