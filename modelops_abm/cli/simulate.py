"""The command ``simulate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from modelops_abm.cli.options import (
    Believed,
    Replications,
    Seed,
    belief_option,
    believed,
    days_option,
    portfolio_option,
    preset_option,
    scenario_to_run,
    seed_option,
    set_option,
)
from modelops_abm.cli.printing import print_simulation, print_what_ran, warn_of_team
from modelops_abm.cli.study import files_of_figures, team_that_is_too_small
from modelops_abm.core import outcomes
from modelops_abm.formats import number, plural
from modelops_abm.representation import Result
from modelops_abm.scenario import Scenario
from modelops_abm.terminal import load_ensemble, load_simulator, progress

if TYPE_CHECKING:
    from modelops_abm.experiments.averages import Averages
    from modelops_abm.runs.results import Run


class _Kept(NamedTuple):
    """What is kept of a run, and where."""

    folder: Path
    csv: bool
    model_days: bool
    pictures: bool


class _Asked(NamedTuple):
    """What is run, whether its progress is shown, and what the organisation may be."""

    scenario: Scenario
    seed: int
    shows_progress: bool
    believed: Believed | None


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
@belief_option
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
    belief_file: str | None,
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
    elif belief_file is not None:
        raise click.UsageError("--belief needs --replications N: a draw for each of many runs.")
    which = (scenario_file, preset_name, assignments, days, portfolio)
    over = None if belief_file is None else believed(belief_file, *which)
    scenario = scenario_to_run(*which) if over is None else over.scenario
    asked = _Asked(scenario, seed, shows_progress=not quiet, believed=over)
    result: Run | Averages
    beside: tuple[Result, ...]
    if replications is not None:
        result, beside = _many(asked, replications, engine or "ensemble", output)
        futures = f"{plural(replications, 'replication')}, {result.ensemble.engine} engine"
    else:
        kept = None if output is None else _Kept(output, csv, model_days, pictures)
        result, beside = _once(asked, replication or 0, kept)
        futures = f"replication {result.replication}"
    if as_json:
        documents = [each.to_json() for each in (result, *beside)]
        documents += [] if over is None else [over.to_json(seed)]
        document = {key: value for each in documents for key, value in each.items()}
        click.echo(json.dumps(document, indent=2, allow_nan=False))
        warn_of_team(scenario)
    elif not quiet:
        draws = "" if over is None else f", {over.words}"
        print_what_ran(scenario, f"seed {seed}, {futures}{draws}", whole=[scenario])
        print_simulation(result, *beside, saved=output)


def _check_many(one_run_only: dict[str, bool]) -> None:
    given = ", ".join(name for name, is_given in one_run_only.items() if is_given)
    if given:
        raise click.UsageError(f"{given}: only for one run, not with --replications.")


def _once(asked: _Asked, replication: int, kept: _Kept | None) -> tuple[Run, tuple[Result, ...]]:
    """Run once and keep it, with progress on standard error; return what is to be said beside."""
    if kept is not None:
        _check(kept)
    with progress(wanted=asked.shows_progress) as bar:
        load_simulator(bar)
        from modelops_abm.runs import simulate as run_scenario

        task = bar.add_task(f"Simulating {plural(asked.scenario.horizon_days, 'day')}")
        run = run_scenario(
            asked.scenario,
            seed=asked.seed,
            replication=replication,
            model_days=kept is not None and kept.model_days,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        if kept is not None:
            bar.add_task("Saving", total=None)
            _keep(run, kept)
        from modelops_abm.evidence.benchmarks import beside_summary

        totals = [[run.totals[name] for name in outcomes.TOTALS]]
        team = team_that_is_too_small(asked.scenario, totals, {"seed": asked.seed})
        return run, (*team, beside_summary(run.summary))


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
    from modelops_abm.runs.output import ResultFolder, write_results

    pictures = files_of_figures(run, "pictures/") if kept.pictures else {}
    contents = {**run.files(csv=kept.csv), **pictures}
    write_results(ResultFolder(kept.folder, "simulation", contents))


def _many(
    asked: _Asked, replications: int, engine: Literal["ensemble", "mesa"], output: Path | None
) -> tuple[Averages, tuple[Result, ...]]:
    """Run many times and keep them, with progress on standard error; return as `_once` does."""
    if output is not None:
        from modelops_abm.runs.output import check_place
        from modelops_abm.runs.results import files_of_ensemble

        with_draws = asked.believed is not None
        check_place(output, "simulation", files_of_ensemble(with_draws=with_draws))
    with progress(wanted=asked.shows_progress) as bar:
        (load_simulator if engine == "mesa" else load_ensemble)(bar)
        from modelops_abm.experiments.averages import average

        task = bar.add_task(f"Simulating {number(replications)} futures")
        found = average(
            asked.scenario,
            replications,
            seed=asked.seed,
            engine=engine,
            draws=asked.believed and asked.believed.draws(replications, asked.seed),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        if output is not None:
            bar.add_task("Saving", total=None)
            found.ensemble.save(output)
        # A team is judged as it is said to be, not over all that it might be.
        as_set = found if found.over is None else found.over.as_set
        totals = as_set.ensemble.values
        team = team_that_is_too_small(asked.scenario, totals, {"seed": asked.seed})
    from modelops_abm.evidence.benchmarks import beside_summary

    means = {name: known.mean for name, known in found.estimates.items()}
    return found, (*team, beside_summary(means))
