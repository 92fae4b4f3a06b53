"""What is believed of an organisation: draws that all count alike, what was learned, what to doubt.

First the belief, which says it itself; then its file. A file is a table of the draws, Parquet, with
everything else as text in its head, so that other programs read the table as it is.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.special import logit

from modelops_abm.disk import read_file, write_whole
from modelops_abm.errors import InputError, Problem, reason_of
from modelops_abm.evidence.benchmarks import subject_of
from modelops_abm.evidence.measures import MEASURES, range_in_words, value_in_words
from modelops_abm.evidence.statements import Count, Evidence, Statement
from modelops_abm.experiments.draws import Draws, draws_of, joint_draws
from modelops_abm.experiments.inputs import in_words
from modelops_abm.formats import MONTH_DAYS, number
from modelops_abm.representation import Column, Reported, Row, Table, numbers
from modelops_abm.scenario import Scenario, catalogue, with_values
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.files import read_scenario, scenario_text
from modelops_abm.scenario.knowledge import family_within
from modelops_abm.text import printable

type Floats = NDArray[np.float64]

FEW = 200
"""Effective draws below which a belief says that they are few."""
NOTHING_YET = 1.1
"""How many times narrower a range must be for something to be learned."""
_BEFORE = 4_000
_ENDS = (0.05, 0.5, 0.95)
_SHOWN = 12
_DECIDED = ("capabilities.", ".maximum", ".start_day")
_HEAD = b"modelops_abm belief"
_FORMAT = 1
_LARGEST_BYTES, _MOST_DRAWS, _MOST_PREDICTED = 50_000_000, 100_000, 10_000


@dataclass(frozen=True)
class Contradiction:
    """A statement that does not go with the others.

    Attributes
    ----------
    about
        Of what.
    said_low, said_high
        What was said: 90 % of what it leaves open.
    others_low, others_high
        What organisations show that fit everything else: 90 % of them.
    """

    about: str
    said_low: float
    said_high: float
    others_low: float
    others_high: float

    @property
    def sentence(self) -> str:
        """What does not go together, in words."""
        label, unit = name_and_unit(self.about)
        said = range_in_words(self.said_low, self.said_high, unit)
        others = range_in_words(self.others_low, self.others_high, unit)
        return (
            f"{label} of {said} does not go with the rest: organisations that fit everything else"
            f" have {others}."
        )


@dataclass(frozen=True, repr=False)
class Belief(Reported):
    """What is believed of an organisation.

    Attributes
    ----------
    scenario
        What was known before.
    evidence
        What was said.
    draws
        Organisations that it may be; all count alike.
    effective
        How many independent draws they are worth.
    predictions
        By measure, what some of the draws show in one run each; empty until it has settled.
    contradictions
        What does not go with the rest.
    at_edge
        Names of values that lie at the end of what was thought possible.
    seed, version
        What it was made with.
    runs
        How many runs it took.
    """

    scenario: Scenario
    evidence: Evidence
    draws: Draws
    effective: float
    predictions: Mapping[str, Floats] = dataclasses.field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    at_edge: tuple[str, ...] = ()
    seed: int = 0
    version: str = ""
    runs: int = 0

    def _facts(self) -> dict[str, str]:
        return {
            "statements": str(len(self.evidence)),
            "draws": str(len(self.draws)),
            "effective": f"{self.effective:,.0f}",
            "seed": str(self.seed),
        }

    @property
    def is_settled(self) -> bool:
        """Whether runs have decided on it, and told what it predicts; False on the way there."""
        return bool(self.predictions)

    def drawn(self, count: int, seed: int = 0, first: int = 0) -> Draws:
        """Return so many draws of the belief, keyed as `joint_draws` has them."""
        return joint_draws(self.scenario, self.draws.table(), count, seed=seed, first=first)

    def of_plan(self, plan: Scenario, stated: Iterable[str] = ()) -> tuple[Scenario, pd.DataFrame]:
        """Return the organisation with what a plan decides, and the draws of the rest of it.

        Parameters
        ----------
        plan
            Whose levels to invest up to, days on which that begins, and length are taken.
        stated
            Names of further values of the plan that are taken, and therefore not drawn.
        """
        names = {each.name for each in catalogue()}
        told = {name.removesuffix(".mean") for name in stated} & names
        decided = {name for name in names if name.startswith(_DECIDED[0])}
        decided = {name for name in decided if name.endswith(_DECIDED[1:])} | {"horizon_days"}
        values = {name: value_at(plan, name) for name in sorted(told | decided)}
        changed = {
            name: value for name, value in values.items() if value != value_at(self.scenario, name)
        }
        scenario = with_values(self.scenario, changed, source="the plan")
        return scenario, self.draws.table().drop(columns=sorted(told), errors="ignore")

    @cached_property
    def learned(self) -> pd.DataFrame:
        """What was known of each number before, what is after, and how many times narrower it is.

        A row by dotted name, what was learned most first: `before_low`, `before`, `before_high`,
        the same `after`, each 5, 50 and 95 %, and `narrower`.
        """
        numeric = [name for name, column in self.draws.columns.items() if column.dtype.kind in "if"]
        before = draws_of(self.scenario, _BEFORE, seed=self.seed).columns
        rows = {name: _row(name, before[name], self.draws.columns[name]) for name in numeric}
        columns = [
            *("before_low", "before", "before_high"),
            *("after_low", "after", "after_high"),
            "narrower",
        ]
        found = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return found.sort_values("narrower", ascending=False, kind="stable")

    def predicted(self) -> pd.DataFrame:
        """Return what the belief predicts for each measure, with luck: 5, 50 and 95 %."""
        rows = {
            name: np.nanquantile(values, _ENDS)
            for name, values in self.predictions.items()
            if np.isfinite(values).any()
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "middle", "high"])

    def sentence(self) -> str:
        """Return what was learned, and what to doubt."""
        said = len(self.evidence)
        if not said:
            return "Nothing was said, so that all is as it was thought before."
        best = self.learned[self.learned["narrower"] > NOTHING_YET].head(3)
        names = [
            f"{in_words(str(name))} ({_times(row['narrower'])})" for name, row in best.iterrows()
        ]
        learned = f"Learned most: {', '.join(names)}." if names else "Nothing was learned yet."
        return "\n".join([learned, *self.doubts()])

    def doubts(self) -> tuple[str, ...]:
        """Return what speaks against the belief, a sentence each; nothing if nothing does."""
        found = [each.sentence for each in self.contradictions]
        found += [text] if (text := self._identity()) else []
        if self.evidence and self.effective < FEW:
            found.append(
                "Few organisations fit all that was said: the draws are worth"
                f" {self.effective:,.0f} independent ones. Widen what is least sure."
            )
        if self.at_edge:
            labels = ", ".join(in_words(name) for name in self.at_edge[:_SHOWN])
            found.append(f"At the end of the range that was thought possible: {labels}.")
        return tuple(found)

    def _identity(self) -> str:
        """Return that availability, outages and hours to restore contradict each other."""
        # What is offline is outages times hours, of the models that are live; who says three of
        # the four says the last, unless an older version serves meanwhile.
        said = {each.about: each for each in self.evidence if isinstance(each, Statement)}
        names = ("availability", "outages_per_month", "time_to_restore_hours")
        if not all(name in said for name in names):
            return ""
        availability, outages, hours = (said[name] for name in names)
        models = self._models()
        month = MONTH_DAYS * 24.0
        widest = (1.0 - availability.low) * models[1] * month / outages.low
        if hours.low <= widest:
            return ""
        middle = (1.0 - availability.middle) * models[0] * month / outages.middle
        return (
            f"{value_in_words(outages.middle, 'outages a month')} and"
            f" {value_in_words(availability.middle, 'share')} availability of"
            f" {number(models[0])} models go together only with less than"
            f" {value_in_words(middle, 'hours')} to restore, not"
            f" {value_in_words(hours.middle, 'hours')}, unless an older version serves meanwhile."
        )

    def _models(self) -> tuple[float, float]:
        """Return how many models are live: middle and high end."""
        for each in self.evidence:
            if isinstance(each, Statement) and each.about == "models_live":
                return each.middle, each.high
        column = self.draws.columns.get("portfolio.initial_models")
        if "models_live" in self.predictions:
            column = self.predictions["models_live"]
        if column is None:
            count = float(self.scenario.portfolio.initial_models)
            return count, count
        middle, high = np.nanquantile(column, [0.5, 0.95])
        return float(middle), float(high)

    def tables(self) -> tuple[Table, ...]:
        """Return what was learned, what it predicts, and the draws; the last is kept, not shown."""
        return (
            self._learned_table(),
            self._predicted_table(),
            Table("draws", numbers=self.draws.table),
        )

    def _learned_table(self) -> Table:
        rows = [
            Row((in_words(str(name)), *_cells(str(name), row), _times(row["narrower"])))
            for name, row in self.learned.head(_SHOWN).iterrows()
            if row["narrower"] > NOTHING_YET
        ]
        columns = (_label("What was learned"), *numbers("before", "after", "narrower"))
        return Table("learned", columns if rows else (), rows, numbers=lambda: self.learned)

    def _predicted_table(self) -> Table:
        said = {each.about: each for each in self.evidence}
        predicted = self.predicted()
        rows = []
        for name, row in predicted.iterrows():
            label, unit = name_and_unit(str(name))
            each = said.get(str(name))
            stated = range_in_words(*_said(each), unit) if each is not None else ""
            found = range_in_words(row["low"], row["high"], unit)
            rows.append(Row((label, stated, found), is_strong=each is not None))
        columns = (_label("What it shows"), *numbers("as said", "as predicted"))
        return Table("predicted", columns if rows else (), rows, numbers=self.predicted)

    def notes(self) -> str:
        """Return how to read it."""
        return (
            f"Ranges hold 90 of 100 organisations; {len(self.draws):,} draws, worth"
            f" {self.effective:,.0f} independent ones, from {self.runs:,} runs."
        )

    def to_json(self) -> dict[str, Any]:
        """Return what was learned, predicted and doubted as plain data, without the draws."""
        return {
            "version": self.version,
            "seed": self.seed,
            "runs": self.runs,
            "draws": len(self.draws),
            "effective_draws": self.effective,
            "evidence": [_evidence_as_json(each) for each in self.evidence],
            "learned": _table_as_json(self.learned),
            "predicted": _table_as_json(self.predicted()),
            "contradictions": [dataclasses.asdict(each) for each in self.contradictions],
            "at_edge": list(self.at_edge),
            "doubts": list(self.doubts()),
        }


def name_and_unit(about: str) -> tuple[str, str]:
    """Return label and unit of a measure or value; of what is neither, its name."""
    try:
        subject = subject_of(about)
    except KeyError:
        return about, ""
    return subject.label, subject.unit


def _label(heading: str) -> Column:
    return Column(heading, is_number=False)


def _said(each: Statement | Count) -> tuple[float, float]:
    if isinstance(each, Statement):
        return each.low, each.high
    low, high = each.quantiles(np.array([0.05, 0.95]))
    return float(low), float(high)


def _times(narrower: float) -> str:
    return f"{narrower:.1f}×" if np.isfinite(narrower) else "known"


def _row(name: str, before: NDArray[Any], after: NDArray[Any]) -> tuple[float, ...]:
    ends = np.array([np.quantile(each.astype(np.float64), _ENDS) for each in (before, after)])
    was, now = _scaled(name, ends)[:, 2] - _scaled(name, ends)[:, 0]
    narrower = was / now if now > 0.0 else np.inf if was > 0.0 else 1.0
    return (*ends[0].tolist(), *ends[1].tolist(), narrower)


def _scaled(name: str, ends: Floats) -> Floats:
    """Return ends of ranges in the scale of what is known: logarithms, or logits of shares.

    Where one of them is 0, or a share 1, there is no such scale, and they are as they are.
    """
    if family_within(_BOUNDS.get(name, {})) == "logit-normal":
        return np.asarray(logit(ends)) if ends.min() > 0.0 and ends.max() < 1.0 else ends
    return np.log(ends) if ends.min() > 0.0 else ends


_BOUNDS = {each.name: each.bounds for each in catalogue()}


def _cells(name: str, row: pd.Series[float]) -> tuple[str, str]:
    # Labels say the unit, and with both there is no room on a narrow terminal.
    unit = unit if (unit := name_and_unit(name)[1]) in ("$", "share") else ""
    before = range_in_words(row["before_low"], row["before_high"], unit)
    return before, range_in_words(row["after_low"], row["after_high"], unit)


def _table_as_json(table: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    return {
        str(name): {
            str(key): float(value) if np.isfinite(value) else None for key, value in row.items()
        }
        for name, row in table.iterrows()
    }


# --------------------------------------------------------------------------------------
# Files of beliefs.


def save_belief(belief: Belief, path: str | os.PathLike[str], *, replace: bool = False) -> None:
    """Write a belief to a file, whole or not at all: a Parquet table of its draws.

    Parameters
    ----------
    belief
        The belief.
    path
        A name that ends in .parquet.
    replace
        Whether a file that is there is replaced.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    check_name(path)
    head = {
        "format": _FORMAT,
        "version": belief.version,
        "seed": belief.seed,
        "runs": belief.runs,
        "effective": belief.effective,
        "scenario": scenario_text(belief.scenario, "scenario.toml"),
        "evidence": [_evidence_as_json(each) for each in belief.evidence],
        "predictions": {
            name: [float(value) if np.isfinite(value) else None for value in values]
            for name, values in belief.predictions.items()
        },
        "contradictions": [dataclasses.asdict(each) for each in belief.contradictions],
        "at_edge": list(belief.at_edge),
    }
    arrays = {name: pa.array(column.tolist()) for name, column in belief.draws.columns.items()}
    table = pa.table(arrays).replace_schema_metadata({_HEAD: json.dumps(head, allow_nan=False)})
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream, compression="zstd")
    write_whole(path, stream.getvalue().to_pybytes(), replace=replace)


