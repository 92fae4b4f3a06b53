"""Published figures beside what an organisation shows: ours, theirs, inside or outside.

The figures are data, in `published.toml` beside this file, each with its population, year and
source, how it maps to something of ours, and what cannot be compared. What maps to nothing is
context. First the figures and what they are set beside, then a scenario beside them.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from scipy.special import ndtr, ndtri

from modelops_abm import formats
from modelops_abm.evidence.measures import MEASURES, range_in_words, value_in_words
from modelops_abm.evidence.statements import Evidence, Statement, middle_of, middle_of_many, scaled
from modelops_abm.experiments.statistics import Estimate
from modelops_abm.representation import Reported, Table
from modelops_abm.scenario import Scenario, catalogue
from modelops_abm.scenario.fields import mean_at
from modelops_abm.scenario.knowledge import SpreadFamily, family_within
from modelops_abm.scenario.names import name_in_words

type Verdict = Literal["inside", "below", "above"]

SURVEY_FACTOR, ONE_FACTOR = 1.5, 3.0
"""Within so many times a figure, or that part of it, lies what agrees with it, where no range was
published: of many organisations, or of a single one. Of a share it is its odds. It is judged.
Above one that discloses what it does well in lie few others: there it is as of many."""
CONFIDENCE = {
    "P": "primary text, seen as an excerpt",
    "S": "quoted by another source",
    "C": "computed from what was published",
}
LETTERS = "; ".join(f"{letter}: {means}" for letter, means in CONFIDENCE.items())
"""What the letters mean, in words."""


class Subject(NamedTuple):
    """What of ours a figure is set beside.

    Attributes
    ----------
    label, unit, family
        As a `Measure` has them.
    of
        Returns it from a scenario alone; None for what a run shows.
    """

    label: str
    unit: str
    family: SpreadFamily
    of: Callable[[Scenario], float] | None = None

    def in_words(self, value: float | None) -> str:
        """Return a value with three digits and its unit."""
        return value_in_words(value, self.unit)


def _ideas_waiting(scenario: Scenario) -> float:
    if scenario.imported is None:
        return float(scenario.portfolio.initial_ideas)
    return float(sum(model.stage == "idea" for model in scenario.imported.models))


def _compliance_days(scenario: Scenario) -> float:
    rates = scenario.incidents
    regulated = rates.compliance_per_year * rates.regulated_multiplier
    return regulated * scenario.efforts.compliance_repair.mean


def _software_share(scenario: Scenario) -> float:
    rates = scenario.incidents
    others = rates.compliance_per_year + scenario.drift.onsets_per_year
    return rates.pipeline_per_year / ((rates.pipeline_per_year + others) or math.nan)


def _adoption_months(scenario: Scenario) -> float:
    """Return the months in which a Bass curve rises from 20 to 67 % of its market."""
    p, q = scenario.model.innovation_per_year, scenario.model.imitation_per_year
    # The curve solved for time: F = (1 - x) / (1 + x q/p) with x = exp(-(p + q) t).
    first, last = ((1.0 - share) / (1.0 + share * q / p) for share in (0.2, 2.0 / 3.0))
    return math.log(first / last) / (p + q) * 12.0


def _top_tenth(scenario: Scenario) -> float:
    """Return the share of the value of all ideas that their best tenth carries, as lognormals."""
    kind = scenario.model
    drawn = (kind.market_size, kind.predictions_per_user_day, kind.value_per_prediction)
    width = math.sqrt(sum(math.log1p(each.cv**2) for each in drawn))
    return float(ndtr(width - ndtri(0.9)))


DERIVED: Mapping[str, Subject] = MappingProxyType(
    {
        "ideas_waiting": Subject("Ideas waiting on day 0", "ideas", "lognormal", _ideas_waiting),
        "compliance_days_per_model_year": Subject(
            "Compliance work for a regulated model", "days a year", "lognormal", _compliance_days
        ),
        "software_issue_share": Subject(
            "Issues that any software has", "share", "logit-normal", _software_share
        ),
        "adoption_months": Subject(
            "From 20 to 67 % of the users", "months", "lognormal", _adoption_months
        ),
        "top_tenth_share": Subject(
            "Value that the best tenth of ideas carries", "share", "logit-normal", _top_tenth
        ),
    }
)
"""What follows from several values of a scenario, without a run."""


def subject_of(about: str) -> Subject:
    """Return what a name of a measure, of `DERIVED` or of a scenario's value stands for.

    Raises
    ------
    KeyError
        If there is none.
    """
    if about in MEASURES:
        measure = MEASURES[about]
        return Subject(measure.label, measure.unit, measure.family)
    if about in DERIVED:
        return DERIVED[about]
    quantity = {each.name: each for each in catalogue()}[about]
    family = family_within(quantity.bounds)
    return Subject(
        name_in_words(about), quantity.unit, family, lambda scenario: mean_at(scenario, about)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A published figure; `published.toml` says what the fields mean.

    Attributes
    ----------
    name
        Its own.
    says
        What was published.
    population, source, confidence, maps
        Of whom, by whom, one of `CONFIDENCE`, and what of ours it is.
    about
        What of ours it is set beside; empty for context.
    figure, low, high, percent
        In the unit of that; None for what was not published.
    one
        Whether it is of one organisation.
    does_well
        Whether that one discloses it because it does well.
    year
        None if it is not said.
    differs
        What cannot be compared.
    comparable
        False where agreement says nothing.
    only_shown
        Why it is no evidence, though it can be compared; empty if it is.
    """

    name: str
    says: str
    population: str
    source: str
    confidence: Literal["P", "S", "C"]
    maps: str
    about: str = ""
    figure: float | None = None
    low: float | None = None
    high: float | None = None
    percent: float | None = None
    one: bool = False
    does_well: bool = False
    year: int | None = None
    differs: str = ""
    comparable: bool = True
    only_shown: str = ""

    @property
    def is_evidence(self) -> bool:
        """Whether a belief in organisations that fit what is published weighs it.

        What is context, cannot be compared or bounds one side only is none either.
        """
        is_open = None in self.range
        return bool(self.about) and self.comparable and not self.only_shown and not is_open

    @property
    def is_judged(self) -> bool:
        """Whether its range is ours, as none was published."""
        return self.low is None and self.high is None and self.figure is not None

    @property
    def range(self) -> tuple[float | None, float | None]:
        """Between what agrees with it; None where it is open."""
        if not self.is_judged or self.figure is None:
            return self.low, self.high
        below = ONE_FACTOR if self.one else SURVEY_FACTOR
        above = SURVEY_FACTOR if self.does_well else below
        family = subject_of(self.about).family
        return scaled(self.figure, 1.0 / below, family), scaled(self.figure, above, family)

    def verdict(self, value: float) -> Verdict:
        """Tell where a value of ours lies.

        >>> BENCHMARKS["models_live"].verdict(24.0), BENCHMARKS["models_live"].verdict(40.0)
        ('inside', 'above')
        """
        low, high = self.range
        if low is not None and value < low:
            return "below"
        return "above" if high is not None and value > high else "inside"

    def in_words(self) -> str:
        """Return figure and range, as far as they were published.

        >>> BENCHMARKS["idea_to_live_federal"].in_words()
        '8.6 months (half of them 3 to 22)'
        """
        if not self.about:
            return self.says
        unit = subject_of(self.about).unit
        low, high = self.range
        if low is None or high is None:
            end = "at most" if low is None else "at least"
            return f"{end} {value_in_words(high if low is None else low, unit)}"
        part = "half" if self.percent == 50.0 else f"{self.percent or 0.0:g}{formats.NARROW_SPACE}%"
        whose = "judged " if self.is_judged else f"{part} of them " if self.percent else ""
        if self.figure is None:
            return f"{whose}{range_in_words(low, high, unit)}"
        ends = range_in_words(low, high, unit if unit in ("$", "share") else "")
        return f"{value_in_words(self.figure, unit)} ({whose}{ends})"


