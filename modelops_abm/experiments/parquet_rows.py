"""Rows of numbers that are kept in Parquet files as they come, each once."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from modelops_abm.arrays import Flags, Floats
from modelops_abm.disk import open_file, write_whole
from modelops_abm.errors import reason_of
from modelops_abm.scenario import InputError
from modelops_abm.text import printable

_ENDING, _SET_ASIDE = ".parquet", "_set-aside-"
_OWN_NAME = re.compile(r"([0-9a-f]{64}|[0-9a-f]{32})\.parquet")
"""The shorter ones are of earlier versions, which kept no checksums."""
_SECONDS_KEPT_BACK, _ROWS_KEPT_BACK, _MOST_PARTS = 2.0, 50_000, 20
_MOST_ROWS, _LARGEST_PART_BYTES = 250_000, 200_000_000
"""Of one file; more is neither written nor read."""
_REPLICATION = "replication"
_ORIGIN = b"modelops_abm"
_MOST_NAMED = 3

_log = logging.getLogger(__name__)


class Parts:
    """A row of numbers for each replication of whatever a key names, in a folder of Parquet files.

    A file appears whole or not at all, two seconds at most after what it holds was run. Files are
    never changed; when it is closed, many of them are put together. The name of a file is the
    SHA-256 of its content. One of which that is not so, or that holds anything else than such rows,
    is set aside under a name that readers of Parquet leave out, with a word; what it held is
    missing, and nothing else is lost.

    Parameters
    ----------
    folder
        Where the files are; made when the first is written.
    key
        What a key names: the heading of its column.
    columns
        Headings of the numbers.
    origin
        What all rows have in common: rows of another origin are not read.
    allowed
        Tells of numbers, element by element, which there can be.

    Raises
    ------
    InputError
        If files contradict each other, or one cannot be set aside.
    """

    def __init__(
        self,
        folder: Path,
        key: str,
        columns: Sequence[str],
        origin: str,
        allowed: Callable[[Floats], Flags] = np.isfinite,
    ) -> None:
        self._folder = folder
        self._layout = _Layout(key, tuple(columns), origin, allowed)
        self._known: dict[str, dict[int, Floats]] = {}
        self._files: set[Path] = set()
        self._kept_back: list[_Rows] = []
        self._written_at = time.monotonic()
        self._read()

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
        return np.array(found).reshape(count, len(self._layout.columns))

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
        ValueError
            If there cannot be such numbers.
        """
        # Refused before it is written: when read, it would cost all else in its file.
        if not self._layout.allowed(values).all():
            raise ValueError("there cannot be such numbers")
        for key, rows in zip(keys, values, strict=True):
            new = _Rows.of(key, first, rows).without(self._known.get(key, {}))
            if new.numbers:
                self._learn(new)
                self._kept_back.append(new)
        # A file for each batch would be thousands; one at the end would lose all when killed.
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
        if len(self._files) > _MOST_PARTS:
            # The new files are on the disk before an old one goes. Killed in between, rows come
            # twice, the same to the bit. A file whose content stays keeps its name, and is not
            # deleted.
            before, self._files = self._files, set()
            self._write([_Rows.all(key, rows) for key, rows in self._known.items()])
            _delete(before - self._files)

    def _read(self) -> None:
        """Learn what the files hold, and set aside those that are not as they should be."""
        unreliable, foreign = [], []
        for file in sorted(self._folder.glob(f"[!._]*{_ENDING}")):
            if not _OWN_NAME.fullmatch(file.name):
                foreign.append(file)
                continue
            try:
                # The whole file before any of it is learnt: one that turns out damaged half way
                # must leave nothing behind. And whatever is wrong with it must not cost the others.
                rows = list(_rows_in(file, self._layout))
            except (pa.ArrowException, OSError, ValueError, KeyError):
                unreliable.append(_set_aside(file))
                continue
            self._files.add(file)
            for each in rows:
                self._learn(each)
        for files, words in ((unreliable, _UNRELIABLE), (foreign, _FOREIGN)):
            if files:
                _log.warning(words.format(printable(str(self._folder), 200), _named(files)))

    def _learn(self, rows: _Rows) -> None:
        known = self._known.setdefault(rows.key, {})
        for number, row in zip(rows.numbers, rows.values, strict=True):
            # To the bit, as the same run is. Of two that differ nothing tells the right one, so
            # neither is taken.
            there = known.setdefault(number, row)
            if there is not row and there.tobytes() != row.tobytes():
                raise unusable(
                    self._folder,
                    f"its files contradict each other about replication {number} of"
                    f" {printable(rows.key, 200)}; choose another folder, or delete this one",
                )

    def _write(self, rows: Sequence[_Rows]) -> None:
        table = _table(rows, self._layout)
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise unusable(self._folder, reason_of(error)) from None
        for start in range(0, table.num_rows, _MOST_ROWS):
            # In memory first: the name is the checksum, by which damage on the way is found
            # (docs/decisions/0026).
            stream = pa.BufferOutputStream()
            pq.write_table(table.slice(start, _MOST_ROWS), stream, compression="zstd")
            content = stream.getvalue().to_pybytes()
            path = self._folder / f"{hashlib.sha256(content).hexdigest()}{_ENDING}"
            write_whole(path, content, replace=True)
            self._files.add(path)


