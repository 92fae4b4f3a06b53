"""What is believed of an organisation: draws that all count alike, what was learned, what to doubt.

First the belief, which says it itself; then its file. A file is a table of the draws, Parquet, with
everything else as text in its head, so that other programs read the table as it is.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.special import logit

from modelops_abm.arrays import Floats
from modelops_abm.disk import read_file, write_whole
from modelops_abm.errors import InputError, Problem, reason_of
from modelops_abm.evidence.benchmarks import subject_of
from modelops_abm.evidence.interview import QUESTIONS
from modelops_abm.evidence.measures import MEASURES, number_in_words, range_in_words, value_in_words
from modelops_abm.evidence.statements import Evidence, Statement, evidence_as_json, evidence_of
from modelops_abm.experiments.draws import Draws, draws_of, joint_draws, known_of
from modelops_abm.file_kinds import kind_of, kind_of_text
from modelops_abm.formats import MONTH_DAYS, number
from modelops_abm.representation import Column, Reported, Row, Table, numbers
from modelops_abm.scenario import Distribution, Quantity, Scenario, catalogue, with_values
from modelops_abm.scenario.fields import mean_at, value_at
from modelops_abm.scenario.files import read_scenario, scenario_text
from modelops_abm.scenario.knowledge import Spread, Weights, family_within
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.sources import source_of
from modelops_abm.text import printable

_FEW_FIT = "Few organisations fit all that was said."
FEW = 200
"""Effective draws below which a belief says that they are few."""
TOO_FEW = 50
"""Effective draws below which ranges are narrower than what nobody knows: chains hardly moved."""
TOO_NARROW = (
    "Its ranges are narrower than what nobody knows, so that what is decided with it looks surer"
    " than it is: leave out what is least sure."
)
NOTHING_YET = 1.1
"""How many times narrower a range must be for something to be learned."""
SIZES = frozenset({"portfolio.initial_models", "team.developers"})
"""What all other sizes go by."""
_NEAR, _FEWEST = 0.3, 50.0
"""Of the logarithm of a size, within which a draw is of that size; and of how many at least."""
_BEFORE = 4_000
_ENDS = (0.05, 0.5, 0.95)
_SHOWN = 12
_DECIDED = ("capabilities.", ".maximum", ".start_day")
_HEAD = b"modelops_abm belief"
_FORMAT, _SPLIT = 1, "BYTE_STREAM_SPLIT"
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


class Way(NamedTuple):
    """A way out of a conflict: what is nearest the truth, and what that makes of the statements.

    Attributes
    ----------
    nearest
        What is taken as it was said, in a few words.
    dropped, widened
        Of what no longer counts what was said, and of what it is taken twice as loosely.
    """

    nearest: str
    dropped: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()


class Conflict(NamedTuple):
    """What was said and does not go together.

    Attributes
    ----------
    about
        Of what, that which stands against the rest first.
    title, sentence
        In words: what, and what follows.
    ways
        The ways out of it.
    """

    about: tuple[str, ...]
    title: str
    sentence: str
    ways: tuple[Way, ...]


class Line(NamedTuple):
    """What was learned of one number, in words and on the scale of what was thought possible.

    Attributes
    ----------
    name, label
        Its dotted name, and what it is called.
    before, after, unit
        Nine of ten before and after, and what both are in; a currency stands in the numbers.
    times
        How many times narrower, or that nothing was learned yet.
    low, middle, high
        Where it lies, in shares of what was known before.
    moved, at_edge
        Whether something was learned, and whether it lies at the end of what was thought possible.
    """

    name: str
    label: str
    before: str
    after: str
    unit: str
    times: str
    low: float
    middle: float
    high: float
    moved: bool
    at_edge: bool


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
    known
        Of what was known of the values before: see `digest_of_known`.
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
    known: str = ""

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
        """Return so many draws of the belief, keyed as `joint_draws` has them.

        Raises
        ------
        InputError, ValueError
            As `joint_draws` does.
        """
        return joint_draws(self.scenario, self.draws.table(), count, seed=seed, first=first)

    def thinned(self, count: int) -> Belief:
        """Return the belief with so many of its draws, at equal distances; all if it has no more.

        Which is little lost where draws are worth fewer independent ones than they are.
        """
        if count >= len(self.draws):
            return self
        rows = np.linspace(0, len(self.draws) - 1, count).astype(np.int64)
        columns = {name: column[rows] for name, column in self.draws.columns.items()}
        return dataclasses.replace(self, draws=dataclasses.replace(self.draws, columns=columns))

    def of_plan(self, plan: Scenario, stated: Iterable[str] = ()) -> tuple[Scenario, pd.DataFrame]:
        """Return the organisation with what a plan decides, and the draws of the rest of it.

        Parameters
        ----------
        plan
            Whose levels to invest up to, days on which that begins, length, and changes in the
            course of the run are taken.
        stated
            Names of further values of the plan that are taken, and therefore not drawn; see `rest`.
        """
        stated = tuple(stated)
        names, told = {each.name for each in catalogue()}, _told(stated)
        decided = {name for name in names if name.startswith(_DECIDED[0])}
        decided = {name for name in decided if name.endswith(_DECIDED[1:])} | {"horizon_days"}
        values = {name: value_at(plan, name) for name in sorted(told | decided)}
        changed = {
            name: value for name, value in values.items() if value != value_at(self.scenario, name)
        }
        changed |= {"name": plan.name, "description": plan.description}
        if plan.changes and plan.changes != self.scenario.changes:
            changed["changes"] = plan.changes
        scenario = with_values(self.scenario, changed, source="the plan")
        return scenario, self.rest(plan, stated)

    def rest(self, plan: Scenario, stated: Iterable[str] = ()) -> pd.DataFrame:
        """Return the draws of what a plan does not state.

        Parameters
        ----------
        plan
            Whose values are taken.
        stated
            Names of those values, which are not drawn. With a size among them (`SIZES`) the draws
            are those of that size, or near: what is believed of large organisations says little of
            a small one.
        """
        told = _told(stated)
        table = _of_size(self.draws.table(), {name: mean_at(plan, name) for name in told & SIZES})
        return table.drop(columns=sorted(told), errors="ignore")

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
        """Return what the belief predicts for each measure, with chance: 5, 50 and 95 %."""
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
            return self._set_sentence()
        best = self.learned[self.learned["narrower"] > NOTHING_YET].head(3)
        names = [
            f"{label_of(str(name))} ({_times(row['narrower'])})" for name, row in best.iterrows()
        ]
        learned = f"Learned most: {', '.join(names)}." if names else "Nothing was learned yet."
        return "\n".join([learned, *self.doubts()])

    def _set_sentence(self) -> str:
        """Return what was answered where there is no evidence: values, which need no fit."""
        client = [each.name for each in self.scenario.sources if each.confidence == "client"]
        # An answer is a number; a portfolio and its start date are of a file.
        answered = (int, float, Distribution)
        stated = [name for name in client if isinstance(value_at(self.scenario, name), answered)]
        if not stated:
            beside = " beside the portfolio" if "imported" in client else ""
            return f"Nothing was said{beside}, so that all is as it was thought before."
        values = [
            f"{label_of(name).lower()} {number_in_words(mean_at(self.scenario, name))}"
            for name in stated[:_SHOWN]
            if isinstance(value_at(self.scenario, name), int | float)
        ]
        told = f" ({', '.join(values)})" if values else ""
        return (
            f"What was answered is set{told}, and what goes by size with it. Nothing was said of"
            " what the organisation shows, so that all else is as it was thought before."
        )

    def doubts(self) -> tuple[str, ...]:
        """Return what speaks against the belief, a sentence each; nothing if nothing does."""
        found = [f"{each.title} {each.sentence}" for each in self.conflicts()]
        if self.is_thin:
            found.append(f"{self.thin_sentence()} {self.counted()}")
        if self.is_too_thin:
            found.append(TOO_NARROW)
        if self.at_edge:
            labels = ", ".join(label_of(name) for name in self.at_edge[:_SHOWN])
            found.append(f"At the end of the range that was thought possible: {labels}.")
        return tuple(found)

    @property
    def is_thin(self) -> bool:
        """Whether so few draws count that little follows from them."""
        return bool(self.evidence) and self.effective < FEW

    @property
    def is_too_thin(self) -> bool:
        """Whether chains hardly moved, so that ranges are narrower than what nobody knows."""
        return bool(self.evidence) and self.effective < TOO_FEW

    def thin_sentence(self) -> str:
        """Return that few organisations fit, and what to widen: what they meet least."""
        worst = [name for each in self.conflicts() for name in each.about[:3]]
        if not worst:  # what was said most exactly leaves least room
            said = [each for each in self.evidence if isinstance(each, Statement)]
            worst = [min(said, key=_width).about] if said else []
        labels = dict.fromkeys(label_of(name).lower() for name in worst[:3])
        return f"{_FEW_FIT} Widen: {', '.join(labels)}." if labels else _FEW_FIT

    def counted(self) -> str:
        """Return how many draws count, and whether that is enough."""
        enough = "few" if self.is_thin else "enough"
        return f"{self.effective:,.0f} of {len(self.draws):,} draws count: {enough}."

    def headline(self) -> tuple[tuple[str, str], ...]:
        """Return what was learned most, two numbers with what they are; nothing if nothing was."""
        moved = [line for line in self.lines() if line.moved][:2]
        return tuple((line.label, f"{line.after} {line.unit}".rstrip()) for line in moved)

    def lines(self) -> tuple[Line, ...]:
        """Return what was learned of every number, most first."""
        return tuple(self._line(str(name), row) for name, row in self.learned.iterrows())

    def _line(self, name: str, row: pd.Series[float]) -> Line:
        unit = _kind_of(name)
        before, after = _cells(name, row)
        keys = [f"{when}{end}" for when in ("before", "after") for end in ("_low", "", "_high")]
        ends = scaled_ends(name, np.array(row[keys], np.float64).reshape(2, 3))
        width = ends[0, 2] - ends[0, 0]
        low, middle, high = np.clip((ends[1] - ends[0, 0]) / (width or 1.0), 0.0, 1.0).tolist()
        moved = bool(row["narrower"] > NOTHING_YET)
        return Line(
            name,
            label_of(name),
            before,
            after,
            "" if unit in ("$", "share") else unit,
            _times(row["narrower"]) if moved else "nothing yet",
            low,
            middle,
            high,
            moved,
            name in self.at_edge,
        )

    def conflicts(self) -> tuple[Conflict, ...]:
        """Return what was said and does not go together, with ways out of it."""
        identity = self._identity()
        known = () if identity is None else identity.about
        found = [
            self._conflict(each)
            for each in self.contradictions
            # The identity says the same, and why.
            if each.about not in known
        ]
        return tuple(found if identity is None else [identity, *found])

    def _conflict(self, each: Contradiction) -> Conflict:
        label, unit = name_and_unit(each.about)
        others = tuple(
            said.about
            for said in self.evidence
            if said.about != each.about and isinstance(said, Statement)
        )
        return Conflict(
            (each.about, *others),
            f"{label} of {range_in_words(each.said_low, each.said_high, unit)} does not go with the"
            " rest:",
            "organisations that fit everything else have"
            f" {range_in_words(each.others_low, each.others_high, unit)}.",
            (
                Way("Everything else", dropped=(each.about,)),
                Way(label, widened=others),
                Way("Keep all, loosely", widened=(each.about, *others)),
            ),
        )

    def _identity(self) -> Conflict | None:
        """Return that availability, outages and hours to restore contradict each other."""
        # What is offline is outages times hours, of the models that are live; who says three of
        # the four says the last, unless an older version serves meanwhile.
        said = {each.about: each for each in self.evidence if isinstance(each, Statement)}
        names = ("availability", "outages_per_month", "time_to_restore_hours")
        if not all(name in said for name in names):
            return None
        availability, outages, hours = (said[name] for name in names)
        models = self._models()
        month = MONTH_DAYS * 24.0
        widest = (1.0 - availability.low) * models[1] * month / outages.low
        if hours.low <= widest:
            return None
        middle = (1.0 - availability.middle) * models[0] * month / outages.middle
        offline = outages.middle / (models[0] * month)
        least, most = (max(1.0 - offline * end, 0.0) for end in (hours.high, hours.low))
        return Conflict(
            names,
            f"{value_in_words(outages.middle, 'outages a month')} and"
            f" {value_in_words(availability.middle, 'share')} availability of"
            f" {number(models[0])} models do not go together",
            f"unless they are back in under {value_in_words(middle, 'hours')}, or an older version"
            f" serves meanwhile; said was {range_in_words(hours.low, hours.high, 'hours')}. With"
            f" those hours availability is {range_in_words(least, most, 'share')}.",
            (
                Way("Outages and hours", dropped=("availability",)),
                Way("Availability", dropped=("time_to_restore_hours",)),
                Way("Keep all, loosely", widened=names),
            ),
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
            Row((label_of(str(name)), *_cells(str(name), row), _times(row["narrower"])))
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
            stated = range_in_words(*each.range, unit) if each is not None else self._set(str(name))
            found = range_in_words(row["low"], row["high"], unit)
            rows.append(Row((label, stated, found), is_strong=each is not None))
        columns = (_label("What it shows"), *numbers("as said", "as predicted"))
        return Table("predicted", columns if rows else (), rows, numbers=self.predicted)

    def _set(self, measure: str) -> str:
        """Return what was said of the start where an answer is set there; nothing if none is."""
        question = QUESTIONS.get(measure)
        if question is None or question.about == measure:
            return ""
        source = source_of(self.scenario, question.about)
        if source is None or source.confidence != "client":
            return ""
        value = mean_at(self.scenario, question.about)
        return f"{value_in_words(value, question.unit)} at the start"

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
            "evidence": [evidence_as_json(each) for each in self.evidence],
            "learned": _table_as_json(self.learned),
            "predicted": _table_as_json(self.predicted()),
            "contradictions": [dataclasses.asdict(each) for each in self.contradictions],
            "at_edge": list(self.at_edge),
            "doubts": list(self.doubts()),
        }


def _told(stated: Iterable[str]) -> set[str]:
    """Return the values that are stated, a distribution by its mean."""
    return {name.removesuffix(".mean") for name in stated} & {each.name for each in catalogue()}


def _of_size(table: pd.DataFrame, sizes: Mapping[str, float]) -> pd.DataFrame:
    """Return as many draws, those near to given sizes the more often."""
    logarithms = [
        np.log(np.maximum(table[name].to_numpy(np.float64), 0.5) / max(size, 0.5))
        for name, size in sizes.items()
        if name in table
    ]
    if not logarithms:
        return table
    squares, width = np.sum(np.square(logarithms), axis=0), _NEAR
    weights = np.exp(-0.5 * (squares - squares.min()) / width**2)
    while weights.sum() ** 2 / (weights**2).sum() < min(_FEWEST, len(table) / 2.0):
        width *= 2.0  # hardly any is of that size: the nearest
        weights = np.exp(-0.5 * (squares - squares.min()) / width**2)
    # At even distances along their weights: the same rows every time, and no chance of its own.
    places = (np.arange(len(table)) + 0.5) / len(table) * weights.sum()
    rows = np.searchsorted(np.cumsum(weights), places).clip(0, len(table) - 1)
    drawn: pd.DataFrame = table.iloc[rows].reset_index(drop=True)
    return drawn


def name_and_unit(about: str) -> tuple[str, str]:
    """Return label and unit of a measure or value; of what is neither, its name."""
    try:
        subject = subject_of(about)
    except KeyError:
        return about, ""
    return subject.label, subject.unit


UNITS = {
    "incidents.pipeline_per_year": "a year",
    "incidents.shared_per_year": "a year",
    "drift.onsets_per_year": "a year",
    "model.predictions_per_user_day": "a day",
    "model.yearly_power_loss": "",
    "model.market_size": "",
    "efforts.pipeline_repair": "days",
    "efforts.retraining": "days",
    "model.build_effort_days": "days",
}
"""What they are in, if it is said in fewer words."""


def _width(said: Statement) -> float:
    low, high = scaled_ends(said.about, np.array(said.range))
    return float(high - low)


def label_of(name: str) -> str:
    """Return what a value is called where it is told of.

    >>> label_of("outages_per_month"), label_of("efforts.capacity_repair")
    ('Outages a month', 'Effort of a capacity repair')
    """
    return MEASURES[name].label if name in MEASURES else name_in_words(name)


def digest_of_known(scenario: Scenario) -> str:
    """Return a digest of what is known of the values of a scenario: other ranges, another digest.

    >>> digest_of_known(Scenario()) == digest_of_known(Scenario(name="another"))
    True
    """
    known, _ = known_of(scenario)
    what = {name: it.values if isinstance(it, Weights) else it for name, it in known.items()}
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]


def _label(heading: str) -> Column:
    return Column(heading, is_number=False)


def _times(narrower: float) -> str:
    return f"{narrower:.1f}×" if np.isfinite(narrower) else "known"


def _row(name: str, before: NDArray[Any], after: NDArray[Any]) -> tuple[float, ...]:
    ends = np.array([np.quantile(each.astype(np.float64), _ENDS) for each in (before, after)])
    was, now = scaled_ends(name, ends)[:, 2] - scaled_ends(name, ends)[:, 0]
    narrower = was / now if now > 0.0 else np.inf if was > 0.0 else 1.0
    return (*ends[0].tolist(), *ends[1].tolist(), narrower)


def scaled_ends(name: str, ends: Floats) -> Floats:
    """Return ends of ranges, of a value or measure, in the scale of what is known of it.

    These are logarithms, or logits of shares.

    Where one of them is 0, or a share 1, there is no such scale, and they are as they are; also
    where it may be 0, since of the logarithms of what is nearly nothing one knows little.
    """
    if name in _FROM_NOTHING:
        return ends
    if _is_share(name):
        return np.asarray(logit(ends)) if ends.min() > 0.0 and ends.max() < 1.0 else ends
    return np.log(ends) if ends.min() > 0.0 else ends


_BOUNDS = {each.name: each.bounds for each in catalogue()}
_FROM_NOTHING = {
    each.name
    for each in catalogue()
    if isinstance(each.knowledge, Spread) and each.knowledge.low <= 0.0
}


def _cells(name: str, row: pd.Series[float]) -> tuple[str, str]:
    # Labels say the unit, and with both there is no room on a narrow terminal.
    unit = unit if (unit := _kind_of(name)) in ("$", "share") else ""
    ends = ("before_low", "before_high", "after_low", "after_high")
    # Two digits: more is not known of the ends of a range.
    before_low, before_high, after_low, after_high = (float(f"{row[end]:.2g}") for end in ends)
    before = range_in_words(before_low, before_high, unit)
    return before, range_in_words(after_low, after_high, unit)


def _is_share(name: str) -> bool:
    if name in MEASURES:
        return MEASURES[name].family == "logit-normal"
    return family_within(_BOUNDS.get(name, {})) == "logit-normal"


def _kind_of(name: str) -> str:
    """Return how numbers of a value are written: ``$``, ``share``, or with its unit behind them."""
    if _is_share(name):
        return "share"
    unit = name_and_unit(name)[1]
    return "$" if unit.startswith("$") else UNITS.get(name, unit)


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
        If it cannot be written, or the name has another ending.
    """
    check_name(path)
    write_whole(path, belief_bytes(belief), replace=replace)


