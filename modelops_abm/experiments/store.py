"""A folder that keeps what experiments run, as it comes.

What an experiment has run is never run again: it goes on where it was stopped, or killed, and more
replications add to those that are there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.disk import read_file, write_whole
from modelops_abm.errors import reason_of
from modelops_abm.experiments.parts import Floats, Parts, holds_parts, unusable
from modelops_abm.text import printable
from modelops_abm.version import __version__

DESCRIPTION, PAYBACKS = "_store.json", "_paybacks"
"""Readers of Parquet leave out such names, so that the folder can be read as one table of runs."""
_LOCK = ".lock"
_LARGEST_DESCRIPTION = 10_000
_WAY_OUT = "choose another folder, or delete this one, and its runs are run again"


class Provenance(NamedTuple):
    """What all runs of a store have in common.

    Attributes
    ----------
    seed, engine, version
        Seed of the luck, engine that ran, version of the package.
    """

    seed: int
    engine: str
    version: str = __version__


class Store:
    """What was run, by scenario and replication, in a folder. One process at a time has it.

    Parameters
    ----------
    folder
        Its folder, made if it is not there.
    seed, engine
        Of the runs that it keeps.

    Attributes
    ----------
    runs
        The totals of every replication, by the fingerprint of its scenario.
    paybacks
        The day on which a plan has paid back in every replication, by `pair_of` plan and baseline.
    provenance
        What the runs have in common.

    Raises
    ------
    InputError
        If the folder is no store, of other runs, in use by another process or not writable, or
        nothing says any more of what its runs are; the message says which.
    """

    def __init__(self, folder: Path, *, seed: int = 0, engine: str = "ensemble") -> None:
        self.provenance = Provenance(seed, engine)
        self._lock = _locked(folder)
        try:
            stated = _described(folder, self.provenance)
            if stated != self.provenance:
                raise unusable(folder, _difference(stated, self.provenance))
            origin = json.dumps(self.provenance._asdict())
            self.runs = Parts(folder, "scenario", outcomes.TOTALS, origin)
            paybacks = folder / PAYBACKS
            if os.path.lexists(paybacks) and (paybacks.is_symlink() or not paybacks.is_dir()):
                raise unusable(folder, f"{PAYBACKS} is in the way")
            self.paybacks = Parts(paybacks, "pair", ("payback_day",), origin, _is_day_or_never)
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

    def close(self) -> None:
        """Write what is not written yet, and let others have it.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        try:
            self.runs.close()
            self.paybacks.close()
        finally:
            self._lock.release()


def pair_of(plan: str, baseline: str) -> str:
    """Return the key of a plan against a baseline, from their fingerprints."""
    return f"{plan}/{baseline}"


def _locked(folder: Path) -> FileLock:
    """Return the lock of a store, which ends with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        raise unusable(folder, "another process is writing to it") from None
    except OSError as error:
        raise unusable(folder, reason_of(error)) from None
    return lock


def _described(folder: Path, provenance: Provenance) -> Provenance:
    """Return what a store says of itself; an empty folder takes what is said of it."""
    path = folder / DESCRIPTION
    if not path.exists():
        if holds_parts(folder):
            raise unusable(folder, f"its {DESCRIPTION} is gone; {_WAY_OUT}")
        if any(not entry.name.startswith(".") for entry in folder.iterdir()):
            raise unusable(folder, "it holds something else; choose another folder")
        write_whole(path, f"{json.dumps(provenance._asdict())}\n".encode())
        return provenance
    try:
        stated = Provenance(**json.loads(read_file(path, _LARGEST_DESCRIPTION)))
        if [type(each) for each in stated] != [type(each) for each in provenance]:
            raise TypeError
    except (OSError, ValueError, TypeError, RecursionError):
        raise unusable(folder, f"its {DESCRIPTION} cannot be read; {_WAY_OUT}") from None
    return stated


def _is_day_or_never(days: Floats) -> NDArray[np.bool]:
    return days >= 0.0


def _difference(stated: Provenance, asked: Provenance) -> str:
    names = [name for name in Provenance._fields if getattr(stated, name) != getattr(asked, name)]
    there = ", ".join(f"{name} {printable(str(getattr(stated, name)))}" for name in names)
    here = ", ".join(f"{name} {getattr(asked, name)}" for name in names)
    return f"its runs are of {there}, these of {here}; choose another folder"
