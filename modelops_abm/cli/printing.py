"""The one printer: what ran, what was found, its tables, how to read them, where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.table import Table as RichTable

from modelops_abm.formats import plural
from modelops_abm.representation import Result
from modelops_abm.scenario import ImportedPortfolio, Scenario
from modelops_abm.scenario.portfolio import unused
from modelops_abm.scenario.without_effect import set_without_effect
from modelops_abm.scenario.words import changes_in_words, team_caution
from modelops_abm.terminal import console, print_table, say, say_all


def print_result(result: Result, *beside: Result, advice: str = "", kept: Path | None) -> None:
    """Print what was found, the tables, how to read them, and where they are kept.

    Parameters
    ----------
    result
        What was found.
    beside
        What it was found over; its sentence stands among the notes.
    advice
        A sentence after what was found.
    kept
        Folder of an experiment; None if it is not kept.
    """
    target = console()
    say_all(target, f"{result.sentence()} {advice}".rstrip())
    target.print()
    for each in (result, *beside):
        for table in each.tables():
            print_table(target, table)
    say_all(target, " ".join([result.notes(), *(each.sentence() for each in beside)]))
    if kept is not None:
        say(target, f"Kept in {kept}: tables, pictures, and the runs themselves.")


def print_simulation(result: Result, *beside: Result, saved: Path | None) -> None:
    """Print every outcome of a run or of many, then what they come to, and where it is saved.

    Parameters
    ----------
    result
        What came of it.
    beside
        What else is to be said of it, with its tables.
    saved
        The folder; None if it is not saved.
    """
    target = console()
    for each in (result, *beside):
        for table in each.tables():
            print_table(target, table)
    say_all(target, "\n".join(each.sentence() for each in (result, *beside)))
    if saved is not None:
        say(target, f"Saved in {saved}.")


def warn_of_team(scenario: Scenario) -> None:
    """Say on standard error, beside JSON, that nobody has stated the team of a portfolio."""
    if caution := team_caution(scenario):
        say(console(error=True), caution)


def print_what_ran(
    scenario: Scenario, futures: str, *, whole: Sequence[Scenario] = (), notes: str = ""
) -> None:
    """Print what ran, and what came from where.

    Parameters
    ----------
    scenario, futures
        The scenario, and in words which futures.
    whole
        All scenarios that ran, if nothing was varied but what they differ in; then what was set and
        changes nothing in any of them is named.
    notes
        What is said at the end; it is not said here as well.
    """
    target = console()
    say(target, f"Scenario {scenario.name}, {plural(scenario.horizon_days, 'day')}, {futures}.")
    if scenario.imported is not None:
        from modelops_abm.clients import notes_on, stages_in_words

        models = stages_in_words(scenario.imported.models)
        say(target, f"Portfolio: {scenario.imported.source}, {models}.")
        if scenario.imported.models:
            target.print(rows_table(scenario.imported))
        say(target, "What a row does not give falls back to the scenario.")
        for note in notes_on(scenario.imported.models):
            say(target, f"{note[:1].upper()}{note[1:]}.")
    for words in (team_caution(scenario), changes_in_words(scenario)):
        if words and words not in notes:
            say(target, words)
    if idle := in_all(whole, set_without_effect):
        say(target, f"Set without effect: {'; '.join(by_reason(idle))}.")
    target.print()


def in_all(
    scenarios: Sequence[Scenario], of: Callable[[Scenario], dict[str, str]]
) -> dict[str, str]:
    """Return the values that have no effect in any of several scenarios, with the reason."""
    # What one of them uses has an effect.
    first, *others = [of(each) for each in scenarios] or [{}]
    return {name: why for name, why in first.items() if all(name in other for other in others)}


def by_reason(values: Mapping[str, str]) -> list[str]:
    """Return values with why each has no effect: drift: severity, growth_days (no drift occurs)."""
    together: dict[tuple[str, str], list[str]] = {}
    for name, reason in values.items():
        section, _, last = name.rpartition(".")
        together.setdefault((reason, section), []).append(last)
    return [
        f"{section}: {', '.join(names)} ({reason})"
        if len(names) > 1
        else f"{section}{'.' if section else ''}{names[0]} ({reason})"
        for (reason, section), names in together.items()
    ]


def rows_table(portfolio: ImportedPortfolio) -> RichTable:
    """Return a table of what all rows give, what some give, what is not used, what none gives."""
    from modelops_abm.clients import rows_that_give

    given = rows_that_give(portfolio.models)
    total = len(portfolio.models)
    # Sorted by what a client wants to know: what is taken from the file, and what is not.
    everywhere = [name for name, count in given.items() if count == total]
    partly = [f"{name} ({count:,})" for name, count in given.items() if 0 < count < total]
    not_used = {name for model in portfolio.models for name in unused(model)}
    nowhere = [name for name, count in given.items() if count == 0 and name not in not_used]
    table = RichTable(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
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
