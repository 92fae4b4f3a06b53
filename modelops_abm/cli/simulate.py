"""The command ``simulate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from modelops_abm.cli.options import (
    Seed,
    chosen_scenario,
    preset_option,
    set_option,
    with_assignments,
    with_portfolio,
)
from modelops_abm.cli.portfolio_words import rows_table, stages_in_words
from modelops_abm.formats import amount, plural
from modelops_abm.parameters import InputError, Scenario
from modelops_abm.terminal import console, load_simulator, progress, say

if TYPE_CHECKING:
    from modelops_abm.results import Run


class _Kept(NamedTuple):
    """What is kept of a run, and where."""

    folder: Path
    csv: bool
    pictures: bool


@click.command()
@click.argument("scenario_file", required=False, metavar="[SCENARIO_FILE]")
@preset_option
@click.option(
    "--portfolio",
    metavar="CSV",
    help="A client's portfolio, one row per model; 'illustrative' for the one that is shipped.",
)
@set_option
@click.option("--seed", type=Seed(), default=0, help="Decides all luck.")
@click.option(
    "--replication",
    type=Seed(),
    default=0,
    help="Another future under the same seed.",
)
@click.option("--days", type=int, metavar="N", help="Length of the run: sets horizon_days.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="DIR", help="Save the results there."
)
@click.option("--csv", is_flag=True, help="Save the tables as CSV too.")
@click.option("--model-days", is_flag=True, help="Save every model's day too.")
@click.option("--pictures", is_flag=True, help="Save pictures too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def simulate(
    scenario_file: str | None,
    preset_name: str | None,
    portfolio: str | None,
    assignments: tuple[str, ...],
    seed: int,
    replication: int,
    days: int | None,
    output: Path | None,
    csv: bool,
    model_days: bool,
    pictures: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a scenario once and print what came of it.

    The scenario is a file (TOML, YAML or JSON), a preset, or else the reference; --portfolio and
    --set go on top of it. Same scenario, seed and replication, same result.
    """
    if output is None and (csv or model_days or pictures):
        raise click.UsageError("--csv, --model-days and --pictures need --output DIR.")
    if as_json and quiet:
        raise click.UsageError("Give either --json or --quiet, not both.")
    scenario = _scenario(scenario_file, preset_name, assignments, days, portfolio)
    kept = None if output is None else _Kept(output, csv, pictures)
    run = _run(scenario, seed, replication, model_days, kept, wanted=not (as_json or quiet))
    if as_json:
        click.echo(json.dumps(run.to_json(), indent=2, allow_nan=False))
    elif not quiet:
        _print(run, kept)


def _scenario(
    file: str | None,
    preset_name: str | None,
    assignments: tuple[str, ...],
    days: int | None,
    portfolio: str | None,
) -> Scenario:
    further = {} if days is None else {"horizon_days": days}
    scenario = with_assignments(chosen_scenario(file, preset_name), assignments, further)
    return with_portfolio(scenario, portfolio)


def _run(
    scenario: Scenario,
    seed: int,
    replication: int,
    model_days: bool,
    kept: _Kept | None,
    *,
    wanted: bool,
) -> Run:
    """Run and keep, with progress on standard error."""
    from modelops_abm.output import check_place

    if kept is not None:
        check_place(kept.folder)
    with progress(wanted=wanted) as bar:
        load_simulator(bar)
        from modelops_abm.simulate import simulate as run_scenario

        task = bar.add_task(f"Simulating {plural(scenario.horizon_days, 'day')}")
        run = run_scenario(
            scenario,
            seed=seed,
            replication=replication,
            model_days=model_days,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        if kept is not None:
            bar.add_task("Saving", total=None)
            _keep(run, kept)
    return run


def _keep(run: Run, kept: _Kept) -> None:
    """Save a run; the pictures are drawn first, so that all appears together or nothing does."""
    from modelops_abm.output import move_files, scratch_folder
    from modelops_abm.results import ResultError

    try:
        with scratch_folder(kept.folder) as scratch:
            if kept.pictures:
                from modelops_abm.plots import save_pictures

                save_pictures(run, scratch / "pictures")
            run.save(kept.folder, csv=kept.csv)
            if kept.pictures:
                move_files(scratch / "pictures", kept.folder / "pictures")
    except ResultError as error:
        raise InputError(str(error)) from None


def _print(run: Run, kept: _Kept | None) -> None:
    from modelops_abm.cli.summary import print_summary

    target = console()
    _print_what_ran(run)
    print_summary(target, run.summary)
    target.print()
    npv = amount(run.summary["npv"], "$")
    days = plural(run.scenario.horizon_days, "day")
    say(target, f"Net present value {npv} over {days}, in one future: another seed is another.")
    if kept is not None:
        say(target, f"Saved in {kept.folder}.")


def _print_what_ran(run: Run) -> None:
    target, scenario = console(), run.scenario
    luck = f"seed {run.seed}, replication {run.replication}"
    say(target, f"Scenario {scenario.name}, {plural(scenario.horizon_days, 'day')}, {luck}.")
    if scenario.imported is not None:
        models = stages_in_words(scenario.imported.models)
        say(target, f"Portfolio: {scenario.imported.source}, {models}.")
        if scenario.imported.models:
            target.print(rows_table(scenario.imported))
        say(target, "What a row does not give falls back to the scenario.")
    target.print()
