"""Results of a run, and of many: typed, self-describing, saved and loaded without loss.

First `Run`, one run in full; then what makes and writes tables; then `Ensemble`, the totals of many
replications, and how outcomes follow from totals; last, how a folder is read back. What is read was
checked against the manifest: docs/decisions/0010 and 0024.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from modelops_abm import formats
from modelops_abm.arrays import Floats, Integers
from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind, LogRecord, RetirementReason, TaskClass
from modelops_abm.core.statechart import Cause
from modelops_abm.representation import Reported, Represented, Table, in_short
from modelops_abm.runs.manifest import ResultError, ResultFiles, shown
from modelops_abm.runs.output import Contents, ResultFolder, write_results
from modelops_abm.runs.summary import summary_tables
from modelops_abm.scenario import Problem, Scenario
from modelops_abm.scenario.timeline import CHANGEABLE
from modelops_abm.scenario.words import changes_in_words, team_caution
from modelops_abm.text import csv_text

_SUMMARY = {outcome.name: outcome for outcome in outcomes.SUMMARY}

_TABLES = ("daily", "events", "models", "developers")
_TABLES_ON_REQUEST = ("model_days",)
_TABLES_OF_MANY_ON_REQUEST = ("models", "events", "draws")
_REQUEST_KINDS = (
    LogKind.REQUEST_RECEIVED,
    LogKind.REQUEST_ANSWERED,
    LogKind.DEADLINE_MISSED,
)
_WORK_KINDS = (LogKind.WORK_STARTED, LogKind.WORK_INTERRUPTED, LogKind.WORK_COMPLETED)
_DESCRIPTION = "run.json"


@dataclass(frozen=True, repr=False)
class Run(Reported):
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
        The event log: time in days, kind, model, developer, cause, detail; what each kind says is
        in `docs/odd.md`. `model` is the capability's number for capability work, a shared source's
        for its failures, and -1 for none.
    models
        A row for each model: attributes, fate, value and cost in $.
    developers
        A row for each developer: developer-days of work done in a calendar day, and calendar days
        by class of work and idle.
    model_days
        A row for each model and day in production, if asked for.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> Run.load(run.save("run")).summary == run.summary
    True
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

    def sentence(self) -> str:
        """Return the net present value, of one future."""
        npv = formats.amount(self.summary["npv"], "$")
        days = formats.plural(self.scenario.horizon_days, "day")
        return f"Net present value {npv} over {days}, in one future; another seed gives another."

    def notes(self) -> str:
        """Return what changes on which days, and that nobody has stated a portfolio's team."""
        words = (changes_in_words(self.scenario), team_caution(self.scenario))
        return " ".join(filter(None, words))

    def tables(self) -> tuple[Table, ...]:
        """Return the summary in groups, which is shown, and the tables that are kept."""
        return (*summary_tables(self.summary), *self._kept())

    def _kept(self) -> tuple[Table, ...]:
        names = (*_TABLES, *_TABLES_ON_REQUEST)
        tables = {name: getattr(self, name) for name in names}
        # Each table is bound now; a lambda would give the last one of the loop.
        return tuple(
            Table(name, numbers=partial(_itself, table))
            for name, table in tables.items()
            if table is not None
        )

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

    def save(self, folder: str | os.PathLike[str], *, csv: bool = False) -> Path:
        """Save to a folder, which holds this run or what it held before, never a part of both.

        An earlier simulation there is replaced, file by file; whatever else is there stays.

        Parameters
        ----------
        folder
            Made if it is not there.
        csv
            Whether to add the tables as CSV for spreadsheets.

        Raises
        ------
        ResultError
            If anything is in the way that this program did not write or that was changed since, or
            the folder cannot be written to.
        """
        write_results(ResultFolder(Path(folder), "simulation", self.files(csv=csv)))
        return Path(folder)

    def files(self, *, csv: bool = False) -> Contents:
        """Return what writes each of the files that `save` saves."""
        described = {_DESCRIPTION: partial(_write_json, self._description())}
        return {**described, **files_of_tables(self._kept(), csv=csv)}

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Load what `save` has written, and check that it is that to the bit.

        Raises
        ------
        ResultError
            If the folder holds no complete run, or a file is missing, damaged or changed.
        """
        files = ResultFiles(folder, "simulation")
        described = _described(files, _DescriptionOfRun)
        tables = _tables(files, _TABLES, _TABLES_ON_REQUEST)
        return cls(**dict(described), **tables)

    def _description(self) -> dict[str, Any]:
        units = {outcome.name: outcome.unit for outcome in outcomes.DAILY}
        units.update({outcome.name: outcome.unit for outcome in outcomes.SUMMARY})
        return {**self.to_json(), "totals": dict(self.totals), "units": units}


def files_of_tables(tables: Iterable[Table], *, csv: bool) -> Contents:
    """Return what writes the tables of a result that are kept, as Parquet.

    Parameters
    ----------
    tables
        Tables of a result.
    csv
        Whether to write them as CSV for spreadsheets as well.
    """
    contents: dict[str, Callable[[Path], object]] = {}
    for table in tables:
        if table.numbers is not None:
            numbers = table.numbers()
            contents[f"{table.name}.parquet"] = numbers.to_parquet
            if csv:
                contents[f"{table.name}.csv"] = partial(write_csv, numbers)
    return contents


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table for spreadsheets, which take none of its words for a formula.

    Parameters
    ----------
    table
        Its index becomes the first columns, named `name` if it has no name, unless it only numbers
        the rows.
    path
        The file.
    """
    is_numbered = isinstance(table.index, pd.RangeIndex) and table.index.name is None
    named = [name or "name" for name in table.index.names]
    # Numbers of rows say nothing; any other index is part of the table.
    flat = table if is_numbered else table.reset_index(names=named)
    words = flat.select_dtypes(["object", "string"])
    quoted = {str(name): column.map(csv_text, na_action="ignore") for name, column in words.items()}
    flat.assign(**quoted).to_csv(path, index=False)


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
    if not kinds.size:  # of no pairs pandas 2 makes no index
        return np.empty(0, dtype=object)
    places, pairs = pd.MultiIndex.from_arrays([kinds, causes]).factorize()
    words = [cause_in_words(kind, cause) for kind, cause in pairs]
    return np.asarray(np.array(words, dtype=object)[places])


