"""Results of a run: typed, self-describing, saved and loaded without loss."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.events import LogKind, LogRecord, RetirementReason, TaskClass
from modelops_abm.parameters import Scenario
from modelops_abm.representation import Represented, in_short
from modelops_abm.statechart import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]

_TABLES = ("daily", "events", "models", "developers", "model_days")
_TABLES_OF_MANY = ("models", "events")
_WORK_KINDS = (LogKind.WORK_STARTED, LogKind.WORK_INTERRUPTED, LogKind.WORK_COMPLETED)
_DESCRIPTION = "run.json"


class ResultError(ValueError):
    """A folder that holds no readable result, or one that must not be overwritten."""


@dataclass(frozen=True, repr=False)
class Run(Represented):
    """One run of a scenario.

    Attributes
    ----------
    scenario, seed, replication, engine, version
        What makes the run repeatable.
    summary
        Every outcome of `outcomes.SUMMARY`; None for what does not exist in this run.
    totals
        Sums and tallies that the summary is made of.
    daily
        A row for each day, a column for each outcome of `outcomes.DAILY`; NaN for a share that
        does not exist on a day.
    events
        The event log: time, kind, model, developer, cause, detail. `model` is the capability's
        number for capability work and -1 for none.
    models
        A row for each model: attributes, fate, value and cost.
    developers
        A row for each developer: days by class of work and idle.
    model_days
        A row for each model and day in production, if asked for.
    """

    scenario: Scenario
    seed: int
    replication: int
    engine: str
    version: str
    summary: Mapping[str, float | None]
    totals: Mapping[str, float]
    daily: pd.DataFrame
    events: pd.DataFrame
    models: pd.DataFrame
    developers: pd.DataFrame
    model_days: pd.DataFrame | None = field(default=None)

    def _facts(self) -> dict[str, str]:
        named = ("scenario", "seed", "replication", "engine")
        facts = {name: in_short(getattr(self, name)) for name in named}
        return {**facts, "days": in_short(len(self.daily)), "npv": in_short(self.summary["npv"])}

    def _table(self) -> pd.DataFrame:
        rows = {each.name: (self.summary[each.name], each.unit) for each in outcomes.SUMMARY}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "unit"])

    def to_json(self) -> dict[str, Any]:
        """Return scenario, seed, version and summary as plain data."""
        return {
            "scenario": self.scenario.model_dump(mode="json", exclude_none=True),
            "seed": self.seed,
            "replication": self.replication,
            "engine": self.engine,
            "version": self.version,
            "summary": dict(self.summary),
        }

    def save(self, folder: Path, *, csv: bool = False) -> Path:
        """Save to a folder, which appears whole or not at all.

        Parameters
        ----------
        folder
            Its parent is created; an earlier result in its place is replaced.
        csv
            Whether to add the tables as CSV for spreadsheets.

        Raises
        ------
        ResultError
            If something else than a result is in its place, or it cannot be written.
        """
        with _whole_folder(folder) as partial:
            _write_json(partial / _DESCRIPTION, self._description())
            for name in _TABLES:
                table = getattr(self, name)
                if table is not None:
                    table.to_parquet(partial / f"{name}.parquet")
                    if csv:
                        named = table.index.name is not None
                        table.to_csv(partial / f"{name}.csv", index=named)
        return folder

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load what `save` has written.

        Raises
        ------
        ResultError
            If the folder holds no result.
        """
        try:
            description = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
            tables: dict[str, Any] = {
                name: pd.read_parquet(folder / f"{name}.parquet")
                for name in _TABLES
                if (folder / f"{name}.parquet").exists()
            }
            scenario = Scenario.model_validate_json(json.dumps(description["scenario"]))
        except (OSError, ValueError, KeyError) as error:
            raise ResultError(f"{folder} holds no readable result: {error}") from None
        names = ("seed", "replication", "engine", "version", "summary", "totals")
        values: dict[str, Any] = {name: description[name] for name in names}
        return cls(scenario=scenario, **values, **tables)

    def _description(self) -> dict[str, Any]:
        units = {outcome.name: outcome.unit for outcome in outcomes.DAILY}
        units.update({outcome.name: outcome.unit for outcome in outcomes.SUMMARY})
        return {**self.to_json(), "totals": dict(self.totals), "units": units}