def _published() -> Iterator[Benchmark]:
    text = files(__package__).joinpath("published.toml").read_text("utf-8")
    for name, facts in tomllib.loads(text).items():
        yield Benchmark(name=name, **facts)


BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType({each.name: each for each in _published()})
"""Every published figure by its name."""


def context() -> tuple[Benchmark, ...]:
    """Return the figures that nothing of ours is set beside."""
    return tuple(each for each in BENCHMARKS.values() if not each.about)


def published_evidence() -> Evidence:
    """Return what is published as evidence for a fit: a statement for each thing it is about.

    Figures of one thing are of other populations each, and an organisation may be like any of them.
    So they are one statement that spans all their ranges, and not one each, which together would be
    narrower than every single one. Its middle is that of their middles. What it spans is taken to
    hold nine of ten organisations, also where a figure holds half of single cases: an organisation
    has dozens of these, and is at their average.

    Examples
    --------
    >>> said = {each.about: each for each in published_evidence()}
    >>> said["idea_to_live_months"].low, said["idea_to_live_months"].high
    (3.0, 22.0)
    """
    found: dict[str, list[Benchmark]] = {}
    for each in BENCHMARKS.values():
        if each.is_evidence:
            found.setdefault(each.about, []).append(each)
    return tuple(_joined(about, figures) for about, figures in found.items())


def _joined(about: str, figures: list[Benchmark]) -> Statement:
    family = subject_of(about).family
    lows, highs = zip(*(each.range for each in figures), strict=True)
    middles = [
        middle_of(low, high, family) if each.figure is None or each.does_well else each.figure
        for each, low, high in zip(figures, lows, highs, strict=True)
    ]
    source = "; ".join(each.source for each in figures)
    middle = middle_of_many(middles, family)
    return Statement(about, min(lows), middle, max(highs), family, source=source)