def belief_bytes(belief: Belief) -> bytes:
    """Return a belief as the content of its file."""
    head = {
        "format": _FORMAT,
        "version": belief.version,
        "seed": belief.seed,
        "runs": belief.runs,
        "known": belief.known,
        "effective": belief.effective,
        "scenario": scenario_text(belief.scenario, "scenario.toml"),
        "evidence": [evidence_as_json(each) for each in belief.evidence],
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
    # By the bytes of numbers, first bytes first, which are alike: less than the numbers themselves.
    split = {field.name: _SPLIT for field in table.schema if pa.types.is_floating(field.type)}
    pq.write_table(
        table, stream, compression="zstd", use_dictionary=False, column_encoding=split or None
    )
    return bytes(stream.getvalue().to_pybytes())


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
    return read_belief(content, file)


def read_belief(content: bytes, file: str) -> Belief:
    """Read a belief from the content of a file; see `load_belief`.

    Parameters
    ----------
    content
        What is in it.
    file
        What messages call it; nothing is opened.

    Raises
    ------
    InputError
        As `load_belief` does.
    """
    try:
        return _belief(content)
    except InputError as error:
        raise InputError(
            [dataclasses.replace(each, place=file) for each in error.problems]
        ) from None
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError.at(file, f"is no belief, or damaged; {_EXPECTED}") from None


_EXPECTED = "expected is the Parquet file that 'fit' writes, or the page keeps, of a belief"


def _belief(content: bytes) -> Belief:
    if len(content) > _LARGEST_BYTES:
        raise InputError(f"is larger than {_LARGEST_BYTES // 1_000_000} MB, and no belief is")
    if not content.startswith(b"PAR1") and (
        kind := kind_of(content) or kind_of_text(content.decode("utf-8", "replace"))
    ):
        raise InputError(f"{kind.words}; {_EXPECTED}")
    known = {each.name: each for each in catalogue()}
    parquet = pq.ParquetFile(io.BytesIO(content))
    facts, metadata = parquet.metadata, parquet.schema_arrow.metadata or {}
    if _HEAD not in metadata:
        raise InputError(f"is a Parquet file, but no belief; {_EXPECTED}")
    # The footer tells the sizes before anything is unpacked.
    unpacked = sum(facts.row_group(k).total_byte_size for k in range(facts.num_row_groups))
    if not 0 < facts.num_rows <= _MOST_DRAWS or unpacked > _LARGEST_BYTES:
        raise InputError(f"holds {facts.num_rows:,} draws; there may be 1 to {_MOST_DRAWS:,}")
    head = json.loads(metadata[_HEAD])
    if head["format"] != _FORMAT:
        raise InputError("is of another version of the program; make it again with 'fit'")
    _refuse(_wrong_kinds(parquet.schema_arrow, known))
    words = [name for name in parquet.schema_arrow.names if known[name].kind == "choice"]
    # A text of megabytes that stands in every row is unpacked once.
    table = pq.ParquetFile(io.BytesIO(content), read_dictionary=words).read()
    table.validate(full=True)
    _refuse(_wrong_words(table, known))
    scenario = read_scenario(str(head["scenario"]).encode(), "scenario.toml")
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    _refuse(_wrong_numbers(columns, known))
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
        evidence=tuple(evidence_of(each) for each in head["evidence"]),
        draws=Draws(scenario, columns, int(head["seed"])),
        effective=float(head["effective"]),
        predictions=predictions,
        contradictions=tuple(Contradiction(**each) for each in head["contradictions"]),
        at_edge=tuple(name for name in map(str, head["at_edge"]) if name in columns),
        seed=int(head["seed"]),
        version=printable(str(head["version"]), 100),
        runs=int(head["runs"]),
        # Files from before there was such a digest are read as before.
        known=printable(str(head.get("known", "")), 100),
    )


