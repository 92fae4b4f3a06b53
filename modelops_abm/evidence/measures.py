"""Measures: what every run of a scenario shows that somebody in the organisation can know.

A measure is a ratio of totals of a run, in the unit in which people say it. It holds for a window:
`WINDOW_DAYS` from day 0 of the organisation as it is, without plan and without changes to come
(`as_it_is`). Two years are what people speak of and logs reach back to, and give a small team some
dozen outages and a few deliveries. The age of ideas there on day 0 is not known: they count
from day 0, so times from idea to live are too short by it, the shorter the window the more.

Who says what all models together do speaks of those there are today. In the window an organisation
that builds comes to have more of them, so what is of all models is what a day of a model in
production shows, times the models of day 0 (docs/decisions/0049).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.core import outcomes
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.knowledge import SpreadFamily
from modelops_abm.scenario.scenario import baseline_of

if TYPE_CHECKING:  # whoever draws has it already; a single run needs none of it
    from modelops_abm.runs.replications import Drawn

WINDOW_DAYS = 730
"""Days for which measures hold: see the head of this module."""
_YEAR, _MONTH, _HOURS = 365.0, formats.MONTH_DAYS, 24.0
_TIME = "days of the run"
_SMALL_DOLLARS, _FAR_APART = 0.1, 50.0
"""Below which cents say little, and how far apart ends of a range have a unit each."""
_DEVELOPER_DAYS = tuple(each.name for each in outcomes.DEVELOPER_FLOWS)
_PLACES = {name: place for place, name in enumerate(outcomes.TOTALS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something that a run shows and people know.

    Attributes
    ----------
    name
        As statements, files and the command line have it.
    label
        In a table.
    unit
        ``$``, ``share`` (0 to 1), or what is counted: ``outages a month``.
    question
        How one asks for it.
    meaning
        How it is computed, and what to know of it.
    amount, per
        Names of the totals that are added up, and of those whose sum it is divided by.
    times
        Factor that makes its unit of theirs.
    is_of_all
        Whether it is of all models together: what is divided is by day of a model in production,
        and stands for as many models as there are on day 0.
    family
        ``lognormal`` for what is positive, ``logit-normal`` for shares.
    """

    name: str
    label: str
    unit: str
    question: str
    meaning: str
    amount: tuple[str, ...]
    per: tuple[str, ...]
    times: float = 1.0
    is_of_all: bool = False
    family: SpreadFamily = "lognormal"

    def of(self, totals: Floats, days: float | Floats, models: float | Floats) -> Floats:
        """Return it for many runs at once; NaN where there is nothing to divide by.

        Parameters
        ----------
        totals
            Runs, along any axes, x `outcomes.TOTALS`, as batches and `totals_of` have them.
        days
            How long the runs are: one number, or one for each run.
        models
            How many models are in production on day 0: one number, or one for each run.
        """
        divisor = np.broadcast_to(days, totals.shape[:-1]) if self.per == (_TIME,) else None
        if divisor is None:
            divisor = _sum(self.per, totals)
        found = _sum(self.amount, totals) / np.where(divisor == 0.0, np.nan, divisor) * self.times
        return found * models if self.is_of_all else found

    def in_words(self, value: float | None) -> str:
        """Return a value with three digits and its unit; a dash for what does not exist."""
        return value_in_words(value, self.unit)


def value_in_words(value: float | None, unit: str) -> str:
    """Return a value with three digits and its unit; a dash for what does not exist.

    >>> value_in_words(28.04, "outages a month"), value_in_words(0.05, "hours")
    ('28 outages a month', '3 minutes')
    >>> value_in_words(1.0, "models")
    '1 model'
    """
    if value is None or np.isnan(value):
        return formats.NOTHING
    if unit == "share":
        return formats.share(value).replace(".0", "")
    if unit == "$":
        is_small = 0.0 < value < _SMALL_DOLLARS
        return f"${number_in_words(value)}" if is_small else formats.money(value)
    times, said = unit_said(value, unit)
    number = number_in_words(times * value)
    if number == "1":  # 1 model, 1 outage a month
        things, space, rest = said.partition(" ")
        said = f"{things.removesuffix('s')}{space}{rest}"
    return f"{number} {said}".rstrip()


def unit_said(value: float, unit: str) -> tuple[float, str]:
    """Return in which unit a value is said, and by what it is multiplied for that.

    Less than a tenth of an hour is said in minutes.
    """
    return (60.0, "minutes") if unit == "hours" and 0.0 < value < 0.1 else (1.0, unit)


