"""The summary of a run as tables: money, service, team, portfolio, where the value went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from modelops_abm import formats
from modelops_abm.core import outcomes
from modelops_abm.core.outcomes import SummaryOutcome

if TYPE_CHECKING:
    from modelops_abm.experiments import Estimate

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


def print_estimates(target: Console, estimates: Mapping[str, Estimate]) -> None:
    """Print every outcome over many runs, in the same groups."""
    causes = tuple(name for names in CAUSES.values() for name in names)
    service, *after = (name for name in GROUPS if name != "Money")
    for title, names in (
        ("Money", GROUPS["Money"]),
        (service, GROUPS[service]),
        ("Out of service", causes),
        *((name, GROUPS[name]) for name in after),
        ("Where the value went", LEAKAGE),
    ):
        target.print(_estimates(title, names, estimates, target))
        target.print()


def _estimates(
    title: str, names: Iterable[str], estimates: Mapping[str, Estimate], target: Console
) -> Table:
    table = _table(target, title, "mean", "std dev", f"±95{formats.NARROW_SPACE}%", "n")
    for name in names:
        outcome, estimate = _DECLARED[name], estimates[name]
        table.add_row(
            _leakage_words(outcome) if names is LEAKAGE else outcome.meaning,
            *estimate_in_words(estimate, outcome.unit),
            formats.number(estimate.n),
        )
    return table


def estimate_in_words(estimate: Estimate, unit: str) -> tuple[str, str, str]:
    """Return mean, standard deviation and half-width with as many digits as are known."""
    mean, half_width = estimate.mean, estimate.half_width
    if mean is None or half_width is None or not varies(estimate):
        spread = (formats.NOTHING if half_width is None else "0",) * 2
        return formats.amount(mean, unit), *spread
    values = (mean, estimate.standard_deviation or 0.0, half_width)
    if unit.startswith("$"):
        first, *rest = (formats.money(value, half_width=half_width) for value in values)
    elif unit == "share":
        percent = (100.0 * value for value in values)
        first, *rest = (_known(value, 100.0 * half_width) for value in percent)
        first += f"{formats.NARROW_SPACE}%"
    else:
        first, *rest = (_known(value, half_width) for value in values)
        first += f" {unit}"
    return first, rest[0], rest[1]


def varies(estimate: Estimate) -> bool:
    """Return whether an outcome differs between runs by more than rounding."""
    return formats.known(estimate.mean or 0.0, estimate.half_width) is not None


def _known(value: float, half_width: float) -> str:
    return formats.difference(value, half_width=half_width).removeprefix("+")


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
    table.add_column(title, header_style="bold", ratio=1, overflow="fold")
    for column in columns:
        table.add_column(column, header_style="dim", justify="right", no_wrap=True)
    return table