def cause_in_words(kind: int, cause: int) -> str:
    """Return the cause of a record of the event log in words; empty for none."""
    if cause < 0:
        return ""
    if kind in _WORK_KINDS:
        return TaskClass(cause).name.lower()
    if kind in _REQUEST_KINDS:
        return f"request kind {cause + 1}"
    if kind == LogKind.RETIRED:
        return RetirementReason(cause).name.lower()
    if kind == LogKind.VALUE_CHANGED:
        return CHANGEABLE[cause]
    return Cause(cause).name.lower()


def daily_table(days: Mapping[str, Sequence[float | None]]) -> pd.DataFrame:
    """Return daily outcomes as a table, counts as whole numbers."""
    columns: dict[str, Any] = {}
    for outcome in outcomes.DAILY:
        values = days[outcome.name]
        # There is a count on every day, so none of them is NaN, which no whole number could be.
        if outcome.unit in ("models", "tasks", "developers"):
            columns[outcome.name] = np.array(values, dtype=np.int64)
        else:
            filled = [math.nan if value is None else value for value in values]
            columns[outcome.name] = np.array(filled, dtype=np.float64)
    return pd.DataFrame(columns).rename_axis("day")


@dataclass(frozen=True, repr=False)
class Ensemble(Represented):
    """Many replications of one scenario.

    Attributes
    ----------
    scenario, seed, engine, version
        What makes them repeatable, together with the numbers of the replications.
    first
        Number of the first replication.
    values
        Replications x `outcomes.TOTALS`, as they came from the engine.
    bands
        Of each daily outcome that was asked for: a row for each day or longer period, named by its
        last day, with the mean over the replications, half the width of the 95 % interval of that
        mean, quantiles, and the number of replications in which the outcome exists.
    models, events
        If asked for: as of a `Run`, with the number of the replication in front.
    draws
        Values that the replications have in place of the scenario's, if not the scenario's own: a
        row for each, a column for each dotted name.

    Examples
    --------
    >>> from modelops_abm import preset, replicate
    >>> ensemble = replicate(preset("small_team"), 5)
    >>> ensemble.outcome("npv").shape
    (5,)
    >>> Ensemble.load(ensemble.save("ensemble")).totals.equals(ensemble.totals)
    True
    """

    scenario: Scenario
    seed: int
    engine: str
    version: str
    first: int
    values: Floats
    bands: Mapping[str, pd.DataFrame]
    models: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    draws: pd.DataFrame | None = None

    @property
    def replications(self) -> int:
        """Number of replications."""
        return len(self.values)

    @property
    def totals(self) -> pd.DataFrame:
        """A row for each replication, a column for each of `outcomes.TOTALS`."""
        return pd.DataFrame(self.values, index=self._numbers(), columns=list(outcomes.TOTALS))

    def _numbers(self) -> pd.RangeIndex:
        return pd.RangeIndex(self.first, self.first + len(self.values), name="replication")

    def outcome(self, name: str) -> Floats:
        """Return an outcome of the run summary, one value a replication; NaN where it has none.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        return summary_values(_SUMMARY[name], self.values)

    def _facts(self) -> dict[str, str]:
        named = ("scenario", "seed", "engine", "replications")
        return {name: in_short(getattr(self, name)) for name in named}

    def _table(self) -> pd.DataFrame:
        return self.summaries().describe().T[["count", "mean", "std", "min", "max"]]

    def summaries(self) -> pd.DataFrame:
        """Return the outcomes of the run summary: a row for each replication.

        NaN stands for an outcome that does not exist in a run.
        """
        columns = {name: self.outcome(name) for name in _SUMMARY}
        return pd.DataFrame(columns, index=self._numbers())

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Save to a folder, as `Run.save` does.

        Raises
        ------
        ResultError
            If anything is in the way that this program did not write or that was changed since, or
            the folder cannot be written to.
        """
        write_results(ResultFolder(Path(folder), "simulation", self.files()))
        return Path(folder)

    def files(self) -> Contents:
        """Return what writes each of the files that `save` saves."""
        contents: dict[str, Callable[[Path], object]] = {
            _DESCRIPTION: partial(_write_json, self._description()),
            "totals.parquet": self.totals.to_parquet,
        }
        contents.update(
            (f"{_band(name)}.parquet", band.to_parquet) for name, band in self.bands.items()
        )
        for name in _TABLES_OF_MANY_ON_REQUEST:
            table = getattr(self, name)
            if table is not None:
                contents[f"{name}.parquet"] = table.to_parquet
        return contents

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Load what `save` has written, and check that it is that to the bit.

        Raises
        ------
        ResultError
            If the folder holds no complete ensemble, or a file is missing, damaged or changed.
        """
        files = ResultFiles(folder, "simulation")
        described = dict(_described(files, _DescriptionOfEnsemble))
        names = described.pop("bands")
        bands = _tables(files, [_band(name) for name in names])
        tables = _tables(files, ("totals",), _TABLES_OF_MANY_ON_REQUEST)
        totals = tables.pop("totals")
        return cls(
            **described,
            first=int(totals.index[0]) if len(totals) else 0,
            values=totals.to_numpy(),
            bands={name: bands[_band(name)] for name in names},
            **tables,
        )

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
    # Nothing to divide by is no 0: the outcome does not exist.
    divisor = _added_up(outcome.per, totals)
    return amount / np.where(divisor == 0.0, np.nan, divisor)


def _added_up(names: Sequence[str], totals: Floats) -> Floats:
    """Add in the order of the names, as `outcomes.summarise` does."""
    amount = np.zeros(totals.shape[:-1])
    for name in names:
        amount = amount + totals[..., outcomes.TOTALS.index(name)]
    return amount


class _Description(BaseModel):
    """What `run.json` says, apart from what it says for readers only."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)

    scenario: Scenario
    seed: int
    engine: str
    version: str


