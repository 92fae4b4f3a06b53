"""The folder of an experiment: what it is about, what was run, and its tables."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from modelops_abm.experiments.store import Store
from modelops_abm.parameters import InputError, Problem, Scenario, fingerprint_of, write_whole
from modelops_abm.parameters.reading import open_file
from modelops_abm.parameters.wording import printable
from modelops_abm.simulate import Engine
from modelops_abm.version import __version__

DESCRIPTION = "experiment.json"
RUNS = "runs"


class Folder:
    """A folder that an experiment fills, and goes on with when it is asked again.

    It holds `experiment.json`, which says what it is about; `runs`, see `Store`; tables as Parquet
    and pictures. Each file appears whole or not at all.

    Parameters
    ----------
    path
        Where; made if it is not there.
    kind
        What kind of experiment: its command.
    scenario
        What it is about.
    seed, engine
        Of its runs.

    Raises
    ------
    InputError
        If the folder holds something else, an experiment of another kind or scenario, or runs that
        cannot be used (see `Store`); or it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        kind: str,
        scenario: Scenario,
        *,
        seed: int = 0,
        engine: Engine = "ensemble",
    ) -> None:
        self.path = path
        self._description: dict[str, Any] = {
            "experiment": kind,
            "version": __version__,
            "seed": seed,
            "engine": engine,
            "scenario": scenario.model_dump(mode="json", exclude_none=True),
            "fingerprint": fingerprint_of(scenario),
        }
        self._seed, self._engine = seed, engine
        self._store: Store | None = None
        self._check()
        path.mkdir(parents=True, exist_ok=True)
        try:
            if (path / RUNS).exists():  # refuses other runs before anything is written
                _ = self.store
            self.describe({})
        except BaseException:
            self.close()
            raise

    @property
    def store(self) -> Store:
        """What keeps its runs, opened when it is first asked for.

        Raises
        ------
        InputError
            If it cannot be used; see `Store`.
        """
        if self._store is None:
            self._store = Store(self.path / RUNS, seed=self._seed, engine=self._engine)
        return self._store

    def close(self) -> None:
        """Write what is not written yet, and let others have it."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def describe(self, facts: Mapping[str, Any]) -> None:
        """Write what the experiment is about, with further facts.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        text = json.dumps({**self._description, **facts}, indent=2, allow_nan=False)
        write_whole(self.path / DESCRIPTION, f"{text}\n".encode())

    def save(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write tables, each to a Parquet file of its name.

        Raises
        ------
        InputError
            If one cannot be written.
        """
        for name, table in tables.items():
            buffer = io.BytesIO()
            table.to_parquet(buffer)
            write_whole(self.path / f"{name}.parquet", buffer.getvalue())

    def _check(self) -> None:
        path = self.path / DESCRIPTION
        if not path.exists():
            if self.path.is_dir() and any(self.path.iterdir()):
                raise _unusable(self.path, "it holds something else; choose another folder")
            return
        try:
            with open_file(path) as stream:
                there = json.load(stream)
            kind, fingerprint = there["experiment"], there["fingerprint"]
        except (OSError, ValueError, KeyError, TypeError):
            raise _unusable(self.path, f"its {DESCRIPTION} cannot be read") from None
        if kind != self._description["experiment"]:
            what = f"it holds a {printable(str(kind))}"
            raise _unusable(self.path, f"{what}; choose another folder")
        if fingerprint != self._description["fingerprint"]:
            raise _unusable(self.path, "it is about another scenario; choose another folder")


def _unusable(path: Path, reason: str) -> InputError:
    return InputError(Problem(f"cannot go on there: {reason}", printable(str(path), 200)))