def check_name(path: str | os.PathLike[str]) -> None:
    """Raise an InputError if a belief cannot have such a name."""
    if Path(path).suffix.lower() != ".parquet":
        raise InputError.at(os.fspath(path), "the file of a belief ends in .parquet")


def load_belief(path: str | os.PathLike[str]) -> Belief:
    """Read a belief from a file.

    Raises
    ------
    InputError
        If it is none, or damaged: what is wrong with it.
    """
    file = os.fspath(path)
    check_name(path)
    try:
        content = read_file(file, _LARGEST_BYTES)
    except OSError as error:
        raise InputError.at(file, f"cannot be read: {reason_of(error)}") from None
    try:
        return _belief(content, file)
    except InputError as error:
        raise InputError(
            [dataclasses.replace(each, place=file) for each in error.problems]
        ) from None
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError.at(file, "is no belief, or damaged; make it again with 'fit'") from None


def _belief(content: bytes, file: str) -> Belief:
    if len(content) > _LARGEST_BYTES:
        raise InputError(f"is larger than {_LARGEST_BYTES // 1_000_000} MB, and no belief is")
    parquet = pq.ParquetFile(io.BytesIO(content))
    facts, metadata = parquet.metadata, parquet.schema_arrow.metadata or {}
    if _HEAD not in metadata:
        raise InputError("is a Parquet file, but no belief; make one with 'fit'")
    # The footer tells the sizes before anything is unpacked.
    unpacked = sum(facts.row_group(k).total_byte_size for k in range(facts.num_row_groups))
    if not 0 < facts.num_rows <= _MOST_DRAWS or unpacked > _LARGEST_BYTES:
        raise InputError(f"holds {facts.num_rows:,} draws; there may be 1 to {_MOST_DRAWS:,}")
    head = json.loads(metadata[_HEAD])
    if head["format"] != _FORMAT:
        raise InputError("is of another version of the program; make it again with 'fit'")
    table = parquet.read()
    table.validate(full=True)
    scenario = read_scenario(str(head["scenario"]).encode(), "scenario.toml")
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    _check_columns(columns)
    for column in columns.values():
        column.flags.writeable = False
    predictions = {
        str(name): np.array([np.nan if value is None else float(value) for value in values])
        for name, values in head["predictions"].items()
    }
    if not set(predictions) <= set(MEASURES) or any(
        not 0 < len(values) <= _MOST_PREDICTED for values in predictions.values()
    ):
        raise InputError("predicts what no organisation shows")
    return Belief(
        scenario=scenario,
        evidence=tuple(_evidence_of(each) for each in head["evidence"]),
        draws=Draws(scenario, columns, int(head["seed"])),
        effective=float(head["effective"]),
        predictions=predictions,
        contradictions=tuple(Contradiction(**each) for each in head["contradictions"]),
        at_edge=tuple(name for name in map(str, head["at_edge"]) if name in columns),
        seed=int(head["seed"]),
        version=printable(str(head["version"]), 100),
        runs=int(head["runs"]),
    )


def _check_columns(columns: Mapping[str, NDArray[Any]]) -> None:
    """Raise an InputError for a column that no scenario has, or values that none may have."""
    known = {each.name: each for each in catalogue()}
    problems = []
    for name, column in columns.items():
        field = printable(name, 200)
        if name not in known:
            problems.append(Problem("no such name", field=field))
        elif column.dtype.kind in "if":
            bounds = known[name].bounds
            least = bounds.get("ge", bounds.get("gt", -np.inf))
            most = bounds.get("le", bounds.get("lt", np.inf))
            if not (np.isfinite(column) & (column >= least) & (column <= most)).all():
                problems.append(Problem("has values that are not allowed", field=field))
        elif not all(isinstance(value, str | bool | np.bool) for value in column):
            problems.append(Problem("has values of an unknown kind", field=field))
    if problems or not columns:
        raise InputError(problems[:10] or "has no column")


def _evidence_as_json(each: Statement | Count) -> dict[str, Any]:
    kind = "count" if isinstance(each, Count) else "statement"
    return {"kind": kind, **dataclasses.asdict(each)}


def _evidence_of(data: dict[str, Any]) -> Statement | Count:
    kind = data.pop("kind")
    return Count(**data) if kind == "count" else Statement(**data)