class _DescriptionOfRun(_Description):
    replication: int
    summary: dict[str, float | None]
    totals: dict[str, float]


class _DescriptionOfEnsemble(_Description):
    bands: tuple[str, ...]


def files_of_run(*, csv: bool, model_days: bool) -> list[str]:
    """Return the names of the files that `Run.save` saves."""
    tables = (*_TABLES, *(_TABLES_ON_REQUEST if model_days else ()))
    endings = ("parquet", "csv") if csv else ("parquet",)
    return [_DESCRIPTION, *(f"{name}.{ending}" for name in tables for ending in endings)]


def files_of_ensemble(*, with_draws: bool) -> list[str]:
    """Return the names of the files that `Ensemble.save` saves without bands and other tables."""
    return [_DESCRIPTION, "totals.parquet", *(["draws.parquet"] if with_draws else [])]


def _itself(table: pd.DataFrame) -> pd.DataFrame:
    return table


def _band(name: str) -> str:
    return f"band-{name}"


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def _described[D: _Description](files: ResultFiles, description: type[D]) -> D:
    try:
        return description.model_validate_json(files.read(_DESCRIPTION))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        kind = "one run" if description is _DescriptionOfRun else "many runs"
        message = f"does not describe {kind}: {where} {first['msg'].lower()}"
        raise ResultError(Problem(message, shown(files.folder / _DESCRIPTION))) from None


def _tables(
    files: ResultFiles, names: Iterable[str], on_request: Iterable[str] = ()
) -> dict[str, Any]:
    """Return tables by name; those on request if they are there."""
    there = [name for name in on_request if f"{name}.parquet" in files]
    return {name: _table(files, f"{name}.parquet") for name in (*names, *there)}


def _table(files: ResultFiles, name: str) -> pd.DataFrame:
    content = files.read(name)
    try:
        # From the bytes that were checked: the file may be another by now.
        return pd.read_parquet(io.BytesIO(content))
    except Exception as error:  # noqa: BLE001 - readers of Parquet raise whatever they meet
        message = f"is no table ({type(error).__name__})"
        raise ResultError(Problem(message, shown(files.folder / name))) from None
