"""What the commands that run experiments have in common: options, progress, what is kept and told.

A command states what it asks, and which experiment answers; `conduct` does the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelops_abm.cli.options import (
    Believed,
    Replications,
    belief_option,
    believed,
    days_option,
    portfolio_option,
    preset_option,
    scenario_to_run,
    seed_option,
    set_option,
)
from modelops_abm.cli.printing import print_result, print_what_ran, warn_of_team
from modelops_abm.core import outcomes
from modelops_abm.representation import Result
from modelops_abm.runs.output import DESCRIPTION, Contents, check_place
from modelops_abm.scenario import InputError, Problem, Scenario, is_baseline
from modelops_abm.scenario.fields import nearest
from modelops_abm.terminal import load_ensemble, load_simulator, progress
from modelops_abm.text import printable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from modelops_abm.experiments import Draws
    from modelops_abm.experiments.assumptions import Assumptions
    from modelops_abm.experiments.inputs import Input
    from modelops_abm.experiments.running import Keeping
    from modelops_abm.experiments.store import Folder
    from modelops_abm.runs import Engine


cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Run on a Dask cluster that you trust: address of its scheduler, tcp://10.0.0.1:8786.",
)
kept_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keep what is run, tables and pictures there; go on with what is there already.",
)
json_option = click.option(
    "--json", "wants_json", is_flag=True, help="Print one JSON object and nothing else."
)
vary_option = click.option(
    "--vary",
    "varied",
    metavar="NAME[=VALUES]",
    multiple=True,
    help="An assumption, or a section of them, by its range in the sources; or with values of your"
    " own: drift.severity=0.1..0.5, model.market_size=log:50..5000; may be repeated.",
)


@dataclass(frozen=True)
class Asked:
    """What every experiment is asked.

    Attributes
    ----------
    scenario, replications, seed
        What is run.
    output
        Where it is kept; None if nowhere.
    wants_json
        Whether one JSON object is printed and nothing else.
    cluster
        Address of a cluster that runs it; this process if None.
    believed
        What the organisation may be, if that is asked as well; `scenario` is then as it has it.
    """

    scenario: Scenario
    replications: int
    seed: int
    output: Path | None
    wants_json: bool
    cluster: str | None = None
    believed: Believed | None = None

    def draws(self, count: int) -> Draws | None:
        """Return so many draws of what the organisation may be; None if that is not asked."""
        return None if self.believed is None else self.believed.draws(count, self.seed)


def study_options(
    *, replications: int, days: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command the options of `Asked`, which it gets as its first argument.

    Parameters
    ----------
    replications
        How many futures by default.
    days
        Whether it takes the length of the run.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)  # click keeps a command's options with the function
        def asked(
            file: str | None,
            preset_name: str | None,
            portfolio: str | None,
            assignments: tuple[str, ...],
            replications: int,
            seed: int,
            output: Path | None,
            wants_json: bool,
            cluster: str | None,
            belief_file: str | None,
            days: int | None = None,
            **own: Any,
        ) -> Any:
            which = (file, preset_name, assignments, days, portfolio)
            over = None if belief_file is None else believed(belief_file, *which)
            scenario = scenario_to_run(*which) if over is None else over.scenario
            asked = Asked(scenario, replications, seed, output, wants_json, cluster, over)
            return command(asked, **own)

        # As decorators stand, the last is applied first; so the help lists them in this order.
        for option in reversed(_options(replications)):
            if days or option is not days_option:
                asked = option(asked)
        return asked

    return decorate


def _options(replications: int) -> list[Callable[..., Any]]:
    return [
        click.argument("file", required=False, metavar="[SCENARIO_FILE]"),
        preset_option,
        portfolio_option,
        set_option,
        days_option,
        belief_option,
        click.option(
            "--replications",
            type=Replications(),
            default=replications,
            show_default=True,
            help="How many futures of each.",
        ),
        seed_option,
        cluster_option,
        kept_option,
        json_option,
    ]


@dataclass(frozen=True)
class Found:
    """What an experiment found, with what only the command knows of it."""

    result: Result
    """What was found."""
    futures: str = ""
    """How many futures of what, for the first line."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else `experiment.json` and the JSON document say."""
    beside: tuple[Result, ...] = ()
    """What it was found over."""
    scenario: Scenario | None = None
    """The scenario of the first line; if None, the one that was asked about."""
    whole: Sequence[Scenario] = ()
    """All scenarios that ran, if nothing was varied but what they differ in."""
    advice: str = ""
    """A sentence after what was found."""