def range_in_words(low: float, high: float, unit: str) -> str:
    """Return a range with its unit: 3 to 22 months; one value if its ends are shown alike.

    >>> range_in_words(3.0, 22.0, "months"), range_in_words(16.0, 16.0, "models")
    ('3 to 22 months', '16 models')
    >>> range_in_words(1.0, 3.0, "months"), range_in_words(0.5, 1.0, "months")
    ('1 to 3 months', '0.5 to 1 month')
    >>> range_in_words(0.05, 0.08, "hours"), range_in_words(0.05, 2.0, "hours")
    ('3 to 4.8 minutes', '3 minutes to 2 hours')
    >>> range_in_words(0.14, 1.5, "$"), range_in_words(0.005, 5.0, "$")
    ('$0.14 to 1.50', '$0.005 to $5.00')
    """
    if value_in_words(low, unit) == value_in_words(high, unit):
        return value_in_words(low, unit)
    if unit == "$":
        if 0.0 < _FAR_APART * low < high:  # in the unit of the one the other would be nothing
            return f"{value_in_words(low, unit)} to {value_in_words(high, unit)}"
        return f"${formats.money_interval(low, high)}"
    times, said = unit_said(low, unit)
    first = value_in_words(low, unit)
    if unit == "share":
        first = first.removesuffix(f"{formats.NARROW_SPACE}%")
    elif said == unit_said(high, unit)[1]:
        first = number_in_words(times * low)
    return f"{first} to {value_in_words(high, unit)}"


def number_in_words(value: float) -> str:
    """Return a number with three digits: 1,240, 28, 8.62, 0.041.

    >>> number_in_words(1238.0), number_in_words(8.615), number_in_words(28.04)
    ('1,240', '8.62', '28')
    """
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 0
    text = formats.number(round(value, digits), max(digits, 0))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sum(names: Iterable[str], totals: Floats) -> Floats:
    # In the order of the names, as `outcomes.summarise` adds: a measure and an outcome that say the
    # same are the same to the bit.
    amount = np.zeros(totals.shape[:-1])
    for name in names:
        amount = amount + totals[..., _PLACES[name]]
    return amount


