"""The run summary in groups: money, service, team, portfolio, and where the value went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from modelops_abm import formats
from modelops_abm.core import outcomes
from modelops_abm.representation import Row, Table, numbers, words

type Summary = Mapping[str, float | None]
type Cells = Callable[[outcomes.SummaryOutcome], tuple[str, ...]]
"""Returns what stands beside the name of an outcome."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Money": (
        "npv",
        "net_value",
        "value",
        "cost",
        "payroll",
        "capital",
        "upkeep",
        "discounted_investment",
        "discounted_capability_time",
    ),
    "Service": (
        "availability",
        "mean_power",
        "production_days",
        "demand",
        "served",
        "unserved",
        "user_days",
        "drift_days_undetected",
        "retrainings",
        "source_failures",
        "load_reviews",
        "capacity_steps",
        "outages",
        "time_to_restore_days",
        "time_to_restore_waiting_days",
        "time_to_restore_working_days",
    ),
    "Team": (
        "maintenance_share",
        "new_model_share",
        "capability_share",
        "idle_share",
    ),
    "Requests": (
        "requests_received",
        "requests_in_time",
        "requests_late",
        "requests_withdrawn",
        "requests_open",
    ),
    "Portfolio": (
        "models_delivered",
        "idea_to_production_days",
        "idea_to_production_median_days",
        "begun_to_live_days",
        "begun_to_live_median_days",
        "failed_build_days",
        *(f"retired_{reason}" for reason in outcomes.RETIREMENT_REASONS),
    ),
}
"""Outcomes by group, in the order of the summary."""
LEAKAGE = ("ideal_value", *(f"lost_{loss}" for loss in outcomes.LOSSES), "value")
"""Where the value went: what it could have been, less what was lost, is what there is."""
CAUSES = {
    cause: (f"state_days_{cause}", f"unserved_days_{cause}") for cause in outcomes.OFFLINE_CAUSES
}
"""Two outcomes for every cause of being out of service."""

OUTCOMES = {outcome.name: outcome for outcome in outcomes.SUMMARY}
"""Outcomes of the run summary by name."""
LABELS: dict[str, str] = {
    "npv": "Net present value",
    "availability": "Availability",
    "maintenance_share": "Team time on maintenance",
    "new_model_share": "Time for new models",
    "models_delivered": "Models delivered",
    "retired_abandoned": "Models abandoned",
    "time_to_restore_days": "Days to restore a model",
    "drift_days_undetected": "Model-days of unnoticed drift",
    "value": "Value of the predictions",
    "discounted_investment": "Discounted investment",
    "idea_to_production_median_days": "Idea to live",
    "payback": "Payback",
    "loss": "Chance of a loss",
}
"""Key figures by name, with what they are called in the terminal, on the page and in pictures.

Those that are outcomes have unit and meaning there (`OUTCOMES`); payback and the chance of losing
money belong to a plan and its baseline, and are defined where they are computed
(`experiments.finance.payback_days`, `Finance.loss`).
"""
FIRST_FIGURES = (
    "npv",
    "availability",
    "maintenance_share",
    "models_delivered",
    "retired_abandoned",
)
"""Those that answer what a plan changes, in `run.py`."""
FIGURES_OF_TABLE = (
    *FIRST_FIGURES,
    "time_to_restore_days",
    "drift_days_undetected",
    "value",
    "discounted_investment",
)
"""Those of the table of a comparison."""
FIGURES_OF_PAGE = (
    "npv",
    "availability",
    "maintenance_share",
    "idea_to_production_median_days",
    "payback",
    "loss",
)
"""Those of the page, all at once."""


def summary_tables(summary: Summary) -> tuple[Table, ...]:
    """Return every outcome of a run as tables in words, in groups."""

    def amount(outcome: outcomes.SummaryOutcome) -> tuple[str]:
        return (formats.amount(summary[outcome.name], outcome.unit),)

    money, service, *others = (
        group_table(title, names, ("",), amount) for title, names in GROUPS.items()
    )
    return money, service, _causes(summary), *others, _leakage(summary)


def group_table(title: str, names: Iterable[str], headings: tuple[str, ...], cells: Cells) -> Table:
    """Return a table of some outcomes, one a row."""
    rows = []
    for name in names:
        outcome = OUTCOMES[name]
        is_rest = names is LEAKAGE and name == "value"  # what is left of the ideal value
        label = "Realised: value of the predictions" if is_rest else outcome.meaning
        rows.append(Row((label, *cells(outcome))))
    columns = (*words(title), *numbers(*headings))
    return Table(title.lower().replace(" ", "-"), columns, rows, is_summary=True)


def _causes(summary: Summary) -> Table:
    """Return model-days in the state, and of them those that no version served, by cause."""
    # A ban for a late answer is counted under compliance, and has to be found there.
    told = {"compliance": "compliance, late answers included"} if summary["requests_late"] else {}
    rows = [
        Row((told.get(cause, cause), *(_days(summary[name]) for name in names)))
        for cause, names in CAUSES.items()
    ]
    columns = (*words("Out of service, in model-days"), *numbers("in the state", "not served"))
    return Table("out-of-service", columns, rows, is_summary=True)


def _days(value: float | None) -> str:
    return formats.NOTHING if value is None else formats.number(value, 1)


def _leakage(summary: Summary) -> Table:
    ideal = summary["ideal_value"]

    def amount_and_part(outcome: outcomes.SummaryOutcome) -> tuple[str, str]:
        value = summary[outcome.name]
        part = value / ideal if value is not None and ideal else None
        return formats.amount(value, "$"), formats.share(part)

    return group_table("Where the value went", LEAKAGE, ("", "of the ideal"), amount_and_part)


# --------------------------------------------------------------------------------------
# Whether a team carries its portfolio (docs/decisions/0032); light, as every run asks it.


MOST_WAITING = 0.5
"""Largest share of the time to restore spent waiting at which a team carries its portfolio."""
_OFFLINE = tuple(
    f"state_days_{cause}" for cause in outcomes.OFFLINE_CAUSES if cause != "retraining"
)


def waiting_share(totals: ArrayLike) -> float:
    """Return the share of the time to restore in which nobody worked on it; 0 if nothing broke.

    Time offline that no return ended, as a model was abandoned, retired or down at the end, counts
    as waiting.

    Parameters
    ----------
    totals
        Runs x `outcomes.TOTALS`.

    Examples
    --------
    >>> from modelops_abm import preset, replicate, with_values
    >>> small = {"team.developers": 1, "horizon_days": 200}
    >>> ensemble = replicate(with_values(preset("reference"), small, source="example"), 5)
    >>> waiting_share(ensemble.values) > MOST_WAITING
    True
    """
    rows = np.asarray(totals, dtype=np.float64)

    def total(name: str) -> float:
        return float(np.sum(rows[:, outcomes.TOTALS.index(name)]))

    waiting, working = total("restore_waiting_days"), total("restore_working_days")
    # A spell before a waiting ban is a restore of its own, hence no less than nothing is left.
    waiting += max(0.0, sum(map(total, _OFFLINE)) - waiting - working)
    return waiting / (waiting + working) if waiting > 0.0 else 0.0


def is_carried(totals: ArrayLike) -> bool:
    """Return whether a team carries its portfolio in runs: runs x `outcomes.TOTALS`."""
    return waiting_share(totals) <= MOST_WAITING
