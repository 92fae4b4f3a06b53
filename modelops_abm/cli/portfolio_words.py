"""What ran, in words: the scenario, and of a client's portfolio what its rows say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from modelops_abm.formats import plural
from modelops_abm.parameters import STAGE_NAMES, ImportedPortfolio, PortfolioModel, Scenario
from modelops_abm.terminal import console, say

_WORDS = {
    "idea": "in the backlog",
    "build": "in build",
    "deployment": "in deployment",
    "production": "in production",
    "retired": "retired",
}


def print_what_ran(scenario: Scenario, luck: str) -> None:
    """Print what ran, and what came from where."""
    target = console()
    say(target, f"Scenario {scenario.name}, {plural(scenario.horizon_days, 'day')}, {luck}.")
    if scenario.imported is not None:
        models = stages_in_words(scenario.imported.models)
        say(target, f"Portfolio: {scenario.imported.source}, {models}.")
        if scenario.imported.models:
            target.print(rows_table(scenario.imported))
        say(target, "What a row does not give falls back to the scenario.")
    target.print()


def stages_in_words(models: Sequence[PortfolioModel]) -> str:
    """Return how many models there are and where: 24 models (20 in production, 4 in build)."""
    counts = Counter(model.stage for model in models)
    found = ", ".join(
        f"{counts[stage]:,} {_WORDS[stage]}" for stage in STAGE_NAMES if counts[stage]
    )
    total = plural(len(models), "model")
    return f"{total} ({found})" if found else total


def rows_table(portfolio: ImportedPortfolio) -> Table:
    """Return a table of what all rows give, what some give, and what none gives."""
    given = _rows_that_give(portfolio.models)
    total = len(portfolio.models)
    everywhere = [name for name, count in given.items() if count == total]
    partly = [f"{name} ({count:,})" for name, count in given.items() if 0 < count < total]
    nowhere = [name for name, count in given.items() if count == 0]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for words, names in (
        ("every row gives", everywhere),
        ("some rows give", partly),
        ("no row gives", nowhere),
    ):
        if names:
            table.add_row(words, ", ".join(names))
    return table


def _rows_that_give(models: Sequence[PortfolioModel]) -> dict[str, int]:
    """Return for every column in how many rows the client states it."""
    from modelops_abm.clients import attribute_sources

    counts = dict.fromkeys(PortfolioModel.model_fields, 0)
    for model in models:
        for name, owner in attribute_sources(model).items():
            counts[name] += owner == "client"
    if not any(model.name for model in models):
        counts["name"] = 0
    return counts