def conduct(
    asked: Asked,
    command: str,
    words: str,
    names: Sequence[str],
    experiment: Callable[[Keeping], Found],
    *,
    engine: Engine = "ensemble",
) -> None:
    """Run an experiment; keep what it found, and tell it.

    Progress is shown on standard error. Whoever stops it is told what is kept.

    Parameters
    ----------
    asked
        What is asked.
    command
        Its name.
    words
        What is being run, for the progress.
    names
        Of the files that it may come to keep; see `kept_files`.
    experiment
        Runs it, with the keywords that it is given.
    engine
        Which engine runs.
    """
    if asked.output is not None:
        # Before an engine is loaded, which may take a minute, and long before anything is to be
        # written.
        check_place(asked.output, "experiment", [DESCRIPTION, *names])
    with _running(asked, command, words, names, engine) as (keeping, folder):
        found = experiment(keeping)
        over = {} if asked.believed is None else asked.believed.to_json(asked.seed)
        if folder is not None:
            # While the store is still locked, so that no other process fills the folder in between.
            folder.save({**found.facts, **over}, _files_of((found.result, *found.beside)))
    if asked.wants_json:
        click.echo(json.dumps({**_document(found), **over}, indent=2, allow_nan=False))
        warn_of_team(found.scenario or asked.scenario)
        return
    draws, doubts = "", ""
    if asked.believed is not None:
        draws, doubts = asked.believed.words, asked.believed.doubts
    futures = ", ".join(filter(None, (f"seed {asked.seed}", found.futures, draws)))
    print_what_ran(
        found.scenario or asked.scenario, futures, whole=found.whole, notes=found.result.notes()
    )
    # On a line of its own, whether there is other advice or none.
    advice = f"{found.advice}\n{doubts}".rstrip()
    print_result(found.result, *found.beside, advice=advice, kept=asked.output)


def team_that_is_too_small(
    scenario: Scenario, totals: ArrayLike, keeping: Keeping
) -> tuple[Result, ...]:
    """Return what is to be said of a team that cannot carry its portfolio; nothing if it can.

    Parameters
    ----------
    scenario, totals
        What ran, and what came of it: runs x `outcomes.TOTALS`.
    keeping
        How other teams are run.
    """
    from modelops_abm.runs.summary import is_carried

    if is_carried(totals):
        return ()
    from modelops_abm.experiments.team_size import staffing  # and with it the other engine

    # Over futures of its own: what one run, or a few, say may be chance.
    as_set = keeping.copy()
    as_set["draws"] = None
    found = staffing(scenario, **as_set)
    return () if found.own.carries else (found,)


def _document(found: Found) -> dict[str, Any]:
    documents = [each.to_json() for each in (found.result, *found.beside)]
    return {key: value for each in (*documents, found.facts) for key, value in each.items()}


def _files_of(results: Sequence[Result]) -> Contents:
    """Return what writes the files of results: tables as Parquet and CSV, figures as PNG."""
    from modelops_abm.runs.results import files_of_tables

    contents: dict[str, Callable[[Path], object]] = {}
    for result in results:
        contents.update(files_of_tables(result.tables(), csv=True))
        contents.update(files_of_figures(result))
    return contents


def files_of_figures(result: Result, folder: str = "") -> Contents:
    """Return what draws each figure of a result and writes it, such as in ``pictures/``."""
    from modelops_abm.charts import write_picture

    figures = result.figures().items()
    return {f"{folder}{name}.png": partial(write_picture, draw) for name, draw in figures}


