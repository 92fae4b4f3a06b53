"""The folder of an experiment: what it is about, what was run, and its tables."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from modelops_abm.disk import open_file
from modelops_abm.experiments.store import Store
from modelops_abm.output import DESCRIPTION, Contents, Result, check_place, write_results
from modelops_abm.parameters import InputError, Problem, Scenario, fingerprint_of
from modelops_abm.simulate import Engine
from modelops_abm.text import printable
from modelops_abm.version import __version__

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
            "version": __version__,
            "seed": seed,
            "engine": engine,
            "scenario": scenario.model_dump(mode="json", exclude_none=True),
            "fingerprint": fingerprint_of(scenario),
        }
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
        """
        if unexpected := contents.keys() - set(self._names):
            raise ValueError(f"not among the names given at first: {sorted(unexpected)}")
        self._write(facts, contents)

    def _write(self, facts: Mapping[str, Any], contents: Contents) -> None:
        text = json.dumps({**self._description, **facts}, indent=2, allow_nan=False) + "\n"
        described: dict[str, Callable[[Path], object]] = {
            DESCRIPTION: lambda path: path.write_text(text, encoding="utf-8")
        }
        write_results(Result(self.path, "experiment", {**described, **contents}))

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
    return InputError(Problem(f"cannot go on there: {reason}", printable(str(path), 200)))