def _refuse(wrong: Mapping[str, str]) -> None:
    """Raise an InputError for what is wrong with columns, by their names."""
    if wrong:
        problems = [Problem(told, field=printable(name, 200)) for name, told in wrong.items()]
        raise InputError(problems[:10])


def _wrong_kinds(schema: pa.Schema, known: Mapping[str, Quantity]) -> dict[str, str]:
    """Return columns that no scenario has, or of another kind than what they are of."""
    wrong = {} if schema.names else {"": "has no column"}
    for column in schema:
        fits = {"choice": pa.types.is_string, "flag": pa.types.is_boolean}
        if column.name not in known:
            wrong[column.name] = "no such name"
        elif not fits.get(known[column.name].kind, _is_number)(column.type):
            wrong[column.name] = "has values of another kind"
    return wrong


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _wrong_words(table: pa.Table, known: Mapping[str, Quantity]) -> dict[str, str]:
    """Return columns of words that are no choices, or with cells in which nothing stands."""
    wrong = {}
    for name in table.column_names:
        column, choices, told = table.column(name), known[name].choices, set[str]()
        if choices:
            told = {word for chunk in column.chunks for word in chunk.dictionary.to_pylist()}
        if column.null_count or not told <= {*choices}:
            wrong[name] = "has values that are not allowed"
    return wrong


def _wrong_numbers(
    columns: Mapping[str, NDArray[Any]], known: Mapping[str, Quantity]
) -> dict[str, str]:
    """Return columns of numbers that none may be."""
    wrong = {}
    for name, column in columns.items():
        if column.dtype.kind in "iuf":
            bounds = known[name].bounds
            least = bounds.get("ge", bounds.get("gt", -np.inf))
            most = bounds.get("le", bounds.get("lt", np.inf))
            if not (np.isfinite(column) & (column >= least) & (column <= most)).all():
                wrong[name] = "has values that are not allowed"
    return wrong