_UNRELIABLE = (
    "{}: what is kept in {} is damaged or of an earlier version. It is set aside under that name,"
    " and run again."
)
_FOREIGN = "{}: {} is none of the runs that are kept there, and is left alone."


class _Layout(NamedTuple):
    """What the rows of files must be like.

    Attributes
    ----------
    key, columns
        Headings: of the key, and of the numbers.
    origin
        What all rows have in common.
    allowed
        Tells which numbers there can be.
    """

    key: str
    columns: tuple[str, ...]
    origin: str
    allowed: Callable[[Floats], Flags]

    @property
    def schema(self) -> pa.Schema:
        """Columns and their types, and the origin."""
        fields = [
            pa.field(self.key, pa.dictionary(pa.int32(), pa.string())),
            pa.field(_REPLICATION, pa.int64()),
            *(pa.field(name, pa.float64()) for name in self.columns),
        ]
        return pa.schema(fields, {_ORIGIN: self.origin.encode()})


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
    return InputError.at(folder, f"cannot keep runs there: {reason}")


def holds_parts(folder: Path) -> bool:
    """Whether there are files in a folder that were written by `Parts`."""
    return any(_OWN_NAME.fullmatch(path.name) for path in folder.iterdir())


def _delete(paths: Iterable[Path]) -> None:
    """Delete files, as far as that is possible."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _set_aside(file: Path) -> Path:
    """Give a file a name that readers of Parquet leave out, and return it."""
    try:
        # Not deleted, as it may be the only copy of something; and nothing of that name is
        # overwritten.
        for number in count():
            target = file.with_name(f"{_SET_ASIDE}{f'{number}-' if number else ''}{file.name}")
            if not os.path.lexists(target):
                return file.rename(target)
    except OSError as error:
        reason = reason_of(error)
        raise unusable(file.parent, f"{file.name} is damaged, and stays: {reason}") from None
    raise AssertionError("there is always another number")


def _named(files: Sequence[Path]) -> str:
    names = [printable(file.name, 100) for file in files]
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _table(rows: Sequence[_Rows], layout: _Layout) -> pa.Table:
    """Return rows as a table: key, replication, and a column for each number."""
    keys = np.repeat([each.key for each in rows], [len(each.numbers) for each in rows])
    values = np.concatenate([each.values for each in rows])
    arrays: list[Any] = [
        pa.array(keys).dictionary_encode(),
        pa.array([number for each in rows for number in each.numbers], pa.int64()),
        *(pa.array(column) for column in values.T),
    ]
    return pa.table(arrays, schema=layout.schema)


def _rows_in(file: Path, layout: _Layout) -> Iterator[_Rows]:
    """Yield what a file holds; a `ValueError` or one of Arrow's says that it is not as it should.

    Nothing is read that would take more room than what is ever written.
    """
    with open_file(file) as stream:
        # A longer file is cut off here, and so fails its checksum.
        content = stream.read(_LARGEST_PART_BYTES + 1)
    if hashlib.sha256(content).hexdigest() != file.stem:
        raise ValueError("its name is not its checksum")
    table = _table_in(content, layout)
    # NumPy would make a null NaN, and floats of the whole numbers beside it.
    if any(column.null_count for column in table.columns):
        raise ValueError("something is missing")
    keys = table.column(0).combine_chunks()
    names, codes = keys.dictionary.to_pylist(), keys.indices.to_numpy()
    numbers, *columns = (column.to_numpy() for column in table.columns[1:])
    values = np.column_stack(columns)
    if not layout.allowed(values).all():
        raise ValueError("there cannot be such numbers")
    # Sorted within each key, so that a replication that comes twice stands beside itself, and the
    # smallest number is the first.
    order = np.lexsort((numbers, codes))
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    for start, end in pairwise((0, *edges.tolist(), len(order))):
        places = order[start:end]
        if numbers[places[0]] < 0 or (np.diff(numbers[places]) == 0).any():
            raise ValueError("a replication comes twice, or has no number of 0 or more")
        yield _Rows(names[codes[places[0]]], tuple(numbers[places].tolist()), values[places])


def _table_in(content: bytes, layout: _Layout) -> pa.Table:
    file = pq.ParquetFile(pa.BufferReader(content))
    # The footer tells the sizes before anything is unpacked: a small file may unpack to terabytes.
    schema, facts = file.schema_arrow, file.metadata
    if not schema.equals(layout.schema) or schema.metadata != layout.schema.metadata:
        raise ValueError("it holds something else")
    bytes_of = [facts.row_group(place).total_byte_size for place in range(facts.num_row_groups)]
    if not 0 < facts.num_rows <= _MOST_ROWS or sum(bytes_of) > _LARGEST_PART_BYTES:
        raise ValueError("it is too large")
    table = file.read().unify_dictionaries()
    # A file made to harm may have codes that point outside its dictionary, which Arrow would
    # follow.
    table.validate(full=True)
    return table
