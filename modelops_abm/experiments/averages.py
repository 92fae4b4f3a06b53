"""Averages over many runs of one scenario, and how well they are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Unpack

from modelops_abm import formats
from modelops_abm.core.outcomes import SUMMARY, SummaryOutcome
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.running import Keeping, outcome_of, refuses_unknown
from modelops_abm.experiments.spread import (
    OVER_DRAWS,
    Over,
    Unknown,
    again_of,
    both_ways,
    count_again,
    over_in_words,
    unknown_as_json,
    unknown_of,
)
from modelops_abm.experiments.statistics import Estimate, estimate
from modelops_abm.experiments.words import HALF_WIDTH, INTERVAL
from modelops_abm.representation import Reported, Table
from modelops_abm.runs.replications import replicate
from modelops_abm.runs.results import Ensemble
from modelops_abm.runs.summary import CAUSES, GROUPS, LEAKAGE, group_table
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.words import changes_in_words, team_caution


@dataclass(frozen=True, repr=False)
class Averages(Reported):
    """The outcomes of a scenario, each as a mean over many replications."""

    ensemble: Ensemble
    """The replications."""
    estimates: Mapping[str, Estimate]
    """Mean, spread and interval of every outcome of the run summary, by its name."""
    over: Over[Averages] | None = None
    """If it is over draws of what the organisation may be: the same at the values as set, and the
    totals in the futures of some draws once more."""

    @property
    def unknown(self) -> Unknown | None:
        """What of the spread of net present value is what nobody knows; None without draws."""
        if self.over is None:
            return None
        return unknown_of(self.ensemble.outcome("npv"), outcome_of("npv", self.over.again))

    def sentence(self) -> str:
        """Return the average net present value, and how well it is known; over draws both."""
        if self.over is None:
            chance = "Intervals are chance only: how wrong the assumptions may be is not in them."
            return f"{self._npv_in_words()} {chance}"
        as_set = self.over.as_set._npv_in_words()
        return over_in_words(as_set, self._npv_in_words(), self.unknown)

    def _npv_in_words(self) -> str:
        npv, scenario = self.estimates["npv"], self.ensemble.scenario
        value, *_ = in_words(npv, "$")
        interval = (
            f"; {INTERVAL} of the average {formats.money_interval(npv.low, npv.high)}"
            if varies(npv) and npv.low is not None and npv.high is not None
            else ""
        )
        futures = formats.number(self.ensemble.replications)
        return (
            f"Net present value {value} over {formats.span(scenario.horizon_days)}, the average of"
            f" {futures} futures{interval}."
        )

    def notes(self) -> str:
        """Return what changes on which days, and that nobody has stated a portfolio's team."""
        scenario = self.ensemble.scenario
        intervals = "" if self.over is None else f"{OVER_DRAWS}."
        said = (changes_in_words(scenario), team_caution(scenario), intervals)
        return " ".join(filter(None, said))

    def tables(self) -> tuple[Table, ...]:
        """Return every outcome in the groups of the summary of a run."""
        money, service, *others = GROUPS.items()
        causes = [name for names in CAUSES.values() for name in names]
        groups = (
            money,
            service,
            ("Out of service", causes),
            *others,
            ("Where the value went", LEAKAGE),
        )
        headings = ("mean", "std dev", HALF_WIDTH, "n" if self.over is None else "as set")
        return tuple(group_table(title, names, headings, self._cells) for title, names in groups)

    def _cells(self, outcome: SummaryOutcome) -> tuple[str, ...]:
        known = self.estimates[outcome.name]
        if self.over is None:
            return (*in_words(known, outcome.unit), formats.number(known.n))
        as_set = self.over.as_set.estimates[outcome.name]
        return (*in_words(known, outcome.unit), in_words(as_set, outcome.unit)[0])

    def to_json(self) -> dict[str, Any]:
        """Return what ran, and the estimates, as plain data."""
        ensemble = self.ensemble
        return {
            "scenario": ensemble.scenario.model_dump(mode="json", exclude_none=True),
            "seed": ensemble.seed,
            "replications": ensemble.replications,
            "engine": ensemble.engine,
            "version": simulator_version(),
            "summary": {name: asdict(known) for name, known in self.estimates.items()},
            **self._over_as_json(),
        }

    def _over_as_json(self) -> dict[str, Any]:
        if self.over is None:
            return {}
        as_set = self.over.as_set.to_json()["summary"]
        return {"at_the_values_as_set": as_set, **unknown_as_json(self.unknown)}


@refuses_unknown
def average(scenario: Scenario, replications: int, **keeping: Unpack[Keeping]) -> Averages:
    """Run a scenario many times, over draws also at the values as set, and return the averages.

    Parameters
    ----------
    scenario, replications
        What to run, and how many times.
    keeping
        See `running.Keeping`; there is no store of ensembles.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> scenario = with_values(preset("small_team"), {"horizon_days": 60}, source="example")
    >>> average(scenario, 20).estimates["availability"].n
    20
    """
    if keeping.get("draws") is None:
        return _average(scenario, replications, keeping)
    over, as_set = (_average(scenario, replications, each) for each in both_ways(keeping))
    again = again_of([scenario], 0, count_again(replications), keeping)[0]
    return replace(over, over=Over(as_set, again))


def _average(scenario: Scenario, replications: int, keeping: Keeping) -> Averages:
    ensemble = replicate(
        scenario,
        replications,
        seed=keeping.get("seed", 0),
        engine=keeping.get("engine", "ensemble"),
        model_class=keeping.get("model_class"),
        executor=keeping.get("executor"),
        cancel=keeping.get("cancel"),
        draws=keeping.get("draws"),
        progress=keeping.get("progress"),
    )
    return averages_of(ensemble)


def averages_of(ensemble: Ensemble) -> Averages:
    """Return the averages over the replications of an ensemble."""
    names = [outcome.name for outcome in SUMMARY]
    return Averages(ensemble, {name: estimate(ensemble.outcome(name)) for name in names})


def in_words(known: Estimate, unit: str) -> tuple[str, str, str]:
    """Return mean, standard deviation and half-width with as many digits as are known."""
    mean, half_width = known.mean, known.half_width
    # Without chance in it there are no digits to choose: as any amount is written.
    if mean is None or half_width is None or not varies(known):
        spread = formats.NOTHING if half_width is None else "0"
        return formats.amount(mean, unit), spread, spread
    values = (mean, known.standard_deviation or 0.0, half_width)
    if unit.startswith("$"):
        first, *rest = (formats.money(value, half_width=half_width) for value in values)
    elif unit == "share":
        # The digits go by the half-width in the unit that is shown.
        percent = (100.0 * value for value in values)
        first, *rest = (_known(value, 100.0 * half_width) for value in percent)
        first += f"{formats.NARROW_SPACE}%"
    else:
        first, *rest = (_known(value, half_width) for value in values)
        first += f" {unit}"
    return first, rest[0], rest[1]


def varies(known: Estimate) -> bool:
    """Return whether an outcome differs between runs by more than rounding."""
    return formats.known(known.mean or 0.0, known.half_width) is not None


def _known(value: float, half_width: float) -> str:
    return formats.difference(value, half_width=half_width).removeprefix("+")
