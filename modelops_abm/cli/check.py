"""The command ``check``: tells whether files are usable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from modelops_abm.cli.options import SCENARIO_ENDINGS, with_portfolio
from modelops_abm.formats import count_of, plural
from modelops_abm.parameters import InputError, Problem, Scenario, load_scenario
from modelops_abm.parameters.provenance import changed_names
from modelops_abm.parameters.wording import listed, printable


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.pass_context
def check(context: click.Context, files: tuple[str, ...]) -> None:
    """Check scenario and portfolio files without running them.

    A portfolio (CSV) is checked against every scenario among the files, as its dates and kinds of
    model must fit; against the reference if there is none. All problems of all files are reported.
    """
    scenarios = [file for file in files if _ending(file) in SCENARIO_ENDINGS]
    good = [scenario for file in scenarios if (scenario := _check_scenario(file))]
    faulty = len(scenarios) - len(good)
    for file in files:
        if file not in scenarios:
            faulty += not _check_portfolio(file, [*good] or [Scenario()])
    if faulty:
        click.echo(f"{count_of(faulty, len(files))} files cannot be used.", err=True)
        context.exit(1)


def _ending(file: str) -> str:
    return Path(file).suffix.lower()


def _check_scenario(file: str) -> Scenario | None:
    try:
        scenario = load_scenario(file)
    except InputError as error:
        click.echo(str(error), err=True)
        return None
    click.echo(f"{printable(file, 200)}: fine; {_scenario_in_words(scenario)}")
    return scenario


def _scenario_in_words(scenario: Scenario) -> str:
    changed = len(changed_names(Scenario(), scenario))
    difference = (
        f"{plural(changed, 'value')} unlike the reference" if changed else "all as the reference"
    )
    return f"scenario {printable(scenario.name, 200)}, {difference}"


def _check_portfolio(file: str, scenarios: Sequence[Scenario]) -> bool:
    """Check a portfolio against every scenario, and say each problem once."""
    if _ending(file) != ".csv":
        _complain([Problem(f"the name must end in {listed([*SCENARIO_ENDINGS, '.csv'])}", file)])
        return False
    problems: dict[Problem, None] = {}
    for scenario in scenarios:
        try:
            fitted = with_portfolio(scenario, file)
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        _complain(problems)
        return False
    from modelops_abm.clients import stages_in_words

    models = fitted.imported.models if fitted.imported else ()
    click.echo(f"{printable(file, 200)}: fine; {stages_in_words(models)}")
    return True


def _complain(problems: Sequence[Problem] | dict[Problem, None]) -> None:
    click.echo(str(InputError(problems)), err=True)
