"""What experiments run is kept in a folder as it comes, and never run again.

`Store` keeps the runs: an experiment goes on where it was stopped, or killed, and more replications
add to those that are there. `Folder` is that of one experiment: what it is about, its store, and
the tables that it found. docs/decisions/0020 says why, 0024 and 0026 what may be wrong with files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from filelock import FileLock, Timeout

from modelops_abm.arrays import Flags, Floats
from modelops_abm.core import outcomes
from modelops_abm.core.registry import simulator_version
from modelops_abm.disk import open_file, read_file, write_whole
from modelops_abm.errors import reason_of
from modelops_abm.experiments.parquet_rows import Parts, holds_parts, unusable
from modelops_abm.runs import Engine
from modelops_abm.runs.output import DESCRIPTION, Contents, ResultFolder, check_place, write_results
from modelops_abm.scenario import InputError, Scenario, fingerprint_of
from modelops_abm.text import printable

STORE_DESCRIPTION, PAYBACKS = "_store.json", "_paybacks"
"""Readers of Parquet leave out such names, so that the folder can be read as one table of runs."""
_LOCK = ".lock"
_LARGEST_DESCRIPTION = 10_000
_WAY_OUT = "choose another folder, or delete this one, and its runs are run again"


class Provenance(NamedTuple):
    """What all runs of a store have in common.

    Attributes
    ----------
    seed, engine, version
        Seed of the random numbers, engine that ran, version of what simulates (that of the package,
        with a hash of what is registered from outside).
    """

    seed: int
    engine: str
    version: str


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
        The `outcomes.TOTALS` of every replication, by the fingerprint of its scenario and the key
        of the draws that it was run over, if any (`running.keys_of`).
    paybacks
        The day on which a plan has paid back in every replication, infinite for never, by `pair_of`
        plan and baseline.
    provenance
        What the runs have in common.

    Raises
    ------
    InputError
        If the folder is no store, of other runs, in use by another process or not writable, its
        files contradict each other, or nothing says any more of what its runs are; the message says
        which. A damaged file is none of these: it is set aside, told, and run again.
    """

    def __init__(self, folder: Path, *, seed: int = 0, engine: str = "ensemble") -> None:
        self.provenance = Provenance(seed, engine, simulator_version())
        # The lock comes first: until then another process may be writing what is read here.
        self._lock = _locked(folder)
        try:
            stated = _described(folder, self.provenance)
            if stated != self.provenance:
                raise unusable(folder, _difference(stated, self.provenance))
            # Each file says it again, so that one copied from another store is not taken for its
            # own.
            origin = json.dumps(self.provenance._asdict())
            self.runs = Parts(folder, "scenario", outcomes.TOTALS, origin)
            paybacks = folder / PAYBACKS
            # A link is not followed, not even one that leads nowhere: it would write outside the
            # folder.
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
        # Without waiting, as the other may run for hours.
        lock.acquire(timeout=0)
    except Timeout:
        raise unusable(folder, "another process is writing to it") from None
    except OSError as error:
        raise unusable(folder, reason_of(error)) from None
    return lock


def _described(folder: Path, provenance: Provenance) -> Provenance:
    """Return what a store says of itself; an empty folder takes what is said of it."""
    path = folder / STORE_DESCRIPTION
    if not path.exists():
        # Runs of an unknown seed or version look like any others; they would be mixed with new
        # ones.
        if holds_parts(folder):
            raise unusable(folder, f"its {STORE_DESCRIPTION} is gone; {_WAY_OUT}")
        if any(not entry.name.startswith(".") for entry in folder.iterdir()):
            raise unusable(folder, "it holds something else; choose another folder")
        write_whole(path, f"{json.dumps(provenance._asdict())}\n".encode())
        return provenance
    try:
        stated = Provenance(**json.loads(read_file(path, _LARGEST_DESCRIPTION)))
        # JSON may say `true`, which equals a seed of 1.
        if [type(each) for each in stated] != [type(each) for each in provenance]:
            raise TypeError
    # Brackets that nest thousands deep make a `RecursionError`.
    except (OSError, ValueError, TypeError, RecursionError):
        raise unusable(folder, f"its {STORE_DESCRIPTION} cannot be read; {_WAY_OUT}") from None
    return stated