def kept_files(tables: Sequence[str], figures: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the files in which `conduct` may keep tables and figures."""
    return (
        *(f"{name}.{ending}" for name in tables for ending in ("parquet", "csv")),
        *(f"{name}.png" for name in figures),
    )


@contextmanager
def _running(
    asked: Asked, command: str, words: str, names: Sequence[str], engine: Engine
) -> Iterator[tuple[Keeping, Folder | None]]:
    """Give the keywords with which an experiment runs, and the folder that keeps it."""
    with progress() as bar, ExitStack() as stack:
        (load_simulator if engine == "mesa" else load_ensemble)(bar)
        executor = None
        if asked.cluster is not None:
            from modelops_abm.experiments.workers import cluster_workers

            executor = stack.enter_context(cluster_workers(asked.cluster))
        folder = _folder(asked, command, names, engine)
        if folder is not None:
            # The stack ends in the reverse order, also after Ctrl-C: the store writes what it holds
            # back, and then the workers are let go.
            stack.callback(folder.close)
        task = bar.add_task(words, total=None)
        keeping: Keeping = {
            "seed": asked.seed,
            "engine": engine,
            "store": folder.store if folder is not None else None,
            "executor": executor,
            "progress": lambda done, total: bar.update(task, completed=done, total=total),
            "draws": asked.draws(asked.replications),
        }
        try:
            yield keeping, folder
        except KeyboardInterrupt:
            if folder is None:
                raise
            raise KeyboardInterrupt(
                f"Stopped; what was run is kept in {printable(str(asked.output), 200)}, and the"
                " same command goes on with it."
            ) from None


def outcome_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command the option ``--outcome``, with what it decides."""
    return click.option(
        "--outcome",
        default="npv",
        show_default=True,
        metavar="NAME",
        help=f"{what}, such as availability; an unknown name lists them all.",
    )


def assumptions(scenario: Scenario, varied: Sequence[str]) -> Assumptions:
    """Return what ``--vary`` names; without it, every assumption that is uncertain.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    from modelops_abm.experiments.assumptions import Assumptions, assumptions_of

    if not varied:
        return assumptions_of(scenario)
    named = [text for text in varied if "=" not in text and text.strip()]
    stated = inputs_of([text for text in varied if text not in named])
    if fixed := [entry for entry in stated if len(entry.points(2)) < 2]:
        raise InputError([Problem("takes two values or more", field=fixed[0].name)])
    # What is given values of its own is varied over these, also if its section is named as well.
    ours = {entry.name for entry in stated}
    known = assumptions_of(scenario, named)
    inputs = (*(entry for entry in known.inputs if entry.name not in ours), *stated)
    left_out = {name: why for name, why in known.left_out.items() if name not in ours}
    return Assumptions(inputs, left_out)


def inputs_of(varied: Sequence[str]) -> tuple[Input, ...]:
    """Return what is varied, in the syntax of `parse_input`.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    from modelops_abm.experiments.inputs import parse_input

    inputs: list[Input] = []
    problems: list[Problem] = []
    for text in varied:
        try:
            inputs.append(parse_input(text))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(inputs)


def check_outcome(outcome: str) -> None:
    """Raise an InputError if there is no such outcome of a run."""
    names = [each.name for each in outcomes.SUMMARY]
    if outcome not in names:
        raise InputError(
            Problem(
                f"there is no outcome '{printable(outcome)}'; there are {', '.join(names)}",
                suggestion=nearest(outcome, names),
            )
        )


def check_is_a_plan(scenario: Scenario) -> None:
    """Raise an InputError if a scenario raises no capability."""
    if is_baseline(scenario):
        raise InputError(
            "this is the baseline, as no capability rises above its start level; for a plan add for"
            " example --set capabilities.monitoring.maximum=1"
        )


def _folder(asked: Asked, kind: str, names: Sequence[str], engine: Engine) -> Folder | None:
    if asked.output is None:
        return None
    from modelops_abm.experiments.store import Folder

    return Folder(asked.output, kind, asked.scenario, names=names, seed=asked.seed, engine=engine)
