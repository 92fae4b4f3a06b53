"""What ran, in words: the scenario, and of a client's portfolio what its rows say."""

from __future__ import annotations

from rich.table import Table

from modelops_abm.formats import plural
from modelops_abm.parameters import ImportedPortfolio, Scenario
from modelops_abm.terminal import console, say


def print_what_ran(scenario: Scenario, luck: str) -> None:
    """Print what ran, and what came from where."""
    target = console()
    say(target, f"Scenario {scenario.name}, {plural(scenario.horizon_days, 'day')}, {luck}.")
    if scenario.imported is not None:
        from modelops_abm.clients import stages_in_words

        models = stages_in_words(scenario.imported.models)
        say(target, f"Portfolio: {scenario.imported.source}, {models}.")
        if scenario.imported.models:
            target.print(rows_table(scenario.imported))
        say(target, "What a row does not give falls back to the scenario.")
    target.print()


def rows_table(portfolio: ImportedPortfolio) -> Table:
    """Return a table of what all rows give, what some give, and what none gives."""
    from modelops_abm.clients import rows_that_give

    given = rows_that_give(portfolio.models)
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
