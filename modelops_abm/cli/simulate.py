"""The command ``simulate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from modelops_abm.cli.many import Wanted, simulate_many
from modelops_abm.cli.options import (
    Replications,
    Seed,
    days_option,
    portfolio_option,
    preset_option,
    scenario_to_run,
    seed_option,
    set_option,
)
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.formats import amount, plural
from modelops_abm.scenario import Scenario
from modelops_abm.terminal import console, load_simulator, progress, say

if TYPE_CHECKING:
    from modelops_abm.runs.results import Run


class _Kept(NamedTuple):
    """What is kept of a run, and where."""

    folder: Path
    csv: bool
    model_days: bool
    pictures: bool


@click.command()
@click.argument("scenario_file", required=False, metavar="[SCENARIO_FILE]")
@preset_option
@portfolio_option
@set_option
@seed_option
@click.option("--replication", type=Seed(), help="Another future under the same seed.")
@click.option(
    "--replications",
    type=Replications(),
    help="Run so many futures, and print averages and how well they are known.",
)
@click.option(
    "--engine",
    type=click.Choice(["ensemble", "mesa"]),
    help="By default mesa for one run, ensemble for many; both give the same results.",
)
@days_option
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
    replication: int | None,
    replications: int | None,
    engine: Literal["ensemble", "mesa"] | None,
    days: int | None,
    output: Path | None,
    csv: bool,
    model_days: bool,
    pictures: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a scenario, once or many times, and print what came of it.

    The scenario is a file (TOML, YAML or JSON), a preset, or else the reference; --portfolio and
    --set go on top of it. Same scenario, seed and replication, same result.
    """
    if as_json and quiet:
        raise click.UsageError("Give either --json or --quiet, not both.")
    if replications is not None:
        one_run = {"--csv": csv, "--model-days": model_days, "--pictures": pictures}
        _check_many({"--replication": replication is not None, **one_run})
    elif engine == "ensemble":
        raise click.UsageError("--engine ensemble is for many runs: add --replications N.")
    elif output is None and (csv or model_days or pictures):
        raise click.UsageError("--csv, --model-days and --pictures need --output DIR.")
    scenario = scenario_to_run(scenario_file, preset_name, assignments, days, portfolio)
    if replications is not None:
        wanted = Wanted(scenario, seed, replications, engine or "ensemble", output)
        simulate_many(wanted, as_json=as_json, quiet=quiet)
        return
    kept = None if output is None else _Kept(output, csv, model_days, pictures)
    run = _run(scenario, seed, replication or 0, kept, wanted=not quiet)
    if as_json:
        click.echo(json.dumps(run.to_json(), indent=2, allow_nan=False))
    elif not quiet:
        _print(run, kept)


def _check_many(one_run_only: dict[str, bool]) -> None:
    given = ", ".join(name for name, is_given in one_run_only.items() if is_given)
    if given:
        raise click.UsageError(f"{given}: only for one run, not with --replications.")


def _run(
    scenario: Scenario,
    seed: int,
    replication: int,
    kept: _Kept | None,
    *,
    wanted: bool,
) -> Run:
    """Run and keep, with progress on standard error."""
    if kept is not None:
        _check(kept)
    with progress(wanted=wanted) as bar:
        load_simulator(bar)
        from modelops_abm.runs import simulate as run_scenario

        task = bar.add_task(f"Simulating {plural(scenario.horizon_days, 'day')}")
        run = run_scenario(
            scenario,
            seed=seed,
            replication=replication,
            model_days=kept is not None and kept.model_days,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        if kept is not None:
            bar.add_task("Saving", total=None)
            _keep(run, kept)
    return run


def _check(kept: _Kept) -> None:
    """Check, before anything runs, that nothing is in the way."""
    from modelops_abm.runs.output import check_place
    from modelops_abm.runs.results import files_of_run

    names = files_of_run(csv=kept.csv, model_days=kept.model_days)
    if kept.pictures:
        from modelops_abm.charts import names_of_pictures

        names += [f"pictures/{name}" for name in names_of_pictures()]
    check_place(kept.folder, "simulation", names)


def _keep(run: Run, kept: _Kept) -> None:
    """Save a run with its pictures, together or not at all."""
    from modelops_abm.runs.output import Result, write_results

    contents = {**run.files(csv=kept.csv)}
    if kept.pictures:
        from modelops_abm.charts import files_of_pictures

        drawn = files_of_pictures(run).items()
        contents.update((f"pictures/{name}", write) for name, write in drawn)
    write_results(Result(kept.folder, "simulation", contents))


def _print(run: Run, kept: _Kept | None) -> None:
    from modelops_abm.cli.summary import print_summary

    target = console()
    luck = f"seed {run.seed}, replication {run.replication}"
    print_what_ran(run.scenario, luck, whole=[run.scenario])
    print_summary(target, run.summary)
    target.print()
    npv = amount(run.summary["npv"], "$")
    days = plural(run.scenario.horizon_days, "day")
    say(target, f"Net present value {npv} over {days}, in one future: another seed is another.")
    if kept is not None:
        say(target, f"Saved in {kept.folder}.")
