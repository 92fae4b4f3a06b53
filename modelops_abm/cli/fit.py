"""The command ``fit``: what follows from answers and logs for all that nobody knows."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelops_abm.cli.logs import log_in_words, read_logs, reading_options
from modelops_abm.cli.options import (
    portfolio_option,
    preset_option,
    scenario_to_run,
    seed_option,
    set_option,
)
from modelops_abm.cli.printing import print_result
from modelops_abm.cli.study import cluster_option, json_option
from modelops_abm.errors import InputError, Problem
from modelops_abm.terminal import console, load_ensemble, print_table, progress, say
from modelops_abm.text import printable, visible

if TYPE_CHECKING:
    from rich.console import Console

    from modelops_abm.clients.kinds import Log
    from modelops_abm.evidence.belief import Belief
    from modelops_abm.evidence.interview import Told
    from modelops_abm.evidence.statements import Evidence, Statement
    from modelops_abm.scenario import Scenario

UNFINISHED = ".unfinished"
"""Behind the name of a belief: what a fit that was stopped has run."""


@click.command()
@click.argument("file", required=False, metavar="[SCENARIO_FILE]")
@preset_option
@portfolio_option
@set_option
@click.option(
    "--answer",
    "answers",
    metavar="NAME=VALUE",
    multiple=True,
    help="What is known, such as outages_per_month=28, upkeep_share~45% for about, or"
    " time_to_restore_hours=20..50 for between; an unknown name lists them all; may be"
    " repeated.",
)
@click.option("--answers", "answers_file", metavar="FILE", help="A file of answers, as TOML.")
@click.option(
    "--log",
    "logs",
    metavar="FILE",
    multiple=True,
    help="A log of the organisation (docs/evidence-files.md), or a TOML file that names one and"
    " says how to read it; one of each kind; may be repeated.",
)
@reading_options
@click.option(
    "--published",
    is_flag=True,
    help="Weigh published figures as well, of what nobody answers and no log tells"
    " (docs/benchmarks.md).",
)
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep only so many of the 2,000 draws, at equal distances.",
)
@click.option(
    "--output",
    metavar="FILE",
    help="Write the belief there, a Parquet table of draws; for 'compare --belief FILE'.",
)
@seed_option
@cluster_option
@json_option
def fit(
    file: str | None,
    preset_name: str | None,
    portfolio: str | None,
    assignments: tuple[str, ...],
    answers: tuple[str, ...],
    answers_file: str | None,
    logs: tuple[str, ...],
    published: bool,
    draws: int | None,
    output: str | None,
    seed: int,
    cluster: str | None,
    wants_json: bool,
    **how: Any,
) -> None:
    """Tell what follows from what is known for all that nobody knows of an organisation.

    The organisation is run as it is, without plan, with many values of everything that is
    uncertain. What was learned comes first, then what such organisations show, and what was said
    that does not go together. Of each log it is said first what was understood, and what it says.
    """
    from modelops_abm.evidence.belief import check_name, save_belief
    from modelops_abm.evidence.interview import told, with_published

    scenario = scenario_to_run(file, preset_name, assignments, None, portfolio)
    said = _answers(answers, answers_file)
    if not logs and any(how.values()):
        raise click.UsageError("How a log is read was said, and no log: give --log FILE.")
    found = told(scenario, said, _from_logs(scenario, read_logs(logs, **how), to_stderr=wants_json))
    if published:
        found = with_published(found, said)
    if output is not None:
        check_name(output)
        if os.path.lexists(output):
            raise InputError.at(output, "is there already; choose another name")
    belief = _fitted(found, seed, cluster, output)
    belief = belief if draws is None else belief.thinned(draws)
    if output is not None:
        save_belief(belief, output)
        Path(output + UNFINISHED).unlink(missing_ok=True)
    if wants_json:
        click.echo(json.dumps({**belief.to_json(), "notes": list(found.notes)}, indent=2))
        return
    print_result(belief, advice=" ".join(found.notes), kept=None)
    if output is not None:
        say(console(), f"Written to {output}: modelops-abm compare --belief {output}")


def _answers(texts: tuple[str, ...], file: str | None) -> dict[str, Statement]:
    """Return answers of the command line and of a file.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    from modelops_abm.evidence.interview import load_answers, parse_answer

    answers = {} if file is None else load_answers(file)
    problems: list[Problem] = []
    given: set[str] = set()
    for text in texts:
        try:
            name, said = parse_answer(text)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if name in given:
            problems.append(Problem("is answered twice; give one", field=printable(name, 200)))
        given.add(name)
        # The command line counts before the file.
        answers[name] = said
    if problems:
        raise InputError(problems)
    return answers


def _from_logs(scenario: Scenario, logs: dict[str, Log], *, to_stderr: bool) -> Evidence:
    """Return what logs say, and tell it, before anything is computed from it."""
    if not logs:
        return ()
    from modelops_abm.clients.registry import RegistryLog
    from modelops_abm.evidence.fit import weighable
    from modelops_abm.evidence.logs import weighed

    registries = [log for log in logs.values() if isinstance(log, RegistryLog)]
    models = None if scenario.imported is None else scenario.imported.models
    evidence: Evidence = ()
    for file, log in logs.items():
        said = weighed(log, registries[0] if registries else None, models)
        evidence += said.evidence
        click.echo(visible(f"{printable(file, 200)}: {log.sentence()}"), err=to_stderr)
        for words in (*log_in_words(file, log), *said.sentences):
            click.echo(visible(f"  {words}"), err=to_stderr)
    kept, notes = weighable(scenario, evidence)
    for note in notes:
        click.echo(visible(note), err=to_stderr)
    click.echo(err=to_stderr)
    return kept


def _fitted(found: Told, seed: int, cluster: str | None, output: str | None) -> Belief:
    """Fit, with progress; whoever stops it is told that the same command goes on."""
    from modelops_abm.evidence.fit import Journal, fit as fit_to

    with progress() as bar, ExitStack() as stack:
        load_ensemble(bar)
        executor = None
        if cluster is not None:
            from modelops_abm.experiments.workers import cluster_workers

            executor = stack.enter_context(cluster_workers(cluster))
        task = bar.add_task("Organisations tried", total=None)

        def tell(done: int, total: int) -> None:
            words = f"{done:,} of {total:,} organisations tried"
            bar.update(task, description=words, completed=done, total=total)

        is_first = True

        def tell_first(belief: Belief) -> None:
            # Those that follow until it settles differ little, and would only pass by.
            nonlocal is_first
            if is_first:
                _print_first(bar.console, belief)
            is_first = False

        try:
            return fit_to(
                found.scenario,
                found.evidence,
                seed=seed,
                executor=executor,
                progress=tell,
                on_belief=tell_first,
                journal=None if output is None else Journal(Path(output + UNFINISHED)),
            )
        except KeyboardInterrupt:
            if output is None:
                raise
            raise KeyboardInterrupt(
                f"Stopped; what was run is kept in {printable(output + UNFINISHED, 200)}, and the"
                " same command goes on with it."
            ) from None


def _print_first(target: Console, belief: Belief) -> None:
    say(target, f"A first belief, rough, after {belief.runs:,} runs; it settles with more:")
    print_table(target, belief.tables()[0])
