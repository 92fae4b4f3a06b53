"""The summary of a run as tables: money, service, team, portfolio, where the value went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from modelops_abm import formats, outcomes
from modelops_abm.outcomes import SummaryOutcome

Summary = Mapping[str, float | None]

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
    ),
    "Service": (
        "availability",
        "mean_power",
        "production_days",
        "demand",
        "served",
        "unserved",
        "drift_days_undetected",
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
    "Portfolio": (
        "models_delivered",
        "idea_to_production_days",
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

_DECLARED = {outcome.name: outcome for outcome in outcomes.SUMMARY}
_WIDEST = 100


def print_summary(target: Console, summary: Summary) -> None:
    """Print every outcome of a run, in groups."""
    for title, names in GROUPS.items():
        target.print(_group(title, names, summary, target))
        target.print()
        if title == "Service":
            target.print(_causes(summary, target))
            target.print()
    target.print(_leakage(summary, target))


def _group(title: str, names: Iterable[str], summary: Summary, target: Console) -> Table:
    table = _table(target, title, "")
    for name in names:
        outcome = _DECLARED[name]
        table.add_row(outcome.meaning, formats.amount(summary[name], outcome.unit))
    return table


def _causes(summary: Summary, target: Console) -> Table:
    """Return model-days in the state, and of them those that no version served, by cause."""
    table = _table(target, "Out of service, in model-days", "in the state", "not served")
    for cause, names in CAUSES.items():
        table.add_row(cause, *(_days(summary[name]) for name in names))
    return table


def _days(value: float | None) -> str:
    return formats.NOTHING if value is None else formats.number(value, 1)


def _leakage(summary: Summary, target: Console) -> Table:
    table = _table(target, "Where the value went", "", "of the ideal")
    ideal = summary["ideal_value"]
    for name in LEAKAGE:
        value = summary[name]
        part = value / ideal if value is not None and ideal else None
        table.add_row(_leakage_words(_DECLARED[name]), *_money_and(part, value))
    return table


def _money_and(part: float | None, value: float | None) -> tuple[str, str]:
    return formats.amount(value, "$"), formats.share(part)


def _leakage_words(outcome: SummaryOutcome) -> str:
    return "Realised: value of the predictions" if outcome.name == "value" else outcome.meaning


def _table(target: Console, title: str, *columns: str) -> Table:
    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
        header_style="",
        width=min(target.width, _WIDEST),
    )
    table.add_column(title, header_style="bold", ratio=1)
    for column in columns:
        table.add_column(column, header_style="dim", justify="right", no_wrap=True)
    return table