def event_table(log: Sequence[LogRecord] | Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    """Return an event log as a table, with kinds and causes in words.

    Parameters
    ----------
    log
        Records one by one, or the fields of all of them by name.
    """
    table = pd.DataFrame(log, columns=LogRecord._fields)
    table = table.astype({"time": float, "model": int, "developer": int, "detail": float})
    kinds = table["kind"].to_numpy(dtype=np.int64)
    causes = table["cause"].to_numpy(dtype=np.int64)
    words = pd.CategoricalDtype([kind.name.lower() for kind in LogKind])
    table["kind"] = pd.Categorical.from_codes(kinds, dtype=words)
    table["cause"] = pd.array(_causes_in_words(kinds, causes), dtype="string")
    return table


def _causes_in_words(kinds: Integers, causes: Integers) -> NDArray[np.object_]:
    """Return `cause_in_words` of each record, worked out once for each pair that occurs."""
    places, pairs = pd.MultiIndex.from_arrays([kinds, causes]).factorize()
    words = [cause_in_words(kind, cause) for kind, cause in pairs]
    return np.asarray(np.array(words, dtype=object)[places])


def cause_in_words(kind: int, cause: int) -> str:
    """Return the cause of a record of the event log in words; empty for none."""
    if cause < 0:
        return ""
    if kind in _WORK_KINDS:
        return TaskClass(cause).name.lower()
    if kind == LogKind.RETIRED:
        return RetirementReason(cause).name.lower()
    return Cause(cause).name.lower()


def daily_table(days: Mapping[str, Sequence[float | None]]) -> pd.DataFrame:
    """Return daily outcomes as a table, counts as whole numbers."""
    columns: dict[str, Any] = {}
    for outcome in outcomes.DAILY:
        values = days[outcome.name]
        if outcome.unit in ("models", "tasks"):
            columns[outcome.name] = np.array(values, dtype=np.int64)
        else:
            filled = [math.nan if value is None else value for value in values]
            columns[outcome.name] = np.array(filled, dtype=np.float64)
    return pd.DataFrame(columns).rename_axis("day")


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes its place only when all is written."""
    if folder.exists() and not _may_replace(folder):
        raise ResultError(f"{folder} is there already and is not a result; choose another place")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise ResultError(f"cannot write to {folder}: {error.strerror}") from None
    try:
        yield partial
        _take_place(partial, folder)
    except OSError as error:
        raise ResultError(f"cannot write to {folder}: {error.strerror}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _may_replace(folder: Path) -> bool:
    return folder.is_dir() and (
        (folder / _DESCRIPTION).exists() or next(folder.iterdir(), None) is None
    )


def _take_place(partial: Path, folder: Path) -> None:
    """Move a finished folder to its place; an earlier result gives way at the last moment."""
    partial.chmod(0o755)
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        folder.replace(old / folder.name)
        partial.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        partial.replace(folder)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")


@dataclass(frozen=True, repr=False)
class Ensemble(Represented):
    """Many replications of one scenario.

    Attributes
    ----------
    scenario, seed, engine, version
        What makes them repeatable, together with the numbers of the replications.
    totals
        A row for each replication, a column for each of `outcomes.TOTALS`.
    bands
        Of each daily outcome that was asked for: a row for each day or longer period, named by its
        last day, with the mean over the replications, half the width of the 95 % interval of that
        mean, quantiles, and the number of replications in which the outcome exists.
    models, events
        If asked for: as of a `Run`, with the number of the replication in front.
    """

    scenario: Scenario
    seed: int
    engine: str
    version: str
    totals: pd.DataFrame
    bands: Mapping[str, pd.DataFrame]
    models: pd.DataFrame | None = None
    events: pd.DataFrame | None = None

    @property
    def replications(self) -> int:
        """Number of replications."""
        return len(self.totals)

    def _facts(self) -> dict[str, str]:
        named = ("scenario", "seed", "engine", "replications")
        return {name: in_short(getattr(self, name)) for name in named}

    def _table(self) -> pd.DataFrame:
        return self.summaries().describe().T[["count", "mean", "std", "min", "max"]]

    def summaries(self) -> pd.DataFrame:
        """Return the outcomes of the run summary: a row for each replication.

        NaN stands for an outcome that does not exist in a run.
        """
        totals = self.totals.to_numpy()
        columns = {outcome.name: summary_values(outcome, totals) for outcome in outcomes.SUMMARY}
        return pd.DataFrame(columns, index=self.totals.index)

    def save(self, folder: Path) -> Path:
        """Save to a folder, which appears whole or not at all.

        Raises
        ------
        ResultError
            If something else than a result is in its place, or it cannot be written.
        """
        with _whole_folder(folder) as partial:
            _write_json(partial / _DESCRIPTION, self._description())
            self.totals.to_parquet(partial / "totals.parquet")
            for name, band in self.bands.items():
                band.to_parquet(partial / f"band-{name}.parquet")
            for name in _TABLES_OF_MANY:
                table = getattr(self, name)
                if table is not None:
                    table.to_parquet(partial / f"{name}.parquet")
        return folder

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load what `save` has written.

        Raises
        ------
        ResultError
            If the folder holds no result.
        """
        try:
            description = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
            return cls(
                scenario=Scenario.model_validate_json(json.dumps(description["scenario"])),
                seed=description["seed"],
                engine=description["engine"],
                version=description["version"],
                totals=pd.read_parquet(folder / "totals.parquet"),
                bands={
                    name: pd.read_parquet(folder / f"band-{name}.parquet")
                    for name in description["bands"]
                },
                **{
                    name: pd.read_parquet(folder / f"{name}.parquet")
                    for name in _TABLES_OF_MANY
                    if (folder / f"{name}.parquet").exists()
                },
            )
        except (OSError, ValueError, KeyError) as error:
            raise ResultError(f"{folder} holds no readable result: {error}") from None

    def _description(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.model_dump(mode="json", exclude_none=True),
            "seed": self.seed,
            "engine": self.engine,
            "version": self.version,
            "replications": self.replications,
            "bands": list(self.bands),
            "units": {outcome.name: outcome.unit for outcome in outcomes.SUMMARY},
        }


def summary_values(outcome: outcomes.SummaryOutcome, totals: Floats) -> Floats:
    """Return an outcome of the run summary over many runs, NaN where it does not exist.

    Parameters
    ----------
    totals
        Runs, along any axes, x `outcomes.TOTALS`.
    """
    amount = _added_up(outcome.of, totals)
    if not outcome.per:
        return amount
    divisor = _added_up(outcome.per, totals)
    return amount / np.where(divisor == 0.0, np.nan, divisor)


def _added_up(names: Sequence[str], totals: Floats) -> Floats:
    """Add in the order of the names, as `outcomes.summarise` does."""
    amount = np.zeros(totals.shape[:-1])
    for name in names:
        amount = amount + totals[..., outcomes.TOTALS.index(name)]
    return amount