_ALL = (
    Measure(
        name="models_live",
        label="Models live",
        unit="models",
        question="How many models are in production?",
        meaning="Models in production on day 0, those that are offline included",
        amount=("production_days",),
        per=("production_days",),
        is_of_all=True,
    ),
    Measure(
        name="people",
        label="People who build and keep them",
        unit="people",
        question="How many people build and keep them?",
        meaning="Mean size of the team over the window, busy or not",
        amount=_DEVELOPER_DAYS,
        per=(_TIME,),
    ),
    Measure(
        name="models_per_person",
        label="Models for each person",
        unit="models",
        question="How many live models are there for each of those who build and keep them?",
        meaning="Models in production by developer, means over the window",
        amount=("production_days",),
        per=_DEVELOPER_DAYS,
    ),
    Measure(
        name="value_per_year",
        label="Value a year",
        unit="$",
        question="What are all models together worth in a year?",
        meaning="Value of the predictions by year of the models of day 0, before any cost",
        amount=("value",),
        per=("production_days",),
        times=_YEAR,
        is_of_all=True,
    ),
    Measure(
        name="value_per_model_year",
        label="Value of a model in a year",
        unit="$",
        question="What is a model worth in a year, on average?",
        meaning="Value of the predictions by model and year in production, before any cost",
        amount=("value",),
        per=("production_days",),
        times=_YEAR,
    ),
    Measure(
        name="value_per_developer_year",
        label="Value by developer and year",
        unit="$",
        question="What are the models worth in a year for each of those who build and keep them?",
        meaning="Value of the predictions by developer and year in the team, before any cost",
        amount=("value",),
        per=_DEVELOPER_DAYS,
        times=_YEAR,
    ),
    Measure(
        name="upkeep_share",
        label="Time on upkeep",
        unit="share",
        question="Which share of their time goes into keeping what is live?",
        meaning="Share of the team's time on repair, requests and retraining (maintenance_share)",
        amount=tuple(f"developer_days_{work}" for work in outcomes.MAINTENANCE),
        per=_DEVELOPER_DAYS,
        family="logit-normal",
    ),
    Measure(
        name="outages_per_month",
        label="Outages a month",
        unit="outages a month",
        question="How often does one of the models go out of service in a month, all together?",
        meaning=(
            "Times that a model went offline for an issue, a late answer, a severe drift or the"
            " failure of a shared source, by month of the models of day 0; such a failure counts"
            " for each of its models"
        ),
        amount=("outages",),
        per=("production_days",),
        times=_MONTH,
        is_of_all=True,
    ),
    Measure(
        name="outages_per_model_year",
        label="Outages of a model in a year",
        unit="outages a year",
        question="How often does a model go out of service in a year?",
        meaning="As outages a month, but of one model, by year in production",
        amount=("outages",),
        per=("production_days",),
        times=_YEAR,
    ),
    Measure(
        name="time_to_restore_hours",
        label="Hours to restore",
        unit="hours",
        question="How many hours until a model that is out of service is back, on average?",
        meaning="Mean time from going offline to being online again, nights and waiting included",
        amount=("restore_waiting_days", "restore_working_days"),
        per=("restorations",),
        times=_HOURS,
    ),
    Measure(
        name="availability",
        label="Availability",
        unit="share",
        question="Which share of the time does a model that is in production answer?",
        meaning="Served share of the production time, by any version",
        amount=("served_days",),
        per=("production_days",),
        family="logit-normal",
    ),
    Measure(
        name="users",
        label="Users",
        unit="users",
        question="How many people use the models, all together?",
        meaning="Users of the models of day 0, mean over the window; who uses two counts twice",
        amount=("user_days",),
        per=("production_days",),
        is_of_all=True,
    ),
    Measure(
        name="retraining_interval_days",
        label="Days between trainings",
        unit="days",
        question="How many days pass between two trainings of a model?",
        meaning=(
            "Days in production by retraining done, those that address a drift included: longer"
            " than planned where the team does not get to it"
        ),
        amount=("production_days",),
        per=("retrainings",),
    ),
    Measure(
        name="idea_to_live_months",
        label="Months from idea to live",
        unit="months",
        question="How many months pass from the idea of a model until it is live, typically?",
        meaning=(
            "Median of the models that went live in the window, from day 0 for older ideas: too"
            " short by what they had waited before"
        ),
        amount=("idea_to_production_median_days",),
        per=("has_delivered",),
        times=1.0 / _MONTH,
    ),
    Measure(
        name="begun_to_live_months",
        label="Months from first work to live",
        unit="months",
        question="How many months pass from the first work on a model until it is live, typically?",
        meaning=("Median of the models that went live in the window, from day 0 if begun before"),
        amount=("begun_to_live_median_days",),
        per=("has_delivered",),
        times=1.0 / _MONTH,
    ),
    Measure(
        name="models_delivered_per_year",
        label="Models delivered a year",
        unit="models a year",
        question="How many models go live in a year?",
        meaning="Models that went live in the window, by year",
        amount=("models_delivered",),
        per=(_TIME,),
        times=_YEAR,
    ),
    Measure(
        name="builds_to_production_share",
        label="Builds that reach production",
        unit="share",
        question="Which share of the models that are built goes live?",
        meaning=(
            "Models that went live by those and the builds that failed in the window; few are"
            " finished in two years, so that it is often all or none of them"
        ),
        amount=("models_delivered",),
        per=("models_delivered", "retired_failed"),
        family="logit-normal",
    ),
    Measure(
        name="mean_power",
        label="Predictive power",
        unit="share",
        question="How good are the models, as a share of what they were on their first day?",
        meaning="Mean predictive power over production time, above chance, relative to day one",
        amount=("power_days",),
        per=("production_days",),
        family="logit-normal",
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
"""Every measure by its name, in the order in which they are shown."""


def as_it_is(scenario: Scenario) -> Scenario:
    """Return the scenario whose runs show what an organisation shows today, for `WINDOW_DAYS`.

    Capabilities stay where they are, and what is planned or expected for later days is left out.

    >>> from modelops_abm import preset
    >>> shown = as_it_is(preset("all_five"))
    >>> shown.capabilities.monitoring.maximum, shown.horizon_days
    (0.0, 730)
    """
    return baseline_of(scenario).model_copy(update={"changes": (), "horizon_days": WINDOW_DAYS})


def models_today(scenario: Scenario, draws: Drawn | None = None) -> float | Floats:
    """Return how many models are in production on day 0: of a scenario, or of each of its draws.

    >>> import pandas as pd
    >>> from modelops_abm.experiments import joint_draws
    >>> models_today(Scenario())
    24.0
    >>> table = pd.DataFrame({"portfolio.initial_models": [12, 36]})
    >>> sorted(set(models_today(Scenario(), joint_draws(Scenario(), table, 20)).tolist()))
    [12.0, 36.0]
    """
    column = None if draws is None else draws.columns.get("portfolio.initial_models")
    if column is None or scenario.imported is not None:
        return float(scenario.models_at_start())
    return np.asarray(column, dtype=np.float64)


def measured(
    totals: Floats,
    days: float | Floats,
    models: float | Floats,
    names: Iterable[str] = tuple(MEASURES),
) -> dict[str, Floats]:
    """Return measures of many runs by name; see `Measure.of`."""
    return {name: MEASURES[name].of(totals, days, models) for name in names}