def of_whom(benchmark: Benchmark) -> str:
    """Return population and year of a figure, with the letter of its confidence."""
    when = f", {benchmark.year}" if benchmark.year else ""
    return f"{benchmark.population}{when} ({benchmark.confidence})"


# --------------------------------------------------------------------------------------
# A scenario beside them.


class Beside(NamedTuple):
    """A published figure and ours."""

    benchmark: Benchmark
    """What was published."""
    ours: Estimate
    """Of a run the mean over replications; of a scenario the value."""
    verdict: Verdict | None
    """None if ours does not exist."""

    @property
    def label(self) -> str:
        """What ours is called."""
        return subject_of(self.benchmark.about).label

    @property
    def judgement(self) -> str:
        """The verdict in a word or two."""
        if self.verdict is None:
            return formats.NOTHING
        return self.verdict if self.benchmark.comparable else f"({self.verdict})"

    @property
    def agreement(self) -> str:
        """Whether ours agrees, plainly: yes, or no and where it lies."""
        if self.verdict is None:
            return formats.NOTHING
        plain = "yes" if self.verdict == "inside" else f"no, ours is {self.verdict}"
        return plain if self.benchmark.comparable else f"not comparable; {plain}"

    def ours_in_words(self) -> str:
        """Return ours, with half the interval of its mean."""
        unit = subject_of(self.benchmark.about).unit
        mean = self.ours.mean
        width = None if mean is None else formats.known(mean, self.ours.half_width)
        if width is None:
            return value_in_words(mean, unit)
        # Two digits of it, and the unit only where it is short, or another one.
        error = value_in_words(float(f"{width:.2g}"), unit).removesuffix(f" {unit}")
        return f"{value_in_words(mean, unit)} ±{error.lstrip('<')}"  # rounded up if below a digit


def compare(shown: Mapping[str, Estimate], scenario: Scenario) -> tuple[Beside, ...]:
    """Set published figures beside what an organisation shows.

    Parameters
    ----------
    shown
        Measures by name, over replications; what is missing is left out.
    scenario
        For figures that are set beside its values.
    """
    found = []
    for benchmark in BENCHMARKS.values():
        if (ours := _ours(benchmark.about, shown, scenario)) is not None:
            verdict = None if ours.mean is None else benchmark.verdict(ours.mean)
            found.append(Beside(benchmark, ours, verdict))
    return tuple(found)


def _ours(about: str, shown: Mapping[str, Estimate], scenario: Scenario) -> Estimate | None:
    if not about or about in MEASURES:
        return shown.get(about)
    of = subject_of(about).of
    assert of is not None
    value = of(scenario)
    return Estimate(1, None if math.isnan(value) else value, None, None)


# --------------------------------------------------------------------------------------
# Beside the summary of a run.

OF_SUMMARY: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "maintenance_share": ("upkeep_developers", 1.0),
        "time_to_restore_days": ("restore_bands", 24.0),
        "idea_to_production_median_days": ("idea_to_live_federal", 1.0 / formats.MONTH_DAYS),
        "availability": ("availability_hosted", 1.0),
    }
)
"""The published figure that stands beside an outcome of the run summary, and the factor that makes
its unit of the outcome's."""


@dataclass(frozen=True, repr=False)
class BesideSummary(Reported):
    """Published figures beside outcomes of the run summary, one for each that has one."""

    rows: Mapping[str, Beside]
    """By the name of the outcome."""

    def sentence(self) -> str:
        """Return each figure with its population, and where ours lies."""
        said = "; ".join(f"{row.label.lower()} {_said_beside(row)}" for row in self.rows.values())
        return f"Published: {said}. More of them: modelops-abm benchmarks."

    def tables(self) -> tuple[Table, ...]:
        """Return nothing: it fits into a sentence."""
        return ()

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data, by the name of the outcome."""
        return {
            "published": {
                name: {**asdict(row.benchmark), "range": row.benchmark.range, "ours": row.verdict}
                for name, row in self.rows.items()
            }
        }


def beside_summary(summary: Mapping[str, float | None]) -> BesideSummary:
    """Return published figures beside outcomes of a run, or of the averages of many.

    >>> print(beside_summary({"availability": 0.9}).rows["availability"].verdict)
    below
    """
    rows = {}
    for outcome, (name, times) in OF_SUMMARY.items():
        known, value = BENCHMARKS[name], summary.get(outcome)
        ours = None if value is None else value * times
        verdict = None if ours is None else known.verdict(ours)
        rows[outcome] = Beside(known, Estimate(1, ours, None, None), verdict)
    return BesideSummary(rows)


def _said_beside(row: Beside) -> str:
    known = row.benchmark
    said = f"{known.in_words()}, {of_whom(known)}"
    if not known.comparable:
        return f"{said}: too different to be compared"
    return said if row.verdict is None else f"{said}: ours is {row.verdict}"
