"""A model card: what an organisation shows as it is, beside every published figure that fits.

Of the reference it says which empirical patterns the simulator has, and which it has not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Unpack

import pandas as pd

from modelops_abm import formats
from modelops_abm.charts.figure import Axis, Bar, Figure, Mark, Row as FigureRow, Rows
from modelops_abm.charts.layout import shortened
from modelops_abm.core.registry import simulator_version
from modelops_abm.evidence.benchmarks import (
    LETTERS,
    Beside,
    compare,
    context,
    of_whom,
    subject_of,
)
from modelops_abm.evidence.measures import WINDOW_DAYS, as_it_is, measured, models_today
from modelops_abm.experiments.running import Keeping, refuses_unknown, totals_of
from modelops_abm.experiments.spread import both_ways, over_in_words
from modelops_abm.experiments.statistics import Estimate, estimate
from modelops_abm.formats import plural
from modelops_abm.representation import Figures, Reported, Row, Table, numbers, words
from modelops_abm.scenario import Scenario

INDEPENDENT = (
    "An independent C implementation of sections 1 to 12 of the description that the simulator was"
    " built from, not part of this repository, agrees with the ensemble in 447 comparisons of 12"
    " random scenarios and 702 of 18 fixed ones (largest |z| 2.5, two readings apart). A reader"
    " cannot repeat it here."
)
"""What else the simulator has been compared with."""


@dataclass(frozen=True, repr=False)
class Benchmarks(Reported):
    """An organisation as it is, beside what is published.

    Attributes
    ----------
    scenario
        The organisation.
    replications, seed
        What was run.
    shown
        Its measures by name, as means over the replications.
    rows
        Each figure that is set beside something of it.
    as_set
        If it is over draws of what the organisation may be: the same at the values as set.
    """

    scenario: Scenario
    replications: int
    seed: int
    shown: Mapping[str, Estimate]
    rows: tuple[Beside, ...]
    as_set: Benchmarks | None = None

    def sentence(self) -> str:
        """Return how many figures hold it, and where it lies outside; over draws both answers."""
        if self.as_set is None:
            return self._held()
        return over_in_words(self.as_set._held(), self._held(), None)

    def _held(self) -> str:
        judged = [row for row in self.rows if row.verdict and row.benchmark.comparable]
        outside = [row for row in judged if row.verdict != "inside"]
        held = formats.count_of(len(judged) - len(outside), len(judged))
        found = f"{held} published figures that can be compared hold this organisation."
        said = dict.fromkeys(f"{row.label} ({row.verdict})" for row in outside)
        return f"{found} Outside: {', '.join(said)}." if said else found

    def notes(self) -> str:
        """Return how to read it, and what it cannot tell."""
        as_set = "" if self.as_set is None else " as set"
        return " ".join(
            (
                f"Ours: mean over {plural(self.replications, 'future')} of"
                f" {formats.span(WINDOW_DAYS)} as the organisation is, without plan or changes to"
                f" come, ± its 95 % interval; or a value of the scenario{as_set}.",
                "Judged: no range was published; of many organisations it is half as much again"
                " either way, of a single one threefold, but half as much again above one that"
                " tells because it does well; of a share its odds.",
                "In brackets: too different to be compared.",
                f"{LETTERS}.",
                f"{plural(len(context()), 'more figure')}, and what differs in each, are in"
                " docs/benchmarks.md.",
            )
        )

    def tables(self) -> tuple[Table, ...]:
        """Return ours and theirs, one figure a row."""
        columns = (
            *words("Beside what is published"),
            *numbers("ours", *(() if self.as_set is None else ("as set",))),
            *words("published", "of whom", "ours is"),
        )
        return (
            Table(
                "benchmarks",
                columns,
                list(self._lines()),
                heads=2 if self.as_set is None else 3,
                numbers=self.table,
            ),
        )

    def _lines(self) -> Iterator[Row]:
        last = ""
        answers = (self,) if self.as_set is None else (self, self.as_set)
        for place, row in enumerate(self.rows):
            label = row.label
            ours = (each.rows[place].ours_in_words() for each in answers)
            head = ("",) * (1 + len(answers)) if label == last else (label, *ours)
            last = label
            yield Row((*head, row.benchmark.in_words(), of_whom(row.benchmark), row.judgement))

    def figures(self) -> Figures:
        """Return what draws the figures as multiples of what was published."""
        return {"benchmarks": lambda: _figure(self)}

    def table(self) -> pd.DataFrame:
        """Return every figure with all its numbers, one a row."""
        return pd.DataFrame([_in_numbers(row) for row in self.rows])

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "scenario": self.scenario.model_dump(mode="json", exclude_none=True),
            "seed": self.seed,
            "replications": self.replications,
            "version": simulator_version(),
            "measures": {name: asdict(known) for name, known in self.shown.items()},
            "benchmarks": [
                {**asdict(row.benchmark), "range": row.benchmark.range, **_found(row)}
                for row in self.rows
            ],
            "context": [asdict(each) for each in context()],
            **self._as_set_as_json(),
        }

    def _as_set_as_json(self) -> dict[str, Any]:
        if self.as_set is None:
            return {}
        found = self.as_set.to_json()
        return {"at_the_values_as_set": {name: found[name] for name in ("measures", "benchmarks")}}


def _found(row: Beside) -> dict[str, Any]:
    return {"ours": asdict(row.ours), "verdict": row.verdict}


def _in_numbers(row: Beside) -> dict[str, Any]:
    low, high = row.benchmark.range
    known = row.benchmark
    return {
        "benchmark": known.name,
        "about": known.about,
        "unit": subject_of(known.about).unit,
        "ours": row.ours.mean,
        "half_width": row.ours.half_width,
        "figure": known.figure,
        "low": low,
        "high": high,
        "judged": known.is_judged,
        "comparable": known.comparable,
        "verdict": row.verdict,
        "population": known.population,
        "year": known.year,
        "source": known.source,
        "confidence": known.confidence,
    }


_TIMES = (0.0625, 0.25, 1.0, 4.0, 16.0)
_LABELS = ("1/16", "1/4", "as theirs", "4 times", "16 times")
_ENDS = math.log(_TIMES[0] / 4.0), math.log(_TIMES[-1] * 4.0)


def _figure(found: Benchmarks) -> Figure:
    """Return ours by theirs, one figure a row."""
    body = Rows(
        "Ours by what is published",
        "",
        tuple(_figure_row(row) for row in found.rows if row.ours.mean),
        Axis(*_ENDS, tuple(math.log(times) for times in _TIMES), _LABELS),
        (("ours", "plan"), ("published", "ink-2")),
    )
    return Figure(
        found.sentence(),
        ((body,),),
        body.title,
        shows="Bars: between what was published, or judged where no range was, as multiples of the"
        " published figure or of the middle of its range, open at the end where only a bound was"
        " published; of a share its odds. Dots: ours.",
        source=f"Scenario {shortened(found.scenario.name)}. modelops_abm {simulator_version()}.",
    )


def _figure_row(row: Beside) -> FigureRow:
    known, subject = row.benchmark, subject_of(row.benchmark.about)
    low, high = known.range
    ours, theirs, start, end = (
        math.nan if value is None else _logarithm(value, subject.family)
        for value in (row.ours.mean, known.figure, low, high)
    )
    # Without a figure, from the middle of the range, or from the one end that there is.
    if math.isnan(theirs):
        ends = [each for each in (start, end) if not math.isnan(each)]
        theirs = sum(ends) / len(ends)
    bar = Bar(
        _ENDS[0] if math.isnan(start) else _inside(start - theirs),
        _ENDS[1] if math.isnan(end) else _inside(end - theirs),
        "build 55%" if known.comparable else "ink-3 30%",
    )
    label = f"{row.label}, {known.year}" if known.year else row.label
    marks = (bar, Mark(_inside(ours - theirs)))
    return FigureRow(label, marks, (row.ours_in_words(), known.in_words()))


def _logarithm(value: float, family: str) -> float:
    if family == "lognormal":
        return math.log(value)
    # All or nothing has no odds: at the end of the axis.
    return math.log(value / (1.0 - value)) if value < 1.0 else math.inf


def _inside(value: float) -> float:
    return min(max(value, _ENDS[0]), _ENDS[1])


@refuses_unknown
def benchmarks_of(
    scenario: Scenario, replications: int = 200, **running: Unpack[Keeping]
) -> Benchmarks:
    """Run an organisation as it is, and set it beside what is published.

    Parameters
    ----------
    scenario
        The organisation; what it plans and what is to come is left out.
    replications
        How many futures.
    running
        See `Keeping`; with draws it is answered at the values as set, too.

    Raises
    ------
    Cancelled
        If `cancel` was set.

    Examples
    --------
    >>> found = benchmarks_of(Scenario(), 4)
    >>> round(found.shown["people"].mean, 6)
    8.0
    """
    if running.get("draws") is not None:
        over, as_set = (_benchmarks(scenario, replications, each) for each in both_ways(running))
        return replace(over, as_set=as_set)
    return _benchmarks(scenario, replications, running)


def _benchmarks(scenario: Scenario, replications: int, running: Keeping) -> Benchmarks:
    shown_as = as_it_is(scenario)
    totals = totals_of([shown_as], replications, **running)[0]
    draws = running.get("draws")
    drawn = None if draws is None else draws.part(draws.first, replications)
    found = measured(totals, shown_as.horizon_days, models_today(scenario, drawn))
    shown = {name: estimate(values) for name, values in found.items()}
    seed = running.get("seed", 0)
    return Benchmarks(scenario, replications, seed, shown, compare(shown, scenario))
