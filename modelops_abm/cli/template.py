"""The command ``template``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from modelops_abm.cli.logs import log_in_words, read_logs
from modelops_abm.cli.options import (
    changes_given,
    chosen_scenario,
    preset_option,
    ranges_given,
    set_option,
    with_assignments,
)
from modelops_abm.disk import write_whole
from modelops_abm.scenario import ImportedPortfolio, InputError, Problem, save_scenario
from modelops_abm.text import any_of, printable, visible


@click.command()
@click.option("--scenario", "scenario_file", metavar="FILE", help="Write a scenario file here.")
@click.option("--portfolio", "portfolio_file", metavar="FILE", help="Write a CSV file here.")
@click.option(
    "--registry",
    metavar="SOURCE",
    help="Put the models of a registry into the portfolio, with stages and days: a CSV file, an"
    " MLflow database, folder or address, or a TOML file that names one and says how to read it.",
)
@click.option(
    "--log",
    "logs",
    nargs=2,
    multiple=True,
    metavar="KIND FILE",
    help="Write a CSV file of a kind of log here, such as: incidents incidents.csv.",
)
@preset_option
@set_option
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def template(
    scenario_file: str | None,
    portfolio_file: str | None,
    registry: str | None,
    logs: tuple[tuple[str, str], ...],
    preset_name: str | None,
    assignments: tuple[str, ...],
    force: bool,
) -> None:
    """Write scenario, portfolio and log files to start from.

    The scenario file (TOML, YAML or JSON, by its ending) holds every value of the reference, or of
    a preset; lines that stay as they are can be deleted. The portfolio file (CSV) has all columns
    and two example rows to replace, or the models of a registry; so have logs
    (docs/evidence-files.md).
    """
    files = [file for file in (scenario_file, portfolio_file) if file is not None]
    files += [file for _, file in logs]
    if not files:
        raise click.UsageError("Give --scenario FILE, --portfolio FILE, --log KIND FILE, or all.")
    if registry is not None and not portfolio_file:
        raise click.UsageError("--registry is about a portfolio: give --portfolio FILE too.")
    templates = [_log_template(kind) for kind, _ in logs]
    about_scenario = preset_name or assignments or changes_given() or ranges_given()
    if not scenario_file and about_scenario:
        told = "--preset, --set, --change and --know are about a scenario"
        raise click.UsageError(f"{told}: give --scenario FILE too.")
    portfolio = None if registry is None else _registered(registry)
    scenario = with_assignments(chosen_scenario(None, preset_name), assignments)
    if not force:
        check_absent(files)
    if scenario_file:
        save_scenario(scenario, scenario_file, replace=force)
        _tell(scenario_file, f"modelops-abm simulate {scenario_file}")
    if portfolio_file:
        from modelops_abm.clients.portfolio import portfolio_csv, template_csv

        text = template_csv() if portfolio is None else portfolio_csv(portfolio)
        write_whole(portfolio_file, text.encode(), replace=force)
        _tell(portfolio_file, f"modelops-abm simulate --portfolio {portfolio_file}")
    for (kind, file), text in zip(logs, templates, strict=True):
        write_whole(file, text.encode(), replace=force)
        _tell(file, f"modelops-abm check --kind {kind} {file}")


def _registered(source: str) -> ImportedPortfolio:
    """Return the models of a registry, and say on standard error what was understood of it."""
    from modelops_abm.clients.registry import RegistryLog

    ((file, log),) = read_logs([source], kind="registry").items()
    assert isinstance(log, RegistryLog)
    for words in (log.sentence(), *log_in_words(file, log)):
        click.echo(visible(words), err=True)
    return log.portfolio()


def _log_template(kind: str) -> str:
    """Return a log of a kind to fill in, or raise an error if there is no such kind."""
    from modelops_abm.clients.kinds import READERS

    if kind not in READERS:
        raise InputError(f"'{printable(kind)}' is no kind of log; write {any_of([*READERS])}")
    return READERS[kind].kind.template


def check_absent(files: list[str]) -> None:
    """Raise an error if a file that is to be written is there already."""
    # Also a link that leads nowhere, of which `exists` says that nothing is there.
    there = [file for file in files if os.path.lexists(file)]
    problems = [
        Problem("is there already; --force replaces it", printable(file, 200)) for file in there
    ]
    if problems:
        raise InputError(problems)


def _tell(file: str, command: str) -> None:
    click.echo(visible(f"Wrote {Path(file)}. Edit it, then: {command}"))
