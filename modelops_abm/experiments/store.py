"""A folder that keeps the totals of replications as they come, each once.

What an experiment has run is never run again: it goes on where it was stopped, or killed, and more
replications add to those that are there.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.parameters import InputError, Problem
from modelops_abm.parameters.wording import printable
from modelops_abm.version import __version__

type Floats = NDArray[np.float64]

DESCRIPTION = "store.json"
_LOCK, _ENDING, _UNFINISHED = ".lock", ".parquet", ".part"
_SECONDS_KEPT_BACK, _ROWS_KEPT_BACK, _MOST_PARTS = 2.0, 50_000, 20
_SCENARIO, _REPLICATION = "scenario", "replication"


class Provenance(NamedTuple):
    """What all totals of a store have in common.

    Attributes
    ----------
    seed, engine, version
        Seed of the luck, engine that ran, version of the package.
    """

    seed: int
    engine: str
    version: str = __version__


class Store:
    """Totals by scenario and replication, in a folder of Parquet files.

    A file appears whole or not at all, two seconds at most after what it holds was run. Files are
    never changed; when the store is closed, many of them are put together. One process at a time
    has it.

    Parameters
    ----------
    folder
        Its folder, made if it is not there.
    seed, engine
        Of the runs that it keeps.

    Raises
    ------
    InputError
        If the folder is no store, of other runs, in use by another process, damaged or not
        writable; the message says which.
    """

    def __init__(self, folder: Path, *, seed: int = 0, engine: str = "ensemble") -> None:
        self.folder = folder
        self.provenance = Provenance(seed, engine)
        self._known: dict[str, dict[int, Floats]] = {}
        self._kept_back: list[_Rows] = []
        self._written_at = time.monotonic()
        self._lock = _locked(folder)
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def size(self) -> int:
        """Number of replications that it keeps, over all scenarios."""
        return sum(len(rows) for rows in self._known.values())

    def first_missing(self, scenario: str, first: int, count: int) -> int:
        """Return the first of some replications of a scenario that is not there.

        Parameters
        ----------
        scenario
            Its fingerprint.
        first, count
            Number of the first replication, and how many there are; the end if all are there.
        """
        rows = self._known.get(scenario, {})
        return next(
            (each for each in range(first, first + count) if each not in rows), first + count
        )

    def totals(self, scenario: str, first: int, count: int) -> Floats:
        """Return totals of replications that are there: replications x `outcomes.TOTALS`.

        Raises
        ------
        KeyError
            If one is not there.
        """
        rows = self._known.get(scenario, {})
        found = [rows[each] for each in range(first, first + count)]
        return np.array(found).reshape(count, len(outcomes.TOTALS))

    def add(self, scenarios: Sequence[str], first: int, totals: Floats) -> None:
        """Keep totals; what is there already is left as it is.

        Parameters
        ----------
        scenarios
            Fingerprints.
        first
            Number of the first replication.
        totals
            Scenarios x replications x `outcomes.TOTALS`.
        """
        for scenario, values in zip(scenarios, totals, strict=True):
            new = _Rows.of(scenario, first, values).without(self._known.get(scenario, {}))
            if new.numbers:
                self._learn(new)
                self._kept_back.append(new)
        waited = time.monotonic() - self._written_at
        rows = sum(len(each.numbers) for each in self._kept_back)
        if waited > _SECONDS_KEPT_BACK or rows > _ROWS_KEPT_BACK:
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
        """Write what is not written yet, put the files together, and let others have it."""
        try:
            self.flush()
            parts = self._parts()
            if len(parts) > _MOST_PARTS:
                self._write([_Rows.all(name, rows) for name, rows in self._known.items()])
                _delete(parts)
        finally:
            self._lock.release()

    def _open(self) -> None:
        stated = _described(self.folder, self.provenance)
        if stated != self.provenance:
            raise _unusable(self.folder, _difference(stated, self.provenance))
        _delete(self.folder.glob(f"*{_UNFINISHED}"))
        for part in self._parts():
            for rows in _read(part):
                self._learn(rows)

    def _learn(self, rows: _Rows) -> None:
        known = self._known.setdefault(rows.scenario, {})
        known.update(zip(rows.numbers, rows.totals, strict=True))

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_ENDING}"))

    def _write(self, rows: Iterable[_Rows]) -> None:
        path = self.folder / f"{uuid.uuid4().hex}{_ENDING}"
        try:
            _write_whole(_table(list(rows)), path)
        except OSError as error:
            raise _unusable(self.folder, (error.strerror or str(error)).lower()) from None


class _Rows(NamedTuple):
    """Replications of one scenario: their numbers, and a row of totals each."""

    scenario: str
    numbers: tuple[int, ...]
    totals: Floats

    @classmethod
    def of(cls, scenario: str, first: int, totals: Floats) -> _Rows:
        return cls(scenario, tuple(range(first, first + len(totals))), totals)

    @classmethod
    def all(cls, scenario: str, rows: dict[int, Floats]) -> _Rows:
        numbers = tuple(sorted(rows))
        return cls(scenario, numbers, np.array([rows[number] for number in numbers]))

    def without(self, known: dict[int, Floats]) -> _Rows:
        if not known:
            return self
        new = [place for place, number in enumerate(self.numbers) if number not in known]
        return _Rows(self.scenario, tuple(self.numbers[place] for place in new), self.totals[new])


def _table(rows: list[_Rows]) -> pa.Table:
    """Return rows as a table: scenario, replication, and a column for each total."""
    names = np.repeat([each.scenario for each in rows], [len(each.numbers) for each in rows])
    totals = np.concatenate([each.totals for each in rows])
    columns: dict[str, Any] = {
        _SCENARIO: pa.array(names).dictionary_encode(),
        _REPLICATION: pa.array([number for each in rows for number in each.numbers], pa.int64()),
    }
    columns.update({name: totals[:, place] for place, name in enumerate(outcomes.TOTALS)})
    return pa.table(columns)


def _read(part: Path) -> Iterable[_Rows]:
    try:
        table = pq.read_table(part, columns=[_SCENARIO, _REPLICATION, *outcomes.TOTALS])
    except (OSError, ValueError, KeyError) as error:
        reason = f"{part.name} is damaged ({type(error).__name__}); delete it, and what it held is"
        raise _unusable(part.parent, f"{reason} run again") from None
    names = table.column(_SCENARIO).to_numpy()
    numbers = table.column(_REPLICATION).to_numpy()
    totals = np.column_stack([table.column(name).to_numpy() for name in outcomes.TOTALS])
    order = np.argsort(names, kind="stable")
    edges = np.flatnonzero(names[order][1:] != names[order][:-1]) + 1
    for places in np.split(order, edges):
        if len(places):
            yield _Rows(names[places[0]], tuple(numbers[places].tolist()), totals[places])


def _write_whole(table: pa.Table, path: Path) -> None:
    """Write a table so that it is on the disk, whole, when it has its name."""
    unfinished = path.with_suffix(_UNFINISHED)
    with unfinished.open("wb") as stream:
        pq.write_table(table, stream, compression="zstd")
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def _locked(folder: Path) -> FileLock:
    """Return the lock of a store, which ends with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        raise _unusable(folder, "another process is writing to it") from None
    except OSError as error:
        raise _unusable(folder, (error.strerror or str(error)).lower()) from None
    return lock


def _described(folder: Path, provenance: Provenance) -> Provenance:
    """Return what a store says of itself; an empty folder takes what is said of it."""
    path = folder / DESCRIPTION
    if not path.exists():
        if any(entry.suffix != _UNFINISHED and entry.name != _LOCK for entry in folder.iterdir()):
            raise _unusable(folder, "it holds something else")
        unfinished = path.with_suffix(_UNFINISHED)
        unfinished.write_text(json.dumps(provenance._asdict()) + "\n", encoding="utf-8")
        unfinished.replace(path)
        return provenance
    try:
        return Provenance(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise _unusable(folder, f"{DESCRIPTION} cannot be read") from None


def _difference(stated: Provenance, asked: Provenance) -> str:
    names = [name for name in Provenance._fields if getattr(stated, name) != getattr(asked, name)]
    there = ", ".join(f"{name} {printable(str(getattr(stated, name)))}" for name in names)
    here = ", ".join(f"{name} {getattr(asked, name)}" for name in names)
    return f"its runs are of {there}, these of {here}; choose another folder"


def _unusable(folder: Path, reason: str) -> InputError:
    return InputError(Problem(f"cannot keep runs there: {reason}", printable(str(folder), 200)))


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()