def _is_day_or_never(days: Floats) -> Flags:
    # False of NaN, true of infinity, which is never: both as it should be.
    return days >= 0.0


def _difference(stated: Provenance, asked: Provenance) -> str:
    names = [name for name in Provenance._fields if getattr(stated, name) != getattr(asked, name)]
    there = ", ".join(f"{name} {printable(str(getattr(stated, name)))}" for name in names)
    here = ", ".join(f"{name} {getattr(asked, name)}" for name in names)
    return f"its runs are of {there}, these of {here}; choose another folder"


# --------------------------------------------------------------------------------------
# The folder of an experiment: what it is about, what was run, and its tables.


RUNS = "runs"


class Folder:
    """A folder that an experiment fills, and goes on with when it is asked again.

    It holds `experiment.json`, which says what it is about; `runs`, see `Store`; and what the
    experiment found, tables as Parquet and pictures, as long as there is nothing newer. What else
    is there stays.

    Parameters
    ----------
    path
        Where; made if it is not there.
    kind
        What kind of experiment: its command.
    scenario
        What it is about.
    names
        Names of the files that it may come to write, apart from `experiment.json`.
    seed, engine
        Of its runs.

    Attributes
    ----------
    path
        Where.
    store
        What keeps its runs.

    Raises
    ------
    InputError
        If it holds an experiment of another kind or scenario, or runs that cannot be used (see
        `Store`); if anything is in the way that this program did not write or that was changed
        since; or if it cannot be written to.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: str,
        scenario: Scenario,
        *,
        names: Collection[str] = (),
        seed: int = 0,
        engine: Engine = "ensemble",
    ) -> None:
        self.path = Path(path)
        self._names = names
        self._description: dict[str, Any] = {
            "experiment": kind,
            "version": simulator_version(),
            "seed": seed,
            "engine": engine,
            "scenario": scenario.model_dump(mode="json", exclude_none=True),
            "fingerprint": fingerprint_of(scenario),
        }
        # Before anything runs, not after hours of it.
        check_place(self.path, "experiment", [DESCRIPTION, *names])
        self._check()
        self.store = Store(self.path / RUNS, seed=seed, engine=engine)
        try:
            self._check()  # again, as nobody else can begin to fill it now
            if not (self.path / DESCRIPTION).exists():
                self._write({}, {})
        except BaseException:
            self.store.close()
            raise

    def close(self) -> None:
        """Write what is not written yet, and let others have it."""
        self.store.close()

    def save(self, facts: Mapping[str, Any], contents: Contents) -> None:
        """Write what the experiment found, in place of what an earlier one did.

        Parameters
        ----------
        facts
            What else `experiment.json` is to say.
        contents
            Tables and pictures: what writes each of them, by its name, one of those given at first.

        Raises
        ------
        InputError
            If they cannot be written, or something has come in the way.
        ValueError
            If a name is none of those given at first.
        """
        if unexpected := contents.keys() - set(self._names):
            raise ValueError(f"not among the names given at first: {sorted(unexpected)}")
        self._write(facts, contents)

    def _write(self, facts: Mapping[str, Any], contents: Contents) -> None:
        text = json.dumps({**self._description, **facts}, indent=2, allow_nan=False) + "\n"
        described: dict[str, Callable[[Path], object]] = {
            DESCRIPTION: lambda path: path.write_text(text, encoding="utf-8")
        }
        write_results(ResultFolder(self.path, "experiment", {**described, **contents}))

    def _check(self) -> None:
        path = self.path / DESCRIPTION
        if not path.exists():
            return
        try:
            with open_file(path) as stream:
                there = json.load(stream)
            kind, fingerprint = there["experiment"], there["fingerprint"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise _unusable(
                self.path, f"its {DESCRIPTION} cannot be read; choose another folder"
            ) from None
        if kind != self._description["experiment"]:
            what = f"it holds a {printable(str(kind))}"
            raise _unusable(self.path, f"{what}; choose another folder")
        if fingerprint != self._description["fingerprint"]:
            raise _unusable(self.path, "it is about another scenario; choose another folder")


def _unusable(path: Path, reason: str) -> InputError:
    return InputError.at(path, f"cannot go on there: {reason}")
