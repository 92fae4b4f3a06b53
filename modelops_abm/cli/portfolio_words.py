"""What ran, in words: the scenario, and of a client's portfolio what its rows say."""

from __future__ import annotations

from rich.table import Table

from modelops_abm.formats import plural
from modelops_abm.parameters import ImportedPortfolio, Scenario
from modelops_abm.parameters.portfolio import unused
from modelops_abm.terminal import console, say


def print_what_ran(scenario: Scenario, luck: str) -> None:
    """Print what ran, and what came from where."""
    target = console()
    say(target, f"Scenario {scenario.name}, {plural(scenario.horizon_days, 'day')}, {luck}.")
    if scenario.imported is not None:
        from modelops_abm.clients import notes_on, stages_in_words

        models = stages_in_words(scenario.imported.models)
        say(target, f"Portfolio: {scenario.imported.source}, {models}.")
        if scenario.imported.models:
            target.print(rows_table(scenario.imported))
        say(target, "What a row does not give falls back to the scenario.")
        for note in notes_on(scenario.imported.models):
            say(target, f"{note[:1].upper()}{note[1:]}.")
    target.print()


def rows_table(portfolio: ImportedPortfolio) -> Table:
    """Return a table of what all rows give, what some give, what is not used, what none gives."""
    from modelops_abm.clients import rows_that_give

    given = rows_that_give(portfolio.models)
    total = len(portfolio.models)
    everywhere = [name for name, count in given.items() if count == total]
    partly = [f"{name} ({count:,})" for name, count in given.items() if 0 < count < total]
    not_used = {name for model in portfolio.models for name in unused(model)}
    nowhere = [name for name, count in given.items() if count == 0 and name not in not_used]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for words, names in (
        ("every row gives", everywhere),
        ("some rows give", partly),
        ("given, not used", [name for name in given if name in not_used]),
        ("no row gives", nowhere),
    ):
        if names:
            table.add_row(words, ", ".join(names))
    return table
